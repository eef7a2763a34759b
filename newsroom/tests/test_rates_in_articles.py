"""Rates within a text: live on the desk, frozen before readers."""

from datetime import date, timedelta
from decimal import Decimal

import time_machine
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles import markup, references, rendering, workflow
from articles.models import Article, Edition
from articles.readiness import look
from articles.tests.factories import make_article, make_chief, make_section
from tickers.models import Rate
from tickers.tests.factories import MONDAY, NOON, make_pair, make_rate

SOM = '<data data-rate="KGS/USD">KGS/USD</data>'
BODY = f"<p>A som ({SOM}) is worth more.</p>"
TUESDAY = MONDAY + timedelta(days=1)


@time_machine.travel(NOON, tick=True)
class ReferencesTestCase(TestCase):
    """It is Monday noon."""

    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()
        cls.pair = make_pair(provider="nbkr")
        make_rate(cls.pair, MONDAY, "0.01144", provider="nbkr")

    def make(self, body=BODY, **fields):
        return make_article(section=fields.pop("section", None) or make_section(), body=body, **fields)

    def rate(self, day, value, **fields):
        with self.captureOnCommitCallbacks(execute=True):
            return make_rate(self.pair, day, value, provider="nbkr", **fields)


class MarkupTests(ReferencesTestCase):
    def test_reference_of_a_pair_is_kept_and_anything_else_is_not(self):
        assert markup.clean(BODY) == BODY
        assert (
            markup.clean('<p><data data-rate="x&quot;>" onclick="x" class="y">a</data></p>') == "<p><data>a</data></p>"
        )
        assert markup.clean('<p><data data-rate="KGS/USD" value="1e9">a</data></p>') == (
            '<p><data data-rate="KGS/USD">a</data></p>'
        )

    def test_desk_keeps_the_pair_alone_whatever_was_typed(self):
        forged = '<p><data data-rate="KGS/USD" value="99">KGS/USD 99</data> <data>lost</data></p>'
        article = self.make(forged)
        article.refresh_from_db()
        assert article.body == f"<p>{SOM} lost</p>"

    def test_words_of_a_text_hold_the_pair(self):
        assert markup.plain_text(BODY) == "A som (KGS/USD) is worth more."


class FreezingTests(ReferencesTestCase):
    def test_published_text_says_value_and_day_and_leads_to_the_pair(self):
        edition = workflow.publish(self.make(), by=self.chief)
        frozen = '<data data-rate="KGS/USD" value="0.01144">KGS/USD 0.01144 (08 December 2025)</data>'
        assert edition.body == f"<p>A som ({frozen}) is worth more.</p>"
        page = self.client.get(edition.path)
        self.assertContains(
            page,
            '<a class="rate-reference" href="/rates/kgs-usd/">'
            '<data value="0.01144">KGS/USD 0.01144 (08 December 2025)</data></a>',
            html=True,
        )

    def test_later_rates_change_nothing_that_was_live(self):
        edition = workflow.publish(self.make(), by=self.chief)
        self.rate(TUESDAY, "0.0115")
        Rate.objects.filter(effective_date=MONDAY).update(value=Decimal("0.02"))
        with self.captureOnCommitCallbacks(execute=True):
            Rate.objects.get(effective_date=MONDAY).save()
        edition.refresh_from_db()
        assert "0.01144" in edition.body
        self.assertContains(self.client.get(edition.path), "KGS/USD 0.01144 (08 December 2025)")

    def test_value_is_exact(self):
        self.rate(TUESDAY, "0.0114351057747284")
        with time_machine.travel(NOON + timedelta(days=1)):
            edition = workflow.publish(self.make(), by=self.chief)
        assert 'value="0.0114351057747284">KGS/USD 0.01144 (09 December 2025)' in edition.body

    def test_scheduled_text_says_what_is_known_when_it_goes_live(self):
        article = self.make()
        edition = workflow.schedule(article, by=self.chief, at=NOON + timedelta(days=1))
        assert "0.01144 (08 December 2025)" in edition.body
        self.rate(TUESDAY, "0.0115")
        edition.refresh_from_db()
        assert "KGS/USD 0.01150 (09 December 2025)" in edition.body
        with time_machine.travel(NOON + timedelta(days=1, hours=1)):
            self.assertContains(self.client.get(edition.path), "KGS/USD 0.01150 (09 December 2025)")
            self.rate(date(2025, 12, 10), "0.0200")
            make_rate(make_pair("KZT"), TUESDAY)
        edition.refresh_from_db()
        assert "0.01150" in edition.body

    def test_rate_of_a_later_day_is_not_said_before_it(self):
        edition = workflow.schedule(self.make(), by=self.chief, at=NOON + timedelta(hours=1))
        self.rate(TUESDAY, "0.0115")
        edition.refresh_from_db()
        assert "0.01144 (08 December 2025)" in edition.body

    def test_held_rate_is_never_said(self):
        edition = workflow.schedule(self.make(), by=self.chief, at=NOON + timedelta(days=1))
        self.rate(TUESDAY, "9", status="held")
        edition.refresh_from_db()
        assert "0.01144" in edition.body

    def test_pair_without_a_rate_is_plain_text_and_the_desk_is_told_before(self):
        article = self.make('<p><data data-rate="EUR/USD">EUR/USD</data> fell.</p>')
        told = [problem for problem in look(article, "/x/") if problem.check == "rates"]
        assert [(problem.text, problem.blocks) for problem in told] == [
            ("There is no rate of EUR/USD: readers will see the pair without a value.", False)
        ]
        edition = workflow.publish(article, by=self.chief)
        self.assertContains(self.client.get(edition.path), "<p>EUR/USD fell.</p>", html=True)
        assert not [problem for problem in look(self.make(), "/x/") if problem.check == "rates"]

    def test_first_rate_of_a_pair_reaches_what_is_scheduled(self):
        euro = make_pair("EUR", provider="ecb")
        body = '<p><data data-rate="EUR/USD">EUR/USD</data> fell.</p>'
        edition = workflow.schedule(self.make(body), by=self.chief, at=NOON + timedelta(days=1))
        assert edition.body == body
        with self.captureOnCommitCallbacks(execute=True):
            make_rate(euro, TUESDAY, "1.16", provider="ecb")
        edition.refresh_from_db()
        assert "EUR/USD 1.16000 (09 December 2025)" in edition.body

    def test_article_says_it_in_its_own_language(self):
        edition = workflow.publish(self.make(language="ru"), by=self.chief)
        assert "KGS/USD 0.01144 (8 декабря 2025 г.)" in edition.body

    def test_restored_text_is_live_again(self):
        article = self.make()
        workflow.publish(article, by=self.chief)
        edition = Edition.objects.get()
        article = Article.objects.get(pk=article.pk)
        article.body = edition.body
        article.save()
        assert article.body == BODY

    def test_search_finds_what_readers_see(self):
        workflow.publish(self.make(), by=self.chief)
        self.assertContains(self.client.get("/search/?q=december+2025"), "A som")

    def test_text_without_a_rate_asks_for_none(self):
        with self.assertNumQueries(0):
            assert references.freeze("<p>Nothing.</p>", timezone.now(), "en") == "<p>Nothing.</p>"


class RenderingTests(ReferencesTestCase):
    def test_within_a_link_it_is_no_second_link(self):
        frozen = '<data data-rate="KGS/USD" value="0.01144">KGS/USD 0.01144 (x)</data>'
        html = rendering.body(f'<p><a href="https://example.org/">See {frozen}</a> and {frozen}</p>')
        assert html.count("<a ") == 2
        assert html.count("<data ") == 1

    def test_reading_takes_no_query_for_it(self):
        edition = workflow.publish(self.make(), by=self.chief)
        self.client.get(edition.path)
        with self.assertNumQueries(4):  # as without it
            self.client.get(edition.path)

    def test_preview_shows_what_readers_will_see(self):
        article = self.make()
        self.client.force_login(self.chief)
        page = self.client.get(reverse("admin:articles_article_preview", args=[article.pk]))
        self.assertContains(page, "KGS/USD 0.01144 (08 December 2025)")
        assert not Edition.objects.exists()
