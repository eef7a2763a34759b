"""What a scheduled edition lacks of what readers have before it: told on every screen until somebody decides.

Each edition to come holds the names of what it lacks (``Edition.lacks``), written whenever the line of its article's
editions changes, so that lists tell it without asking. It lacks what readers got after its own text was last compared
with theirs, as far as a merge of the two would change it. Times are aware datetimes.
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

END, REASON = "live_until", "withdrawn_reason"  # that are no part of a text
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
    """What a text would say with what readers have, and what it lacks of that."""

    mine: dict[str, Any]  # as it says it itself
    merged: dict[str, Any]  # as it says it itself where both changed the same paragraph or field
    with_theirs: dict[str, Any]  # as readers have it there
    together: dict[str, Any]  # both, word by word, of the fields of ``clashes`` where that can be
    clashes: list[str] = field(default_factory=list)
    against: str = ""  # which texts it was compared with: another means that something was published meanwhile

    @property
    def lacks(self) -> list[str]:
        """Names of fields."""
        differing = {name for name, value in self.merged.items() if not _is_same(name, value, self.mine[name])}
        return in_order(differing | set(self.clashes))


def note_gaps(article: Article) -> None:
    """Have each edition to come say what it lacks, and since when readers have its words if they are no news."""
    if not (coming := list(_coming(article))):
        return
    before = _had(article, timezone.now())
    for edition in coming:
        lacks = ",".join([*find_gaps(edition, before).lacks, *_plans(edition, before)])
        repeats_since = _repeats_since(edition, before)
        if (lacks, repeats_since) != (edition.lacks, edition.repeats_since):
            article.editions.filter(pk=edition.pk).update(lacks=lacks, repeats_since=repeats_since)
        edition.repeats_since = repeats_since
        before.append(edition)


def gaps_of(edition: Edition) -> Completed:
    """What a scheduled edition lacks, with all that it takes to put it in."""
    before = _had(edition.article, timezone.now())
    before += [one for one in _coming(edition.article) if one.live_from < edition.live_from]
    return find_gaps(edition, before)


def of_working_copy(article: Article) -> list[str]:
    """What the working copy lacks of what readers have: after an older text was restored, say."""
    if article.based_at is None:
        return []
    live = article.editions.live().first()
    if live is None or max(live.cut_at, live.based_at or live.cut_at) <= article.based_at:
        return []
    mine = revisions.snapshot(article)
    mine["slug"] = mine["slug"] or live.slug  # is made when it is published
    return _merge(mine, [live], _base(article, article.based_at)).lacks


def early(article: Article, live: int, coming: Iterable[int]) -> dict[int, str]:
    """What readers would get at once of each edition to ``come``, in words, if the working copy were published now.

    That is what it says otherwise than the edition that is ``live``, and the working copy says as well.
    """
    rows = {row.pk: row for row in article.editions.filter(pk__in=[live, *coming])}
    said = dict(zip(rows, _said_by_each(list(rows.values())), strict=True))
    has, mine = said.pop(live), revisions.snapshot(article)
    mine["slug"] = mine["slug"] or has["slug"]
    found = {}
    for pk, values in said.items():
        names = [name for name in values if not _is_same(name, values[name], has[name])]
        found[pk] = field_names(in_order(name for name in names if _is_same(name, values[name], mine[name])))
    return found


def find_gaps(edition: Edition, before: Iterable[Edition]) -> Completed:
    """What ``edition`` lacks of those of ``before`` that are newer than its text."""
    since = known_at(edition)
    newer = [one for one in before if one.cut_at > since and not one.withdrawn_reason]
    if not newer:
        return Completed({}, {}, {}, {})
    return _merge(said_by(edition), newer, _base(edition.article, since))


def known_at(edition: Edition) -> datetime:
    """Until when whoever answers for the edition's text knew what readers had."""
    return max(filter(None, [edition.decided_at, edition.based_at or edition.cut_at]))


def said_by(edition: Edition) -> dict[str, Any]:
    """A snapshot of an edition, with its rates as the desk writes them."""
    return _said_by_each([edition])[0]


def in_order(names: Iterable[str]) -> list[str]:
    """Corrections first, then the text, then its furniture."""
    order = list(dict.fromkeys([*WORDS, *_COLUMNS]))
    return sorted(names, key=order.index)


def field_names(names: Iterable[str]) -> str:
    """Names of fields as people say them."""
    said = [str(WORDS.get(name) or (_COLUMNS[name].verbose_name if name in _COLUMNS else name)) for name in names]
    return ", ".join(dict.fromkeys(said))


def gaps_in_words(lacks: str) -> str:
    """What a list says of an edition's ``lacks``; nothing if there is nothing to say."""
    return _("lacks what readers have: %(what)s") % {"what": field_names(lacks.split(","))} if lacks else ""


def told_of_repeat(edition: Edition) -> str:
    """What every screen says of an edition that changes nothing for readers; nothing if it does."""
    return _("says nothing new to readers") if edition.repeats_since else ""


_COLUMNS = {column.attname: column for column in Copy._meta.local_fields}


def _coming(article: Article) -> QuerySet[Edition]:
    return article.editions.filter(live_from__gt=timezone.now()).order_by("live_from")


def _had(article: Article, now: datetime) -> list[Edition]:
    """What readers have now, or had last."""
    return list(article.editions.filter(live_from__lte=now).order_by("-live_from")[:1])


def _base(article: Article, moment: datetime) -> Edition | None:
    """What readers had at ``moment``; None before the first publication."""
    return article.editions.filter(live_from__lte=moment, erased_at=None).order_by("-live_from").first()


def _said_by_each(editions: list[Edition]) -> list[dict[str, Any]]:
    """Snapshots of editions in the shape of ``revisions.snapshot()``, in three queries."""
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
    """``mine`` with what each of ``newer`` made of ``base``; without a base, they are newer words of the same text."""
    *said_by_newer, was_said = _said_by_each([*newer, base]) if base else [*_said_by_each(newer), mine]
    merged, with_theirs, together = dict(mine), dict(mine), dict(mine)
    clashes, hopeless = set(), set()
    for theirs in said_by_newer:
        for name, value in theirs.items():
            was = was_said[name]
            one, other = _merge_field(name, was, merged[name], value), _merge_field(name, was, with_theirs[name], value)
            both = text_merge.merge_value(name, was, together[name], value)
            merged[name], with_theirs[name], together[name] = one.mine, other.theirs, both.mine
            clashes |= {name} if one.clash else set()
            hopeless |= {name} if both.clash else set()
    together = {name: together[name] for name in clashes - hopeless}
    return Completed(mine, merged, with_theirs, together, in_order(clashes), ",".join(str(row.pk) for row in newer))


def _merge_field(name: str, was: Any, mine: Any, theirs: Any) -> FieldMerge:
    """The field merged; a paragraph that both changed is a clash, though its words could be put together."""
    merge = text_merge.merge_value(name, was, mine, theirs)
    if name != "body" or merge.clash or theirs == was or mine in (was, theirs):
        return merge
    written = (text_merge.body_elements(text_merge.as_editor_writes(html)) for html in (was, mine, theirs))
    places = text_merge.base_stretches(*written, fine=True)
    taken = [(place, place.taken_or_both) for place in places]
    if all(blocks is not None for _place, blocks in taken):
        return merge
    sides = [(place.mine, place.theirs) if blocks is None else (blocks, blocks) for place, blocks in taken]
    with_mine, with_theirs = ("".join("".join(part) for part in side) for side in zip(*sides, strict=True))
    return FieldMerge(with_mine, with_theirs, clash=True)


def _is_same(name: str, one: Any, other: Any) -> bool:
    if name == "body":
        return text_merge.as_editor_writes(one) == text_merge.as_editor_writes(other)
    return bool(one == other)


def _repeats_since(edition: Edition, before: list[Edition]) -> datetime | None:
    """Since when readers have, word for word, what ``edition`` says when it takes over; None if it changes anything."""
    last = before[-1] if before else None
    if last is None or last.live_until != edition.live_from or shared_values(last) != shared_values(edition):
        return None
    was, will_be = _said_by_each([last, edition])
    return last.has_since if was == will_be else None


def _plans(edition: Edition, before: list[Edition]) -> list[str]:
    """What readers were told besides the text, and ``edition`` takes back: that it ends, or why it was withdrawn."""
    if not before:
        return []
    last, decided = before[-1], edition.decided_at
    if last.withdrawn_reason:
        put_in = edition.based_at if edition.based_at and edition.based_at > edition.cut_at else None
        weighed = max(filter(None, [decided, put_in]), default=None)
        return [] if weighed and weighed >= last.live_until else [REASON]
    brings_back = not edition.took_over and edition.cut_at < last.live_until <= edition.live_from
    return [END] if brings_back and not decided else []
