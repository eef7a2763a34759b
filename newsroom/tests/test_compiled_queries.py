"""Compiled queries give the rows that Django's own queries give, however they are made."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import TestCase

from articles.models import Author, Edition, Image, Placement, Section
from articles.models.author import AUTHORS
from articles.models.edition import UNSEEN_OF_EDITION
from articles.models.edition_lists import CompiledEditionQuery
from articles.models.section import SECTIONS
from articles.public import countries, curation, rendering
from articles.tests.factories import MORNING, make_author, make_edition, make_image, make_section
from ground.compiled_queries import CompiledQuery, fetch


class CompiledQueryTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.theme = make_section(name="Business", slug="business")
        cls.markets = make_section(name="Markets", slug="markets", parent=cls.theme)
        cls.author, cls.image = make_author(name="Aigul", picture=make_image()), make_image(crops={"wide": [30, 40]})
        about = {"authors": [cls.author], "tags": ["Rail"]}
        cls.editions = [
            make_edition(
                live_from=MORNING - timedelta(hours=hours),
                section=cls.markets if hours % 2 else cls.theme,
                lead_image=cls.image if hours % 3 else None,
                **about,
            )
            for hours in range(6)
        ]
        cls.at = MORNING + timedelta(hours=1)

    def assert_same(self, rows, expected):
        assert [row.pk for row in rows] == [row.pk for row in expected]
        assert rows
        for row, other in zip(rows, expected, strict=True):
            for field in row._meta.concrete_fields:
                if field.attname not in row.get_deferred_fields():
                    value, wanted = getattr(row, field.attname), getattr(other, field.attname)
                    assert (type(value), value) == (type(wanted), wanted), field.attname
            assert not row._state.adding
            assert row._state.db == "default"

    def test_rows_have_what_djangos_have(self):
        found = curation.newest(None, self.at)[0:20]
        self.assert_same(found, Edition.objects.live(self.at).newest())
        assert found[0].get_deferred_fields() == {
            Edition._meta.get_field(name).attname for name in ("body", *UNSEEN_OF_EDITION)
        }
        keys = [self.image.pk]
        self.assert_same(rendering.IMAGES.of(keys), Image.objects.filter(pk__in=keys))
        self.assert_same(SECTIONS.of([self.markets.pk]), Section.objects.filter(pk=self.markets.pk))
        self.assert_same(AUTHORS.of([self.author.pk]), Author.objects.filter(pk=self.author.pk))

    def test_relations_take_no_further_query(self):
        found = curation.newest(None, self.at)[0:20]
        with self.assertNumQueries(0):
            sections = [str(edition.section.parent or edition.section) for edition in found]
            images = [edition.lead_image and edition.lead_image.key for edition in found]
        assert sections == ["Business"] * 6
        assert images == [None, self.image.key, self.image.key] * 2
        placement = Placement.objects.create(slot=1, article=self.editions[0].article, starts_at=self.at)
        (placed,) = curation.FRONT_PLACEMENTS.rows(at=self.at)
        assert (placed, placed.image) == (placement, None)

    def test_each_part_of_a_list_goes_on_where_the_one_before_ended(self):
        for listed in (curation.newest(None, self.at), curation.newest(self.theme, self.at)):
            whole = [edition.pk for edition in listed[0:20]]
            assert [edition.pk for start in range(0, 6, 2) for edition in listed[start : start + 2]] == whole
            assert len(whole) == 6

    def test_a_list_without_some_articles_is_not_shorter(self):
        without = [self.editions[0].article_id, self.editions[3].article_id]
        for section in (None, self.theme):
            found = curation.newest(section, self.at, without)[0:3]
            assert [edition.pk for edition in found] == [self.editions[place].pk for place in (1, 2, 4)]

    def test_what_is_not_live_is_not_listed(self):
        assert not curation.newest(self.theme, MORNING - timedelta(days=1))[0:20]
        assert len(curation.of_author(self.author.pk, MORNING - timedelta(hours=3))[0:20]) == 3

    def test_one_statement_serves_any_number_of_keys(self):
        rows = countries.BY_KEY
        rows._statements.clear()
        for number in (1, 2, 3, 6):
            keys = [edition.pk for edition in self.editions[:number]]
            assert {edition.pk for edition in rows.of(keys)} == set(keys)
        assert len(rows._statements) == 1
        with self.assertNumQueries(0):
            assert rows.of([]) == []

    def test_a_value_that_stands_nowhere_is_refused(self):
        careless = CompiledEditionQuery(lambda at, path: Edition.objects.live(at))
        with pytest.raises(ValueError, match="path"):
            careless.rows(at=self.at, path="/")
        in_place = CompiledQuery(Section, lambda slug: Section.objects.filter(slug=slug))
        assert in_place.row(slug="nothing' OR 1=1 --") is None
        assert in_place.row(slug="markets") == self.markets

    def test_errors_are_djangos(self):
        from django.db import DatabaseError, transaction

        if connection.vendor == "postgresql":
            with pytest.raises(DatabaseError), transaction.atomic():
                fetch("default", "SELECT 1 / %s", [0])
