"""Whatever way a form is left, the first page that comes shows what was typed or says where it is; and who is here."""

import re
from datetime import timedelta

from django.contrib import admin
from django.contrib.sessions.models import Session
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

from articles.desk import roles
from articles.models import Author, Presence, SiteSettings, UnsavedForm
from articles.tests.factories import make_article, make_edition, make_user
from newsroom.tests.test_browser import PASSWORD, BrowserTestCase
from tickers.tests.factories import make_pair

MARK = "markerwords"
# The first field that a person can write words into.
FIELD = (
    "#content-main form :is(input[type=text], textarea):not([readonly], .select2-search__field, [list], [name*=TOTAL])"
)
BEAT = "document.dispatchEvent(new Event('visibilitychange'))"  # a pulse now instead of within ten seconds

CUT_OFF = """(paths) => {
  const send = window.fetch;
  window.fetch = (url, ...rest) =>
    paths.some((path) => String(url).includes(path)) ? Promise.reject(new TypeError("cut off")) : send(url, ...rest);
}"""


def cut_off(page, *paths, next_page=False):
    """Nothing sent to one of the paths arrives. What a page sends as it goes would pass by Playwright's routes."""
    page.evaluate(CUT_OFF, paths)
    if next_page:
        page.add_init_script(f"({CUT_OFF})({list(paths)})")


class UnsavedBrowserTestCase(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.administrator = make_user(username="administrator", is_superuser=True)
        self.administrator.set_password(PASSWORD)
        self.administrator.save()

    def fill_login(self, name="administrator"):
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()

    def strip(self):
        return self.page.locator(".unsaved-here")

    def write(self, words):
        self.page.locator(".kept[data-state]").wait_for()
        self.page.locator(".tiptap").click()
        self.press_key("Control+End")
        self.page.keyboard.type(words)


class EveryFormTests(UnsavedBrowserTestCase):
    """Over the registry, with scripts and without."""

    def addresses(self):
        request = RequestFactory().get("/admin/")
        request.user = self.administrator
        for model, model_admin in admin.site._registry.items():
            if model_admin.has_add_permission(request) and model._meta.label != "articles.Article":
                yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        yield reverse("admin:articles_sitesettings_change", args=[1])
        yield reverse("admin:articles_author_change", args=[Author.objects.get().pk])

    def test_reload_and_end_of_login_lose_no_words_in_any_form(self):
        make_pair("KGS")
        self.log_in("administrator")
        done = []
        for address in self.addresses():
            with self.subTest(address):
                self.open(address)
                field = self.page.locator(FIELD).locator("visible=true").first
                if not field.count():
                    continue
                name = field.get_attribute("name")
                field.fill(MARK)
                typed = field.input_value()  # a code of three letters takes no more
                self.page.reload()
                expect(self.strip()).to_contain_text("not saved")
                self.strip().get_by_role("button", name=re.compile("^Show it")).first.click()
                shown = self.page.locator(f"[name={name}]")
                expect(shown).to_have_value(typed)
                expect(self.strip()).to_have_count(0)
                Session.objects.all().delete()
                self.page.locator("[name=_save]:visible").first.click()
                expect(self.page.locator(".errornote")).to_contain_text("Nothing is lost")
                self.fill_login()
                expect(shown).to_have_value(typed)
                assert self.page.evaluate("document.activeElement.closest('button')") is None
                self.page.get_by_role("button", name="Drop what was typed").click()
                expect(self.page.locator(".messagelist")).to_contain_text("Dropped")
                UnsavedForm.objects.all().delete()
                done.append(name)
        assert len(done) > 8, done

    def test_without_scripts_the_end_of_the_login_loses_no_words(self):
        context = self.page.context.browser.new_context(java_script_enabled=False)
        self.addCleanup(context.close)
        self.page = context.new_page()
        author = Author.objects.get()
        self.page.goto(
            f"{self.live_server_url}/admin/login/?next={reverse('admin:articles_author_change', args=[author.pk])}"
        )
        self.fill_login("chief")
        self.page.get_by_label("Name").first.fill(MARK)
        Session.objects.all().delete()
        self.page.locator("[name=_save]:visible").first.click()
        self.fill_login("chief")
        expect(self.page.get_by_label("Name").first).to_have_value(MARK)
        self.page.locator("[name=_save]:visible").first.click()
        expect(self.page.locator(".messagelist")).to_contain_text("changed successfully")
        author.refresh_from_db()
        assert author.name == MARK
        assert not UnsavedForm.objects.exists()

    def test_saved_words_are_not_said_to_be_unsaved(self):
        self.log_in("administrator")
        self.open(reverse("admin:articles_author_change", args=[Author.objects.get().pk]))
        self.page.get_by_label("Name").first.fill(MARK)
        self.page.locator("[name=_continue]").first.click()
        expect(self.page.locator(".messagelist")).to_contain_text("changed successfully")
        self.page.wait_for_timeout(2000)
        expect(self.strip()).to_have_count(0)
        assert self.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('desk-copy:'))") == []

    def expect_nothing_kept(self):
        self.page.wait_for_timeout(2000)
        expect(self.strip()).to_have_count(0)
        assert self.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('desk-copy:'))") == []

    def test_words_of_a_row_that_was_added_are_not_said_to_be_unsaved(self):
        self.log_in("administrator")
        for address, fields, button in (
            (reverse("admin:auth_user_add"), {"first_name": MARK, "last_name": MARK, "username": MARK}, "_save"),
            (reverse("admin:articles_author_add"), {"name": MARK}, "_addanother"),
            (reverse("admin:articles_author_add"), {"name": f"{MARK} two"}, "_continue"),
        ):
            with self.subTest(address, button=button):
                self.open(address)
                for name, words in fields.items():
                    self.page.locator(f"[name={name}]").fill(words)
                self.page.locator(f"[name={button}]:visible").first.click()
                expect(self.page.locator(".messagelist")).to_contain_text(MARK)
                self.expect_nothing_kept()
                self.open("/admin/")
                self.expect_nothing_kept()

    def test_words_that_were_typed_before_and_are_saved_now_are_not_offered(self):
        self.log_in("administrator")
        address = reverse("admin:articles_author_change", args=[Author.objects.get().pk])
        for _time in range(2):
            self.open(address)
            self.page.get_by_label("Name").first.fill(MARK)
        self.page.locator("[name=_continue]").first.click()
        expect(self.page.locator(".messagelist")).to_contain_text("changed successfully")
        self.expect_nothing_kept()

    def test_time_of_words_is_the_papers_as_the_desk_writes_it(self):
        context = self.page.context.browser.new_context(timezone_id="Pacific/Honolulu", locale="en-US")
        self.addCleanup(context.close)
        self.page = context.new_page()
        self.page.goto(f"{self.live_server_url}/admin/login/")
        self.fill_login()
        self.open(reverse("admin:articles_author_change", args=[Author.objects.get().pk]))
        self.page.get_by_label("Name").first.fill(MARK)
        zone = SiteSettings.objects.get().zone
        before = timezone.localtime(timezone=zone)
        self.page.reload()
        expect(self.strip()).to_be_visible()
        times = {
            short
            for moment in (before, timezone.localtime(timezone=zone))
            for short in [date_format(moment, "j F Y, H:i")]
        }
        said = self.strip().locator("li > [data-what]").inner_text()
        assert any(said.endswith(f", {time}") for time in times), said

    def test_passwords_are_not_kept_in_the_browser(self):
        self.log_in("administrator")
        self.open(reverse("admin:auth_user_add"))
        for name, kind in (("key", "password"), ("old_password", "text")):  # no form of the desk has them beside words
            self.page.locator("[name=username]").evaluate(
                "(field, made) => field.after(Object.assign(document.createElement('input'), made))",
                {"name": name, "type": kind},
            )
            self.page.locator(f"[name={name}]").fill("no-one-may-see-this")
        self.page.locator("[name=username]").fill("colleague")
        self.page.reload()
        expect(self.strip()).to_be_visible()
        kept = self.page.evaluate("JSON.stringify(localStorage)")
        assert "colleague" in kept
        assert "no-one-may-see-this" not in kept

    def test_board_that_was_left_is_offered_and_drawn_again(self):
        edition = make_edition(headline="Lead me")
        self.log_in("chief")
        self.open("/admin/articles/placement/board/")
        with self.page.expect_response(lambda response: response.request.method == "POST"):
            self.page.locator(f"[data-article='{edition.article_id}'] button[name=_do]").first.click()
        expect(self.page.locator("[data-unsaved].board-unsaved")).to_be_visible()
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.reload()
        self.strip().get_by_role("button", name=re.compile("^Show it")).click()
        self.page.get_by_role("button", name="Open it again with all of this").click()
        expect(self.page.locator(".board-unsaved")).to_contain_text("Lead me")


class LeavingAnArticleTests(UnsavedBrowserTestCase):
    """Reload, tab closed, logout, session end, server away: each right after a key."""

    def setUp(self):
        super().setUp()
        self.article = make_article(headline="The road", body="<p>Begun here.</p>", section=self.theme)

    def expect_offer(self, words):
        expect(self.page.locator("[data-offers]")).to_contain_text("You typed something here that is not saved")
        expect(self.page.locator("[data-offers]")).to_contain_text(words)

    def test_first_page_after_a_reload_offers_the_words(self):
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        for number in range(3):
            words = f" Words{number}."
            self.write(words)
            self.page.reload()
            self.expect_offer(words.strip())
            self.page.wait_for_timeout(1000)
            expect(self.page.locator(".here-list")).to_be_hidden()

    def test_first_page_after_a_closed_tab_says_where_the_words_are(self):
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        cut_off(self.page, "autosave/")
        self.write(" Last words.")
        self.page.close()
        self.page = self.page.context.new_page()
        self.open("/admin/")
        link = self.page.locator(".block-unsaved a", has_text="The road")
        expect(self.strip().or_(link).first).to_be_visible()
        self.strip().get_by_role("button", name=re.compile("^Show it")).or_(link).first.click()
        self.expect_offer("Last words.")

    def test_after_a_logout_the_page_says_that_words_are_kept_and_the_desk_offers_them(self):
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        self.write(" Last words.")
        self.page.locator(".desk-person > summary").click()
        self.page.get_by_role("button", name="Log out").click()
        expect(self.strip()).to_contain_text("Whoever typed it finds it after logging in")
        self.page.goto(f"{self.live_server_url}/admin/login/?next={self.article.get_absolute_url()}")
        expect(self.strip()).to_contain_text("Whoever typed it")
        self.fill_login("chief")
        self.expect_offer("Last words.")

    def test_words_of_one_person_are_not_shown_to_another_in_the_same_browser(self):
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        self.write(" Last words.")
        self.page.locator(".desk-person > summary").click()
        self.page.get_by_role("button", name="Log out").click()
        self.open("/admin/login/")
        self.fill_login("administrator")
        expect(self.page.get_by_role("heading", name="The desk")).to_be_visible()
        self.page.wait_for_timeout(2000)
        expect(self.strip()).to_have_count(0)

    def test_where_the_server_cannot_be_asked_the_page_says_that_the_browser_has_the_words(self):
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        cut_off(self.page, "autosave/", "pulse/", "offers/", next_page=True)
        self.write(" Last words.")
        self.page.reload()
        expect(self.page.locator("[data-offers]")).to_contain_text("It is in this browser")
        expect(self.page.locator(".here-nobody")).to_contain_text("isn’t known")


class PresenceTests(UnsavedBrowserTestCase):
    def setUp(self):
        super().setUp()
        self.article = make_article(headline="The road", body="<p>Begun here.</p>", section=self.theme)
        self.log_in("chief")

    def window(self, context=None):
        page = (context or self.page.context).new_page()
        self.addCleanup(lambda: page.is_closed() or page.close())
        page.goto(self.live_server_url + self.article.get_absolute_url())
        page.locator(".kept[data-state]").wait_for()
        return page

    def here(self, page, *texts):
        page.evaluate(BEAT)
        if texts:
            expect(page.locator(".here-list li")).to_have_text([re.compile(text) for text in texts])
        else:
            expect(page.locator(".here-list")).to_be_hidden()
            expect(page.locator(".here-nobody")).to_have_text("Nobody else is known to have it open.")

    def test_windows_of_one_person_are_those_that_are_open(self):
        one = self.window()
        self.here(one)
        two = self.window()
        self.here(one, "^You, in another window$")
        self.here(two, "^You, in another window$")
        three = self.window()
        self.here(one, "^You, in another window$", "^You, in another window$")
        three.close()
        self.here(one, "^You, in another window$")
        two.locator("#id_headline").fill("Another road")
        two.reload()
        two.locator(".kept[data-state]").wait_for()
        self.here(one, "^You, in another window")
        self.here(two, "^You, in another window$")
        two.close()
        self.here(one)

    def test_window_that_crashed_is_not_open(self):
        one, two = self.window(), self.window()
        self.here(one, "^You, in another window$")
        cut_off(two, "pulse/")  # a crash says no farewell
        two.goto("about:blank")
        assert Presence.objects.filter(left_at=None).count() == 2
        self.here(one)

    def test_own_window_in_another_browser_and_another_persons_sleep(self):
        one = self.window()
        context = self.page.context.browser.new_context()
        self.addCleanup(context.close)
        other = context.new_page()
        other.goto(f"{self.live_server_url}/admin/login/?next={self.article.get_absolute_url()}")
        for name in ("chief", "colleague"):
            with self.subTest(name):
                if name == "colleague":
                    user = make_user(roles.CHIEF_EDITOR, username="colleague", first_name="Bek", last_name="Orozov")
                    user.set_password(PASSWORD)
                    user.save()
                    context.clear_cookies()
                    other.goto(f"{self.live_server_url}/admin/login/?next={self.article.get_absolute_url()}")
                other.get_by_label("Username").fill(name)
                other.get_by_label("Password").fill(PASSWORD)
                other.get_by_role("button", name="Log in").click()
                other.locator(".kept[data-state]").wait_for()
                said = "You, in another browser" if name == "chief" else "Bek Orozov"
                self.here(one, f"^{said}$")
                other.locator("#id_headline").fill(f"Road of {name}")
                expect(other.locator(".kept")).to_contain_text("Kept on the server", timeout=15_000)
                self.here(one, f"^{said} typed just now$")
                cut_off(other, "pulse/")
                old = timezone.now() - timedelta(minutes=5)
                Presence.objects.exclude(user__username="nobody").filter(typed_at__isnull=False).update(
                    seen_at=old, typed_at=old
                )
                self.here(one, f"^{said} last heard of ")
                other.goto("about:blank")
                Presence.objects.filter(seen_at=old).update(left_at=timezone.now())
                self.here(one)


class ChecksTests(UnsavedBrowserTestCase):
    def test_article_that_nobody_has_begun_has_nothing_to_mend(self):
        self.log_in("chief")
        self.open("/admin/articles/article/add/")
        self.page.wait_for_timeout(2500)
        checks = self.page.locator("[data-checks-list]")
        expect(checks).to_contain_text("They are made while you write")
        expect(self.page.locator("body")).not_to_contain_text("min to read")
        self.page.get_by_label("Headline").fill("R")
        expect(checks).to_contain_text("to mend before publishing")
