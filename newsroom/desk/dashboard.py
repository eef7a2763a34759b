"""The desk's first page for a person: blocks of a few lines, each the beginning of a list.

A list is never counted, and no block takes more queries for many rows than for few.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from articles.admin.article import editors
from articles.admin.article.list_states import edited_by, own
from articles.admin.times import embargo_words, time_as_html, time_from_now
from articles.desk import lacking, roles, steps
from articles.models import Article, Autosave, Edition, UnsavedForm
from newsroom.desk import first_steps, machinery, unsaved_forms
from newsroom.desk.dashboard_backups import backups_to_look_at
from newsroom.desk.dashboard_blocks import SHOWN, TASKS, BlockLine, DashboardBlock, list_of
from newsroom.desk.dashboard_rates import rates_to_look_at

Stage = Article.Stage
FAILURES = 5
SENT, READERS = {"submitted"}, {"scheduled", "live"}  # blocks, by their slugs
SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Dashboard:
    """The blocks of one person: their own work, and the paper's."""

    now: datetime
    zone: str
    mine: list[DashboardBlock]
    paper: list[DashboardBlock]

    @property
    def waits(self) -> list[DashboardBlock]:
        """The blocks in which the person has something to do, or which are empty although they should not be."""
        return [block for block in self.mine if block.slug not in SENT and (block.lines or not block.is_well)]

    @property
    def sent(self) -> list[DashboardBlock]:
        """The blocks of articles that the person submitted."""
        return [block for block in self.mine if block.slug in SENT and block.lines]

    @property
    def to_decide(self) -> list[DashboardBlock]:
        """The blocks in which somebody at the paper has to decide something."""
        return [block for block in self.paper if block.slug not in READERS and block.lines]

    @property
    def well(self) -> list[DashboardBlock]:
        """The blocks that are empty, as they should be."""
        blocks = [block for block in self.mine if block.is_well] + [
            block for block in self.paper if block.slug not in READERS
        ]
        return [block for block in blocks if not block.lines]

    @property
    def readers(self) -> list[DashboardBlock]:
        """The blocks of live and scheduled articles."""
        return [block for block in self.paper if block.slug in READERS]


def dashboard_of(user: User, now: datetime | None = None) -> Dashboard:
    """Return the first page for ``user``: only what they may see."""
    now = now or timezone.now()
    mine, paper = _unsaved(user, now), []
    mine = _first_steps(user) + mine
    if user.has_perm("articles.view_article"):
        if _is_editor(user):
            mine.append(_waiting(user, now))
        mine += [_assigned(user, now), _drafts(user, now), *_submitted(user, now)]
        live = _live(now)
        paper = [_soon(now), live]
        if _is_editor(user) and (roles.is_everywhere(user) or roles.section_ids(user)):
            paper += [_unpublished(user, now, is_live=bool(live.lines)), _older(user, now)]
    if user.has_perm("tickers.view_rate"):
        paper.append(rates_to_look_at(now))
    if user.has_perm("django_tasks_database.view_dbtaskresult"):
        paper.append(_failures())
    if roles.ADMINISTRATOR in roles.roles_of(user) and not settings.DEBUG:  # nobody backs up what they try out
        paper.append(backups_to_look_at(now))
    if machinery.looks_after(user):
        paper.append(machinery.faults_block())
    return Dashboard(now, str(timezone.get_current_timezone()), mine, paper)


def _is_editor(user: User) -> bool:
    return bool(roles.roles_of(user) & {roles.SECTION_EDITOR, roles.CHIEF_EDITOR, roles.ADMINISTRATOR})


def _waiting(user: User, now: datetime) -> DashboardBlock:
    rows = _newest(Article.objects.filter(edited_by(user)), Stage.IN_REVIEW, Stage.READY)
    lines = [_article_line(article, now) for article in rows]
    is_well, nothing = True, _("Nothing that was submitted or approved waits for an editor.")
    if not roles.is_everywhere(user):
        nothing = _("Nothing that was submitted or approved waits in your sections.")
        if not roles.section_ids(user):
            is_well = False
            nothing = _("No section was given to you, so nothing is submitted to you: ask a chief editor.")
    return DashboardBlock("waiting", _("Waits for me"), _articles(desk="waiting"), nothing, lines, is_well)


def _assigned(user: User, now: datetime) -> DashboardBlock:
    """Return the articles assigned to ``user``, those due first, and those without a due time last."""
    rows = Article.objects.on_desk().to_do().filter(assignee=user).exclude(stage__in=[Stage.IN_REVIEW, Stage.READY])
    rows = _for_lines(rows).order_by(F("due_at").asc(nulls_last=True), "-saved_at")[:SHOWN]
    lines = [_article_line(article, now) for article in rows]
    nothing = _("Nothing that is still to be written is assigned to you.")
    return DashboardBlock("assigned", _("Assigned to me"), _articles(whose="assigned"), nothing, lines)


def _first_steps(user: User) -> list[DashboardBlock]:
    """Return what a new paper still needs, for administrators; no block if nothing is left or it was put away."""
    steps_left = first_steps.left_for(user)
    if not steps_left:
        return []
    lines = [BlockLine(step.title, step.url, [step.fact]) for step in steps_left]
    return [DashboardBlock("first-steps", _("First steps"), reverse("admin:first_steps"), "", lines)]


def _unsaved(user: User, now: datetime) -> list[DashboardBlock]:
    """Return what ``user`` typed and never saved, in any browser; no block if there is nothing."""
    lines = (_unsaved_articles(user, now) if user.has_perm("articles.view_article") else []) + _unsaved_forms(user, now)
    url = lines[0].url if lines else ""
    return [DashboardBlock("unsaved", _("Typed and not saved"), url, "", lines[:SHOWN])] if lines else []


def _unsaved_forms(user: User, now: datetime) -> list[BlockLine]:
    """Return forms that were sent without a login, or left, and not sent again."""
    from django.contrib.admin import site

    return [
        BlockLine(
            unsaved_forms.form_title(site, row),
            unsaved_forms.form_address(row),
            [_("typed %(time)s") % {"time": time_from_now(row.at, now)}],
        )
        for row in UnsavedForm.objects.filter(user=user)[:SHOWN]
    ]


def _unsaved_articles(user: User, now: datetime) -> list[BlockLine]:
    rows = Autosave.objects.open().filter(user=user, article__trashed_at=None).select_related("article")
    newest: dict[Any, BlockLine] = {}  # by article; by window, while there is no article yet
    for row in rows.defer("article__body", "article__corrections").order_by("-at", "-pk")[: SHOWN * 4]:
        typed = "".join(row.fields.get("headline", [])[:1]).strip()
        url = row.article.get_absolute_url() if row.article else reverse("admin:articles_article_add")
        facts = [_("typed %(time)s") % {"time": time_from_now(row.at, now)}]
        newest.setdefault(row.article_id or row.window, BlockLine(typed or _("(no headline)"), url, facts))
    return list(newest.values())[:SHOWN]


def _drafts(user: User, now: datetime) -> DashboardBlock:
    rows = _newest(Article.objects.filter(own(user)), Stage.DRAFT)
    lines = [_article_line(article, now) for article in rows]
    url = _articles(whose="mine", stage__exact=Stage.DRAFT.value)
    return DashboardBlock("mine", _("My drafts"), url, _("You have no saved drafts."), lines)


def _submitted(user: User, now: datetime) -> list[DashboardBlock]:
    """Return what ``user`` submitted, with its editors and how to take it back; for editors, only if there is any.

    Chief editors get none, because they see all submitted articles as waiting for them.
    """
    if not roles.writes(user) or roles.is_everywhere(user):
        return []
    rows = _newest(Article.objects.filter(own(user)), Stage.IN_REVIEW, Stage.READY)
    if not rows and _is_editor(user):
        return []
    waiting_for = editors.editors_for(rows)
    lines = [_submitted_line(article, now, editors.waits_for(article, waiting_for)) for article in rows]
    url, nothing = _articles(desk="submitted"), _("Nothing of yours is with the editors.")
    return [DashboardBlock("submitted", _("Mine, with the editors"), url, nothing, lines)]


def _submitted_line(article: Article, now: datetime, where: str) -> BlockLine:
    line = _article_line(article, now)
    facts = [*line.facts, where]
    if article.stage in steps.step_named("take_back").own_at:
        back = '<a href="{}#steps-heading">{}<span class="visually-hidden">: {}</span></a>'
        facts.append(format_html(back, line.url, _("take it back"), article.headline))
    return replace(line, facts=facts)


def _soon(now: datetime) -> DashboardBlock:
    rows = _coming(now).filter(live_from__lte=now + SOON)
    url, nothing = reverse("admin:articles_edition_calendar"), _("No article is scheduled for the next 24 hours.")
    lines = [_edition_line(row, now) for row in rows[:SHOWN]]
    return DashboardBlock("scheduled", _("Scheduled, next 24 hours"), url, nothing, lines)


def _live(now: datetime) -> DashboardBlock:
    rows = _editions().live(now).filter(published_at__lte=now).order_by("-published_at", "-pk")
    lines = [_edition_line(row, now) for row in rows[:SHOWN]]
    return DashboardBlock(
        "live", _("Live now, newest first"), list_of("articles_edition", when="now"), _("Nothing is live now."), lines
    )


def _unpublished(user: User, now: datetime, *, is_live: bool) -> DashboardBlock:
    """Return the unpublished changes that ``user`` may publish, because nobody else decides on them."""
    changed = Article.objects.with_unpublished_changes(now).filter(edited_by(user))
    lines = [_article_line(article, now) for article in _newest(changed, Stage.DRAFT, Stage.IN_REVIEW, Stage.READY)]
    title, nothing = _("Live, with changes that readers don’t see"), _("Nothing is live now.")
    if is_live and roles.is_everywhere(user):
        nothing = _("All that was saved of what is live is published or scheduled.")
    elif is_live:
        nothing = _("In your sections, all that was saved of what is live is published or scheduled.")
    return DashboardBlock("unpublished", title, _articles(desk="unpublished"), nothing, lines)


def _older(user: User, now: datetime) -> DashboardBlock:
    """Return the scheduled older texts on which ``user`` may decide."""
    mine = edited_by(user)
    rows = _editions().coming_in_older_text(now).order_by("live_from")
    if mine:
        rows = rows.filter(article__in=Article.objects.filter(mine).order_by().values("pk"))
    lines = [_edition_line(row, now) for row in rows[:SHOWN]]
    title, nothing = (
        _("Scheduled with an older text"),
        _("Nothing that is scheduled waits for a newer text or for a decision.")
        if roles.is_everywhere(user)
        else _("In your sections, nothing that is scheduled waits for a newer text or for a decision."),
    )
    return DashboardBlock("older", title, _articles(desk="older"), nothing, lines)


def _failures() -> DashboardBlock:
    rows = DBTaskResult.objects.failed().order_by(F("finished_at").desc(nulls_last=True))
    rows = rows.only("id", "task_path", "finished_at", "exception_class_path")[:FAILURES]
    lines = [
        BlockLine(
            title=row.task_path.rpartition(".")[2].replace("_", " "),
            url=reverse(f"admin:{TASKS}_change", args=[row.pk]),
            facts=[time_as_html(row.finished_at, "SHORT_DATETIME_FORMAT")] if row.finished_at else [],
            mark=row.exception_class_path.rpartition(".")[2],
        )
        for row in rows
    ]
    url = list_of(TASKS, status__exact="FAILED")
    return DashboardBlock(
        "failures", _("Background work that failed"), url, _("No failed background work is on record."), lines
    )


def _newest(rows: QuerySet[Article], *stages: str) -> list[Article]:
    """Return the newest in any of ``stages``, by a query each: one for all would scan the whole archive to find few."""
    rows = _for_lines(rows.on_desk())  # type: ignore[attr-defined]
    articles = [article for stage in stages for article in rows.filter(stage=stage)[:SHOWN]]
    return sorted(articles, key=lambda article: article.saved_at, reverse=True)[:SHOWN]


def _for_lines(rows: QuerySet[Article]) -> QuerySet[Article]:
    return rows.select_related("section", "saved_by").defer("body", "corrections", "standfirst")


def _coming(now: datetime) -> QuerySet[Edition]:
    return _editions().filter(live_from__gt=now, article__trashed_at=None).order_by("live_from")


def _editions():
    rows = Edition.objects.select_related("section", "cut_by")
    texts = {"stage": F("article__stage"), "embargo": F("article__embargo_until")}
    return rows.defer("body", "corrections", "standfirst").annotate(**texts)


def _article_line(article: Article, now: datetime) -> BlockLine:
    saved = _("saved %(time)s") % {"time": time_from_now(article.saved_at, now)}
    if article.saved_by:
        saved = _("%(saved)s by %(who)s") % {
            "saved": saved,
            "who": article.saved_by.get_full_name() or article.saved_by,
        }
    stage = article.get_stage_display()
    if article.published_at and article.published_at <= now and article.stage != Stage.PUBLISHED:
        stage = _("its changes: %(stage)s") % {"stage": stage}  # a live article's text is not a draft
    facts = [stage, str(article.section or _("no section"))]
    if article.due_at:
        facts.append(format_html("{} {}", _("due"), time_as_html(article.due_at, "SHORT_DATETIME_FORMAT")))
    facts += [saved, *_embargo(article.embargo_until, now, article.published_at)]
    overdue = article.due_at is not None and article.due_at < now
    note = _("Sent back: %(note)s") % {"note": article.sent_back_note} if article.sent_back_note else ""
    return BlockLine(article.headline, article.get_absolute_url(), facts, _("overdue") if overdue else "", note)


def _edition_line(edition: Any, now: datetime) -> BlockLine:
    """Return the line of ``edition``, which has its article's ``stage`` and ``embargo``: see _editions()."""
    facts = [*_times(edition, now), str(edition.section)]
    if edition.cut_by:
        facts.append(str(edition.cut_by.get_full_name() or edition.cut_by))
    if edition.live_from <= now:
        read = _("as readers see it")
        facts.append(
            format_html(
                '<a href="{}">{}<span class="visually-hidden">: {}</span></a>', edition.path, read, edition.headline
            )
        )
    else:
        facts += _embargo(edition.embargo, now, edition.published_at)
    url = reverse("admin:articles_article_change", args=[edition.article_id])
    return BlockLine(edition.headline, url, facts, _mind(edition) if edition.live_from > now else "")


def _mind(edition: Any) -> str:
    """Return what somebody should decide about an edition before it goes live."""
    older = _("an older text than the working copy") if edition.stage != Stage.PUBLISHED else ""
    return "; ".join(filter(None, [older, lacking.gaps_in_words(edition.lacks), lacking.told_of_repeat(edition)]))


def _times(edition: Edition, now: datetime) -> list[str | SafeString]:
    """Return when an edition goes live or was first published; of an update also the first publication."""
    first = format_html("{} {}", _("first published"), time_as_html(edition.published_at, "SHORT_DATETIME_FORMAT"))
    start = time_as_html(edition.live_from, "SHORT_DATETIME_FORMAT")
    if edition.live_from > now:
        return [start, first] if edition.published_at <= now else [start]
    changed = time_as_html(edition.has_since, "SHORT_DATETIME_FORMAT")
    return [first, format_html("{} {}", _("changed"), changed)] if edition.has_since > edition.published_at else [first]


def _embargo(until: datetime | None, now: datetime, published: datetime | None) -> list[str]:
    """Return the embargo in words; of a published article it holds back only updates."""
    words = embargo_words(until, now, is_update=bool(published and published <= now))
    return [words] if words else []


def _articles(**query: str) -> str:
    return list_of("articles_article", **query)
