from django.db import models
from django.utils.translation import gettext_lazy as _

from tickers import providers


class Source(models.Model):
    """How a provider has answered of late; a row is made when it is first asked."""

    provider = models.CharField(_("source"), primary_key=True, max_length=8, choices=providers.fetched)
    asked_at = models.DateTimeField(_("asked"), null=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)  # with something that could be used
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    trouble = models.CharField(_("what was wrong"), max_length=500, blank=True, editable=False)
    # For each address asked last, the ETag and Last-Modified of an answer whose quotes are stored.
    validators = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["provider"]

    def __str__(self):
        return str(self.get_provider_display())
