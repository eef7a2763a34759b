"""Rates that articles refer to, which connect the two apps.

An edition that is not live yet is refreshed whenever a rate, a pair or the paper's time zone is stored, so that readers
see the rates known at its start, without any code running at that moment.
"""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone, translation

from articles.body.references import RateReference, ResolvedRate
from articles.languages import canonical_code, django_language, has_django_words
from articles.models.site import SiteSettings
from tickers import ratebar, wording
from tickers.models import Pair

DATED = "pair-dated"  # the form of a reference without one
DAY_IN_NUMBERS = "d.m.Y"  # in a language whose names of months nobody told Django
USUAL = "USD"  # the currency whose price people usually ask for


def look_up_rates(references: set[RateReference], at: datetime, language: str) -> dict[RateReference, ResolvedRate]:
    """Return the rates in force on the paper's day at ``at``, in words of ``language`` (BCP 47), by reference.

    One query.
    """
    names = {reference.pair for reference in references} | {other_way(reference.pair) for reference in references}
    bases, quotes = {name[:3] for name in names}, {name[-3:] for name in names}  # more pairs may match
    day = at.astimezone(SiteSettings.current().zone).date()
    rows = [_row(pair, day) for pair in ratebar.with_newest(day).filter(base__in=bases, quote__in=quotes)]
    rows_by_pair = {row.pair: row for row in rows if row is not None}
    with translation.override(django_language(language)):
        return {
            reference: _resolved(row, reference.form or DATED, language)
            for reference in references
            if (row := _find(rows_by_pair, reference.pair))
        }


def _find(rows_by_pair: dict[str, ratebar.PairRow], name: str) -> ratebar.PairRow | None:
    """Return the row that a text means by USD/KGS: that pair's, or KGS/USD turned."""
    if name in rows_by_pair:
        return rows_by_pair[name]
    turned_row = rows_by_pair.get(other_way(name))
    return ratebar.inverse(turned_row) if turned_row else None


def other_way(name: str) -> str:
    """Return USD/KGS for KGS/USD."""
    return f"{name[-3:]}/{name[:3]}"


def _row(pair: Pair, day: date) -> ratebar.PairRow | None:
    """Return the row of the pair as it is stored, because that is how a text names it."""
    row = ratebar.pair_row_of(pair, day)
    return row and row.stored


def _resolved(row: ratebar.PairRow, form: str, language: str) -> ResolvedRate:
    """Return the row in a form, of which ``turned-words-dated`` is the longest, for a text in ``language``."""
    parts = form.split("-")
    row = ratebar.inverse(row) if "turned" in parts else row
    look = next(part for part in parts if part in wording.LOOKS)
    day_form = None if has_django_words(language) else DAY_IN_NUMBERS
    text = wording.rate_in_words(row, look, dated="dated" in parts, day_form=day_form)
    return ResolvedRate(row.plain(row.value), text)


def forms() -> list[str]:
    """Return all forms, those of the turned pair first, as people ask for them."""
    return [
        f"{turned}{look}{dated}" for turned in ("turned-", "") for look in wording.LOOKS for dated in ("", "-dated")
    ]


def rate_choices(request: HttpRequest) -> JsonResponse:
    """Return the paper's pairs for the editor, each with its name and today's rate in every form, as JSON."""
    day = timezone.localdate(timezone=SiteSettings.current().zone)
    rows = [row for pair in ratebar.with_newest(day) if (row := _row(pair, day))]
    names = [wording.pair_name(row.base, row.quote) for row in rows]
    language = canonical_code(request.GET.get("language", "")) or translation.get_language()
    with translation.override(django_language(language)):
        choices = [_choice(row, language) | {"name": name} for row, name in zip(rows, names, strict=True)]
    return JsonResponse({"rates": choices})


def _choice(row: ratebar.PairRow, language: str) -> dict[str, Any]:
    subjects = {"turned": wording.subject(row.quote, row.base), "straight": wording.subject(row.base, row.quote)}
    texts = {form: _resolved(row, form, language).text for form in forms()}
    about = {"is_turned": row.quote == USUAL, "is_stale": row.is_stale}
    return {"pair": row.pair, "forms": texts, "charts": subjects} | about


def freeze_scheduled() -> None:
    """Refresh the rates in scheduled editions, after something was stored on which rates depend."""
    from articles.desk import workflow  # when all apps are loaded

    workflow.freeze_editions_again()
