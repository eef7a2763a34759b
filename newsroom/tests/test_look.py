"""The paper's own colours, fonts and nameplate: on pages, cards and feeds, readable, and the same everywhere."""

import io
import json
import random
import re
from unittest import mock

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import SimpleTestCase, TestCase, TransactionTestCase
from django.urls import reverse
from PIL import Image as Pillow

from articles.desk.roles import PICTURE_EDITOR, RATES_DESK, REPORTER, SECTION_EDITOR
from articles.models import MenuLink, PaperLook, SiteSettings
from articles.models.look import Font
from articles.pictures import nameplates
from articles.public import cards
from articles.public.brand import Brand
from articles.tests.factories import make_chief, make_edition, make_image, make_user
from ground import colours
from ground.fonts import FAMILIES
from newsroom.serving import frame
from newsroom.tests.forms import loaded
from tickers import cards as rate_cards

FONTS = {"headline_font": "literata", "text_font": "literata", "label_font": "golos"}
WORDS_ON = [  # every text with every ground it stands on: static/css
    *(("ink", ground) for ground in ("paper", "tint", "mark")),
    *((text, ground) for text in ("muted", "accent", "up", "down") for ground in ("paper", "tint")),
    ("on-saffron", "saffron"),
]


def drawing(size=(600, 120), kind="PNG", mode="RGBA"):
    file = io.BytesIO()
    Pillow.new(mode, size, "#10204080" if mode == "RGBA" else "#102040").save(file, kind)
    return file.getvalue()


class ContrastTests(SimpleTestCase):
    def test_it_is_that_of_the_standard(self):
        assert colours.contrast("#000000", "#ffffff") == 21
        assert colours.contrast("#ffffff", "#000000") == 21
        assert colours.contrast("#123456", "#123456") == 1
        assert round(colours.contrast("#777777", "#ffffff"), 2) == 4.48
        assert round(colours.contrast("#767676", "#ffffff"), 2) == 4.54

    def test_the_boundary_is_exact_for_every_grey(self):
        for ground in ("#ffffff", "#000000", "#fbf9f4", "#171411"):
            for part in range(256):
                grey = f"#{part:02x}{part:02x}{part:02x}"
                assert colours.is_readable(grey, ground) == (colours.contrast(grey, ground) >= 4.5)
                assert bool(colours.faults("light", {"ink": grey, "paper": ground, "accent": grey})) != (
                    colours.contrast(grey, ground) >= 4.5
                ), (grey, ground)

    def test_usual_colours_can_be_read_wherever_they_stand(self):
        for usual in colours.USUAL.values():
            for text, ground in WORDS_ON:
                assert colours.is_readable(usual[text], usual[ground]), (text, ground)

    def test_whatever_is_accepted_can_be_read_wherever_it_stands(self):
        chance, accepted = random.Random(14), 0
        for _number in range(4000):
            theme = chance.choice(["light", "dark"])
            names = chance.sample(colours.CHOSEN, chance.randint(1, 4))
            chosen = {name: f"#{chance.randrange(1 << 24):06x}" for name in names}
            if colours.faults(theme, chosen):
                continue
            accepted += 1
            found = colours.palette(theme, chosen)
            assert found.keys() == colours.USUAL[theme].keys()
            assert found.items() >= chosen.items()
            for text, ground in WORDS_ON:
                assert colours.is_readable(found[text], found[ground]), (theme, chosen, text, ground)
        assert accepted > 500

    def test_what_is_offered_instead_can_be_read(self):
        chance = random.Random(15)
        for _number in range(1000):
            chosen = {name: f"#{chance.randrange(1 << 24):06x}" for name in ("paper", "ink", "accent")}
            for fault in colours.faults("dark", chosen):
                assert fault.contrast < 4.5
                assert colours.is_readable(fault.nearest, fault.paper)

    def test_what_is_no_colour_is_not_shown(self):
        assert colours.palette("light", {"ink": "red;}", "paper": "#fff"}) == colours.LIGHT


class NameplateTests(SimpleTestCase):
    def test_it_is_encoded_anew_and_what_shines_through_stays(self):
        for kind in ("PNG", "WEBP"):
            file = nameplates.accept_nameplate(io.BytesIO(drawing(kind=kind)))
            assert nameplates.size(file.name) == (600, 120)
            with Pillow.open(file) as found:
                assert (found.format, found.mode, found.getpixel((5, 5))[3]) == ("WEBP", "RGBA", 128)

    def test_large_one_is_made_smaller(self):
        assert nameplates.size(nameplates.accept_nameplate(io.BytesIO(drawing((3200, 640)))).name) == (1600, 320)

    def test_what_can_not_be_used_is_refused_in_words(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        for data, words in (
            (svg, "may hold programs"),
            (b'<?xml version="1.0"?>' + svg, "may hold programs"),
            (b"GIF89a", "not a picture we can read"),
            (drawing((600, 120))[:60], "not a picture we can read"),
            (drawing((100, 20)), "each side needs 40"),
            (drawing((400, 600)), "wider than high"),
            (drawing((1600, 50)), "wider than high"),
            (drawing((9000, 3000), mode="L"), "more than 10 megapixels"),
            (bytes(nameplates.MAX_BYTES + 1), "larger than 2 MB"),
        ):
            with self.subTest(words), self.assertRaisesMessage(ValidationError, words):
                nameplates.accept_nameplate(io.BytesIO(data))


class LookTestCase(TestCase):
    def look(self, **fields):
        SiteSettings.objects.update_or_create(pk=1, defaults={"name": "The Caravan Post"} | fields)
        frame.forget_frame()
        return Brand.current()

    def page(self, path="/"):
        return self.client.get(path).content.decode()


class PagesTests(LookTestCase):
    def test_without_a_choice_pages_are_as_ever(self):
        page = self.page()
        assert "look-" not in page
        assert 'href="/static/fonts/literata-latin.woff2" as="font"' in page
        assert '<meta name="theme-color" content="#fbf9f4" media="(prefers-color-scheme: light)">' in page
        assert Brand(SiteSettings()).style == ""

    def test_colours_are_in_a_stylesheet_that_is_kept_for_ever_under_its_name(self):
        self.look(light_accent="#0044cc", dark_paper="#000000")
        [address] = re.findall(r'<link rel="stylesheet" href="(/look-[0-9a-f]{12}\.css)">', self.page())
        response = self.client.get(address)
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Content-Type"].startswith("text/css")
        style = response.content.decode()
        assert style.startswith("@media screen{:root{")  # what is printed keeps the colours of print
        assert "--accent:#0044cc" in style
        assert style.count("--paper:#000000") == 2  # by the system, and by choice
        self.look(light_accent="#0044cd", dark_paper="#000000")
        assert address not in self.page()
        assert self.client.get(address).headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert "--accent:#0044cd" in self.client.get(address).content.decode()

    def test_page_holds_no_style_of_its_own(self):
        self.look(light_ink="#000000", headline_font="golos")
        assert "<style" not in self.page()
        assert " style=" not in self.page()

    def test_fonts_are_those_chosen_and_the_first_is_loaded_early(self):
        russian = make_edition(headline="Плов", language="ru")
        for font in Font:
            with self.subTest(font):
                brand = self.look(headline_font=font, text_font=font, label_font=font)
                shipped = font in (Font.LITERATA, Font.GOLOS)
                assert f"--head:{FAMILIES[font]}" in brand.style
                for page in (self.page(russian.path), self.page("/")):  # where its headline leads
                    early = re.findall(r'preload" href="/static/fonts/(\w+)-(\w+)\.woff2"', page)
                    assert early == ([(font, "latin"), (font, "cyrillic")] if shipped else [])

    def test_a_look_takes_no_query(self):
        address = self.look(light_accent="#0044cc", label_font="sans").stylesheet
        with self.assertNumQueries(6):  # as without: settings, sections, alerts, flat pages, rates, next change
            self.client.get("/robots.txt")
        with self.assertNumQueries(0):
            assert "--accent:#0044cc" in self.client.get(address).content.decode()

    def test_browser_chrome_and_manifest_follow(self):
        self.look(light_paper="#ffffff", dark_paper="#000000")
        assert 'content="#ffffff" media="(prefers-color-scheme: light)"' in self.page()
        assert 'content="#000000" media="(prefers-color-scheme: dark)"' in self.page()
        assert self.client.get("/manifest.webmanifest").json()["theme_color"] == "#ffffff"

    def icons(self, logo):
        SiteSettings.objects.update(logo=logo)
        frame.forget_frame()
        page, manifest = self.page(), self.client.get("/manifest.webmanifest").json()
        root = self.client.get("/favicon.ico"), self.client.get("/apple-touch-icon.png")
        linked = re.findall(r'rel="(?:icon|apple-touch-icon)" href="([^"]+)"', page)
        return linked, [(icon["src"], icon["sizes"]) for icon in manifest["icons"]], root

    def test_a_logo_is_the_icon_wherever_one_is_asked_for(self):
        self.look()
        for width, sides in ((200, [160]), (1600, [160, 240, 640]), (3200, [160, 240, 640])):
            with self.subTest(width):
                logo = make_image(width=width, height=width, made_cut=3, wanted_cut=3)
                names = [f"/media/{logo.key[:2]}/{logo.key}/3-square-{side}.jpg" for side in sides]
                linked, manifest, root = self.icons(logo)
                assert [*linked] == [*names, names[-1]]
                assert manifest == [(name, f"{side}x{side}") for name, side in zip(names, sides, strict=True)]
                assert [answer.headers["Location"] for answer in root] == [names[0], names[-1]]

    def test_without_a_logo_or_before_it_is_cut_the_mark_stands_there(self):
        self.look()
        for logo in (None, make_image(), make_image(first_cut=1, wanted_cut=1)):
            with self.subTest(logo):
                linked, manifest, root = self.icons(logo)
                assert len(linked) == 3
                assert len(manifest) == 4
                assert all("/static/icons/" in address for address in (*linked, *(src for src, _sizes in manifest)))
                assert [answer.status_code for answer in root] == [200, 200]


class NameplateOnPagesTests(LookTestCase):
    def plated(self, *names):
        for name in names:
            file = nameplates.accept_nameplate(io.BytesIO(drawing()))
            yield name, default_storage.save(file.name, file)

    def test_it_stands_at_the_top_with_the_papers_name_as_its_text(self):
        self.look(**dict(self.plated("nameplate", "nameplate_dark")))
        found = re.findall(
            r'<img class="plate (on-\w+)" src="([^"]+)" width="320" height="64" alt="([^"]+)"', self.page()
        )
        assert [(where, name) for where, _address, name in found] == [
            ("on-light", "The Caravan Post"),
            ("on-dark", "The Caravan Post"),
        ]
        for _where, address, _name in found:
            assert self.client.get(address).headers["Content-Type"] == "image/webp"

    def test_one_alone_stands_on_both_grounds(self):
        self.look(**dict(self.plated("nameplate")))
        assert self.page().count('<img class="plate" ') == 1

    def test_publisher_and_feeds_show_what_there_is(self):
        self.look(**dict(self.plated("nameplate")))
        plate = Brand.current().nameplate.url
        graph = json.loads(re.search(r'application/ld\+json">(.*?)</script>', self.page())[1])["@graph"]
        assert graph[1]["logo"]["url"] == f"http://testserver{plate}"
        assert "icon-512" in self.client.get("/feed.json").json()["icon"]  # which is square
        logo = make_image()
        self.look(logo=logo)
        square = logo.sources("square").at_most(640)[0]
        assert self.client.get("/feed.json").json()["icon"] == f"http://testserver{square}"
        assert f"<icon>http://testserver{square}</icon>" in self.page("/atom/")
        assert f"<image><url>http://testserver{square}</url>" in self.page("/feed/")

    def test_name_that_is_no_nameplates_is_shown_in_letters(self):
        self.look(nameplate="../secret")
        assert "plate" not in re.findall(r"<img[^>]*>", self.page())


class CardsTests(LookTestCase):
    def corner(self, content):
        with Pillow.open(io.BytesIO(content)) as card:
            return card.convert("RGB").getpixel((600, 60)), card.convert("RGB").getpixel((600, 5))

    def test_articles_and_rates_are_drawn_in_the_same_colours_and_fonts(self):
        lines = rate_cards.CardLines("KZT/USD", "0.0019", "", "NBK")
        drawn = {}
        for fields in ({}, {"light_paper": "#ffffff", "light_accent": "#0000ff"}, {"headline_font": "sans"}):
            brand = self.look(**FONTS | fields)
            mine = cards._picture(make_edition(headline="Trains"))
            theirs = rate_cards._file(lines, brand).read()
            drawn[str(fields)] = (mine, theirs)
            paper, accent = (tuple(bytes.fromhex(brand.light[name][1:])) for name in ("paper", "accent"))
            for content in (mine, theirs):
                found = self.corner(content)
                assert all(
                    abs(one - other) < 6
                    for pair in zip(found, (paper, accent), strict=True)
                    for one, other in zip(*pair, strict=True)
                )
            SiteSettings.objects.all().delete()
        assert len({mine for mine, _theirs in drawn.values()}) == 3
        assert len({theirs for _mine, theirs in drawn.values()}) == 3

    def test_nameplate_stands_in_place_of_the_name(self):
        self.look()
        edition = make_edition(headline="Trains")
        before = cards._picture(edition)
        file = ContentFile(nameplates.accept_nameplate(io.BytesIO(drawing())).read())
        self.look(nameplate=default_storage.save("nameplate/0123456789abcdef-600x120.webp", file))
        assert cards._picture(edition) != before
        default_storage.delete("nameplate/0123456789abcdef-600x120.webp")
        assert cards._picture(edition) == before  # its file is gone: the name is written


class FormTests(LookTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.address = reverse("admin:articles_paperlook_change", args=[1])

    def send(self, **fields):
        return self.client.post(self.address, FONTS | fields | loaded(self.client, self.address))

    def test_only_who_leads_the_paper_changes_it(self):
        for role in (REPORTER, SECTION_EDITOR, PICTURE_EDITOR, RATES_DESK):
            self.client.force_login(make_user(role))
            assert self.client.get(self.address).status_code == 403, role
        self.client.force_login(make_chief())
        assert self.client.get(self.address).status_code == 200

    def test_colours_are_taken_however_they_are_typed(self):
        self.client.force_login(make_chief())
        assert self.send(light_accent="#04C", dark_ink="FFFFFF").status_code == 302
        row = SiteSettings.objects.get()
        assert (row.light_accent, row.dark_ink) == ("#0044cc", "#ffffff")

    def test_what_can_not_be_read_is_refused_by_its_contrast_at_its_field_and_nothing_is_lost(self):
        self.client.force_login(make_chief())
        for fields, field, words in (
            ({"light_accent": "#777777", "light_paper": "#ffffff"}, "light_accent", "4.47 : 1"),
            ({"light_accent": "#FFCC00"}, "light_accent", "1.43 : 1"),
            ({"dark_paper": "#888"}, "dark_paper", "in the dark theme"),
            ({"light_ink": "#12345"}, "light_ink", "six digits"),
        ):
            with self.subTest(words):
                response = self.send(**fields)
                assert words.lower() in str(response.context["errors"]).lower()
                assert field in response.context["adminform"].form.errors
                for name, value in fields.items():
                    self.assertContains(response, f'name="{name}" value="{value}"')
        assert not SiteSettings.objects.exists()

    def test_uploaded_nameplate_is_kept_and_the_one_before_goes_away(self):
        self.client.force_login(make_chief())
        upload = SimpleUploadedFile("n.png", drawing(), "image/png")
        with self.captureOnCommitCallbacks(execute=True):
            assert self.send(nameplate=upload).status_code == 302
        first = SiteSettings.objects.get().nameplate.name
        assert default_storage.exists(first)
        with self.captureOnCommitCallbacks(execute=True):
            self.send(nameplate=SimpleUploadedFile("n.png", drawing((500, 100)), "image/png"))
        assert not default_storage.exists(first)
        with self.captureOnCommitCallbacks(execute=True):
            self.send(**{"nameplate-clear": "on"})
        assert SiteSettings.objects.get().nameplate.name == ""

    def test_nameplate_is_decoded_before_the_transaction_in_which_it_is_stored(self):
        self.client.force_login(make_chief())
        outside, depths, real = len(connection.savepoint_ids), [], nameplates.accept_nameplate
        with mock.patch.object(
            nameplates,
            "accept_nameplate",
            lambda file: depths.append(len(connection.savepoint_ids) - outside) or real(file),
        ):
            upload = SimpleUploadedFile("n.png", drawing(), "image/png")
            assert self.send(nameplate=upload).status_code == 302
        assert depths == [0]

    def test_dark_nameplate_alone_and_a_drawing_with_programs_are_refused(self):
        self.client.force_login(make_chief())
        response = self.send(nameplate_dark=SimpleUploadedFile("n.png", drawing(), "image/png"))
        self.assertContains(response, "Give the one for light ground as well")
        response = self.send(nameplate=SimpleUploadedFile("n.svg", b"<svg onload='x()'/>", "image/svg+xml"))
        self.assertContains(response, "may hold programs")

    def test_whoever_saves_the_look_leaves_the_other_settings_alone(self):
        SiteSettings.objects.create(name="The Caravan Post", time_zone="Asia/Almaty")
        self.client.force_login(make_chief())
        self.send(light_ink="#000000")
        row = SiteSettings.objects.get()
        assert (row.name, row.time_zone, row.light_ink) == ("The Caravan Post", "Asia/Almaty", "#000000")
        assert PaperLook.objects.count() == 1


class SavedTests(TransactionTestCase):
    def test_next_page_has_what_was_saved(self):
        SiteSettings.objects.create(name="The Caravan Post")
        assert "look-" not in self.client.get("/").content.decode()
        row = PaperLook.objects.get()
        row.light_accent = "#0044cc"
        row.save()
        first = re.search(r"/look-\w+\.css", self.client.get("/").content.decode())[0]
        row.light_accent = "#0044cd"
        row.save()
        assert first not in self.client.get("/").content.decode()
        link = MenuLink.objects.create(place="menu", kind="link", address="https://example.org/", label="Shop")
        assert ">Shop</a>" in self.client.get("/").content.decode()
        link.delete()
        assert ">Shop</a>" not in self.client.get("/").content.decode()
