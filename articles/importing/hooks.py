"""What a paper adds to an import in some lines of Python of its own: shortcodes, and changes of stories and authors.

The file is named by ``--hooks`` and may have any of three names: ``shortcodes``, functions by name, which get the
attributes and the inner text and return HTML; ``change_story`` and ``change_author``, which get an item and return it,
perhaps changed (``dataclasses.replace``), or None to leave it out.
"""

import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from articles.importing.items import ReadingError, SourceAuthor, SourceStory

NAMES = {"shortcodes", "change_story", "change_author"}
Shortcode = Callable[[dict[str, str], str], str]


@dataclass(frozen=True)
class Hooks:
    """The functions of a file of hooks; without one nothing is changed."""

    shortcodes: dict[str, Shortcode] = field(default_factory=dict)
    change_story: Callable[[SourceStory], SourceStory | None] = lambda item: item
    change_author: Callable[[SourceAuthor], SourceAuthor | None] = lambda item: item


def load_hooks(path: str) -> Hooks:
    """Return the hooks of a file of Python, which an operator wrote; raise ``ReadingError`` if it can't be used."""
    if not path:
        return Hooks()
    try:
        names: dict[str, Any] = runpy.run_path(path)
    except OSError as error:
        raise ReadingError(_("The hooks can't be read: %(error)s") % {"error": error}) from None
    except Exception as error:  # whatever the file's own code raises
        message = _("The hooks in “%(path)s” fail at once: %(error)s")
        raise ReadingError(message % {"path": path, "error": f"{type(error).__name__}: {error}"}) from error
    chosen = {name: value for name, value in names.items() if name in NAMES}
    if not chosen:
        message = _("“%(path)s” has no hook. A hook is called %(names)s.")
        raise ReadingError(message % {"path": path, "names": ", ".join(sorted(NAMES))})
    return Hooks(**chosen)
