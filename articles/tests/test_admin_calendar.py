"""The calendar: what it shows to whom, and that nothing is moved without right, silently, or over another's move."""

from datetime import UTC, datetime, timedelta

from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from articles.admin.calendar import screen
from articles.admin.calendar.entries import Entry
from articles.desk import roles, workflow
from articles.models import Alert, Article, Edition, Placement, SiteSettings
from articles.tests.factories import make_article, make_chief, make_edition, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase
from articles.tests.test_admin_library import local

CALENDAR = reverse("admin:articles_edition_calendar")
MOVE = reverse("admin:articles_edition_move")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class CalendarTestCase(DeskTestCase):
    def setUp(self):
        roles.make_groups()
        self.chief = self.log_in(make_chief())
        self.now = timezone.now().replace(second=0, microsecond=0)
        self.morning = datetime(self.now.year + 1, 3, 2, 4, 0, tzinfo=UTC)

    def schedule(self, at, **fields):
        article = make_article(**fields)
        edition = workflow.schedule(article, by=self.chief, at=at)
        article.refresh_from_db()
        return article, edition

    def shown(self, day=None, **query):
        page = self.client.get(CALENDAR, {"day": f"{day or self.morning:%Y-%m-%d}"} | query)
        assert page.status_code == 200
        return [entry for day in page.context["days"] for entry in day["entries"]]


class MonthTests(CalendarTestCase):
    """A day of a month shows six entries at the most: what there is to mind is among them, wherever it stands."""

    def test_of_many_entries_those_with_something_to_mind_are_shown(self):
        for day, (count, place) in enumerate(((7, 6), (7, 0), (9, 7), (12, 11))):
            morning = self.morning + day * DAY
            rows = [self.schedule(morning + number * HOUR / 4) for number in range(count)]
            Edition.objects.filter(pk=rows[place][1].pk).update(lacks="tags")
            shown = [entry for entry in self.shown(view="month") if entry.at.date() == morning.date()]
            with self.subTest(count=count, place=place):
                assert len(shown) == 6
                assert [bool(entry.notes) for entry in shown].count(True) == 1
                assert shown == sorted(shown, key=lambda entry: entry.at)


class ShowingTests(CalendarTestCase):
    def test_week_shows_starts_ends_due_times_embargoes_placements_and_alerts_in_order(self):
        article, _edition = self.schedule(self.morning, headline="Coming")
        workflow.take_down(article, by=self.chief, at=self.morning + DAY)
        make_article(headline="Due", due_at=self.morning + HOUR, assignee=self.chief)
        make_article(headline="Secret", embargo_until=self.morning + 2 * HOUR)
        Placement.objects.create(
            slot=1, article=article, starts_at=self.morning + 3 * HOUR, ends_at=self.morning + 2 * DAY
        )
        Alert.objects.create(text="Flood", starts_at=self.morning + 4 * HOUR, ends_at=self.morning + 5 * HOUR)
        assert [(entry.kind, entry.title) for entry in self.shown()] == [
            ("starts", "Coming"),
            ("due", "Due"),
            ("embargo", "Secret"),
            ("board", "Front page"),
            ("alert", "Flood"),
            ("alert_ends", "Flood"),
            ("ends", "Coming"),
            ("board", "Front page"),
        ]
        self.assertContains(self.client.get(CALENDAR), "Asia/Bishkek")

    def test_month_shows_the_first_of_a_day_and_says_how_many_more(self):
        section = make_section()
        for number in range(8):
            self.schedule(self.morning + number * timedelta(minutes=5), section=section)
        assert len(self.shown(view="month")) == 6
        page = self.client.get(CALENDAR, {"view": "month", "day": f"{self.morning:%Y-%m-%d}"})
        self.assertContains(page, "2 more")

    def test_hour_folds_away_what_is_past_and_nothing_to_mind(self):
        for count in range(10):
            rows = [Entry(kind="changed", at=self.now - HOUR, title=str(number), url="") for number in range(count)]
            coming = [Entry(kind="starts", at=self.now + HOUR, title="to come", url="")]
            minded = [Entry(kind="changed", at=self.now - HOUR, title="minded", url="", notes=["lacks"])]
            shown, folded = screen._first([*rows, *coming, *minded], screen.AN_HOUR, self.now)
            assert len(shown) == min(count + 2, screen.AN_HOUR)
            assert {"to come", "minded"} <= {entry.title for entry in shown}
            assert sorted(entry.title for entry in shown + folded) == sorted(
                entry.title for entry in [*rows, *coming, *minded]
            )

    def test_fifteen_changes_of_an_hour_take_little_of_the_week(self):
        for _number in range(15):
            self.schedule(self.morning)
        page = self.client.get(CALENDAR, {"day": f"{self.morning:%Y-%m-%d}"})
        self.assertContains(page, "9 more")
        assert len(self.shown()) == 15

    def test_text_that_another_follows_at_once_does_not_end(self):
        article, _edition = self.schedule(self.morning)
        workflow.schedule(article, by=self.chief, at=self.morning + HOUR)
        assert [entry.kind for entry in self.shown()] == ["starts", "starts"]

    def test_section_is_shown_with_those_within_it(self):
        parent = make_section()
        self.schedule(self.morning, headline="Within", section=make_section(parent=parent))
        self.schedule(self.morning, headline="Elsewhere")
        assert [entry.title for entry in self.shown(section=parent.pk)] == ["Within"]

    def test_board_of_a_section_within_is_shown_with_its_parent(self):
        parent = make_section()
        article = make_edition(section=parent).article
        boards = {"parent": parent, "child": make_section(parent=parent), "other": make_section(), "front": None}
        for number, section in enumerate(boards.values()):
            at = self.morning + number * HOUR
            Placement.objects.create(section=section, slot=1, article=article, starts_at=at)
        shown = [entry.at for entry in self.shown(section=parent.pk) if entry.kind == "board"]
        assert shown == [self.morning, self.morning + HOUR]
        assert len([entry for entry in self.shown() if entry.kind == "board"]) == len(boards)

    def test_older_text_and_embargo_are_said(self):
        article, _edition = self.schedule(self.morning, embargo_until=self.morning - DAY)
        workflow.saved(article, by=self.chief)
        entry = next(entry for entry in self.shown() if entry.kind == "starts")
        assert entry.notes[0] == "with an older text than the working copy"
        assert entry.notes[1].startswith("embargo until")

    def test_articles_in_the_trash_are_not_shown(self):
        make_article(due_at=self.morning, trashed_at=self.now)
        make_article(embargo_until=self.morning, trashed_at=self.now)
        assert self.shown() == []

    def test_reporter_moves_nothing_and_rates_desk_sees_nothing(self):
        self.schedule(self.morning)
        self.log_in(make_user(roles.REPORTER))
        assert [entry.may_move for entry in self.shown()] == [False]
        self.log_in(make_user(roles.RATES_DESK))
        assert self.client.get(CALENDAR).status_code == 403
        assert self.client.get(MOVE).status_code == 403

    def test_section_editor_moves_what_is_theirs(self):
        section, editor = make_section(), make_user(roles.SECTION_EDITOR)
        section.editors.add(editor)
        self.schedule(self.morning, headline="Mine", section=section)
        self.schedule(self.morning, headline="Not mine")
        self.log_in(editor)
        assert {entry.title: entry.may_move for entry in self.shown()} == {"Mine": True, "Not mine": False}

    def test_many_entries_take_as_many_queries_as_few(self):
        editor = make_user(roles.SECTION_EDITOR)

        def measure():
            self.log_in(editor)
            self.client.get(CALENDAR)
            with self.assertNumQueries(14):
                self.shown()

        for _ in range(2):
            article, _edition = self.schedule(self.morning)
            workflow.take_down(article, by=self.chief, at=self.morning + DAY)
            make_article(due_at=self.morning, assignee=make_user(), embargo_until=self.morning)
        measure()
        for _ in range(8):
            article, _edition = self.schedule(self.morning)
            workflow.take_down(article, by=self.chief, at=self.morning + DAY)
            make_article(due_at=self.morning, assignee=make_user(), embargo_until=self.morning)
            Placement.objects.create(
                slot=1, article=article, starts_at=self.morning + article.pk * timedelta(minutes=1)
            )
        measure()

    def test_more_than_can_be_shown_is_said(self):
        article = make_article()
        now = self.morning
        Edition.objects.bulk_create(
            Edition(
                article=article,
                section=article.section,
                headline="Many",
                path=f"/2030/01/01/many-{number}/",
                published_at=now,
                live_from=now + number * timedelta(seconds=1),
                live_until=now + (number + 1) * timedelta(seconds=1),
            )
            for number in range(230)
        )
        page = self.client.get(CALENDAR, {"day": f"{now:%Y-%m-%d}"})
        self.assertContains(page, "There is more here than can be shown")

    def test_strange_addresses_show_this_week(self):
        for query in (
            {"day": "x", "view": "year", "section": "-1"},
            {"day": "9999-12-31", "section": "9" * 40},
            {"day": "0001-01-01", "view": "month"},
            {"day": "2026-02-31"},
        ):
            with self.subTest(query):
                page = self.client.get(CALENDAR, query)
                assert page.status_code == 200
                assert any(day["is_today"] for day in page.context["days"])

    def test_week_of_a_clock_change_is_seven_days(self):
        SiteSettings.objects.create(name="Paper", time_zone="Europe/Berlin")
        late = datetime(2027, 3, 28, 21, 30, tzinfo=UTC)  # 23:30 on the Sunday that has 23 hours
        self.schedule(late)
        page = self.client.get(CALENDAR, {"day": "2027-03-28"})
        assert [len(day["entries"]) for day in page.context["days"]] == [0, 0, 0, 0, 0, 0, 1]
        assert page.context["days"][6]["hours"][23][1][0].at == late


class MovingTests(CalendarTestCase):
    def setUp(self):
        super().setUp()
        self.article, self.edition = self.schedule(self.morning, headline="Coming")

    def move(self, to, *, kind="starts", was=None, edition=None, fetch=True, **more):
        edition = edition or self.edition
        at = edition.live_from if kind == "starts" else edition.live_until
        data = {"entry": f"{kind}:{edition.pk}", "was": (was or at).isoformat(), "to": local(to)} | more
        headers = {"X-Requested-With": "fetch"} if fetch else {}
        return self.client.post(f"{MOVE}?view=month&day=2030-01-01", data, headers=headers)

    def refusal(self, response):
        assert response.status_code == 409
        return response.json()["refusal"]

    def start(self):
        return self.article.editions.get().live_from

    def test_start_moves_by_the_workflow_and_is_in_the_log_and_the_history(self):
        new = self.morning + 3 * HOUR
        response = self.move(new)
        assert response.json() == {"goto": f"{CALENDAR}?view=month&day=2030-01-01"}
        assert self.start() == new
        assert "Rescheduled for" in self.article.revisions.first().note
        assert "instead of" in LogEntry.objects.get(object_id=str(self.article.pk)).change_message

    def test_end_moves_and_other_texts_keep_theirs(self):
        workflow.take_down(self.article, by=self.chief, at=self.morning + DAY)
        self.edition.refresh_from_db()
        self.move(self.morning + 2 * DAY, kind="ends")
        self.edition.refresh_from_db()
        assert self.edition.live_until == self.morning + 2 * DAY

    def test_end_is_not_moved_into_another_text(self):
        workflow.take_down(self.article, by=self.chief, at=self.morning + DAY)
        workflow.schedule(self.article, by=self.chief, at=self.morning + 3 * DAY)
        self.edition.refresh_from_db()
        refusal = self.refusal(self.move(self.morning + 4 * DAY, kind="ends"))
        assert "Another text of the article is live at that time" in refusal
        self.edition.refresh_from_db()
        assert self.edition.live_until == self.morning + DAY
        assert not LogEntry.objects.exists()

    def test_move_of_another_person_meanwhile_is_told(self):
        moved = workflow.reschedule(self.edition, by=self.chief, at=self.morning + HOUR)
        assert "Somebody moved or cancelled it" in self.refusal(self.move(self.morning + 2 * HOUR))
        stale = self.move(self.morning + 2 * HOUR, edition=moved, was=self.morning)
        assert "Somebody moved it to" in self.refusal(stale)
        assert self.start() == self.morning + HOUR

    def test_past_embargo_and_the_same_time_are_refused(self):
        assert "Choose a time in the future" in self.refusal(self.move(self.now - HOUR))
        assert "the time it has already" in self.refusal(self.move(self.morning))
        Article.objects.update(embargo_until=self.morning)
        assert "under embargo" in self.refusal(self.move(self.morning - HOUR))
        assert self.start() == self.morning

    def test_those_who_may_not_schedule_there_are_refused(self):
        for role in (roles.REPORTER, roles.SECTION_EDITOR, roles.PICTURE_EDITOR):
            self.log_in(make_user(role))
            with self.subTest(role):
                assert "You may not do this" in self.refusal(self.move(self.morning + HOUR))
                page = self.client.get(MOVE, {"entry": f"starts:{self.edition.pk}"}, follow=True)
                self.assertContains(page, "You may not move this")
        assert self.start() == self.morning

    def test_nonsense_is_refused_in_words(self):
        good = {"entry": f"starts:{self.edition.pk}", "was": self.morning.isoformat(), "to": local(self.morning + HOUR)}
        for change in (
            {"entry": "due:1"},
            {"entry": "due:0"},
            {"entry": "idea:" + "9" * 30},
            {"entry": f"due:{self.article.pk}"},
            {"entry": f"board:{self.article.pk}"},
            {"entry": f"embargo:{self.article.pk}"},
            {"entry": "starts:" + "9" * 30},
            {"entry": "x" * 5000},
            {"entry": ""},
            {"was": "yesterday"},
            {"was": "2026-13-45T99:99:99+00:00"},
            {"was": ""},
            {"to": "soon"},
            {"to": "0001-01-01T00:00"},
            {"to": "9999-12-31T23:59"},
        ):
            with self.subTest(change):
                response = self.client.post(MOVE, good | change, headers={"X-Requested-With": "fetch"})
                assert self.refusal(response)
                assert self.client.post(MOVE, good | change, follow=True).status_code == 200
        assert self.start() == self.morning

    def test_page_without_script_moves_and_keeps_what_was_refused(self):
        entry = {"entry": f"starts:{self.edition.pk}"}
        page = self.client.get(MOVE, entry)
        self.assertContains(page, local(self.morning))
        refused = self.move(self.now - HOUR, fetch=False)
        self.assertContains(refused, "Choose a time in the future")
        self.assertContains(refused, local(self.now - HOUR))
        self.assertRedirects(self.move(self.morning + HOUR, fetch=False), f"{CALENDAR}?view=month&day=2030-01-01")
        assert self.start() == self.morning + HOUR


class MovingDueTests(CalendarTestCase):
    """Ideas and drafts, whose due times move by the same button."""

    def setUp(self):
        super().setUp()
        self.section = make_section()

    def make(self, stage, **fields):
        return make_article(stage=stage, due_at=self.morning, section=self.section, **fields)

    def move(self, kind, article, to, was=None, fetch=True):
        data = {"entry": f"{kind}:{article.pk}", "was": (was or self.morning).isoformat(), "to": local(to)}
        return self.client.post(MOVE, data, headers={"X-Requested-With": "fetch"} if fetch else {})

    def test_whatever_has_the_button_moves_by_it_and_nothing_else_has_it(self):
        """Over every kind that the calendar shows, for those who lead the paper and for those who only read."""
        self.make("idea", headline="Idea"), self.make("draft", headline="Due")
        make_article(embargo_until=self.morning)
        article, _edition = self.schedule(self.morning, headline="Coming")
        workflow.take_down(article, by=self.chief, at=self.morning + HOUR)
        Placement.objects.create(article=article, slot=1, starts_at=self.morning)
        Alert.objects.create(text="Quake", starts_at=self.morning, ends_at=self.morning + HOUR)
        shown = self.shown()
        assert {entry.kind for entry in shown if entry.may_move} == {"starts", "ends", "due", "idea"}
        for kind in [entry.kind for entry in shown]:
            entry = next(entry for entry in self.shown() if entry.kind == kind)  # a moved edition is another row
            with self.subTest(kind):
                data = {"entry": entry.name, "was": entry.was, "to": local(entry.at + HOUR / 2)}
                response = self.client.post(MOVE, data, headers={"X-Requested-With": "fetch"})
                assert response.status_code == (200 if entry.may_move else 409), response.content
        moved = {(entry.kind, entry.at) for entry in self.shown() if entry.may_move}
        assert moved == {
            ("idea", self.morning + HOUR / 2),
            ("due", self.morning + HOUR / 2),
            ("starts", self.morning + HOUR / 2),
            ("ends", self.morning + HOUR + HOUR / 2),
        }

    def test_who_may_change_it_sees_the_button_and_who_may_not_is_refused(self):
        reporter, other = make_user(roles.REPORTER), make_user(roles.REPORTER)
        editor = make_user(roles.SECTION_EDITOR)
        self.section.editors.add(editor)
        idea = self.make("idea", created_by=reporter)
        draft = self.make("draft", created_by=reporter, assignee=reporter)
        for user, may in (
            (reporter, {"idea": True, "due": False}),
            (other, {"idea": False, "due": False}),
            (editor, {"idea": True, "due": True}),
            (make_user(roles.PICTURE_EDITOR), {"idea": False, "due": False}),
        ):
            self.log_in(user)
            assert {entry.kind: entry.may_move for entry in self.shown()} == may
            for kind, article in (("idea", idea), ("due", draft)):
                with self.subTest(user=user, kind=kind):
                    article.refresh_from_db()
                    response = self.move(kind, article, article.due_at + HOUR, was=article.due_at)
                    assert response.status_code == (200 if may[kind] else 409)
                    Article.objects.update(due_at=self.morning)

    def test_idea_stays_with_whoever_has_it_and_the_log_tells_the_move(self):
        reporter = make_user(roles.REPORTER)
        idea = self.make("idea", assignee=reporter)
        self.move("idea", idea, self.morning + HOUR)
        idea.refresh_from_db()
        assert (idea.due_at, idea.assignee) == (self.morning + HOUR, reporter)
        assert "is due" in LogEntry.objects.get(object_id=str(idea.pk)).change_message

    def test_what_became_of_it_meanwhile_is_told(self):
        idea, draft = self.make("idea"), self.make("draft")
        assert "Somebody moved it to" in self.move("idea", idea, self.morning + DAY, was=self.now).json()["refusal"]
        assert "Choose a due time in the future" in self.move("due", draft, self.now - HOUR).json()["refusal"]
        workflow.begin(idea, by=self.chief)
        assert "is an article by now" in self.move("idea", idea, self.morning + HOUR).json()["refusal"]
        Article.objects.filter(pk=draft.pk).update(due_at=None)
        assert "not due any more" in self.move("due", draft, self.morning + HOUR).json()["refusal"]

    def test_page_without_script_moves_an_idea(self):
        idea = self.make("idea", headline="Write this")
        page = self.client.get(MOVE, {"entry": f"idea:{idea.pk}"})
        self.assertContains(page, "Write this")
        self.assertContains(page, local(self.morning))
        self.assertContains(self.move("idea", idea, self.now - HOUR, fetch=False), "in the future")
        assert self.move("idea", idea, self.morning + HOUR, fetch=False).status_code == 302
        idea.refresh_from_db()
        assert idea.due_at == self.morning + HOUR
