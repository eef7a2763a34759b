"""The working copy: counted as saved, moved to another section, given tags, made again what it was."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.desk import revisions, roles
from articles.desk.workflow.locking import locked, set_stage, time_in_paper
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Article, ArticleSection, ArticleTag, Author, Edition, Image, Revision, Section
from articles.models.merge import still_there
from ground.characters import normalise

LONGEST_NAME = 120  # of a version

MOST_TAGS = 30


@transaction.atomic
def saved(article: Article, *, by: User, note: str = "") -> None:
    """Count a save of the working copy: a published article has something unpublished again."""
    if article.stage == Article.Stage.PUBLISHED:
        set_stage(article, Article.Stage.DRAFT)
    revisions.keep_revision(article, by=by, note=note)


@transaction.atomic
def move(article: Article, section: Section, *, by: User) -> None:
    """Put the working copy into another section, as far as ``by`` has a say in both."""
    article = locked(article, "edit", by)
    if article.section_id == section.pk:
        raise WorkflowError(_("It stands in “%(section)s” already.") % {"section": section})
    refuse_move(article, section, by)
    was, article.section = article.section, section
    article.save(update_fields=["section"])
    saved(article, by=by, note=_("Moved from %(was)s to %(now)s") % {"was": was or "–", "now": section})


def refuse_move(article: Article, section: Section | None, by: User) -> None:
    """``WorkflowError`` if ``by`` may not move the article, as it is stored, into ``section``."""
    if not roles.may_move_out(by, article):
        text = _("It stands in “%(was)s”: only an editor there moves it, or who began it and never published it.")
        raise WorkflowError(text % {"was": article.section})
    if not roles.may_move_into(by, article, section):
        text = _("“%(now)s” is not yours: only a draft that was never published is handed over to other editors.")
        raise WorkflowError(text % {"now": section or _("no section")})


@transaction.atomic
def add_tags(article: Article, tags: Iterable[Tag], *, by: User) -> None:
    """Give the working copy further tags."""
    article = locked(article, "edit", by)
    has = set(article.tag_rows.values_list("tag_id", flat=True))
    new = [tag for tag in tags if tag.pk not in has]
    if not new:
        raise WorkflowError(_("It has these tags already."))
    if len(has) + len(new) > MOST_TAGS:
        raise WorkflowError(_("It would have more than %(most)d tags.") % {"most": MOST_TAGS})
    ArticleTag.objects.bulk_create(ArticleTag(content_object=article, tag=tag) for tag in new)
    saved(article, by=by, note=_("Tagged: %(tags)s") % {"tags": ", ".join(tag.name for tag in new)[:250]})


@transaction.atomic
def add_section(article: Article, section: Section, *, by: User) -> None:
    """List the working copy in a further section."""
    article = locked(article, "edit", by)
    if not list_in(article, section):
        raise WorkflowError(_("It is listed in “%(section)s” already.") % {"section": section})
    saved(article, by=by, note=_("Also listed in %(section)s") % {"section": section})


def list_in(article: Article, section: Section) -> bool:
    """Whether the working copy was not listed in ``section`` yet, as it is now."""
    if article.section_id == section.pk:
        return False
    return ArticleSection.objects.get_or_create(article=article, section=section)[1]


@transaction.atomic
def restore(kept: Revision | Edition, *, by: User, version: int) -> Article:
    """Make what a save left, or what readers saw, the working copy again, if ``version`` is still the newest.

    Of what it points at, what is gone since is left out.
    """
    article = locked(kept.article, "edit", by)
    if version != article.version:
        message = _("Version %(version)d was saved meanwhile. Look at it, then restore what you want.")
        raise WorkflowError(message % {"version": article.version})
    if isinstance(kept, Edition):
        _refuse_erased(kept)
        values, note = revisions.edition_snapshot(kept), _("Restored what went live %(time)s")
        note = note % {"time": time_in_paper(kept.live_from)}
    else:
        values, note = dict(kept.snapshot), _("Restored version %(version)d") % {"version": kept.version}
    if article.stage == Article.Stage.PUBLISHED:
        set_stage(article, Article.Stage.DRAFT)
    article = revisions.restore_snapshot(article, _still_there(article, values, by), by=by, note=note)
    article.based_at = kept.based_at or kept.cut_at if isinstance(kept, Edition) else kept.at
    article.save(update_fields=["based_at"])
    return article


def _refuse_erased(edition: Edition) -> None:
    if edition.erased_at:
        raise WorkflowError(_("The text of this edition was erased, so there is nothing to restore."))


def _still_there(article: Article, values: dict[str, Any], by: User) -> dict[str, Any]:
    """``values`` without rows that are gone, or with what they were merged into; and without a move not ``by``'s."""
    values["section_id"] = next(iter(still_there(Section, [values.get("section_id")])), None)
    if values["section_id"] != article.section_id and not _may_move(article, values["section_id"], by):
        values["section_id"] = article.section_id
    if not Image.objects.filter(pk=values.get("lead_image_id") or 0).exists():
        values["lead_image_id"] = None
    for name, model in (("bylines", Author), ("further_sections", Section)):
        values[name] = still_there(model, values[name])
    return values


@transaction.atomic
def name_version(revision: Revision, *, by: User, name: str) -> Revision:
    """Give what a save left a name to find it by; an empty one takes the name away."""
    locked(revision.article, "edit", by)
    name = normalise(name).strip()
    if len(name) > LONGEST_NAME:
        raise WorkflowError(_("A name has at most %(most)d characters.") % {"most": LONGEST_NAME})
    revision.name = " ".join(name.split())
    revision.save(update_fields=["name"])
    return revision


def _may_move(article: Article, section_id: int | None, by: User) -> bool:
    section = Section.objects.filter(pk=section_id).first() if section_id else None
    return roles.may_move_out(by, article) and roles.may_move_into(by, article, section)
