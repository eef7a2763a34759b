"""What ``manage.py loaddata`` does besides for the paper's own fixtures, in the folders of FIXTURE_DIRS.

Rows that somebody changed are not overwritten. Pictures are loaded with their rows, and so is what a fixture can't
hold: their sizes, the search index, the demo paper's logins.
"""

import hashlib
import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db.models import F

from articles import desk_search, search
from articles.desk import image_uses
from articles.desk_search import pictures
from articles.models import Article, Edition, Image, Placement, Section
from articles.pictures import renditions
from articles.tasks import after_commit, draw_card, make_renditions, write_sizes
from ground.priorities import LATER
from newsroom import demo_users

DEMO = "demo"
SEEN_AT_ONCE = 24  # pictures on a front page at most, whose first sizes are made before the first run serves it
MOST_CARDS = 500  # drawn at once; if there are more, the command draw_cards draws the others
SHOWN = 5  # rows named by an error
# Columns that the newsroom itself writes after loading; they do not count as differences.
KEPT_BY_US = {
    "articles.Image": {"first_cut", "made_cut", "wanted_cut"},
    "articles.Author": {"user"},
    "articles.Edition": {"card"},
    "articles.SiteSettings": {"feed_host"},
}


def are_own(files):
    """Return whether ``files`` (as returned by Django's ``find_fixtures``) are the paper's own."""
    folders = {Path(folder).resolve() for folder in settings.FIXTURE_DIRS}
    return bool(files) and all(Path(file).resolve().parent in folders for file, *_where in files)


def is_first_run():
    """Return whether this is a newsroom in debug mode with nothing in it."""
    return settings.DEBUG and not any(model.objects.exists() for model in (Section, Article, Edition))


def compare_rows(objects, using):
    """Return lines that name the rows that differ, and those that are missing."""
    keys = defaultdict(list)
    for obj in objects:
        keys[type(obj.object)].append(obj.object.pk)
    here = {model: model._base_manager.using(using).in_bulk([pk for pk in keys[model] if pk]) for model in keys}
    differences, missing = [], []
    for obj in objects:
        row, name = here[type(obj.object)].get(obj.object.pk), f"{obj.object._meta.label} {obj.object.pk}"
        if row is None:
            missing.append(f"{name}: not there any more")
        elif fields := different_fields(obj, row):
            differences.append(f"{name}: {', '.join(fields)}")
    return differences, missing


def different_fields(obj, row):
    """Return the fields in which ``row`` differs from the fixture."""
    own_columns = KEPT_BY_US.get(row._meta.label, set())
    fields = [field for field in row._meta.concrete_fields if field.name not in own_columns]
    names = [field.name for field in fields if database_value(field, obj.object) != database_value(field, row)]
    names += [field.name for field in obj.deferred_fields or ()]
    for name, related in (obj.m2m_data or {}).items():
        here = set(getattr(row, name).values_list("pk", flat=True))
        if here != {getattr(item, "pk", item) for item in related}:
            names.append(name)
    return sorted(set(names))


def database_value(field, row):
    """Return a field's value as it is stored in the database."""
    return field.get_prep_value(field.value_from_object(row))


def refusal(label, lines):
    """Return why the fixture is not loaded, and how it could be."""
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    listed = "\n".join(f"    {line}" for line in [*lines[:SHOWN], *more])
    return (
        f"“{label}” was loaded here before, and these rows were changed since:\n{listed}\n"
        "Nothing was loaded. To put the fixture's rows in place of these: --overwrite."
    )


def bring_picture(image, master):
    """Store the master that lies beside the fixture, if it is not stored yet."""
    storage = image.file.storage
    if master and not storage.exists(image.file.name):
        with master.open("rb") as file:
            storage.save(image.file.name, File(file))
        renditions.make_safe_copy(master.read_bytes(), image.key, image.trim)


def in_order_of_sight(images):
    """Return pictures sorted: of articles on the front page in their order, of the newest, then the others."""
    placed = list(Placement.objects.on(None).standing().values_list("article", flat=True))
    live = Edition.objects.live().filter(lead_image__in=images)
    leads = list(live.filter(article__in=placed).values_list("article", "lead_image"))
    leads.sort(key=lambda lead: placed.index(lead[0]))
    newest = live.newest().values_list("lead_image", flat=True)[:SEEN_AT_ONCE]
    first_images = dict.fromkeys([*(image for _article, image in leads), *newest])
    places = {pk: place for place, pk in enumerate(first_images)}
    return sorted(images, key=lambda image: places.get(image.pk, len(places)))


def make_sharp(images):
    """Make the first sizes of the pictures now, on all cores."""
    images = [image for image in images if not image.made_cut and image.file.storage.exists(image.file.name)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(partial(write_sizes, first=True), images))
    Image.objects.filter(pk__in=[image.pk for image in images]).update(first_cut=F("wanted_cut"))
    for image in images:
        image.first_cut = image.wanted_cut


def queue_sizes(image):
    """Queue the missing sizes; the first sizes of all pictures are made before the others."""
    if not image.made_cut and image.file.storage.exists(image.file.name):
        task = make_renditions if image.first_cut < image.wanted_cut else make_renditions.using(priority=LATER)
        after_commit(task.enqueue, image.pk)


def masters():
    """Return the fixtures' pictures by the hash of their bytes, which their rows have."""
    files = [file for folder in settings.FIXTURE_DIRS for file in Path(folder, "pictures").glob("*.jpg")]
    return {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in files}


def complete(models, image_pks, *, first_run):
    """Complete rows that were loaded; ``models`` are their models, ``image_pks`` the keys of pictures among them.

    On the ``first_run`` the first sizes of the pictures on the front page are made before anything is served.
    """
    _bring_pictures(image_pks, first_run=first_run)
    if Image in models:
        pictures.rebuild_pictures()
    if Edition in models:
        search.rebuild_editions()
        desk_search.rebuild_copies()
        for pk in Edition.objects.live().filter(card="").values_list("pk", flat=True)[:MOST_CARDS]:
            after_commit(draw_card.using(priority=LATER).enqueue, pk)
    if {Article, Edition} & models:
        image_uses.note_all()


def bring_demo_users(labels):
    """Create the demo paper's logins, only in debug mode; return a sentence with their names and password, or ""."""
    created_users = demo_users.make_demo_users() if DEMO in labels and settings.DEBUG else []
    names = ", ".join(demo.username for demo in created_users)
    return f"Demo users, with the password {demo_users.PASSWORD}: {names}." if created_users else ""


def _bring_pictures(image_pks, *, first_run):
    """Store the pictures, those that readers see first before the others."""
    images = in_order_of_sight(Image.objects.filter(pk__in=image_pks))
    files = masters() if images else {}
    for image in images:
        bring_picture(image, files.get(image.sha256))
    if first_run:
        make_sharp(images[:SEEN_AT_ONCE])
    for image in images:
        queue_sizes(image)
