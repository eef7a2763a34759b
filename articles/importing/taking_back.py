"""Takes an import back: everything that it made goes, except what somebody changed or uses since, which is named."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.apps import apps
from django.db import transaction
from django.db.models import ManyToOneRel, Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles import desk_search, search, tasks
from articles.desk import library
from articles.importing.ending import forget_addresses
from articles.importing.items import ReadingError
from articles.importing.ledger import in_batches
from articles.importing.traces import traces_now
from articles.importing.writing import unpacked
from articles.models import (
    Address,
    Article,
    Author,
    Edition,
    FlatPage,
    FormerAddress,
    Image,
    Import,
    ImportedRow,
    ImportedSource,
    ImportFinding,
    Note,
    Section,
)
from articles.models.redirect import MODELS, normal_path, path_of
from articles.models.search_word import SearchWord
from articles.public import announcements
from articles.search import headlines

BATCH = 100
# Rows beside an article, a tag or a picture that go with it; any other row that refers to it is a use.
OF_ITS_OWN = {
    "articles.Article": {
        "articles.Edition",
        "articles.Revision",
        "articles.Address",
        "articles.ArticleByline",
        "articles.ArticleSection",
        "articles.ArticleTag",
        "articles.ArticleImage",
    },
    "taggit.Tag": {"articles.TagKey"},
    "articles.Image": {"articles.PictureWord"},
}
ORDER = (FlatPage, Image, Tag, Section, Author)  # after the stories; sections within others before those


@dataclass
class TakenBack:
    """How many rows were removed, and the items whose rows stay, with the reason."""

    removed: int = 0
    stays: list[tuple[str, str]] = field(default_factory=list)


def take_import_back(name: str, *, also_edited: bool = False) -> TakenBack:
    """Remove what the import ``name`` made; with ``also_edited`` also stories that were changed here since.

    It may be killed and called again: each batch is one transaction.
    """
    operation = Import.objects.filter(name=name).first()
    if operation is None:
        raise ReadingError(_("There is no import “%(name)s”. “list” names all.") % {"name": name})
    with transaction.atomic():  # a process that still runs it ends
        operation = Import.objects.select_for_update().get(pk=operation.pk)
        operation.run, operation.state = operation.run + 1, Import.State.RUNNING
        operation.save(update_fields=["run", "state"])
    result = TakenBack()
    for batch in _batches(operation, Article):
        with transaction.atomic():
            _remove_stories(batch, result, also_edited=also_edited)
    for model in ORDER:
        for batch in _batches(operation, model, 1 if model is Section else BATCH):  # one may lie within another
            with transaction.atomic():
                _remove_rows(model, batch, result, also_edited=also_edited)
    _end(operation)
    return result


def _batches(operation: Import, model: type[Model], size: int = BATCH) -> Iterator[list[ImportedRow]]:
    """Yield the items that were made into rows of ``model``, the last first."""
    rows = ImportedRow.objects.filter(operation=operation, model=model._meta.label).exclude(made="").order_by("-pk")
    last = None
    while batch := list((rows.filter(pk__lt=last) if last else rows)[:size]):
        yield batch
        last = batch[-1].pk


def _remove_stories(rows: list[ImportedRow], result: TakenBack, *, also_edited: bool) -> None:
    numbers = [row.row for row in rows if row.row]
    list(Article.objects.select_for_update().filter(pk__in=numbers).order_by("pk").values_list("pk"))
    going = _going(Article, rows, result, also_edited=also_edited)
    articles = [row.row for row in going if row.row]
    words = [word for source in ImportedSource.objects.filter(row__in=going) for word in unpacked(source)["words"]]
    editions = Edition.objects.filter(article__in=articles)
    for pk, card in editions.values_list("pk", "card"):
        search.forget_edition(Edition(pk=pk))
        if card:
            tasks.after_commit(tasks.remove_card.enqueue, card)
    editions.delete()
    Address.objects.filter(article__in=articles).delete()
    Article.objects.filter(pk__in=articles).delete()
    desk_search.forget_copies(articles)
    headlines.forget_headlines(articles)
    for part in in_batches(words, 1000):
        SearchWord.objects.filter(word__in=part).delete()
    _forget(going, result)


def _going(model: type[Model], rows: list[ImportedRow], result: TakenBack, *, also_edited: bool) -> list[ImportedRow]:
    """Return the items whose rows are removed; of the others it is told why they stay."""
    traces = traces_now(rows)
    used = uses_of_rows(model, [row.row for row in rows if row.row])
    going = []
    for row in rows:
        if row.pk in traces and row.row in used:
            result.stays.append((row.key, _("It is used since: %(where)s.") % {"where": used[row.row]}))
        elif row.pk in traces and traces[row.pk] != row.made and not also_edited:
            result.stays.append((row.key, _("It was changed here since.")))
        else:
            going.append(row)
    return going


def uses_of_rows(model: type[Model], pks: list[int]) -> dict[int, str]:
    """Return which rows of ``model`` are used by rows of others, each with the name of such a table."""
    used: dict[int, str] = {}
    own = OF_ITS_OWN.get(model._meta.label, set())
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel) or relation.related_model._meta.label in own:
            continue
        other, name = relation.related_model, relation.field.name
        rows = other._default_manager.filter(**{f"{name}__in": pks})
        if other is Note:  # those that came along are nobody's here
            rows = rows.filter(
                Q(by__isnull=False) | Q(link__isnull=False) | Q(approves=True) | Q(done_at__isnull=False)
            )
        for pk in rows.order_by().values_list(f"{name}_id", flat=True):
            used[pk] = str(other._meta.verbose_name)
    return used


def _remove_rows(model: type[Model], rows: list[ImportedRow], result: TakenBack, *, also_edited: bool) -> None:
    going = _going(model, rows, result, also_edited=also_edited)
    stored = list(model._base_manager.filter(pk__in=[row.row for row in going if row.row]))
    with _no_former_addresses(model, stored):
        for row in stored:
            if isinstance(row, Image):
                tasks.after_commit(library.remove_files, row)
            row.delete()
    _forget(going, result)


def _forget(rows: Iterable[ImportedRow], result: TakenBack) -> None:
    rows = list(rows)
    forget_addresses(rows)
    ImportedRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    result.removed += len(rows)


@contextmanager
def _no_former_addresses(model: type[Model], rows: list[Model]) -> Iterator[None]:
    """Let nothing lead to the addresses of rows that are removed within the block, as if they had never been."""
    kinds = {apps.get_model(label): kind for kind, label in MODELS.items()}
    if model not in kinds:
        yield
        return
    paths = [normal_path(path) for row in rows if (path := path_of(row))]  # type: ignore[arg-type] # one of these
    before = list(FormerAddress.objects.filter(path__in=paths))
    numbers = [row.pk for row in rows]
    yield
    FormerAddress.objects.filter(kind=kinds[model], row__in=numbers).delete()
    FormerAddress.objects.filter(path__in=paths).delete()
    FormerAddress.objects.bulk_create(before)


def _end(operation: Import) -> None:
    """Forget what was told, and teach the search the words of what was published meanwhile."""
    used = ImportedRow.objects.filter(operation=operation, made="")
    for rows in in_batches(used.exclude(row=None).iterator(BATCH), BATCH):  # the paper had these before
        forget_addresses(rows)
    used.delete()
    if not ImportedRow.objects.filter(operation=operation).exists():
        ImportFinding.objects.filter(operation=operation).delete()
    since = Edition.objects.filter(cut_at__gte=operation.began_at, erased_at=None).order_by("pk")
    for batch in in_batches(since.iterator(BATCH), BATCH):
        with transaction.atomic():
            search.add_all(batch)
    announcements.recount_months(timezone.now())
    operation.state, operation.ended_at = Import.State.TAKEN_BACK, timezone.now()
    operation.save(update_fields=["state", "ended_at"])
