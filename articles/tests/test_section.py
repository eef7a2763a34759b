from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase

from articles.models import Image, Section, SiteSettings
from articles.models.section import RESERVED_SLUGS
from articles.tests.factories import make_edition, make_image, make_section
from newsroom.urls import urlpatterns


class SectionTests(TestCase):
    def refused_by_the_database(self, **fields):
        with self.assertRaises(IntegrityError), transaction.atomic():
            make_section(**fields)

    def test_words_of_other_pages_are_reserved(self):
        for slug in ("feed", "latest", "admin"):
            self.refused_by_the_database(slug=slug)
        with self.assertRaisesMessage(ValidationError, "address of another page"):
            Section(name="Feed", slug="feed").full_clean()
        make_section(slug="latest", parent=make_section())

    def test_feeds_and_numbers_are_no_sections_within_one_either(self):
        parent = make_section()
        for slug, words in (
            ("feed", "address of another page"),
            ("atom", "another page"),
            ("2025", "at least one letter"),
        ):
            self.refused_by_the_database(slug=slug, parent=parent)
            with self.assertRaisesMessage(ValidationError, words):
                Section(name="x", slug=slug, parent=parent).full_clean()

    def test_every_first_word_of_another_page_is_reserved(self):
        words = {str(pattern.pattern).split("/")[0] for pattern in urlpatterns}
        words = {word for word in words if word and "." not in word}
        assert words <= set(RESERVED_SLUGS)

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
        with self.assertRaisesMessage(ValidationError, "Asia/Bishkek"):
            SiteSettings(time_zone="Asia/Nowhere").full_clean()
