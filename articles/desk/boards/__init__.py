"""The boards: the placements of the front page and of sections' tops, saved as a whole, never silently over another
save.

``plan`` compares a new arrangement with the stored placements, ``saving`` stores it, ``wording`` describes it.
"""

from articles.desk.boards.plan import (
    Placing,
    Plan,
    arrangement_from,
    most_slots,
    plan,
    put_row,
    remove_row,
    rows_standing,
    slots_of,
)
from articles.desk.boards.saving import (
    BoardError,
    BoardMovedError,
    last_save,
    load,
    lock_boards,
    record,
    roll_back,
    save,
    saves,
)
from articles.desk.boards.wording import describe_differences, describe_slots, slot_name

__all__ = [
    "BoardError",
    "BoardMovedError",
    "Placing",
    "Plan",
    "arrangement_from",
    "describe_differences",
    "describe_slots",
    "last_save",
    "load",
    "lock_boards",
    "most_slots",
    "plan",
    "put_row",
    "record",
    "remove_row",
    "roll_back",
    "rows_standing",
    "save",
    "saves",
    "slot_name",
    "slots_of",
]
