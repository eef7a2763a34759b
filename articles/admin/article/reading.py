"""An article, an edition or a save as its page shows it: for those who look at it and don't write."""

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
    """A text with what stands around it on its page; a save's rates and charts by what they ask for."""

    copy: Article | Edition
    body: SafeString
    authors: list[Author] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def has_chart(self) -> bool:
        """Whether a rate's history is drawn in it."""
        return bool(rendering.DRAWN.search(self.body))


def reading_of(copy: Article | Edition) -> Reading:
    """The stored text of ``copy``, in a query for its authors, one for its tags and one for its pictures."""
    rows = copy.bylines.order_by("order", "pk").select_related("author__picture")
    tags = copy.tag_rows.order_by("tag__name").values_list("tag__name", flat=True)
    body = copy.body if isinstance(copy, Edition) else references.freeze_rates(copy.body, timezone.now(), copy.language)
    return Reading(copy, _body(body), [row.author for row in rows], list(tags))


def of_save(revision: Revision) -> Reading:
    """What a save left; of what it points at, what is gone since is left out."""
    text = timeline.text_kept(revision)
    known = Author.objects.select_related("picture").in_bulk(text.authors)
    tags = Tag.objects.filter(pk__in=text.tags).order_by("name").values_list("name", flat=True)
    copy = Article(**text.values)
    return Reading(copy, _body(copy.body), [known[pk] for pk in text.authors if pk in known], list(tags))


def _body(html: str) -> SafeString:
    return rendering.body(charts.charts_in_words(html))
