from django.core.management.base import BaseCommand

from articles import desk_search, search
from articles.desk_search import pictures


class Command(BaseCommand):
    help = (
        "Index every edition for readers' search, every article and picture for the desk's anew. "
        "Both can search meanwhile; safe to run again at any time."
    )

    def handle(self, **options):
        indexed = search.rebuild_editions(self.tell)
        self.stdout.write(f"{indexed} editions can be found by their words.")
        indexed = desk_search.rebuild_copies(self.tell)
        self.stdout.write(f"{indexed} articles can be found by the desk.")
        self.stdout.write(f"{pictures.rebuild_pictures()} pictures can be found in the library.")

    def tell(self, done_count, total):
        self.stdout.write(f"[{done_count}/{total}]")
