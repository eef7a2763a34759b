"""The page an unknown address leads to, looked up only when a reader would get a 404.

It is a walk: redirects by staff, WordPress's usual addresses, former addresses, small letters. After each step it tries
whether a page answers there, so that a reader gets there with one redirect.
"""

import re
from contextlib import suppress
from copy import copy
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.models import F
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone

from articles.models.edition import Edition
from articles.models.redirect import MODELS, FormerAddress, Redirect, RedirectHits, normal_path, path_of, starts_of
from articles.models.section import Section
from articles.public import wordpress
from ground import outcomes
from ground.requests import ReaderRequest
from ground.times import midnight

STEPS = 6
WITHIN = re.compile(r"(?:feed/|atom/|feed\.json|\d{4}/\d{2}/)?\Z")  # what may follow a former address
UNASKED = ("/admin/", "/media/", "/preview/", "/static/")
DAY = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/\Z")
NEVER_KEPT = "no-cache"  # by the page cache, so that each hit of a redirect is counted


def lead(request: ReaderRequest) -> HttpResponse | None:
    """Return the answer for an address without a page: a redirect or a 410; None means 404."""
    if request.method not in {"GET", "HEAD"} or request.path.startswith(UNASKED):
        return None
    parameters = parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
    step, used_name = _of_query(request, parameters) if request.path == "/" else (_with_slash(request.path.lower()), "")
    query = urlencode([(name, value) for name, value in parameters if name != used_name])
    return _walk(request, step, query) if step else None


def _walk(request: ReaderRequest, address: str, query: str) -> HttpResponse | None:
    tried = {request.path}
    for _step in range(STEPS):
        path = address.partition("?")[0]
        if address not in tried and (answer := _answer(request, address)):
            return answer if answer.status_code == 410 else _moved(answer.where, query)
        tried.add(address)
        if redirect := Redirect.objects.leading(address).first():
            return _follow(request, redirect, address, query)
        address = wordpress.translate(address) or _day(request, path) or _today(address)
        if not address or address in tried:
            return None
    return None


def _follow(request: ReaderRequest, redirect: Redirect, address: str, query: str) -> HttpResponse:
    """Return the answer of a redirect by staff, and count the hit; it is never cached."""
    _count(redirect)
    response = render(request, "410.html", {"is_address": True}, status=410) if not redirect.target else None
    for target in redirect.targets(address):
        if response is None and target.startswith("/"):
            response = _walk_from(request, target, query)
    if response is None:
        target = redirect.targets(address)[0 if "://" in redirect.target else -1]
        response = _moved(target, query)
    response.headers["Cache-Control"] = NEVER_KEPT
    return response


def _walk_from(request: ReaderRequest, target: str, query: str) -> HttpResponse | None:
    """Redirect to ``target``, or to where it has moved since; other redirects are not followed."""
    for address in (target, _today(target)):
        if address and (answer := _answer(request, address)):
            return answer if answer.status_code == 410 else _moved(answer.where, query)
    return None


def _count(redirect: Redirect) -> None:
    """Count one hit; a reader need not wait where the database can't be written now."""
    with suppress(DatabaseError), outcomes.in_passing(), transaction.atomic():
        now = timezone.now()
        rows = RedirectHits.objects.filter(redirect=redirect.pk)
        if not rows.update(hits=F("hits") + 1, last_at=now):
            RedirectHits.objects.create(redirect=redirect, hits=1, last_at=now)


def _answer(request: ReaderRequest, address: str) -> Any:
    """Return the answer at ``address``: a page, with its address as ``where``, or the 410 of a withdrawn article; else
    None.

    The page is made only to know that it exists: once for each former address and generation.
    """
    path, _mark, query = address.partition("?")
    try:
        match = resolve(path)
        response = match.func(_asking(request, path, query), *match.args, **match.kwargs)
    except (Resolver404, Http404):
        return None
    if path.startswith(UNASKED) or response.status_code not in {200, 301, 410}:
        return None
    response.where = response.headers.get("Location", address)
    return response


def _asking(request: ReaderRequest, path: str, query: str) -> ReaderRequest:
    asking = copy(request)
    asking.__dict__.pop("GET", None)
    asking.META = request.META | {"PATH_INFO": path, "QUERY_STRING": query}
    asking.path = asking.path_info = path
    asking.method, asking.GET = "GET", QueryDict(query)
    return asking


def _moved(where: str, query: str) -> HttpResponse:
    path, mark, own = where.partition("?")
    parameters = "&".join(filter(None, [own if mark else "", query]))
    return HttpResponsePermanentRedirect(
        (path if "://" in path else quote(path, safe="/%")) + (parameters and f"?{parameters}")
    )


def _of_query(request: ReaderRequest, parameters: list[tuple[str, str]]) -> tuple[str, str]:
    """Return where "/" leads with WordPress's parameters, and the name of the parameter that decides it."""
    name, ours = wordpress.of_query(dict(parameters))
    value = dict(parameters).get(name, "")
    if name == "s":
        return (f"/search/?{urlencode({'q': value})}", name)
    return (ours or f"/?{urlencode({name: value})}", name) if name else ("", "")


def _with_slash(path: str) -> str:
    return path if path.endswith("/") or "." in path.rpartition("/")[2] else f"{path}/"


def _day(request: ReaderRequest, path: str) -> str:
    """Return the page of the month in which the day of ``path`` lies, if the day has articles."""
    match = DAY.fullmatch(path)
    if not match:
        return ""
    try:
        start = midnight(date(int(match[1]), int(match[2]), int(match[3])))
    except ValueError:
        return ""
    day = {"published_at__gte": start, "published_at__lt": start + timedelta(days=1)}
    return f"/latest/{match[1]}/{match[2]}/" if Edition.objects.live(request.at).filter(**day).exists() else ""


def _today(address: str) -> str:
    """Return today's address of what was once at ``address``, with what followed it; "" if it is unknown."""
    path, mark, query = address.partition("?")
    former = {row.path: row for row in FormerAddress.objects.filter(path__in=starts_of(normal_path(path)))}
    for start in starts_of(normal_path(path)):
        ending = path[len(start) + 1 :]
        if start not in former or not WITHIN.match(ending):
            continue
        row = former[start]
        row_object = apps.get_model(MODELS[row.kind]).objects.filter(pk=row.row).first()
        if row_object is not None:
            now = path_of(row_object)  # a guest author has no page
            return now and now + ending + mark + query
        return _instead(row) and _instead(row).rstrip("/") + "/" + ending + mark + query
    return (crossing := _crossing(path)) and crossing + mark + query


def _crossing(path: str) -> str:
    """Return the address of a crossing of which a section has been renamed, with what followed it; else ""."""
    _start, *words = path.split("/")
    if len(words) < 3 or not WITHIN.match("/".join(words[2:])):
        return ""
    pair = words[:2]
    rows = FormerAddress.objects.filter(kind=FormerAddress.Kind.SECTION, path__in=[f"/{word}" for word in pair])
    former = {row.path: row.row for row in rows}
    now = dict(Section.objects.filter(pk__in=former.values(), parent=None).values_list("pk", "slug"))
    current_slugs = (
        set(Section.objects.filter(slug__in=pair, parent=None).values_list("slug", flat=True)) if now else set()
    )
    names = [word if word in current_slugs else now.get(former.get(f"/{word}", 0), word) for word in pair]
    return "/".join(["", *names, *words[2:]]) if names != pair else ""


def _instead(row: FormerAddress) -> str:
    """Return where another former address of a merged row redirects to; "" if none does."""
    for former in FormerAddress.objects.filter(kind=row.kind, row=row.row).exclude(pk=row.pk)[:20]:
        redirect = Redirect.objects.leading(former.path).first()
        if redirect and redirect.target.startswith("/"):
            return redirect.targets(former.path)[-1]
    return ""
