"""Days as people read them: 8 December 2025 in every text; 08 December 2025 under the paper's name alone."""

import re
from datetime import UTC, datetime, timedelta

import time_machine
from django.conf import settings
from django.test import SimpleTestCase, TestCase
from django.utils.formats import date_format

from articles.models import FlatPage, SiteSettings
from articles.tests.factories import make_author, make_edition, make_section
from newsroom.serving import frame
from newsroom.tests import public_paper
from tickers.tests.factories import make_pair, make_rate

ZERO = re.compile(r"\b0[1-9]\.? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b")
DAY_LINE = re.compile(r'<p class="day">.*?</p>')
MACHINES = re.compile(r"<(pubDate|lastBuildDate)>.*?</\1>")  # RFC 822 has two digits
FORMATS = re.compile(r"""["'](?:l, )?d [FMNb]\b|%d %[Bb]""")
NOON = datetime(2025, 12, 8, 6, 0, tzinfo=UTC)


class RunningTextTests(TestCase):
    def setUp(self):
        self.enterContext(time_machine.travel(NOON, tick=False))
        SiteSettings.objects.create(name="Paper", time_zone="Asia/Bishkek")
        frame.forget_frame()
        theme, country = make_section(slug="business"), make_section(slug="kyrgyzstan", kind="country")
        rate = '<data data-rate="KGS/USD" value="0.01144">KGS/USD 0.01144 ({} December 2025)</data>'
        for number in range(3):
            self.edition = make_edition(
                live_from=NOON - timedelta(days=number * 7),
                section=theme,
                further=[country],
                authors=[make_author(slug=f"author-{number}")],
                tags=["Silk Road"],
                body=f"<p>word {rate.format('08')} and {rate.format('8')}</p>",
                dated_corrections=[{"day": "2025-12-08", "text": "The lake is deeper."}],
            )
        self.edition.correction_rows.create(day=NOON, text="The lake is deeper.")
        FlatPage.objects.create(title="About", slug="about", body="<p>Who we are.</p>")
        pair = make_pair(provider="nbkr")
        for days in range(0, 40, 4):
            make_rate(pair, (NOON - timedelta(days=days)).date(), f"0.0114{days:02}", provider="nbkr")

    def test_no_page_has_a_leading_zero(self):
        article = self.edition.path
        pages = [*public_paper.screens(), "/latest/2025/12/", "/business/", "/kyrgyzstan/", "/kyrgyzstan/business/"]
        pages += ["/about/", "/business/2025/12/", "/authors/author-2/", "/topics/silk-road/", article]
        pages += ["/search/?q=word", "/search/?q=8+December+2025", "/rates/kgs-usd/", "/nothing/"]
        pages += ["/rates/kgs-usd/?amount=1&currency=KGS&day=2025-12-08", "/rates/kgs-usd/?span=1m"]
        pages += ["/feed/", "/atom/", "/feed.json", "/rates.json", f"/api/oembed/?url=http://testserver{article}"]
        seen = 0
        for path in pages:
            with self.subTest(path):
                response = self.client.get(path)
                assert response.status_code == (404 if path == "/nothing/" else 200)
                text = MACHINES.sub("", DAY_LINE.sub("", response.content.decode()))
                assert not ZERO.findall(text)
                seen += bool(re.search(r"(?<!\d)8 Dec", text))
        assert seen > 12

    def test_the_day_line_has_its_two_digits(self):
        for form, day in (("classic", "08 December 2025"), ("weekday", "Monday, 08 December 2025")):
            SiteSettings.objects.update(day_form=form)
            frame.forget_frame()
            self.assertContains(self.client.get("/latest/"), f'<time datetime="2025-12-08">{day}</time>', html=True)


class FormatTests(SimpleTestCase):
    def test_no_form_of_a_day_but_the_masthead_s_has_a_leading_zero(self):
        root = settings.BASE_DIR
        files = [*root.glob("templates/**/*.*")]
        files += [path for app in ("articles", "tickers", "newsroom", "ground") for path in root.glob(f"{app}/**/*.py")]
        found = {
            path.relative_to(root).as_posix(): FORMATS.findall(path.read_text())
            for path in files
            if "tests" not in path.parts and "formats" not in path.parts and FORMATS.search(path.read_text())
        }
        assert list(found) == ["templates/_masthead.html"]

    def test_django_s_own_forms_have_none(self):
        for name in ("DATE_FORMAT", "DATETIME_FORMAT", "SHORT_DATE_FORMAT", "SHORT_DATETIME_FORMAT"):
            assert date_format(NOON, name).startswith("8 Dec"), name
