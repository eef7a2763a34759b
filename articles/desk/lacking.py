"""What a scheduled edition lacks of the readers' version: shown on every screen until somebody decides.

Each scheduled edition stores the names of what it lacks (``Edition.lacks``), updated whenever the article's timeline
changes, so that lists need no query for it. It lacks what readers got after its text was last compared with theirs, if
a merge of the two would change it. Times are aware datetimes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.body import references
from articles.desk import revisions, text_merge
from articles.desk.text_merge import FieldMerge
from articles.models import Article, Edition, EditionByline, EditionSection, EditionTag
from articles.models.copy import Copy, shared_values

END, REASON = "live_until", "withdrawn_reason"  # fields that are not part of a text
WORDS = {
    "dated_corrections": gettext_lazy("corrections"),
    "corrections": gettext_lazy("corrections"),
    "headline": gettext_lazy("headline"),
    "standfirst": gettext_lazy("standfirst"),
    "body": gettext_lazy("text"),
    "bylines": gettext_lazy("bylines"),
    "section_id": gettext_lazy("section"),
    "further_sections": gettext_lazy("further sections"),
    "tags": gettext_lazy("tags"),
    "lead_image_id": gettext_lazy("lead picture"),
    "lead_caption": gettext_lazy("caption"),
    "related": gettext_lazy("what to read next"),
    END: gettext_lazy("the planned end"),
    REASON: gettext_lazy("why it was withdrawn"),
}


@dataclass(frozen=True)
class Completed:
    """A text merged with the readers' version, and what it lacks of that."""

    mine: dict[str, Any]  # the text's own values
    merged: dict[str, Any]  # merged; its own value where both changed the same paragraph or field
    with_theirs: dict[str, Any]  # merged; the readers' value there
    together: dict[str, Any]  # merged word by word, for fields in ``clashes`` where that is possible
    clashes: list[str] = field(default_factory=list)
    against: str = ""  # the texts it was compared with: a change means that something was published meanwhile

    @property
    def lacks(self) -> list[str]:
        """The names of fields in which the merge differs from the text, or clashes."""
        differing = {name for name, value in self.merged.items() if not _is_same(name, value, self.mine[name])}
        return in_order(differing | set(self.clashes))


def note_gaps(article: Article) -> None:
    """Store what each scheduled edition of ``article`` lacks, and since when readers have its text if it changes
    nothing.
    """
    if not (coming := list(_coming(article))):
        return
    before = _had(article, timezone.now())
    for edition in coming:
        gaps = ",".join([*find_gaps(edition, before).lacks, *_plans(edition, before)])
        repeats_since = _repeats_since(edition, before)
        if (gaps, repeats_since) != (edition.lacks, edition.repeats_since):
            article.editions.filter(pk=edition.pk).update(lacks=gaps, repeats_since=repeats_since)
        edition.repeats_since = repeats_since
        before.append(edition)


def gaps_of(edition: Edition) -> Completed:
    """Return what a scheduled edition lacks, with the merge that would add it."""
    before = _had(edition.article, timezone.now())
    before += [scheduled for scheduled in _coming(edition.article) if scheduled.live_from < edition.live_from]
    return find_gaps(edition, before)


def of_working_copy(article: Article) -> list[str]:
    """Return what the working copy lacks of the live edition, after an older text was restored, for example."""
    if article.based_at is None:
        return []
    live = article.editions.live().first()
    if live is None or max(live.cut_at, live.based_at or live.cut_at) <= article.based_at:
        return []
    mine = revisions.snapshot(article)
    mine["slug"] = mine["slug"] or live.slug  # the slug is made at publication
    return _merge(mine, [live], _base(article, article.based_at)).lacks


def early(article: Article, live: int, coming: Iterable[int]) -> dict[int, str]:
    """Return what readers would get too early of each edition in ``coming`` if the working copy were published now.

    Per edition these are the fields, in words, that differ from the ``live`` one and equal the working copy.
    """
    rows = {row.pk: row for row in article.editions.filter(pk__in=[live, *coming])}
    snapshots = dict(zip(rows, _snapshots_of(list(rows.values())), strict=True))
    has, mine = snapshots.pop(live), revisions.snapshot(article)
    mine["slug"] = mine["slug"] or has["slug"]
    early_fields = {}
    for pk, values in snapshots.items():
        names = [name for name in values if not _is_same(name, values[name], has[name])]
        early_fields[pk] = field_names(in_order(name for name in names if _is_same(name, values[name], mine[name])))
    return early_fields


def find_gaps(edition: Edition, before: Iterable[Edition]) -> Completed:
    """Return what ``edition`` lacks of the newer ones in ``before``."""
    since = compared_until(edition)
    newer = [earlier for earlier in before if earlier.cut_at > since and not earlier.withdrawn_reason]
    if not newer:
        return Completed({}, {}, {}, {})
    return _merge(desk_snapshot(edition), newer, _base(edition.article, since))


def compared_until(edition: Edition) -> datetime:
    """Return the time up to which the edition's editor knew what readers had."""
    return max(filter(None, [edition.decided_at, edition.based_at or edition.cut_at]))


def desk_snapshot(edition: Edition) -> dict[str, Any]:
    """Return a snapshot of an edition, with its rates as the desk writes them."""
    return _snapshots_of([edition])[0]


def in_order(names: Iterable[str]) -> list[str]:
    """Return names of fields sorted: corrections first, then the text, then section, bylines and tags."""
    order = list(dict.fromkeys([*WORDS, *_COLUMNS]))
    return sorted(names, key=order.index)


def field_names(names: Iterable[str]) -> str:
    """Return names of fields in words."""
    labels = [str(WORDS.get(name) or (_COLUMNS[name].verbose_name if name in _COLUMNS else name)) for name in names]
    return ", ".join(dict.fromkeys(labels))


def gaps_in_words(gaps: str) -> str:
    """Return the words of a list about an edition's ``lacks``; "" if it lacks nothing."""
    return _("lacks what readers have: %(what)s") % {"what": field_names(gaps.split(","))} if gaps else ""


def told_of_repeat(edition: Edition) -> str:
    """Return the words about an edition that changes nothing for readers; "" if it does."""
    return _("says nothing new to readers") if edition.repeats_since else ""


_COLUMNS = {column.attname: column for column in Copy._meta.local_fields}


def _coming(article: Article) -> QuerySet[Edition]:
    return article.editions.filter(live_from__gt=timezone.now()).order_by("live_from")


def _had(article: Article, now: datetime) -> list[Edition]:
    """Return the live edition, or the last one that was live, as a list."""
    return list(article.editions.filter(live_from__lte=now).order_by("-live_from")[:1])


def _base(article: Article, moment: datetime) -> Edition | None:
    """Return the edition that was live at ``moment``, or last before; None before the first publication."""
    return article.editions.filter(live_from__lte=moment, erased_at=None).order_by("-live_from").first()


def _snapshots_of(editions: list[Edition]) -> list[dict[str, Any]]:
    """Return snapshots of editions in the shape of ``revisions.snapshot()``, in three queries."""
    rows: dict[int, dict[str, list]] = {
        edition.pk: {"bylines": [], "further_sections": [], "tags": []} for edition in editions
    }
    of = {"edition__in": list(rows)}
    for edition, author in EditionByline.objects.filter(**of).order_by("order", "pk").values_list("edition", "author"):
        rows[edition]["bylines"].append(author)
    further = EditionSection.objects.filter(**of, is_further=True).order_by("section")
    for edition, section in further.values_list("edition", "section"):
        rows[edition]["further_sections"].append(section)
    for edition, name in EditionTag.objects.filter(**of).values_list("edition", "tag__name"):
        rows[edition]["tags"].append(name)
    return [
        shared_values(edition)
        | {name: sorted(value) if name == "tags" else value for name, value in rows[edition.pk].items()}
        | {"body": references.thaw_rates(edition.body)}
        for edition in editions
    ]


def _merge(mine: dict[str, Any], newer: list[Edition], base: Edition | None) -> Completed:
    """Return ``mine`` merged with the changes from ``base`` to each of ``newer``; without a base, each is compared with
    it.
    """
    *said_by_newer, was_said = _snapshots_of([*newer, base]) if base else [*_snapshots_of(newer), mine]
    merged, with_theirs, together = dict(mine), dict(mine), dict(mine)
    clashes, hopeless = set(), set()
    for theirs in said_by_newer:
        for name, value in theirs.items():
            was = was_said[name]
            with_own, with_readers = (
                _merge_field(name, was, merged[name], value),
                _merge_field(name, was, with_theirs[name], value),
            )
            both = text_merge.merge_value(name, was, together[name], value)
            merged[name], with_theirs[name], together[name] = with_own.mine, with_readers.theirs, both.mine
            clashes |= {name} if with_own.clash else set()
            hopeless |= {name} if both.clash else set()
    together = {name: together[name] for name in clashes - hopeless}
    return Completed(mine, merged, with_theirs, together, in_order(clashes), ",".join(str(row.pk) for row in newer))


def _merge_field(name: str, was: Any, mine: Any, theirs: Any) -> FieldMerge:
    """Return a merged field; a paragraph that both changed is a clash, even if its words could be merged."""
    merge = text_merge.merge_value(name, was, mine, theirs)
    if name != "body" or merge.clash or theirs == was or mine in (was, theirs):
        return merge
    written = (text_merge.body_elements(text_merge.as_editor_writes(html)) for html in (was, mine, theirs))
    places = text_merge.base_stretches(*written, fine=True)
    chosen_blocks = [(place, place.taken_or_both) for place in places]
    if all(blocks is not None for _place, blocks in chosen_blocks):
        return merge
    sides = [(place.mine, place.theirs) if blocks is None else (blocks, blocks) for place, blocks in chosen_blocks]
    with_mine, with_theirs = ("".join("".join(part) for part in side) for side in zip(*sides, strict=True))
    return FieldMerge(with_mine, with_theirs, clash=True)


def _is_same(name: str, value: Any, second_value: Any) -> bool:
    if name == "body":
        return text_merge.as_editor_writes(value) == text_merge.as_editor_writes(second_value)
    return bool(value == second_value)


def _repeats_since(edition: Edition, before: list[Edition]) -> datetime | None:
    """Return since when readers have exactly the text of ``edition`` when it goes live; None if it changes anything."""
    last = before[-1] if before else None
    if last is None or last.live_until != edition.live_from or shared_values(last) != shared_values(edition):
        return None
    was, will_be = _snapshots_of([last, edition])
    return last.has_since if was == will_be else None


def _plans(edition: Edition, before: list[Edition]) -> list[str]:
    """Return what ``edition`` would undo besides the text: an end that readers were told, or a withdrawal."""
    if not before:
        return []
    last, decided = before[-1], edition.decided_at
    if last.withdrawn_reason:
        put_in = edition.based_at if edition.based_at and edition.based_at > edition.cut_at else None
        weighed = max(filter(None, [decided, put_in]), default=None)
        return [] if weighed and weighed >= last.live_until else [REASON]
    brings_back = not edition.took_over and edition.cut_at < last.live_until <= edition.live_from
    return [END] if brings_back and not decided else []
