from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from articles import outside
from articles.models import OutsideLink
from articles.tasks import ask_link, unanswered

KEPT = timedelta(days=365)  # after the last save of an article that links to it


class Command(BaseCommand):
    help = (
        "Ask other sites whether the addresses that articles link to answer: those not asked for a day. With addresses "
        "given, ask these and keep nothing. Safe to run again at any time."
    )

    def add_arguments(self, parser):
        parser.add_argument("addresses", nargs="*", metavar="address", help="for example https://example.org/page")
        parser.add_argument("--limit", type=int, default=1000, help="at most so many (1000)")

    def handle(self, **options):
        for address in options["addresses"]:
            self.tell(address, outside.ask(address).trouble)
        if not options["addresses"]:
            OutsideLink.objects.filter(wanted_at__lt=timezone.now() - KEPT).delete()
            self.ask_known(max(0, options["limit"]))

    def ask_known(self, limit):
        links = unanswered(OutsideLink.objects.all()).order_by("pk")[:limit]
        for link in links:
            ask_link(link)
            self.tell(link.address, link.problem)
        self.stdout.write(f"{len(links)} asked.")

    def tell(self, address, trouble):
        self.stdout.write(f"{trouble or 'answers'}: {address}")
