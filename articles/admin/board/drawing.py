"""The board for its template: the edition in each slot, and the placements at other times."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.forms import Form
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.admin import pictures
from articles.admin.article.listing import section_name
from articles.admin.board import candidates
from articles.admin.board.form import row_form_of
from articles.admin.board.state import BoardState
from articles.admin.times import short, time_with_zone, zone
from articles.desk import boards, roles
from articles.models import Alert, Article, Edition, Image, Section
from articles.public import curation
from ground.times import FOR_EVER

SAVES = 8
ALERTS = 5
SECTIONS = 300
COLUMNS = 3
SHAPES = {1: "wide"}  # the crop of a slot's picture; "card" for others


@dataclass
class PlacementRow:
    """One placement of the arrangement."""

    number: int
    placing: boards.Placing
    form: Form
    title: str
    address: str  # of the article on the desk
    span: str
    note: str = ""
    is_new: bool = False
    is_first: bool = False
    is_last: bool = False

    @property
    def is_open(self) -> bool:
        return bool(self.form.errors)


@dataclass
class SlotPlace:
    """A slot: the edition that readers will see, placed (``row``) or automatic, and placements at other times."""

    slot: int
    name: str
    look: str
    edition: Edition | None
    picture: str = ""
    row: PlacementRow | None = None
    others: list[PlacementRow] = field(default_factory=list)


def board_context(state: BoardState, user: User) -> dict[str, Any]:
    """Return the context of the template."""
    plan = state.plan()
    _load_images(plan)
    standing = boards.rows_standing(plan.after, state.at)
    if state.section:
        slots = curation.section_slots(state.section, state.at, standing)
    else:
        slots = curation.front_page_at(state.at, placements=standing).slots
    slots = slots[: state.slots]
    titles = _Titles(state)
    saves = list(boards.saves(state.section)[:SAVES])
    public = state.section.get_absolute_url() if state.section else "/"
    alerts = list(Alert.objects.not_over(state.now))
    return {
        "state": state,
        "may": state.may,
        "zone": zone(),
        "places": _places(state, plan, standing, slots, titles),
        "candidates": candidates.candidates_found(state, _pinned(standing)) if state.may else [],
        "slot_choices": [(slot, boards.slot_name(slot)) for slot in range(1, state.slots + 1)],
        "numbers": range(1, boards.most_slots(state.section) + 1),
        "columns_of": -(-state.slots // COLUMNS),
        "unsaved": _unsaved(state, plan, titles),
        "saves": saves,
        "newest_save": saves[0].pk if saves else 0,
        "alerts": alerts[:ALERTS],
        "alert_shown": next((alert for alert in reversed(alerts) if alert.starts_at <= state.now), None),
        "may_alert": user.has_perm("articles.change_alert"),
        "sections": [(section.pk, section_name(section)) for section in _sections(user)],
        "public": public if state.is_now else f"{public}?at={state.at_typed}",
        "shown_for": time_with_zone(state.at),
    }


def _pinned(standing):
    """Return the places of articles by name; the placement in front counts."""
    return {placement.article_id: boards.slot_name(placement.slot) for placement in reversed(standing)}


def _sections(user):
    """Return all sections, those that ``user`` may arrange first."""
    sections = list(Section.objects.with_parent()[:SECTIONS])
    return sorted(sections, key=lambda section: not roles.may_curate(user, section))


def _load_images(plan):
    """Load the pictures of placements, in one query."""
    new = [planned.placement for planned in plan.add if planned.placement.image_id]
    images = Image.objects.in_bulk({placement.image_id for placement in new}) if new else {}
    for placement in new:
        placement.image = images.get(placement.image_id)


class _Titles:
    """Headlines and times of the arrangement's articles, in two queries."""

    def __init__(self, state):
        articles = {row.article_id for row in state.rows} | {row.article_id for row in state.stored}
        self.desk = dict(Article.objects.filter(pk__in=articles).values_list("pk", "headline"))
        self.spans = defaultdict(list)
        rows = Edition.objects.filter(article__in=articles, live_until__gt=state.now).order_by("live_from")
        for article, headline, start, end in rows.values_list("article_id", "headline", "live_from", "live_until"):
            self.spans[article].append((start, end, headline))

    def of(self, article, at):
        """Return the headline that readers see at ``at``, or will see first; else the desk's."""
        spans = self.spans[article]
        now = [headline for start, end, headline in spans if start <= at < end]
        return next(iter(now or [headline for _start, _end, headline in spans]), self.desk.get(article, "?"))

    def absence(self, article, at):
        """Return why the article is not live at ``at``; "" if it is."""
        if any(start <= at < end for start, end, _headline in self.spans[article]):
            return ""
        later = [start for start, _end, _headline in self.spans[article] if start > at]
        if later:
            return _("Not live then: it will show from %(time)s.") % {"time": short(later[0])}
        return _("Readers don’t see this article any more, so the place fills itself.")


def _places(state, plan, standing, slots, titles):
    """Return every slot with its rows, those for other times in order."""
    row_of, placed_here = plan.rows(), {}
    for edition in slots:
        if edition and edition.here:
            placed_here[row_of[id(edition.here)]] = edition.here
    stands = {row_of[id(placement)] for placement in standing if id(placement) in row_of}
    places = [_place(state, slot, edition) for slot, edition in enumerate(slots, start=1)]
    by_slot = defaultdict(list)
    last = len(slots)
    for number, placing in enumerate(state.rows):
        row = _row(state, number, placing, titles)
        place = places[min(max(placing.slot, 1), last) - 1]
        row.is_first, row.is_last = place.slot == 1, place.slot == last
        if number in placed_here:
            place.row = row
        else:
            row.note = _why_not_shown(state, placing, titles, is_standing=number in stands)
            by_slot[place.slot].append(row)
    for place in places:
        place.others = sorted(by_slot[place.slot], key=lambda row: row.placing.starts_at or state.now)
    return places


def _place(state, slot, edition):
    look = "lead" if slot == 1 else "second" if slot <= 1 + len(curation.WITH_LEAD) + curation.SECONDS else "line"
    place = SlotPlace(slot, boards.slot_name(slot), look, edition)
    if edition and edition.image_here and look != "line":
        place.picture = pictures.picture_address(edition.image_here, edition.crop_here or SHAPES.get(slot, "card"))
    return place


def _row(state, number, placing, titles):
    return PlacementRow(
        number=number,
        placing=placing,
        form=state.forms[number] if state.forms else row_form_of(number, placing, state.slots),
        title=placing.headline or titles.of(placing.article_id, max(state.at, placing.starts_at or state.at)),
        address=f"../../article/{placing.article_id}/change/",
        span=_span(state, placing),
        is_new=placing.pk is None,
    )


def _span(state, placing):
    """Return the span of a placement, in words."""
    if placing.starts_at is None or (placing.starts_at <= state.now and placing.pk is None):
        start = _("from the save on")
    elif placing.starts_at <= state.now:
        start = _("since %(time)s") % {"time": short(placing.starts_at)}
    else:
        start = _("from %(time)s") % {"time": short(placing.starts_at)}
    end = _("until further notice") if placing.ends_at == FOR_EVER else _("until %(time)s")
    return f"{start}, {end % {'time': short(placing.ends_at)} if '%' in end else end}"


def _why_not_shown(state, placing, titles, *, is_standing):
    start = placing.starts_at or state.now
    if placing.ends_at <= state.at:
        return _("Before: until %(time)s") % {"time": short(placing.ends_at)}
    if start > state.at:
        return _("Then, from %(time)s") % {"time": short(start)}
    if absence := titles.absence(placing.article_id, state.at):
        return absence
    return _("Behind what started later") if is_standing else ""


def _unsaved(state, plan, titles):
    """Return what saving would change, in words."""
    if not state.may:
        return []
    fewer = [boards.describe_slots(state.had, state.slots)] if state.slots != state.had else []
    if not plan:
        return fewer
    names = {article: titles.of(article, state.at) for article in titles.desk}
    zone = timezone.get_current_timezone()
    return [*fewer, *boards.describe_differences(state.stored, plan.after, names, state.now, zone)]
