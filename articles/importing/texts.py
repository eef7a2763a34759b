"""A text of the source becomes a body of ours: converted, with the library's pictures, cleaned, with links of today."""

import json
import logging
import re
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from articles.body import markup
from articles.importing.formats import converter_of
from articles.importing.hooks import Shortcode
from articles.importing.items import ReadingError, SourceFinding, SourceStory, Surroundings
from articles.importing.media import Described, ImportedPictures
from articles.importing.survey import Survey

logger = logging.getLogger(__name__)
FIGURE, END = "<figure", "</figure>"
ATTRIBUTE = re.compile(r'(data-[a-z]+)="([^"]*)"')
CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
LINK = re.compile(r'(<a(?: [\w-]+="[^"]*")*? href=")([^"]*)(")')
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--[^<>]*-->")
PICTURE = re.compile(r"<img\b", re.IGNORECASE)
OF_HTML = {"wordpress", "html", "body"}
MOST_PICTURES = 2_000  # of one story


class Unusable(Exception):
    """A text can't be brought; the message says why."""


@dataclass
class Body:
    """A body as it is stored, and what the report tells of it."""

    html: str
    findings: list[SourceFinding] = field(default_factory=list)
    lacks_media: bool = False


def surroundings_of(story: SourceStory, survey: Survey, shortcodes: dict[str, Shortcode]) -> Surroundings:
    """Return what a converter knows about the text of ``story``."""
    return Surroundings(
        key=story.key,
        site=survey.site,
        media_of=survey.media_of,
        attached=survey.attached(story.key),
        blocks=survey.block,
        shortcodes=shortcodes,
        footnotes=_footnotes(story),
    )


def _footnotes(story: SourceStory) -> dict[str, str]:
    """Return the notes that WordPress keeps beside a text, by their ids."""
    try:
        notes = json.loads(dict(story.attributes).get("footnotes", "[]"))
        return {str(note["id"]): str(note["content"]) for note in notes}
    except (ValueError, TypeError, KeyError):  # another plugin's of that name
        return {}


def body_of(story: SourceStory, surroundings: Surroundings, survey: Survey, pictures: ImportedPictures | None) -> Body:
    """Return the body of ``story``; raise ``Unusable`` if none can be made. Without ``pictures`` none is looked for."""
    if len(story.text) > 4 * markup.LONGEST:
        raise Unusable(_too_long(story.text))
    try:
        converted = converter_of(story.format)(story.text, surroundings)
    except ReadingError:
        raise
    except Exception as error:  # whatever a foreign text makes a converter or a hook raise
        logger.exception("The text of %s can't be converted.", story.key)
        raise Unusable(_("Its text can't be converted: %(error)s") % {"error": repr(error)[:200]}) from None
    body = Body(converted.html, list(converted.findings))
    if pictures:
        _place_pictures(body, story.key, pictures)
    if len(body.html) > markup.LONGEST:
        raise Unusable(_too_long(body.html))
    body.html = markup.clean(body.html)
    body.html = _with_links_of_today(body, story.key, survey)
    return body


def _too_long(text: str) -> str:
    words = {"length": len(text), "most": markup.LONGEST}
    return _("Its text has %(length)d characters; %(most)d are the most. Divide it in the old system.") % words


def _place_pictures(body: Body, key: str, pictures: ImportedPictures) -> None:
    """Put the number of each picture in the place of its reference; one that can't be had is left out."""
    first, *figures = body.html.split(FIGURE)
    parts = [first]
    for number, figure in enumerate(figures):
        attributes, _sign, inner = figure.partition(">")
        values = {name: unescape(value) for name, value in ATTRIBUTE.findall(attributes)}
        if "data-media" not in values or number >= MOST_PICTURES:
            parts += [FIGURE, figure]
            continue
        caption = CAPTION.search(inner)
        about = Described(
            alt=values.get("data-alt", ""),
            caption=caption_line(caption[1]) if caption else "",
            credit=values.get("data-credit", ""),
            address=values.get("data-address", ""),
        )
        image = pictures.image_of(values["data-media"], about, body.findings, key)
        if image is None:
            body.lacks_media = True
            parts.append(inner.partition(END)[2])
        else:
            apart = ' data-apart=""' if "data-apart" in values else ""
            parts.append(f'{FIGURE}{apart} data-image="{image}">{inner}')
    body.html = "".join(parts)


def caption_line(html: str) -> str:
    """Return the words of ``html`` on one line."""
    return " ".join(markup.plain_text(html).split())


def _with_links_of_today(body: Body, key: str, survey: Survey) -> str:
    hosts = {_host(address) for address in survey.site.addresses} - {""}

    def today(match: re.Match[str]) -> str:
        address = unescape(match[2]).strip()
        path = _own_path(address, hosts)
        if not path:
            return match[0]
        if not (now := survey.path_now(path.partition("#")[0])):
            body.findings.append(
                SourceFinding("link to the old site", key, address, _("Nothing was brought from there."))
            )
            return match[0]
        _path, mark, fragment = address.partition("#")
        return f"{match[1]}{escape(now + mark + fragment)}{match[3]}"

    return LINK.sub(today, body.html)


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:  # half an address
        return ""


def _own_path(address: str, hosts: set[str]) -> str:
    """Return the path of an address of the old site, with its query; "" for any other."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    is_own = _host(address) in hosts if parts.netloc else not parts.scheme and address.startswith(("/", "?"))
    if not is_own:
        return ""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def measure_source(text: str, kind: str) -> tuple[int, int] | None:
    """Return the number of words and of pictures in a text of the source, or None if it is no HTML."""
    if kind not in OF_HTML:
        return None
    pictures = len(PICTURE.findall(text))
    return len(unescape(TAG.sub(" ", text)).split()), pictures
