from django.core.management.base import BaseCommand

from articles.desk import notices


class Command(BaseCommand):
    help = "Tell assignees of articles that are due within two hours, each once; remove notices read long ago."

    def handle(self, **options):
        self.stdout.write(f"Told of {notices.tell_due()} due; removed {notices.remove_read()} old notices.")
