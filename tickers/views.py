"""The pages of rates for readers, and the same as data."""

import csv
from datetime import date
from decimal import Decimal
from functools import wraps
from itertools import chain
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import (
    Http404,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ground.requests import ReaderRequest
from tickers import chart, providers, ratebar
from tickers.converter import ConverterForm
from tickers.history import SPANS, history, with_past, with_span
from tickers.models import Pair
from tickers.ratebar import PairRow

SPAN = "1m"  # the default span of a page
COLUMNS = ["effective_date", "pair", "unit", "value", "provider"]
ROWS_AT_ONCE = 2000


@require_safe
def rates_page(request):
    """All pairs as the price of one dollar, with their moves."""
    rows = _current_rows(request)
    newest = max((row.effective_date for row in rows if not row.is_peg), default=_today(request))
    rows = [ratebar.for_one(row, "USD") for row in with_past(rows, newest)]
    table = [{"row": row, "spark": chart.spark(row.points)} for row in rows]
    sources = {row.provider: providers.ALL[row.provider] for row in rows if row.provider in providers.ALL}
    return render(request, "tickers/rates_page.html", {"table": table, "sources": sources.values()})


def of_a_pair(view):
    """Wrap ``view`` to get a pair and its row; the pair in the other direction redirects to its own address.

    An inactive pair keeps its address, because old texts link to it, but search engines don't list it.
    """

    @require_safe
    @wraps(view)
    def answer(request, slug):
        today = _today(request)
        pair = _find_pair(slug, today)
        if pair is None:
            raise Http404
        if pair.slug == slug.lower():
            row = ratebar.pair_row_of(pair, today)
            if row is None:
                raise Http404
            response = view(request, pair, row)
            if not pair.active:
                response.headers["X-Robots-Tag"] = "noindex"
            return response
        query_string = request.META.get("QUERY_STRING", "")
        address = reverse(request.resolver_match.view_name, args=[pair.slug])
        return HttpResponsePermanentRedirect(address + (f"?{query_string}" if query_string else ""))

    return answer


@of_a_pair
def pair_page(request, pair, row):
    """One pair: its past as a chart and a table, and the converter."""
    today = _today(request)
    span = request.GET.get("span", SPAN)
    if span not in SPANS:
        raise Http404
    row = with_span(row, pair, span, min(today, pair.effective_date or today))
    past = history(row)
    form = ConverterForm(pair, row, today, request.GET)
    context = {
        "row": row,
        "is_followed": pair.active,
        "source": providers.ALL.get(row.provider),
        "inverse": ratebar.inverse(row),
        "span": span,
        "spans": [(name, label) for name, (label, _days) in SPANS.items()],
        "history": past,
        "charts": past
        and [("wide", chart.draw_line(past.points)), ("narrow", chart.draw_line(past.points, chart.NARROW))],
        "form": form,
        "result": form.result(),
        "choices": form.choices(),
        "data": row.data(),
        "card": pair.card,
    }
    response = render(request, "tickers/pair_page.html", context)
    response.headers["Surrogate-Key"] = f"paper rate-{pair.slug}"
    return response


@of_a_pair
def pair_csv(request, pair, row):
    """Every accepted rate of a pair, the newest first, in the direction of the pair's page."""
    rates = _accepted(pair, request).iterator(chunk_size=ROWS_AT_ONCE)
    lines = ([day.isoformat(), row.pair, row.unit, _value(row, value), provider] for day, value, provider in rates)
    writer = csv.writer(_Echo())
    response = StreamingHttpResponse(
        (writer.writerow(line) for line in chain([COLUMNS], lines)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{pair.slug}.csv"'
    return response


@of_a_pair
def pair_json(request, pair, row):
    """Every accepted rate of a pair, the newest first, with its unit and source."""
    rates = [
        {"effective_date": day, "value": _value(row, value), "provider": provider}
        for day, value, provider in _accepted(pair, request)
    ]
    return JsonResponse(row.data() | {"rates": rates})


@of_a_pair
def pair_card(request, pair, row):
    """A redirect to the picture of the pair's newest rate, whose own address is new with each rate."""
    if not pair.card:
        raise Http404
    return HttpResponseRedirect(default_storage.url(pair.card))


@require_safe
def rates_json(request):
    """The newest rate of every active pair."""
    return JsonResponse({"rates": [row.data() for row in _current_rows(request)]})


def _accepted(pair, request):
    """Return the day, stored value and source of each rate that readers may see, the newest first."""
    rates = pair.rates.accepted().filter(effective_date__lte=_today(request)).order_by("-effective_date")
    return rates.values_list("effective_date", "value", "provider")


def _value(row: PairRow, stored: Decimal) -> str:
    return row.plain(row.from_stored(stored))


def _current_rows(request: ReaderRequest) -> list[PairRow]:
    return ratebar.current_rows(request.at, timezone.get_current_timezone())


def _find_pair(slug: str, today: date) -> Any:
    """Return the pair of an address, with its newest rate; None if readers may see none.

    The pair is active or has been, in the direction of the address or else in the other.
    """
    base, _hyphen, quote = slug.upper().partition("-")
    among = Pair.objects.filter(Q(base=base, quote=quote) | Q(base=quote, quote=base))
    candidates = [pair for pair in ratebar.with_newest(today, among) if pair.active or pair.value is not None]
    return min(candidates, key=lambda pair: (not pair.active, pair.base != base), default=None)


def _today(request: ReaderRequest) -> date:
    """Return the paper's day at the time that the page shows."""
    return timezone.localdate(request.at)


class _Echo:
    """A file for csv that returns each line."""

    def write(self, line):
        return line
