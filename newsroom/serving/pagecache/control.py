"""What an answer tells the caches between us and a reader."""

import time

from django.conf import settings
from django.http import HttpResponse

from articles.public.surrogate_keys import HEADER, LATEST, PAPER
from newsroom.serving import generation
from newsroom.serving.headers import PUBLIC
from newsroom.serving.pagecache.page import Page

LONGEST_STALE = 24 * 3600  # seconds that a shared cache may go on with a page while we don't answer at all
LONGEST_NGINX = 10  # seconds that nginx goes on with a page whose generation nobody can end: a folder now read-only
MEANWHILE = 5  # seconds that it may hand out a page while it asks for another, within the page's own time


def mark_for_cdn(response: HttpResponse) -> None:
    """Say by which keys a CDN can forget a page; without one nobody needs to know."""
    keys = response.headers.get(HEADER, f"{PAPER} {LATEST}")
    del response.headers[HEADER]
    if settings.CDN:
        response.headers[HEADER] = keys
        response.headers["Cache-Tag"] = keys.replace(" ", ",")  # Cloudflare's name for it


def header(page: Page, *, is_old: bool) -> str:
    """The Cache-Control of an answer.

    Browsers ask each time. A shared cache that is told of changes (settings.CDN) keeps a page until time itself
    changes something, and never longer: a second less, as such caches count whole ones. Behind an nginx that keeps
    pages it asks each time, too: nginx does not say how old they are, so the seconds would count from the wrong time.
    While other machines can't be heard it keeps a page for a second, as we do.
    """
    if settings.NGINX or not settings.CDN:
        return PUBLIC
    left = 1 if is_old or not generation.is_heard() else int(page.until - time.time()) - 1
    if left <= 0:
        return PUBLIC
    meanwhile = min(MEANWHILE, left // 2)
    return (
        f"public, max-age=0, s-maxage={left - meanwhile}, stale-while-revalidate={meanwhile}, "
        f"stale-if-error={LONGEST_STALE}"
    )


def until(page: Page, *, is_old: bool) -> str:
    """The X-Accel-Expires of an answer: the last second it is good in, for this machine's nginx, which tells nobody.

    It keeps what has one, and nothing else (deploy/nginx.conf; nginx.org, ngx_http_proxy_module), and asks again after
    ``LONGEST_NGINX``: the generation's folder may have become read-only. While other machines can't be heard it keeps
    nothing.
    """
    if not generation.is_heard():
        return "0"
    return "1" if is_old else f"@{min(int(page.until) - 1, int(time.time()) + LONGEST_NGINX)}"
