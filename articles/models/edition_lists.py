"""Lists of editions by compiled queries: shared rows are read once, authors with one query for the list."""

from typing import Any

from articles.models.author import AUTHORS, Author
from articles.models.edition import UNSEEN_OF_EDITION, UNSEEN_OF_IMAGE, Edition, EditionByline
from articles.models.image import Image
from articles.models.section import SECTIONS
from ground.compiled_queries import CompiledQuery

LEAD_IMAGES = CompiledQuery(Image, lambda keys: Image.objects.filter(pk__in=keys), without=UNSEEN_OF_IMAGE)


class CompiledEditionQuery(CompiledQuery[Edition]):
    """A compiled query of editions with all that cards show except bylines, which ``load_bylines`` adds.

    Sections and lead images, which many editions share, are not joined.
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
    """The authors of all editions of a list, read in one query when the first card that is not cached needs them."""

    def __init__(self, editions: list[Edition]) -> None:
        self.keys = [edition.pk for edition in editions]
        self.authors_by_edition: dict[int, list[Author]] | None = None

    def authors(self, edition: int) -> list[Author]:
        """Return the authors of one edition of the list."""
        if self.authors_by_edition is None:
            self.authors_by_edition = {}
            for byline in BYLINES.of(self.keys):
                self.authors_by_edition.setdefault(byline.edition_id, []).append(byline.author)
        return self.authors_by_edition.get(edition, [])


def load_bylines(editions: list[Edition]) -> list[Edition]:
    """Prepare ``editions`` so that the authors of all are read at the first use, and return them."""
    bylines = Bylines(editions)
    for edition in editions:
        edition.authors_in_list = bylines.authors
    return editions
