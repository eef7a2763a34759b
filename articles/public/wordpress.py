"""Translating the addresses of a WordPress site into those of this paper."""

import re
from collections.abc import Callable, Mapping

# Parameters with which WordPress shows another page at "/".
ASKED = frozenset(
    ["p", "page_id", "attachment_id", "s", "feed", "cat", "category_name", "tag", "author", "author_name", "m", "paged"]
)
FEEDS = {"atom": "atom/", "json": "feed.json", "rss": "feed/", "rss2": "feed/", "rdf": "feed/"}
RULES: list[
    tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
] = [  # a pattern of WordPress's addresses, and its replacement here
    (re.compile(r"/feed/(atom|json|rss2?|rdf)/$"), lambda match: "/" + FEEDS[match[1]]),
    (re.compile(r"^/page/(\d{1,3})/$"), r"/latest/?page=\1"),
    (re.compile(r"/page/(\d{1,3})/$"), r"/?page=\1"),
    (re.compile(r"^/category/(?=.)"), "/"),
    (re.compile(r"^/tag/(?=.)"), "/topics/"),
    (re.compile(r"^/author/(?=.)"), "/authors/"),
    (re.compile(r"^/(?:wp-sitemap[\w-]*|sitemap_index|post-sitemap\d*|page-sitemap\d*)\.xml$"), "/sitemap.xml"),
    (re.compile(r"^/(\d{4})/(\d{2})/$"), r"/latest/\1/\2/"),
]


def translate(address: str) -> str:
    """Return WordPress's ``address`` translated by one step; "" if it needs none."""
    path, mark, query = address.partition("?")
    for rule, ours in RULES:
        translated = rule.sub(ours, path)
        if translated != path:
            return f"{translated}{'&' if '?' in translated else '?'}{query}" if mark else translated
    return ""


def of_query(parameters: Mapping[str, str]) -> tuple[str, str]:
    """Return the parameter of "/" that makes it another page, and that page's address here; "" for row numbers."""
    name = next((name for name in parameters if name in ASKED), "")
    value = parameters.get(name, "").strip()
    if name in {"tag", "category_name", "author_name"} and re.fullmatch(r"[-\w/]+", value):
        return name, {"tag": "/topics/", "category_name": "/", "author_name": "/authors/"}[name] + f"{value}/"
    if name == "feed" and value in {"feed", *FEEDS}:
        return name, "/" + FEEDS.get(value, "feed/")
    if name == "m" and re.fullmatch(r"\d{6}", value):
        return name, f"/latest/{value[:4]}/{value[4:]}/"
    if name == "paged" and re.fullmatch(r"\d{1,3}", value):
        return name, f"/latest/?page={value}"
    return name, ""
