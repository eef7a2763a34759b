"""What a search finds besides words: days, months, sections, pages, authors, and names that are nearly right."""

from datetime import date, timedelta

from django.test import SimpleTestCase
from django.utils import timezone

from articles.models import FlatPage
from articles.search import names
from articles.search.days import day_in, month_in
from articles.tests.factories import MORNING, make_author, make_section
from articles.tests.test_search import SearchTestCase
from newsroom.serving import frame

HOUR = timedelta(hours=1)


class DayTests(SimpleTestCase):
    def test_days_are_read_in_the_languages_of_the_region(self):
        eighth, today = date(2025, 12, 8), date(2026, 3, 1)
        for typed in (
            *("8 December", "December 8", "8 December 2025", "December 8, 2025", "8th of December 2025", "8 Dec"),
            *("2025-12-08", "08.12.2025", "8/12/2025", "8 декабря", "8 декабря 2025 г.", "8 декабря 2025 года"),
            *("8-декабрь", "8 желтоқсан", "8-dekabr", "8 dekabr 2025", "8 декабри соли 2025", "8 DECEMBER"),
        ):
            assert day_in(typed, today) == eighth, typed

    def test_every_month_is_known_in_english_and_russian(self):
        english = "January February March April May June July August September October November December"
        russian = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
        for language in (english, russian):
            for number, name in enumerate(language.split(), start=1):
                assert day_in(f"3 {name} 2024", date(2026, 1, 1)) == date(2024, number, 3), name

    def test_what_is_no_day_is_none(self):
        for typed in (
            *("", "8", "December", "December 2025", "31 February", "32 May 2025", "8 mayor", "8.12", "12 08"),
            *("2025-13-08", "8 December 2025 railway", "railway 8 December", "x" * 9999, "8 december " * 999),
        ):
            assert day_in(typed, date(2026, 1, 1)) is None, typed

    def test_without_a_year_it_is_the_last_such_day(self):
        assert day_in("8 December", date(2025, 12, 8)) == date(2025, 12, 8)
        assert day_in("8 December", date(2025, 12, 7)) == date(2024, 12, 8)
        assert day_in("29 February", date(2026, 1, 1)) == date(2024, 2, 29)
        assert day_in("8 December 2030", date(2026, 1, 1)) == date(2030, 12, 8)


class NameTests(SearchTestCase):
    def named(self, query):
        return [one.name for one in names.find_named(query, timezone.now())]

    def test_sections_and_authors_are_found_by_words_of_their_names(self):
        theme = make_section(name="Life & culture", slug="life-culture")
        make_section(name="Culture of Naryn", slug="naryn", parent=theme)
        aigul, desk = make_author(name="Aýgül O‘rozova", slug="aigul"), make_author(name="Culture desk", is_desk=True)
        self.make("Live", authors=[aigul, desk])
        make_author(name="Culture nobody has printed")
        self.make("Tomorrow", authors=[make_author(name="Culture tomorrow")], live_from=timezone.now() + HOUR)
        assert self.named("culture") == ["Culture of Naryn", "Life & culture", "Culture desk"]
        assert self.named("life and culture") == ["Life & culture"]
        assert self.named("orozova aygul") == self.named("o`roz") == ["Aýgül O‘rozova"]
        assert self.named("culture railway") == self.named("c") == self.named("") == self.named("the") == []
        urls = {one.name: one.url for one in names.find_named("culture", timezone.now())}
        assert urls["Culture of Naryn"] == "/life-culture/naryn/"
        assert urls["Culture desk"] == desk.get_absolute_url()

    def test_pages_are_found_by_their_titles(self):
        FlatPage.objects.create(title="About the paper", slug="about", body="<p>Us</p>")
        assert [(one.name, one.url) for one in names.find_named("about", timezone.now())] == [
            ("About the paper", "/about/")
        ]
        assert self.client.get("/about/").status_code == 200

    def test_a_name_that_is_nearly_right_is_offered(self):
        make_section(name="Kyrgyzstan", slug="kyrgyzstan")
        self.make("Live", authors=[make_author(name="Rustam Qalam", slug="qalam")])
        self.make("Calm on the lake")
        for typed, meant in (
            *(("Qalm", "Rustam Qalam"), ("rustan qalam", "Rustam Qalam"), ("Rustam Qualam", "Rustam Qalam")),
            *(("Kyrgistan", "Kyrgyzstan"), ("Kirgyzstan", "Kyrgyzstan")),
        ):
            assert [one.name for one in names.near(typed, timezone.now())] == [meant], typed
            self.assertContains(self.client.get("/search/", {"q": typed}), f">{meant}</a>")
        for typed in ("", "x", "qqq", "railway", "the", "y" * 9999, "kyrgistan railway"):
            assert names.near(typed, timezone.now()) == [], typed[:20]

    def test_a_word_that_was_found_is_not_doubted(self):
        make_section(name="Waters", slug="waters")
        self.make("A wafer", "Nothing else.")
        assert not self.client.get("/search/", {"q": "wafer"}).context.get("near")


class OneAuthorTests(SearchTestCase):
    def setUp(self):
        frame.forget_frame()

    def test_who_is_named_alone_is_followed_by_what_they_wrote(self):
        author = make_author(name="Rustam Qalam", slug="qalam")
        for number in range(8):
            self.make(f"Story {number}", authors=[author], live_from=MORNING - number * HOUR)
        page = self.client.get("/search/", {"q": "rustam qalam"})
        assert [one.headline for one in page.context["of_author"]] == [f"Story {number}" for number in range(6)]
        self.assertContains(page, '<a href="/authors/qalam/">All by Rustam Qalam</a>')
        self.assertNotContains(page, "No articles match")

    def test_where_articles_say_the_name_they_are_shown(self):
        self.make("Rustam Qalam wins", authors=[make_author(name="Rustam Qalam", slug="qalam")])
        page = self.client.get("/search/", {"q": "rustam qalam"})
        assert "of_author" not in page.context
        self.assertContains(page, "1 result for")


class MonthTests(SearchTestCase):
    def test_months_are_read_with_their_year(self):
        for typed in ("December 2025", "2025 December", "декабрь 2025", "декабрь 2025 года", "2025-12", "12/2025"):
            assert month_in(typed) == date(2025, 12, 1), typed
        for typed in (
            "",
            "December",
            "2025",
            "13 2025",
            "December 2025 railway",
            "8 December 2025",
            "0 2025",
            "x " * 999,
        ):
            assert month_in(typed) is None, typed

    def test_a_month_with_articles_is_led_to(self):
        frame.forget_frame()
        self.make("Words")
        for typed, found in (("December 2025", True), ("November 2025", False), ("January 2026", False)):
            page = self.client.get("/search/", {"q": typed})
            assert ("All of " in page.content.decode()) is found, typed
        assert self.client.get("/latest/2025/12/").status_code == 200


class CommonWordTests(SearchTestCase):
    def test_page_says_where_common_words_were_looked_for(self):
        frame.forget_frame()
        self.make("The Who", "It was the one.")
        self.make("Other", "The rest.")
        self.assertContains(self.client.get("/search/", {"q": "the who"}), "1 headline with “the who”")
        self.assertContains(self.client.get("/search/", {"q": "rest"}), "1 result for “rest”")
