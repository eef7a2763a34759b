"""The paper as WXR 1.2, the file that WordPress's importer reads: authors, terms, pictures, pages and stories."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import TextIO
from zoneinfo import ZoneInfo

from django.conf import settings
from taggit.models import Tag

from articles.body import markup
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
from articles.exporting.wordpress_blocks import WordPressBody
from articles.models import Article, Author, FlatPage, Image, Section, SiteSettings
from ground.characters import strip_control

STATUSES = {
    PublicState.PUBLISHED: "publish",
    PublicState.SCHEDULED: "future",
    PublicState.DRAFT: "draft",
    PublicState.TRASHED: "trash",
}
NO_TIME = "0000-00-00 00:00:00"  # WordPress's time of what was never published
KINDS = 3  # stories, pictures and pages share their numbers in WordPress
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
"""
FOOT = "</channel>\n</rss>\n"
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Where each field of a text goes; the metadata begin with “_”, so that WordPress shows them to nobody.
META = {
    "seo_title": "_yoast_wpseo_title",
    "seo_description": "_yoast_wpseo_metadesc",
    "social_title": "_yoast_wpseo_opengraph-title",
    "social_description": "_yoast_wpseo_opengraph-description",
    "noindex": "_yoast_wpseo_meta-robots-noindex",
    "kicker": "_newsroom_kicker",
    "lead_caption": "_newsroom_lead_caption",
    "kind": "_newsroom_kind",
    "dateline": "_newsroom_dateline",
    "language": "_newsroom_language",
    "corrections": "_newsroom_corrections",
    "off_front": "_newsroom_off_front",
}
ELEMENTS = {  # fields that have a place of their own
    *("headline", "slug", "standfirst", "body", "section", "lead_image", "dated_corrections", "related"),
    "translation_of",
}
CORRECTION, RELATED = "_newsroom_correction", "_newsroom_related"


def number_of_story(pk: int) -> int:
    """Return the number that a story has in WordPress."""
    return KINDS * pk


def number_of_picture(pk: int) -> int:
    """Return the number that a picture has in WordPress."""
    return KINDS * pk + 1


def number_of_page(pk: int) -> int:
    """Return the number that a page has in WordPress."""
    return KINDS * pk + 2


def write_wxr(out: TextIO, alias: str, at: datetime, since: datetime | None = None) -> int:
    """Write the paper as it is at ``at``, and return how many stories it has; with ``since`` only what changed."""
    paper = SiteSettings.objects.using(alias).first() or SiteSettings()
    writer = _Wxr(out, alias, paper)
    out.write(HEAD)
    writer.write_site()
    writer.write_authors()
    writer.write_terms()
    writer.write_pictures()
    writer.write_pages()
    count = 0
    for story, around in with_surroundings(read_stories(alias, at, since), alias, at, number_of_picture):
        count += 1
        writer.write_story(story, around)
    out.write(FOOT)
    return count


class _Wxr:
    """A writer of the parts of the file, one after the other."""

    def __init__(self, out: TextIO, alias: str, paper: SiteSettings) -> None:
        self.out, self.alias, self.paper, self.root = out, alias, paper, paper_root()
        self.zone: ZoneInfo = paper.zone
        self.sections = nicenames(Section.objects.using(alias).with_parent().order_by("parent_id", "order", "pk"))
        self.sites = own_sites(alias)
        linked = Article.objects.using(alias).filter(translation_of__isnull=False)
        self.firsts = set(linked.values_list("translation_of", flat=True))

    def _line(self, name: str, text: object) -> None:
        self.out.write(f"<{name}>{cdata(str(text))}</{name}>\n")

    def write_site(self) -> None:
        for name, text in (("title", self.paper.name), ("link", self.root), ("description", self.paper.tagline)):
            self.out.write(f"<{name}>{escape(strip_control(text))}</{name}>\n")
        self.out.write(f"<language>{settings.LANGUAGE_CODE}</language>\n<wp:wxr_version>1.2</wp:wxr_version>\n")
        for name in ("wp:base_site_url", "wp:base_blog_url"):
            self.out.write(f"<{name}>{escape(self.root)}</{name}>\n")

    def write_authors(self) -> None:
        for batch in rows_in_batches(Author.objects.using(self.alias).all()):
            for author in batch:
                self.out.write(f"<wp:author>\n<wp:author_id>{author.pk}</wp:author_id>\n")
                self._line("wp:author_login", author.slug)
                self._line("wp:author_email", "")
                self._line("wp:author_display_name", author.name)
                self._line("wp:author_first_name", "")
                self._line("wp:author_last_name", "")
                self.out.write("</wp:author>\n")

    def write_terms(self) -> None:
        sections = Section.objects.using(self.alias).with_parent()
        for section in sorted(sections, key=lambda section: (section.parent_id is not None, section.pk)):
            parent = self.sections[section.parent_id] if section.parent_id else ""
            self.out.write(f"<wp:category>\n<wp:term_id>{2 * section.pk}</wp:term_id>\n")
            self._line("wp:category_nicename", self.sections[section.pk])
            self._line("wp:category_parent", parent)
            self._line("wp:cat_name", section.name)
            self._line("wp:category_description", section.description)
            self.out.write("</wp:category>\n")
        for batch in rows_in_batches(Tag.objects.using(self.alias).all()):
            for tag in batch:
                self.out.write(f"<wp:tag>\n<wp:term_id>{2 * tag.pk + 1}</wp:term_id>\n")
                self._line("wp:tag_slug", tag.slug)
                self._line("wp:tag_name", tag.name)
                self.out.write("</wp:tag>\n")

    def write_pictures(self) -> None:
        for batch in rows_in_batches(Image.objects.using(self.alias).all()):
            for image in batch:
                self._write_picture(image)

    def _write_picture(self, image: Image) -> None:
        address, number = public_picture_address(image, self.root), number_of_picture(image.pk)
        meta = [("_wp_attachment_image_alt", image.alternative), ("_media_credit", image.credit)]
        meta += [("_newsroom_licence", image.licence)]
        self._begin_item(image.title, "", image.uploaded_at, number)
        self._line("content:encoded", "")
        self._line("excerpt:encoded", image.caption)
        self._write_state("attachment", "inherit", f"picture-{image.key}", image.uploaded_at, number)
        self._line("wp:attachment_url", address)
        self._end_item([*meta, ("_wp_attached_file", address.rpartition("/")[2])])

    def write_pages(self) -> None:
        for page in FlatPage.objects.using(self.alias).order_by("pk"):
            number = number_of_page(page.pk)
            pictures = _pictures_of_page(page, self.alias, self.root)
            body = WordPressBody(f"page {page.pk}", TextSurroundings(self.root, pictures, {}, self.sites))
            self._begin_item(page.title, page.get_absolute_url(), page.changed_at, number)
            self._line("content:encoded", body.write(page.body))
            self._line("excerpt:encoded", "")
            status = "publish" if page.is_public else "draft"
            self._write_state("page", status, page.slug, page.changed_at, number, page.order)
            self._end_item([("_yoast_wpseo_metadesc", page.description), ("footnotes", body.footnotes)])

    def write_story(self, story: Story, around: TextSurroundings) -> None:
        number, copy = number_of_story(story.article.pk), story.copy
        body = WordPressBody(f"story {story.article.pk}", around)
        creator = story.authors[0].slug if story.authors else ""
        self._begin_item(copy.headline, story.path, story.published_at, number, creator)
        self._line("content:encoded", body.write(story.body))
        self._line("excerpt:encoded", copy.standfirst)
        at = story.published_at or story.article.created_at
        self._write_state("post", STATUSES[story.state], last_part(story.path) or copy.slug, at, number)
        for domain, nicename, name in self._terms(story):
            term = f'<category domain="{domain}" nicename="{escape(nicename)}">{cdata(name)}</category>\n'
            self.out.write(term)
        self._end_item([*meta_of(story), ("footnotes", body.footnotes)])

    def _terms(self, story: Story) -> Iterator[tuple[str, str, str]]:
        for section in story.sections:
            yield "category", self.sections[section.pk], section.name
        for tag in story.tags:
            yield "post_tag", tag.slug, tag.name
        if len(story.authors) > 1:  # as the plugin Co-Authors Plus has them
            for author in story.authors:
                yield "author", f"cap-{author.slug}", author.name
        first = story.copy.translation_of_id or story.article.pk
        is_linked = first in self.firsts
        if is_linked or story.copy.language != settings.LANGUAGE_CODE:  # as the plugin Polylang has it
            yield "language", story.copy.language, story.copy.language
        if is_linked:
            yield "post_translations", f"pll_{first}", f"pll_{first}"

    def _begin_item(self, title: str, path: str, at: datetime | None, number: int, creator: str = "") -> None:
        link = f"{self.root}{path}" if path else f"{self.root}/?p={number}"
        self.out.write("<item>\n")
        self._line("title", title)
        self.out.write(f"<link>{escape(link)}</link>\n")
        if at:
            self.out.write(f"<pubDate>{format_datetime(at.astimezone(UTC))}</pubDate>\n")
        self._line("dc:creator", creator)
        self.out.write(
            f'<guid isPermaLink="false">{escape(self.root)}/?p={number}</guid>\n<description></description>\n'
        )

    def _write_state(self, kind: str, status: str, slug: str, at: datetime, number: int, order: int = 0) -> None:
        is_draft = status in {"draft", "trash"}
        self.out.write(f"<wp:post_id>{number}</wp:post_id>\n")
        self._line("wp:post_date", f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}")
        self._line("wp:post_date_gmt", NO_TIME if is_draft else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}")
        for name in ("comment_status", "ping_status"):
            self._line(f"wp:{name}", "closed")
        self._line("wp:post_name", slug)
        self._line("wp:status", status)
        self.out.write(f"<wp:post_parent>0</wp:post_parent>\n<wp:menu_order>{order}</wp:menu_order>\n")
        self._line("wp:post_type", kind)
        self._line("wp:post_password", "")
        self.out.write("<wp:is_sticky>0</wp:is_sticky>\n")

    def _end_item(self, meta: Iterable[tuple[str, str]]) -> None:
        for name, value in meta:
            if value:
                self.out.write(f"<wp:postmeta>\n<wp:meta_key>{cdata(name)}</wp:meta_key>\n")
                self.out.write(f"<wp:meta_value>{cdata(value)}</wp:meta_value>\n</wp:postmeta>\n")
        self.out.write("</item>\n")


def meta_of(story: Story) -> Iterator[tuple[str, str]]:
    """Yield the metadata of a story: what WordPress itself has no place for."""
    if story.lead_image:
        yield "_thumbnail_id", str(number_of_picture(story.lead_image.pk))
    for name, key in META.items():
        value = getattr(story.copy, name)
        yield key, ("1" if value else "") if isinstance(value, bool) else value
    for correction in story.copy.dated_corrections:
        yield CORRECTION, f"{correction['day']} {correction['text']}"
    yield RELATED, " ".join(str(number_of_story(number)) for number in story.copy.related)
    for path in story.former_paths:
        if last_part(path) != last_part(story.path):
            yield "_wp_old_slug", last_part(path)


def last_part(path: str) -> str:
    """Return the last word of a path, which is the slug of a story."""
    return path.strip("/").rpartition("/")[2]


def nicenames(sections: Iterable[Section]) -> dict[int, str]:
    """Return a slug of its own for each section: sections within different ones may have the same here."""
    names: dict[int, str] = {}
    for section in sections:
        slug = section.slug
        if slug in names.values() and section.parent:
            slug = f"{section.parent.slug}-{slug}"
        names[section.pk] = slug
    return names


def _pictures_of_page(page: FlatPage, alias: str, root: str) -> dict[int, ShownPicture]:
    images = Image.objects.using(alias).in_bulk(markup.image_ids(page.body))
    return {
        pk: ShownPicture(number_of_picture(pk), public_picture_address(image, root), image)
        for pk, image in images.items()
    }


def cdata(text: str) -> str:
    """Return ``text`` for an element of XML: nothing in it ends the section, nothing in it is forbidden."""
    return f"<![CDATA[{UNPRINTABLE.sub('', strip_control(text)).replace(']]>', ']]]]><![CDATA[>')}]]>"
