"""The public pages; each reads editions live at ``request.at`` and nothing of the desk."""

from datetime import date, datetime
from functools import partial

from django.db.models import Q
from django.http import Http404, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from taggit.models import Tag

from articles import search
from articles.models.author import Author
from articles.models.edition import Edition, EditionCorrection
from articles.models.edition_lists import PreparedEditions, load_bylines
from articles.models.flat_page import FlatPage
from articles.models.section import SECTIONS, Section
from articles.public import crossings, curation, linked_data, rendering, search_links, surrogate_keys, wordpress
from articles.public.paging import MOST_OF_A_MONTH, SIZE, ListPage, get_page, number_of
from articles.public.search_form import SearchForm
from articles.search import answers, names
from ground.addresses import root_of
from ground.compiled_queries import Prepared
from ground.times import midnight

SECTION_AND_CHILDREN = Prepared(
    Section,
    lambda slug: Section.objects.filter(Q(slug=slug, parent=None) | Q(parent__slug=slug)),
    joins={"parent": []},
)
PAGE = Prepared(
    Edition,
    lambda at, path: Edition.objects.live(at).filter(path=path),
    joins={"lead_image": []},
    shares={"section": SECTIONS},
)
OF_TAG = PreparedEditions(
    lambda at, tag, part: Edition.objects.live(at).walked_by("tag_rows", part, tag=tag), cuts=True
)


@require_safe
def front_page(request):
    """The paper's first page."""
    if wordpress.ASKED & request.GET.keys():
        raise Http404  # another page of another system: articles/public/addresses.py
    context = {
        "page": curation.front_page_at(request.at, request.frame.chosen),
        "linked_data": linked_data.for_front_page(request.frame.paper, root_of(request)),
    }
    return render(request, "articles/front_page.html", context)


@require_safe
def section_page(request, slug, child=None):
    """A section's newest, with the sections within it; where there is no section, the flat page of that address."""
    if child and (crossing := crossings.crossing_of(slug, child)):
        return crossing_page(request, crossing)
    found = _section_and_children(slug, child)
    if found is None:
        return flat_page(request, slug)
    section, children = found
    top = curation.section_top(section, request.at)
    rows = curation.newest(section, request.at, without=[edition.article_id for edition in top.values()])
    page = get_page(rows, request.GET.get("page"), top=top)
    load_bylines(page.items)
    data = linked_data.for_section(section, request.frame.paper, root_of(request))
    context = {"section": section, "children": children, "page": page, "linked_data": data}
    if section.kind == Section.Kind.COUNTRY and not section.parent_id:
        context["crossings"] = crossings.filled(request.at, section)
    shown = surrogate_keys.of_editions(page)
    return surrogate_keys.mark_response(
        render(request, "articles/section_page.html", context), f"section-{section.pk}", *shown
    )


def crossing_page(request, crossing):
    """What is listed both under a country and under a theme; the country stands first in the address."""
    address = crossing.get_absolute_url()
    if request.path != address:
        return _to_crossing(request, address)
    page = get_page(crossings.listed_in_both(crossing, request.at), request.GET.get("page"))
    if not page:
        raise Http404
    load_bylines(page.items)
    response = render(request, "articles/crossing_page.html", {"crossing": crossing, "page": page})
    keys = (f"section-{section.pk}" for section in (crossing.country, crossing.theme))
    return surrogate_keys.mark_response(response, *keys, *surrogate_keys.of_editions(page))


def _to_crossing(request, address):
    asked = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(f"{address}?{asked}" if asked else address)


def flat_page(request, slug):
    """A text that stands by itself, like “About us”."""
    page = get_object_or_404(FlatPage, slug=slug, is_public=True)
    text = rendering.body(page.body)
    return rendering.allow_frames(render(request, "articles/flat_page.html", {"page": page, "body": text}), text)


@require_safe
def month_page(request, year, month, slug=None, child=None):
    """What a section, or the whole paper, published in one month, with the way to the months beside it."""
    start, end = _month(year, month)
    if child and (crossing := crossings.crossing_of(slug, child)):
        return crossing_month(request, crossing, start, end)
    section = _section(slug, child) if slug else None
    listed = partial(curation.listed_editions, section, request.at)
    page = get_page(listed(gte=start, lt=end), request.GET.get("page"), most=MOST_OF_A_MONTH)
    if not page:
        raise Http404
    earlier = listed(lt=start).values_list("published_at", flat=True)[:1]
    later = listed(gte=end).reverse().values_list("published_at", flat=True)[:1]
    beside = {"earlier": next(iter(earlier), None), "later": next(iter(later), None)}
    base = section.get_absolute_url() if section else "/latest/"
    context = {"section": section, "month": start, "page": page, "base": base, **beside}
    return render(request, "articles/month_page.html", context)


def crossing_month(request, crossing, start, end):
    """What a country and a theme have both of one month."""
    base = crossing.get_absolute_url()
    if not request.path.startswith(base):
        return _to_crossing(request, f"{base}{start:%Y/%m}/")
    page = get_page(crossings.listed_in_both(crossing, request.at, start=start, end=end), request.GET.get("page"))
    if not page:
        raise Http404
    load_bylines(page.items)
    earlier, later = crossings.neighbour_times(crossing, request.at, start, end)
    context = {"section": crossing, "month": start, "page": page, "base": base, "earlier": earlier, "later": later}
    return render(request, "articles/month_page.html", context)


@require_safe
def article_page(request):
    """An article as its live edition has it; its former addresses lead here, a withdrawn one says why."""
    edition = PAGE.row(at=request.at, path=request.path)
    if edition is None:
        return _former_address(request)
    return rendering.show_article(request, edition)


def _former_address(request):
    known = Edition.objects.filter(path=request.path, live_from__lte=request.at)
    last = known.order_by("-live_from").values("article").first()
    if last is None:
        raise Http404
    seen = Edition.objects.filter(article=last["article"], live_from__lte=request.at).order_by("-live_from").first()
    key = surrogate_keys.of_article(seen.article_id)
    if seen.live_until > request.at and seen.path != request.path:
        query = request.META.get("QUERY_STRING", "")
        asked = f"?{query}" if query else ""
        return surrogate_keys.mark_response(HttpResponsePermanentRedirect(seen.path + asked), key)
    return surrogate_keys.mark_response(render(request, "410.html", {"reason": seen.withdrawn_reason}, status=410), key)


@require_safe
def author_page(request, slug):
    """Who an author is and what they wrote."""
    author = get_object_or_404(Author.objects.public().select_related("picture"), slug=slug)
    page = get_page(curation.of_author(author.pk, request.at), request.GET.get("page"))
    load_bylines(page.items)
    data = linked_data.for_author(author, request.frame.paper, root_of(request))
    response = render(request, "articles/author_page.html", {"author": author, "page": page, "linked_data": data})
    return surrogate_keys.mark_response(response, f"author-{author.pk}", *surrogate_keys.of_editions(page))


@require_safe
def tag_page(request, slug):
    """The newest under a tag."""
    tag = get_object_or_404(Tag, slug=slug)
    page = get_page(OF_TAG.listed(at=request.at, tag=tag.pk), request.GET.get("page"))
    if not page:
        raise Http404  # a tag that only the desk knows
    load_bylines(page.items)
    response = render(request, "articles/tag_page.html", {"tag": tag, "page": page})
    return surrogate_keys.mark_response(response, f"tag-{tag.pk}", *surrogate_keys.of_editions(page))


@require_safe
def latest_page(request):
    """Everything in order."""
    page = get_page(curation.newest(None, request.at), request.GET.get("page"))
    load_bylines(page.items)
    return render(request, "articles/latest_page.html", {"page": page})


@require_safe
def corrections_page(request):
    """What the paper put right in articles that readers see, the newest first."""
    page = get_page(EditionCorrection.objects.live(request.at).for_list(), request.GET.get("page"))
    return render(request, "articles/corrections_page.html", {"page": page})


@require_safe
def search_page(request):
    """Articles that hold the words asked for, and by what they could be narrowed."""
    form = SearchForm(request.GET)
    form.is_valid()  # a field that was filled in wrongly says so, and the others are taken
    number = number_of(request.GET.get("page"))
    found = search.SearchResults([])
    if form.query:
        asked = {"narrow": form.narrow, "order": form.order, "offset": (number - 1) * SIZE, "limit": SIZE}
        found = search.results_for(form.query, at=request.at, literally=form.is_literal, **asked)
    page = ListPage(found.hits, number, found.count > number * SIZE)
    context = {
        "form": form,
        "query": form.query,
        "found": found,
        "page": page,
        **search_links.result_addresses(form, found),
    }
    context["words"] = found.meant if found.hits and found.meant else form.query
    if form.query and number == 1:
        context |= search_links.besides(form, found, request.at, request.frame)
    return render(request, "articles/search_page.html", context)


@require_safe
def suggestions(request):
    """What the field of a search offers while somebody types: sections and authors by name, articles by headlines."""
    typed = request.GET.get("q", "").strip()
    offered = [{"text": answer.name, "url": answer.url} for answer in answers.find_answers(typed, request.frame)]
    for named in names.find_named(typed, request.at):
        kind = {names.SECTION: _("Section"), names.PAGE: _("Page"), names.AUTHOR: _("Author")}[named.kind]
        offered.append({"text": named.name, "url": named.url, "kind": kind})
    articles = search.suggest_headlines(typed, at=request.at)
    offered += [{"text": one.headline, "url": one.path, "lang": one.language} for one in articles]
    return JsonResponse({"suggestions": offered})


def _section(slug: str, child: str | None) -> Section:
    sections = Section.objects.with_parent()
    if child:
        return get_object_or_404(sections, slug=child, parent__slug=slug)
    return get_object_or_404(sections, slug=slug, parent=None)


def _section_and_children(slug: str, child: str | None) -> tuple[Section, list[Section]] | None:
    """A section with those within it, in one query; None if there is no such one at the first level."""
    if child:
        return _section(slug, child), []
    rows = SECTION_AND_CHILDREN.rows(slug=slug)
    found = {section.parent_id is None: section for section in rows}
    if True not in found:
        return None
    return found[True], [section for section in rows if section.parent_id]


def _month(year: str, month: str) -> tuple[datetime, datetime]:
    """The first moments of a month and of the next, in the paper's time zone."""
    if not (1 <= int(month) <= 12 and 1900 <= int(year) <= 2999):
        raise Http404
    first = date(int(year), int(month), 1)
    return midnight(first), midnight(date(first.year + first.month // 12, first.month % 12 + 1, 1))
