"""A desk with a row in every table that has a screen, none of it made, edited or owned by the people who then look."""

from datetime import timedelta

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import storages
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from taggit.models import Tag

from articles.desk import merges, roles, workflow
from articles.models import (
    Alert,
    BoardRevision,
    EmbedProvider,
    FlatPage,
    Idea,
    Notice,
    Placement,
    PolicyReport,
    Redirect,
    SiteSettings,
    Template,
    UnsavedForm,
)
from articles.tests.factories import make_article, make_author, make_image, make_section, make_user, picture_file
from newsroom.tests.addresses import Place
from tickers.models import Rate, Source
from tickers.tests.factories import make_pair, make_rate

SECRET = "zqxsecret"  # in what nobody but its owner may see
READER = "a reader"  # somebody with a login who is not of the desk
EVERYBODY = [None, READER, *roles.PERMISSIONS]


def people() -> dict[str | None, User | None]:
    """Nobody, a reader, and a login of each role; section editors and reporters of a section without articles."""
    elsewhere = make_section(name="Elsewhere", slug="elsewhere")
    users: dict[str | None, User | None] = {None: None, READER: User.objects.create(username="reader")}
    for role in roles.PERMISSIONS:
        users[role] = make_user(role)
        elsewhere.editors.add(users[role])
    return users


def fill() -> dict[str, object]:
    """Make the rows, and return the primary key of one by the label of each model."""
    roles.make_groups()
    chief, now = make_user(roles.ADMINISTRATOR, email=f"{SECRET}@example.org"), timezone.now()
    User.objects.filter(pk=chief.pk).update(password=f"md5${SECRET}$x")
    section, author, later = make_section(), make_author(user=chief), now + timedelta(days=1)
    SiteSettings.objects.create(pk=1)
    article = make_article(section=section, authors=[author], created_by=chief, lead_image=make_image())
    workflow.saved(article, by=chief)
    edition = workflow.publish(article, by=chief)
    merge = merges.start_merge(Tag.objects.create(name="Gone"), Tag.objects.create(name="Stays"), by=chief)
    if not storages["uploads"].exists(article.lead_image.file.name):
        storages["uploads"].save(article.lead_image.file.name, picture_file())
    rate = make_rate(make_pair(), status=Rate.Status.HELD)
    rows = [
        *(chief, section, author, article, edition, merge, rate, rate.pair, article.lead_image),
        *(
            Tag.objects.get(name="Stays"),
            Group.objects.first(),
            SiteSettings.current(),
            article.revisions.first(),
            Source.objects.create(provider="nbk"),
        ),
        Idea.objects.get(pk=make_article(section=section, stage="idea", created_by=chief, assignee=chief).pk),
        Placement.objects.create(slot=1, article=article),
        Alert.objects.create(text="Stop", ends_at=later),
        BoardRevision.objects.create(placements=[], by=chief),
        EmbedProvider.objects.create(name="X", addresses="https://x.example/*", frame="https://x.example/{1}"),
        FlatPage.objects.create(title="About", slug="about"),
        Redirect.objects.create(source="/old/", target="/new/"),
        Template.objects.create(name="Wrap", made_by=chief),
        Notice.objects.create(user=chief, article=article, kind="submitted", text=SECRET),
        UnsavedForm.objects.create(
            user=chief, path="/admin/articles/section/add/", fields={"name": [SECRET]}, why="left"
        ),
        PolicyReport.objects.create(directive="img-src", blocked="inline", first_at=now, last_at=now),
        LogEntry.objects.log_actions(chief.pk, [section], CHANGE, "x", single_object=True),
        DBTaskResult.objects.create(
            **{"args_kwargs": {"args": [], "kwargs": {}}, "task_path": "x.y", "backend_name": "default"},
            **{"run_after": now, "exception_class_path": "", "traceback": "", "queue_name": "default"},
        ),
    ]
    return {row._meta.label_lower: row.pk for row in rows} | {"articles.paperlook": 1, "articles.papermenus": 1}


def sent(rows: dict[str, object]) -> dict[str, object]:
    """What addresses that are only posted to need to be told."""
    return {"of": f"r{rows['articles.revision']}", "name": "x", "revision": rows["articles.boardrevision"]}


def address(place: Place, rows: dict[str, object], forged: object = None) -> str:
    """The address of ``place`` for the row that there is, or with ``forged`` in the place of its number."""
    models = (model._meta for model in admin.site._registry)
    label = next((opts.label_lower for opts in models if f"/{opts.app_label}/{opts.model_name}/" in place.route), "")
    if "unsaved" in place.route:
        label = "articles.unsavedform"
    number = rows.get(label, 1) if forged is None else forged
    kind = ContentType.objects.get_for_model(Tag).pk if forged is None else forged
    edition = rows["articles.edition"] if forged is None else forged
    return place.address(pk=number, object_id=number, edition=edition, content_type_id=kind)
