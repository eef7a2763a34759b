from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_FOR = timedelta(days=30)
HERE_FOR = timedelta(seconds=25)  # a window is heard of every 10 seconds
TYPING_FOR = timedelta(seconds=30)
MAYBE_HERE_FOR = timedelta(hours=12)  # asleep, in the background or crashed: nobody can tell from here


class AutosaveQuerySet(models.QuerySet):
    def open(self):
        """Those whose words were neither saved nor dropped since."""
        return self.filter(settled_at=None)

    def outdated(self, at=None):
        """Those that nobody will ask for any more."""
        return self.filter(at__lt=(at or timezone.now()) - KEPT_FOR)


class Autosave(models.Model):
    """What somebody typed into the form of an article and had not saved: never a reader's, never another's copy."""

    class Outcome(models.TextChoices):
        SAVED = "saved", _("saved")
        DROPPED = "dropped", _("dropped")
        TAKEN = "taken", _("taken up again")  # by another window, which keeps it from then on

    article = models.ForeignKey(
        "articles.Article", models.CASCADE, related_name="autosaves", null=True
    )  # None: one that is still to be begun
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="autosaves")
    window = models.CharField(max_length=36)  # of the browser, by the name it gave itself
    base_version = models.PositiveIntegerField(default=0)  # the article's, when the form was loaded
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
        """The windows that were not closed by ``at`` (now), as far as is known; those that came first at the head."""
        return self.filter(seen_at__gt=(at or timezone.now()) - MAYBE_HERE_FOR, left_at=None).order_by("pk")


class Presence(models.Model):
    """Somebody who has an article's form open, and when that window was last heard of."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    window = models.CharField(max_length=36)
    typed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)  # its page was closed: what it sent before and comes late opens nothing

    objects = PresenceQuerySet.as_manager()

    class Meta:
        default_permissions = []
        indexes = [models.Index(fields=["seen_at"], name="presence_by_time")]
        constraints = [models.UniqueConstraint("article", "user", "window", name="one_presence_a_window")]

    def __str__(self):
        return str(self.user)

    def is_typing(self, at=None):
        """Whether a key was pressed there of late."""
        return self.typed_at is not None and self.typed_at > (at or timezone.now()) - TYPING_FOR

    def is_heard(self, at=None):
        """Whether the window said of late that it is open; one that sleeps or crashed says nothing."""
        return self.seen_at > (at or timezone.now()) - HERE_FOR
