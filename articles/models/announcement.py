from django.db import models
from django.utils.translation import gettext_lazy as _


class ArchiveMonth(models.Model):
    """A month (UTC) in which articles were first published, with what the sitemap index says of it.

    The rows are written by ``announcements``, so that no request of a crawler counts the archive.
    """

    month = models.DateField(_("month"), primary_key=True)  # its first day
    articles = models.PositiveIntegerField(_("articles"), default=0)  # live ones that search engines may list
    changed_at = models.DateTimeField(_("changed"))  # when one of them last went live or ended

    class Meta:
        ordering = ["-month"]

    def __str__(self):
        return f"{self.month:%Y-%m}"


class Announcement(models.Model):
    """The time until which one listener has received what went live and what ended."""

    class Listener(models.TextChoices):
        SITEMAPS = "sitemaps", _("sitemaps")
        WEBSUB = "websub", _("WebSub hub")
        INDEXNOW = "indexnow", _("IndexNow")

    listener = models.CharField(max_length=10, primary_key=True, choices=Listener)
    told_until = models.DateTimeField()
    told = models.JSONField(default=list)  # marks of editions announced in the last moments before
    claimed_until = models.DateTimeField(null=True)  # a process is telling it now
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    failed_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.listener
