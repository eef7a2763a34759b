"""An article, an edition or a save as its page shows it to people who only read it."""

from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.safestring import SafeString
from taggit.models import Tag

from articles.body import charts, references
from articles.desk.workflow import timeline
from articles.models import Article, Author, Edition, Revision
from articles.public import rendering


@dataclass(frozen=True)
class Reading:
    """A text with its authors and tags, as its page shows them; a save has rates and charts without their values."""

    copy: Article | Edition
    body: SafeString
    authors: list[Author] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def has_chart(self) -> bool:
        """Return whether the text contains a chart of a rate's history."""
        return bool(rendering.DRAWN.search(self.body))


def reading_of(copy: Article | Edition) -> Reading:
    """Return the stored text of ``copy``, in three queries: for its authors, its tags and its pictures."""
    rows = copy.bylines.order_by("order", "pk").select_related("author__picture")
    tags = copy.tag_rows.order_by("tag__name").values_list("tag__name", flat=True)
    body = copy.body if isinstance(copy, Edition) else references.freeze_rates(copy.body, timezone.now(), copy.language)
    return Reading(copy, _body(body), [row.author for row in rows], list(tags))


def of_save(revision: Revision) -> Reading:
    """Return the text of a save, without authors and tags that were deleted since."""
    text = timeline.text_kept(revision)
    authors = Author.objects.select_related("picture").in_bulk(text.authors)
    tags = Tag.objects.filter(pk__in=text.tags).order_by("name").values_list("name", flat=True)
    copy = Article(**text.values)
    return Reading(copy, _body(copy.body), [authors[pk] for pk in text.authors if pk in authors], list(tags))


def _body(html: str) -> SafeString:
    return rendering.body(charts.charts_in_words(html))
