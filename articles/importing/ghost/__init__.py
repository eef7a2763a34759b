"""Ghost's export: posts, pages, tags and authors of a JSON file, and the two formats of its editors, Lexical and
Mobiledoc.
"""

from articles.importing.ghost.lexical import convert_lexical
from articles.importing.ghost.mobiledoc import convert_mobiledoc
from articles.importing.ghost.reading import read_ghost

__all__ = ["convert_lexical", "convert_mobiledoc", "read_ghost"]
