"""Releases: each tag has a folder; ``current`` points to the one that is served, ``previous`` to the one before it.

    /srv/newsroom/repository    a clone, from which tags are taken
    /srv/newsroom/releases/TAG  the code of a tag; it is never changed, so no process reads another's templates
    /srv/newsroom/venvs/DIGEST  what a requirements.txt names, for all releases that name the same

Only the standard library is used, so that a broken release can be left by ``newsroom rollback``.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsroom.operating.environment import OperatorError

TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
KEPT = 5  # releases, the served one and the one before it among them
ASK_AGAIN = 10.0  # seconds; a master whose former one still ends takes no order to hand over
PATIENCE = 60.0  # seconds that a new web server gets until its first worker has loaded the code
WEB, WORKER = "newsroom.service", "newsroom-worker.service"


@dataclass
class Releases:
    """The releases below one folder, ``root``."""

    root: Path

    @classmethod
    def around(cls, code: Path) -> "Releases":
        """Return the releases to which the folder ``code`` belongs, as one of them or as their repository."""
        if code.parent.name == "releases":
            return cls(code.parent.parent)
        if code.name == "repository":
            return cls(code.parent)
        raise OperatorError(
            f"{code} is no release, so there is none to change to. Clone the code to /srv/newsroom/repository, and "
            "call bin/newsroom there."
        )

    def deploy(self, tag: str) -> None:
        """Serve the release ``tag``; raise ``OperatorError``, with all as it was, if anything of it is not sound."""
        with self._locked():
            release = self._fetch(tag)
            if release == self._target("current") and not is_other_served(release):
                say(f"{tag} is what is served already.")
                return
            run(release, "check_release")
            run(release, "migrate", "--no-input")
            run(release, "collectstatic", "--no-input", "--verbosity=0")
            run(release, "warm_pages")
            self._switch(release)
            self._remove_old()

    def rollback(self) -> None:
        """Serve the release before the present one; the database stays as it is, as old code runs on new tables."""
        with self._locked():
            release = self._target("previous")
            if release is None or not release.exists():
                raise OperatorError("There is no release before this one: newsroom deploy TAG serves any.")
            run(release, "check_release")
            self._switch(release)

    def _fetch(self, tag: str) -> Path:
        """Return the folder of ``tag``, with everything that it needs installed."""
        if not TAG.fullmatch(tag):
            raise OperatorError(f"“{tag}” is no name of a tag, like v2026.12.")
        repository, release = self.root / "repository", self.root / "releases" / tag
        fetch = ["git", "-C", str(repository), "fetch", "--quiet", "--tags"]
        if subprocess.run(fetch, check=False).returncode:
            say("The tags could not be fetched, so only those that were fetched before are known.")
        commit = self._commit_of(repository, tag)
        if not release.exists():
            self._unpack(repository, commit, release)
        elif (release / ".commit").read_text() != commit:
            raise OperatorError(f"{tag} names other code than when {release} was made: give the new code a new tag.")
        return release

    @staticmethod
    def _commit_of(repository: Path, tag: str) -> str:
        ask = ["git", "-C", str(repository), "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}"]
        answer = subprocess.run(ask, capture_output=True, text=True, check=False)
        if answer.returncode:
            raise OperatorError(f"{repository} has no tag {tag}: git -C {repository} tag shows those it has.")
        return answer.stdout.strip()

    def _unpack(self, repository: Path, commit: str, release: Path) -> None:
        say(f"Making {release} …")
        fresh = release.with_name(f".{release.name}-unpacking")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        make = ["git", "-C", str(repository), "-c", "tar.umask=0022", "archive", commit]
        archive = subprocess.Popen(make, stdout=subprocess.PIPE)
        unpack = subprocess.run(["tar", "--extract", "--directory", str(fresh)], stdin=archive.stdout, check=False)
        if archive.wait() or unpack.returncode:
            raise OperatorError(f"{commit} could not be unpacked into {fresh}; what git and tar say is above.")
        (fresh / ".venv").symlink_to(self._install(fresh / "requirements.txt"))
        (fresh / ".commit").write_text(commit)
        subprocess.run(  # the service's user may not write there
            [
                str(fresh / ".venv" / "bin" / "python"),
                "-m",
                "compileall",
                "-q",
                "-s",
                str(fresh),
                "-p",
                str(release),
                str(fresh),
            ],
            check=False,
        )
        fresh.rename(release)

    def _install(self, requirements: Path) -> Path:
        """Return a virtual environment with what ``requirements`` names, made if there is none."""
        folder = self.root / "venvs" / digest_of(requirements)
        whole = folder.with_suffix(".whole")
        if not whole.exists():
            say(f"Installing what {requirements.name} names into {folder} …")
            install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
            make = [sys.executable, "-m", "venv", "--clear", str(folder)]
            fill = [str(folder / "bin" / "python"), *install, "--only-binary=:all:", "-r", str(requirements)]
            if subprocess.run(make, check=False).returncode or subprocess.run(fill, check=False).returncode:
                raise OperatorError("Not everything could be installed; why is said above, and nothing was changed.")
            whole.touch()
        return folder

    def _switch(self, release: Path) -> None:
        """Have the services run ``release``; if its web server does not start, the former one serves on."""
        former = self._target("current")
        self._point("current", release)
        if not is_active(WEB):
            say("The services do not run yet: copy deploy/systemd/ and enable them, as docs/operators.md does next.")
        elif not reload_web(release):
            if former is not None:
                self._point("current", former)
            raise OperatorError(
                f"The web server does not start with {release.name}, so the one before it serves on and nothing is "
                f"switched. Why: journalctl --unit={WEB} --since=-5min"
            )
        else:
            systemctl("restart", WORKER)
        if former is not None and former != release:
            self._point("previous", former)
        say(f"{release.name} is served.")

    def _target(self, name: str) -> Path | None:
        """Return the folder that the link ``name`` points to."""
        link = self.root / name
        return link.resolve() if link.is_symlink() else None

    def _point(self, name: str, release: Path) -> None:
        """Point the link ``name`` to ``release``; it is never missing in between."""
        fresh = self.root / f".{name}-new"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(release.relative_to(self.root))
        fresh.replace(self.root / name)

    def _remove_old(self) -> None:
        """Remove all releases but the newest, and the virtual environments that no release needs any more."""
        served = {self._target("current"), self._target("previous")}
        folders = sorted((self.root / "releases").glob("[!.]*"), key=lambda path: path.stat().st_ctime, reverse=True)
        spare = [path for path in folders if path not in served]
        for path in spare[KEPT - len(served) :]:
            shutil.rmtree(path)
        needed = {path.resolve() for path in (self.root / "releases").glob("*/.venv")}
        for whole in (self.root / "venvs").glob("*.whole"):
            if whole.with_suffix("").resolve() not in needed:
                whole.unlink()
                shutil.rmtree(whole.with_suffix(""))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OperatorError("Somebody else is changing the release just now.") from None
            yield


def digest_of(requirements: Path) -> str:
    """Return the name of the virtual environment for these requirements and this Python."""
    return hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]


def say(text: str) -> None:
    """Tell the operator what is being done."""
    print(text, flush=True)  # noqa: T201


def run(release: Path, *command: str) -> None:
    """Run a command of ``release`` in the service's environment; raise ``OperatorError`` if it fails."""
    say(f"{release.name}: {' '.join(command)}")
    if subprocess.run([str(release / "bin" / "newsroom"), *command], check=False).returncode:
        raise OperatorError(f"“{command[0]}” of {release.name} failed as said above, so it is not served.")


def systemctl(*words: str) -> str:
    """Return what systemd answers; raise ``OperatorError`` if it refuses."""
    answer = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)
    if answer.returncode and words[0] != "is-active":
        raise OperatorError(f"systemctl {' '.join(words)}: {answer.stderr.strip()}")
    return answer.stdout.strip()


def is_active(unit: str) -> bool:
    """Return whether systemd runs ``unit``."""
    return systemctl("is-active", unit) == "active"


def serving_folder() -> Path | None:
    """Return the folder of the release that the web server's master has; None if there is no master."""
    number = systemctl("show", "--property=MainPID", "--value", WEB)
    try:
        return Path(os.readlink(f"/proc/{number}/cwd"))
    except OSError:
        return None


def is_other_served(release: Path) -> bool:
    """Return whether a web server runs with another release, as after one that was killed while it changed."""
    return is_active(WEB) and serving_folder() != release


def reload_web(release: Path) -> bool:
    """Have a new master take over from the present one, and return whether it has ``release`` and did."""
    systemctl("reload", WEB)
    asked_at = time.monotonic()
    deadline = asked_at + PATIENCE
    while time.monotonic() < deadline:
        if serving_folder() == release:
            return True
        if time.monotonic() - asked_at >= ASK_AGAIN:
            systemctl("reload", WEB)
            asked_at = time.monotonic()
        time.sleep(0.2)
    return False
