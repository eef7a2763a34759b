import time

from django.core.management.base import BaseCommand, CommandError

from newsroom.backups import archive, elsewhere, outcome
from newsroom.backups.archive import BackupError


class Command(BaseCommand):
    help = (
        "Restore the newest backup into a database and a folder of its own, compare each table and file with it by "
        "checksums, throw both away, and show on the desk's first page how it went."
    )

    def handle(self, **options):
        began = time.monotonic()
        try:
            name = archive.newest_backup(archive.place_of_backups())
            with elsewhere.temporary_place() as (database_url, folder):
                self.stdout.write(f"Restoring {name} elsewhere …")
                elsewhere.restore_elsewhere(name, elsewhere.url_of_backups(), database_url, folder, self.stdout.write)
        except Exception as error:
            outcome.note_outcome.enqueue(outcome.DRILL, "", str(error) or type(error).__name__)
            if isinstance(error, BackupError):
                raise CommandError(str(error)) from error
            raise
        text = f"{name}, {time.monotonic() - began:,.0f} s"
        outcome.note_outcome.enqueue(outcome.DRILL, text, "")
        self.stdout.write(f"The drill restored {text}: every table and file is equal to the backup.")
