"""Steps and fields of one form: what is typed together counts together, and what is not done yet stays typed."""

from datetime import datetime, timedelta

import time_machine
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from articles.admin.article import steps
from articles.desk import workflow
from articles.desk.lacking import END, REASON
from articles.desk.steps import STEPS
from articles.desk.workflow import WorkflowError
from articles.models import Article, Placement, UnsavedForm
from articles.tests.factories import make_article, make_chief, make_edition, make_user
from articles.tests.test_admin_article import DeskTestCase, typed
from articles.tests.test_admin_library import local
from ground.times import FOR_EVER

HOUR = timedelta(hours=1)


def minute(hours):
    """A whole minute, so many hours from the test's start."""
    return StepsTestCase.start + hours * HOUR


class StepsTestCase(DeskTestCase):
    start = timezone.now()

    def setUp(self):
        StepsTestCase.start = timezone.now().replace(second=0, microsecond=0)
        self.chief = self.log_in(make_chief())
        self.article = make_article(headline="The bridge")

    def press(self, step, **given):
        """Press a button of the form; the page that follows."""
        self.article.refresh_from_db()
        return self.client.get(self.send(self.article, _step=step, **given).url)

    def go_live(self, **fields):
        make_edition(article=self.article, live_from=timezone.now() - HOUR, **fields)
        self.article.refresh_from_db()

    def line(self):
        return list(self.article.editions.order_by("live_from").values_list("live_from", "live_until"))


class EndTests(StepsTestCase):
    def test_end_typed_with_a_schedule_counts(self):
        self.press("schedule", go_live_at=local(minute(2)), take_down_at=local(minute(3)))
        assert self.line() == [(minute(2), minute(3))]

    def test_end_typed_with_an_update_counts_for_it(self):
        self.go_live()
        self.press("schedule", go_live_at=local(minute(2)), take_down_at=local(minute(3)))
        assert self.line()[-1] == (minute(2), minute(3))

    def test_end_typed_with_publishing_counts(self):
        self.press("publish", take_down_at=local(minute(3)))
        assert self.line()[0][1] == minute(3)

    def test_end_typed_with_moving_counts_wherever_it_is_moved(self):
        for start in (1, 6):
            with self.subTest(start):
                self.setUp()
                edition = workflow.schedule(self.article, by=self.chief, at=minute(3))
                workflow.take_down(self.article, by=self.chief, at=minute(4))
                times = {"go_live_at": local(minute(start)), "take_down_at": local(minute(start + 1))}
                self.press(f"reschedule:{edition.pk}", **times)
                assert self.line() == [(minute(start), minute(start + 1))]

    def test_end_before_the_start_is_refused_with_all_that_was_typed(self):
        start, end = local(minute(3)), local(minute(2))
        for step in ("schedule", "reschedule"):
            with self.subTest(step):
                self.setUp()
                if step == "reschedule":
                    step += f":{workflow.schedule(self.article, by=self.chief, at=minute(9)).pk}"
                page = self.press(step, go_live_at=start, take_down_at=end)
                self.assertContains(page, "It would end before it goes live")
                assert not self.page(self.article).context["step_form"].errors  # told once
                form = page.context["step_form"]
                assert (form["go_live_at"].value(), form["take_down_at"].value()) == (start, end)
                assert minute(3) not in [row[0] for row in self.line()]
                assert self.press(step, go_live_at=start, take_down_at=start).context["step_form"].errors

    def test_end_that_is_no_time_is_refused_and_nothing_is_published(self):
        page = self.press("publish", take_down_at="soon")
        assert page.context["step_form"].errors
        assert self.line() == []

    def test_draft_offers_an_end_beside_its_start(self):
        self.assertContains(self.page(self.article), 'name="take_down_at"', count=1)
        self.go_live()
        self.assertContains(self.page(self.article), 'name="take_down_at"', count=1)

    def test_time_typed_with_publish_now_is_not_passed_over(self):
        page = self.press("publish", go_live_at=local(minute(2)))
        self.assertContains(page, "press “Schedule”, or empty the time")
        assert self.line() == []
        assert page.context["step_form"]["go_live_at"].value() == local(minute(2))

    def test_embargo_typed_with_a_step_counts(self):
        page = self.press("publish", embargo_until=local(minute(2)))
        self.assertContains(page, "under embargo until")
        for hours, starts in ((1, []), (2, [minute(2)])):
            self.press("schedule", embargo_until=local(minute(2)), go_live_at=local(minute(hours)))
            assert [start for start, _end in self.line()] == starts  # at the very time it may

    def test_schedule_after_the_planned_end_is_marked_until_somebody_decides(self):
        for hours in (3, 4):  # at the very time, and later
            with self.subTest(hours):
                self.setUp()
                self.go_live()
                workflow.take_down(self.article, by=self.chief, at=minute(3))
                page = self.press("schedule", go_live_at=local(minute(hours)))
                edition = self.article.editions.order_by("live_from").last()
                assert edition.lacks == END
                self.assertContains(page, "lacks what readers have: the planned end")
                self.assertContains(self.press(f"carry:{edition.pk}"), "It begins after the planned end")
                decide = reverse("admin:articles_article_decide", args=[self.article.pk, edition.pk])
                self.assertContains(self.client.get(decide), "this brings it back")
                self.press(f"keep:{edition.pk}")
                edition.refresh_from_db()
                assert edition.lacks == ""

    def test_no_end_means_none_before_what_is_scheduled_either(self):
        self.go_live()
        workflow.take_down(self.article, by=self.chief, at=minute(3))
        workflow.schedule(self.article, by=self.chief, at=minute(4))
        self.press("take_down", take_down_at="")
        assert [end for _start, end in self.line()] == [minute(4), FOR_EVER]
        assert self.article.editions.order_by("live_from").last().lacks == ""

    def test_cancelling_says_that_the_end_went_too(self):
        edition = workflow.schedule(self.article, by=self.chief, at=minute(2))
        workflow.take_down(self.article, by=self.chief, at=minute(3))
        self.assertContains(self.press(f"cancel:{edition.pk}"), "went with it")


class WithdrawnTests(StepsTestCase):
    def setUp(self):
        super().setUp()
        self.go_live()
        workflow.take_down(self.article, by=self.chief, at=minute(6))
        self.article.refresh_from_db()
        self.article.standfirst = "An update."
        self.article.save()
        workflow.schedule(self.article, by=self.chief, at=minute(4))

    def withdraw(self):
        return self.press("withdraw", withdrawal_reason="The figures were wrong.")

    def test_withdrawing_says_what_went_with_it(self):
        told = self.withdraw()
        self.assertContains(told, "went with it; publishing it again offers to schedule that again")
        self.assertContains(told, "published again, it keeps that end")
        page = self.page(self.article)
        self.assertContains(page, "It keeps that end when it is published again.")
        self.assertContains(page, "Schedule again what was scheduled")

    def test_publishing_again_keeps_the_planned_end(self):
        self.withdraw()
        self.assertContains(self.press("publish"), "as was planned before it was withdrawn")
        assert self.line()[-1][1] == minute(6)
        assert len(self.line()) == 2

    def test_planned_end_can_be_forgotten_or_another_be_typed(self):
        for given, end in (({"forget_end": "on"}, FOR_EVER), ({"take_down_at": local(minute(5))}, minute(5))):
            with self.subTest(end):
                self.setUp()
                self.withdraw()
                self.press("publish", **given)
                assert self.line()[-1][1] == end

    def test_publishing_again_schedules_again_what_was_scheduled_where_that_is_chosen(self):
        self.withdraw()
        Article.objects.filter(pk=self.article.pk).update(standfirst="", kicker="Mended")
        self.press("publish", plan_again="on")
        edition = self.article.editions.get(live_from__gt=timezone.now())
        assert (edition.live_from, edition.live_until) == (minute(4), minute(6))
        assert (edition.standfirst, edition.lacks) == ("An update.", "kicker")

    def test_scheduling_again_keeps_the_planned_end_and_is_marked_without_the_reason(self):
        self.withdraw()
        page = self.press("schedule", go_live_at=local(minute(3)))
        assert self.line()[-1] == (minute(3), minute(6))
        edition = self.article.editions.get(live_from__gt=timezone.now())
        assert edition.lacks == REASON
        self.assertContains(page, "why it was withdrawn")
        self.press(f"carry:{edition.pk}")
        edition = self.article.editions.get(live_from__gt=timezone.now())
        assert edition.lacks == ""
        assert [row["text"] for row in edition.dated_corrections] == ["The figures were wrong."]

    def test_of_two_withdrawals_the_last_gives_its_reason(self):
        self.withdraw()
        self.press("publish")
        self.press("withdraw", withdrawal_reason="A name was wrong.")
        self.press("schedule", go_live_at=local(minute(3)))
        edition = self.article.editions.get(live_from__gt=timezone.now())
        self.press(f"carry:{edition.pk}")
        edition = self.article.editions.get(live_from__gt=timezone.now())
        assert [row["text"] for row in edition.dated_corrections] == ["A name was wrong."]

    def test_reason_may_be_left_out(self):
        self.withdraw()
        self.press("schedule", go_live_at=local(minute(3)))
        edition = self.article.editions.get(live_from__gt=timezone.now())
        self.press(f"keep:{edition.pk}")
        edition.refresh_from_db()
        assert (edition.lacks, edition.dated_corrections) == ("", [])

    def test_plans_that_are_over_are_not_offered(self):
        self.withdraw()
        with time_machine.travel(minute(7)):
            self.log_in(self.chief)
            self.assertNotContains(self.page(self.article), "When it was withdrawn it was to end")
            self.press("publish", plan_again="on")
            assert self.line()[-1][1] == FOR_EVER

    def test_erasing_takes_the_planned_words_along(self):
        self.withdraw()
        edition = self.article.editions.get()
        assert edition.planned
        workflow.erase(edition, by=make_user(is_superuser=True), reason="A court's")
        edition.refresh_from_db()
        assert edition.planned == {}


class SecondsTests(StepsTestCase):
    def test_seconds_are_refused_with_words_wherever_a_time_is_typed(self):
        at = f"{local(minute(2))}:30"
        for step, field in (("schedule", "go_live_at"), ("take_down", "take_down_at"), ("due", "due_at")):
            with self.subTest(field):
                self.setUp()
                self.go_live()
                page = self.press(step, **{field: at})
                self.assertContains(page, "Times are whole minutes here")
                assert page.context["step_form"][field].value() == at
        response = self.send(self.article, embargo_until=at, _continue="1")
        self.assertContains(response, "Times are whole minutes here")
        place = {"slot": "1", "article": self.article.pk, "starts_at": at, "ends_at": ""}
        self.assertContains(self.client.post(reverse("admin:articles_placement_add"), place), "whole minutes")
        assert not Placement.objects.exists()

    def test_whole_minutes_may_be_typed_with_their_seconds(self):
        self.press("schedule", go_live_at=f"{local(minute(2))}:00")
        assert self.line() == [(minute(2), FOR_EVER)]

    def test_seconds_of_a_stored_time_are_no_matter(self):
        until = timezone.now() + 3 * HOUR
        Article.objects.filter(pk=self.article.pk).update(embargo_until=until, due_at=until)
        self.article.refresh_from_db()
        page = self.send(self.article, embargo_until=local(until), due_at=local(until), _continue="1")
        assert page.status_code == 302
        self.article.refresh_from_db()
        assert (self.article.embargo_until, self.article.due_at) == (until, until)


class PairTests(StepsTestCase):
    """Each step with each field that it does not read."""

    GIVEN = {
        "go_live_at": lambda: local(minute(5)),
        "take_down_at": lambda: local(minute(6)),
        "significant": lambda: "on",
        "carry": lambda: "yes",
        "forget_end": lambda: "on",
        "plan_again": lambda: "on",
        "take_away": lambda: "on",
        "note": lambda: "Shorter, please",
        "withdrawal_reason": lambda: "Wrong",
        "assign_to": lambda: "somebody",
        "due_at": lambda: local(minute(7)),
        "desk_note": lambda: "Ask the ministry",
        "word_goal": lambda: "600",
    }
    LIVE = {"withdraw", "furnish", "take_down", "reschedule", "cancel", "carry", "keep", "renew"}

    def ready(self, step):
        """An article with which the step can be taken, and the name of its button."""
        self.article = make_article(stage={"take_back": "in_review", "send_back": "in_review"}.get(step, "draft"))
        if step in self.LIVE:
            self.go_live()
        if step == "unassign":
            workflow.assign(self.article, self.chief, by=self.chief)
        if step == "release":
            workflow.claim(self.article, by=self.chief)
        if step == "tick":
            workflow.leave_note(self.article, by=self.chief, text="A note")
            return f"tick:{self.article.notes.get().pk}"
        if step == "furnish":
            self.article.tags.add("Rail")
        elif step in self.LIVE - {"withdraw", "take_down"}:
            edition = workflow.schedule(self.article, by=self.chief, at=minute(3))
            self.article.refresh_from_db()
            Article.objects.filter(pk=self.article.pk).update(kicker="New")
            if step in {"carry", "keep"}:
                workflow.publish(self.article, by=self.chief)
            return f"{step}:{edition.pk}"
        return step

    def test_every_field_is_tried(self):
        assert set(self.GIVEN) == set(steps.StepForm.base_fields)

    def test_what_a_step_does_not_read_stays_typed(self):
        make_user("Reporter", username="somebody")
        for step in sorted(name for name, one in STEPS.items() if one.button and name != "untrash"):
            read = STEPS[step].fields | ({"go_live_at"} if step == "publish" else set())
            button = self.ready(step)
            given = {name: value() for name, value in self.GIVEN.items()}
            if step == "publish":
                del given["go_live_at"]  # is refused: see EndTests
            with self.subTest(step):
                page = self.press(button, **given)
                if step == "trash":
                    workflow.untrash(self.article, by=self.chief)
                    page = self.page(self.article)
                form = page.context["step_form"]
                assert not form.errors
                for name in given.keys() - read:
                    assert form[name].value() == given[name], name
                for name in read - {"assign_to", "due_at", "word_goal"}:
                    assert not form[name].value(), name  # done, so it is typed no more

    def test_what_is_typed_for_a_step_survives_every_save(self):
        given = {name: value() for name, value in self.GIVEN.items()}
        for button in ("_continue", "_save"):
            with self.subTest(button):
                self.setUp()
                response = self.send(self.article, **given, **{button: "1"})
                self.assertContains(self.client.get(response.url), "Typed and not done yet")
                form = self.page(self.article).context["step_form"]
                assert {name: form[name].value() for name in given} == given
                self.send(self.article, note="", _continue="1")
                assert not self.page(self.article).context["step_form"]["note"].value()

    def test_whatever_is_typed_for_any_step_outlives_the_login(self):
        """Typed beside a save, or for a step that was refused: on another day, in another browser."""
        given = {name: value() for name, value in self.GIVEN.items()}
        for button in ({"_save": "1"}, {"_step": "no-such-step"}):
            for end in (self.client.logout, Session.objects.all().delete):
                with self.subTest(button=button, end=end):
                    self.setUp()
                    self.send(self.article, **given, **button)
                    end()
                    self.client.force_login(self.chief)
                    self.assertContains(self.client.get(reverse("admin:index")), "for a step of “")
                    form = self.page(self.article).context["step_form"]
                    assert {name: form[name].value() for name in given} == given
        row = UnsavedForm.objects.filter(user=self.chief).latest("pk")
        assert self.client.get(reverse("admin:unsaved_form", args=[row.pk])).url == self.article.get_absolute_url()
        other = self.log_in(make_chief())
        assert not self.page(self.article).context["step_form"]["note"].value(), other

    def test_what_waits_is_dropped_when_its_field_is_emptied_or_its_step_is_taken(self):
        for button, typed_now in (({"_continue": "1"}, {"desk_note": ""}), ({"_step": "note"}, {"desk_note": "Ask"})):
            self.send(self.article, desk_note="Ask", _save="1")
            assert UnsavedForm.objects.get().fields == {"desk_note": ["Ask"]}
            self.send(self.article, **typed_now, **button)
            assert not UnsavedForm.objects.exists()

    def test_what_waits_of_an_article_in_the_trash_can_be_read(self):
        self.send(self.article, desk_note="Call them", _save="1")
        self.article.editions.all().delete()
        Article.objects.filter(pk=self.article.pk).update(trashed_at=timezone.now())
        page = self.client.get(reverse("admin:unsaved_form", args=[UnsavedForm.objects.get().pk]))
        self.assertContains(page, "Call them")
        self.assertNotContains(page, "Send all of this now")

    def test_new_article_keeps_it_too(self):
        response = self.send(headline="The dam", section=self.article.section_id, desk_note="Call them", _continue="1")
        assert self.client.get(response.url).context["step_form"]["desk_note"].value() == "Call them"

    def test_what_waits_of_one_article_is_not_lost_to_another(self):
        other = make_article()
        for article in (self.article, other):
            self.send(article, desk_note=f"Of {article.pk}", _save="1")
        for article in (self.article, other):
            assert self.page(article).context["step_form"]["desk_note"].value() == f"Of {article.pk}"

    def test_nothing_typed_is_named_as_waiting(self):
        response = self.client.post(self.article.get_absolute_url(), typed(self.article) | {"_continue": "1"})
        self.assertNotContains(self.client.get(response.url), "Typed and not done yet")


class RefusedTests(StepsTestCase):
    def test_scheduled_text_that_is_live_by_now_is_not_changed(self):
        self.go_live()
        edition = workflow.schedule(self.article, by=self.chief, at=minute(2))
        with time_machine.travel(datetime.fromisoformat(edition.live_from.isoformat())):
            for step in (workflow.carry_over, workflow.keep_as_is, workflow.renew):
                with self.assertRaises(WorkflowError):
                    step(edition, by=self.chief)

    def test_what_lacks_nothing_is_not_put_in(self):
        self.go_live()
        edition = workflow.schedule(self.article, by=self.chief, at=minute(2))
        with self.assertRaisesMessage(WorkflowError, "It has all that readers have already."):
            workflow.carry_over(edition, by=self.chief)


class CancelledTests(StepsTestCase):
    def test_what_was_to_follow_is_the_first_then(self):
        first = workflow.schedule(self.article, by=self.chief, at=minute(2))
        second = workflow.schedule(self.article, by=self.chief, at=minute(3))
        assert second.took_over
        workflow.cancel(first, by=self.chief)
        second.refresh_from_db()
        assert not second.took_over

    def test_its_address_is_free_for_others(self):
        path = workflow.schedule(self.article, by=self.chief, at=minute(2)).path
        workflow.cancel(self.article.editions.get(), by=self.chief)
        other = make_article(slug=self.article.slug)
        assert workflow.schedule(other, by=self.chief, at=minute(2)).path == path
