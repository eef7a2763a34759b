"""The timeline of an article: creating editions of the working copy, and keeping their times in order.

What readers see is rows with times. An article's editions do not overlap: ``put_in`` adds one, ``take_out`` removes a
future one, and nothing here changes what was live at a past time. Only ``workflow`` calls these, with the article's row
locked. Times are aware datetimes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import search, tasks
from articles.body import markup, references
from articles.desk import image_uses, lacking, path_claims
from articles.models import (
    Article,
    Author,
    Edition,
    EditionByline,
    EditionCorrection,
    EditionSection,
    EditionTag,
    Image,
    Revision,
    Section,
    SiteSettings,
    tag_key,
)
from articles.models.copy import UNREAD, Copy, shared_values
from articles.models.merge import still_there
from articles.text import make_slug
from ground.times import FOR_EVER

TICK = timedelta(microseconds=1)
DAY = len("/2025/12/08/")
HAS_RATES = re.compile("<data |<figure data-chart=")
Result = TypeVar("Result")


class WorkflowError(Exception):
    """A step can't be taken; the text tells a person why, and what would help."""


@dataclass(frozen=True)
class Text:
    """All that one edition says, apart from its times: columns, and the ids of authors, sections and tags in order."""

    values: dict[str, Any]
    authors: list[int]
    sections: list[int]  # further ones
    tags: list[int]


def wished_path(article: Article, first_live: datetime, slug: str = "") -> str:
    """Return the path for an article first live at ``first_live``: the day, in the paper's time zone, and the slug.

    Once an edition was live its day stays, even if the paper's time zone changes.
    """
    slug = slug or article.slug or make_slug(article.headline) or f"article-{article.pk}"
    live_editions = article.editions.filter(live_from__lte=timezone.now()).order_by("live_from")
    if path := live_editions.values_list("path", flat=True).first():
        return f"{path[:DAY]}{slug}/"
    return f"/{first_live.astimezone(SiteSettings.current().zone):%Y/%m/%d}/{slug}/"


def slug_of(path: str) -> str:
    """Return the slug in an article's path."""
    return path.split("/")[-2]


def text_of_copy(copy: Article | Edition, further: QuerySet) -> Text:
    """Return the text of ``copy``; ``further`` are its rows of further sections."""
    return Text(
        values=shared_values(copy),
        authors=list(copy.bylines.order_by("order", "pk").values_list("author_id", flat=True)),
        sections=list(further.values_list("section_id", flat=True)),
        tags=list(copy.tag_rows.order_by("tag__name").values_list("tag_id", flat=True)),
    )


def text_kept(revision: Revision) -> Text:
    """Return the text of the working copy at ``revision``, without references to rows that no longer exist."""
    return text_from(revision.snapshot)


def text_from(snapshot: dict[str, Any]) -> Text:
    """Return the text of a snapshot, without references to rows that no longer exist."""
    values = {name: snapshot.get(name, value) for name, value in shared_values(Article()).items()}
    values["section_id"] = next(iter(still_there(Section, [values["section_id"]])), None)
    if not Image.objects.filter(pk=values["lead_image_id"]).exists():
        values["lead_image_id"] = None
    return Text(
        values=values,
        authors=still_there(Author, snapshot["bylines"]),
        sections=still_there(Section, snapshot["further_sections"]),
        tags=[tag.pk for tag in sorted(set(tag_key.find_tags(snapshot["tags"]).values()), key=lambda tag: tag.name)],
    )


def put_in(
    article: Article, text: Text, *, at: datetime, by: User | None, significant: bool = False, **columns: Any
) -> Edition:
    """Add an edition that starts at ``at`` to the timeline; it ends where the one it replaces would have ended.

    A ``significant`` edition tells readers that the article was updated, if it has anything new for them. ``columns``
    are those of an edition that is created anew.
    """
    if article.editions.filter(live_from=at).exists():
        raise WorkflowError(_("Another edition of this article starts at that very time."))
    before = article.editions.live(at).first()
    after = article.editions.filter(live_from__gt=at).order_by("live_from").first()
    end = before.live_until if before else after.live_from if after else FOR_EVER
    if before:
        before.live_until = at
        before.save(update_fields=["live_until"])
    elif after:
        after.took_over = True  # it ends the new one
        after.save(update_fields=["took_over"])
    took_over = before is not None
    columns |= {"live_from": at, "live_until": end, "took_over": took_over}
    edition = cut_edition(article, text, **columns, by=by, significant=significant)
    _keep_slug(article, text.values["slug"], edition.slug)
    _restamp(article)
    edition.refresh_from_db()
    return edition


def take_out(article: Article, edition: Edition) -> None:
    """Remove a future edition from the timeline: the one it would have ended goes on until its own end."""
    edition = article.editions.get(pk=edition.pk)
    before = article.editions.filter(live_until=edition.live_from).first() if edition.took_over else None
    search.forget_edition(edition)
    tasks.after_commit(tasks.remove_card.enqueue, edition.card)
    article.editions.filter(pk=edition.pk).delete()
    if before:
        before.live_until = edition.live_until
        before.save(update_fields=["live_until"])
    else:
        article.editions.filter(live_from=edition.live_until).update(took_over=False)
    _restamp(article)


def _restamp(article: Article) -> None:
    """Give unseen editions the day of the first publication and the time of the last update before them.

    Both may have moved.
    """
    first = article.editions.order_by("live_from").values_list("live_from", flat=True).first()
    article.published_at = first
    Article.objects.filter(pk=article.pk).update(published_at=first)
    if first:
        for edition in article.editions.filter(live_from__gt=timezone.now()).exclude(published_at=first):
            _move_day(article, edition, first)
    _carry_updates(article)
    article.addresses.exclude(path__in=article.editions.values("path")).delete()
    lacking.note_gaps(article)


def _move_day(article: Article, edition: Edition, first: datetime) -> None:
    slug, edition.published_at = edition.slug, first
    edition.path = path_claims.claim_path(wished_path(article, first, slug), article.pk)
    edition.slug = slug_of(edition.path)
    edition.save(update_fields=["published_at", "path", "slug"])
    _keep_slug(article, slug, edition.slug)
    for rows in (edition.bylines, edition.section_rows, edition.tag_rows):
        rows.update(published_at=first)


def _keep_slug(article: Article, wanted_slug: str, path_slug: str) -> None:
    """Store the slug that the address got if it differs from the ``wanted_slug``: the next edition keeps it."""
    if article.slug == wanted_slug != path_slug:
        article.slug = path_slug
        Article.objects.filter(pk=article.pk).update(slug=path_slug)


def _carry_updates(article: Article) -> None:
    """Store in every scheduled edition when the last significant one, and the last with another correction, began."""
    now = timezone.now()
    before = _before(article, now + TICK)
    for edition in article.editions.filter(live_from__gt=now).order_by("live_from").defer("body"):
        is_update = is_significant(edition)
        is_told = is_update and _says_more(_text_of_edition(edition), before)
        stamps = {
            "revised_at": edition.live_from if is_told else _revised(before),
            "called_update": is_update,
            "corrected_at": _corrected(edition, before, edition.live_from),
        }
        if any(getattr(edition, name) != value for name, value in stamps.items()):
            article.editions.filter(pk=edition.pk).update(**stamps)
            for name, value in stamps.items():
                setattr(edition, name, value)
        before = edition


def _before(article: Article, moment: datetime) -> Edition | None:
    """Return the last edition that began before ``moment``."""
    return article.editions.filter(live_from__lt=moment).order_by("-live_from").defer("body").first()


def _revised(before: Edition | None) -> datetime | None:
    return before.revised_at if before else None


def _says_more(text: Text, before: Edition | None) -> bool:
    """Return whether ``text`` has anything new for readers of ``before``; a first text is all new."""
    return before is None or _read(text) != _read(_text_of_edition(before))


def _read(text: Text) -> tuple[Any, ...]:
    """Return what of a text is visible on its page."""
    values = {name: value for name, value in text.values.items() if name not in UNREAD}
    return values, text.authors, set(text.sections), set(text.tags)


def _text_of_edition(edition: Edition) -> Text:
    return text_of_copy(edition, edition.section_rows.filter(is_further=True))


def _corrected(copy: Copy, before: Edition | None, moment: datetime) -> datetime | None:
    """Return when an edition with the corrections of ``copy`` that begins at ``moment`` was last corrected."""
    if before is None:
        return None
    is_same = (copy.dated_corrections, copy.corrections) == (before.dated_corrections, before.corrections)
    return before.corrected_at if is_same else moment


def is_significant(edition: Edition) -> bool:
    """Return whether an editor marked ``edition`` as an update: readers are told, once it has anything new for them.

    Code from before ``called_update`` stored only what readers are told.
    """
    return edition.called_update or edition.revised_at == edition.live_from


def cut_edition(
    article: Article,
    text: Text,
    *,
    live_from: datetime,
    live_until: datetime = FOR_EVER,
    took_over: bool = False,
    by: User | None,
    significant: bool = False,
    findable: bool = True,
    **columns: Any,
) -> Edition:
    """Store ``text`` as an edition of ``article`` with its rows, and index it, in one transaction."""
    first = article.editions.order_by("live_from").values_list("live_from", flat=True).first()
    published_at = min(first or live_from, live_from)
    path = path_claims.claim_path(wished_path(article, published_at, text.values["slug"]), article.pk)
    before = _before(article, live_from)
    body = _frozen(text.values["body"], live_from, text.values["language"], before, significant)
    is_told = significant and _says_more(replace(text, values=text.values | {"body": body}), before)
    edition = Edition.objects.create(
        **text.values | {"slug": slug_of(path), "body": body, "cut_by": by} | columns,
        article=article,
        path=path,
        published_at=published_at,
        live_from=live_from,
        live_until=live_until,
        took_over=took_over,
        revised_at=live_from if is_told else _revised(before),
        called_update=significant,
        corrected_at=_corrected(Article(**text.values), before, live_from),
    )
    _add_rows(edition, text)
    if findable:
        search.add(edition)
    return edition


def _frozen(body: str, at: datetime, language: str, before: Edition | None, significant: bool) -> str:
    """Return ``body`` with the rates of its time; a correction of a live edition keeps the rates that readers have."""
    if not HAS_RATES.search(body):
        return body
    is_kept = before is not None and before.language == language and not significant
    return references.freeze_rates(body, at, language, before.body if before and is_kept else "")


def freeze_rates_again(now: datetime) -> int:
    """Refresh the rates of unseen editions with those known at ``now``, and return how many changed."""
    changed = 0
    has_rates = Q(body__contains="<data ") | Q(body__contains="<figure data-chart=")
    for edition in Edition.objects.filter(has_rates, live_from__gt=now).select_for_update(of=["self"]):
        before = _before(edition.article, edition.live_from)
        body = _frozen(edition.body, edition.live_from, edition.language, before, is_significant(edition))
        if body != edition.body:
            edition.body = body  # type: ignore[assignment] # a field that holds text
            edition.save(update_fields=["body"])
            search.add(edition)
            _carry_updates(edition.article)
            lacking.note_gaps(edition.article)
            changed += 1
    return changed


def preview(article: Article, render: Callable[[Edition], Result], text: Text | None = None) -> Result:
    """Return ``render`` of the working copy (or of ``text``) as an edition, after that was rolled back."""
    return render(unseen_edition(article, text))


def unseen_edition(article: Article, text: Text | None = None) -> Edition:
    """Return the working copy (or ``text``) as an edition with all that its page shows; its rows are rolled back.

    If no section is chosen, the paper's first one is used, without its name; raise ``WorkflowError`` if the paper has
    none.
    """
    text = text or text_of_copy(article, article.section_rows.all())
    with markup.remember_cleaned():
        markup.clean(text.values["body"])
        return _cut_and_roll_back(article, text)


def _cut_and_roll_back(article: Article, text: Text) -> Edition:
    with transaction.atomic():
        lacks_section = text.values["section_id"] is None
        if lacks_section:
            text.values["section_id"] = Section.objects.values_list("pk", flat=True).first()
        if text.values["section_id"] is None:
            raise WorkflowError(_("Add a section first: every page of an article stands in one."))
        now = timezone.now()
        edition = cut_edition(article, text, live_from=now, live_until=now + TICK, by=None, findable=False)
        edition = Edition.objects.for_page().get(pk=edition.pk)
        if lacks_section:  # nobody chose the section that is used
            edition.section.name, edition.section.parent = _("No section yet"), None
        edition.topics()
        transaction.set_rollback(True)
    return edition


def remove_words(edition: Edition) -> None:
    """Delete the rows that repeat text or pictures of an erased edition."""
    edition.correction_rows.all().delete()
    edition.image_rows.all().delete()


def furnish(edition: Edition, text: Text) -> None:
    """Give an unseen edition the section, further sections, authors and tags of ``text``.

    Its own text stays.
    """
    edition.section_id = text.values["section_id"]
    edition.save(update_fields=["section"])
    for rows in (edition.bylines, edition.tag_rows, edition.section_rows):
        rows.all().delete()
    _add_furniture(edition, text)
    search.add(edition)


def _add_rows(edition: Edition, text: Text) -> None:
    _add_furniture(edition, text)
    EditionCorrection.objects.bulk_create(
        EditionCorrection(edition=edition, day=correction["day"], text=correction["text"])
        for correction in edition.dated_corrections
    )
    image_uses.note_uses(edition)


def _add_furniture(edition: Edition, text: Text) -> None:
    when = {"edition": edition, "published_at": edition.published_at}
    EditionByline.objects.bulk_create(
        EditionByline(author_id=author, order=order, **when) for order, author in enumerate(text.authors)
    )
    EditionTag.objects.bulk_create(EditionTag(tag_id=tag, **when) for tag in text.tags)
    own = {edition.section_id} if edition.section_id else set()
    further = set(text.sections) - own
    parents = Section.objects.filter(pk__in=further | own, parent__isnull=False)
    listed = further | own | set(parents.values_list("parent_id", flat=True))
    EditionSection.objects.bulk_create(
        EditionSection(section_id=section, is_further=section in further, **when) for section in sorted(listed)
    )
