from django.core.management.base import BaseCommand

from articles.tasks import empty_autosaves


class Command(BaseCommand):
    help = "Remove autosaves that are older than 30 days. Safe to run again at any time."

    def handle(self, **options):
        self.stdout.write(f"Removed {empty_autosaves.func()} old autosaves.")
