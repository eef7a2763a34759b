import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from articles.exporting.ghost import write_ghost
from articles.exporting.own.archive import OwnExport
from articles.exporting.story_table import write_story_table
from articles.exporting.wordpress import write_wxr
from articles.models import SiteSettings
from newsroom.backups.snapshot import one_moment

OWN = "own"
TEXT_FORMATS: dict[str, tuple[Callable[..., int], str]] = {
    "wxr": (write_wxr, "paper.wxr.xml"),
    "ghost": (write_ghost, "paper.ghost.json"),
    "csv": (write_story_table, "stories.csv"),
}
NAMES = {OWN: "paper.zip"} | {name: file for name, (_write, file) in TEXT_FORMATS.items()}


class Command(BaseCommand):
    help = (
        "Write the paper, as it is at one moment, to a file for people and other systems: everything in the paper's "
        "own format, or its stories for WordPress, Ghost or a spreadsheet. A backup is another thing: see “backup”."
    )

    def add_arguments(self, parser):
        parser.add_argument("place", metavar="DIR|FILE", type=Path, help="A folder that exists, or a file's name.")
        parser.add_argument("--format", choices=list(NAMES), default=OWN)
        parser.add_argument(
            "--since", metavar="TIME", help="Only stories that changed from then on: 2025-12-08, or 2025-12-08T06:00."
        )
        parser.add_argument("--no-revisions", action="store_true", help="Without what earlier saves left; own format.")
        parser.add_argument("--mail-addresses", action="store_true", help="With those of the staff; own format.")

    def handle(self, **options):
        kind = options["format"]
        if kind != OWN and (options["no_revisions"] or options["mail_addresses"]):
            raise CommandError("--no-revisions and --mail-addresses are of the paper's own format.")
        place = options["place"] / NAMES[kind] if options["place"].is_dir() else options["place"]
        if place.exists():
            raise CommandError(f"{place} exists already. Name another file, or move this one away.")
        count = self._write(place, kind, _moment(options["since"]), options)
        self.stdout.write(f"{place}: {count} stories, {place.stat().st_size / 1e6:,.1f} MB.")

    def _write(self, place: Path, kind: str, since: datetime | None, options: dict[str, Any]) -> int:
        """Write the file under another name first, so that half of one is never taken for a whole."""
        part = place.with_name(f"{place.name}.part")
        try:
            with part.open("wb") as out, one_moment() as alias:
                if kind == OWN:
                    count = self._write_own(out, alias, since, options)
                else:
                    count = self._write_text(out, alias, since, kind)
            os.replace(part, place)
        except OSError as error:
            raise CommandError(f"{place} can't be written: {error}") from error
        finally:
            part.unlink(missing_ok=True)
        return count

    def _write_own(self, out: BinaryIO, alias: str, since: datetime | None, options: dict[str, Any]) -> int:
        choices = {
            "with_revisions": not options["no_revisions"],
            "with_mail_addresses": options["mail_addresses"],
            "tell": self.stdout.write,
        }
        return OwnExport(alias, timezone.now(), since, **choices).write(out)

    def _write_text(self, out: BinaryIO, alias: str, since: datetime | None, kind: str) -> int:
        write = TEXT_FORMATS[kind][0]
        with open(out.fileno(), "w", encoding="utf-8", newline="", closefd=False) as text:
            return write(text, alias, timezone.now(), since)


def _moment(text: str | None) -> datetime | None:
    """Return the time that somebody typed, in the paper's zone if it names none."""
    if not text:
        return None
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text)):
            moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone follows
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"“{text}” is no time: write it like 2025-12-08, or 2025-12-08T06:00.")
    return moment if moment.tzinfo else moment.replace(tzinfo=SiteSettings.current().zone)
