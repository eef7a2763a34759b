from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_FOR = timedelta(days=30)
HERE_FOR = timedelta(seconds=25)  # a window reports every 10 seconds
TYPING_FOR = timedelta(seconds=30)
MAYBE_HERE_FOR = timedelta(hours=12)  # asleep, in the background or crashed: nobody can tell from here


class AutosaveQuerySet(models.QuerySet):
    def open(self):
        """Return the autosaves that were neither saved nor dropped since."""
        return self.filter(settled_at=None)

    def outdated(self, at=None):
        """Return the autosaves that are too old to be offered."""
        return self.filter(at__lt=(at or timezone.now()) - KEPT_FOR)


class Autosave(models.Model):
    """What somebody typed into an article's form without saving; nobody else ever sees it."""

    class Outcome(models.TextChoices):
        SAVED = "saved", _("saved")
        DROPPED = "dropped", _("dropped")
        TAKEN = "taken", _("taken up again")  # by another window, which owns it from then on

    article = models.ForeignKey(
        "articles.Article", models.CASCADE, related_name="autosaves", null=True
    )  # None: of an article that does not exist yet
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="autosaves")
    window = models.CharField(max_length=36)  # the name that the browser's window gave itself
    base_version = models.PositiveIntegerField(default=0)  # the article's version when the form was loaded
    fields = models.JSONField()  # the form as typed: the list of values of each field's name
    begun_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(_("at"), default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="")

    objects = AutosaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("autosave")
        verbose_name_plural = _("autosaves")
        ordering = ["-at", "-pk"]
        default_permissions = []
        indexes = [
            models.Index(fields=["article", "-at"], name="autosave_by_article"),
            models.Index(fields=["user", "-at"], name="autosave_open", condition=models.Q(settled_at=None)),
            models.Index(fields=["at"], name="autosave_by_time"),
            models.Index(fields=["window", "-id"], name="autosave_by_window"),
        ]

    def __str__(self):
        return f"{self.user}, {self.at:%Y-%m-%d %H:%M}"


class PresenceQuerySet(models.QuerySet):
    def here(self, at=None):
        """Return the windows not known to be closed at ``at`` (now), the oldest first."""
        return self.filter(seen_at__gt=(at or timezone.now()) - MAYBE_HERE_FOR, left_at=None).order_by("pk")


class Presence(models.Model):
    """A browser window with an article's form open, and when it last reported."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    window = models.CharField(max_length=36)
    typed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)  # its page was closed: what it sent before and arrives late opens nothing

    objects = PresenceQuerySet.as_manager()

    class Meta:
        default_permissions = []
        indexes = [models.Index(fields=["seen_at"], name="presence_by_time")]
        constraints = [models.UniqueConstraint("article", "user", "window", name="one_presence_a_window")]

    def __str__(self):
        return str(self.user)

    def is_typing(self, at=None):
        """Return whether somebody typed in the window recently."""
        return self.typed_at is not None and self.typed_at > (at or timezone.now()) - TYPING_FOR

    def is_heard(self, at=None):
        """Return whether the window reported recently that it is open; one that sleeps or crashed does not."""
        return self.seen_at > (at or timezone.now()) - HERE_FOR
