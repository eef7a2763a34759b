"""The preview of a merge: what it would change, counted up to a bound, for an archive of any size."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.desk.merges.moving import BLANKS
from articles.desk.merges.places import PLACES, kind_of
from articles.models import (
    Article,
    Edition,
    EditionByline,
    EditionSection,
    EditionTag,
    FormerAddress,
    Merge,
    Placement,
    Redirect,
)
from articles.models.redirect import path_of

MOST_COUNTED = 1_000  # of the newest; the rest is not counted
ROWS: dict[str, tuple[Any, str]] = {
    Merge.Kind.TAG: (EditionTag, "tag"),
    Merge.Kind.AUTHOR: (EditionByline, "author"),
    Merge.Kind.SECTION: (EditionSection, "section"),
}


@dataclass(frozen=True)
class ChangeLine:
    """One kind of thing that changes, how many there are (as text), and what becomes of it."""

    what: str
    count: str
    becomes: str


def merge_changes(gone: Any, stays: Any, *, gives_rights: bool = False) -> list[ChangeLine]:
    """Return all that changes for readers, for the desk and in addresses when ``gone`` is merged into ``stays``."""
    kind = kind_of(gone)
    lines = [*_stories(kind, gone, stays), *_places(kind, gone), *_addresses(gone, stays)]
    if kind == Merge.Kind.AUTHOR:
        lines += _of_author(gone, stays)
    if kind == Merge.Kind.SECTION:
        lines += _of_section(gone, stays, gives_rights)
    return [line for line in lines if line.count != "0" or line is lines[0]]


def _stories(kind: Merge.Kind, gone: Any, stays: Any) -> list[ChangeLine]:
    names = {"gone": str(gone), "stays": str(stays)}
    live, both, coming, past = _of_editions(kind, gone, stays)
    now_under = _("readers see “%(stays)s” at once; text, times and order stay.") % names
    revisions_text = _("are found under “%(stays)s”. Saves and the log go on naming “%(gone)s”.") % names
    return [
        ChangeLine(_("Live articles"), live, now_under),
        ChangeLine(_("of these under both"), both, _("stand under “%(stays)s” once.") % names),
        ChangeLine(_("Scheduled editions"), coming, _("go live with “%(stays)s”, when they were to.") % names),
        ChangeLine(
            _("Drafts, changes not published"), _drafts(kind, gone), _("say “%(stays)s”; what is typed stays.") % names
        ),
        ChangeLine(_("Earlier editions"), past, revisions_text),
    ]


def _of_editions(kind: Merge.Kind, gone: Any, stays: Any) -> list[str]:
    """Return how many editions are live, live under both, scheduled, and past: of the newest, in one query."""
    at, rows, column = timezone.now(), *ROWS[kind]
    newest = rows.objects.filter(**{column: gone}).order_by("-published_at").values("edition")[: MOST_COUNTED + 1]
    also = Exists(rows.objects.filter(**{column: stays}, edition=OuterRef("pk")))
    live = Q(live_from__lte=at, live_until__gt=at)
    conditions: dict[str, Any] = {
        "live": live,
        "both": live & also,
        "coming": Q(live_from__gt=at),
        "past": Q(live_until__lte=at),
    }
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    counted = Edition.objects.filter(pk__in=newest).order_by().aggregate(all=Count("pk"), **counts)
    return [_count_text(counted[name], counted["all"]) for name in conditions]


def _drafts(kind: Merge.Kind, gone: Any) -> str:
    """Return how many of the newest working copies differ from every edition."""
    place = next(merge_place for merge_place in PLACES[kind] if merge_place.article)
    newest = place.rows.filter(**{place.column: gone.pk}).order_by(place.newest)[: MOST_COUNTED + 1]
    under_way = ~Q(stage=Article.Stage.PUBLISHED) & Q(trashed_at=None)
    rows = Article.objects.filter(pk__in=newest.values(place.article)).order_by()
    counted = rows.aggregate(all=Count("pk"), drafts=Count("pk", filter=under_way))
    return _count_text(counted["drafts"], counted["all"])


def _count_text(count: int, of: int) -> str:
    if of <= MOST_COUNTED:
        return str(count)
    return _("%(count)d of the newest %(most)d") % {"count": min(count, MOST_COUNTED), "most": MOST_COUNTED}


def _places(kind: Merge.Kind, gone: Any) -> list[ChangeLine]:
    """Return lines on placements; they are few, as each is in force or has an end."""
    rows, column = ROWS[kind]
    stands = {"edition__article": OuterRef("article"), "edition__live_until__gt": timezone.now()}
    carries = rows.objects.filter(**{column: gone}, **stands)
    places = Placement.objects.filter(Exists(carries), ends_at__gt=timezone.now()).order_by()
    if kind == Merge.Kind.SECTION:
        places = places.exclude(section=gone)
    front, boards = places.filter(section=None), places.exclude(section=None)
    stay = _("stay where they are.")
    return [
        ChangeLine(_("Places on the front page"), _count(front), stay),
        ChangeLine(_("Places on tops of sections"), _count(boards), stay),
    ]


def _addresses(gone: Any, stays: Any) -> list[ChangeLine]:
    old, new = path_of(gone), path_of(stays)
    former = FormerAddress.objects.filter(kind=kind_of(gone), row=gone.pk)
    redirects = Redirect.objects.filter(target__startswith=old.rstrip("/"))
    ways, of_section = {"old": old, "new": new}, kind_of(gone) == Merge.Kind.SECTION
    to_new = _("leads to %(new)s for good.") % ways
    return [
        ChangeLine(
            _("Page"), old, _("leads to %(new)s for good, and so do its months.") % ways if of_section else to_new
        ),
        ChangeLine(
            _("Feeds"), "RSS, Atom, JSON", _("of %(old)s lead to those of %(new)s: who follows them goes on.") % ways
        ),
        ChangeLine(_("Earlier addresses"), _count(former), _("lead to %(new)s in one step.") % ways),
        ChangeLine(_("Redirects that lead here"), _count(redirects), _("go on to %(new)s.") % ways),
    ]


def _of_author(gone: Any, stays: Any) -> list[ChangeLine]:
    lines = []
    names = {"gone": str(gone), "stays": str(stays), "login": gone.user and gone.user.get_username()}
    if gone.picture_id and not stays.picture_id:
        lines.append(ChangeLine(_("Portrait"), "1", _("is that of “%(stays)s” from now on.") % names))
    elif gone.picture_id:
        lines.append(ChangeLine(_("Portrait"), "1", _("is no longer shown; it stays in the library.")))
    filled = [field.verbose_name for field in gone._meta.concrete_fields if field.attname in BLANKS[:3]
              and getattr(gone, field.attname) and not getattr(stays, field.attname)]  # fmt: skip
    if filled:
        text = _("“%(stays)s” has none and takes them over.") % names
        lines.append(ChangeLine(", ".join(str(name) for name in filled).capitalize(), str(len(filled)), text))
    if gone.user_id and not stays.user_id:
        lines.append(
            ChangeLine(
                _("Login"), gone.user.get_username(), _("writes as “%(stays)s”, and edits what carries it.") % names
            )
        )
    elif gone.user_id:
        text = _(
            "has no byline any more: “%(stays)s” is another login’s. Drafts begun by it or assigned to it stay its own."
        )
        lines.append(ChangeLine(_("Login"), gone.user.get_username(), text % names))
    return lines


def _of_section(gone: Any, stays: Any, gives_rights: bool) -> list[ChangeLine]:
    names = {"gone": str(gone), "stays": str(stays)}
    children = list(gone.children.values_list("name", flat=True)[:50])
    new = set(gone.editors.all()) - set(stays.editors.all())
    people = ", ".join(sorted(user.get_full_name() or user.get_username() for user in new))
    rights = _("edit “%(stays)s” from now on.") if gives_rights else _("do not edit these articles any more.")
    text = _("are removed; those of “%(stays)s” hold.") % names
    lines = [
        ChangeLine(_("Places on its own top"), _count(gone.placements.filter(ends_at__gt=timezone.now())), text),
        ChangeLine(_("Its own checks"), _count(gone.check_rules.all()), text),
    ]
    if new:
        lines.append(ChangeLine(_("Editors of “%(gone)s” alone") % names, people, rights % names))
    if children:
        text = _("lie within “%(stays)s”; their addresses lead to the new ones.") % names
        lines.append(ChangeLine(_("Sections within"), ", ".join(children), text))
    if gone.kind != stays.kind:
        text = _("the one is a %(one)s, the other a %(other)s: pages of a country and a theme together change.")
        kinds = {"one": gone.get_kind_display(), "other": stays.get_kind_display()}
        lines.append(ChangeLine(_("Kinds"), "2", text % kinds))
    return lines


def _count(rows: QuerySet) -> str:
    number = rows.order_by()[: MOST_COUNTED + 1].count()
    return str(number) if number <= MOST_COUNTED else _("more than %(most)d") % {"most": MOST_COUNTED}
