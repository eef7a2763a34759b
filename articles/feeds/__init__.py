"""Feeds of the whole paper, a section, a tag, an author, a search: the newest live editions, in three formats.

Each is built once here, and written as RSS 2.0, Atom (RFC 4287) or JSON Feed 1.1 by ``formats``.
"""

from datetime import datetime
from functools import partial

from django.db.models import F, QuerySet, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from taggit.models import Tag

from articles import rendering, search
from articles.feeds.formats import WRITE, Feed, Item
from articles.forms import SearchForm
from articles.models.author import Author
from articles.models.edition import Edition
from articles.models.section import Section
from articles.models.site import SiteSettings

ITEMS = 20


@require_safe
def paper_feed(request, form):
    """The newest of the whole paper."""
    return _answer(request, form, "/", None, Edition.objects.live(request.at).newest())


@require_safe
def section_feed(request, form, slug, child=None):
    """The newest of one section."""
    found = Section.objects.filter(slug=child or slug)
    found = found.filter(parent__slug=slug) if child else found.filter(parent=None)
    home = f"/{slug}/{child}/" if child else f"/{slug}/"
    return _answer_of(request, form, home, found, "section_rows", "section")


@require_safe
def tag_feed(request, form, slug):
    """The newest under one tag; one that no reader sees anywhere is known to the desk alone."""
    return _answer_of(request, form, f"/topics/{slug}/", Tag.objects.filter(slug=slug), "tag_rows", "tag")


@require_safe
def author_feed(request, form, slug):
    """The newest by one author."""
    return _answer_of(request, form, f"/authors/{slug}/", Author.objects.filter(slug=slug), "bylines", "author")


@require_safe
def search_feed(request, form):
    """What a search finds, the newest first."""
    asked = SearchForm(request.GET)
    asked.is_valid()
    if not asked.query:
        raise Http404
    hits = search.find(asked.query, at=request.at, narrow=asked.narrow, order=search.Order.NEWEST, limit=ITEMS)
    rows = Edition.objects.filter(pk__in=[hit.edition.pk for hit in hits]).newest()
    name = _("“%(query)s”") % {"query": asked.query}
    return _answer(request, form, f"/search/?{request.GET.urlencode()}", name, rows)


@require_safe
def feeds_page(request):
    """Which feeds there are, for people."""
    return render(request, "articles/feeds_page.html", {"sections": Section.objects.with_parent()})


@require_safe
def opml(request):
    """All sections' feeds in one file that feed readers load (OPML 2.0)."""
    context = {"sections": Section.objects.with_parent()}
    return render(request, "articles/feeds.opml", context, content_type="text/x-opml; charset=utf-8")


def _answer_of(request, form: str, home: str, found: QuerySet, relation: str, name: str):
    """A feed of the editions that rows of ``relation`` put under the one thing ``found``, by those rows' own index.

    The thing's name comes with the editions; only where there are none somebody must ask whether there is a thing.
    """
    rows = Edition.objects.live(request.at).filter(**{f"{relation}__{name}": Subquery(found.values("pk")[:1])})
    rows = rows.order_by(f"-{relation}__published_at", f"-{relation}__edition_id")
    rows = rows.annotate(thing=F(f"{relation}__{name}__name"))
    missing = Tag.objects.none() if name == "tag" else found
    return _answer(request, form, home, partial(get_object_or_404, missing), rows)


def _answer(request, form: str, home: str, thing, rows: QuerySet):
    """``rows`` as a feed of ``thing``: a name, nothing for the paper, or whom to ask where there are no rows."""
    paper, at = request.frame.paper, request.at
    editions = list(_with_times(rows.for_feed(), at)[:ITEMS])
    if callable(thing):
        thing = editions[0].thing if editions else str(thing())
    root = f"{request.scheme}://{request.get_host()}"
    is_full = paper.feed_text == SiteSettings.FeedText.FULL
    texts = rendering.for_feeds([edition.body for edition in editions], root) if is_full else [""] * len(editions)
    feed = Feed(
        paper=paper,
        root=root,
        home=root + home,
        address=root + request.get_full_path(),
        thing=thing,
        items=[Item(edition, text, root) for edition, text in zip(editions, texts, strict=True)],
        made_at=at,
    )
    response = WRITE[form](request, feed)
    if editions:
        response.headers["Last-Modified"] = http_date(_last_change(editions[0]))
    return response


def _with_times(rows: QuerySet, at: datetime) -> QuerySet:
    """With the last moments by ``at`` when anything in the paper went live or ended, asked once for all rows."""
    began = Edition.objects.filter(live_from__lte=at).order_by("-live_from").values("live_from")[:1]
    ended = Edition.objects.filter(live_until__lte=at).order_by("-live_until").values("live_until")[:1]
    return rows.annotate(last_start=Subquery(began), last_end=Subquery(ended))


def _last_change(edition: Edition) -> int:
    """The second after the last change of the paper: it never goes back, not even when the newest is withdrawn."""
    last = max(edition.last_start, edition.last_end or edition.last_start)
    return int(last.timestamp()) + 1
