"""What the doctor looks at on the machine itself: settings, folders, disks, the clock."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core import checks
from django.db import connection
from django.utils import timezone

from newsroom.operating import environment
from newsroom.operating.doctor.diagnosis import Diagnosis
from newsroom.serving import folders

ELSEWHERE = {folders.UNWRITABLE, "articles.W001"}  # other examinations tell more of folders and of mails
LOOKED_AT = 2000  # files and folders, of which the owner is looked at
LEAST_FREE, LEAST_BYTES = 0.10, 1 << 30
TOLERANCE = timedelta(seconds=30)


def examine_settings() -> Iterator[Diagnosis]:
    """Find what Django's checks say of settings for production, and whether strangers can read the secrets."""
    if settings.DEBUG:
        yield Diagnosis(fault="no host is named, so this is a paper to try things out.", remedy="Set NEWSROOM_HOSTS.")
        return
    faults = [
        Diagnosis(fault=message.msg, remedy=message.hint or f"Look for {message.id} in Django's documentation.")
        for message in sorted(checks.run_checks(include_deployment_checks=True), key=lambda message: str(message.id))
        if message.level >= checks.WARNING and message.id not in ELSEWHERE and not message.is_silenced()
    ]
    if settings.NGINX and not getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        faults.append(
            Diagnosis(
                fault="nginx is named in NEWSROOM_CDN, but not as a proxy, so each page leads to itself for ever.",
                remedy="Set NEWSROOM_BEHIND_PROXY=1.",
            )
        )
    path = environment.environment_file()
    if path.exists() and path.stat().st_mode & stat.S_IRWXO:
        faults.append(
            Diagnosis(fault=f"everybody on this machine can read {path} with its secrets.", remedy=f"chmod 640 {path}")
        )
    yield from faults or [Diagnosis(note=f"sound for {', '.join(settings.ALLOWED_HOSTS)}.")]


def examine_folders() -> Iterator[Diagnosis]:
    """Find folders that can't be written, and what belongs to somebody else or is open to everybody."""
    written = sorted({path for path in folders.written_folders().values() if path.exists()})
    inside = islice(chain.from_iterable(path.glob("*") for path in written), LOOKED_AT)
    faults = [
        Diagnosis(fault=f"{path} can't be written ({name}).", remedy=folders.HINT)
        for name, path in folders.unwritable()
    ]
    for path in dict.fromkeys(chain(written, inside)):
        with suppress(FileNotFoundError):  # the running paper replaces and removes files all the time
            faults += _wrong_rights(path)
    database = Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None
    if database and database.exists() and database.stat().st_mode & stat.S_IROTH:
        faults.append(
            Diagnosis(
                fault=f"everybody on this machine can read the database {database}.", remedy=f"chmod 640 {database}*"
            )
        )
    yield from faults or [Diagnosis(note=f"{len(written)} folders, all of them this user's.")]


def _wrong_rights(path: Path) -> Iterator[Diagnosis]:
    about = path.lstat()
    if stat.S_ISLNK(about.st_mode):
        return
    if about.st_uid != os.geteuid():
        own = f"{os.geteuid()}:{os.getegid()}"
        yield Diagnosis(fault=f"{path} belongs to {_name_of(about.st_uid)}.", remedy=f"chown -R {own} {path}")
    if about.st_mode & stat.S_IWOTH:
        yield Diagnosis(fault=f"everybody on this machine may change {path}.", remedy=f"chmod -R o-w {path}")


def _name_of(number: int) -> str:
    """Return the name of a user; the number where this machine has no name for it, as after a restore elsewhere."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"the user {number}"


def examine_disk() -> Iterator[Diagnosis]:
    """Find file systems with too little room, or too few inodes, for what the paper writes."""
    by_device = {path.stat().st_dev: path for path in map(_existing, folders.written_folders().values())}
    for path in by_device.values():
        about = os.statvfs(path)
        free, inodes = about.f_bavail * about.f_frsize, about.f_favail / about.f_files if about.f_files else 1.0
        share = about.f_bavail / about.f_blocks if about.f_blocks else 1.0
        room = f"{free / (1 << 30):.1f} GB, {share:.0%}, are free at {path}"
        if free < LEAST_BYTES or share < LEAST_FREE:
            yield Diagnosis(fault=f"only {room}.", remedy="Make room, or move NEWSROOM_VAR_DIR to a larger disk.")
        elif inodes < LEAST_FREE:
            yield Diagnosis(
                fault=f"only {inodes:.0%} of the inodes are free at {path}.", remedy="Delete many small files."
            )
        else:
            yield Diagnosis(note=f"{room}.")


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def examine_clock() -> Iterator[Diagnosis]:
    """Find a clock that nobody sets, that differs from the database's, or that was set back."""
    sound = True
    if _synchronised() == "no":
        sound = False
        yield Diagnosis(fault="nobody sets this machine's clock.", remedy="timedatectl set-ntp true")
    now = timezone.now()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            difference = abs(cursor.fetchone()[0] - now)
        if difference > TOLERANCE:
            sound = False
            yield Diagnosis(
                fault=f"it differs by {difference.total_seconds():.0f} s from the database's.",
                remedy="Have both machines' clocks set by NTP: timedatectl set-ntp true",
            )
    newest = LogEntry.objects.order_by("-pk").values_list("action_time", flat=True).first()
    if newest and newest > now + TOLERANCE:
        sound = False
        yield Diagnosis(
            fault=f"it is {now:%Y-%m-%d %H:%M} (UTC) here, and somebody saved at {newest:%Y-%m-%d %H:%M}.",
            remedy="The clock was set back, or was ahead then: set it right, as editions go live by it.",
        )
    if sound:
        yield Diagnosis(note=f"{now:%H:%M:%S} (UTC).")


def _synchronised() -> str:
    """Return what systemd says of the clock, “yes” or “no”; empty where there is no systemd."""
    if not shutil.which("timedatectl"):
        return ""
    ask = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
