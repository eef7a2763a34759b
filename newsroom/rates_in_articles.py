"""Rates that articles refer to: where the two apps meet.

An edition that is not live yet is frozen anew whenever a rate, a pair or the paper's time zone is written, so that what
readers see at its start is what was known then, and nothing has to run at that moment.
"""

from datetime import date, datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.models.site import SiteSettings
from articles.references import Known
from tickers import ratebar
from tickers.models import Pair


def look_up(pairs: set[str], at: datetime, language: str) -> dict[str, Known]:
    """The rates of ``pairs`` (KGS/USD) in force on the paper's day at ``at``, in words of ``language``. One query."""
    day = at.astimezone(SiteSettings.current().zone).date()
    bases, quotes = {name[:3] for name in pairs}, {name[-3:] for name in pairs}  # a condition a pair could be too many
    rows = [_row(pair, day) for pair in ratebar.with_newest(day).filter(base__in=bases, quote__in=quotes)]
    with translation.override(language):
        return {row.pair: _known(row) for row in rows if row is not None and row.pair in pairs}


def _row(pair: Pair, day: date) -> ratebar.Row | None:
    """A text names the pair as it is stored."""
    row = ratebar.row_of(pair, day)
    return row and row.stored


def _known(row: ratebar.Row) -> Known:
    when = _("official peg") if row.is_peg else date_format(row.effective_date)
    return Known(f"{row.value.normalize():f}", f"{row.pair} {row.value_text} ({when})")


def freeze_again() -> None:
    """Something was written that decides about rates: what is scheduled says the newest."""
    from articles import workflow  # the desk's: when all apps are loaded

    workflow.freeze_again()
