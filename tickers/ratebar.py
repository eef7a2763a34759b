"""The pairs that readers see, each with its newest rate as it is told everywhere."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from ground.times import midnight
from tickers import calendar, providers
from tickers.models import Pair, Rate
from tickers.row import PairMove, PairRow, for_one, inverse

__all__ = [
    "PairMove",
    "PairRow",
    "current_rows",
    "for_one",
    "inverse",
    "next_rate_change",
    "pair_row_of",
    "shared_stale_date",
    "with_newest",
]


def current_rows(at: datetime, zone: tzinfo, typed: Pair | None = None) -> list[PairRow]:
    """The active pairs that have a rate on the paper's day at ``at``, in their order.

    One query that probes the index a few times a pair, however long the past. ``typed`` is a pair as somebody
    is typing it: it is shown as it will be when it is saved.
    """
    today = at.astimezone(zone).date()
    pairs: list[Any] = list(with_newest(today))
    if typed is not None:
        pairs = _with_typed(pairs, typed, today)
    made = [pair_row_of(pair, today) for pair in pairs]
    return [row for row in made if row is not None]


def _with_typed(pairs: list[Any], typed: Any, today: date) -> list[Any]:
    """The pairs with the one that is being typed in its place."""
    past = Rate.objects.accepted().filter(pair=typed.pk, effective_date__lte=today) if typed.pk else Rate.objects.none()
    found = list(past.values_list("value", "effective_date", "provider")[:2])
    typed.value, typed.effective_date, typed.rate_provider = found[0] if found else (None, None, "")
    typed.previous = found[1][0] if len(found) > 1 else None
    others = [pair for pair in pairs if pair.pk != typed.pk]
    return sorted(
        [*others, *([typed] if typed.active else [])], key=lambda pair: (pair.order or 0, pair.pk or math.inf)
    )


def with_newest(today: date, among: QuerySet[Pair] | None = None) -> QuerySet[Pair]:
    """The active pairs with what row_of() takes: the newest rates of the paper's day ``today`` beside their fields.

    ``among`` names other pairs instead.
    """
    pairs = Pair.objects.active() if among is None else among
    rates = Rate.objects.accepted().filter(pair=OuterRef("pk"), effective_date__lte=today).order_by("-effective_date")
    return pairs.annotate(
        value=Subquery(rates.values("value")[:1]),
        previous=Subquery(rates.values("value")[1:2]),
        effective_date=Subquery(rates.values("effective_date")[:1]),
        rate_provider=Subquery(rates.values("provider")[:1]),
    )


def pair_row_of(pair: Any, today: date) -> PairRow | None:
    """The row of a pair that has its newest rate beside its fields; None while it has none, nor a peg.

    A pair with an official peg shows that, while its source is silent; one that is followed no more its last rate.
    """
    value, previous, day, provider = pair.value, pair.previous, pair.effective_date, pair.rate_provider
    peg = pair.peg_value if pair.active else None
    if value is None and peg is None:
        return None
    is_stale = value is None or _is_stale(day, provider, today)
    if is_stale and peg is not None:
        value, previous, day, provider, is_stale = peg, peg, today, providers.PEG, False
    row = PairRow(pair.base, pair.quote, value, previous, day, provider, pair.digits, is_stale)
    return inverse(replace(row, digits=None, inverse_digits=pair.digits)) if pair.is_inverse else row


def next_rate_change(at: datetime, zone: tzinfo) -> datetime:
    """When the rows may next differ without anything being written: as the paper's next day begins."""
    return midnight(at.astimezone(zone).date() + timedelta(days=1), zone).astimezone(UTC)


def shared_stale_date(rows: list[PairRow]) -> date | None:
    """The date to be told once, when every row is stale since the same day; official pegs don't count."""
    dates = {row.effective_date if row.is_stale else None for row in rows if not row.is_peg}
    return dates.pop() if len(dates) == 1 else None


def _is_stale(effective: date, provider: str, today: date) -> bool:
    return provider != providers.PEG and effective < calendar.oldest_fresh(provider, today)
