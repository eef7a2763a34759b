from django.core.management.base import BaseCommand

from articles import search


class Command(BaseCommand):
    help = "Index every edition for search anew. Readers can search meanwhile; safe to run again at any time."

    def handle(self, **options):
        indexed = search.rebuild(lambda done, total: self.stdout.write(f"[{done}/{total}]"))
        self.stdout.write(f"{indexed} editions can be found by their words.")
