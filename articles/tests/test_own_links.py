"""Links of a text to the former site's addresses become today's; all others stay as they are."""

from datetime import UTC, datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.body import markup
from articles.desk.old_addresses import keep_former_addresses
from articles.desk.own_links import relink_texts, todays_links
from articles.tests.factories import make_article, make_edition
from articles.tests.former_site import FormerSite

HOSTS = ("https://paper.example", "old-paper.example")


class OwnLinkTests(FormerSite):
    def relinked(self, link, **more):
        html = markup.clean(f'<p>See <a href="{link}">it</a>.</p>')
        return todays_links(html, HOSTS, **more)

    def test_every_kind_of_link_to_an_old_address_becomes_today_s(self):
        flood, base = "/2019/05/04/flood-in-osh/", "/topics/water-and-power/"
        safe = f"/media/{self.image.key[:2]}/{self.image.key}/safe.jpg"
        for link, today in {
            "https://paper.example/archives/123/": flood,
            "http://paper.example/archives/123": flood,
            "http://www.paper.example/old-flood/": flood,
            "HTTPS://WWW.OLD-PAPER.EXAMPLE:443/old-flood/": flood,
            "//paper.example/2019/05/04/old-flood/": flood,
            "/?p=123": flood,
            "?p=123": flood,
            "https://paper.example/?p=123#comments": f"{flood}#comments",
            "/archives/123/?utm_source=x&amp;lang=ru#p-1": f"{flood}?utm_source=x#p-1",
            "../old-flood/": flood,
            "/old-flood/amp/": flood,
            "/news/flood-of-may/": flood,
            "/2019/05/04/old-flood/osh-river/": flood,
            "/index.php?option=com_content&amp;view=article&amp;id=345:x&amp;Itemid=2": "/2019/05/04/budget/",
            "/category/central-asia/kirgizia/": "/central-asia/kyrgyzstan/",
            "/category/central-asia/kyrgyzstan/feed/": "/central-asia/kyrgyzstan/feed/",
            "/tag/water/": base,
            "/tag/water-and-power/": base,
            "/?author=5": "/authors/ana-petrova/",
            "/author/ana-petrova/": "/authors/ana-petrova/",
            "/2019/05/": "/latest/2019/05/",
            "/2019/05/04/": "/latest/2019/05/",
            "/wp-content/uploads/2019/05/lake-300x200.jpg": safe,
            "https://i2.wp.com/paper.example/wp-content/uploads/2019/05/lake.jpg?w=300": safe,
            "https://paper.example/2019/05/04/flood-in-osh/#p-2": f"{flood}#p-2",
            "https://paper.example/who-we-are/": "/who-we-are/",
            "https://paper.example": "/",
        }.items():
            with self.subTest(link):
                text = self.relinked(link, base="/2019/05/")
                assert text.html == f'<p>See <a href="{today.replace("&", "&amp;")}">it</a>.</p>'
                assert [new for _old, new in text.changed] == [today]
                assert not text.unknown

    def test_links_elsewhere_and_within_the_text_stay_byte_for_byte(self):
        for link in (
            "https://other.example/archives/123/", "https://paper.example.evil.example/?p=123",
            "mailto:a@paper.example",
            "#note", "tel:+996", "https://notpaper.example/old-flood/", "https://i0.wp.com/other.example/old-flood/",
            "https://[bad/", "/2019/05/04/flood-in-osh/", "",
        ):  # fmt: skip
            with self.subTest(link):
                html = markup.clean(f'<p>See <a href="{link}" title="x">it</a>.</p>')
                assert todays_links(html, HOSTS) == type(todays_links(html, HOSTS))(html)

    def test_own_links_that_lead_nowhere_or_to_a_draft_are_told_and_stay(self):
        keep_former_addresses([("/secret/", make_article(slug="plan"))])
        scheduled = make_edition(slug="coming", live_from=datetime(2040, 1, 1, tzinfo=UTC)).article
        keep_former_addresses([("/?p=901", scheduled)])
        for link in ("/secret/", "https://paper.example/?p=901", "/nothing/", "/?p=9", "/wp-content/uploads/x.pdf"):
            with self.subTest(link):
                text = self.relinked(link)
                assert text.unknown == (link,)
                assert not text.changed
                assert f'"{link}"' in text.html

    def test_a_link_is_all_that_changes_in_a_text(self):
        html = markup.clean(
            '<p>/archives/123/ &amp; <a href="/archives/123/" title="a &quot;b&quot;">x</a></p><figure data-embed="https://'
            'www.youtube.com/watch?v=abcdefghijk"></figure><blockquote><p><a href="/?p=9">y</a></p></blockquote>'
        )
        text = todays_links(html, HOSTS)
        assert text.html == html.replace('href="/archives/123/"', 'href="/2019/05/04/flood-in-osh/"')
        assert todays_links(text.html, HOSTS).html == text.html

    def test_many_texts_take_as_many_queries_as_one(self):
        html = '<p><a href="/archives/123/">a</a> <a href="/tag/water-and-power/">b</a> <a href="/nothing/">c</a></p>'
        with CaptureQueriesContext(connection) as one:
            relink_texts([(html, "/")], HOSTS)
        pairs = [(f"/many/{number}/", self.flood) for number in range(150)]
        keep_former_addresses(pairs)
        texts = [(html.replace("/archives/123/", address), "/") for address, _article in pairs]
        with CaptureQueriesContext(connection) as many:
            answers = relink_texts(texts, HOSTS)
        assert all(len(text.changed) == 2 for text in answers)
        assert len(many) <= len(one) + 2 <= 22, (len(one), len(many))
