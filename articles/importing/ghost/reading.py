"""The items of an export: the site, its authors, tags, leading pictures, posts and pages."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from articles.importing.body_writer import fragment_words
from articles.importing.ghost.posts import ghost_address, post_key, story_of
from articles.importing.ghost.tables import GhostTables, Row, id_of, posts_of, read_tables, text_of
from articles.importing.items import (
    ReadingReport,
    SourceAuthor,
    SourceItem,
    SourceMedia,
    SourceSite,
    SourceState,
    SourceStory,
    SourceTerm,
)

PROFILES = {  # columns that hold a name of another site, with the beginning of its address
    "website": "",
    "facebook": "https://www.facebook.com/",
    "twitter": "https://x.com/",
    "instagram": "https://www.instagram.com/",
    "threads": "https://www.threads.net/",
    "linkedin": "https://www.linkedin.com/in/",
    "bluesky": "https://bsky.app/profile/",
    "mastodon": "https://",
    "youtube": "https://www.youtube.com/",
    "tiktok": "https://www.tiktok.com/",
}
CODE = {"codeinjection_head", "codeinjection_foot"}


def read_ghost(path: str, report: ReadingReport) -> Iterator[SourceItem]:
    """Yield what an export of Ghost 1 to 6 holds, or the posts that its API gave; raise ``ReadingError`` for any other
    file.

    The file is read twice: what surrounds the posts is needed before the first of them.
    """
    tables = read_tables(path, report)
    yield SourceSite(
        name=tables.settings.get("title", ""),
        addresses=(tables.address,) if tables.address else (),
        language=tables.language,
        time_zone=tables.time_zone,
        system=f"Ghost {tables.version}".strip(),
    )
    yield from _authors(tables, report)
    yield from _terms(tables, report)
    yield from _stories(path, tables, report)


def _authors(tables: GhostTables, report: ReadingReport) -> Iterator[SourceAuthor]:
    for number, row in tables.users.items():
        report.count("users")
        slug = text_of(row, "slug")
        if text_of(row, "profile_image") or text_of(row, "image"):
            report.tell(
                "author picture", f"author:{number}", text_of(row, "name"), _("Upload it on the author’s screen.")
            )
        yield SourceAuthor(
            key=f"author:{number}",
            name=text_of(row, "name") or slug,
            slug=slug,
            email=text_of(row, "email"),
            biography=fragment_words(text_of(row, "bio")),
            links=tuple(link for name in PROFILES if (link := _profile(name, text_of(row, name)))),
            addresses=(f"/author/{slug}/",) if slug else (),
        )


def _profile(name: str, value: str) -> str:
    if value.startswith(("https://", "http://")):
        return value
    if not value or not PROFILES[name]:
        return ""
    return PROFILES[name] + (value if name in {"tiktok", "youtube", "mastodon"} else value.lstrip("@/"))


def _terms(tables: GhostTables, report: ReadingReport) -> Iterator[SourceTerm]:
    """Yield the tags; those that begin with ``#`` are the old desk's own and were never shown."""
    for number, row in tables.tags.items():
        name, slug = text_of(row, "name"), text_of(row, "slug")
        is_internal = text_of(row, "visibility") == "internal" or name.startswith("#")
        report.count("internal tags" if is_internal else "tags")
        yield SourceTerm(
            key=f"tag:{number}",
            kind="internal tag" if is_internal else "tag",
            name=name,
            slug=slug,
            description=fragment_words(text_of(row, "description")),
            addresses=(f"/tag/{slug}/",) if slug and not is_internal else (),
        )


def _stories(path: str, tables: GhostTables, report: ReadingReport) -> Iterator[SourceItem]:
    keys: set[str] = set()
    pictures: set[str] = set()
    for table, row in posts_of(path):
        key = post_key(row)
        if key in keys:
            report.tell("repeated row", key, text_of(row, "title"), _("A row with this id was read before."))
            report.count("repeated rows")
            continue
        keys.add(key)
        story = story_of(table, row, tables, report)
        report.count("pages" if story.kind == "page" else "posts")
        _tell_unread(story, report)
        if story.lead_media and story.lead_media not in pictures:
            pictures.add(story.lead_media)
            yield _lead_picture(story, row, tables)
        yield story


def _lead_picture(story: SourceStory, row: Row, tables: GhostTables) -> SourceMedia:
    meta = tables.meta_of.get(id_of(row), {})
    alt = text_of(meta, "feature_image_alt") or text_of(row, "feature_image_alt")
    address = ghost_address(text_of(row, "feature_image") or text_of(row, "image"), tables)
    return SourceMedia(
        key=story.lead_media, address=address, alt=fragment_words(alt), caption=story.lead_caption, parent=story.key
    )


def _tell_unread(story: SourceStory, report: ReadingReport) -> None:
    for name, value in story.attributes:
        if name in CODE:
            report.tell("code injection", story.key, name, _("Scripts and styles of single stories aren’t brought in."))
        elif name == "canonical_url":
            report.tell("canonical address", story.key, value, _("Search engines were told that it first stood there."))
    if story.state == SourceState.SCHEDULED and story.published_at is None:
        report.tell("missing time", story.key, story.title, _("It is scheduled, but the export doesn’t say when."))
    if "\ufffd" in story.text or "\ufffd" in story.title:
        report.tell("damaged characters", story.key, story.title, _("Some characters were no UTF-8."))
