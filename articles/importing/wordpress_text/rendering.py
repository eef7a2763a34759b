"""Each kind of block becomes HTML: most by what is within them, some by their attributes, some by nothing at all."""

import re
from collections.abc import Callable
from html import escape

from django.utils.translation import gettext as _

from articles.importing.html_text.conversion import Conversion
from articles.importing.wordpress_text.blocks import Block, has_blocks, parse_blocks

# Blocks whose content is what is within them, whether or not blocks lie within.
CONTENT = set(
    "paragraph heading subhead list list-item quote pullquote table gallery media-text audio video file buttons button "
    "columns column group row stack details separator spacer html shortcode text-columns accordion accordion-item "
    "accordion-heading accordion-panel math missing social-links cover image embed block footnotes code preformatted "
    "verse freeform classic more nextpage table-of-contents tabs tab tab-panel tab-list pattern term-description "
    "jetpack/tiled-gallery jetpack/slideshow jetpack/image-compare jetpack/story jetpack/markdown jetpack/layout-grid "
    "jetpack/layout-grid-column jetpack/pay-with-paypal jetpack/contact-info jetpack/address jetpack/email "
    "jetpack/phone jetpack/gif jetpack/map jetpack/button jetpack/send-a-message jetpack/whatsapp-button "
    "jetpack/event-countdown jetpack/podcast-player jetpack/recipe jetpack/paywall jetpack/premium-content "
    "coblocks/accordion coblocks/accordion-item coblocks/alert coblocks/author coblocks/click-to-tweet coblocks/column "
    "coblocks/dynamic-separator coblocks/features coblocks/feature coblocks/gallery-carousel coblocks/gallery-masonry "
    "coblocks/gallery-stacked coblocks/gallery-offset coblocks/gallery-collage coblocks/gist coblocks/hero "
    "coblocks/highlight coblocks/icon coblocks/logos coblocks/map coblocks/media-card coblocks/pricing-table "
    "coblocks/pricing-table-item coblocks/row coblocks/service coblocks/services coblocks/shape-divider coblocks/faq "
    "coblocks/faq-item coblocks/timeline coblocks/timeline-item "
    "yoast/faq-block yoast/how-to-block yoast-seo/faq-block yoast-seo/how-to-block".split()
)
# Blocks that WordPress fills each time a page is shown: what they hold is no part of the text.
DYNAMIC = set(
    "latest-posts latest-comments query query-loop query-pagination query-pagination-next query-pagination-numbers "
    "query-pagination-previous query-no-results query-title query-total navigation navigation-link navigation-submenu "
    "home-link search tag-cloud calendar archives categories terms-query term-template rss page-list page-list-item "
    "site-logo site-title site-tagline loginout avatar widget-group legacy-widget template-part read-more post-title "
    "post-content post-excerpt post-date post-author post-author-name post-author-biography post-featured-image "
    "post-terms post-navigation-link post-template post-comments post-comments-form post-comments-count "
    "post-comments-link post-comment comments comments-query-loop comment-template comment-author-name "
    "comment-author-avatar comment-content comment-date comment-edit-link comment-reply-link comments-title "
    "comments-pagination comments-pagination-next comments-pagination-previous comments-pagination-numbers "
    "post-time-to-read breadcrumbs newspack-blocks/homepage-articles newspack-blocks/carousel newspack-blocks/donate "
    "newspack-blocks/author-list newspack-blocks/author-profile newspack-blocks/video-playlist newspack-blocks/iframe "
    "newspack/homepage-articles newspack/carousel jetpack/related-posts jetpack/subscriptions jetpack/mailchimp "
    "jetpack/contact-form jetpack/calendly jetpack/opentable jetpack/donations jetpack/blogging-prompt jetpack/like "
    "jetpack/sharing-buttons jetpack/top-posts yoast-seo/breadcrumbs yoast-seo/related-links "
    "yoast-seo/internal-linking yoast/table-of-contents".split()
)
SILENT = {"more", "separator", "spacer"}
BUILDERS = ("fl-builder/", "divi/", "elementor/", "fusion-builder/", "themify-builder/", "et-builder/")
GALLERIES = {"gallery", "jetpack/tiled-gallery", "jetpack/slideshow"}
REUSED_DEEPEST, MOST_REUSED = 5, 100  # reusable blocks within each other; all that a text may show
LONGEST_REUSED = 300_000  # characters of all of them
OBJECT = re.compile(r"<object\b[^<>]*>", re.IGNORECASE)
OPENING_IMAGE = re.compile(r"<img\b", re.IGNORECASE)


class BlockRenderer:
    """Turns the blocks of one text into HTML."""

    def __init__(self, conversion: Conversion) -> None:
        self.conversion = conversion
        self.reused: list[str] = []  # keys of the reusable blocks that are open
        self.count = self.length = 0  # of the reusable blocks shown so far
        self.has_footnotes = False

    def html(self, text: str) -> str:
        """Return a text as HTML, whether it is made of blocks or not."""
        return self._inner(parse_blocks(text), is_root=True) if has_blocks(text) else _classic(text)

    def _inner(self, block: Block, *, is_root: bool = False) -> str:
        write = _classic if is_root else str
        return "".join(write(part) if isinstance(part, str) else self._render(part) for part in block.parts)

    def _render(self, block: Block) -> str:
        if block.is_broken:
            self.conversion.tell("block attributes", block.name, _("They can’t be read; its content was kept."))
        name = block.name
        if name.startswith("core-embed/"):
            name = "embed"
        if name in SILENT:
            return ""
        if render := RENDERERS.get(name):
            return render(self, block)
        if name in DYNAMIC:
            self.conversion.tell("block", block.name, _("WordPress fills it when it shows a page: it has no content."))
            return ""
        if name.startswith(BUILDERS):
            self.conversion.tell("page builder", block.name, _("Its words were kept, its layout was not."))
        elif name not in CONTENT:
            self.conversion.tell("block", block.name, _("It is not known; what is in it was kept."))
        return f"{self._inner(block)}\n"

    def _reusable(self, block: Block) -> str:
        """Return the content of a block that stands elsewhere, unless it holds itself."""
        key = f"post:{block.number('ref')}"
        text = self.conversion.surroundings.blocks(key)
        self.count += 1
        self.length += len(text)
        is_bounded = len(self.reused) < REUSED_DEEPEST and self.count <= MOST_REUSED and self.length <= LONGEST_REUSED
        if not text or key in self.reused or not is_bounded:
            self.conversion.tell("block", f"block {key}", _("The reusable block isn’t there, or holds itself."))
            return ""
        self.reused.append(key)
        html = self.html(text)
        self.reused.pop()
        return html

    def _next_page(self, block: Block) -> str:
        self.conversion.tell("page break", "nextpage", _("The pages of the text became one."))
        return ""

    def _freeform(self, block: Block) -> str:
        return _classic(self._inner(block))

    def _image(self, block: Block) -> str:
        number = block.number("id") or block.number("mediaId")
        html = self._inner(block)
        if number and "wp-image-" not in html:
            html = OPENING_IMAGE.sub(f'<img data-id="{number}"', html, count=1)
        return html

    def _cover(self, block: Block) -> str:
        html, address = self._image(block), block.text("url")
        is_picture = address and block.text("backgroundType") != "video" and "wp-block-cover__" not in html
        if is_picture and not any(isinstance(part, str) and OPENING_IMAGE.search(part) for part in block.parts):
            html = f'<img src="{escape(address)}" data-id="{block.number("id") or ""}">{html}'
        return html

    def _gallery(self, block: Block) -> str:
        html = self._inner(block)
        if not OPENING_IMAGE.search(html):
            html += "".join(f'<figure data-media="media:{number}"></figure>' for number in block.numbers("ids"))
        return f"<x-series>{html}</x-series>"

    def _embed(self, block: Block) -> str:
        html, address = self._inner(block), block.text("url")
        if address and not html.strip():
            return f'<figure data-embed="{escape(address)}"></figure>'
        return html

    def _file(self, block: Block) -> str:
        """Return the link to a file without the frame that shows it."""
        return OBJECT.sub("", self._inner(block))

    def _social_link(self, block: Block) -> str:
        address = block.text("url")
        name = block.text("label") or block.text("service") or address
        return f'<p><a href="{escape(address)}">{escape(name)}</a></p>' if address else ""

    def _math(self, block: Block) -> str:
        latex = block.text("latex")
        html = self._inner(block)
        return html if "<math" in html else f"<p>{escape(latex)}</p>{html}"

    def _pattern(self, block: Block) -> str:
        self.conversion.tell("block", f"pattern {block.text('slug')}", _("The pattern is part of a theme."))
        return self._inner(block)

    def _footnotes(self, block: Block) -> str:
        self.has_footnotes = True
        return f"{self._inner(block)}{self.footnotes()}"

    def footnotes(self) -> str:
        """Return the notes that WordPress keeps beside a text, as it shows them."""
        notes = self.conversion.surroundings.footnotes
        items = (
            f'<li id="{escape(key)}">{note} <a href="#{escape(key)}-link">↩︎</a></li>' for key, note in notes.items()
        )
        return f"<ol>{''.join(items)}</ol>" if notes else ""


def _classic(text: str) -> str:
    return f"<x-classic>{text}</x-classic>" if text.strip() else ""


RENDERERS: dict[str, Callable[[BlockRenderer, Block], str]] = {
    "block": BlockRenderer._reusable,
    "nextpage": BlockRenderer._next_page,
    **dict.fromkeys(("freeform", "classic"), BlockRenderer._freeform),
    **dict.fromkeys(("image", "media-text"), BlockRenderer._image),
    "cover": BlockRenderer._cover,
    **dict.fromkeys(GALLERIES, BlockRenderer._gallery),
    "embed": BlockRenderer._embed,
    "file": BlockRenderer._file,
    "social-link": BlockRenderer._social_link,
    "math": BlockRenderer._math,
    "pattern": BlockRenderer._pattern,
    "footnotes": BlockRenderer._footnotes,
}
