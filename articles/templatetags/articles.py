"""Template tags of the public pages: exact times, shortened texts, pictures' addresses."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from django import template
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.languages import direction, language_attributes, news_language, og_locale
from articles.models.edition import Edition
from articles.models.image import Image
from articles.pictures import renditions
from articles.pictures.renditions import WIDTHS, Sources
from ground import fragments
from ground.addresses import absolute
from ground.drawing import SIZE
from ground.zones import offset

register = template.Library()

TITLE_MOST = 70
LONGEST_DAY = timedelta(hours=26)  # when clocks are set back
DESCRIPTION_LEAST, DESCRIPTION_MOST = 50, 160
SNIPPET = "<!--snippet-->"  # in _card.html: replaced by each search's own snippet; no text of an edition has a bare "<"
SHORT_PAIR = 14  # letters of a hyphenated word that fits on any screen
CYRILLIC = re.compile("[\u0400-\u04ff]")


@register.filter
def sources(image: Image, crop: str) -> Sources:
    """Return the addresses of ``image``, cropped to ``crop``."""
    return image.sources(crop)


@register.filter
def largest(image: Image) -> str:
    """Return the address of the largest public copy of ``image``, uncropped."""
    return image.sources("full").at_most(max(WIDTHS["full"]))[0]


@register.filter
def tone(image: Image) -> str:
    """Return the class of a tint near the main colour of ``image``, shown until it is loaded."""
    return "tone-" + "".join(str(min(int(image.colour[at : at + 2], 16) // 86, 2)) for at in (1, 3, 5))


@register.filter
def focus(image: Image, crop: str) -> str:
    """Return the classes that keep the focal point of ``image``, cropped to ``crop``, in sight where a page crops it
    further.
    """
    across, down = (round(part / 10) for part in image.point_within(crop))
    return f"across-{across} down-{down}"


@register.simple_tag
def card(
    edition: Edition,
    *,
    look: str,
    level: int,
    at: datetime | None = None,
    picture: str = "",
    sizes: str = "",
    eager: bool = False,
    standfirst: bool = False,
    authors: bool = False,
    columnist: bool = False,
    snippet: SafeString | str = "",
) -> SafeString:
    """Return one article in a list, from ``for_bare_cards()`` and ``load_bylines()``; equal cards are rendered once.

    ``look`` is lead, second, shelf-lead, shelf-line, voice, row or tile, or a line of Latest; ``level`` is that of its
    heading; an article of the day of ``at`` shows the hour. ``picture`` is a crop, with its ``sizes``, and ``eager`` if
    it is visible at once. ``standfirst`` and ``authors`` are shown if True; ``columnist`` shows only authors of
    opinion. A ``snippet`` replaces the standfirst.
    """
    clock = at is not None and _is_same_day(at, edition.published_at)
    if look == "line":
        when = "clock" if clock else "weekday" if at and _is_this_week(at, edition.published_at) else "date"
        line = {"edition": edition, "level": level, "when": when}
        return _cached_card(edition, ("wire", level, when), partial(render_to_string, "articles/_wire.html", line))
    how = (look, level, picture, sizes, eager, standfirst, authors, columnist, clock, bool(snippet))
    names = ("look", "level", "picture", "sizes", "eager", "standfirst", "authors", "columnist", "clock", "has_snippet")
    make = partial(render_to_string, "articles/_card.html", {"edition": edition, **dict(zip(names, how, strict=True))})
    html = _cached_card(edition, how, make)
    return mark_safe(html.replace(SNIPPET, snippet) if snippet else html)  # noqa: S308 - a template's output


def _cached_card(edition: Edition, how: tuple[Any, ...], make: Callable[[], SafeString]) -> SafeString:
    """Return the card of ``edition`` in its place, cached unless its placement is unsaved."""
    if edition.here and not edition.here.pk:
        return make()
    return fragments.get_fragment(("card", edition.pk, edition.here and edition.here.pk, *how), make)


def _is_this_week(now: datetime, moment: datetime) -> bool:
    """Return whether a weekday's name alone identifies the day of ``moment``."""
    return timedelta() <= timezone.localdate(now) - timezone.localdate(moment) < timedelta(days=7)


def _is_same_day(first: datetime, second: datetime) -> bool:
    return abs(first - second) < LONGEST_DAY and timezone.localdate(first) == timezone.localdate(second)


@register.filter
def day(moment: datetime) -> date:
    """Return the day of ``moment`` in the current zone."""
    return timezone.localdate(moment)


@register.simple_tag
def share(edition: Edition, root: str) -> SafeString:
    """Return the links to share ``edition``. Only three words differ between articles; they are put in last."""
    words = {
        "share-address": quote(root + edition.path, safe=""),
        "share-text": quote(edition.headline, safe=""),
        "share-title": escape(edition.headline),  # last, because only it may contain another's mark
    }
    marks = {name.removeprefix("share-"): f"[{name}]" for name in words}
    html = fragments.get_fragment("share", partial(render_to_string, "articles/_share.html", marks))
    for name, word in words.items():
        html = html.replace(f"[{name}]", word)
    return mark_safe(html)  # noqa: S308 - a template's output with escaped words


class FragmentNode(template.Node):
    """The template code between ``fragment`` and ``endfragment``."""

    def __init__(self, inside, name, parts, doubts):
        self.inside, self.name, self.parts, self.doubts = inside, name, parts, doubts
        self.nodelist = inside

    def render(self, context):
        if any(doubt.resolve(context, ignore_failures=True) for doubt in self.doubts):
            return self.inside.render(context)
        key = (self.name, *(part.resolve(context, ignore_failures=True) for part in self.parts))
        return mark_safe(fragments.get_fragment(key, partial(self.inside.render, context)))  # noqa: S308 - a template's output


@register.tag
def fragment(parser, token):
    """``{% fragment name part … unless doubt … %}``: a fragment for these parts, cached until readers' pages change.

    Everything that differs between two such fragments must be among the parts; if a doubt is true the fragment is made
    anew.
    """
    _tag, name, *bits = token.split_contents()
    at = bits.index("unless") if "unless" in bits else len(bits)
    parts, doubts = ([parser.compile_filter(bit) for bit in some] for some in (bits[:at], bits[at + 1 :]))
    inside = parser.parse(["endfragment"])
    parser.delete_first_token()
    return FragmentNode(inside, name, parts, doubts)


@register.filter
def stamp(moment: datetime) -> str:
    """Return ``moment`` for a ``datetime`` attribute, in the current zone, without microseconds as HTML demands."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


@register.filter
def zone(name: str) -> str:
    """Return a time zone in words: “Asia/Bishkek” is Bishkek time."""
    return _("%(city)s time") % {"city": city(name)} if "/" in name else name


@register.filter
def city(name: str) -> str:
    """Return the city of a time zone's name."""
    return name.rpartition("/")[2].replace("_", " ")


register.filter("offset", offset)
register.filter("locale", og_locale)
register.filter("news_language", news_language)
register.filter("language_attributes", language_attributes)


@register.filter
def time_in(moment: datetime, name: str) -> str:
    """Return the hour and minute of ``moment`` in a time zone."""
    return date_format(moment.astimezone(ZoneInfo(name)), "H:i")


@register.filter
def links(text: str) -> list[tuple[str, str]]:
    """Return the address and host of each line, as readers see them."""
    return [(line, (urlsplit(line).hostname or line).removeprefix("www.")) for line in text.split()]


@register.filter
def cut(text: str, most: int) -> str:
    """Return ``text`` in one line of at most ``most`` characters, ending after a whole word."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    return text[: most - 1].rpartition(" ")[0].rstrip(" ,;:–-") + "…"


@register.filter
def is_cyrillic(text: str) -> bool:
    """Return whether most letters of ``text`` are Cyrillic."""
    return 2 * len(CYRILLIC.findall(text)) > sum(map(str.isalpha, text))


@register.filter
def unbroken(headline: str) -> SafeString:
    """Return ``headline`` with short hyphenated words kept on one line: no “six-” at a line's end."""
    words = (
        format_html('<span class="unbroken">{}</span>', word) if _is_short_pair(word) else escape(word)
        for word in headline.split()
    )
    return mark_safe(" ".join(words))  # noqa: S308 - each word was escaped


def _is_short_pair(word: str) -> bool:
    return "-" in word.strip("-") and len(word) <= SHORT_PAIR


@register.filter
def page_title(text: str, paper: str) -> str:
    """Return ``text`` with the paper's name, if both fit."""
    full = f"{cut(text, TITLE_MOST)} – {paper}"
    return full if len(full) <= TITLE_MOST else cut(text, TITLE_MOST)


@register.simple_tag
def description(*parts: str) -> str:
    """Return the first non-empty of ``parts``, extended by the next ones while it is too short for search engines."""
    text = ""
    for part in (" ".join(str(part or "").split()) for part in parts):
        if part and len(text) < DESCRIPTION_LEAST:
            text = f"{text}{'' if text[-1:] in '.!?…' else '.'} {part}" if text else part
    return cut(text, DESCRIPTION_MOST)


@register.simple_tag
def lang(edition: Edition) -> str | SafeString:
    """Return the ``lang`` attribute of an edition's texts, and their ``dir``, where they differ from the page's."""
    page = get_language()
    if edition.language == page:
        return ""
    if direction(edition.language) != direction(page):
        return language_attributes(edition.language)
    return format_html(' lang="{}"', edition.language)


@register.simple_tag
def social_picture(image: Image | None, root: str, card: str = "") -> dict[str, Any]:
    """Return the picture for social networks, with an absolute address: the card, a picture, or the paper's icon.

    ``card`` is the name of the card in the storage.
    """
    alternative, is_large = "", True
    if card:
        url, (width, height) = default_storage.url(card), SIZE
    elif image:
        url, width, height = image.sources("wide").at_most(renditions.SHARED_WIDTH)
        alternative = image.alternative
    else:  # no picture, or one unknown to the template
        url, width, height, is_large = static("icons/icon-512.png"), 512, 512, False
    dimensions = {"width": width, "height": height, "alternative": alternative, "is_large": is_large}
    return dimensions | {"url": absolute(url, root)}
