"""One post or page of an export as a story: its state, text, addresses and times."""

import json
import re
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from articles.importing.body_writer import fragment_words
from articles.importing.ghost.markdown import markdown_html
from articles.importing.ghost.tables import GhostTables, Row, id_of, text_of
from articles.importing.items import ReadingReport, SourceState, SourceStory

PLACE = "__GHOST_URL__"  # stands in texts for the site's address
STATES = {"published": SourceState.PUBLISHED, "scheduled": SourceState.SCHEDULED, "draft": SourceState.DRAFT}
UNREAD = (  # columns to which nothing of ours corresponds: hooks may use them
    *("uuid", "visibility", "custom_template", "codeinjection_head", "codeinjection_foot", "canonical_url"),
    *("og_image", "og_title", "og_description", "twitter_image", "twitter_title", "twitter_description"),
    *("email_subject", "frontmatter"),
)
WORD = re.compile(r":(\w+)")
MILLISECONDS = 10**11  # a number above it can't be seconds
SLUG_FORMS = ("/:slug/", "/:year/:month/:day/:slug/")


def story_of(table: str, row: Row, tables: GhostTables, report: ReadingReport) -> SourceStory:
    """Return a post as a story, and tell what of it can't be brought in."""
    key = post_key(row)
    meta = {**row, **{name: value for name, value in tables.meta_of.get(id_of(row), {}).items() if value}}
    kind = "page" if table == "pages" or row.get("type") == "page" or row.get("page") else "story"
    form, text = _text(key, row, report)
    tags = [number for number in ordered(tables.tags_of, row) if number in tables.tags]
    published_at = time_of(row, "published_at", report)
    image = ghost_address(text_of(row, "feature_image") or text_of(row, "image"), tables)
    return SourceStory(
        key=key,
        kind=kind,
        title=text_of(row, "title"),
        text=text.replace(PLACE, tables.address),
        format=form,
        state=_state(key, row, meta, report),
        slug=text_of(row, "slug"),
        standfirst=text_of(row, "custom_excerpt"),
        authors=tuple(f"author:{number}" for number in _authors(key, row, tables, report)),
        terms=tuple(f"tag:{number}" for number in tags),
        lead_media=f"media:{image}" if image else "",
        lead_caption=fragment_words(text_of(meta, "feature_image_caption")),
        published_at=published_at,
        modified_at=time_of(row, "updated_at", report),
        language=text_of(row, "locale").replace("_", "-"),
        addresses=_addresses(row, tables, published_at, kind),
        seo_title=text_of(meta, "meta_title"),
        seo_description=text_of(meta, "meta_description"),
        placements=("sticky",) if row.get("featured") == 1 else (),
        attributes=_attributes(meta, tags, tables),
    )


def post_key(row: Row) -> str:
    """Return the key of a post: by its id, or by its slug where a program wrote none."""
    return f"post:{id_of(row) or text_of(row, 'slug')}"


def ordered(joins: dict[str, list[tuple[int, str]]], row: Row) -> list[str]:
    """Return the ids that are joined to a post, each once, in the order of the source."""
    return list(dict.fromkeys(number for _order, number in sorted(joins.get(id_of(row), []), key=lambda join: join[0])))


def time_of(row: Row, name: str, report: ReadingReport) -> datetime | None:
    """Return a time of a post in UTC, in any of the ways in which Ghosts wrote it; None where there is none."""
    value = row.get(name)
    if not value:
        return None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS else value, UTC)
        moment = datetime.fromisoformat(str(value).strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        report.tell("damaged time", post_key(row), f"{name}: {str(value)[:80]}", _("It is no time."))
        return None


def ghost_address(address: str, tables: GhostTables) -> str:
    """Return the address of a file with the site's own, as far as the export says which that is."""
    if address.startswith("/") and not address.startswith("//"):
        return tables.address + address
    return address.replace(PLACE, tables.address)


def _text(key: str, row: Row, report: ReadingReport) -> tuple[str, str]:
    """Return the format and text of a post: as its editor stored it, else as readers got it."""
    for form, root in (("lexical", "root"), ("mobiledoc", "sections")):
        text = row.get(form)
        if not isinstance(text, str) or not text.strip():
            continue
        if _is_readable(text, root):
            return form, text
        report.tell("damaged text", key, form, _("It is no whole JSON, so the HTML beside it is read."))
    html = row.get("html")
    if isinstance(html, str) and html.strip():
        return "html", html
    markdown = row.get("markdown")
    return "html", markdown_html(markdown) if isinstance(markdown, str) else ""


def _is_readable(text: str, root: str) -> bool:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and root in document


def _state(key: str, row: Row, meta: Row, report: ReadingReport) -> SourceState:
    """Return the state of a post; what some readers saw alone, or nobody on the site, is never public."""
    status = text_of(row, "status")
    visibility = text_of(row, "visibility") or "public"
    if status == "sent" or meta.get("email_only") == 1:
        report.tell(
            "newsletter only", key, text_of(row, "title"), _("It was sent by mail and never stood on the site.")
        )
        return SourceState.PRIVATE
    if status not in STATES:
        report.tell("unknown state", key, status or "–", _("It comes in as a draft."))
        return SourceState.DRAFT
    if visibility != "public" and status != "draft":
        report.tell("for members", key, visibility, _("Only members read it, so it isn’t made public."))
        return SourceState.PRIVATE
    return STATES[status]


def _authors(key: str, row: Row, tables: GhostTables, report: ReadingReport) -> list[str]:
    numbers = ordered(tables.authors_of, row) or [id_of(row, "author_id") or id_of(row, "author")]
    for number in numbers:
        if number and number not in tables.users:
            report.tell("missing author", key, number, _("The export doesn’t say who that is."))
    return [number for number in numbers if number in tables.users]


def _addresses(row: Row, tables: GhostTables, published_at: datetime | None, kind: str) -> tuple[str, ...]:
    """Return the paths where a post stood or may have stood: Ghost's two forms, the paper's own, AMP and preview."""
    slug, uuid = text_of(row, "slug"), text_of(row, "uuid")
    own_form = tables.settings.get("permalinks", "")
    forms = dict.fromkeys((SLUG_FORMS[0],) if kind == "page" else (own_form, *SLUG_FORMS))
    paths = [_path(form, row, tables, published_at) for form in forms if slug and ":" in form]
    paths = [path for path in paths if path]
    if kind == "story":
        paths += [f"{path}amp/" for path in paths]
    return tuple(dict.fromkeys([*paths, f"/p/{uuid}/"] if uuid else paths))


def _path(form: str, row: Row, tables: GhostTables, published_at: datetime | None) -> str:
    """Return the path of a post by a form like ``/:year/:slug/``; "" if it needs what the post doesn't have."""
    local = published_at.astimezone(zone_of(tables)) if published_at else None
    author, tag = (ordered(joins, row)[:1] for joins in (tables.authors_of, tables.tags_of))
    author_slug = text_of(tables.users.get(author[0], {}), "slug") if author else ""
    values = {
        "slug": text_of(row, "slug"),
        "id": id_of(row),
        "year": f"{local:%Y}" if local else "",
        "month": f"{local:%m}" if local else "",
        "day": f"{local:%d}" if local else "",
        "author": author_slug,
        "primary_author": author_slug,
        "primary_tag": text_of(tables.tags.get(tag[0], {}), "slug") if tag else "",
    }
    names = WORD.findall(form)
    if not all(values.get(name) for name in names):
        return ""
    return "/" + WORD.sub(lambda word: values[word[1]], form).strip("/") + "/"


def zone_of(tables: GhostTables) -> tzinfo:
    """Return the time zone of the site, UTC if the export doesn't say."""
    try:
        return ZoneInfo(tables.time_zone) if tables.time_zone else UTC
    except (ValueError, OSError):
        return UTC


def _attributes(meta: Row, tags: list[str], tables: GhostTables) -> tuple[tuple[str, str], ...]:
    values: list[tuple[str, Any]] = [(name, text_of(meta, name)) for name in UNREAD]
    if tags:
        values.append(("primary_tag", text_of(tables.tags[tags[0]], "slug")))
    return tuple((name, value) for name, value in values if value)
