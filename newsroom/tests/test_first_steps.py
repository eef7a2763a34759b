"""A paper that begins: its first steps, each truly done or not, and drafts of the pages that every paper needs."""

from datetime import timedelta
from unittest import mock

from django.core import mail
from django.core.exceptions import ValidationError
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from articles.desk import first_pages
from articles.desk.roles import ADMINISTRATOR, CHIEF_EDITOR, PERMISSIONS
from articles.models import FlatPage, SiteSettings
from articles.tests.factories import make_chief, make_edition, make_section, make_user
from newsroom.desk import first_steps
from newsroom.serving import frame

MAIL = override_settings(EMAIL_HOST="mail.example.org")


class StepsTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.admin = make_user(ADMINISTRATOR, email="admin@example.org")
        cls.address = reverse("admin:first_steps")

    def setUp(self):
        self.client.force_login(self.admin)

    def done(self):
        return {step.slug for step in first_steps.steps() if step.is_done}

    def is_on_the_desk(self):
        return 'id="first-steps"' in self.client.get(reverse("admin:index")).content.decode()


class StepsTests(StepsTestCase):
    def test_nothing_is_done_on_an_empty_paper_and_every_step_leads_somewhere(self):
        assert self.done() == set()
        assert self.is_on_the_desk()
        for step in first_steps.steps():
            assert self.client.get(step.url, follow=True).status_code == 200, step.slug

    @MAIL
    def test_each_step_is_done_by_what_it_asks_for_and_by_nothing_else(self):
        ways = {
            "name": lambda: SiteSettings.objects.create(name="The Caravan Post"),
            "look": lambda: SiteSettings.objects.update(light_accent="#0044cc"),
            "mail": lambda: self.client.post(self.address, {"try_mail": "1"}),
            "section": lambda: make_section(),
            "colleague": lambda: make_user(CHIEF_EDITOR),
            "pages": lambda: [FlatPage.objects.create(title=slug, slug=slug) for slug in ("about", "privacy")],
            "story": lambda: make_edition(),
        }
        assert set(ways) == {step.slug for step in first_steps.steps()}
        done = set()
        for slug, way in ways.items():
            way()
            done.add(slug)
            assert self.done() == done, slug
        assert not self.is_on_the_desk()

    def test_article_to_come_is_not_published_and_the_first_is_the_one_readers_had_first(self):
        make_edition(headline="To come", live_from=timezone.now() + timedelta(days=3))
        assert "story" not in self.done()
        make_edition(headline="Second", live_from=timezone.now() - timedelta(days=1))
        make_edition(headline="First", live_from=timezone.now() - timedelta(days=2))
        assert next(step.fact for step in first_steps.steps() if step.slug == "story") == "The first was “First”."

    def test_screen_says_what_is_left(self):
        page = self.client.get(self.address)
        self.assertContains(page, "4 steps are left that every paper needs.")
        self.assertContains(page, "No name yet; clocks of Bishkek, UTC+6")
        self.assertContains(page, "NEWSROOM_EMAIL_HOST")
        self.assertNotContains(page, "Send a test mail")

    def test_put_away_they_are_gone_from_the_desk_and_still_at_their_address(self):
        self.client.post(self.address, {"put_away": "1"})
        assert not self.is_on_the_desk()
        self.assertNotContains(self.client.get(self.address), "put_away")
        assert SiteSettings.objects.get().name == "The Paper"

    def test_they_are_for_administrators_alone(self):
        self.client.force_login(make_chief())
        assert not self.is_on_the_desk()
        for method in (self.client.get, self.client.post):
            assert method(self.address).status_code == 403

    def test_paper_that_was_there_before_has_none(self):
        SiteSettings.objects.create(name="The Old Paper", shows_first_steps=False)  # as the database fills it in
        assert not self.is_on_the_desk()

    def test_readers_of_an_empty_paper_see_nothing_of_it(self):
        self.client.logout()
        assert "first-steps" not in self.client.get("/").content.decode()


class MailTests(StepsTestCase):
    def step(self):
        return next(step for step in first_steps.steps() if step.slug == "mail")

    @MAIL
    def test_mail_that_is_taken_is_told_with_its_time(self):
        assert (self.step().is_done, self.step().is_needed) == (False, True)
        page = self.client.post(self.address, {"try_mail": "1"}, follow=True)
        self.assertContains(page, "The mail server mail.example.org took a mail to admin@example.org")
        assert mail.outbox[0].to == ["admin@example.org"]
        assert (timezone.now() - SiteSettings.objects.get().mail_worked_at).total_seconds() < 60

    @MAIL
    def test_mail_that_fails_is_told_with_the_servers_words_and_is_not_done(self):
        with mock.patch("newsroom.desk.first_steps.EmailMessage.send", side_effect=OSError("Connection <refused>")):
            page = self.client.post(self.address, {"try_mail": "1"}, follow=True)
        self.assertContains(page, "mail.example.org said: Connection &lt;refused&gt;")
        assert not self.step().is_done

    @MAIL
    def test_login_without_an_address_is_told_so(self):
        self.client.force_login(make_user(ADMINISTRATOR, email=""))
        page = self.client.post(self.address, {"try_mail": "1"}, follow=True)
        self.assertContains(page, "Your login has no mail address.")
        assert mail.outbox == []


class FirstPagesTests(StepsTestCase):
    def begin(self):
        return self.client.post(reverse("admin:articles_flatpage_begin"), follow=True)

    def test_of_two_at_once_the_second_makes_what_the_first_did_not(self):
        lacking = first_pages.lacking()
        first_pages.make_first_pages(["about"])
        assert [page.slug for page in first_pages.make_first_pages(lacking)] == [
            slug for slug in lacking if slug != "about"
        ]
        with mock.patch("articles.desk.first_pages.lacking", return_value=lacking):
            self.assertContains(self.begin(), "All of these pages are there already.")

    def test_drafts_are_made_once_and_readers_see_none_of_them(self):
        self.assertContains(self.client.get(reverse("admin:articles_flatpage_changelist")), "Make drafts of them")
        self.assertContains(self.begin(), "4 drafts were made.")
        self.assertContains(self.begin(), "All of these pages are there already.")
        assert FlatPage.objects.count() == 4
        self.client.logout()
        frame.forget_frame()
        for slug in first_pages.ORDER:
            assert self.client.get(f"/{slug}/").status_code == 404
            for path in ("/latest/", "/sitemap-sections.xml", "/search/?q=about"):
                assert f"/{slug}/" not in self.client.get(path).content.decode()

    def test_none_goes_to_readers_before_its_brackets_are_filled_in(self):
        self.begin()
        for page in FlatPage.objects.all():
            page.is_public = True
            with self.subTest(page.slug), self.assertRaisesMessage(ValidationError, "to be filled in"):
                page.full_clean()
            page.body = "<p>All of it is filled in, and a quotation leaves out […] words.</p>"
            page.full_clean()

    def test_brackets_are_found_in_title_and_description_too(self):
        for fields in ({"title": "[… name]"}, {"description": "[… what it is]"}):
            page = FlatPage(**{"title": "A", "slug": "a-page"} | fields)
            with self.subTest(fields), self.assertRaisesMessage(ValidationError, "to be filled in"):
                page.full_clean()
            page.is_public = False
            page.full_clean()

    def test_page_there_already_and_address_of_a_section_are_left_alone(self):
        make_section(name="Contact", slug="contact")
        about = FlatPage.objects.create(title="Who we are", slug="about", body="<p>We.</p>")
        self.begin()
        about.refresh_from_db()
        assert (about.title, about.body) == ("Who we are", "<p>We.</p>")
        assert set(FlatPage.objects.values_list("slug", flat=True)) == {"about", "privacy", "corrections-policy"}

    def test_only_who_may_add_pages_begins_them(self):
        for role in PERMISSIONS:
            self.client.force_login(make_user(role))
            may = "a" in PERMISSIONS[role].get("articles.flatpage", "")
            assert (self.begin().status_code == 200) is may, role
