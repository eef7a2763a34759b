"""What became of each item of an import, in numbers that add up and as CSV."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.db.models import Count
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.body.markup import image_ids
from articles.importing.ledger import in_batches
from articles.importing.texts import measure_source
from articles.importing.writing import unpacked
from articles.models import (
    Address,
    Article,
    Author,
    FlatPage,
    Import,
    ImportedRow,
    ImportedSource,
    ImportFinding,
    Section,
)
from articles.models.redirect import path_of

AT_ONCE = 200
COLUMNS = (
    "key kind outcome why model number address words_of_source words_here pictures_of_source pictures_here findings"
).split()
BY_PATH = (Author, Section, Tag, FlatPage)


@dataclass(frozen=True)
class KindCount:
    """How many items of one kind were in the file, and what became of them."""

    kind: str
    in_file: int
    brought: int
    used: int
    left_out: int
    kept: int

    @property
    def adds_up(self) -> bool:
        """Whether each item of the file has an outcome; rows of an earlier file are not among them."""
        return self.in_file == self.brought + self.used + self.left_out + self.kept


def count_kinds(operation: Import) -> list[KindCount]:
    """Return the counts of each kind of item in the file of the last run."""
    in_file: dict[str, int] = dict(operation.counts.get("items", {}))
    rows = ImportedRow.objects.filter(operation=operation, seen=operation.run).exclude(key__startswith="address:")
    counted: dict[str, Counter[str]] = {kind: Counter() for kind in in_file}
    for row in rows.order_by().values("kind", "outcome").annotate(number=Count("pk")):
        counted.setdefault(row["kind"], Counter())[row["outcome"]] = row["number"]
    outcomes = ImportedRow.Outcome
    return [
        KindCount(
            kind,
            in_file.get(kind, 0),
            numbers[outcomes.BROUGHT],
            numbers[outcomes.USED],
            numbers[outcomes.LEFT_OUT],
            numbers[outcomes.KEPT],
        )
        for kind, numbers in sorted(counted.items())
    ]


def count_findings(operation: Import) -> list[tuple[str, int]]:
    """Return how many findings of each kind there are."""
    rows = ImportFinding.objects.filter(operation=operation).order_by().values("kind").annotate(number=Count("pk"))
    return sorted((row["kind"], row["number"]) for row in rows)


def count_reasons(operation: Import) -> list[tuple[str, str, int]]:
    """Return kind, reason and number of the items that were not brought."""
    rows = ImportedRow.objects.filter(operation=operation, seen=operation.run).exclude(why="")
    counts = rows.order_by().values("kind", "why").annotate(number=Count("pk"))
    return sorted((row["kind"], row["why"], row["number"]) for row in counts)


def write_report(operation: Import, file: IO[str]) -> int:
    """Write a line of CSV for each item, and return how many; they are read in batches."""
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    number = 0
    rows = ImportedRow.objects.filter(operation=operation).order_by("pk")
    for batch in in_batches(rows.iterator(AT_ONCE), AT_ONCE):
        for line in _lines(operation, batch):
            writer.writerow({name: _harmless(value) for name, value in line.items()})
            number += 1
    loose = ImportFinding.objects.filter(operation=operation, key="").order_by("pk")
    for finding in loose.iterator(AT_ONCE):
        writer.writerow(
            {"kind": _harmless(finding.kind), "findings": _harmless(f"{finding.what} {finding.why}".strip())}
        )
    return number


def _harmless(value: object) -> object:
    """Return a cell that a spreadsheet takes for a text, never for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def _lines(operation: Import, rows: list[ImportedRow]) -> Iterator[dict[str, object]]:
    addresses = _addresses(rows)
    sources = {source.pk: source for source in ImportedSource.objects.filter(row__in=rows)}
    articles = Article.objects.in_bulk([row.row for row in rows if row.model == Article._meta.label and row.row])
    findings: dict[str, list[str]] = {}
    for finding in ImportFinding.objects.filter(operation=operation, key__in=[row.key for row in rows]).order_by("pk"):
        findings.setdefault(finding.key, []).append(": ".join(filter(None, [finding.kind, finding.what, finding.why])))
    for row in rows:
        yield {
            "key": row.key,
            "kind": row.kind,
            "outcome": row.outcome,
            "why": row.why,
            "model": row.model,
            "number": row.row or "",
            "address": addresses.get((row.model, row.row), ""),
            **_measures(sources.get(row.pk), articles.get(row.row or 0)),
            "findings": "\n".join(findings.get(row.key, [])),
        }


def _measures(source: ImportedSource | None, article: Article | None) -> dict[str, object]:
    """Return words and pictures of a story there and here."""
    if source is None or article is None:
        return {}
    unpacked_source = unpacked(source)
    values: dict[str, object] = {}
    if measured := measure_source(unpacked_source["text"], unpacked_source["format"]):
        values["words_of_source"], values["pictures_of_source"] = measured
    return values | {"words_here": article.words, "pictures_here": len(image_ids(article.body))}


def _addresses(rows: list[ImportedRow]) -> dict[tuple[str, int | None], str]:
    """Return today's path of each row that has one."""
    numbers = [row.row for row in rows if row.model == Article._meta.label]
    paths = Address.objects.filter(article__in=numbers).order_by("pk").values_list("article", "path")
    addresses: dict[tuple[str, int | None], str] = {(Article._meta.label, pk): path for pk, path in paths}
    for model in BY_PATH:
        label = model._meta.label
        numbers = [row.row for row in rows if row.model == label]
        for target in model._default_manager.filter(pk__in=numbers):  # type: ignore[misc] # of several models
            addresses[label, target.pk] = path_of(target)
    return addresses


def line_of_kind(count: KindCount) -> str:
    """Return a line of the report about one kind."""
    values = {"kind": count.kind, "in_file": count.in_file, "brought": count.brought, "used": count.used}
    values |= {"left_out": count.left_out, "kept": count.kept}
    text = _(
        "%(kind)s: %(in_file)d in the file = %(brought)d brought + %(used)d that the paper had + %(left_out)d left out "
        "+ %(kept)d changed here since"
    )
    return text % values + ("" if count.adds_up else " " + str(_("(this does not add up: run it once more)")))
