"""The actions of the board's buttons on the arrangement; nothing is stored."""

from django.utils.translation import gettext as _

from articles.admin.lists import number_in_address
from articles.desk import boards
from articles.models import Article


def take_board_action(state, action, data):
    """Apply ``action``, like ``up:3`` or ``place:17``; an invalid one gets a message."""
    verb, *numbers = action.split(":")
    numbers = [number_in_address(text) for text in numbers]
    act = ACTIONS.get(verb)
    if act is None or not numbers:
        state.problems.append(_("The board does not know this step. Load it again."))
        return
    places = _places(state)
    if verb == "place":
        slot = numbers[1] if len(numbers) > 1 else number_in_address(data.get(f"to-{numbers[0]}"))
        _place(state, places, numbers[0], slot)
    elif numbers[0] >= len(state.rows):
        state.problems.append(_("This placement is no longer on the board. Load it again."))
    else:
        act(state, places, *numbers[:2])


def _places(state):
    """Return the row in each slot at the time shown."""
    plan = state.plan()
    row_of = plan.rows()
    places: dict[int, int] = {}
    for placement in boards.rows_standing(plan.after, state.at):
        if id(placement) in row_of:
            places.setdefault(placement.slot, row_of[id(placement)])
    return places


def _up(state, places, row, _slot=0):
    _to(state, places, row, state.rows[row].slot - 1)


def _down(state, places, row, _slot=0):
    _to(state, places, row, state.rows[row].slot + 1)


def _to(state, places, row, slot=0):
    """Move a row to ``slot``."""
    if not 1 <= slot <= state.slots:
        state.said = _("There is no further place that way.")
    elif state.rows[row].slot != slot:
        _put(state, places, row, slot)
        state.said = _("“%(title)s” moved: %(slot)s.") % _words(state.rows[row])


def _place(state, places, article, slot):
    """Place an article in ``slot``; one that is on the board already is moved."""
    if not 1 <= slot <= state.slots:
        state.problems.append(_("Choose a place for the article."))
        return
    if not Article.objects.filter(pk=article).exists():
        state.problems.append(_("This article is gone."))
        return
    placed_row = next((row for row in places.values() if state.rows[row].article_id == article), None)
    if placed_row is not None:
        _to(state, places, placed_row, slot)
        return
    new = boards.Placing(slot=slot, article_id=article, starts_at=None if state.is_now else state.at)
    state.said = _("“%(title)s” placed: %(slot)s.") % _words(new)
    _put(state, places, new, slot)


def _put(state, places, moving, slot):
    before = list(state.rows)
    rows, dropped = boards.put_row(before, places, moving, slot, state.slots)
    state.rows = boards.arrangement_from(before, rows, state.at, state.now)
    if dropped is not None:
        state.rows = boards.remove_row(state.rows, dropped, state.at, state.now)


def _remove(state, places, row, _slot=0):
    state.said = _("“%(title)s” removed: %(slot)s fills itself.") % _words(state.rows[row])
    state.rows = boards.remove_row(state.rows, row, state.at, state.now)


def _words(placing):
    title = Article.objects.filter(pk=placing.article_id).values_list("headline", flat=True).first()
    return {"title": placing.headline or title or placing.article_id, "slot": boards.slot_name(placing.slot)}


ACTIONS = {"up": _up, "down": _down, "to": _to, "remove": _remove, "place": _place}
