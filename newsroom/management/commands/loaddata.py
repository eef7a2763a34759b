from django.core.management.base import CommandError
from django.core.management.commands.loaddata import READ_STDIN
from django.core.management.commands.loaddata import Command as DjangosCommand
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction

from articles.models import Image
from newsroom import paper_fixtures


class Command(DjangosCommand):
    """Django's command, which compares the paper's own fixtures before it loads them (newsroom/paper_fixtures.py)."""

    help = (
        "Loads the named fixtures, as Django does; but one of the paper's own (in its folder fixtures/) whose rows are "
        "there already is left alone, and one that would write over rows that somebody changed is refused, unless "
        "--overwrite. Pictures come with their rows."
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
        if options["first_run"] and not paper_fixtures.is_first_run():
            return
        self.overwrite, self.comparing, self.objects_read = options["overwrite"], False, []
        self.pictures: list[int] = []  # primary keys of those that were loaded
        try:
            with transaction.atomic(using=options["database"]):
                super().handle(*labels, **options)
                if options["database"] == DEFAULT_DB_ALIAS:
                    paper_fixtures.complete(self.models, self.pictures, first_run=options["first_run"])
                    demo_note = paper_fixtures.bring_demo_users(labels)
                    if demo_note and self.verbosity:
                        self.stdout.write(demo_note)
        except IntegrityError as error:
            raise CommandError(f"{error}\nNothing was loaded.") from error

    def load_label(self, label):
        """Load a fixture; of the paper's own only what is not loaded yet."""
        is_own = label != READ_STDIN and paper_fixtures.are_own(self.find_fixtures(label))
        if not is_own or not self._is_here(label):
            super().load_label(label)
        elif self.verbosity:
            self.stdout.write(f"“{label}” is already loaded.")

    def save_obj(self, obj):
        if not self.comparing:
            if isinstance(obj.object, Image):
                self.pictures.append(obj.object.pk)
            return super().save_obj(obj)
        model = type(obj.object)
        if model._meta.app_config not in self.excluded_apps and model not in self.excluded_models:
            self.objects_read.append(obj)
        return False

    def _is_here(self, label):
        """Return whether every row of the fixture is stored unchanged; raise CommandError if only some are."""
        objects = self._read(label)
        self.pictures += [obj.object.pk for obj in objects if isinstance(obj.object, Image)]
        differences, missing = paper_fixtures.compare_rows(objects, self.using)
        if self.overwrite or len(missing) == len(objects):
            return bool(objects) and not differences and not missing
        if differences or missing:
            raise CommandError(paper_fixtures.refusal(label, [*differences, *missing]))
        return True

    def _read(self, label):
        counts = self.fixture_count, self.fixture_object_count
        self.comparing, self.objects_read = True, []
        try:
            super().load_label(label)
        finally:
            self.comparing = False
            self.fixture_count, self.fixture_object_count = counts
        return self.objects_read
