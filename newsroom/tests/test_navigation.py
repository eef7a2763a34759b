"""What stands above every screen of the desk, and what every list has in common: for all models and all roles."""

import re
from datetime import timedelta
from pathlib import Path

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles, workflow
from articles.models import Article, Section
from articles.tests.factories import make_article, make_chief, make_edition, make_section, make_user
from newsroom.tests import editor_icons
from tickers.tests.factories import make_pair, make_rate

INDEX = reverse("admin:index")
LINK = re.compile(r'<a href="([^"]+)"(?: aria-current="([a-z]+)")?')
ROLES = [*roles.PERMISSIONS, None]  # None: somebody on the desk who was given no role yet


def list_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def part(html, start, end):
    return html.partition(start)[2].partition(end)[0]


def ways(response):
    """The addresses in the row and its menu, each with what aria-current says of it."""
    return LINK.findall(part(response.content.decode(), '<nav class="desk-nav"', "</nav>"))


class DeskTestCase(TestCase):
    def setUp(self):
        roles.make_groups()

    def people(self):
        for role in ROLES:
            user = make_user(role) if role else User.objects.create(username="nobody", is_staff=True)
            yield role or "no role", user
        yield "superuser", User.objects.create(username="root", is_staff=True, is_superuser=True)


class RightsTests(DeskTestCase):
    def test_every_way_leads_where_its_person_may_go(self):
        for name, user in self.people():
            self.client.force_login(user)
            page = self.client.get(INDEX)
            tools = part(page.content.decode(), '<div id="user-tools">', "</header>")
            addresses = {url for url, _current in [*ways(page), *LINK.findall(tools)]}
            assert INDEX in addresses
            for url in addresses:
                with self.subTest(f"{name} {url}"):
                    assert self.client.get(url, follow=True).status_code == 200

    def test_lists_of_all_models_answer_those_who_may_see_them_and_stand_in_their_navigation(self):
        for name, user in self.people():
            self.client.force_login(user)
            listed = {url for url, _current in ways(self.client.get(INDEX))}
            for model, screens in admin.site._registry.items():
                url = list_of(model)
                with self.subTest(f"{name} {url}"):
                    response = self.client.get(url, follow=True)
                    if url not in listed:
                        assert response.status_code in {200, 403}
                        continue
                    assert response.status_code == 200
                    assert screens.has_view_permission(response.wsgi_request)

    def test_rates_desk_is_led_to_what_it_begins_and_to_no_articles(self):
        self.client.force_login(make_user(roles.RATES_DESK))
        addresses = [url for url, _current in ways(self.client.get(INDEX))]
        assert reverse("admin:tickers_rate_day") in addresses
        assert list_of(Article) not in addresses


class CurrentTests(DeskTestCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))

    def current(self, url):
        """What is marked, once for each place it stands in."""
        return {way for way in ways(self.client.get(url, follow=True)) if way[1]}

    def test_list_that_is_shown_is_marked_and_no_other(self):
        listed = {url for url, _current in ways(self.client.get(INDEX))}
        assert self.current(INDEX) == {(INDEX, "page")}
        for model in admin.site._registry:
            url = list_of(model)
            if url not in listed or self.client.get(url).status_code != 200:
                continue  # the settings' list leads on to their form
            with self.subTest(url):
                assert self.current(url) == {(url, "page")}

    def test_screen_within_a_list_marks_the_list_nearest_to_it(self):
        article, section = make_article(), make_section()
        board, calendar = reverse("admin:articles_placement_board"), reverse("admin:articles_edition_calendar")
        for url, expected in (
            (article.get_absolute_url(), (list_of(Article), "true")),
            (reverse("admin:articles_article_history", args=[article.pk]), (list_of(Article), "true")),
            (reverse("admin:articles_section_change", args=[section.pk]), (list_of(Section), "true")),
            (f"{board}?section={section.pk}", (board, "page")),
            (calendar, (calendar, "page")),
        ):
            with self.subTest(url):
                assert self.current(url) == {expected}
        assert self.current(reverse("admin:articles_notice_changelist")) == set()


class PopupTests(DeskTestCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))

    def test_window_for_choosing_a_row_has_no_navigation_and_hands_the_row_back(self):
        section = make_article(section=make_section()).section
        for model in ("article", "section", "image"):
            with self.subTest(model):
                address = reverse(f"admin:articles_{model}_changelist")
                page = self.client.get(address, {"_popup": "1", "_to_field": "id"})
                self.assertNotContains(page, "desk-nav")
                self.assertContains(page, "<h1>")
        page = self.client.get(reverse("admin:articles_article_changelist"), {"_popup": "1"})
        self.assertContains(page, "data-popup-opener=")
        self.assertContains(page, f"_popup=1&amp;section={section.pk}")


class ListTests(DeskTestCase):
    """The head and the line above every list."""

    def setUp(self):
        super().setUp()
        self.root = User.objects.create(username="root", is_staff=True, is_superuser=True)
        self.client.force_login(self.root)

    def test_no_list_speaks_as_a_database_does(self):
        make_rate(make_pair())
        make_edition()
        for model in admin.site._registry:
            with self.subTest(model):
                page = self.client.get(list_of(model), follow=True).content.decode()
                assert " to change</" not in page
                assert 'id="changelist-filter"' not in page
                assert not re.search(r"<summary>\s*By ", page)

    def test_lists_are_called_what_the_desk_calls_them(self):
        for address, name in (
            ("articles_article", "Articles"),
            ("articles_image", "Pictures"),
            ("auth_user", "Logins"),
            ("articles_section", "Sections"),
            ("tickers_rate", "Rates"),
        ):
            with self.subTest(name):
                page = self.client.get(reverse(f"admin:{address}_changelist"))
                self.assertContains(page, f"<h1>{name}</h1>")
                self.assertContains(page, f"<title>{name} | ")

    def test_chosen_filters_of_any_list_are_words_that_can_be_taken_away_one_by_one(self):
        pair, _other = make_pair(), make_pair(base="KZT")
        make_rate(pair)
        query = {"provider__exact": "nbkr", "pair__id__exact": pair.pk, "p": "1"}
        page = self.client.get(reverse("admin:tickers_rate_changelist"), query)
        line = part(page.content.decode(), '<p class="find-line">', "</p>")
        assert f"<strong>{pair}</strong>" in line
        assert "National Bank" in line
        without = re.findall(r'href="(\?[^"]*)" aria-label', line)
        assert set(without) == {"?provider__exact=nbkr", f"?pair__id__exact={pair.pk}"}

    def test_words_that_were_searched_can_be_taken_away(self):
        page = self.client.get(reverse("admin:articles_section_changelist"), {"q": "nowhere", "kind__exact": "theme"})
        self.assertContains(page, 'href="?kind__exact=theme" aria-label="Without these words"')

    def test_cells_say_what_they_are_of(self):
        make_section(name="Water")
        page = self.client.get(reverse("admin:articles_section_changelist"))
        self.assertContains(page, '<td data-name="Kind"')

    def test_rows_are_safe_whatever_is_written_in_them(self):
        make_article(headline="<b>Dam</b>")
        page = self.client.get(reverse("admin:articles_article_changelist"))
        self.assertContains(page, "&lt;b&gt;Dam&lt;/b&gt;")
        self.assertNotContains(page, "<b>Dam")

    def test_table_without_our_list_is_drawn_too(self):
        address = reverse("admin:django_tasks_database_dbtaskresult_changelist")
        self.assertContains(self.client.get(address), 'class="list-head"')

    def test_index_of_one_app_lists_its_tables(self):
        self.assertContains(self.client.get(reverse("admin:app_list", args=["articles"])), "Sections")


class StatesTests(DeskTestCase):
    def setUp(self):
        super().setUp()
        self.chief = make_chief()
        self.client.force_login(self.chief)

    def states(self, **query):
        page = self.client.get(reverse("admin:articles_article_changelist"), query)
        return {str(state.name): state for state in page.context["cl"].states}

    def counts(self, **query):
        return {name: state.count for name, state in self.states(**query).items()}

    def fill(self):
        make_article(stage="in_review")
        make_article(created_by=self.chief)
        changed = make_edition().article
        changed.refresh_from_db()
        workflow.saved(changed, by=self.chief)
        coming = make_article()
        workflow.schedule(coming, by=self.chief, at=timezone.now() + timedelta(days=1))
        return coming

    def test_numbers_are_those_of_the_lists_behind_them(self):
        self.fill()
        counts = self.counts()
        assert counts["Waiting"] == counts["Mine"] == counts["Scheduled"] == counts["Changed since"] == "1"
        for name, state in self.states().items():
            with self.subTest(name):
                address = reverse("admin:articles_article_changelist") + state.url
                rows = self.client.get(address).context["cl"].result_list
                assert state.count in {"", str(len(rows))}
        assert {counts["All"], counts["Live"], counts["Trash"]} == {""}  # these grow with the archive

    def test_what_is_scheduled_with_an_older_text_is_a_word_only_while_there_is_any(self):
        coming = self.fill()
        assert "Older text scheduled" not in self.states()
        coming.refresh_from_db()
        workflow.saved(coming, by=self.chief)
        state = self.states()["Older text scheduled"]
        assert (state.count, state.is_urgent) == ("1", True)

    def test_nothing_is_counted_of_a_list_that_something_else_narrows(self):
        self.fill()
        for query in ({"q": "headline"}, {"kind__exact": "news"}, {"_popup": "1"}):
            with self.subTest(query):
                assert set(self.counts(**query).values()) == {""}
        assert self.counts(o="6")["Waiting"] == "1"
        assert self.counts(desk="waiting")["Waiting"] == "1"

    def test_many_are_said_to_be_many(self):
        for _ in range(101):
            make_article(stage="in_review")
        assert self.counts()["Waiting"] == "99+"

    def test_state_keeps_the_other_filters_and_is_the_only_one(self):
        state = self.states(readers="live", kind__exact="news")["Waiting"]
        assert state.url == "?desk=waiting&kind__exact=news"
        chosen = [name for name, state in self.states(readers="live").items() if state.is_chosen]
        assert chosen == ["Live"]
        assert [name for name, state in self.states().items() if state.is_chosen] == ["All"]

    def test_reporter_has_no_waiting_and_sees_what_the_editors_have(self):
        reporter = make_user(roles.REPORTER)
        make_article(created_by=reporter, stage="in_review")
        self.client.force_login(reporter)
        counts = self.counts()
        assert "Waiting" not in counts
        assert counts["With the editors"] == "1"


class IconTests(TestCase):
    def test_every_picture_that_the_editor_names_is_drawn(self):
        """If not: ``python -m newsroom.tests.editor_icons``."""
        assert editor_icons.PAGE.read_text() == editor_icons.drawn()

    def test_no_style_sheet_of_the_desk_loads_a_font_of_pictures(self):
        assert "font-face" not in Path(finders.find("django_prose_editor/material-icons.css")).read_text()
