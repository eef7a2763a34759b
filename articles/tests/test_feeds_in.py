import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.test import SimpleTestCase

from articles.importing.feeds import read_feed
from articles.importing.html_text import convert_html
from articles.importing.items import (
    ReadingError,
    ReadingReport,
    SourceAuthor,
    SourceMedia,
    SourceSite,
    SourceState,
    SourceStory,
    SourceTerm,
    Surroundings,
)

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>Agency &amp; Co</title><link>https://agency.example/news</link><language>en-GB</language>{items}</channel></rss>"""
FULL = """<item><title>Flood &amp; rain</title><link>https://agency.example/1</link><guid isPermaLink="false">n-1</guid>
<dc:creator>Ana B.</dc:creator><category>World</category><category>world</category>
<pubDate>Mon, 08 Dec 2025 10:00:00 +0600</pubDate><description>In &lt;b&gt;short&lt;/b&gt;</description>
<content:encoded><![CDATA[<p>Long <strong>text</strong></p><script>x()</script>
<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe>]]></content:encoded>
<enclosure url="https://agency.example/1.jpg" type="image/jpeg" length="1"/>
<enclosure url="https://agency.example/1.mp3" type="audio/mpeg" length="1"/></item>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ky"><title>Атом</title>
<link href="https://agency.example/"/><id>f</id><entry><id>urn:1</id><title>Бир</title>
<link href="https://agency.example/a"/><author><name>Айгуль</name></author><updated>2025-12-08T10:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Сөз</p></div></content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://agency.example/"><title>RDF</title><link>https://agency.example/</link></channel>
<item rdf:about="https://agency.example/r"><title>One</title><link>https://agency.example/r</link>
<description>Words</description></item></rdf:RDF>"""
OLD = '<rss version="0.91"><channel><item><title>T</title><description>D</description></item></channel></rss>'


class FeedTests(SimpleTestCase):
    def read(self, data):
        self.report = ReadingReport()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "feed"
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
            self.items = list(read_feed(str(path), self.report))
        return self.of(SourceStory)

    def of(self, kind):
        return [item for item in self.items if isinstance(item, kind)]

    def test_an_entry_is_a_draft_with_its_source(self):
        (story,) = self.read(RSS.format(items=FULL))
        assert (story.key, story.title, story.state) == ("entry:n-1", "Flood & rain", SourceState.DRAFT)
        assert (story.format, story.standfirst) == ("html", "In short")
        assert story.published_at == datetime(2025, 12, 8, 4, tzinfo=UTC)
        assert story.addresses == ()  # they are another paper's
        assert dict(story.attributes) == {
            "source_link": "https://agency.example/1",
            "file": "https://agency.example/1.mp3",
        }
        (note,) = story.comments
        assert (note.author, note.text) == ("Agency & Co", "From Agency & Co: https://agency.example/1")
        (site,) = self.of(SourceSite)
        assert (site.name, site.addresses, site.language) == ("Agency & Co", ("https://agency.example",), "en-GB")
        (author,) = self.of(SourceAuthor)
        assert (author.name, author.is_guest, story.authors) == ("Ana B.", True, (author.key,))
        (term,) = self.of(SourceTerm)
        assert (term.kind, term.name.lower(), story.terms) == ("category", "world", (term.key,))
        (media,) = self.of(SourceMedia)
        assert (media.address, story.lead_media) == ("https://agency.example/1.jpg", media.key)
        assert [finding.kind for finding in self.report.findings] == ["file"]

    def test_the_text_is_cleaned_where_it_is_brought_in_and_its_embeds_stay(self):
        (story,) = self.read(RSS.format(items=FULL))
        html = convert_html(story.text, Surroundings()).html
        assert html.startswith("<p>Long <strong>text</strong></p>")
        assert "data-embed" in html
        assert "x()" not in html

    def test_every_format_is_read(self):
        (story,) = self.read(ATOM)
        assert (story.key, story.title, story.modified_at) == (
            "entry:urn:1",
            "Бир",
            datetime(2025, 12, 8, 10, tzinfo=UTC),
        )
        assert convert_html(story.text, Surroundings()).html == "<p>Сөз</p>"
        (story,) = self.read(RDF)
        assert (story.title, story.text, story.key) == ("One", "Words", "entry:https://agency.example/r")
        (story,) = self.read(OLD)
        assert (story.title, story.text) == ("T", "D")
        (story,) = self.read(ATOM.replace("Бир", "Бир").encode("utf-16"))
        assert story.title == "Бир"

    def test_json_feed_is_read(self):
        entry = {
            "id": 7,
            "url": "https://agency.example/7",
            "title": "Seven",
            "content_html": "<p>Text</p>",
            "summary": "Short",
            "image": "https://agency.example/7.png",
            "authors": [{"name": "Ana"}],
            "tags": ["World", 3],
            "date_published": "2025-12-08T10:00:00Z",
            "attachments": [{"url": "https://agency.example/7.pdf", "mime_type": "application/pdf"}, 5],
        }
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "J",
            "items": [entry, {"content_text": "a\n<b"}, 4],
        }
        first, second = self.read(json.dumps(feed))
        assert (first.key, first.title, first.standfirst) == ("entry:7", "Seven", "Short")
        assert (first.lead_media, first.terms) == ("media:https://agency.example/7.png", ("category:world",))
        assert second.text == "<p>a</p><p>&lt;b</p>"
        assert self.report.counts == {"entries": 2}

    def test_entries_without_number_are_the_same_in_a_later_export(self):
        items = "<item><title>A</title><description>a</description></item><item><title>B</title></item>"
        keys = [story.key for story in self.read(RSS.format(items=items))]
        assert len(set(keys)) == 2
        assert [story.key for story in self.read(RSS.format(items=f"<item><title>C</title></item>{items}"))][1:] == keys

    def test_an_entry_that_is_repeated_is_told_and_counted(self):
        assert len(self.read(RSS.format(items=FULL * 2))) == 1
        assert self.report.counts == {"entries": 1, "repeated entries": 1}

    def test_a_damaged_feed_gives_what_can_be_read(self):
        (story,) = self.read(RSS.format(items=FULL.replace("Ana B.", "Ana &eacute; & \x02B.")))
        assert story.title == "Flood & rain"
        assert [author.name for author in self.of(SourceAuthor)] == ["Ana é & B."]

    def test_what_is_no_feed_is_refused_with_what_it_is(self):
        for data, message in (
            ("<!DOCTYPE html><html><body>a</body></html>", "web page"),
            ("<html><body>a</body></html>", "web page"),
            ('<opml version="2.0"/>', "list of feeds"),
            ('<urlset xmlns="x"/>', "sitemap"),
            (RSS.replace("<rss", '<rss xmlns:wp="http://wordpress.org/export/1.2/"'), "export of WordPress"),
            ("<a/>", "no feed"),
            ("plain words", "no feed"),
            ("", "no feed"),
            ("{", "damaged or cut off"),
            ("[" * 100_000, "no feed"),
            ('{"a":' * 100_000, "damaged or cut off"),
            ('{"items": []}', "This JSON is no feed"),
            ("https://agency.example/feed", "no feed"),
            (b"<rss>" + b" " * (10 << 20), "more than 10 MB"),
        ):
            with self.assertRaisesMessage(ReadingError, message):
                self.read(data)
        with self.assertRaisesMessage(ReadingError, "can’t be read"):
            list(read_feed("/nowhere/feed", ReadingReport()))

    def test_a_feed_with_entities_of_its_own_is_refused(self):
        with self.assertRaisesMessage(ReadingError, "XML is damaged"):
            self.read(
                '<!DOCTYPE r [<!ENTITY a "aa">]>'
                + RSS.partition("?>")[2].format(items="<item><title>&a;</title></item>")
            )

    def test_no_shape_of_a_damaged_or_huge_feed_takes_long(self):
        """Each takes feedparser the square of its size or more, if it is given to it as it is."""
        shape = "<item><title>a</title><description>{}</description></item>"
        for words in ("&lt;a href=" * 9000 + "<<", "&lt;!--" * 9000 + "<", "<![CDATA[" + "<div>" * 9000, "<b>" * 9000):
            with self.assertRaisesMessage(ReadingError, "XML is damaged"):
                self.read(RSS.format(items=shape.format(words)))
        assert len(self.read(RSS.format(items="<item><title>a</title></item>" * 100))) == 1
