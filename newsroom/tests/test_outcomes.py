"""“Nothing was saved” is only said when that is known: a connection is killed before, during and after a commit."""

from unittest import mock, skipUnless

from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client, TransactionTestCase
from django.urls import reverse

from articles.admin.article import actions
from articles.desk import revisions
from articles.models import Article, Section
from articles.tests.factories import make_article, make_chief, make_section
from articles.tests.test_admin_article import ADD, change_address, typed
from ground import outcomes

if connection.vendor == "postgresql":
    from newsroom.tests.hung_database import kill

NOTHING, UNKNOWN = "Nothing was saved", "not known whether"


class OutcomeTestCase(TransactionTestCase):
    def setUp(self):
        self.editor = Client(raise_request_exception=False)
        self.editor.force_login(make_chief())
        self.article = make_article(headline="As saved", section=make_section())


class ManyTests(OutcomeTestCase):
    """Each article is committed by itself, so something may be stored when the next one fails."""

    def tag(self, *results):
        second = make_article(headline="Second")
        data = {"action": "tag_selected", "_selected_action": [self.article.pk, second.pk], "index": "0"}
        with mock.patch.object(actions.Tag, "save", side_effect=results):
            return self.editor.post(
                reverse("admin:articles_article_changelist"), data | {"confirmed": "1", "tags": "x"}
            )

    def test_after_one_is_done_it_is_not_said_that_nothing_was_saved(self):
        page = self.tag("Tagged.", OperationalError("server closed the connection"))
        self.assertContains(page, UNKNOWN, status_code=503)
        self.assertNotContains(page, "nothing was saved", status_code=503)

    def test_before_one_is_done_it_is(self):
        page = self.tag(OperationalError("server closed the connection"))
        self.assertContains(page, "nothing was saved", status_code=503)

    def test_a_note_about_the_failure_itself_is_not_counted(self):
        outcomes.begin_work()
        with outcomes.in_passing():
            Section.objects.update(name="Other")
        assert not outcomes.may_have_stored()

    def test_what_is_rolled_back_is_not_counted_and_what_is_committed_is(self):
        outcomes.begin_work()
        for is_undone in (True, False):
            with transaction.atomic():
                Section.objects.update(name="Other")
                transaction.set_rollback(is_undone)
            assert outcomes.may_have_stored() is not is_undone
        outcomes.begin_work()
        Section.objects.count()
        assert not outcomes.may_have_stored()
        Section.objects.update(name="Another")
        assert outcomes.may_have_stored()


@skipUnless(connection.vendor == "postgresql", "SQLite is a file: a commit that fails is known to have failed")
class KilledTests(OutcomeTestCase):
    def save(self, **changes):
        return self.editor.post(
            change_address(self.article), typed(self.article, headline="Typed", _continue="1", **changes)
        )

    def broken_commit(self, *, is_stored):
        """The next commit, in which the connection breaks: before the server has stored it, or after."""
        whole, tries = BaseDatabaseWrapper.commit, []

        def commit(wrapper):
            tries.append(1)
            if len(tries) > 1:
                return whole(wrapper)
            if is_stored:
                whole(wrapper)
            kill(wrapper)
            with wrapper.wrap_database_errors:
                wrapper.connection.execute("SELECT 1") if is_stored else wrapper.connection.commit()
            raise AssertionError("It was not killed.")

        return mock.patch.object(BaseDatabaseWrapper, "commit", commit)

    def stored(self):
        return Article.objects.get(pk=self.article.pk).headline

    def test_before_the_commit_nothing_was_saved(self):
        whole = revisions.keep_revision

        def broken(*arguments, **options):
            kill(connection)
            return whole(*arguments, **options)

        with mock.patch.object(revisions, "keep_revision", broken):
            page = self.save()
        self.assertContains(page, NOTHING, status_code=503)
        self.assertNotContains(page, UNKNOWN, status_code=503)
        assert (page.headers["Retry-After"], self.stored()) == ("5", "As saved")

    def test_during_the_commit_nobody_knows_and_the_form_says_how_to_find_out(self):
        for is_stored, headline in ((False, "As saved"), (True, "Typed")):
            with self.subTest(is_stored=is_stored), self.broken_commit(is_stored=is_stored):
                page = self.save()
                self.assertContains(page, UNKNOWN, status_code=503)
                self.assertContains(page, "a new version with your words is your save", status_code=503)
                self.assertContains(page, "Typed</textarea>", status_code=503)
                self.assertNotContains(page, NOTHING, status_code=503)
                assert self.stored() == headline

    def test_during_the_commit_of_another_form(self):
        address, data = reverse("admin:articles_flatpage_add"), {"title": "About", "slug": "about", "body": "<p>x</p>"}
        with self.broken_commit(is_stored=True):
            page = self.editor.post(address, data)
        self.assertContains(page, UNKNOWN, status_code=503)

    def test_a_new_article_is_looked_for_before_it_is_saved_again(self):
        with self.broken_commit(is_stored=True):
            page = self.editor.post(ADD, typed(headline="Brand new", _continue="1"))
        self.assertContains(page, "in the list of articles", status_code=503)
        assert Article.objects.filter(headline="Brand new").count() == 1

    def test_after_the_commit_the_answer_is_that_it_is_saved(self):
        with mock.patch("articles.admin.article.saving.tasks.want_answers") as later:
            later.side_effect = lambda addresses: transaction.on_commit(lambda: kill(connection), robust=True)
            page = self.save()
        assert page.status_code == 302
        connection.close()
        assert self.stored() == "Typed"

    def test_a_statement_outside_a_transaction_is_its_own_commit(self):
        outcomes.begin_work()
        Section.objects.count()
        kill(connection)
        with self.assertRaises(OperationalError):
            Section.objects.update(name="Other")
        assert outcomes.may_have_stored()
        connection.close()
