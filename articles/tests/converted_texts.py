"""What tests ask of a converted text: that no word is lost or new, and that the sanitizer leaves it as it is.

The sanitizer doesn't keep ``data-media`` and the like, which the run replaces by a picture's number; so here they are
replaced by one before it is asked.
"""

import re
from html import unescape

from articles.body import markup
from articles.importing.items import ConvertedText

PLACEHOLDER = re.compile(r' data-media="[^"]*"')
BESIDE = re.compile(r' data-(?:alt|credit|address)="[^"]*"')
TAG = re.compile(r"<!--.*?-->|<[^<>]*>", re.DOTALL)
WITHIN_WORDS = re.compile(r"</?(?:b|strong|i|em|sub|sup|a|span|code|u|s|small|q|cite|abbr|font|mark|dfn|var)\b[^<>]*>")


def words(html):
    """The words of HTML, in order."""
    return re.findall(r"\w+", unescape(TAG.sub(" ", WITHIN_WORDS.sub("", html))))


def with_numbers(converted: ConvertedText) -> str:
    """The body as the run makes it, with a number for each picture."""
    return BESIDE.sub("", PLACEHOLDER.sub(' data-image="1"', converted.html))


def assert_clean(converted: ConvertedText):
    """Check that the sanitizer leaves the text as it is, and that its pictures are those that it names."""
    body = with_numbers(converted)
    assert markup.clean(body) == body
    assert tuple(unescape(value[13:-1]) for value in PLACEHOLDER.findall(converted.html)) == converted.media
