"""Documents of Word: one .docx is one story, with its pictures, footnotes, tables and comments.

``package`` opens the archive, ``styles`` and ``numbering`` say what a paragraph is, ``lines`` reads what stands within
one, ``blocks`` puts the body together, ``reading`` makes the story.
"""

from articles.importing.documents.package import document_media
from articles.importing.documents.reading import read_document

__all__ = ["document_media", "read_document"]
