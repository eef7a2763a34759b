"""The stores of pages: in the memory of each process, and in one that its neighbours share.

Processes of one machine share files, several machines share Redis. A stored page may be outdated; whoever reads it
checks that.
"""

import logging
import os
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from django.conf import settings

from newsroom.serving import generation, redis_client
from newsroom.serving.pagecache.page import Page

logger = logging.getLogger(__name__)
FOR_FILES = 8  # times the limit of one memory
LOOK = 200  # writes between two checks of the files' size
REMEMBERED = 7 * 24 * 3600  # seconds that Redis keeps a page for the case that it can't be rendered


class Store(Protocol):
    """A store that neighbours share."""

    def get(self, name: str) -> Page | None: ...

    def put(self, name: str, page: Page) -> None: ...

    def size(self) -> int: ...


class Memory:
    """The pages used last, up to ``most`` bytes."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._pages: OrderedDict[str, tuple[Page, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> Page | None:
        with self._lock:
            entry = self._pages.get(name)
            if entry is None:
                return None
            self._pages.move_to_end(name)
            page, counted = entry
            if page.size != counted:  # it was requested in another coding since
                self._count(name, page, counted)
            return page

    def put(self, name: str, page: Page) -> None:
        with self._lock:
            self._count(name, page, self._pages.pop(name, (None, 0))[1])

    def _count(self, name: str, page: Page, counted: int) -> None:
        self._pages[name] = (page, page.size)
        self.size += page.size - counted
        while self.size > self.most and len(self._pages) > 1:
            self.size -= self._pages.popitem(last=False)[1][1]

    def __len__(self) -> int:
        return len(self._pages)


class Files:
    """A file for each page, for the processes of one machine; the oldest are deleted above ``most`` bytes."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most = folder, most
        self._writes = 0

    def get(self, name: str) -> Page | None:
        try:
            return Page.unpack(self._path(name).read_bytes())
        except (OSError, TypeError, ValueError):  # missing, or not whole
            return None

    def put(self, name: str, page: Page) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        fresh.write_bytes(page.pack())
        fresh.replace(path)
        self._writes += 1
        if self._writes % LOOK == 1:
            self._make_room()

    def size(self) -> int:
        return sum(size for _time, size, _path in self._all())

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def _all(self) -> list[tuple[float, int, str]]:
        entries = []
        for part in self.folder.glob("*"):
            with suppress(OSError), os.scandir(part) as files:
                for file in files:
                    with suppress(OSError):
                        about = file.stat()
                        entries.append((about.st_mtime, about.st_size, file.path))
        return entries

    def _make_room(self) -> None:
        files = sorted(self._all())
        total = sum(size for _time, size, _path in files)
        for _time, size, path in files:
            if total <= self.most:
                return
            with suppress(OSError):
                os.unlink(path)
            total -= size


class Redis:
    """A value for each page, for all machines. Redis itself must be configured with a limit (maxmemory)."""

    def get(self, name: str) -> Page | None:
        if not self._is_there():
            return None
        try:
            packed = redis_client.client_of_paper().get(f"newsroom:page:{name}")
            return packed and Page.unpack(packed)
        except Exception:  # whatever the driver raises: the page is rendered
            return None

    def put(self, name: str, page: Page) -> None:
        if self._is_there():
            redis_client.client_of_paper().set(f"newsroom:page:{name}", page.pack(), ex=REMEMBERED)

    def size(self) -> int:
        return int(redis_client.client_of_paper().info("memory")["used_memory"])

    def _is_there(self) -> bool:
        """Return whether Redis answered a moment ago, so that nobody waits for one that hangs."""
        return generation.is_heard()


def shared_store() -> Store:
    """Return the store that this paper's processes share."""
    if settings.REDIS_URL:
        return Redis()
    return Files(settings.VAR_DIR / "cache" / "pages", settings.PAGE_CACHE_BYTES * FOR_FILES)
