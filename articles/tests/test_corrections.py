"""Dated corrections: typed at the desk, kept with the text, shown to readers."""

import json
import re
from datetime import UTC, datetime, timedelta
from unittest import mock

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from articles.admin.article.corrections import EMPTY_ROWS, CorrectionsField, CorrectionsInput
from articles.desk import revisions, roles, workflow
from articles.models import Edition, EditionCorrection, Revision
from articles.tests.factories import MORNING, make_article, make_chief, make_edition, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase, change_address

WRONG = [{"day": "2025-12-08", "text": "The figure was 18, not 8."}]


def rows(*pairs):
    """What the form sends of these days and texts."""
    days, texts = zip(*pairs, strict=True) if pairs else ([""], [""])
    return {"dated_corrections-day": list(days), "dated_corrections-text": list(texts)}


class TypingTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_edition().article
        self.article.refresh_from_db()

    def send(self, article=None, **changes):
        """As somebody does who has just opened the form."""
        if article:
            article.refresh_from_db()
        return super().send(article, **changes)

    def kept(self):
        self.article.refresh_from_db()
        return self.article.dated_corrections

    def test_rows_are_kept_the_oldest_first_and_empty_ones_left_out(self):
        typed = rows(("2025-12-09", " Second. "), ("", " "), ("2025-12-08", "First.\r\nIn two lines."))
        self.send(self.article, _continue="1", **typed)
        assert self.kept() == [
            {"day": "2025-12-08", "text": "First.\nIn two lines."},
            {"day": "2025-12-09", "text": "Second."},
        ]
        assert self.article.revisions.first().snapshot["dated_corrections"] == self.kept()
        assert self.article.stage == "draft"

    def test_form_without_the_rows_leaves_the_corrections_alone(self):
        self.send(self.article, _continue="1", **rows(("2025-12-08", "One.")))
        self.send(self.article, _continue="1", headline="New words")
        assert [correction["text"] for correction in self.kept()] == ["One."]

    def test_new_rows_begin_with_the_papers_today_and_stay_empty_until_words_are_typed(self):
        night = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)  # the second of March in Bishkek
        with timezone.override("Asia/Bishkek"), mock.patch("django.utils.timezone.now", return_value=night):
            shown = CorrectionsInput().render("c", [])
            typed = CorrectionsInput().render("c", [{"day": "2026-02-01", "text": "One."}])
        for html, days in ((shown, ["2026-03-02"] * 2), (typed, ["2026-02-01", "2026-03-02", "2026-03-02"])):
            assert re.findall(r'type="date"[^>]* value="([^"]*)"', html) == days
        assert re.findall(r'name="c-offered" value="([^"]*)"', typed) == ["", "2026-03-02", "2026-03-02"]

    def test_row_left_as_it_was_offered_is_empty_and_any_other_is_not(self):
        self.send(self.article, _continue="1", **rows(("2025-12-08", "One.")))
        for day, text, offered, found in (
            ("2025-12-09", "", "2025-12-09", []),  # also when it is sent the day after
            ("2025-12-09", " \n", "2025-12-09", []),
            ("", "", "2025-12-09", []),
            ("2025-12-09", "Two.", "2025-12-09", ["Two."]),
            ("2025-12-07", "Two.", "2025-12-09", ["Two."]),
            ("2025-12-07", "", "2025-12-09", None),
            ("2025-12-09", "", "", None),
            ("", "Two.", "2025-12-09", None),
        ):
            with self.subTest(day=day, text=text, offered=offered):
                sent = rows(("2025-12-08", "One."), (day, text)) | {"dated_corrections-offered": ["", offered]}
                typed = CorrectionsInput().value_from_datadict(sent, {}, "dated_corrections")
                if found is None:
                    with self.assertRaises(ValidationError):
                        CorrectionsField(required=False).clean(typed)
                else:
                    cleaned = CorrectionsField(required=False).clean(typed)
                    assert sorted(row["text"] for row in cleaned) == ["One.", *found]
                assert CorrectionsField(required=False).has_changed(self.kept(), typed) == (found != [])

    def test_rows_that_come_back_with_something_to_mend_are_as_many_and_all_are_there(self):
        many = [{"day": "2025-12-08", "text": f"Number {number}."} for number in range(21)]
        left = {"day": "", "text": ""}
        html = CorrectionsInput().render("c", [left, *many, left, left])
        assert html.count("<textarea") == 1 + 21 + EMPTY_ROWS
        assert "Number 20." in html

    def test_emptied_rows_are_gone(self):
        self.send(self.article, _continue="1", **rows(("2025-12-08", "One.")))
        self.send(self.article, _continue="1", **rows())
        assert self.kept() == []

    def test_same_rows_are_no_change(self):
        self.send(self.article, _continue="1", **rows(("2025-12-08", "One.")))
        self.send(self.article, _continue="1", **rows(("2025-12-08", "One."), ("", "")))
        assert self.article.revisions.count() == 2, "what was there before, and the first save"

    def test_what_is_no_correction_is_refused_in_words_and_comes_back(self):
        tomorrow = (timezone.localdate() + timedelta(days=2)).isoformat()  # in every time zone
        many = rows(*[("2025-12-08", f"Number {number}.") for number in range(21)])
        for typed, words in (
            (rows(("", "Kept text")), "Correction 1: choose the day"),
            (rows(("2025-12-08", "One."), ("2025-13-40", "Kept text")), "Correction 2: choose the day"),
            (rows((tomorrow, "Kept text")), "lies in the future"),
            (rows(("0001-01-01", "Kept text")), "Look at the year"),
            (rows(("2025-12-08", "\x00\u202e")), "say what was wrong"),
            (rows(("2025-12-08", "x" * 1001)), "1001 characters are too many"),
            (rows(("²", "Kept text")), "choose the day"),
            (many, "At most 20 corrections"),
        ):
            with self.subTest(words):
                response = self.send(self.article, _continue="1", **typed)
                self.assertContains(response, words)
                assert self.kept() == []
        self.assertContains(self.send(self.article, **rows(("", "Kept text"))), "Kept text</textarea>")

    def test_columns_of_different_lengths_are_no_error_of_ours(self):
        response = self.send(self.article, **{"dated_corrections-text": ["Kept text", "And more"]})
        self.assertContains(response, "Correction 2: choose the day")

    def test_markup_is_text(self):
        self.send(self.article, _step="publish", **rows(("2025-12-08", "<b>Bold</b> & <script>x</script>")))
        self.assertContains(self.client.get("/corrections/"), "&lt;b&gt;Bold&lt;/b&gt; &amp; &lt;script&gt;")

    def test_rows_wait_for_the_first_publication(self):
        draft = make_article()
        self.assertNotContains(self.page(draft), "dated_corrections-day")
        self.assertContains(self.page(self.article), "dated_corrections-day", count=2)

    def test_corrections_without_a_day_are_offered_while_there_are_any(self):
        self.assertNotContains(self.page(self.article), 'name="corrections"')
        older = make_edition(corrections="8 December: a figure was wrong.").article
        self.assertContains(self.page(older), 'name="corrections"')

    def test_whoever_may_not_edit_reads_them(self):
        self.send(self.article, _continue="1", **rows(("2025-12-08", "One.")))
        self.log_in(make_user(roles.PICTURE_EDITOR))
        roles.make_groups()
        page = self.page(self.article)
        self.assertContains(page, "<dd>One.</dd>")
        self.assertNotContains(page, "dated_corrections-day")

    def test_update_is_told_only_when_the_box_is_ticked(self):
        self.send(self.article, _step="publish", headline="A comma")
        assert self.article.editions.live().get().updated_at is None
        self.send(self.article, _step="publish", headline="What matters", significant="on")
        live = self.article.editions.live().get()
        assert live.updated_at == live.live_from

    def test_box_is_offered_once_readers_saw_the_article(self):
        self.assertContains(self.page(self.article), 'name="significant"')
        self.assertNotContains(self.page(make_article()), 'name="significant"')
        self.log_in(make_user(roles.PICTURE_EDITOR))
        self.assertNotContains(self.client.get(change_address(self.article)), 'name="significant"')


class KeepingTests(DeskTestCase):
    def test_revision_brings_them_back_and_one_from_before_there_were_any_leaves_them(self):
        chief = make_chief()
        article = make_article(dated_corrections=WRONG)
        kept = revisions.keep_revision(article, by=chief)
        article.dated_corrections = []
        article.save()
        workflow.restore(kept, by=chief, version=article.version)
        article.refresh_from_db()
        assert article.dated_corrections == WRONG
        older = revisions.keep_revision(article, by=chief)
        del older.snapshot["dated_corrections"]
        older.save()
        restored = workflow.restore(Revision.objects.get(pk=older.pk), by=chief, version=older.version)
        assert restored.dated_corrections == WRONG

    def test_edition_that_moves_takes_its_rows_along(self):
        chief = make_chief()
        article = make_article(dated_corrections=WRONG)
        edition = workflow.schedule(article, by=chief, at=timezone.now() + timedelta(hours=1))
        moved = workflow.reschedule(edition, by=chief, at=timezone.now() + timedelta(hours=2))
        assert [str(row.day) for row in moved.correction_rows.all()] == ["2025-12-08"]
        assert EditionCorrection.objects.count() == 1
        workflow.cancel(moved, by=chief)
        assert not EditionCorrection.objects.exists()

    def test_erasing_takes_them_out(self):
        edition = make_edition(dated_corrections=WRONG, live_until=MORNING + timedelta(hours=1))
        workflow.erase(edition, by=make_user(roles.ADMINISTRATOR), reason="A court order.")
        assert Edition.objects.get().dated_corrections == []
        assert not EditionCorrection.objects.exists()


class ReadingTests(DeskTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.section = make_section(parent=make_section())
        cls.edition = make_edition(
            headline="Trains", section=cls.section, language="ru", dated_corrections=[
                {"day": "2025-12-08", "text": "The older one."}, {"day": "2025-12-09", "text": "The newer one."}
            ],
        )  # fmt: skip

    def test_article_shows_them_with_their_days_the_newest_first(self):
        page = self.client.get(self.edition.path).content.decode()
        assert page.index("The newer one.") < page.index("The older one.")
        assert '<time datetime="2025-12-09">9 December 2025</time>' in page

    def test_machines_read_them(self):
        page = self.client.get(self.edition.path).content.decode()
        data = json.loads(re.search(r"ld\+json\">(.*?)</script>", page)[1])
        assert data["@graph"][0]["correction"] == [
            {"@type": "CorrectionComment", "text": "The newer one.", "datePublished": "2025-12-09"},
            {"@type": "CorrectionComment", "text": "The older one.", "datePublished": "2025-12-08"},
        ]

    def test_article_without_any_has_no_such_part(self):
        page = self.client.get(make_edition().path)
        self.assertNotContains(page, 'id="corrections"')
        self.assertNotContains(page, '"correction"')

    def test_page_lists_those_of_live_editions_alone(self):
        make_edition(
            dated_corrections=[{"day": "2025-12-10", "text": "Too early."}],
            live_from=timezone.now() + timedelta(days=1),
        )
        make_edition(
            dated_corrections=[{"day": "2025-12-10", "text": "Too late."}], live_until=MORNING + timedelta(hours=1)
        )
        make_article(dated_corrections=[{"day": "2025-12-10", "text": "Never shown."}])
        page = self.client.get("/corrections/")
        assert [row.text for row in page.context["page"]] == ["The newer one.", "The older one."]
        self.assertContains(page, f'<a href="{self.edition.path}">Trains</a>')
        self.assertContains(page, '<h3 lang="ru">')

    def test_edition_shows_them_from_its_start_until_its_end(self):
        start, end = MORNING, MORNING + timedelta(hours=1)
        edition = make_edition(live_from=start, live_until=end, dated_corrections=WRONG)
        own, tick = EditionCorrection.objects.filter(edition=edition), timedelta(microseconds=1)
        shown = [own.live(at).count() for at in (start - tick, start, end - tick, end)]
        assert shown == [0, 1, 1, 0]

    def test_staff_see_the_page_as_it_stood(self):
        self.log_in(make_chief())
        stood = self.client.get("/corrections/", {"at": "2025-12-07T10:00"})
        self.assertContains(stood, "No corrections yet.")

    def test_page_costs_as_much_for_many_as_for_few_and_goes_on(self):
        self.client.get("/")  # the frame is kept from now on
        with self.assertNumQueries(1):
            self.client.get("/corrections/")
        for number in range(20):
            make_edition(section=self.section, dated_corrections=[{"day": "2025-12-01", "text": f"Number {number}."}])
        with self.assertNumQueries(1):
            page = self.client.get("/corrections/")
        assert len(page.context["page"].items) == 20
        assert len(self.client.get("/corrections/?page=2").context["page"].items) == 2
        assert self.client.get("/corrections/?page=3").status_code == 404
        assert self.client.get("/corrections/?page=x").status_code == 404

    def test_every_page_leads_there(self):
        self.assertContains(self.client.get("/"), 'href="/corrections/"')

    def test_section_can_not_take_its_address(self):
        self.log_in(make_user(is_superuser=True))
        data = {"name": "Corrections", "slug": "corrections", "kind": "theme", "order": "0"}
        self.assertContains(
            self.client.post(reverse("admin:articles_section_add"), data), "is the address of another page"
        )
