"""Front page and section pages of every kind of paper: no text or picture over another, nothing too wide, no hole."""

import re
import sys
from copy import copy
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import TestCase
from django.utils import timezone

from articles import curation
from articles.models import Alert, SiteSettings
from articles.tests.factories import make_edition, make_image, make_section
from newsroom import frame
from tickers.tests.factories import make_pair, make_rate

WIDTHS = (320, 360, 390, 600, 740, 820, 1024, 1100, 1280, 1600, 1920)
ADDRESS = "http://paper.test/"
KINDS = {".css": "text/css", ".woff2": "font/woff2", ".js": "text/javascript"}
DOT = b"<svg xmlns='http://www.w3.org/2000/svg' width='4' height='3'/>"
SHORT = ("Snow", "Rail companies prepare", "Two passes close for the winter")
LONG = (
    "Rail companies of nine countries prepare for much more freight this year and next, say the ministers in Bishkek",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsfeierlichkeitsverordnung passed",
)
MIXED = (SHORT[0], LONG[0], SHORT[2], SHORT[1], LONG[1])
STANDFIRST = (
    "Nine border crossings, twenty more pairs of trains a day, and one digital system that nobody has seen yet."
)
# Of each text the letters' own box, so that what runs out of its column is seen; of each picture its frame.
BOXES = """() => {
  const seen = (one) => one.getClientRects().length && !one.closest(".visually-hidden, [popover]:not(:popover-open)");
  const items = [...document.querySelectorAll("main :is(h1, h2, h3, p, li, picture, th, td, .line > time)")]
    .filter((one) => seen(one) && !one.querySelector("h1, h2, h3, p, li, picture, table"))
    .map((one) => {
      const range = document.createRange();
      range.selectNodeContents(one);
      const box = one.getBoundingClientRect(), { left, right, width, height } = range.getBoundingClientRect();
      const letters = one.matches("picture") ? box : { left, right, width, height, top: box.top, bottom: box.bottom };
      return { one, letters, box, group: one.closest("main > *") };
    })
    .filter(({ letters }) => letters.width && letters.height);
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1;
  const place = (one) => one.parentElement.closest("[class]").parentElement.className;
  const name = ({ one }) => `${place(one)}/${one.localName} ${one.textContent.trim().slice(0, 24)}`;
  const overlaps = [], gaps = [];
  let hole = [0, ""];
  for (const item of items) {
    for (const other of items) {
      if (item === other || !meet(item.letters, other.letters)) continue;
      const gap = other.letters.top - item.letters.bottom;
      if (other.letters.top >= item.letters.top) gaps.push(gap);
      if (gap < -1 && other.letters.top >= item.letters.top) overlaps.push(`${name(item)} | ${name(other)}`);
    }
    if (item.one.matches(".rail, .rows .meta, th, td, .line > time")) continue;  // names and times at the margin
    const group = items.filter((other) => other.group === item.group && other !== item);
    const below = group.filter((other) => meet(item.box, other.box) && other.box.top >= item.box.bottom - 1);
    const end = Math.max(item.box.bottom, ...group.map((other) => other.box.bottom));
    const next = Math.min(end, ...below.map((other) => other.box.top));
    if (next - item.box.bottom > hole[0]) hole = [next - item.box.bottom, name(item)];
  }
  const tall = (card) => {
    const boxes = [card, ...card.querySelectorAll("*")].map((one) => one.getBoundingClientRect());
    const all = boxes.filter((box) => box.height);
    return Math.max(...all.map((box) => box.bottom)) - Math.min(...all.map((box) => box.top));
  };
  return {
    overlaps, gap: Math.min(...gaps), hole: hole[0], where: hole[1],
    smallest: Math.min(...[...document.querySelectorAll("main .card")].map(tall)),
    wide: document.documentElement.scrollWidth - innerWidth,
  };
}"""


@pytest.mark.browser
@pytest.mark.usefixtures("page")
class BoxTests(TestCase):
    """Each paper is made once, in memory; the window alone changes its size."""

    @classmethod
    def setUpTestData(cls):
        SiteSettings.objects.create(name="The Caravan Post", contact_email="editor@a-long-name-of-a-paper.example")
        cls.now = timezone.now()
        names = ("Business & Economy", "International Affairs", "Politics", "Life", "Opinion", "Features")
        cls.sections = [make_section(name=name, order=order) for order, name in enumerate(names)]
        cls.image = make_image()
        cls.editions = [
            make_edition(section=cls.sections[0], live_from=cls.now - timedelta(hours=number)) for number in range(60)
        ]
        for base in ("KGS", "KZT", "TJS", "UZS"):
            make_rate(make_pair(base=base, quote="USD"))

    def setUp(self):
        frame.forget()
        self.page.set_default_timeout(10_000)
        self.page.route("**/*", self.answer)

    def answer(self, route):
        path = urlsplit(route.request.url).path
        file = Path(settings.BASE_DIR, path.lstrip("/"))
        if path == "/":
            route.fulfill(body=self.html, content_type="text/html")
        elif path.startswith("/static/") and file.suffix in KINDS:
            route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
        else:
            route.fulfill(body=DOT, content_type="image/svg+xml")

    def paper(self, count, *, pictures="all", headlines=SHORT, standfirsts=True, sections=6, opinion=False):
        """``count`` editions, the newest first, changed in memory alone."""
        made = []
        for number, headline in zip(range(count), cycle(headlines)):
            edition = copy(self.editions[number])
            edition.headline, edition.standfirst = headline, STANDFIRST * standfirsts
            edition.section = self.sections[number % sections]
            edition.kind = "opinion" if opinion and number % sections == sections - 1 else "news"
            pictured = pictures == "all" or (pictures == "some" and number % 3)
            edition.lead_image, edition.lead_image_id = (self.image, self.image.pk) if pictured else (None, None)
            made.append(edition)
        return made

    def front(self, editions):
        with mock.patch.object(curation.POOL_OF_FRONT, "rows", return_value=editions):
            return self.client.get("/").content.decode()

    def section(self, editions):
        with mock.patch.object(curation, "newest", return_value=editions):
            return self.client.get(self.sections[0].get_absolute_url()).content.decode()

    def show(self, html):
        self.html = re.sub(r' loading="lazy"', "", html)
        self.page.goto(ADDRESS)
        self.page.evaluate("document.fonts.ready")

    def measured(self, name, html, widths=WIDTHS, *, holes=True):
        """What is wrong with a page at any width; the smallest gap and the largest hole are printed."""
        self.show(html)
        wrong = []
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": 900})
            found = self.page.evaluate(BOXES)
            where = f"{name} at {width}:"
            sys.stdout.write(
                f"{where} gap {found['gap']:.0f}, hole {found['hole']:.0f} of {found['smallest']:.0f} px\n"
            )
            wrong += [f"{where} {overlap}" for overlap in found["overlaps"][:2]]
            if found["wide"] > 0:
                wrong.append(f"{where} {found['wide']} px too wide")
            if holes and found["hole"] > found["smallest"]:
                wrong.append(f"{where} hole {found['hole']:.0f} of {found['smallest']:.0f} px below {found['where']}")
        return wrong

    def test_front_page_of_any_number_of_articles(self):
        wrong = []
        for count in (*range(1, 13), 25, 60):
            wrong += self.measured(f"front of {count}", self.front(self.paper(count, opinion=count % 2 == 0)))
        assert not wrong, "\n".join(wrong)

    def test_front_page_with_any_words_and_pictures(self):
        wrong = []
        for count in (2, 4, 5, 7, 25):
            for pictures in ("all", "some", "none"):
                for headlines in (MIXED, LONG):
                    kinds = {"pictures": pictures, "headlines": headlines, "standfirsts": count % 2}
                    editions = self.paper(count, **kinds, sections=1 + count % 6)
                    name = f"front of {count}, {pictures} pictures, {'long' if headlines is LONG else 'mixed'}"
                    wrong += self.measured(name, self.front(editions), (320, 390, 740, 1100, 1280, 1920))
        assert not wrong, "\n".join(wrong)

    def test_section_page_of_any_number_of_articles(self):
        wrong = []
        for count in range(8):
            for pictures in ("all", "some"):
                editions = self.paper(count, pictures=pictures, headlines=MIXED, standfirsts=count % 2, sections=1)
                if count:
                    wrong += self.measured(f"section of {count}, {pictures} pictures", self.section(editions))
        assert not wrong, "\n".join(wrong)

    def test_wide_table_keeps_its_columns_in_print(self):
        cells = "".join(f"<td>Column {number}</td>" for number in range(14))
        edition = make_edition(section=self.sections[0], body=f"<table><tbody><tr>{cells}</tr></tbody></table>")
        self.show(self.client.get(edition.path).content.decode())
        self.page.emulate_media(media="print")
        self.page.set_viewport_size({"width": 660, "height": 900})  # A4 between its margins
        right = self.page.locator("td").last.evaluate("(cell) => cell.getBoundingClientRect().right")
        assert self.page.locator("td").count() == 14
        assert right <= 660

    def test_large_text_and_an_alert_do_not_widen_the_page(self):
        Alert.objects.create(text=LONG[0], link="/latest/", ends_at=self.now + timedelta(hours=1))
        frame.forget()
        html = self.front(self.paper(25, headlines=MIXED)).replace("<html ", '<html style="font-size: 200%" ')
        wrong = self.measured("front in large text", html, holes=False)
        assert not wrong, "\n".join(wrong)
