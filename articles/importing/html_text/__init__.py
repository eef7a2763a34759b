"""HTML of any origin becomes the paper's own body HTML; no word of it is lost unless a finding says so.

``tree`` parses it, ``conversion`` walks through its elements, ``elements``, ``figures`` and ``tables`` write them,
``lines`` collects what is written; ``pictures`` and ``players`` know about addresses, ``notes`` about footnotes.
"""

from articles.importing.html_text.conversion import Conversion
from articles.importing.html_text.elements import HANDLERS
from articles.importing.items import ConvertedText, Surroundings


def convert_html(text: str, surroundings: Surroundings) -> ConvertedText:
    """Return HTML of any origin as the paper's own."""
    return Conversion(surroundings, HANDLERS).convert(text)


__all__ = ["HANDLERS", "convert_html"]
