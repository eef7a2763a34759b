"""What every public page keeps to: its head, its outline, its languages, and nothing inline."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise

from django.conf import settings
from django.template.loader import render_to_string
from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from articles.models import Image, SiteSettings
from articles.public import rendering
from articles.templatetags import articles as tags
from articles.tests.factories import MORNING, make_author, make_edition, make_image, make_section
from newsroom.tests import public_paper

LONG = "A headline of the greatest length the desk can write " * 4


class Outline(HTMLParser):
    """What a page is made of, as far as these tests ask."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict]:
        return [attrs for tag, attrs in self.tags if tag in names]

    def meta(self, name: str) -> str:
        found = [attrs for attrs in self.all("meta") if name in (attrs.get("name"), attrs.get("property"))]
        return found[0]["content"] if found else ""

    @property
    def levels(self) -> list[int]:
        return [int(tag[1]) for tag, _attrs in self.tags if re.fullmatch("h[1-6]", tag)]


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.objects.create(
            name="The Caravan Post",
            tagline="News from the middle of Asia",
            description="Independent news, analysis and features from Central Asia and its neighbours.",
            contact_email="desk@example.org",
            contact_address="1 Main Street\nBishkek",
            social_links="https://social.example.org/@paper",
            logo=make_image(),
        )
        cls.theme = make_section(name="Business & Economy", slug="business")
        cls.markets = make_section(name="Markets", slug="markets", parent=cls.theme)
        cls.opinions = make_section(name="Opinion", slug="opinion")
        cls.country = make_section(name="Kyrgyzstan", slug="kyrgyzstan", kind="country")
        cls.author = make_author(name="Aigul Tash", slug="aigul-tash", biography="Writes.", picture=make_image())
        cls.image = make_image()
        cls.news = make_edition(
            headline="Trains & tariffs: a six-part <series>",
            standfirst="Why the wagons wait.",
            kicker="Rail",
            section=cls.markets,
            further=[cls.country],
            tags=["Rail"],
            authors=[cls.author],
            lead_image=cls.image,
            dateline="Bishkek",
            corrections="8 December: a figure was wrong.",
            body=f'<p>Words.</p><h3>Early</h3><figure data-image="{cls.image.pk}"></figure><h2>Late</h2><h3>Sub</h3>',
        )
        for hours in range(1, 24):
            make_edition(live_from=MORNING - timedelta(hours=hours), section=cls.theme, lead_image=cls.image)
        cls.russian = make_edition(
            live_from=MORNING + timedelta(hours=1),
            headline="Плов",
            kicker="Кухня",
            language="ru",
            section=cls.theme,
            lead_image=cls.image,
        )
        cls.opinion = make_edition(
            live_from=MORNING + timedelta(hours=2),
            headline=LONG[:200],
            kind="opinion",
            section=cls.opinions,
            lead_image=cls.image,
        )
        cls.addresses = [
            *public_paper.screens(),
            "/business/",
            "/business/markets/",
            "/latest/?page=2",
            "/latest/2025/12/",
            "/search/",
            "/search/?q=wagons",
            "/search/?q=nothing-has-this",
            "/topics/rail/",
            "/authors/aigul-tash/",
            "/no-such-page/",
            cls.news.path,
            cls.russian.path,
            cls.opinion.path,
        ]

    def outline(self, address):
        response = self.client.get(address)
        return Outline(response.content.decode())

    def test_every_page_has_one_heading_and_skips_no_level(self):
        for address in self.addresses:
            with self.subTest(address):
                levels = self.outline(address).levels
                assert levels.count(1) == 1
                after_first = levels[levels.index(1) :]
                assert all(below <= above + 1 for above, below in pairwise(after_first))

    def test_the_skip_link_comes_first_and_leads_to_the_content(self):
        for address in self.addresses:
            with self.subTest(address):
                outline = self.outline(address)
                assert outline.all("a", "button", "input")[0]["href"] == "#content"
                assert outline.all("main")[0]["id"] == "content"

    def test_nothing_is_inline_that_the_policy_forbids(self):
        for address in self.addresses:
            with self.subTest(address):
                outline = self.outline(address)
                assert not outline.all("style")
                assert all("src" in attrs or attrs["type"] == "application/ld+json" for attrs in outline.all("script"))
                for _tag, attrs in outline.tags:
                    assert not [name for name in attrs if name == "style" or name.startswith("on")]

    def test_every_page_has_a_title_and_a_description_of_the_right_length(self):
        for address in self.addresses:
            with self.subTest(address):
                html = self.client.get(address).content.decode()
                title = re.search(r"<title>(.*?)</title>", html)[1].replace("&amp;", "&").replace("&lt;", "<")
                assert 15 <= len(title.replace("&gt;", ">")) <= 70, title
                assert 50 <= len(Outline(html).meta("description")) <= 160

    def test_ids_are_unique(self):
        for address in self.addresses:
            with self.subTest(address):
                ids = [attrs["id"] for _tag, attrs in self.outline(address).tags if "id" in attrs]
                assert len(ids) == len(set(ids))

    def test_every_picture_has_its_size_and_only_the_first_is_eager(self):
        for address in ("/", "/business/", self.news.path):
            with self.subTest(address):
                pictures = self.outline(address).all("img")
                assert all({"width", "height", "alt"} <= set(attrs) for attrs in pictures)
                assert [attrs.get("fetchpriority") for attrs in pictures].count("high") == 1

    def test_the_head_of_an_article_is_complete(self):
        outline = self.outline(self.news.path)
        names = "title description url site_name image image:alt image:width image:height locale".split()
        assert all(outline.meta(f"og:{name}") for name in names)
        assert outline.meta("og:type") == "article"
        assert outline.meta("og:image").startswith("http://testserver/")
        assert outline.meta("twitter:card") == "summary_large_image"
        assert outline.meta("robots") == "index, follow, max-image-preview:large"
        assert outline.meta("article:section") == "Markets"
        assert outline.meta("article:published_time") == "2025-12-08T09:00:00+06:00"
        canonical = [attrs["href"] for attrs in outline.all("link") if attrs["rel"] == "canonical"]
        assert canonical == [f"http://testserver{self.news.path}"]

    def test_no_time_has_microseconds(self):
        for address in self.addresses:
            with self.subTest(address):
                assert not [attrs for attrs in self.outline(address).all("time") if "." in attrs["datetime"]]

    def test_headings_of_a_body_follow_the_headline_without_a_jump(self):
        assert re.search(r'<h2 id="p-[0-9a-f]{6}">Early</h2>', self.client.get(self.news.path).content.decode())

    def test_the_day_stands_above_the_articles_as_two_digits_month_and_year(self):
        html = self.client.get("/").content.decode()
        day = timezone.localtime(timezone=SiteSettings.current().zone).strftime("%d %B %Y")
        assert html.index(f">{day}</time>") < html.index("<main")

    def test_words_in_another_language_say_so(self):
        self.assertContains(self.client.get("/"), f'<a href="{self.russian.path}">Плов</a>', html=True)
        self.assertContains(self.client.get("/"), '<h2 lang="ru">')
        self.assertContains(self.client.get("/"), '<span lang="ru">Кухня</span>', html=True)
        self.assertContains(self.client.get(self.russian.path), '<div class="body" lang="ru">')
        self.assertNotContains(self.client.get(self.news.path), 'class="body" lang')

    def test_opinion_says_that_it_is_opinion(self):
        for address in ("/", "/opinion/", self.opinion.path):
            self.assertContains(self.client.get(address), '<span class="kind">Opinion</span>', html=True)

    def test_a_kind_is_not_said_twice(self):
        label = render_to_string("articles/_label.html", {"edition": self.opinion})
        assert label.count("Opinion") == 1

    def test_a_card_has_one_link(self):
        html = self.client.get("/").content.decode()
        for card in re.findall(r'<article class="card.*?</article>', html, re.DOTALL):
            assert card.count("<a ") == 1

    def test_a_preview_is_marked_and_hidden_from_search_engines(self):
        context = {"edition": self.news, "preview": True, "paper": SiteSettings.current(), "body": ""}
        context |= {"themes": (), "countries": (), "pages": ()}
        html = render_to_string("articles/article_page.html", context)
        assert Outline(html).meta("robots") == "noindex"
        assert 'class="preview"' in html

    def test_pages_of_a_list_lead_to_one_another_and_to_the_months(self):
        first, second = self.client.get("/latest/"), self.client.get("/latest/?page=2")
        self.assertContains(first, 'href="?page=2"')
        self.assertContains(second, 'href="?page=1"')
        self.assertContains(second, 'href="/latest/2025/12/"')
        self.assertContains(second, '<link rel="canonical" href="http://testserver/latest/?page=2">', html=True)

    def test_sitemaps_are_well_formed_and_the_news_one_is_never_empty(self):
        for address in ("/sitemap.xml", "/sitemap-sections.xml", "/sitemap-2025-12.xml", "/news-sitemap.xml"):
            with self.subTest(address):
                root = ET.fromstring(self.client.get(address).content)
                assert len(root)

    def test_a_withdrawn_article_gives_its_reason(self):
        gone = make_edition(live_until=MORNING + timedelta(hours=1))
        type(gone).objects.filter(pk=gone.pk).update(withdrawn_reason="A name was <wrong>.")
        self.assertContains(self.client.get(gone.path), "A name was &lt;wrong&gt;.", status_code=410)


class EmptyPaperTests(TestCase):
    def test_the_front_page_of_a_new_paper_looks_meant(self):
        response = self.client.get("/")
        self.assertContains(response, "No stories yet")
        assert Outline(response.content.decode()).levels.count(1) == 1

    def test_lists_of_a_new_paper_say_that_they_are_empty(self):
        make_section(slug="business")
        for address in ("/latest/", "/business/"):
            self.assertContains(self.client.get(address), "yet.")

    def test_a_table_and_an_embed_of_a_body_are_made_for_readers(self):
        html = rendering.body(
            "<table><tbody><tr><td>1</td></tr></tbody></table>"
            '<figure data-embed="https://youtu.be/abcdefghijk"><figcaption>A film</figcaption></figure>'
        )
        assert '<div class="table" role="group" tabindex="0" aria-label="Table">' in html
        assert '<a href="https://youtu.be/abcdefghijk" rel="noopener" data-player=' in html
        assert "iframe" not in html


class StyleTests(SimpleTestCase):
    def test_the_sheet_has_the_fonts_as_they_were_made(self):
        static = settings.BASE_DIR / "static"
        made = static.joinpath("fonts/fonts.css").read_text().replace('url("', 'url("../fonts/')
        faces = made[made.index("@font-face") :].strip()
        assert faces in static.joinpath("css/site.css").read_text(), "Copy static/fonts/fonts.css into site.css."


class BrokenPageTests(SimpleTestCase):
    def test_the_page_for_our_own_faults_needs_no_database(self):
        assert "Something went wrong" in render_to_string("500.html")


class TagTests(SimpleTestCase):
    def test_a_text_is_cut_after_a_whole_word(self):
        assert tags.cut("one two three", 13) == "one two three"
        assert tags.cut("one two, three", 10) == "one two…"

    def test_a_title_carries_the_papers_name_where_it_fits(self):
        assert tags.page_title("Short", "Paper") == "Short – Paper"
        assert tags.page_title("word " * 13, "Paper") == ("word " * 13).strip()

    def test_a_short_description_goes_on_with_the_next_part(self):
        assert tags.description("", "Too short", None, "But this one is long enough for anybody.") == (
            "Too short. But this one is long enough for anybody."
        )
        assert len(tags.description("word " * 60)) <= 160

    def test_a_time_for_machines_has_its_zone_and_no_microseconds(self):
        moment = datetime(2025, 12, 8, 3, 0, 0, 5, tzinfo=UTC)
        with timezone.override("Asia/Bishkek"):
            assert tags.stamp(moment) == "2025-12-08T09:00:00+06:00"

    def test_a_time_zone_is_named_by_its_city(self):
        assert tags.zone("Asia/Bishkek") == "Bishkek time"
        assert tags.zone("America/New_York") == "New York time"
        assert tags.zone("UTC") == "UTC"

    def test_short_hyphenated_words_hold_together_and_all_words_are_escaped(self):
        assert tags.unbroken("a six-part <b> - series") == (
            'a <span class="unbroken">six-part</span> &lt;b&gt; - series'
        )

    def test_social_networks_get_the_first_size_that_is_large_enough(self):
        image = Image(key="ab" * 16, width=2000, height=1500, made_cut=1, alt="A lake")
        picture = tags.social_picture(image, "https://paper.example")
        assert picture["url"] == f"https://paper.example/media/ab/{'ab' * 16}/1-wide-1280.jpg"
        assert (picture["width"], picture["height"]) == (1280, 720)


class WholePictureTests(TestCase):
    def test_picture_not_to_be_cropped_is_shown_whole_whatever_the_crop(self):
        image = make_image(is_whole=True, made_cut=1)
        for crop in ("wide", "card", "square", "full"):
            with self.subTest(crop):
                assert image.sources(crop) == image.sources("full")
                html = render_to_string("articles/_picture.html", {"image": image, "crop": crop, "sizes": "100vw"})
                assert " whole" in html
                assert f"-{crop}-" not in html or crop == "full"
        edition = make_edition(lead_image=image, headline="The map")
        for path in ("/", edition.path, edition.section.get_absolute_url(), "/feed/"):
            page = self.client.get(path).content.decode()
            with self.subTest(path):
                assert "The map" in page
                assert not re.search(rf"{image.key}/1-(wide|card|square)", page)


class ContentsTests(TestCase):
    def page(self, *, headings, words):
        parts = [
            f"<h2>Part <em>{n}</em> &amp; more</h2><p>{'word ' * (words // headings)}</p>" for n in range(headings)
        ]
        return self.client.get(make_edition(body="".join(parts)).path).content.decode()

    def test_long_read_lists_its_subheads_and_each_leads_to_its_place(self):
        for headings in (3, 5):
            self.check_contents(headings)

    def check_contents(self, headings):
        page = self.page(headings=headings, words=2000)
        nav = page.partition('<details class="contents">')[2].partition("</details>")[0]
        links = re.findall(r'<a href="#([^"]+)">([^<]*)</a>', nav)
        assert [words for _place, words in links] == [f"Part {n} &amp; more" for n in range(headings)]
        for place, _words in links:
            assert page.count(f'<h2 id="{place}">') == 1

    def test_shorter_articles_and_those_with_few_subheads_have_none(self):
        for headings, words in ((5, 1000), (2, 3000)):
            with self.subTest(headings=headings):
                assert 'class="contents"' not in self.page(headings=headings, words=words)
