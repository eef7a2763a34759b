"""The watch of what readers get: pages asked for as a stranger does, compared with what the rows say is live."""

import html
import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from urllib.parse import quote_plus, unquote

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models.edition import Edition
from articles.public import curation
from articles.public.feeds import ITEMS
from articles.public.sitemaps import NEWS_AGE, NEWS_MOST
from ground.http import Client, Failure
from ground.internet import is_anywhere
from newsroom.watch.findings import Finding

logger = logging.getLogger(__name__)
CLIENT = Client(
    is_open=is_anywhere,
    ports={"http": None, "https": None},
    connect=3,
    silence=10,
    whole=15,
    most_bytes=8 * 1024 * 1024,
    redirects=2,
)
GRACE = timedelta(minutes=2)  # the time that caches on the way get
ENDED = timedelta(days=1)  # how long what ended is looked for
MOST_NAMED = 3  # addresses in one finding
FRONT, FEED, SITEMAP, SEARCH = "/", "/feed/", "/news-sitemap.xml", "/search/"


def watch_readers(now: datetime) -> Iterator[Finding]:
    """Find what is live and not shown, or ended and still shown, on each server of ``NEWSROOM_WATCH_URLS``."""
    for root in settings.WATCH_URLS:
        for place in (FRONT, FEED, SITEMAP, SEARCH):
            yield from _look_at(root.rstrip("/"), place, now)


def expected_paths(place: str, at: datetime) -> set[str]:
    """Return the paths of articles that ``place`` shows at ``at``, by the rows."""
    live = Edition.objects.live(at)
    if place == FRONT:
        front = curation.front_page_at(at)
        editions = [front.lead, *front.with_lead, *front.seconds, *front.latest]
        return {edition.path for edition in editions if edition}
    if place == FEED:
        return set(live.newest().values_list("path", flat=True)[:ITEMS])
    if place == SITEMAP:
        recent = live.filter(noindex=False, published_at__gt=at - NEWS_AGE)
        return set(recent.newest().values_list("path", flat=True)[:NEWS_MOST])
    return set(live.newest().values_list("path", flat=True)[:1])


def ended_paths(at: datetime) -> set[str]:
    """Return the paths where something ended in the day before ``at``, and nothing is live."""
    ended = Edition.objects.filter(live_until__gt=at - ENDED, live_until__lte=at).values_list("path", flat=True)
    paths = set(ended)
    return paths - set(Edition.objects.live(at).filter(path__in=paths).values_list("path", flat=True))


def _look_at(root: str, place: str, now: datetime) -> Iterator[Finding]:
    """Ask one address, and compare: what was so two minutes ago and is so after the answer must be seen."""
    lasting, ended = expected_paths(place, now - GRACE), ended_paths(now - GRACE)
    try:
        text = read_page(root + _address(place))
    except (Failure, OSError) as failure:
        words = {"address": root + place, "failure": failure}
        text = _("Readers get no answer at %(address)s: %(failure)s") % words
        yield Finding(f"readers {root}{place} silent", text, _("Look at the web server and at what stands before it."))
        return
    after = timezone.now()
    advice = _("Have all pages made anew (Machinery, Pages that are kept), and look at the caches before the paper.")
    missing = sorted(path for path in lasting & expected_paths(place, after) if path not in text)
    if missing:
        words = {"address": root + place, "paths": _some(missing)}
        yield Finding(f"readers {root}{place} overdue", _("%(address)s lacks what is live: %(paths)s") % words, advice)
    left = sorted(path for path in ended & ended_paths(after) if path in text)
    if left:
        words = {"address": root + place, "paths": _some(left)}
        yield Finding(f"readers {root}{place} ended", _("%(address)s shows what ended: %(paths)s") % words, advice)


def read_page(address: str) -> str:
    """Return the text of ``address``, without escapes; raise ``OSError`` unless it answers 200."""
    response = CLIENT.request("GET", address, headers={"User-Agent": "newsroom-watch"})
    if response.status != 200:
        raise OSError(f"it answers {response.status}")
    return unquote(html.unescape(response.body.decode("utf-8", "replace")))


def _address(place: str) -> str:
    """Return what is asked for ``place``: a search is for the headline of the newest article."""
    newest = Edition.objects.live().newest().only("headline").first() if place == SEARCH else None
    return f"{place}?q={quote_plus(newest.headline)}" if newest else place


def _some(paths: Iterable[str]) -> str:
    paths = list(paths)
    more = f" (+{len(paths) - MOST_NAMED})" if len(paths) > MOST_NAMED else ""
    return ", ".join(paths[:MOST_NAMED]) + more
