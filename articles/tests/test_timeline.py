"""Random lives of an article: whatever the desk does, readers' past never changes and never overlaps."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import time_machine
from django.test import TestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase

from articles import workflow
from articles.models import Article
from articles.tests.factories import make_article, make_chief

START = datetime(2025, 12, 8, 6, 0, tzinfo=UTC)
MINUTES = st.integers(min_value=-3, max_value=40)
STEPS = st.tuples(
    st.sampled_from(["publish", "schedule", "reschedule", "cancel", "take_down", "keep", "withdraw"]),
    MINUTES,  # the time the step names, from its own now
    st.integers(min_value=0, max_value=9),  # minutes that pass before it
)


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

    def take(self, step, article, at, text):
        """Rewrite the working copy, then take the step; a refusal is an answer too."""
        Article.objects.filter(pk=article.pk).update(headline=text)
        future = article.editions.order_by("-live_from").first()
        try:
            if step == "publish":
                workflow.publish(article, by=self.chief)
            elif step == "schedule":
                workflow.schedule(article, by=self.chief, at=at)
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
            shown = [e.headline for e in editions if e.live_from <= instant < e.live_until]
            assert len(shown) <= 1
            assert seen.setdefault(instant, shown) == shown, f"what readers saw at {instant} changed"
            instant += timedelta(seconds=30)
        if editions:
            assert {e.published_at for e in editions} == {editions[0].live_from}
            assert len({e.path for e in editions}) == 1


class CuttingTests(TestCase):
    def test_check_notices_a_rewritten_past(self):
        """The property is worth something only if breaking it is noticed."""
        article, chief = make_article(headline="0"), make_chief()
        seen = {}
        with time_machine.travel(START, tick=False):
            workflow.publish(article, by=chief)
        later = START + timedelta(minutes=10)
        TimelineTests.check(self, article, later, seen)
        article.editions.update(headline="Rewritten")
        with self.assertRaises(AssertionError):
            TimelineTests.check(self, article, later, seen)
