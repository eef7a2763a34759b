"""Articles picked by hand for the readers of another: “Read also” within a text, and what to read next below it.

In a body ``<figure data-read-also="12 34"></figure>`` names them by their numbers, as ``Copy.related`` does. Readers
see each by its headline and address of today for as long as it is live.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.models.edition import Edition
from articles.models.edition_lists import PreparedEditions

BLOCK = re.compile(r'<figure data-read-also="([0-9 ]{1,100})">.*?</figure>', re.DOTALL)
LIVE = PreparedEditions(lambda at, keys: Edition.objects.live(at).filter(article__in=keys))
MOST_ASKED = 60  # articles of one text; those after them are not shown


def picked_numbers(html: str) -> list[int]:
    """The numbers that a cleaned body names, each once, in order."""
    return list(dict.fromkeys(int(number) for found in BLOCK.findall(html) for number in found.split()))


def live(numbers: Iterable[int], at: datetime) -> dict[int, Edition]:
    """Of the articles of these ``numbers`` what readers see at ``at``, in one query, and in none for no numbers."""
    wanted = list(dict.fromkeys(numbers))[:MOST_ASKED]
    return {edition.article_id: edition for edition in LIVE.of(sorted(wanted), at=at)}


def write_picks(html: str, found: dict[int, Edition]) -> str:
    """A cleaned body with its blocks as lists of links to ``found``; a block of which nothing is live is gone."""

    def one(match: re.Match[str]) -> str:
        return _links([found[int(number)] for number in match[1].split() if int(number) in found])

    return BLOCK.sub(one, html)


def without_picks(html: str) -> str:
    """A body without its blocks: for what is copied elsewhere, and would go on naming what was withdrawn."""
    return BLOCK.sub("", html)


def _links(editions: list[Edition]) -> SafeString | str:
    if not editions:
        return ""
    rows = ((edition.path, edition.language, edition.headline) for edition in editions)
    links = format_html_join("", '<li><a href="{}" lang="{}">{}</a></li>', rows)
    return format_html(
        '<div class="read-also"><p lang="{}">{}</p><ul>{}</ul></div>', get_language(), _("Read also"), links
    )
