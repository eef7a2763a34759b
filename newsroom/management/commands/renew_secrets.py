"""After another secret key: encrypts the secrets of second factors by it, so that the former one can be taken away."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from articles.desk.people import factor_secrets

DAY = 24 * 3600  # seconds


class Command(BaseCommand):
    help = "After another NEWSROOM_SECRET_KEY: encrypts the secrets of second factors by it."

    def handle(self, *args, **options):
        renewed, unreadable = factor_secrets.renew_secrets()
        self.stdout.write(f"{renewed} secrets are encrypted by NEWSROOM_SECRET_KEY now.")
        if unreadable:
            logins = ", ".join(sorted({row.user.get_username() for row in unreadable}))
            raise CommandError(
                f"No key reads the second factor of: {logins}. Name the key that they were set up under in "
                "NEWSROOM_SECRET_KEY_FALLBACKS and run this again, or reset their factors at the desk."
            )
        if settings.SECRET_KEY_FALLBACKS:
            days = settings.SESSION_COOKIE_AGE // DAY
            self.stdout.write(
                "NEWSROOM_SECRET_KEY_FALLBACKS can be taken away; "
                f"{days} days after the change nobody is logged out by it."
            )
