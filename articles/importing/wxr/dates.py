"""Times of an export in UTC: WordPress writes each twice, and often one of the two is missing or zeros."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.utils.translation import gettext as _

from articles.importing.wxr.entries import ExportEntry

WRITTEN = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?")
PAIR = re.compile(
    rb"post_date>\s{0,99}(?:<!\[CDATA\[)?([\d: -]{19})[^\d]{1,200}post_date_gmt>\s{0,99}(?:<!\[CDATA\[)?([\d: -]{19})"
)
PUB_DATE = re.compile(
    r"(?:\w{3},\s{0,3})?\d{1,2}\s\w{3}\s\d{4}\s.{1,30}"
)  # the year of zeros is -0001, which reads as 2000
FIRST_YEAR = 1900
FARTHEST = timedelta(hours=14)  # no zone is farther from UTC
QUARTER = timedelta(minutes=15)
MOST_PAIRS = 20_000

Tell = Callable[[str, str, str], None]  # kind, what, why


@dataclass
class SiteOffsets:
    """How far the site's clock was from UTC, by month, as its items with both times show it."""

    by_month: dict[tuple[int, int], Counter[timedelta]] = field(default_factory=dict)
    pairs: int = 0

    def learn(self, source: bytes) -> None:
        """Note the difference between the two times of an item."""
        if self.pairs >= MOST_PAIRS or not (pair := PAIR.search(source)):
            return
        local, gmt = read_time(pair[1].decode()), read_time(pair[2].decode())
        if local and gmt and is_offset(local - gmt):
            self.pairs += 1
            self.by_month.setdefault((local.year, local.month), Counter())[local - gmt] += 1

    def at(self, local: datetime) -> timedelta | None:
        """Return the difference in the month of ``local``, else in the nearest such month of a year, else None."""
        if not self.by_month:
            return None
        month = min(self.by_month, key=lambda known_month: _distance(known_month, local))
        return self.by_month[month].most_common(1)[0][0]


def _distance(month: tuple[int, int], local: datetime) -> tuple[int, int]:
    """How far ``month`` is from that of ``local``: first in the course of the year, for summer time, then in years."""
    apart = abs(month[1] - local.month)
    return min(apart, 12 - apart), abs(month[0] - local.year)


def is_offset(difference: timedelta) -> bool:
    return abs(difference) <= FARTHEST and difference % QUARTER == timedelta(0)


def read_time(text: str) -> datetime | None:
    """Return the time that ``text`` says, taken as UTC; None for zeros, a day that no calendar has and year 1."""
    match = WRITTEN.fullmatch(text.strip())
    if match is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        time = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return time if time.year >= FIRST_YEAR else None


def published_at(entry: ExportEntry, offsets: SiteOffsets, tell: Tell) -> datetime | None:
    """Return when ``entry`` was or will be published; None if it has no day that can be."""
    return _time(entry, "wp:post_date", entry.get("pubDate"), offsets, tell)


def modified_at(entry: ExportEntry, offsets: SiteOffsets, tell: Tell) -> datetime | None:
    return _time(entry, "wp:post_modified", "", offsets, tell)


def _time(entry: ExportEntry, name: str, fallback: str, offsets: SiteOffsets, tell: Tell) -> datetime | None:
    written, written_gmt = entry.get(name), entry.get(f"{name}_gmt")
    local, gmt = read_time(written), read_time(written_gmt)
    if local and gmt and not is_offset(local - gmt):
        tell("two times", f"{written} / {written_gmt}", _("The two times are no zone apart; the one in UTC was taken."))
    if gmt:
        return gmt
    if time := _pub_date(fallback):
        return time
    if local:
        offset = offsets.at(local)
        tell("local time", written, _without_zone(offset))
        return local - (offset or timedelta(0))
    if written.strip("0-: ") or written_gmt.strip("0-: "):
        tell("impossible time", written or written_gmt, _("No calendar has such a day; the item has no time."))
    return None


def _without_zone(offset: timedelta | None) -> str:
    if offset is None:
        return _("The time in UTC is missing, and no item shows the site's zone; the local time was taken as UTC.")
    hours = f"{'-' if offset < timedelta(0) else '+'}{abs(offset) // timedelta(hours=1):02}"
    minutes = f"{abs(offset) % timedelta(hours=1) // timedelta(minutes=1):02}"
    message = _("The time in UTC is missing; the local time was read with %(offset)s, as other items of that season.")
    return message % {"offset": f"{hours}:{minutes}"}


def _pub_date(text: str) -> datetime | None:
    if not PUB_DATE.fullmatch(text):
        return None
    try:
        time = parsedate_to_datetime(text)
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return time if time.year >= FIRST_YEAR else None
