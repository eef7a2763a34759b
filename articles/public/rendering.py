"""Rendering an edition for its page: the body with its pictures, and what stands around it.

The desk's preview calls the same functions, so that it equals the page.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from hashlib import md5
from html import escape, unescape
from typing import Any
from urllib.parse import urljoin

from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.body import charts, embeds, footnotes, markup, pull_quotes, references, series
from articles.body.embeds import Shape
from articles.models.edition import Edition
from articles.models.edition_lists import CompiledEditionQuery
from articles.models.embed_provider import EmbedProvider
from articles.models.image import Image
from articles.public import linked_data, picks, surrogate_keys
from ground import fragments
from ground.addresses import root_of
from ground.compiled_queries import CompiledQuery

IMAGE = re.compile(r'<figure data-image="(\d{1,11})">(?:\s*<figcaption>(.*?)</figcaption>)?.*?</figure>', re.DOTALL)
EMBED = re.compile(
    r'<figure(?: data-embed="(?P<address>[^"]+)"| data-poster="(?P<poster>\d{1,11})"){1,2}>'
    r"(?:\s*<figcaption>(?P<caption>.*?)</figcaption>)?.*?</figure>",
    re.DOTALL,
)
PULL_QUOTE = re.compile(r'<aside data-pull-quote="">.*?</aside>', re.DOTALL)
ADDRESS = re.compile(r'((?:href|src)=")([^"]*)(?=")')
FEED_WIDTH = 1200  # pixels of width of a picture in a feed
ASIDE = re.compile(r"(<aside .*?</aside>)", re.DOTALL)
HEADING = re.compile(r"<(/?)h[23]>")
PARAGRAPH = re.compile(r"<(p|h2|h3)>(?=(.*?)</\1>)", re.DOTALL)
FROM_RIGHT = re.compile("[\u05d0-\u05ea\u0620-\u064a\u0671-\u06d3\u06fa-\u06ff\u0710-\u08c7\ufb1d-\ufdfb\ufe70-\ufefc]")
BLOCK = r"/?(?:p|h[23]|ul|ol|li|blockquote|table|thead|tbody|tr|td|th|figure|aside)\b"
LINES = re.compile(rf"<(p|li|h2|h3|td|th|blockquote)((?: [^>]*)?)>(?=((?:[^<]|<(?!{BLOCK}))*+))")  # with its own words
QUOTING = re.compile(r'<blockquote>(?=\s*<p[^>]* dir="auto")')
QUOTATION = re.compile(r'<blockquote dir="rtl">.*?</blockquote>', re.DOTALL)
UNDIRECTED = re.compile(r'<(p|li)((?: id="[^"]*")?)>')
EMPTY = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
PLACED_HEADING = re.compile(r'<h2 id="(p-[0-9a-f]{6})"[^>]*>(.*?)</h2>', re.DOTALL)
DRAWN = re.compile(r'<figure class="chart">.*?</figure>', re.DOTALL)
LONG_READ, LEAST_HEADINGS = 1500, 3  # words and headings from which an article has a table of contents
RELATED = 5
EMBED_WORDS: dict[str, Any] = {
    Shape.VIDEO: gettext_lazy("Watch the video"),
    Shape.TALL: gettext_lazy("Watch the video"),
    Shape.SOUND: gettext_lazy("Listen to the recording"),
    Shape.POST: gettext_lazy("Show the post"),
    Shape.GRAPHIC: gettext_lazy("Show the graphic"),
    Shape.DOCUMENT: gettext_lazy("Show the document"),
}
LEAST_RELATED = 3  # if fewer are alike, the newest of the section, then of the paper, are added
# Of some topics' newest editions those that are live, by how many topics they share; before them the one before in the
# section, and after them the newest of the section and of the paper. Each part walks an index from its end and stops:
# nothing here grows with the archive. What was found is sorted twice: once it is, editions are looked up one by one
# until there are enough.
NEAR = """
WITH near AS (
    SELECT id, 1 AS is_next, 0 AS alike FROM (
        SELECT id FROM articles_edition
        WHERE section_id = %s AND published_at < %s AND article_id <> %s AND live_from <= %s AND live_until > %s
        ORDER BY published_at DESC, id DESC LIMIT 1
    ) AS earlier
    {alike}
    {spare}
)
"""
SPARE = """
    UNION ALL
    SELECT id, 0, {alike} FROM (
        SELECT id FROM articles_edition
        WHERE {where} article_id <> %s AND published_at <= %s AND live_from <= %s AND live_until > %s
        ORDER BY published_at DESC, id DESC LIMIT {most}
    ) AS {name}
"""
OF_SECTION = SPARE.format(where="section_id = %s AND", alike=-1, most=LEAST_RELATED + 1, name="of_section")
OF_PAPER = SPARE.format(where="", alike=-2, most=LEAST_RELATED + 1, name="of_paper")
ALIKE = """
    UNION ALL
    SELECT id, 0, alike FROM (
        SELECT edition.id, found.alike FROM (
            SELECT edition_id, MAX(published_at) AS published_at, SUM(weight) AS alike FROM ({topics}) AS topic
            GROUP BY edition_id ORDER BY alike DESC, published_at DESC, edition_id DESC
        ) AS found JOIN articles_edition edition ON edition.id = found.edition_id
        WHERE edition.article_id <> %s AND edition.live_from <= %s AND edition.live_until > %s
        ORDER BY found.alike DESC, found.published_at DESC, found.edition_id DESC LIMIT {most}
    ) AS alike
"""
NEWEST_OF = """
SELECT edition_id, published_at, {weight} AS weight FROM {table}
WHERE {column} = %s AND published_at <= %s AND published_at >= (
    SELECT MIN(published_at) FROM (
        SELECT DISTINCT published_at FROM {table} WHERE {column} = %s AND published_at <= %s
        ORDER BY published_at DESC LIMIT {pool}
    ) AS newest
)
"""
IMAGES = CompiledQuery(Image, lambda keys: Image.objects.filter(pk__in=keys))
TAGGED = {"table": "articles_editiontag", "column": "tag_id", "weight": "2"}
LISTED = {
    "table": "articles_editionsection",
    "column": "section_id",
    "weight": "CASE WHEN is_further THEN 1 ELSE 0 END",
}
RELATED_POOL = 60  # of the newest articles under each topic, whose editions share one time; some may be withdrawn


def body(html: str, picked: dict[int, Edition] | None = None) -> SafeString:
    """Return a cleaned body as readers see it, with one query for all its pictures.

    ``picked`` are the live editions of its “Read also” articles, which are read if they are not passed.
    """
    html = EMPTY.sub("", markup.clean(html))
    ids = markup.image_ids(html)
    images = {image.pk: image for image in IMAGES.of(sorted(ids))}
    html = series.write_series(_with_directions(_with_places(_in_order(html))), series.group)
    html = IMAGE.sub(lambda match: _figure(images.get(int(match[1])), match[2]), html)
    html = _with_embeds(html, partial(_embed, images=images))
    if numbers := picks.picked_numbers(html):
        html = picks.write_picks(html, picks.live(numbers, timezone.now()) if picked is None else picked)
    html = references.resolve_rates(html)
    html = html.replace(
        "<table>", '<div class="table" role="group" tabindex="0" aria-label="{}"><table>'.format(_("Table"))
    )
    html = html.replace("</table>", "</table></div>")
    html = pull_quotes.with_speaker(html, pull_quotes.figure)
    html = html.replace('<aside data-pull-quote="">', '<aside class="pull-quote" aria-hidden="true">')
    html = html.replace('<aside data-fact-box="">', '<aside class="fact-box">')
    html = footnotes.numbered(charts.resolve_charts(html))
    return mark_safe(html)  # noqa: S308 - the sanitizer's own output, with our templates put in


def for_feeds(editions: list[Edition], root: str) -> list[Callable[[], str]]:
    """Return for each of ``editions`` a function that writes its body as self-contained HTML: absolute addresses, plain
    pictures.

    There is one query for all pictures; a body that is cached is not written again.
    """
    images = {
        image.pk: image
        for image in IMAGES.of(sorted({pk for edition in editions for pk in markup.image_ids(edition.body)}))
    }
    return [partial(_for_feed, edition.body, images, root + edition.path) for edition in editions]


def _for_feed(html: str, images: dict[int, Image], page: str) -> str:
    """Return a body as self-contained HTML, with addresses made absolute by the article's ``page``."""
    html = pull_quotes.with_speaker(EMPTY.sub("", markup.clean(html)), pull_quotes.quotation)
    html = PULL_QUOTE.sub("", picks.without_picks(html))  # one without a speaker repeats the text
    html = series.write_series(_with_directions(_in_order(html)), lambda match: match[0])
    html = IMAGE.sub(lambda match: _plain_figure(images.get(int(match[1])), match[2]), html)
    html = _with_embeds(html, _plain_embed)
    html = html.replace('<aside data-fact-box="">', "<blockquote>").replace("</aside>", "</blockquote>")
    html = footnotes.numbered(charts.resolve_in_words(references.resolve_rates(html)), linked=False)
    return ADDRESS.sub(lambda match: match[1] + _whole(match[2], page), html)


def _whole(address: str, page: str) -> str:
    """Return ``address``, as an attribute has it, resolved from ``page``; ``page`` itself if it is invalid."""
    try:
        return escape(urljoin(page, unescape(address).strip()))
    except ValueError:
        return escape(page)


def _plain_figure(image: Image | None, caption: str | None) -> str:
    if image is None:
        return ""
    url, width, height = image.sources("full").at_most(FEED_WIDTH)
    caption_html = mark_safe(caption) if caption else image.caption  # noqa: S308 - part of the cleaned body
    picture = format_html('<img src="{}" width="{}" height="{}" alt="{}">', url, width, height, image.alternative)
    return format_html("<figure>{}<figcaption>{} {}</figcaption></figure>", picture, caption_html, image.credit)


def _with_embeds(html: str, write: Callable[[re.Match[str], str, embeds.Embed], str]) -> str:
    """Return the body with each embed written by ``write``; the paper's own sites are read once."""
    if ' data-embed="' not in html:
        return html
    own = _own_sites()

    def write_embed(match: re.Match[str]) -> str:
        address = unescape(match["address"] or "")
        embed = embeds.find_embed(address, own)
        return write(match, address, embed) if embed else ""

    return EMBED.sub(write_embed, html)


def _own_sites() -> tuple[embeds.Site, ...]:
    """Return the sites that the paper has added to the built-in ones; one query a generation."""
    return fragments.get_fragment(
        "embed providers", lambda: tuple(filter(None, (row.site() for row in EmbedProvider.objects.all())))
    )


def _caption(match: re.Match[str]) -> str:
    return mark_safe(match["caption"]) if match["caption"] else ""  # noqa: S308 - part of the cleaned body


def _plain_embed(match: re.Match[str], address: str, embed: embeds.Embed) -> str:
    label = _caption(match) or (address if embed.is_link else EMBED_WORDS[embed.shape])
    return format_html('<p><a href="{}">{}</a></p>', address, label)


def _in_order(html: str) -> str:
    """Return ``html`` with no heading level skipped: each ``h3`` before the first ``h2`` becomes an ``h2``."""
    first = html.find("<h2>")
    top, following = (html, "") if first < 0 else (html[:first], html[first:])
    return HEADING.sub(r"<\1h2>", top) + following


def _figure(image: Image | None, caption: str | None) -> str:
    if image is None:
        return ""
    caption = mark_safe(caption) if caption else image.caption  # noqa: S308 - part of the cleaned body
    return render_to_string(
        "articles/_figure.html",
        {
            "image": image,
            "caption": caption,
            "crop": "full",
            "sizes": "(min-width: 720px) 660px, 100vw",
            "lazy": True,
            "zoom": True,
        },
    )


def _with_places(html: str) -> str:
    """Return ``html`` with an ``id`` on each paragraph and heading, derived from its words, so that it lasts through
    updates.
    """
    used_ids: set[str] = set()

    def add_id(match: re.Match[str]) -> str:
        words = footnotes.without_footnotes(match[2])
        name = f"p-{md5(words.encode(), usedforsecurity=False).hexdigest()[:6]}"
        if name in used_ids or not words.strip():
            return match[0]
        used_ids.add(name)
        return f'<{match[1]} id="{name}">'

    return "".join(part if number % 2 else PARAGRAPH.sub(add_id, part) for number, part in enumerate(ASIDE.split(html)))


def _with_directions(html: str) -> str:
    """Return ``html`` with ``dir="auto"`` on blocks mostly in a right-to-left script, and on all blocks of such a
    quotation.

    One Arabic word in an English line changes nothing. The quotation itself says "rtl": browsers leave its paragraphs
    out of "auto", as they have directions of their own.
    """
    if not FROM_RIGHT.search(html):
        return html

    def add_direction(match: re.Match[str]) -> str:
        words = markup.plain_text(match[3])
        mostly = 2 * len(FROM_RIGHT.findall(words)) > sum(map(str.isalpha, words))
        return f'<{match[1]}{match[2]} dir="auto">' if mostly else match[0]

    html = QUOTING.sub('<blockquote dir="rtl">', LINES.sub(add_direction, html))
    return QUOTATION.sub(lambda match: UNDIRECTED.sub(r'<\1\2 dir="auto">', match[0]), html)


def contents(html: str) -> list[dict[str, str]]:
    """Return the subheads of a long read's rendered body, each with its id; none for a shorter article."""
    headings = PLACED_HEADING.findall(html)
    text = DRAWN.sub("", html.partition(footnotes.LIST)[0])
    if len(headings) < LEAST_HEADINGS or len(markup.plain_text(text).split()) <= LONG_READ:
        return []
    return [{"place": place, "words": markup.plain_text(footnotes.MARK.sub("", words))} for place, words in headings]


def _embed(match: re.Match[str], address: str, embed: embeds.Embed, *, images: dict[int, Image]) -> str:
    """Return a link or a recording; nothing of the other site loads before the reader asks for it."""
    about = {"address": address, "embed": embed, "caption": _caption(match), "words": EMBED_WORDS.get(embed.shape)}
    return render_to_string("articles/_embed.html", about | {"poster": images.get(int(match["poster"] or 0))})


def allow_frames(response: HttpResponse, html: str) -> HttpResponse:
    """Set a policy on ``response`` that lets only the frames of a rendered body load."""
    if frame_origins := embeds.origins(html):
        response._csp_replace = {"frame-src": frame_origins}  # type: ignore[attr-defined] # django-csp's own way
    return response


def further(edition: Edition, topics: list[dict], at: datetime) -> tuple[Edition | None, list[Edition]]:
    """Return what to read after ``edition``: the one before it in its section, and similar ones, in one query.

    Similar editions are live and share ``topics``: tags, which count twice, and further sections, like countries. Where
    few are similar, the newest of the section, then of the paper, are added.
    """
    where: dict[str, Any] = {
        "section": edition.section_id,
        "article": edition.article_id,
        "published_at": edition.published_at,
    }
    alike = {f"{'tag' if topic['is_tag'] else 'listed'}{number}": topic["pk"] for number, topic in enumerate(topics)}
    editions: list[Any] = FURTHER.rows(at=at, **where, **alike)
    following = next((candidate for candidate in editions if candidate.is_next), None)
    related: dict[int, Any] = {}  # an added edition may be similar, too: its best rank comes first
    for candidate in editions:
        if following is None or candidate.pk != following.pk:
            related.setdefault(candidate.pk, candidate)
    alike = sum(candidate.alike > 0 for candidate in related.values())
    return following, list(related.values())[: min(max(alike, LEAST_RELATED), RELATED)]


def _near(at: datetime, section: int, article: int, published_at: datetime, **topics: int) -> tuple[str, list]:
    """Return the WITH clause of the query in ``further``, with its values; ``topics`` named "tag…" are tags."""
    values: list[Any] = [section, published_at, article, at, at]
    spare = [section, article, at, at, at, article, at, at, at]
    if not topics:
        return NEAR.format(alike="", spare=OF_SECTION + OF_PAPER), values + spare
    parts = []
    for name, pk in topics.items():
        parts.append(NEWEST_OF.format(**(TAGGED if name.startswith("tag") else LISTED), pool=RELATED_POOL))
        values += [pk, at] * 2
    alike = ALIKE.format(topics=" UNION ALL ".join(parts), most=RELATED + 1)
    return NEAR.format(alike=alike, spare=OF_SECTION + OF_PAPER), [*values, article, at, at, *spare]


def _further(**values: Any) -> QuerySet[Edition]:
    """Return the editions that ``_near`` selects."""
    # extra() alone can name the table of a WITH; its text is ours, and no value is in it
    is_next, alike = RawSQL("near.is_next", []), RawSQL("near.alike", [])
    rows = Edition.objects.extra(tables=["near"], where=["near.id = articles_edition.id"])
    return rows.annotate(is_next=is_next, alike=alike).order_by("-is_next", "-alike", "-published_at", "-pk")


FURTHER = CompiledEditionQuery(_further, also={"is_next": IntegerField(), "alike": IntegerField()}, before=_near)


def _chips(edition: Edition, topics: list[dict]) -> list[dict]:
    """Return ``topics`` without tags that are called like a section of ``edition``, so that each name is shown once."""
    sections = [section.name for section in (edition.section, edition.section.parent) if section]
    sections += [topic["name"] for topic in topics if not topic["is_tag"]]
    section_names = {" ".join(name.casefold().split()) for name in sections}
    return [
        topic
        for topic in topics
        if not topic["is_tag"] or " ".join(topic["name"].casefold().split()) not in section_names
    ]


def as_unseen(section: int | None) -> dict:
    """Return the context of ``show_article`` for an unpublished edition: no sharing, no section if none is chosen."""
    return {"unseen": True} | ({} if section else {"lacks_section": True, "following": None, "related": []})


def show_article(request, edition, template="articles/article_page.html", **more):
    """Return the page of ``edition``; the desk's previews are made by this too."""
    root = root_of(request)
    topics = edition.topics()
    following, related = further(edition, topics, request.at)
    picked = picks.live([*picks.picked_numbers(edition.body), *edition.related], request.at)
    picked.pop(edition.article_id, None)  # an article never recommends itself
    if following and following.article_id in edition.related:
        following = None  # it stands below by hand
    text = body(edition.body, picked)
    context = {
        "edition": edition,
        "body": text,
        "contents": contents(text),
        "has_chart": DRAWN.search(text),
        "topics": _chips(edition, topics),
        "following": following,
        "related": _picked_first(edition, picked, related),
        "linked_data": linked_data.for_article(edition, request.frame.paper, root),
        **more,
    }
    response = allow_frames(render(request, template, context), text)
    picked_ids = {*picks.picked_numbers(edition.body), *edition.related}  # a withdrawn one may come back
    return surrogate_keys.mark_response(
        response, *surrogate_keys.of_edition(edition, topics), *map(surrogate_keys.of_article, sorted(picked_ids))
    )


def _picked_first(edition: Edition, picked: dict[int, Edition], similar: list[Edition]) -> list[Edition]:
    """Return what to read next: editions chosen by hand, then ``similar`` ones, as many as there is room for."""
    chosen = [picked[number] for number in dict.fromkeys(edition.related) if number in picked]
    unpicked = [candidate for candidate in similar if candidate.article_id not in set(edition.related)]
    return (chosen + unpicked)[: max(RELATED, len(chosen))]
