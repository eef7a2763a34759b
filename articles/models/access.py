"""How people of the desk come in: links by which they set their own password, and where they are logged in."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

MOST_TRIES = 20  # with a wrong secret, or with passwords that are refused


def secret_digest(secret: str) -> str:
    """What is stored of a long random text, which nobody finds out from it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_name() -> str:
    """The part of a link's address that finds its row; it opens nothing."""
    return get_random_string(16)


class PasswordLinkQuerySet(models.QuerySet):
    def open(self):
        """Those that nobody used or ended; they may have run out."""
        return self.filter(used_at=None, ended_at=None)

    def valid(self, at=None):
        """Those that lead somewhere at ``at`` (now)."""
        return self.open().filter(expires_at__gt=at or timezone.now(), tries__lt=MOST_TRIES, user__is_active=True)


class PasswordLink(models.Model):
    """A way for somebody to set their own password: once, and until a time. Its secret is in its address alone."""

    class Purpose(models.TextChoices):
        INVITATION = "invitation", _("invitation")
        RESET = "reset", _("new password")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="password_links")
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    name = models.CharField(max_length=16, unique=True, default=new_name, editable=False)
    secret_digest = models.CharField(max_length=64, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    mailed_to = models.CharField(_("mailed to"), max_length=254, blank=True, default="")
    made_by = models.ForeignKey(  # None: the person asked for it on the page for logging in
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("works until"))
    used_at = models.DateTimeField(_("used"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = PasswordLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("password link")
        verbose_name_plural = _("password links")
        ordering = ["-pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                "user", condition=Q(used_at=None, ended_at=None), name="one_open_password_link_a_user"
            ),
        ]

    def __str__(self):
        return f"{self.user}, {self.get_purpose_display()}, {self.made_at:%Y-%m-%d}"

    @property
    def is_valid(self) -> bool:
        """Whether it leads somewhere now, for a person who may come in."""
        is_open = self.used_at is None and self.ended_at is None
        return is_open and self.expires_at > timezone.now() and self.tries < MOST_TRIES


class LoginSession(models.Model):
    """Where somebody is logged in. The session itself is Django's; its key is stored here as a digest."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="login_sessions")
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    browser = models.CharField(_("browser"), max_length=80, blank=True, default="")
    began_at = models.DateTimeField(_("since"), default=timezone.now)
    seen_at = models.DateTimeField(_("last used"), default=timezone.now, db_index=True)  # five minutes exact

    is_here = False  # in a list: whether it is the session that asks for the list

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-seen_at", "-pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.user}, {self.browser}"
