"""How people of the desk get access: links to set their own password, and the sessions in which they are logged in."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

MOST_TRIES = 20  # with a wrong secret, or with passwords that were refused


def secret_digest(secret: str) -> str:
    """Return the digest of a long random secret that is stored in its place."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_name() -> str:
    """Return the public part of a link's address, by which its row is found; it gives no access by itself."""
    return get_random_string(16)


class PasswordLinkQuerySet(models.QuerySet):
    def open(self):
        """Return links that were neither used nor ended; they may have expired."""
        return self.filter(used_at=None, ended_at=None)

    def valid(self, at=None):
        """Return links that work at ``at`` (now)."""
        return self.open().filter(expires_at__gt=at or timezone.now(), tries__lt=MOST_TRIES, user__is_active=True)


class PasswordLink(models.Model):
    """A link by which somebody sets their own password: once, and until a time. Its secret is only in its address."""

    class Purpose(models.TextChoices):
        INVITATION = "invitation", _("invitation")
        RESET = "reset", _("new password")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="password_links")
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    name = models.CharField(max_length=16, unique=True, default=new_name, editable=False)
    secret_digest = models.CharField(max_length=64, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    mailed_to = models.CharField(_("mailed to"), max_length=254, blank=True, default="")
    made_by = models.ForeignKey(  # None: the person asked for it on the login page
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
        """Whether the link works now, for an active user."""
        is_open = self.used_at is None and self.ended_at is None
        return is_open and self.expires_at > timezone.now() and self.tries < MOST_TRIES


class LoginAttempt(models.Model):
    """A try to log in that counts against an account, an address or a code, which is stored as a digest."""

    key_digest = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("attempt to log in")
        verbose_name_plural = _("attempts to log in")
        default_permissions = []
        indexes = [models.Index(fields=["key_digest", "at"], name="attempts_of_a_key")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class LoginSession(models.Model):
    """A session in which somebody is logged in. The session itself is Django's; its key is stored here as a digest."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="login_sessions")
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    browser = models.CharField(_("browser"), max_length=80, blank=True, default="")
    began_at = models.DateTimeField(_("since"), default=timezone.now)
    seen_at = models.DateTimeField(_("last used"), default=timezone.now, db_index=True)  # to within five minutes

    is_here = False  # in a list: whether it is the session of the current request

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-seen_at", "-pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.user}, {self.browser}"
