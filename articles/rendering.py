"""From an edition to what its page shows: the body with its pictures, and what stands around it.

The desk's preview goes through the same functions, so that it is the page itself.
"""

import re
from datetime import datetime
from html import unescape

from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from articles import linked_data, markup, references
from articles.models.edition import Edition, EditionTag
from articles.models.image import Image

IMAGE = re.compile(r'<figure data-image="(\d{1,11})">(?:\s*<figcaption>(.*?)</figcaption>)?.*?</figure>', re.DOTALL)
EMBED = re.compile(r'<figure data-embed="([^"]+)">(?:\s*<figcaption>(.*?)</figcaption>)?.*?</figure>', re.DOTALL)
PULL_QUOTE = re.compile(r'<aside data-pull-quote="">.*?</aside>', re.DOTALL)
LOCAL = re.compile(r'((?:href|src)=")/(?!/)')
FEED_WIDTH = 1200  # pixels of a picture in a feed
HEADING = re.compile(r"<(/?)h[23]>")
EMPTY = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
RELATED = 5
RELATED_POOL = 60  # of the newest articles under its tags; some may be withdrawn


def body(html: str) -> SafeString:
    """A cleaned body as readers see it: references resolved, with one query for all pictures."""
    html = EMPTY.sub("", markup.clean(html))
    ids = markup.image_ids(html)
    images = Image.objects.in_bulk(ids) if ids else {}
    html = _in_order(html)
    html = IMAGE.sub(lambda match: _figure(images.get(int(match[1])), match[2]), html)
    html = EMBED.sub(lambda match: _embed(match[1], match[2]), html)
    html = references.resolve(html)
    html = html.replace(
        "<table>", '<div class="table" role="group" tabindex="0" aria-label="{}"><table>'.format(_("Table"))
    )
    html = html.replace("</table>", "</table></div>")
    html = html.replace('<aside data-pull-quote="">', '<aside class="pull-quote" aria-hidden="true">')
    html = html.replace('<aside data-fact-box="">', '<aside class="fact-box">')
    return mark_safe(html)  # noqa: S308 - the sanitizer's own output, with our templates put in


def for_feeds(bodies: list[str], root: str) -> list[str]:
    """Cleaned bodies as HTML that stands by itself: whole addresses, plain pictures; one query for all pictures."""
    cleaned = [EMPTY.sub("", markup.clean(html)) for html in bodies]
    ids = {number for html in cleaned for number in markup.image_ids(html)}
    images = Image.objects.in_bulk(ids) if ids else {}
    return [_for_feed(html, images, root) for html in cleaned]


def _for_feed(html: str, images: dict[int, Image], root: str) -> str:
    html = PULL_QUOTE.sub("", html)  # the text says it, too
    html = IMAGE.sub(lambda match: _plain_figure(images.get(int(match[1])), match[2]), _in_order(html))
    html = EMBED.sub(lambda match: _plain_embed(match[1], match[2]), html)
    html = html.replace('<aside data-fact-box="">', "<blockquote>").replace("</aside>", "</blockquote>")
    return LOCAL.sub(rf"\g<1>{root}/", references.resolve(html))


def _plain_figure(image: Image | None, caption: str | None) -> str:
    if image is None:
        return ""
    url, width, height = image.sources("full").at_most(FEED_WIDTH)
    said = mark_safe(caption) if caption else image.caption  # noqa: S308 - part of the cleaned body
    picture = format_html('<img src="{}" width="{}" height="{}" alt="{}">', url, width, height, image.alternative)
    return format_html("<figure>{}<figcaption>{} {}</figcaption></figure>", picture, said, image.credit)


def _plain_embed(address: str, caption: str | None) -> str:
    label = mark_safe(caption) if caption else _("Watch the video")  # noqa: S308 - part of the cleaned body
    return format_html('<p><a href="{}">{}</a></p>', unescape(address), label)


def _in_order(html: str) -> str:
    """Headings without a jump: until the first ``h2`` an ``h3`` is one, too."""
    first = html.find("<h2>")
    top, rest = (html, "") if first < 0 else (html[:first], html[first:])
    return HEADING.sub(r"<\1h2>", top) + rest


def _figure(image: Image | None, caption: str | None) -> str:
    if image is None:
        return ""
    caption = mark_safe(caption) if caption else image.caption  # noqa: S308 - part of the cleaned body
    return render_to_string(
        "articles/_figure.html",
        {"image": image, "caption": caption, "crop": "full", "sizes": "(min-width: 720px) 660px, 100vw", "lazy": True},
    )


def _embed(address: str, caption: str | None) -> str:
    """A link: nothing of the other site loads before the reader goes there."""
    label = mark_safe(caption) if caption else _("Watch the video")  # noqa: S308 - part of the cleaned body
    return format_html(
        '<figure class="embed"><a href="{}" rel="noopener"><span class="play" aria-hidden="true"></span>{} '
        '<span class="source">{}</span></a></figure>',
        unescape(address),
        label,
        _("on YouTube"),
    )


def related(edition: Edition, at: datetime) -> list[Edition]:
    """The newest live editions that share a tag with ``edition``, in one query."""
    shared = EditionTag.objects.filter(tag__in=edition.tag_rows.values("tag"), published_at__lte=at)
    # An article's editions share one time of publication. Asking each row's edition whether it is live would read all.
    newest = shared.order_by("-published_at").values("published_at").distinct()[:RELATED_POOL]
    near = shared.filter(published_at__in=newest).values("edition")
    live = Edition.objects.live(at).filter(pk__in=near).exclude(article=edition.article_id).newest()
    return list(
        live.defer("body", "corrections", "dated_corrections").select_related("section__parent", "lead_image")[:RELATED]
    )


def show_article(request, edition, template="articles/article_page.html", **more):
    """The page of ``edition``; the desk's previews are made by it too."""
    root = f"{request.scheme}://{request.get_host()}"
    context = {
        "edition": edition,
        "body": body(edition.body),
        "topics": edition.topics(),
        "related": related(edition, request.at),
        "linked_data": linked_data.for_article(edition, request.frame.paper, root),
        **more,
    }
    return render(request, template, context)
