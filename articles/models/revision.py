from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.text import LineField


class Revision(models.Model):
    """What one save left: the whole working copy, with its author, time and step."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField(_("version"))  # the article's, after the save
    snapshot = models.JSONField(_("snapshot"))
    note = LineField(_("note"), max_length=300, blank=True)
    name = LineField(_("name"), max_length=120, blank=True)
    stage = models.CharField(_("stage"), max_length=10, blank=True, db_default="", default="")  # after the save
    automatic = models.BooleanField(_("automatic"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+", null=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-version"]
        default_permissions = ["view"]
        indexes = [models.Index(fields=["name"], name="revision_named", condition=~models.Q(name=""))]
        constraints = [models.UniqueConstraint("article", "version", name="one_revision_an_article_and_version")]

    def __str__(self):
        return f"{self.version}: {self.note}" if self.note else str(self.version)
