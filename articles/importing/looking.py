"""Looks at an export and changes nothing: what it holds, what would be left out and why, and a mapping to edit."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from articles.body import markup
from articles.importing import formats
from articles.importing.hooks import load_hooks
from articles.importing.items import ReadingReport, SourceFinding, SourceMedia, SourceState, SourceStory
from articles.importing.ledger import in_batches
from articles.importing.mapping import draft
from articles.importing.media import MediaMissing, MediaSource, OldSite, media_source
from articles.importing.running import ImportOrder, read_items
from articles.importing.survey import Survey, new_survey
from articles.importing.texts import Unusable, body_of, surroundings_of

MOST_KINDS = 10_000  # of findings that are counted apart
MOST_EXAMPLES = 3
BATCH = 500


@dataclass
class ExportLook:
    """What an export holds; ``mapping`` is a draft for a person to edit."""

    format: str
    items: dict[str, int] = field(default_factory=dict)  # by kind
    read: dict[str, int] = field(default_factory=dict)  # by the source's own kinds
    states: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    former_addresses: int = 0
    missing_media: int = 0
    findings: Counter[str] = field(default_factory=Counter)  # by kind and what
    examples: dict[str, list[str]] = field(default_factory=dict)  # keys
    attributes: Counter[str] = field(default_factory=Counter)  # what else the source has, for hooks
    mapping: dict[str, Any] = field(default_factory=dict)

    def tell(self, finding: SourceFinding) -> None:
        """Count a finding, with some of the items that it is about."""
        kind = f"{finding.kind}: {finding.what[:80]}" if finding.kind in COUNTED_BY_WHAT else finding.kind
        if kind in self.findings or len(self.findings) < MOST_KINDS:
            self.findings[kind] += 1
            examples = self.examples.setdefault(kind, [])
            if len(examples) < MOST_EXAMPLES:
                examples.append(finding.key)


COUNTED_BY_WHAT = {"shortcode", "block", "element"}


def look_at_export(order: ImportOrder) -> ExportLook:
    """Return what the file of ``order`` holds; raise ``ReadingError`` if it can't be read. Nothing is stored."""
    format_name, hooks = order.format or formats.recognise(order.path), load_hooks(order.hooks)
    look, report = ExportLook(format_name), ReadingReport()
    with new_survey() as survey:
        for item in read_items(order.path, format_name, report):
            survey.note(item)
            look.former_addresses += len(getattr(item, "addresses", ())) if not hasattr(item, "system") else 0
            _tell_all(look, report)
        _tell_all(look, report)
        source = media_source(order.media, survey)
        again = (item for item in read_items(order.path, format_name, ReadingReport()) if isinstance(item, SourceStory))
        for stories in in_batches(again, BATCH):
            with markup.remember_cleaned():
                for story in stories:
                    _look_at_story(look, story, survey, hooks.shortcodes)
        _look_for_media(look, survey, source)
        look.items, look.read = survey.counts(), report.counts
        shortcodes = [kind.partition(": ")[2] for kind in look.findings if kind.startswith("shortcode: ")]
        look.mapping = draft(survey, sorted(look.languages), sorted(shortcodes))
    return look


def _tell_all(look: ExportLook, report: ReadingReport) -> None:
    for finding in report.findings:
        look.tell(finding)
    report.findings.clear()


def _look_at_story(look: ExportLook, story: SourceStory, survey: Survey, shortcodes: dict) -> None:
    if story.kind not in {"story", "page"}:
        return
    look.states[story.state.value] += 1
    look.languages[story.language or survey.site.language] += 1
    look.attributes.update(name for name, _value in story.attributes)
    if story.kind == "story" and story.state == SourceState.PUBLISHED and not (story.published_at or story.modified_at):
        look.tell(SourceFinding("no date", story.key, story.title))
    if story.lead_media and not survey.item(SourceMedia, story.lead_media):
        look.tell(SourceFinding("missing picture", story.key, story.lead_media, _("The export does not list it.")))
    try:
        body = body_of(story, surroundings_of(story, survey, shortcodes), survey, None)
    except Unusable as trouble:
        look.tell(SourceFinding("left out", story.key, story.title, str(trouble)))
        return
    for finding in body.findings:
        if finding.kind != "link to the old site":  # paths are given by a run
            look.tell(finding)


def _look_for_media(look: ExportLook, survey: Survey, source: MediaSource | None) -> None:
    """Count files that a folder or an archive lacks; the old site is not asked for each."""
    if source is None or isinstance(source, OldSite):
        return
    for media in survey.items(SourceMedia):
        try:
            source.read(media.address)
        except (MediaMissing, OSError) as missing:
            look.missing_media += 1
            look.tell(SourceFinding("missing file", media.key, media.address, str(missing)))


def lines_of(look: ExportLook) -> list[str]:
    """Return what a look tells, for people."""
    lines = [_("Format: %(format)s") % {"format": look.format}, str(_("Items:"))]
    lines += [f"  {kind}: {number}" for kind, number in sorted(look.items.items())]
    for title, counts in (
        (_("In the source’s own words:"), look.read),
        (_("States:"), look.states),
        (_("Languages:"), look.languages),
        (_("Further attributes (for hooks):"), look.attributes),
    ):
        if counts:
            lines += [str(title), *(f"  {name or '–'}: {number}" for name, number in sorted(counts.items()))]
    lines.append(_("Former addresses: %(number)d") % {"number": look.former_addresses})
    if look.findings:
        lines.append(str(_("Findings:")))
        for kind, number in look.findings.most_common():
            lines.append(f"  {kind}: {number} ({', '.join(filter(None, look.examples[kind]))})")
    return lines
