import json
import time

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.body.markup import clean
from articles.importing.ghost import cards, convert_lexical, convert_mobiledoc
from articles.importing.items import Surroundings

BOLD, ITALIC, STRUCK, UNDERLINED, CODE, SUB, SUP = (1 << bit for bit in range(7))


def text(words, style=0):
    return {"type": "extended-text", "text": words, "format": style}


def node(kind, *children, **values):
    return {"type": kind, "children": list(children), **values}


class GhostTextCase(SimpleTestCase):
    def lexical(self, *nodes):
        self.converted = convert_lexical(json.dumps({"root": {"children": nodes}}), Surroundings(key="post:1"))
        return self.converted.html

    def mobiledoc(self, *sections, **parts):
        document = {"version": "0.3.1", "atoms": [], "cards": [], "markups": [], **parts, "sections": sections}
        self.converted = convert_mobiledoc(json.dumps(document), Surroundings(key="post:1"))
        return self.converted.html

    def card(self, kind, **payload):
        """What both formats make of a card, which is the same."""
        html = self.lexical({"type": kind, "version": 1, **payload})
        findings = self.converted.findings
        assert self.mobiledoc([10, 0], cards=[[kind, payload]]) == html
        assert self.converted.findings == findings
        return html

    def kinds(self):
        return {finding.kind for finding in self.converted.findings}


class LexicalTests(GhostTextCase):
    def test_paragraphs_headings_and_quotes(self):
        nodes = (
            node("paragraph", text("A & B")),
            *(node("extended-heading", text(tag), tag=tag) for tag in ("h1", "h2", "h3", "h6")),
            *(node(kind, text("q")) for kind in ("quote", "extended-quote", "aside")),
            node("paragraph"),
            node("paragraph", {"type": "linebreak"}),
        )
        assert self.lexical(*nodes) == (
            "<p>A &amp; B</p><h2>h1</h2><h2>h2</h2><h3>h3</h3><h3>h6</h3>" + "<blockquote><p>q</p></blockquote>" * 3
        )

    def test_looks_links_and_breaks_share_markup(self):
        link = node("link", text("ту", BOLD), text("да"), url="https://a.example/?b=1&c", title="О")
        line = node(
            *("paragraph", text("a", BOLD), text("b", BOLD), text("c", BOLD | ITALIC), text("2", SUP), text("3", SUB)),
            *(text("u", UNDERLINED | CODE), {"type": "linebreak"}, {"type": "tab"}, link, {"type": "zwnj"}),
            node("at-link", {"type": "at-link-search", "text": "x"}, url=None),
        )
        assert self.lexical(line) == (
            "<p><strong>ab</strong><strong><em>c</em></strong><sup>2</sup><sub>3</sub>u<br> "
            '<a href="https://a.example/?b=1&amp;c" title="О"><strong>ту</strong>да</a></p>'
        )
        assert self.lexical(node("paragraph", node("link", text("a"), url="javascript:x()"))) == "<p>a</p>"
        assert self.kinds() == {"link"}
        assert self.lexical(node("paragraph", text("зря", STRUCK))) == "<p>зря</p>"
        assert self.kinds() == {"struck out"}

    def test_lists_nest_in_the_item_before(self):
        inner = node("list", node("listitem", text("внутри")), listType="bullet")
        items = node("listitem", text("раз")), node("listitem", inner), node("listitem", text("два"))
        assert self.lexical(node("list", *items, listType="number", start=3)) == (
            '<ol start="3"><li><p>раз</p><ul><li><p>внутри</p></li></ul></li><li><p>два</p></li></ol>'
        )
        assert self.lexical(node("list", node("listitem"), listType="check")) == ""

    def test_unknown_nodes_keep_their_words_and_are_told(self):
        html = self.lexical(
            node("odd", node("paragraph", text("a"))), node("odd", text("b")), {"type": "odd", "html": "<i>c</i>"}
        )
        assert html == "<p>a</p><p>b</p><p><em>c</em></p>"
        assert self.kinds() == {"unknown card"}
        assert self.lexical(text("root words"), {"type": "tk", "text": "TK"}) == "<p>root words</p>"
        assert self.lexical(node("paragraph", {"type": "tk", "text": "TK"})) == "<p>TK</p>"

    def test_what_is_no_lexical_is_empty_and_told(self):
        for damaged in ("", "[]", "{", '{"root": 1}', '{"root": {"children": ' + "[" * 100_000):
            converted = convert_lexical(damaged, Surroundings())
            assert (converted.html, [finding.kind for finding in converted.findings]) == ("", ["damaged text"])


class MobiledocTests(GhostTextCase):
    def test_sections_of_words_and_lists(self):
        def words(value):
            return [0, [], 0, value]

        sections = [[1, tag, [words(tag)]] for tag in ("p", "h1", "h4", "blockquote", "aside", "pull-quote")]
        html = self.mobiledoc(*sections, [3, "ol", [[words("1")], [words("2")]]], [3, "ul", [[]]], [1, "p", []])
        assert html == (
            "<p>p</p><h2>h1</h2><h3>h4</h3>"
            + "".join(f"<blockquote><p>{tag}</p></blockquote>" for tag in ("blockquote", "aside", "pull-quote"))
            + "<ol><li><p>1</p></li><li><p>2</p></li></ol>"
        )

    def test_markups_open_and_close_across_markers_and_atoms_are_words(self):
        markups = [
            ["strong"],
            ["a", ["href", "https://a.example/?b&c", "rel", "x"]],
            ["em"],
            ["a", ["href", "data:x"]],
            ["s"],
        ]
        atoms = [["soft-return", "", {}], ["mention", "@ana", {}]]
        markers = [
            *([0, [0, 1], 0, "a"], [0, [2], 2, "b"], [0, [], 1, "c <"], [1, [], 0, 0], [1, [], 0, 1]),
            *([0, [3], 1, "d"], [0, [4], 1, "e"]),
        ]
        assert self.mobiledoc([1, "p", markers], markups=markups, atoms=atoms) == (
            '<p><a href="https://a.example/?b&amp;c"><strong>a</strong><strong><em>b</em></strong></a>'
            "<strong>c &lt;</strong><br>@anade</p>"
        )
        assert self.kinds() == {"link", "struck out"}

    def test_the_old_section_of_a_picture_and_unknown_sections(self):
        html = self.mobiledoc([2, "https://a.example/a.png"], [99], [10, 7], [10, 0], cards=[["odd", {"a": 1}]])
        assert html == '<figure data-media="https://a.example/a.png"></figure>'
        assert self.kinds() == {"unknown card"}

    def test_what_is_no_mobiledoc_is_empty_and_told(self):
        for damaged in ("", "[]", "{", "3", "[" * 100_000):
            converted = convert_mobiledoc(damaged, Surroundings())
            assert (converted.html, [finding.kind for finding in converted.findings]) == ("", ["damaged text"])


class CardTests(GhostTextCase):
    def test_pictures_have_alt_and_caption_and_are_apart(self):
        html = self.lexical(
            {"type": "image", "src": "https://a.example/1.png", "alt": 'Р"ека', "caption": "<b>Фото</b><p>Аны</p>"},
            {"type": "image", "src": "https://a.example/2.png", "href": "https://b.example/"},
            {"type": "html", "html": '<img src="https://a.example/3.png">'},
            node("paragraph", text("a")),
            {"type": "image", "src": "https://a.example/4.png"},
            {"type": "image", "src": "data:image/png;base64,AAAA"},
        )
        assert html.replace("https://a.example/", "") == (
            '<figure data-media="1.png" data-alt="Р&quot;ека"><figcaption><strong>Фото</strong>Аны</figcaption>'
            '</figure><figure data-media="2.png" data-apart=""></figure>'
            '<figure data-apart="" data-media="3.png"></figure><p>a</p>'
            '<figure data-media="4.png"></figure>'
        )
        assert [address[-5:] for address in self.converted.media] == ["1.png", "2.png", "3.png", "4.png"]
        assert self.kinds() == {"link of a picture", "missing picture"}

    def test_a_gallery_is_a_series_with_one_caption(self):
        images = [{"src": "1.png", "alt": "a"}, {"src": "2.png", "caption": "own"}, {"fileName": "x"}, 5]
        assert self.card("gallery", images=images, caption="all") == (
            '<figure data-media="1.png" data-alt="a"><figcaption>all</figcaption></figure>'
            '<figure data-media="2.png"><figcaption>own</figcaption></figure>'
        )
        assert self.card("gallery", images=None) == ""

    def test_a_picture_is_named_by_its_media_if_the_export_has_it(self):
        surroundings = Surroundings(media_of=lambda address: {"https://a.example/1.png": "media:1"}.get(address, ""))
        document = {"root": {"children": [{"type": "image", "src": "https://a.example/1.png"}]}}
        assert convert_lexical(json.dumps(document), surroundings).media == ("media:1",)

    def test_embeds_show_their_address_or_their_code(self):
        figure = '<figure data-embed="https://www.youtube.com/watch?v=abcdefghijk"><figcaption>c</figcaption></figure>'
        assert self.card("embed", url="http://www.youtube.com/watch?v=abcdefghijk", caption="c", html="<i>") == figure
        assert clean(figure) == figure
        assert "data-embed" in self.card(
            "embed", url="", html='<iframe src="https://www.youtube.com/embed/abcdefghijk">'
        )
        assert self.card("embed", url="ftp://a", caption="c") == "<p>c</p>"
        assert self.kinds() == {"embed"}

    def test_cards_with_links_and_words(self):
        link = '<p><a href="https://a.example/">'
        assert self.card("bookmark", url="https://a.example/", metadata={"title": "T <"}) == f"{link}T &lt;</a></p>"
        assert self.card("bookmark", url="https://a.example/") == f"{link}https://a.example/</a></p>"
        assert self.card("button", buttonUrl="https://a.example/", buttonText="Go") == f"{link}Go</a></p>"
        assert self.card("button", buttonUrl="javascript:1", buttonText="Go") == "<p>Go</p>"
        callout = '<aside data-fact-box=""><p>! <strong>a</strong><br>b</p></aside>'
        assert self.card("callout", calloutEmoji="!", calloutText="<p><b>a</b></p><p>b</p>") == callout
        assert self.card("toggle", heading="<span>Q</span>", content="<p>A</p><ul><li>b</li></ul>").startswith(
            "<h3>Q</h3><p>A</p><ul>"
        )
        header = self.card(
            "header", header="H", subheader="S", buttonEnabled=True, buttonUrl="https://a.example/", buttonText="B"
        )
        assert header == f"<h2>H</h2><p>S</p>{link}B</a></p>"
        assert self.card("html", html="<p>a<script>x</script></p>") == "<p>a</p>"
        assert (
            self.card("code", code="if a:\n    b < c\n", caption="cap")
            == "<p>if a:<br>\u00a0\u00a0\u00a0\u00a0b &lt; c</p><p>cap</p>"
        )
        product = self.card("product", productTitle="P", productDescription="<p>d</p>", productImageSrc="p.png")
        assert product == '<figure data-media="p.png"></figure><h3>P</h3><p>d</p>'
        action = {"textValue": "<p>t</p>", "showButton": True, "buttonText": "B", "buttonUrl": "https://a.example/"}
        assert (
            self.card("call-to-action", **action, hasSponsorLabel=True, sponsorLabel="<p>Ad</p>")
            == f"<p>Ad</p><p>t</p>{link}B</a></p>"
        )

    def test_files_are_linked_and_told(self):
        assert self.card("file", src="https://a.example/a.docx", fileTitle="Doc", fileCaption="c") == (
            '<p><a href="https://a.example/a.docx">Doc</a></p><p>c</p>'
        )
        assert self.card("audio", src="https://a.example/a.mp3", title="T").startswith(
            '<figure data-embed="https://a.example/a.mp3">'
        )
        assert self.card("video", src="https://a.example/a.mp4", caption="c").endswith("<p>c</p>")
        assert self.kinds() == {"file"}

    def test_markdown_has_tables_html_and_footnotes(self):
        markdown = "# T\n\nA[^1] **b**[^x]\n\n| a |\n|---|\n| 1 |\n\n<p>h</p>\n\n[^1]: Note *one*\n"
        expected = (
            '<p>A<span data-footnote="">Note <em>one</em></span> <strong>b</strong>[^x]</p>'
            "<table><thead><tr><th><p>a</p></th></tr></thead><tbody><tr><td><p>1</p></td></tr></tbody></table><p>h</p>"
        )
        for kind in ("markdown", "card-markdown"):
            assert self.card(kind, markdown=markdown).endswith(expected)
        self.card("markdown", markdown="*a*\n" * 100_000)
        assert self.kinds() == {"markdown"}

    def test_what_readers_of_the_site_did_not_see_is_left_out_and_told(self):
        for kind in cards.DROPPED:
            assert self.card(kind, html="<p>x</p>", header="x") == ""
            assert self.kinds() == {"card"}
            assert self.converted.findings[0].why
        for visibility in ({"web": {"nonMember": False}}, {"showOnWeb": False}):
            assert self.card("html", html="<p>x</p>", visibility=visibility) == ""
            assert self.kinds() == {"card for members"}
        assert self.card("html", html="<p>x</p>", visibility={"web": {"nonMember": True}}) == "<p>x</p>"

    def test_no_card_fails_without_or_with_odd_values(self):
        names = "src url caption alt images html metadata code markdown calloutText heading content header visibility"
        for kind in {**cards.WRITERS, **cards.DROPPED}:
            for value in (None, 5, [], {}, [[]], "<p>", True):
                self.lexical({"type": kind, **dict.fromkeys(names.split(), value)})


NODES = st.recursive(
    st.none() | st.integers(-2, 12) | st.sampled_from(["", "a", "<p>", "text", "list", "p", "https://a.example/"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "type children text format url src html listType tag start sections markups atoms cards".split()
            ),
            inner | st.sampled_from(["paragraph", "link", "list", "listitem", "image", "html", "toggle", "embed"]),
            max_size=5,
        )
    ),
    max_leaves=25,
)


class HostileTests(GhostTextCase):
    @given(NODES)
    @settings(max_examples=100, deadline=None)
    def test_json_of_any_shape_is_read(self, value):
        for document in ({"root": {"children": value}}, {"root": {"children": [value]}}):
            clean(convert_lexical(json.dumps(document), Surroundings()).html)
        for document in ({"sections": value, "cards": value}, value):
            clean(convert_mobiledoc(json.dumps(document), Surroundings()).html)

    def test_nothing_of_a_text_becomes_a_picture_of_the_library_or_a_script(self):
        attack = (
            '</figcaption></figure><figure data-image="1"><script>x</script><a href="javascript:x" onclick="x">a</a>'
        )
        for field in ("caption", "calloutText", "heading", "content", "header", "html", "alt", "markdown", "textValue"):
            for kind in cards.WRITERS:
                card = {"type": kind, "src": "https://a.example/a.png", "url": "https://a.example/", field: attack}
                html = self.lexical(card, {"type": "gallery", "images": [{"src": attack, field: attack}]})
                html = clean(html)
                assert "<figure data-image" not in html, (kind, field)
                assert "<script" not in html, (kind, field)
                assert 'href="javascript' not in html, (kind, field)

    def test_a_deep_tree_keeps_its_words(self):
        deep = text("внизу")
        for _depth in range(200):
            deep = node("list", node("listitem", deep), listType="bullet")
        assert "внизу" in self.lexical(deep)
        deep = text("внизу")
        for _depth in range(200):
            deep = node("link", deep, url="https://a.example/")
        assert "внизу" in self.lexical(node("paragraph", deep))

    def test_a_text_of_many_nodes_is_read_once(self):
        """Twice the nodes take about twice the time; CPU time of the least of three tries, far from the square."""

        def seconds(make):
            tries = []
            for _try in range(3):
                begun = time.process_time()
                make()
                tries.append(time.process_time() - begun)
            return min(tries)

        def pictures(count):
            return lambda: self.lexical(*({"type": "image", "src": str(number)} for number in range(count)))

        def words(count):
            return lambda: self.lexical(node("paragraph", *(text("a", number % 3) for number in range(count))))

        for shape in (pictures, words):
            assert seconds(shape(8000)) < 10 * seconds(shape(2000)) + 0.1
