"""Fragments of pages, the same on many pages until something changes: the masthead, a card, an author.

They are cached with the frame of readers' pages and dropped with it, so a fragment is as new as the page around it.
Where nothing is cached (the desk, its previews, another time than now) each fragment is made when it is needed.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Fragment = TypeVar("Fragment")


class FragmentCache:
    """A cache of the ``most`` fragments used last."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._fragments: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        with self._lock:
            fragment = self._fragments.get(key)
            if fragment is not None:
                self._fragments.move_to_end(key)
            return fragment

    def put(self, key: Hashable, fragment: Any) -> None:
        with self._lock:
            self._fragments[key] = fragment
            while len(self._fragments) > self.most:
                self._fragments.popitem(last=False)


_current: ContextVar[FragmentCache | None] = ContextVar("fragments of this page", default=None)


@contextmanager
def use_cache(cache: FragmentCache | None) -> Iterator[None]:
    """Cache the fragments made within this context in ``cache``; with None, cache none."""
    before = _current.set(cache)
    try:
        yield
    finally:
        _current.reset(before)


def get_fragment(key: Hashable, make: Callable[[], Fragment]) -> Fragment:
    """Return the fragment of ``key``, from the cache or by ``make``.

    Whatever the fragment shows must be part of the key, or its change must renew the frame.
    """
    cache = _current.get()
    if cache is None:
        return make()
    fragment = cache.get(key)
    if fragment is None:
        fragment = make()
        cache.put(key, fragment)
    return fragment


def get_rows(kind: str, keys: Iterable[int], load: Callable[[list[int]], Iterable[Any]]) -> dict[int, Any]:
    """Return the rows of one ``kind`` by their ``keys``, from the cache; ``load`` reads those it does not have."""
    cache = _current.get()
    if cache is None:
        return {row.pk: row for row in load(list(keys))}
    rows = {key: row for key in keys if (row := cache.get((kind, key)))}
    if missing := [key for key in keys if key not in rows]:
        for row in load(missing):
            rows[row.pk] = row
            cache.put((kind, row.pk), row)
    return rows
