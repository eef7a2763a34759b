"""Feeds of the paper, a section, a tag, an author, a search: the newest live editions, in three formats.

Each is built once here, and written as RSS 2.0, Atom (RFC 4287) or JSON Feed 1.1 by ``formats``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db.models import DateTimeField, Field, QuerySet, Subquery, TextField
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from taggit.models import Tag

from articles import search
from articles.models.author import Author
from articles.models.edition import UNSEEN_OF_EDITION, Edition
from articles.models.edition_lists import CompiledEditionQuery, load_bylines
from articles.models.section import Section
from articles.models.site import SiteSettings
from articles.public import crossings, rendering
from articles.public.feeds.formats import WRITE, Feed, Item
from articles.public.search_form import SearchForm
from ground import xml
from ground.addresses import root_of

ITEMS = 20


@require_safe
def paper_feed(request, form):
    """The newest articles of the whole paper."""
    return _answer(request, form, "/", None, PAPER.rows(at=request.at))


@require_safe
def section_feed(request, form, slug, child=None):
    """The newest articles of one section."""
    if child and (crossing := crossings.crossing_of(slug, child)):
        return crossing_feed(request, form, crossing)
    if child:
        return _answer_of(request, form, f"/{slug}/{child}/", CHILD, slug=child, parent=slug)
    return _answer_of(request, form, f"/{slug}/", SECTION, slug=slug)


def crossing_feed(request, form, crossing):
    """The newest articles of a country under a theme; the country comes first in the address."""
    home, path = crossing.get_absolute_url(), request.get_full_path()
    if not request.path.startswith(home):
        ending = path.strip("/").split("/", 2)[2]
        return HttpResponsePermanentRedirect(f"{home}{ending}{'/' if path.endswith('/') else ''}")
    rows = CROSSING.rows(at=request.at, country=crossing.country.pk, theme=crossing.theme.pk)
    if not rows:
        raise Http404
    return _answer(request, form, home, crossing.name, rows)


@require_safe
def tag_feed(request, form, slug):
    """The newest articles under one tag; a tag without live editions is a 404, as only the desk knows it."""
    return _answer_of(request, form, f"/topics/{slug}/", TAG, slug=slug)


@require_safe
def author_feed(request, form, slug):
    """The newest articles by one author."""
    return _answer_of(request, form, f"/authors/{slug}/", AUTHOR, slug=slug)


@require_safe
def search_feed(request, form):
    """The results of a search, the newest first."""
    form_data = SearchForm(request.GET)
    form_data.is_valid()
    if not form_data.query:
        raise Http404
    hits = search.find_editions(
        form_data.query, at=request.at, narrow=form_data.narrow, order=search.Order.NEWEST, limit=ITEMS
    )
    pks = [hit.edition.pk for hit in hits]
    rows = _with_times(Edition.objects.filter(pk__in=pks).with_furniture().newest(), request.at)
    name = _("“%(query)s”") % {"query": form_data.query}
    return _answer(request, form, f"/search/?{request.GET.urlencode()}", name, rows)


@require_safe
def feeds_page(request):
    """The page that lists all feeds for readers."""
    sections = sorted(Section.objects.with_parent(), key=_place)
    return render(request, "articles/feeds_page.html", {"sections": sections})


def _place(section: Section) -> tuple[int, int, bool, int]:
    """Return the sort key that puts a section after its parent."""
    above = section.parent or section
    return above.order, above.pk, section.parent is not None, section.order


@require_safe
def opml(request):
    """The feeds of all sections in one file for feed readers (OPML 2.0)."""
    context = {"sections": Section.objects.with_parent()}
    return xml.xml_answer(request, "articles/feeds.opml", context, "text/x-opml; charset=utf-8")


@dataclass(frozen=True)
class FeedSource:
    """A kind of row with feeds, like sections: a function that finds it, and the relation that lists its editions."""

    matching_rows: Callable[..., QuerySet]  # by the parts of an address
    relation: str
    name: str
    can_be_empty: bool = True

    def editions(self, at: datetime, **words: str) -> QuerySet[Edition]:
        """Return the editions under the row that ``words`` find, by that relation's index, with the row's name."""
        object_rows = self.matching_rows(**words)
        row_pk = Subquery(object_rows.values("pk")[:1])
        rows = Edition.objects.live(at).walked_by(self.relation, slice(ITEMS), **{self.name: row_pk})
        return _with_times(rows.annotate(row_name=Subquery(object_rows.values("name")[:1])), at)


def _answer_of(request, form: str, home: str, sourced_query: tuple[FeedSource, CompiledEditionQuery], **words: str):
    """Return the feed of one row; only without editions a query checks whether the row exists."""
    source, query = sourced_query
    missing = source.matching_rows(**words) if source.can_be_empty else source.matching_rows(**words).none()
    return _answer(request, form, home, partial(get_object_or_404, missing), query.rows(at=request.at, **words))


def _answer(request, form: str, home: str, name, rows: Iterable[Edition]):
    """Return ``rows`` as a feed called ``name``: None for the paper, or a callable that is asked when there are no
    rows.
    """
    paper, at = request.frame.paper, request.at
    editions = load_bylines(list(rows))
    if callable(name):
        name = editions[0].row_name if editions else str(name())
    root = root_of(request)
    is_full = paper.feed_text == SiteSettings.FeedText.FULL
    texts = rendering.for_feeds(editions, root) if is_full else [None] * len(editions)
    host = paper.feed_host or settings.SITE_HOST
    feed = Feed(
        paper=paper,
        root=root,
        home=root + home,
        address=root + request.get_full_path(),
        subject=name,
        items=[Item(edition, text, root, host) for edition, text in zip(editions, texts, strict=True)],
        made_at=at,
    )
    response = WRITE[form](request, feed)
    if editions:
        response.headers["Last-Modified"] = http_date(_last_change(editions[0]))
    return response


def _with_times(rows: QuerySet, at: datetime) -> QuerySet:
    """Return the first of ``rows``, with the last times by ``at`` when any edition of the paper went live or ended."""
    began = Edition.objects.filter(live_from__lte=at).order_by("-live_from").values("live_from")[:1]
    ended = Edition.objects.filter(live_until__lte=at).order_by("-live_until").values("live_until")[:1]
    return rows.with_names_of_topics().annotate(last_start=Subquery(began), last_end=Subquery(ended))[:ITEMS]


def _items(build: Callable[..., QuerySet[Edition]], before=None, **also: Field) -> CompiledEditionQuery:
    """Return a query of editions with their whole texts and the annotations of ``_with_times``."""
    also |= {"further_names": TextField(), "tag_names": TextField()}
    also |= {"last_start": DateTimeField(), "last_end": DateTimeField()}
    return CompiledEditionQuery(build, without=UNSEEN_OF_EDITION, also=also, before=before)


PAPER = _items(lambda at: _with_times(Edition.objects.live(at).newest(), at))
CROSSING = _items(lambda at, country, theme: _with_times(crossings.editions(), at), before=crossings.statement_of_both)
SECTION, CHILD, TAG, AUTHOR = (
    (source, _items(source.editions, row_name=TextField()))
    for source in (
        FeedSource(lambda slug: Section.objects.filter(slug=slug, parent=None), "section_rows", "section"),
        FeedSource(
            lambda slug, parent: Section.objects.filter(slug=slug, parent__slug=parent), "section_rows", "section"
        ),
        FeedSource(lambda slug: Tag.objects.filter(slug=slug), "tag_rows", "tag", can_be_empty=False),
        FeedSource(lambda slug: Author.objects.public().filter(slug=slug), "bylines", "author"),
    )
)


def _last_change(edition: Edition) -> int:
    """Return the second after the paper's last change (Unix time): it never goes back, not even after a withdrawal."""
    last = max(edition.last_start, edition.last_end or edition.last_start)
    return int(last.timestamp()) + 1
