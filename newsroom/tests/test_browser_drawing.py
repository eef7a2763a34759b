"""How the desk's screens are drawn: nothing is cut off, lies upon something, jumps, or is seen before it is made."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import FlatPage, Placement
from articles.tests.factories import make_article
from newsroom.tests.test_browser import AxeTestCase

LETTERS = "Gyöngypörköltjét; Ёлка, Ңўқғ"  # tall ones, and such as go below the line
MOST_SHIFT = 0.05
SCREENS = {
    "first page": lambda test: "/admin/",
    "list": lambda test: "/admin/articles/article/",
    "story": lambda test: test.article.get_absolute_url(),
    "board": lambda test: "/admin/articles/placement/board/",
    "calendar": lambda test: reverse("admin:articles_edition_calendar"),
    "month": lambda test: f"{reverse('admin:articles_edition_calendar')}?view=month",
    "pictures": lambda test: "/admin/articles/image/",
    "authors": lambda test: "/admin/articles/author/",
}
# Texts that their own box cuts off, with the pixels that are missing below and above their letters.
CUT = """() => {
  const paper = document.createElement("canvas").getContext("2d");
  const hasWords = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
  const cuts = (box) => {
    const { overflowY, clipPath } = getComputedStyle(box);
    const { width, height } = box.getBoundingClientRect();
    const isShown = box.checkVisibility({ visibilityProperty: true }) && width > 2 && height > 2 && clipPath === "none";
    return isShown && ["hidden", "clip"].includes(overflowY);
  };
  const missing = (part, edge) => {
    const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(part);
    paper.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
    const size = paper.measureText("gjpqyдщЁÅÖ");
    const range = document.createRange();
    range.selectNodeContents(part);
    const half = parseFloat(fontSize) / 2;
    const isIn = ({ width, top, bottom }) => width && top < edge.bottom - half && bottom > edge.top + half;
    const lines = [...range.getClientRects()].filter(isIn);
    const bottom = Math.max(...lines.map((line) => line.bottom)) - size.fontBoundingBoxDescent;
    const top = Math.min(...lines.map((line) => line.top)) + size.fontBoundingBoxAscent;
    return [bottom + size.actualBoundingBoxDescent - edge.bottom, edge.top - top + size.actualBoundingBoxAscent];
  };
  return [...document.querySelectorAll("body *")].filter(cuts).flatMap((box) =>
    [box, ...box.querySelectorAll("*")]
      .filter((part) => [...part.childNodes].some(hasWords) && !part.closest("svg"))
      .map((part) => [part, ...missing(part, box.getBoundingClientRect())])
      .filter(([_part, below, above]) => below > 1.1 || above > 1.1)
      .map(([part, below, above]) => `${part.className} ${part.textContent.slice(0, 30)} ${below} ${above}`));
}"""
# Pairs of what is to be pressed or read in a page's head and on top of a form, that lie upon one another.
PARTS = """#content .object-tools li > *, .messagelist li, .errornote, .unsaved-here, .filled-in, #content > h1,
#content > h2, .newer-row, fieldset.module, .submit-row"""
UPON = """(parts) => {
  const isShown = (part) => part.checkVisibility({ visibilityProperty: true }) && part.offsetWidth > 2;
  const found = [...document.querySelectorAll(parts)].filter(isShown);
  const area = (part) => {
    const words = document.createRange(); // of a heading: its box is as wide as the page
    words.selectNodeContents(part);
    return (part.matches("h1, h2") ? words : part).getBoundingClientRect();
  };
  const lies = (one, other) => {
    const [a, b] = [area(one), area(other)];
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    return across > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  };
  return found.flatMap((one, place) => found.slice(place + 1)
    .filter((other) => !one.contains(other) && !other.contains(one) && lies(one, other))
    .map((other) => `${one.tagName}.${one.className} upon ${other.tagName}.${other.className}`));
}"""
CRAMPED = """() => [...document.querySelectorAll("#content :is(button.button, a.button, input[type=submit])")]
  .filter((button) => button.checkVisibility({ visibilityProperty: true }) && button.textContent.trim().length > 2)
  .map((button) => [button.textContent.trim().slice(0, 30), button, getComputedStyle(button)])
  .filter(([_text, button, { paddingLeft }]) => parseFloat(paddingLeft) < 5 || button.offsetHeight < 24)
  .map(([text, button, { padding }]) => `${button.className} ${text}: ${padding}, ${button.offsetHeight} px`)"""
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  const named = ({ node }) => `${node?.nodeName}.${node?.className}#${node?.id}`;
  const own = list.getEntries().filter((entry) => !entry.hadRecentInput);
  window.shifts.push(...own.map((entry) => [entry.value, ...entry.sources.map(named)]));
}).observe({ type: "layout-shift", buffered: true });
"""
UNDRAWN = """(all) => all.filter((one) => !one.querySelector("svg"))
  .filter((one) => getComputedStyle(one).color !== "rgba(0, 0, 0, 0)").map((one) => one.textContent)"""


class DrawingTestCase(AxeTestCase):
    def setUp(self):
        super().setUp()
        self.article = make_article(headline=LETTERS, section=self.theme, body="<p>Begun here.</p>", stage="in_review")
        now = timezone.now()
        make_article(headline=f"{LETTERS} " * 3, section=self.theme, due_at=now)
        edition = self.edition
        edition.headline = f"{LETTERS} " * 4
        edition.save()
        Placement.objects.create(article=edition.article, slot=1, starts_at=now, headline=f"{LETTERS} " * 4)
        Placement.objects.create(article=edition.article, slot=3, starts_at=now)
        self.log_in("chief")

    def size(self, width):
        self.page.set_viewport_size({"width": width, "height": 844})

    def over_screens(self, widths, themes=("light",)):
        """Each screen at each width in each theme, open and at rest."""
        for theme in themes:
            self.page.emulate_media(color_scheme=theme)
            for width in widths:
                self.size(width)
                for name, address in SCREENS.items():
                    self.page.goto(self.live_server_url + address(self), wait_until="networkidle")
                    yield f"{name}, {width} px, {theme}"


@pytest.mark.long
class CutTests(DrawingTestCase):
    def test_no_text_is_cut_off_by_its_own_box(self):
        wrong = {}
        for name in self.over_screens((1366, 1024, 390)):
            if found := self.page.evaluate(CUT):
                wrong[name] = found
        assert wrong == {}

    def test_what_is_cut_off_is_found(self):
        self.open("/admin/articles/author/")
        self.page.locator("h1").first.evaluate("(h) => Object.assign(h.style, { overflow: 'hidden', lineHeight: 0.8 })")
        assert self.page.evaluate(CUT)

    def test_buttons_have_room_around_their_words(self):
        wrong = {}
        for name in self.over_screens((1366, 390), ("light", "dark")):
            if found := self.page.evaluate(CRAMPED):
                wrong[name] = found
        assert wrong == {}


@pytest.mark.long
class UponTests(DrawingTestCase):
    """Change forms with a notice above them: what was saved, what is wrong, what was typed here before."""

    def addresses(self):
        author = self.edition.article.bylines.first().author
        page = FlatPage.objects.create(title="About us", slug="about", body="<p>We.</p>")
        yield reverse("admin:articles_author_change", args=[author.pk])
        yield reverse("admin:articles_section_change", args=[self.theme.pk])
        yield reverse("admin:articles_flatpage_change", args=[page.pk])
        yield reverse("admin:articles_image_change", args=[self.pictures[0].pk])

    def test_nothing_lies_upon_another_thing(self):
        wrong = {}
        for address in self.addresses():
            for width in (1366, 1024, 390):
                self.size(width)
                self.page.goto(self.live_server_url + address, wait_until="networkidle")
                field = self.page.locator("#content-main form :is(input[type=text], textarea):visible").first
                field.fill(f"{field.input_value()}!")
                self.page.reload(wait_until="networkidle")
                expect(self.page.locator(".unsaved-here")).to_be_visible()
                if found := self.page.evaluate(UPON, PARTS) + self.page.evaluate(CRAMPED):
                    wrong[f"{address}, {width} px"] = found
                self.page.evaluate("localStorage.clear()")
        assert wrong == {}


@pytest.mark.long
class ShiftTests(DrawingTestCase):
    """What is drawn first stays where it is when scripts, fonts and pictures arrive."""

    def test_screens_do_not_jump_while_they_load(self):
        self.open(self.article.get_absolute_url())  # the server's own first time is slow, and nobody's page
        self.page.add_init_script(SHIFTS)
        wrong = {}
        for name in self.over_screens((1366, 390)):
            self.page.wait_for_timeout(1500)
            shifts = self.page.evaluate("window.shifts")
            if sum(value for value, *_nodes in shifts) > MOST_SHIFT:
                wrong[name] = shifts
        assert wrong == {}

    def test_no_name_of_an_icon_is_seen_before_the_icons_are_there(self):
        self.page.route("**/editor-icons*.js", lambda route: None)  # it never comes
        for address in (self.article.get_absolute_url(), "/admin/articles/flatpage/add/"):
            with self.subTest(address):
                self.page.goto(self.live_server_url + address, wait_until="commit")
                self.page.locator(".prose-menubar .material-icons").first.wait_for(state="attached")
                assert self.page.locator(".prose-menubar .material-icons").evaluate_all(UNDRAWN) == []

    def test_no_raw_text_is_seen_before_the_editor_is_there(self):
        self.page.route("**/*.js", lambda route: None if "/editor-" in route.request.url else route.continue_())
        for address in (self.article.get_absolute_url(), "/admin/articles/flatpage/add/"):
            with self.subTest(address):
                self.page.goto(self.live_server_url + address, wait_until="commit")
                raw = self.page.locator("[name=body]")
                raw.wait_for(state="attached")
                self.page.wait_for_timeout(500)
                look = "(field) => field.checkVisibility({ visibilityProperty: true, opacityProperty: true })"
                assert not raw.evaluate(look)
