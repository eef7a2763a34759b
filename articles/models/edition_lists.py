"""What lists of editions read: by statements written once, with what many share, and their authors found together."""

from typing import Any

from articles.models.author import AUTHORS, Author
from articles.models.edition import UNSEEN_OF_EDITION, UNSEEN_OF_IMAGE, Edition, EditionByline
from articles.models.image import Image
from articles.models.section import SECTIONS
from ground.compiled_queries import CompiledQuery

LEAD_IMAGES = CompiledQuery(Image, lambda keys: Image.objects.filter(pk__in=keys), without=UNSEEN_OF_IMAGE)


class CompiledEditionQuery(CompiledQuery[Edition]):
    """Editions by a statement written once, with what cards show but the bylines: ``load_bylines`` adds them.

    Sections and lead images, which many share, are not joined.
    """

    def __init__(self, build, *, without=("body", *UNSEEN_OF_EDITION), **more):
        shares: dict[str, CompiledQuery[Any]] = {"section": SECTIONS, "lead_image": LEAD_IMAGES}
        super().__init__(Edition, build, without=without, shares=shares, **more)


BYLINES = CompiledQuery(
    EditionByline,
    lambda keys: EditionByline.objects.filter(edition__in=keys),
    without=["published_at"],
    shares={"author": AUTHORS},
)


class Bylines:
    """The authors of the editions of a list: one query for all, unless every card that shows them is kept."""

    def __init__(self, editions: list[Edition]) -> None:
        self.keys = [edition.pk for edition in editions]
        self.found: dict[int, list[Author]] | None = None

    def authors(self, edition: int) -> list[Author]:
        """Those of one of them, by its number."""
        if self.found is None:
            self.found = {}
            for byline in BYLINES.of(self.keys):
                self.found.setdefault(byline.edition_id, []).append(byline.author)
        return self.found.get(edition, [])


def load_bylines(editions: list[Edition]) -> list[Edition]:
    """Have the authors of ``editions`` found together as soon as one is asked for; return them."""
    bylines = Bylines(editions)
    for edition in editions:
        edition.authors_in_list = bylines.authors
    return editions
