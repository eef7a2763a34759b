"""The generation: one token for everything that is cached of readers' pages. A write that they would see changes it.

It is the target of a symbolic link, ``current`` in settings.GENERATION_DIR: every process of a machine, and nginx
(deploy/nginx.conf), reads it in a microsecond. Several machines share it through Redis: whoever writes stores it there,
and each serving process reads it a few times a second (``Follower``). While Redis is away no machine knows of the
others' writes, so none serves a cached page for longer than ``UNHEARD`` seconds.

A process that cannot write the folder caches nothing, and makes a new token as soon as it can: a write may have failed
to change the old one. A folder of another owner, as a command run by root leaves it, is moved aside for a new one.
"""

import fcntl
import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from newsroom.serving import redis_client

logger = logging.getLogger(__name__)
KEY = "newsroom:generation"
UNHEARD = 1.0  # seconds that a page may be old while other machines are unreachable
LOOK = 0.2  # seconds between two looks at Redis
KEPT = 20  # former generations, which nginx may still be reading
_lapsed: set[Path] = set()  # folders that this process could not write: the token in them may be an old one


def current() -> str:
    """Return the present token, made if there is none; empty if none can be written: then nothing may be cached."""
    folder = settings.GENERATION_DIR
    if folder not in _lapsed and can_write(folder):
        with suppress(OSError):
            return os.readlink(_place(folder))
    return _begin(folder)


def can_write(folder: Path | str) -> bool:
    """Return whether this process may create files in ``folder``, according to the kernel."""
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=True)


def change(position: str = "") -> str:
    """Begin a new generation, on this machine at once and on the others within a second; return the new token.

    ``position`` is how far a replica must replay the database's log to show what was written. Raise ``OSError`` if the
    token can't be written: then other machines know of it all the same, and this one caches nothing.
    """
    token, is_shared = _new(position), None
    try:
        with _locked():
            is_shared = _tell(token)
            _point_to(token)
            if is_shared is False:
                _unsent().touch()
    except OSError:
        _lapsed.add(settings.GENERATION_DIR)
        if is_shared is None:
            _tell(token)
        _take_away()
        raise
    _lapsed.discard(settings.GENERATION_DIR)
    return token


def _begin(folder: Path) -> str:
    """Return a new token if there is none, or none that is reliable; empty if it can't be written."""
    try:
        with _locked():
            has_lapsed = folder in _lapsed
            if has_lapsed and settings.REDIS_URL:
                _unsent().touch()  # Redis may have the old one
            if has_lapsed or not _link().is_symlink():
                _point_to(_new())
            _lapsed.discard(folder)
            return os.readlink(_link())
    except OSError as error:
        if folder not in _lapsed:
            logger.error("The folder %s can't be written, so no page is kept until it can be: %s", folder, error)
        _lapsed.add(folder)
        return ""


def _take_away() -> None:
    """Remove the link if no new token can be written: without it nothing is cached, and no old page is served."""
    try:
        _link().unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            _put_aside(settings.GENERATION_DIR)


def _put_aside(folder: Path) -> None:
    """Rename whatever has the folder's name, which only needs rights in its parent."""
    aside = folder.with_name(f"{folder.name}-aside-{secrets.token_hex(4)}")
    folder.rename(aside)
    logger.warning("%s could not be written by this user; it is %s now, and can be removed.", folder, aside)


def position_of(token: str) -> str:
    """Return the position of the database's log in ``token``, like ``0/16B3748``; empty if there is none."""
    return token.partition(".")[2].replace("-", "/")


def _later(position: str, second_position: str) -> str:
    """Return the later of two positions of the log, because a replica must show both writes."""
    return max(position, second_position, key=lambda position: [int(part, 16) for part in position.split("/") if part])


def changed_at() -> float:
    """Return when the generation began on this machine, in seconds since 1970 (UTC)."""
    return os.lstat(_place(settings.GENERATION_DIR)).st_mtime if current() else time.time()


def is_heard() -> bool:
    """Return whether writes of other machines are known here within ``UNHEARD`` seconds; True if there are none."""
    return not settings.REDIS_URL or time.monotonic() - follower.heard_at < UNHEARD


def _new(position: str = "") -> str:
    token = secrets.token_hex(8)
    return f"{token}.{position.replace('/', '-')}" if position else token


def _tell(token: str) -> bool | None:
    """Store ``token`` in Redis; return False if that is impossible now, None if there is no Redis."""
    if not settings.REDIS_URL:
        return None
    try:
        redis_client.client_of_paper().set(KEY, token)
    except Exception:  # whatever the driver raises, the write is committed
        logger.exception("Redis does not take the new generation; it is told again as soon as it answers.")
        with suppress(Exception):  # a full Redis takes no value, but deletes one: then nobody trusts the old token
            redis_client.client_of_paper().delete(KEY)
        return False
    return True


@lru_cache(maxsize=4)
def _place(folder: Path) -> str:
    return str(folder / "current")


def _link() -> Path:
    return Path(_place(settings.GENERATION_DIR))


def _unsent() -> Path:
    """Return a file that exists while Redis does not have this machine's generation yet."""
    return settings.GENERATION_DIR / "unsent"


def _point_to(token: str) -> None:
    """Point ``current`` to a folder of that name, as nginx resolves the link; the oldest folders are deleted."""
    folder = settings.GENERATION_DIR
    (folder / token).mkdir(exist_ok=True)
    os.utime(folder / token)
    fresh = folder / f"new-{token}"
    fresh.unlink(missing_ok=True)  # of a process that was killed in between
    fresh.symlink_to(token)
    _hand_over(folder / token, fresh)
    fresh.replace(_link())
    folders = sorted((path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()), key=_modified_at)
    for old in folders[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _modified_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process was quicker
        return 0


@contextmanager
def _locked() -> Iterator[None]:
    """Lock the folder for one process of this machine, so that no older token replaces a newer one."""
    _make_folder(settings.GENERATION_DIR)
    descriptor = _open_lock(str(settings.GENERATION_DIR / "lock"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_folder(folder: Path) -> None:
    """Create a folder that this process can write, with the owner of its parent."""
    if os.path.lexists(folder) and not (folder.is_dir() and can_write(folder)):
        _put_aside(folder)
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _hand_over(folder)


def _open_lock(path: str) -> int:
    """Open the lock's file; one of another owner can be locked when it is open only for reading."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except PermissionError:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    _hand_over(Path(path))
    return descriptor


def _hand_over(*paths: Path) -> None:
    """Give paths that root creates, as by ``sudo manage.py migrate``, to the owner of their parent."""
    if os.geteuid() == 0:
        for path in paths:
            above = path.parent.stat()
            with suppress(OSError):
                os.chown(path, above.st_uid, above.st_gid, follow_symlinks=False)


class Follower:
    """A thread of each serving process that reads the token in Redis and updates this machine's."""

    def __init__(self) -> None:
        self.heard_at = float("-inf")
        self._pid = 0
        self._starting = threading.Lock()

    def start(self) -> None:
        """Start the thread, once a process that answers requests.

        A master that forks must not call it, as with ``gunicorn --preload``: a child would have none of its threads,
        and for ever the locks that they held, as of an import.
        """
        if self._pid == os.getpid() or not settings.REDIS_URL:
            return
        with self._starting:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="generation", daemon=True).start()

    def _run(self) -> None:
        away = False
        while True:
            try:
                asked_at = time.monotonic()
                self.look(redis_client.client_of_paper())
                self.heard_at, away = asked_at, False
            except Exception:  # the next attempt follows in a moment
                if not away:
                    logger.exception("Redis does not answer: pages are kept for a second until it does.")
                    self.lose()
                away = True
            time.sleep(LOOK)

    def lose(self) -> None:
        """Begin a generation of this machine alone when Redis is away, so that nginx drops pages it would keep until
        later.

        It is not sent to Redis, whose token is used again when it answers, because nothing was written here.
        """
        with suppress(OSError), _locked():  # a full disk
            _point_to(_new(position_of(os.readlink(_link()))))

    def look(self, redis: Any) -> None:
        """Take the token in Redis, unless this machine has one that Redis must get first."""
        mine, redis_token = current(), redis.get(KEY)
        if not mine:  # nothing is cached here
            return
        if redis_token is not None and redis_token.decode() == mine and not _unsent().exists():
            return
        with _locked():
            redis_token = redis.get(KEY)
            if _unsent().exists() or redis_token is None:
                token = _new(
                    _later(position_of(os.readlink(_link())), position_of(redis_token.decode() if redis_token else ""))
                )
                redis.set(KEY, token)
                _unsent().unlink(missing_ok=True)
                _point_to(token)
            elif redis_token.decode() != os.readlink(_link()):
                _point_to(redis_token.decode())


follower = Follower()
