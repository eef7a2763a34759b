"""What an import does when all its stories are there: where old addresses lead, and which stories are translations."""

from collections.abc import Iterator

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from articles.desk.old_addresses import KINDS, Pairs, forget_former_addresses, keep_former_addresses
from articles.importing.items import SourceFinding
from articles.importing.ledger import Ledger
from articles.importing.survey import Survey
from articles.models import Article, Edition, ImportedRow

BATCH = 500
REFUSED_ADDRESS, UNLINKED = "old address", "translation"  # kinds of findings


def keep_addresses(ledger: Ledger) -> None:
    """Let the former address of each item of the import lead to its row, and tell which can't."""
    ledger.forget_findings(REFUSED_ADDRESS)
    rows = ImportedRow.objects.filter(operation=ledger.operation, model__in=KINDS, row__isnull=False).order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        keys = {(row.model, row.row): row.key for row in batch}
        with transaction.atomic():
            refused = keep_former_addresses(_pairs(batch)).refused
            ledger.add_findings(
                SourceFinding(
                    REFUSED_ADDRESS,
                    keys[address.target._meta.label, address.target.pk],
                    address.address,
                    address.why,
                )
                for address in refused
            )


def forget_addresses(rows: list[ImportedRow]) -> None:
    """Let the former addresses of items lead nowhere again."""
    forget_former_addresses(_pairs(rows))


def _pairs(rows: list[ImportedRow]) -> Pairs:
    """Yield each former address with an object that stands for the row: it is only asked for its kind and number."""
    for row in rows:
        if row.model in KINDS and row.row:
            target: Model = apps.get_model(row.model)(pk=row.row)
            for address in row.addresses:
                yield address, target


def link_translations(ledger: Ledger, survey: Survey) -> None:
    """Link the stories that the source calls translations of each other; of two in one language the first is linked."""
    ledger.forget_findings(UNLINKED)
    for keys in survey.translations():
        rows = ledger.rows(keys)
        numbers = {row.row: key for key, row in rows.items() if row.model == Article._meta.label and row.row}
        articles = list(Article.objects.filter(pk__in=numbers).order_by("pk").only("language", "translation_of"))
        if len(articles) > 1:
            with transaction.atomic():
                ledger.add_findings(_link(articles, numbers))


def _link(articles: list[Article], numbers: dict[int, str]) -> Iterator[SourceFinding]:
    first = next((article for article in articles if not article.translation_of_id), articles[0])
    root, languages = first.translation_of_id or first.pk, {first.language}
    for article in articles:
        if article.pk in {first.pk, root} or article.translation_of_id == root:
            languages.add(article.language)
        elif article.translation_of_id or article.language in languages or _has_followers(article):
            why = _("Another of its translations is in this language, or it is linked otherwise here.")
            yield SourceFinding(UNLINKED, numbers[article.pk], article.language, why)
        else:
            languages.add(article.language)
            Article.objects.filter(pk=article.pk).update(translation_of=root)
            Edition.objects.filter(article=article.pk).update(translation_of=root)


def _has_followers(article: Article) -> bool:
    return Article.objects.filter(translation_of=article.pk).exists()
