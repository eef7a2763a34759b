"""Django's sessions in the database, which end some hours after their last use, and some days after the log in."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.utils import timezone

BEGAN = "began"  # in a session: when somebody logged in, in seconds since 1970 (UTC)


class SessionStore(DatabaseSessions):
    """A session whose row says when it ends; Django finds no row after that, for the desk and for readers' pages."""

    def get_expiry_date(self, **kwargs):
        """Return the end: SESSION_IDLE of the settings after now, but SESSION_COOKIE_AGE after the log in at most."""
        end = timezone.now() + timedelta(seconds=settings.SESSION_IDLE)
        if began := self.get(BEGAN):
            end = min(end, datetime.fromtimestamp(began, UTC) + timedelta(seconds=settings.SESSION_COOKIE_AGE))
        return end

    def prolong(self):
        """Count from now on until the session ends unused; nothing else of it is written."""
        self.model.objects.filter(session_key=self.session_key).update(expire_date=self.get_expiry_date())
