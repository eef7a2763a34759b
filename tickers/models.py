"""Currency pairs, and what one unit of each was worth on which day."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CODE = r"^[A-Z]{3}\Z"  # both Python's and PostgreSQL's regular expressions know \Z; $ would let a line break pass
SMALLEST = Decimal("0.000000000001")  # twelve decimals
EXACT_DIGITS = 15  # significant digits that SQLite, too, keeps as they are
MOST_DECIMALS = 12


class Provider(models.TextChoices):
    """Who sets a rate."""

    NBKR = "nbkr", _("National Bank of the Kyrgyz Republic")
    NBK = "nbk", _("National Bank of Kazakhstan")
    NBT = "nbt", _("National Bank of Tajikistan")
    CBU = "cbu", _("Central Bank of Uzbekistan")
    CBT = "cbt", _("Central Bank of Turkmenistan")
    CBR = "cbr", _("Bank of Russia")
    ECB = "ecb", _("European Central Bank")
    PEG = "peg", _("Official peg")
    MANUAL = "manual", _("Entered by hand")


def validate_exact(value: Decimal) -> None:
    """Refuse a number with more digits than every database keeps exactly."""
    if len(value.normalize().as_tuple().digits) > EXACT_DIGITS:
        message = _("Write at most %(count)s digits, not counting zeros at either end.")
        raise ValidationError(message, params={"count": EXACT_DIGITS})


class RateField(models.DecimalField):
    """Units of the quote currency for one unit of the base: more than zero, with up to twelve decimals."""

    default_validators = [MinValueValidator(SMALLEST, _("A rate must be more than zero.")), validate_exact]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 24, "decimal_places": MOST_DECIMALS} | kwargs)


class CodeField(models.CharField):
    """The ISO 4217 code of a currency, like KGS."""

    default_validators = [RegexValidator(CODE, _("Write three capital letters, like KGS."))]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 3} | kwargs)


class PairQuerySet(models.QuerySet):
    def active(self):
        """The pairs that readers see, in the bar's order."""
        return self.filter(active=True).order_by("order", "pk")

    def late(self, day):
        """Active pairs, with ``newest``, whose newest accepted rate is older than ``day``; a peg has no day."""
        accepted = Rate.objects.accepted().filter(pair=OuterRef("pk")).order_by("-effective_date")
        pairs = self.active().exclude(provider=Provider.PEG)
        pairs = pairs.annotate(newest=Subquery(accepted.values("effective_date")[:1]))
        return pairs.filter(Q(newest__lt=day) | Q(newest__isnull=True))


class Pair(models.Model):
    """Two currencies; its rates say how many units of ``quote`` one unit of ``base`` is worth."""

    base = CodeField(_("currency"), help_text=_("Whose worth is told: KGS in KGS/USD."))
    quote = CodeField(_("told in"), default="USD", help_text=_("What its worth is told in: USD in KGS/USD."))
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Lower numbers come first in the bar."))
    digits = models.PositiveSmallIntegerField(
        _("decimals"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_DECIMALS)],
        help_text=_("Decimals that readers see; empty: at least five, and three significant digits."),
    )
    limit_percent = models.DecimalField(
        _("limit in per cent"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(10),
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("A fetched rate that moved further than this since the one before waits for a look."),
    )
    provider = models.CharField(_("source"), max_length=8, choices=Provider, default=Provider.MANUAL)
    peg_value = RateField(
        _("official peg"), null=True, blank=True, help_text=_("The rate fixed by law, if there is one.")
    )
    active = models.BooleanField(_("active"), default=True, help_text=_("Readers see active pairs only."))

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair")
        verbose_name_plural = _("pairs")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="pair_codes_are_three_capitals",
                condition=Q(base__regex=CODE, quote__regex=CODE),
                violation_error_message=_("A currency's code is three capital letters, like KGS."),
            ),
            models.CheckConstraint(
                name="pair_has_two_currencies",
                condition=~Q(base=F("quote")),
                violation_error_message=_("A pair needs two different currencies."),
            ),
            models.UniqueConstraint(
                "base", "quote", name="one_pair_of_two_currencies", violation_error_message=_("This pair exists.")
            ),
            models.CheckConstraint(
                name="pair_digits_fit", condition=Q(digits__isnull=True) | Q(digits__gte=0, digits__lte=MOST_DECIMALS)
            ),
            models.CheckConstraint(name="pair_limit_is_more_than_zero", condition=Q(limit_percent__gt=0)),
            models.CheckConstraint(name="pair_provider_is_known", condition=Q(provider__in=Provider.values)),
            models.CheckConstraint(
                name="pair_peg_is_more_than_zero", condition=Q(peg_value__isnull=True) | Q(peg_value__gt=0)
            ),
            models.CheckConstraint(
                name="pair_pegged_needs_its_peg",
                condition=~Q(provider=Provider.PEG) | Q(peg_value__isnull=False),
                violation_error_message=_("A pair whose source is the official peg needs its value."),
            ),
        ]

    def __str__(self):
        return f"{self.base}/{self.quote}"

    def get_absolute_url(self):
        return f"{reverse('rates_page')}#{self.anchor}"

    @property
    def anchor(self) -> str:
        """Its place on the rates page."""
        return f"{self.base}-{self.quote}".lower()


class RateQuerySet(models.QuerySet):
    def accepted(self):
        """Those that readers may see, from their effective date on."""
        return self.filter(status=Rate.Status.ACCEPTED)

    def held(self):
        """Those that wait for a look, the newest first."""
        return self.filter(status=Rate.Status.HELD).order_by("-effective_date", "-pk")


class Rate(models.Model):
    """What one unit of a pair's base was worth, in units of its quote, from ``effective_date`` on."""

    class Status(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        HELD = "held", _("held")  # moved too far to be believed: readers don't see it

    pair = models.ForeignKey(Pair, models.PROTECT, verbose_name=_("pair"), related_name="rates")
    effective_date = models.DateField(_("effective date"), help_text=_("The first day the rate is in force."))
    value = RateField(_("value"), help_text=_("Units of the second currency for one unit of the first."))
    provider = models.CharField(_("source"), max_length=8, choices=Provider, default=Provider.MANUAL)
    fetched_at = models.DateTimeField(_("received"), default=timezone.now)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACCEPTED)
    held_reason = models.CharField(_("why held"), max_length=200, blank=True)
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
        ]
        constraints = [
            models.CheckConstraint(name="rate_value_is_more_than_zero", condition=Q(value__gt=0)),
            models.CheckConstraint(name="rate_provider_is_known", condition=Q(provider__in=Provider.values)),
            models.CheckConstraint(name="rate_status_is_known", condition=Q(status__in=["accepted", "held"])),
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
