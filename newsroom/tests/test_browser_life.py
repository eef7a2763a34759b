"""The whole life of an article: by three people, each at a browser of their own; and by keyboard alone."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from articles.desk import roles
from articles.models import Article, Edition, Notice, SiteSettings
from articles.tests.factories import make_user
from newsroom.tests.test_browser import PASSWORD, BrowserTestCase

HEADLINE = "Караван идёт: caravan on the road"
MOST_TABS = 150  # from one control of the article screen to another


@pytest.mark.long
@pytest.mark.both_databases
class LifeOfAnArticleTests(BrowserTestCase):
    """Pitch, draft, review, publication, scheduled update, correction, withdrawal."""

    def setUp(self):
        super().setUp()
        editor = make_user(roles.SECTION_EDITOR, username="editor")
        editor.set_password(PASSWORD)
        editor.save()
        self.theme.editors.add(editor)
        self.pages = {}

    def tearDown(self):
        for page in self.pages.values():
            page.context.close()
        super().tearDown()

    def at_the_browser_of(self, name):
        """Go on as ``name``, in a browser that stays open beside the others'."""
        if name not in self.pages:
            browser = self.page.context.browser
            context = browser.new_context(locale="en-GB", timezone_id="Asia/Bishkek")
            context.set_default_timeout(10_000)
            self.pages[name] = self.page = context.new_page()
            self.watch(self.page)
            self.log_in(name)
        self.page = self.pages[name]

    def said(self, words):
        expect(self.page.locator(".messagelist").first).to_contain_text(words)

    def test_from_the_pitch_to_the_withdrawal(self):
        article = self.pitch()
        self.review(article)
        everywhere = self.publish(article)
        self.update_at_a_time(article, everywhere)
        self.correct(article, everywhere[-1])
        self.withdraw(article, everywhere)

    def pitch(self):
        self.at_the_browser_of("chief")
        self.open("/admin/articles/article/add/")
        self.page.get_by_label("Headline").fill("A caravan to ride with")
        self.choose("section", "Business")
        self.press("Save draft")
        article = Article.objects.get()
        self.part("notes")
        self.page.get_by_text("Assign, or set when it is due").click()
        self.page.get_by_label("Assign to").fill("reporter")
        tomorrow = timezone.localtime(timezone.now() + timedelta(days=1), SiteSettings.current().zone)
        self.page.get_by_label("Due", exact=False).first.fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
        self.press("Assign")
        self.said("Assigned")
        return article

    def review(self, article):
        self.at_the_browser_of("reporter")
        expect(self.page.get_by_role("link", name="A caravan to ride with").first).to_be_visible()
        self.open(article.get_absolute_url())
        self.write()
        self.press("Submit")
        self.said("Submitted")
        assert not self.page.get_by_role("button", name="Publish now").count()

        self.at_the_browser_of("editor")
        expect(self.page.get_by_role("link", name=HEADLINE).first).to_be_visible()
        self.open(article.get_absolute_url())
        self.further_steps()
        self.page.get_by_label("Note to the writer").fill("Say how long the road is.")
        self.press("Send back")
        self.said("Sent back")

        self.at_the_browser_of("reporter")
        self.open(article.get_absolute_url())
        expect(self.page.locator(".sent-back").first).to_contain_text("Say how long the road is.")
        assert Notice.objects.filter(user__username="reporter", kind=Notice.Kind.SENT_BACK).exists()
        self.page.locator(".tiptap").click()
        self.press_key("Control+Home")
        self.page.keyboard.type("It is 900 kilometres long. ")
        self.press("Submit")
        self.said("Submitted")

        self.at_the_browser_of("editor")
        self.open(article.get_absolute_url())
        self.press("Approve")
        self.said("Approved")

    def write(self):
        self.page.get_by_label("Headline").fill(HEADLINE)
        self.page.get_by_label("Standfirst").fill("Through the passes with traders who know every inn.")
        editor = self.page.locator(".tiptap")
        editor.click()
        type_ = self.page.keyboard.type
        type_("Ысык-Көлдүн жээгинде: the road begins at the lake.")
        self.page.keyboard.press("Enter")
        for picture in ("Lake at dawn", "Mountain road"):
            self.page.get_by_role("button", name="Picture from the library").first.click()
            self.page.get_by_role("dialog").get_by_role("button", name=picture).click()
            expect(editor.locator("figure").last).to_be_visible()
            self.press_key("Control+End")
        self.page.get_by_role("button", name="Pull quote").click()
        type_("Nobody crosses twice for the same reason")
        self.press_key("Control+End")
        self.page.get_by_role("button", name="Table").click()
        type_("Pass")
        self.page.keyboard.press("Tab")
        type_("Metres")
        self.choose("further_sections", "Kyrgyzstan")
        self.page.get_by_role("combobox", name="Tags").fill("Silk Road, Trade,")
        self.choose("lead_image", "Lake at dawn")

    def publish(self, article):
        self.at_the_browser_of("chief")
        self.open(article.get_absolute_url())
        self.press("Publish now")
        self.said("Published")
        edition = Edition.objects.get()
        self.check_kept(edition)
        path = edition.path
        everywhere = ["/", "/business/", "/kyrgyzstan/", "/topics/silk-road/", "/feed/", "/latest/", path]
        self.readers_see("Караван идёт", everywhere)
        self.readers_see(path, [f"/sitemap-{timezone.localtime(edition.published_at):%Y-%m}.xml", "/news-sitemap.xml"])
        return everywhere

    def check_kept(self, edition):
        assert "Ысык-Көлдүн жээгинде" in edition.body
        assert "900 kilometres" in edition.body
        for picture in self.pictures:
            assert f'data-image="{picture.pk}"' in edition.body
        assert re.search(r"<aside data-pull-quote[^>]*>.*Nobody crosses twice", edition.body, re.DOTALL)
        assert re.search(r"<table>.*Pass.*Metres.*</table>", edition.body, re.DOTALL)
        assert sorted(tag.name for tag in edition.tags.all()) == ["Silk Road", "Trade"]

    def update_at_a_time(self, article, everywhere):
        """Schedule by the form; then bring the time near, as two minutes are long, and let it come by itself."""
        self.at_the_browser_of("editor")
        self.open(article.get_absolute_url())
        self.page.get_by_label("Headline").fill("Second text of the caravan")
        later = timezone.localtime(timezone.now() + timedelta(minutes=2), SiteSettings.current().zone)
        self.further_steps()
        self.page.get_by_label("Goes live at").fill(f"{later:%Y-%m-%dT%H:%M}")
        self.press("Schedule")
        self.said("Scheduled")
        self.readers_do_not_see("Second text", everywhere)
        first, second = article.editions.order_by("live_from")
        assert first.live_until == second.live_from == later.replace(second=0, microsecond=0)
        soon = timezone.now() + timedelta(seconds=8)
        article.editions.filter(pk=first.pk).update(live_until=soon)
        article.editions.filter(pk=second.pk).update(live_from=soon)
        self.readers_see("Караван идёт", everywhere[:1])
        assert timezone.now() < soon, "too slow to see what stood before"
        self.page.wait_for_timeout((soon - timezone.now()).total_seconds() * 1000 + 1)
        self.readers_see("Second text of the caravan", everywhere)

    def correct(self, article, path):
        self.at_the_browser_of("editor")
        self.open(article.get_absolute_url())
        self.page.locator("summary", has_text="Corrections").first.click()
        row = self.page.locator(".correction-row").first
        row.locator("[type=date]").fill(f"{timezone.localdate():%Y-%m-%d}")
        row.locator("textarea").fill("The road is 950 kilometres long, not 900.")
        self.further_steps()
        self.page.get_by_label("Tell readers that it was updated").check()
        self.press("Publish the update now")
        self.said("Published")
        self.readers_see("950 kilometres long, not 900", [path, "/corrections/"])
        self.readers_see("Updated", [path])

    def withdraw(self, article, everywhere):
        self.at_the_browser_of("chief")
        self.open(article.get_absolute_url())
        self.further_steps()
        self.page.get_by_text("End or withdraw").click()
        self.page.get_by_label("Reason for withdrawal").fill("A trader asked us to check her figures.")
        self.press("Withdraw now")
        self.said("Withdrawn")
        status, text = self.read(everywhere[-1])
        assert status == 410
        assert "A trader asked us to check her figures." in text
        self.readers_do_not_see("Second text", ["/", "/business/", "/feed/", "/latest/", "/corrections/"])
        assert Notice.objects.filter(user__username="reporter", kind=Notice.Kind.WITHDRAWN).exists()


@pytest.mark.long
class KeyboardTests(BrowserTestCase):
    """No mouse: every control is reached by Tab or by a shortcut."""

    def tab_to(self, **wanted):
        """Press Tab until the control of that role and name, or of that id or selector, has the focus."""
        selector = f"#{wanted['id']}" if "id" in wanted else wanted.get("css")
        target = self.page.locator(selector).first if selector else self.page.get_by_role(**wanted).first
        for _press in range(MOST_TABS):
            if target.evaluate(
                "(control) => control === document.activeElement || control.contains(document.activeElement)"
            ):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {wanted}")

    def type(self, words, *keys):
        self.page.keyboard.type(words)
        for key in keys:
            self.page.keyboard.press(key)

    def go(self, key="Enter"):
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.page.wait_for_load_state("networkidle")

    def log_in_by_keyboard(self, name):
        self.page.context.clear_cookies()
        self.open("/admin/")
        self.tab_to(id="id_username")
        self.type(name, "Tab")
        self.type(PASSWORD)
        self.go()

    def find(self, words):
        """Ctrl+K, words, Enter."""
        self.page.keyboard.press("Control+k")
        expect(self.page.get_by_role("dialog")).to_be_visible()
        self.type(words)
        expect(self.page.get_by_role("dialog").get_by_role("option", name=words).first).to_be_visible()
        self.page.keyboard.press("ArrowDown")
        self.go()

    def test_from_the_first_word_to_the_withdrawal_by_keyboard_alone(self):
        self.log_in_by_keyboard("reporter")
        self.tab_to(role="link", name="Write an article")
        self.go()
        self.write()
        article = Article.objects.get(headline="Written without a mouse")
        assert (article.section, article.stage) == (self.theme, "draft")
        self.tab_to(role="button", name="Submit", exact=True)
        self.go()
        assert User.objects.get(username="reporter").pk == article.created_by_id

        self.log_in_by_keyboard("chief")
        self.find("Written without")
        self.tab_to(css="[data-story-menu] > summary")  # the next step would be to approve it
        self.type("", "Enter")
        self.tab_to(role="button", name="Publish now", exact=True)
        self.go()
        edition = article.editions.get()
        assert "It was written by <strong>keys</strong> alone." in edition.body
        assert self.read(edition.path)[0] == 200
        self.tab_to(css="[data-story-menu] > summary")
        self.type("", "Enter")
        self.tab_to(css="summary:has-text('End or withdraw')")
        self.withdraw()
        assert self.read(edition.path)[0] == 410

    def write(self):
        self.tab_to(id="id_headline")
        self.type("Written without a mouse", "Tab")
        self.type("A standfirst, too.")
        self.tab_to(role="textbox", name="Body")
        self.type("It was written by ")
        self.type("", "Control+b")
        self.type("keys")
        self.type("", "Control+b")
        self.type(" alone.")
        self.tab_to(role="combobox", name="Section")
        self.type("", "Enter")
        self.type("Business")
        expect(self.page.locator(".select2-results__option", has_text="Business").first).to_be_visible()
        self.type("", "Enter")
        self.go("Control+s")

    def withdraw(self):
        self.type("", "Enter")
        self.tab_to(id="id_withdrawal_reason")
        self.type("Withdrawn without a mouse.")
        self.tab_to(role="button", name="Withdraw now")
        self.go()
