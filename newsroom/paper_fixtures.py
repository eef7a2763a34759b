"""The paper's own fixtures, in the folders of FIXTURE_DIRS: what ``manage.py loaddata`` does with them besides.

Rows that somebody changed are not written over. Pictures come with their rows, and so does what a fixture can't hold:
their sizes, the search index, the demo paper's logins.
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
from articles.tasks import LATER, after_commit, draw_card, make_renditions, write_sizes
from newsroom import demo_users

DEMO = "demo"
SEEN_AT_ONCE = 24  # pictures that a front page shows at most, which are made sharp before the first run serves it
MOST_CARDS = 500  # that are drawn by themselves; of more, draw_cards draws the rest
SHOWN = 5  # rows that a refusal names
# What the newsroom itself writes after loading is no difference.
KEPT_BY_US = {
    "articles.Image": {"first_cut", "made_cut", "wanted_cut"},
    "articles.Author": {"user"},
    "articles.Edition": {"card"},
    "articles.SiteSettings": {"feed_host"},
}


def are_own(files):
    """Whether ``files`` (as Django's ``find_fixtures`` gives them) are the paper's, not an app's or somebody's."""
    folders = {Path(folder).resolve() for folder in settings.FIXTURE_DIRS}
    return bool(files) and all(Path(file).resolve().parent in folders for file, *_where in files)


def is_first_run():
    """Whether this is a newsroom for trying out, with nothing in it."""
    return settings.DEBUG and not any(model.objects.exists() for model in (Section, Article, Edition))


def compare_rows(found, using):
    """Lines that name the rows that differ, and those that are missing."""
    keys = defaultdict(list)
    for obj in found:
        keys[type(obj.object)].append(obj.object.pk)
    here = {model: model._base_manager.using(using).in_bulk([pk for pk in keys[model] if pk]) for model in keys}
    differences, missing = [], []
    for obj in found:
        row, name = here[type(obj.object)].get(obj.object.pk), f"{obj.object._meta.label} {obj.object.pk}"
        if row is None:
            missing.append(f"{name}: not there any more")
        elif fields := different_fields(obj, row):
            differences.append(f"{name}: {', '.join(fields)}")
    return differences, missing


def different_fields(obj, row):
    """The fields in which ``row`` is not what the fixture says."""
    kept = KEPT_BY_US.get(row._meta.label, set())
    fields = [field for field in row._meta.concrete_fields if field.name not in kept]
    names = [field.name for field in fields if database_value(field, obj.object) != database_value(field, row)]
    names += [field.name for field in obj.deferred_fields or ()]
    for name, wanted in (obj.m2m_data or {}).items():
        here = set(getattr(row, name).values_list("pk", flat=True))
        if here != {getattr(thing, "pk", thing) for thing in wanted}:
            names.append(name)
    return sorted(set(names))


def database_value(field, row):
    """A field's value as it goes into the database."""
    return field.get_prep_value(field.value_from_object(row))


def refusal(label, lines):
    """Why the fixture is not loaded, and how it would be."""
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
    """The pictures of articles that are placed on the front page, in their order, of the newest, then the others."""
    placed = list(Placement.objects.on(None).standing().values_list("article", flat=True))
    live = Edition.objects.live().filter(lead_image__in=images)
    leads = list(live.filter(article__in=placed).values_list("article", "lead_image"))
    leads.sort(key=lambda lead: placed.index(lead[0]))
    newest = live.newest().values_list("lead_image", flat=True)[:SEEN_AT_ONCE]
    seen = dict.fromkeys([*(image for _article, image in leads), *newest])
    places = {pk: place for place, pk in enumerate(seen)}
    return sorted(images, key=lambda image: places.get(image.pk, len(places)))


def make_sharp(images):
    """Make the sizes that pages need first now, on all cores."""
    images = [image for image in images if not image.made_cut and image.file.storage.exists(image.file.name)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(partial(write_sizes, first=True), images))
    Image.objects.filter(pk__in=[image.pk for image in images]).update(first_cut=F("wanted_cut"))
    for image in images:
        image.first_cut = image.wanted_cut


def queue_sizes(image):
    """Have the sizes made that lack; those that pages need first before the others of all pictures."""
    if not image.made_cut and image.file.storage.exists(image.file.name):
        task = make_renditions if image.first_cut < image.wanted_cut else make_renditions.using(priority=LATER)
        after_commit(task.enqueue, image.pk)


def masters():
    """The fixtures' pictures by the hash of their bytes, which their rows know."""
    files = [file for folder in settings.FIXTURE_DIRS for file in Path(folder, "pictures").glob("*.jpg")]
    return {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in files}


def complete(models, image_pks, *, first_run):
    """Do what goes with rows that were loaded: ``models`` are theirs, ``image_pks`` of them those of pictures.

    On the ``first_run`` the pictures that readers see first are made sharp before anything is served.
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
    """With the demo paper come its logins, in debug only; the sentence that says which and their password, or none."""
    made = demo_users.make_demo_users() if DEMO in labels and settings.DEBUG else []
    names = ", ".join(demo.username for demo in made)
    return f"Demo users, with the password {demo_users.PASSWORD}: {names}." if made else ""


def _bring_pictures(image_pks, *, first_run):
    """What readers see first comes first."""
    images = in_order_of_sight(Image.objects.filter(pk__in=image_pks))
    files = masters() if images else {}
    for image in images:
        bring_picture(image, files.get(image.sha256))
    if first_run:
        make_sharp(images[:SEEN_AT_ONCE])
    for image in images:
        queue_sizes(image)
