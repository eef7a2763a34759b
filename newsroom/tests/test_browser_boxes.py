"""Front page and section pages of every kind of paper: no text or picture over another, nothing too wide, no hole."""

import re
import sys
from contextlib import ExitStack
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

from articles.models import Alert, Placement, SiteSettings
from articles.public import countries, curation
from articles.tests.factories import make_edition, make_image, make_section
from newsroom.serving import frame
from tickers.tests.factories import make_pair, make_rate

PAPERS = (560, 660, 700)  # A5, A4 and Letter between their margins
WIDTHS = (320, 360, 390, 600, 740, 820, 1024, 1100, 1280, 1600, 1920)
ADDRESS = "http://paper.test/"
KINDS = {".css": "text/css", ".woff2": "font/woff2", ".js": "text/javascript"}
SHORT = ("Snow", "Rail companies prepare", "Two passes close for the winter")
LONG = (
    "Rail companies of nine countries prepare for much more freight this year and next, say the ministers in Bishkek",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsfeierlichkeitsverordnung passed",
)
MIXED = (SHORT[0], LONG[0], SHORT[2], SHORT[1], LONG[1])
STANDFIRST = (
    "Nine border crossings, twenty more pairs of trains a day, and one digital system that nobody has seen yet."
)
BOARDS = {  # what the desk placed: the slots, and the articles there by their number
    "lead and both of its own": {1: 5, 2: 7, 3: 8},
    "lead and one of its own": {1: 5, 2: 7},
    "lead alone": {1: 5},
    "seconds alone": {4: 5, 5: 6, 6: 7},
    "one second and one of the lead's": {3: 6, 5: 8},
    "latest alone": {7: 5, 9: 8},
}
# The document has one frame, whose width is the reader's window: its sheets and fonts are loaded once for all pages.
WINDOW = """<!doctype html><meta charset="utf-8"><style>html, body { margin: 0; }
iframe { display: block; border: 0; height: 900px; }</style><iframe src="/paper"></iframe>"""
PICTURE = re.compile(r'<img src="[^"]*" width="(\d+)" height="(\d+)"')
DRAWN = (
    r"""<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='\1' height='\2'/>" """
    r'width="\1" height="\2"'
)
SHOW = """async (html) => {
  const inner = document.querySelector("iframe").contentDocument;
  const made = new DOMParser().parseFromString(html, "text/html");
  inner.documentElement.setAttribute("style", made.documentElement.getAttribute("style") ?? "");
  inner.documentElement.dataset.theme = made.documentElement.dataset.theme ?? "";
  for (const one of made.querySelectorAll(".visually-hidden")) one.remove();  // they have boxes, too
  inner.body.replaceWith(inner.adoptNode(made.body));
  await inner.fonts.ready;
  await Promise.all([...inner.images].map((image) => image.decode()));
}"""
# Of each text the letters' own box, so that what runs out of its column is seen; of each picture its frame.
BOXES = """(widths) => {
  const frame = window.document.querySelector("iframe"), document = frame.contentDocument;
  const seen = (one) => one.getClientRects().length && !one.closest("[popover]:not(:popover-open)");
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1;
  const place = (one) => one.parentElement.closest("[class]").parentElement.className;
  const name = ({ one }) => `${place(one)}/${one.localName} ${one.textContent.trim().slice(0, 24)}`;
  const tall = (card) => {
    const boxes = [card, ...card.querySelectorAll("*")].map((one) => one.getBoundingClientRect());
    const all = boxes.filter((box) => box.height);
    return Math.max(...all.map((box) => box.bottom)) - Math.min(...all.map((box) => box.top));
  };
  const found = () => [...document.querySelectorAll("main :is(h1, h2, h3, p, li, picture, th, td, .line > time)")]
    .filter((one) => seen(one) && !one.querySelector("h1, h2, h3, p, li, picture, table"))
    .map((one) => {
      const range = document.createRange();
      range.selectNodeContents(one);
      const box = one.getBoundingClientRect(), { left, right, width, height } = range.getBoundingClientRect();
      const letters = one.matches("picture") ? box : { left, right, width, height, top: box.top, bottom: box.bottom };
      return { one, letters, box, group: one.closest("main > *") };
    })
    .filter(({ letters }) => letters.width && letters.height);
  const measured = (items) => {
    const overlaps = [], gaps = [];
    let hole = [0, ""];
    for (const item of items) {
      for (const other of items) {
        if (item === other || !meet(item.letters, other.letters)) continue;
        const gap = other.letters.top - item.letters.bottom;
        if (other.letters.top >= item.letters.top) gaps.push(gap);
        if (gap < -1 && other.letters.top >= item.letters.top) overlaps.push(`${name(item)} | ${name(other)}`);
      }
      if (item.one.matches(".rail, .rail *, .rows .meta, th, td, .line > time")) continue;  // at the margin
      const group = items.filter((other) => other.group === item.group && other !== item);
      const below = group.filter((other) => meet(item.box, other.box) && other.box.top >= item.box.bottom - 1);
      const end = Math.max(item.box.bottom, ...group.map((other) => other.box.bottom));
      const next = Math.min(end, ...below.map((other) => other.box.top));
      if (next - item.box.bottom > hole[0]) hole = [next - item.box.bottom, name(item)];
    }
    return {
      items: items.length, overlaps, gap: Math.min(...gaps), hole: hole[0], where: hole[1],
      smallest: Math.min(...[...document.querySelectorAll("main .card")].map(tall)),
      wide: document.documentElement.scrollWidth - frame.clientWidth,
    };
  };
  return widths.map((width) => {
    frame.style.width = `${width}px`;
    return measured(found());
  });
}"""


@pytest.mark.browser
@pytest.mark.usefixtures("page")
class BoxTests(TestCase):
    """Each paper is made once, in memory; the frame that shows it changes its width."""

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
        for number, base in enumerate(("KGS", "KZT", "TJS", "UZS", "TMT", "AFN", "AZN", "MNT")):
            has = {"time_zone": "Asia/Bishkek", "currency": base} if number % 4 != 3 else {}
            make_section(name=f"Country of {base}", kind="country", order=20 + number, has_shelf=number == 1, **has)
            if number < 4:
                make_rate(make_pair(base=base, quote="USD"))

    def setUp(self):
        self.page.set_default_timeout(10_000)
        self.page.route("**/*", self.answer)
        self.body = self.front(self.paper(1))
        self.page.goto(ADDRESS)

    def answer(self, route):
        path = urlsplit(route.request.url).path
        file = Path(settings.BASE_DIR, path.lstrip("/"))
        if path in ("/", "/paper"):
            route.fulfill(body=WINDOW if path == "/" else self.body, content_type="text/html")
        elif path.startswith("/static/") and file.suffix in KINDS:
            route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
        else:
            route.abort()

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

    def front(self, editions, *, board=None, has_countries=True):
        """The front page's HTML; of each country every third article is."""
        SiteSettings.objects.update(has_countries=has_countries)
        frame.forget_frame()  # with the cards of another paper, which have the same numbers
        placed = [
            Placement(slot=slot, article_id=editions[number].article_id)
            for slot, number in (board or {}).items()
            if number < len(editions)
        ]
        with ExitStack() as stack:
            for thing, name, value in (
                (curation.POOL_OF_FRONT, "rows", lambda **_asked: list(map(copy, editions))),
                (curation.FRONT_PLACEMENTS, "rows", lambda **_asked: placed),
                (countries, "_find", self.of_countries),
            ):
                stack.enter_context(mock.patch.object(thing, name, side_effect=value))
            return self.client.get("/").content.decode()

    @staticmethod
    def of_countries(looked_at, pool, at):
        return {country: pool[place % 3 :: 3] if place < 7 else [] for place, country in enumerate(looked_at)}

    def section(self, editions):
        frame.forget_frame()
        with mock.patch.object(curation, "newest", return_value=editions):
            return self.client.get(self.sections[0].get_absolute_url()).content.decode()

    def show(self, html):
        html = re.sub(r' loading="lazy"|<source [^>]*>', "", html)
        self.page.evaluate(SHOW, PICTURE.sub(DRAWN, html))

    def measured(self, name, html, widths=WIDTHS, *, holes=True, theme=""):
        """What is wrong with a page at any width; the smallest gap and the largest hole are printed."""
        self.show(html.replace("<html ", f'<html data-theme="{theme}" '))
        wrong = []
        for width, found in zip(widths, self.page.evaluate(BOXES, list(widths)), strict=True):
            where = f"{name} at {width}:"
            sys.stdout.write(
                f"{where} gap {found['gap']:.0f}, hole {found['hole']:.0f} of {found['smallest']:.0f} px\n"
            )
            assert found["items"], where
            wrong += [f"{where} {overlap}" for overlap in found["overlaps"][:2]]
            if found["wide"] > 0:
                wrong.append(f"{where} {found['wide']} px too wide")
            if holes and found["hole"] > found["smallest"]:
                wrong.append(f"{where} hole {found['hole']:.0f} of {found['smallest']:.0f} px below {found['where']}")
        return wrong

    def test_front_page_of_any_number_of_articles(self):
        wrong = []
        for count in (*range(13), 25, 40, 60):
            for pictures in ("all", "none"):
                editions = self.paper(count, pictures=pictures, opinion=count % 2 == 0)
                html = self.front(editions, has_countries=count % 4 != 1)
                theme = "dark" if count % 3 == 0 else ""
                wrong += self.measured(f"front of {count}, {pictures} pictures", html, theme=theme)
        assert not wrong, "\n".join(wrong)

    def test_front_page_with_any_words_and_pictures(self):
        wrong = []
        for count in (2, 4, 5, 7, 25):
            for pictures in ("all", "some", "none"):
                for headlines in (MIXED, LONG):
                    kinds = {"pictures": pictures, "headlines": headlines, "standfirsts": count % 2}
                    editions = self.paper(count, **kinds, sections=1 + count % 6)
                    name = f"front of {count}, {pictures} pictures, {'long' if headlines is LONG else 'mixed'}"
                    wrong += self.measured(name, self.front(editions, has_countries=headlines is MIXED))
        assert not wrong, "\n".join(wrong)

    def test_front_page_whose_board_is_half_filled(self):
        wrong = []
        for name, board in BOARDS.items():
            for count, pictures in ((3, "none"), (9, "all"), (9, "none"), (25, "some")):
                editions = self.paper(count, pictures=pictures, headlines=MIXED, standfirsts=count % 2)
                html = self.front(editions, board=board, has_countries=count != 9)
                wrong += self.measured(f"{name}: front of {count}, {pictures} pictures", html)
        assert not wrong, "\n".join(wrong)

    def test_section_page_of_any_number_of_articles(self):
        wrong = []
        for count in range(8):
            for pictures in ("all", "some", "none"):
                editions = self.paper(count, pictures=pictures, headlines=MIXED, standfirsts=count % 2, sections=1)
                theme = "dark" if count % 3 == 0 else ""
                wrong += self.measured(f"section of {count}, {pictures} pictures", self.section(editions), theme=theme)
        assert not wrong, "\n".join(wrong)

    def test_front_page_in_print(self):
        self.page.emulate_media(media="print")
        wrong = []
        for count in (0, 1, 3, 12, 40):
            for pictures in ("all", "none"):
                html = self.front(self.paper(count, pictures=pictures, headlines=MIXED))
                wrong += self.measured(f"print of {count}, {pictures} pictures", html, PAPERS)
        assert not wrong, "\n".join(wrong)

    def test_wide_table_keeps_its_columns_in_print(self):
        cells = "".join(f"<td>Column {number}</td>" for number in range(14))
        edition = make_edition(section=self.sections[0], body=f"<table><tbody><tr>{cells}</tr></tbody></table>")
        self.show(self.client.get(edition.path).content.decode())
        self.page.emulate_media(media="print")
        self.page.locator("iframe").evaluate("(frame) => { frame.style.width = '660px'; }")  # A4 between its margins
        inner = self.page.frame_locator("iframe").locator("td")
        assert inner.count() == 14
        assert inner.last.evaluate("(cell) => cell.getBoundingClientRect().right") <= 660

    def test_large_text_and_an_alert_do_not_widen_the_page(self):
        Alert.objects.create(text=LONG[0], link="/latest/", ends_at=self.now + timedelta(hours=1))
        html = self.front(self.paper(25, headlines=MIXED)).replace("<html ", '<html style="font-size: 200%" ')
        wrong = self.measured("front in large text", html, holes=False)
        assert not wrong, "\n".join(wrong)
