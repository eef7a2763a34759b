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
from articles.models.edition_lists import CompiledEditionQuery, load_bylines
from articles.models.flat_page import FlatPage
from articles.models.section import SECTIONS, Section
from articles.public import crossings, curation, linked_data, rendering, search_links, surrogate_keys, wordpress
from articles.public.paging import MOST_OF_A_MONTH, SIZE, ListPage, get_page, number_of
from articles.public.search_form import SearchForm
from articles.search import answers, names
from ground.addresses import root_of
from ground.compiled_queries import CompiledQuery
from ground.times import midnight

SECTION_AND_CHILDREN = CompiledQuery(
    Section,
    lambda slug: Section.objects.filter(Q(slug=slug, parent=None) | Q(parent__slug=slug)),
    joins={"parent": []},
)
PAGE = CompiledQuery(
    Edition,
    lambda at, path: Edition.objects.live(at).filter(path=path),
    joins={"lead_image": []},
    shares={"section": SECTIONS},
)
OF_TAG = CompiledEditionQuery(
    lambda at, tag, part: Edition.objects.live(at).walked_by("tag_rows", part, tag=tag), cuts=True
)


@require_safe
def front_page(request):
    """The front page."""
    if wordpress.ASKED & request.GET.keys():
        raise Http404  # a WordPress address, which articles/public/addresses.py answers
    context = {
        "page": curation.front_page_at(request.at, request.frame.chosen),
        "linked_data": linked_data.for_front_page(request.frame.paper, root_of(request)),
    }
    return render(request, "articles/front_page.html", context)


@require_safe
def section_page(request, slug, child=None):
    """A section's newest articles, with its subsections; if there is no section, the flat page of that address."""
    if child and (crossing := crossings.crossing_of(slug, child)):
        return crossing_page(request, crossing)
    section_and_children = _section_and_children(slug, child)
    if section_and_children is None:
        return flat_page(request, slug)
    section, children = section_and_children
    top = curation.section_top(section, request.at)
    rows = curation.newest(section, request.at, without=[edition.article_id for edition in top.values()])
    page = get_page(rows, request.GET.get("page"), top=top)
    load_bylines(page.items)
    data = linked_data.for_section(section, request.frame.paper, root_of(request))
    context = {"section": section, "children": children, "page": page, "linked_data": data}
    if section.kind == Section.Kind.COUNTRY and not section.parent_id:
        context["crossings"] = crossings.filled(request.at, section)
    article_keys = surrogate_keys.of_editions(page)
    return surrogate_keys.mark_response(
        render(request, "articles/section_page.html", context), f"section-{section.pk}", *article_keys
    )


def crossing_page(request, crossing):
    """The articles listed both under a country and under a theme; the country comes first in the address."""
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
    query = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


def flat_page(request, slug):
    """A page that stands by itself, like “About us”."""
    page = get_object_or_404(FlatPage, slug=slug, is_public=True)
    number_of(request.GET.get("page"), most=1)
    text = rendering.body(page.body)
    return rendering.allow_frames(render(request, "articles/flat_page.html", {"page": page, "body": text}), text)


@require_safe
def month_page(request, year, month, slug=None, child=None):
    """The articles of a section, or of the whole paper, from one month, with links to the months beside it."""
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
    """The articles listed under both a country and a theme in one month."""
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
    """An article's live edition; a former address redirects to it, and a withdrawn article says why it is gone."""
    edition = PAGE.row(at=request.at, path=request.path)
    if edition is None:
        return _former_address(request)
    return rendering.show_article(request, edition)


def _former_address(request):
    editions = Edition.objects.filter(path=request.path, live_from__lte=request.at)
    last = editions.order_by("-live_from").values("article").first()
    if last is None:
        raise Http404
    latest = Edition.objects.filter(article=last["article"], live_from__lte=request.at).latest("live_from")
    key = surrogate_keys.of_article(latest.article_id)
    if latest.live_until > request.at and latest.path != request.path:
        query = request.META.get("QUERY_STRING", "")
        query_string = f"?{query}" if query else ""
        return surrogate_keys.mark_response(HttpResponsePermanentRedirect(latest.path + query_string), key)
    return surrogate_keys.mark_response(
        render(request, "410.html", {"reason": latest.withdrawn_reason}, status=410), key
    )


@require_safe
def author_page(request, slug):
    """An author's profile and articles."""
    author = get_object_or_404(Author.objects.public().select_related("picture"), slug=slug)
    page = get_page(curation.of_author(author.pk, request.at), request.GET.get("page"))
    load_bylines(page.items)
    data = linked_data.for_author(author, request.frame.paper, root_of(request))
    response = render(request, "articles/author_page.html", {"author": author, "page": page, "linked_data": data})
    return surrogate_keys.mark_response(response, f"author-{author.pk}", *surrogate_keys.of_editions(page))


@require_safe
def tag_page(request, slug):
    """The newest articles under a tag."""
    tag = get_object_or_404(Tag, slug=slug)
    page = get_page(OF_TAG.listed(at=request.at, tag=tag.pk), request.GET.get("page"))
    if not page:
        raise Http404  # a tag that only the desk knows
    load_bylines(page.items)
    response = render(request, "articles/tag_page.html", {"tag": tag, "page": page})
    return surrogate_keys.mark_response(response, f"tag-{tag.pk}", *surrogate_keys.of_editions(page))


@require_safe
def latest_page(request):
    """All articles in order of publication."""
    page = get_page(curation.newest(None, request.at), request.GET.get("page"))
    load_bylines(page.items)
    return render(request, "articles/latest_page.html", {"page": page})


@require_safe
def corrections_page(request):
    """The corrections of articles that readers see, the newest first."""
    page = get_page(EditionCorrection.objects.live(request.at).for_list(), request.GET.get("page"))
    return render(request, "articles/corrections_page.html", {"page": page})


@require_safe
def search_page(request):
    """The articles that match a search, and the facets by which they can be narrowed."""
    form = SearchForm(request.GET)
    form.is_valid()  # a field with an error shows it, and the others are used
    number = number_of(request.GET.get("page"))
    results = search.SearchResults([])
    if form.query:
        results = search.results_for(
            form.query,
            at=request.at,
            literally=form.is_literal,
            narrow=form.narrow,
            order=form.order,
            offset=(number - 1) * SIZE,
            limit=SIZE,
        )
    page = ListPage(results.hits, number, results.count > number * SIZE)
    context = {
        "form": form,
        "query": form.query,
        "found": results,
        "page": page,
        **search_links.result_addresses(form, results),
    }
    context["words"] = results.meant if results.hits and results.meant else form.query
    if form.query and number == 1:
        context |= search_links.besides(form, results, request.at, request.frame)
    return render(request, "articles/search_page.html", context)


@require_safe
def suggestions(request):
    """The suggestions of the search field: sections and authors by name, articles by headline."""
    typed = request.GET.get("q", "").strip()
    offered = [{"text": answer.name, "url": answer.url} for answer in answers.find_answers(typed, request.frame)]
    for match in names.find_named(typed, request.at):
        kind = {names.SECTION: _("Section"), names.PAGE: _("Page"), names.AUTHOR: _("Author")}[match.kind]
        offered.append({"text": match.name, "url": match.url, "kind": kind})
    articles = search.suggest_headlines(typed, at=request.at)
    offered += [
        {"text": suggestion.headline, "url": suggestion.path, "lang": suggestion.language} for suggestion in articles
    ]
    return JsonResponse({"suggestions": offered})


def _section(slug: str, child: str | None) -> Section:
    sections = Section.objects.with_parent()
    if child:
        return get_object_or_404(sections, slug=child, parent__slug=slug)
    return get_object_or_404(sections, slug=slug, parent=None)


def _section_and_children(slug: str, child: str | None) -> tuple[Section, list[Section]] | None:
    """Return a section with its subsections, in one query; None if there is no such top-level section."""
    if child:
        return _section(slug, child), []
    rows = SECTION_AND_CHILDREN.rows(slug=slug)
    by_is_top = {section.parent_id is None: section for section in rows}
    if True not in by_is_top:
        return None
    return by_is_top[True], [section for section in rows if section.parent_id]


def _month(year: str, month: str) -> tuple[datetime, datetime]:
    """Return when a month and the next one begin, in the paper's time zone."""
    if not (1 <= int(month) <= 12 and 1900 <= int(year) <= 2999):
        raise Http404
    first = date(int(year), int(month), 1)
    return midnight(first), midnight(date(first.year + first.month // 12, first.month % 12 + 1, 1))
