"""The history of a torture: a line of JSON for each thing that was asked and what became of it."""

import json
import threading
from pathlib import Path
from typing import Any

LISTS = {"/latest/", "/business/", "/feed/", "/news-sitemap.xml", "/search/?q=kurultai"}  # with every live article
PARTS = {"Kurultai", "Standfirst", "Text"}  # the words that every article's own page has


class History:
    """Lines of a file, and of this process's memory; any thread may write."""

    def __init__(self, path: Path) -> None:
        self.path, self.lines = path, []
        self._lock, self._file = threading.Lock(), path.open("w", buffering=1)

    def write(self, kind: str, **values: Any) -> dict[str, Any]:
        """Add a line of a ``kind``, and return it as it will be read again."""
        text = json.dumps({"kind": kind} | values)
        line = json.loads(text)
        with self._lock:
            self._file.write(text + "\n")
            self.lines.append(line)
        return line

    def close(self) -> None:
        self._file.close()
