"""How the article's screen is put together, and what a save does besides storing the text."""

from datetime import timedelta
from unittest import mock

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import OperationalError, connection
from django.test import SimpleTestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.admin.article import PAGES, ArticleAdmin
from articles.admin.article.pages import ArticlePage
from articles.desk import groups, revisions, roles, workflow
from articles.models import Article, Autosave, UnsavedForm
from articles.tests.factories import make_article, make_author, make_chief, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase, change_address, typed

MOST_CLASSES = 6  # of ours that ArticleAdmin stands on, itself among them
PACKAGES = ("articles.", "newsroom.", "ground.")
DEFINED_ONCE = ("changeform_view", "render_change_form", "save_model", "get_urls")


def classes_of_ours(admin_class):
    return [one for one in admin_class.__mro__ if one.__module__.startswith(PACKAGES)]


class CompositionTests(SimpleTestCase):
    def test_article_admin_stands_on_a_handful_of_classes(self):
        names = [one.__name__ for one in classes_of_ours(ArticleAdmin)]
        assert len(names) <= MOST_CLASSES, names

    def test_what_a_request_goes_through_is_defined_once(self):
        registered = type(admin.site.get_model_admin(Article))
        for name in DEFINED_ONCE:
            found = [one.__qualname__ for one in classes_of_ours(registered) if name in vars(one)]
            assert len(found) <= 1, (name, found)

    def test_no_two_classes_of_a_screen_have_one_name(self):
        for model, model_admin in admin.site._registry.items():
            names = [one.__name__ for one in classes_of_ours(type(model_admin))]
            assert len(names) == len(set(names)), (model, names)

    def test_every_page_is_a_plain_object_with_addresses_or_a_panel(self):
        for page in PAGES:
            assert classes_of_ours(page) == [page, ArticlePage]
            assert {"urls", "panel"} & vars(page).keys(), page

    def test_every_address_of_a_page_is_looked_up_before_that_of_a_form(self):
        model_admin = admin.site.get_model_admin(Article)
        own = [url.name for page in model_admin.pages for url in page.urls()]
        assert [url.name for url in model_admin.get_urls()][: len(own)] == own
        assert len(own) == len(set(own))

    def test_nothing_is_kept_on_the_admin_that_one_request_could_leave_to_another(self):
        model_admin = admin.site.get_model_admin(Article)
        assert set(vars(model_admin)) - set(vars(admin.ModelAdmin(Article, admin.site))) == {"pages"}
        assert all(set(vars(page)) == {"admin"} for page in model_admin.pages)


class SavingTests(DeskTestCase):
    """Each is told by what is stored afterwards, so that the order in which a save happens can't change unseen."""

    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_article(headline="As saved", section=make_section())

    def stored(self):
        return Article.objects.get(pk=self.article.pk)

    def test_text_from_before_the_desk_stays_in_the_history(self):
        self.send(self.article, headline="Typed")
        assert [row.snapshot["headline"] for row in self.article.revisions.order_by("version")] == ["As saved", "Typed"]

    def test_save_over_another_version_says_so_in_the_history(self):
        data = typed(self.article, headline="Mine", _overwrite="1")
        self.send(self.article, headline="Theirs")
        self.client.post(change_address(self.article), data)
        assert self.stored().headline == "Mine"
        assert "Saved over version 1" in self.article.revisions.order_by("version").last().note

    def test_links_to_other_sites_are_asked_for_by_the_worker_once_they_are_saved(self):
        with mock.patch("articles.tasks.want_answers") as want_answers:
            self.send(self.article, body='<p><a href="https://example.com/dam">Dam</a></p>', _continue="1")
            want_answers.assert_called_once_with(["https://example.com/dam"])
            self.send(self.stored(), _continue="1")  # nothing new
            want_answers.assert_called_once()

    def test_save_of_nothing_new_is_not_logged_and_makes_no_version(self):
        self.send(self.article, headline="Typed")
        entries = LogEntry.objects.count()
        self.send(self.stored(), _continue="1")
        assert (self.stored().version, LogEntry.objects.count()) == (1, entries)

    def test_log_tells_the_values_before_and_after(self):
        self.send(self.article, headline="Typed")
        message = LogEntry.objects.first().change_message
        assert "As saved" in message
        assert "Typed" in message

    def test_plain_save_leads_to_the_list_and_save_and_continue_back_to_the_form(self):
        assert self.send(self.article, headline="One").url == reverse("admin:articles_article_changelist")
        assert self.send(self.stored(), headline="Two", _continue="1").url == change_address(self.article)

    def test_who_begins_an_article_is_its_writer_and_nobody_who_saves_it_later(self):
        self.send(headline="New", section=self.article.section_id)
        article = Article.objects.get(headline="New")
        assert article.created_by == self.chief
        assert article.revisions.get().note == "Begun"
        other = self.log_in(make_chief())
        self.send(article, headline="Newer")
        article.refresh_from_db()
        assert (article.created_by, article.saved_by) == (self.chief, other)

    def test_new_article_in_a_popup_is_handed_to_the_form_that_asked_for_it(self):
        response = self.send(headline="Asked for", section=self.article.section_id, _popup="1")
        self.assertTemplateUsed(response, "admin/popup_response.html")
        assert Article.objects.filter(headline="Asked for").exists()

    def test_popup_hands_out_no_field_that_nothing_refers_to(self):
        response = self.send(
            headline="Asked for", section=self.article.section_id, _popup="1", _to_field="embargo_until"
        )
        assert response.status_code == 400
        assert not Article.objects.filter(headline="Asked for").exists()

    def test_preview_leaves_what_was_autosaved_to_be_offered(self):
        Autosave.objects.create(
            user=self.chief,
            article=self.article,
            window="window-one",
            base_version=0,
            fields={"headline": ["Typed"]},
            begun_at=self.article.saved_at,
            at=self.article.saved_at,
        )
        self.send(self.article, headline="Typed", window="window-one", _preview="1")
        assert Autosave.objects.open().count() == 1
        self.send(self.article, headline="Typed", window="window-one")
        assert Autosave.objects.open().count() == 0

    def test_refused_form_has_no_checks_of_what_is_stored(self):
        assert self.client.get(change_address(self.article)).context["checks"]
        assert self.send(self.article, headline="").context["checks"] is None

    def test_field_of_a_link_that_is_to_be_mended_is_listed_with_the_others(self):
        page = self.send(self.article, headline="", _share="1", share_shows="newest", share_days="date")
        assert "id_headline" in {field for field, _label, _text in page.context["to_mend"]}
        assert "id_share_until" in {field for field, _label, _text in page.context["to_mend"]}


class BylinesTests(DeskTestCase):
    """The authors of a form are read at once, whatever its button does."""

    def setUp(self):
        self.log_in(make_chief())
        self.article = make_article(section=make_section(), authors=[make_author() for _number in range(8)])

    def reads(self, **button):
        with CaptureQueriesContext(connection) as queries:
            self.client.post(self.article.get_absolute_url(), typed(self.article, standfirst="New.") | button)
        one = 'FROM "articles_author" WHERE "articles_author"."id" = '
        there = "SELECT 1 "  # Django asks of each reference whether it is there, and reads nothing
        return sum(one in query["sql"] and not query["sql"].startswith(there) for query in queries)

    def test_no_button_reads_authors_one_by_one(self):
        for button in ("_save", "_continue", "_preview"):
            with self.subTest(button):
                self.article.refresh_from_db()
                assert self.reads(**{button: "1"}) == 0


class UnwritableTests(DeskTestCase):
    """What holds if the database refuses a save in the middle."""

    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_article(headline="As saved", section=make_section())

    def refused(self, **changes):
        failure = OperationalError("attempt to write a readonly database")
        with (
            mock.patch("articles.desk.revisions.keep_revision", side_effect=failure),
            self.assertLogs("articles.admin.article.saving", "ERROR"),
        ):
            return self.send(self.article, **changes)

    def test_link_whose_revocation_was_told_stays_revoked(self):
        until = timezone.now() + timedelta(days=7)
        link = workflow.share(self.article, by=self.chief, until=until, revision=None, takes_notes=False)
        assert self.refused(headline="Typed", _revoke_link=link.pk).status_code == 503
        link.refresh_from_db()
        assert link.revoked_at

    def test_nothing_of_the_save_is_stored_and_no_error_is_told_of_the_fields(self):
        page = self.refused(headline="Typed", tags="Brand new")
        article = Article.objects.get(pk=self.article.pk)
        assert (article.headline, article.version, article.tag_rows.count()) == ("As saved", 0, 0)
        assert page.context["to_mend"] == []
        assert page.context["adminform"].form["headline"].value() == "Typed"

    def test_form_shows_its_bylines_on_the_rows_that_somebody_else_saved(self):
        revisions.keep_first(self.article, revisions.snapshot(self.article))
        mine, theirs = make_author(), make_author()
        data = typed(self.article, headline="Mine", **{"bylines-0-author": mine.pk})
        self.article.bylines.create(author=theirs, order=0)
        Article.objects.filter(pk=self.article.pk).update(version=5)
        failure = OperationalError("attempt to write a readonly database")
        with (
            mock.patch("articles.desk.revisions.snapshot", side_effect=[failure, {}]),
            self.assertLogs("articles.admin.article.saving", "ERROR"),
        ):
            page = self.client.post(change_address(self.article), data | {"_overwrite": "5"})
        (formset,) = [inline.formset for inline in page.context["inline_admin_formsets"]]
        assert page.status_code == 503
        assert [str(form["author"].value()) for form in formset.initial_forms] == [str(mine.pk)]


class WordsOfThoseWhoMayNotTests(DeskTestCase):
    """A form that was opened while one might write, and is sent when one may not any more."""

    def setUp(self):
        self.section = make_section()
        self.writer = make_user(roles.REPORTER)
        self.article = make_article(section=self.section, headline="Road opens", created_by=self.writer)
        self.form = typed(self.article) | {"body": "<p>A paragraph of an hour.</p>"}
        self.client.force_login(self.writer)

    def send(self, **more):
        return self.client.post(self.article.get_absolute_url(), self.form | more)

    def test_words_are_kept_and_told_if_the_article_is_in_the_trash_by_now(self):
        Article.objects.filter(pk=self.article.pk).update(trashed_at=timezone.now())
        for button in ("_save", "_continue", "_step", "_preview", "_share"):
            with self.subTest(button):
                UnsavedForm.objects.all().delete()
                response = self.send(**{button: "submit"})
                self.assertContains(response, "is in the trash by now", status_code=403)
                self.assertContains(response, "What you typed is kept", status_code=403)
                row = UnsavedForm.objects.get(user=self.writer)
                assert row.fields["body"] == ["<p>A paragraph of an hour.</p>"]
                self.assertContains(
                    self.client.get(reverse("admin:unsaved_form", args=[row.pk])), "paragraph of an hour"
                )
        self.assertContains(self.client.get(reverse("admin:index")), reverse("admin:unsaved_form", args=[row.pk]))

    def test_words_are_kept_and_told_if_the_right_to_write_is_gone(self):
        Article.objects.filter(pk=self.article.pk).update(stage=Article.Stage.READY)
        self.assertContains(self.send(), "you may not edit", status_code=403)
        assert UnsavedForm.objects.filter(user=self.writer).count() == 1

    def test_a_step_beside_the_text_is_taken_if_no_word_was_changed(self):
        Article.objects.filter(pk=self.article.pk).update(stage=Article.Stage.READY)
        self.form = typed(self.article)
        assert self.send(_step="note", desk_note="The mayor called back.").status_code == 302
        assert self.article.notes.get().text == "The mayor called back."
        assert not UnsavedForm.objects.exists()

    def test_whoever_may_not_read_an_article_learns_nothing_of_it(self):
        blind = []
        for role in groups.PERMISSIONS:
            self.client.force_login(make_user(role))
            if self.client.get(self.article.get_absolute_url()).status_code != 403:
                continue
            blind.append(role)
            for button in ("_save", "_continue", "_step", "_preview", "_share", "_revoke", "_merge", "_overwrite"):
                for form in ({}, self.form, {"note": "Words for a step", "due_at": "2026-01-01T10:00"}):
                    with self.subTest(f"{role} {button}"):
                        sent = form | {button: "submit", "version": "1"}
                        response = self.client.post(self.article.get_absolute_url(), sent, follow=True)
                        assert response.status_code == 403
                        self.assertNotContains(response, "Road opens", status_code=403)
                        self.assertNotContains(self.client.get(reverse("admin:index")), "Road opens")
        assert roles.RATES_DESK in blind
        assert not UnsavedForm.objects.exists()
