from django.db import models
from django.utils.translation import gettext_lazy as _

from tickers import providers


class Source(models.Model):
    """How a provider answered recently; the row is created with the first request."""

    provider = models.CharField(_("source"), primary_key=True, max_length=8, choices=providers.fetched)
    asked_at = models.DateTimeField(_("asked"), null=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)  # with a usable answer
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    trouble = models.CharField(_("what was wrong"), max_length=500, blank=True, editable=False)
    # By address: the ETag and Last-Modified of its last answer whose quotes are stored.
    validators = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["provider"]

    def __str__(self):
        return str(self.get_provider_display())
