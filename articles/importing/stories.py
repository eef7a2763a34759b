"""A story of the source as it is to be stored: its columns, its rows of others, its path, and what is told of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.desk import path_claims
from articles.importing.hooks import Shortcode
from articles.importing.items import SourceFinding, SourceState, SourceStory
from articles.importing.ledger import Ledger
from articles.importing.mapping import Mapping
from articles.importing.media import Described, ImportedPictures
from articles.importing.survey import Survey, hash_of
from articles.importing.texts import Body, Unusable, body_of, surroundings_of
from articles.models import Address, Article, Author, ImportedRow, Section
from articles.models.copy import Copy, shared_values
from articles.models.merge import still_there
from articles.text import make_slug
from ground.characters import normalise, one_line

LONGEST_STANDFIRST = 400  # as the form takes it
LONGEST = {field.name: field.max_length for field in Copy._meta.local_fields}
MOST_TAGS = 30


@dataclass
class ReadyStory:
    """A story that only needs to be stored."""

    source: SourceStory
    came: str
    values: dict[str, Any]  # columns that an article and an edition share
    authors: list[int] = field(default_factory=list)
    sections: list[int] = field(default_factory=list)  # further ones
    tags: list[int] = field(default_factory=list)
    path: str = ""  # "": readers don't get it
    published_at: datetime | None = None
    findings: list[SourceFinding] = field(default_factory=list)
    lacks_media: bool = False

    def tell(self, kind: str, text: str, why: str = "") -> None:
        self.findings.append(SourceFinding(kind, self.source.key, text, why))


def first_day(story: SourceStory, zone: ZoneInfo) -> str:
    """Return the day in the address of a story that is public with a date in the past; else ""."""
    moment = story.published_at or story.modified_at
    if story.kind != "story" or story.state != SourceState.PUBLISHED or moment is None or moment > timezone.now():
        return ""
    return f"{moment.astimezone(zone):%Y/%m/%d}"


def slug_of_story(story: SourceStory) -> str:
    """Return the slug of a story, in the paper's letters."""
    slug = make_slug(unquote(story.slug, errors="ignore")) or make_slug(story.title)
    return slug or make_slug(story.key.replace(":", "-")) or "article"


def claim_paths(stories: list[SourceStory], survey: Survey, ledger: Ledger, zone: ZoneInfo) -> None:
    """Write down which path each public story gets: the one it has, else the first free one that its slug gives."""
    rows = ledger.rows(story.key for story in stories)
    numbers = {row.row: key for key, row in rows.items() if row.model == Article._meta.label}
    for path, article in Address.objects.filter(article__in=numbers).order_by("-pk").values_list("path", "article"):
        survey.claim(path, numbers[article])
    paths = {story.key: f"/{day}/{slug_of_story(story)}/" for story in stories if (day := first_day(story, zone))}
    new = {key: path for key, path in paths.items() if not survey.path_of(key)}
    unfree_paths = path_claims.taken_paths(list(new.values()), None) if new else set()
    for key, path in new.items():
        if path in unfree_paths or not survey.claim(path, key):
            for candidate in path_claims.candidates(path):
                if survey.claim(candidate, key):
                    break


class Preparing:
    """Makes stories ready: all that takes time and no lock."""

    def __init__(
        self,
        ledger: Ledger,
        survey: Survey,
        mapping: Mapping,
        pictures: ImportedPictures,
        shortcodes: dict[str, Shortcode],
        zone: ZoneInfo,
    ) -> None:
        self.ledger, self.survey, self.mapping, self.pictures = ledger, survey, mapping, pictures
        self.shortcodes, self.zone = shortcodes, zone
        self.default_section = Section.objects.filter(parent=None, slug=mapping.section).values_list("pk", flat=True)

    def ready(self, stories: list[SourceStory]) -> Iterator[ReadyStory | tuple[SourceStory, str]]:
        """Yield each story ready to be stored, or with why its text can't be brought."""
        keys = {key for story in stories for key in (*story.authors, *story.terms)}
        rows = self.ledger.rows(keys)
        default = next(iter(self.default_section), None)
        self.pictures.look_up(story.lead_media for story in stories if story.lead_media)
        places = {
            label: set(still_there(model, [row.row for row in rows.values() if row.model == label]))
            for label, model in (("articles.Author", Author), ("articles.Section", Section))
        }
        for story in stories:
            try:
                yield self._ready(story, rows, places, default)
            except Unusable as trouble:
                yield story, str(trouble)

    def _ready(
        self, story: SourceStory, rows: dict[str, ImportedRow], places: dict[str, set[int]], default: int | None
    ) -> ReadyStory:
        surroundings = surroundings_of(story, self.survey, self.shortcodes)
        body = body_of(story, surroundings, self.survey, self.pictures)
        ready = ReadyStory(story, hash_of(story), {}, findings=body.findings, lacks_media=body.lacks_media)
        self._place(ready, rows, places, default)
        self._columns(ready, body)
        self._publish(ready)
        return ready

    def _place(
        self, ready: ReadyStory, rows: dict[str, ImportedRow], places: dict[str, set[int]], default: int | None
    ) -> None:
        """Find the rows of authors, sections and tags that stand for those of the source."""
        story = ready.source
        numbers: dict[str, list[int]] = {"articles.Author": [], "articles.Section": [], Tag._meta.label: []}
        for key in dict.fromkeys((*story.authors, *story.terms)):
            row = rows.get(key)
            if row is None:
                ready.tell("unknown reference", key, _("The export has no such author or term."))
            elif row.row and row.model in numbers and row.row not in numbers[row.model]:
                numbers[row.model].append(row.row)
        ready.authors = [pk for pk in numbers["articles.Author"] if pk in places["articles.Author"]]
        sections = [pk for pk in numbers["articles.Section"] if pk in places["articles.Section"]]
        ready.values["section_id"] = sections[0] if sections else default
        ready.sections = sections[1:]
        ready.tags = numbers[Tag._meta.label][:MOST_TAGS]
        if len(numbers[Tag._meta.label]) > MOST_TAGS:
            ready.tell("too many tags", str(len(numbers[Tag._meta.label])), _("The first 30 were taken."))

    def _columns(self, ready: ReadyStory, body: Body) -> None:
        story, values = ready.source, ready.values
        headline = one_line(story.title) or _("Without a headline (%(key)s)") % {"key": story.key}
        if not one_line(story.title):
            ready.tell("no headline", headline)
        values |= {
            "headline": self._cut(ready, "headline", headline),
            "slug": slug_of_story(story),
            "standfirst": self._cut(ready, "standfirst", normalise(story.standfirst).strip(), LONGEST_STANDFIRST),
            "body": body.html,
            "kind": self.mapping.kind,
            "language": self.mapping.language_of(story.language or self.survey.site.language),
            "seo_title": self._cut(ready, "seo_title", one_line(story.seo_title)),
            "seo_description": self._cut(ready, "seo_description", one_line(story.seo_description)),
        }
        if story.lead_media:
            values["lead_caption"] = self._cut(ready, "lead_caption", one_line(story.lead_caption))
            about = Described(caption=values["lead_caption"])
            image = self.pictures.image_of(story.lead_media, about, ready.findings, story.key)
            values["lead_image_id"] = image
            ready.lacks_media |= image is None
        self._corrections(ready)

    def _cut(self, ready: ReadyStory, name: str, text: str, most: int | None = None) -> str:
        most = most or LONGEST[name]
        if most is None or len(text) <= most:
            return text
        ready.tell("cut text", f"{name}: {text}", _("At most %(most)d characters are kept.") % {"most": most})
        return (text[: most - 1].rpartition(" ")[0] or text[: most - 1]) + "…"

    def _corrections(self, ready: ReadyStory) -> None:
        dated, undated = [], []
        for day, text in ready.source.corrections:
            try:
                dated.append({"day": date.fromisoformat(day).isoformat(), "text": text})
            except ValueError:
                undated.append(text)
        ready.values["dated_corrections"] = sorted(dated, key=lambda correction: correction["day"])
        ready.values["corrections"] = "\n".join(undated)

    def _publish(self, ready: ReadyStory) -> None:
        """Give the story its path if readers may have it; else say why it is a draft."""
        story = ready.source
        wished_path = f"/{first_day(story, self.zone)}/{ready.values['slug']}/"
        path = self.survey.path_of(story.key)
        if story.state != SourceState.PUBLISHED:
            when = f" {story.published_at:%Y-%m-%d %H:%M} UTC" if story.published_at else ""
            ready.tell("not public", f"{story.state.value}{when}", _("Readers of the old site did not have it."))
        elif not first_day(story, self.zone):
            ready.tell("no date", str(story.published_at or ""), _("Without a time in the past it is a draft."))
        elif ready.values["section_id"] is None:
            ready.tell("no section", story.title, _("It is a draft: name a section for such stories in the mapping."))
        else:
            ready.path, ready.published_at = path, story.published_at or story.modified_at
            if path != wished_path:
                ready.values["slug"] = path.split("/")[-2]
                ready.tell("another address", wished_path, path)
        ready.values = shared_values(Article(**ready.values))
