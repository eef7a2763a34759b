"""Rates that articles refer to: where the two apps meet.

An edition that is not live yet is frozen anew whenever a rate is written, so that what readers see at its start is
what was known then, and nothing has to run at that moment.
"""

from datetime import datetime

from django.db.models import Q
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.models.site import SiteSettings
from articles.references import Known
from tickers import ratebar


def look_up(pairs: set[str], at: datetime, language: str) -> dict[str, Known]:
    """The rates of ``pairs`` (KGS/USD) in force on the paper's day at ``at``, in words of ``language``. One query."""
    day = at.astimezone(SiteSettings.current().zone).date()
    wanted = Q()
    for name in pairs:
        base, _slash, quote = name.partition("/")
        wanted |= Q(base=base, quote=quote)
    rows = [ratebar.row_of(pair, day) for pair in ratebar.with_newest(day).filter(wanted)]
    with translation.override(language):
        return {row.name: _known(row) for row in rows if row is not None}


def _known(row: ratebar.Row) -> Known:
    if row.is_inverse:
        row = ratebar.inverse(row)
    when = _("official peg") if row.is_peg else date_format(row.effective_date)
    return Known(f"{row.value.normalize():f}", f"{row.pair} {row.value_text} ({when})")


def freeze_again() -> None:
    """A rate was written: what is scheduled says the newest."""
    from articles import workflow  # the desk's: when all apps are loaded

    workflow.freeze_again()
