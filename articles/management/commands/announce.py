from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from articles.public import announcements


class Command(BaseCommand):
    help = "Tell sitemaps, the WebSub hub and search engines what went live and what ended. Safe to run at any time."

    def handle(self, **options):
        failed = 0
        for listener in announcements.due(timezone.now()):
            try:
                line = f"{announcements.announce_to(listener, timezone.now())} editions"
            except announcements.NotTold as trouble:
                line, failed = f"{trouble}", failed + 1
            self.stdout.write(f"{listener.label}: {line}")
        if failed:
            raise CommandError(f"{failed} did not take it; they are told again later.")
