"""What the templates of the public pages need beyond Django's own: exact times, cut texts, pictures' addresses."""

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
LONGEST_DAY = timedelta(hours=26)  # as clocks are set back
DESCRIPTION_LEAST, DESCRIPTION_MOST = 50, 160
SNIPPET = "<!--snippet-->"  # in _card.html: where each question puts its own; no text of an edition has a bare "<"
SHORT_PAIR = 14  # letters of a hyphenated word that any screen has room for
CYRILLIC = re.compile("[\u0400-\u04ff]")
LOCALES = {"en": "en_GB", "ru": "ru_RU", "ky": "ky_KG", "kk": "kk_KZ", "uz": "uz_UZ", "tg": "tg_TJ", "tk": "tk_TM"}


@register.filter
def sources(image: Image, crop: str) -> Sources:
    """Where ``image`` is found, cut to ``crop``."""
    return image.sources(crop)


@register.filter
def largest(image: Image) -> str:
    """The address of the largest public copy of ``image``, uncut."""
    return image.sources("full").at_most(max(WIDTHS["full"]))[0]


@register.filter
def tone(image: Image) -> str:
    """The class of a tint near the main colour of ``image``, which stands in its place until it is there."""
    return "tone-" + "".join(str(min(int(image.colour[at : at + 2], 16) // 86, 2)) for at in (1, 3, 5))


@register.filter
def focus(image: Image, crop: str) -> str:
    """The classes that keep the focal point of ``image``, cut to ``crop``, in sight where a page cuts it further."""
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
    """One article in a list, from ``for_bare_cards()`` and ``load_bylines()``; the same card is made once.

    ``look`` is lead, second, shelf-lead, shelf-line, voice, row or tile, or a line of Latest; ``level`` is that of its
    heading; an article of the day of ``at`` says the hour. ``picture`` is a crop, with its ``sizes``, and ``eager``
    where it is seen at once. ``standfirst`` and ``authors`` are to show; ``columnist``: the authors of opinion alone.
    A ``snippet`` stands for the standfirst.
    """
    clock = at is not None and _is_same_day(at, edition.published_at)
    if look == "line":
        when = "clock" if clock else "weekday" if at and _is_this_week(at, edition.published_at) else "date"
        line = {"edition": edition, "level": level, "when": when}
        return _made(edition, ("wire", level, when), partial(render_to_string, "articles/_wire.html", line))
    how = (look, level, picture, sizes, eager, standfirst, authors, columnist, clock, bool(snippet))
    names = ("look", "level", "picture", "sizes", "eager", "standfirst", "authors", "columnist", "clock", "has_snippet")
    make = partial(render_to_string, "articles/_card.html", {"edition": edition, **dict(zip(names, how, strict=True))})
    html = _made(edition, how, make)
    return mark_safe(html.replace(SNIPPET, snippet) if snippet else html)  # noqa: S308 - a template's output


def _made(edition: Edition, how: tuple[Any, ...], make: Callable[[], SafeString]) -> SafeString:
    """The card of ``edition`` in its place, kept unless nobody has saved that place yet."""
    if edition.here and edition.here.pk is None:
        return make()
    return fragments.get_fragment(("card", edition.pk, edition.here and edition.here.pk, *how), make)


def _is_this_week(one: datetime, other: datetime) -> bool:
    """Whether a weekday's name says unmistakably which day ``other`` is."""
    return timedelta() <= timezone.localdate(one) - timezone.localdate(other) < timedelta(days=7)


def _is_same_day(one: datetime, other: datetime) -> bool:
    return abs(one - other) < LONGEST_DAY and timezone.localdate(one) == timezone.localdate(other)


@register.filter
def day(moment: datetime) -> date:
    """The day of ``moment`` in the current zone."""
    return timezone.localdate(moment)


@register.simple_tag
def share(edition: Edition, root: str) -> SafeString:
    """Ways to pass ``edition`` on. They differ from article to article by three words alone, which are put in last."""
    words = {
        "share-address": quote(root + edition.path, safe=""),
        "share-text": quote(edition.headline, safe=""),
        "share-title": escape(edition.headline),  # last, as it alone may hold another's mark
    }
    marks = {name.removeprefix("share-"): f"[{name}]" for name in words}
    html = fragments.get_fragment("share", partial(render_to_string, "articles/_share.html", marks))
    for name, word in words.items():
        html = html.replace(f"[{name}]", word)
    return mark_safe(html)  # noqa: S308 - a template's output with escaped words


class KeptNode(template.Node):
    """What stands between ``keep`` and ``endkeep``."""

    def __init__(self, inside, name, parts, doubts):
        self.inside, self.name, self.parts, self.doubts = inside, name, parts, doubts
        self.nodelist = inside

    def render(self, context):
        if any(doubt.resolve(context, ignore_failures=True) for doubt in self.doubts):
            return self.inside.render(context)
        key = (self.name, *(part.resolve(context, ignore_failures=True) for part in self.parts))
        return mark_safe(fragments.get_fragment(key, partial(self.inside.render, context)))  # noqa: S308 - a template's output


@register.tag
def keep(parser, token):
    """``{% keep name part … unless doubt … %}``: the piece for these parts, made once until readers' pages change.

    All that differs between two such pieces must be among the parts; where a doubt is true the piece is made anew.
    """
    _tag, name, *bits = token.split_contents()
    at = bits.index("unless") if "unless" in bits else len(bits)
    parts, doubts = ([parser.compile_filter(bit) for bit in some] for some in (bits[:at], bits[at + 1 :]))
    inside = parser.parse(["endkeep"])
    parser.delete_first_token()
    return KeptNode(inside, name, parts, doubts)


@register.filter
def stamp(moment: datetime) -> str:
    """``moment`` for a ``datetime`` attribute, in the current zone and without the microseconds that HTML refuses."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


@register.filter
def zone(name: str) -> str:
    """A time zone as people say it: “Asia/Bishkek” is Bishkek time."""
    return _("%(city)s time") % {"city": city(name)} if "/" in name else name


@register.filter
def city(name: str) -> str:
    """The city that a time zone is named for."""
    return name.rpartition("/")[2].replace("_", " ")


register.filter("offset", offset)


@register.filter
def time_in(moment: datetime, name: str) -> str:
    """The hour and minute of ``moment`` in a time zone."""
    return date_format(moment.astimezone(ZoneInfo(name)), "H:i")


@register.filter
def links(text: str) -> list[tuple[str, str]]:
    """Each line's address with its host, as readers see it."""
    return [(line, (urlsplit(line).hostname or line).removeprefix("www.")) for line in text.split()]


@register.filter
def locale(language: str) -> str:
    """A language as OpenGraph names it."""
    return LOCALES.get(language, language)


@register.filter
def cut(text: str, most: int) -> str:
    """``text`` in one line of at most ``most`` characters, ending after a whole word."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    return text[: most - 1].rpartition(" ")[0].rstrip(" ,;:–-") + "…"


@register.filter
def is_cyrillic(text: str) -> bool:
    """Whether most letters of ``text`` are Cyrillic."""
    return 2 * len(CYRILLIC.findall(text)) > sum(map(str.isalpha, text))


@register.filter
def unbroken(headline: str) -> SafeString:
    """``headline`` whose short hyphenated words stay on one line: no “six-” at a line's end."""
    words = (
        format_html('<span class="unbroken">{}</span>', word) if _is_short_pair(word) else escape(word)
        for word in headline.split()
    )
    return mark_safe(" ".join(words))  # noqa: S308 - each word was escaped


def _is_short_pair(word: str) -> bool:
    return "-" in word.strip("-") and len(word) <= SHORT_PAIR


@register.filter
def page_title(text: str, paper: str) -> str:
    """``text`` with the paper's name where both fit."""
    full = f"{cut(text, TITLE_MOST)} – {paper}"
    return full if len(full) <= TITLE_MOST else cut(text, TITLE_MOST)


@register.simple_tag
def description(*parts: str) -> str:
    """The first of ``parts`` that says something, with those after it while it is too short for search engines."""
    text = ""
    for part in (" ".join(str(part or "").split()) for part in parts):
        if part and len(text) < DESCRIPTION_LEAST:
            text = f"{text}{'' if text[-1:] in '.!?…' else '.'} {part}" if text else part
    return cut(text, DESCRIPTION_MOST)


@register.simple_tag
def lang(edition: Edition) -> str | SafeString:
    """The ``lang`` attribute of an edition's own words, where they differ from the page's."""
    if edition.language == get_language():
        return ""
    return format_html(' lang="{}"', edition.language)


@register.simple_tag
def social_picture(image: Image | None, root: str, card: str = "") -> dict[str, Any]:
    """The picture that social networks show, with an absolute address: a drawn one, or the paper's icon, if need be.

    ``card`` is the name of the drawn one in the storage.
    """
    alternative, is_large = "", True
    if card:
        url, (width, height) = default_storage.url(card), SIZE
    elif image:
        url, width, height = image.sources("wide").at_most(renditions.SHARED_WIDTH)
        alternative = image.alternative
    else:  # nothing, or nothing that a template knew
        url, width, height, is_large = static("icons/icon-512.png"), 512, 512, False
    told = {"width": width, "height": height, "alternative": alternative, "is_large": is_large}
    return told | {"url": absolute(url, root)}
