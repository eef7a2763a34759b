"""The doctor: looks at everything that the paper needs on a server, and says what to do about each fault."""

from collections.abc import Callable, Iterable, Iterator

from newsroom.operating.doctor import backups, database, machine, proxy, services
from newsroom.operating.doctor.diagnosis import Diagnosis

Examination = Callable[[], Iterable[Diagnosis]]

EXAMINATIONS: dict[str, Examination] = {
    "settings": machine.examine_settings,
    "folders": machine.examine_folders,
    "disk": machine.examine_disk,
    "clock": machine.examine_clock,
    "database": database.examine_database,
    "replicas": database.examine_replicas,
    "Redis": services.examine_redis,
    "pictures": services.examine_pictures,
    "mail": services.examine_mail,
    "second factors": services.examine_factors,
    "worker": services.examine_worker,
    "nginx": proxy.examine_nginx,
    "certificate": proxy.examine_certificate,
    "backups": backups.examine_backups,
    "drills": backups.examine_drills,
}


def examine(examination: Examination) -> Iterator[Diagnosis]:
    """Yield what an examination finds; one that fails is a fault, too, and keeps no other from being made."""
    try:
        yield from examination()
    except Exception as error:  # whatever it looks at is broken
        reason = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        yield Diagnosis(
            fault=f"it could not be looked at ({reason}).", remedy="Mend the other faults first, and look again."
        )
