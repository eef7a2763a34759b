"""Rates within a text: live on the desk, frozen before readers."""

from datetime import date, timedelta
from decimal import Decimal

import time_machine
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone, translation

from articles.body import markup, references
from articles.desk import text_diff, workflow
from articles.desk.readiness import all_problems
from articles.models import Article, Edition, SiteSettings
from articles.public import rendering
from articles.tests.factories import make_article, make_chief, make_section
from newsroom import rates_in_articles
from tickers import wording
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

    def test_words_that_are_no_pair_are_not_lost(self):
        for typed, kept in (
            ('<data data-rate="KGS/USD">five million</data>', "five million"),
            ('<data data-rate="KGS/USD"><strong>five</strong> million</data>', "<strong>five</strong> million"),
            ('<data data-rate="EUR/USD">x <data data-rate="KGS/USD">KGS/USD</data></data>', f"x {SOM}"),
        ):
            with self.subTest(typed):
                article = self.make(f"<p>{typed}</p>")
                assert article.body == f"<p>{kept}</p>" == markup.clean(article.body)

    def test_comparing_says_that_words_became_a_rate(self):
        self.assertInHTML("<ins>exchange rate</ins>", text_diff.prose("<p>At KGS/USD.</p>", f"<p>At {SOM}.</p>"))

    def test_words_of_a_text_hold_the_pair(self):
        assert markup.plain_text(BODY) == "A som (KGS/USD) is worth more."


class FreezingTests(ReferencesTestCase):
    def test_published_text_says_value_and_day_and_leads_to_the_pair(self):
        edition = workflow.publish(self.make(), by=self.chief)
        frozen = '<data data-rate="KGS/USD" value="0.01144">KGS/USD 0.01144 (8 December 2025)</data>'
        assert edition.body == f"<p>A som ({frozen}) is worth more.</p>"
        page = self.client.get(edition.path)
        self.assertContains(
            page,
            '<a class="rate-reference" href="/rates/kgs-usd/">'
            '<data value="0.01144">KGS/USD 0.01144 (8 December 2025)</data></a>',
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
        self.assertContains(self.client.get(edition.path), "KGS/USD 0.01144 (8 December 2025)")

    def test_value_is_exact(self):
        self.rate(TUESDAY, "0.0114351057747284")
        with time_machine.travel(NOON + timedelta(days=1)):
            edition = workflow.publish(self.make(), by=self.chief)
        assert 'value="0.0114351057747284">KGS/USD 0.01144 (9 December 2025)' in edition.body

    def test_value_of_a_pair_that_the_bar_turns_round_is_exact_too(self):
        self.pair.is_inverse = True
        self.pair.save()
        self.rate(TUESDAY, "0.000082006132418664")
        with time_machine.travel(NOON + timedelta(days=1)):
            edition = workflow.publish(self.make(), by=self.chief)
        assert 'value="0.000082006132418664">KGS/USD 0.0000820 (9 December 2025)' in edition.body

    def test_thousands_of_pairs_in_a_text_are_one_question(self):
        names = [f"{a}{b}{c}/USD" for a in "ABCDEFGHIJKLM" for b in "ABCDEFGHIJKLM" for c in "ABCDEFGHIJKLM"]
        body = BODY + "".join(f'<p><data data-rate="{name}">{name}</data></p>' for name in names)
        edition = workflow.publish(self.make(body), by=self.chief)
        assert edition.body.count(" value=") == 1

    def test_pair_or_zone_that_is_changed_reaches_what_is_scheduled(self):
        make_rate(self.pair, TUESDAY, "0.0115", provider="nbkr")
        edition = workflow.schedule(self.make(), by=self.chief, at=NOON.replace(hour=18, minute=30))  # past midnight
        assert "0.01150 (9 December 2025)" in edition.body
        with self.captureOnCommitCallbacks(execute=True):
            self.pair.digits = 3
            self.pair.save()
        edition.refresh_from_db()
        assert "KGS/USD 0.012 (9 December 2025)" in edition.body
        with self.captureOnCommitCallbacks(execute=True):
            SiteSettings.objects.create(time_zone="Europe/London")
        edition.refresh_from_db()
        assert "(8 December 2025)" in edition.body

    def test_rate_stored_while_an_edition_is_scheduled_is_not_missed(self):
        with self.captureOnCommitCallbacks(execute=True):
            edition = workflow.schedule(self.make(), by=self.chief, at=NOON + timedelta(days=1))
            Rate.objects.bulk_create(  # by another, who saw no such edition: no signal
                [Rate(pair=self.pair, effective_date=TUESDAY, value=Decimal("0.0115"), provider="nbkr")]
            )
        edition.refresh_from_db()
        assert "0.01150" in edition.body

    def test_working_copy_and_what_is_live_do_not_differ_by_their_rates(self):
        article = self.make()
        editions = []
        for days, value in ((0, "0.01144"), (1, "0.0115")):
            if days:
                self.rate(TUESDAY, value)
            with time_machine.travel(NOON + timedelta(days=days)):
                editions.append(f"e{workflow.publish(article, by=self.chief, significant=bool(days)).pk}")
        self.client.force_login(self.chief)
        address = reverse("admin:articles_article_compare", args=[article.pk])
        for a, b in (("w", editions[1]), (editions[0], "w")):
            assert self.client.get(address, {"a": a, "b": b}).context["changes"] == []
        (change,) = self.client.get(address, {"a": editions[0], "b": editions[1]}).context["changes"]
        assert "0.01150" in change.marked

    def test_scheduled_text_says_what_is_known_when_it_goes_live(self):
        article = self.make()
        edition = workflow.schedule(article, by=self.chief, at=NOON + timedelta(days=1))
        assert "0.01144 (8 December 2025)" in edition.body
        self.rate(TUESDAY, "0.0115")
        edition.refresh_from_db()
        assert "KGS/USD 0.01150 (9 December 2025)" in edition.body
        with time_machine.travel(NOON + timedelta(days=1, hours=1)):
            self.assertContains(self.client.get(edition.path), "KGS/USD 0.01150 (9 December 2025)")
            self.rate(date(2025, 12, 10), "0.0200")
            make_rate(make_pair("KZT"), TUESDAY)
        edition.refresh_from_db()
        assert "0.01150" in edition.body

    def test_rate_of_a_later_day_is_not_said_before_it(self):
        edition = workflow.schedule(self.make(), by=self.chief, at=NOON + timedelta(hours=1))
        self.rate(TUESDAY, "0.0115")
        edition.refresh_from_db()
        assert "0.01144 (8 December 2025)" in edition.body

    def test_held_rate_is_never_said(self):
        edition = workflow.schedule(self.make(), by=self.chief, at=NOON + timedelta(days=1))
        self.rate(TUESDAY, "9", status="held")
        edition.refresh_from_db()
        assert "0.01144" in edition.body

    def test_pair_without_a_rate_is_plain_text_and_the_desk_is_told_before(self):
        article = self.make('<p><data data-rate="EUR/USD">EUR/USD</data> fell.</p>')
        told = [problem for problem in all_problems(article, "/x/") if problem.check == "rates"]
        assert [(problem.text, problem.blocks) for problem in told] == [
            ("There is no rate of EUR/USD: readers will see the pair without a value.", False)
        ]
        edition = workflow.publish(article, by=self.chief)
        self.assertContains(self.client.get(edition.path), ">EUR/USD fell.</p>")
        assert not [problem for problem in all_problems(self.make(), "/x/") if problem.check == "rates"]

    def test_first_rate_of_a_pair_reaches_what_is_scheduled(self):
        euro = make_pair("EUR", provider="ecb")
        body = '<p><data data-rate="EUR/USD">EUR/USD</data> fell.</p>'
        edition = workflow.schedule(self.make(body), by=self.chief, at=NOON + timedelta(days=1))
        assert edition.body == body
        with self.captureOnCommitCallbacks(execute=True):
            make_rate(euro, TUESDAY, "1.16", provider="ecb")
        edition.refresh_from_db()
        assert "EUR/USD 1.160 (9 December 2025)" in edition.body

    def test_article_says_it_in_its_own_language(self):
        edition = workflow.publish(self.make(language="ru"), by=self.chief)
        assert "KGS/USD 0,01144 (8 декабря 2025 г.)" in edition.body

    def test_without_words_in_its_script_the_day_is_in_digits_and_numbers_are_as_in_the_language(self):
        written = {
            "uz": "KGS/USD 0,01144 (8-Dekabr, 2025-yil)",
            "uz-Cyrl": "KGS/USD 0,01144 (08.12.2025)",
            "ps": "KGS/USD 0.01144 (08.12.2025)",
            "ru-KZ": "KGS/USD 0,01144 (8 декабря 2025 г.)",
            "en-GB": "KGS/USD 0.01144 (8 December 2025)",
        }
        for language, text in written.items():
            with self.subTest(language):
                assert text in workflow.publish(self.make(language=language), by=self.chief).body
                self.client.force_login(self.chief)
                (offered,) = self.client.get(reverse("admin:rates_in_texts"), {"language": language}).json()["rates"]
                assert offered["forms"]["pair-dated"] == text

    def test_restored_text_is_live_again(self):
        article = self.make()
        workflow.publish(article, by=self.chief)
        edition = Edition.objects.get()
        article = Article.objects.get(pk=article.pk)
        article.body = edition.body
        article.save()
        assert article.body == BODY

    def test_correction_says_the_rates_that_readers_had_and_an_update_those_of_its_day(self):
        article = self.make()
        workflow.publish(article, by=self.chief)
        self.rate(TUESDAY, "0.0115")
        with time_machine.travel(NOON + timedelta(days=1)):
            article = Article.objects.get(pk=article.pk)
            article.body = BODY + '<p><data data-rate="KGS/USD" data-form="turned-pair">KGS/USD</data></p>'
            article.dated_corrections = [{"day": "2025-12-09", "text": "It was the som."}]
            article.save()
            corrected = workflow.publish(article, by=self.chief)
            assert "KGS/USD 0.01144 (8 December 2025)" in corrected.body
            assert "USD/KGS 86.96" in corrected.body  # what is new says its own day's
            later = workflow.schedule(article, by=self.chief, at=NOON + timedelta(days=3))
            assert "0.01144 (8 December 2025)" in later.body
            self.rate(date(2025, 12, 10), "0.0120")
            later.refresh_from_db()
            assert "0.01144 (8 December 2025)" in later.body
            updated = workflow.publish(article, by=self.chief, significant=True)
            assert "0.01150 (9 December 2025)" in updated.body

    def test_search_finds_what_readers_see(self):
        workflow.publish(self.make(), by=self.chief)
        self.assertContains(self.client.get("/search/?q=december+2025"), "A som")

    def test_text_without_a_rate_asks_for_none(self):
        with self.assertNumQueries(0):
            assert references.freeze_rates("<p>Nothing.</p>", timezone.now(), "en") == "<p>Nothing.</p>"


class FormsTests(ReferencesTestCase):
    """A rate told in the words that were chosen."""

    TOLD = {
        "": "KGS/USD 0.01144 (8 December 2025)",
        "pair": "KGS/USD 0.01144",
        "pair-dated": "KGS/USD 0.01144 (8 December 2025)",
        "words": "0.0114 dollars to the som",
        "words-dated": "0.0114 dollars to the som on 8 December 2025",
        "amount": "$0.0114",
        "amount-dated": "$0.0114 on 8 December 2025",
        "turned-pair": "USD/KGS 87.41",
        "turned-pair-dated": "USD/KGS 87.41 (8 December 2025)",
        "turned-words": "87.41 som to the dollar",
        "turned-words-dated": "87.41 som to the dollar on 8 December 2025",
        "turned-amount": "87.41 som",
        "turned-amount-dated": "87.41 som on 8 December 2025",
    }

    def write(self, form, pair="KGS/USD"):
        asked = f' data-form="{form}"' if form else ""
        return f'<data data-rate="{pair}"{asked}>{pair}</data>'

    def test_each_form_is_kept_told_frozen_and_thawed(self):
        assert {*self.TOLD} == {"", *rates_in_articles.forms()}
        for form, text in self.TOLD.items():
            with self.subTest(form):
                body = f"<p>{self.write(form)}</p>"
                article = self.make(body)
                assert article.body == body
                edition = workflow.publish(article, by=self.chief)
                assert edition.body.endswith(f">{text}</data></p>")
                value = Decimal(references.FROZEN.search(edition.body)[1])
                true = 1 / Decimal("0.01144") if "turned" in form else Decimal("0.01144")
                assert abs(value / true - 1) < Decimal("1e-11")
                assert references.thaw_rates(edition.body) == body
                page = self.client.get(edition.path)
                self.assertContains(page, f'href="/rates/kgs-usd/"><data value="{value}">{text}</data></a>')

    def test_pair_of_the_other_way_round_is_the_same_rate(self):
        edition = workflow.publish(self.make(f"<p>{self.write('words', 'USD/KGS')}</p>"), by=self.chief)
        assert "87.41 som to the dollar" in edition.body
        edition = workflow.publish(self.make(f"<p>{self.write('turned-words', 'USD/KGS')}</p>"), by=self.chief)
        assert "0.0114 dollars to the som" in edition.body

    def test_form_that_is_none_is_dropped(self):
        for wrong in ("sentence", "words-turned", "Words", "words dated", ""):
            cleaned = markup.clean(f'<p><data data-rate="KGS/USD" data-form="{wrong}">KGS/USD</data></p>')
            assert cleaned == f"<p>{SOM}</p>"

    def test_several_forms_in_a_text_are_one_question(self):
        body = "".join(f"<p>{self.write(form)}</p>" for form in self.TOLD)
        with self.assertNumQueries(2):  # the paper's zone and the rates
            frozen = references.freeze_rates(body, timezone.now(), "en")
        assert frozen.count(" value=") == len(self.TOLD)

    def test_comparing_says_that_the_form_changed(self):
        was, now = (f"<p>At {self.write(form)}.</p>" for form in ("words", "turned-words"))
        assert "turned-words" in text_diff.prose(was, now)

    def test_editor_is_offered_every_pair_by_name_with_todays_rate_in_every_form(self):
        make_rate(make_pair("KZT", order=1), MONDAY, "0.00196")
        make_pair("TJS", order=2)
        address = reverse("admin:rates_in_texts")
        assert self.client.get(address).status_code == 302
        self.client.force_login(self.chief)
        som, tenge = self.client.get(address).json()["rates"]
        assert (som["pair"], som["name"], som["is_turned"]) == ("KGS/USD", "Kyrgyz som and US dollar", True)
        assert som["forms"] == {form: text for form, text in self.TOLD.items() if form}
        assert som["charts"] == {"turned": "Som to the dollar", "straight": "Dollars to the som"}
        assert tenge["forms"]["turned-words"] == "510.20 tenge to the dollar"
        (russian, _) = self.client.get(address, {"language": "ru"}).json()["rates"]
        with translation.override("ru"):
            told = wording.number_in_words(1 / Decimal("0.01144"))
        assert (russian["name"], russian["forms"]["turned-words"]) == (som["name"], f"1 USD = {told} KGS")


class RenderingTests(ReferencesTestCase):
    def test_within_a_link_it_is_no_second_link(self):
        frozen = '<data data-rate="KGS/USD" value="0.01144">KGS/USD 0.01144 (x)</data>'
        html = rendering.body(f'<p><a href="https://example.org/">See {frozen}</a> and {frozen}</p>')
        assert html.count("<a ") == 2
        assert html.count("<data ") == 1

    def test_in_a_pull_quote_it_is_no_link(self):
        frozen = '<data data-rate="KGS/USD" value="0.01144">KGS/USD 0.01144 (x)</data>'
        html = rendering.body(f'<aside data-pull-quote="">At {frozen}</aside><p>{frozen}</p>')
        assert '<aside class="pull-quote" aria-hidden="true">At KGS/USD 0.01144 (x)</aside>' in html
        assert html.count("<a ") == 1

    def test_reading_takes_no_query_for_it(self):
        edition = workflow.publish(self.make(), by=self.chief)
        self.client.get(edition.path)
        with self.assertNumQueries(4):  # as without it
            self.client.get(edition.path)

    def test_preview_shows_what_readers_will_see(self):
        article = self.make()
        self.client.force_login(self.chief)
        page = self.client.get(reverse("admin:articles_article_preview", args=[article.pk]))
        self.assertContains(page, "KGS/USD 0.01144 (8 December 2025)")
        assert not Edition.objects.exists()
