"""Notes that the desk, and readers of preview links, left on an article."""

from articles.models import Article, Note

SHOWN = 20


def newest_notes(article: Article | None) -> list[Note]:
    """Return the newest notes of ``article``, with who left each and who ticked it off, in one query."""
    if article is None or article.pk is None:
        return []
    return list(article.notes.select_related("by", "done_by")[:SHOWN])
