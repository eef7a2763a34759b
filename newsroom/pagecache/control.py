"""What an answer tells the caches between us and a reader."""

import time

from django.conf import settings
from django.http import HttpResponse

from articles.surrogates import HEADER, LATEST, PAPER
from newsroom.guard import PUBLIC
from newsroom.pagecache.page import Page

LONGEST_STALE = 24 * 3600  # seconds that a shared cache may go on with a page while we don't answer at all
MEANWHILE = 5  # seconds that it may hand out a page while it asks for another, within the page's own time


def mark(response: HttpResponse) -> None:
    """Say by which keys a CDN can forget a page; without one nobody needs to know."""
    keys = response.headers.get(HEADER, f"{PAPER} {LATEST}")
    del response.headers[HEADER]
    if settings.CDN:
        response.headers[HEADER] = keys
        response.headers["Cache-Tag"] = keys.replace(" ", ",")  # Cloudflare's name for it


def header(page: Page, *, is_old: bool) -> str:
    """The Cache-Control of an answer.

    Browsers ask each time. A shared cache that is told of changes (settings.CDN) keeps a page until time itself
    changes something, and never longer: a second less, as such caches count whole ones.
    """
    if not settings.CDN:
        return PUBLIC
    left = 1 if is_old else int(page.until - time.time()) - 1
    if left <= 0:
        return PUBLIC
    meanwhile = min(MEANWHILE, left // 2)
    return (
        f"public, max-age=0, s-maxage={left - meanwhile}, stale-while-revalidate={meanwhile}, "
        f"stale-if-error={LONGEST_STALE}"
    )
