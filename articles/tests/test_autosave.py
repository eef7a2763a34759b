"""What is typed and not saved: kept at once, nobody else's, offered again, and settled when it is saved or dropped."""

from datetime import timedelta
from unittest import mock
from zoneinfo import ZoneInfo

from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.desk import revisions, roles, workflow
from articles.models import Article, Autosave, Edition, Presence, Revision
from articles.tests.factories import make_article, make_author, make_edition, make_section, make_user
from articles.tests.test_admin_article import ADD, DeskTestCase, change_address, typed

WINDOW = "window-of-the-tests"


def address(name, article=None):
    return reverse(f"admin:articles_article_{name}", args=[article.pk if article else 0])


class AutosaveTestCase(DeskTestCase):
    def setUp(self):
        self.me = self.log_in(make_user(roles.CHIEF_EDITOR, username="me"))

    def keep(self, article=None, window=WINDOW, sequence=0, client=None, **changes):
        data = typed(article, **changes) | {"window": window, "sequence": sequence or ""}
        return (client or self.client).post(address("autosave", article), data)


class KeepingTests(AutosaveTestCase):
    def test_what_is_typed_is_kept_and_nothing_else_is_touched(self):
        article = make_edition(headline="As it was").article
        before = (Article.objects.values().get(), Edition.objects.values().get(), Revision.objects.count())
        answer = self.keep(article, headline="Typed", note="Ask her", tags="a, b").json()
        row = Autosave.objects.get()
        assert (row.user, row.article, row.window, row.settled_at) == (self.me, article, WINDOW, None)
        assert (row.fields["headline"], row.fields["note"]) == (["Typed"], ["Ask her"])
        assert not {"csrfmiddlewaretoken", "window", "version"} & set(row.fields)
        assert (answer["version"], answer["here"], answer["autosave"]) == (0, [], row.pk)
        assert before == (Article.objects.values().get(), Edition.objects.values().get(), Revision.objects.count())

    def test_answer_says_who_saved_the_newest_version_and_when(self):
        article = make_article()
        workflow.saved(article, by=make_user(first_name="Aigul", last_name="Tash"))
        answer = self.keep(article).json()
        assert (answer["version"], answer["saved_by"]) == (1, "Aigul Tash")
        assert "Asia/Bishkek" in answer["saved_at"]

    def test_a_young_row_is_written_over_and_an_old_one_stays_as_a_trail(self):
        article = make_article()
        self.keep(article, headline="One")
        self.keep(article, headline="Two")
        assert Autosave.objects.get().fields["headline"] == ["Two"]
        Autosave.objects.update(begun_at=timezone.now() - timedelta(minutes=6))
        self.keep(article, headline="Three")
        assert [row.fields["headline"] for row in Autosave.objects.order_by("pk")] == [["Two"], ["Three"]]

    def test_words_that_come_late_do_not_replace_newer_ones(self):
        article = make_article()
        self.keep(article, headline="Newer", sequence=2000)
        self.keep(article, headline="Older", sequence=1000)
        assert Autosave.objects.get().fields["headline"] == ["Newer"]

    def test_words_that_come_after_they_were_saved_begin_nothing(self):
        article = make_article()
        self.keep(article, headline="Saved", sequence=1000)
        self.send(article, headline="Saved", window=WINDOW, _continue="1")
        self.keep(article, headline="Saved", sequence=1000)
        assert not Autosave.objects.open().exists()

    def test_each_window_and_each_article_has_rows_of_its_own(self):
        article, other = make_article(), make_article()
        for place, window in ((article, "window-1"), (article, "window-2"), (other, "window-3"), (None, "window-4")):
            self.keep(place, window=window, headline="Typed")
        assert Autosave.objects.count() == 4

    def test_open_windows_of_one_person_are_bounded(self):
        with mock.patch("articles.admin.article.autosaves.MOST_WINDOWS", 3):
            for number in range(5):
                self.keep(window=f"window-{number}", headline=f"Headline {number}")
        assert set(Autosave.objects.open().values_list("window", flat=True)) == {"window-2", "window-3", "window-4"}
        assert Autosave.objects.count() == 5

    def test_rows_of_one_window_are_bounded(self):
        article = make_article()
        with mock.patch("articles.admin.article.autosaves.MOST_ROWS", 3):
            for number in range(5):
                self.keep(article, headline=f"Headline {number}")
                Autosave.objects.update(begun_at=timezone.now() - timedelta(minutes=6))
        assert Autosave.objects.count() == 3

    def test_old_rows_are_removed_by_command_and_in_passing(self):
        article = make_article()
        self.keep(article, window="window-old", headline="Old")
        Autosave.objects.update(at=timezone.now() - timedelta(days=31))
        self.keep(article, window="window-new", headline="New")
        assert Autosave.objects.get().window == "window-new"
        self.keep(article, window="window-old", headline="Old")
        Autosave.objects.filter(window="window-old").update(at=timezone.now() - timedelta(days=31))
        call_command("empty_autosaves", stdout=mock.Mock())
        assert Autosave.objects.get().window == "window-new"

    def test_control_characters_and_strange_names_do_no_harm(self):
        article = make_article()
        data = typed(article, headline="A\x00B\ud800".encode("utf-8", "replace").decode()) | {"x\x00" * 200: "1"}
        response = self.client.post(address("autosave", article), data | {"window": WINDOW})
        assert response.status_code == 200
        assert Autosave.objects.get().fields["headline"] == ["AB?"]

    def test_bad_requests_are_answered_in_json_and_keep_nothing(self):
        article = make_article()
        for window in ("", "short", "x" * 37, "with space and more", "\x00" * 10):
            assert self.keep(article, window=window).status_code == 400
        for pk in (10**9, 10**30):
            response = self.client.post(f"/admin/articles/article/{pk}/autosave/", {"window": WINDOW})
            assert (response.status_code, response.json()["reason"]) == (404, "gone")
        assert self.client.get(address("autosave", article)).status_code == 405
        huge = {"window": WINDOW, "version": "9" * 50, "sequence": "9" * 50, "bylines-TOTAL_FORMS": "9" * 30}
        assert self.client.post(address("autosave", article), huge).status_code == 200
        assert self.client.get(change_address(article)).status_code == 200

    def test_too_large_a_text_is_refused(self):
        article = make_article()
        assert self.keep(article, body="x" * (5 * 1024 * 1024 + 1)).status_code == 413
        assert not Autosave.objects.exists()


class RightsTests(AutosaveTestCase):
    def test_without_a_session_the_answer_is_401_in_json(self):
        article = make_article()
        for client in (Client(), self.client):
            if client is self.client:
                client.logout()
            for name in ("autosave", "pulse", "drop"):
                response = client.post(address(name, article), {"window": WINDOW})
                assert (response.status_code, response.json()["reason"]) == (401, "logged_out")

    def test_words_of_one_login_are_not_kept_as_anothers(self):
        article = make_article()
        response = self.client.post(address("autosave", article), typed(article) | {"window": WINDOW, "user": "0"})
        assert (response.status_code, response.json()["reason"]) == (401, "other_user")

    def test_without_the_right_to_edit_the_answer_is_403_in_json(self):
        article = make_article()
        self.log_in(make_user(roles.REPORTER))
        response = self.keep(article)
        assert (response.status_code, response.json()["reason"]) == (403, "forbidden")
        self.log_in(make_user(roles.RATES_DESK))
        for name in ("autosave", "pulse", "drop"):
            assert self.client.post(address(name, article), {"window": WINDOW}).status_code == 403
        assert not Autosave.objects.exists()
        assert not Presence.objects.exists()

    def test_only_their_own_writer_is_offered_them(self):
        article = make_article()
        pk = self.keep(article, headline="A secret of mine").json()["autosave"]
        for role in (roles.ADMINISTRATOR, roles.CHIEF_EDITOR):
            self.log_in(make_user(role))
            self.assertNotContains(self.page(article), "A secret of mine")
            response = self.client.get(change_address(article), {"recover": pk})
            self.assertNotContains(response, "A secret of mine")
            self.client.post(address("drop", article), {"drop": pk})
        assert Autosave.objects.open().count() == 1

    def test_a_database_that_takes_nothing_is_told_apart(self):
        article = make_article()
        failing = mock.patch.object(Autosave.objects, "create", side_effect=OperationalError("readonly database"))
        with failing, self.assertLogs("articles.admin.article.autosaving", "ERROR"):
            response = self.keep(article)
        assert (response.status_code, response.json()["reason"]) == (503, "database")


class SettlingTests(AutosaveTestCase):
    def test_saving_settles_what_the_window_kept(self):
        article = make_article()
        self.keep(article, headline="Typed")
        self.keep(article, window="window-other", headline="Typed elsewhere")
        self.send(article, headline="Typed", window=WINDOW, _continue="1")
        saved, other = Autosave.objects.order_by("pk")
        assert (saved.outcome, other.outcome) == ("saved", "")

    def test_words_typed_while_a_save_was_on_its_way_go_on_being_offered(self):
        article = make_article()
        self.keep(article, headline="Newer", sequence=200)
        self.send(article, headline="Older", window=WINDOW, sequence="100", _continue="1")
        assert Autosave.objects.open().get().fields["headline"] == ["Newer"]

    def test_saving_a_new_article_gives_its_autosaves_to_it(self):
        self.keep(headline="A beginning")
        self.send(headline="A beginning", window=WINDOW, _continue="1")
        row = Autosave.objects.get()
        assert (row.outcome, row.article) == ("saved", Article.objects.get())

    def test_a_preview_settles_nothing(self):
        article = make_article()
        self.keep(article, headline="Typed")
        self.send(article, headline="Typed", window=WINDOW, _preview="1")
        assert Autosave.objects.open().count() == 1

    def test_dropping_stops_the_offer_and_leaves_the_trail(self):
        article = make_article()
        pk = self.keep(article, headline="Not wanted").json()["autosave"]
        self.assertContains(self.page(article), "Not wanted")
        response = self.client.post(address("drop", article), {"drop": pk})
        self.assertRedirects(response, change_address(article))
        self.assertNotContains(self.page(article), "Not wanted")
        assert Autosave.objects.get().outcome == "dropped"

    def test_pulse_tells_a_browser_what_became_of_its_windows(self):
        article = make_article()
        self.keep(article, sequence=5, window="window-a")
        self.keep(article, sequence=7, window="window-b")
        self.send(article, headline="Typed", window="window-b", _continue="1")
        answer = self.client.get(address("pulse", article), {"windows": "window-a,window-b,window-c,!"}).json()
        assert answer["windows"] == {
            "window-a": {"sequence": 5, "outcome": ""},
            "window-b": {"sequence": 7, "outcome": "saved"},
        }


class RecoveryTests(AutosaveTestCase):
    def test_words_that_differ_are_offered_with_time_and_difference(self):
        article = make_article(headline="The road is open", body="<p>Camels and drivers.</p>")
        self.keep(article, headline="The road is closed", body="<p>Camels and their drivers.</p>")
        page = self.page(article)
        self.assertContains(page, "You typed something here that is not saved")
        self.assertContains(page, "<ins>closed</ins>")
        self.assertContains(page, "(Asia/Bishkek)")
        self.assertContains(page, f"?recover={Autosave.objects.get().pk}")

    def test_what_others_saved_since_is_no_change_of_ones_own(self):
        article = make_article(headline="As it was", body="<p>Camels and drivers.</p>")
        revisions.keep_first(article, revisions.snapshot(article))
        self.keep(article, body="<p>Camels and their drivers.</p>")
        Article.objects.filter(pk=article.pk).update(headline="As another wrote", body="<p>New camels and drivers.</p>")
        workflow.saved(Article.objects.get(pk=article.pk), by=make_user())
        page = self.page(article)
        self.assertContains(page, "What you changed in the text as it was then")
        self.assertContains(page, "<ins>their</ins>")
        self.assertNotContains(page, "<del>")
        self.assertNotContains(page, "<h3>Headline")

    def test_words_that_are_saved_already_are_not_offered(self):
        article = make_article(headline="Same", authors=[make_author()], tags=["Rail"], further=[make_section()])
        self.keep(article)
        self.assertNotContains(self.page(article), "recover=")

    def test_words_beside_the_text_are_offered_and_taken_up_as_well(self):
        live = make_edition().article
        for article, name, label in (
            *((one, "guest_byline", "Guest byline") for one in (live, None)),
            *((one, "embargo_until", "Embargo") for one in (live, None)),
            *((one, "take_down_at", "Ends at") for one in (live, None)),
            (live, "desk_note", "Note"),
            (live, "withdrawal_reason", "Reason for withdrawal"),
        ):
            with self.subTest(name, article=article):
                form = change_address(article) if article else ADD
                said = "2031-05-06T07:08" if name.endswith(("until", "at")) else "Words of mine"
                pk = self.keep(article, **{name: said}).json()["autosave"]
                page = self.client.get(form)
                self.assertContains(page, f"<h3>{label}")
                self.assertContains(page, f'<div class="compared">{said}</div>')
                self.assertContains(page, f"?recover={pk}")
                self.assertContains(self.client.get(form, {"recover": pk}), said)
                Autosave.objects.all().delete()

    def test_only_the_newest_of_each_window_is_offered(self):
        article = make_article()
        self.keep(article, headline="First words")
        Autosave.objects.update(begun_at=timezone.now() - timedelta(minutes=6))
        self.keep(article, headline="Last words")
        page = self.page(article)
        self.assertContains(page, "Last")
        assert page.content.count(b'class="offer"') == 1

    def test_taking_up_fills_the_form_with_the_names_of_choices(self):
        section, author = make_section(name="Silk Road"), make_author(name="Nilufar Daftar")
        article = make_article()
        bylines = {"bylines-0-author": author.pk}
        changes = {"headline": "Typed", "section": section.pk, "further_sections": [section.pk], "tags": "new tag"}
        pk = self.keep(article, **changes, **bylines).json()["autosave"]
        page = self.client.get(change_address(article), {"recover": pk})
        assert page.status_code == 200
        self.assertContains(page, "Typed</textarea>")
        self.assertContains(page, 'value="new tag"')
        self.assertContains(page, f'<option value="{section.pk}" selected>Silk Road</option>', count=2, html=True)
        self.assertContains(page, f'<option value="{author.pk}" selected>Nilufar Daftar</option>', html=True)
        self.assertContains(page, f'name="recovered" value="{pk}"')
        self.assertNotContains(page, "errornote")
        article.refresh_from_db()
        assert article.headline != "Typed"

    def test_a_text_that_could_not_be_saved_yet_is_taken_up_without_complaint(self):
        article = make_article()
        pk = self.keep(article, headline="", standfirst="x" * 500, section="abc", kind="nonsense").json()["autosave"]
        self.assertContains(self.page(article), "x" * 500)
        page = self.client.get(change_address(article), {"recover": pk})
        self.assertContains(page, "x" * 500)
        self.assertNotContains(page, "This field is required")

    def test_saving_what_was_taken_up_settles_it(self):
        article = make_article()
        pk = self.keep(article, headline="Typed").json()["autosave"]
        self.send(article, headline="Typed and more", recovered=pk, window="window-new", _continue="1")
        assert Autosave.objects.get().outcome == "saved"

    def test_the_window_that_took_it_up_keeps_it_from_then_on(self):
        article = make_article()
        pk = self.keep(article, headline="Typed").json()["autosave"]
        self.keep(article, window="window-new", headline="Typed", recovered=pk)
        first, second = Autosave.objects.order_by("pk")
        assert (first.outcome, second.outcome) == ("taken", "")

    def test_taking_up_what_was_typed_on_an_older_version_ends_in_the_screen_of_two_texts(self):
        author = make_author()
        article = make_article(headline="Old", authors=[author])
        pk = self.keep(article, headline="Mine").json()["autosave"]
        self.send(article, headline="Theirs", _continue="1", **{"bylines-0-author": make_author().pk})
        page = self.client.get(change_address(article), {"recover": pk})
        self.assertContains(page, '<input type="hidden" name="version" value="0" id="id_version">', html=True)
        self.assertContains(page, "Two texts of one article")
        article.refresh_from_db()
        assert article.headline == "Theirs"

    def test_unsaved_new_articles_are_offered_by_their_headlines(self):
        self.keep(headline="Lake at dawn", window="window-1")
        self.keep(headline="Mountain road", window="window-2")
        page = self.client.get(ADD)
        for headline in ("Lake at dawn", "Mountain road"):
            self.assertContains(page, f"Not saved yet: “{headline}”")
        pk = Autosave.objects.get(window="window-1").pk
        self.assertContains(self.client.get(ADD, {"recover": pk}), "Lake at dawn</textarea>")

    def test_what_cannot_be_taken_up_leaves_the_form_as_it_is(self):
        article = make_article(headline="As saved")
        for pk in ("0", "abc", "9" * 30, str(self.keep(make_article(), headline="Elsewhere").json()["autosave"])):
            page = self.client.get(change_address(article), {"recover": pk})
            self.assertContains(page, "can’t be taken up again")
            self.assertContains(page, "As saved</textarea>")

    def test_whoever_may_not_edit_any_more_still_reads_what_they_typed(self):
        reporter = self.log_in(make_user(roles.REPORTER))
        article = make_article(created_by=reporter)
        pk = self.keep(article, headline="My words").json()["autosave"]
        workflow.submit(article, by=reporter)
        page = self.page(article)
        self.assertContains(page, "<ins>My words</ins>")
        self.assertNotContains(page, "?recover=")
        assert self.client.get(change_address(article), {"recover": pk}).status_code == 200

    def test_form_opens_with_as_many_queries_however_many_autosaves_there_are(self):
        article = make_article()

        def count():
            with CaptureQueriesContext(connection) as queries:
                self.page(article)
            return len(queries)

        self.keep(article, window="window-1", headline="Typed 1")
        count()
        one = count()
        for number in range(2, 6):
            self.keep(article, window=f"window-{number}", headline=f"Typed {number}", section=make_section().pk)
        assert count() <= one + 8  # names of what each points at, in a query a kind


class RefusedSaveTests(AutosaveTestCase):
    def test_a_refused_form_is_kept_at_once(self):
        article = make_article()
        page = self.send(article, headline="", standfirst="Not lost")
        row = Autosave.objects.get()
        assert row.fields["standfirst"] == ["Not lost"]
        self.assertContains(page, f'name="window" value="{row.window}"')
        self.assertNotContains(page, 'class="offer"')

    def test_a_database_that_cannot_be_written_to_gives_the_form_back(self):
        article = make_article(headline="As saved")
        with (
            mock.patch(
                "articles.desk.revisions.keep_revision",
                side_effect=OperationalError("attempt to write a readonly database"),
            ),
            self.assertLogs("articles.admin.article.saving", "ERROR"),
        ):
            response = self.send(article, headline="Typed", tags="kept tag", go_live_at="2030-01-01T10:00")
            assert response.status_code == 503
            for kept in ("Typed</textarea>", "kept tag", "2030-01-01T10:00", "Nothing was saved"):
                self.assertContains(response, kept, status_code=503)
            response = self.send(headline="A new one")
            self.assertContains(response, "A new one</textarea>", status_code=503)
        article.refresh_from_db()
        assert article.headline == "As saved"


class PresenceTests(AutosaveTestCase):
    def setUp(self):
        super().setUp()
        self.article = make_article()
        self.other = make_user(roles.CHIEF_EDITOR, first_name="Aigul", last_name="Tash")
        self.client_of_other = Client()
        self.client_of_other.force_login(self.other)

    def pulse(self, client, window=WINDOW, **data):
        return client.post(address("pulse", self.article), {"window": window} | data).json()

    def test_two_people_see_each_other(self):
        self.pulse(self.client_of_other)
        [seen] = self.pulse(self.client)["here"]
        assert (seen["name"], seen["typing"], seen["heard"], seen["me"]) == ("Aigul Tash", False, True, False)
        self.assertContains(self.page(self.article), "<li>Aigul Tash</li>", html=True)

    def test_whoever_typed_of_late_is_typing(self):
        self.keep(self.article, client=self.client_of_other)
        assert self.pulse(self.client)["here"][0]["typing"]
        Presence.objects.update(typed_at=timezone.now() - timedelta(seconds=31))
        assert not self.pulse(self.client)["here"][0]["typing"]

    def test_a_window_that_sleeps_or_crashed_is_said_to_have_been_heard_of_last(self):
        self.pulse(self.client_of_other)
        moment = timezone.now() - timedelta(seconds=26)
        Presence.objects.update(seen_at=moment)
        [seen] = self.pulse(self.client)["here"]
        assert (seen["heard"], seen["seen"]) == (False, moment.astimezone(ZoneInfo("Asia/Bishkek")).strftime("%H:%M"))
        self.assertContains(self.page(self.article), "last heard of")
        Presence.objects.update(seen_at=timezone.now() - timedelta(hours=13))
        assert self.pulse(self.client)["here"] == []

    def test_a_window_that_closes_is_gone_at_once(self):
        self.pulse(self.client_of_other)
        self.pulse(self.client_of_other, leaving="1")
        assert self.pulse(self.client)["here"] == []

    def test_what_comes_late_from_a_window_that_was_closed_opens_nothing(self):
        """A reload sends the last words and the farewell at once, and they may come in any order."""
        for late in ("autosave", "pulse"):
            window = f"window-{late}"
            self.pulse(self.client_of_other, window=window)
            self.pulse(self.client_of_other, window=window, leaving="1")
            if late == "autosave":
                self.keep(self.article, client=self.client_of_other, window=window)
            else:
                self.pulse(self.client_of_other, window=window)
            assert self.pulse(self.client)["here"] == [], late
        self.pulse(self.client_of_other, window="window-pulse", back="1")
        assert self.pulse(self.client)["here"]

    def test_last_words_of_a_page_that_closes_are_kept_and_open_nothing(self):
        data = typed(self.article, headline="Last words") | {
            "window": WINDOW,
            "page": "page-of-the-tests",
            "leaving": "1",
        }
        self.client_of_other.post(address("autosave", self.article), data)
        assert self.pulse(self.client)["here"] == []
        assert Autosave.objects.get().fields["headline"] == ["Last words"]
        assert not {"page", "leaving"} & set(Autosave.objects.get().fields)

    def test_page_of_one_person_with_one_window_never_names_that_window(self):
        """A form that comes back keeps its window's name; each loading of its page has a name of its own."""
        for page in ("page-the-first", "page-the-second"):
            self.pulse(self.client, window=page)
            data = typed(self.article) | {"window": WINDOW, "page": page}
            assert self.client.post(address("autosave", self.article), data).json()["here"] == []
            assert self.page(self.article).context["here"] == []
            self.pulse(self.client, window=page, leaving="1")
            self.keep(self.article, page=page)  # late

    def test_ones_other_window_is_named_so(self):
        self.pulse(self.client, window="window-other")
        [seen] = self.pulse(self.client)["here"]
        assert (seen["me"], seen["window"]) == (True, "window-other")

    def test_every_other_window_of_ones_own_is_named_and_a_person_once(self):
        for number in range(3):
            self.pulse(self.client, window=f"window-{number}")
            self.pulse(self.client_of_other, window=f"others-{number}")
        here = self.pulse(self.client, window="window-0")["here"]
        assert [one["window"] for one in here if one["me"]] == ["window-1", "window-2"]
        assert [one["name"] for one in here if not one["me"]] == ["Aigul Tash"]

    def test_one_that_is_heard_of_counts_for_a_person_whatever_their_other_windows_do(self):
        self.pulse(self.client_of_other, window="window-awake")
        self.pulse(self.client_of_other, window="window-asleep")
        Presence.objects.filter(window="window-asleep").update(seen_at=timezone.now() - timedelta(hours=1))
        assert [one["heard"] for one in self.pulse(self.client)["here"]] == [True]

    def test_rows_are_cleaned_up_in_passing(self):
        self.pulse(self.client_of_other)
        Presence.objects.update(seen_at=timezone.now() - timedelta(hours=13))
        self.pulse(self.client, window="window-closed")
        self.pulse(self.client, window="window-closed", leaving="1")
        Presence.objects.filter(window="window-closed").update(left_at=timezone.now() - timedelta(minutes=11))
        self.pulse(self.client)
        assert [row.user for row in Presence.objects.all()] == [self.me]

    def test_whoever_only_reads_the_form_is_here_and_sees_who_is(self):
        self.pulse(self.client)
        reporter = Client()
        reporter.force_login(make_user(roles.REPORTER))
        answer = self.pulse(reporter, window="window-other")
        assert [person["name"] for person in answer["here"]] == ["me"]
        assert [person["me"] for person in self.pulse(self.client)["here"]] == [False]

    def test_pulse_gives_a_token_that_outlives_a_log_in_in_another_tab(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.other)
        token = client.get(address("pulse", self.article)).json()["token"]
        data = {"window": WINDOW, "csrfmiddlewaretoken": token}
        assert client.post(address("pulse", self.article), data).status_code == 200
        data["csrfmiddlewaretoken"] = "x" * 64
        assert client.post(address("pulse", self.article), data).status_code == 403


class LeakTests(AutosaveTestCase):
    def test_readers_never_see_what_is_kept(self):
        edition = make_edition(live_from=timezone.now() - timedelta(hours=1))
        self.keep(edition.article, headline="Marker-words", body="<p>Marker-words</p>", tags="Marker-words")
        self.keep(headline="Marker-words")
        reader = Client()
        for path in ("/", edition.path, edition.section.get_absolute_url(), "/feed/", "/latest/", "/api/v1/articles/"):
            assert b"Marker-words" not in reader.get(path).content
