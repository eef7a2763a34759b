"""Sitemaps: an index by month, each month's articles, the sections, and the last two days for news search.

Django's own would count the archive for every index. Months are in UTC, so that no setting moves an article from one
file to another. ``announcements`` stores what the index says of each month, and later changes are looked up here.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TypedDict

from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from articles.models.announcement import Announcement, ArchiveMonth
from articles.models.edition import Edition, EditionImage
from articles.models.flat_page import FlatPage
from articles.models.image import Image
from articles.models.section import Section
from articles.pictures import renditions
from articles.public import announcements, crossings
from ground import xml
from ground.addresses import absolute, root_of

NEWS_AGE = timedelta(days=2)  # Google News takes no older ones, and at most 1,000
NEWS_MOST = 1000
MONTH_MOST = 10_000  # of one file, for which sitemaps.org allows 50,000 and 50 MB, and Google 1,000 pictures a page
YEARS = range(1900, 3000)
FIXED: list[str] = []  # addresses of pages that the paper always has


def name_pages(addresses: Iterable[str]) -> None:
    """Add pages to the sitemap of sections and pairs; the project calls this with all it has."""
    FIXED.extend(address for address in addresses if address not in FIXED)


@require_safe
def sitemap_index(request):
    """Every month that has a live article, in as many files as it needs, and the sections."""
    begin, lines = f"<sitemap><loc>{root_of(request)}/sitemap-", []
    for month, articles, changed_at in _months(request.at):
        name, changed = month.isoformat()[:7], changed_at.isoformat("T", "seconds")  # in UTC; an archive has hundreds
        lines.append(f"{begin}{name}.xml</loc><lastmod>{changed}</lastmod></sitemap>")
        for part in range(2, 1 + -(-articles // MONTH_MOST)):
            lines.append(f"{begin}{name}-{part}.xml</loc><lastmod>{changed}</lastmod></sitemap>")
    files = mark_safe("\n  ".join(lines))  # noqa: S308 - months and times are ours, and Django knows the host
    return _xml(request, "sitemap_index.xml", {"files": files})


@require_safe
def sections(request):
    """The paper's fixed pages, the sections, the flat pages and the rates."""
    context = {
        "fixed": FIXED,
        "sections": Section.objects.with_parent(),
        "pages": FlatPage.objects.filter(is_public=True),
    }
    context["crossings"] = crossings.filled(request.at)
    return _xml(request, "sitemap_sections.xml", context)


@require_safe
def month(request, year, month, part="1"):
    """The articles first published in one month (UTC), with their pictures; ``part`` is the number of the file."""
    if not 1 <= int(month) <= 12 or int(year) not in YEARS or int(part) < 1:
        raise Http404
    first = (int(part) - 1) * MONTH_MOST
    listed = announcements.listed_in_month(date(int(year), int(month), 1), request.at)
    columns = ("pk", "path", "lead_image_id", "published_at", "revised_at", "corrected_at")
    rows = list(listed.values_list(*columns)[first : first + MONTH_MOST])
    if not rows:
        raise Http404
    urls = _urls(rows, _pictures(listed), root_of(request))
    return _xml(request, "sitemap_month.xml", {"urls": urls})


def _pictures(listed: QuerySet[Edition]) -> dict[int, list[int]]:
    """Return the primary keys of pictures in the bodies of ``listed``, by the edition's primary key."""
    pictures: dict[int, list[int]] = {}
    rows = EditionImage.objects.filter(edition__in=listed.order_by()).order_by("pk")
    for edition, image in rows.values_list("edition_id", "image_id"):
        pictures.setdefault(edition, []).append(image)
    return pictures


def _urls(rows: list[tuple], pictures: dict[int, list[int]], root: str) -> SafeString:
    """Return a ``<url>`` for each row, written by hand because a month may have thousands."""
    images_by_edition = {
        pk: dict.fromkeys(([lead] if lead else []) + pictures.get(pk, [])) for pk, _path, lead, *_times in rows
    }
    images = Image.objects.in_bulk({image for some in images_by_edition.values() for image in some})
    urls = {pk: image.sources("full").at_most(renditions.SHARED_WIDTH)[0] for pk, image in images.items()}
    addresses = {pk: escape(absolute(url, root)) for pk, url in urls.items()}
    zone = timezone.get_current_timezone()
    lines = []
    for pk, path, _lead, *times in rows:
        changed = max(filter(None, times)).astimezone(zone).isoformat(timespec="seconds")
        image_urls = dict.fromkeys(addresses[image] for image in images_by_edition[pk])
        image_tags = "".join(f"<image:image><image:loc>{url}</image:loc></image:image>" for url in image_urls)
        lines.append(f"<url><loc>{root}{escape(path)}</loc><lastmod>{changed}</lastmod>{image_tags}</url>")
    return mark_safe("\n  ".join(lines))  # noqa: S308 - addresses are escaped, times are ours


@require_safe
def news(request):
    """The articles of the last two days, for Google News; if there are none, the newest, as no map may be empty."""
    rows = Edition.objects.live(request.at).filter(noindex=False, published_at__gt=request.at - NEWS_AGE)
    editions = list(rows.newest().only("path", "headline", "language", "published_at")[:NEWS_MOST])
    newest = [] if editions else Edition.objects.live(request.at).filter(noindex=False).newest().only("path")[:1]
    return _xml(request, "sitemap_news.xml", {"editions": editions, "newest": newest})


def _xml(request, name, context):
    return xml.xml_answer(request, f"articles/{name}", context)


def _months(at: datetime) -> list[tuple[date, int, datetime]]:
    """Return the months with articles live at ``at``, the newest first: the stored ones, updated by later changes.

    Each has its first day, its number of articles, and when one of them last changed.
    """
    counted_until = (
        Announcement.objects.filter(pk=Announcement.Listener.SITEMAPS).values_list("told_until", flat=True).first()
    )
    if counted_until is None:  # the months were never counted
        rows = [(month.month, month.articles, month.changed_at) for month in announcements.count_months(at)]
    else:
        rows = list(ArchiveMonth.objects.values_list("month", "articles", "changed_at"))
    articles, changes = {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}
    since = min(counted_until - announcements.OVERLAP, at) if counted_until else at
    old = set()
    for happened in _since(since, at):
        month = announcements.first_of_month(happened["published_at"])
        changes[month] = max(changes.get(month, happened["moment"]), happened["moment"])
        old.add(month)
    articles |= {month: announcements.listed_in_month(month, at).count() for month in old}
    return [(month, articles[month], changes[month]) for month in sorted(articles, reverse=True) if articles[month]]


class EditionChange(TypedDict):
    """When an edition began or ended, and when its article was first published."""

    published_at: datetime
    moment: datetime


def _since(since: datetime, at: datetime) -> list[EditionChange]:
    """Return the changes after ``since``: when an edition began or ended, with its publication time."""
    began = Edition.objects.filter(live_from__gt=since, live_from__lte=at).values("published_at", moment=F("live_from"))
    ended = Edition.objects.filter(live_until__gt=since, live_until__lte=at)
    ended = ended.values("published_at", moment=F("live_until"))
    return list(began.order_by().union(ended.order_by()).order_by())
