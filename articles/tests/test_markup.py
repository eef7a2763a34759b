import re
from html.parser import HTMLParser
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.test import SimpleTestCase
from django.urls import reverse
from django_prose_editor.config import expand_extensions
from hypothesis import given
from hypothesis import strategies as st

from articles.body import markup
from articles.body.markup import ATTRIBUTES, BLOCKS, EDITOR, FIGURES, INLINE, clean, image_ids, is_too_deep, plain_text
from articles.tests.factories import make_article

VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
# What the editor wrote in a browser for an article with everything in it.
WRITTEN = (
    "<p>10<sup>6</sup> CO<sub>2</sub></p>"
    "<p>Президент прибыл в Бишкек. <strong>Жирный</strong> text &amp; &lt;b&gt; “quotes”&nbsp;—<br>second line</p>"
    "<h2>Заголовок Ңөү</h2><h3>Sub</h3>"
    '<ul><li><p>one</p><ol start="3"><li><p>two!</p></li></ol></li></ul>'
    "<blockquote><p>said <em>he</em></p></blockquote>"
    '<p>A link <a href="https://example.org/a?b=1&amp;c=2" title="T">here</a> <a href="mailto:a@example.org">x</a></p>'
    '<figure data-image="30"><figcaption>Caption 1</figcaption></figure><p></p>'
    '<figure data-image="28"><figcaption></figcaption></figure>'
    f'<figure data-embed="{VIDEO}"><figcaption>Video</figcaption></figure>'
    '<p>Grew<span data-footnote="">See <a href="https://example.org/">the <em>table</em></a>.<br>Two</span> again</p>'
    '<aside data-pull-quote="">Pull &amp; quote<br>of two lines</aside>'
    '<aside data-pull-quote=""><p>We walk</p><p data-speaker="name">Aigul &amp; co.</p>'
    '<p data-speaker="role">a herder</p></aside>'
    '<figure data-read-also="12 345"></figure>'
    '<aside data-fact-box=""><h3>Facts</h3><p>Para</p><ul><li><p>item</p></li></ul></aside>'
    "<table><tbody><tr><th><p>H1</p></th><th><p></p></th><th><p>H2</p></th></tr>"
    '<tr><td><p>c1</p></td><td colspan="2" rowspan="2"><p>c</p></td></tr></tbody></table>'
)
PIECES = st.sampled_from(
    [
        *(f"<{tag}>" for tag in sorted(BLOCKS | FIGURES | INLINE)),
        *(f"</{tag}>" for tag in sorted(BLOCKS | FIGURES | INLINE)),
        *(
            "<script>",
            "</script>",
            "<style>",
            "</style>",
            "<svg>",
            "<math>",
            "<mtext>",
            "<template>",
            "<noscript>",
            "<iframe src=x>",
        ),
        *(
            "<textarea>",
            "</textarea>",
            "<title>",
            "<select>",
            "<xmp>",
            "<plaintext>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<?x",
        ),
        *(
            '<a href="javascript:alert(1)">',
            '<a href=" jAvascript&#58;alert(1)">',
            '<a href="data:text/html,x">',
            "<img src=x onerror=y>",
        ),
        *(
            '<p style="color:red" class="x" onclick="y">',
            '<figure data-image="7">',
            '<figure data-image="7x" onload=y>',
        ),
        *(
            f'<figure data-embed="{VIDEO}">',
            '<figure data-embed="https://evil.example/">',
            '<aside data-pull-quote="x">',
            '<span data-footnote="">',
            '<figure data-read-also="12 345">',
            '<p data-speaker="name">',
            '<p data-speaker="role">',
        ),
        *(
            '<td colspan="2">',
            '<td colspan="999999" style="x">',
            '<ol start="-1">',
            '<a href="/own/">',
            "&lt;script&gt;",
            "&",
            '"',
            "\0",
        ),
    ]
)
TANGLES = st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join)


class _Seen(HTMLParser):
    """The start tags of some HTML, each with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


class CleanTests(SimpleTestCase):
    def test_what_the_editor_writes_is_kept_to_the_letter(self):
        assert clean(WRITTEN) == WRITTEN

    @given(TANGLES)
    def test_cleaning_twice_changes_nothing_more(self, html):
        assert clean(clean(html)) == clean(html)

    @given(TANGLES)
    def test_nothing_but_a_body_s_own_elements_comes_through(self, html):
        for tag, attributes in _Seen(clean(html)).tags:
            assert tag in BLOCKS | FIGURES | INLINE
            assert set(attributes) <= ATTRIBUTES.get(tag, set())
            address = attributes.get("href") or "/"
            assert re.match(r"https?:|mailto:|tel:", address) or ":" not in address.split("/")[0]

    def test_scripts_styles_and_handlers_go_with_their_content(self):
        for html in ("<script>x</script>", "<style>x</style>", "<p onclick=x style=x></p>", "<img src=x onerror=x>"):
            with self.subTest(html):
                assert clean(html) in {"", "<p></p>"}

    def test_links_lead_only_where_links_may(self):
        for address in (
            "javascript:alert(1)",
            "JAVASCRIPT:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "ftp://x/",
        ):
            with self.subTest(address):
                assert clean(f'<a href="{address}">x</a>') == "<a>x</a>"

    def test_only_numbers_name_pictures(self):
        for value in ("x", "-1", "1 2", "٣", "123456789012", "1&quot; onload=&quot;x"):
            with self.subTest(value):
                assert clean(f'<figure data-image="{value}"></figure>') == "<figure></figure>"

    def test_an_embed_keeps_the_address_of_a_page_and_the_picture_before_it(self):
        for value in (
            VIDEO,
            "https://vimeo.com/123456789",
            "https://charts.example/a?b=1&amp;c=%D0%B0#map=7/42.8/74.6",
        ):
            for poster in ("", ' data-poster="42"'):
                with self.subTest(value, poster=poster):
                    html = f'<figure data-embed="{value}"{poster}><figcaption>Film</figcaption></figure>'
                    assert clean(html) == html
                    assert image_ids(html) == ([42] if poster else [])

    def test_nothing_else_is_embedded(self):
        for value in (
            "http://radio.example/interview.mp3",
            "http" + VIDEO[5:],
            VIDEO + "\n",
            "javascript:alert(1)",
            "https:///watch",
            "https://user@radio.example/",
            "https://radio.example:8443/",
            "https://radio.example/" + "a" * 1001,
            "//radio.example/",
            "/latest/",
        ):
            with self.subTest(value):
                assert clean(f'<figure data-embed="{value}"></figure>') == "<figure></figure>"

    def test_numbers_of_tables_and_lists_are_small(self):
        for html in ('<ol start="{}"></ol>', '<table><tbody><tr><td colspan="{}"></td></tr></tbody></table>'):
            for value in ("0", "1", "-3", "99999", "2.5", "٣", "2000x"):
                with self.subTest(html, value=value):
                    assert value not in re.findall('"([^"]*)"', clean(html.format(value)))

    def test_control_characters_go(self):
        assert clean("<p>a\x00b\x1b\u202ec\ufeff\r\nd</p>") == "<p>abc\nd</p>"

    def test_a_tangle_is_settled(self):
        nested = '<a href="/"><table><tbody><tr><td><a href="/">' * 12 + "end"
        assert clean(clean(nested)) == clean(nested)
        assert "end" in clean(nested)

    def test_what_never_settles_becomes_text(self):
        with mock.patch("articles.body.markup.ROUNDS", 0):
            text = clean("<p>\"a\" &amp; b&nbsp;'c'</p><p>&lt;d&gt;</p>")
        assert text == "<p>\"a\" &amp; b 'c'</p><p>&lt;d&gt;</p>" == clean(text)

    def test_what_hides_in_entities_goes_too(self):
        assert clean("<p>&#xFFFF;a&#x202E;b&#1;</p>") == "<p>ab</p>"

    def test_values_of_attributes_hold_no_tags(self):
        """``rendering.body`` puts markup in place of ``<table>`` and the like, so none may stand in a value."""
        for value in (
            "<table>",
            "&lt;table&gt;",
            "&#60;/table>",
            "&quot;><table>",
            "<aside data-pull-quote=&quot;&quot;>",
        ):
            cleaned = clean(f'<p><a href="https://example.org/{value}" title="{value}">x</a></p>')
            values = re.findall('"([^"]*)"', cleaned)
            assert len(values) == 2, cleaned
            assert not {"<", ">"} & set("".join(values)), cleaned


class DepthTests(SimpleTestCase):
    def test_cleaning_takes_no_longer_for_being_deep(self):
        for unit in (
            "<blockquote>",
            "<div>",
            "<b><i>",
            "<ul><li>",
            "<blockquote><table><tr><td></blockquote>",
            "<blockquote><!--</blockquote>-->",
            "<blockquote><textarea></blockquote></textarea>",
            "<blockquote><a title='></blockquote>'>",
        ):
            with self.subTest(unit), mock.patch("articles.body.markup._cleaner") as cleaner:
                clean(unit * 5000)
                cleaner.clean.assert_not_called()

    def test_depth_is_that_of_elements_within_each_other(self):
        deep = "<blockquote>" * 40 + "<p>x</p>" + "</blockquote>" * 40
        for html in (
            WRITTEN * 50,
            deep * 3,
            "<p>x" * 100,
            "<ul>" + "<li>x" * 100,
            "<!-- <b> -->" * 100,
            "<br><hr>" * 99,
        ):
            assert not is_too_deep(html), html[:40]
        for html in (f"<div>{deep}</div>", f"<DIV>{deep}", "<p><b>x</p>" * 41):
            assert is_too_deep(html), html[:40]

    def test_elements_that_end_by_themselves_lie_within_none(self):
        by_the_next = ("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot")
        at_once = ("br", "hr", "img", "input", "wbr", "col", "source", "embed", "link", "meta")
        for name in by_the_next + at_once:
            assert not is_too_deep(f"<{name}>" * 100), name
            assert not is_too_deep(f"<div><{name}></div>" * 100), name

    def test_elements_that_hide_what_stands_in_them_count_as_odd(self):
        hiding = ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext", "select")
        for name in hiding:
            assert is_too_deep(f"<{name}></{name}>" * 21), name
            assert not is_too_deep(f"<{name}></{name}>" * 20), name

    def test_too_deep_a_body_becomes_paragraphs_of_its_words(self):
        html = "<div>" * 41 + '<p>a <em>b</em>c &lt;i&gt; &amp;amp;<br>"d"</p><!-- e -->' * 400
        assert clean(html) == '<p>a bc &lt;i&gt; &amp;amp;</p><p>"d"</p>' * 400 == clean(clean(html))


class PlainTextTests(SimpleTestCase):
    def test_every_block_is_a_line(self):
        html = "<h2>One</h2><p>two <strong>th</strong>ree<br>four</p><ul><li><p>five</p></li></ul>"
        html += "<table><tr><td>six</td><td>7</td></tr></table>"
        assert plain_text(html) == "One\ntwo three\nfour\nfive\nsix\n7"

    def test_entities_and_spaces_are_those_of_reading(self):
        assert plain_text("<p>a&nbsp;&amp;  b\n c &lt;i&gt;</p>") == "a & b c <i>"

    def test_inline_marks_do_not_part_a_word(self):
        assert plain_text("<p>Кыргыз<em>стан</em>дын</p>") == "Кыргызстандын"

    def test_plain_text_says_what_stands_above_and_below_the_line(self):
        for html, text in (
            ("10<sup>6</sup> t CO<sub>2</sub>, m<sup>2</sup>", "10⁶ t CO₂, m²"),
            ("10<sup>−3</sup>, x<sup>n+1</sup>, 2<sup><em>10</em></sup>", "10⁻³, xⁿ⁺¹, 2¹⁰"),
            ("the 19<sup>th</sup>, 1<sup>er</sup>", "the 19th, 1er"),
        ):
            assert plain_text(f"<p>{html}</p>") == text

    def test_captions_are_read_and_pictures_are_not(self):
        assert plain_text('<figure data-image="7"><figcaption>A lake</figcaption></figure>') == "A lake"

    def test_nothing_is_no_text(self):
        assert plain_text("") == plain_text("<p></p>") == ""

    @given(TANGLES)
    def test_any_body_has_a_text(self, html):
        assert "\n\n" not in plain_text(clean(html))


class EditorTests(SimpleTestCase):
    def test_pictures_are_found_in_order(self):
        assert image_ids(WRITTEN) == [30, 28]
        assert image_ids(clean('<figure data-image="x"></figure>')) == []

    def test_it_offers_what_a_body_may_hold_and_nothing_else(self):
        tags = {"Bold": "strong", "Italic": "em", "Superscript": "sup", "Subscript": "sub", "HardBreak": "br"}
        tags |= {"BulletList": "ul", "OrderedList": "ol", "ListItem": "li", "Blockquote": "blockquote", "Link": "a"}
        tags |= {"Table": "table thead tbody", "TableRow": "tr", "TableHeader": "th", "TableCell": "td"}
        tags |= {"LibraryImage": "figure figcaption", "PullQuote": "aside p", "Rate": "data", "Footnote": "span"}
        offered = {tag for name, written in tags.items() if markup.EDITOR[name] for tag in written.split()}
        assert offered | {f"h{level}" for level in markup.EDITOR["Heading"]["levels"]} == BLOCKS | FIGURES | INLINE

    def test_it_leaves_the_browser_its_spelling(self):
        assert markup.EDITOR["NoSpellCheck"] is False

    def test_a_link_may_have_a_title(self):
        html = '<p><a href="/a/" title="What stands there">a</a></p>'
        assert clean(html) == html

    def test_every_extension_of_ours_is_known_to_the_package(self):
        ours = settings.DJANGO_PROSE_EDITOR_EXTENSIONS[0]["extensions"].keys()
        assert ours <= expand_extensions(EDITOR).keys()


@pytest.mark.browser
@pytest.mark.usefixtures("page")
class EditorInBrowserTests(StaticLiveServerTestCase):
    def test_what_is_read_and_written_again_is_the_same(self):
        article = make_article(body=WRITTEN)
        self.client.force_login(User.objects.create_superuser("root"))
        cookie = {"name": "sessionid", "value": self.client.cookies["sessionid"].value, "url": self.live_server_url}
        self.page.context.add_cookies([cookie])
        told = []
        self.page.on("console", lambda message: told.append(message.text))
        self.page.goto(self.live_server_url + reverse("admin:articles_article_change", args=[article.pk]))
        self.page.get_by_role("toolbar", name="Formatting").wait_for()
        assert self.page.locator("#id_body").input_value() == WRITTEN
        self.page.locator(".tiptap > p").nth(1).click()
        self.page.keyboard.press("End")
        self.page.keyboard.type("!")
        assert self.page.locator("#id_body").input_value() == WRITTEN.replace("second line", "second line!")
        assert not [line for line in told if "Content Security Policy" in line]
