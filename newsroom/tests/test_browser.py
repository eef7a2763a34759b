"""The main job in a real browser: a reporter writes, a chief editor publishes, readers read; and pages pass axe."""

import random
import re
import socket
from contextlib import suppress
from datetime import timedelta
from functools import cache

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import Client, LiveServerTestCase
from django.test.testcases import LiveServerThread
from django.utils import timezone
from playwright.sync_api import expect

from articles.desk import roles
from articles.models import FlatPage, Image, SiteSettings
from articles.pictures import renditions
from articles.tests.factories import make_author, make_edition, make_image, make_section, make_user, picture_file
from newsroom.serving import frame
from newsroom.tests import public_paper
from tickers.tests.factories import make_pair, make_rate

PASSWORD = "a-long-password"
# Colours change with the theme in a moment; what goes round for ever, like the rate bar, is not waited for.
# A page that is not in front draws no frames, so there the clock ends it.
SETTLED = """() => {
  const settle = async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    const changing = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
    await Promise.all(changing.map((one) => one.finished.catch(() => {})));
  };
  return Promise.race([settle(), new Promise((resolve) => setTimeout(resolve, 1000))]);
}"""
# Browsers tell of a moved cursor with the next frame, and the editor asks once more 20 ms after it got the focus.
CURSOR_HEARD = """async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve, 30));
}"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]  # rules that may be kept in one theme and broken in the other
# What lies behind an open dialog can't be reached, and axe can't see what is painted there. Words in the colour of what
# lies under them are nothing that axe calls broken: it takes them for hidden on purpose, and says that it can't tell.
BROKEN = """async (rules) => {
  const part = document.querySelector("dialog:modal") ?? document;
  const about = { runOnly: rules, resultTypes: ["violations", "incomplete"], iframes: false };
  const { violations, incomplete } = await axe.run(part, about);
  const isUnseen = ({ any }) => any.some(({ data }) => data?.messageKey === "equalRatio");
  const ofUnseen = ({ id, nodes }) => ({ id, nodes: nodes.filter(isUnseen) });
  const unseen = incomplete.map(ofUnseen).filter(({ nodes }) => nodes.length);
  return [...violations, ...unseen].map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 150)}`);
}"""


def press_key(page, name: str) -> None:
    """Press a key that moves the cursor; pressed sooner, what the click before it says may still undo it."""
    page.evaluate(CURSOR_HEARD)
    page.keyboard.press(name)
    page.evaluate(CURSOR_HEARD)


def make_real_image(title: str) -> Image:
    """A picture whose files exist."""
    upload = renditions.accept_picture(picture_file(size=(1000, 640)))
    image = make_image(title=title, width=upload.width, height=upload.height)
    image.file.save(f"{image.key}.jpg", ContentFile(upload.content))
    renditions.make_safe_copy(upload.content, image.key)
    return image


@cache
def _port() -> int:
    """A port of this process's own, so that a browser finds scripts where it had them from: one no client is given."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as server, suppress(OSError):
            server.bind(("localhost", port))
            return port
    raise OSError("None of 100 ports is free.")


class _Server(ThreadedWSGIServer):
    """Begins where the one before it has just ended."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options | {"allow_reuse_address": True})


class _ServerThread(LiveServerThread):
    server_class = _Server

    def __init__(self, host, static_handler, connections_override=None, port=0):
        super().__init__(host, static_handler, connections_override, port or _port())


@pytest.mark.browser
@pytest.mark.usefixtures("page")
class BrowserTestCase(LiveServerTestCase):
    """A newsroom with a reporter, a chief editor, two sections and two pictures."""

    server_thread_class = _ServerThread
    static_handler = staticmethod(lambda paper: paper)  # whitenoise serves styles and scripts, which a browser keeps

    def setUp(self):
        SiteSettings.objects.create(name="The Caravan Post")
        self.theme = make_section(name="Business", slug="business")
        self.country = make_section(name="Kyrgyzstan", slug="kyrgyzstan", kind="country")
        for name, role in (("reporter", roles.REPORTER), ("chief", roles.CHIEF_EDITOR)):
            user = make_user(role, username=name)
            user.set_password(PASSWORD)
            user.save()
        make_author(name="Aigul Tash", slug="aigul", user=User.objects.get(username="reporter"))
        self.pictures = [make_real_image(title) for title in ("Lake at dawn", "Mountain road")]
        frame.forget_frame()
        self.troubles = []
        self.watch(self.page)

    def tearDown(self):
        assert not self.troubles, self.troubles

    def watch(self, page):
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.troubles.append(message.text)
                if message.type == "error" and "the server responded with a status of 4" not in message.text
                else None
            ),
        )

    def open(self, path):
        self.page.goto(self.live_server_url + path)
        self.page.wait_for_load_state("networkidle")

    def settle(self):
        """Wait until nothing changes its colour or place any more."""
        self.page.evaluate(SETTLED)

    def press_key(self, name):
        """Press a key once the editor heard where the cursor is, and wait until it hears where it went."""
        press_key(self.page, name)

    def lift_policy(self):
        """Open pages in a browser that lets axe have the inline styles that the policy forbids."""
        context = self.page.context.browser.new_context(bypass_csp=True, timezone_id="Asia/Bishkek")
        context.set_default_timeout(10_000)
        self.addCleanup(context.close)
        self.page = context.new_page()
        self.watch(self.page)

    def found(self):
        """What axe finds in the open page: everything in the light theme, what colours can do in the dark one.

        Where the policy is not lifted, what it refuses to axe is no trouble of the page's.
        """
        before, broken = list(self.troubles), []
        self.page.evaluate(AXE_SCRIPT)
        for theme, rules in (("dark", COLOURS), ("light", RULES)):
            self.page.emulate_media(color_scheme=theme)
            self.settle()
            broken += [f"{theme}: {one}" for one in self.page.evaluate(BROKEN, rules)]
        self.troubles[:] = before
        return broken

    def check(self, paths):
        """Nothing for axe on any of these pages."""
        broken = []
        for path in paths:
            self.open(path)
            broken += [f"{path} {one}" for one in self.found()]
        assert not broken, broken

    def log_in(self, name):
        """Be logged in, on the desk's first page; the form for it has tests of its own."""
        visitor = Client()
        visitor.force_login(User.objects.get(username=name))
        session = {"name": settings.SESSION_COOKIE_NAME, "value": visitor.session.session_key}
        self.page.context.clear_cookies()
        self.page.context.add_cookies([{"url": self.live_server_url, **session}])
        self.open("/admin/")
        expect(self.page.get_by_role("heading", name="The desk")).to_be_visible()
        self.page.wait_for_load_state()  # keys pressed before the scripts have run do nothing

    def choose(self, field, words):
        """Type into a type-ahead picker and take what it offers."""
        self.page.locator(f".field-{field} .select2-selection").first.click()
        self.page.locator(".select2-search__field").last.fill(words)
        self.page.locator(".select2-results__option", has_text=words).first.click()

    def press(self, name):
        """Press a button that sends the page's form, and wait for the answer."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state("networkidle")

    def part(self, name):
        """Have the article screen show one of its parts: story, checks, history or notes."""
        self.page.locator(f"label[for=part-{name}]").click()

    def further_steps(self):
        """Open the menu of the steps beside the next one."""
        self.page.locator("[data-story-menu] > summary").click()

    def read(self, path):
        """What a reader who is not logged in gets: status and text."""
        context = self.page.context.browser.new_context()
        response = context.request.get(self.live_server_url + path)
        status, text = response.status, response.text()
        context.close()
        return status, text

    def readers_see(self, words, paths):
        for path in paths:
            assert words in self.read(path)[1], f"{path} lacks “{words}”"

    def readers_do_not_see(self, words, paths):
        for path in paths:
            assert words not in self.read(path)[1], f"{path} shows “{words}”"


class AxeTestCase(BrowserTestCase):
    """A paper of eight articles."""

    def setUp(self):
        super().setUp()
        author = make_author(name="Nilufar Daftar", slug="nilufar", picture=self.pictures[0])
        body = (
            "<p>The road begins at the lake.</p><h2>A subhead</h2><p>And goes on.</p>"
            f'<figure data-image="{self.pictures[1].pk}"><figcaption>A road</figcaption></figure>'
            '<aside data-pull-quote=""><p>And goes on</p></aside>'
            "<table><tbody><tr><th>Pass</th><td>3,200</td></tr></tbody></table>"
        )
        for number in range(8):
            self.edition = make_edition(
                live_from=timezone.now() - timedelta(hours=number + 1),
                headline=f"Caravan {number}",
                standfirst="Through the passes with traders.",
                kind="opinion" if number == 3 else "news",
                section=self.theme,
                authors=[author],
                further=[self.country],
                tags=["Silk Road"],
                lead_image=self.pictures[number % 2],
                body=body,
            )


@pytest.mark.long
class AxeTests(AxeTestCase):
    def test_axe_finds_nothing_on_the_public_pages(self):
        self.lift_policy()
        paths = [*public_paper.screens(), "/business/", self.edition.path, "/authors/nilufar/"]
        make_rate(make_pair(), timezone.localdate())
        paths.append("/rates/kgs-usd/?amount=x&currency=KGS")
        FlatPage.objects.create(title="About", slug="about", body="<p>Who we are.</p>")
        rich = make_edition(
            section=self.theme,
            authors=[make_author(name="Rustam", biography="Writes.", picture=self.pictures[0])],
            lead_image=self.pictures[0],
            body="".join(f'<figure data-image="{picture.pk}"></figure>' for picture in self.pictures)
            + '<figure data-embed="https://youtu.be/abcdefghijk"></figure>'
            + '<figure data-embed="https://radio.example/talk.mp3"></figure>',
        )
        paths += [
            rich.path,
            "/about/",
            "/topics/silk-road/",
            "/latest/2025/12/",
            "/search/?q=caravan&kind=opinion",
            "/search/?q=caraven",
        ]
        self.check([*paths, "/nothing/", "/admin/login/"])


class PagesTests(BrowserTestCase):
    def test_nothing_scrolls_sideways_on_a_small_phone_and_the_skip_link_is_first(self):
        edition = make_edition(
            headline="Транспортно-логистическая " * 4, section=self.theme, lead_image=self.pictures[0]
        )
        self.page.set_viewport_size({"width": 320, "height": 640})
        for path in [*public_paper.screens(), edition.path, "/business/"]:
            self.open(path)
            assert self.page.evaluate("document.scrollingElement.scrollWidth") <= 320, path
            self.page.keyboard.press("Tab")
            assert self.page.evaluate("document.activeElement.hash"), path

    def test_words_are_there_without_script(self):
        edition = make_edition(headline="Without script", section=self.theme)
        context = self.page.context.browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(self.live_server_url + "/")
        page.get_by_role("link", name="Without script").first.click()
        assert page.url.endswith(edition.path)
        context.close()

    def test_chosen_theme_is_kept_without_a_cookie(self):
        self.open("/")
        before = self.page.evaluate("getComputedStyle(document.body).backgroundColor")
        self.page.get_by_role("button", name=re.compile("theme|dark|light", re.IGNORECASE)).first.click()
        after = self.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert before != after
        self.open("/latest/")
        assert self.page.evaluate("getComputedStyle(document.body).backgroundColor") == after
        assert self.page.context.cookies() == []
