"""What Ctrl+K finds: articles, sections, authors, pictures, tags, pairs and screens; a few of each that one may see."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from taggit.models import Tag

from articles.admin.article.listing import standing
from articles.admin.lists import holding_words, number
from articles.admin.times import in_words
from articles.characters import normalise
from articles.models import Article, Author, Image, Section
from tickers.models import Pair

SHOWN = 8  # of a kind
LOOKED_AT = 40  # articles found by the index of headlines, of which some may lie in the trash
LONGEST = 200

SCREENS = [  # before lists and forms: name, address, permission
    (gettext_lazy("Calendar"), "admin:articles_edition_calendar", "articles.view_edition"),
    (gettext_lazy("Front page board"), "admin:articles_placement_board", "articles.view_placement"),
    (gettext_lazy("Enter the day’s rates"), "admin:tickers_rate_day", "tickers.add_rate"),
]
LAST = [  # after them
    (gettext_lazy("Change password"), "admin:password_change"),
    (gettext_lazy("The desk"), "admin:index"),
    (gettext_lazy("View the paper"), "front_page"),
]


@dataclass(frozen=True)
class Found:
    """A row or a screen, and where it is; ``by_post`` marks what a form must send, like logging out."""

    title: str
    url: str
    detail: str = ""
    by_post: bool = False


@dataclass(frozen=True)
class Kind:
    """What was found of one kind."""

    name: str
    found: list[Found]


@require_safe
def view(request: HttpRequest, site: Any) -> HttpResponse:
    """A page that needs no script; with ``?format=json`` what the palette shows."""
    query = normalise(request.GET.get("q", ""))[:LONGEST].strip()
    kinds = look_for(query, request, site)
    if request.GET.get("format") == "json":
        response: HttpResponse = JsonResponse({"kinds": [asdict(kind) for kind in kinds]})
    else:
        context = {**site.each_context(request), "title": _("Find"), "query": query, "kinds": kinds}
        response = TemplateResponse(request, "admin/find.html", context)
    response["Cache-Control"] = "no-store"
    return response


def look_for(query: str, request: HttpRequest, site: Any) -> list[Kind]:
    """What holds all words of ``query``, or has that number; without one, what the person worked at last."""
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
    kinds = [Kind(name, look(query)) for name, permission, look in rows if user.has_perm(permission)]
    kinds.append(Kind(_("Screens"), _screens(query, request, site)))
    return [kind for kind in kinds if kind.found]


def _articles(query: str) -> list[Found]:
    """The newest: found by an index that holds all a search reads, then loaded."""
    holding = holding_words(query, "headline")
    if number(query):
        holding |= Q(pk=number(query))
    found = Article.objects.filter(holding).order_by("-saved_at", "-pk").values_list("pk", flat=True)
    return _article_rows(Article.objects.filter(pk__in=list(found[:LOOKED_AT])))


def _recent(user: int | None) -> list[Found]:
    saved = Article.objects.filter(saved_by=user).order_by("-saved_at", "-pk").values_list("pk", flat=True)
    begun = Article.objects.filter(created_by=user).order_by("-pk").values_list("pk", flat=True)
    return _article_rows(Article.objects.filter(pk__in=[*saved[:LOOKED_AT], *begun[:SHOWN]]))


def _article_rows(rows: Any) -> list[Found]:
    rows = rows.on_desk().with_state().select_related("section").defer("body", "corrections", "standfirst")
    return [
        Found(
            article.headline,
            article.get_absolute_url(),
            f"{article.section or _('no section')} · {standing(article)} · {in_words(article.saved_at)}",
        )
        for article in rows.order_by("-saved_at", "-pk")[:SHOWN]
    ]


def _sections(query: str) -> list[Found]:
    rows = Section.objects.filter(holding_words(query, "name", "slug")).select_related("parent")
    return [
        Found(row.name, _change("articles_section", row.pk), str(row.parent or ""))
        for row in rows.order_by("-pk")[:SHOWN]
    ]


def _authors(query: str) -> list[Found]:
    rows = Author.objects.filter(holding_words(query, "name", "slug")).order_by("-pk")
    return [Found(row.name, _change("articles_author", row.pk)) for row in rows[:SHOWN]]


def _images(query: str) -> list[Found]:
    rows = Image.objects.filter(holding_words(query, "title", "alt", "credit")).order_by("-pk")
    return [Found(row.title, _change("articles_image", row.pk), row.credit) for row in rows[:SHOWN]]


def _tags(query: str) -> list[Found]:
    rows = Tag.objects.filter(holding_words(query, "name")).order_by("-pk")
    return [Found(row.name, _change("taggit_tag", row.pk)) for row in rows[:SHOWN]]


def _pairs(query: str) -> list[Found]:
    """By their currencies, written together or apart: KGS, KGS/USD, kgs usd."""
    rows = Pair.objects.filter(holding_words(query.replace("/", " "), "base", "quote"))
    return [Found(str(row), _change("tickers_pair", row.pk), str(row.get_provider_display())) for row in rows[:SHOWN]]


def _screens(query: str, request: HttpRequest, site: Any) -> list[Found]:
    """Lists, forms for something new, and the other screens whose names hold all words."""
    words = query.casefold().split()
    named = [screen for screen in _all_screens(request, site) if all(word in screen.title.casefold() for word in words)]
    return named[:SHOWN]


def _all_screens(request: HttpRequest, site: Any) -> list[Found]:
    screens = [Found(str(name), _address(url)) for name, url, right in SCREENS if request.user.has_perm(right)]
    for group in site.get_app_list(request):
        for model in group["models"]:
            if model.get("admin_url"):
                screens.append(Found(str(model["name"]), model["admin_url"], str(group["name"])))
            if model.get("add_url"):
                title = _("Add: %(name)s") % {"name": model["model"]._meta.verbose_name}
                screens.append(Found(title, model["add_url"], str(group["name"])))
    screens += [Found(str(name), _address(url)) for name, url in LAST]
    screens.append(Found(_("Log out"), reverse("admin:logout"), by_post=True))
    return [screen for screen in screens if screen.url]


def _address(name: str) -> str:
    """The address of a screen; nothing where there is no such screen."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _change(name: str, row: int) -> str:
    return reverse(f"admin:{name}_change", args=[row])
