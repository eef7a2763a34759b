"""Planning from the calendar: each hour and day leads to an idea for that time; and what is shown can be chosen."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from articles.admin.calendar import kinds, planning
from articles.admin.times import TimeField
from articles.desk import boards, roles, workflow
from articles.desk.boards import Placing
from articles.models import Alert, Idea, Placement, SiteSettings
from articles.tests.factories import make_article, make_section, make_user
from articles.tests.test_admin_calendar import CALENDAR, DAY, HOUR, CalendarTestCase

ZONES = ["Asia/Bishkek", "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu"]


class HourTests(CalendarTestCase):
    def test_every_hour_of_a_year_is_one_that_the_form_takes_or_says_why_not(self):
        for name in ZONES:
            with timezone.override(ZoneInfo(name)):
                now = datetime(2026, 12, 31, tzinfo=UTC)
                for number in range(365):
                    day = date(2027, 1, 1) + timedelta(days=number)
                    for hour in range(24):
                        self.try_hour(name, day, hour, planning.hour_of(day, hour, now))

    def try_hour(self, name, day, hour, moment):
        if moment is None:
            assert planning.off_the_clock(day, hour), (name, day, hour)
            return
        assert (moment.date(), moment.hour) == (day, hour), (name, moment)
        assert TimeField().clean(f"{moment:%Y-%m-%dT%H:%M}") == moment

    def test_hours_that_the_clock_skips_or_shows_twice_are_said(self):
        with timezone.override(ZoneInfo("Europe/London")):
            assert "skips" in planning.off_the_clock(date(2027, 3, 28), 1)
            assert "twice" in planning.off_the_clock(date(2027, 10, 31), 1)
            assert planning.off_the_clock(date(2027, 10, 31), 2) == ""
        with timezone.override(ZoneInfo("Australia/Lord_Howe")):  # its clock moves by half an hour
            now = datetime(2026, 1, 1, tzinfo=UTC)
            assert f"{planning.hour_of(date(2027, 10, 3), 2, now):%H:%M}" == "02:30"

    def test_hour_that_has_begun_begins_at_its_next_quarter_and_one_that_is_over_is_none(self):
        zone = ZoneInfo("Asia/Bishkek")
        with timezone.override(zone):
            day, now = date(2027, 3, 2), datetime(2027, 3, 2, 9, 31, tzinfo=zone)
            assert f"{planning.hour_of(day, 9, now):%H:%M}" == "09:45"
            assert planning.hour_of(day, 9, now + timedelta(minutes=20)) is None
            assert planning.hour_of(day, 8, now) is None
            assert f"{planning.day_of(day, now):%H:%M}" == "12:00"
            assert planning.day_of(day, now + timedelta(hours=14, minutes=20)) is None
            assert f"{planning.hour_of(day, 0, now - DAY):%d %H:%M}" == "02 00:00", "midnight is the day's own"

    def test_click_on_an_hour_plans_a_story_there_and_leads_back(self):
        SiteSettings.objects.create(name="Paper", time_zone="Europe/London")
        section = make_section()
        page = self.client.get(CALENDAR, {"day": "2027-10-31", "section": section.pk, "kind": "ideas"})
        day = page.context["days"][6]
        links = {hour: plan for hour, _entries, _folded, plan, _moment, _off in day["hours"]}
        assert [hour for hour, plan in links.items() if not plan] == [1]
        self.assertContains(page, "This hour comes twice.")
        for hour in (0, 2, 23):
            with self.subTest(hour):
                self.plan(links[hour], section, f"2027-10-31T{hour:02}:00")
        month = self.client.get(CALENDAR, {"day": "2027-10-31", "view": "month"})
        for shown in month.context["days"]:
            assert parse_qs(urlsplit(shown["plan"]).query)["due"] == [f"{shown['date']}T12:00"]
        self.assertContains(month, "Plan an article for Sunday 31 October")

    def plan(self, link, section, due):
        form = self.client.get(link).context["adminform"].form
        assert (form.initial["due"], form.initial["section"]) == (due, str(section.pk))
        sent = {"headline": f"At {due}", "section": section.pk, "who": "", "due": due, "note": ""}
        back = self.client.post(link, sent)
        self.assertRedirects(back, f"{CALENDAR}?view=week&day=2027-10-31&section={section.pk}&kind=ideas")
        idea = Idea.objects.get(headline=f"At {due}")
        entries = self.client.get(back.url).context["days"][6]["entries"]
        assert [entry.kind for entry in entries if entry.row == idea.pk] == ["idea"]

    def test_those_who_plan_nothing_get_no_links(self):
        self.log_in(make_user(roles.PICTURE_EDITOR))
        page = self.client.get(CALENDAR, {"day": "2030-03-02"})
        self.assertNotContains(page, reverse("admin:articles_idea_add"))

    def test_way_back_leads_to_the_calendar_alone(self):
        for there in ("https://example.com/", "//example.com", "x" * 5000, "view=month&day=2027-01-01&kind=x"):
            back = self.client.post(
                f"{reverse('admin:articles_idea_add')}?calendar={there}",
                {"headline": "X", "section": "", "who": "", "due": "", "note": ""},
            )
            assert back.url.startswith(f"{CALENDAR}?view="), there


class KindTests(CalendarTestCase):
    """One of each kind, in the week of ``self.morning`` or of now."""

    def setUp(self):
        super().setUp()
        article, _edition = self.schedule(self.morning, headline="Coming")
        workflow.take_down(article, by=self.chief, at=self.morning + DAY)
        make_article(headline="Due", due_at=self.morning + HOUR)
        make_article(headline="Idea", due_at=self.morning + HOUR, stage="idea", body="")
        make_article(headline="Secret", embargo_until=self.morning + 2 * HOUR)
        Placement.objects.create(slot=1, article=article, starts_at=self.morning + 3 * HOUR)
        Alert.objects.create(text="Flood", starts_at=self.morning + 4 * HOUR, ends_at=self.morning + 5 * HOUR)
        live = make_article(headline="Live")
        workflow.publish(live, by=self.chief)
        live.refresh_from_db()
        workflow.withdraw(live, by=self.chief, reason="Wrong")

    def test_each_choice_shows_its_kinds_alone(self):
        now, seen = timezone.localdate(self.now, ZoneInfo("Asia/Bishkek")), set()
        for name, (_label, of_name, _right) in kinds.CHOICES.items():
            found = {entry.kind for day in (now, None) for entry in self.shown(day, kind=name)}
            assert found <= of_name, name
            seen |= found
            assert found, name
        every = {entry.kind for day in (now, None) for entry in self.shown(day)}
        assert every == seen
        two = {entry.kind for entry in self.shown(kind=["due", "ideas"])}
        assert two == {"due", "idea"}
        assert {entry.kind for entry in self.shown(kind="no-such")} == {entry.kind for entry in self.shown()}

    def test_every_kind_has_a_word_and_a_choice(self):
        of_choices = [kind for _label, of_name, _right in kinds.CHOICES.values() for kind in of_name]
        assert sorted(of_choices) == sorted(kinds.KINDS)

    def test_choice_stays_in_every_address_of_the_page(self):
        page = self.client.get(CALENDAR, {"day": f"{self.morning:%Y-%m-%d}", "kind": ["due", "board"]})
        for name in ("before", "after", "today", "week", "month"):
            assert page.context["links"][name].endswith("kind=due&kind=board"), name
        assert "kind" not in page.context["links"]["all"]
        self.assertContains(page, '<input type="checkbox" name="kind" value="due" checked>', html=True)

    def test_those_who_may_not_see_a_kind_are_not_offered_it(self):
        self.log_in(make_user(roles.REPORTER))
        page = self.client.get(CALENDAR, {"day": f"{self.morning:%Y-%m-%d}", "kind": "board"})
        assert "board" not in [name for name, _label, _chosen in page.context["kinds"]]
        assert [entry for day in page.context["days"] for entry in day["entries"]] == []

    def test_save_of_a_board_is_one_line_for_each_board(self):
        articles = [self.schedule(self.morning, headline=f"A{number}")[0] for number in range(6)]
        section, at = articles[0].section, self.morning + 6 * HOUR
        rows = [Placing(slot, one.pk, starts_at=at) for slot, one in enumerate(articles, start=1)]
        Placement.objects.all().delete()
        boards.save(None, rows, by=self.chief, loaded=0)
        boards.save(section, [Placing(1, articles[0].pk, starts_at=at)], by=self.chief, loaded=0)
        found = [entry for entry in self.shown(kind="board") if entry.at == at]
        assert sorted(entry.title for entry in found) == sorted(["Front page", section.name])
        front = next(entry for entry in found if entry.title == "Front page")
        assert front.facts == ["Lead: “A0”", "Slot 2: “A1”", "Slot 3: “A2”", "3 places more"]
        assert front.url.startswith(reverse("admin:articles_placement_board"))
        assert self.client.get(front.url).status_code == 200

    def test_what_ends_without_another_is_said_to_be_there_no_longer(self):
        Placement.objects.update(ends_at=self.morning + 8 * HOUR)
        last = self.shown(kind="board")[-1]
        assert last.facts == ["Lead: no longer “Coming”"]
