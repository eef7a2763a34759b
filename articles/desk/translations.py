"""Translations: articles that say the same in different languages.

Each names one of them, the first, in ``Copy.translation_of``; all that name the same one belong together with it.
"""

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from articles.models import Article


def translations_of(article: Article) -> QuerySet[Article]:
    """Return the other articles on the desk that belong together with ``article``."""
    numbers = list(filter(None, [article.pk, article.translation_of_id]))
    together = Q(pk__in=numbers) | Q(translation_of__in=numbers)
    return Article.objects.on_desk().filter(together).exclude(pk=article.pk)


def first_among(article: Article, chosen: Article) -> int | None:
    """Return the number of the article that ``article`` names once it is a translation of ``chosen``.

    None if ``article`` is the one that the others name. ``ValidationError`` says what can't be linked.
    """
    if chosen.pk == article.pk:
        raise ValidationError(_("An article is no translation of itself: choose another one."))
    first = chosen.translation_of_id or chosen.pk
    if not article.pk:
        return first
    if first == article.pk:
        return None
    if headlines := list(Article.objects.filter(translation_of=article.pk).values_list("headline", flat=True)[:1]):
        text = _("“%(headline)s” is linked as a translation of this article: choose this one there, not the other way.")
        raise ValidationError(text, params={"headline": headlines[0]})
    return first


def check_languages(article: Article) -> None:
    """Raise ``ValidationError`` if another translation of ``article`` is in its language."""
    if rival := translations_of(article).filter(language=article.language).only("headline").first():
        text = _("“%(headline)s” is the text in this language already: choose another language, or unlink that one.")
        raise ValidationError(text, params={"headline": rival.headline})
