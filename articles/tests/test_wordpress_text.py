"""Texts of WordPress, of blocks and classic ones, become the paper's own, and no word of them is lost."""

from collections import Counter
from dataclasses import replace

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.body.series import APART
from articles.importing.items import SourceSite, Surroundings
from articles.importing.wordpress_text import convert_wordpress
from articles.importing.wordpress_text.blocks import Block, parse_blocks
from articles.importing.wordpress_text.rendering import CONTENT, DYNAMIC, RENDERERS, SILENT
from articles.tests.converted_texts import assert_clean, words

VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"
REUSED = {
    "post:5": "<!-- wp:paragraph --><p>used again</p><!-- /wp:paragraph -->",
    "post:6": '<!-- wp:block {"ref":6} /-->',
    "post:7": "classic\n\nwords",
}
SURROUNDINGS = Surroundings(
    key="post:1",
    site=SourceSite(addresses=("https://paper.example",)),
    attached=("media:7", "media:8"),
    blocks=lambda key: REUSED.get(key, ""),
    footnotes={"a-b": "the <em>note</em>"},
)
WITHOUT_NOTES = replace(SURROUNDINGS, footnotes={})


def block(name, inner="", attributes=""):
    """A block as WordPress writes it."""
    attributes = f" {attributes}" if attributes else ""
    return (
        f"<!-- wp:{name}{attributes} -->\n{inner}\n<!-- /wp:{name} -->\n\n"
        if inner
        else f"<!-- wp:{name}{attributes} /-->"
    )


def picture(name, caption="", number=""):
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure class="wp-block-image"><img src="https://cdn.example/{name}.jpg"{number}/>{caption}</figure>'


def shown(name, caption="", apart=False):
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure{APART if apart else ""} data-media="https://cdn.example/{name}.jpg">{caption}</figure>'


PARAGRAPH = block("paragraph", "<p>a <strong>b</strong></p>", '{"align":"left"}')
GALLERY = block(
    "gallery",
    '<figure class="wp-block-gallery has-nested-images">'
    + block("image", picture("a", "one"), '{"id":4}')
    + block("image", picture("b"))
    + '<figcaption class="blocks-gallery-caption">both</figcaption></figure>',
)
CORE = {  # each block that has a content: (as it is stored, what it becomes)
    "paragraph": (PARAGRAPH, "<p>a <strong>b</strong></p>"),
    "heading": (block("heading", '<h4 class="wp-block-heading">a</h4>', '{"level":4}'), "<h3>a</h3>"),
    "subhead": (block("subhead", '<p class="wp-block-subhead">a</p>'), "<p>a</p>"),
    "list": (
        block("list", "<ul>" + block("list-item", "<li>a</li>") + block("list-item", "<li>b</li>") + "</ul>"),
        "<ul><li><p>a</p></li><li><p>b</p></li></ul>",
    ),
    "list-item": (
        block("list", "<ol>" + block("list-item", "<li>a" + block("list", "<ul><li>b</li></ul>") + "</li>") + "</ol>"),
        "<ol><li><p>a</p><ul><li><p>b</p></li></ul></li></ol>",
    ),
    "quote": (
        block("quote", "<blockquote>" + PARAGRAPH + "<cite>c</cite></blockquote>"),
        "<blockquote><p>a <strong>b</strong></p><p>c</p></blockquote>",
    ),
    "pullquote": (
        block(
            "pullquote", '<figure class="wp-block-pullquote"><blockquote><p>a</p><cite>b</cite></blockquote></figure>'
        ),
        '<aside data-pull-quote=""><p>a</p><p data-speaker="name">b</p></aside>',
    ),
    "verse": (block("verse", '<pre class="wp-block-verse">a\n b</pre>'), "<p>a<br>&nbsp;b</p>"),
    "preformatted": (block("preformatted", '<pre class="wp-block-preformatted">a\nb</pre>'), "<p>a<br>b</p>"),
    "code": (block("code", "<pre><code>&lt;a&gt;\n&#91;gallery]</code></pre>"), "<p>&lt;a&gt;<br>[gallery]</p>"),
    "table": (
        block(
            "table",
            '<figure class="wp-block-table"><table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>'
            "<figcaption>c</figcaption></figure>",
        ),
        "<table><tbody><tr><td><p>a</p></td><td><p>b</p></td></tr></tbody></table><p>c</p>",
    ),
    "image": (block("image", picture("a", "b")), shown("a", "b")),
    "gallery": (GALLERY, shown("a", "one") + shown("b") + "<p>both</p>"),
    "cover": (
        block(
            "cover",
            '<div class="wp-block-cover"><img class="wp-block-cover__image-background" '
            'src="https://cdn.example/a.jpg"/><div class="wp-block-cover__inner-container">'
            + PARAGRAPH
            + "</div></div>",
        ),
        shown("a") + "<p>a <strong>b</strong></p>",
    ),
    "media-text": (
        block(
            "media-text",
            '<div class="wp-block-media-text"><figure class="wp-block-media-text__media">'
            '<img src="https://cdn.example/a.jpg"/></figure><div>' + PARAGRAPH + "</div></div>",
            '{"mediaId":4}',
        ),
        shown("a") + "<p>a <strong>b</strong></p>",
    ),
    "audio": (
        block(
            "audio",
            '<figure><audio controls src="https://cdn.example/a.mp3"></audio><figcaption>b</figcaption></figure>',
        ),
        '<figure data-embed="https://cdn.example/a.mp3"><figcaption>b</figcaption></figure>',
    ),
    "video": (
        block("video", f'<figure><video controls src="{VIDEO}"></video><figcaption>b</figcaption></figure>'),
        f'<figure data-embed="{VIDEO}"><figcaption>b</figcaption></figure>',
    ),
    "file": (
        block(
            "file",
            '<div class="wp-block-file"><object data="/a.pdf" type="application/pdf"></object>'
            '<a href="/a.pdf">a</a><a href="/a.pdf" class="wp-block-file__button" download>get</a></div>',
        ),
        '<p><a href="/a.pdf">a</a></p>',
    ),
    "embed": (
        block(
            "embed",
            f'<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">\n{VIDEO}\n</div>'
            "<figcaption>a</figcaption></figure>",
            f'{{"url":"{VIDEO}"}}',
        ),
        f'<figure data-embed="{VIDEO}"><figcaption>a</figcaption></figure>',
    ),
    "buttons": (
        block(
            "buttons",
            "<div>"
            + block("button", '<div><a class="wp-block-button__link" href="/x">a</a></div>')
            + block("button", '<div><a href="/y">b</a></div>')
            + "</div>",
        ),
        '<p><a href="/x">a</a></p><p><a href="/y">b</a></p>',
    ),
    "button": (block("button", '<div class="wp-block-button"><a href="/x">a</a></div>'), '<p><a href="/x">a</a></p>'),
    "columns": (
        block(
            "columns",
            "<div>" + block("column", f"<div>{PARAGRAPH}</div>") + block("column", "<div><p>c</p></div>") + "</div>",
        ),
        "<p>a <strong>b</strong></p><p>c</p>",
    ),
    "column": (block("column", "<div><p>c</p></div>"), "<p>c</p>"),
    "text-columns": (block("text-columns", "<div><div><p>a</p></div><div><p>b</p></div></div>"), "<p>a</p><p>b</p>"),
    "group": (block("group", f'<div class="wp-block-group">{PARAGRAPH}</div>'), "<p>a <strong>b</strong></p>"),
    "row": (block("row", f"<div>{PARAGRAPH}</div>"), "<p>a <strong>b</strong></p>"),
    "stack": (block("stack", f"<div>{PARAGRAPH}</div>"), "<p>a <strong>b</strong></p>"),
    "separator": (PARAGRAPH + block("separator", "<hr/>"), "<p>a <strong>b</strong></p>"),
    "spacer": (
        PARAGRAPH + block("spacer", '<div style="height:100px" aria-hidden="true"></div>'),
        "<p>a <strong>b</strong></p>",
    ),
    "more": (PARAGRAPH + block("more", "<!--more-->"), "<p>a <strong>b</strong></p>"),
    "nextpage": (
        PARAGRAPH + block("nextpage", "<!--nextpage-->") + "<!-- wp:paragraph --><p>c</p><!-- /wp:paragraph -->",
        "<p>a <strong>b</strong></p><p>c</p>",
    ),
    "details": (
        block("details", f"<details><summary>a</summary>{PARAGRAPH}</details>"),
        "<p><strong>a</strong></p><p>a <strong>b</strong></p>",
    ),
    "accordion": (
        block(
            "accordion",
            "<div>"
            + block(
                "accordion-item",
                "<div>"
                + block("accordion-heading", '<h3><button type="button"><span>a</span></button></h3>')
                + block("accordion-panel", "<div><p>b</p></div>")
                + "</div>",
            )
            + "</div>",
        ),
        "<h3>a</h3><p>b</p>",
    ),
    "accordion-item": (block("accordion-item", "<div>a</div>"), "<p>a</p>"),
    "accordion-heading": (block("accordion-heading", "<h3><button>a</button></h3>"), "<h3>a</h3>"),
    "accordion-panel": (block("accordion-panel", "<div>a</div>"), "<p>a</p>"),
    "footnotes": (
        block("paragraph", '<p>a<sup data-fn="a-b" class="fn"><a href="#a-b" id="a-b-link">1</a></sup></p>')
        + block("footnotes"),
        '<p>a<span data-footnote="">the <em>note</em></span></p>',
    ),
    "html": (block("html", "<div>a\n\nb</div>"), "<p>a b</p>"),
    "shortcode": (
        block("shortcode", '[gallery ids="1,2"]'),
        '<figure data-media="media:1"></figure><figure data-media="media:2"></figure>',
    ),
    "freeform": (block("freeform", "a\nb\n\nc"), "<p>a<br>b</p><p>c</p>"),
    "classic": (block("classic", "a\n\nb"), "<p>a</p><p>b</p>"),
    "missing": (block("missing", "<p>a</p>"), "<p>a</p>"),
    "block": (
        block("block", "", '{"ref":5}') + block("block", "", '{"ref":7}'),
        "<p>used again</p><p>classic</p><p>words</p>",
    ),
    "social-links": (
        block(
            "social-links",
            "<ul>" + block("social-link", "", '{"url":"https://t.me/paper","service":"telegram"}') + "</ul>",
        ),
        '<ul><li><p><a href="https://t.me/paper">telegram</a></p></li></ul>',
    ),
    "social-link": (
        block("social-link", "", '{"url":"https://t.me/paper","label":"us"}'),
        '<p><a href="https://t.me/paper">us</a></p>',
    ),
    "math": (
        block("math", "", '{"latex":"a^2"}') + block("math", "<div><math><mi>x</mi></math></div>"),
        "<p>a^2</p><p>x</p>",
    ),
    "pattern": (PARAGRAPH + block("pattern", "", '{"slug":"theme/a"}'), "<p>a <strong>b</strong></p>"),
    "table-of-contents": (block("table-of-contents", "<nav><ol><li>a</li></ol></nav>"), "<ol><li><p>a</p></li></ol>"),
    "term-description": (block("term-description", "<p>a</p>"), "<p>a</p>"),
    "tabs": (block("tabs", "<div>" + block("tab", "<section>a</section>") + "</div>"), "<p>a</p>"),
    "tab": (block("tab", "<section>a</section>"), "<p>a</p>"),
    "tab-list": (block("tab-list", "<div><button>a</button></div>"), "<p>a</p>"),
    "tab-panel": (block("tab-panel", "<div>a</div>"), "<p>a</p>"),
}
OLDER = {  # the same blocks in earlier forms, and those of plugins
    "a gallery of numbers": (
        block("gallery", "", '{"ids":[1,"2"]}'),
        '<figure data-media="media:1"></figure><figure data-media="media:2"></figure>',
    ),
    "a gallery of a list": (
        block(
            "gallery",
            '<ul class="wp-block-gallery"><li class="blocks-gallery-item">'
            + picture("a", "b")
            + '</li><li class="blocks-gallery-item">'
            + picture("c")
            + "</li></ul>",
        ),
        shown("a", "b") + shown("c"),
    ),
    "galleries next to each other": (
        GALLERY.replace("both", "") + GALLERY.replace("both", ""),
        shown("a", "one") + shown("b") + shown("a", "one", apart=True) + shown("b"),
    ),
    "pictures next to each other": (
        block("image", picture("a")) + block("image", picture("b")),
        shown("a") + shown("b", apart=True),
    ),
    "a picture by number": (
        block("image", '<figure><img src="/a.jpg"/></figure>', '{"id":12}'),
        '<figure data-media="media:12" data-address="https://paper.example/a.jpg"></figure>',
    ),
    "a cover by its style": (
        block(
            "cover", '<div style="background-image:url(/a.jpg)"><p>b</p></div>', '{"url":"https://cdn.example/a.jpg"}'
        ),
        shown("a") + "<p>b</p>",
    ),
    "an embed with its site": (
        block("core-embed/youtube", f"<figure><div>{VIDEO}</div></figure>"),
        f'<figure data-embed="{VIDEO}"></figure>',
    ),
    "an embed of attributes": (block("embed", "", f'{{"url":"{VIDEO}"}}'), f'<figure data-embed="{VIDEO}"></figure>'),
    "an embed of a site that isn’t known": (
        block("embed", "<figure><div>https://other.example/a</div></figure>"),
        '<p><a href="https://other.example/a">https://other.example/a</a></p>',
    ),
    "a quote of paragraphs": (
        block("quote", "<blockquote><p>a</p><p>b</p></blockquote>"),
        "<blockquote><p>a</p><p>b</p></blockquote>",
    ),
    "a namespace": (block("core/paragraph", "<p>a</p>"), "<p>a</p>"),
    "tiles": (
        block(
            "jetpack/tiled-gallery",
            '<div class="wp-block-jetpack-tiled-gallery"><div class="tiled-gallery__item">'
            '<img src="https://cdn.example/a.jpg"></div><div class="tiled-gallery__item">'
            '<img src="https://cdn.example/b.jpg"></div></div>',
        ),
        shown("a") + shown("b"),
    ),
    "slides": (
        block(
            "jetpack/slideshow",
            '<div class="wp-block-jetpack-slideshow"><ul><li><figure>'
            '<img src="https://cdn.example/a.jpg"><figcaption>b</figcaption></figure></li><li><figure>'
            '<img src="https://cdn.example/c.jpg"></figure></li></ul></div>',
        ),
        shown("a", "b") + shown("c"),
    ),
    "questions": (
        block(
            "yoast/faq-block",
            '<div class="schema-faq"><div class="schema-faq-section">'
            '<strong class="schema-faq-question">a?</strong> <p class="schema-faq-answer">b</p></div></div>',
        ),
        "<h3>a?</h3><p>b</p>",
    ),
    "steps": (
        block(
            "yoast/how-to-block",
            '<div class="schema-how-to"><ol class="schema-how-to-steps"><li>'
            '<strong class="schema-how-to-step-name">a</strong> '
            '<p class="schema-how-to-step-text">b</p></li></ol></div>',
        ),
        "<ol><li><p>a</p><p>b</p></li></ol>",
    ),
    "columns of CoBlocks": (
        block("coblocks/row", "<div>" + block("coblocks/column", "<div>a</div>") + "</div>"),
        "<p>a</p>",
    ),
}
BROKEN = {  # what a file may hold after years of plugins: (the text, what it becomes, what is told)
    "an unknown block": (block("acme/card", "<div>a</div>", '{"b":"c--d"}'), "<p>a</p>", {("block", "acme/card")}),
    "broken attributes": (
        '<!-- wp:paragraph {"a: --><p>b</p><!-- /wp:paragraph -->',
        "<p>b</p>",
        {("block attributes", "paragraph")},
    ),
    "attributes that are a list": (
        "<!-- wp:paragraph [1] --><p>b</p><!-- /wp:paragraph -->",
        "<p>b</p>",
        {("block attributes", "paragraph")},
    ),
    "deep attributes": (
        "<!-- wp:paragraph " + '{"a":' * 5000 + " --><p>b</p><!-- /wp:paragraph -->",
        "<p>b</p>",
        {("block attributes", "paragraph")},
    ),
    "a block without an end": ("<!-- wp:group --><div><!-- wp:paragraph --><p>a</p>", "<p>a</p>", set()),
    "an end without a beginning": (
        "<!-- /wp:group --><!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->",
        "<p>a</p>",
        set(),
    ),
    "crossed blocks": (
        "<!-- wp:group --><!-- wp:paragraph --><p>a</p><!-- /wp:group --><!-- /wp:paragraph -->b",
        "<p>a</p><p>b</p>",
        set(),
    ),
    "words between blocks": (
        "a\nb\n\n" + block("html", "c\n\nd") + "e\n\nf",
        "<p>a<br>b</p><p>c d</p><p>e</p><p>f</p>",
        set(),
    ),
    "a comment between blocks": (
        "a<!--more-->b<!-- c -->\n\n" + PARAGRAPH,
        "<p>ab</p><p>a <strong>b</strong></p>",
        set(),
    ),
    "a comment without an end": (
        PARAGRAPH + "<!-- wp:group",
        "<p>a <strong>b</strong></p><p>&lt;!-- wp:group</p>",
        set(),
    ),
    "a block that holds itself": (block("block", "", '{"ref":6}') + "a", "<p>a</p>", {("block", "block post:6")}),
    "a block that isn’t there": (block("block", "", '{"ref":99}') + "a", "<p>a</p>", {("block", "block post:99")}),
    "a page break": ("a\n\n<!--nextpage-->\n\nb", "<p>a</p><p>b</p>", {("page break", "nextpage")}),
}
CLASSIC = {  # classic text: (as it is stored, what it becomes)
    "paragraphs": ("a\n\nb\n \n\t\nc", "<p>a</p><p>b</p><p>c</p>"),
    "Windows’ lines": ("a\r\nb\r\n\r\nc", "<p>a<br>b</p><p>c</p>"),
    "lines": ("a\nb<br />\nc", "<p>a<br>b<br>c</p>"),
    "blocks between lines": (
        "a\n<h2>b</h2>\nc\n<ul>\n<li>d</li>\n<li>e\nf</li>\n</ul>\ng",
        "<p>a</p><h2>b</h2><p>c</p><ul><li><p>d</p></li><li><p>e<br>f</p></li></ul><p>g</p>",
    ),
    "a quotation of paragraphs": (
        "<blockquote>a\n\nb</blockquote>\nc",
        "<blockquote><p>a</p><p>b</p></blockquote><p>c</p>",
    ),
    "a container": ("<div>a\n\nb</div>c", "<p>a</p><p>b</p><p>c</p>"),
    "marks at the beginning of a line": (
        "a\n\n<b>b</b> c\n<i>d</i>",
        "<p>a</p><p><strong>b</strong> c<br><em>d</em></p>",
    ),
    "marks over paragraphs": ("<b>a\n\nb</b>", "<p><strong>a</strong></p><p><strong>b</strong></p>"),
    "a link over lines": ('<a\nhref="/x"\n>a\nb</a>', '<p><a href="/x">a<br>b</a></p>'),
    "preserved lines": ("a\n<pre>b\n\n  c</pre>\nd", "<p>a</p><p>b</p><p>&nbsp;&nbsp;c</p><p>d</p>"),
    "paragraphs by hand": ("<p>a</p>\n<p>b</p>\nc", "<p>a</p><p>b</p><p>c</p>"),
    "a table": (
        "<table>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n</table>",
        "<table><tbody><tr><td><p>a</p></td><td><p>b</p></td></tr></tbody></table>",
    ),
    "a picture on a line": ('a\n\n<img src="https://cdn.example/a.jpg" />\n\nb', f"<p>a</p>{shown('a')}<p>b</p>"),
    "a picture in a line": ('<img class="alignleft" src="https://cdn.example/a.jpg" />a b', f"{shown('a')}<p>a b</p>"),
    "an address on a line": (f"a\n\n{VIDEO}\n\nb", f'<p>a</p><figure data-embed="{VIDEO}"></figure><p>b</p>'),
    "an address between lines": (f"a\n{VIDEO}\nb", f'<p>a</p><figure data-embed="{VIDEO}"></figure><p>b</p>'),
    "an address with entities": (
        "https://www.youtube.com/watch?v=abcdefghijk&amp;t=3",
        '<figure data-embed="https://www.youtube.com/watch?v=abcdefghijk&amp;t=3"></figure>',
    ),
    "an address that isn’t known": (
        "https://other.example/a_b?c=1&d=2\ne",
        '<p><a href="https://other.example/a_b?c=1&amp;d=2">https://other.example/a_b?c=1&amp;d=2</a><br>e</p>',
    ),
    "an address in a line": (f"see {VIDEO}", f"<p>see {VIDEO}</p>"),
    "an address that is a link": (f'<a href="{VIDEO}">{VIDEO}</a>', f'<p><a href="{VIDEO}">{VIDEO}</a></p>'),
    "more": ("a<!--more-->b\n\n<!--more read on-->\n\nc", "<p>ab</p><p>c</p>"),
    "nothing": (" \n\n&nbsp;\n", ""),
}

WORDS = ("alpha", "beta", "gamma")
PARTS = [
    *WORDS,
    *("\n", "\n\n", " ", '"', "[", "[sic]", "[1]", "[[a_b]]", "[su_box a=1]", "[/su_box]", "[gallery]", "&amp;"),
    *("[/caption]", '[caption id="attachment_3"]', '<img src="/e.jpg">', "https://other.example/h", "<!--more-->"),
    *("<p>", "</p>", "<br>", "<b>", "</b>", "<ul>\n<li>", "</li>\n</ul>", "<div>", "</div>", "<h2>", "</h2>", "<td>"),
    *("<pre>", "</pre>", "<blockquote>", "</blockquote>", '<a href="/g">', "</a>", "<figure>", "</figure>", "<table>"),
    *("<!-- wp:paragraph -->", "<!-- /wp:paragraph -->", '<!-- wp:group {"f":1} -->', "<!-- /wp:group -->"),
    *("<!-- wp:spacer /-->", "<!-- wp:gallery -->", "<!-- /wp:gallery -->", "[ref]", "[/ref]", "[quote]", "[/quote]"),
]


class BlockTests(SimpleTestCase):
    def test_each_block_of_wordpress_has_its_own_form_here(self):
        for name, (text, body) in (CORE | OLDER).items():
            with self.subTest(name):
                converted = convert_wordpress(text, SURROUNDINGS if "data-fn" in text else WITHOUT_NOTES)
                assert converted.html == body
                assert_clean(converted)

    def test_each_block_with_content_is_in_the_table(self):
        plugins = {name for name in CONTENT | DYNAMIC if "/" in name}
        assert CONTENT - plugins | RENDERERS.keys() - plugins | SILENT == CORE.keys()
        assert not CONTENT & DYNAMIC

    def test_no_word_of_a_block_is_lost_or_new(self):
        changed = {
            "code",
            "footnotes",
            "shortcode",
            "block",
            "social-links",
            "social-link",
            "math",
            "file",
            "embed",
            "video",
        }
        changed |= {"a gallery of numbers", "an embed with its site", "an embed of attributes"}
        changed |= {"an embed of a site that isn’t known"}
        cases = {name: case for name, case in (CORE | OLDER).items() if name not in changed}
        for name, (text, _body) in cases.items():
            with self.subTest(name):
                assert Counter(words(text)) == Counter(words(convert_wordpress(text, WITHOUT_NOTES).html))

    def test_what_wordpress_fills_itself_is_left_out_and_told(self):
        for name in DYNAMIC:
            with self.subTest(name):
                converted = convert_wordpress(f"<!-- wp:{name} --><p>a</p><!-- /wp:{name} -->b", WITHOUT_NOTES)
                assert converted.html == "<p>b</p>"
                assert [(finding.kind, finding.what) for finding in converted.findings] == [("block", name)]

    def test_blocks_of_plugins_keep_their_content_and_are_known(self):
        for name in CONTENT:
            if "/" in name:
                with self.subTest(name):
                    converted = convert_wordpress(block(name, "<div><p>a</p></div>"), WITHOUT_NOTES)
                    assert converted.html == "<p>a</p>"
                    assert converted.findings == ()

    def test_what_is_broken_keeps_its_words(self):
        for name, (text, body, findings) in BROKEN.items():
            with self.subTest(name):
                converted = convert_wordpress(text, WITHOUT_NOTES)
                assert converted.html == body
                assert {(finding.kind, finding.what) for finding in converted.findings} == findings
                assert_clean(converted)

    def test_attributes_are_read_as_they_are(self):
        text = '<!-- wp:a/b {"c":"\\u002d\\u002d x","d":{"e":[1]},"id":"7"} /-->'
        parsed = parse_blocks(text)
        assert parsed.parts[1] == Block("a/b", {"c": "-- x", "d": {"e": [1]}, "id": "7"})
        assert (parsed.parts[1].number("id"), parsed.parts[1].number("c"), parsed.parts[1].text("d")) == (7, 0, "")

    def test_notes_without_their_block_are_kept(self):
        text = block("paragraph", '<p>a<sup data-fn="a-b" class="fn"><a href="#a-b" id="a-b-link">1</a></sup></p>')
        assert convert_wordpress(text, SURROUNDINGS).html == '<p>a<span data-footnote="">the <em>note</em></span></p>'
        assert convert_wordpress("<p>b</p>", SURROUNDINGS).html == (
            "<p>b</p><ol><li><p>the <em>note</em></p></li></ol>"
        )

    def test_many_reusable_blocks_do_not_multiply_a_text(self):
        twice = {f"post:{number}": f'<!-- wp:block {{"ref":{number + 1}}} /-->' * 20 for number in range(1, 9)}
        surroundings = Surroundings(blocks=lambda key: twice.get(key, ""))
        converted = convert_wordpress('<!-- wp:block {"ref":1} /-->a', surroundings)
        assert converted.html == "<p>a</p>"
        assert len(converted.findings) < 20


class ClassicTests(SimpleTestCase):
    def test_line_breaks_count_where_there_are_no_blocks(self):
        for name, (text, body) in CLASSIC.items():
            with self.subTest(name):
                converted = convert_wordpress(text, WITHOUT_NOTES)
                assert converted.html == body
                assert_clean(converted)

    def test_no_word_is_lost_or_new(self):
        for name, (text, body) in CLASSIC.items():
            if "data-embed" not in body and name != "more":
                with self.subTest(name):
                    assert Counter(words(text)) == Counter(words(convert_wordpress(text, WITHOUT_NOTES).html))

    def test_line_breaks_do_not_count_in_blocks(self):
        text = block("paragraph", "<p>a\nb\n\nc</p>") + block("group", "<div>\n\nd\n\ne</div>")
        assert convert_wordpress(text, WITHOUT_NOTES).html == "<p>a b c</p><p>d e</p>"

    @settings(max_examples=150, deadline=None)
    @given(st.lists(st.sampled_from(PARTS), max_size=25).map("".join))
    def test_words_in_are_words_out(self, text):
        converted = convert_wordpress(text, WITHOUT_NOTES)
        out = "".join(words(converted.html))
        assert {word: out.count(word) for word in WORDS} == {word: text.count(word) for word in WORDS}
        assert_clean(converted)
