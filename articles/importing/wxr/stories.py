"""Posts, pages and reusable blocks as stories: one for each language that their text holds."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from articles.importing.items import SourceState, SourceStory
from articles.importing.wxr.attributes import attributes_of
from articles.importing.wxr.dates import modified_at, published_at
from articles.importing.wxr.entries import ExportEntry
from articles.importing.wxr.languages import in_language, language_of_locale, split_languages
from articles.importing.wxr.seo import seo_texts
from articles.importing.wxr.site_addresses import former_paths, whole_slug
from articles.importing.wxr.survey import ExportSurvey
from articles.importing.wxr.terms import LANGUAGE, TRANSLATIONS, UNUSED, term_key, terms_of
from articles.importing.wxr.words import plain, plain_line, spam_links

KINDS = {"post": "story", "page": "page", "wp_block": "block"}
STATES = {
    "publish": SourceState.PUBLISHED,
    "future": SourceState.SCHEDULED,
    "draft": SourceState.DRAFT,
    "pending": SourceState.DRAFT,
    "auto-draft": SourceState.DRAFT,
    "private": SourceState.PRIVATE,
    "trash": SourceState.TRASHED,
}
PRIMARY = ("_yoast_wpseo_primary_category", "rank_math_primary_category", "_primary_category", "epc_primary_category")
TRASHED = "__trashed"
QUERY_LANGUAGE = re.compile(r"[?&]lang=([A-Za-z_-]{2,10})")
WPML_ORIGINAL = "_icl_lang_duplicate_of"

Tell = Callable[[str, str, str], None]


@dataclass(frozen=True)
class _Words:
    """What of a story is said in its language."""

    title: str
    text: str
    standfirst: str
    seo_title: str
    seo_description: str


@dataclass(frozen=True)
class StoryReader:
    """Turns the entry of an item into stories, by what the survey of the file says."""

    survey: ExportSurvey

    def stories_of(self, entry: ExportEntry, key: str, authors: tuple[str, ...], tell: Tell) -> Iterator[SourceStory]:
        """Yield the story that ``entry`` is; one for each language if its text is in several."""
        texts = split_languages(entry.get("content:encoded"))
        codes = [code for code, text in texts.items() if text] or list(split_languages(entry.get("title")))
        main = self.survey.terms.main_language
        first = main if main in codes else next(iter(codes), "")
        base = self._story(entry, key, authors, first, tell)
        yield base
        for code in codes:
            if code != first:
                yield self._in_language(base, entry, code, first)

    def _story(self, entry: ExportEntry, key: str, authors: tuple[str, ...], code: str, tell: Tell) -> SourceStory:
        kind = KINDS.get(entry.get("wp:post_type") or "post", "story")
        state = self._state(entry, tell)
        words = self._words(entry, code, code)
        for sign, host in spam_links(entry.get("content:encoded"), self.survey.addresses.hosts):
            tell(
                "spam",
                f"{sign}: {host}",
                _("Somebody may have broken into the old site. Look at the text before it goes public."),
            )
        thumbnail = entry.meta("_thumbnail_id")
        published = self._published_at(entry, state, tell)
        if state is SourceState.SCHEDULED and published is None:
            tell("state", "future", _("It has no time at which it is to appear; it comes in as a draft."))
            state = SourceState.DRAFT
        return SourceStory(
            key=key,
            kind=kind,
            format="wordpress",
            state=state,
            slug=whole_slug(entry.get("wp:post_name").removesuffix(TRASHED)),
            authors=authors,
            terms=self._terms(entry, code),
            lead_media=f"media:{thumbnail}" if thumbnail.isdecimal() and thumbnail != "0" else "",
            published_at=published,
            modified_at=modified_at(entry, self.survey.offsets, tell),
            language=language_of_locale(code) or self._language(entry),
            translation_of=key if code else self._group(entry),
            addresses=self._addresses(entry),
            corrections=tuple(self.survey.corrections.get(entry.get("wp:post_id"), ())),
            placements=("sticky",) if entry.get("wp:is_sticky") == "1" else (),
            attributes=attributes_of(entry, tell),
            **vars(words),
        )

    def _in_language(self, base: SourceStory, entry: ExportEntry, code: str, main: str) -> SourceStory:
        """Return the story in a further language, which qTranslate showed under the language before the same path."""
        folder = self.survey.addresses.folder
        path = next((path for path in base.addresses[:1] if "?" not in path), "")
        addresses = (f"{folder}/{code}{path.removeprefix(folder)}", f"{path}?lang={code}") if path else ()
        return replace(
            base,
            key=f"{base.key}:{code}",
            terms=self._terms(entry, code),
            language=language_of_locale(code),
            addresses=addresses,
            placements=(),
            **vars(self._words(entry, code, main)),
        )

    def _words(self, entry: ExportEntry, code: str, main: str) -> _Words:
        title = plain_line(in_language(entry.get("title"), code, main))
        standfirst = plain(in_language(entry.get("excerpt:encoded"), code, main))
        categories = [term.name for term in terms_of(entry) if term.domain == "category"]
        category = plain_line(in_language(categories[0], code, main)) if categories else ""
        names = {"title": title, "sitename": self.survey.site.name, "sitedesc": self.survey.description}
        seo_title, seo_description = seo_texts(entry, names | {"excerpt": standfirst, "category": category}, code, main)
        text = in_language(entry.get("content:encoded"), code, main)
        return _Words(title, text, standfirst, seo_title, seo_description)

    def _state(self, entry: ExportEntry, tell: Tell) -> SourceState:
        written = entry.get("wp:status")
        state = STATES.get(written)
        if state is None:
            tell("state", written or "–", _("WordPress itself has no such state for a story; it comes in as a draft."))
            return SourceState.DRAFT
        is_public = state in (SourceState.PUBLISHED, SourceState.SCHEDULED)
        return SourceState.PRIVATE if is_public and entry.get("wp:post_password") else state

    def _published_at(self, entry: ExportEntry, state: SourceState, tell: Tell) -> datetime | None:
        """Return the day of publication; a draft has one only if somebody set it, which the time in UTC shows."""
        if state is SourceState.DRAFT and not entry.get("wp:post_date_gmt").strip("0-: "):
            return None
        time = published_at(entry, self.survey.offsets, tell)
        if time is None and state is not SourceState.DRAFT:
            tell(
                "no time",
                entry.get("wp:post_date") or entry.get("pubDate"),
                _("The export doesn't say when it appeared."),
            )
        return time

    def _terms(self, entry: ExportEntry, code: str) -> tuple[str, ...]:
        index = self.survey.terms
        keys = [index.key_of_item(term) for term in terms_of(entry) if term.domain not in UNUSED]
        primary = next((key for name in PRIMARY if (key := index.numbers.get(entry.meta(name))) in keys), None)
        keys.sort(key=lambda key: key != primary)
        return tuple(dict.fromkeys(index.key_in(key, code) for key in keys))

    def _language(self, entry: ExportEntry) -> str:
        slug = next((term.nicename for term in entry.terms if term.domain == LANGUAGE), "")
        if slug:
            return self.survey.terms.language_of(slug)
        if code := entry.meta("_wpml_import_language_code", "_wpml_language", "wpml_language"):
            return language_of_locale(code)
        query = QUERY_LANGUAGE.search(entry.get("link"))
        return language_of_locale(query[1]) if query else ""

    def _group(self, entry: ExportEntry) -> str:
        """Return the word that this and its translations share, as Polylang and WPML have it."""
        number = entry.get("wp:post_id")
        slug = next((term.nicename for term in entry.terms if term.domain == TRANSLATIONS), "")
        if group := slug or self.survey.terms.groups.get(number, ""):
            return term_key(TRANSLATIONS, group)
        if group := entry.meta("_wpml_import_translation_group"):
            return f"wpml:{group}"
        if original := entry.meta(WPML_ORIGINAL):
            return f"post:{original}"
        return f"post:{number}" if number in self.survey.originals else ""

    def _addresses(self, entry: ExportEntry) -> tuple[str, ...]:
        addresses, number = self.survey.addresses, entry.get("wp:post_id")
        link = addresses.own_path(entry.get("link"))
        paths = [link]
        if number.isdecimal():
            paths += [addresses.within(f"/?page_id={number}")] if entry.get("wp:post_type") == "page" else []
            paths.append(addresses.within(f"/?p={number}"))
        paths.append(addresses.own_path(entry.get("guid")))
        dates = entry.all_of_meta("_wp_old_date")
        if link and "?" not in link:
            paths += former_paths(link, entry.get("wp:post_name"), entry.all_of_meta("_wp_old_slug"), dates)
        return tuple(dict.fromkeys(path for path in paths if path))
