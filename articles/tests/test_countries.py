from datetime import timedelta
from importlib import import_module

from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.utils import timezone

from articles.models import Section
from articles.public import curation
from articles.public.countries import Countries
from articles.tests.factories import make_edition, make_section

HOUR = timedelta(hours=1)


def shown(editions):
    return [edition.headline for edition in editions]


class CountriesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.now = timezone.now()
        cls.theme = make_section(name="Business", order=1)
        cls.one = make_section(name="Kazakhstan", kind="country", order=10)
        cls.other = make_section(name="Kyrgyzstan", kind="country", order=11)

    def make(self, headline, hours, further=(), **fields):
        asked = {"section": self.theme, "live_from": self.now - HOUR * hours} | fields
        return make_edition(headline=headline, further=further, **asked)

    def front(self, at=None):
        chosen = Countries.among(Section.objects.with_parent(), has_row=True)
        return curation.front_page_at(at or self.now, chosen)

    def row(self, at=None):
        return {country.name: edition and edition.headline for country, edition in self.front(at).countries}

    def test_row_has_the_newest_of_each_country_once(self):
        self.make("Older", 3, [self.other])
        self.make("Of both", 2, [self.one, self.other])
        self.make("Of one", 1, [self.one], off_front=True)
        assert self.row() == {"Kazakhstan": "Of both", "Kyrgyzstan": "Older"}

    def test_country_that_has_nothing_else_names_what_another_names_too(self):
        self.make("Of both", 2, [self.one, self.other])
        assert self.row() == {"Kazakhstan": "Of both", "Kyrgyzstan": "Of both"}

    def test_row_has_what_is_live_and_a_country_without_articles_stands_there_as_well(self):
        self.make("Ended", 2, [self.one], live_until=self.now - HOUR)
        self.make("To come", -1, [self.one])
        assert self.row() == {"Kazakhstan": None, "Kyrgyzstan": None}
        assert self.row(self.now + HOUR)["Kazakhstan"] == "To come"

    def test_words_of_a_place_on_the_front_are_not_those_of_the_row(self):
        edition = self.make("Its own", 2, [self.one])
        edition.article.placements.create(slot=1, headline="Of its place", starts_at=self.now - HOUR)
        front = self.front()
        assert front.lead.headline_here == "Of its place"
        assert front.countries[0][1].headline_here == "Its own"

    def test_desk_chooses_who_stands_in_the_row(self):
        make_section(name="Within", kind="country", parent=self.one)
        Section.objects.filter(pk=self.one.pk).update(in_row=False)
        assert list(self.row()) == ["Kyrgyzstan"]
        Section.objects.filter(pk=self.other.pk).update(in_menu=False)
        assert self.row() == {}
        sections = Section.objects.with_parent()
        assert Countries.among(sections, has_row=False).row == ()

    def test_country_has_a_shelf_where_the_desk_chose_one(self):
        for hours in range(4):
            self.make(f"Large {hours}", hours, [self.one])
        for hours in range(4, 20):
            self.make(f"Line {hours}", hours)
        self.make("Of the country itself", 30, section=self.one)
        assert [shelf.section for shelf in self.front().shelves] == [self.theme]
        Section.objects.filter(pk=self.one.pk).update(has_shelf=True)
        of_theme, of_country = self.front().shelves
        assert (of_country.section, shown(of_country.editions)) == (self.one, ["Of the country itself"])
        assert shown(of_theme.editions) == [f"Line {hours}" for hours in range(4, 8)]

    def test_no_article_is_on_two_shelves_and_a_themes_newest_is_on_its_own(self):
        Section.objects.filter(pk=self.one.pk).update(has_shelf=True)
        for hours in range(20):
            self.make(f"No {hours}", hours, [self.one])
        of_theme, of_country = self.front().shelves
        assert shown(of_theme.editions) == ["No 4", "No 9", "No 10", "No 11"]
        assert shown(of_country.editions) == ["No 5", "No 6", "No 7", "No 8"]

    def test_article_that_is_older_than_the_pool_is_found(self):
        self.make("Old", 900, [self.one])
        for hours in range(curation.POOL):
            self.make(f"No {hours}", hours)
        Section.objects.filter(pk=self.one.pk).update(has_shelf=True)
        front = self.front()
        assert front.countries[0][1].headline == "Old"
        assert shown(front.shelves[-1].editions) == ["Old"]


class SectionTests(TestCase):
    def test_only_a_country_of_the_first_level_has_a_place(self):
        country = make_section(kind="country", currency="kgs", time_zone="Asia/Bishkek", has_shelf=True)
        country.full_clean()
        assert country.currency == "KGS"
        theme = {"kind": "theme", "name": "x", "slug": "x"}
        for field, value in (("currency", "KGS"), ("time_zone", "Asia/Bishkek"), ("has_shelf", True)):
            for where in (theme, theme | {"kind": "country", "parent": country}):
                with self.subTest(field, **where), self.assertRaises(ValidationError) as caught:
                    Section(**where, **{field: value}).full_clean()
                assert list(caught.exception.message_dict) == [field]

    def test_zone_and_currency_must_be_such(self):
        for field, value in (("currency", "SO"), ("currency", "S0M"), ("time_zone", "Bishkek")):
            section = Section(kind="country", name="x", slug="x", **{field: value})
            with self.subTest(value), self.assertRaises(ValidationError):
                section.full_clean()

    def test_migration_fills_in_what_is_known_and_nothing_that_the_desk_wrote(self):
        known = make_section(slug="kyrgyzstan", kind="country")
        chosen = make_section(slug="kazakhstan", kind="country", time_zone="Asia/Aqtau")
        theme = make_section(slug="mongolia")
        make_edition(section=known)
        import_module("articles.migrations.0029_what_is_known_of_countries").fill(apps, None)
        for section in (known, chosen, theme):
            section.refresh_from_db()
        assert (known.time_zone, known.currency, known.has_shelf) == ("Asia/Bishkek", "KGS", True)
        assert (chosen.time_zone, chosen.currency, chosen.has_shelf) == ("Asia/Aqtau", "", False)
        assert theme.time_zone == ""
