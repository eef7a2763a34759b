"""Times in words, and times that the paper's clock doesn't show once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase
from django.urls import reverse
from django.utils import timezone

from articles.admin.article import state
from articles.admin.times import DeskTime, TimeField, time_from_now
from articles.desk import workflow
from articles.models import Article, SiteSettings
from articles.tests.factories import make_article, make_chief
from articles.tests.test_admin_article import DeskTestCase, change_address

BERLIN = ZoneInfo("Europe/Berlin")


class WordsTests(SimpleTestCase):
    def check(self, now, cases):
        with timezone.override(BERLIN):
            for moment, words in cases:
                with self.subTest(words):
                    assert time_from_now(moment, now) == words

    def test_near_and_far_times_before_and_after(self):
        now = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # 13:00 in Berlin
        step = timedelta(minutes=1)
        self.check(
            now,
            [
                (now + timedelta(seconds=20), "now"),
                (now + step, "in 1 minute"),
                (now - 89 * step, "89 minutes ago"),
                (now + 170 * step, "in 3 hours"),
                (now - 60 * 13 * step, "13 hours ago"),  # 00:00 the same day
                (now - 60 * 14 * step, "yesterday 23:00"),
                (now + 60 * 18 * step, "tomorrow 07:00"),
                (now - 3 * 24 * 60 * step, "3 days ago"),
                (now + 28 * 24 * 60 * step, "in 4 weeks"),
                (now - 365 * 24 * 60 * step, "12 months ago"),
                (now + 3 * 366 * 24 * 60 * step, "in 3 years"),
            ],
        )

    def test_hours_after_midnight_are_hours_and_not_tomorrow(self):
        now = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)  # 23:00
        self.check(now, [(now + timedelta(hours=3), "in 3 hours"), (now + timedelta(hours=8), "tomorrow 07:00")])

    def test_day_of_a_clock_change_is_counted_by_the_calendar(self):
        now = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # 00:30 of the day with 25 hours
        self.check(now, [(now + timedelta(hours=24), "in 24 hours"), (now + timedelta(hours=25), "tomorrow 00:30")])


class ClockTests(SimpleTestCase):
    def clean(self, text):
        with timezone.override(BERLIN):
            return TimeField().clean(text)

    def refusal(self, text):
        with self.assertRaises(ValidationError) as caught:
            self.clean(text)
        return " ".join(caught.exception.messages)

    def test_time_that_does_not_exist_is_refused_and_told_why(self):
        text = self.refusal("2026-03-29T02:30")
        assert "29 March 2026 there is no 02:30 in Europe/Berlin: the clock is put forward" in text

    def test_time_that_comes_twice_is_refused_and_told_why(self):
        assert "02:30 comes twice in Europe/Berlin: the clock is put back" in self.refusal("2026-10-25T02:30")

    def test_times_beside_a_change_are_taken(self):
        assert self.clean("2026-03-29T03:00") == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
        assert self.clean("2026-10-25T03:00") == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)

    def test_what_is_typed_is_whole_minutes(self):
        assert "write 03:00, not 03:00:59" in self.refusal("2026-03-01T03:00:59.5")
        assert self.clean("2026-03-01T03:00:00").second == 0

    def test_field_shows_whatever_was_typed(self):
        for text in ("soon", "2026-13-01T00:00", "0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00+14:00", ""):
            with self.subTest(text):
                assert 'class="when"' in DeskTime().render("at", text, {"id": "id_at"})

    def test_field_names_the_zone_for_scripts_and_people(self):
        with timezone.override(BERLIN):
            html = DeskTime().render("at", timezone.now() + timedelta(hours=3, seconds=5), {"id": "id_at"})
        assert 'data-zone="Europe/Berlin"' in html
        assert "in 3 hours" in html
        assert 'aria-describedby="id_at_zone id_at_words"' in html


class ScheduleOnTheScreenTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_article(headline="At first")
        self.edition = workflow.schedule(self.article, by=self.chief, at=timezone.now() + timedelta(days=3))
        self.article.refresh_from_db()

    def test_text_that_goes_out_is_named_once_the_working_copy_is_another(self):
        self.assertNotContains(self.page(self.article), "It goes out with the text of version")
        self.send(self.article, headline="Changed", _continue="1")
        page = self.page(self.article)
        self.assertContains(page, "It goes out with the text of version 1 of")
        self.assertContains(page, "Send the newest text")
        self.assertContains(page, reverse("admin:articles_edition_change", args=[self.edition.pk]))
        self.assertContains(page, "(in 3 days)")

    def test_moving_it_keeps_the_version_of_its_text(self):
        self.send(self.article, headline="Changed", _continue="1")
        workflow.reschedule(self.edition, by=self.chief, at=timezone.now() + timedelta(days=4))
        self.article.refresh_from_db()
        assert [coming.version for coming in state.state_of(self.article).schedule] == [1]

    def test_lists_say_it_too_and_name_the_embargo(self):
        Article.objects.update(embargo_until=timezone.now() + timedelta(days=1))
        workflow.saved(self.article, by=self.chief)
        for model in ("article", "edition"):
            page = self.client.get(reverse(f"admin:articles_{model}_changelist"))
            with self.subTest(model):
                self.assertContains(page, "an older text")
                self.assertContains(page, "embargo until")

    def test_clock_change_is_told_on_the_article_screen(self):
        SiteSettings.objects.create(name="Paper", time_zone="Europe/Berlin")
        year = timezone.now().year + 1
        day = 31 - (datetime(year, 3, 31, tzinfo=UTC).weekday() + 1) % 7
        response = self.send(make_article(), _step="schedule", go_live_at=f"{year}-03-{day}T02:30")
        self.assertContains(self.client.get(response.url), "the clock is put forward over it")
        assert change_address(self.article) != response.url
