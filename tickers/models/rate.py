from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickers import providers
from tickers.models.fields import RateField


class RateQuerySet(models.QuerySet):
    def accepted(self):
        """Return the rates that readers may see, from their effective date on."""
        return self.filter(status=Rate.Status.ACCEPTED)

    def held(self):
        """Return the rates that wait for a decision, the newest first."""
        return self.filter(status=Rate.Status.HELD).order_by("-effective_date", "-pk")

    def doubted(self):
        """Return accepted rates that later ones contradict."""
        return self.accepted().exclude(doubt="")

    def waiting(self):
        """Return the rates that the rates desk has to decide on: doubted ones, which readers see, before held ones."""
        is_doubted = Q(status=Rate.Status.ACCEPTED) & ~Q(doubt="")
        return self.filter(is_doubted | Q(status=Rate.Status.HELD)).order_by("status", "-effective_date", "-pk")


class Rate(models.Model):
    """The value of one unit of a pair's base, in units of its quote, from ``effective_date`` on."""

    class Status(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        HELD = "held", _("held")  # implausible until somebody decides: readers don't see it
        REJECTED = "rejected", _("rejected")  # decided to be wrong: the same is not held again
        REPLACED = "replaced", _("replaced")  # was accepted until another replaced it for its day

    pair = models.ForeignKey("tickers.Pair", models.PROTECT, verbose_name=_("pair"), related_name="rates")
    effective_date = models.DateField(_("effective date"), help_text=_("The first day the rate is in force."))
    value = RateField(_("value"), help_text=_("Units of the second currency for one unit of the first."))
    provider = models.CharField(_("source"), max_length=8, choices=providers.choices, default=providers.MANUAL)
    fetched_at = models.DateTimeField(_("received"), default=timezone.now)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACCEPTED)
    held_reason = models.CharField(_("why held"), max_length=200, blank=True)
    held_for_distance = models.BooleanField(default=False, db_default=False, editable=False)  # and for no other reason
    doubt = models.CharField(
        _("why doubted"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("Readers see it, but later rates speak against it."),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("decided by"),
        related_name="+",
        null=True,
        blank=True,
        help_text=_("Who typed it, or accepted it after it was held; nobody when it was simply fetched."),
    )

    objects = RateQuerySet.as_manager()

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        ordering = ["-effective_date", "-pk"]
        indexes = [
            models.Index(fields=["pair", "-effective_date"], name="rate_by_pair"),
            models.Index(fields=["-effective_date", "-id"], name="rate_by_date"),
            models.Index(fields=["-effective_date", "-id"], name="rate_held_by_date", condition=Q(status="held")),
            models.Index(
                fields=["-effective_date", "-id"],
                name="rate_doubted_by_date",
                condition=Q(status="accepted") & ~Q(doubt=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="rate_accepted_is_more_than_zero", condition=~Q(status="accepted") | Q(value__gt=0)
            ),
            models.CheckConstraint(
                name="rate_has_a_known_status", condition=Q(status__in=["accepted", "held", "rejected", "replaced"])
            ),
            models.CheckConstraint(name="rate_held_for_a_reason", condition=~Q(status="held") | ~Q(held_reason="")),
            models.UniqueConstraint(
                "pair",
                "effective_date",
                condition=Q(status="accepted"),
                name="one_accepted_rate_a_pair_and_day",
                violation_error_message=_("This pair has a rate for that day already."),
            ),
        ]

    def __str__(self):
        return f"{self.pair} {self.value.normalize():f}, {self.effective_date}"

    @property
    def is_doubted(self) -> bool:
        return self.status == self.Status.ACCEPTED and bool(self.doubt)

    @property
    def is_open(self) -> bool:
        """Whether it waits for the rates desk: held, or doubted."""
        return self.status == self.Status.HELD or self.is_doubted
