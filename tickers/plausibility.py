"""The plausibility of quotes: which are held for the rates desk, and which accepted rates a quote contradicts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from itertools import pairwise

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickers import providers
from tickers.calendar import AHEAD
from tickers.models import Pair, Rate
from tickers.providers import Quote

SPAN = 14  # days between two rates; after more, the rate before tells too little about the new one
PAST = 61  # accepted rates that are compared: sixty moves
ENOUGH = 20  # moves; fewer teach nothing, and the pair's ceiling is its limit
USUAL = Decimal("0.9")  # share of the moves, such that one jump and its return are outside
MOVE = Decimal("0.000001")  # per cent; stored values are rounded, which may not make two limits of one
TIMES = 4  # the limit, in usual moves


@dataclass(frozen=True)
class CrossCheck:
    """The quote of a second source for a pair; ``missing`` is the reason if there is none."""

    name: str
    quote: Quote | None
    missing: str = ""

    @property
    def words(self) -> str:
        """The quote in words for the desk; "" if there is none."""
        if self.quote is None:
            return ""
        params = {"name": self.name, "value": f"{self.quote.value:.6g}", "day": _day(self.quote.effective_date)}
        return _("%(name)s says %(value)s for %(day)s.") % params


@dataclass(frozen=True)
class Verdict:
    """The judgement of a quote: known already, held for a ``reason``, or accepted in place of a typed rate.

    ``doubts`` are accepted rates that it contradicts, ``agreeing`` held ones that are accepted with it.
    """

    reason: str = ""
    is_known: bool = False
    is_for_distance: bool = False  # held only for its distance from the rate before
    replaces: Rate | None = None
    doubts: tuple[Rate, ...] = ()
    agreeing: tuple[Rate, ...] = ()


def is_known(quote: Quote, value: Decimal, same_day: list[Rate]) -> bool:
    """Return whether the rate was stored before, even as held or rejected, or readers see the same already.

    A rate that the desk replaced by a typed one is known; a source that returns to its first value is news.
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


def judge(
    pair: Pair, quote: Quote, value: Decimal, check: CrossCheck | None, *, today: date, is_newest: bool
) -> Verdict:
    """Return the verdict on a quote with the exact ``value`` to be stored; ``is_newest`` if no day was requested."""
    same_day = list(pair.rates.filter(effective_date=quote.effective_date))
    if is_known(quote, value, same_day):
        return Verdict(is_known=True)
    accepted = next((rate for rate in same_day if rate.status == Rate.Status.ACCEPTED), None)
    reason = _doubt(pair, quote, value, today, is_newest)
    if reason:
        return Verdict(reason)
    before = past(pair, quote.effective_date)
    distance, apart = far(pair, quote.effective_date, value, before), _apart(pair, value, check)
    changed = ""
    if accepted and accepted.provider != providers.MANUAL:
        changed = _("The source changed its rate of that day, which was %(old)s.") % {
            "old": without_zeros(accepted.value)
        }
    if distance and not apart and not changed:
        return _at_distance(pair, quote.effective_date, value, before, check, distance, accepted)
    reason = distance or apart or changed
    return Verdict(reason, replaces=None if reason else accepted)


def past(pair: Pair, day: date) -> list[Rate]:
    """Return the newest accepted rates before ``day``, the newest first: the basis of a judgement. One query."""
    return list(Rate.objects.accepted().filter(pair=pair, effective_date__lt=day).order_by("-effective_date")[:PAST])


def limit(pair: Pair, before: Sequence[Rate]) -> Decimal:
    """Return the limit of a pair's move in per cent: learned from its moves in ``before``, between floor and ceiling.

    It is a multiple of the move that nine in ten of them did not exceed; a move over a long gap is left out.
    """
    moves = sorted(
        ((max(new.value, old.value) / min(new.value, old.value) - 1) * 100).quantize(MOVE)
        for new, old in pairwise(before)
        if (new.effective_date - old.effective_date).days <= SPAN
    )
    if len(moves) < ENOUGH:
        return pair.limit_percent
    learned = (moves[math.ceil(USUAL * len(moves)) - 1] * TIMES).quantize(Decimal("0.01"), ROUND_UP)
    return min(pair.limit_percent, max(pair.floor_percent, learned))


def far(pair: Pair, day: date, value: Decimal, before: Sequence[Rate]) -> str:
    """Return why ``value`` is too far from the rate before: beyond the limit, or too long after; "" if it isn't."""
    reason = beyond(pair, value, before)
    if not reason and before and (day - before[0].effective_date).days > SPAN:
        return _("The rate before is of %(day)s, too long ago to compare.") % {"day": _day(before[0].effective_date)}
    return reason


def beyond(pair: Pair, value: Decimal, before: Sequence[Rate]) -> str:
    """Return how far ``value`` moved from the rate before, if that is beyond the pair's limit; else ""."""
    if not before:
        return ""
    last, most = before[0], limit(pair, before)
    if not is_beyond(value, last.value, most):
        return ""
    params = {"move": distance(value, last.value), "before": without_zeros(last.value), "limit": without_zeros(most)}
    params["day"] = _day(last.effective_date)
    return _("It moved by %(move)s from %(before)s of %(day)s, beyond the pair’s limit of %(limit)s %%.") % params


def without_zeros(value: Decimal) -> str:
    """Return a number without zeros at its end."""
    return f"{value.normalize():f}"


def distance(value: Decimal, reference: Decimal) -> str:
    """Return how far ``value`` is from ``reference`` in per cent, and how far in the other direction of the pair."""
    change, turned = (value / reference - 1) * 100, (reference / value - 1) * 100
    return _("%(told)s %% (the other way round %(turned)s %%)") % {
        "told": f"{change:+z.1f}",
        "turned": f"{turned:+z.1f}",
    }


def is_beyond(value: Decimal, reference: Decimal, percent: Decimal) -> bool:
    """Return whether two positive values differ by more than ``percent``, in either direction of the pair."""
    return max(value, reference) * 100 > min(value, reference) * (100 + percent)


def _at_distance(
    pair: Pair,
    day: date,
    value: Decimal,
    before: list[Rate],
    check: CrossCheck | None,
    reason: str,
    accepted: Rate | None,
) -> Verdict:
    """Hold a value far from the rate before; if it returns to where the pair was, the rates that jumped away are
    doubted.

    It is accepted if the second source confirms it, or if as many days agree with it as rates jumped away; if a person
    decided on one of those, one more.
    """
    outliers = _outliers(pair, day, value, before)
    if not outliers:
        return Verdict(reason, is_for_distance=True)
    agreeing = _agreeing(pair, day, value, before, outliers)
    needed = len({rate.value for rate in outliers}) + any(rate.decided_by_id for rate in outliers)
    if not _confirms(check, outliers) and 1 + len(agreeing) < needed:
        return Verdict(reason, is_for_distance=True, doubts=tuple(outliers))
    return Verdict(replaces=accepted, doubts=tuple(outliers), agreeing=tuple(agreeing))


def _outliers(pair: Pair, day: date, value: Decimal, before: list[Rate]) -> list[Rate]:
    """Return the last rates that jumped away from where the pair was and is again; the newest first."""
    most, first = limit(pair, before), day - timedelta(days=SPAN)
    recent = [rate for rate in before if rate.effective_date >= first]
    back = next((place for place, rate in enumerate(recent) if not is_beyond(value, rate.value, most)), 0)
    if not back or not is_beyond(recent[back - 1].value, recent[back].value, most):
        return []
    return recent[:back]


def _agreeing(pair: Pair, day: date, value: Decimal, before: list[Rate], outliers: list[Rate]) -> list[Rate]:
    """Return rates of sources since the outliers, held for their distance and near ``value``; one a day."""
    held_rates = pair.rates.held().filter(
        held_for_distance=True, effective_date__gt=outliers[0].effective_date, effective_date__lt=day
    )
    most, accepted_days = limit(pair, before), {rate.effective_date for rate in before}
    near = [
        rate
        for rate in held_rates
        if rate.effective_date not in accepted_days and not is_beyond(value, rate.value, most)
    ]
    return list({rate.effective_date: rate for rate in near}.values())


def _confirms(check: CrossCheck | None, outliers: list[Rate]) -> bool:
    """Return whether the second source has set a rate since; its contradiction is checked before."""
    if check is None or check.quote is None or check.quote.value <= 0:
        return False
    return check.quote.effective_date >= outliers[0].effective_date


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


def _apart(pair: Pair, value: Decimal, check: CrossCheck | None) -> str:
    """Return the message if the value is further than the tolerance from the second source's."""
    if check is None or check.quote is None or check.quote.value <= 0:
        return ""
    if not is_beyond(value, check.quote.value, pair.tolerance_percent):
        return ""
    params = {"apart": distance(value, check.quote.value), "name": check.name, "value": f"{check.quote.value:.6g}"}
    params["day"] = _day(check.quote.effective_date)
    return _("It is %(apart)s from %(value)s, which %(name)s says for %(day)s.") % params


def _day(day: date) -> str:
    return date_format(day)
