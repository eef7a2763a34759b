"""Pages of rates for readers, and the same as data."""

import csv
from datetime import date
from itertools import chain
from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponsePermanentRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickers import chart, providers, ratebar
from tickers.converter import ConverterForm
from tickers.history import BACK, SPANS, Point, history, moves, sparks
from tickers.models import Pair
from tickers.ratebar import Row

SPAN = "1m"  # what a page shows that was not asked for another
COLUMNS = ["effective_date", "pair", "unit", "value", "provider"]
ROWS_AT_ONCE = 2000


@require_safe
def rates_page(request):
    """All pairs, with their moves."""
    rows = ratebar.current_rows(request.at, timezone.get_current_timezone())
    newest = max((row.effective_date for row in rows if not row.is_peg), default=_today(request))
    moved, lines = moves(newest), sparks(newest)
    table = [
        {
            "row": row,
            "moves": [ratebar.Move.of(moved.get(row.slug, {}).get(name), turned=row.is_inverse) for name in BACK],
            "spark": chart.spark(_turned(lines.get(row.slug, []), row)),
        }
        for row in rows
    ]
    sources = {row.provider: providers.ALL[row.provider] for row in rows if row.provider in providers.ALL}
    return render(request, "tickers/rates_page.html", {"table": table, "sources": sources.values()})


@require_safe
def pair_page(request, slug):
    """One pair: its past as a chart and a table, and sums turned into the other currency."""
    today = _today(request)
    if (pair := _find_pair(slug, today)) is None:
        return _other_way_round(request, slug, today)
    span = request.GET.get("span", SPAN)
    if span not in SPANS:
        raise Http404
    row = ratebar.row_of(pair, today)
    if row is None:
        raise Http404
    row = ratebar.inverse(row) if row.is_inverse else row
    past = history(pair, span, min(today, pair.effective_date or today))
    form = ConverterForm(pair, today, request.GET)
    context = {
        "pair": pair,
        "row": row,
        "source": providers.ALL.get(row.provider),
        "inverse": ratebar.inverse(row),
        "span": span,
        "spans": [(name, label) for name, (label, _days) in SPANS.items()],
        "history": past,
        "move": past and ratebar.Move(past.change),
        "charts": past and [("wide", chart.draw(past.points)), ("narrow", chart.draw(past.points, chart.NARROW))],
        "form": form,
        "result": form.result(),
        "data": _data(pair, row),
        "card": pair.card and default_storage.url(pair.card),
    }
    response = render(request, "tickers/pair_page.html", context)
    response.headers["Surrogate-Key"] = f"paper rate-{pair.slug}"
    return response


@require_safe
def pair_csv(request, slug):
    """Every accepted rate of a pair, the newest first."""
    today = _today(request)
    pair = _pair(slug, today)
    rates = pair.rates.accepted().filter(effective_date__lte=today).order_by("-effective_date")
    rows = rates.values_list("effective_date", "value", "provider").iterator(chunk_size=ROWS_AT_ONCE)
    unit = f"{pair.quote} for 1 {pair.base}"
    lines = ([day.isoformat(), str(pair), unit, _plain(value), provider] for day, value, provider in rows)
    writer = csv.writer(_Echo())
    response = StreamingHttpResponse(
        (writer.writerow(line) for line in chain([COLUMNS], lines)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{pair.slug}.csv"'
    return response


@require_safe
def pair_json(request, slug):
    """Every accepted rate of a pair, the newest first, with what it is and where it is from."""
    today = _today(request)
    pair = _pair(slug, today)
    row = ratebar.row_of(pair, today)
    rates = pair.rates.accepted().filter(effective_date__lte=today).order_by("-effective_date")
    rows = rates.values_list("effective_date", "value", "provider")
    found = [{"effective_date": day, "value": _plain(value), "provider": provider} for day, value, provider in rows]
    return JsonResponse((_data(pair, row) if row else {"pair": str(pair)}) | {"rates": found})


@require_safe
def rates_json(request):
    """The newest rate of every active pair."""
    today = _today(request)
    found = [(pair, ratebar.row_of(pair, today)) for pair in ratebar.with_newest(today)]
    return JsonResponse({"rates": [_data(pair, row) for pair, row in found if row]})


def _data(pair: Pair, row: Row) -> dict[str, object]:
    """A pair's newest rate, in names that stay; numbers are strings, so that no reader rounds them."""
    if row.is_inverse:
        row = ratebar.inverse(row)
    source = providers.ALL.get(row.provider)
    return {
        "pair": str(pair),
        "base": row.base,
        "quote": row.quote,
        "unit": f"{row.quote} for 1 {row.base}",
        "value": _plain(row.value),
        "previous_value": None if row.previous is None else _plain(row.previous),
        "change_percent": None if row.change is None else f"{row.change:.6f}",
        "effective_date": row.effective_date.isoformat(),
        "is_stale": row.is_stale,
        "provider": row.provider,
        "source": row.source,
        "source_url": source.home if source else "",
        "terms": str(source.terms) if source else "",
    }


def _pair(slug: str, today: date) -> Any:
    """The active pair of an address, with its newest rate beside its fields."""
    pair = _find_pair(slug, today)
    if pair is None:
        raise Http404
    return pair


def _find_pair(slug: str, today: date) -> Any:
    base, _hyphen, quote = slug.upper().partition("-")
    return ratebar.with_newest(today).filter(base=base, quote=quote).first()


def _other_way_round(request, slug: str, today: date) -> HttpResponsePermanentRedirect:
    """Whoever asks for USD/KGS means the page of KGS/USD, which tells both."""
    base, _hyphen, quote = slug.partition("-")
    pair = _pair(f"{quote}-{base}", today)
    asked = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(pair.get_absolute_url() + (f"?{asked}" if asked else ""))


def _turned(points: list[Point], row: Row) -> list[Point]:
    return [Point(point.day, 1 / point.value) for point in points] if row.is_inverse else points


def _today(request) -> date:
    """The paper's day at the time that the page shows."""
    return timezone.localdate(request.at)


def _plain(value) -> str:
    return f"{value.normalize():f}"


class _Echo:
    """What csv writes to: it hands each line on."""

    def write(self, line):
        return line
