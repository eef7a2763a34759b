"""A second factor is set up and shown in a real browser: a code, a passkey, a recovery code."""

import re

from django.test import override_settings
from django.urls import reverse
from playwright.sync_api import expect

from newsroom.tests.test_browser import PASSWORD
from newsroom.tests.test_browser_person import PersonTestCase
from newsroom.tests.test_second_factor import code_of


@override_settings(SECOND_FACTOR={"publishers"})
class SecondFactorTests(PersonTestCase):
    def fill_login(self):
        self.page.goto(f"{self.live_server_url}{reverse('admin:login')}")
        self.page.get_by_label("Username").fill("chief")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()

    def at_the_desk(self):
        expect(self.page.get_by_role("heading", name="The desk")).to_be_visible()

    def log_out(self):
        self.page.context.clear_cookies()

    def test_chief_is_led_to_set_one_up_and_logs_in_by_each(self):
        self.fill_login()
        expect(self.page.get_by_role("heading", name="Second factor")).to_be_visible()
        self.looked_at()
        self.page.get_by_role("link", name="Set up an app").click()
        key = self.page.locator("code").inner_text()
        self.looked_at()
        self.page.get_by_label("Code").fill(code_of(key, -1))
        self.page.get_by_role("button", name="Set it up").click()
        codes = self.page.locator(".recovery-codes li").all_inner_texts()
        assert len(codes) == 10
        self.looked_at()
        self.page.get_by_role("link", name="Go on to the desk").click()
        self.at_the_desk()

        self.add_passkey()
        self.log_out()
        self.fill_login()
        expect(self.page.get_by_label("Code")).to_be_focused()
        self.looked_at()
        self.page.get_by_label("Code").fill(code_of(key))
        self.page.keyboard.press("Enter")
        self.at_the_desk()

        self.log_out()
        self.fill_login()
        self.page.get_by_role("button", name="Use a passkey").click()
        self.at_the_desk()

        self.log_out()
        self.fill_login()
        self.page.get_by_label("Code").fill(codes[0])
        self.page.keyboard.press("Enter")
        self.at_the_desk()

    def add_passkey(self):
        devtools = self.page.context.new_cdp_session(self.page)
        devtools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}})
        self.page.locator(".desk-person > summary").click()
        self.page.get_by_role("link", name="Second factor").click()
        self.looked_at()
        self.page.get_by_role("link", name="Add a passkey").click()
        self.looked_at()
        self.page.get_by_label("Name").fill("This computer")
        self.page.get_by_role("button", name="Add it").click()
        expect(self.page.locator(".desk-list li")).to_contain_text("This computer")
        expect(self.page).to_have_url(re.compile(f"{reverse('mfa_index')}$"))
