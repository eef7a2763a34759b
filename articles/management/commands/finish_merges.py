from django.core.management.base import BaseCommand

from articles.desk import merges


class Command(BaseCommand):
    help = "Finish merges of tags, authors and sections that were interrupted. Safe to run again at any time."

    def handle(self, **options):
        for merge in merges.finish_all():
            self.stdout.write(f"{merge}: {merge.get_stage_display()}, {merge.rows} rows.")
