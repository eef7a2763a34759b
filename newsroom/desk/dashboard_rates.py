"""The rates on the desk's first page: doubted ones, held ones, failing sources, and pairs without a new rate."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsroom.desk.dashboard_blocks import SHOWN, BlockLine, DashboardBlock, list_of
from newsroom.watch import late_rates
from tickers.models import Rate, Source
from tickers.providers import MANUAL
from tickers.refresh import TOLD_AFTER


def rates_to_look_at(now: datetime) -> DashboardBlock:
    """Return doubted rates that readers see, then held ones, failing sources, and pairs without a new rate."""
    lines = [
        BlockLine(
            title=f"{rate.pair}: {rate.value.normalize():f}",
            url=reverse("admin:tickers_rate_change", args=[rate.pk]),
            facts=[date_format(rate.effective_date), rate.doubt or rate.held_reason],
            mark=_("doubted") if rate.is_doubted else _("held"),
        )
        for rate in Rate.objects.waiting().select_related("pair")[:SHOWN]
    ]
    sources = list(Source.objects.all())
    lines += [_source_line(source) for source in sources if source.failures >= TOLD_AFTER]
    asked_sources = {source.provider for source in sources if source.asked_at}
    lines += [_late_line(pair, asked_sources) for pair in late_rates.late_pairs(now)[: max(0, SHOWN - len(lines))]]
    url, nothing = (
        list_of("tickers_rate", look="any"),
        _("No rate waits for a look, and no active pair lacks a new one."),
    )
    return DashboardBlock("rates", _("Rates that need a look"), url, nothing, lines)


def _source_line(source: Source) -> BlockLine:
    text = ngettext("failed once", "failed %(count)s times in a row", source.failures)
    facts = [text % {"count": source.failures}, source.trouble]
    return BlockLine(str(source), list_of("tickers_source"), facts, _("failing"))


def _late_line(pair: Any, asked_sources: set[str]) -> BlockLine:
    """Return the line of ``pair``, which has ``newest``; it is late only if rates were ever fetched or typed here."""
    url, mark = list_of("tickers_rate", pair__id__exact=str(pair.pk)), ""
    fact = _("newest of %(day)s") % {"day": date_format(pair.newest)} if pair.newest else _("no rate yet")
    facts = [fact]
    if pair.newest and late_rates.is_awaited(pair, asked_sources):
        mark = _("late")
    elif pair.newest:
        facts.append(_("nobody typed one here yet") if pair.provider == MANUAL else _("its source was never asked yet"))
    return BlockLine(title=str(pair), url=url, facts=facts, mark=mark)
