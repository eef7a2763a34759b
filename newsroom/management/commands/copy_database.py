from django.core.management.base import BaseCommand, CommandError

from newsroom import env
from newsroom.backups import copying
from newsroom.backups.archive import BackupError


class Command(BaseCommand):
    help = (
        "Copy the database as it is at one moment to an empty one, of the other kind, too, and compare each table by "
        "its checksum. Pictures are no part of it. Unfinished tasks stay here, unless --take-over gives the copy those "
        "that wait."
    )

    def add_arguments(self, parser):
        parser.add_argument("--to", required=True, metavar="URL", help="as NEWSROOM_DATABASE_URL will name it")
        parser.add_argument(
            "--take-over",
            action="store_true",
            help="the paper goes on from the copy, which gets the waiting tasks; stop web server and worker first",
        )

    def handle(self, **options):
        try:
            config = env.database_at("DATABASE_URL", options["to"])
            copying.copy_paper(options["to"], config, self.stdout.write, take_over=options["take_over"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The copy is whole. Set NEWSROOM_DATABASE_URL to it where the paper is to go on from it.")
