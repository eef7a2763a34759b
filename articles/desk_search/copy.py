"""What is kept of a working copy to find it by."""

from dataclasses import dataclass

from articles.body.markup import plain_text
from articles.models import Article, Note
from articles.search.row import tidy_line, word_beginnings, words

MOST_NOTES = 200  # of an article; the newest


@dataclass(frozen=True)
class Words:
    """The words of a working copy and its notes, folded; the newest note says which were read."""

    pk: int
    language: str
    version: int
    note: int
    headline: str
    standfirst: str
    text: str
    notes: str


def words_of(articles: list[Article]) -> list[Words]:
    """What is kept of ``articles``; their notes are read in one query."""
    notes: dict[int, list[tuple[int, str]]] = {article.pk: [] for article in articles}
    rows = Note.objects.filter(article__in=notes).order_by("-pk").values_list("article", "pk", "text")
    for article, pk, text in rows:
        notes[article].append((pk, text))
    return [_words(article, notes[article.pk][:MOST_NOTES]) for article in articles]


def form_text_of(article: Article) -> str:
    """All the text that stands in an article's form but its headline and standfirst: the body first."""
    dated = [one["text"] for one in article.dated_corrections]
    parts = [plain_text(article.body), article.lead_caption, article.kicker, article.dateline]
    return tidy_line("\n".join(filter(None, [*parts, *dated, article.corrections])))


def _words(article: Article, notes: list[tuple[int, str]]) -> Words:
    texts = [article.headline, article.standfirst, form_text_of(article), "\n".join(text for _pk, text in notes)]
    headline, standfirst, text, said = (_folded(one, article.language) for one in texts)
    newest = notes[0][0] if notes else 0
    return Words(article.pk, article.language, article.version, newest, headline, standfirst, text, said)


def _folded(text: str, language: str) -> str:
    """The words of ``text`` as they are compared; where there are no stems also what they begin with."""
    text = tidy_line(text)
    return " ".join([*words(text), *word_beginnings(text, language)])
