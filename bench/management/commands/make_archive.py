from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from articles.models import Edition
from bench import archive


class Command(BaseCommand):
    help = "Fill an EMPTY paper with made-up articles of three editions each, to measure with."

    def add_arguments(self, parser):
        parser.add_argument("--articles", type=int, default=100_000)

    def handle(self, **options):
        number = options["articles"]
        if not 0 < number <= 10_000_000:
            raise CommandError("--articles must be from 1 to 10,000,000.")
        if Edition.objects.exists():
            raise CommandError("This paper has articles already: name an empty database by NEWSROOM_DATABASE_URL.")
        try:
            archive.make(0, number, self.tell)
        except ProgrammingError as error:
            raise CommandError(f"The database's user must be a superuser, to write without triggers: {error}") from None
        self.stdout.write(f"{number:,} articles, {number * archive.EDITIONS:,} editions. Indexed and counted.")

    def tell(self, done, total, seconds):
        self.stdout.write(f"{done:,} of {total:,}  {done / max(seconds, 0.001):,.0f} a second")
