from django.core.management.base import BaseCommand, CommandError

from articles.models.edition import Edition
from articles.public import cards


class Command(BaseCommand):
    help = "Draw the picture that social networks show, for every live article that lacks one. Safe to run again."

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="Draw those that are there anew, too.")

    def handle(self, **options):
        editions = Edition.objects.live().select_related("section", "lead_image").order_by("pk")
        if not options["all"]:
            editions = editions.filter(card="")
        total, failed = editions.count(), 0
        for number, edition in enumerate(editions.iterator(), start=1):
            try:
                cards.draw_edition_card(edition)
                line = edition.headline
            except OSError as error:  # a picture's file is missing or broken: the others still get their cards
                line, failed = f"{edition.headline}: {error}", failed + 1
            self.stdout.write(f"[{number}/{total}] {line}")
        if failed:
            raise CommandError(f"{failed} of {total} cards not drawn; their pages name the picture itself.")
