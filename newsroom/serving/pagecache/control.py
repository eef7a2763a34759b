"""The caching headers of an answer, for caches between us and a reader."""

import time

from django.conf import settings
from django.http import HttpResponse

from articles.public.surrogate_keys import HEADER, LATEST, PAPER
from newsroom.serving import generation
from newsroom.serving.headers import PUBLIC
from newsroom.serving.pagecache.page import Page

LONGEST_STALE = 24 * 3600  # seconds that a shared cache may serve an old page while we don't answer at all
LONGEST_NGINX = (
    10  # seconds that nginx serves a page if its generation can't be ended, in a folder that became read-only
)
MEANWHILE = 5  # seconds that it may serve a page while it requests a new one, within the page's own time


def mark_for_cdn(response: HttpResponse) -> None:
    """Set the surrogate keys by which a CDN can drop a page; without a CDN none are sent."""
    keys = response.headers.get(HEADER, f"{PAPER} {LATEST}")
    del response.headers[HEADER]
    if settings.CDN:
        response.headers[HEADER] = keys
        response.headers["Cache-Tag"] = keys.replace(" ", ",")  # Cloudflare's name for it


def header(page: Page, *, is_old: bool) -> str:
    """Return the Cache-Control of an answer.

    Browsers revalidate each time. A shared cache that is told of changes (settings.CDN) stores a page until time itself
    changes something, and a second less, because such caches count whole seconds. Behind an nginx that caches pages it
    revalidates each time, too: nginx does not say how old they are, so the seconds would count from the wrong time.
    While other machines are unreachable it stores a page for a second, as we do.
    """
    if settings.NGINX or not settings.CDN:
        return PUBLIC
    seconds_left = 1 if is_old or not generation.is_heard() else int(page.until - time.time()) - 1
    if seconds_left <= 0:
        return PUBLIC
    meanwhile = min(MEANWHILE, seconds_left // 2)
    return (
        f"public, max-age=0, s-maxage={seconds_left - meanwhile}, stale-while-revalidate={meanwhile}, "
        f"stale-if-error={LONGEST_STALE}"
    )


def until(page: Page, *, is_old: bool) -> str:
    """Return the X-Accel-Expires of an answer for this machine's nginx: the last second in which it is valid.

    nginx stores answers with this header and no others (deploy/nginx.conf; nginx.org, ngx_http_proxy_module), and
    requests them again after ``LONGEST_NGINX``, because the generation's folder may have become read-only. While other
    machines are unreachable it stores nothing.
    """
    if not generation.is_heard():
        return "0"
    return "1" if is_old else f"@{min(int(page.until) - 1, int(time.time()) + LONGEST_NGINX)}"
