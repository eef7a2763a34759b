from django.core.management.base import BaseCommand, CommandError

from newsroom.backups import archive, restoring
from newsroom.backups.archive import BackupError


class Command(BaseCommand):
    help = (
        "Fill an empty database and empty folders from a backup in NEWSROOM_BACKUP_URL. Its checksums are checked "
        "before anything is written, and compared with the result."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="?", help="which backup; the newest whole one if none is named")
        parser.add_argument("--check", action="store_true", help="only check the backup, and write nothing")

    def handle(self, **options):
        storage = archive.place_of_backups()
        try:
            name = options["name"] or archive.newest_backup(storage)
            self.stdout.write(f"Checking {name} …")
            checked = archive.CheckedBackup(storage, name)
            self.stdout.write(
                f"Each of its {len(checked.sums)} files is what was written on {checked.manifest['made_at']}."
            )
            if not options["check"]:
                restoring.restore_backup(checked, self.stdout.write)
                self.stdout.write(f"{name} is restored. Compare your settings with {archive.SETTINGS} in it.")
        except BackupError as error:
            raise CommandError(str(error)) from error
