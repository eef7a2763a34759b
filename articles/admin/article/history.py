"""An article's history: every save with the autosaves before the next, and every edition that readers saw."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, zip_longest
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.utils import timezone

from articles.desk import lacking
from articles.models import Article, Autosave, Edition, Revision
from ground.times import FOR_EVER

SHOWN = 100  # saves, or editions, of a page
MOST_AUTOSAVES = 500  # of a page
ALL, SAVES, NAMED = "", "saves", "named"  # what is shown of the saves


@dataclass(frozen=True)
class Autosaves:
    """The autosaves of one person between two saves."""

    user: User
    rows: list[Autosave]  # the newest first

    @property
    def begun_at(self) -> datetime:
        return min(row.begun_at for row in self.rows)

    @property
    def at(self) -> datetime:
        return self.rows[0].at


@dataclass
class Save:
    """A revision, the one before it in the list, and the autosaves between it and the next save."""

    revision: Revision
    before: Revision | None
    autosaves: list[Autosaves] = field(default_factory=list)

    @property
    def stage(self) -> str:
        """Return the article's stage after the save, in words."""
        return str(dict(Article.Stage.choices).get(self.revision.stage, ""))


@dataclass(frozen=True)
class Saves:
    """A page of saves, the newest first; ``older`` is the version where the next page begins."""

    rows: list[Save]
    older: int
    has_all: bool = True  # that was autosaved in its time


@dataclass(frozen=True)
class Seen:
    """An edition, and the address where staff see it as it was."""

    edition: Edition
    now: datetime

    @property
    def address(self) -> str:
        return f"{self.edition.path}?{urlencode({'at': self.edition.live_from.isoformat()})}"

    @property
    def is_live(self) -> bool:
        return self.edition.live_from <= self.now < self.edition.live_until

    @property
    def is_scheduled(self) -> bool:
        return self.edition.live_from > self.now

    @property
    def lacks(self) -> str:
        """Return in words what readers have by now and a scheduled edition lacks."""
        return lacking.gaps_in_words(self.edition.lacks) if self.is_scheduled else ""

    @property
    def repeats(self) -> str:
        """Return in words that it says nothing new; an empty text if it does."""
        return lacking.told_of_repeat(self.edition)

    @property
    def has_end(self) -> bool:
        return self.edition.live_until < FOR_EVER


def saves_of(article: Article, *, show: str = ALL, before: int = 0) -> Saves:
    """Return a page of saves of ``article`` older than version ``before`` (0: the newest), in at most two queries."""
    revisions = article.revisions.select_related("by").defer("snapshot").order_by("-version")
    if before:
        revisions = revisions.filter(version__lt=before)
    if show == NAMED:
        revisions = revisions.exclude(name="")
    elif show == SAVES:
        revisions = revisions.filter(automatic=False)
    page = list(revisions[: SHOWN + 1])
    rows = [Save(revision, older) for revision, older in zip_longest(page, page[1:])][:SHOWN]
    older = rows[-1].revision.version if len(page) > SHOWN else 0
    if show != ALL or not rows:
        return Saves(rows, older)
    autosaves = _autosaves(article, rows[0].revision.at if before else None, page[SHOWN].at if older else None)
    _put_between(rows, autosaves)
    return Saves(rows, older, has_all=len(autosaves) < MOST_AUTOSAVES)


def unsaved(article: Article) -> list[Autosaves]:
    """Return the autosaves of an article that was never saved through the desk, in one query."""
    return [Autosaves(user, list(rows)) for user, rows in _by_user(_autosaves(article, None, None))]


def _autosaves(article: Article, until: datetime | None, since: datetime | None) -> list[Autosave]:
    rows = article.autosaves.select_related("user").defer("fields").order_by("-at", "-pk")
    if until:
        rows = rows.filter(at__lt=until)
    if since:
        rows = rows.filter(at__gte=since)
    return list(rows[:MOST_AUTOSAVES])


def _put_between(rows: list[Save], autosaves: list[Autosave]) -> None:
    """Give each save the autosaves that followed it; the oldest save also gets those before it."""
    for number, since in groupby(autosaves, key=lambda autosave: _saved_before(rows, autosave.at)):
        rows[number].autosaves = [Autosaves(user, list(group)) for user, group in _by_user(list(since))]


def _saved_before(rows: list[Save], at: datetime) -> int:
    return next((number for number, row in enumerate(rows) if row.revision.at <= at), len(rows) - 1)


def _by_user(autosaves: list[Autosave]) -> Iterator[tuple[User, list[Autosave]]]:
    ordered = sorted(autosaves, key=lambda autosave: autosave.user_id)
    return ((rows[0].user, rows) for rows in (list(group) for _id, group in groupby(ordered, lambda row: row.user_id)))


def seen_of(article: Article, *, before: int = 0) -> tuple[list[Seen], int]:
    """Return a page of editions older than edition ``before`` (0: the newest), newest first, in at most two queries.

    Returns also the id of the edition after which the next page begins; 0 if there is none.
    """
    editions = article.editions.select_related("cut_by", "withdrawn_by", "erased_by").order_by("-live_from")
    if before and (last := article.editions.filter(pk=before).values_list("live_from", flat=True).first()):
        editions = editions.filter(live_from__lt=last)
    page = list(editions.defer("body", "standfirst", "corrections", "dated_corrections")[: SHOWN + 1])
    now = timezone.now()
    rows = [Seen(edition, now) for edition in page[:SHOWN]]
    return rows, rows[-1].edition.pk if len(page) > SHOWN else 0
