"""A WordPress export in whatever state it comes: mended where WordPress itself would go on, refused with the reason."""

import gzip
import io
import random
import re
import time
import tracemalloc
import zipfile
from unittest import mock

from django.test import SimpleTestCase

from articles.importing.items import ReadingError
from articles.importing.wxr import scanner, source
from articles.tests.wxr_files import START, cdata, export, item, kinds, meta, read_file, read_items, stories, term

WHOLE = export(item(), item(wp__post_id="13", title="Bridge", wp__post_name="bridge"))


def texts(result):
    return {story.key: story.text for story in stories(result)}


class WholeFileTests(SimpleTestCase):
    def test_a_well_formed_file_is_read_without_a_word(self):
        result = read_file(WHOLE)
        assert [story.title for story in stories(result)] == ["Flood", "Bridge"]
        assert result[1].findings == []
        assert result[1].counts == {"post": 2}

    def test_versions_and_other_addresses_of_the_same_names(self):
        for old, new in [
            ("export/1.2/", "export/1.0/"),
            ("export/1.2/", "export/1.1/"),
            ("http://wordpress.org/export/1.2/", "https://www.wordpress.org/export/1.2"),
            ("<wp:wxr_version>1.2</wp:wxr_version>", ""),
        ]:
            with self.subTest(new=new):
                result = read_file(WHOLE.replace(old, new))
                assert len(stories(result)) == 2
                assert result[1].findings == []

    def test_other_prefixes_of_the_same_names(self):
        renamed = re.sub(r"\b(wp|content|excerpt|dc):", r"n\1:", WHOLE).replace("xmlns:", "xmlns:n")
        renamed = re.sub(r"xmlns:n(?!wp|content|excerpt|dc)", "xmlns:", renamed)
        result = read_file(renamed)
        assert stories(result) == stories(read_file(WHOLE))

    def test_one_item_and_none(self):
        assert len(stories(read_items(item()))) == 1
        result = read_items()
        assert result[0][0].name == "Valley Post"
        assert len(result[0]) == 1

    def test_items_without_a_channel_around_them(self):
        assert len(stories(read_file(item()))) == 1

    def test_what_stands_before_the_file_begins(self):
        for before in [
            "\ufeff",
            "\n\n  ",
            "<br />\n<b>Notice</b>: Undefined index: x in /srv/a.php on line 3<br />\n",
            "\ufeff\n",
        ]:
            with self.subTest(before=before):
                assert stories(read_file(before + WHOLE)) == stories(read_file(WHOLE))

    def test_a_file_read_in_small_parts_is_the_same(self):
        head = "<!-- a comment with <item> in it -->" + "<wp:author><wp:author_login>ana</wp:author_login></wp:author>"
        content = export(item(content__encoded="a </item> <item> b <!-- c"), item(wp__post_id="2"), head=head)
        whole = read_file(content)
        assert [story.text for story in stories(whole)] == ["a </item> <item> b <!-- c", "<p>The river rose.</p>"]
        for size in (1, 2, 7, 1000):
            for margin in (1200, 2048):
                with (
                    self.subTest(size=size, margin=margin),
                    mock.patch.object(source, "CHUNK", size),
                    mock.patch.object(source, "SNIFFED", len(content)),
                    mock.patch.object(scanner, "MARGIN", margin),
                ):
                    assert read_file(content)[0] == whole[0]

    def test_every_place_where_two_parts_of_a_file_can_meet(self):
        content = export(item(content__encoded="a ]]]]><![CDATA[> b <!-- x --> </item>")).encode()
        expected = list(scanner.Scanner(iter([content])).elements())
        assert [element.tag for element in expected] == ["", "item", ""]
        with mock.patch.object(scanner, "MARGIN", 1200):
            for at in range(len(content)):
                parts = iter([content[:at], content[at:]])
                assert list(scanner.Scanner(parts).elements()) == expected, at

    def test_packed_with_gzip(self):
        assert stories(read_file(gzip.compress(WHOLE.encode()))) == stories(read_file(WHOLE))

    def test_a_packed_file_that_was_cut_off_gives_what_is_whole(self):
        random.seed(2)
        posts = [item(wp__post_id=str(number), content__encoded=random.randbytes(900).hex()) for number in range(1, 60)]
        packed = gzip.compress(export(*posts).encode())
        result = read_file(packed[: len(packed) // 2])
        assert 20 < len(stories(result)) < 40
        assert kinds(result)["cut off"] == 1

    def test_other_codings(self):
        for name in ("windows-1251", "koi8-r", "utf-16", "utf-16-le", "utf-16-be", "cp866"):
            with self.subTest(name=name):
                content = export(item(title="Река поднялась")).replace("UTF-8", name)
                encoded = content.encode(name)
                assert stories(read_file(encoded))[0].title == "Река поднялась"

    def test_a_coding_that_is_none_is_read_as_utf8(self):
        for name in ("rot13", "base64", "hex", "zip", "idna", "unicode_escape", "x" * 39):
            assert len(stories(read_file(WHOLE.replace("UTF-8", name)))) == 2


class MendedTests(SimpleTestCase):
    """Each kind of damage in the first, a middle and the last item, and what is told of it."""

    def check(self, spoil, kind, expected="<p>The river rose.</p>"):
        for place in range(3):
            posts = [item(wp__post_id=str(number), wp__post_name=f"p{number}") for number in (1, 2, 3)]
            spoilt = [spoil(post) if number == place else post for number, post in enumerate(posts)]
            content = b"".join(part if isinstance(part, bytes) else part.encode() for part in self.around(spoilt))
            result = read_file(content)
            with self.subTest(place=place):
                plain = dict.fromkeys(("post:1", "post:2", "post:3"), "<p>The river rose.</p>")
                assert texts(result) == plain | {f"post:{place + 1}": expected}
                assert {story.title for story in stories(result)} == {"Flood"}
                assert [(finding.kind, finding.key) for finding in result[1].findings] == [(kind, f"post:{place + 1}")]
                assert result[1].findings[0].why

    def around(self, posts):
        start, end = export("@").split("@")
        return [start, *posts, end]

    def test_control_characters(self):
        for sign in "\0\x01\x08\x0b\x0c\x1f\ufffe\uffff":
            self.check(lambda post, sign=sign: post.replace("river", f"ri{sign}ver"), "control character")

    def test_bytes_that_are_no_sign(self):
        for code in (b"\xff", b"\xd0", b"\x92", b"\xed\xa0\x80"[:1]):
            self.check(
                lambda post, code=code: post.encode().replace(b"river", b"riv" + code + b"er"),
                "invalid UTF-8",
                "<p>The riv\ufffder rose.</p>",
            )

    def test_the_end_of_a_section_in_a_text(self):
        self.check(
            lambda post: post.replace("river", "a[b[0]]>1 river"),
            "end of a section in a text",
            "<p>The a[b[0]]>1 river rose.</p>",
        )

    def test_a_section_in_a_section(self):
        self.check(lambda post: post.replace("river", "<![CDATA[river]]>"), "section in a section")

    def test_a_divided_section_stays_what_it_was(self):
        self.check(
            lambda post: post.replace("river", "a[b[0]]]]><![CDATA[>1 \x01river"),
            "control character",
            "<p>The a[b[0]]>1 river rose.</p>",
        )

    def test_a_section_that_never_ends(self):
        self.check(lambda post: post.replace("rose.</p>]]>", "rose.</p>"), "section without an end")

    def test_a_section_at_the_end_of_an_item_that_never_ends(self):
        self.check(lambda post: post.replace("post]]>", "post"), "section without an end")

    def test_bare_ampersands_and_entities_of_html(self):
        for written, expected in [
            ("Ana & Co", "Ana & Co"),
            ("?a=1&b=2&copy=3", "?a=1&b=2&copy=3"),
            ("a&nbsp;b&hellip;", "a\xa0b…"),
            ("&unheard;", "&unheard;"),
            ("&#0;&#x1F600;&amp;&", "\U0001f600&&"),
        ]:
            self.check(
                lambda post, written=written: post.replace(cdata("<p>The river rose.</p>"), written),
                "bare ampersand or unknown entity",
                expected,
            )

    def test_markup_that_stands_outside_a_section(self):
        for written in ["<p>One<br>two</p>", "<p>One</p><p>two</p>", "<title>a</title> b", "1 < 2", "<b>a <i>b</b>"]:
            self.check(
                lambda post, written=written: post.replace(cdata("<p>The river rose.</p>"), written),
                "markup outside a section",
                written,
            )

    def test_an_element_that_never_ends(self):
        self.check(
            lambda post: post.replace(f"{cdata('post')}</wp:post_type>", f"{cdata('post')}"),
            "missing end of an element",
        )

    def test_an_element_of_a_plugin_that_never_ends(self):
        self.check(lambda post: post.replace("<wp:status>", "<x:y>a<wp:status>"), "unknown element")

    def test_an_item_that_never_ends(self):
        result = read_items(item().replace("</item>", ""), item(wp__post_id="13"))
        assert [story.key for story in stories(result)] == ["post:13"]
        assert kinds(result) == {"unreadable item": 1}
        assert result[1].counts == {"unreadable": 1, "post": 1}


class LeftAloneTests(SimpleTestCase):
    """What looks like damage and is none."""

    def check(self, content, text):
        result = read_file(content)
        assert stories(result)[0].text == text
        assert result[1].findings == []

    def test_a_section_divided_as_wordpress_does(self):
        self.check(export(item(content__encoded="a ]]]]><![CDATA[> b")), "a ]]> b")

    def test_blanks_around_a_section(self):
        self.check(
            WHOLE.replace("<![CDATA[<p>The river", " \n\t<![CDATA[<p>The river").replace(
                "]]></content", "]]>\n </content"
            ),
            "<p>The river rose.</p>",
        )

    def test_no_section_at_all(self):
        self.check(
            WHOLE.replace(cdata("<p>The river rose.</p>"), "&lt;p&gt;Caf&#233; &amp;amp; bar&lt;/p&gt;"),
            "<p>Café &amp; bar</p>",
        )

    def test_elements_of_plugins(self):
        extra = '<media:group xmlns:media="x"><media:content><media:title>a</media:title></media:content></media:group>'
        self.check(export(item(extra)), "<p>The river rose.</p>")

    def test_prefixes_that_nobody_declared(self):
        self.check(re.sub(r' xmlns:\w+="[^"]*"', "", WHOLE), "<p>The river rose.</p>")

    def test_tags_of_an_export_within_a_text(self):
        text = "<item><title>a</title></item> <wp:author> </content:encoded> &nbsp; <!-- </rss>"
        self.check(export(item(content__encoded=text)), text)


class CutOffTests(SimpleTestCase):
    def test_wherever_a_file_is_cut_off_whole_items_come_and_the_rest_is_told(self):
        content = WHOLE.encode()
        first, second = content.index(b"</item>") + 7, content.rindex(b"</item>") + 7
        for at in range(content.index(b"<item>") + 6, len(content) - 8, 61):
            result = read_file(content[:at])
            assert len(stories(result)) == (at >= first) + (at >= second), at
            assert kinds(result)["cut off"] == 1
            is_within = not (first <= at < content.index(b"<item>", first) + 6 or at >= second)
            assert kinds(result).get("unreadable item", 0) == is_within, at


class RefusedTests(SimpleTestCase):
    def check(self, content, words):
        with self.assertRaisesMessage(ReadingError, words):
            read_file(content)

    def test_what_is_no_export_is_named(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("export.xml", WHOLE)
        feed = f"{START}<rss version='2.0'><channel><title>a</title><item><title>b</title></item></channel></rss>"
        for content, words in [
            ("", "is empty"),
            (" \n\t ", "is empty"),
            (gzip.compress(b""), "is empty"),
            (archive.getvalue(), "Unpack it"),
            ("<!DOCTYPE html><html><body>Log in</body></html>", "page of a site"),
            ("\n<HTML><body>wp:post_type</body></HTML>", "page of a site"),
            (feed, "feed of a site"),
            (f"{START}<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>", "feed of a site"),
            ('{"db": []}', "JSON"),
            ("[1]", "JSON"),
            ("%PDF-1.7", "PDF"),
            ("-- MySQL dump 10.13", "copy of a database"),
            ("INSERT INTO `wp_posts` VALUES (1)", "copy of a database"),
            (b"\x89PNG\r\n\x1a\n" + bytes(100), "isn't a WordPress export"),
            ("Dear editor", "isn't a WordPress export"),
        ]:
            with self.subTest(content=content[:30]):
                self.check(content, words)

    def test_a_damaged_archive(self):
        packed = bytearray(gzip.compress(random.Random(1).randbytes(5000)))
        packed[2000:2010] = b"0123456789"
        self.check(bytes(packed), "damaged")

    def test_a_file_that_grows_without_measure(self):
        with mock.patch.object(source, "SMALL", 1 << 20):
            self.check(gzip.compress(bytes(1 << 23)), "beyond all measure")

    def test_entities_of_the_files_own(self):
        for entity in [
            '<!ENTITY a "b">',
            '<!ENTITY a SYSTEM "file:///etc/passwd">',
            '<!ENTITY % a SYSTEM "http://127.0.0.1/">',
        ]:
            with self.subTest(entity=entity):
                content = WHOLE.replace("<rss", f"<!DOCTYPE rss [{entity}]><rss", 1)
                self.check(content.replace("river", "&a;"), "entities of its own")

    def test_a_document_type_alone_harms_nothing(self):
        content = WHOLE.replace("<rss", '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd"><rss', 1)
        assert len(stories(read_file(content))) == 2

    def test_entities_defined_within_an_item_mean_nothing(self):
        bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;">]>'
        result = read_items(
            item(bomb, wp__status=None), item("<wp:status>&c;</wp:status>", wp__status=None, wp__post_id="2")
        )
        assert len(stories(result)) == 2
        assert kinds(result)["state"] == 2


class BoundsTests(SimpleTestCase):
    def test_an_item_beyond_measure_is_left_out_and_told(self):
        with mock.patch.object(scanner, "LONGEST", 5000), mock.patch.object(source, "CHUNK", 1000):
            result = read_items(item(content__encoded="x" * 9000), item(wp__post_id="13"))
        assert [story.key for story in stories(result)] == ["post:13"]
        assert kinds(result) == {"unreadable item": 1}

    def test_memory_doesn_t_grow_with_the_file(self):
        with mock.patch.object(source, "CHUNK", 1 << 16):
            peaks = []
            for number in (10, 100):
                content = export(
                    *(item(wp__post_id=str(post), content__encoded="y" * 50_000) for post in range(1, number))
                )
                with mock.patch.object(source, "read_chunks"):
                    tracemalloc.start()
                    parts = (content[at : at + (1 << 16)].encode() for at in range(0, len(content), 1 << 16))
                    for element in scanner.Scanner(parts).elements():
                        assert len(element.source) < 60_000
                    peaks.append(tracemalloc.get_traced_memory()[1])
                    tracemalloc.stop()
        assert peaks[1] < peaks[0] * 1.5

    def test_hostile_items_take_no_longer_than_their_length(self):
        """Twice as long takes about twice as long, whatever is repeated; four times would be quadratic."""
        for part in [
            "<title>",
            "<![CDATA[",
            "<wp:meta_value><![CDATA[",
            "</title>",
            "&",
            "<!--",
            "]]>",
            "<wp:postmeta>",
            "<category domain=",
            "<title><![CDATA[x</title>",
            "<a style=",
            "<item",
            "[:en]",
            "<div style='left:-999px'><a href='//a.b/'>x",
        ]:
            with self.subTest(part=part):
                least = [min(self.seconds(part, size) for _try in range(3)) for size in (30_000, 120_000)]
                assert least[1] < 10 * max(least[0], 0.002), least

    def seconds(self, part, size):
        content = export(item(content__encoded="x" + part * (size // len(part)), metas={"_b\0": part * 100}))
        started = time.process_time()
        read_file(content)
        return time.process_time() - started

    def test_elements_within_elements_take_no_memory_without_bound(self):
        tracemalloc.start()
        result = read_items(item("<x:y>" * 200_000))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert stories(result)[0].title == "Flood"
        assert kinds(result) == {"unknown element": 1}
        assert peak < 15_000_000

    def test_findings_of_a_kind_are_listed_up_to_a_bound_and_counted(self):
        with mock.patch("articles.importing.wxr.reading.MOST_FINDINGS", 3):
            result = read_items(*(item(wp__post_id=str(number), dc__creator="") for number in range(1, 8)))
        assert kinds(result) == {"no author": 4}
        assert result[1].findings[-1].what == "4"


class CountTests(SimpleTestCase):
    def test_each_item_is_a_story_a_file_or_told(self):
        posts = [
            item(wp__post_id="1"),
            item(wp__post_id="1"),
            item(wp__post_id="1", title="Other"),
            item(wp__post_id=None),
        ]
        others = [
            item(wp__post_id=str(20 + number), wp__post_type=kind)
            for number, kind in enumerate(("shop-order", "nav_menu_item"))
        ]
        comments = (
            "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>a</wp:comment_content></wp:comment>" * 3
        )
        attachment = item(wp__post_id="9", wp__post_type="attachment", wp__attachment_url="")
        result = read_items(*posts, *others, item(comments, wp__post_id="30"), attachment)
        assert result[1].counts == {"post": 5, "shop-order": 1, "nav_menu_item": 1, "attachment": 1, "comment": 3}
        assert [story.key for story in stories(result)] == ["post:1", "post:1-2", "post:flood", "post:30"]
        expected = {"repeated item": 1, "number used twice": 1, "no number": 1, "missing file": 1, "not brought in": 3}
        assert kinds(result) == expected
        assert all(finding.why for finding in result[1].findings)

    def test_a_term_or_author_comes_before_the_story_that_alone_names_it(self):
        result = read_items(
            item(term("category", "river", "River")), item(term("category", "river", "River"), wp__post_id="2")
        )
        assert [source.key for source in result[0][1:]] == ["category:river", "author:ana", "post:12", "post:2"]

    def test_metas_in_a_mended_item_stay_apart(self):
        broken = item(metas={"a": "1", "b": "2"}).replace(
            meta("a", "1"), meta("a", "1").replace("</wp:meta_value>", "")
        )
        assert stories(read_items(broken))[0].attributes == (("a", "1"), ("b", "2"))
