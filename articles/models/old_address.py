import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LONGEST_KEY = 500  # characters; an index row of PostgreSQL holds 2,700 bytes
LONGEST_ASKED = 4000  # characters of a path or a query that are looked at
MOST_PARAMETERS = 40
NUMBER = re.compile(r"[1-9]\d{0,17}\Z", re.ASCII)
LISTS = {"categories", "category", "featured", "frontpage", "itemlist", "section"}  # views of Joomla
OLD_MODELS = {
    "article": "articles.Article",
    "section": "articles.Section",
    "author": "articles.Author",
    "tag": "taggit.Tag",
    "page": "articles.FlatPage",
    "image": "articles.Image",
}


class OldAddress(models.Model):
    """An address of the paper's former site, and the object of this paper that is shown instead.

    A table of its own, which code from before it never reads.
    """

    class Kind(models.TextChoices):
        ARTICLE = "article", _("article")
        SECTION = "section", _("section")
        AUTHOR = "author", _("author")
        TAG = "tag", _("tag")
        PAGE = "page", _("page")
        IMAGE = "image", _("image")

    path = models.CharField(_("address"), max_length=LONGEST_KEY, unique=True)  # as old_key() gives it
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    row = models.BigIntegerField(_("number"))
    slug = models.CharField(_("slug"), max_length=200, blank=True, default="", db_default="")  # last word, of articles

    class Meta:
        verbose_name = _("address of the former site")
        verbose_name_plural = _("addresses of the former site")
        default_permissions = []
        indexes = [
            models.Index(fields=["kind", "row"], name="oldaddress_of"),
            models.Index(fields=["slug"], name="oldaddress_by_slug", condition=~Q(slug="")),
        ]

    def __str__(self):
        return self.path


def old_key(address: str) -> str:
    """Return an address of the former site in the form in which they are compared; "" if it can't be one.

    It has small letters, nothing coded by percents, neither ``index.php`` nor a slash at its end, and of the query
    only what decides which page it is.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if len(parts.path) > LONGEST_ASKED or len(parts.query) > LONGEST_ASKED:
        return ""
    parameters = old_parameters(parts.query)
    words = parts_of_path(parts.path)
    number = number_in_joomla(words)
    key = joined(words, number or deciding_query(parameters), parameters.get("lang", "")) if words is not None else ""
    return key if len(key) <= LONGEST_KEY else ""


def parts_of_path(path: str) -> list[str] | None:
    """Return the parts of a path, decoded, in small letters, composed; None for one that no address has.

    What WordPress cut within a letter becomes U+FFFD, wherever it comes from.
    """
    if len(path) > LONGEST_ASKED:
        return None
    plain = unicodedata.normalize("NFC", unquote(path)).lower().encode(errors="replace").decode()
    if "\0" in plain or "\\" in plain:
        return None
    words = [word for word in plain.split("/") if word and word != "index.php"]
    if words:
        words[-1] = words[-1].removesuffix(".html").removesuffix(".htm")
    return words


def old_parameters(query: str) -> dict[str, str]:
    """Return the parameters of an address of the former site by their names in small letters; of two the first."""
    if len(query) > LONGEST_ASKED:
        return {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return {}
    return {name.lower(): unicodedata.normalize("NFC", value.strip()).lower() for name, value in reversed(pairs)}


def deciding_query(parameters: Mapping[str, str]) -> str:
    """Return the part of a query that decides which page it is, like "p=123"; "" if none does.

    WordPress numbers posts, pages and attachments in one row; Joomla writes the slug after a number.
    """
    if "option" in parameters:
        number = parameters.get("id", "").partition(":")[0]
        option, view = parameters["option"], parameters.get("view", "")
        is_sound = re.fullmatch(r"com_[a-z0-9]{1,30}", option) and NUMBER.match(number)
        return f"option={option}&{f'view={view}&' if view in LISTS else ''}id={number}" if is_sound else ""
    for name in ("p", "page_id", "attachment_id", "cat", "author"):
        if NUMBER.match(number := parameters.get(name, "")):
            return f"{'p' if name in {'page_id', 'attachment_id'} else name}={number}"
    for name in ("category_name", "tag", "author_name"):
        words = [word for word in parameters.get(name, "").split("/") if word and "\0" not in word]
        if words:
            return f"{name}={words[-1]}"  # a category's slug is unique, whatever it lies within
    return ""


def number_in_joomla(words: list[str] | None) -> str:
    """Return the query with the number in Joomla's address of a text without a menu item; else ""."""
    if not words or words[:3] != ["component", "content", "article"]:
        return ""
    number = words[-1].partition("-")[0]
    return f"option=com_content&id={number}" if NUMBER.match(number) else ""


def joined(words: list[str], query: str, language: str = "") -> str:
    """Return the key of a path's ``words`` with the deciding part of a query, and the language that it asks for."""
    if query.startswith("option=") and words[:1] == ["component"]:
        words = []
    language_parameter = f"lang={language}" if re.fullmatch(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})?", language) else ""
    whole_query = "&".join(filter(None, [query, language_parameter]))
    return "/" + "/".join(words) + (f"?{whole_query}" if whole_query else "")


def slug_in(key: str) -> str:
    """Return the last word of a key's path, if it is more than a number; else ""."""
    path, mark, _query = key.partition("?")
    word = path.rpartition("/")[2]
    return "" if mark or word.isdecimal() or len(word) > 200 else word
