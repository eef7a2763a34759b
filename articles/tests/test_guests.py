"""Guest bylines: a name in one step from the story's screen, with no page until an editor gives it one."""

import json
import re

from django.db import IntegrityError, transaction
from django.test import TestCase
from django.urls import reverse

from articles import search
from articles.desk import roles, workflow
from articles.desk.readiness.links import _existing_targets
from articles.desk.workflow import WorkflowError, guests
from articles.models import Article, Author, Autosave
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase, change_address, typed
from articles.tests.test_tag_keys import ALIKE, APART
from newsroom.management.commands.warm_pages import addresses_to_warm
from newsroom.tests.forms import loaded


class AddingGuestTests(DeskTestCase):
    def setUp(self):
        roles.make_groups()
        self.reporter = self.log_in(make_user(roles.REPORTER))
        self.article = make_article(created_by=self.reporter, authors=[make_author(name="Staff Writer")])

    def names(self):
        return [byline.author.name for byline in self.article.bylines.select_related("author")]

    def test_reporter_adds_a_guest_behind_the_others_by_saving(self):
        self.send(self.article, guest_byline="  Dr  Asel\x07 Umarova ", _continue="1")
        assert self.names() == ["Staff Writer", "Dr Asel Umarova"]
        guest = Author.objects.get(name="Dr Asel Umarova")
        assert (guest.is_guest, guest.user, guest.slug) == (True, None, "dr-asel-umarova")
        kept = self.article.revisions.order_by("version").last().snapshot
        assert kept["bylines"][-1] == guest.pk
        self.assertNotContains(self.page(self.article), 'value="Dr Asel Umarova"')

    def test_new_article_takes_a_guest_at_once(self):
        self.send(headline="From the start", guest_byline="Guest One", _continue="1")
        assert Article.objects.get(headline="From the start").bylines.get().author.is_guest

    def test_author_of_that_name_is_offered_instead_and_nothing_typed_is_lost(self):
        known = make_author(name="Асель Умарова")
        response = self.send(self.article, guest_byline="АСЕЛЬ умарова", headline="Typed")
        self.assertContains(response, "Choose below who it is")
        self.assertContains(response, f'name="guest_is" value="{known.pk}"')
        self.assertContains(response, "АСЕЛЬ умарова")
        self.assertContains(response, "Typed")
        assert Author.objects.count() == 2
        self.send(self.article, guest_byline="АСЕЛЬ умарова", guest_is=known.pk, _continue="1")
        assert self.names() == ["Staff Writer", "Асель Умарова"]
        assert Author.objects.count() == 2

    def test_guest_who_is_there_is_offered_and_a_namesake_may_be_another(self):
        self.send(self.article, guest_byline="Guest One", _continue="1")
        other = make_article(created_by=self.reporter)
        self.assertContains(self.send(other, guest_byline="guest one"), "a guest who is there already")
        self.send(other, guest_byline="Guest One", guest_is="new", _continue="1")
        assert Author.objects.filter(name="Guest One").count() == 2
        assert set(Author.objects.filter(name="Guest One").values_list("slug", flat=True)) == {
            "guest-one",
            "guest-one-2",
        }

    def test_choice_for_another_name_is_not_taken(self):
        other = make_author(name="Quite Another")
        make_author(name="Guest One")
        response = self.send(self.article, guest_byline="Guest One", guest_is=other.pk)
        self.assertContains(response, "Choose below who it is")
        assert self.names() == ["Staff Writer"]

    def test_author_who_has_a_byline_here_gets_no_second(self):
        staff = Author.objects.get(name="Staff Writer")
        self.send(self.article, guest_byline="Staff Writer", guest_is=staff.pk, _continue="1")
        assert self.names() == ["Staff Writer"]

    def test_name_in_letters_that_look_alike_is_the_author_who_is_there(self):
        for one, other in ALIKE:
            assert make_author(name=one) in guests.same_name(other), (one, other)
        assert make_author(name="Ива\u0301нова") in guests.same_name("Иванова")
        for one, other in APART:
            assert make_author(name=one) not in guests.same_name(other)
        assert guests.same_name("\u200b") == []

    def test_name_without_a_letter_is_refused_in_words(self):
        self.assertContains(self.send(self.article, guest_byline="— 7 —"), "it has no letter")
        self.assertContains(self.send(self.article, guest_byline="x" * 121), "at most 120 characters")

    def test_who_may_not_edit_adds_no_guest(self):
        other = make_article()
        assert self.client.post(change_address(other), typed(other, guest_byline="Guest")).status_code == 403
        self.assertNotContains(self.page(other), "guest_byline")
        with self.assertRaises(WorkflowError):
            workflow.add_guest(other, workflow.guests.Guest("Guest"), by=self.reporter)
        assert not Author.objects.filter(is_guest=True).exists()

    def test_preview_and_checks_know_the_name_that_is_typed_and_keep_nothing(self):
        data = typed(self.article, guest_byline="Only Typed")
        shown = self.client.post(reverse("admin:articles_article_live_preview", args=[self.article.pk]), data)
        self.assertContains(shown, "Only Typed")
        assert not Author.objects.filter(name="Only Typed").exists()

    def test_typed_name_is_kept_like_all_that_is_typed(self):
        data = typed(self.article, guest_byline="Half a na", window="w" * 36)
        self.client.post(reverse("admin:articles_article_autosave", args=[self.article.pk]), data)
        assert "Half a na" in json.dumps(Autosave.objects.get().fields)

    def test_guests_are_found_by_the_byline_picker_and_named_as_such(self):
        self.send(self.article, guest_byline="Guest One", _continue="1")
        query = {"app_label": "articles", "model_name": "articlebyline", "field_name": "author", "term": "guest"}
        found = self.client.get(reverse("admin:autocomplete"), query).json()["results"]
        assert [row["text"] for row in found] == ["Guest One (guest)"]


class ReadersOfGuestsTests(TestCase):
    def setUp(self):
        self.guest = make_author(
            name="Asel Guestova", slug="asel", is_guest=True, role="Historian", biography="Writes."
        )
        self.edition = make_edition(headline="By a guest", section=make_section(), authors=[self.guest])

    def text(self, path):
        return b"".join(self.client.get(path)).decode()

    def test_guest_has_no_page_and_no_feed(self):
        for path in ("", "feed/", "atom/", "feed.json"):
            assert self.client.get(f"/authors/asel/{path}").status_code == 404, path

    def test_name_stands_above_the_article_without_a_link(self):
        page = self.text(self.edition.path)
        assert "Asel Guestova" in page
        assert "/authors/asel" not in page

    def test_no_page_feed_or_map_of_the_paper_leads_to_a_guest(self):
        paths = ["/", "/latest/", self.edition.section.get_absolute_url(), "/feeds/", "/search/?q=asel+guestova"]
        paths += ["/feed/", "/atom/", "/feed.json", "/sitemap.xml", "/news-sitemap.xml"]
        for path in [*paths, *re.findall(r"<loc>https?://[^/]+([^<]+)</loc>", self.text("/sitemap.xml"))]:
            assert "/authors/asel" not in self.text(path), path
        assert "/authors/asel/" not in list(addresses_to_warm(10))

    def test_feeds_and_linked_data_say_the_name(self):
        for path in ("/feed/", "/atom/", "/feed.json"):
            assert "Asel Guestova" in self.text(path), path
        data = re.search(r"<script[^>]*ld\+json[^>]*>(.+?)</script>", self.text(self.edition.path), re.DOTALL)[1]
        article = json.loads(data)["@graph"][0]
        assert article["author"] == [{"@type": "Person", "name": "Asel Guestova"}]

    def test_search_finds_their_articles_and_suggests_no_page(self):
        search.add(self.edition)
        page = self.text("/search/?q=guest")
        assert "By a guest" in page
        assert "/authors/" not in page

    def test_link_to_a_guests_page_is_named_by_the_checks(self):
        from articles.desk.readiness.links import LinkTarget

        assert _existing_targets({LinkTarget("author", ("asel",))}) == {}

    def test_former_address_of_who_became_a_guest_leads_nowhere(self):
        author = make_author(name="Once", slug="once")
        Author.objects.filter(pk=author.pk).update(slug="now")
        assert self.client.get("/authors/once/feed/").status_code == 301
        Author.objects.filter(pk=author.pk).update(is_guest=True)
        for path in ("/authors/once/", "/authors/once/feed/"):
            assert self.client.get(path).status_code == 404


class GivingAPageTests(DeskTestCase):
    def setUp(self):
        roles.make_groups()
        self.guest = make_author(name="Asel Guestova", slug="asel", is_guest=True)
        self.edition = make_edition(section=make_section(), authors=[self.guest])
        self.address = reverse("admin:articles_author_change", args=[self.guest.pk])

    def give(self, **more):
        data = {"name": "Asel Guestova", "slug": "asel"} | more
        return self.client.post(self.address, data | loaded(self.client, self.address))

    def test_editor_of_the_section_makes_a_guest_an_author_with_a_page(self):
        editor = self.log_in(make_user(roles.SECTION_EDITOR))
        self.edition.section.editors.add(editor)
        self.give()
        self.assertContains(self.client.get("/authors/asel/"), "Asel Guestova")
        self.assertContains(self.client.get(self.edition.path), "/authors/asel/")

    def test_editor_of_another_section_and_reporter_do_not(self):
        for role in (roles.SECTION_EDITOR, roles.REPORTER):
            self.log_in(make_user(role))
            assert self.give().status_code == 403
        assert self.client.get("/authors/asel/").status_code == 404

    def test_guest_with_a_login_is_refused_in_words(self):
        self.log_in(make_chief())
        response = self.give(is_guest="on", user=make_user().pk)
        self.assertContains(response, "A guest has no login")
        with self.assertRaises(IntegrityError), transaction.atomic():
            Author.objects.filter(pk=self.guest.pk).update(user=make_user())
