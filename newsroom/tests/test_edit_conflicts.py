"""No form of the admin saves over what somebody else saved meanwhile, and the log tells values."""

import json
import threading
from datetime import timedelta

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client, TestCase, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles
from articles.models import Alert, Author, BoardRevision, Image, Section, SiteSettings, Template
from articles.tests.factories import make_author, make_chief, make_image, make_section, make_user
from newsroom.desk.edit_conflicts import Guarded, refuse_editable_list, unpack_marks
from tickers.models import Pair, Rate
from tickers.tests.factories import make_pair, make_rate


def address_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def sent(page, **changes):
    """What a browser sends from a form that ``page`` showed, after ``changes``."""
    form = page.context["adminform"].form
    data = {"_loaded": page.context["loaded"]}
    for bound in form:
        value = bound.value()
        if not bound.field.disabled and value is not None and value is not False:
            data[bound.html_name] = value
    return {name: value for name, value in (data | changes).items() if value is not None}


class ScreenTestCase(TestCase):
    def setUp(self):
        self.other = make_user(username="the-other", is_superuser=True)
        self.me = make_user(username="me", is_superuser=True)
        self.client.force_login(self.me)

    def open(self, row):
        return self.client.get(address_of(row))

    def other_saves(self, row, **changes):
        client = Client()
        client.force_login(self.other)
        response = client.post(address_of(row), sent(client.get(address_of(row)), **changes))
        assert response.status_code == 302, response.context["errors"]

    def save(self, row, data, **more):
        return self.client.post(address_of(row), data | more)


class ErrorTests(ScreenTestCase):
    """What is to be corrected is listed on top of each form; where two people saved, nothing is."""

    def test_every_error_is_listed_on_top_with_a_link_to_its_field(self):
        for row, name in ((make_section(), "name"), (make_author(), "name"), (make_image(), "alt")):
            page = self.save(row, sent(self.open(row), **{name: "x" * 500}))
            text = page.content.decode()
            with self.subTest(row=row):
                assert page.status_code == 200
                listed = text.index(f'<li><a href="#id_{name}">')
                assert listed < text.index(f'id="id_{name}"')

    def test_conflict_is_no_error_and_names_people_as_the_desk_does(self):
        User.objects.filter(pk=self.other.pk).update(first_name="Aigul", last_name="Tash")
        row = make_section(name="Rail")
        before = sent(self.open(row), name="Railways")
        self.other_saves(row, name="Trains")
        page = self.save(row, before)
        self.assertContains(page, "It was saved by Aigul Tash on")
        self.assertNotContains(page, "Please correct")
        wrong = self.save(row, before | {"name": ""})
        self.assertContains(wrong, "Please correct")

    def test_lists_name_people_as_the_desk_does(self):
        User.objects.filter(pk=self.me.pk).update(first_name="Aigul", last_name="Tash")
        Alert.objects.create(text="Snow", ends_at=timezone.now() + timedelta(hours=1), created_by=self.me)
        Template.objects.create(name="Market wrap", made_by=self.me)
        BoardRevision.objects.create(placements=[], by=self.me)
        for name in ("alert", "template", "boardrevision"):
            page = self.client.get(reverse(f"admin:articles_{name}_changelist"))
            self.assertContains(page, "Aigul Tash</td>")


class StaleSaveTests(ScreenTestCase):
    def check(self, row, theirs, mine):
        """The other changes ``theirs``; my save with ``mine`` is refused, tells both, and can be made over it."""
        before = sent(self.open(row), **mine)
        self.other_saves(row, **theirs)
        response = self.save(row, before)
        stored = type(row).objects.get(pk=row.pk)
        for name, value in theirs.items():
            assert str(getattr(stored, name)) == value
            self.assertContains(response, value)
        for value in mine.values():
            self.assertContains(response, value)
        self.assertContains(response, "It was saved by the-other on")
        over = response.context["newer_row"].marks
        keep = {f"_keep_{name}": "theirs" for name in theirs if name not in mine}
        assert self.save(row, before, _over=over, **keep).status_code == 302
        stored.refresh_from_db()
        for name, value in {**theirs, **mine}.items():
            assert str(getattr(stored, name)) == value

    def test_section(self):
        self.check(make_section(), {"name": "Railways"}, {"description": "Mine"})

    def test_section_whose_same_field_both_changed(self):
        self.check(make_section(), {"description": "Theirs"}, {"description": "Mine"})

    def test_image(self):
        self.check(make_image(), {"credit": "Another"}, {"alt": "A lake at dawn"})

    def test_author(self):
        self.check(make_author(), {"role": "Editor"}, {"biography": "Writes."})

    def test_pair(self):
        self.check(make_pair(), {"limit_percent": "7.00"}, {"order": "4"})

    def test_rate(self):
        rate = make_rate(make_pair(), timezone.localdate(), "0.01144")
        before = sent(self.open(rate), value="0.0119", surely="on")
        self.other_saves(rate, value="0.0115", surely="on")
        self.assertContains(self.save(rate, before), "0.0115")
        assert str(Rate.objects.accepted().get().value.normalize()) == "0.0115"

    def test_user(self):
        self.check(make_user(), {"email": "a@example.org"}, {"first_name": "Aigul"})

    def test_settings_of_the_paper(self):
        self.check(SiteSettings.objects.create(), {"tagline": "Their tagline"}, {"contact_address": "My address"})

    def test_settings_of_the_paper_that_nobody_saved_before(self):
        row = SiteSettings()
        before = sent(self.open(row), tagline="Mine")
        self.other_saves(row, tagline="Theirs")
        assert "newer_row" in self.save(row, before).context
        assert SiteSettings.objects.get().tagline == "Theirs"


class ChoiceTests(ScreenTestCase):
    def setUp(self):
        super().setUp()
        self.row = make_section(name="Rail", description="As loaded", order=1)
        self.mine = sent(self.open(self.row), description="Mine")

    def refused(self, response):
        return {row.name: row for row in response.context["newer_row"].differences}

    def test_what_only_the_other_changed_begins_with_theirs(self):
        self.other_saves(self.row, name="Railways", description="Theirs")
        rows = self.refused(self.save(self.row, self.mine))
        assert {name: row.keeps_theirs for name, row in rows.items()} == {"name": True, "description": False}

    def test_words_that_differ_are_marked(self):
        self.other_saves(self.row, description="As loaded once")
        row = self.refused(self.save(self.row, self.mine | {"description": "As loaded twice"}))["description"]
        assert row.theirs == [("", "As loaded"), ("", " "), ("marked", "once")]
        assert row.mine == [("", "As loaded"), ("", " "), ("marked", "twice")]

    def test_box_and_choices_of_the_other_are_kept(self):
        editor = make_user(roles.SECTION_EDITOR)
        self.other_saves(self.row, in_menu=None, kind="country", editors=[editor.pk])
        response = self.save(self.row, self.mine)
        self.assertContains(response, "country")
        keep = {f"_keep_{name}": "theirs" for name in self.refused(response)}
        keep["_keep_description"] = "mine"
        self.save(self.row, self.mine, _over=response.context["newer_row"].marks, **keep)
        self.row.refresh_from_db()
        assert (self.row.in_menu, self.row.kind, self.row.description) == (False, "country", "Mine")
        assert list(self.row.editors.all()) == [editor]

    def test_rows_of_a_many_to_many_field_count(self):
        self.row.editors.add(make_user(roles.SECTION_EDITOR))
        assert "editors" in self.refused(self.save(self.row, self.mine))
        assert self.row.editors.count() == 1

    def test_saving_over_it_knows_only_what_it_was_told_of(self):
        self.other_saves(self.row, name="Railways")
        first = self.save(self.row, self.mine).context["newer_row"].marks
        self.other_saves(self.row, name="Roads")
        response = self.save(self.row, self.mine, _over=first)
        self.assertContains(response, "Roads")
        self.row.refresh_from_db()
        assert self.row.name == "Roads"

    def test_form_that_comes_back_for_another_error_still_remembers_what_it_was_loaded_from(self):
        response = self.save(self.row, self.mine, slug="")
        assert response.context["loaded"] == self.mine["_loaded"]
        self.other_saves(self.row, name="Railways")
        assert self.save(self.row, sent(response)).status_code == 200

    def test_page_without_marks_is_refused_if_it_would_change_anything(self):
        del self.mine["_loaded"]
        assert "description" in self.refused(self.save(self.row, self.mine))
        assert self.save(self.row, self.mine | {"description": "As loaded"}).status_code == 302

    def test_strange_marks_are_refused_in_words(self):
        for text in ("", "x", "[]", "{}", "null", '{"at":1e999,"marks":{}}', '{"at":1,"marks":3}', "[" * 100_000):
            with self.subTest(text[:20]):
                assert unpack_marks(text)[1] == {}
                self.assertContains(self.save(self.row, self.mine, _loaded=text), "Somebody was quicker")

    def test_choice_of_a_field_that_is_none_does_nothing(self):
        self.other_saves(self.row, name="Railways")
        marks = self.save(self.row, self.mine).context["newer_row"].marks
        assert self.save(self.row, self.mine, _over=marks, _keep_id="theirs", _keep_x="y").status_code == 302

    def test_change_that_the_log_does_not_know_is_not_laid_to_anybody(self):
        Section.objects.filter(pk=self.row.pk).update(name="Railways")
        self.assertContains(self.save(self.row, self.mine), "by a program or in a way that the log does not know")

    def test_my_own_other_window_is_named_so(self):
        client = Client()
        client.force_login(self.me)
        client.post(address_of(self.row), sent(client.get(address_of(self.row)), name="Railways"))
        self.assertContains(self.save(self.row, self.mine), "you, in another window")

    def test_same_change_by_both_is_no_conflict(self):
        self.other_saves(self.row, description="Mine")
        assert self.save(self.row, self.mine).status_code == 302

    def test_what_no_form_shows_does_not_count(self):
        image = make_image()
        mine = sent(self.open(image), credit="Mine")
        Image.objects.filter(pk=image.pk).update(made_cut=1, colour="#000000")
        assert self.save(image, mine).status_code == 302
        image.refresh_from_db()
        assert (image.credit, image.made_cut, image.colour) == ("Mine", 1, "#000000")

    def test_login_meanwhile_changes_no_form(self):
        user = make_user(password="x")
        mine = sent(self.open(user), first_name="Aigul")
        User.objects.filter(pk=user.pk).update(last_login=timezone.now(), password="y")
        assert self.save(user, mine).status_code == 302
        user.refresh_from_db()
        assert (user.first_name, user.password) == ("Aigul", "y")

    def test_marks_ask_the_database_for_nothing_once_more(self):
        with CaptureQueriesContext(connection) as queries:
            self.open(self.row)
        assert (
            len([query for query in queries if "section_editors" in query["sql"]]) == 2
        )  # its editors, and whom it offers

    def test_whoever_may_only_look_gets_no_marks_and_saves_nothing(self):
        self.client.force_login(make_user(roles.SECTION_EDITOR))
        page = self.open(self.row)
        assert "loaded" not in page.context
        assert self.save(self.row, self.mine).status_code == 403


class CoverageTests(TestCase):
    def test_every_screen_of_the_admin_is_guarded(self):
        for model, model_admin in admin.site._registry.items():
            assert isinstance(model_admin, Guarded) or model_admin.guards_itself, model
        own = [model.__name__ for model, model_admin in admin.site._registry.items() if model_admin.guards_itself]
        assert own == ["Article"]

    def test_list_that_would_save_unseen_is_refused(self):
        class Careless(admin.ModelAdmin):
            list_editable = ["name"]

        with self.assertRaisesMessage(ImproperlyConfigured, "Careless has list_editable"):
            refuse_editable_list(Careless)


class LogTests(ScreenTestCase):
    def entry(self):
        return LogEntry.objects.first()

    def values(self):
        return json.loads(self.entry().change_message)[0]["changed"].get("values")

    def test_log_tells_values_before_and_after(self):
        editor, parent = make_user(roles.SECTION_EDITOR, username="editor"), make_section(name="Business")
        row = make_section(name="Rail", in_menu=True)
        data = sent(
            self.open(row), name="Railways", kind="country", in_menu=None, editors=[editor.pk], parent=parent.pk
        )
        self.save(row, data)
        assert self.values() == {
            "Name": ["Rail", "Railways"],
            "Kind": ["theme", "country"],
            "Within": ["", "Business"],
            "In the menu": ["yes", "no"],
            "Section editors": ["", "editor"],
        }
        assert self.entry().get_change_message().startswith("Changed Name, Kind")

    def test_long_values_are_cut(self):
        row = make_author(biography="a" * 1000)
        self.save(row, sent(self.open(row), biography="b" * 1000))
        before, after = self.values()["Biography"]
        assert (len(before), len(after)) == (300, 300)

    def test_no_password_comes_into_the_log(self):
        user = make_user(password="secret-hash")
        self.save(user, sent(self.open(user), roles=[roles.REPORTER], password="another"))
        assert self.values() == {"Role": ["", "Reporter"]}
        assert "secret-hash" not in self.entry().change_message

    def test_new_row_has_no_values_before(self):
        self.client.post(reverse("admin:articles_author_add"), {"name": "Aigul", "slug": "aigul"})
        assert json.loads(self.entry().change_message) == [{"added": {}}]
        assert Author.objects.exists()


class RaceTests(TransactionTestCase):
    PAIRS = 5

    def test_of_two_saves_at_once_exactly_one_wins(self):
        chiefs = [make_chief() for _ in range(2)]
        for number in range(self.PAIRS):
            row = make_section(name="Rail", slug=f"rail-{number}")
            clients = [Client() for _ in chiefs]
            for client, chief in zip(clients, chiefs, strict=True):
                client.force_login(chief)
            forms = [sent(client.get(address_of(row)), name=f"By {i}") for i, client in enumerate(clients)]
            answers = self.at_once(row, clients, forms)
            assert sorted(answers.values()) == [200, 302]
            winner = next(name for name, status in answers.items() if status == 302)
            row.refresh_from_db()
            assert row.name == winner

    def at_once(self, row, clients, forms):
        answers, gate = {}, threading.Barrier(len(clients))

        def post(client, form):
            gate.wait()
            answers[form["name"]] = client.post(address_of(row), form).status_code
            connection.close()

        threads = [threading.Thread(target=post, args=both) for both in zip(clients, forms, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


class PairTests(ScreenTestCase):
    def test_number_written_otherwise_is_no_other_value(self):
        pair = make_pair(limit_percent="7")
        mine = sent(self.open(pair), limit_percent="7.000", order="3")
        Pair.objects.filter(pk=pair.pk).update(digits=4)
        response = self.save(pair, mine)
        assert [row.name for row in response.context["newer_row"].differences] == ["order", "digits"]
