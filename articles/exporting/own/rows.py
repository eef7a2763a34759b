"""The rows of the paper's tables as lines of its own format: every column by its name, every other row by its key.

A new table or column is exported as soon as it exists, unless it is left out here with a reason; a test asks of each.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Field, FileField, ForeignKey, Model, QuerySet
from taggit.models import Tag

from articles import models
from articles.exporting.own import shape
from articles.exporting.stories import BATCH, rows_in_batches
from ground.times import FOR_EVER

Line = dict[str, Any]
Further = Callable[[list[Any], "Keys"], dict[int, Line]]  # of a batch of rows: more of each, by its number


class Keys:
    """The keys of rows that others name; rows that have a word in addresses are known by that."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self._words: dict[type[Model], dict[Any, str]] = {}

    def key(self, model: type[Model], number: Any) -> str | None:
        """Return the key of the row ``number`` of ``model``; None if it names none."""
        if number is None:
            return None
        kind = KINDS_OF_MODELS[model]
        if model in WORDS:
            if model not in self._words:
                self._words[model] = dict(WORDS[model](self.alias))
            return shape.line_key(kind, self._words[model].get(number, number))
        return shape.line_key(kind, number)


def _section_words(alias: str) -> Iterator[tuple[int, str]]:
    for section in models.Section.objects.using(alias).with_parent():
        yield section.pk, section.get_absolute_url().strip("/")


def _people_words(alias: str) -> Iterator[tuple[int, str]]:
    """Yield the names by which people log in, unless that is a mail address."""
    for number, name in User.objects.using(alias).values_list("pk", "username"):
        yield number, str(number) if "@" in name else name


def _slugs(model: Any) -> Callable[[str], Any]:
    return lambda alias: model._base_manager.using(alias).values_list("pk", "slug")


WORDS: dict[type[Model], Callable[[str], Any]] = {
    models.Section: _section_words,
    models.Author: _slugs(models.Author),
    models.FlatPage: _slugs(models.FlatPage),
    Tag: _slugs(Tag),
    User: _people_words,
}


@dataclass(frozen=True)
class LineKind:
    """A kind of line: its name, its table, the columns it leaves out with the reason, and what it has besides."""

    name: str
    model: type[Model]
    left_out: dict[str, str] = field(default_factory=dict)
    further: Further = lambda rows, keys: {}

    @property
    def fields(self) -> list[Field]:
        """The columns of a line, in the order of their names, whatever that of the tables is."""
        fields = self.model._meta.local_concrete_fields
        return sorted(
            (column for column in fields if not column.primary_key and column.name not in self.left_out),
            key=lambda column: column.name,
        )

    def lines(self, batches: Iterable[list[Any]], keys: Keys) -> Iterator[Line]:
        """Yield a line for each row of ``batches``."""
        for batch in batches:
            further = self.further(batch, keys)
            for row in batch:
                line: Line = {"model": self.name, "key": keys.key(self.model, row.pk)}
                line |= {column.name: json_value(column, row, keys) for column in self.fields}
                yield line | further.get(row.pk, {})


def json_value(column: Field, row: Any, keys: Keys) -> Any:
    """Return a value of JSON: times in UTC, no time for “for ever”, keys in place of numbers, names of files."""
    value = getattr(row, column.attname)
    if isinstance(column, ForeignKey):
        return keys.key(column.related_model, value)
    if isinstance(column, FileField):
        return f"{FOLDERS[str(column.model._meta.model_name)]}/{value.name}" if value else ""
    if isinstance(value, datetime):
        return None if value >= FOR_EVER else value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def by_story(rows: QuerySet, stories: QuerySet) -> Iterator[list[Any]]:
    """Yield the rows that are part of ``stories`` in batches, in the order of the stories' numbers."""
    for batch in rows_in_batches(stories.only("pk")):
        parts = rows.filter(article__in=batch).order_by("article_id", "pk").iterator(chunk_size=BATCH)
        while part := list(islice(parts, BATCH)):
            yield part


FOLDERS = {"image": shape.PICTURES, "sitesettings": shape.NAMEPLATES}


def _grouped(model: Any, owner: str, rows: list[Any], keys: Keys, *order: str) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in model._base_manager.using(keys.alias).filter(**{f"{owner}__in": rows}).order_by(*order, "pk"):
        groups[getattr(row, f"{owner}_id")].append(row)
    return groups


def _furniture(
    rows: list[Any], keys: Keys, owner: str, bylines: Any, sections: Any, tags: tuple[Any, str]
) -> dict[int, Line]:
    authors, listed = _grouped(bylines, owner, rows, keys, "order"), _grouped(sections, owner, rows, keys)
    tagged = _grouped(tags[0], tags[1], rows, keys)
    return {
        row.pk: {
            "authors": [keys.key(models.Author, byline.author_id) for byline in authors[row.pk]],
            "further_sections": [
                keys.key(models.Section, place.section_id)
                for place in listed[row.pk]
                if getattr(place, "is_further", True)
            ],
            "tags": sorted(str(keys.key(Tag, tag.tag_id)) for tag in tagged[row.pk]),
            "related": [keys.key(models.Article, number) for number in row.related],
        }
        for row in rows
    }


def _of_stories(rows: list[Any], keys: Keys) -> dict[int, Line]:
    tables = (models.ArticleByline, models.ArticleSection, (models.ArticleTag, "content_object"))
    addresses = _grouped(models.Address, "article", rows, keys)
    furniture = _furniture(rows, keys, "article", *tables)
    old = defaultdict(list)
    of_stories = models.OldAddress.objects.using(keys.alias).filter(kind="article", row__in=[row.pk for row in rows])
    for pk, path in of_stories.order_by("path").values_list("row", "path"):
        old[pk].append(path)
    return {pk: line | {"addresses": [row.path for row in addresses[pk]] + old[pk]} for pk, line in furniture.items()}


def _of_editions(rows: list[Any], keys: Keys) -> dict[int, Line]:
    tables = (models.EditionByline, models.EditionSection, (models.EditionTag, "edition"))
    return _furniture(rows, keys, "edition", *tables)


def _of_tags(rows: list[Any], keys: Keys) -> dict[int, Line]:
    former = models.TagKey.objects.using(keys.alias).filter(tag__in=rows, is_former=True).order_by("key")
    names: dict[int, list[str]] = defaultdict(list)
    for key in former:
        names[key.tag_id].append(key.name)
    return {row.pk: {"former_names": names[row.pk]} for row in rows}


def _of_sections(rows: list[Any], keys: Keys) -> dict[int, Line]:
    editors: dict[int, list[str]] = defaultdict(list)
    through = models.Section.editors.through._base_manager.using(keys.alias).filter(section__in=rows).order_by("pk")
    for row in through:
        editors[row.section_id].append(str(keys.key(User, row.user_id)))
    return {row.pk: {"editors": sorted(editors[row.pk])} for row in rows}


def _of_people(rows: list[Any], keys: Keys) -> dict[int, Line]:
    groups: dict[int, list[str]] = defaultdict(list)
    through = User.groups.through._base_manager.using(keys.alias).filter(user__in=rows).select_related("group")
    for row in through:
        groups[row.user_id].append(row.group.name)
    return {row.pk: {"roles": sorted(groups[row.pk])} for row in rows}


def _targets(kinds: dict[str, type[Model]], numbers: Callable[[Any], Any]) -> Further:
    """Return what adds the key of the row to which a line leads, as its kind says."""
    return lambda rows, keys: {
        row.pk: {"target": keys.key(kinds[row.kind], numbers(row)) if row.kind in kinds else None} for row in rows
    }


def _of_revisions(rows: list[Any], keys: Keys) -> dict[int, Line]:
    return {row.pk: {"snapshot": _with_keys(row.snapshot, keys)} for row in rows}


def _with_keys(snapshot: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """Return a snapshot of a text with keys in place of the numbers of sections, authors, pictures and stories."""
    line = {name.removesuffix("_id"): value for name, value in snapshot.items()}
    for name, model in (("section", models.Section), ("lead_image", models.Image)):
        line[name] = keys.key(model, line.get(name))
    lists = (("bylines", models.Author), ("further_sections", models.Section), ("related", models.Article))
    for name, listed in lists:
        line[name] = [keys.key(listed, number) for number in line.get(name, [])]
    return line


DERIVED = "it is computed from the name or the text"
TARGETS = {"section": models.Section, "author": models.Author, "tag": Tag, "page": models.FlatPage}
KINDS = {
    "people": LineKind(
        "person",
        User,
        {
            "password": "a secret",
            "last_login": "of sessions",
            "email": "written only if it is asked for",
            "username": "it is the key, unless it is a mail address",
            "is_superuser": "a right on the server",
            "is_staff": "everybody here works at the desk",
        },
        _of_people,
    ),
    "pictures": LineKind(
        "picture",
        models.Image,
        {
            "key": "it is in the name of the file",
            "former_key": "of a file that was replaced",
            "wanted_cut": "of the public sizes, which are made anew",
            "first_cut": "of the public sizes, which are made anew",
            "made_cut": "of the public sizes, which are made anew",
        },
    ),
    "sections": LineKind("section", models.Section, {}, _of_sections),
    "authors": LineKind("author", models.Author, {"name_key": DERIVED}),
    "tags": LineKind("tag", Tag, {}, _of_tags),
    "former_addresses": LineKind(
        "former_address", models.FormerAddress, {"row": "“target” has its key"}, _targets(TARGETS, lambda row: row.row)
    ),
    "old_addresses": LineKind(
        "old_address",
        models.OldAddress,
        {"row": "“target” has its key", "slug": DERIVED},
        _targets(TARGETS | {"article": models.Article, "image": models.Image}, lambda row: row.row),
    ),
    "redirects": LineKind("redirect", models.Redirect),
    "settings": LineKind(
        "settings",
        models.SiteSettings,
        {"shows_first_steps": "of the desk of this system", "mail_worked_at": "of the mail server of this system"},
    ),
    "menu_links": LineKind(
        "menu_link",
        models.MenuLink,
        {"row": "“target” has its key", "paper": "there is one"},
        _targets(TARGETS, lambda row: row.row),
    ),
    "pages": LineKind("page", models.FlatPage),
    "templates": LineKind("template", models.Template, {"name_key": DERIVED}),
    "checks": LineKind("check", models.CheckRule),
    "embed_providers": LineKind("embed_provider", models.EmbedProvider),
    "alerts": LineKind("alert", models.Alert),
    "stories": LineKind("story", models.Article, {"due_told_at": "of the desk’s notices"}, _of_stories),
    "editions": LineKind(
        "edition",
        models.Edition,
        {"card": "the drawn picture is made anew", "planned": "of this system’s schedule", "lacks": DERIVED},
        _of_editions,
    ),
    "notes": LineKind("note", models.Note, {"link": "preview links are secrets"}),
    "placements": LineKind("placement", models.Placement),
    "revisions": LineKind("revision", models.Revision, {}, _of_revisions),
}
KINDS_OF_MODELS = {kind.model: kind.name for kind in KINDS.values()}
PARTS = {  # tables whose rows are part of another line
    *(models.Address, models.ArticleByline, models.ArticleSection, models.ArticleTag),
    *(models.EditionByline, models.EditionSection, models.EditionTag, models.TagKey, models.Section.editors.through),
}
LEFT_OUT = {  # tables of which nothing is exported, with the reason
    models.PasswordLink: "a secret",
    models.LoginAttempt: "of logins",
    models.LoginSession: "of logins",
    models.PreviewLink: "a secret",
    models.Announcement: "what this system told whom",
    models.ArchiveMonth: "counted from the editions",
    models.EditionImage: "read from the texts",
    models.ArticleImage: "read from the texts",
    models.EditionCorrection: "the editions have the same corrections",
    models.Autosave: "what nobody saved",
    models.Presence: "who is at the desk",
    models.OutsideLink: "looked up anew",
    models.Import: "what this system took in, and can take back",
    models.ImportedRow: "what this system took in, and can take back",
    models.ImportedSource: "what this system took in, and can take back",
    models.ImportFinding: "what this system took in, and can take back",
    models.IndexedArticle: "an index",
    models.PictureWord: "an index",
    models.SearchWord: "an index",
    models.Merge: "what this system can take back",
    models.MergedRows: "what this system can take back",
    models.Notice: "of one person",
    models.NoticeChoice: "of one person",
    models.SavedSearch: "of one person",
    models.UnsavedForm: "what nobody saved",
    models.BoardRevision: "placements have their times; these are earlier saves of the board",
    models.RedirectHits: "a count",
    models.PolicyReport: "of the running system",
    models.WorkerBeat: "of the running system",
    models.PaperFault: "of the running system",
}
