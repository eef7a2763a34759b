"""The public page of an unsaved arrangement: nothing is stored or cached."""

from django.shortcuts import render

from articles.desk import boards
from articles.models.edition_lists import load_bylines
from articles.public import curation, linked_data
from articles.public.paging import get_page
from ground.addresses import root_of


def show(request, state):
    """Return the page that readers would get at the board's time."""
    placements = boards.rows_standing(state.plan().after, state.at)
    request.at = request.shown_at = state.at
    if state.section is None:
        root = root_of(request)
        data = linked_data.for_front_page(request.frame.paper, root)
        context = {"page": curation.front_page_at(state.at, request.frame.chosen, placements), "linked_data": data}
        return render(request, "articles/front_page.html", context)
    top = curation.section_top(state.section, state.at, placements)
    rows = curation.listed_editions(state.section, state.at).prefetch_related(None)
    page = get_page(rows.exclude(article__in=[edition.article_id for edition in top.values()]), None, top=top)
    load_bylines(page.items)
    context = {"section": state.section, "children": list(state.section.children.all()), "page": page}
    return render(request, "articles/section_page.html", context)
