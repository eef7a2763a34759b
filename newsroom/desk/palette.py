"""The palette (Ctrl+K): it finds articles, sections, authors, pictures, tags, pairs and screens, a few of each.

It also serves the editor's dialog for links: live articles with their addresses.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from articles import desk_search
from articles.admin.article.listing import where_it_stands
from articles.admin.lists import holding_words, number_in_address
from articles.admin.times import short, time_from_now
from articles.desk_search import authors, pictures
from articles.models import Article, Edition, Image, Section, tag_key
from ground.characters import normalise
from tickers.models import Pair

SHOWN = 8  # of one kind
LAST_SAVED = 40  # articles of a person, some of which may be in the trash
LONGEST = 200

SCREENS = [  # listed before lists and forms: name, address, permission
    (gettext_lazy("Calendar"), "admin:articles_edition_calendar", "articles.view_edition"),
    (gettext_lazy("Front page board"), "admin:articles_placement_board", "articles.view_placement"),
    (gettext_lazy("Enter the day’s rates"), "admin:tickers_rate_day", "tickers.add_rate"),
]
LAST = [  # listed after them
    (gettext_lazy("Change password"), "admin:password_change"),
    (gettext_lazy("The desk"), "admin:index"),
    (gettext_lazy("View the paper"), "front_page"),
]

LOOKED_AT = [  # searched by those with the permission
    ("articles.view_article", gettext_lazy("headline, standfirst, text, tags, authors and notes of articles")),
    ("articles.view_section", gettext_lazy("names of sections")),
    ("articles.view_author", gettext_lazy("names of authors")),
    ("articles.view_image", gettext_lazy("title, alternative text, caption and credit of pictures")),
    ("taggit.view_tag", gettext_lazy("tags")),
    ("tickers.view_pair", gettext_lazy("currencies of pairs")),
]
NOT_LINKED = gettext_lazy(
    "No article that readers see holds these words in its headline, standfirst, text, tags, authors or notes."
)
MARKS = re.compile("</?mark>")


@dataclass(frozen=True)
class PaletteRow:
    """A row or a screen with its address; ``by_post`` marks one that a form must send, like logging out."""

    title: str
    url: str
    detail: str = ""
    by_post: bool = False
    article: int | None = None  # its primary key
    excerpts: list[desk_search.Excerpt] = field(default_factory=list)  # if the headline does not show why


@dataclass(frozen=True)
class PaletteKind:
    """The results of one kind."""

    name: str
    found: list[PaletteRow]


@require_safe
def palette_view(request: HttpRequest, site: Any) -> HttpResponse:
    """The palette as a page without scripts; with ``?format=json`` the data of the palette."""
    query = normalise(request.GET.get("q", ""))[:LONGEST].strip()
    if request.GET.get("for") == "link":
        may_read = request.user.has_perm("articles.view_article")
        kinds, nothing = (_to_link(query), NOT_LINKED) if may_read else ([], _("Articles are not yours to read."))
    else:
        kinds, nothing = look_for(query, request, site), searched_kinds(request.user)
    if request.GET.get("format") == "json":
        response: HttpResponse = JsonResponse({"kinds": [_plain(kind) for kind in kinds], "nothing": str(nothing)})
    else:
        context = {**site.each_context(request), "title": _("Find"), "query": query, "kinds": kinds}
        context["nothing"] = nothing
        response = TemplateResponse(request, "admin/find.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _plain(kind: PaletteKind) -> dict[str, Any]:
    """Return a kind for JSON; every second part of an excerpt was in ``<mark>``."""
    return {"name": kind.name, "found": [_plain_row(row) for row in kind.found]}


def _plain_row(row: PaletteRow) -> dict[str, Any]:
    excerpts = [
        {"place": excerpt.place, "parts": [unescape(part) for part in MARKS.split(excerpt.text)]}
        for excerpt in row.excerpts
    ]
    data = {"title": row.title, "url": row.url, "detail": row.detail, "by_post": row.by_post, "excerpts": excerpts}
    return data if row.article is None else data | {"article": row.article}


def searched_kinds(user: Any) -> str:
    """Return the message that nothing was found, and where ``user``'s permissions allowed to search."""
    places = [str(place) for permission, place in LOOKED_AT if user.has_perm(permission)]
    text = _("Nothing that you may see holds these words. Looked at: %(places)s.")
    return text % {"places": "; ".join([*places, _("names of screens")])}


def look_for(query: str, request: HttpRequest, site: Any) -> list[PaletteKind]:
    """Return the rows with all words of ``query``, or that number; without a query, the person's latest work."""
    user = request.user
    rows: list[tuple[str, str, Callable]] = [
        (_("Articles"), "articles.view_article", _articles),
        (_("Sections"), "articles.view_section", _sections),
        (_("Authors"), "articles.view_author", _authors),
        (_("Pictures"), "articles.view_image", _images),
        (_("Tags"), "taggit.view_tag", _tags),
        (_("Pairs"), "tickers.view_pair", _pairs),
    ]
    if not query:
        rows = [(_("Your last articles"), "articles.view_article", lambda _query: _recent(user.pk))]
    kinds = [PaletteKind(name, look(query)) for name, permission, look in rows if user.has_perm(permission)]
    kinds.append(PaletteKind(_("Screens"), _screens(query, request, site)))
    return [kind for kind in kinds if kind.found]


def _articles(query: str) -> list[PaletteRow]:
    """Return articles with the words in their headlines, then anywhere; or the one with that number."""
    pks = desk_search.titled_first(query, Article.objects.on_desk(), most=SHOWN)
    if number_in_address(query):
        pks = [number_in_address(query), *pks][:SHOWN]
    rows = {article.pk: article for article in _for_rows(Article.objects.filter(pk__in=pks))}
    excerpts = desk_search.excerpts(query, {pk: article.headline for pk, article in rows.items()})
    return [_article_row(rows[pk], excerpts.get(pk, [])) for pk in dict.fromkeys(pks) if pk in rows]


def _to_link(query: str) -> list[PaletteKind]:
    """Return live articles by their public addresses: those found, or the newest."""
    now = timezone.now()
    live = (
        Edition.objects.live(now)
        .select_related("section")
        .only("headline", "path", "published_at", "article", "section")
    )
    if query:
        pks = desk_search.titled_first(query, Article.objects.on_desk().live_with_readers(now), most=SHOWN)
        editions = {edition.article_id: edition for edition in live.filter(article__in=pks)}
    else:
        editions = {edition.article_id: edition for edition in live.newest()[:SHOWN]}
        pks = list(editions)
    excerpts = desk_search.excerpts(query, {pk: edition.headline for pk, edition in editions.items()})
    rows = [(editions[pk], excerpts.get(pk, [])) for pk in pks if pk in editions]
    linked = [
        PaletteRow(
            edition.headline,
            edition.path,
            f"{edition.section} · {short(edition.published_at)}",
            article=edition.article_id,
            excerpts=edition_excerpts,
        )
        for edition, edition_excerpts in rows
    ]
    return [PaletteKind(_("Articles that readers see"), linked)] if linked else []


def _recent(user: int | None) -> list[PaletteRow]:
    saved = Article.objects.filter(saved_by=user).order_by("-saved_at", "-pk").values_list("pk", flat=True)
    begun = Article.objects.filter(created_by=user).order_by("-pk").values_list("pk", flat=True)
    rows = _for_rows(Article.objects.filter(pk__in=[*saved[:LAST_SAVED], *begun[:SHOWN]]))
    return [_article_row(article) for article in rows.order_by("-saved_at", "-pk")[:SHOWN]]


def _for_rows(rows: Any) -> Any:
    return rows.on_desk().with_state().select_related("section").defer("body", "corrections", "standfirst")


def _article_row(article: Any, excerpts: Sequence[desk_search.Excerpt] = ()) -> PaletteRow:
    detail = f"{article.section or _('no section')} · {where_it_stands(article)} · {time_from_now(article.saved_at)}"
    return PaletteRow(article.headline, article.get_absolute_url(), detail, excerpts=list(excerpts))


def _sections(query: str) -> list[PaletteRow]:
    rows = Section.objects.filter(holding_words(query, "name", "slug")).select_related("parent")
    return [
        PaletteRow(row.name, _change("articles_section", row.pk), str(row.parent or ""))
        for row in rows.order_by("-pk")[:SHOWN]
    ]


def _authors(query: str) -> list[PaletteRow]:
    return [PaletteRow(name, _change("articles_author", pk)) for pk, name in authors.authors_named(query)[:SHOWN]]


def _images(query: str) -> list[PaletteRow]:
    rows = Image.objects.filter(pictures.pictures_holding(query)).order_by("-pk")
    return [PaletteRow(row.title, _change("articles_image", row.pk), row.credit) for row in rows[:SHOWN]]


def _tags(query: str) -> list[PaletteRow]:
    rows = tag_key.tags_holding(query).order_by("-pk")
    return [PaletteRow(row.name, _change("taggit_tag", row.pk)) for row in rows[:SHOWN]]


def _pairs(query: str) -> list[PaletteRow]:
    """Return pairs by their currencies, written together or apart: KGS, KGS/USD, kgs usd."""
    rows = Pair.objects.filter(holding_words(query.replace("/", " "), "base", "quote"))
    return [
        PaletteRow(str(row), _change("tickers_pair", row.pk), str(row.get_provider_display())) for row in rows[:SHOWN]
    ]


def _screens(query: str, request: HttpRequest, site: Any) -> list[PaletteRow]:
    """Return lists, forms for something new, and other screens whose names have all words."""
    words = query.casefold().split()
    screens = [
        screen for screen in _all_screens(request, site) if all(word in screen.title.casefold() for word in words)
    ]
    return screens[:SHOWN]


def _all_screens(request: HttpRequest, site: Any) -> list[PaletteRow]:
    screens = [PaletteRow(str(name), _address(url)) for name, url, right in SCREENS if request.user.has_perm(right)]
    for group in site.get_app_list(request):
        for model in group["models"]:
            if model.get("admin_url"):
                screens.append(PaletteRow(str(model["name"]), model["admin_url"], str(group["name"])))
            if model.get("add_url"):
                title = _("Add: %(name)s") % {"name": model["model"]._meta.verbose_name}
                screens.append(PaletteRow(title, model["add_url"], str(group["name"])))
    screens += [PaletteRow(str(name), _address(url)) for name, url in LAST]
    screens.append(PaletteRow(_("Log out"), reverse("admin:logout"), by_post=True))
    return [screen for screen in screens if screen.url]


def _address(name: str) -> str:
    """Return the address of a screen; "" if there is no such screen."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _change(name: str, row: int) -> str:
    return reverse(f"admin:{name}_change", args=[row])
