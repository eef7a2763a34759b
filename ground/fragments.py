"""Pieces of pages that are the same on many pages until something changes: the masthead, a card, an author.

They are kept with the frame of readers' pages and thrown away with it, so a piece is as new as the page around it.
Where nothing is kept (the desk, its previews, another time than now) each piece is made for the asking.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Piece = TypeVar("Piece")


class Pieces:
    """The ``most`` pieces used last."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._pieces: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        with self._lock:
            found = self._pieces.get(key)
            if found is not None:
                self._pieces.move_to_end(key)
            return found

    def put(self, key: Hashable, piece: Any) -> None:
        with self._lock:
            self._pieces[key] = piece
            while len(self._pieces) > self.most:
                self._pieces.popitem(last=False)


_now: ContextVar[Pieces | None] = ContextVar("pieces of this page", default=None)


@contextmanager
def keeping(pieces: Pieces | None) -> Iterator[None]:
    """Have pieces found in, and put into, ``pieces``; None: each is made."""
    before = _now.set(pieces)
    try:
        yield
    finally:
        _now.reset(before)


def piece(key: Hashable, make: Callable[[], Piece]) -> Piece:
    """The piece called ``key``, made if nobody has it. Whatever it shows must be in the key, or change the frame."""
    pieces = _now.get()
    if pieces is None:
        return make()
    found = pieces.get(key)
    if found is None:
        found = make()
        pieces.put(key, found)
    return found


def things(kind: str, keys: Iterable[int], load: Callable[[list[int]], Iterable[Any]]) -> dict[int, Any]:
    """Rows of one ``kind`` by their keys: those that are kept, and what ``load`` finds of the others."""
    pieces = _now.get()
    if pieces is None:
        return {thing.pk: thing for thing in load(list(keys))}
    found = {key: thing for key in keys if (thing := pieces.get((kind, key)))}
    if missing := [key for key in keys if key not in found]:
        for thing in load(missing):
            found[thing.pk] = thing
            pieces.put((kind, thing.pk), thing)
    return found
