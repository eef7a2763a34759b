"""Where an article stands: with readers, and what was saved of it."""

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
    """An edition that is to go live, and which text it has."""

    edition: Edition
    version: int | None  # of the save that was made when it was cut
    is_older: bool  # the working copy has changed since
    comparison: str  # where its text and the working copy stand side by side, if there is such a page
    lacks: str = ""  # what readers have and it has not, in words
    early: str = ""  # what of it the working copy says as well, so that publishing that now gives it to readers now

    @property
    def has_more(self) -> bool:
        """Whether something that readers have was put into it later."""
        return bool(self.edition.based_at and self.edition.based_at > self.edition.cut_at)


@dataclass(frozen=True)
class ArticleState:
    """An article's editions and revisions, newest first, as they are ``at`` a time."""

    at: datetime
    editions: tuple[Edition, ...] = ()
    revisions: tuple[Revision, ...] = ()
    has_changed: bool = False  # the working copy says what no edition says
    lacks: str = ""  # what readers have and the working copy has not, in words
    early: Mapping[int, str] = field(default_factory=dict)  # by edition, as ``Scheduled.early``

    @property
    def live(self) -> Edition | None:
        """What readers see."""
        return next((edition for edition in self.editions if edition.live_from <= self.at < edition.live_until), None)

    @property
    def scheduled(self) -> list[Edition]:
        """What is to go live, the next first."""
        return [edition for edition in reversed(self.editions) if edition.live_from > self.at]

    @property
    def schedule(self) -> list[Scheduled]:
        """What is to go live, each with the version of its text, the next first."""
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
        """What readers saw."""
        return [edition for edition in self.editions if edition.live_until <= self.at][:SHOWN]

    @property
    def was_live(self) -> bool:
        """Whether readers saw it before, so that what follows is an update."""
        return any(edition.live_from <= self.at for edition in self.editions)

    @property
    def withdrawn(self) -> Edition | None:
        """The edition that was withdrawn, if nothing followed it."""
        last = next((edition for edition in self.editions if edition.live_from <= self.at), None)
        return last if last and last.live_until <= self.at else None

    @property
    def planned_end(self) -> datetime | None:
        """When what was withdrawn was to end, if that is still to come."""
        return workflow.planned_end(self.withdrawn) if self.withdrawn else None

    @property
    def planned_starts(self) -> list[datetime]:
        """When what was scheduled at the withdrawal was to go live, as far as that is still to come."""
        return workflow.planned_starts(self.withdrawn) if self.withdrawn else []

    @property
    def ends(self) -> list[datetime]:
        """From now on, every time at which an edition ends and no other follows at once, the next first."""
        coming = [edition for edition in reversed(self.editions) if self.at < edition.live_until]
        starts = {edition.live_from for edition in coming}
        return [row.live_until for row in coming if row.live_until < FOR_EVER and row.live_until not in starts]


def state_of(article: Article | None) -> ArticleState:
    """The state of ``article`` now, in two queries; of one that is being begun, without any.

    It takes some more to compare texts: after an older one was restored, and while one is live and another to come.
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
    """The address of the page that compares an edition's text with the working copy; nothing where there is none."""
    try:
        return f"{reverse('admin:articles_article_compare', args=[edition.article_id])}?a=e{edition.pk}&b=w"
    except NoReverseMatch:
        return ""
