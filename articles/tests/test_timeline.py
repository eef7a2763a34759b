"""Random lives of an article: whatever the desk does, readers' past never changes and never overlaps."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import time_machine
from django.test import TestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase

from articles.desk import workflow
from articles.models import Article
from articles.tests.factories import make_article, make_chief
from ground.times import FOR_EVER

START = datetime(2025, 12, 8, 6, 0, tzinfo=UTC)
MINUTES = st.integers(min_value=-3, max_value=40)
SIGNIFICANT = 3  # every third step calls its text an update
STEPS = st.tuples(
    st.sampled_from(["publish", "schedule", "reschedule", "cancel", "take_down", "keep", "withdraw"]),
    MINUTES,  # the time the step names, from its own now
    st.integers(min_value=0, max_value=9),  # minutes that pass before it
)

LASTING = {"publish", "schedule", "reschedule", "cancel"}  # steps after which a live article has no end


def is_update(text):
    """Whether the step that cut this text, which is its number, called it significant."""
    return int(text) % SIGNIFICANT == 0


class TimelineTests(PropertyTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()

    @given(st.lists(STEPS, min_size=1, max_size=14))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def test_past_is_never_rewritten_and_nothing_overlaps(self, steps):
        article = make_article(headline="0")
        now, seen = START, {}
        for number, (step, minutes, passed) in enumerate(steps, start=1):
            now += timedelta(minutes=passed, seconds=1)
            with time_machine.travel(now, tick=False):
                self.take(step, article, now + timedelta(minutes=minutes), str(number))
            self.check(article, now, seen)

    @given(st.lists(STEPS, max_size=8), MINUTES, MINUTES)
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def test_cancelled_schedule_leaves_the_future_as_it_was(self, steps, minutes, moved):
        article, now = make_article(headline="0"), START
        for number, (step, away, passed) in enumerate(steps, start=1):
            now += timedelta(minutes=passed, seconds=1)
            with time_machine.travel(now, tick=False):
                self.take(step, article, now + timedelta(minutes=away), str(number))
        before = self.future(article)
        with time_machine.travel(now, tick=False):
            try:
                added = workflow.schedule(article, by=self.chief, at=now + timedelta(minutes=minutes, seconds=7))
            except workflow.WorkflowError:
                return
            with suppress(workflow.WorkflowError):
                added = workflow.reschedule(added, by=self.chief, at=now + timedelta(minutes=moved, seconds=9))
            workflow.cancel(added, by=self.chief)
        assert self.future(article) == before

    @given(st.lists(STEPS.filter(lambda step: step[0] in LASTING), max_size=8))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def test_what_is_live_stays_for_ever_when_everything_scheduled_is_cancelled(self, steps):
        article, now = make_article(headline="0"), START
        for number, (step, away, passed) in enumerate(steps, start=1):
            now += timedelta(minutes=passed, seconds=1)
            with time_machine.travel(now, tick=False):
                self.take(step, article, now + timedelta(minutes=away), str(number))
        with time_machine.travel(now, tick=False):
            for edition in article.editions.filter(live_from__gt=now):
                workflow.cancel(edition, by=self.chief)
        assert {edition.live_until for edition in article.editions.filter(live_until__gt=now)} <= {FOR_EVER}
        if article.editions.exists():
            assert article.editions.live(now).exists()

    def future(self, article):
        return list(
            article.editions.order_by("live_from").values_list(
                "live_from", "live_until", "headline", "path", "revised_at"
            )
        )

    def take(self, step, article, at, text):
        """Rewrite the working copy, then take the step; a refusal is an answer too."""
        Article.objects.filter(pk=article.pk).update(headline=text)
        future = article.editions.order_by("-live_from").first()
        try:
            if step == "publish":
                workflow.publish(article, by=self.chief, significant=is_update(text))
            elif step == "schedule":
                workflow.schedule(article, by=self.chief, at=at, significant=is_update(text))
            elif step == "reschedule" and future:
                workflow.reschedule(future, by=self.chief, at=at)
            elif step == "cancel" and future:
                workflow.cancel(future, by=self.chief)
            elif step in {"take_down", "keep"}:
                workflow.take_down(article, by=self.chief, at=at if step == "take_down" else None)
            elif step == "withdraw":
                workflow.withdraw(article, by=self.chief, reason="Because")
        except workflow.WorkflowError:
            pass

    def check(self, article, now, seen):
        """At most one edition at every instant, the same past as before, one day in every address."""
        editions = list(article.editions.order_by("live_from"))
        for earlier, later in pairwise(editions):
            assert earlier.live_until <= later.live_from
        instant = START - timedelta(minutes=1)
        while instant < now:
            shown = [(e.headline, e.revised_at) for e in editions if e.live_from <= instant < e.live_until]
            assert len(shown) <= 1
            assert seen.setdefault(instant, shown) == shown, f"what readers saw at {instant} changed"
            instant += timedelta(seconds=30)
        revised_at = None
        for edition in editions:
            revised_at = edition.live_from if is_update(edition.headline) else revised_at
            assert edition.revised_at == revised_at, "an edition says another time of the last update than it should"
        if editions:
            assert {e.published_at for e in editions} == {editions[0].live_from}
            assert len({e.path for e in editions}) == 1


class CuttingTests(TestCase):
    def test_check_notices_a_rewritten_past(self):
        """The property is worth something only if breaking it is noticed."""
        article, chief = make_article(headline="1"), make_chief()
        seen = {}
        with time_machine.travel(START, tick=False):
            workflow.publish(article, by=chief)
        later = START + timedelta(minutes=10)
        TimelineTests.check(self, article, later, seen)
        article.editions.update(headline="2")
        with self.assertRaises(AssertionError):
            TimelineTests.check(self, article, later, seen)
