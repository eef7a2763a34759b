"""Who may do what: the groups of a newsroom, and ``may()``, which both the workflow and the admin ask.

A login has one or more roles by its groups. An administrator (also any superuser) may do everything;
a chief editor everything with articles and the front page; a section editor the same in the sections
given to them; a reporter writes, and submits what they wrote.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from articles.models import Article, Section

REPORTER = "Reporter"
SECTION_EDITOR = "Section editor"
CHIEF_EDITOR = "Chief editor"
PICTURE_EDITOR = "Picture editor"
RATES_DESK = "Rates desk"
ADMINISTRATOR = "Administrator"

OWN_STEPS = {"edit", "submit", "take_back", "share"}  # of a reporter, with their own articles
DESK_STEPS = OWN_STEPS | {"send_back", "approve", "publish", "schedule", "take_down", "withdraw", "cancel", "delete"}
ADMINISTRATORS_STEPS = {"erase"}

# What Django's admin asks for, model by model: letters of add, change, delete, view.
PERMISSIONS: dict[str, dict[str, str]] = {
    REPORTER: {
        "articles.article": "acdv",  # each one is asked of may()
        "articles.image": "av",
        "articles.author": "v",
        "articles.section": "v",
        "articles.edition": "v",
        "articles.revision": "v",
        "taggit.tag": "av",
    },
    SECTION_EDITOR: {
        "articles.article": "acdv",
        "articles.image": "acv",
        "articles.author": "acv",
        "articles.section": "v",
        "articles.edition": "v",
        "articles.revision": "v",
        "articles.placement": "v",
        "articles.alert": "v",
        "articles.boardrevision": "v",
        "taggit.tag": "acv",
    },
    CHIEF_EDITOR: {
        "articles.article": "acdv",
        "articles.image": "acdv",
        "articles.author": "acdv",
        "articles.section": "acdv",
        "articles.edition": "v",
        "articles.revision": "v",
        "articles.placement": "acdv",
        "articles.alert": "acdv",
        "articles.boardrevision": "v",
        "articles.checkrule": "acdv",
        "articles.sitesettings": "cv",
        "taggit.tag": "acdv",
        "tickers.pair": "v",
        "tickers.rate": "v",
    },
    PICTURE_EDITOR: {
        "articles.article": "v",
        "articles.image": "acdv",
        "articles.author": "v",
        "articles.section": "v",
        "articles.edition": "v",
    },
    RATES_DESK: {"tickers.pair": "acdv", "tickers.rate": "acdv"},
    ADMINISTRATOR: {
        "articles.article": "acdv",
        "articles.image": "acdv",
        "articles.author": "acdv",
        "articles.section": "acdv",
        "articles.edition": "v",
        "articles.revision": "v",
        "articles.placement": "acdv",
        "articles.alert": "acdv",
        "articles.boardrevision": "v",
        "articles.checkrule": "acdv",
        "articles.sitesettings": "acv",
        "taggit.tag": "acdv",
        "tickers.pair": "acdv",
        "tickers.rate": "acdv",
        "auth.user": "acdv",
        "auth.group": "v",
    },
}
ACTIONS = {"a": "add", "c": "change", "d": "delete", "v": "view"}


def of(user: "User") -> set[str]:
    """The names of ``user``'s roles; asked of the database once a request."""
    if not user.is_active:
        return set()
    if user.is_superuser:
        return {ADMINISTRATOR}
    if not hasattr(user, "_roles"):
        user._roles = set(user.groups.values_list("name", flat=True))
    return user._roles


def may(user: "User", step: str, article: "Article | None" = None) -> bool:
    """Whether ``user`` may take ``step`` with ``article``; without one, with any article at all."""
    roles = of(user)
    if ADMINISTRATOR in roles:
        return True
    if step in ADMINISTRATORS_STEPS:
        return False
    if CHIEF_EDITOR in roles:
        return True
    if SECTION_EDITOR in roles and step in DESK_STEPS and (article is None or edits_section(user, article.section)):
        return True
    wrote = article is None or is_own(user, article)
    return bool(roles & {REPORTER, SECTION_EDITOR}) and wrote and _own_step(step, article)


def _own_step(step: str, article: "Article | None") -> bool:
    """A reporter edits and submits drafts, takes back what still waits, and revises what is live the same way."""
    if article is None or article.pk is None:
        return step in OWN_STEPS
    if step == "delete":
        return article.stage == "draft" and article.published_at is None
    if step == "share":
        return True
    steps = {"draft": {"edit", "submit"}, "published": {"edit"}, "in_review": {"take_back"}}
    return step in steps.get(article.stage, set())


def is_own(user: "User", article: "Article") -> bool:
    """Whether ``user`` began the article or has a byline on it."""
    if article.created_by_id == user.pk or article.pk is None:
        return True
    return article.bylines.filter(author__user=user).exists()


def edits_section(user: "User", section: "Section | None") -> bool:
    """Whether ``section``, or the one it lies within, was given to ``user``."""
    return section is not None and bool({section.pk, section.parent_id} & section_ids(user))


def section_ids(user: "User") -> set[int]:
    """The sections given to ``user``; asked of the database once a request."""
    if not hasattr(user, "_section_ids"):
        user._section_ids = set(user.edited_sections.values_list("pk", flat=True))
    return user._section_ids


def make_groups(using: str = "default", **kwargs: Any) -> None:
    """Make each role's group with its permissions; run after ``migrate``, at any time, adding only what lacks."""
    from django.apps import apps
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    for app in ("articles", "tickers", "taggit", "auth"):
        create_permissions(apps.get_app_config(app), verbosity=0, using=using)
    known = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role, models in PERMISSIONS.items():
        group, _made = Group.objects.using(using).get_or_create(name=role)
        wanted = [_codename(model, letter) for model, letters in models.items() for letter in letters]
        group.permissions.add(*(known[name] for name in wanted if name in known))


def _codename(model: str, letter: str) -> tuple[str, str]:
    app, name = model.split(".")
    return app, f"{ACTIONS[letter]}_{name}"
