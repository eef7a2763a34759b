"""Menus that somebody arranged: each kind of link, what becomes of it when its target goes, and the form."""

import re
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles.desk import workflow
from articles.desk.roles import REPORTER
from articles.models import FlatPage, MenuLink, Merge, SiteSettings
from articles.tests.factories import make_chief, make_edition, make_section, make_user
from newsroom.serving import frame
from newsroom.tests.forms import loaded

Kind, Place = MenuLink.Kind, MenuLink.Place


def nav(page, label):
    """The links of the part of a page that is called ``label``, as (address, text)."""
    inside = re.search(rf'<nav[^>]* aria-label="{label}">(.*?)</nav>', page, re.DOTALL)
    return re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', inside[1]) if inside else None


class MenuTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.objects.create(name="The Caravan Post")
        cls.business = make_section(name="Business", slug="business", order=1)
        cls.politics = make_section(name="Politics", slug="politics", order=2)
        cls.country = make_section(name="Kyrgyzstan", slug="kyrgyzstan", kind="country")
        cls.page = FlatPage.objects.create(title="About us", slug="about", body="<p>We.</p>")
        cls.edition = make_edition(section=cls.business, tags=["Silk Road"])
        cls.tag = Tag.objects.get()
        cls.chief = make_chief()

    def link(self, kind, place=Place.MENU, **fields):
        return MenuLink.objects.create(place=place, kind=kind, **fields)

    def menu(self, label="Menu", path="/latest/"):
        frame.forget_frame()
        return nav(self.client.get(path).content.decode(), label)


class PagesTests(MenuTestCase):
    def test_without_a_link_menus_are_as_ever(self):
        assert self.menu("Menu") is None
        assert self.menu("Sections") == [("/latest/", "Latest"), ("/business/", "Business"), ("/politics/", "Politics")]
        assert self.menu("Countries") == [("/kyrgyzstan/", "Kyrgyzstan")]
        assert ("/about/", "About us") in self.menu("More from the paper")

    def test_each_kind_leads_where_it_should_in_the_order_given(self):
        self.link(Kind.LINK, order=5, address="https://example.org/?a=1&b=2", label="Shop <&>")
        self.link(Kind.TAG, order=4, row=self.tag.pk)
        self.link(Kind.PAGE, order=3, row=self.page.pk, label="Who we are")
        self.link(Kind.SECTION, order=2, row=self.politics.pk)
        self.link(Kind.OWN, order=1, address="/rates/")
        assert self.menu() == [
            ("/rates/", "Exchange rates"),
            ("/politics/", "Politics"),
            ("/about/", "Who we are"),
            ("/topics/silk-road/", "Silk Road"),
            ("https://example.org/?a=1&amp;b=2", "Shop &lt;&amp;&gt;"),
        ]
        for address, _name in self.menu()[:4]:
            assert self.client.get(address).status_code == 200, address

    def test_each_place_is_arranged_by_itself(self):
        self.link(Kind.SECTION, Place.SECOND, row=self.politics.pk)
        assert self.menu("Second menu") == [("/politics/", "Politics")]
        assert ("/business/", "Business") in self.menu("Sections")
        self.link(Kind.OWN, Place.FOOTER, address="/feeds/")
        assert self.menu("More from the paper") == [("/feeds/", "Feeds")]

    def test_page_that_is_open_is_marked(self):
        self.link(Kind.TAG, row=self.tag.pk)
        frame.forget_frame()
        page = self.client.get("/topics/silk-road/").content.decode()
        assert '<a href="/topics/silk-road/" aria-current="page">Silk Road</a>' in page

    def test_it_takes_no_query_once_the_frame_is_ready_and_few_to_make_it(self):
        for number in range(20):
            self.link(Kind.TAG, order=number, row=self.tag.pk)
            self.link(Kind.SECTION, order=number, row=self.politics.pk)
        frame.forget_frame()
        with self.assertNumQueries(8):  # six as without links, the links, their tags
            self.client.get("/robots.txt")
        with self.assertNumQueries(0):
            self.client.get("/robots.txt")


class GoneTests(MenuTestCase):
    def setUp(self):
        self.link(Kind.OWN, address="/latest/")

    def test_section_page_and_tag_that_are_no_more_are_left_out(self):
        shelf = make_section(name="Old", slug="old")
        draft = FlatPage.objects.create(title="Draft", slug="draft", is_public=False)
        self.link(Kind.SECTION, order=1, row=shelf.pk)
        self.link(Kind.PAGE, order=2, row=self.page.pk)
        self.link(Kind.PAGE, order=3, row=draft.pk)
        self.link(Kind.TAG, order=4, row=self.tag.pk + 1000)
        self.link(Kind.OWN, order=5, address="/no-more/")
        assert [address for address, _name in self.menu()] == ["/latest/", "/old/", "/about/"]
        shelf.delete()
        FlatPage.objects.filter(pk=self.page.pk).update(is_public=False)
        assert [address for address, _name in self.menu()] == ["/latest/"]
        FlatPage.objects.filter(pk=self.page.pk).update(is_public=True)
        assert [address for address, _name in self.menu()] == ["/latest/", "/about/"]

    def test_tag_is_shown_while_readers_find_something_under_it(self):
        self.link(Kind.TAG, order=1, row=self.tag.pk)
        assert len(self.menu()) == 2
        workflow.withdraw(self.edition.article, by=self.chief, reason="x")
        assert self.client.get("/topics/silk-road/").status_code == 404
        assert len(self.menu()) == 1

    def test_tag_of_what_is_only_scheduled_is_not_shown(self):
        make_edition(section=self.business, tags=["Soon"], live_from=timezone.now() + timedelta(days=1))
        self.link(Kind.TAG, order=1, row=Tag.objects.get(name="Soon").pk)
        assert len(self.menu()) == 1

    def test_what_was_merged_is_what_it_is_now(self):
        make_edition(section=self.business, tags=["Silkroad"])
        twin = Tag.objects.get(name="Silkroad")
        self.link(Kind.TAG, order=1, row=twin.pk)
        self.link(Kind.SECTION, order=2, row=self.politics.pk, label="Power")
        for kind, gone, stays in (
            (Merge.Kind.TAG, twin, self.tag),
            (Merge.Kind.SECTION, self.politics, self.business),
        ):
            Merge.objects.create(
                kind=kind, gone=gone.pk, stays=stays.pk, gone_name=str(gone), stays_name=str(stays),
                stage=Merge.Stage.DONE, by=self.chief,
            )  # fmt: skip
        twin.edition_rows.all().delete()
        twin.article_rows.all().delete()
        twin.delete()
        self.politics.delete()
        assert self.menu()[1:] == [("/topics/silk-road/", "Silk Road"), ("/business/", "Power")]

    def test_menu_of_which_nothing_is_left_is_as_ever(self):
        MenuLink.objects.all().delete()
        self.link(Kind.SECTION, row=999_999)
        assert len(self.menu("Sections")) == 3

    def test_link_that_leads_nowhere_is_not_stored(self):
        for fields in (
            {"kind": Kind.SECTION},
            {"kind": Kind.LINK},
            {"kind": Kind.TAG, "row": 1, "address": "/x/"},
            {"kind": Kind.OWN, "row": 1, "address": "/latest/"},
        ):
            with self.subTest(fields), transaction.atomic(), self.assertRaises(IntegrityError):
                MenuLink.objects.create(place=Place.MENU, **fields)


class FormTests(MenuTestCase):
    def setUp(self):
        self.client.force_login(self.chief)
        self.address = reverse("admin:articles_papermenus_change", args=[1])

    def form(self, **fields):
        """The form as a browser sends it, with ``fields`` typed over."""
        sent = loaded(self.client, self.address)
        for formset in self.client.get(self.address).context["inline_admin_formsets"]:
            for one in [formset.formset.management_form, *formset.formset.forms]:
                for field in one:
                    if field.name != "DELETE":
                        sent[field.html_name] = "" if field.value() is None else field.value()
        return sent | fields

    def send(self, **fields):
        return self.client.post(self.address, self.form(**fields))

    def test_tag_site_section_and_page_are_chosen_or_typed(self):
        for name, typed in (
            (f"section:{self.politics.pk}", ""),
            (f"page:{self.page.pk}", ""),
            ("own:/rates/", ""),
            ("tag", "SILK road"),
            ("link", "https://example.org/"),
        ):
            number = MenuLink.objects.count()
            row = {f"menu-{number}-leads_to": name, f"menu-{number}-typed": typed}
            assert self.send(**row).status_code == 302, name
        assert [address for address, _name in self.menu()] == [
            "/politics/",
            "/about/",
            "/rates/",
            "/topics/silk-road/",
            "https://example.org/",
        ]
        assert list(MenuLink.objects.values_list("order", flat=True)) == [1, 2, 3, 4, 5]

    def test_numbers_make_the_order_without_a_script(self):
        self.send(_begin="menu")
        assert [name for _address, name in self.menu()] == ["Latest", "Business", "Politics"]
        self.send(**{"menu-0-order": 9, "menu-1-label": "Money"})
        assert [name for _address, name in self.menu()] == ["Money", "Politics", "Latest"]

    def test_each_place_begins_with_what_readers_see_there(self):
        for place, label, usual in (
            (Place.MENU, "Menu", "Sections"),
            (Place.SECOND, "Second menu", "Countries"),
            (Place.FOOTER, "More from the paper", "More from the paper"),
        ):
            before = self.menu(usual)
            assert self.send(_begin=place).headers["Location"] == self.address
            assert MenuLink.objects.filter(place=place).exists()
            assert self.menu(label) == before

    def test_what_is_typed_wrong_is_refused_in_words_and_stays(self):
        for leads_to, typed, words in (
            ("tag", "Nothing", "There is no tag “Nothing”."),
            ("tag", "", "Name the tag."),
            ("link", "example.org", "Write the whole address"),
            ("link", "javascript:alert(1)", "Write the whole address"),
            ("", "Silk Road", "This field is required."),
            ("section:999", "", "Select a valid choice"),
        ):
            with self.subTest(words, typed=typed):
                response = self.send(**{"footer-0-leads_to": leads_to, "footer-0-typed": typed})
                self.assertContains(response, words)
                self.assertContains(response, f'value="{typed}"' if typed else 'name="footer-0-typed"')
        assert not MenuLink.objects.exists()

    def test_desk_marks_what_readers_do_not_see_and_saving_keeps_it(self):
        shelf = make_section(name="Old", slug="old")
        MenuLink.objects.create(place=Place.MENU, kind=Kind.SECTION, row=shelf.pk, named="Old", order=1)
        empty = Tag.objects.create(name="Empty", slug="empty")
        MenuLink.objects.create(place=Place.MENU, kind=Kind.TAG, row=empty.pk, named="Empty", order=2)
        self.assertNotContains(self.client.get(self.address), "it is gone")
        shelf.delete()
        page = self.client.get(self.address)
        self.assertContains(page, "Old: it is gone")
        self.assertContains(page, "not shown: it is gone")
        self.assertContains(page, "not shown: readers find nothing under this tag")
        assert self.send(**{"menu-1-order": 7}).status_code == 302
        assert MenuLink.objects.count() == 2

    def test_page_that_is_a_draft_is_not_called_gone(self):
        page = FlatPage.objects.create(title="Team", slug="team", is_public=False)
        MenuLink.objects.create(place=Place.FOOTER, kind=Kind.PAGE, row=page.pk, named="Team", order=1)
        for words in ("Team: it is a draft", "not shown: it is a draft"):
            self.assertContains(self.client.get(self.address), words)
        page.delete()
        self.assertContains(self.client.get(self.address), "Team: it is gone")

    def test_row_that_is_taken_out_is_gone(self):
        self.send(_begin="menu")
        self.send(**{"menu-0-DELETE": "on"})
        assert [name for _address, name in self.menu()] == ["Business", "Politics"]

    def test_screen_takes_as_many_queries_for_many_links_as_for_one(self):
        self.link(Kind.TAG, row=self.tag.pk)
        self.count()
        before = self.count()
        for number in range(20):
            self.link(Kind.TAG, order=number, row=self.tag.pk)
            self.link(Kind.SECTION, Place.FOOTER, order=number, row=self.politics.pk)
        assert self.count() == before

    def count(self):
        with CaptureQueriesContext(connection) as queries:
            self.client.get(self.address)
        return len(queries)

    def test_reporter_does_not_change_them(self):
        self.client.force_login(make_user(REPORTER))
        assert self.client.get(self.address).status_code == 403
        assert self.client.post(self.address, {"_begin": "menu"}).status_code == 403
        assert not MenuLink.objects.exists()
