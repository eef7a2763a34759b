"""The groups of a newsroom and their permissions in Django's admin; ``roles`` decides what each login may do."""

from typing import Any

from django.apps import apps

REPORTER = "Reporter"
SECTION_EDITOR = "Section editor"
CHIEF_EDITOR = "Chief editor"
PICTURE_EDITOR = "Picture editor"
RATES_DESK = "Rates desk"
ADMINISTRATOR = "Administrator"

# The permissions that Django's admin checks, by model: letters of add, change, delete, view.
CHIEFS = {
    "articles.article": "acv",
    "articles.idea": "acv",
    "articles.image": "acdv",
    "articles.author": "acdv",
    "articles.section": "acdv",
    "articles.edition": "v",
    "articles.merge": "v",
    "articles.revision": "v",
    "articles.template": "acdv",
    "articles.placement": "acdv",
    "articles.alert": "acdv",
    "articles.boardrevision": "v",
    "articles.checkrule": "acdv",
    "articles.flatpage": "acdv",
    "articles.redirect": "acdv",
    "articles.paperlook": "cv",
    "articles.papermenus": "cv",
    "articles.sitesettings": "cv",
    "taggit.tag": "acdv",
    "tickers.pair": "v",
    "tickers.rate": "v",
    "tickers.source": "v",
    "auth.user": "acv",  # only people up to their own role: may_manage()
    "admin.logentry": "v",
    "django_tasks_database.dbtaskresult": "v",  # failed background tasks
}
PERMISSIONS: dict[str, dict[str, str]] = {
    REPORTER: {
        "articles.article": "acv",  # may() decides on each article
        "articles.idea": "acv",
        "articles.image": "av",
        "articles.author": "v",
        "articles.section": "v",
        "articles.edition": "v",
        "articles.revision": "v",
        "articles.template": "v",
        "taggit.tag": "av",
    },
    SECTION_EDITOR: {
        "articles.article": "acv",
        "articles.idea": "acv",
        "articles.image": "acv",
        "articles.author": "acv",
        "articles.section": "v",
        "articles.edition": "v",
        "articles.merge": "v",
        "articles.revision": "v",
        "articles.template": "acdv",
        "articles.placement": "v",
        "articles.alert": "v",
        "articles.boardrevision": "v",
        "taggit.tag": "acv",
    },
    CHIEF_EDITOR: CHIEFS,
    PICTURE_EDITOR: {
        "articles.article": "v",
        "articles.idea": "v",
        "articles.image": "acdv",
        "articles.author": "v",
        "articles.section": "v",
        "articles.edition": "v",
        "articles.revision": "v",
    },
    RATES_DESK: {"tickers.pair": "acdv", "tickers.rate": "acdv", "tickers.source": "v"},
    ADMINISTRATOR: CHIEFS
    | {
        "articles.embedprovider": "acdv",
        "articles.policyreport": "dv",
        "articles.sitesettings": "acv",
        "tickers.pair": "acdv",
        "tickers.rate": "acdv",
        "auth.user": "acdv",
        "auth.group": "v",
    },
}
ACTIONS = {"a": "add", "c": "change", "d": "delete", "v": "view"}


def make_groups(using: str = "default", **kwargs: Any) -> None:
    """Create each role's group and add missing permissions; runs after ``migrate``, and may run at any time."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    for app in ("articles", "tickers", "taggit", "auth", "admin", "django_tasks_database"):
        create_permissions(apps.get_app_config(app), verbosity=0, using=using)
    permissions = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role, models in PERMISSIONS.items():
        group, _made = Group.objects.using(using).get_or_create(name=role)
        codenames = [_codename(model, letter) for model, letters in models.items() for letter in letters]
        group.permissions.add(*(permissions[name] for name in codenames if name in permissions))


def _codename(model: str, letter: str) -> tuple[str, str]:
    app, name = model.split(".")
    return app, f"{ACTIONS[letter]}_{name}"
