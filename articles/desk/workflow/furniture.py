"""Publishing the section, further sections, authors and tags of an article without its text.

Readers keep the text they have, scheduled editions get the same change, and the working copy keeps unpublished changes
and its stage.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles import tasks
from articles.body import references
from articles.desk import lacking, notices, readiness, revisions
from articles.desk.workflow import timeline, working_copy
from articles.desk.workflow.locking import locked, set_stage
from articles.desk.workflow.timeline import Text, WorkflowError, text_of_copy
from articles.models import Article, ArticleTag, Author, Edition, Notice, Section

Stage = Article.Stage


@dataclass(frozen=True)
class FurnitureChange:
    """A change of an article's section, authors and tags."""

    section: int | None = None  # the new one
    authors: tuple[int, ...] | None = None  # all of them, in the new order
    tags: frozenset[int] = frozenset()  # new ones
    lost_tags: frozenset[int] = frozenset()
    sections: frozenset[int] = frozenset()  # new further ones
    lost_sections: frozenset[int] = frozenset()

    @classmethod
    def between(cls, before: Text, after: Text) -> "FurnitureChange":
        """Return the change from ``before`` to ``after``, apart from their text."""
        tags, further = (set(before.tags), set(after.tags)), (set(before.sections), set(after.sections))
        moved = before.values["section_id"] != after.values["section_id"]
        return cls(
            section=after.values["section_id"] if moved else None,
            authors=tuple(after.authors) if before.authors != after.authors else None,
            tags=frozenset(tags[1] - tags[0]),
            lost_tags=frozenset(tags[0] - tags[1]),
            sections=frozenset(further[1] - further[0]),
            lost_sections=frozenset(further[0] - further[1]),
        )

    @property
    def fields(self) -> set[str]:
        """The fields of the article's form that change, by the names that the checks before publishing use."""
        about = {"section": self.section, "bylines": self.authors is not None, "tags": self.tags | self.lost_tags}
        return {name for name, is_changed in about.items() if is_changed}

    def of(self, text: Text) -> Text:
        """Return ``text`` with the change; its own section is not also a further one."""
        own = self.section or text.values["section_id"]
        return replace(
            text,
            values=text.values | {"section_id": own},
            authors=text.authors if self.authors is None else list(self.authors),
            tags=sorted((set(text.tags) - self.lost_tags) | self.tags),
            sections=sorted(((set(text.sections) - self.lost_sections) | self.sections) - {own}),
        )


@dataclass
class Furnished:
    """The editions with a change: the live one, if any, and the starts of the scheduled ones."""

    live: Edition | None = None
    scheduled: list[datetime] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.live is not None or bool(self.scheduled)


@transaction.atomic
def publish_tags(article: Article, tags: Iterable[Tag], *, by: User) -> Furnished:
    """Add tags to the article: to the working copy, the live edition, and scheduled ones."""
    article, added = _locked(article, by), list(tags)
    has = set(article.tag_rows.values_list("tag_id", flat=True))
    new = [tag for tag in added if tag.pk not in has]
    if len(has) + len(new) > working_copy.MOST_TAGS:
        raise WorkflowError(_("It would have more than %(most)d tags.") % {"most": working_copy.MOST_TAGS})
    ArticleTag.objects.bulk_create(ArticleTag(content_object=article, tag=tag) for tag in new)
    reached = _reach(article, FurnitureChange(tags=frozenset(tag.pk for tag in added)), by)
    if not (new or reached):
        raise WorkflowError(_("It has these tags already, for readers too."))
    _keep(article, reached, by, _("Tagged: %(tags)s") % {"tags": ", ".join(tag.name for tag in added)[:250]})
    return reached


@transaction.atomic
def publish_move(article: Article, section: Section, *, by: User) -> Furnished:
    """Move the article to another section: the working copy, the live edition, and scheduled ones."""
    article = _locked(article, by)
    was, is_moved = article.section, article.section_id != section.pk
    if is_moved:
        working_copy.refuse_move(article, section, by)
        article.section = section
        article.save(update_fields=["section"])
    reached = _reach(article, FurnitureChange(section=section.pk), by)
    if not (is_moved or reached):
        raise WorkflowError(_("It stands in “%(section)s” already, for readers too.") % {"section": section})
    _keep(article, reached, by, _("Moved from %(was)s to %(now)s") % {"was": was or "–", "now": section})
    return reached


@transaction.atomic
def publish_further(article: Article, section: Section, *, by: User) -> Furnished:
    """List the article in a further section: the working copy, the live edition, and scheduled ones."""
    article = _locked(article, by)
    is_new = working_copy.list_in(article, section)
    reached = _reach(article, FurnitureChange(sections=frozenset([section.pk])), by)
    if not (is_new or reached):
        raise WorkflowError(_("It is listed in “%(section)s” already, for readers too.") % {"section": section})
    _keep(article, reached, by, _("Also listed in %(section)s") % {"section": section})
    return reached


@transaction.atomic
def publish_furniture(article: Article, *, by: User) -> tuple[Furnished, str]:
    """Publish the working copy's section, further sections, authors and tags; return where, and the change in words."""
    article = locked(article, "furnish", by)
    live = article.editions.live().first()
    if live is None:
        raise WorkflowError(_("Readers don’t have the article, so there is nothing to put these beside: publish it."))
    copy = _text(article)
    if copy.values["section_id"] is None:
        raise WorkflowError(_("Choose a section: it decides where readers find the article."))
    change = FurnitureChange.between(_text(live), copy)
    if change == FurnitureChange():
        raise WorkflowError(_("Readers have this section, these authors and these tags already."))
    change_in_words = _in_words(change)
    reached = _reach(article, change, by)
    _keep(article, reached, by, _("Published without the text: %(what)s") % {"what": change_in_words})
    return reached, change_in_words


def _locked(article: Article, by: User) -> Article:
    """Return the article, locked, if ``by`` may edit it (and publish it, where it is live or scheduled)."""
    article = locked(article, "edit", by)
    return (
        locked(article, "furnish", by) if article.editions.filter(live_until__gt=timezone.now()).exists() else article
    )


def _text(copy: Article | Edition) -> Text:
    rows = copy.section_rows.filter(is_further=True) if isinstance(copy, Edition) else copy.section_rows.all()
    return text_of_copy(copy, rows)


def _reach(article: Article, change: FurnitureChange, by: User) -> Furnished:
    """Make the change in the live edition, by a new edition with the same text, and in scheduled ones."""
    now, reached = timezone.now(), Furnished()
    live = article.editions.live(now).first()
    if live and change.of(before := _text(live)) != _in_order(before):
        _refuse(article, change, now)
        reached.live = timeline.put_in(article, change.of(before), at=now, by=by)
        reached.live.cut_at = live.cut_at  # its text is not newer
        reached.live.save(update_fields=["cut_at"])
        tasks.after_commit(tasks.draw_card.enqueue, reached.live.pk)
        tasks.after_commit(tasks.announce.enqueue)
    for edition in article.editions.filter(live_from__gt=now).order_by("live_from"):
        if change.of(before := _text(edition)) != _in_order(before):
            timeline.furnish(edition, change.of(before))
            tasks.after_commit(tasks.draw_card.enqueue, edition.pk)
            reached.scheduled.append(edition.live_from)
    if reached:
        lacking.note_gaps(article)
    return reached


def _in_order(text: Text) -> Text:
    return FurnitureChange().of(text)


def _refuse(article: Article, change: FurnitureChange, now: datetime) -> None:
    """Raise ``WorkflowError`` if a check of the changed fields, or an embargo, prevents publishing."""
    about = change.fields | {"embargo_until"}
    problems = readiness.problems(article, timeline.wished_path(article, article.published_at or now), now)
    if texts := [problem.text for problem in problems if problem.field in about]:
        raise WorkflowError(" ".join(texts))


def _keep(article: Article, reached: Furnished, by: User, note: str) -> None:
    """Store a revision, and set the stage by whether the working copy has text that no edition has."""
    if not reached and article.stage == Stage.PUBLISHED:
        set_stage(article, Stage.DRAFT)
    elif reached and article.stage == Stage.DRAFT and _is_published(article):
        set_stage(article, Stage.PUBLISHED)
    if reached.live:
        text = _("%(who)s changed “%(article)s” for readers, not its text: %(what)s")
        notices.tell_people(Notice.Kind.PUBLISHED, article, by=by, text=text, what=note)
        note = _("%(note)s (readers see it)") % {"note": note}
    revisions.keep_revision(article, by=by, note=note[:300])


def _is_published(article: Article) -> bool:
    """Return whether the newest edition equals the working copy."""
    newest = article.editions.order_by("live_from").last()
    return newest is not None and _comparable(_text(newest), article) == _comparable(_text(article), article)


def _comparable(text: Text, article: Article) -> Text:
    """Return ``text`` without what only an edition has: fixed rates, and a slug that nobody typed."""
    slug = text.values["slug"] if article.slug else ""
    values = text.values | {"body": references.thaw_rates(text.values["body"]), "slug": slug}
    return replace(_in_order(text), values=values)


def _in_words(change: FurnitureChange) -> str:
    """Return the change in words, with names."""
    parts = []
    if change.section:
        parts.append(_("section %(name)s") % {"name": Section.objects.with_parent().get(pk=change.section)})
    for model, text, keys in (
        (Section, _("also in %(names)s"), change.sections),
        (Section, _("no longer also in %(names)s"), change.lost_sections),
        (Author, _("by %(names)s"), change.authors),
        (Tag, _("tagged %(names)s"), change.tags),
        (Tag, _("no longer tagged %(names)s"), change.lost_tags),
    ):
        if keys:
            rows = model._default_manager.in_bulk(keys)
            names = [str(rows[key]) for key in keys if key in rows]
            parts.append(text % {"names": ", ".join(names if keys is change.authors else sorted(names))})
    if change.authors == ():
        parts.append(_("by nobody"))
    return ", ".join(parts)
