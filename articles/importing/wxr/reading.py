"""The items of a WordPress export, one after the other, and a report of what was repaired, left out or looks wrong."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from django.utils.translation import gettext as _

from articles.importing.items import ReadingReport, SourceItem
from articles.importing.wxr.entries import ExportEntry
from articles.importing.wxr.media import read_media
from articles.importing.wxr.mending import reasons
from articles.importing.wxr.scanner import RawElement
from articles.importing.wxr.stories import KINDS, StoryReader
from articles.importing.wxr.survey import CORRECTION, GUEST, ExportSurvey, open_scanner, survey_file
from articles.importing.wxr.terms import TermRow, read_term, terms_of

MOST_FINDINGS = 10_000  # of a kind
ATTACHMENT = "attachment"
DEFAULT = "post"  # the kind of an item of an old export, which names none


def read_wxr(path: str, report: ReadingReport) -> Iterator[SourceItem]:
    """Yield what the export at ``path`` holds: its site, authors and terms, then stories and media as they stand.

    An author or term that only an item names comes before that item. The file is gone through twice, so that what
    stands below can be used above. ``report`` is complete when the last item was taken.
    """
    survey = survey_file(path)
    yield survey.site
    yield from _Reading(survey, report).items(path)


@dataclass
class _Reading:
    survey: ExportSurvey
    report: ReadingReport
    findings: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    keys: dict[str, int] = field(default_factory=dict)  # of the items so far, with what tells two of one number apart

    def items(self, path: str) -> Iterator[SourceItem]:
        yield from self.survey.authors.take_new()
        scanner, _first = open_scanner(path)
        for element in scanner.elements():
            if element.tag in ("wp:category", "wp:tag", "wp:term"):
                for entry in self._entries(element):
                    yield from self.survey.terms.items_of(read_term(entry))
            elif element.tag == "item":
                for entry in self._entries(element):
                    yield from self._item(entry)
        self._sum_up()

    def tell(self, key: str, kind: str, subject: str, why: str = "") -> None:
        self.findings[kind] += 1
        if self.findings[kind] <= MOST_FINDINGS:
            self.report.tell(kind, key, subject[:1000], why)

    def _entries(self, element: RawElement) -> list[ExportEntry]:
        why = ""
        if element.is_too_long:
            why = _("It is longer than 16 MB. Shorten it in WordPress and export it by itself.")
        elif not element.is_whole and b"</item>" not in element.source:
            why = _("The file ends or the next item begins within it. Export again, in parts if the file is large.")
        if not why:
            return self.survey.entries(element)
        if element.tag == "item":
            self.report.count("unreadable")
        self.tell("", "unreadable item", element.source[:200].decode(errors="replace"), why)
        return []

    def _item(self, entry: ExportEntry) -> Iterator[SourceItem]:
        kind = entry.get("wp:post_type") or DEFAULT
        self.report.count(kind)
        for _comment in range(entry.comments):
            self.report.count("comment")
        if kind not in KINDS and kind != ATTACHMENT:
            if kind != GUEST and not (kind == CORRECTION and entry.get("wp:status") == "publish"):
                self.left_out[kind] += 1
            return
        key = self._key(entry, kind)
        tell = partial(self.tell, key)
        for repair, times in entry.repairs.items():
            tell(repair, f"× {times}", reasons().get(repair, ""))
        if self._is_repeated(entry, key):
            tell("repeated item", entry.get("title"), _("The file holds it twice, alike; it comes in once."))
        elif kind == ATTACHMENT:
            yield from self._media(entry, self._own_key(entry, key))
        elif entry.get("wp:status") == "auto-draft" and not entry.get("content:encoded"):
            tell(
                "empty draft",
                entry.get("title"),
                _("WordPress made it when somebody opened a new page; it holds nothing."),
            )
        else:
            yield from self._story(entry, self._own_key(entry, key))

    def _key(self, entry: ExportEntry, kind: str) -> str:
        word = {ATTACHMENT: "media", "wp_block": "block"}.get(kind, "post")
        number = entry.get("wp:post_id")
        if number and number != "0":
            return f"{word}:{number[:20]}"
        name = entry.get("wp:post_name") or entry.get("link") or entry.get("title")
        self.tell(f"{word}:{name[:200]}", "no number", name, _("The item has no number; it is known by its name."))
        return f"{word}:{name[:200]}"

    def _is_repeated(self, entry: ExportEntry, key: str) -> bool:
        return self.keys.get(key) == _gist(entry)

    def _own_key(self, entry: ExportEntry, key: str) -> str:
        """Return ``key``, or one made of it for a second item of the same number, of which WordPress would make two."""
        number, own_key = 1, key
        while own_key in self.keys:
            number += 1
            own_key = f"{key}-{number}"
        self.keys[own_key] = _gist(entry)
        if number > 1:
            self.tell(
                own_key, "number used twice", entry.get("title"), _("Two items of the file have the same number.")
            )
        return own_key

    def _media(self, entry: ExportEntry, key: str) -> Iterator[SourceItem]:
        main = self.survey.terms.main_language
        parent = entry.get("wp:post_parent")
        parent_key = f"post:{parent}" if parent not in ("", "0") else ""
        media = read_media(entry, key, self.survey.addresses, main, partial(self.tell, key), parent_key)
        if media:
            yield media
        else:
            self.tell(key, "missing file", entry.get("title"), _("The export gives no address of the file."))

    def _story(self, entry: ExportEntry, key: str) -> Iterator[SourceItem]:
        for term in terms_of(entry):
            row = TermRow(term.domain, "", term.nicename, term.name)
            yield from self.survey.terms.items_of(row)
        authors = self.survey.authors.of_entry(entry)
        yield from self.survey.authors.take_new()
        if not authors and entry.get("wp:post_type") != "wp_block":
            self.tell(key, "no author", entry.get("title"), _("The export names nobody."))
        yield from StoryReader(self.survey).stories_of(entry, key, authors, partial(self.tell, key))

    def _sum_up(self) -> None:
        """Tell what concerns the file as a whole."""
        for kind, number in self.left_out.items():
            self.tell("", "not brought in", f"{kind}: {number}", _left_out_reasons().get(kind) or _of_a_plugin())
        if comments := self.report.counts.get("comment"):
            self.tell("", "not brought in", f"comment: {comments}", _("The paper has no comments of readers."))
        if not self.survey.is_closed:
            why = _("The file has no end. Compare the counts with WordPress, and export again if they differ.")
            self.tell("", "cut off", "", why)
        self._tell_of_authors_and_terms()
        for kind, number in list(self.findings.items()):
            if number > MOST_FINDINGS:
                more = str(number - MOST_FINDINGS)
                self.report.tell(kind, "", more, _("There are that many more of this kind than are listed."))

    def _tell_of_authors_and_terms(self) -> None:
        for number in self.survey.corrections:
            if f"post:{number}" not in self.keys:
                self.tell(f"post:{number}", "correction", "", _("The story that was corrected isn't in the file."))
        for key, names in self.survey.authors.shared_mails():
            why = _("Several authors have one mail address; they stay apart.")
            self.tell(key, "shared mail", ", ".join(names), why)
        for key in self.survey.authors.without_name:
            self.tell(key, "no name", "", _("WordPress showed a mail address as the name; its first part was taken."))
        for key in self.survey.terms.circles():
            self.tell(key, "circle of categories", "", _("The category lies within itself; it comes in on its own."))


def _gist(entry: ExportEntry) -> int:
    """Return what WordPress itself compares before it takes an item for one that is already there."""
    return hash((entry.get("title"), entry.get("wp:post_date"), entry.get("wp:post_type"), entry.get("wp:post_name")))


def _left_out_reasons() -> dict[str, str]:
    menus, look = _("Menus are made on the desk."), _("It is the old site's look.")
    return {
        "nav_menu_item": menus,
        "wp_navigation": menus,
        "revision": _("Only the last state of a story is brought in."),
        "customize_changeset": look,
        "custom_css": look,
        "wp_global_styles": look,
        "wp_template": look,
        "wp_template_part": look,
        "wp_font_family": look,
        "wp_font_face": look,
        "oembed_cache": _("Embeds are made from the addresses in the text."),
        CORRECTION: _("Only corrections that were published are brought in."),
        "user_request": _("It is about the data of a person."),
        "feedback": _("It is a letter that a form of the old site took; letters stay with who got them."),
    }


def _of_a_plugin() -> str:
    return _(
        "It is a kind of a plugin or theme. If these are stories, change them to posts in WordPress and export again."
    )
