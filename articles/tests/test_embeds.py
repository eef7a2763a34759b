import re
from functools import partial
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase
from django.urls import reverse

from articles.body import embeds
from articles.body.embed_patterns import Pattern, PatternError
from articles.body.embeds import Shape
from articles.desk import image_uses
from articles.desk.roles import REPORTER
from articles.models import EditionImage, EmbedProvider
from articles.public import rendering
from articles.tests.factories import make_edition, make_image, make_user

VIDEO = "dQw4w9WgXcQ"
YOUTUBE = f"https://www.youtube-nocookie.com/embed/{VIDEO}?autoplay=1"
SHOWN = [  # an address as people copy it, the site, its shape, and the frame that shows it
    (f"https://www.youtube.com/watch?v={VIDEO}&t=42s", "YouTube", Shape.VIDEO, YOUTUBE),
    (f"https://m.youtube.com/watch?app=desktop&v={VIDEO}", "YouTube", Shape.VIDEO, YOUTUBE),
    (f"https://youtu.be/{VIDEO}?si=abc", "YouTube", Shape.VIDEO, YOUTUBE),
    (f"https://www.youtube.com/live/{VIDEO}?feature=shared", "YouTube", Shape.VIDEO, YOUTUBE),
    (f"https://www.youtube.com/shorts/{VIDEO}", "YouTube", Shape.TALL, YOUTUBE),
    ("https://vimeo.com/123456789", "Vimeo", Shape.VIDEO, "https://player.vimeo.com/video/123456789?autoplay=1&dnt=1"),
    (
        "https://soundcloud.com/caravan/sets/the-road",
        "SoundCloud",
        Shape.SOUND,
        "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fcaravan%2Fsets%2Fthe-road&auto_play=true",
    ),
    ("https://t.me/akipress/12345", "Telegram", Shape.POST, "https://t.me/akipress/12345?embed=1"),
    ("https://t.me/s/akipress/12345?before=9", "Telegram", Shape.POST, "https://t.me/akipress/12345?embed=1"),
    (
        "https://x.com/UN/status/1234567890123456789?s=20",
        "X",
        Shape.POST,
        "https://platform.twitter.com/embed/Tweet.html?id=1234567890123456789&dnt=true",
    ),
    (
        "https://mobile.twitter.com/UN/status/12345",
        "X",
        Shape.POST,
        "https://platform.twitter.com/embed/Tweet.html?id=12345&dnt=true",
    ),
    (
        "https://www.instagram.com/reel/CxY_z-1/?igsh=abc",
        "Instagram",
        Shape.POST,
        "https://www.instagram.com/p/CxY_z-1/embed/captioned/",
    ),
    (
        "https://www.facebook.com/caravan/posts/pfbid0abc",
        "Facebook",
        Shape.POST,
        "https://www.facebook.com/plugins/post.php?show_text=true"
        "&href=https%3A%2F%2Fwww.facebook.com%2Fcaravan%2Fposts%2Fpfbid0abc",
    ),
    (
        "https://www.facebook.com/caravan/videos/99887766/",
        "Facebook",
        Shape.VIDEO,
        "https://www.facebook.com/plugins/video.php"
        "?href=https%3A%2F%2Fwww.facebook.com%2Fcaravan%2Fvideos%2F99887766%2F",
    ),
    (
        "https://www.tiktok.com/@caravan.post/video/7300000000000000000?lang=en",
        "TikTok",
        Shape.TALL,
        "https://www.tiktok.com/player/v1/7300000000000000000?autoplay=1",
    ),
    ("https://datawrapper.dwcdn.net/aB3dE/2/", "Datawrapper", Shape.GRAPHIC, "https://datawrapper.dwcdn.net/aB3dE/"),
    ("https://www.datawrapper.de/_/aB3dE/", "Datawrapper", Shape.GRAPHIC, "https://datawrapper.dwcdn.net/aB3dE/"),
    (
        "https://public.flourish.studio/visualisation/12345678/",
        "Flourish",
        Shape.GRAPHIC,
        "https://flo.uri.sh/visualisation/12345678/embed",
    ),
    (
        "https://public.flourish.studio/story/123456/",
        "Flourish",
        Shape.GRAPHIC,
        "https://flo.uri.sh/story/123456/embed",
    ),
    (
        "https://www.google.com/maps/place/Osh+Bazaar/@42.87,74.56,17z/data=!3m1",
        "Google Maps",
        Shape.GRAPHIC,
        "https://www.google.com/maps?output=embed&q=Osh%2BBazaar",
    ),
    (
        "https://www.google.com/maps/embed?pb=!1m18!2m3",
        "Google Maps",
        Shape.GRAPHIC,
        "https://www.google.com/maps/embed?pb=%211m18%212m3",
    ),
    (
        "https://www.openstreetmap.org/#map=12/42.8746/74.5698",
        "OpenStreetMap",
        Shape.GRAPHIC,
        "https://www.openstreetmap.org/export/embed.html?layer=mapnik&bbox=74.4380%2C42.8102%2C74.7016%2C42.9390",
    ),
    ("https://stat.example/report.pdf", "stat.example", Shape.DOCUMENT, "https://stat.example/report.pdf"),
    ("https://radio.example/2025/interview.mp3", "radio.example", Shape.SOUND, ""),
]
LINKS = [
    "https://vimeo.com/about",
    "https://www.youtube.com/@caravan",
    f"https://www.youtube.com.evil.example/watch?v={VIDEO}",
    "https://youtu.be/short",
    "https://t.me/akipress",
    "https://example.org/",
]


class FindTests(SimpleTestCase):
    def test_each_site_is_known_by_the_addresses_that_people_copy(self):
        for address, site, shape, frame in SHOWN:
            with self.subTest(address):
                assert embeds.find_embed(address) == embeds.Embed(site, shape, frame)

    def test_frame_of_a_page_leads_back_to_the_address_where_it_can(self):
        for address, site, shape, frame in SHOWN:
            with self.subTest(address):
                page = embeds.page_of(frame) if frame else address
                if any(site in frame for site in ("openstreetmap", "twitter", "tiktok")):  # lacks a part of the address
                    assert page is None
                else:
                    assert embeds.find_embed(page).source == site
                    assert shape == Shape.TALL or embeds.find_embed(page) == embeds.Embed(site, shape, frame)

    def test_frame_of_the_paper_s_own_site_leads_back_too(self):
        for addresses, frame, given, page in (
            ("https://charts.example/{id}", "https://frames.example/{id}/", "https://frames.example/ab-1", "ab-1"),
            (
                "https://charts.example/{id}",
                "https://charts.example/{id}/embed",
                "https://charts.example/7/embed?a=1",
                "7",
            ),
            ("https://charts.example/{id}", "https://f.example/?u={address}", "https://f.example/?u={url}", "x9"),
            ("https://charts.example/{id}", "https://f.example/v?id={id}&auto=1", "https://f.example/v?id=q", "q"),
            ("https://charts.example/{id}", "https://f.example/{id}.html", "https://f.example/3.html#top", "3"),
            ("https://charts.example/{id}/*", "https://f.example/{id}", "https://f.example/9", "9"),
        ):
            with self.subTest(frame):
                site = embeds.Site.read("Charts", Shape.GRAPHIC, addresses, frame)
                given = given.replace("{url}", "https%3A%2F%2Fcharts.example%2Fx9")
                assert embeds.page_of(given, [site]) == f"https://charts.example/{page}"

    def test_frame_that_nobody_knows_leads_nowhere(self):
        site = embeds.Site.read(
            "Charts", Shape.GRAPHIC, "https://charts.example/{id}", "https://f.example/?u={address}"
        )
        for frame in (
            "https://ads.example.com/banner",
            "https://f.example/?u=https%3A%2F%2Fevil.example%2F1",
            "https://f.example/?v=1",
            "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/1",
            "javascript:alert(1)",
            "https://[",
            "",
        ):
            with self.subTest(frame):
                assert embeds.page_of(frame, [site]) is None

    def test_every_site_known_here_is_tried(self):
        assert {site for _address, site, _shape, _frame in SHOWN} >= set(embeds.names())

    def test_what_nobody_knows_is_a_link(self):
        for address in LINKS:
            with self.subTest(address):
                assert embeds.find_embed(address).is_link

    def test_frame_leads_to_the_site_that_somebody_wrote_down_whatever_the_address_says(self):
        site = embeds.Site.read("Charts", Shape.GRAPHIC, "https://charts.example/{id}", "https://frames.example/{id}/")
        for value in (
            "..",
            "%2e%2e",
            "a%2Fb",
            "@evil.example",
            "a%00b",
            "x%22onload%3D",
            "a%3Fb",
            "a%23b",
            "ж",
            "%D0%B6",
        ):
            with self.subTest(value):
                frame = site.player(f"https://charts.example/{value}")
                if frame is not None:
                    parts = urlsplit(frame)
                    assert (parts.scheme, parts.netloc) == ("https", "frames.example")
                    assert parts.path.count("/") == 2
                    assert re.fullmatch(r"[\w.~%/-]+", parts.path, re.ASCII)

    def test_what_is_no_pattern_is_told(self):
        for text in (
            "",
            "charts.example/{id}",
            "http://charts.example/{id}",
            "https://{host}/chart",
            "https://charts.example/",
            "https://charts.example/{id}-{version}",
            "https://charts.example/{Id}",
            "https://charts.example/{id",
            "https://charts.example:8443/{id}",
        ):
            with self.subTest(text), self.assertRaises(PatternError):
                Pattern.read(text)

    def test_comparing_takes_no_longer_for_what_somebody_made_up(self):
        for address in ("https://t.me/" + "a/" * 480, "https://t.me/?" + "a=1&" * 200, "https://t.me/" + "%2e" * 300):
            assert embeds.find_embed(address[:1000]).is_link


class ProviderTests(TestCase):
    def provider(self, **fields):
        usual = {"name": "Charts", "addresses": "https://charts.example/{id}", "frame": "https://frames.example/{id}/"}
        return EmbedProvider(**usual | {"shape": Shape.GRAPHIC} | fields)

    def test_wrong_row_is_refused_beside_the_field_that_is_wrong(self):
        for field, value in (
            ("addresses", "charts.example"),
            ("addresses", "\n \n"),
            ("frame", "http://frames.example/{id}"),
            ("frame", "https://{id}.example/"),
            ("frame", "https://frames.example/{number}"),
            ("frame", "https://frames.example/?bbox={bbox}"),
        ):
            with self.subTest(value), self.assertRaises(ValidationError) as raised:
                self.provider(**{field: value}).full_clean()
            assert field in raised.exception.message_dict

    def test_row_stored_past_the_form_breaks_no_page(self):
        self.provider(addresses="nonsense").save()
        edition = make_edition(body='<figure data-embed="https://charts.example/7"></figure>')
        self.assertContains(self.client.get(edition.path), "on charts.example")

    def test_page_shows_the_paper_s_own_site_from_its_row_on_and_a_link_before_and_after(self):
        edition = make_edition(body='<figure data-embed="https://charts.example/7"></figure>' * 2)
        frame = 'data-player="https://frames.example/7/"'
        self.assertNotContains(self.client.get(edition.path), frame)
        provider = self.provider()
        provider.save()
        response = self.client.get(edition.path)
        self.assertContains(response, frame, count=2)
        assert "frame-src https://frames.example;" in response.headers["Content-Security-Policy"] + ";"
        provider.delete()
        response = self.client.get(edition.path)
        self.assertNotContains(response, frame)
        assert "frame-src 'none'" in response.headers["Content-Security-Policy"]

    def test_page_lets_the_frames_of_its_own_embeds_load_and_no_others(self):
        figures = "".join(f'<figure data-embed="{address}"></figure>' for address in ("https://t.me/a/1", SHOWN[0][0]))
        policy = self.client.get(make_edition(body=figures).path).headers["Content-Security-Policy"]
        assert "frame-src https://t.me https://www.youtube-nocookie.com;" in policy + ";"
        words = """<p>Write <a href="https://a.example/" title='x data-player="https://b.example/"'>it</a>
        data-player="https://c.example/"</p>"""
        policy = self.client.get(make_edition(body=words).path).headers["Content-Security-Policy"]
        assert "frame-src 'none'" in policy

    def test_paper_s_own_sites_are_asked_for_once_however_many_embeds_there_are(self):
        html = '<figure data-embed="https://t.me/a/1"></figure>'
        for count in (1, 9):
            with self.assertNumQueries(1):
                rendering.body(html * count)
        with self.assertNumQueries(0):
            rendering.body("<p>Words.</p>")

    def test_picture_before_an_embed_is_shown_and_counts_as_used(self):
        image = make_image()
        edition = make_edition(body=f'<figure data-embed="https://t.me/a/1" data-poster="{image.pk}"></figure>')
        self.assertContains(self.client.get(edition.path), "<picture")
        for note in (image_uses.note_all, partial(image_uses.note_uses, edition), image_uses.note_all):
            note()
            assert EditionImage.objects.filter(edition=edition, image=image).exists()

    def test_the_editor_asks_what_stands_at_an_address(self):
        self.client.force_login(make_user(REPORTER))
        look = reverse("admin:articles_embedprovider_look")
        for address, site, _shape, _frame in SHOWN:
            assert self.client.get(look, {"address": address}).json()["site"] == site
        assert self.client.get(look, {"address": " t.me/a/1 "}).json()["address"] == "https://t.me/a/1"
        for address in (*LINKS, "", "nonsense", "javascript:alert(1)", "https://[", "a" * 5000):
            with self.subTest(address):
                assert self.client.get(look, {"address": address}).json()["problem"]

    def test_the_editor_asks_what_a_frame_shows(self):
        self.client.force_login(make_user(REPORTER))
        look = reverse("admin:articles_embedprovider_look")
        frame = {"frame": "https://frames.example/7/"}
        assert self.client.get(look, frame).json() == {"page": None}
        self.provider().save()
        assert self.client.get(look, frame).json() == {"page": "https://charts.example/7"}
        for nonsense in ("", "https://[", "a" * 5000):
            assert self.client.get(look, {"frame": nonsense}).json() == {"page": None}

    def test_list_says_which_sites_need_no_row(self):
        self.client.force_login(make_user(is_superuser=True, is_staff=True))
        response = self.client.get(reverse("admin:articles_embedprovider_changelist"))
        for name in embeds.names():
            self.assertContains(response, name)
