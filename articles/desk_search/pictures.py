"""Finding pictures of the library by words of their titles, alternative texts, captions and credits.

Each word is stored in a row of its own, folded, so that an index finds it in a library of any size. A picture is
indexed in the transaction of each save; one uploaded by code that does not know the index is indexed later.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from articles.models import Image, PictureWord
from articles.models.picture_word import LONGEST
from articles.search.row import words

MOST_WORDS = 6  # of a search; the rest is ignored
BATCH = 500  # pictures that are indexed at a time
LOOKED_AT = 500  # newest pictures that are checked for being indexed
READ = ["title", "alt", "caption", "credit"]
LAST = chr(0x10FFFF)


def pictures_holding(text: str) -> Q:
    """Return a filter for pictures with every word of ``text``, each perhaps unfinished; an empty text leaves all."""
    query_words = words(text)[:MOST_WORDS]
    condition = Q(pk__in=[]) if text.strip() and not query_words else Q()
    for word in query_words:
        condition &= Q(pk__in=PictureWord.objects.filter(_begun(word[:LONGEST])).values("image_id"))
    return condition


def index_pictures(images: Iterable[Image]) -> None:
    """Index the present words of ``images``."""
    images = list(images)
    rows = [PictureWord(image_id=image.pk, word=word) for image in images for word in _words_of(image)]
    with transaction.atomic():
        PictureWord.objects.filter(image_id__in=[image.pk for image in images]).delete()
        PictureWord.objects.bulk_create(rows)


def pictures_are_late() -> bool:
    """Return whether a recently uploaded picture is not indexed; older ones were checked in their time."""
    newest = Image.objects.order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT]
    return _unread().filter(pk__in=list(newest)).exists()


def index_late_pictures() -> int:
    """Index the pictures that were not indexed yet, and return how many."""
    indexed = 0
    while images := list(_unread().only(*READ)[:BATCH]):
        index_pictures(images)
        indexed += len(images)
    return indexed


def rebuild_pictures() -> int:
    """Index every picture anew, remove deleted ones, and return how many were indexed."""
    PictureWord.objects.all().delete()
    return index_late_pictures()


def _unread() -> QuerySet[Image]:
    return Image.objects.filter(~Exists(PictureWord.objects.filter(image_id=OuterRef("pk"))))


def _words_of(image: Image) -> list[str]:
    picture_words = words(" ".join(getattr(image, name) for name in READ))
    return sorted({word[:LONGEST] for word in picture_words}) or [""]


def _begun(word: str) -> Q:
    """Return a filter for words with this beginning; SQLite sorts by code points, and uses no index for LIKE."""
    if connection.vendor == "sqlite":
        return Q(word__gte=word, word__lt=word + LAST)
    return Q(word__startswith=word)
