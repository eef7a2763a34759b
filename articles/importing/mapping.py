"""How the words of an old site become those of the paper: a file that ``look`` drafts, a person edits, ``run`` reads.

It is JSON: ``language`` and ``section`` for stories without their own, ``languages``, ``categories``, ``authors`` and
``shortcodes`` by what the source calls them.
"""

import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from articles.importing.items import ReadingError, SourceAuthor, SourceTerm
from articles.importing.survey import Survey
from articles.languages import canonical_code
from articles.models import Section
from articles.models.copy import Kind
from articles.models.language import languages_of_paper
from articles.models.section import reserved_slugs
from articles.text import make_slug

MOST_LISTED = 2_000  # categories or authors in a draft; what it doesn't list is brought by the same rules
SHORTCODES = {"content": lambda _attributes, inner: inner, "nothing": lambda _attributes, _inner: ""}
AS_CATEGORY = {"section", "tag", "nothing"}
AS_AUTHOR = {"author", "guest", "nothing"}
FIELDS: dict[str, set[str]] = {
    "categories": {"as", "name", "slug", "kind", "within"},
    "authors": {"as", "name", "slug"},
}
TOP = {"language", "section", "kind", "languages", "categories", "authors", "shortcodes"}


@dataclass
class Mapping:
    """What becomes of languages, categories, authors and shortcodes."""

    language: str = "en"
    section: str = ""  # slug of that for stories without a category
    kind: str = Kind.NEWS
    languages: dict[str, str] = field(default_factory=dict)
    categories: dict[str, dict[str, str]] = field(default_factory=dict)  # by key
    authors: dict[str, dict[str, str]] = field(default_factory=dict)  # by key
    shortcodes: dict[str, str] = field(default_factory=dict)
    ours: dict[str, str] = field(default_factory=languages_of_paper)  # names of languages, by code

    def language_of(self, language: str) -> str:
        """Return the paper's language for one of the source."""
        return self.languages.get(language) or _among_ours(language, self.ours) or self.language

    def category(self, term: SourceTerm, survey: Survey) -> dict[str, str]:
        """Return what becomes of a category: as it is listed, else as a draft would say."""
        return self.categories.get(term.key) or draft_category(term, survey)

    def author(self, author: SourceAuthor) -> dict[str, str]:
        """Return what becomes of an author: as listed, else as a draft would say."""
        return self.authors.get(author.key) or draft_author(author)


def _among_ours(language: str, codes: Container[str]) -> str:
    parts = canonical_code(language).split("-")
    tries = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    return next((candidate for candidate in tries if candidate in codes), "")


def draft_category(term: SourceTerm, survey: Survey) -> dict[str, str]:
    """Return a section for a category; one that lies deeper than the second level stands below the first."""
    above, path = term, {term.key}
    while above.parent and above.parent not in path and (parent := survey.item(SourceTerm, above.parent)):
        path.add(above.parent)
        above = parent
    within = "" if above is term else _section_slug(above)
    return {
        "as": "section",
        "name": term.name[:80] or term.slug[:80],
        "slug": _section_slug(term),
        "kind": Section.Kind.THEME,
        "within": within,
    }


def _section_slug(term: SourceTerm) -> str:
    slug = make_slug(term.slug, 60) or make_slug(term.name, 60)
    if not any(letter.isalpha() for letter in slug):
        slug = f"section-{slug}".rstrip("-")
    return f"{slug[:52]}-section" if slug in reserved_slugs() else slug


def draft_author(author: SourceAuthor) -> dict[str, str]:
    """Return the byline of an author; a slug that shows a mail address or a login is made from the name."""
    slug = make_slug(author.slug)
    if not slug or shows_mail(author.slug, author.email):
        slug = make_slug(author.name) if "@" not in author.name else ""
    name = author.name.partition("@")[0] if "@" in author.name else author.name
    return {"as": "guest" if author.is_guest else "author", "name": name[:120], "slug": slug}


def shows_mail(slug: str, email: str) -> bool:
    """Return whether a slug is a mail address, also without its signs, as WordPress writes them."""
    letters = "".join(filter(str.isalnum, slug.lower()))
    return "@" in slug or (bool(email) and letters == "".join(filter(str.isalnum, email.lower())))


def draft(survey: Survey, languages: list[str], shortcodes: list[str]) -> dict[str, Any]:
    """Return a mapping of all that an export holds, for a person to edit."""
    ours = languages_of_paper()
    default = _among_ours(survey.site.language, ours) or next(iter(ours))
    terms = (term for term in survey.items(SourceTerm) if term.kind == "category")
    categories = {term.key: draft_category(term, survey) for term, _n in zip(terms, range(MOST_LISTED), strict=False)}
    authors = zip(survey.items(SourceAuthor), range(MOST_LISTED), strict=False)
    return {
        "language": default,
        "section": next(iter(Section.objects.filter(parent=None).values_list("slug", flat=True)), "")
        or next((category["slug"] for category in categories.values() if not category["within"]), ""),
        "kind": Kind.NEWS.value,
        "languages": {language: _among_ours(language, ours) or default for language in languages if language},
        "categories": categories,
        "authors": {author.key: draft_author(author) for author, _n in authors},
        "shortcodes": dict.fromkeys(shortcodes, "content"),
    }


def read_mapping(text: str) -> Mapping:
    """Return the mapping in ``text``; raise ``ReadingError`` that names every mistake."""
    try:
        values = json.loads(text)
    except ValueError as error:
        raise ReadingError(_("The mapping is no JSON: %(error)s") % {"error": error}) from None
    mistakes = list(mistakes_of(values))
    if mistakes:
        raise ReadingError(_("The mapping is wrong:") + "".join(f"\n  {mistake}" for mistake in mistakes[:50]))
    return Mapping(**values)


def mistakes_of(values: Any) -> Iterator[str]:
    """Yield what is wrong with the values of a mapping, in words."""
    if not isinstance(values, dict):
        yield _("It is not an object with names and values.")
        return
    for name in sorted(values.keys() - TOP):
        yield _("“%(name)s” is not among %(names)s.") % {"name": name, "names": ", ".join(sorted(TOP))}
    for name in ("languages", "categories", "authors", "shortcodes"):
        if not isinstance(values.get(name, {}), dict):
            yield _("“%(name)s” is not an object with names and values.") % {"name": name}
            return
    yield from _wrong_words(values)
    yield from _wrong_entries("categories", values.get("categories", {}), AS_CATEGORY)
    yield from _wrong_entries("authors", values.get("authors", {}), AS_AUTHOR)
    yield from _wrong_sections(values)


def _wrong_words(values: dict[str, Any]) -> Iterator[str]:
    codes = languages_of_paper()
    spoken = {"language": values.get("language", "en")} | values.get("languages", {})
    for name, code in spoken.items():
        if code not in codes:
            words = {"name": name, "code": code, "codes": ", ".join(sorted(codes))}
            yield _("%(name)s: “%(code)s” is no language of the paper; these are: %(codes)s.") % words
    if values.get("kind", Kind.NEWS) not in Kind.values:
        words = {"kind": values["kind"], "kinds": ", ".join(Kind.values)}
        yield _("kind: “%(kind)s” is not among %(kinds)s.") % words
    for name, choice in values.get("shortcodes", {}).items():
        if choice not in SHORTCODES:
            words = {"name": name, "choice": choice, "choices": ", ".join(SHORTCODES)}
            yield _("shortcodes, %(name)s: “%(choice)s” is not among %(choices)s.") % words


def _wrong_entries(name: str, entries: dict[str, Any], choices: set[str]) -> Iterator[str]:
    for key, entry in entries.items():
        place = f"{name}, {key}"
        if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
            yield _("%(place)s: write an object of texts, like {“as”: “nothing”}.") % {"place": place}
        elif entry.keys() - FIELDS[name]:
            words = {"place": place, "name": min(entry.keys() - FIELDS[name]), "names": ", ".join(sorted(FIELDS[name]))}
            yield _("%(place)s: “%(name)s” is not among %(names)s.") % words
        elif entry.get("as") not in choices:
            words = {"place": place, "choice": entry.get("as", ""), "choices": ", ".join(sorted(choices))}
            yield _("%(place)s: as “%(choice)s” is not among %(choices)s.") % words
        elif entry["as"] != "nothing" and not entry.get("name", "").strip():
            yield _("%(place)s: it needs a name.") % {"place": place}


def _wrong_sections(values: dict[str, Any]) -> Iterator[str]:
    entries = [
        (key, entry)
        for key, entry in values.get("categories", {}).items()
        if isinstance(entry, dict) and entry.get("as") == "section"
    ]
    tops = {entry.get("slug") for _key, entry in entries if not entry.get("within")}
    tops |= set(Section.objects.filter(parent=None).values_list("slug", flat=True))
    for key, entry in entries:
        slug, within, place = entry.get("slug", ""), entry.get("within", ""), f"categories, {key}"
        if not slug or make_slug(slug, 60) != slug or not any(letter.isalpha() for letter in slug):
            yield _("%(place)s: “%(slug)s” is no slug: small letters from a to z, digits, hyphens.") % {
                "place": place,
                "slug": slug,
            }
        elif not within and slug in reserved_slugs():
            yield _("%(place)s: “%(slug)s” is the address of another page.") % {"place": place, "slug": slug}
        if within and within not in tops:
            yield _("%(place)s: there is no section “%(within)s” of the first level.") % {
                "place": place,
                "within": within,
            }
        if entry.get("kind", Section.Kind.THEME) not in Section.Kind.values:
            yield _("%(place)s: kind is “theme” or “country”.") % {"place": place}
    if values.get("section") and values["section"] not in tops:
        yield _("section: there is no section “%(slug)s” of the first level.") % {"slug": values["section"]}
