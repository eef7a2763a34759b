"""The desk's navigation: a row of the newsroom's own words, and one menu with all else that somebody may open."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# The desk's tables as an editor thinks of them; what stands nowhere comes last, for those who may see it.
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
BEFORE_BEGIN, IN_BAR = 2, 3  # links of the row in the bar of a phone: on the left of the cross, and all
IN_ROW = {"articles.article", "articles.image", "tickers.rate"}  # lists that the row leads to
# What somebody begins most, the first that they may: words, address, permission.
BEGUN = [
    (_("Write an article"), "articles_article_add", "articles.add_article"),
    (_("Upload pictures"), "articles_image_upload", "articles.add_image"),
    (_("Enter the day’s rates"), "tickers_rate_day", "tickers.add_rate"),
]


@dataclass(frozen=True)
class Link:
    """A way to a screen; ``current`` is what aria-current says of it: "page", "true" for a page within it, or ""."""

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
    """What one person may open from every screen."""

    row: list[Link]
    begin: Link | None
    groups: list[Group]

    @property
    def first(self) -> list[Link]:
        """What stands before the way to begin something."""
        return self.row[:BEFORE_BEGIN]

    @property
    def bar(self) -> list[Link]:
        """What follows it in the bar of a phone."""
        return self.row[BEFORE_BEGIN:IN_BAR]

    @property
    def rest(self) -> list[Link]:
        """What of the row has no room in the bar of a phone, and stands in its menu."""
        return self.row[IN_BAR:]

    @property
    def is_in_menu(self) -> bool:
        """Whether the page that is shown stands in the menu and not in the row."""
        return any(link.current for group in self.groups for link in group.links)

    @property
    def is_in_rest(self) -> bool:
        """Whether the page that is shown stands in the menu of a phone alone."""
        return any(link.current for link in self.rest)


def navigation_of(request: HttpRequest, groups: list[dict[str, Any]]) -> Navigation:
    """The navigation for whoever asks; ``groups`` are the tables that they may see, from the site's get_app_list()."""
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
    """What the desk calls the list of a model, by its ``_meta``."""
    name = str(NAMES.get(opts.label_lower, opts.verbose_name_plural))
    return name[:1].upper() + name[1:]


def _label(model: dict[str, Any]) -> str:
    """Of a table; a page that is none has only a name."""
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
    """The address of the link that leads nearest to ``path``; the first page leads only to itself."""
    index = reverse("admin:index")
    leading = [link.url for link in links if path == link.url or (link.url != index and path.startswith(link.url))]
    return max(leading, key=len, default="")


def _marked(link: Link, here: str, path: str) -> Link:
    if link.url != here:
        return link
    return Link(link.name, link.url, link.icon, "page" if path == link.url else "true")
