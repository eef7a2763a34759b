"""What machines read: feeds, sitemaps, linked data, the manifest, robots.txt; quotations from the right."""

import json
import re
import time
from datetime import timedelta
from xml.etree import ElementTree

import feedparser
from django.conf import settings
from django.db.models import CharField, TextField
from django.test import SimpleTestCase, TestCase
from PIL import Image as Pillow
from PIL import ImageDraw, ImageStat
from taggit.models import Tag

from articles.body import markup
from articles.models import Author, Edition, FlatPage, Image, Section, SiteSettings
from articles.public import cards, rendering
from articles.tests.factories import MORNING, make_author, make_edition, make_image, make_section
from ground import colours, drawing
from newsroom.serving import frame, text_files

DIRTY = "\x01\x08\x0b\x1f\ufffe\uffff\ufdd0\U0001fffe"
XML_PAGES = [
    *("/feed/", "/atom/", "/business/feed/", "/business/atom/", "/topics/rail/feed/", "/topics/rail/atom/"),
    *("/authors/aigul/feed/", "/authors/aigul/atom/", "/search/feed/?q=words", "/feeds.opml"),
    *("/sitemap.xml", "/sitemap-sections.xml", "/sitemap-2025-12.xml", "/news-sitemap.xml"),
]


class MachinesTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.objects.create(name="The Caravan Post", contact_email="desk@example.org")
        cls.section = make_section(name="Business", slug="business", description="Money.")
        cls.country = make_section(name="Kyrgyzstan", slug="kyrgyzstan", kind="country")
        cls.author = make_author(
            name="Aigul Tash",
            slug="aigul",
            role="Bishkek correspondent",
            links="https://a.example/x\nhttps://b.example/",
        )
        cls.image = make_image(made_cut=1)
        cls.edition = cls.publish(section=cls.section, further=[cls.country], lead_image=cls.image)

    @classmethod
    def publish(cls, **fields):
        given = {"headline": "Words", "authors": [cls.author], "tags": ["Rail", "kyrgyzstan"]} | fields
        return make_edition(**given)

    def setUp(self):
        frame.forget_frame()

    def linked(self, path):
        html = self.client.get(path).content.decode()
        return json.loads(re.search(r'ld\+json">(.*?)</script>', html, re.DOTALL)[1])["@graph"]


class FeedTests(MachinesTestCase):
    def test_items_name_sections_countries_and_tags_once_each(self):
        wanted = ["Business", "Kyrgyzstan", "Rail"]
        for path in ("/feed/", "/atom/"):
            entry = feedparser.parse(self.client.get(path).content).entries[0]
            assert [tag.term for tag in entry.tags] == wanted, path
        assert self.client.get("/feed.json").json()["items"][0]["tags"] == wanted

    def test_every_link_and_picture_of_a_full_text_has_a_whole_address(self):
        addresses = {
            "?q=1&r=2": "http://testserver{path}?q=1&r=2",
            "x/y": "http://testserver{path}x/y",
            "../z/": "http://testserver{parent}z/",
            "//host.example/a": "http://host.example/a",
            "#a": "http://testserver{path}#a",
            "/business/": "http://testserver/business/",
            "": "http://testserver{path}",
            "https://other.example/?a=1&b=2": "https://other.example/?a=1&b=2",
            "mailto:desk@example.org": "mailto:desk@example.org",
            "//[broken": "http://testserver{path}",
        }
        links = "".join(f'<a href="{address.replace("&", "&amp;")}">x</a> ' for address in addresses)
        edition = self.publish(
            section=self.section, slug="links", body=f'<p>{links}</p><figure data-image="{self.image.pk}"></figure>'
        )
        [write] = rendering.for_feeds([edition], "http://testserver")
        parent = edition.path.rstrip("/").rpartition("/")[0] + "/"
        found = [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]*)"', write())]
        assert found == [one.format(path=edition.path, parent=parent) for one in addresses.values()]
        pictures = re.findall(r'(?:src|srcset)="([^"]*)"', write())
        assert pictures
        assert all(one.startswith("http://testserver/media/") for one in pictures)

    def test_browsers_have_a_link_of_html_in_each_item_and_a_style_that_shows_it(self):
        for path in ("/feed/", "/atom/"):
            tree = ElementTree.fromstring(self.client.get(path).content)
            links = [(link.get("href"), link.text) for link in tree.iter("{http://www.w3.org/1999/xhtml}a")]
            assert links == [(f"http://testserver{self.edition.path}", "Words")]
        style = (settings.BASE_DIR / "static/css/feed.css").read_text()
        assert '@namespace html "http://www.w3.org/1999/xhtml"' in style
        assert "html|a { display: block" in " ".join(style.split())

    def test_no_text_of_any_field_makes_xml_ill_formed(self):
        for model in (SiteSettings, Section, Author, Image, Edition, FlatPage, Tag):
            if model is FlatPage:
                FlatPage.objects.create(title="About", slug="about-us", body="<p>Us</p>")
            dirty_texts(model)
        frame.forget_frame()
        for path in XML_PAGES:
            with self.subTest(path):
                response = self.client.get(path)
                assert response.status_code == 200
                ElementTree.fromstring(response.content)
                assert not set(DIRTY) & set(response.content.decode())
        json.loads(self.client.get("/feed.json").content)


def dirty_texts(model):
    """Put what no form lets in into each free text of all rows, past the model, as a fixture or an import may."""
    kinds = (CharField, TextField)
    for field in model._meta.concrete_fields:
        free = isinstance(field, kinds) and not field.choices and field.get_internal_type() != "SlugField"
        if not free or field.name in {"path", "key", "file", "sha256", "time_zone", "feed_host", "colour", "language"}:
            continue
        for row in model.objects.all():
            value = f"{getattr(row, field.name)}{DIRTY}"
            row_value = value if not field.max_length else value[: field.max_length]
            raw(model, field, row.pk, row_value)


def raw(model, field, pk, value):
    from django.db import connection

    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(model._meta.db_table)} SET {quote(field.column)} = %s WHERE id = %s", [value, pk]
        )


class LinkedDataTests(MachinesTestCase):
    def test_headline_is_whole_and_pictures_are_wide(self):
        edition = self.publish(section=self.section, slug="long", headline="Long " * 30 + "end", lead_image=self.image)
        article = self.linked(edition.path)[0]
        assert article["headline"].endswith("end")
        assert len(article["image"]) == 3  # ratios
        for crop, address in zip(("wide", "card", "square"), article["image"], strict=True):
            most = max(map(int, re.findall(r" (\d+)w", self.image.sources(crop).srcsets["jpg"])))
            assert int(re.search(r"-(\d+)\.jpg$", address)[1]) >= min(1200, most), address

    def test_small_master_gives_what_there_is(self):
        small = make_image(made_cut=1, width=700, height=500)
        edition = self.publish(section=self.section, slug="small", lead_image=small)
        assert self.linked(edition.path)[0]["image"]

    def test_author_is_a_person_with_a_job_and_other_pages(self):
        page = self.linked("/authors/aigul/")[0]
        assert page["@type"] == "ProfilePage"
        person = page["mainEntity"]
        assert (person["@type"], person["jobTitle"]) == ("Person", "Bishkek correspondent")
        assert person["sameAs"] == ["https://a.example/x", "https://b.example/"]

    def test_section_is_a_collection(self):
        page = self.linked("/business/")[0]
        assert (page["@type"], page["name"], page["description"]) == ("CollectionPage", "Business", "Money.")

    def test_no_name_ends_the_script(self):
        Author.objects.filter(pk=self.author.pk).update(biography="</script><b>")
        assert self.linked("/authors/aigul/")[0]["mainEntity"]["description"] == "</script><b>"


class HeadTests(MachinesTestCase):
    def test_address_for_sharing_is_the_canonical_one_on_every_page_of_a_list(self):
        for number in range(60):
            self.publish(section=self.section, slug=f"n{number}", live_from=MORNING - timedelta(hours=number))
        for base in ("/latest/", "/business/", "/authors/aigul/", "/topics/rail/"):
            for ending in ("", "?page=2"):
                html = self.client.get(base + ending).content.decode()
                canonical = re.search(r'rel="canonical" href="([^"]*)"', html)[1]
                assert (
                    canonical == re.search(r'"og:url" content="([^"]*)"', html)[1] == f"http://testserver{base}{ending}"
                )

    def test_topic_and_section_of_one_name_are_one_chip(self):
        chips = re.search(
            r'<nav class="topics".*?</nav>', self.client.get(self.edition.path).content.decode(), re.DOTALL
        )
        assert re.findall(r'href="([^"]*)"', chips[0]) == ["/kyrgyzstan/", "/topics/rail/"]

    def test_crawlers_may_see_that_a_search_is_not_to_be_indexed(self):
        assert "/search/" not in self.client.get("/robots.txt").content.decode()
        self.assertContains(self.client.get("/search/?q=words"), '<meta name="robots" content="noindex, follow">')


class ShortNameTests(SimpleTestCase):
    def test_short_name_is_made_of_whole_words(self):
        names = {
            "The Caravan Post": "Caravan Post",
            "The Times of Central Asia": "Times",
            "Kloop": "Kloop",
            "Kyrgyzstan Independent": "Kyrgyzstan",
            "Вечерний Бишкек": "Вечерний",
            "Extraordinarilylong": "Extraordinarilylong",
            "Oil & Gas Daily": "Oil & Gas",
        }
        for name, short in names.items():
            assert text_files.short_name(name) == short, name
            assert set(short.split()) <= set(name.split())


class BrandTests(SimpleTestCase):
    def test_pages_and_cards_share_their_colours(self):
        style = (settings.BASE_DIR / "static/css/site.css").read_text()
        blocks = {
            "light": re.findall(r"^:root \{(.*?)\}", style, re.DOTALL | re.MULTILINE)[:1],
            "dark": re.findall(
                r':root(?:\[data-theme="dark"\]|:not\(\[data-theme="light"\]\)) \{(.*?)\}', style, re.DOTALL
            )[:2],
        }
        assert [len(found) for found in blocks.values()] == [1, 2]
        for theme, found in blocks.items():
            for name, colour in colours.USUAL[theme].items():
                usual = colour != colours.LIGHT.get(name) or theme == "light"  # the dark says what differs
                assert all(f"--{name}: {colour};" in block for block in found) is usual, (theme, name)
        for app in ("articles/public", "tickers"):
            source = (settings.BASE_DIR / app / "cards.py").read_text()
            own = set(re.findall(r'"(#[0-9a-f]{6})"', source)) - {"#ffffff", "#14100c"}
            assert not own, app


class CardTests(SimpleTestCase):
    def test_every_line_fits_however_long_its_words(self):
        canvas = ImageDraw.Draw(Pillow.new("RGB", drawing.SIZE))
        for headline in ("x" * 90, "Донаудампфшиффартсгезелльшафтскапитэн" * 2, "A " + "W" * 60, "Oʻzbekiston " * 9):
            lines, face = cards._set(canvas, headline)
            assert all(drawing.width(canvas, line, face) <= drawing.SIZE[0] - 2 * cards.EDGE for line in lines)
            assert len(lines) <= cards.MOST_LINES

    def test_what_a_picture_is_about_is_not_below_the_words(self):
        top = 420
        for size in ((1600, 1000), (1000, 1600), (3000, 700), (1200, 630)):
            for across, down in ((50, 20), (50, 50), (10, 80), (90, 5)):
                whole = Pillow.new("RGB", size, "#000000")
                x, y = round(size[0] * across / 100), round(size[1] * down / 100)
                ImageDraw.Draw(whole).ellipse((x - 30, y - 30, x + 30, y + 30), fill="#ffffff")
                card = cards._cropped(whole, (across, down), top)
                assert card.size == cards.SIZE
                _left, upper, _right, lower = card.convert("L").point(lambda value: 255 * (value > 128)).getbbox()
                is_high = size[1] * cards.SIZE[0] / size[0] - cards.SIZE[1] > cards.SIZE[1] / 2  # room to move
                assert not is_high or (upper + lower) / 2 < top - cards.FADE / 2, (size, across, down)

    def test_photograph_is_seen_above_the_words(self):
        picture = cards._shaded(Pillow.new("RGB", cards.SIZE, "#808080"), 420)
        above, below = picture.crop((0, 0, 1200, 280)), picture.crop((0, 430, 1200, 630))
        assert ImageStat.Stat(above).mean[0] == 128
        assert ImageStat.Stat(below).mean[0] < 50


class DirectionTests(TestCase):
    def test_quotation_from_the_right_is_set_from_there(self):
        html = rendering.body("<p>He said:</p><blockquote><p>این یک نقل قول است</p><p>A minister</p></blockquote>")
        assert '<blockquote dir="rtl">' in html
        assert html.count('dir="auto"') == 2  # its words, and who said them, each by its own letters
        assert re.search(r'<p id="[^"]*">He said', html)

    def test_deep_text_takes_time_that_grows_with_its_length(self):
        words = "این یک نقل قول است " * 14_000
        for opening, closing in (("<blockquote>", "</blockquote>"), ("<ul><li>", "</li></ul>")):
            for depth in (1, 10, 38):
                html = markup.clean(opening * depth + f"<p>{words}</p>" + closing * depth)
                started = time.process_time()
                rendering._with_directions(html)
                assert time.process_time() - started < 2, (opening, depth)

    def test_a_word_of_arabic_turns_no_line_round(self):
        assert "dir=" not in rendering.body("<p>کابل is Kabul in Dari, and it is written so.</p>")

    def test_feeds_say_it_too(self):
        edition = make_edition(body="<blockquote>این یک نقل قول است</blockquote>")
        [write] = rendering.for_feeds([edition], "http://testserver")
        assert 'dir="auto"' in write()
