"""Rights at the desk, asked of the server: no button, no forged form and no bulk action gets around them."""

from datetime import timedelta

import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db.models import ProtectedError
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles.desk import roles, workflow
from articles.models import Edition, Placement, Template
from articles.tests.factories import (
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_image,
    make_section,
    make_user,
)
from articles.tests.test_admin_article import DeskTestCase, change_address, typed
from newsroom.tests.forms import loaded

LIST = reverse("admin:articles_article_changelist")
EDITORS_STEPS = ["approve", "publish", "schedule", "send_back", "take_down", "withdraw"]


def give_permissions():
    """Groups with their permissions, as ``migrate`` leaves them."""
    roles.make_groups()


class RolesTestCase(DeskTestCase):
    @classmethod
    def setUpTestData(cls):
        give_permissions()
        cls.chief = make_chief()

    def given(self):
        soon = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        return {"go_live_at": soon, "take_down_at": soon, "note": "x", "withdrawal_reason": "x"}

    def run_action(self, action, *articles, **more):
        data = {"action": action, "_selected_action": [article.pk for article in articles], "confirmed": "1"} | more
        return self.client.post(LIST, data, follow=True)


class ReporterTests(RolesTestCase):
    def setUp(self):
        self.reporter = self.log_in(make_user(roles.REPORTER))
        self.mine = make_article(created_by=self.reporter)
        self.theirs = make_article(headline="Theirs")

    def test_writes_and_submits_their_own(self):
        self.send(self.mine, headline="Better", _continue="1")
        self.mine.refresh_from_db()
        self.send(self.mine, _step="submit")
        self.mine.refresh_from_db()
        assert (self.mine.headline, self.mine.stage) == ("Better", "in_review")

    def test_new_article_is_their_own(self):
        self.send(headline="Mine from the start", _continue="1")
        assert self.reporter.articles.filter(headline="Mine from the start", created_by=self.reporter).exists()

    def test_takes_back_what_waits_without_being_able_to_edit_it(self):
        workflow.submit(self.mine, by=self.reporter)
        assert self.client.post(change_address(self.mine), typed(self.mine, headline="x")).status_code == 403
        page = self.page(self.mine)
        self.assertContains(page, 'value="take_back"')
        self.assertNotContains(page, 'name="headline"')
        self.client.post(change_address(self.mine), {"_step": "take_back", "version": "0"})
        self.mine.refresh_from_db()
        assert self.mine.stage == "in_review", "somebody saved since"
        self.client.post(change_address(self.mine), {"_step": "take_back", "version": "1"})
        self.mine.refresh_from_db()
        assert self.mine.stage == "draft"

    def test_takes_no_editors_step_by_any_post(self):
        live, scheduled = make_article(created_by=self.reporter), make_article(created_by=self.reporter)
        workflow.publish(live, by=self.chief)
        edition = workflow.schedule(scheduled, by=self.chief, at=timezone.now() + timedelta(hours=2))
        waiting = make_article(created_by=self.reporter, stage="in_review")
        for article in (self.mine, live, scheduled, waiting, self.theirs):
            for step in [*EDITORS_STEPS, f"cancel:{edition.pk}", f"reschedule:{edition.pk}"]:
                with self.subTest(article=article.headline, step=step):
                    article.refresh_from_db()
                    before = (article.stage, list(article.editions.values()))
                    self.client.post(change_address(article), typed(article, _step=step, **self.given()))
                    article.refresh_from_db()
                    assert (article.stage, list(article.editions.values())) == before

    def test_publishes_nothing_by_a_bulk_action(self):
        self.run_action("publish_selected", self.mine, self.theirs)
        self.run_action("publish_selected", self.mine, select_across="1")
        assert not self.mine.editions.exists()

    def test_submits_by_a_bulk_action_only_their_own(self):
        page = self.run_action("submit_selected", self.mine, self.theirs)
        self.mine.refresh_from_db()
        self.theirs.refresh_from_db()
        assert (self.mine.stage, self.theirs.stage) == ("in_review", "draft")
        self.assertContains(page, "Theirs")
        self.assertContains(page, "Submitted 1 article:")

    def test_reads_others_articles_and_changes_none(self):
        self.assertContains(self.page(self.theirs), "Theirs")
        self.assertNotContains(self.page(self.theirs), 'name="_continue"')
        assert self.send(self.theirs, headline="Stolen").status_code == 403
        assert self.send(self.theirs, headline="Stolen", _overwrite="0").status_code == 403
        assert self.send(self.theirs, headline="Stolen", _preview="1").status_code == 403
        self.theirs.refresh_from_db()
        assert self.theirs.headline == "Theirs"

    def test_byline_gives_the_right_to_edit(self):
        self.theirs.bylines.create(author=make_author(user=self.reporter))
        self.send(self.theirs, headline="Ours", _continue="1")
        self.theirs.refresh_from_db()
        assert self.theirs.headline == "Ours"

    def test_places_nothing_on_the_front_page(self):
        data = {"slot": 1, "article": self.mine.pk, "starts_at": "2026-01-01T10:00"}
        assert self.client.post(reverse("admin:articles_placement_add"), data).status_code == 403
        assert not Placement.objects.exists()

    def test_puts_only_their_own_drafts_in_the_trash(self):
        submitted = make_article(created_by=self.reporter, stage="in_review")
        for article, gone in ((self.theirs, False), (submitted, False), (self.mine, True)):
            with self.subTest(article.headline):
                self.send(article, _step="trash")
                article.refresh_from_db()
                assert bool(article.trashed_at) == gone

    def test_restores_no_revision_of_another(self):
        workflow.saved(self.theirs, by=self.chief)
        revision = self.theirs.revisions.get()
        assert self.client.post(reverse("admin:articles_revision_restore", args=[revision.pk])).status_code == 403

    def test_sees_no_machinery(self):
        for name in ("auth_user", "auth_group", "articles_sitesettings", "articles_placement", "tickers_rate"):
            with self.subTest(name):
                assert self.client.get(reverse(f"admin:{name}_changelist"), follow=True).status_code == 403

    def test_moving_a_published_article_is_for_its_editors(self):
        workflow.publish(self.mine, by=self.chief)
        self.mine.refresh_from_db()
        response = self.send(self.mine, section=make_section().pk, headline="Kept in the form")
        self.assertContains(response, "only an editor there moves it")
        self.assertContains(response, "Kept in the form")


class SectionEditorTests(RolesTestCase):
    def setUp(self):
        self.editor = self.log_in(make_user(roles.SECTION_EDITOR))
        self.section, self.foreign = make_section(), make_section(name="Foreign")
        self.section.editors.add(self.editor)
        self.mine = make_article(section=self.section)
        self.theirs = make_article(section=self.foreign)

    def test_publishes_in_their_sections_and_those_within(self):
        child = make_article(section=make_section(parent=self.section))
        for article in (self.mine, child):
            self.send(article, _step="publish")
            assert article.editions.live().exists()

    def test_publishes_nothing_elsewhere(self):
        for step in [*EDITORS_STEPS, "submit", "take_back"]:
            with self.subTest(step):
                self.client.post(change_address(self.theirs), typed(self.theirs, _step=step, **self.given()))
                self.theirs.refresh_from_db()
                assert self.theirs.stage == "draft"
                assert not self.theirs.editions.exists()
        self.run_action("publish_selected", self.theirs, self.mine)
        assert not self.theirs.editions.exists()
        assert self.mine.editions.exists()

    def test_moving_an_article_into_a_foreign_section_does_not_publish_it_there(self):
        self.send(self.mine, section=self.foreign.pk, _step="publish")
        self.mine.refresh_from_db()
        assert self.mine.section == self.foreign, "handed over, as a draft"
        assert not self.mine.editions.exists()

    def test_own_published_article_of_another_section_is_not_moved_to_be_published(self):
        own = make_article(section=self.foreign, created_by=self.editor)
        workflow.publish(own, by=self.chief)
        own.refresh_from_db()
        self.send(own, section=self.section.pk, headline="Smuggled", _step="publish")
        assert own.editions.live().get().headline != "Smuggled"

    def test_gives_no_author_a_login(self):
        author = make_author()
        data = {"name": author.name, "slug": author.slug, "user": self.editor.pk, "biography": "New"}
        address = reverse("admin:articles_author_change", args=[author.pk])
        self.client.post(address, data | loaded(self.client, address))
        author.refresh_from_db()
        assert (author.user, author.biography) == (None, "New")


class ChiefEditorTests(RolesTestCase):
    def setUp(self):
        self.log_in(self.chief)

    def test_publishes_everywhere_and_places(self):
        article = make_article()
        self.send(article, _step="publish")
        data = {"slot": 1, "article": article.pk, "starts_at": "2026-01-01T10:00", "ends_at": ""}
        assert self.client.post(reverse("admin:articles_placement_add"), data).status_code == 302
        assert Placement.objects.get().ends_at.year == 9999

    def test_bulk_action_publishes_what_is_ready_and_says_what_is_not(self):
        good, bad = make_article(), make_article(headline="No section here", section=None)
        page = self.run_action("publish_selected", good, bad)
        self.assertContains(page, "No section here")
        self.assertContains(page, "Choose a section")
        assert good.editions.live().exists()
        assert not bad.editions.exists()

    def test_finds_logins_for_authors(self):
        make_user(username="zarina")
        query = {"app_label": "articles", "model_name": "author", "field_name": "user", "term": "zari"}
        found = self.client.get(reverse("admin:autocomplete"), query).json()["results"]
        assert [row["text"] for row in found] == ["zarina"]

    def test_sees_no_machinery(self):
        assert self.client.get(reverse("admin:auth_group_changelist")).status_code == 403
        assert self.client.get(reverse("admin:page_cache")).status_code == 403
        self.assertNotContains(self.client.get(reverse("admin:index")), reverse("admin:page_cache"))

    def test_erases_nothing(self):
        edition = make_edition(live_until=timezone.now())
        assert self.client.get(reverse("admin:articles_edition_erase", args=[edition.pk])).status_code == 403


class AdministratorTests(RolesTestCase):
    def setUp(self):
        self.administrator = self.log_in(make_user(roles.ADMINISTRATOR))

    def user_form(self, user, **changes):
        data = {"username": user.username}
        address = reverse("admin:auth_user_change", args=[user.pk])
        return self.client.post(address, data | loaded(self.client, address) | changes)

    def test_gives_roles(self):
        user = make_user()
        self.user_form(user, roles=[roles.REPORTER])
        assert roles.roles_of(User.objects.get(pk=user.pk)) == {roles.REPORTER}

    def test_makes_nobody_a_superuser(self):
        user = make_user()
        self.user_form(user, is_superuser="on", user_permissions=["1"])
        self.user_form(self.administrator, is_superuser="on")
        assert not User.objects.filter(is_superuser=True).exists()
        assert not user.user_permissions.exists()

    def test_deletes_no_login_that_left_traces(self):
        publisher, writer, logged, eraser = (make_user(username=name) for name in ("pub", "wri", "log", "era"))
        edition = make_edition()
        Edition.objects.update(cut_by=publisher, erased_by=eraser)
        workflow.saved(edition.article, by=writer)
        LogEntry.objects.log_actions(logged.pk, [edition], CHANGE, "x")
        for user in (publisher, writer, logged, eraser):
            with self.subTest(user.username):
                address = reverse("admin:auth_user_delete", args=[user.pk])
                self.assertContains(self.client.post(address, {"post": "yes"}, follow=True), "suspend it instead")
                data = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
                page = self.client.post(reverse("admin:auth_user_changelist"), data, follow=True)
                self.assertContains(page, "suspend it instead")
                assert User.objects.filter(pk=user.pk).exists()
        with self.assertRaises(ProtectedError):
            publisher.delete()
        with self.assertRaises(ProtectedError):
            writer.delete()

    def test_deletes_a_login_without_traces(self):
        user = make_user()
        self.client.post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"})
        assert not User.objects.filter(pk=user.pk).exists()

    def test_touches_no_superuser(self):
        root = make_user(is_superuser=True)
        assert self.user_form(root, username="mine").status_code == 403
        for name in ("link", "link_end", "sessions", "suspend", "let-in"):
            assert self.client.post(reverse(f"admin:auth_user_{name}", args=[root.pk])).status_code == 403
        assert self.client.post(reverse("admin:auth_user_delete", args=[root.pk]), {"post": "yes"}).status_code == 403


class RightsTests(TestCase):
    """Who may do what with things beside articles; asked without a screen."""

    @classmethod
    def setUpTestData(cls):
        cls.administrator, cls.chief, cls.reporter = (
            make_user(roles.ADMINISTRATOR),
            make_chief(),
            make_user(roles.REPORTER),
        )
        cls.editor, cls.pictures = make_user(roles.SECTION_EDITOR), make_user(roles.PICTURE_EDITOR)
        cls.section = make_section()
        cls.section.editors.add(cls.editor)

    def those_who(self, may, thing):
        users = ("administrator", "chief", "editor", "pictures", "reporter")
        return {name for name in users if may(User.objects.get(pk=getattr(self, name).pk), thing)}

    def test_only_who_comes_to_the_desk_is_given_articles(self):
        assert roles.writes(self.reporter)
        assert not roles.writes(make_user(roles.REPORTER, is_staff=False))

    def test_many_articles_are_told_apart_at_once_by_their_bylines(self):
        mine, another = make_article(authors=[make_author(user=self.reporter)]), make_article(authors=[make_author()])
        roles.load_own(self.reporter, [mine, another])
        with self.assertNumQueries(0):
            assert roles.is_own(self.reporter, mine)
            assert not roles.is_own(self.reporter, another)

    def test_idea_of_another_reporter_is_begun_by_nobody_but_them(self):
        another = make_user(roles.REPORTER)
        for created_by, may_begin in ((self.chief, True), (self.reporter, True), (another, False)):
            idea = make_article(stage="idea", created_by=created_by)
            assert roles.may(self.reporter, "begin", idea) == may_begin, created_by

    def test_article_is_taken_out_of_no_section_by_who_has_no_say_there(self):
        assert roles.may_move_out(self.reporter, make_article(section=None, created_by=self.chief))
        for created_by, may_move in ((self.chief, False), (self.reporter, True)):
            article = make_article(section=self.section, created_by=created_by)
            assert roles.may_move_out(self.reporter, article) == may_move, created_by
        assert roles.may_move_out(self.editor, make_article(section=self.section, created_by=self.chief))

    def test_picture_is_theirs_whose_sections_alone_have_it_now(self):
        everywhere = {"administrator", "chief", "pictures"}
        mine, unused = make_image(uploaded_by=self.editor), make_image()
        assert self.those_who(roles.may_change_image, mine) == everywhere | {"editor"}
        assert self.those_who(roles.may_change_image, unused) == everywhere
        make_article(section=self.section, lead_image=unused)
        assert self.those_who(roles.may_change_image, unused) == everywhere | {"editor"}
        foreign = make_edition(body=f'<figure data-image="{unused.pk}"></figure><p>x</p>')
        unused.article_rows.filter(article=foreign.article).delete()  # the working copy has it no more
        assert self.those_who(roles.may_change_image, unused) == everywhere
        with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
            type(foreign).objects.filter(pk=foreign.pk).update(live_until=timezone.now())  # readers see it no more
            assert self.those_who(roles.may_change_image, unused) == everywhere | {"editor"}

    def test_author_is_theirs_in_whose_sections_alone_they_write(self):
        leads = {"administrator", "chief"}
        guest, staff = make_author(), make_author(user=self.reporter)
        assert self.those_who(roles.may_change_author, guest) == leads | {"editor"}
        assert self.those_who(roles.may_change_author, staff) == leads
        make_article(section=self.section, authors=[guest, staff])
        assert self.those_who(roles.may_change_author, staff) == leads | {"editor"}
        make_article(authors=[guest, staff])
        assert self.those_who(roles.may_change_author, guest) == self.those_who(roles.may_change_author, staff) == leads
        assert self.those_who(roles.may_change_author, make_author(user=self.editor)) == leads | {"editor"}

    def test_tags_are_merged_by_who_may_rename_each_and_authors_by_who_leads_the_paper(self):
        leads = {"administrator", "chief"}
        make_article(section=self.section, tags=["Rail"])
        make_article(tags=["Silk"])
        rail, silk = (Tag.objects.get(name=name) for name in ("Rail", "Silk"))
        assert self.those_who(roles.may_merge, rail) == leads | {"editor"}
        assert self.those_who(lambda user, tags: roles.may_merge(user, *tags), (rail, silk)) == leads
        assert self.those_who(roles.may_merge, make_author()) == self.those_who(roles.may_merge, self.section) == leads

    def test_template_is_theirs_who_made_it_or_edit_its_section(self):
        leads = {"administrator", "chief"}
        foreign = make_section()
        for made_by, section, expected in (
            (self.editor, foreign, leads | {"editor"}),
            (self.chief, self.section, leads | {"editor"}),
            (self.chief, foreign, leads),
            (self.reporter, foreign, leads),
        ):
            template = Template(made_by=made_by, section=section)
            assert self.those_who(roles.may_change_template, template) == expected, (made_by, section)

    def test_nobody_manages_whoever_may_do_more_than_they(self):
        leads, root = {"administrator", "chief"}, make_user(is_superuser=True)
        assert self.those_who(roles.may_manage, None) == leads
        assert self.those_who(roles.may_manage, make_user(roles.CHIEF_EDITOR)) == leads
        assert self.those_who(roles.may_manage, make_user(roles.ADMINISTRATOR)) == {"administrator"}
        assert self.those_who(roles.may_manage, root) == set()
        assert roles.may_manage(root, make_user(is_superuser=True))
        assert self.those_who(roles.may_reset_password, make_user(roles.REPORTER)) == {"administrator"}


class OutsiderTests(TestCase):
    def test_anonymous_visitor_and_reader_with_a_login_get_the_log_in_page(self):
        article = make_article()
        addresses = [
            reverse("admin:index"),
            LIST,
            change_address(article),
            reverse("admin:articles_article_preview", args=[article.pk]),
            reverse("admin:taggit_tag_names"),
            reverse("admin:articles_image_picker"),
        ]
        for user in (None, make_user(is_staff=False)):
            if user:
                self.client.force_login(user)
            for address in addresses:
                with self.subTest(user=user, address=address):
                    self.assertRedirects(self.client.get(address), f"{reverse('admin:login')}?next={address}")
