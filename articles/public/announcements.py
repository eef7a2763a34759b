"""Announcing to machines what went live and what ended: the sitemap index, a hub for feed readers, search engines.

Editions go live by their times, so no code runs at that moment. A worker looks each minute, and at once when somebody
publishes, which editions began or ended since a listener was last told. A row may be committed some seconds after the
time it names, so each look goes back ``OVERLAP`` and leaves out what was announced.
"""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Count, F, Max, Q, QuerySet, When
from django.db.models.functions import TruncMonth

from articles import outside
from articles.models.announcement import Announcement, ArchiveMonth
from articles.models.author import Author
from articles.models.edition import Edition
from articles.models.section import Section
from articles.models.site import SiteSettings

Listener = Announcement.Listener

OVERLAP = timedelta(minutes=1)
AGE = timedelta(days=1)  # older changes are no news to a hub or a search engine
CLAIM = timedelta(minutes=2)  # longer than an announcement takes
WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)  # after a failure; doubled with each
MOST = 500  # editions announced at once
MOST_TOLD = 5_000  # marks that are remembered: as many editions may have begun at one moment
MOST_FEEDS = 90  # addresses that a hub takes in one request
INDEXNOW = "https://api.indexnow.org/indexnow"
FEEDS = ("feed/", "atom/", "feed.json")


class NotTold(Exception):
    """A listener refused an announcement; the text says why."""


@dataclass(frozen=True)
class LiveChange:
    """An edition that began or ended."""

    edition: Edition
    moment: datetime
    mark: str


def indexnow_key_text() -> str:
    """Return the paper's key for IndexNow, the same on every server; its key file proves that the addresses are the
    paper's.
    """
    return hmac.new(settings.SECRET_KEY.encode(), b"articles.announcing.indexnow", "sha256").hexdigest()[:32]


def listeners(paper: SiteSettings) -> list[Listener]:
    """Return the listeners that the settings of ``paper`` ask for."""
    is_wanted_by = {
        Listener.SITEMAPS: True,
        Listener.WEBSUB: bool(paper.websub_hub),
        Listener.INDEXNOW: paper.tells_search_engines,
    }
    return [listener for listener, is_wanted in is_wanted_by.items() if is_wanted]


def due(now: datetime) -> list[Listener]:
    """Return the listeners for which something happened since the last announcement."""
    rows = {row.listener: row for row in Announcement.objects.all()}
    return [
        listener
        for listener in listeners(SiteSettings.current())
        if listener not in rows or (_may_tell(rows[listener], now) and _changes(rows[listener], now, 1))
    ]


def announce_to(listener: Listener, now: datetime) -> int:
    """Announce to ``listener`` what began or ended by ``now``, and return how many editions; raise ``NotTold`` if it
    refuses.

    The first time there is nothing to announce: what readers see already is no news.
    """
    row = _claim(listener, now)
    if row is None:
        return 0
    changes = _changes(row, now, MOST)
    try:
        TELL[listener](changes, now)
    except NotTold:
        Announcement.objects.filter(pk=listener).update(claimed_until=None, failed_at=now, failures=F("failures") + 1)
        raise
    until = now if len(changes) < MOST else changes[-1].moment  # the remaining ones follow with the next announcement
    marks = [change.mark for change in changes] + row.told
    Announcement.objects.filter(pk=listener).update(
        told_until=until, told=marks[:MOST_TOLD], claimed_until=None, failed_at=None, failures=0
    )
    return len(changes)


@transaction.atomic
def _claim(listener: Listener, now: datetime) -> Announcement | None:
    """Return the row of ``listener``, claimed for this process; None if another has it or it is too early for one."""
    row, is_new = Announcement.objects.get_or_create(listener=listener, defaults={"told_until": now})
    if is_new:
        if listener == Listener.SITEMAPS:
            fields = ["articles", "changed_at"]
            ArchiveMonth.objects.bulk_create(
                count_months(now), update_conflicts=True, unique_fields=["month"], update_fields=fields
            )
        return None
    row = Announcement.objects.select_for_update().get(pk=listener)
    if not _may_tell(row, now):
        return None
    row.claimed_until = now + CLAIM
    row.save(update_fields=["claimed_until"])
    return row


def _may_tell(row: Announcement, now: datetime) -> bool:
    if row.claimed_until and row.claimed_until > now:
        return False
    wait = min(WAIT * 2 ** min(row.failures, 10), LONGEST_WAIT)
    return not (row.failures and row.failed_at and row.failed_at + wait > now)


def began_or_ended(since: datetime, until: datetime) -> QuerySet[Edition]:
    """Return the editions that went live or ended after ``since`` and by ``until``."""
    return Edition.objects.filter(
        Q(live_from__gt=since, live_from__lte=until) | Q(live_until__gt=since, live_until__lte=until)
    )


def _changes(row: Announcement, now: datetime, most: int) -> list[LiveChange]:
    since = row.told_until - OVERLAP
    if row.listener != Listener.SITEMAPS:
        since = max(since, now - AGE)
    announced = set(row.told)
    has_ended = Q(live_until__gt=since, live_until__lte=now)
    editions = began_or_ended(since, now).annotate(moment=Case(When(has_ended, then="live_until"), default="live_from"))
    editions = editions.defer("body", "corrections", "dated_corrections").order_by("moment", "pk")
    changes = (
        LiveChange(edition, edition.moment, _mark(edition, now)) for edition in editions[: most + len(announced)]
    )
    return [change for change in changes if change.mark not in announced][:most]


def _mark(edition: Edition, now: datetime) -> str:
    return f"{edition.pk}{'ended' if edition.live_until <= now else 'began'}"


def _tell_sitemaps(changes: list[LiveChange], now: datetime) -> None:
    """Recount the months in which something happened."""
    months: dict[date, datetime] = {}
    for change in changes:
        month = first_of_month(change.edition.published_at)
        months[month] = max(change.moment, months.get(month, change.moment))
    for month, changed_at in months.items():
        ArchiveMonth.objects.update_or_create(
            month=month, defaults={"articles": listed_in_month(month, now).count(), "changed_at": changed_at}
        )


def count_months(now: datetime) -> list[ArchiveMonth]:
    """Return all months, counted in one walk through the archive; nothing is stored."""
    began = Edition.objects.filter(live_from__lte=now).annotate(month=TruncMonth("published_at", tzinfo=UTC))
    is_live = Q(live_until__gt=now, noindex=False)
    ends = Max("live_until", filter=Q(live_until__lte=now))
    rows = (
        began.order_by().values("month").annotate(count=Count("pk", filter=is_live), start=Max("live_from"), end=ends)
    )
    return [
        ArchiveMonth(
            month=row["month"].date(), articles=row["count"], changed_at=max(row["start"], row["end"] or row["start"])
        )
        for row in rows
    ]


def recount_months(now: datetime) -> None:
    """Count the months anew after many editions began in the past or were removed; those that differ changed now."""
    if not Announcement.objects.filter(listener=Listener.SITEMAPS).exists():
        return  # the first announcement counts them
    stored = dict(ArchiveMonth.objects.values_list("month", "articles"))
    counted = count_months(now)
    ArchiveMonth.objects.exclude(month__in=[row.month for row in counted]).delete()
    changed = [row for row in counted if stored.get(row.month) != row.articles]
    for row in changed:
        row.changed_at = now
    fields = ["articles", "changed_at"]
    ArchiveMonth.objects.bulk_create(changed, update_conflicts=True, unique_fields=["month"], update_fields=fields)


def first_of_month(moment: datetime) -> date:
    """Return the first day of the month (UTC) in which ``moment`` lies."""
    return moment.astimezone(UTC).date().replace(day=1)


def listed_in_month(month: date, at: datetime) -> QuerySet[Edition]:
    """Return the editions that the sitemap of ``month`` lists at ``at``, the newest first."""
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    rows = Edition.objects.live(at).filter(noindex=False, published_at__gte=start, published_at__lt=end)
    return rows.newest()


def _tell_hub(changes: list[LiveChange], now: datetime) -> None:
    """Tell the hub that every feed with one of the editions has changed (WebSub: a publisher's request to its hub)."""
    hub = SiteSettings.current().websub_hub
    addresses = [settings.SITE_ROOT + base + feed for base in _feed_bases(changes) for feed in FEEDS]
    for start in range(0, len(addresses), MOST_FEEDS):
        topics = [("hub.url", address) for address in addresses[start : start + MOST_FEEDS]]
        body = urlencode([("hub.mode", "publish"), *topics]).encode()
        _post(hub, body, "application/x-www-form-urlencoded")


def _feed_bases(changes: Iterable[LiveChange]) -> list[str]:
    """Return what the addresses of feeds begin with: the paper's, and those of the editions' sections, tags and
    authors.
    """
    pks = [change.edition.pk for change in changes]
    if not pks:
        return []
    sections = Section.objects.filter(edition_listings__edition__in=pks).with_parent().distinct()
    authors = Author.objects.public().filter(edition_bylines__edition__in=pks).distinct()
    tags = Edition.objects.filter(pk__in=pks, tag_rows__isnull=False).values_list("tag_rows__tag__slug", flat=True)
    return [
        "/",
        *(section.get_absolute_url() for section in sections),
        *(f"/topics/{slug}/" for slug in sorted(set(tags))),
        *(author.get_absolute_url() for author in authors),
    ]


def _tell_search_engines(changes: list[LiveChange], now: datetime) -> None:
    """Send the addresses of new, changed and ended pages to search engines (indexnow.org/documentation)."""
    paths = sorted({change.edition.path for change in changes if not change.edition.noindex})
    if not paths:
        return
    root = settings.SITE_ROOT
    payload = {
        "host": settings.SITE_HOST,
        "key": indexnow_key_text(),
        "keyLocation": f"{root}/{indexnow_key_text()}.txt",
        "urlList": [root + path for path in paths],
    }
    _post(INDEXNOW, json.dumps(payload).encode(), "application/json; charset=utf-8")


def _post(address: str, body: bytes, content_type: str) -> None:
    answer = outside.tell(address, body, content_type)
    if answer.trouble:
        raise NotTold(f"{address} did not take it: {answer.status or answer.trouble}")


TELL = {
    Listener.SITEMAPS: _tell_sitemaps,
    Listener.WEBSUB: _tell_hub,
    Listener.INDEXNOW: _tell_search_engines,
}
