"""The page an unknown address leads to, looked up only when a reader would get a 404.

It is a walk: small letters, redirects by staff, this paper's own former addresses, those of its former site that an
import stored, and the usual ones of WordPress, Ghost and Joomla by rule. After each step it tries whether a page
answers there, so that a reader gets there with one redirect.
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
from articles.models.old_address import LONGEST_ASKED
from articles.models.redirect import MODELS, FormerAddress, Redirect, RedirectHits, normal_path, path_of, starts_of
from articles.models.section import Section
from articles.public import surrogate_keys, wordpress
from articles.public.old_addresses import OldTarget, find_old_targets, is_shown
from ground import outcomes
from ground.requests import ReaderRequest
from ground.times import midnight

STEPS = 6
WITHIN = re.compile(r"(?:feed/|atom/|feed\.json|\d{4}/\d{2}/)?\Z")  # what may follow a former address
UNASKED = ("/admin/", "/media/", "/preview/", "/static/")
DAY_OR_YEAR = re.compile(r"/(\d{4})/(?:(\d{2})/(\d{2})/)?\Z", re.ASCII)
CATEGORY = re.compile(r"/category/([^/]+(?:/[^/]+)*?)/((?:feed/(?:\w{3,4}/)?|page/\d{1,3}/)?)\Z")
MOST_NAMESAKES = 20  # sections of one slug within others
NEVER_KEPT = "no-cache"  # by the page cache, so that each hit of a redirect is counted


def lead(request: ReaderRequest) -> HttpResponse | None:
    """Return the answer for an address without a page: a redirect or a 410; None means 404."""
    if request.method not in {"GET", "HEAD"} or request.path.startswith(UNASKED) or len(request.path) > LONGEST_ASKED:
        return None
    parameters = _parameters(request)
    is_root = wordpress.is_root(request.path)
    step = _of_query(parameters) if is_root else wordpress.with_list_query(request.path.lower(), dict(parameters))
    query = urlencode(wordpress.without_old(parameters, is_root=is_root))
    try:
        return _walk(request, step or _with_slash(request.path.lower()), query)
    except Http404:  # what it leads to is nothing for readers yet
        return None


def _parameters(request: ReaderRequest) -> list[tuple[str, str]]:
    query = request.META.get("QUERY_STRING", "")
    return parse_qsl(query, keep_blank_values=True) if len(query) <= LONGEST_ASKED else []


def _walk(request: ReaderRequest, address: str, query: str) -> HttpResponse | None:
    tried = {request.path}
    for step in range(STEPS):
        path, _mark, asks = address.partition("?")
        if address not in tried and (answer := _best_answer(request, address)):
            return answer if answer.status_code == 410 else _moved(answer.where, query)
        tried.add(address)
        if redirect := Redirect.objects.leading(path if asks.startswith("page=") else address).first():
            return _follow(request, redirect, address, query)
        led = "" if step else _today(address)
        old_address = (request.path, request.META.get("QUERY_STRING", ""))
        if not step and not led and (response := _stored(request, old_address, query)):
            return response
        address = led or _category(path) or wordpress.translate(address) or _archive(request, path) or _today(address)
        if not address or address in tried:
            return None
    return None


def _best_answer(request: ReaderRequest, address: str) -> Any:
    """Return the answer at ``address``, or at the first page of a list that has no longer so many."""
    path, _mark, query = address.partition("?")
    return _answer(request, address) or (_answer(request, path) if query.startswith("page=") else None)


def _stored(request: ReaderRequest, old_address: tuple[str, str], query: str) -> HttpResponse | None:
    """Return the answer for an address of the former site that an import stored; raise Http404 if what it leads to is
    not public.
    """
    target = find_old_targets([old_address], request.at).get(old_address)
    if target is None:
        return None
    if target.kind == "article":
        return _stored_story(request, target, query)
    if target.kind == "image":
        if target.path and is_shown(target.row, request.at):
            return _moved(target.path, query)
        raise Http404
    for address in target.addresses if target.path else []:
        if answer := _answer(request, address):
            return _moved(answer.where, query)
    return None


def _stored_story(request: ReaderRequest, target: OldTarget, query: str) -> HttpResponse:
    answer = None if target.is_live or not target.path else _answer(request, target.path)
    if answer is None and not (target.path and target.is_live):
        raise Http404
    return surrogate_keys.mark_response(answer or _moved(target.path, query), surrogate_keys.of_article(target.row))


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
    path, _mark, parameters = target.partition("?")
    return _stored(request, (path, parameters), query)


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


def _of_query(parameters: list[tuple[str, str]]) -> str:
    """Return where the front page of a former site leads with its parameters; "" without one of them."""
    values = dict(parameters)
    name, ours = wordpress.of_query(values)
    if name == "s":
        return f"/search/?{urlencode({'q': values[name]})}"
    return ours or (f"/?{urlencode({name: values[name]})}" if name else "")


def _with_slash(path: str) -> str:
    return path if path.endswith("/") or "." in path.rpartition("/")[2] else f"{path}/"


def _category(path: str) -> str:
    """Return the section of the last category in ``path``, however many it lay within, with what followed it."""
    match = CATEGORY.fullmatch(path)
    if not match:
        return ""
    *above, slug = match[1].split("/")
    sections = Section.objects.with_parent().filter(slug=slug)[:MOST_NAMESAKES]
    by_parent = {section.parent.slug if section.parent else "": section for section in sections}
    section = by_parent.get(above[-1] if above else "") or (
        next(iter(by_parent.values())) if len(by_parent) == 1 else None
    )
    return f"{section.get_absolute_url()}{match[2]}" if section else ""


def _archive(request: ReaderRequest, path: str) -> str:
    """Return the page of the month in which the day of ``path`` lies, or the last month of a year, if either has
    articles.
    """
    match = DAY_OR_YEAR.fullmatch(path)
    if not match:
        return ""
    year, month, day = (int(number or 0) for number in match.groups())
    try:
        start = midnight(date(year, month or 1, day or 1))
        end = start + timedelta(days=1) if day else midnight(date(year + 1, 1, 1))
    except (ValueError, OverflowError):
        return ""
    editions = Edition.objects.live(request.at).filter(published_at__gte=start, published_at__lt=end)
    last = editions.order_by("-published_at").values_list("published_at", flat=True).first()
    return f"/latest/{timezone.localtime(last):%Y/%m}/" if last else ""


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
