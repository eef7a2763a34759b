"""Finding pictures of the library by words of their titles, alternative texts, captions and credits.

Each word is kept in a row of its own, folded, so a library of any size is asked by an index. A picture is read in the
transaction of each save; one that was uploaded by code that knows nothing of words is caught up with.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from articles.models import Image, PictureWord
from articles.models.picture_word import LONGEST
from articles.search.row import words

MOST_WORDS = 6  # of a search; the rest is not looked at
BATCH = 500  # pictures that are read at a time
LOOKED_AT = 500  # of the newest pictures, to see whether some were not read
READ = ["title", "alt", "caption", "credit"]
LAST = chr(0x10FFFF)


def pictures_holding(text: str) -> Q:
    """A filter: of a picture every word of ``text`` is said, each perhaps begun; nothing asked leaves all."""
    asked = words(text)[:MOST_WORDS]
    found = Q(pk__in=[]) if text.strip() and not asked else Q()
    for word in asked:
        found &= Q(pk__in=PictureWord.objects.filter(_begun(word[:LONGEST])).values("image_id"))
    return found


def index_pictures(images: Iterable[Image]) -> None:
    """Have ``images`` be found by what is said of them now."""
    images = list(images)
    rows = [PictureWord(image_id=image.pk, word=word) for image in images for word in _words_of(image)]
    with transaction.atomic():
        PictureWord.objects.filter(image_id__in=[image.pk for image in images]).delete()
        PictureWord.objects.bulk_create(rows)


def pictures_are_late() -> bool:
    """Whether a picture that was uploaded of late was not read; older ones were looked at in their time."""
    newest = Image.objects.order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT]
    return _unread().filter(pk__in=list(newest)).exists()


def index_late_pictures() -> int:
    """Read the pictures that were not read yet; how many those were."""
    done = 0
    while images := list(_unread().only(*READ)[:BATCH]):
        index_pictures(images)
        done += len(images)
    return done


def rebuild_pictures() -> int:
    """Read every picture anew, and forget those that are gone; how many were read."""
    PictureWord.objects.all().delete()
    return index_late_pictures()


def _unread() -> QuerySet[Image]:
    return Image.objects.filter(~Exists(PictureWord.objects.filter(image_id=OuterRef("pk"))))


def _words_of(image: Image) -> list[str]:
    said = words(" ".join(getattr(image, name) for name in READ))
    return sorted({word[:LONGEST] for word in said}) or [""]


def _begun(word: str) -> Q:
    """Words with this beginning; SQLite sorts by code points, and asks no index for LIKE."""
    if connection.vendor == "sqlite":
        return Q(word__gte=word, word__lt=word + LAST)
    return Q(word__startswith=word)
