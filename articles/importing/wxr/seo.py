"""What Yoast, Rank Math and others show to search engines, with the names in their templates filled in."""

import re

from articles.importing.wxr.entries import ExportEntry
from articles.importing.wxr.languages import in_language
from articles.importing.wxr.words import plain_line

TITLES = ("_yoast_wpseo_title", "rank_math_title", "_aioseo_title", "_aioseop_title", "_seopress_titles_title",
    "_genesis_title", "jetpack_seo_html_title")  # fmt: skip
DESCRIPTIONS = ("_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description", "_aioseop_description",
    "_seopress_titles_desc", "_genesis_description", "advanced_seo_description")  # fmt: skip
VARIABLES = {  # by what a key holds, the last for every key
    "yoast": re.compile(r"%%([\w-]{1,60})%%"),
    "seopress": re.compile(r"%%([\w-]{1,60})%%"),
    "rank_math": re.compile(r"%([a-z]\w{0,40})(?:\([^()%]{0,100}\))?%"),
    "aioseop": re.compile(r"%([a-z]\w{0,40})%"),
    "aioseo": re.compile(r"#([a-z][\w-]{0,60})"),
    "": re.compile(r"%%([\w-]{1,60})%%"),
}
ALIASES = {
    "post_title": "title",
    "seo_title": "title",
    "site_title": "sitename",
    "separator_sa": "sep",
    "separator": "sep",
    "post_excerpt": "excerpt",
    "excerpt_only": "excerpt",
    "primary_category": "category",
}
EDGES = " -–—|·•:»«/,~*"
LONGEST = 1000


def seo_texts(entry: ExportEntry, names: dict[str, str], code: str, main: str) -> tuple[str, str]:
    """Return title and description for search engines in a language; "" where a template says nothing of its own.

    ``names`` are the values of "title", "sitename", "sitedesc", "excerpt" and "category".
    """
    title, description = (_filled(*_first(entry, keys), names, code, main) for keys in (TITLES, DESCRIPTIONS))
    return title, description


def _first(entry: ExportEntry, keys: tuple[str, ...]) -> tuple[str, str]:
    return next(((key, value) for key in keys if (value := entry.meta(key))), ("", ""))


def _filled(key: str, template: str, names: dict[str, str], code: str, main: str) -> str:
    text = plain_line(in_language(template, code, main))[:LONGEST]
    variable = next(pattern for start, pattern in VARIABLES.items() if start in key)
    if not variable.sub(" ", text).strip(EDGES):
        return ""
    values = {"sep": "–"} | names

    def value_of(match: re.Match[str]) -> str:
        name = match[1].lower()
        return values.get(ALIASES.get(name, name), "")

    return " ".join(variable.sub(value_of, text).split()).strip(EDGES[:10])
