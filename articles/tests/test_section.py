import re

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.urls import get_resolver
from taggit.models import Tag

from articles.models import Author, FlatPage, Image, Section, SiteSettings
from articles.tests.factories import make_author, make_chief, make_edition, make_image, make_section


def first_words(resolver, above=""):
    """The first part of every route, read off the patterns themselves, those that are included as well."""
    for pattern in resolver.url_patterns:
        shape = above + str(pattern.pattern).removeprefix("^").replace("\\", "")
        if hasattr(pattern, "url_patterns") and "/" not in shape:
            yield from first_words(pattern, shape)
        else:
            yield shape.partition("/")[0].removesuffix("$")


class SectionTests(TestCase):
    def refused_by_the_database(self, **fields):
        with self.assertRaises(IntegrityError), transaction.atomic():
            make_section(**fields)

    def refused(self, model, slug, words="address of another page", **fields):
        with self.subTest(slug), self.assertRaisesMessage(ValidationError, words):
            model(slug=slug, **fields).full_clean()

    def test_words_of_other_pages_are_reserved(self):
        for slug in ("feed", "latest", "admin", "about", "Search", "Feed"):
            self.refused(Section, slug, name="x")
        make_section(slug="latest", parent=make_section())

    def test_feeds_and_numbers_are_no_sections_within_one_either(self):
        parent = make_section()
        for slug in ("feed", "atom", "Atom"):
            self.refused(Section, slug, name="x", parent=parent)
        self.refused(Section, "2025", "at least one letter", name="x", parent=parent)
        self.refused_by_the_database(slug="2025", parent=parent)

    def test_every_first_word_of_every_route_is_reserved(self):
        words = {word for word in first_words(get_resolver()) if re.fullmatch(r"[-\w]+", word)}
        assert words >= {"admin", "api", "authors", "corrections", "feeds", "latest", "preview", "rates", "topics"}
        for word in words | {"healthz", "readyz", "static", "media"}:
            self.refused(Section, word, name="x")
            self.refused(FlatPage, word, title="x")

    def test_capitals_make_no_other_address(self):
        parent = make_section(slug="asia")
        make_section(slug="Rail", parent=parent)
        for slug, fields in (("Asia", {}), ("RAIL", {"parent": parent})):
            self.refused(Section, slug, "is violated", name="x", **fields)
            self.refused_by_the_database(slug=slug, **fields)
        make_author(slug="Aida-B")
        self.refused(Author, "aida-B", "already exists", name="x")
        FlatPage.objects.create(title="x", slug="Contact")
        self.refused(FlatPage, "contacT", "already exists", title="x")
        Tag.objects.create(name="Osh Fire", slug="Osh-Fire")
        assert {row.slug for model in (Section, Author, FlatPage, Tag) for row in model.objects.all()} == {
            *("asia", "rail", "aida-b", "contact", "osh-fire"),
        }
        with self.assertRaises(IntegrityError), transaction.atomic():
            Tag.objects.create(name="Fire in Osh", slug="OSH-fire")
        self.client.force_login(make_chief())
        response = self.client.post("/admin/taggit/tag/add/", {"name": "Osh on fire", "slug": "OSH-FIRE"})
        self.assertContains(response, "Another tag has this address")

    def test_slug_is_one_section_s_beside_its_parent(self):
        parent = make_section(slug="asia")
        make_section(slug="rail", parent=parent)
        self.refused_by_the_database(slug="asia")
        self.refused_by_the_database(slug="rail", parent=parent)
        make_section(slug="rail")

    def test_number_alone_is_no_slug(self):
        with self.assertRaises(ValidationError):
            Section(name="2025", slug="2025").full_clean()
        for slug in ("2025", "1-2", ""):
            self.refused_by_the_database(slug=slug)

    def test_tree_has_two_levels(self):
        child = make_section(parent=make_section())
        with self.assertRaisesMessage(ValidationError, "the tree has two"):
            Section(name="Deep", slug="deep", parent=child).full_clean()
        child.parent.parent = make_section()
        with self.assertRaisesMessage(ValidationError, "stays at the first level"):
            child.parent.full_clean()

    def test_section_with_published_articles_stays_where_it_is(self):
        section = make_section()
        section.parent = make_section()
        section.full_clean()
        section.parent = None
        make_edition(section=section)
        section.parent = make_section()
        with self.assertRaisesMessage(ValidationError, "Articles were published here"):
            section.full_clean()


class RowTests(TestCase):
    """What must always be true is refused by the database itself."""

    def test_picture_without_words_must_be_decorative(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            make_image(alt="")
        assert make_image(alt="", decorative=True).alternative == ""

    def test_focal_point_lies_in_the_picture(self):
        image = make_image()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Image.objects.filter(pk=image.pk).update(focal_x=101)

    def test_settings_are_one_row(self):
        SiteSettings.objects.create()
        with self.assertRaises(IntegrityError), transaction.atomic():
            SiteSettings.objects.create(id=2)

    def test_time_zone_must_exist(self):
        with self.assertRaisesMessage(ValidationError, "out of the list"):
            SiteSettings(time_zone="Asia/Nowhere").full_clean()
