"""The entries of a calendar: times of editions, articles, placements and alerts, each found by an index."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.admin.calendar import boards
from articles.admin.calendar.kinds import CHANGES, KINDS, REPEATS, RETURNS, kinds_seen
from articles.admin.calendar.span import CalendarSpan
from articles.admin.times import embargo_words, short
from articles.desk import lacking, roles
from articles.desk.steps import STEPS
from articles.models import Alert, Article, Edition

MOST = 200  # entries of a kind, before now and from now on
MOVED_BY = {step.moves: step.name for step in STEPS.values() if step.moves}  # the step that moves an entry, by its kind
DUE = {"due", "idea"}  # kinds of entries of an article; others that can be moved are an edition's
EDITION = """
headline live_from live_until published_at took_over withdrawn_reason lacks repeats_since section__name
article__headline article__stage
article__embargo_until article__created_by article__published_at article__trashed_at
article__assignee article__section__name article__section__parent
""".split()


@dataclass(frozen=True)
class Entry:
    """An event at a time."""

    kind: str
    at: datetime
    title: str
    url: str
    row: int = 0  # the primary key of what is moved
    section: str = ""
    may_move: bool = False
    facts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # warnings
    is_change: bool = False  # it changes a live article, and is not its first publication
    is_return: bool = False  # readers had it before, but not just then
    is_repeat: bool = False  # readers have it anyway

    @property
    def name(self) -> str:
        """The name by which it is moved."""
        return f"{self.kind}:{self.row}"

    @property
    def label(self) -> str:
        if self.is_return:
            return str(RETURNS[self.kind])
        if self.is_repeat:
            return str(REPEATS[self.kind])
        return str(CHANGES[self.kind] if self.is_change else KINDS[self.kind])

    @property
    def was(self) -> str:
        """The exact time, sent along when it is moved."""
        return self.at.isoformat()


def collect(span: CalendarSpan, user: User, now: datetime | None = None) -> tuple[list[Entry], bool]:
    """Return the entries that ``user`` sees in ``span``, in order, and whether there are more than can be shown."""
    now = now or timezone.now()
    kinds = kinds_seen(span.kinds, user)
    entry_lists: list[list[Entry]] = []
    if kinds & {"starts", "started"}:
        entry_lists.append(list(_starts(span, user, now)))
    if kinds & {"ends", "ended", "withdrawn"}:
        entry_lists.append(list(_ends(span, user, now)))
    if kinds & DUE:
        entry_lists.append(list(_due(span, user)))
    if "embargo" in kinds:
        entry_lists.append(list(_embargoes(span)))
    if "alert" in kinds and not span.section:
        entry_lists.append(list(_alerts(span)))
    more = any(len(rows) >= MOST for rows in entry_lists)
    if "board" in kinds:
        changes, is_more = boards.board_changes(span)
        entry_lists.append([_board_entry(change, now) for change in changes])
        more |= is_more
    entries = [entry for rows in entry_lists for entry in rows if entry.kind in kinds]
    return sorted(entries, key=lambda entry: (entry.at, entry.title)), more


def edition_entry(kind: str, edition: Edition, user: User, now: datetime) -> Entry:
    """Return the start or end of an edition that was loaded with its article."""
    article, at = edition.article, edition.live_from if kind == "starts" else edition.live_until
    may_move = at > now and roles.may(user, MOVED_BY[kind], article)
    notes = []
    if kind == "starts" and at > now and article.stage != Article.Stage.PUBLISHED:
        notes.append(_("with an older text than the working copy"))
    if kind == "starts" and at > now and edition.lacks:
        notes.append(lacking.gaps_in_words(edition.lacks))
    if kind == "starts" and at > now and edition.repeats_since:
        notes.append(lacking.told_of_repeat(edition))
    if embargo := embargo_words(article.embargo_until, now, is_update=edition.live_from <= now):
        notes.append(embargo)
    is_later = kind == "starts" and at > edition.published_at
    first = _("first published %(time)s") % {"time": short(edition.published_at)}
    past = {"starts": "started", "ends": "withdrawn" if edition.withdrawn_reason else "ended"}
    return Entry(
        kind=kind if at > now else past[kind],
        at=at,
        title=edition.headline,
        url=article.get_absolute_url(),
        row=edition.pk,
        section=str(edition.section or ""),
        may_move=may_move,
        facts=[first] if is_later else [],
        notes=notes,
        is_change=is_later and edition.took_over and not edition.repeats_since,
        is_repeat=is_later and edition.took_over and edition.repeats_since is not None,
        is_return=is_later and not edition.took_over,
    )


def _starts(span: CalendarSpan, user: User, now: datetime) -> Iterator[Entry]:
    for edition in _around(_editions(span), "live_from", span, now):
        yield edition_entry("starts", edition, user, now)


def _ends(span: CalendarSpan, user: User, now: datetime) -> Iterator[Entry]:
    """Yield the ends of editions that no other follows at once."""
    following = Edition.objects.filter(article=OuterRef("article"), live_from=OuterRef("live_until"))
    for edition in _around(_editions(span).filter(~Exists(following)), "live_until", span, now):
        yield edition_entry("ends", edition, user, now)


def _editions(span: CalendarSpan) -> QuerySet[Edition]:
    rows = Edition.objects.filter(span.in_section, article__trashed_at=None)
    return rows.select_related("section", "article__section").only(*EDITION)


def _around(rows: QuerySet, column: str, span: CalendarSpan, now: datetime) -> list:
    """Return rows with ``column`` in ``span``: those nearest to now, if there are more than can be shown."""
    border = min(max(now, span.starts_at), span.ends_at)
    nearest_rows: list = []
    if border < span.ends_at:
        coming = rows.filter(**{f"{column}__gte": border, f"{column}__lt": span.ends_at})
        nearest_rows += coming.order_by(column)[:MOST]
    if border > span.starts_at:
        past = rows.filter(**{f"{column}__gte": span.starts_at, f"{column}__lt": border})
        nearest_rows += past.order_by(f"-{column}")[:MOST]
    return nearest_rows


def _due(span: CalendarSpan, user: User) -> Iterator[Entry]:
    rows = _articles(span).filter(due_at__gte=span.starts_at, due_at__lt=span.ends_at)
    rows = rows.exclude(stage=Article.Stage.PUBLISHED).select_related("assignee", "section__parent")
    articles = list(rows.order_by("due_at")[:MOST])
    if ideas := [article for article in articles if article.stage == Article.Stage.IDEA]:
        roles.load_own(user, ideas)
    for article in articles:
        yield due_entry(article, user)


def due_entry(article: Article, user: User) -> Entry:
    """Return the due time of an article or an idea; one in the past can be moved, too."""
    assignee = str(article.assignee.get_full_name() or article.assignee) if article.assignee else _("nobody’s yet")
    kind = "idea" if article.stage == Article.Stage.IDEA else "due"
    may_move = roles.may(user, MOVED_BY[kind], article)
    return _article_entry(kind, article, article.due_at, [assignee], may_move=may_move)


def _embargoes(span: CalendarSpan) -> Iterator[Entry]:
    rows = _articles(span).filter(embargo_until__gte=span.starts_at, embargo_until__lt=span.ends_at)
    for article in rows.order_by("embargo_until")[:MOST]:
        first, until = article.published_at, article.embargo_until
        was_published = first and until and first < until
        facts = [_("of updates: first published %(time)s") % {"time": short(first)}] if was_published else []
        yield _article_entry("embargo", article, until, facts)


def _articles(span: CalendarSpan) -> QuerySet[Article]:
    rows = Article.objects.on_desk().filter(span.in_section).select_related("section")
    return rows.defer("body", "corrections", "standfirst")


def _article_entry(
    kind: str, article: Article, at: datetime | None, facts: list[str], *, may_move: bool = False
) -> Entry:
    assert at  # noqa: S101 - it was asked for
    return Entry(
        kind=kind,
        at=at,
        title=article.headline,
        url=article.get_absolute_url(),
        row=article.pk,
        section=str(article.section or ""),
        may_move=may_move,
        facts=facts,
    )


def _board_entry(change: boards.BoardChange, now: datetime) -> Entry:
    """Return all changes of a board in one minute, in one line."""
    kind, title = "board" if change.at > now else "boarded", str(change.section or _("Front page"))
    return Entry(kind=kind, at=change.at, title=title, url=change.address(now), facts=change.facts())


def _alerts(span: CalendarSpan) -> Iterator[Entry]:
    rows = Alert.objects.filter(ends_at__gt=span.starts_at, starts_at__lt=span.ends_at)
    for alert in rows.order_by("ends_at")[:MOST]:
        for kind, at in (("alert", alert.starts_at), ("alert_ends", alert.ends_at)):
            if span.starts_at <= at < span.ends_at:
                yield Entry(kind=kind, at=at, title=alert.text, url="")
