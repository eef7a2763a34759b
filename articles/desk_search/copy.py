"""The row of a working copy in the desk's search index."""

from dataclasses import dataclass

from articles.models import Article, Note
from articles.models.copy import UNREAD, texts_by_field
from articles.search.row import tidy_line, word_beginnings, words

MOST_NOTES = 200  # of an article; the newest


@dataclass(frozen=True)
class Words:
    """The words of a working copy and its notes, folded; ``note`` is the newest note that is included."""

    pk: int
    language: str
    version: int
    note: int
    headline: str
    standfirst: str
    text: str
    notes: str


def words_of(articles: list[Article]) -> list[Words]:
    """Return the rows of ``articles``; their notes are read in one query."""
    notes: dict[int, list[tuple[int, str]]] = {article.pk: [] for article in articles}
    rows = Note.objects.filter(article__in=notes).order_by("-pk").values_list("article", "pk", "text")
    for article, pk, text in rows:
        notes[article].append((pk, text))
    return [_words(article, notes[article.pk][:MOST_NOTES]) for article in articles]


def form_text_of(article: Article) -> str:
    """Return all the text on an article's page except headline and standfirst: the body first."""
    elsewhere = {"headline", "standfirst", *UNREAD}
    texts = {name: text for name, text in texts_by_field(article).items() if name not in elsewhere}
    return tidy_line("\n".join(filter(None, [texts.pop("body"), *texts.values()])))


def _words(article: Article, notes: list[tuple[int, str]]) -> Words:
    texts = [article.headline, article.standfirst, form_text_of(article), "\n".join(text for _pk, text in notes)]
    headline, standfirst, text, note_words = (_folded(part, article.language) for part in texts)
    newest = notes[0][0] if notes else 0
    return Words(article.pk, article.language, article.version, newest, headline, standfirst, text, note_words)


def _folded(text: str, language: str) -> str:
    """Return the words of ``text`` as they are compared, and their beginnings where there is no stemmer."""
    text = tidy_line(text)
    return " ".join([*words(text), *word_beginnings(text, language)])
