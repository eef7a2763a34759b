"""Pages from memory show a tag or a section as soon as it was published without its text."""

import shutil

from django.conf import settings
from django.test import Client, TransactionTestCase, override_settings
from taggit.models import Tag

from articles.desk import workflow
from articles.tests.factories import make_author, make_chief, make_edition, make_section
from newsroom.serving import frame, generation


@override_settings(MIDDLEWARE=[settings.PAGE_CACHE, *settings.MIDDLEWARE])
class KeptFurnitureTests(TransactionTestCase):
    """With real commits, as only those are heard."""

    def setUp(self):
        shutil.rmtree(settings.VAR_DIR / "cache" / "pages", ignore_errors=True)
        generation.change()
        frame.forget_frame()
        self.chief, self.client = make_chief(), Client()
        self.business, self.transport = (make_section(name=n, slug=n.lower()) for n in ("Business", "Transport"))
        self.rail = Tag.objects.create(name="Rail", slug="rail")
        make_edition(section=self.transport, tags=["Rail"], headline="There before")
        self.edition = make_edition(section=self.business, headline="A line opens")
        self.article = self.edition.article

    def keep(self, *paths):
        """Have pages kept; they don't show the article, or say what is looked for."""
        for path in paths:
            self.client.get(path)
            assert self.client.get(path).headers["X-Cache"] == "hits", path

    def shows(self, path, words="A line opens"):
        return words in self.client.get(path).content.decode()

    def test_tag(self):
        paths = ["/topics/rail/", "/topics/rail/feed/", "/topics/rail/feed.json"]
        self.keep(*paths, self.edition.path)
        assert not any(map(self.shows, paths))
        workflow.publish_tags(self.article, [self.rail], by=self.chief)
        assert all(map(self.shows, paths))
        assert self.shows(self.edition.path, "/topics/rail/")

    def test_section(self):
        there, here = ["/transport/", "/transport/feed/"], ["/business/", "/business/feed/"]
        self.keep(*there, *here, self.edition.path, "/")
        workflow.publish_move(self.article, self.transport, by=self.chief)
        assert all(map(self.shows, there))
        assert not any(map(self.shows, here))
        assert self.shows(self.edition.path, "/transport/")

    def test_order_of_authors(self):
        for order, name in enumerate(("Aida Bek", "Daniyar Osh")):
            self.article.bylines.create(author=make_author(name=name), order=order)
        workflow.publish_furniture(self.article, by=self.chief)
        self.keep(self.edition.path)
        self.article.bylines.filter(order=0).update(order=2)
        workflow.publish_furniture(self.article, by=self.chief)
        page = self.client.get(self.edition.path).content.decode()
        assert page.index("Daniyar Osh") < page.index("Aida Bek")
