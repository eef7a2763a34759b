"""The working copy: saved, moved to another section, tagged, restored."""

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

LONGEST_NAME = 120  # of the name of a version

MOST_TAGS = 30


@transaction.atomic
def saved(article: Article, *, by: User, note: str = "") -> None:
    """Count a save of the working copy: a published article has unpublished changes then."""
    if article.stage == Article.Stage.PUBLISHED:
        set_stage(article, Article.Stage.DRAFT)
    revisions.keep_revision(article, by=by, note=note)


@transaction.atomic
def move(article: Article, section: Section, *, by: User) -> None:
    """Move the working copy to another section, if ``by`` may edit both."""
    article = locked(article, "edit", by)
    if article.section_id == section.pk:
        raise WorkflowError(_("It stands in “%(section)s” already.") % {"section": section})
    refuse_move(article, section, by)
    was, article.section = article.section, section
    article.save(update_fields=["section"])
    saved(article, by=by, note=_("Moved from %(was)s to %(now)s") % {"was": was or "–", "now": section})


def refuse_move(article: Article, section: Section | None, by: User) -> None:
    """Raise ``WorkflowError`` if ``by`` may not move the article, as it is stored, into ``section``."""
    if not roles.may_move_out(by, article):
        text = _("It stands in “%(was)s”: only an editor there moves it, or who began it and never published it.")
        raise WorkflowError(text % {"was": article.section})
    if not roles.may_move_into(by, article, section):
        text = _("“%(now)s” is not yours: only a draft that was never published is handed over to other editors.")
        raise WorkflowError(text % {"now": section or _("no section")})


@transaction.atomic
def add_tags(article: Article, tags: Iterable[Tag], *, by: User) -> None:
    """Add tags to the working copy."""
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
    """List the working copy in ``section``, and return whether it was not listed there before."""
    if article.section_id == section.pk:
        return False
    return ArticleSection.objects.get_or_create(article=article, section=section)[1]


@transaction.atomic
def restore(source: Revision | Edition, *, by: User, version: int) -> Article:
    """Restore a revision or an edition as the working copy, if ``version`` is still the newest.

    References to rows that no longer exist are left out.
    """
    article = locked(source.article, "edit", by)
    if version != article.version:
        message = _("Version %(version)d was saved meanwhile. Look at it, then restore what you want.")
        raise WorkflowError(message % {"version": article.version})
    if isinstance(source, Edition):
        _refuse_erased(source)
        values, note = revisions.edition_snapshot(source), _("Restored what went live %(time)s")
        note = note % {"time": time_in_paper(source.live_from)}
    else:
        values, note = dict(source.snapshot), _("Restored version %(version)d") % {"version": source.version}
    if article.stage == Article.Stage.PUBLISHED:
        set_stage(article, Article.Stage.DRAFT)
    article = revisions.restore_snapshot(article, _still_there(article, values, by), by=by, note=note)
    article.based_at = source.based_at or source.cut_at if isinstance(source, Edition) else source.at
    article.save(update_fields=["based_at"])
    return article


def _refuse_erased(edition: Edition) -> None:
    if edition.erased_at:
        raise WorkflowError(_("The text of this edition was erased, so there is nothing to restore."))


def _still_there(article: Article, values: dict[str, Any], by: User) -> dict[str, Any]:
    """Return ``values`` with rows that exist, merged ones replaced, and without a move that ``by`` may not make."""
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
    """Give a revision a name to find it by; an empty one removes the name."""
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
