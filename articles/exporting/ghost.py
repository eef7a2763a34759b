"""The paper as the JSON that Ghost 5 imports: posts, pages, tags, users and how they belong together."""

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from html import escape
from tempfile import TemporaryFile
from typing import IO, Any, TextIO

from taggit.models import Tag

from articles.body import markup
from articles.exporting.lexical import LexicalBody
from articles.exporting.stories import (
    PublicState,
    Story,
    paper_root,
    public_picture_address,
    read_stories,
    rows_in_batches,
)
from articles.exporting.story_batches import with_surroundings
from articles.exporting.text_surroundings import ShownPicture, TextSurroundings, own_sites
from articles.exporting.wordpress import last_part, nicenames
from articles.models import Author, FlatPage, Image, Section
from ground.characters import strip_control

VERSION = "5.87.1"  # of Ghost, whose form it is
STATUSES = {
    PublicState.PUBLISHED: "published",
    PublicState.SCHEDULED: "scheduled",
    PublicState.DRAFT: "draft",
}  # what is in the trash is left out: Ghost has none
KINDS = {"story": 1, "page": 2, "section": 3, "tag": 4, "author": 5}
UUIDS = uuid.UUID("0d3c8a4e-6f0e-4a43-9a4a-6a0c1c6b9d11")  # the namespace of posts' UUIDs, so that they last
EXCERPT, TITLE, DESCRIPTION, ALT, BIOGRAPHY, SLUG = 300, 300, 500, 191, 250, 185  # the most characters that Ghost takes
TABLES = ("posts", "tags", "users", "posts_tags", "posts_authors", "posts_meta")
# Where each field of a text goes; what Ghost has no place for is told in docs/export.md.
POST_FIELDS = {"headline", "slug", "standfirst", "body", "language"}
META_FIELDS = {
    "seo_title": ("meta_title", TITLE),
    "seo_description": ("meta_description", DESCRIPTION),
    "social_title": ("og_title", TITLE),
    "social_description": ("og_description", DESCRIPTION),
    "lead_caption": ("feature_image_caption", 65_535),
}
OTHER_PLACES = {  # a tag, two fields, lines below the text, a line in the page's head
    *("section", "lead_image", "corrections", "dated_corrections", "noindex"),
}
WITHOUT_PLACE = {"kicker", "kind", "dateline", "related", "off_front", "translation_of"}

Row = dict[str, Any]


def write_ghost(out: TextIO, alias: str, at: datetime, since: datetime | None = None) -> int:
    """Write the paper as it is at ``at``, and return how many stories it has; with ``since`` only what changed."""
    with ExitStack() as open_files:
        files: dict[str, IO[str]] = {
            name: open_files.enter_context(TemporaryFile("w+", encoding="utf-8")) for name in TABLES
        }
        tables = _Tables(files)
        writer = _Ghost(tables, alias, at)
        writer.write_terms()
        writer.write_users()
        writer.write_pages()
        count = 0
        for story, around in with_surroundings(read_stories(alias, at, since), alias, at):
            if story.state in STATUSES:
                writer.write_story(story, around)
                count += 1
        meta = {"exported_on": int(at.timestamp() * 1000), "version": VERSION}
        out.write(f'{{"db":[{{"meta":{json.dumps(meta)},"data":{{')
        tables.copy_to(out)
        out.write("}}]}\n")
    return count


def ghost_id(kind: str, pk: int) -> str:
    """Return the id of a row: 24 hex digits, as Ghost's are."""
    return f"{KINDS[kind]:08x}{pk:016x}"


class _Tables:
    """Rows of several tables, each in a file that goes away, as the JSON has one table after the other."""

    def __init__(self, files: dict[str, IO[str]]) -> None:
        self._files = files

    def add(self, table: str, row: Row) -> None:
        file = self._files[table]
        file.write((",\n" if file.tell() else "") + strip_control(json.dumps(row, ensure_ascii=False)))

    def copy_to(self, out: TextIO) -> None:
        for number, (name, file) in enumerate(self._files.items()):
            out.write(f'{"," if number else ""}\n"{name}":[')
            file.seek(0)
            while part := file.read(1 << 20):
                out.write(part)
            out.write("]")


class _Ghost:
    """A writer of the rows of all tables."""

    def __init__(self, tables: _Tables, alias: str, at: datetime) -> None:
        self.tables, self.alias, self.at, self.root = tables, alias, at, paper_root()
        self.sites = own_sites(alias)

    def write_terms(self) -> None:
        """Write sections and tags, which are all tags in Ghost, each with a slug of its own."""
        sections = list(Section.objects.using(self.alias).with_parent().order_by("parent_id", "order", "pk"))
        slugs = nicenames(sections)
        for section in sections:
            self._add_tag(ghost_id("section", section.pk), section.name, slugs[section.pk], section.description)
        section_slugs = set(slugs.values())
        for batch in rows_in_batches(Tag.objects.using(self.alias).all()):
            for tag in batch:
                slug = f"tag-{tag.slug}" if tag.slug in section_slugs else tag.slug
                self._add_tag(ghost_id("tag", tag.pk), tag.name, slug, "")

    def _add_tag(self, key: str, name: str, slug: str, description: str) -> None:
        texts = {"name": name, "slug": slug[:SLUG], "description": cut(description, DESCRIPTION) or None}
        self.tables.add("tags", {"id": key, **texts, "visibility": "public"})

    def write_users(self) -> None:
        """Write authors; their addresses are made up, as Ghost needs some and nobody's is given away."""
        for batch in rows_in_batches(Author.objects.using(self.alias).select_related("picture")):
            for author in batch:
                picture = public_picture_address(author.picture, self.root) if author.picture else None
                links = author.links.split()
                values = {"profile_image": picture, "bio": cut(author.biography, BIOGRAPHY) or None}
                values |= {"website": links[0] if links else None, "email": f"{author.slug}@authors.invalid"}
                row = {"id": ghost_id("author", author.pk), "name": author.name, "slug": author.slug, **values}
                self.tables.add("users", row | {"status": "locked"})

    def write_pages(self) -> None:
        for page in FlatPage.objects.using(self.alias).order_by("pk"):
            images = Image.objects.using(self.alias).in_bulk(markup.image_ids(page.body))
            pictures = {
                pk: ShownPicture(pk, public_picture_address(image, self.root), image) for pk, image in images.items()
            }
            lexical = LexicalBody(TextSurroundings(self.root, pictures, {}, self.sites)).write(page.body)
            key = ghost_id("page", page.pk)
            row = self._post(key, page.title, page.slug, lexical, "published" if page.is_public else "draft")
            published_at = _time(page.changed_at) if page.is_public else None
            times = {"created_at": _time(page.changed_at), "updated_at": _time(page.changed_at)}
            self.tables.add("posts", row | {"type": "page", "published_at": published_at, **times})
            self._add_meta(key, {"meta_description": page.description})

    def write_story(self, story: Story, around: TextSurroundings) -> None:
        copy, key = story.copy, ghost_id("story", story.article.pk)
        lexical = LexicalBody(around).write(_whole_text(story))
        status = STATUSES[story.state]
        row = self._post(key, copy.headline, last_part(story.path) or copy.slug or key, lexical, status)
        row |= {"custom_excerpt": cut(copy.standfirst, EXCERPT) or None, "locale": copy.language}
        row |= {"created_at": _time(story.article.created_at), "updated_at": _time(story.changed_at)}
        row |= {"published_at": _time(story.published_at) if story.published_at else None}
        if copy.noindex:
            row["codeinjection_head"] = '<meta name="robots" content="noindex">'
        if story.lead_image:
            row["feature_image"] = public_picture_address(story.lead_image, self.root)
        self.tables.add("posts", row)
        values = {place: cut(getattr(copy, name), most) for name, (place, most) in META_FIELDS.items()}
        self._add_meta(key, values | ({"feature_image_alt": _alt(story)} if story.lead_image else {}))
        self._add_relations(story, key)

    def _post(self, key: str, title: str, slug: str, lexical: Row, status: str) -> Row:
        texts = {"title": title, "slug": slug[:SLUG], "lexical": json.dumps(lexical, ensure_ascii=False)}
        values = {"status": status, "type": "post", "visibility": "public", "featured": 0, "feature_image": None}
        return {"id": key, "uuid": str(uuid.uuid5(UUIDS, key)), **texts, **values}

    def _add_meta(self, key: str, values: dict[str, str]) -> None:
        texts = {name: value for name, value in values.items() if value}
        if texts:
            self.tables.add("posts_meta", {"id": uuid.uuid5(UUIDS, f"meta {key}").hex[:24], "post_id": key, **texts})

    def _add_relations(self, story: Story, key: str) -> None:
        terms = [ghost_id("section", section.pk) for section in story.sections]
        terms += [ghost_id("tag", tag.pk) for tag in story.tags]
        for order, term in enumerate(terms):
            self.tables.add("posts_tags", {"post_id": key, "tag_id": term, "sort_order": order})
        for order, author in enumerate(story.authors):
            ids = {"post_id": key, "author_id": ghost_id("author", author.pk)}
            self.tables.add("posts_authors", ids | {"sort_order": order})


def _whole_text(story: Story) -> str:
    """Return the text with what Ghost has no field for: a standfirst that is too long, and corrections below."""
    standfirst = story.copy.standfirst
    above = f"<p><strong>{escape(standfirst)}</strong></p>" if len(standfirst) > EXCERPT else ""
    return above + story.body + "".join(f"<p><em>{escape(line)}</em></p>" for line in _corrections(story))


def _corrections(story: Story) -> Iterator[str]:
    for correction in story.copy.dated_corrections:
        yield f"{correction['day']}: {correction['text']}"
    if story.copy.corrections:
        yield story.copy.corrections


def _alt(story: Story) -> str:
    return cut(story.lead_image.alternative, ALT) if story.lead_image else ""


def cut(text: str, most: int) -> str:
    """Return ``text`` of at most ``most`` characters, cut after a word."""
    return text if len(text) <= most else text[: most - 1].rpartition(" ")[0] + "…"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
