"""Addresses that a site made with WordPress has, in the words of this paper."""

import re
from collections.abc import Mapping

# Parameters with which WordPress shows something else at "/".
ASKED = frozenset(
    ["p", "page_id", "attachment_id", "s", "feed", "cat", "category_name", "tag", "author", "author_name", "m", "paged"]
)
FEEDS = {"atom": "atom/", "json": "feed.json", "rss": "feed/", "rss2": "feed/", "rdf": "feed/"}
RULES = [  # what an address ends or begins with, and what that is here
    (re.compile(r"/feed/(atom|json|rss2?|rdf)/$"), lambda found: "/" + FEEDS[found[1]]),
    (re.compile(r"^/page/(\d{1,3})/$"), r"/latest/?page=\1"),
    (re.compile(r"/page/(\d{1,3})/$"), r"/?page=\1"),
    (re.compile(r"^/category/(?=.)"), "/"),
    (re.compile(r"^/tag/(?=.)"), "/topics/"),
    (re.compile(r"^/author/(?=.)"), "/authors/"),
    (re.compile(r"^/(?:wp-sitemap[\w-]*|sitemap_index|post-sitemap\d*|page-sitemap\d*)\.xml$"), "/sitemap.xml"),
    (re.compile(r"^/(\d{4})/(\d{2})/$"), r"/latest/\1/\2/"),
]


def translate(address: str) -> str:
    """One step from WordPress's ``address`` to ours; nothing where there is none."""
    path, mark, query = address.partition("?")
    for rule, ours in RULES:
        said = rule.sub(ours, path)
        if said != path:
            return f"{said}{'&' if '?' in said else '?'}{query}" if mark else said
    return ""


def of_query(asked: Mapping[str, str]) -> tuple[str, str]:
    """The parameter of "/" that makes it another page, and that page's address here; nothing for numbers of rows."""
    name = next((name for name in asked if name in ASKED), "")
    value = asked.get(name, "").strip()
    if name in {"tag", "category_name", "author_name"} and re.fullmatch(r"[-\w/]+", value):
        return name, {"tag": "/topics/", "category_name": "/", "author_name": "/authors/"}[name] + f"{value}/"
    if name == "feed" and value in {"feed", *FEEDS}:
        return name, "/" + FEEDS.get(value, "feed/")
    if name == "m" and re.fullmatch(r"\d{6}", value):
        return name, f"/latest/{value[:4]}/{value[4:]}/"
    if name == "paged" and re.fullmatch(r"\d{1,3}", value):
        return name, f"/latest/?page={value}"
    return name, ""
