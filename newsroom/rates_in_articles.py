"""Rates that articles refer to: where the two apps meet.

An edition that is not live yet is frozen anew whenever a rate, a pair or the paper's time zone is written, so that what
readers see at its start is what was known then, and nothing has to run at that moment.
"""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone, translation

from articles.body.references import RateReference, ResolvedRate
from articles.models.site import SiteSettings
from tickers import ratebar, wording
from tickers.models import Pair

DATED = "pair-dated"  # what a text without a form says
USUAL = "USD"  # of which people ask what one costs


def look_up_rates(wanted: set[RateReference], at: datetime, language: str) -> dict[RateReference, ResolvedRate]:
    """What was ``wanted`` of the rates in force on the paper's day at ``at``, in words of ``language``. One query."""
    names = {one.pair for one in wanted} | {other_way(one.pair) for one in wanted}
    bases, quotes = {name[:3] for name in names}, {name[-3:] for name in names}  # a condition a pair could be too many
    day = at.astimezone(SiteSettings.current().zone).date()
    rows = [_row(pair, day) for pair in ratebar.with_newest(day).filter(base__in=bases, quote__in=quotes)]
    known = {row.pair: row for row in rows if row is not None}
    with translation.override(language):
        return {one: _known(row, one.form or DATED) for one in wanted if (row := _find(known, one.pair))}


def _find(known: dict[str, ratebar.PairRow], name: str) -> ratebar.PairRow | None:
    """The row that a text means by USD/KGS: that pair's, or KGS/USD turned round."""
    if name in known:
        return known[name]
    other = known.get(other_way(name))
    return ratebar.inverse(other) if other else None


def other_way(name: str) -> str:
    """USD/KGS for KGS/USD."""
    return f"{name[-3:]}/{name[:3]}"


def _row(pair: Pair, day: date) -> ratebar.PairRow | None:
    """A text names the pair as it is stored."""
    row = ratebar.pair_row_of(pair, day)
    return row and row.stored


def _known(row: ratebar.PairRow, form: str) -> ResolvedRate:
    """The row in a form: ``turned-words-dated`` is all there can be of it."""
    parts = form.split("-")
    row = ratebar.inverse(row) if "turned" in parts else row
    look = next(part for part in parts if part in wording.LOOKS)
    return ResolvedRate(row.plain(row.value), wording.rate_in_words(row, look, dated="dated" in parts))


def forms() -> list[str]:
    """All forms, those of the pair turned round first, as people ask for them."""
    return [
        f"{turned}{look}{dated}" for turned in ("turned-", "") for look in wording.LOOKS for dated in ("", "-dated")
    ]


def rate_choices(request: HttpRequest) -> JsonResponse:
    """The paper's pairs for who writes a text, each with its name and today's rate in every form."""
    day = timezone.localdate(timezone=SiteSettings.current().zone)
    rows = [row for pair in ratebar.with_newest(day) if (row := _row(pair, day))]
    names = [wording.pair_name(row.base, row.quote) for row in rows]
    asked = request.GET.get("language")
    with translation.override(asked if asked in dict(settings.ARTICLE_LANGUAGES) else translation.get_language()):
        found = [_choice(row) | {"name": name} for row, name in zip(rows, names, strict=True)]
    return JsonResponse({"rates": found})


def _choice(row: ratebar.PairRow) -> dict[str, Any]:
    subjects = {"turned": wording.subject(row.quote, row.base), "straight": wording.subject(row.base, row.quote)}
    texts = {form: _known(row, form).text for form in forms()}
    about = {"is_turned": row.quote == USUAL, "is_stale": row.is_stale}
    return {"pair": row.pair, "forms": texts, "charts": subjects} | about


def freeze_scheduled() -> None:
    """Something was written that decides about rates: what is scheduled says the newest."""
    from articles.desk import workflow  # the desk's: when all apps are loaded

    workflow.freeze_editions_again()
