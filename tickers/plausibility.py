"""Whether a quote can be believed: what is held for the rates desk, and which accepted rates a quote speaks against."""

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

SPAN = 14  # days between two rates; after more, the rate before says too little of the new one
PAST = 61  # accepted rates that are looked at: sixty moves
ENOUGH = 20  # moves; fewer teach nothing, and the pair's ceiling is its limit
USUAL = Decimal("0.9")  # of the moves: one jump and its return are among the others
MOVE = Decimal("0.000001")  # per cent; stored values are rounded, which may not turn one limit into two
TIMES = 4  # the limit, in usual moves


@dataclass(frozen=True)
class CrossCheck:
    """What a second source says of a pair; ``missing`` says why it says nothing."""

    name: str
    quote: Quote | None
    missing: str = ""

    @property
    def words(self) -> str:
        """What it says, for the desk; nothing if it says nothing."""
        if self.quote is None:
            return ""
        told = {"name": self.name, "value": f"{self.quote.value:.6g}", "day": _day(self.quote.effective_date)}
        return _("%(name)s says %(value)s for %(day)s.") % told


@dataclass(frozen=True)
class Verdict:
    """What becomes of a quote: known already, held for a ``reason``, or accepted in place of a typed rate.

    ``doubts`` are accepted rates that it speaks against, ``agreeing`` held ones that are accepted with it.
    """

    reason: str = ""
    is_known: bool = False
    is_for_distance: bool = False  # held for its distance from the rate before, and for nothing else
    replaces: Rate | None = None
    doubts: tuple[Rate, ...] = ()
    agreeing: tuple[Rate, ...] = ()


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


def judge(
    pair: Pair, quote: Quote, value: Decimal, check: CrossCheck | None, *, today: date, is_newest: bool
) -> Verdict:
    """Look at a quote, whose ``value`` is as exact as it will be stored; ``is_newest`` if no day was asked for."""
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
    """The newest accepted rates from before ``day``, the newest first: all that a judgement looks at. One query."""
    return list(Rate.objects.accepted().filter(pair=pair, effective_date__lt=day).order_by("-effective_date")[:PAST])


def limit(pair: Pair, before: Sequence[Rate]) -> Decimal:
    """How far the pair may move, in per cent: learned from its moves in ``before``, between its floor and ceiling.

    It is some times the move that nine in ten of them stayed within; a move over a long gap teaches nothing.
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
    """Why ``value`` is too far from the rate before: beyond the pair's limit, or too long after; empty if it isn't."""
    reason = beyond(pair, value, before)
    if not reason and before and (day - before[0].effective_date).days > SPAN:
        return _("The rate before is of %(day)s, too long ago to compare.") % {"day": _day(before[0].effective_date)}
    return reason


def beyond(pair: Pair, value: Decimal, before: Sequence[Rate]) -> str:
    """How far ``value`` moved from the rate before, if that is beyond the pair's limit; else empty."""
    if not before:
        return ""
    last, most = before[0], limit(pair, before)
    if not is_beyond(value, last.value, most):
        return ""
    told = {"move": distance(value, last.value), "before": without_zeros(last.value), "limit": without_zeros(most)}
    told["day"] = _day(last.effective_date)
    return _("It moved by %(move)s from %(before)s of %(day)s, beyond the pair’s limit of %(limit)s %%.") % told


def without_zeros(value: Decimal) -> str:
    """A number without zeros at its end."""
    return f"{value.normalize():f}"


def distance(value: Decimal, other: Decimal) -> str:
    """How far ``value`` is from ``other`` in per cent, and how far it is when the pair is told the other way round."""
    told, turned = (value / other - 1) * 100, (other / value - 1) * 100
    return _("%(told)s %% (the other way round %(turned)s %%)") % {"told": f"{told:+z.1f}", "turned": f"{turned:+z.1f}"}


def is_beyond(value: Decimal, other: Decimal, percent: Decimal) -> bool:
    """Whether two values above zero are further apart than ``percent``, whichever way round the pair is told."""
    return max(value, other) * 100 > min(value, other) * (100 + percent)


def _at_distance(
    pair: Pair,
    day: date,
    value: Decimal,
    before: list[Rate],
    check: CrossCheck | None,
    reason: str,
    accepted: Rate | None,
) -> Verdict:
    """Hold what is far from the rate before; but what is back where the pair was speaks against what jumped away.

    It is believed when the second source says so, or when as many days agree with it as rates jumped away; when a
    person decided on one of those, one more.
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
    """The rates just before that jumped away from where the pair was, and now is again; the newest first."""
    most, first = limit(pair, before), day - timedelta(days=SPAN)
    recent = [rate for rate in before if rate.effective_date >= first]
    back = next((place for place, rate in enumerate(recent) if not is_beyond(value, rate.value, most)), 0)
    if not back or not is_beyond(recent[back - 1].value, recent[back].value, most):
        return []
    return recent[:back]


def _agreeing(pair: Pair, day: date, value: Decimal, before: list[Rate], outliers: list[Rate]) -> list[Rate]:
    """Rates since the outliers that sources said, held for their distance, and near ``value``; one a day."""
    held = pair.rates.held().filter(
        held_for_distance=True, effective_date__gt=outliers[0].effective_date, effective_date__lt=day
    )
    most, taken = limit(pair, before), {rate.effective_date for rate in before}
    near = [rate for rate in held if rate.effective_date not in taken and not is_beyond(value, rate.value, most)]
    return list({rate.effective_date: rate for rate in near}.values())


def _confirms(check: CrossCheck | None, outliers: list[Rate]) -> bool:
    """Whether the second source has spoken since; that it doesn't contradict is known already."""
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
