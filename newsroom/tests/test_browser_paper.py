"""What a paper changes of itself, in a real browser: its look on readers' pages, and the desk's screens for it."""

import io
import re

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from playwright.sync_api import expect

from articles.desk import roles
from articles.models import FlatPage, MenuLink, SiteSettings
from articles.models.look import Font
from articles.pictures import nameplates
from newsroom.serving import frame
from newsroom.tests import public_paper
from newsroom.tests.test_browser import AxeTestCase, BrowserTestCase
from newsroom.tests.test_look import drawing
from tickers.tests.factories import make_pair, make_rate

LOOKS = [  # as near as colours may come to each other, light and dark turned round, and each font
    {
        **{"light_paper": "#ffffff", "light_ink": "#767676", "light_accent": "#767676", "light_saffron": "#ffff00"},
        **{"dark_paper": "#000000", "dark_ink": "#757575", "dark_accent": "#757575", "dark_saffron": "#000080"},
    },
    {
        **{"light_paper": "#003366", "light_ink": "#ffffff", "light_accent": "#ffd27f", "light_saffron": "#000000"},
        **{"dark_paper": "#fff4e0", "dark_ink": "#333333", "dark_accent": "#7a1f00", "dark_saffron": "#b0ffb0"},
    },
    *({"headline_font": font, "text_font": font, "label_font": font} for font in (Font.GOLOS, Font.SERIF, Font.SANS)),
]


@pytest.mark.long
class ReadersAxeTests(AxeTestCase):
    def look(self, **fields):
        SiteSettings.objects.update(**fields)
        frame.forget_frame()

    def test_axe_finds_nothing_in_any_look(self):
        self.lift_policy()
        make_rate(make_pair(), timezone.localdate())
        FlatPage.objects.create(title="About", slug="about", body="<p>Who we are.</p>")
        few = ["/", self.edition.path]
        every = [
            *public_paper.screens(),
            *(self.edition.path, "/business/", "/topics/silk-road/", "/authors/nilufar/"),
            *("/rates/kgs-usd/", "/about/", "/nothing/"),
        ]
        for number, look in enumerate(LOOKS):
            self.look(**look)
            self.check(every if number < 2 else few)
            SiteSettings.objects.all().delete()
            SiteSettings.objects.create(name="The Caravan Post")

    def test_nameplate_follows_the_theme_and_fits_a_phone(self):
        for name in ("nameplate", "nameplate_dark"):
            file = nameplates.accept_nameplate(io.BytesIO(drawing((1500, 120))))
            self.look(**{name: default_storage.save(file.name, file)})
        self.page.set_viewport_size({"width": 320, "height": 640})
        self.open("/")
        light, dark = self.page.locator(".mast .on-light"), self.page.locator(".mast .on-dark")
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            expect(light).to_be_visible(visible=scheme == "light")
            expect(dark).to_be_visible(visible=scheme == "dark")
        assert self.page.evaluate("document.scrollingElement.scrollWidth") <= 320
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_have_accessible_name("The Caravan Post")

    def test_chosen_colours_are_on_the_page_and_print_keeps_its_own(self):
        self.look(light_paper="#003366", light_ink="#ffffff", light_accent="#ffd27f")
        self.open("/")
        ground = "getComputedStyle(document.body).backgroundColor"
        assert self.page.evaluate(ground) == "rgb(0, 51, 102)"
        self.page.emulate_media(media="print")
        assert self.page.evaluate(ground) == "rgb(255, 255, 255)"


class DeskTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        roles.make_groups()
        self.log_in("chief")

    def test_colour_is_chosen_in_its_box_and_the_sample_tells_the_contrast(self):
        self.open("/admin/articles/paperlook/1/change/")
        sample = self.page.locator('[data-look="light"] .look-contrast')
        self.page.locator("#id_light_accent").fill("#777777")
        expect(sample).to_contain_text("4.5 : 1 is needed")
        self.page.locator("#id_light_accent + .colour-box").fill("#0044cc")
        expect(self.page.locator("#id_light_accent")).to_have_value("#0044cc")
        expect(sample).not_to_contain_text("needed")
        self.page.get_by_role("radio", name="Golos Text").first.check()
        family = "getComputedStyle(document.querySelector('.look-headline')).fontFamily"
        assert "Golos" in self.page.evaluate(family)
        self.press("Save")
        row = SiteSettings.objects.get()
        assert (row.light_accent, row.headline_font) == ("#0044cc", "golos")

    def begin(self):
        self.open("/admin/articles/papermenus/1/change/")
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Begin with these").first.click()
        self.page.wait_for_load_state("networkidle")

    def names(self):
        links = MenuLink.objects.filter(place="menu").order_by("order")
        return [link.label or link.named for link in links]

    def test_links_are_moved_by_keyboard_and_by_dragging(self):
        self.begin()
        assert self.names() == ["Latest", "Business"]
        self.page.get_by_role("button", name=re.compile("^Move .*Latest.* down$")).press("Enter")
        expect(self.page.get_by_role("status").filter(has_text="place 2 of")).to_contain_text("Latest")
        self.press("Save and continue editing")
        assert self.names() == ["Business", "Latest"]
        grips = self.page.locator("#menu-group .menu-grip")
        self.page.locator("#menu-group").scroll_into_view_if_needed()
        start, end = grips.nth(1).bounding_box(), grips.nth(0).bounding_box()
        self.page.mouse.move(start["x"] + 5, start["y"] + 5)
        self.page.mouse.down()
        self.page.mouse.move(end["x"] + 5, end["y"] - 2, steps=6)
        self.page.mouse.up()
        self.press("Save and continue editing")
        assert self.names() == ["Latest", "Business"]


@pytest.mark.long
class DeskAxeTests(BrowserTestCase):
    def test_axe_finds_nothing_on_the_screens_of_the_paper_wide_or_narrow(self):
        roles.make_groups()
        self.lift_policy()
        self.log_in("chief")
        MenuLink.objects.create(place="menu", kind="section", row=self.theme.pk, named="Business", order=1)
        MenuLink.objects.create(place="menu", kind="section", row=999, named="Gone", order=2)
        paths = [f"/admin/articles/{form}/1/change/" for form in ("paperlook", "papermenus", "sitesettings")]
        for width in (390, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.check([*paths, "/admin/articles/flatpage/"])
