"""Categories, tags and other words of an export, each once; and what terms say of languages and translations."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from articles.importing.items import SourceTerm
from articles.importing.wxr.entries import EntryTerm, ExportEntry
from articles.importing.wxr.languages import language_of_locale, split_languages
from articles.importing.wxr.php_values import PhpValue, read_php
from articles.importing.wxr.site_addresses import SiteAddresses, nicename, whole_slug
from articles.importing.wxr.words import plain, plain_line

KINDS = {"category": "category", "post_tag": "tag", "tag": "tag"}
LANGUAGE = "language"
TRANSLATIONS = "post_translations"
TERM_TRANSLATIONS = "term_translations"
# What these say is used elsewhere (authors, languages) or is of no use apart from the old site (menus, templates).
UNUSED = {LANGUAGE, TRANSLATIONS, TERM_TRANSLATIONS, "author", "nav_menu", "term_language", "wp_theme", "link_category"}
DEEPEST = 20


@dataclass(frozen=True)
class TermRow:
    """A category, tag or other term as the head of the export has it."""

    domain: str
    number: str
    slug: str
    name: str
    parent: str = ""
    description: str = ""


def read_term(entry: ExportEntry) -> TermRow:
    """Return what a <wp:category>, <wp:tag> or <wp:term> says."""
    number = entry.get("wp:term_id")
    if entry.tag == "wp:category":
        parent, name = entry.get("wp:category_parent"), entry.get("wp:cat_name")
        description = entry.get("wp:category_description")
        return TermRow("category", number, entry.get("wp:category_nicename"), name, parent, description)
    if entry.tag == "wp:tag":
        name, description = entry.get("wp:tag_name"), entry.get("wp:tag_description")
        return TermRow("post_tag", number, entry.get("wp:tag_slug"), name, "", description)
    domain, slug, name = entry.get("wp:term_taxonomy"), entry.get("wp:term_slug"), entry.get("wp:term_name")
    return TermRow(domain, number, slug, name, entry.get("wp:term_parent"), entry.get("wp:term_description"))


@dataclass
class TermIndex:
    """What of all terms must be there before the first item: parents, numbers, languages."""

    addresses: SiteAddresses = field(default_factory=lambda: SiteAddresses(()))
    main_language: str = ""  # two letters
    parents: dict[str, str] = field(default_factory=dict)  # slugs of categories
    numbers: dict[str, str] = field(default_factory=dict)  # of categories, to their keys
    locales: dict[str, str] = field(default_factory=dict)  # from the slug of a language to BCP 47
    languages: dict[str, str] = field(default_factory=dict)  # from the number of a term to the slug of its language
    groups: dict[str, str] = field(default_factory=dict)  # from the number of a post to its group of translations
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of terms whose name is in several languages
    ready: set[str] = field(default_factory=set)  # keys of those that were yielded

    def learn(self, row: TermRow) -> None:
        """Note what others than the term itself need of it."""
        if row.domain == "category":
            slug = term_slug(row.slug, row.name)
            self.parents[slug] = term_slug(row.parent, "") if row.parent else ""
            self.numbers[row.number] = term_key(row.domain, slug)
        elif row.domain == LANGUAGE:
            self.locales[row.slug] = language_of_locale(str(_rows(row.description).get("locale", "")) or row.slug)
        elif row.domain == TRANSLATIONS:
            self.groups.update((str(number), row.slug) for number in _rows(row.description).values())
        elif row.domain == TERM_TRANSLATIONS:
            self.languages.update((str(number), slug) for slug, number in _rows(row.description).items())

    def language_of(self, slug: str) -> str:
        """Return the BCP 47 code of Polylang's ``slug`` of a language."""
        return self.locales.get(slug) or language_of_locale(slug)

    def items_of(self, row: TermRow) -> Iterator[SourceTerm]:
        """Yield the term that wasn't yielded yet, one for each language that its name holds."""
        kind, slug = KINDS.get(row.domain, row.domain), term_slug(row.slug, row.name)
        names = split_languages(row.name)
        descriptions = split_languages(row.description)
        if len(names) > 1:
            self.codes.setdefault(term_key(row.domain, slug), tuple(names))
        for code in names or [""]:
            key = self.key_in(term_key(row.domain, slug), code)
            if not slug or not kind or row.domain in UNUSED or key in self.ready:
                continue
            self.ready.add(key)
            yield SourceTerm(
                key,
                kind,
                plain_line(names.get(code, row.name)) or slug,
                slug,
                self._parent(slug, code) if row.domain == "category" else "",
                plain(descriptions.get(code, row.description)),
                language_of_locale(code) or self.language_of(self.languages.get(row.number, "")),
                tuple(self._paths(row, slug)) if key == term_key(row.domain, slug) else (),
            )

    def key_in(self, key: str, code: str) -> str:
        """Return the key of the form of ``key`` in a language; that in the main one keeps the plain key."""
        codes = self.codes.get(key, ())
        main = self.main_language if self.main_language in codes else next(iter(codes), "")
        return f"{key}:{code}" if code in codes and code != main else key

    def key_of_item(self, term: EntryTerm) -> str:
        """Return the key of a term as an item names it."""
        return term_key(term.domain, term_slug(term.nicename, term.name))

    def _parent(self, slug: str, code: str) -> str:
        parent = self.parents.get(slug)
        return self.key_in(term_key("category", parent), code) if parent and len(self._chain(slug)) <= DEEPEST else ""

    def _chain(self, slug: str) -> list[str]:
        """Return the slugs from the uppermost category down to that of ``slug``; more than 20 for a circle."""
        chain: list[str] = []
        while slug and len(chain) <= DEEPEST:
            chain.insert(0, slug)
            slug = self.parents.get(slug, "")
        return chain

    def _paths(self, row: TermRow, slug: str) -> Iterator[str]:
        if row.domain == "category":
            chain = self._chain(slug)
            yield self.addresses.within(f"/category/{'/'.join(chain if len(chain) <= DEEPEST else [slug])}/")
            if row.number:
                yield self.addresses.within(f"/?cat={row.number}")
        elif KINDS.get(row.domain) == "tag":
            yield self.addresses.within(f"/tag/{row.slug or slug}/")
            yield self.addresses.within(f"/?tag={row.slug or slug}")

    def circles(self) -> list[str]:
        """Return the keys of categories that lie within themselves."""
        return [term_key("category", slug) for slug in self.parents if len(self._chain(slug)) > DEEPEST]


def term_slug(slug: str, name: str) -> str:
    """Return the slug under which WordPress would store a term; one with spaces in it was written by other software."""
    return nicename(slug or name) if not slug or " " in slug else whole_slug(slug)


def term_key(domain: str, slug: str) -> str:
    return f"{KINDS.get(domain, domain)}:{slug}"


def terms_of(entry: ExportEntry) -> list[EntryTerm]:
    """Return the terms of an item, categories first; an old export names each twice, once without its slug."""
    names = {term.name for term in entry.terms if term.domain}
    terms = [
        term if term.domain else EntryTerm("category", "", term.name)
        for term in entry.terms
        if term.domain or term.name not in names
    ]
    return sorted((term for term in terms if term.nicename or term.name), key=lambda term: term.domain != "category")


def _rows(description: str) -> dict[str, PhpValue]:
    try:
        value = read_php(description)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def as_text(value: str) -> str:
    """Return a serialized value as JSON, any other as it is."""
    try:
        return json.dumps(read_php(value), ensure_ascii=False)
    except ValueError:
        return value
