from django.db import models
from django.utils.translation import gettext_lazy as _


class ArchiveMonth(models.Model):
    """A month (UTC) in which articles were first published: what the index of sitemaps says of it.

    Kept by ``announcing``, so that nobody counts the archive for a crawler.
    """

    month = models.DateField(_("month"), primary_key=True)  # its first day
    articles = models.PositiveIntegerField(_("articles"), default=0)  # live ones that search engines may list
    changed_at = models.DateTimeField(_("changed"))  # when one of them last went live or ended

    class Meta:
        ordering = ["-month"]

    def __str__(self):
        return f"{self.month:%Y-%m}"


class Announcement(models.Model):
    """How far one kind of listener has been told what went live and what ended."""

    class Listener(models.TextChoices):
        SITEMAPS = "sitemaps", _("sitemaps")
        WEBSUB = "websub", _("WebSub hub")
        INDEXNOW = "indexnow", _("IndexNow")

    listener = models.CharField(max_length=10, primary_key=True, choices=Listener)
    told_until = models.DateTimeField()
    told = models.JSONField(default=list)  # editions of the last moments before, each with what it did
    claimed_until = models.DateTimeField(null=True)  # somebody is telling it now
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    failed_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.listener
