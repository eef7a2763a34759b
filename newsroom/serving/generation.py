"""The generation: one token that names all that is kept of readers' pages. A write they would see changes it.

It is the target of a symbolic link, ``current`` in settings.GENERATION_DIR: every process of a machine reads it in
a microsecond, without asking anybody, and so does nginx (deploy/nginx.conf). Several machines share it through Redis:
whoever writes puts it there, and each serving process looks there a few times a second (``Follower``). While Redis
is away no machine can hear of the others' writes, so none keeps a page longer than ``UNHEARD`` seconds.

A process that cannot write the folder keeps nothing, and makes a new name as soon as it can: a write may have failed
to change the old one. A folder of another owner, as a command of root's leaves it, is put aside for a new one.
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
UNHEARD = 1.0  # seconds that a page may be old while other machines can't be heard
LOOK = 0.2  # seconds between two looks at Redis
KEPT = 20  # names of earlier generations, which nginx may still be reading
_lapsed: set[Path] = set()  # folders that this process could not write: the name in them may be an old one


def current() -> str:
    """The token now, made if there is none yet; empty while none can be written: nothing may be kept then."""
    folder = settings.GENERATION_DIR
    if folder not in _lapsed and can_write(folder):
        with suppress(OSError):
            return os.readlink(_place(folder))
    return _begin(folder)


def can_write(folder: Path | str) -> bool:
    """Whether this process may make files in ``folder``, asked of the kernel anew each time."""
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=True)


def change(position: str = "") -> str:
    """Make all that is kept old, on this machine at once and on the others within a second; return the new token.

    ``position`` is how far the database's log has to be replayed on a replica before it shows what was written.
    ``OSError`` where the name can't be written: other machines know of it all the same, and here nothing is kept.
    """
    token, told = _new(position), None
    try:
        with _locked():
            told = _tell(token)
            _point_to(token)
            if told is False:
                _unsent().touch()
    except OSError:
        _lapsed.add(settings.GENERATION_DIR)
        if told is None:
            _tell(token)
        _take_away()
        raise
    _lapsed.discard(settings.GENERATION_DIR)
    return token


def _begin(folder: Path) -> str:
    """A name where there is none, or none to be relied on; empty if it can't be written."""
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
    """What can't be named new has no name: without a link nothing is kept, and nothing old goes out."""
    try:
        _link().unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            _put_aside(settings.GENERATION_DIR)


def _put_aside(folder: Path) -> None:
    """Take whatever has the folder's name out of the way, which asks for rights in the folder above it alone."""
    aside = folder.with_name(f"{folder.name}-aside-{secrets.token_hex(4)}")
    folder.rename(aside)
    logger.warning("%s could not be written by this user; it is %s now, and can be removed.", folder, aside)


def position_of(token: str) -> str:
    """The position of the database's log that ``token`` was made with, like ``0/16B3748``; empty for none."""
    return token.partition(".")[2].replace("-", "/")


def _later(one: str, other: str) -> str:
    """The later of two positions of the log: a replica has to show what either was about."""
    return max(one, other, key=lambda position: [int(part, 16) for part in position.split("/") if part])


def changed_at() -> float:
    """When the generation began on this machine, in seconds since 1970 (UTC)."""
    return os.lstat(_place(settings.GENERATION_DIR)).st_mtime if current() else time.time()


def is_heard() -> bool:
    """Whether what other machines write is known here within ``UNHEARD`` seconds; true where there are none."""
    return not settings.REDIS_URL or time.monotonic() - follower.heard_at < UNHEARD


def _new(position: str = "") -> str:
    token = secrets.token_hex(8)
    return f"{token}.{position.replace('/', '-')}" if position else token


def _tell(token: str) -> bool | None:
    """Put ``token`` where other machines look; False if they can't be told now, None if there are none."""
    if not settings.REDIS_URL:
        return None
    try:
        redis_client.client_of_paper().set(KEY, token)
    except Exception:  # whatever the driver raises, what was written is committed
        logger.exception("Redis does not take the new generation; it is told again as soon as it answers.")
        with suppress(Exception):  # a full one takes no value, but forgets one: nobody believes the old token then
            redis_client.client_of_paper().delete(KEY)
        return False
    return True


@lru_cache(maxsize=4)
def _place(folder: Path) -> str:
    return str(folder / "current")


def _link() -> Path:
    return Path(_place(settings.GENERATION_DIR))


def _unsent() -> Path:
    """A file that is there while this machine's generation is one that Redis was not told."""
    return settings.GENERATION_DIR / "unsent"


def _point_to(token: str) -> None:
    """Have ``current`` point to a folder of that name, as nginx resolves the link; the oldest folders go."""
    folder = settings.GENERATION_DIR
    (folder / token).mkdir(exist_ok=True)
    os.utime(folder / token)
    fresh = folder / f"new-{token}"
    fresh.unlink(missing_ok=True)  # of a process that was killed in between
    fresh.symlink_to(token)
    _hand_over(folder / token, fresh)
    fresh.replace(_link())
    kept = sorted((one for one in folder.iterdir() if one.is_dir() and not one.is_symlink()), key=_made)
    for old in kept[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _made(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process was quicker
        return 0


@contextmanager
def _locked() -> Iterator[None]:
    """One process of this machine at a time: nobody puts an older token in the place of a newer."""
    _make_folder(settings.GENERATION_DIR)
    descriptor = _open_lock(str(settings.GENERATION_DIR / "lock"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_folder(folder: Path) -> None:
    """A folder that this process can write, with the owner of the one above it."""
    if os.path.lexists(folder) and not (folder.is_dir() and can_write(folder)):
        _put_aside(folder)
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _hand_over(folder)


def _open_lock(path: str) -> int:
    """The lock's file; one of another owner is locked as well when it is open for reading alone."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except PermissionError:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    _hand_over(Path(path))
    return descriptor


def _hand_over(*paths: Path) -> None:
    """What root makes, as by ``sudo manage.py migrate``, belongs to whoever has the folder it lies in."""
    if os.geteuid() == 0:
        for path in paths:
            above = path.parent.stat()
            with suppress(OSError):
                os.chown(path, above.st_uid, above.st_gid, follow_symlinks=False)


class Follower:
    """Looks at Redis a few times a second, in a thread of each serving process, and has this machine follow."""

    def __init__(self) -> None:
        self.heard_at = float("-inf")
        self._pid = 0
        self._starting = threading.Lock()

    def start(self) -> None:
        """Begin, once a process; a forked one has none of its parent's threads."""
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
            except Exception:  # it is asked again in a moment
                if not away:
                    logger.exception("Redis does not answer: pages are kept for a second until it does.")
                    self.lose()
                away = True
            time.sleep(LOOK)

    def lose(self) -> None:
        """Nobody is heard any more: a name of our own, so that nginx lets go of what it has kept until some later time.

        It is not told to Redis, whose token is taken again when it answers: nothing was written here.
        """
        with suppress(OSError), _locked():  # a full disk
            _point_to(_new(position_of(os.readlink(_link()))))

    def look(self, redis: Any) -> None:
        """Take the token that Redis has, unless this machine has one that Redis must be told first."""
        mine, found = current(), redis.get(KEY)
        if not mine:  # nothing is kept here
            return
        if found is not None and found.decode() == mine and not _unsent().exists():
            return
        with _locked():
            found = redis.get(KEY)
            if _unsent().exists() or found is None:
                token = _new(_later(position_of(os.readlink(_link())), position_of(found.decode() if found else "")))
                redis.set(KEY, token)
                _unsent().unlink(missing_ok=True)
                _point_to(token)
            elif found.decode() != os.readlink(_link()):
                _point_to(found.decode())


follower = Follower()
