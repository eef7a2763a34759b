"""The desk's navigation: a row of the main screens, and a menu with everything else that a user may open."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# The desk's tables in editors' terms; tables in no group come last.
GROUPS = [
    (
        "stories",
        _("Articles"),
        [
            *("articles.article", "articles.idea", "articles.template"),
            *("articles.edition", "articles.revision"),
        ],
    ),
    ("front-page", _("Front page"), ["articles.placement", "articles.alert", "articles.boardrevision"]),
    ("library", _("Library"), ["articles.image", "taggit.tag", "articles.section", "articles.merge"]),
    ("people", _("People"), ["articles.author", "auth.user", "auth.group"]),
    ("rates", _("Rates"), ["tickers.rate", "tickers.pair", "tickers.source"]),
    (
        "paper",
        _("Paper"),
        [
            *("articles.sitesettings", "articles.paperlook", "articles.papermenus"),
            *("articles.flatpage", "articles.redirect", "admin.logentry"),
        ],
    ),
]
# Lists that editors know by another name than Django.
NAMES = {
    "admin.logentry": _("Audit"),
    "auth.user": _("Logins"),
    "auth.group": _("Roles"),
    "articles.article": _("Articles"),
    "articles.image": _("Pictures"),
    "articles.placement": _("Placements"),
    "django_tasks_database.dbtaskresult": _("Background work"),
}
# The row: word, icon, address, the table that somebody must be able to see.
ROW = [
    (_("Today"), "today", "index", None),
    (_("Articles"), "stories", "articles_article_changelist", "articles.article"),
    (_("Front page"), "front", "articles_placement_board", "articles.placement"),
    (_("Calendar"), "calendar", "articles_edition_calendar", "articles.edition"),
    (_("Pictures"), "pictures", "articles_image_changelist", "articles.image"),
    (_("Rates"), "rates", "tickers_rate_changelist", "tickers.rate"),
]
BEFORE_BEGIN, IN_BAR = 2, 3  # links of the row in the bar of a phone: left of the plus sign, and in all
IN_ROW = {"articles.article", "articles.image", "tickers.rate"}  # lists that the row links to
# The most common thing to begin, the first that a user may: words, address, permission.
BEGUN = [
    (_("Write an article"), "articles_article_add", "articles.add_article"),
    (_("Upload pictures"), "articles_image_upload", "articles.add_image"),
    (_("Enter the day’s rates"), "tickers_rate_day", "tickers.add_rate"),
]


@dataclass(frozen=True)
class Link:
    """A link to a screen; ``current`` is its aria-current: "page", "true" for a page within it, or ""."""

    name: str
    url: str
    icon: str = ""
    current: str = ""


@dataclass(frozen=True)
class Group:
    """Links of the menu under one heading."""

    name: str
    links: list[Link]


@dataclass(frozen=True)
class Navigation:
    """The links that a person has on every screen."""

    row: list[Link]
    begin: Link | None
    groups: list[Group]

    @property
    def first(self) -> list[Link]:
        """The links before the button to begin something."""
        return self.row[:BEFORE_BEGIN]

    @property
    def bar(self) -> list[Link]:
        """The links after it in the bar of a phone."""
        return self.row[BEFORE_BEGIN:IN_BAR]

    @property
    def overflow(self) -> list[Link]:
        """The links of the row without room in the bar of a phone, which are in its menu."""
        return self.row[IN_BAR:]

    @property
    def is_in_menu(self) -> bool:
        """Whether the current page is in the menu and not in the row."""
        return any(link.current for group in self.groups for link in group.links)

    @property
    def is_in_overflow(self) -> bool:
        """Whether the current page is only in the menu of a phone."""
        return any(link.current for link in self.overflow)


def navigation_of(request: HttpRequest, groups: list[dict[str, Any]]) -> Navigation:
    """Return the user's navigation; ``groups`` are the tables that they may see, from the site's get_app_list()."""
    lists = {_label(model): model for group in groups for model in group["models"]}
    row = [
        Link(str(name), reverse(f"admin:{url}"), icon)
        for name, icon, url, label in ROW
        if label is None or lists.get(label, {}).get("admin_url")
    ]
    menu = [
        Group(str(group["name"]), links)
        for group in groups
        if (links := [_link(model) for model in group["models"] if _is_in_menu(model)])
    ]
    here = _here(request.path, [*row, *(link for group in menu for link in group.links)])
    return Navigation(
        [_marked(link, here, request.path) for link in row],
        _begin(request),
        [Group(group.name, [_marked(link, here, request.path) for link in group.links]) for group in menu],
    )


def list_name(opts: Any) -> str:
    """Return the desk's name for the list of a model, by its ``_meta``."""
    name = str(NAMES.get(opts.label_lower, opts.verbose_name_plural))
    return name[:1].upper() + name[1:]


def _label(model: dict[str, Any]) -> str:
    """Return the label of a table; a page that is not a table has only a name."""
    return model["model"]._meta.label_lower if "model" in model else model["object_name"]


def _is_in_menu(model: dict[str, Any]) -> bool:
    return bool(model["admin_url"]) and _label(model) not in IN_ROW


def _link(model: dict[str, Any]) -> Link:
    name = str(model["name"])
    return Link(name[:1].upper() + name[1:], model["admin_url"])


def _begin(request: HttpRequest) -> Link | None:
    for name, url, permission in BEGUN:
        if request.user.has_perm(permission):
            return Link(str(name), reverse(f"admin:{url}"))
    return None


def _here(path: str, links: list[Link]) -> str:
    """Return the address of the link nearest to ``path``; the first page only matches itself."""
    index = reverse("admin:index")
    leading = [link.url for link in links if path == link.url or (link.url != index and path.startswith(link.url))]
    return max(leading, key=len, default="")


def _marked(link: Link, here: str, path: str) -> Link:
    if link.url != here:
        return link
    return Link(link.name, link.url, link.icon, "page" if path == link.url else "true")
