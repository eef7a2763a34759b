"""Whether a quote can be believed: what is held for the rates desk, and why."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickers import providers
from tickers.calendar import AHEAD
from tickers.models import Pair, Rate
from tickers.providers import Quote

SPAN = 14  # days between two rates; after more, the rate before says too little of the new one


@dataclass(frozen=True)
class Check:
    """What a second source says of a pair; ``missing`` says why it says nothing."""

    name: str
    quote: Quote | None
    missing: str = ""


@dataclass(frozen=True)
class Verdict:
    """What becomes of a quote: known already, held for a ``reason``, or accepted in place of a typed rate."""

    reason: str = ""
    is_known: bool = False
    replaces: Rate | None = None


def is_known(quote: Quote, value: Decimal, same_day: list[Rate]) -> bool:
    """Whether it was stored before, held and rejected ones too, or readers see the same already.

    What the desk typed something in place of is known; a source that goes back to what it said first is news.
    """
    is_typed = any(rate.status == Rate.Status.ACCEPTED and rate.provider == providers.MANUAL for rate in same_day)
    return any(
        rate.value == value
        and (
            rate.status == Rate.Status.ACCEPTED
            or (rate.provider == quote.provider and (rate.status != Rate.Status.REPLACED or is_typed))
        )
        for rate in same_day
    )


def judge(pair: Pair, quote: Quote, value: Decimal, check: Check | None, *, today: date, is_newest: bool) -> Verdict:
    """Look at a quote, whose ``value`` is as exact as it will be stored; ``is_newest`` if no day was asked for."""
    same_day = list(pair.rates.filter(effective_date=quote.effective_date))
    if is_known(quote, value, same_day):
        return Verdict(is_known=True)
    accepted = next((rate for rate in same_day if rate.status == Rate.Status.ACCEPTED), None)
    reason = _doubt(pair, quote, value, today, is_newest) or _far(pair, quote, value) or _apart(pair, value, check)
    if accepted and accepted.provider != providers.MANUAL and not reason:
        reason = _("The source changed its rate of that day, which was %(old)s.") % {"old": plain(accepted.value)}
    return Verdict(reason, replaces=None if reason else accepted)


def plain(value: Decimal) -> str:
    """A number without zeros at its end."""
    return f"{value.normalize():f}"


def distance(value: Decimal, other: Decimal) -> str:
    """How far ``value`` is from ``other`` in per cent, and how far it is when the pair is told the other way round."""
    told, turned = (value / other - 1) * 100, (other / value - 1) * 100
    return _("%(told)s %% (the other way round %(turned)s %%)") % {"told": f"{told:+.1f}", "turned": f"{turned:+.1f}"}


def is_beyond(value: Decimal, other: Decimal, percent: Decimal) -> bool:
    """Whether two values above zero are further apart than ``percent``, whichever way round the pair is told."""
    return max(value, other) * 100 > min(value, other) * (100 + percent)


def _doubt(pair: Pair, quote: Quote, value: Decimal, today: date, is_newest: bool) -> str:
    if value <= 0:
        return _("The source says zero or less.")
    if quote.effective_date > today + AHEAD:
        return _("It is for a day more than two days ahead.")
    if not is_newest:
        return ""
    newest = pair.rates.accepted().filter(provider=quote.provider).first()
    if newest and quote.effective_date < newest.effective_date:
        return _("It is older than the newest of that source, of %(day)s.") % {"day": _day(newest.effective_date)}
    return ""


def _far(pair: Pair, quote: Quote, value: Decimal) -> str:
    """Further than the pair's limit from the accepted rate before, or too long after it to be compared."""
    before = pair.rates.accepted().filter(effective_date__lt=quote.effective_date).first()
    if before is None:
        return ""
    if is_beyond(value, before.value, pair.limit_percent):
        told = {"move": distance(value, before.value), "before": plain(before.value)}
        told["day"] = _day(before.effective_date)
        return _("It moved by %(move)s from %(before)s of %(day)s, beyond the pair’s limit.") % told
    if (quote.effective_date - before.effective_date).days > SPAN:
        return _("The rate before is of %(day)s, too long ago to compare.") % {"day": _day(before.effective_date)}
    return ""


def _apart(pair: Pair, value: Decimal, check: Check | None) -> str:
    """Further than the tolerance from what the second source says."""
    if check is None or check.quote is None or check.quote.value <= 0:
        return ""
    if not is_beyond(value, check.quote.value, pair.tolerance_percent):
        return ""
    told = {"apart": distance(value, check.quote.value), "name": check.name, "value": f"{check.quote.value:.6g}"}
    told["day"] = _day(check.quote.effective_date)
    return _("It is %(apart)s from %(value)s, which %(name)s says for %(day)s.") % told


def _day(day: date) -> str:
    return date_format(day)
