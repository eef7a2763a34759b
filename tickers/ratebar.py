"""The pairs that readers see, each with its newest rate in its direction on pages."""

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
    """Return the active pairs that have a rate on the paper's day at ``at``, in their order.

    One query that probes the index a few times a pair, however long the past. ``typed`` is a pair that is being edited:
    it is shown as it will be when it is saved.
    """
    today = at.astimezone(zone).date()
    pairs: list[Any] = list(with_newest(today))
    if typed is not None:
        pairs = _with_typed(pairs, typed, today)
    pair_rows = [pair_row_of(pair, today) for pair in pairs]
    return [row for row in pair_rows if row is not None]


def _with_typed(pairs: list[Any], typed: Any, today: date) -> list[Any]:
    """Return the pairs with the edited one in its place."""
    past = Rate.objects.accepted().filter(pair=typed.pk, effective_date__lte=today) if typed.pk else Rate.objects.none()
    past_rates = list(past.values_list("value", "effective_date", "provider")[:2])
    typed.value, typed.effective_date, typed.rate_provider = past_rates[0] if past_rates else (None, None, "")
    typed.previous = past_rates[1][0] if len(past_rates) > 1 else None
    other_pairs = [pair for pair in pairs if pair.pk != typed.pk]
    return sorted(
        [*other_pairs, *([typed] if typed.active else [])], key=lambda pair: (pair.order or 0, pair.pk or math.inf)
    )


def with_newest(today: date, among: QuerySet[Pair] | None = None) -> QuerySet[Pair]:
    """Return the active pairs with what pair_row_of() needs: the newest rates on the paper's day ``today``.

    ``among`` replaces the active pairs.
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
    """Return the row of a pair from with_newest(); None if it has neither a rate nor a peg.

    A pair with an official peg shows that while its source has none; an inactive one shows its last rate.
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
    """Return when the rows may next change without any write: when the paper's next day begins."""
    return midnight(at.astimezone(zone).date() + timedelta(days=1), zone).astimezone(UTC)


def shared_stale_date(rows: list[PairRow]) -> date | None:
    """Return the date of all rows if they are stale since the same day, to show it once; official pegs don't count."""
    dates = {row.effective_date if row.is_stale else None for row in rows if not row.is_peg}
    return dates.pop() if len(dates) == 1 else None


def _is_stale(effective: date, provider: str, today: date) -> bool:
    return provider != providers.PEG and effective < calendar.oldest_fresh(provider, today)
