"""The state of an article: its editions and its newest revisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from articles.desk import lacking, workflow
from articles.models import Article, Edition, Revision
from ground.times import FOR_EVER

SHOWN = 10
LOOKED_AT = 40  # of the newest editions; nobody schedules more


@dataclass(frozen=True)
class Scheduled:
    """An edition that will go live, and which version its text is."""

    edition: Edition
    version: int | None  # of the save that was made when it was cut
    is_older: bool  # the working copy has changed since
    comparison: str  # where its text and the working copy stand side by side, if there is such a page
    lacks: str = ""  # what readers have and it has not, in words
    early: str = ""  # what of it the working copy says as well, so that publishing that now gives it to readers now

    @property
    def has_more(self) -> bool:
        """Return whether changes that readers have were put into it after it was scheduled."""
        return bool(self.edition.based_at and self.edition.based_at > self.edition.cut_at)


@dataclass(frozen=True)
class ArticleState:
    """An article's editions and revisions, newest first, as they are at the time ``at``."""

    at: datetime
    editions: tuple[Edition, ...] = ()
    revisions: tuple[Revision, ...] = ()
    has_changed: bool = False  # the working copy says what no edition says
    lacks: str = ""  # what readers have and the working copy has not, in words
    early: Mapping[int, str] = field(default_factory=dict)  # by edition, as ``Scheduled.early``

    @property
    def live(self) -> Edition | None:
        """Return the edition that readers see; None if there is none."""
        return next((edition for edition in self.editions if edition.live_from <= self.at < edition.live_until), None)

    @property
    def scheduled(self) -> list[Edition]:
        """Return the editions that will go live, the next first."""
        return [edition for edition in reversed(self.editions) if edition.live_from > self.at]

    @property
    def schedule(self) -> list[Scheduled]:
        """Return what the schedule shows of each edition that will go live, the next first."""
        return [
            Scheduled(
                edition,
                edition.__dict__.get("version"),  # put there by state_of()
                self.has_changed,
                _comparison(edition) if self.has_changed else "",
                lacking.gaps_in_words(edition.lacks),
                self.early.get(edition.pk, ""),
            )
            for edition in self.scheduled
        ]

    @property
    def past(self) -> list[Edition]:
        """Return the newest editions that readers saw and no longer see."""
        return [edition for edition in self.editions if edition.live_until <= self.at][:SHOWN]

    @property
    def was_live(self) -> bool:
        """Return whether readers ever saw it, so that what follows is an update."""
        return any(edition.live_from <= self.at for edition in self.editions)

    @property
    def withdrawn(self) -> Edition | None:
        """Return the last edition that readers saw, if it ended and nothing followed it; None otherwise."""
        last = next((edition for edition in self.editions if edition.live_from <= self.at), None)
        return last if last and last.live_until <= self.at else None

    @property
    def planned_end(self) -> datetime | None:
        """Return when the withdrawn edition was to end, if that is still to come."""
        return workflow.planned_end(self.withdrawn) if self.withdrawn else None

    @property
    def planned_starts(self) -> list[datetime]:
        """Return when the editions scheduled at the withdrawal were to go live, as far as that is still to come."""
        return workflow.planned_starts(self.withdrawn) if self.withdrawn else []

    @property
    def ends(self) -> list[datetime]:
        """Return every time to come at which an edition ends and no other follows at once, the next first."""
        coming = [edition for edition in reversed(self.editions) if self.at < edition.live_until]
        starts = {edition.live_from for edition in coming}
        return [row.live_until for row in coming if row.live_until < FOR_EVER and row.live_until not in starts]


def state_of(article: Article | None) -> ArticleState:
    """Return the state of ``article`` now, in two queries; without any for a new article.

    Comparing texts takes some more: after an older one was restored, and while one is live and another scheduled.
    """
    if article is None or article.pk is None:
        return ArticleState(timezone.now())
    save = Revision.objects.filter(article=OuterRef("article"), at__gte=OuterRef("cut_at")).order_by("version")
    editions = article.editions.order_by("-live_from").annotate(version=Subquery(save.values("version")[:1]))
    revisions = article.revisions.select_related("by").defer("snapshot")
    state = ArticleState(
        at=timezone.now(),
        editions=tuple(
            editions.select_related("cut_by", "withdrawn_by").defer("body", "corrections", "standfirst")[:LOOKED_AT]
        ),
        revisions=tuple(revisions[:SHOWN]),
        has_changed=article.stage != Article.Stage.PUBLISHED,
        lacks=lacking.gaps_in_words(",".join(lacking.of_working_copy(article))),
    )
    if not (state.live and state.scheduled):
        return state
    return replace(state, early=lacking.early(article, state.live.pk, [edition.pk for edition in state.scheduled]))


def _comparison(edition: Edition) -> str:
    """Return the address of the page that compares an edition with the working copy; an empty text if there is none."""
    try:
        return f"{reverse('admin:articles_article_compare', args=[edition.article_id])}?a=e{edition.pk}&b=w"
    except NoReverseMatch:
        return ""
