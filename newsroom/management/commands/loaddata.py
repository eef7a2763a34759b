import hashlib
import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.management.base import CommandError
from django.core.management.commands.loaddata import READ_STDIN
from django.core.management.commands.loaddata import Command as DjangosCommand
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import F

from articles import finding, renditions, search, uses
from articles.finding import pictures
from articles.models import Article, Edition, Image, Placement, Section
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


class Command(DjangosCommand):
    help = (
        "Loads the named fixtures, as Django does; but one whose rows are there already is left alone, and one that "
        "would write over rows that somebody changed is refused, unless --overwrite. Pictures come with their rows."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--overwrite", action="store_true", help="Put the fixture's rows in place of changed ones.")
        parser.add_argument(
            "--first-run",
            action="store_true",
            help="Do nothing unless debug is on and there is no section, article or edition yet.",
        )

    def handle(self, *labels, **options):
        if options["first_run"] and not is_first_run():
            return
        self.first_run = options["first_run"]
        self.overwrite, self.comparing, self.found, self.pictures = options["overwrite"], False, [], []
        try:
            with transaction.atomic(using=options["database"]):
                super().handle(*labels, **options)
                if options["database"] == DEFAULT_DB_ALIAS:
                    self._complete(labels)
        except IntegrityError as error:
            raise CommandError(f"{error}\nNothing was loaded.") from error

    def load_label(self, label):
        """Compare first, and load only what is not there yet; what comes from standard input can be read only once."""
        if label == READ_STDIN or not self._is_here(label):
            super().load_label(label)
        elif self.verbosity:
            self.stdout.write(f"“{label}” is already loaded.")

    def save_obj(self, obj):
        if not self.comparing:
            return super().save_obj(obj)
        model = type(obj.object)
        if model._meta.app_config not in self.excluded_apps and model not in self.excluded_models:
            self.found.append(obj)
        return False

    def _is_here(self, label):
        """Whether every row of the fixture is there as the fixture has it; a refusal if only some are."""
        found = self._read(label)
        self.pictures += [obj.object.pk for obj in found if isinstance(obj.object, Image)]
        differences, missing = compare(found, self.using)
        if self.overwrite or len(missing) == len(found):
            return bool(found) and not differences and not missing
        if differences or missing:
            raise CommandError(refusal(label, [*differences, *missing]))
        return True

    def _read(self, label):
        counts = self.fixture_count, self.fixture_object_count
        self.comparing, self.found = True, []
        try:
            super().load_label(label)
        finally:
            self.comparing = False
            self.fixture_count, self.fixture_object_count = counts
        return self.found

    def _complete(self, labels):
        """What goes with the rows but is not in a fixture: files, search index, pictures' uses, logins."""
        self._bring_pictures()
        if Image in self.models:
            pictures.rebuild()
        if Edition in self.models:
            search.rebuild()
            finding.rebuild()
        if Edition in self.models:
            for pk in Edition.objects.live().filter(card="").values_list("pk", flat=True)[:MOST_CARDS]:
                after_commit(draw_card.using(priority=LATER).enqueue, pk)
        if {Article, Edition} & self.models:
            uses.note_all()
        if DEMO in labels and settings.DEBUG:
            made = demo_users.make()
            if made and self.verbosity:
                names = ", ".join(demo.username for demo in made)
                self.stdout.write(f"Demo users, with the password {demo_users.PASSWORD}: {names}.")

    def _bring_pictures(self):
        """What readers see first comes first."""
        images = in_order_of_sight(Image.objects.filter(pk__in=self.pictures))
        files = masters() if images else {}
        for image in images:
            bring_picture(image, files.get(image.sha256))
        if self.first_run:
            make_sharp(images[:SEEN_AT_ONCE])
        for image in images:
            queue_sizes(image)


def is_first_run():
    """Whether this is a newsroom for trying out, with nothing in it."""
    return settings.DEBUG and not any(model.objects.exists() for model in (Section, Article, Edition))


def compare(found, using):
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
    names = [field.name for field in fields if plain(field, obj.object) != plain(field, row)]
    names += [field.name for field in obj.deferred_fields or ()]
    for name, wanted in (obj.m2m_data or {}).items():
        here = set(getattr(row, name).values_list("pk", flat=True))
        if here != {getattr(thing, "pk", thing) for thing in wanted}:
            names.append(name)
    return sorted(set(names))


def plain(field, row):
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
