from django.core.management.base import BaseCommand

from articles.desk import workflow


class Command(BaseCommand):
    help = "Delete what lay in the trash for 30 days and was never published. Safe to run again at any time."

    def handle(self, **options):
        self.stdout.write(f"Deleted {workflow.empty_trash()} articles from the trash.")
