from urllib.parse import quote

from defusedxml import ElementTree
from django.test import TestCase

from articles.tests.factories import make_author, make_edition, make_image


class OembedTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.edition = make_edition(
            headline="Trains & <tariffs>",
            standfirst="What moved.",
            authors=[make_author(name="Aigul Tash")],
            lead_image=make_image(made_cut=1),
        )

    def ask(self, url=None, **more):
        return self.client.get("/api/oembed/", {"url": url or f"http://testserver{self.edition.path}", **more})

    def test_article_is_quoted_with_its_picture(self):
        found = self.ask().json()
        assert (found["type"], found["version"]) == ("rich", "1.0")
        assert found["title"] == "Trains & <tariffs>"
        assert found["author_name"] == "Aigul Tash"
        assert f'href="http://testserver{self.edition.path}"' in found["html"]
        assert "Trains &amp; &lt;tariffs&gt;" in found["html"]
        assert found["thumbnail_url"].startswith("http://testserver/media/")

    def test_xml_says_the_same(self):
        found = self.ask().json()
        tree = ElementTree.fromstring(self.ask(format="xml").content)
        assert {child.tag: child.text for child in tree} == {name: str(value) for name, value in found.items()}

    def test_it_keeps_to_the_size_it_is_given(self):
        found = self.ask(maxwidth="300", maxheight="100").json()
        assert (found["width"], found["height"]) == (300, 100)
        for strange in ("x", "-1", "9" * 30, "٣"):
            assert self.ask(maxwidth=strange).status_code == 200, strange

    def test_nothing_else_is_told(self):
        for url in ("x", "http://other.example" + self.edition.path, "http://testserver/", "http://[", "javascript:1"):
            assert self.ask(url).status_code == 404, url
        assert self.client.get("/api/oembed/").status_code == 404
        assert self.ask(format="yaml").status_code == 501

    def test_page_leads_there(self):
        page = self.client.get(self.edition.path).content.decode()
        assert (
            f'href="http://testserver/api/oembed/?url={quote("http://testserver" + self.edition.path, safe="")}"'
            in page
        )
