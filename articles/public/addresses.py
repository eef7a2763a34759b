"""Where an address leads that no page has: asked only when a reader would get a 404.

It is a walk: staff's redirects, WordPress's usual addresses, what was once here under another name, small letters; at
each step it is looked whether a page answers there, so that a reader goes the whole way in one hop.
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
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone

from articles.models.edition import Edition
from articles.models.redirect import MODELS, FormerAddress, Redirect, RedirectHits, normal_path, path_of, starts_of
from articles.models.section import Section
from articles.public import wordpress
from ground.times import midnight

STEPS = 6
WITHIN = re.compile(r"(?:feed/|atom/|feed\.json|\d{4}/\d{2}/)?\Z")  # what follows the address of such a thing
UNASKED = ("/admin/", "/media/", "/preview/", "/static/")
DAY = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/\Z")
NEVER_KEPT = "no-cache"  # by the page cache, so that each hit of a redirect is counted


def lead(request: HttpRequest) -> HttpResponse | None:
    """The answer of an address that no page has: a redirect to where it leads, or 410; None: a 404."""
    if request.method not in {"GET", "HEAD"} or request.path.startswith(UNASKED):
        return None
    given = parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
    step, taken = _of_query(request, given) if request.path == "/" else (_with_slash(request.path.lower()), "")
    query = urlencode([(name, value) for name, value in given if name != taken])
    return _walk(request, step, query) if step else None


def _walk(request: HttpRequest, address: str, query: str) -> HttpResponse | None:
    seen = {request.path}
    for _step in range(STEPS):
        path = address.partition("?")[0]
        if address not in seen and (found := _answer(request, address)):
            return found if found.status_code == 410 else _moved(found.where, query)
        seen.add(address)
        if redirect := Redirect.objects.leading(address).first():
            return _follow(request, redirect, address, query)
        address = wordpress.translate(address) or _day(request, path) or _today(address)
        if not address or address in seen:
            return None
    return None


def _follow(request: HttpRequest, redirect: Redirect, address: str, query: str) -> HttpResponse:
    """What a redirect of the staff's says; counted, so it is never kept."""
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


def _walk_from(request: HttpRequest, target: str, query: str) -> HttpResponse | None:
    """To a target that may have got another name since; other redirects are not asked."""
    for address in (target, _today(target)):
        if address and (found := _answer(request, address)):
            return found if found.status_code == 410 else _moved(found.where, query)
    return None


def _count(redirect: Redirect) -> None:
    """One more; a database that can't be written now is no reason to keep a reader waiting."""
    with suppress(DatabaseError), transaction.atomic():
        now = timezone.now()
        rows = RedirectHits.objects.filter(redirect=redirect.pk)
        if not rows.update(hits=F("hits") + 1, last_at=now):
            RedirectHits.objects.create(redirect=redirect, hits=1, last_at=now)


def _answer(request: HttpRequest, address: str) -> Any:
    """The answer at ``address`` if it is a page, ``where`` it is, or a withdrawn article's 410; None if there is none.

    The page is made for nothing but to know that there is one: it happens once for each former address and generation.
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


def _asking(request: HttpRequest, path: str, query: str) -> HttpRequest:
    asking = copy(request)
    asking.__dict__.pop("GET", None)
    asking.META = request.META | {"PATH_INFO": path, "QUERY_STRING": query}
    asking.path = asking.path_info = path
    asking.method, asking.GET = "GET", QueryDict(query)
    return asking


def _moved(where: str, query: str) -> HttpResponse:
    path, mark, own = where.partition("?")
    asked = "&".join(filter(None, [own if mark else "", query]))
    return HttpResponsePermanentRedirect((path if "://" in path else quote(path, safe="/%")) + (asked and f"?{asked}"))


def _of_query(request: HttpRequest, given: list[tuple[str, str]]) -> tuple[str, str]:
    """Where "/" leads with WordPress's parameters, and the parameter that said so."""
    name, ours = wordpress.of_query(dict(given))
    value = dict(given).get(name, "")
    if name == "s":
        return (f"/search/?{urlencode({'q': value})}", name)
    return (ours or f"/?{urlencode({name: value})}", name) if name else ("", "")


def _with_slash(path: str) -> str:
    return path if path.endswith("/") or "." in path.rpartition("/")[2] else f"{path}/"


def _day(request: HttpRequest, path: str) -> str:
    """The month in which a day lies that has articles."""
    found = DAY.fullmatch(path)
    if not found:
        return ""
    try:
        start = midnight(date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError:
        return ""
    day = {"published_at__gte": start, "published_at__lt": start + timedelta(days=1)}
    return f"/latest/{found[1]}/{found[2]}/" if Edition.objects.live(request.at).filter(**day).exists() else ""


def _today(address: str) -> str:
    """The address that what was once at ``address`` has today, with what followed; nothing if nobody knows."""
    path, mark, query = address.partition("?")
    known = {row.path: row for row in FormerAddress.objects.filter(path__in=starts_of(normal_path(path)))}
    for start in starts_of(normal_path(path)):
        rest = path[len(start) + 1 :]
        if start not in known or not WITHIN.match(rest):
            continue
        row = known[start]
        thing = apps.get_model(MODELS[row.kind]).objects.filter(pk=row.row).first()
        if thing is not None:
            now = path_of(thing)  # a guest author has no page
            return now and now + rest + mark + query
        return _instead(row) and _instead(row).rstrip("/") + "/" + rest + mark + query
    return (crossing := _crossing(path)) and crossing + mark + query


def _crossing(path: str) -> str:
    """The address of a country crossed with a theme, of which one has another name by now, with what followed."""
    _start, *words = path.split("/")
    if len(words) < 3 or not WITHIN.match("/".join(words[2:])):
        return ""
    pair = words[:2]
    rows = FormerAddress.objects.filter(kind=FormerAddress.Kind.SECTION, path__in=[f"/{word}" for word in pair])
    former = {row.path: row.row for row in rows}
    now = dict(Section.objects.filter(pk__in=former.values(), parent=None).values_list("pk", "slug"))
    there = set(Section.objects.filter(slug__in=pair, parent=None).values_list("slug", flat=True)) if now else set()
    names = [word if word in there else now.get(former.get(f"/{word}", 0), word) for word in pair]
    return "/".join(["", *names, *words[2:]]) if names != pair else ""


def _instead(row: FormerAddress) -> str:
    """Where a redirect leads from another address of what is no more: it was merged with something else."""
    for other in FormerAddress.objects.filter(kind=row.kind, row=row.row).exclude(pk=row.pk)[:20]:
        redirect = Redirect.objects.leading(other.path).first()
        if redirect and redirect.target.startswith("/"):
            return redirect.targets(other.path)[-1]
    return ""
