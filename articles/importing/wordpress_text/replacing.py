"""What each shortcode becomes: a picture, a series, an embed, a note, or the words that it encloses."""

import re
from collections.abc import Callable
from html import escape, unescape

from django.utils.translation import gettext as _

from articles.importing.html_text.conversion import Conversion
from articles.importing.wordpress_text.builders import BUILDERS, builder_html
from articles.importing.wordpress_text.shortcodes import Shortcode

ATTACHMENT = re.compile(r"attachment_(\d{1,12})\Z", re.ASCII)
IMAGE = re.compile(r"<img\b", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
FILES = ("src", "mp3", "m4a", "ogg", "oga", "wav", "flac", "wma", "mp4", "m4v", "webm", "ogv", "flv", "wmv")
VALUES = ("url", "src", "id", "link", "href", "v", "video", "code", "0")
PAGES = {  # by a shortcode's name, where what it names by a number or word is found
    "youtube": "https://www.youtube.com/watch?v={}",
    "youtube_sc": "https://www.youtube.com/watch?v={}",
    "su_youtube": "https://www.youtube.com/watch?v={}",
    "su_vimeo": "https://vimeo.com/{}",
    "vimeo": "https://vimeo.com/{}",
    "dailymotion": "https://www.dailymotion.com/video/{}",
    "twitter": "https://twitter.com/i/status/{}",
    "tweet": "https://twitter.com/i/status/{}",
    "instagram": "https://www.instagram.com/p/{}/",
    "facebook": "https://www.facebook.com/{}",
    "tiktok": "https://www.tiktok.com/video/{}",
    "soundcloud": "https://api.soundcloud.com/tracks/{}",
    "spotify": "https://open.spotify.com/track/{}",
    "ted": "https://www.ted.com/talks/view/id/{}",
    "gist": "https://gist.github.com/{}",
    "googlemaps": "https://www.google.com/maps?q={}",
    "google_map": "https://www.google.com/maps?q={}",
    "slideshare": "https://www.slideshare.net/slideshow/embed_code/{}",
    "scribd": "https://www.scribd.com/document/{}",
    "wpvideo": "https://videopress.com/v/{}",
    "videopress": "https://videopress.com/v/{}",
    "telegram": "https://t.me/{}",
    "datawrapper": "https://datawrapper.dwcdn.net/{}/",
    "embedyt": "https://www.youtube.com/watch?v={}",
    "iframe": "{}",
}
NOTES = {"ref", "fn", "footnote", "efn_note", "mfn", "note"}
LISTS_OF_NOTES = {"footnotes", "efn_reference", "reflist", "references", "mfn_list"}
CODE = {"code", "sourcecode", "codeblock", "php", "css", "pre"}
OPENED = re.compile(r"(?:^|[_-])(?:tab|toggle|spoiler|accordion|collapse|expand|faq|box)(?:$|[_-])")
CORE = {"caption", "wp_caption", "gallery", "audio", "video", "playlist", "embed"}  # WordPress' own


class ShortcodeRenderer:
    """Turns the shortcodes of one text into HTML."""

    def __init__(self, conversion: Conversion) -> None:
        self.conversion = conversion
        self.surroundings = conversion.surroundings

    def is_name(self, name: str) -> bool:
        """Return whether brackets with this name alone are a shortcode."""
        return name in CORE or name in PAGES or name in LISTS_OF_NOTES or name in self.surroundings.shortcodes

    def render(self, shortcode: Shortcode) -> str:
        """Return a shortcode as HTML."""
        name = shortcode.name
        if hook := self.surroundings.shortcodes.get(name):
            return self._hooked(shortcode, hook)
        if name.startswith(BUILDERS):
            self.conversion.tell("page builder", name, _("Its words were kept, its layout was not."))
            return builder_html(shortcode)
        if handler := HANDLERS.get(name):
            return handler(self, shortcode)
        if name in PAGES:
            return self._page(shortcode)
        return self._unknown(shortcode)

    def _hooked(self, shortcode: Shortcode, hook: Callable[[dict[str, str], str], str]) -> str:
        try:
            return hook(dict(shortcode.attributes), shortcode.body)
        except Exception as error:  # a paper's own code, which must not end an import of thousands of texts
            self.conversion.tell("shortcode", shortcode.name, _("Its hook failed: %(error)s") % {"error": error})
            return shortcode.body

    def _unknown(self, shortcode: Shortcode) -> str:
        if not shortcode.is_enclosing:
            self.conversion.tell("shortcode", shortcode.name, _("It is not known and was left out."))
            return ""
        self.conversion.tell("shortcode", shortcode.name, _("It is not known; what it encloses was kept."))
        title = shortcode.attributes.get("title", "") if OPENED.search(shortcode.name) else ""
        return f"<h3>{title}</h3>{shortcode.body}" if title else shortcode.body

    def _empty(self, shortcode: Shortcode) -> str:
        self.conversion.tell("shortcode", shortcode.name, _("It names nothing to show."))
        return shortcode.body

    def _caption(self, shortcode: Shortcode) -> str:
        body, words = shortcode.body, shortcode.attributes.get("caption", "")
        if not body.strip() and not words:
            return ""
        match = ATTACHMENT.match(shortcode.attributes.get("id", ""))
        if match and "wp-image-" not in body:
            body = IMAGE.sub(f'<img data-id="{match[1]}"', body, count=1)
        caption = f"<figcaption>{words}</figcaption>" if words and words not in body else ""
        return f"<figure>{body}{caption}</figure>"

    def _gallery(self, shortcode: Shortcode) -> str:
        attributes = shortcode.attributes
        keys = _keys(attributes.get("ids") or attributes.get("include") or "")
        if not keys:
            excluded = set(_keys(attributes.get("exclude", "")))
            keys = [key for key in self.surroundings.attached if key not in excluded]
        if not keys:
            return self._empty(shortcode)
        pictures = "".join(f'<figure data-media="{escape(key)}"></figure>' for key in keys)
        return f"<x-series>{pictures}</x-series>{shortcode.body}"

    def _media(self, shortcode: Shortcode) -> str:
        attributes = shortcode.attributes
        address = next((attributes[name] for name in (*FILES, "0") if attributes.get(name)), "")
        address = address.partition("|")[0] or _words(shortcode.body)
        if not address:
            return self._empty(shortcode)
        if shortcode.name == "video" and not re.search(r"\.\w{3,4}(?:\?|\Z)", address):
            return f'<figure data-embed="{escape(_unescaped(address))}"></figure>'
        return f'<{shortcode.name} src="{escape(_unescaped(address))}"></{shortcode.name}>'

    def _playlist(self, shortcode: Shortcode) -> str:
        ids = shortcode.attributes.get("ids", "")
        self.conversion.tell("shortcode", f"playlist {ids}".strip(), _("A list of recordings can’t be shown."))
        return ""

    def _embed(self, shortcode: Shortcode) -> str:
        address = _words(shortcode.body) or shortcode.attributes.get("src") or shortcode.attributes.get("0", "")
        if not address.startswith(("http://", "https://", "//")):
            return self._empty(shortcode)
        return f'<figure data-embed="{escape(_unescaped(address))}"></figure>'

    def _page(self, shortcode: Shortcode) -> str:
        """Return the embed of a site by what a shortcode says: an address, or the word by which the site knows it."""
        attributes = shortcode.attributes
        value = next((attributes[name] for name in VALUES if attributes.get(name)), "") or _words(shortcode.body)
        value = _unescaped(value).lstrip("=").strip()
        if not value:
            return self._empty(shortcode)
        is_address = value.startswith(("http://", "https://", "//", "www."))
        page = value if is_address else PAGES[shortcode.name].format(value)
        page = f"https://{page}" if page.startswith("www.") else page
        words = shortcode.body if _words(shortcode.body).lstrip("=") != value else ""
        return f'<figure data-embed="{escape(page)}"></figure>{words}'

    def _note(self, shortcode: Shortcode) -> str:
        return f'<span data-footnote="">{shortcode.body}</span>' if shortcode.body.strip() else ""

    def _notes(self, shortcode: Shortcode) -> str:
        return shortcode.body

    def _code(self, shortcode: Shortcode) -> str:
        return f"<pre>{shortcode.body}</pre>"

    def _quote(self, shortcode: Shortcode) -> str:
        speaker = next(
            (shortcode.attributes[name] for name in ("author", "cite") if shortcode.attributes.get(name)), ""
        )
        cite = f"<cite>{speaker}</cite>" if speaker else ""
        name = ' class="wp-block-pullquote"' if shortcode.name == "pullquote" else ""
        return f"<blockquote{name}>{shortcode.body}{cite}</blockquote>"

    def _button(self, shortcode: Shortcode) -> str:
        address = next(
            (shortcode.attributes[name] for name in ("url", "link", "href") if shortcode.attributes.get(name)), ""
        )
        words = shortcode.body or shortcode.attributes.get("text") or shortcode.attributes.get("title", "")
        return f'<a href="{escape(_unescaped(address))}">{words}</a>' if address else words


HANDLERS: dict[str, Callable[[ShortcodeRenderer, Shortcode], str]] = {
    **dict.fromkeys(("caption", "wp_caption"), ShortcodeRenderer._caption),
    "gallery": ShortcodeRenderer._gallery,
    **dict.fromkeys(("audio", "video"), ShortcodeRenderer._media),
    "playlist": ShortcodeRenderer._playlist,
    "embed": ShortcodeRenderer._embed,
    **dict.fromkeys(NOTES, ShortcodeRenderer._note),
    **dict.fromkeys(LISTS_OF_NOTES, ShortcodeRenderer._notes),
    **dict.fromkeys(CODE, ShortcodeRenderer._code),
    **dict.fromkeys(("quote", "blockquote", "pullquote", "su_quote"), ShortcodeRenderer._quote),
    **dict.fromkeys(("button", "su_button"), ShortcodeRenderer._button),
}


def _keys(numbers: str) -> list[str]:
    """Return the keys of pictures by their numbers, "1, 2,3"; what is no number is left out."""
    parts = re.split(r"[\s,]+", numbers)
    return [f"media:{int(part)}" for part in parts if part.isascii() and part.isdecimal() and len(part) < 13]


def _words(html: str) -> str:
    return unescape(TAG.sub("", html)).strip()


def _unescaped(value: str) -> str:
    return unescape(value).strip()
