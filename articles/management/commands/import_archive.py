import json
import sys
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from articles.importing import looking, reporting
from articles.importing.formats import READERS
from articles.importing.items import ReadingError
from articles.importing.running import ImportOrder, ImportProgress, Superseded, run_import
from articles.importing.taking_back import take_import_back
from articles.models import Import

MOST_TOLD = 50  # items named on the screen; the report has all


class Command(BaseCommand):
    help = "Move in: look at what another system exported, bring it, tell what became of it, or take it back."

    def add_arguments(self, parser):
        steps = parser.add_subparsers(dest="step", required=True, title="steps")
        look = steps.add_parser("look", help="Tell what a file holds, and draft a mapping. Nothing is stored.")
        self._add_order(look)
        look.add_argument("--draft", metavar="FILE", default="", help="Write a mapping there, to be edited.")
        run = steps.add_parser("run", help="Bring a file. Safe to run again: goes on, or brings what changed.")
        run.add_argument("name", help="The name of the import, by which it is reported and taken back.")
        self._add_order(run)
        run.add_argument("--mapping", metavar="FILE", default="", help="What “look --draft” wrote, as it was edited.")
        run.add_argument("--by", metavar="LOGIN", default="", help="Whose work it is, in the history.")
        report = steps.add_parser("report", help="Tell what became of each item.")
        report.add_argument("name")
        report.add_argument("--csv", metavar="FILE", default="", help="Write a line for each item there.")
        back = steps.add_parser("take-back", help="Remove what an import made. Safe to run again.")
        back.add_argument("name")
        back.add_argument("--also-edited", action="store_true", help="Also what somebody changed here since.")
        steps.add_parser("list", help="List all imports.")

    def _add_order(self, parser):
        parser.add_argument("file")
        parser.add_argument(
            "--format", choices=sorted(READERS), default="", help="By default what the file looks like."
        )
        parser.add_argument("--media", default="", help="A folder, a zip, or the old site's address with the pictures.")
        parser.add_argument("--hooks", metavar="FILE", default="", help="A file of Python: see docs/operators.md.")

    def handle(self, **options):
        steps = {"look": self._look, "run": self._run, "report": self._report, "list": self._list}
        try:
            (steps | {"take-back": self._take_back})[options["step"]](options)
        except (ReadingError, Superseded) as trouble:
            raise CommandError(str(trouble)) from None

    def _look(self, options):
        look = looking.look_at_export(self._order(options))
        for line in looking.lines_of(look):
            self.stdout.write(line)
        text = json.dumps(look.mapping, ensure_ascii=False, indent=2) + "\n"
        if options["draft"]:
            if Path(options["draft"]).exists():
                raise CommandError(f"“{options['draft']}” is there already: name another file for the draft.")
            Path(options["draft"]).write_text(text)
            self.stdout.write(f"The mapping is in {options['draft']}. Edit it, then: run NAME FILE --mapping …")

    def _order(self, options, mapping=None):
        names = ("format", "media", "hooks")
        return ImportOrder(options["file"], mapping=mapping, **{name: options[name] for name in names})

    def _run(self, options):
        by = User.objects.filter(username=options["by"]).first()
        if options["by"] and by is None:
            raise CommandError(f"There is no login “{options['by']}”.")
        mapping = None
        if options["mapping"]:
            try:
                mapping = Path(options["mapping"]).read_text()
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"The mapping can't be read: {error}") from None
        operation = run_import(options["name"], self._order(options, mapping), by=by, tell=self._tell)
        self._summarise(operation)

    def _tell(self, progress: ImportProgress) -> None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        line = f"{progress.done} of {progress.total}, {progress.rate:.0f} a second, {minutes}:{seconds:02} left"
        self.stdout.write(line)
        sys.stdout.flush()

    def _summarise(self, operation):
        for count in reporting.count_kinds(operation):
            self.stdout.write(reporting.line_of_kind(count))
        for kind, why, number in reporting.count_reasons(operation):
            self.stdout.write(f"  {kind}, {number}: {why}")
        for kind, number in reporting.count_findings(operation):
            self.stdout.write(f"{kind}: {number}")

    def _report(self, options):
        operation = self._named(options["name"])
        self._summarise(operation)
        if options["csv"]:
            with Path(options["csv"]).open("w", newline="") as file:
                number = reporting.write_report(operation, file)
            self.stdout.write(f"{number} items in {options['csv']}.")

    def _take_back(self, options):
        self._named(options["name"])
        result = take_import_back(options["name"], also_edited=options["also_edited"])
        self.stdout.write(f"{result.removed} items taken back.")
        for key, why in result.stays[:MOST_TOLD]:
            self.stdout.write(f"  {key} stays: {why}")
        if len(result.stays) > MOST_TOLD:
            self.stdout.write(f"  … and {len(result.stays) - MOST_TOLD} more.")

    def _list(self, _options):
        for operation in Import.objects.order_by("pk"):
            when = f"{operation.began_at:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(f"{operation.name}: {operation.format}, {operation.file_name}, {operation.state}, {when}")

    def _named(self, name):
        operation = Import.objects.filter(name=name).first()
        if operation is None:
            raise CommandError(f"There is no import “{name}”. “list” names all.")
        return operation
