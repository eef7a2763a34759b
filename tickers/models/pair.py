from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tickers import providers
from tickers.models.fields import CODE, CodeField, RateField
from tickers.models.rate import Rate

MOST_DECIMALS = 12
NEWEST = {"newest": "effective_date", "newest_by": "decided_by"}  # columns of a pair's newest rate


class PairQuerySet(models.QuerySet):
    def active(self):
        """Return the pairs that readers see, in the bar's order."""
        return self.filter(active=True).order_by("order", "pk")

    def late(self, day):
        """Return active pairs, except pegs, whose newest accepted rate is older than ``day``.

        They have ``newest``, the day of that rate, and ``newest_by``, the person who typed or accepted it.
        """
        accepted = Rate.objects.accepted().filter(pair=OuterRef("pk")).order_by("-effective_date")
        pairs = self.active().exclude(provider=providers.PEG)
        newest = {name: Subquery(accepted.values(column)[:1]) for name, column in NEWEST.items()}
        pairs = pairs.annotate(**newest)
        return pairs.filter(Q(newest__lt=day) | Q(newest__isnull=True))


class Pair(models.Model):
    """Two currencies; its rates are units of ``quote`` per one unit of ``base``."""

    base = CodeField(_("currency"), help_text=_("Whose worth is told: KGS in KGS/USD."))
    quote = CodeField(_("told in"), default="USD", help_text=_("What its worth is told in: USD in KGS/USD."))
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Lower numbers come first in the bar."))
    digits = models.PositiveSmallIntegerField(
        _("decimals"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_DECIMALS)],
        help_text=_("Decimals that readers see; empty: five or more of a fraction, two or more of one and above."),
    )
    limit_percent = models.DecimalField(
        _("limit in per cent, at most"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(10),
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_(
            "A rate that moved further than the pair's limit since the one before waits for a look. The limit is "
            "learned: four times what nine in ten of its last moves stayed within, never more than this. With fewer "
            "than twenty moves this is the limit."
        ),
    )
    floor_percent = models.DecimalField(
        _("limit in per cent, at least"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(2),
        db_default=Decimal(2),
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_(
            "However little the pair moves, a rate that moved no further than this is accepted. The same number in "
            "both fields makes a limit that learns nothing."
        ),
    )
    provider = models.CharField(_("source"), max_length=8, choices=providers.choices, default=providers.MANUAL)
    cross_check = models.CharField(
        _("cross-check"),
        max_length=8,
        choices=providers.fetched,
        blank=True,
        default="cbr",
        db_default="cbr",
        help_text=_("A second source that a fetched rate is compared with; empty: none."),
    )
    tolerance_percent = models.DecimalField(
        _("tolerance in per cent"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(3),
        db_default=Decimal(3),
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("A fetched rate that is further from the second source than this waits for a look."),
    )
    peg_value = RateField(
        _("official peg"), null=True, blank=True, help_text=_("The rate fixed by law, if there is one.")
    )
    is_inverse = models.BooleanField(
        _("turned round"),
        default=False,
        db_default=False,
        help_text=_("The bar tells what one unit of the second currency is worth: USD/UZS 12,014."),
    )
    card = models.CharField(max_length=120, blank=True, default="", db_default="", editable=False)  # see tickers.cards
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
            models.CheckConstraint(name="pair_floor_is_more_than_zero", condition=Q(floor_percent__gt=0)),
            models.CheckConstraint(name="pair_tolerance_is_more_than_zero", condition=Q(tolerance_percent__gt=0)),
            models.CheckConstraint(
                name="pair_peg_is_more_than_zero", condition=Q(peg_value__isnull=True) | Q(peg_value__gt=0)
            ),
            models.CheckConstraint(
                name="pair_pegged_needs_its_peg",
                condition=~Q(provider=providers.PEG) | Q(peg_value__isnull=False),
                violation_error_message=_("A pair whose source is the official peg needs its value."),
            ),
        ]

    def __str__(self):
        return f"{self.base}/{self.quote}"

    def get_absolute_url(self):
        return reverse("pair_page", args=[self.slug])

    @property
    def slug(self) -> str:
        """The pair in its page's address: kgs-usd."""
        return f"{self.base}-{self.quote}".lower()
