"""Sitemaps: an index by month, each month's articles, the sections, and the last two days for news search.

Django's own would count the archive for every index. Months are those of UTC, so that no setting moves an article from
one file to another; ``announcing`` keeps what the index says of each, and what happened since is looked up here.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

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
    """Name these pages in the sitemap beside sections and pairs; the project knows them all."""
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
    """The pages that the paper always has, the sections, the flat pages and the rates."""
    context = {
        "fixed": FIXED,
        "sections": Section.objects.with_parent(),
        "pages": FlatPage.objects.filter(is_public=True),
    }
    context["crossings"] = crossings.filled(request.at)
    return _xml(request, "sitemap_sections.xml", context)


@require_safe
def month(request, year, month, part="1"):
    """The articles first published in one month (UTC), with their pictures; ``part`` of those files it needs."""
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
    """The numbers of pictures in the bodies of editions, by the edition's."""
    found: dict[int, list[int]] = {}
    rows = EditionImage.objects.filter(edition__in=listed.order_by()).order_by("pk")
    for edition, image in rows.values_list("edition_id", "image_id"):
        found.setdefault(edition, []).append(image)
    return found


def _urls(rows: list[tuple], pictures: dict[int, list[int]], root: str) -> SafeString:
    """A ``<url>`` for each row, written by hand: a month may have thousands."""
    shown = {pk: dict.fromkeys(([lead] if lead else []) + pictures.get(pk, [])) for pk, _path, lead, *_times in rows}
    images = Image.objects.in_bulk({image for some in shown.values() for image in some})
    urls = {pk: image.sources("full").at_most(renditions.SHARED_WIDTH)[0] for pk, image in images.items()}
    addresses = {pk: escape(absolute(url, root)) for pk, url in urls.items()}
    zone = timezone.get_current_timezone()
    lines = []
    for pk, path, _lead, *times in rows:
        changed = max(filter(None, times)).astimezone(zone).isoformat(timespec="seconds")
        found = dict.fromkeys(addresses[image] for image in shown[pk])
        seen = "".join(f"<image:image><image:loc>{one}</image:loc></image:image>" for one in found)
        lines.append(f"<url><loc>{root}{escape(path)}</loc><lastmod>{changed}</lastmod>{seen}</url>")
    return mark_safe("\n  ".join(lines))  # noqa: S308 - addresses are escaped, times are ours


@require_safe
def news(request):
    """What Google News asks for: the articles of the last two days; as no map may be empty, else the newest alone."""
    rows = Edition.objects.live(request.at).filter(noindex=False, published_at__gt=request.at - NEWS_AGE)
    editions = list(rows.newest().only("path", "headline", "language", "published_at")[:NEWS_MOST])
    newest = [] if editions else Edition.objects.live(request.at).filter(noindex=False).newest().only("path")[:1]
    return _xml(request, "sitemap_news.xml", {"editions": editions, "newest": newest})


def _xml(request, name, context):
    return xml.xml_answer(request, f"articles/{name}", context)


def _months(at: datetime) -> list[tuple[date, int, datetime]]:
    """The months with articles live at ``at``, the newest first: those kept, and what happened since they were.

    Of each its first day, how many articles, and when one of them last changed.
    """
    told = Announcement.objects.filter(pk=Announcement.Listener.SITEMAPS).values_list("told_until", flat=True).first()
    if told is None:  # nobody has counted yet
        rows = [(month.month, month.articles, month.changed_at) for month in announcements.count_months(at)]
    else:
        rows = list(ArchiveMonth.objects.values_list("month", "articles", "changed_at"))
    articles, changes = {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}
    since = min(told - announcements.OVERLAP, at) if told else at
    old = set()
    for happened in _since(since, at):
        month = announcements.first_of_month(happened["published_at"])
        changes[month] = max(changes.get(month, happened["moment"]), happened["moment"])
        old.add(month)
    articles |= {month: announcements.listed_in_month(month, at).count() for month in old}
    return [(month, articles[month], changes[month]) for month in sorted(articles, reverse=True) if articles[month]]


def _since(since: datetime, at: datetime) -> list[dict]:
    """Months' newest changes after ``since``: when an edition of theirs began or ended."""
    began = Edition.objects.filter(live_from__gt=since, live_from__lte=at).values("published_at", moment=F("live_from"))
    ended = Edition.objects.filter(live_until__gt=since, live_until__lte=at)
    ended = ended.values("published_at", moment=F("live_until"))
    return list(began.order_by().union(ended.order_by()).order_by())
