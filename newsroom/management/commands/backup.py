from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsroom.backups import archive, making, outcome, retention
from newsroom.backups.archive import BackupError


class Command(BaseCommand):
    help = (
        "Copy the database as it is at one moment, the pictures that it names, and the settings without secrets, to "
        "NEWSROOM_BACKUP_URL, while people go on writing; then delete old backups as NEWSROOM_BACKUP_KEEP says."
    )

    def handle(self, **options):
        try:
            name, manifest = making.make_backup(archive.place_of_backups(), self.stdout.write)
        except Exception as error:
            outcome.note_outcome.enqueue(outcome.BACKUP, "", str(error) or type(error).__name__)
            if isinstance(error, BackupError):
                raise CommandError(str(error)) from error
            raise
        text = f"{name}, {manifest['bytes'] / 1e6:,.1f} MB"
        outcome.note_outcome.enqueue(outcome.BACKUP, text, "")
        self.stdout.write(f"The backup {text}, is whole.")
        for old in retention.remove_old_backups(timezone.now()):
            self.stdout.write(f"{old} was deleted.")
