from datetime import datetime, timedelta

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

MOST_KINDS = 200  # of violations that are kept
KEPT_FOR = timedelta(days=30)  # since a kind was last reported


class PolicyReportQuerySet(models.QuerySet["PolicyReport"]):
    def count_violation(self, directive: str, blocked: str, page: str, *, at: datetime) -> None:
        """Count one more violation of its kind; a new kind takes the place of those not reported for long."""
        kind = {"directive": directive, "blocked": blocked, "page": page}
        if self.filter(**kind).update(times=F("times") + 1, last_at=at):
            return
        self.filter(last_at__lt=at - KEPT_FOR).delete()
        newest = self.order_by("-last_at", "-pk").values_list("pk", flat=True)
        self.filter(pk__in=list(newest[MOST_KINDS - 1 : 2 * MOST_KINDS])).delete()
        self.get_or_create(**kind, defaults={"first_at": at, "last_at": at})


class PolicyReport(models.Model):
    """What the Content-Security-Policy stopped in readers' and editors' browsers, counted by kind."""

    directive = models.CharField(_("directive"), max_length=40)
    blocked = models.CharField(_("what was stopped"), max_length=100)  # an origin, or a word like “inline”
    page = models.CharField(_("on pages like"), max_length=200, blank=True)  # the route: an address may be a secret
    times = models.PositiveIntegerField(_("times"), default=1)
    first_at = models.DateTimeField(_("first reported"))
    last_at = models.DateTimeField(_("last reported"))

    objects = PolicyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("violation of the policy")
        verbose_name_plural = _("violations of the policy")
        ordering = ["-last_at"]
        default_permissions = ["view", "delete"]
        constraints = [models.UniqueConstraint("directive", "blocked", "page", name="one_policy_report_a_kind")]

    def __str__(self):
        return f"{self.directive}: {self.blocked}"
