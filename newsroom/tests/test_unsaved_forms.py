"""What was typed into a form of the desk outlives the end of the login, an expired form, a page that was left."""

import json
from datetime import timedelta
from unittest import mock

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory, TestCase
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles.desk import roles
from articles.models import (
    Alert,
    Article,
    Author,
    Autosave,
    EmbedProvider,
    FlatPage,
    Idea,
    PaperLook,
    PaperMenus,
    Placement,
    Redirect,
    SiteSettings,
    Template,
    UnsavedForm,
)
from articles.tests.factories import make_article, make_author, make_edition, make_image, make_section, make_user
from newsroom.desk import unsaved_forms
from tickers.tests.factories import make_pair, make_rate

LOGIN, INDEX = reverse("admin:login"), reverse("admin:index")
PASSWORD = "a-long-password"
MARK = "Marker-words"
NAMELESS = {"username": "", "first_name": "", "last_name": ""}  # nothing that a login could be made of
TEXTS = (forms.TextInput, forms.Textarea)


def person(role=None, **fields):
    user = make_user(role, **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def data_of(response):
    """What a browser sends from the form that a page shows, its rows within the row as well."""
    context, data = response.context, {}
    shown = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        shown += [inline.formset.management_form, *inline.formset.forms]
    for form in shown:
        for bound in form:
            value = bound.value()
            if bound.field.disabled or value is None or value is False or isinstance(bound.field, forms.FileField):
                continue
            data[bound.html_name] = bound.field.prepare_value(value)
    if context.get("loaded"):
        data["_loaded"] = context["loaded"]
    return {name: value for name, value in data.items() if value is not None}


def texts_of(response):
    """The fields of a form that hold any words at all."""
    form = response.context["adminform"].form
    return [
        name
        for name, field in form.fields.items()
        if not field.disabled
        and isinstance(field.widget, TEXTS)
        and not isinstance(field.widget, forms.PasswordInput | forms.DateInput)
        and not isinstance(field, forms.URLField | forms.EmailField)
    ]


class UnsavedTestCase(TestCase):
    def setUp(self):
        roles.make_groups()
        self.me = person(username="me", is_superuser=True)
        self.client.force_login(self.me)
        self.client.get(INDEX)  # the browser knows who used it last

    def send_without_login(self, address, data, **more):
        """Send a form after the session ended; the page that answers."""
        Session.objects.all().delete()
        return self.client.post(address, data, **more)

    def log_in(self, page, user=None, follow=True):
        data = {"username": (user or self.me).username, "password": PASSWORD, "carried": page.context["carried"]}
        return self.client.post(LOGIN, data, follow=follow)

    def through_login(self, address, data, user=None):
        return self.log_in(self.send_without_login(address, data), user)


def rows():
    """A row of every kind that has a form, beside the users and groups that are there."""
    edition, image = make_edition(headline="Live"), make_image()
    pair, tag = make_pair("KGS"), Tag.objects.create(name="wool")
    found = [
        edition.article,
        make_author(),
        make_section(),
        image,
        pair,
        tag,
        make_rate(pair, timezone.localdate(), "1"),
    ]
    found += [SiteSettings.objects.create(name="The Paper"), person(username="a-colleague")]
    found += [PaperLook.objects.get(), PaperMenus.objects.get()]  # the same row, in forms of their own
    found.append(FlatPage.objects.create(title="About us", slug="about", body="<p>We.</p>"))
    found.append(Redirect.objects.create(source="/old/", target="/new/"))
    charts = {"addresses": "https://charts.example/{id}", "frame": "https://charts.example/{id}/embed"}
    found.append(EmbedProvider.objects.create(name="Charts", **charts))
    found.append(Idea.objects.get(pk=make_article(headline="Write this", stage="idea").pk))
    found.append(Template.objects.create(name="Market wrap"))
    now = timezone.now()
    found.append(Placement.objects.create(article=edition.article, slot=1, starts_at=now))
    found.append(Alert.objects.create(text="Quake", starts_at=now, ends_at=now + timedelta(hours=1)))
    return found


class EveryFormTests(UnsavedTestCase):
    """Over the registry: whatever model gets a form, what is typed into it outlives the login."""

    def request(self):
        request = RequestFactory().get(INDEX)
        request.user = self.me
        return request

    def check(self, address):
        opened = self.client.get(address)
        names = texts_of(opened)
        data = data_of(opened) | {name: f"{MARK} {name}" for name in names} | {"_save": "1"}
        before = self.counts()
        page = self.send_without_login(address, data)
        assert page.status_code == 200, page
        self.assertContains(page, "what you sent is not saved")
        shown = self.log_in(page)
        assert self.counts() == before
        form = shown.context["adminform"].form
        for name in names:
            assert form[name].value() == f"{MARK} {name}", name
        assert not form.errors
        self.assertContains(shown, "nothing was saved")
        return shown

    def counts(self):
        return {
            model: model._base_manager.count() for model in admin.site._registry if model not in {User, LogEntry}
        } | {
            "log": LogEntry.objects.exclude(change_message__startswith="Logged in from").count(),
            "words": Article.objects.filter(headline__contains=MARK).count()
            + Author.objects.filter(name__contains=MARK).count(),
        }

    def test_every_form_that_adds(self):
        make_section(), make_pair("KGS")
        checked = set()
        for model, model_admin in admin.site._registry.items():
            if model_admin.has_add_permission(self.request()):
                with self.subTest(model._meta.label):
                    self.check(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"))
                    checked.add(model._meta.label)
        assert {"articles.Article", "articles.Author", "tickers.Pair", "taggit.Tag", "auth.User"} <= checked, checked

    def test_every_form_that_changes(self):
        made, checked = {type(row): row for row in rows()}, set()
        for model, model_admin in admin.site._registry.items():
            if not model_admin.has_change_permission(self.request()):
                continue
            with self.subTest(model._meta.label):
                row = made.get(model)
                assert row or model in {Group}, "make a row of it in rows()"
                if row:
                    key = 1 if model is SiteSettings else row.pk
                    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
                    self.check(reverse(name, args=[key]))
                    checked.add(model)
        assert {SiteSettings, Placement, FlatPage, Redirect, Author, User} <= checked

    def test_every_form_that_is_saved_names_its_window_whatever_page_answers(self):
        """Also a window that was opened to add something, whose answer is no redirect."""
        checked = set()
        for row in rows():
            model = type(row)
            if not admin.site._registry[model].has_change_permission(self.request(), row):
                continue
            key = 1 if model is SiteSettings else row.pk
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
            for button in ({"_save": "1"}, {"_continue": "1"}, {"_addanother": "1"}, {"_popup": "1"}):
                with self.subTest(model._meta.label, button=button):
                    window = f"window-{len(checked)}"
                    data = data_of(self.client.get(address)) | button | {"_window": window}
                    answer = self.client.post(address, data)
                    if answer.context and answer.context.get("errors"):
                        continue  # it asks something first
                    assert answer.status_code == 302 or button == {"_popup": "1"} or model is Article, answer.context
                    assert self.client.cookies["desk_saved"].value.split(".")[-1] == window
                    checked.add((model, *button))
        assert len({model for model, _button in checked}) > 10, checked

    def test_forms_that_add_name_their_window_and_those_with_something_to_mend_do_not(self):
        section = make_section()
        for name, data, wrong in (
            ("auth_user", {"username": "new", "first_name": "A", "last_name": "B"}, NAMELESS),
            ("articles_author", {"name": "Anna", "slug": "anna", "_popup": "1"}, {"name": ""}),
            ("articles_author", {"name": "Bek", "slug": "bek", "_addanother": "1"}, {"name": ""}),
            ("articles_idea", {"headline": "Write this", "section": section.pk}, {"headline": ""}),
        ):
            with self.subTest(name, data=data):
                address = reverse(f"admin:{name}_add")
                sent = data_of(self.client.get(address)) | data
                self.client.post(address, sent | wrong | {"_window": f"refused-{len(sent)}"})
                assert "refused" not in getattr(self.client.cookies.get("desk_saved"), "value", "")
                window = f"saved-{len(sent)}"
                answer = self.client.post(address, sent | {"_window": window})
                assert self.client.cookies["desk_saved"].value.split(".")[-1] == window, answer.status_code

    def test_what_is_shown_can_be_saved_and_is_dropped_then(self):
        author = make_author(name="Anna", slug="anna")
        address = reverse("admin:articles_author_change", args=[author.pk])
        data = data_of(self.client.get(address)) | {"biography": MARK, "_save": "1"}
        shown = self.through_login(address, data)
        row = UnsavedForm.objects.get()
        self.assertContains(shown, f'name="_unsaved" value="{row.pk}"')
        again = data_of(shown) | {"_unsaved": row.pk, "_save": "1"}
        assert self.client.post(shown.request["PATH_INFO"] + f"?unsaved={row.pk}", again).status_code == 302
        author.refresh_from_db()
        assert author.biography == MARK
        assert not UnsavedForm.objects.exists()

    def test_what_somebody_else_saved_meanwhile_is_shown_beside_it(self):
        author = make_author(name="Anna", slug="anna", biography="As it was")
        address = reverse("admin:articles_author_change", args=[author.pk])
        data = data_of(self.client.get(address)) | {"biography": MARK, "_save": "1"}
        Author.objects.update(biography="Theirs")
        shown = self.through_login(address, data)
        self.assertContains(shown, "Theirs")
        self.assertContains(shown, MARK)

    def test_article_is_offered_by_its_own_screen_on_the_version_it_was_typed_on(self):
        article = make_article(headline="Road")
        address = article.get_absolute_url()
        data = data_of(self.client.get(address)) | {"headline": MARK, "desk_note": "Ask her", "_step": "submit"}
        shown = self.through_login(address, data)
        assert "recover=" in shown.request["QUERY_STRING"]
        self.assertContains(shown, MARK)
        self.assertContains(shown, "Ask her")
        assert Autosave.objects.open().get().user == self.me
        assert not UnsavedForm.objects.exists()
        article.refresh_from_db()
        assert (article.headline, article.stage) == ("Road", "draft")


class OtherFormTests(UnsavedTestCase):
    def test_board_is_drawn_again_and_not_saved(self):
        edition = make_edition(headline="Lead me")
        address = reverse("admin:articles_placement_board")
        data = {
            "rows": "1",
            "row-0-article": edition.article_id,
            "row-0-slot": "1",
            "row-0-headline": MARK,
            "_save": "1",
        }
        shown = self.through_login(address, data)
        self.assertContains(shown, MARK)
        sent = dict(shown.context["sent"])
        assert "_save" not in sent
        drawn = self.client.post(address, sent)
        self.assertContains(drawn, MARK)
        assert not Placement.objects.exists()

    def test_days_rates_are_listed_and_sent_by_a_press_alone(self):
        pair, address = make_pair("KGS"), reverse("admin:tickers_rate_day")
        shown = self.through_login(address, {"date": timezone.localdate().isoformat(), f"value_{pair.pk}": "87.45"})
        assert not pair.rates.exists()
        self.assertContains(shown, "87.45")
        self.assertContains(shown, "Send all of this now")

    def test_files_are_named_and_have_to_be_chosen_again(self):
        file = SimpleUploadedFile("list-of-redirects.csv", b"old,new")
        address = reverse("admin:articles_redirect_import")
        page = self.send_without_login(address, {"file": file, "note": MARK})
        self.assertContains(page, "list-of-redirects.csv")
        shown = self.log_in(page)
        self.assertContains(shown, "list-of-redirects.csv")
        self.assertContains(shown, MARK)
        self.assertNotContains(shown, "Send all of this now")

    def test_row_that_was_deleted_meanwhile_loses_no_words(self):
        author = make_author()
        address = reverse("admin:articles_author_change", args=[author.pk])
        data = data_of(self.client.get(address)) | {"biography": MARK}
        author.delete()
        shown = self.client.post(address, data, follow=True)
        self.assertContains(shown, MARK)
        self.assertContains(shown, "is deleted, or something else by now")
        self.assertNotContains(shown, "Send all of this now")

    def test_whoever_may_not_change_it_any_more_sees_the_words_and_no_form(self):
        editor = person(roles.CHIEF_EDITOR, username="editor")
        author = make_author()
        address = reverse("admin:articles_author_change", args=[author.pk])
        data = data_of(self.client.get(address)) | {"biography": MARK}
        self.client.force_login(editor)
        self.client.get(INDEX)
        editor.groups.set([Group.objects.get(name=roles.REPORTER)])
        shown = self.through_login(address, data, editor)
        self.assertContains(shown, MARK)
        assert "adminform" not in shown.context


class SafetyTests(UnsavedTestCase):
    def setUp(self):
        super().setUp()
        self.author = make_author(name="Anna", slug="anna", biography="As it was")
        self.address = reverse("admin:articles_author_change", args=[self.author.pk])
        self.data = data_of(self.client.get(self.address)) | {"biography": MARK, "_save": "1"}

    def test_passwords_are_never_carried(self):
        address = reverse("admin:auth_user_add")
        secret = "no-one-may-see-this"
        page = self.send_without_login(address, {"username": "new", "password1": secret, "password2": secret})
        carried = unsaved_forms.unpack_form(page.context["carried"])
        assert carried["fields"]["username"] == ["new"]
        assert secret not in json.dumps(carried)
        shown = self.log_in(page)
        assert secret not in shown.content.decode() + json.dumps(UnsavedForm.objects.get().fields)

    def test_words_of_one_person_are_not_shown_to_another_who_logs_in(self):
        other = person(username="other", is_superuser=True)
        shown = self.through_login(self.address, self.data, other)
        self.assertNotContains(shown, MARK)
        self.assertContains(shown, "was typed by me")
        row = UnsavedForm.objects.get()
        assert row.user == self.me
        self.assertNotContains(self.client.get(unsaved_forms.form_address(row), follow=True), MARK)
        self.client.force_login(self.me)
        self.assertContains(self.client.get(INDEX), "author: Anna")
        self.assertContains(self.client.get(unsaved_forms.form_address(row), follow=True), MARK)

    def test_wrong_password_keeps_carrying(self):
        page = self.send_without_login(self.address, self.data)
        data = {"username": "me", "password": "wrong", "carried": page.context["carried"]}
        again = self.client.post(LOGIN, data)
        assert again.context["carried"] == page.context["carried"]
        self.assertContains(self.log_in(again), MARK)

    def test_what_was_not_signed_here_is_carried_nowhere(self):
        page = self.send_without_login(self.address, self.data)
        for blob in ("", "x", page.context["carried"][:-1] + "!", "\x00"):
            self.client.logout()
            data = {"username": "me", "password": PASSWORD, "carried": blob, "next": INDEX}
            assert self.client.post(LOGIN, data)["Location"] == INDEX
        assert not UnsavedForm.objects.exists()

    def test_what_is_too_large_is_said_to_be_so(self):
        with mock.patch("newsroom.desk.unsaved_forms.MOST_CHARACTERS", 100):
            page = self.send_without_login(self.address, self.data | {"biography": "x" * 200})
        self.assertContains(page, "too large to be kept")
        assert "carried" not in page.context

    def test_scripts_hear_of_the_end_of_the_login_as_before(self):
        for headers in ({"X-Requested-With": "fetch"}, {"Sec-Fetch-Mode": "cors"}):
            response = self.send_without_login(self.address, self.data, headers=headers)
            assert response.status_code == 302, headers
            assert response["Location"].startswith(LOGIN)

    def test_button_without_words_leads_to_the_login_as_before(self):
        address = reverse("admin:articles_author_delete", args=[self.author.pk])
        assert self.send_without_login(address, {"post": "yes"}).status_code == 302

    def test_form_of_a_session_before_is_shown_if_our_own_page_sent_it(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.me)
        client.get(self.address)
        data = self.data | {"csrfmiddlewaretoken": "x" * 64}
        for origin in ("https://evil.example", "null", ""):
            response = client.post(self.address, data, headers={"Origin": origin} if origin else {})
            assert response.status_code == 403
        assert not UnsavedForm.objects.exists()
        response = client.post(self.address, data, headers={"Origin": "http://testserver"}, follow=True)
        self.assertContains(response, MARK)
        self.author.refresh_from_db()
        assert self.author.biography == "As it was"

    def test_login_in_two_tabs_leads_to_the_words(self):
        page = self.send_without_login(self.address, self.data)
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.me)
        client.cookies["desk_user"] = unsaved_forms.signed(self.me)
        data = {"username": "me", "password": PASSWORD, "carried": page.context["carried"]}
        shown = client.post(LOGIN, data, headers={"Origin": "http://testserver"}, follow=True)
        self.assertContains(shown, MARK)

    def test_rows_are_bounded_and_old_ones_go(self):
        old = unsaved_forms.store(person(), "/admin/", {}, [], "left")
        UnsavedForm.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=31))
        for _number in range(unsaved_forms.MOST_FORMS + 3):
            unsaved_forms.store(self.me, self.address, {"biography": [MARK]}, [], "left")
        assert UnsavedForm.objects.count() == unsaved_forms.MOST_FORMS

    def test_browser_hands_over_what_it_kept_and_forgets_it(self):
        data = {
            "path": self.address,
            "fields": json.dumps({"biography": [MARK], "password1": ["x"]}),
            "_window": "abc-123",
        }
        shown = self.client.post(reverse("admin:keep_unsaved"), data, follow=True)
        self.assertContains(shown, MARK)
        assert self.client.cookies["desk_saved"].value == "abc-123"
        assert "password1" not in UnsavedForm.objects.get().fields

    def test_nonsense_from_a_browser_is_refused_with_a_sentence(self):
        for path, fields in (
            (self.address, "x"),
            (self.address, "[]"),
            ("/", "{}"),
            ("/admin/nowhere/x/", "{}"),
            ("", ""),
            (self.address + "\0", "x"),
        ):
            data = {"path": path, "fields": fields, "_window": "abc-123"}
            shown = self.client.post(reverse("admin:keep_unsaved"), data, follow=True)
            self.assertContains(shown, "still kept in the browser")
        assert not UnsavedForm.objects.exists()
        assert "desk_saved" not in self.client.cookies

    def test_drop_drops(self):
        row = unsaved_forms.store(self.me, self.address, {"biography": [MARK]}, [], "left")
        shown = self.client.post(unsaved_forms.form_address(row), follow=True)
        self.assertContains(shown, "Dropped.")
        assert not UnsavedForm.objects.exists()
        self.assertContains(self.client.get(unsaved_forms.form_address(row), follow=True), "dropped meanwhile")
