"""Styles and scripts for browsers: every name has a digest of the content, also where a script imports one."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

KEPT = 30 * 24 * 3600  # seconds that a file stays after no release names it, for pages that are kept elsewhere
LISTS = "staticfiles-*.json"
CODINGS = {".br", ".gz"}  # endings of the compressed copies beside a file


class StaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, with digests in imports, so that a new script never runs with a browser's old modules.

    The files of all releases lie in one folder, as pages that are kept still name the old ones; each release has a list
    of its own, so that a process never looks up the names of another. What no list names any more is deleted when the
    next release is collected: a list counts while its release is there, and for ``KEPT`` seconds after.
    """

    manifest_name = f"staticfiles-{settings.BASE_DIR.name}.json"

    support_js_module_import_aggregation = True

    def post_process(self, *args: Any, **options: Any) -> Iterator[Any]:
        """Make the files with digests, and then delete what is too old."""
        yield from super().post_process(*args, **options)
        if not options.get("dry_run"):
            self._remove_unnamed()

    def save_manifest(self) -> None:
        """Write the list; the one before it stays, for pages of code that had the same name, as in containers."""
        path = Path(self.path(self.manifest_name))
        if path.exists() and _names_in(path) != _all_names(self.hashed_files):
            former = path.rename(path.with_name(f"{path.stem}-until-{time.time_ns()}.json"))
            os.utime(former)
        super().save_manifest()

    def _remove_unnamed(self) -> None:
        oldest, names_in_lists = time.time() - KEPT, set[str]()
        for path in Path(self.location).glob(LISTS):
            if (settings.BASE_DIR.parent / path.stem.removeprefix("staticfiles-")).exists():
                os.utime(path)  # so that it counts for a while when its release is gone
            if path.stat().st_mtime < oldest:
                path.unlink()
                continue
            try:
                names_in_lists |= _names_in(path) | {path.name}
            except ValueError:  # damaged, as by a full disk: nobody knows what that release names
                return
        for path in Path(self.location).rglob("*"):
            name = str(path.relative_to(self.location))
            plain = name.removesuffix(path.suffix) if path.suffix in CODINGS else name
            if path.is_file() and plain not in names_in_lists and path.stat().st_mtime < oldest:
                path.unlink()


def _names_in(path: Path) -> set[str]:
    return _all_names(json.loads(path.read_text())["paths"])


def _all_names(hashed_files: dict[str, str]) -> set[str]:
    """Return the names of files with and without a digest."""
    return {*hashed_files, *hashed_files.values()}


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise's middleware, to which a file that was deleted since the process began is one that is not there."""

    def __call__(self, request):
        try:
            return super().__call__(request)
        except FileNotFoundError:
            return self.get_response(request)
