"""Guest bylines: the name of somebody who wrote for the paper once, without a page and without a login."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from articles.desk import roles
from articles.desk.workflow.timeline import WorkflowError
from articles.folding import key
from articles.models import Article, ArticleByline, Author
from articles.models.named import MOST_WITHOUT_KEY
from articles.text import first_free, make_slug
from ground.characters import one_line

LONGEST = 120  # characters of a name
MOST_SAME = 10  # authors of one name that are offered


@dataclass(frozen=True)
class Guest:
    """A typed name, and the existing author, if somebody chose one."""

    name: str
    author: Author | None = None


def tidy_name(typed: str) -> str:
    """Return a typed name as it is stored."""
    return " ".join(one_line(typed).split())[:LONGEST]


def same_name(name: str) -> list[Author]:
    """Return the authors, guests included, with this name, compared as the names of tags are."""
    if not (name_key := key(name)):
        return []
    rows = Author.objects.filter(name_key__in=[name_key, ""]).order_by("-name_key", "is_guest", "pk")
    authors = [author for author in rows[: MOST_SAME + MOST_WITHOUT_KEY] if author.name_key == name_key]
    return sorted(authors, key=lambda author: (author.is_guest, author.pk))[:MOST_SAME]


def free_slug(name: str) -> str:
    """Return a slug of ``name`` that no author has."""
    slug = make_slug(name, 70) or "author"
    return first_free(slug, Author.objects.filter(slug__startswith=slug).values_list("slug", flat=True))


@transaction.atomic
def add_guest(article: Article, guest: Guest, *, by: User) -> Author:
    """Add a guest's byline after the others of ``article``, if ``by`` may edit it."""
    if not roles.may(by, "edit", article):
        raise WorkflowError(_("You may not edit “%(article)s”.") % {"article": article})
    author = guest.author or make_guest(guest.name)
    last = article.bylines.aggregate(last=Max("order"))["last"]
    ArticleByline.objects.get_or_create(
        article=article, author=author, defaults={"order": 0 if last is None else last + 1}
    )
    return author


def make_guest(name: str) -> Author:
    """Create a guest; the slug is for the day on which an editor gives them a page."""
    for _try in range(3):
        try:
            with transaction.atomic():
                return Author.objects.create(name=name, slug=free_slug(name), is_guest=True)
        except IntegrityError:  # somebody took the slug meanwhile
            continue
    raise WorkflowError(_("“%(name)s” could not be added. Try again.") % {"name": name})
