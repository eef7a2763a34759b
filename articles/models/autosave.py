from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AutosaveQuerySet(models.QuerySet):
    def open(self):
        """Those whose words were neither saved nor dropped since."""
        return self.filter(settled_at=None)


class Autosave(models.Model):
    """What somebody typed into the form of an article and had not saved: never a reader's, never another's copy."""

    class Outcome(models.TextChoices):
        SAVED = "saved", _("saved")
        DROPPED = "dropped", _("dropped")

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


class Presence(models.Model):
    """Somebody who has an article's form open, and when that window was last heard of."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    window = models.CharField(max_length=36)
    typed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = []
        indexes = [models.Index(fields=["seen_at"], name="presence_by_time")]
        constraints = [models.UniqueConstraint("article", "user", "window", name="one_presence_a_window")]

    def __str__(self):
        return str(self.user)
