"""Shortcodes of WordPress become pictures, embeds, notes or the words within; brackets in prose stay words."""

from django.test import SimpleTestCase

from articles.importing.items import SourceSite, Surroundings
from articles.importing.wordpress_text import convert_wordpress
from articles.importing.wordpress_text.shortcodes import shortcode_attributes
from articles.tests.converted_texts import assert_clean

VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"


def failing(attributes, body):
    raise KeyError("x")


SURROUNDINGS = Surroundings(
    key="post:1",
    site=SourceSite(addresses=("https://paper.example",)),
    media_of=lambda address: "media:5" if address.endswith("/flood.jpg") else "",
    attached=("media:7", "media:8"),
    shortcodes={
        "weather": lambda attributes, body: f"<p>weather in {attributes['place']}</p><script>x()</script>{body}",
        "failing": failing,
        "gist": lambda attributes, body: "<p>own</p>",
    },
)
IMAGE = '<img src="/up/flood.jpg">'
FLOOD = '<figure data-media="media:5"></figure>'
FLOOD_CAPTION = '<figure data-media="media:5"><figcaption>a <em>b</em></figcaption></figure>'


def pictures(*numbers, apart=False):
    first = ' data-apart=""' if apart else ""
    figures = [f'<figure data-media="media:{number}"></figure>' for number in numbers]
    return "".join(figures).replace("<figure", f"<figure{first}", 1)


def embed(address):
    return f'<figure data-embed="{address}"></figure>'


FORMS = {  # (the text, what it becomes)
    "a caption": (
        f'[caption id="attachment_12" align="left" width="300"]{IMAGE} a <em>b</em>[/caption]\n\nc',
        f"{FLOOD_CAPTION}<p>c</p>",
    ),
    "a caption with a link": (
        f'[caption width="9"]<a href="/up/flood.jpg">{IMAGE}</a> a <em>b</em>[/caption]',
        FLOOD_CAPTION,
    ),
    "a caption as an attribute": (f'[caption caption="a <em>b</em>"]{IMAGE}[/caption]', FLOOD_CAPTION),
    "a caption with apostrophes": (f"[caption caption='a <em>b</em>']{IMAGE}[/caption]", FLOOD_CAPTION),
    "a caption by its other name": (f"[wp_caption]{IMAGE}a <em>b</em>[/wp_caption]", FLOOD_CAPTION),
    "a caption over lines": (f"[caption]\n{IMAGE}\na\n\n<em>b</em>\n[/caption]", FLOOD_CAPTION),
    "a caption with brackets": (
        f"[caption]{IMAGE} a [sic] [1][/caption]",
        '<figure data-media="media:5"><figcaption>a [sic] [1]</figcaption></figure>',
    ),
    "a caption within a caption": (f"[caption][caption]{IMAGE}a <em>b</em>[/caption][/caption]", FLOOD_CAPTION),
    "a caption with a number": (
        '[caption id="attachment_12"]<img src="/x.jpg">[/caption]',
        '<figure data-media="media:12" data-address="https://paper.example/x.jpg"></figure>',
    ),
    "a caption of a film": (
        f'[caption]<iframe src="{VIDEO}"></iframe> a[/caption]',
        f'<figure data-embed="{VIDEO}"><figcaption>a</figcaption></figure>',
    ),
    "a caption without an end": (f"[caption]{IMAGE} a", f"{FLOOD}<p>a</p>"),
    "a caption without a beginning": (f"{IMAGE} a[/caption]", f"{FLOOD}<p>a</p>"),
    "a caption without a picture": ("[caption]a[/caption]", "<p>a</p>"),
    "a gallery": ('a\n\n[gallery ids="1, 2,3"]\n\nb', f"<p>a</p>{pictures(1, 2, 3)}<p>b</p>"),
    "a gallery by its older name": ('[gallery include="1,2" columns=3]', pictures(1, 2)),
    "a gallery of what was uploaded": ("[gallery]", pictures(7, 8)),
    "a gallery of what was uploaded but one": ('[gallery exclude="7"]', pictures(8)),
    "a gallery in turned quotes": ("[gallery ids=”1,2″]", pictures(1, 2)),
    "a gallery in coded quotes": ("[gallery ids=&#8221;1,2&#8243;]", pictures(1, 2)),
    "galleries after each other": (
        '[gallery ids="1,2"]\n[gallery ids="3,4"]',
        pictures(1, 2) + pictures(3, 4, apart=True),
    ),
    "a gallery after a picture": (f'{IMAGE}\n\n[gallery ids="3,4"]', FLOOD + pictures(3, 4, apart=True)),
    "a gallery that ends itself": ('[gallery ids="1,2" /]', pictures(1, 2)),
    "a recording": ('[audio src="https://cdn.example/a.mp3"]', embed("https://cdn.example/a.mp3")),
    "a recording in a format": ('[audio mp3="https://cdn.example/a.mp3"][/audio]', embed("https://cdn.example/a.mp3")),
    "a recording of an old player": ("[audio https://cdn.example/a.mp3|titles=b]", embed("https://cdn.example/a.mp3")),
    "a film of another site": (f'[video src="{VIDEO}"]', embed(VIDEO)),
    "an address": (f"[embed width=3]{VIDEO}&amp;t=1[/embed]", embed(f"{VIDEO}&amp;t=1")),
    "an address that isn’t known": (
        "[embed]https://other.example/a[/embed]",
        '<p><a href="https://other.example/a">https://other.example/a</a></p>',
    ),
    "YouTube by a number": ('[youtube id="abcdefghijk"]', embed(VIDEO)),
    "YouTube by a word": ("[youtube abcdefghijk]", embed(VIDEO)),
    "YouTube by an address": (f"[youtube={VIDEO}&w=640]", embed(f"{VIDEO}&amp;w=640")),
    "YouTube around an address": (
        "[youtube]https://youtu.be/abcdefghijk[/youtube]",
        embed("https://youtu.be/abcdefghijk"),
    ),
    "Vimeo": ("[vimeo 123]", embed("https://vimeo.com/123")),
    "SoundCloud": ('[soundcloud url="https://soundcloud.com/a/b" params="c=d"]', embed("https://soundcloud.com/a/b")),
    "a tweet": ("[tweet 12]", embed("https://twitter.com/i/status/12")),
    "a tweet by its address": ("[twitter https://twitter.com/a/status/12]", embed("https://twitter.com/a/status/12")),
    "Instagram": ('[instagram url="https://www.instagram.com/p/abc/"]', embed("https://www.instagram.com/p/abc/")),
    "a map": (
        "[googlemaps https://www.google.com/maps/embed?pb=abc]",
        embed("https://www.google.com/maps/embed?pb=abc"),
    ),
    "Dailymotion": (
        "[dailymotion id=x1]",
        '<p><a href="https://www.dailymotion.com/video/x1">https://www.dailymotion.com/video/x1</a></p>',
    ),
    "a note": ("a[ref]b <i>c</i>[/ref] d", '<p>a<span data-footnote="">b <em>c</em></span> d</p>'),
    "a list of notes": ("a[footnote]b[/footnote]\n\n[footnotes]", '<p>a<span data-footnote="">b</span></p>'),
    "code": ("[code]a\n b[/code]", "<p>a<br>&nbsp;b</p>"),
    "a quotation": ('[quote author="B"]a[/quote]', "<blockquote><p>a</p><p>B</p></blockquote>"),
    "a pull quote": (
        '[pullquote author="B"]a[/pullquote]',
        '<aside data-pull-quote=""><p>a</p><p data-speaker="name">B</p></aside>',
    ),
    "a button": ('[button link="/x"]a[/button]', '<p><a href="/x">a</a></p>'),
    "a hook": ('[weather place="Osh"]a[/weather]', "<p>weather in Osh</p><p>a</p>"),
    "a hook for a known name": ("[gist 12]", "<p>own</p>"),
}
WORDS = (
    "he said [sic] so",
    "[1] a [2, 3]",
    "[he is gone] b",
    "[VIDEO] a [Update] [update]",
    "a [ b ] [] [/] [/a] [&]",
    "[…] [a.b] [а=б]",
)
LEFT_ALONE = {  # (the text, what it becomes)
    "a doubled bracket": ('a [[gallery ids="1"]] b', '<p>a [gallery ids="1"] b</p>'),
    "doubled brackets around words": ("a [[su_box]]b[[/su_box]]", "<p>a [su_box]b[/su_box]</p>"),
    "a doubled enclosing one": ("[[su_box x=1]b[/su_box]]", "<p>[su_box x=1]b[/su_box]</p>"),
    "an attribute of HTML": ('<a href="/x" title="[gallery]">a</a>', '<p><a href="/x">a</a></p>'),
    "an address with brackets": (
        '<a href="/x?a[]=1&amp;b_c[d_e]=2">a</a>',
        '<p><a href="/x?a[]=1&amp;b_c[d_e]=2">a</a></p>',
    ),
    "code": ("<code>[a_b]</code> <pre>[gallery]\n[/gallery]</pre>", "<p>[a_b]</p><p>[gallery]<br>[/gallery]</p>"),
}
TOLD = {  # (the text, what stays, findings)
    "one that stands alone": (
        'a [recent_posts] b [map x="1"]',
        "<p>a b</p>",
        [("shortcode", "recent_posts"), ("shortcode", "map")],
    ),
    "one that ends itself": ("a [su_spacer /]", "<p>a</p>", [("shortcode", "su_spacer")]),
    "one that encloses words": (
        "[columns]a [half]b[/half][/columns]",
        "<p>a b</p>",
        [("shortcode", "half"), ("shortcode", "columns")],
    ),
    "one with a title that opens": (
        '[su_spoiler title="a"]b[/su_spoiler]',
        "<h3>a</h3><p>b</p>",
        [("shortcode", "su_spoiler")],
    ),
    "a form": ('[contact-form-7 id="1" title="a"]', "", [("shortcode", "contact-form-7")]),
    "a playlist": ('[playlist ids="1,2"]', "", [("shortcode", "playlist 1,2")]),
    "a recording without an address": ("[audio]", "", [("shortcode", "audio")]),
    "a hook that fails": ("[failing]a[/failing]", "<p>a</p>", [("shortcode", "failing")]),
    "a hook’s script": ('[weather place="Osh"]', "<p>weather in Osh</p>", [("script", "x()")]),
}
BUILDERS = {  # (the text, what it becomes)
    "Divi": (
        '<!-- wp:divi/placeholder -->[et_pb_section][et_pb_row][et_pb_column type="4_4"]'
        '[et_pb_text admin_label="Text"]a\n\nb'
        '[/et_pb_text][et_pb_image src="/up/flood.jpg" alt="c"][/et_pb_image][et_pb_blurb title="d"]e[/et_pb_blurb]'
        '[et_pb_button button_text="f" button_url="/f"][et_pb_gallery gallery_ids="1,2"][et_pb_video src="'
        + VIDEO
        + '"]'
        "[/et_pb_column][/et_pb_row][/et_pb_section]<!-- /wp:divi/placeholder -->",
        '<p>a</p><p>b</p><figure data-media="media:5" data-alt="c"></figure><h3>d</h3><p>e</p><p><a href="/f">f</a></p>'
        + pictures(1, 2)
        + embed(VIDEO),
    ),
    "WPBakery": (
        '[vc_row][vc_column width="1/2"][vc_custom_heading text="big words"][vc_column_text]a\n\nb[/vc_column_text]'
        '[vc_single_image image="55"][vc_raw_html]JTNDcCUzRWMlM0MlMkZwJTNF[/vc_raw_html]'
        '[vc_btn title="d" link="url:https%3A%2F%2Fx.example%2F|title:e"]'
        '[vc_gallery images="1,2"][/vc_column][/vc_row]',
        '<p>big words</p><p>a</p><p>b</p><figure data-media="media:55"></figure><p>c</p>'
        '<p><a href="https://x.example/">d</a></p>' + pictures(1, 2),
    ),
    "Avada": (
        '[fusion_builder_container][fusion_title size="2"]a[/fusion_title][fusion_text]b\n\nc[/fusion_text]'
        '[fusion_imageframe image_id="3|full"]/up/flood.jpg[/fusion_imageframe][/fusion_builder_container]',
        f"<h2>a</h2><p>b</p><p>c</p>{FLOOD}",
    ),
    "Themify": ("[themify_col grid=2]a[/themify_col][themify_button link=/x]b[/themify_button]", "<p>a</p><p>b</p>"),
    "Elementor": ('<div class="elementor-widget"><h2>a</h2><p>b</p></div>', "<h2>a</h2><p>b</p>"),
    "Beaver": (
        '<!-- wp:fl-builder/layout --><div class="fl-builder-content"><p>a</p></div><!-- /wp:fl-builder/layout -->',
        "<p>a</p>",
    ),
}


class ShortcodeTests(SimpleTestCase):
    def test_each_known_shortcode_has_its_own_form_here(self):
        for name, (text, body) in FORMS.items():
            with self.subTest(name):
                converted = convert_wordpress(text, SURROUNDINGS)
                assert converted.html == body
                assert_clean(converted)

    def test_they_are_the_same_within_blocks(self):
        for name, (text, body) in FORMS.items():
            if "\n" not in text:
                with self.subTest(name):
                    block = f"<!-- wp:shortcode -->\n{text}\n<!-- /wp:shortcode -->"
                    assert convert_wordpress(block, SURROUNDINGS).html == body

    def test_brackets_in_prose_stay_words(self):
        for text in WORDS:
            with self.subTest(text):
                converted = convert_wordpress(text, SURROUNDINGS)
                assert converted.html == f"<p>{text.replace('&', '&amp;')}</p>"
                assert converted.findings == ()

    def test_what_is_no_shortcode_is_left_alone(self):
        for name, (text, body) in LEFT_ALONE.items():
            with self.subTest(name):
                converted = convert_wordpress(text, SURROUNDINGS)
                assert converted.html == body
                assert converted.findings == ()

    def test_what_is_not_known_is_told(self):
        for name, (text, body, findings) in TOLD.items():
            with self.subTest(name):
                converted = convert_wordpress(text, SURROUNDINGS)
                assert converted.html == body
                assert [(finding.kind, finding.what) for finding in converted.findings] == findings

    def test_scripts_and_comments_keep_their_brackets(self):
        converted = convert_wordpress("<script>a=[gallery];[b_c]</script><!-- [gallery] -->d", SURROUNDINGS)
        assert converted.html == "<p>d</p>"
        assert [finding.what for finding in converted.findings] == ["a=[gallery];[b_c]"]

    def test_a_gallery_without_pictures_is_told(self):
        converted = convert_wordpress("[gallery]a", Surroundings())
        assert (converted.html, [finding.what for finding in converted.findings]) == ("<p>a</p>", ["gallery"])

    def test_words_pictures_and_players_of_page_builders_stay(self):
        for name, (text, body) in BUILDERS.items():
            with self.subTest(name):
                converted = convert_wordpress(text, SURROUNDINGS)
                assert converted.html == body
                assert {finding.kind for finding in converted.findings} == {"page builder"}
                assert_clean(converted)

    def test_nested_shortcodes_keep_their_words(self):
        for depth in (5, 39, 41, 3000):
            text = "[su_box]" * depth + "a" + "[/su_box]" * depth
            assert convert_wordpress(text, SURROUNDINGS).html == "<p>a</p>"

    def test_attributes_are_read_in_each_form(self):
        assert shortcode_attributes(""" a="b c" D='e "f"' g=h i = "j" "k l" m n:o="p" """) == {
            "a": "b c",
            "d": 'e "f"',
            "g": "h",
            "i": "j",
            "0": "k l",
            "1": "m",
            "n:o": "p",
        }
        assert shortcode_attributes("a=“b”") == {"a": "b"}
