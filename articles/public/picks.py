"""Articles picked by hand for readers of another: “Read also” within a text, and what to read next below it.

In a body ``<figure data-read-also="12 34"></figure>`` names them by primary key, as ``Copy.related`` does. Readers see
each with its current headline and address while it is live.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.languages import language_attributes
from articles.models.edition import Edition
from articles.models.edition_lists import CompiledEditionQuery

BLOCK = re.compile(r'<figure data-read-also="([0-9 ]{1,100})">.*?</figure>', re.DOTALL)
LIVE = CompiledEditionQuery(lambda at, keys: Edition.objects.live(at).filter(article__in=keys))
MOST_ASKED = 60  # articles of one text; any after them are not shown


def picked_numbers(html: str) -> list[int]:
    """Return the article numbers in a cleaned body, each once, in order."""
    return list(dict.fromkeys(int(number) for numbers in BLOCK.findall(html) for number in numbers.split()))


def live(numbers: Iterable[int], at: datetime) -> dict[int, Edition]:
    """Return the live editions at ``at`` of the articles with these ``numbers``, in at most one query."""
    article_ids = list(dict.fromkeys(numbers))[:MOST_ASKED]
    return {edition.article_id: edition for edition in LIVE.of(sorted(article_ids), at=at)}


def write_picks(html: str, editions: dict[int, Edition]) -> str:
    """Return a body with its blocks as lists of links to ``editions``; blocks without a live one are removed."""

    def write_block(match: re.Match[str]) -> str:
        return _links([editions[int(number)] for number in match[1].split() if int(number) in editions])

    return BLOCK.sub(write_block, html)


def without_picks(html: str) -> str:
    """Return a body without its blocks, for copies elsewhere, which would go on naming withdrawn articles."""
    return BLOCK.sub("", html)


def _links(editions: list[Edition]) -> SafeString | str:
    if not editions:
        return ""
    rows = ((edition.path, language_attributes(edition.language), edition.headline) for edition in editions)
    links = format_html_join("", '<li><a href="{}"{}>{}</a></li>', rows)
    return format_html(
        '<div class="read-also"><p{}>{}</p><ul>{}</ul></div>',
        *(language_attributes(get_language()), _("Read also"), links),
    )
