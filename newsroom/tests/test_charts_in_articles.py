"""Charts of rates within a text: drawn before readers from what stood when the edition went live."""

from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import time_machine
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles.body import charts, markup, references
from articles.desk import text_diff, workflow
from articles.desk.readiness import all_problems
from articles.models import Article, Edition
from articles.public import rendering
from articles.tests.factories import make_article, make_chief, make_section
from tickers.models import Rate
from tickers.tests.factories import MONDAY, NOON, make_pair, make_rate

ASKED = "KGS/USD 1m turned"
BODY = f'<p>The som.</p><figure data-chart="{ASKED}"><figcaption>A calm month</figcaption></figure>'
VALUES = {MONDAY - timedelta(days=20): "0.0115", MONDAY - timedelta(days=10): "0.0114", MONDAY: "0.01144"}
SENTENCE = (
    "From 86.96 on 18 November 2025 to 87.41 on 8 December 2025, up 0.52 per cent. "
    "Lowest: 86.96 on 18 November 2025; highest: 87.72 on 28 November 2025."
)


class Well(HTMLParser):
    """Refuses a page whose elements are not closed in their order, or that uses an id twice."""

    VOID = frozenset("br hr img input link meta source line polyline polygon circle".split())

    def __init__(self):
        super().__init__()
        self.open, self.ids = [], set()

    def handle_starttag(self, tag, attrs):
        if name := dict(attrs).get("id"):
            assert name not in self.ids, name
            self.ids.add(name)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert tag in self.VOID or self.open.pop() == tag, tag


@time_machine.travel(NOON, tick=True)
class ChartsTestCase(TestCase):
    """It is Monday noon."""

    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()
        cls.pair = make_pair(provider="nbkr")
        for day, value in VALUES.items():
            make_rate(cls.pair, day, value, provider="nbkr")
        make_rate(cls.pair, MONDAY - timedelta(days=60), "0.5", provider="cbr")

    def make(self, body=BODY, **fields):
        return make_article(section=fields.pop("section", None) or make_section(), body=body, **fields)

    def rate(self, day, value, **fields):
        with self.captureOnCommitCallbacks(execute=True):
            return make_rate(self.pair, day, value, provider="nbkr", **fields)

    def assert_text(self, page, text):
        assert text in " ".join(markup.plain_text(page.content.decode()).split())


class MarkupTests(ChartsTestCase):
    def test_chart_is_kept_and_anything_else_is_not(self):
        assert markup.clean(BODY) == BODY
        for wrong in ("KGS/USD", "KGS/USD 2y", "kgs/usd 1m", "KGS/USD 1m  turned", "KGS/USD 2025-02-30/2025-03-01",
                      "KGS/USD 2025-03-02/2025-03-01", "KGS/USD 1m turned "):  # fmt: skip
            with self.subTest(wrong):
                cleaned = markup.clean(f'<figure data-chart="{wrong}"><figcaption>a</figcaption></figure>')
                assert cleaned == "<figure><figcaption>a</figcaption></figure>"
        assert charts.parse_chart_reference("KGS/USD 2025-03-01/2025-03-31")

    def test_points_that_were_typed_are_not_believed(self):
        forged = BODY.replace(' turned">', ' turned" data-points="2025-12-07:1 2025-12-08:99" data-source="nbkr">')
        assert markup.clean(forged) == forged  # an edition's
        article = self.make(forged)
        article.refresh_from_db()
        assert article.body == BODY
        for wrong in ("2025-12-07:1", "2025-12-07:1 x", "2025-12-07:1e9 2025-12-08:1"):
            assert "data-points" not in markup.clean(f'<figure data-chart="{ASKED}" data-points="{wrong}"></figure>')

    def test_picture_is_not_hidden_by_points(self):
        article = self.make('<figure data-image="7" data-points="2025-12-07:1 2025-12-08:9"></figure>')
        assert article.body == '<figure data-image="7"></figure>'

    def test_comparing_says_that_a_chart_came(self):
        assert "Chart of rates: KGS/USD 1m turned" in text_diff.prose("<p>The som.</p>", BODY)


class FreezingTests(ChartsTestCase):
    def test_published_text_has_its_points_and_is_drawn_with_true_numbers(self):
        edition = workflow.publish(self.make(), by=self.chief)
        points = " ".join(f"{day}:{value}" for day, value in VALUES.items())
        assert f'<figure data-chart="{ASKED}" data-points="{points}" data-source="nbkr">' in edition.body
        page = self.client.get(edition.path)
        self.assert_text(page, "Som to the dollar")
        self.assert_text(page, SENTENCE)
        self.assertContains(page, "A calm month")
        self.assertContains(page, 'href="/rates/kgs-usd/"')
        self.assertContains(page, "css/rate-chart.css")
        self.assertContains(page, '<svg class="rate-chart', count=2)
        self.assertContains(page, '<time datetime="2025-11-28">28 November 2025</time></td><td>87.72</td>')
        self.assert_text(page, "Source: National Bank of the Kyrgyz Republic.")

    def test_page_is_well_formed_with_several_charts(self):
        edition = workflow.publish(self.make(BODY + BODY.replace(" turned", "")), by=self.chief)
        parser = Well()
        parser.feed(rendering.body(edition.body))
        assert parser.open == []
        assert {"chart-1", "chart-2", "chart-2-words"} <= parser.ids

    def test_whatever_becomes_of_the_rates_what_was_live_stays(self):
        edition = workflow.publish(self.make(), by=self.chief)
        before = self.client.get(edition.path).content
        for change in (
            lambda: self.rate(MONDAY - timedelta(days=1), "0.02"),
            lambda: Rate.objects.filter(effective_date=MONDAY).first().delete(),
            lambda: [rate.save() for rate in Rate.objects.all() if setattr(rate, "status", "rejected") is None],
            lambda: setattr(self.pair, "active", False) or self.pair.save(),
            lambda: Rate.objects.all().delete(),
        ):
            with self.captureOnCommitCallbacks(execute=True):
                change()
            edition.refresh_from_db()
            assert rendering.body(edition.body) in before.decode()

    def test_scheduled_text_shows_the_newest_until_its_start(self):
        edition = workflow.schedule(self.make(), by=self.chief, at=NOON + timedelta(days=1))
        self.rate(MONDAY + timedelta(days=1), "0.0116")
        edition.refresh_from_db()
        assert "2025-12-09:0.0116" in edition.body
        withdrawn = Rate.objects.get(effective_date=MONDAY)
        withdrawn.status = "rejected"
        with self.captureOnCommitCallbacks(execute=True):
            withdrawn.save()
        edition.refresh_from_db()
        assert "2025-12-08" not in edition.body
        with time_machine.travel(NOON + timedelta(days=1, hours=1)):
            self.rate(MONDAY + timedelta(days=2), "0.0900")
            self.assertContains(self.client.get(edition.path), "9 December 2025")
        frozen = edition.body
        edition.refresh_from_db()
        assert edition.body == frozen

    def test_rate_stored_while_an_edition_is_scheduled_is_not_missed(self):
        tuesday = MONDAY + timedelta(days=1)
        with self.captureOnCommitCallbacks(execute=True):
            edition = workflow.schedule(self.make(), by=self.chief, at=NOON + timedelta(days=1))
            Rate.objects.bulk_create(  # by another, who saw no such edition: no signal
                [Rate(pair=self.pair, effective_date=tuesday, value=Decimal("0.0115"), provider="nbkr")]
            )
        edition.refresh_from_db()
        assert "2025-12-09:0.0115" in edition.body

    def test_pair_that_is_named_the_other_way_round_is_the_same_chart(self):
        for asked, same in (("USD/KGS 1m", ASKED), ("USD/KGS 1m turned", "KGS/USD 1m")):
            with self.subTest(asked):
                article = self.make(BODY.replace(ASKED, asked))
                assert not [problem for problem in all_problems(article, "/x/") if problem.check == "rates"]
                edition = workflow.publish(article, by=self.chief)
                assert f'<figure data-chart="{asked}" data-points="2025-11-18:' in edition.body
                told = [
                    references.freeze_rates(BODY.replace(ASKED, one), timezone.now(), "en").partition("<figure")[2]
                    for one in (asked, same)
                ]
                told = [rendering.body(f"<figure{one}").replace("USD/KGS", "KGS/USD") for one in told]
                told = [text.replace("/rates/usd-kgs/", "/rates/kgs-usd/") for text in told]
                assert told[0] == told[1]
                assert "<svg" in told[0]
                page = self.client.get(edition.path)
                self.assert_text(page, "Som to the dollar" if "turned" not in asked else "Dollars to the som")

    def test_pair_that_is_stored_so_goes_before_its_other_way_round(self):
        dollar = make_pair("USD", quote="KGS", provider="nbkr")
        for day in VALUES:
            make_rate(dollar, day, "80", provider="nbkr")
        frozen = references.freeze_rates(BODY.replace(ASKED, "USD/KGS 1m"), timezone.now(), "en")
        assert f'data-points="{" ".join(f"{day}:80" for day in VALUES)}"' in frozen

    def test_days_that_were_chosen_are_shown(self):
        body = BODY.replace(" 1m ", " 2025-10-01/2025-11-30 ")
        edition = workflow.publish(self.make(body), by=self.chief)
        assert 'data-points="2025-10-09:0.5 2025-11-18:0.0115 2025-11-28:0.0114" data-source="nbkr cbr"' in edition.body

    def test_held_rate_is_never_drawn(self):
        self.rate(MONDAY - timedelta(days=1), "9", status="held")
        assert ":9 " not in workflow.publish(self.make(), by=self.chief).body

    def test_many_charts_are_one_question(self):
        body = "".join(BODY.replace("1m", f"2025-{month:02}-01/2025-12-08") for month in range(1, 12))
        kzt = make_pair("KZT", provider="nbk")
        make_rate(kzt, MONDAY - timedelta(days=1), "0.002")
        make_rate(kzt, MONDAY, "0.0021")
        body += BODY.replace("KGS", "KZT")
        with self.assertNumQueries(2):  # the paper's zone and the rates
            frozen = references.freeze_rates(body, timezone.now(), "en")
        assert frozen.count("data-points") == 12

    def test_correction_keeps_the_chart_that_readers_had(self):
        article = self.make()
        edition = workflow.publish(article, by=self.chief)
        with time_machine.travel(NOON + timedelta(days=40)):
            for days in (38, 39, 40):
                self.rate(MONDAY + timedelta(days=days), "0.0100")
            article = Article.objects.get(pk=article.pk)
            article.headline = "Put right"
            article.save()
            assert workflow.publish(article, by=self.chief).body == edition.body
            assert workflow.publish(article, by=self.chief, significant=True).body != edition.body

    def test_readers_are_shown_so_many_charts_and_the_desk_is_told_of_more(self):
        body = BODY * (charts.MOST + 30)
        edition = workflow.publish(self.make(body), by=self.chief)
        assert edition.body.count("data-points") == charts.MOST
        assert (
            rendering.body(edition.body.replace('turned">', 'turned" data-points="2025-12-05:1 2025-12-08:2">')).count(
                'class="rate-chart'
            )
            == 2 * charts.MOST
        )
        for count, told in ((charts.MOST, 0), (charts.MOST + 1, 1)):
            problems = [problem for problem in all_problems(self.make(BODY * count), "/x/") if problem.check == "rates"]
            assert len(problems) == told

    def test_points_that_are_none_are_dropped_by_the_sanitizer(self):
        good = "2025-12-05:1 2025-12-08:2"
        for points in (
            good,
            "2025-99-99:1 2025-12-08:2",
            "2025-12-05:… 2025-12-08:2",
            "2025-12-05:0 2025-12-08:2",
            "2025-12-05:1.1.1 2025-12-08:2",
            "2025-12-05:. 2025-12-08:2",
            "",
        ):
            html = f'<figure data-chart="KGS/USD 1m" data-points="{points}" data-source="nbkr"></figure>'
            assert ("data-points" in markup.clean(html)) is (points == good), points
            rendering.body(html)

    def test_restored_text_asks_again(self):
        workflow.publish(self.make(), by=self.chief)
        article = Article.objects.get()
        article.body = Edition.objects.get().body
        article.save()
        assert article.body == BODY

    def test_text_without_a_chart_asks_for_none(self):
        with self.assertNumQueries(0):
            assert charts.freeze_charts("<p>Nothing.</p>", timezone.now()) == "<p>Nothing.</p>"


class NothingToShowTests(ChartsTestCase):
    def make_empty(self):
        """Each kind of chart without two rates: no such pair, one that is gone, days without rates."""
        gone = make_pair("KZT", active=False)
        for day, value in VALUES.items():
            make_rate(gone, day, value)
        make_rate(make_pair("EUR"), MONDAY, "1.16")
        return {
            "no such pair": BODY.replace("KGS", "TJS"),
            "gone": BODY.replace("KGS", "KZT"),
            "one rate": BODY.replace("KGS", "EUR"),
            "days before": BODY.replace("1m", "2001-01-01/2001-12-31"),
            "days to come": BODY.replace("1m", "2031-01-01/2031-12-31"),
        }

    def test_desk_is_told_and_readers_see_nothing_broken(self):
        for name, body in self.make_empty().items():
            with self.subTest(name):
                article = self.make(body)
                told = [problem.text for problem in all_problems(article, "/x/") if problem.check == "rates"]
                (found,) = charts.charts_in_body(body)
                text = f"There are no two rates of {found.pair} in the days of a chart: readers will not see it."
                assert told == [text]
                edition = workflow.publish(article, by=self.chief)
                page = self.client.get(edition.path)
                self.assertContains(page, "<p id=")
                for trace in ("<figure", "A calm month", "rate-chart"):
                    self.assertNotContains(page, trace)
        assert not [problem for problem in all_problems(self.make(), "/x/") if problem.check == "rates"]


class ElsewhereTests(ChartsTestCase):
    def test_feed_has_the_numbers_in_words_and_a_whole_address(self):
        edition = workflow.publish(self.make(), by=self.chief)
        (write,) = rendering.for_feeds([edition], "https://example.org")
        text = " ".join(markup.plain_text(write()).split())
        assert f"Som to the dollar: {SENTENCE} A calm month Source: National Bank of the Kyrgyz Republic." in text
        assert '<a href="https://example.org/rates/kgs-usd/">All rates of KGS/USD</a>' in write()
        assert "<svg" not in write()

    def test_reading_takes_no_query_for_it(self):
        edition = workflow.publish(self.make(), by=self.chief)
        self.client.get(edition.path)
        with self.assertNumQueries(4):  # as without it
            self.client.get(edition.path)

    def test_preview_shows_what_readers_will_see(self):
        article = self.make()
        self.client.force_login(self.chief)
        page = self.client.get(reverse("admin:articles_article_preview", args=[article.pk]))
        self.assert_text(page, SENTENCE)
        assert not Edition.objects.exists()

    def test_desk_reads_in_words_what_a_chart_asks_for_and_what_it_showed(self):
        article = self.make()
        edition = workflow.publish(article, by=self.chief)
        self.client.force_login(self.chief)
        page = self.client.get(reverse("admin:articles_edition_change", args=[edition.pk]))
        self.assert_text(page, f"Som to the dollar: {SENTENCE}")
        revision = article.revisions.last()
        page = self.client.get(reverse("admin:articles_revision_change", args=[revision.pk]))
        self.assert_text(page, f"Chart of rates: {ASKED}. A calm month")

    def test_numbers_make_no_long_read(self):
        heads = "".join(f"<h2>Part {number}</h2><p>{'word ' * 360}</p>" for number in range(4))
        for number in range(60):
            make_rate(self.pair, date(2025, 1, 1) + timedelta(days=number), "0.0115")
        edition = workflow.publish(self.make(heads + BODY.replace("1m", "2025-01-01/2025-12-08")), by=self.chief)
        self.assertNotContains(self.client.get(edition.path), 'class="contents"')
