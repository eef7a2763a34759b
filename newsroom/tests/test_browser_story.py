"""The article screen in three parts: a head that never leaves, the text, and a panel within reach at any place."""

from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles.admin.article.form import ArticleForm
from articles.desk import roles, workflow
from articles.models import Article
from articles.tests.factories import make_article, make_author, make_edition
from newsroom.tests.test_browser import BrowserTestCase

WORDS = "".join(f"<p>Paragraph {number}: {'the road goes on and on ' * 12}</p>" for number in range(50))  # 3,000
PARTS = ["details", "checks", "history", "notes"]
SHOWN_PART = """[...document.querySelectorAll(".story-part")]
  .filter((part) => part.checkVisibility()).map((part) => part.dataset.part)"""
BELOW = "document.body.scrollHeight - document.querySelector('.story-text').getBoundingClientRect().bottom - scrollY"
# Whether an element is in the window, and nothing else stands before its middle.
IN_SIGHT = """(element) => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const [x, y] = [(left + right) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2];
  const found = document.elementFromPoint(x, y);
  return top < innerHeight && bottom > 0 && Boolean(found) && (element.contains(found) || found.contains(element));
}"""
# Whether the focus is in the field of that id, or in its row where the field is a box before a hidden one.
FOCUSED = """(id) => {
  const field = document.getElementById(id);
  const row = field.closest(".form-row, .inline-group, .step") ?? field;
  return row.contains(document.activeElement) && document.activeElement.checkVisibility({ visibilityProperty: true });
}"""
WATCH = """
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  window.rawSeen = 0;
  const look = () => {
    const raw = document.querySelector("textarea#id_body");
    if (raw?.checkVisibility({ opacityProperty: true, visibilityProperty: true })) window.rawSeen += 1;
    requestAnimationFrame(look);
  };
  look();
"""
# What can be pressed or typed into in the panel, and reaches out of it to the side.
CUT_OFF = """(() => {
  const side = document.querySelector(".story-side").getBoundingClientRect();
  return [...document.querySelectorAll(".story-side :is(a, button, input, select, textarea, summary, .select2)")]
    .filter((one) => one.checkVisibility() && one.offsetWidth > 1 && one.getBoundingClientRect().right > side.right + 3)
    .map((one) => one.outerHTML.slice(0, 80));
})()"""
STYLES = ["fontFamily", "fontSize", "fontWeight", "fontStyle", "lineHeight", "letterSpacing", "color", "listStyleType"]
LOOKS = """([root, names, styles]) => Object.fromEntries(names.map((name) => {
  const element = document.querySelector(`${root} ${name}`);
  if (!element) return [name, null];
  const look = getComputedStyle(element);
  return [name, Object.fromEntries(styles.map((style) => [style, look[style]]))];
}))"""
READ = ["h1", ".standfirst", ".body > p", ".body h2", ".body ul > li", ".body ol > li", ".body blockquote p", ".body a"]
READ += [".pull-quote p", ".fact-box p", ".body th", ".body td", ".body figcaption", ".footnotes li", ".corrections p"]
READ += [".byline a", ".embed a"]


class StoryTestCase(BrowserTestCase):
    def setUp(self):
        super().setUp()
        roles.make_groups()
        self.chief = User.objects.get(username="chief")

    def long_article(self):
        article = make_article(
            headline="A railway", body=WORDS, section=self.theme, authors=[make_author()], lead_image=self.pictures[0]
        )
        workflow.saved(article, by=self.chief)
        return article

    def lacking(self):
        """A live article whose scheduled update lacks a correction that readers have."""
        article = make_article(headline="The bridge", section=self.theme, body="<p>It is in Osh.</p>")
        workflow.publish(article, by=self.chief)
        workflow.schedule(article, by=self.chief, at=timezone.now() + timedelta(hours=3))
        rows = [{"day": timezone.localdate().isoformat(), "text": "It is in Batken."}]
        Article.objects.filter(pk=article.pk).update(dated_corrections=rows)
        article.refresh_from_db()
        workflow.publish(article, by=self.chief)
        return article

    def in_sight(self, locator):
        return locator.evaluate(IN_SIGHT)

    def resize(self, width, height=800):
        self.page.set_viewport_size({"width": width, "height": height})


class ReachTests(StoryTestCase):
    def test_head_and_every_part_are_within_reach_at_any_place_of_a_long_text(self):
        article = self.long_article()
        self.log_in("chief")
        for width in (1024, 1366, 1920):
            self.resize(width)
            self.open(article.get_absolute_url())
            for place in (0, 0.5, 1):
                self.page.evaluate(
                    "(place) => scrollTo({ top: place * document.body.scrollHeight, behavior: 'instant' })", place
                )
                for name in (
                    ".story-name",
                    ".story-save",
                    ".story-preview",
                    ".story-next",
                    "[data-story-menu] > summary",
                ):
                    assert self.in_sight(self.page.locator(name)), (width, place, name)
                if place:
                    assert self.in_sight(self.page.locator(".prose-menubar")), (width, place)
                for part in PARTS:
                    label = self.page.locator(f"label[for=part-{part}]")
                    assert self.in_sight(label), (width, place, part)
                    before = self.page.evaluate("scrollY")
                    label.click()
                    assert self.page.evaluate(SHOWN_PART) == [part]
                    assert self.in_sight(self.page.locator(f".story-part[data-part={part}]")), (width, place, part)
                    assert self.page.evaluate("scrollY") == before, "the text stays where it is"
            assert self.page.evaluate("document.scrollingElement.scrollWidth") <= width

    def test_nothing_of_an_article_lies_below_the_end_of_its_text(self):
        article = self.long_article()
        self.log_in("chief")
        self.resize(1366)
        self.open(article.get_absolute_url())
        below = self.page.evaluate(BELOW)
        assert below < 200, below

    def test_parts_are_reached_by_keyboard_and_stay_chosen(self):
        article = self.long_article()
        self.log_in("chief")
        self.open(article.get_absolute_url())
        self.page.locator("#part-details").focus()
        for part in PARTS[1:]:
            self.page.keyboard.press("ArrowRight")
            assert self.page.evaluate(SHOWN_PART) == [part]
        self.page.keyboard.press("Tab")
        assert self.page.evaluate("Boolean(document.activeElement.closest('[data-part=notes]'))")
        self.page.get_by_label("Note to the desk").fill("Who says so?")
        self.press("Leave the note")
        assert self.page.evaluate(SHOWN_PART) == ["notes"]
        expect(self.page.locator("label[for=part-notes] b")).to_have_text("1")

    def test_title_in_the_head_is_the_one_that_is_typed(self):
        self.log_in("reporter")
        self.open("/admin/articles/article/add/")
        expect(self.page.locator(".story-name")).to_have_text("New article")
        self.page.get_by_label("Headline").fill("A long way " * 15)
        expect(self.page.locator(".story-name")).to_contain_text("A long way A long way")
        assert self.in_sight(self.page.get_by_role("button", name="Submit", exact=True))

    def test_menu_of_further_steps_closes_by_escape_and_outside(self):
        article = self.long_article()
        self.log_in("chief")
        self.open(article.get_absolute_url())
        menu = self.page.locator(".story-menu-body")
        self.further_steps()
        expect(menu).to_be_visible()
        self.page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        expect(self.page.locator("[data-story-menu] > summary")).to_be_focused()
        self.further_steps()
        self.page.locator(".story-name").click()
        expect(menu).to_be_hidden()
        self.page.locator("[data-panel=times] > summary").click()
        self.page.get_by_role("link", name="Schedule it, or let it end").click()
        expect(self.page.get_by_label("Goes live at")).to_be_visible()

    def test_what_is_to_be_decided_is_a_line_under_the_head_and_decided_there(self):
        article = self.lacking()
        self.log_in("chief")
        self.open(article.get_absolute_url())
        line = self.page.locator(".story-head .story-line")
        expect(line).to_contain_text("what is scheduled lacks")
        self.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert self.in_sight(line.get_by_role("button", name="Put it in", exact=True))
        self.press("Put it in")
        expect(self.page.locator(".story-line")).to_have_count(0)


class ErrorTests(StoryTestCase):
    def setUp(self):
        super().setUp()
        edition = make_edition(section=self.theme, authors=[make_author()], headline="A live one")
        self.article = Article.objects.get(pk=edition.article_id)
        self.names = []
        clean = ArticleForm.clean

        def refuse(form):
            cleaned = clean(form)
            self.names = [name for name in form.fields if name not in {"version", "guest_is"}]
            for name in self.names:
                form.add_error(name, f"Wrong with {name}")
            return cleaned

        failing = mock.patch.object(ArticleForm, "clean", refuse)
        failing.start()
        self.addCleanup(failing.stop)

    def links(self, page):
        return page.locator("[data-mend] a").all()

    def lead(self, width):
        self.resize(width)
        self.open(self.article.get_absolute_url())
        self.press("Save")
        expect(self.page.locator("[data-mend]")).to_be_visible()
        assert len(self.names) > 20
        assert len(self.links(self.page)) == len(self.names)
        self.page.wait_for_function("document.activeElement.closest('.field-headline')")  # the first has the focus
        for link in self.links(self.page):
            name = link.get_attribute("href").removeprefix("#")
            link.click()
            focus = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            assert self.page.evaluate(FOCUSED, name), (width, name, focus)
            assert self.in_sight(self.page.locator(":focus")), (width, name)

    def test_every_error_leads_to_its_field_beside_the_text(self):
        self.log_in("chief")
        self.lead(1366)

    def test_every_error_leads_to_its_field_on_a_phone(self):
        self.log_in("chief")
        self.lead(390)

    def test_every_error_is_open_without_script(self):
        self.log_in("chief")
        for width in (1366, 390):
            context = self.page.context.browser.new_context(
                java_script_enabled=False, viewport={"width": width, "height": 800}
            )
            context.add_cookies(self.page.context.cookies())
            page = context.new_page()
            page.goto(self.live_server_url + self.article.get_absolute_url())
            page.get_by_role("button", name="Save", exact=True).click()
            assert len(self.links(page)) == len(self.names)
            for name in self.names:
                expect(page.locator("ul.errorlist", has_text=f"Wrong with {name}").first).to_be_visible()
            context.close()


class StepErrorTests(StoryTestCase):
    def test_refusal_of_a_step_opens_the_menu_and_has_the_focus(self):
        article = self.long_article()
        self.log_in("chief")
        self.open(article.get_absolute_url())
        self.further_steps()
        self.press("Schedule")
        expect(self.page.locator(".story-menu-body .errorlist").first).to_be_visible()
        assert self.page.evaluate("document.activeElement.id") == "id_go_live_at"


class SteadyTests(StoryTestCase):
    def opened(self, path, width):
        self.resize(width)
        self.open(path)
        expect(self.page.locator(".tiptap")).to_be_visible()
        self.page.wait_for_timeout(500)

    def test_nothing_jumps_and_no_raw_text_is_seen_when_the_editor_starts(self):
        article = self.long_article()
        self.log_in("chief")
        self.page.add_init_script(WATCH)
        for width in (390, 1366):
            for path in (article.get_absolute_url(), "/admin/articles/article/add/"):
                self.opened(path, width)
                assert self.page.evaluate("shifted") < 0.05, (width, path)
                assert self.page.evaluate("rawSeen") == 0, (width, path)
        self.troubles[:] = [one for one in self.troubles if "sandboxed" not in one]  # the preview lets no watcher in

    def test_raw_text_is_there_without_script(self):
        article = self.long_article()
        self.log_in("chief")
        context = self.page.context.browser.new_context(java_script_enabled=False)
        context.add_cookies(self.page.context.cookies())
        page = context.new_page()
        page.goto(self.live_server_url + article.get_absolute_url())
        assert page.locator("#id_body").evaluate("(field) => field.checkVisibility({ opacityProperty: true })")
        for part in PARTS:
            page.locator(f"label[for=part-{part}]").click()
            expect(page.locator(f".story-part[data-part={part}]")).to_be_visible()
        context.close()


class PanelTests(StoryTestCase):
    def test_nothing_in_the_panel_is_cut_off(self):
        long = [make_author(name="Nilufar Daftarova-Aitmatova of the features desk") for _number in range(2)]
        article = make_article(section=self.theme, headline="Two wrote it", authors=long, lead_image=self.pictures[0])
        self.log_in("chief")
        self.open(article.get_absolute_url())
        for width in (390, 1024, 1366, 1920):
            self.resize(width)
            for part in PARTS if width > 992 else ("details", "checks", "more"):
                self.part(part)
                self.page.evaluate(
                    "document.querySelectorAll('.story-side details').forEach((one) => (one.open = true))"
                )
                with self.subTest(width, part=part):
                    assert self.page.evaluate(CUT_OFF) == []

    def test_whoever_looks_at_the_preview_still_has_the_row_above(self):
        self.log_in("chief")
        self.resize(1366)
        self.open(make_article(section=self.theme, headline="Seen").get_absolute_url())
        self.page.get_by_role("button", name="Preview", exact=True).click()
        expect(self.page.locator("#preview-pane")).to_be_visible()
        assert self.in_sight(self.page.locator(".desk-person > summary"))
        assert self.in_sight(self.page.locator("#preview-pane [data-close]"))


class PhoneTests(StoryTestCase):
    def test_parts_are_a_bar_at_the_bottom_and_the_next_step_is_in_the_head(self):
        article = self.long_article()
        self.log_in("chief")
        self.resize(390)
        self.open(article.get_absolute_url())
        bar = [*self.page.locator(".story-tabs label:visible").all(), self.page.locator(".story-preview")]
        places = sorted((one.bounding_box()["x"], one.inner_text().split("\n")[0].split(" ")[0]) for one in bar)
        assert [name for _left, name in places] == ["Text", "Details", "Checks", "Preview", "More"]
        assert all(box["y"] + box["height"] >= 795 for box in (one.bounding_box() for one in bar))
        expect(self.page.locator(".desk-nav")).to_be_hidden()
        text, head = self.page.locator(".story-text"), self.page.locator(".story-next")
        for part, shown in (
            ("details", ["details"]),
            ("checks", ["checks"]),
            ("more", ["history", "notes"]),
            ("text", []),
        ):
            self.part(part)
            assert self.page.evaluate(SHOWN_PART) == shown
            expect(text).to_be_visible(visible=part == "text")
            assert self.in_sight(head)
            assert self.page.evaluate("document.scrollingElement.scrollWidth") <= 390
        self.page.locator(".tiptap p").last.scroll_into_view_if_needed()
        assert self.in_sight(head)
        assert self.page.locator(".story-head").bounding_box()["y"] == 0, "no text shows above it"
        assert self.page.locator(".prose-menubar").first.bounding_box()["height"] < 60
        self.press("Publish now")
        expect(self.page.locator(".messagelist")).to_contain_text("Published")


class ReadingTestCase(StoryTestCase):
    """Something to read of every kind that a text has."""

    BODY = (
        '<p>The <a href="/about/">road</a> begins.</p><h2>A subhead</h2><ul><li>One</li></ul><ol><li>First</li></ol>'
        "<blockquote><p>Said he</p></blockquote>"
        '<aside data-pull-quote=""><p>Pulled</p></aside><aside data-fact-box=""><h3>Facts</h3><p>Few</p></aside>'
        "<table><tbody><tr><th>Pass</th><td>3,200</td></tr></tbody></table>"
        '<figure data-embed="https://youtu.be/abcdefghijk"></figure>'
    )

    def setUp(self):
        super().setUp()
        footnote = '<p>With a note<span data-footnote="">Where from.</span>.</p>'
        figure = f'<figure data-image="{self.pictures[1].pk}"><figcaption>A road</figcaption></figure>'
        self.edition = make_edition(
            headline="As readers have it",
            standfirst="Why to read on.",
            section=self.theme,
            authors=[make_author(name="Asel First")],
            lead_image=self.pictures[0],
            body=self.BODY + footnote + figure,
            dated_corrections=[{"day": "2025-12-08", "text": "It is right now."}],
        )
        self.article = Article.objects.get(pk=self.edition.article_id)
        workflow.saved(self.article, by=self.chief)


class ReadingTests(ReadingTestCase):
    def looks(self, path, root):
        self.open(path)
        return self.page.evaluate(LOOKS, [root, READ, STYLES])

    def test_article_edition_and_save_read_as_the_page_does(self):
        self.log_in("reporter")
        self.resize(1024)
        revision = self.article.revisions.first()
        paths = [
            self.article.get_absolute_url(),
            reverse("admin:articles_edition_change", args=[self.edition.pk]),
            reverse("admin:articles_revision_change", args=[revision.pk]),
        ]
        page = self.looks(self.edition.path, "article.article")
        assert not [name for name in READ if page[name] is None]
        for path in paths:
            desk = self.looks(path, ".as-readers")
            for name in READ:
                assert desk[name] == page[name], (path, name)
            assert self.page.locator(".as-readers img").first.evaluate("(picture) => picture.naturalWidth") > 0
            expect(self.page.locator(".story-head .story-name")).to_have_text("As readers have it")

    def test_submitted_article_is_read_by_its_reporter_and_can_be_taken_back(self):
        article = make_article(headline="Sent in", section=self.theme, body="<p>Text</p>", authors=[make_author()])
        Article.objects.filter(pk=article.pk).update(created_by=User.objects.get(username="reporter"))
        article.refresh_from_db()
        workflow.submit(article, by=User.objects.get(username="reporter"))
        self.log_in("reporter")
        self.open(article.get_absolute_url())
        expect(self.page.locator(".as-readers h1")).to_have_text("Sent in")
        expect(self.page.locator(".story-words")).to_contain_text("In review")
        expect(self.page.locator(".readonly .body")).to_have_count(0)
        self.press("Take back")
        expect(self.page.locator(".tiptap")).to_contain_text("Text")


@pytest.mark.long
class StoryAxeTests(ReadingTestCase):
    def look(self, path, width, *, at_each_part=False):
        self.resize(width)
        self.open(path)
        found = self.found()
        if at_each_part:
            for label in self.page.locator(".story-tabs label:visible").all():
                label.click()
                found += self.found()
            self.further_steps()
            found += self.found()
        return [f"{path} {width} {one}" for one in found]

    def test_nothing_for_axe_on_any_state_of_the_screen(self):
        self.lift_policy()
        lacking = self.lacking()
        self.log_in("chief")
        revision = self.article.revisions.first()
        found = self.look(lacking.get_absolute_url(), 1366, at_each_part=True)
        found += self.look(lacking.get_absolute_url(), 360, at_each_part=True)
        found += self.look("/admin/articles/article/add/", 1920)
        found += self.look(reverse("admin:articles_edition_change", args=[self.edition.pk]), 1024)
        found += self.look(reverse("admin:articles_revision_change", args=[revision.pk]), 390)
        self.log_in("reporter")
        found += self.look(self.article.get_absolute_url(), 1366)
        assert not found, found
