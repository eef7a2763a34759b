"""Translating the addresses of a site made by WordPress, Ghost or Joomla into those of this paper."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from urllib.parse import parse_qsl

from django.conf.locale import LANG_INFO

# Parameters with which WordPress, or Joomla by "option", shows another page at "/".
ASKED = frozenset(
    "p page_id attachment_id s feed cat category_name tag author author_name m year monthnum paged option".split()
)
ANYWHERE = frozenset("p page_id attachment_id option lang paged feed".split())  # and at any other address
FORMS = frozenset("amp noamp preview preview_id preview_nonce post_type replytocom lang".split())  # of one page
OF_JOOMLA = frozenset("option view id catid itemid layout task tmpl limitstart start format type".split())
OF_A_DATE = frozenset("year monthnum day".split())
# The first word of an address may be a language, by its code or, as many sites have it, by that of a country.
LANGUAGES = frozenset(LANG_INFO) | set("cn cz jp kg kr kz pt-br ps tj tm ua zh".split())
FEEDS = {"atom": "atom/", "json": "feed.json", "rss": "feed/", "rss2": "feed/", "rdf": "feed/"}
RULES: list[
    tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
] = [  # a pattern of the former site's addresses, and its replacement here
    (re.compile(r"^/index\.php(?:/|$)"), "/"),
    (re.compile(r"^/amp/"), "/"),
    (re.compile(r"(?<=.)/(?:amp|embed|trackback|comment-page-\d{1,4})/$"), "/"),
    (re.compile(r"/feed/(atom|json|rss2?|rdf)/$"), lambda match: "/" + FEEDS[match[1]]),
    (re.compile(r"/(?:rss2?|rdf)/$"), "/feed/"),
    (re.compile(r"^/comments/(?:feed/|atom/|feed\.json)$"), "/feed/"),
    (re.compile(r"^(/\d{4}/\d{2}/\d{2}/(?!page/)[^/]+/)(?:feed/|atom/|feed\.json|\d{1,2}/|page/\d{1,3}/)$"), r"\1"),
    (re.compile(r"^/(?:date/|archives/(?:date/)?)(?=\d{4}/(?:\d{2}/){0,2}(?:page/\d{1,3}/|feed/)?$)"), "/"),
    (re.compile(r"^/\d{4}/(?:\d{2}/){0,2}(?:feed/|atom/|feed\.json)$"), "/feed/"),
    (re.compile(r"^/page/(\d{1,3})/$"), r"/latest/?page=\1"),
    (re.compile(r"/page/(\d{1,3})/$"), r"/?page=\1"),
    (re.compile(r"^/category/(?=.)"), "/"),
    (re.compile(r"^/tag/(?=.)"), "/topics/"),
    (re.compile(r"^/author/(?=.)"), "/authors/"),
    (
        re.compile(r"^/(?:wp-sitemap[\w-]*|sitemap_index|(?:post|page|category|post_tag|author)-sitemap\d*)\.xml$"),
        "/sitemap.xml",
    ),
    (re.compile(r"^/sitemap-(?:posts|pages|tags|authors)\.xml$"), "/sitemap.xml"),
    (re.compile(r"^/(\d{4})/(\d{2})/$"), r"/latest/\1/\2/"),
    (re.compile(r"^/([a-z]{2,3}(?:-[a-z]{2,4})?)/"), lambda match: "/" if match[1] in LANGUAGES else match[0]),
]


def translate(address: str) -> str:
    """Return the former site's ``address`` translated by one step; "" if it needs none."""
    path, mark, query = address.partition("?")
    for rule, ours in RULES:
        translated = rule.sub(ours, path)
        if translated == "/" and query.startswith("page="):
            translated = "/latest/"
        if translated != path:
            return f"{translated}{'&' if '?' in translated else '?'}{query}" if mark else translated
    return ""


def is_root(path: str) -> bool:
    """Return whether ``path`` was the former site's front page, in any language: there parameters choose the page."""
    words = [word for word in path.lower().split("/") if word and word != "index.php"]
    return not words or (len(words) == 1 and words[0] in LANGUAGES)


def asks_old_site(path: str, query: str) -> bool:
    """Return whether ``query`` chooses another page at ``path`` by the parameters of a former site."""
    names = {name.lower() for name, _value in parse_qsl(query, keep_blank_values=True)}
    return bool(names & (ASKED if is_root(path) else ANYWHERE))


def of_query(parameters: Mapping[str, str]) -> tuple[str, str]:
    """Return the parameter of "/" that makes it another page, and that page's address here; "" for row numbers.

    The address has WordPress's shape where that is translated further.
    """
    names = [name for name in parameters if name in ASKED]
    name = next((name for name in names if name not in {"paged", "feed"}), next(iter(names), ""))
    value = parameters.get(name, "").strip()
    ending = _list_ending(parameters)
    if name in {"tag", "category_name", "author_name"} and re.fullmatch(r"[-\w/]+", value):
        return name, {"tag": "/tag/", "category_name": "/category/", "author_name": "/author/"}[
            name
        ] + f"{value}/{ending}"
    if name in {"m", "year", "monthnum"}:
        return name, _archive(parameters, ending)
    if name in {"paged", "feed"}:
        return name, f"/{ending}" if ending else ""
    return name, ""


def with_list_query(path: str, parameters: Mapping[str, str]) -> str:
    """Return ``path`` with the page or feed that the parameters ask for, as WordPress writes it; "" without either."""
    ending = _list_ending(parameters)
    return f"{path.rstrip('/')}/{ending}" if ending else ""


def _list_ending(parameters: Mapping[str, str]) -> str:
    page, feed = page_in(parameters), parameters.get("feed", "")
    if page > 1:
        return f"page/{page}/"
    return f"feed/{feed}/" if feed in FEEDS else "feed/" if feed == "feed" else ""


def _archive(parameters: Mapping[str, str], ending: str) -> str:
    """Return the path of an archive of a year, month or day as WordPress has it; "" if it is none."""
    figures = parameters.get("m", "")
    if "m" not in parameters:
        month, day = parameters.get("monthnum", ""), parameters.get("day", "")
        figures = parameters.get("year", "") + (month and month.zfill(2)) + (month and day and day.zfill(2))
    match = re.fullmatch(r"(\d{4})(\d{2})?(\d{2})?", figures, re.ASCII)
    return "/".join(["", *filter(None, match.groups()), ending]) if match else ""


def page_in(parameters: Mapping[str, str]) -> int:
    """Return the number of the page of a list that the parameters of a former site ask for."""
    number = parameters.get("paged", "")
    return int(number) if re.fullmatch(r"\d{1,3}", number, re.ASCII) else 1


def feed_in(parameters: Mapping[str, str]) -> str:
    """Return the last part of the address here of the feed that the parameters ask for; "" without one."""
    return "feed/" if parameters.get("feed") == "feed" else FEEDS.get(parameters.get("feed", ""), "")


def without_old(parameters: Iterable[tuple[str, str]], *, is_root: bool) -> list[tuple[str, str]]:
    """Return the parameters that the former site's pages had no use for, like those of campaigns."""
    names = {name.lower() for name, _value in parameters}
    used = FORMS | ANYWHERE | (ASKED if is_root else set())
    used |= OF_JOOMLA if "option" in names else set()
    used |= OF_A_DATE if "year" in names and is_root else set()
    return [(name, value) for name, value in parameters if name.lower() not in used]


def span_of(words: list[str]) -> tuple[date, date] | None:
    """Return the first and the last day of the year, month or day that the parts of a path name; None without one."""
    for place, word in enumerate(words):
        if not re.fullmatch(r"(?:19|20)\d\d", word, re.ASCII):
            continue
        numbers = [int(part) for part in words[place + 1 : place + 3] if re.fullmatch(r"\d{1,2}", part, re.ASCII)]
        year, month = int(word), numbers[0] if numbers and 1 <= numbers[0] <= 12 else 0
        if not month:
            return date(year, 1, 1), date(year, 12, 31)
        last = monthrange(year, month)[1]
        day = numbers[1] if len(numbers) > 1 and 1 <= numbers[1] <= last else 0
        return date(year, month, day or 1), date(year, month, day or last)
    return None
