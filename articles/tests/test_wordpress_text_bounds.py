"""Texts of other systems are converted in time that grows with their length alone, whatever is in them."""

from itertools import count

from django.test import SimpleTestCase

from articles.body import markup
from articles.importing.html_text import convert_html
from articles.importing.items import SourceSite, Surroundings
from articles.importing.wordpress_text import convert_wordpress
from articles.importing.wordpress_text.blocks import parse_blocks
from articles.importing.wordpress_text.shortcodes import replace_shortcodes, shortcode_attributes
from articles.tests.test_bounds import PIECES, SECONDS, SHARE, SIZE, long_text, pace, taken

SURROUNDINGS = Surroundings(site=SourceSite(addresses=("https://paper.example",)))
NESTED = ("div", "b", "font", "s", "details", "q", "x-classic", "x-series", "form", "noscript", "cite", "ol><li")
FOREIGN = {
    **{f"open {name}": f"<{name}>" for name in NESTED},
    **{f"open {name} with words": f"<{name}>a " for name in NESTED},
    "blocks": '<!-- wp:paragraph {"a":1} --><p>a</p><!-- /wp:paragraph -->',
    "open blocks": "<!-- wp:group -->",
    "half blocks": "<!-- wp:group ",
    "ends of blocks": "<!-- /wp:group -->",
    "crossed blocks": "<!-- wp:a --><!-- wp:b --><!-- /wp:a -->",
    "braces": "<!-- wp:a {",
    "nested JSON": '{"a":[',
    "open comments": "<!-- a",
    "spaced comments": "<!--        ",
    "shortcodes": '[gallery ids="1"]',
    "open shortcodes": "[caption]",
    "open shortcodes of several names": "[one_half][su_box a=1]",
    "enclosing shortcodes": '[su_box title="a"]b[/su_box]',
    "ends of shortcodes": "[/caption]",
    "escaped shortcodes": "[[a_b]",
    "half shortcodes": "[caption a=",
    "quotes in shortcodes": '[a_b "',
    "attributes of shortcodes": '[a_b a="',
    "signs in tags": "<a \"'",
    "quotes and brackets": "\"[a_b '",
    "addresses": "https://a.example/b\n",
    "blank lines": "a\n\n",
    "half blank lines": "\n \t",
    "spaces and breaks": " <br> ",
    "pictures of the web": '<img src="/a-300x200.jpg" srcset="/a.jpg 1w, /b.jpg 2w">',
    "figures": '<figure><img src="/a.jpg"><figcaption>a</figcaption></figure>',
    "open figures": '<figure><img src="/a.jpg">',
    "galleries": '<div class="gallery"><img src="/a.jpg">',
    "captions": '<div class="wp-caption"><img src="/a.jpg">',
    "frames": '<iframe src="https://a.example/b"></iframe>',
    "posts": '<blockquote class="twitter-tweet"><a href="https://x.com/a/status/1">a</a>',
    "marks of notes": '<sup><a href="#n">1</a></sup>',
    "notes": '<p id="n1">a<a href="#n1">1</a></p>',
    "open pull quotes of the web": '<figure class="wp-block-pullquote"><cite>',
    "styles": '<p style="a:b;c : d;">',
    "file buttons": '<a class="wp-block-file__button"',
    "objects": "<object data=a>",
    "tables in tables": "<table><tr><td>a<td>b<table>",
    "rows": "<table><tr><td>a<td>b",
    "commas of sizes": '<img src=a srcset="a,',
    "builders": '[et_pb_text a="b"]c[/et_pb_text]',
}
CONVERTERS = {
    "convert_html": lambda text: convert_html(text, SURROUNDINGS),
    "convert_wordpress": lambda text: convert_wordpress(
        f"<!-- wp:file -->{text}-->\"'] <!-- /wp:file -->", SURROUNDINGS
    ),
    "a shortcode": lambda text: convert_wordpress(f"[caption]{text}[/caption]", SURROUNDINGS),
    "shortcode_attributes": shortcode_attributes,
    "a block's attributes": lambda text: parse_blocks(f"<!-- wp:a {text} -->"),
    "replace_shortcodes": lambda text: replace_shortcodes(text, lambda name: True, lambda shortcode: shortcode.body),
}


def too_slow(texts, limit):
    """Return which conversions take longer than ``limit``, in CPU seconds, and how many were tried."""
    slow, cases = {}, count()
    for kind, text in texts.items():
        for name, convert in CONVERTERS.items():
            next(cases)
            if (seconds := taken(convert, text)) > limit:
                seconds = min(seconds, *(taken(convert, text) / pace() for _again in range(3)))
            if seconds > limit:
                slow[name, kind] = round(seconds, 2)
    return slow, next(cases)


class ConversionBoundsTests(SimpleTestCase):
    def test_no_conversion_takes_long_for_odd_texts(self):
        texts = {kind: long_text(piece) for kind, piece in (PIECES | FOREIGN).items()}
        assert SIZE * SHARE == markup.LONGEST
        slow, cases = too_slow(texts, SECONDS / SHARE)
        assert slow == {}
        assert cases > 600

    def test_the_longest_text_takes_no_longer_than_it_may(self):
        kinds = (
            "open div",
            "open s with words",
            "open blocks",
            "shortcodes",
            "figures",
            "notes",
            "rows",
            "blank lines",
        )
        slow, cases = too_slow({kind: long_text(FOREIGN[kind], markup.LONGEST) for kind in kinds}, SECONDS)
        assert slow == {}
        assert cases == len(kinds) * len(CONVERTERS)

    def test_deep_nesting_keeps_the_words(self):
        for tag in ("div", "b", "ul><li", "blockquote", "table><tr><td", "font", "section", "a"):
            for depth in (30, 90, 150, 1000, 5000):
                text = f"<{tag}>" * depth + "the last words"
                for convert in (convert_html, convert_wordpress):
                    converted = convert(text, SURROUNDINGS)
                    assert "the last words" in converted.html, (tag, depth)
                    assert markup.clean(converted.html).count("the last words") == 1, (tag, depth)
