"""Names are looked up by the database, by a key that goes with every name and is missed by none."""

from importlib import import_module
from unittest import mock

from django.apps import apps
from django.core import serializers
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as AnythingTestCase

from articles import folding
from articles.desk.workflow import guests
from articles.desk_search import authors
from articles.folding import key
from articles.models import Author
from articles.search.row import words
from articles.tests.factories import make_author

NAME = st.text(" aß’oё'ЁйÜ-.\u0301", min_size=1, max_size=12).map(str.strip).filter(key)


def stored(author):
    return Author.objects.values_list("name_key", flat=True).get(pk=author.pk)


class KeyTests(TestCase):
    def test_key_goes_with_the_name_on_every_way_into_the_database(self):
        author = make_author(name="Ёлкина")
        assert stored(author) == "елкина"
        author.name = "Ыбыраев"
        author.save(update_fields=["name"])
        assert stored(author) == "ыбыраев"
        for fields in (["name"], ["slug"]):
            with self.subTest(loaded=fields):
                part = Author.objects.only(*fields).get(pk=author.pk)
                part.name = f"Loaded by {fields[0].upper()}"
                part.save()
                assert stored(author) == f"loaded by {fields[0]}"
        Author.objects.filter(pk=author.pk).update(name="STRAUSS")
        assert stored(author) == "strauss"
        author.name = "O‘G‘UZ"
        Author.objects.bulk_update([author], ["name"])
        assert stored(author) == "o'g'uz"
        assert stored(Author.objects.bulk_create([Author(name="Bulk Ü", slug="bulk")])[0]) == "bulk u"

    def test_key_of_a_fixture_is_made_of_its_name(self):
        author = make_author(name="Yolkina")
        data = serializers.serialize("json", [author]).replace("Yolkina", "ULKER")
        for row in serializers.deserialize("json", data):
            row.save()
        assert stored(author) == "ulker"

    def test_migration_gives_a_key_to_all_that_have_none(self):
        made = [make_author(name=f"Ёлкина {number}") for number in range(5)]
        Author.objects.update(name_key="")
        migration = import_module("articles.migrations.0053_keys_of_authors")
        with mock.patch.object(migration, "AT_ONCE", 2):
            migration.fill(apps, connection.schema_editor())
        assert [stored(author) for author in made] == [f"елкина {number}" for number in range(5)]


class FindingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.many = [make_author(name=f"Writer {number}", slug=f"w-{number}") for number in range(30)]
        cls.author = make_author(name="Nurbek O‘g‘uz-Strauß", slug="nurbek")

    def test_no_name_is_folded_that_the_database_can_compare(self):
        with mock.patch.object(folding, "fold", side_effect=folding.fold) as fold:
            assert guests.same_name("NURBEK O'G'UZ-STRAUSS") == [self.author]
        assert fold.call_count < 5
        for find in (authors.authors_named, lambda text: authors.authors_with_any([text])):
            with CaptureQueriesContext(connection) as queries:
                assert find("oguz") == [(self.author.pk, self.author.name)]
            assert len(queries) == 1
            assert "name_key" in queries[0]["sql"].partition("WHERE")[2]

    def test_name_that_older_code_stored_without_a_key_is_found(self):
        Author.objects.filter(pk=self.author.pk).update(name_key="")
        assert guests.same_name("nurbek o'g'uz-strauss") == [self.author]
        for text in ("nurbek", "OGUZ strauss", "o‘g‘uz"):
            with self.subTest(text):
                assert authors.authors_holding(text) == [self.author.pk]
        assert authors.authors_with_any(["strau"]) == [(self.author.pk, self.author.name)]
        assert authors.authors_with_any(["nobody"]) == []

    def test_without_words_nothing_is_asked(self):
        with self.assertNumQueries(0):
            assert authors.authors_named("— ’") == authors.authors_with_any([]) == authors.authors_with_any(["'"]) == []
            assert guests.same_name("\u200b") == []


class AnyNameTests(AnythingTestCase):
    @given(st.lists(NAME, min_size=1, max_size=4), NAME)
    def test_what_is_found_is_what_folding_each_name_finds(self, names, typed):
        made = [make_author(name=name, slug=f"zz-{number}") for number, name in enumerate(names)]
        assert set(guests.same_name(typed)) == {one for one in made if key(one.name) == key(typed)}
        asked = words(key(typed))
        wanted = [one.pk for one in made if all(word in key(one.name).replace("'", "") for word in asked)]
        assert sorted(authors.authors_holding(typed)) == (wanted if asked else [])
