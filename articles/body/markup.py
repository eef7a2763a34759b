"""The HTML a body may hold: what the editor offers, ``clean()`` that keeps to it, ``plain_text()`` of it.

Bodies are semantic: a picture is ``<figure data-image="42">`` (with ``data-apart``, not in one series with the one
before it: series.py), an embed ``<figure data-embed="address">``
(with a picture before it: ``data-poster="42"``),
a pull quote ``<aside data-pull-quote>`` (pull_quotes.py), a fact box ``<aside data-fact-box>``,
a rate ``<data data-rate="KGS/USD">`` (references.py), its chart ``<figure data-chart="KGS/USD 3m">`` (charts.py),
articles to read also ``<figure data-read-also="12 34">`` (picks.py),
a footnote ``<span data-footnote>`` (footnotes.py). Anything else is dropped.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape, unescape
from html.parser import HTMLParser

import nh3

from articles.body import charts, embeds, footnotes, pull_quotes
from ground.characters import normalise_html

BLOCKS = {"p", "h2", "h3", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td"}
FIGURES = {"figure", "figcaption", "aside"}
INLINE = {"strong", "em", "sub", "sup", "a", "br", "data", "span"}
ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "p": {"data-speaker"},
    "figure": {
        "data-image",
        "data-apart",
        "data-embed",
        "data-poster",
        "data-chart",
        "data-points",
        "data-source",
        "data-read-also",
    },
    "aside": {"data-pull-quote", "data-fact-box"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "data": {"data-rate", "data-form", "value"},
    "span": {"data-footnote"},
}
# A picture of its own, or the picture shown before an embed is played.
IMAGE = re.compile(r'<figure (?:data-apart="" )?(?:data-embed="[^"]*" )?data-(?:image|poster)="(\d{1,11})"')
LINK = re.compile(r'<a(?: [\w-]+="[^"]*")*? href="([^"]*)"')
NUMBERS = {"colspan": 20, "rowspan": 20, "start": 9999}  # the largest value of each; 1 is the default
SMALL = re.compile(r"[1-9]\d{0,3}\Z", re.ASCII)
RATE = re.compile(r"[A-Z]{3}/[A-Z]{3}\Z", re.ASCII)
FORM = re.compile(r"(?:turned-)?(?:pair|words|amount)(?:-dated)?\Z", re.ASCII)
SPEAKER = re.compile(r"(?:name|role)\Z")
NUMBERS_OF_ARTICLES = re.compile(r"[1-9][0-9]{0,9}(?: [1-9][0-9]{0,9}){0,4}\Z")
AMOUNT = re.compile(r"[0-9.]{1,40}\Z", re.ASCII)
PATTERNS = {
    "data-rate": RATE,
    "data-form": FORM,
    "data-source": charts.SOURCES,
    "value": AMOUNT,
    "data-speaker": SPEAKER,
    "data-read-also": NUMBERS_OF_ARTICLES,
}
SPACE = re.compile(r"\s")
ANY_TAG = re.compile(r"<[^>]*>")
WITHIN_WORDS = re.compile(r"</?(?:strong|em|sub|sup|a|data|span)\b[^>]*>")
SMALL_SIGNS = {  # Unicode's superscripts and subscripts: plain text writes 10⁶ and CO₂ with them
    "sup": str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ"),
    "sub": str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎"),
}
ROUNDS = 5
LONGEST = 300_000  # characters, a book chapter's worth of them
DEEPEST = 40  # elements within each other
LIGHT = 1000  # with up to so many tags cleaning is fast, however they nest
TAG = re.compile(r"""<(/?)([a-z][^\s/<>]*+)(?:[^<>"']|"[^"<>]*"|'[^'<>]*')*+>""", re.IGNORECASE)  # never looks back
SHALLOW = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot"}  # the next one closes the one before
SHALLOW |= {"br", "hr", "img", "input", "wbr", "col", "source", "embed", "link", "meta"}  # and those without content
RAW = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext", "select"}

# What the editor offers; names and options are django-prose-editor's and those of static/js/editor-extensions.js,
# which writes only what clean() keeps.
EDITOR = {
    "Bold": True,
    "Italic": True,
    "Superscript": True,
    "Subscript": True,
    "HardBreak": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False, "autolink": True, "defaultProtocol": "https"},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "NoSpellCheck": False,
    "TrailingNode": True,
    "LibraryImage": {"pickerUrl": "/admin/articles/image/picker/"},
    "Embed": {"lookUrl": "/admin/articles/embedprovider/look/", "pickerUrl": "/admin/articles/image/picker/"},
    "PullQuote": True,
    "FactBox": True,
    "ReadAlso": {"picksUrl": "/admin/articles/article/picks/"},
    "Rate": {"ratesUrl": "/admin/rates-in-texts/"},
    "RateChart": {"ratesUrl": "/admin/rates-in-texts/"},
    "Footnote": True,
    "CleanPaste": {"uploadUrl": "/admin/articles/image/upload/", "lookUrl": "/admin/articles/embedprovider/look/"},
    "Typing": True,
    "Desk": True,
    "WordCount": True,
}


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "data-embed":
        return value if embeds.is_address(value) else None
    if name in {"data-image", "data-poster"}:
        return value if value.isascii() and value.isdecimal() and len(value) < 12 else None
    if name == "data-points":
        return value if charts.are_points(value) else None
    if name in PATTERNS:
        return value if PATTERNS[name].match(value) else None
    if name == "data-chart":
        return value if charts.parse_chart_reference(value) else None
    if name in NUMBERS:
        return value if SMALL.match(value) and 1 < int(value) <= NUMBERS[name] else None
    if name in {"data-apart", "data-pull-quote", "data-fact-box", "data-footnote"}:
        return ""
    return value


_cleaner = nh3.Cleaner(
    tags=BLOCKS | FIGURES | INLINE,
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    clean_content_tags={"script", "style"},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
    strip_comments=True,
)


_known: ContextVar[dict[str, str] | None] = ContextVar("known", default=None)


@contextmanager
def remember_cleaned() -> Iterator[None]:
    """Remember within the block what ``clean()`` returned.

    So what was cleaned before a transaction is not cleaned once more in it, while others wait for the database.
    """
    if _known.get() is not None:
        yield
        return
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def clean(html: str) -> str:
    """Return ``html`` with only what a body may have; cleaning the result again changes nothing."""
    results = _known.get()
    if results is None:
        return _clean(html)
    if html not in results:
        cleaned = _clean(html)
        results[html] = results[cleaned] = cleaned
    return results[html]


def _clean(html: str) -> str:
    """Return ``html`` with only what a body may have; cleaning the result again changes nothing.

    One round is not stable for tangled markup (a link in a table in a link), so it is repeated; what still changes
    after five rounds is returned as paragraphs of plain text. So is deeply nested markup, for which the sanitizer would
    take seconds: its time grows with tags times depth.
    """
    html = normalise_html(html)
    for _round in range(ROUNDS):
        if html.count("<") > LIGHT and is_too_deep(html):
            break
        cleaned = pull_quotes.tidy_pull_quotes(
            footnotes.tidy_footnotes(normalise_html(_cleaner.clean(html)))
        )  # entities are characters now
        if cleaned == html:
            return html
        html = cleaned
    return _paragraphs(html)


def is_too_deep(html: str) -> bool:
    """Return whether more than ``DEEPEST`` elements are nested, or as many tags do not match."""
    html = _without_comments(html)
    tags = TAG.findall(html)
    open_tags: list[str] = []
    odd = html.count("<") - len(tags)
    for slash, name in ((slash, name.lower()) for slash, name in tags):
        if name in RAW:
            odd += 1
        elif name in SHALLOW:
            continue
        elif not slash:
            open_tags.append(name)
        elif name in open_tags:
            odd += name != open_tags[-1]
            del open_tags[len(open_tags) - 1 - open_tags[::-1].index(name) :]
        if max(len(open_tags), odd) > DEEPEST:
            return True
    return False


def _without_comments(html: str) -> str:
    return "".join(part.partition("<!--")[0] for part in html.replace("--!>", "-->").split("-->"))


def _paragraphs(html: str) -> str:
    """Return the words in plain paragraphs, found without a parser: none is fast with everything that can come here."""
    text = TAG.sub(lambda tag: "" if tag[2].lower() in INLINE - {"br"} else "\0", _without_comments(html))
    lines = (" ".join(normalise_html(line).split()) for line in unescape(text).split("\0"))
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)


class _Text(HTMLParser):
    """A parser that collects text, with a line break where a block ends."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.small: list[dict[int, int]] = []  # the characters of the open superscripts and subscripts

    def handle_data(self, data):
        data = SPACE.sub(" ", data)
        if self.small and all(ord(sign) in self.small[-1] for sign in data):
            data = data.translate(self.small[-1])
        self.parts.append(data)

    def handle_starttag(self, tag, attrs):
        if tag in SMALL_SIGNS:
            self.small.append(SMALL_SIGNS[tag])
        elif tag not in INLINE or tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag):
        if tag in SMALL_SIGNS:
            del self.small[-1:]
        elif tag not in INLINE:
            self.parts.append("\n")


def plain_text(html: str) -> str:
    """Return the words of ``html``, a line for each block, the footnotes last; entities are decoded, tags removed."""
    parser = _Text()
    parser.feed(footnotes.at_end(html))
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def count_words(html: str) -> int:
    """Return the number of words in a cleaned body that readers and the desk see; footnotes are not counted."""
    text = WITHIN_WORDS.sub("", footnotes.without_footnotes(html))
    return len(unescape(ANY_TAG.sub(" ", text)).split())


def image_ids(html: str) -> list[int]:
    """Return the pictures that a cleaned body refers to, in order."""
    return [int(number) for number in IMAGE.findall(html)]


def links_of_body(html: str) -> list[str]:
    """Return the addresses of the links in a cleaned body, each once, in order."""
    return list(dict.fromkeys(unescape(address).strip() for address in LINK.findall(html)))
