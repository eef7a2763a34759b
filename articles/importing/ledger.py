"""What a run writes down of each item: the row made of it and why, and what the report tells of it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from articles.importing.items import SourceFinding
from articles.importing.survey import short_key
from articles.models import Import, ImportedRow, ImportFinding

AT_ONCE = 500
REPLACED = ["kind", "came", "model", "row", "made", "outcome", "why", "lacks_media", "seen", "addresses"]
Item = TypeVar("Item")


def in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield ``items`` in lists of at most ``size``."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


class Ledger:
    """The rows and findings of one import."""

    def __init__(self, operation: Import) -> None:
        self.operation = operation

    def rows(self, keys: Iterable[str]) -> dict[str, ImportedRow]:
        """Return what was written down of these items, by key."""
        rows = ImportedRow.objects.filter(operation=self.operation, key__in={short_key(key) for key in keys})
        return {row.key: row for row in rows}

    def entry(self, key: str, kind: str, **values: object) -> ImportedRow:
        """Return a new row for an item, not yet stored."""
        return ImportedRow(operation=self.operation, key=key, kind=kind, seen=self.operation.run, **values)

    def note(self, entries: Iterable[ImportedRow]) -> None:
        """Store rows, in place of those that these items had."""
        ImportedRow.objects.bulk_create(
            entries, update_conflicts=True, unique_fields=["operation", "key"], update_fields=REPLACED
        )

    def see(self, rows: Iterable[ImportedRow]) -> None:
        """Store that the file of this run has these items, too."""
        ImportedRow.objects.filter(pk__in=[row.pk for row in rows]).update(seen=self.operation.run)

    def tell(self, keys: Iterable[str], findings: Iterable[SourceFinding]) -> None:
        """Store the findings about the items of ``keys``, in place of their former ones."""
        rows = ImportFinding.objects.filter(operation=self.operation, is_of_reading=False)
        rows.filter(key__in=list(keys)).delete()
        self.add_findings(findings)

    def forget_findings(self, kind: str) -> None:
        """Forget what a run before told of this kind."""
        ImportFinding.objects.filter(operation=self.operation, is_of_reading=False, kind=kind).delete()

    def add_findings(self, findings: Iterable[SourceFinding]) -> None:
        """Store findings besides those that are there."""
        ImportFinding.objects.bulk_create((self._finding(finding) for finding in findings), batch_size=AT_ONCE)

    def begin_reading(self) -> None:
        """Forget what the reader told in the run before."""
        ImportFinding.objects.filter(operation=self.operation, is_of_reading=True).delete()

    def tell_of_reading(self, findings: list[SourceFinding]) -> None:
        """Store and empty what a reader has told, so that a long list is never in memory."""
        rows = (self._finding(finding, is_of_reading=True) for finding in findings)
        ImportFinding.objects.bulk_create(rows, batch_size=AT_ONCE)
        findings.clear()

    def _finding(self, finding: SourceFinding, *, is_of_reading: bool = False) -> ImportFinding:
        return ImportFinding(
            operation=self.operation,
            kind=finding.kind[:60],
            key=short_key(finding.key),
            what=finding.what.replace("\0", ""),
            why=finding.why.replace("\0", ""),
            is_of_reading=is_of_reading,
        )
