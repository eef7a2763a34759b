"""Sitemaps: an index by month, each month's articles, the sections, and the last two days for news search.

Django's own would count the archive for every index; these ask for one row a month.
"""

from datetime import datetime, timedelta

from django.db.models import Exists
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.models.edition import Edition
from articles.models.section import Section

NEWS_AGE = timedelta(days=2)  # Google News takes no older ones, and at most 1,000
NEWS_MOST = 1000
MONTH_MOST = 50_000  # sitemaps.org: the limit of one file


@require_safe
def index(request):
    """Every month that has a live article, and the sections."""
    return _xml(request, "sitemap_index.xml", {"months": _months(request.at)})


@require_safe
def sections(request):
    """The front page, the sections and the rates."""
    return _xml(request, "sitemap_sections.xml", {"sections": Section.objects.with_parent()})


@require_safe
def month(request, year, month):
    """The articles first published in one month."""
    if not 1 <= int(month) <= 12 or not 1900 <= int(year) <= 2999:
        raise Http404
    start = datetime(int(year), int(month), 1, tzinfo=timezone.get_current_timezone())
    rows = Edition.objects.live(request.at).filter(
        noindex=False, published_at__gte=start, published_at__lt=_next(start)
    )
    editions = list(rows.newest().only("path", "published_at", "revised_at")[:MONTH_MOST])
    if not editions:
        raise Http404
    return _xml(request, "sitemap_month.xml", {"editions": editions})


@require_safe
def news(request):
    """What Google News asks for: the articles of the last two days; as no map may be empty, else the newest alone."""
    rows = Edition.objects.live(request.at).filter(noindex=False, published_at__gt=request.at - NEWS_AGE)
    editions = list(rows.newest().only("path", "headline", "language", "published_at")[:NEWS_MOST])
    newest = [] if editions else Edition.objects.live(request.at).filter(noindex=False).newest().only("path")[:1]
    return _xml(request, "sitemap_news.xml", {"editions": editions, "newest": newest})


def _xml(request, name, context):
    return render(request, f"articles/{name}", context, content_type="application/xml; charset=utf-8")


def _months(at: datetime) -> list[datetime]:
    """The months with a live article, newest first: all since the first edition, and one probe of an index each."""
    oldest = Edition.objects.order_by("published_at", "pk").values_list("published_at", flat=True).first()
    if oldest is None:
        return []
    live = Edition.objects.live(at).filter(noindex=False)
    starts = [timezone.localtime(oldest).replace(day=1, hour=0, minute=0, second=0, microsecond=0)]
    while _next(starts[-1]) <= at:
        starts.append(_next(starts[-1]))
    probes = {
        f"m{number}": Exists(live.filter(published_at__gte=start, published_at__lt=_next(start)))
        for number, start in enumerate(starts)
    }
    found = Edition.objects.order_by().values(**probes)[:1][0]
    return [start for number, start in reversed(list(enumerate(starts))) if found[f"m{number}"]]


def _next(start: datetime) -> datetime:
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
