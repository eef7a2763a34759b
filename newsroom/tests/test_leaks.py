"""A marker in everything the desk has and readers must not see; then every public address there is is read."""

import re
from datetime import timedelta
from html import unescape

from django.db.models import CharField, TextField
from django.test import TestCase
from django.urls import get_resolver
from django.utils import timezone

from articles.desk import workflow
from articles.models import Article, Copy, Revision, SiteSettings
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_image, make_section
from newsroom import pages
from tickers.tests.factories import make_pair, make_rate

MARKER = "zqxleak"
LINK = re.compile(r'(?:href="|<loc>|<link>|action="|src=")(?:http://testserver)?(/[^"<#\s]*)')
SEEDS = [
    *(address.replace("caravan", MARKER).replace("rail", MARKER) for page in pages.ALL for address in page.addresses),
    *("/about/", "/no-such-page/", "/healthz", "/preview/no-such-link/"),
]


def marked() -> dict:
    """A value with the marker for every text field of a working copy."""
    typed = [field.name for field in Copy._meta.local_fields if isinstance(field, CharField | TextField)]
    texts = {name: f"{MARKER}-{name}" for name in typed if not Copy._meta.get_field(name).choices}
    texts |= {"body": f"<h2>{MARKER}</h2><p>{MARKER}</p>"}
    return texts | {"dated_corrections": [{"day": "2025-12-08", "text": f"{MARKER}-dated"}]}


class LeakTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.objects.create(name="The Caravan Post", light_accent="#0044cc")  # with a stylesheet of its own
        cls.chief = make_chief()
        cls.section, cls.author = make_section(), make_author()
        cls.live = make_edition(
            section=cls.section,
            authors=[cls.author],
            further=[make_section()],
            tags=["Silk Road"],
            lead_image=make_image(),
            dated_corrections=[{"day": "2025-12-08", "text": "A correction that readers may see."}],
        )
        cls.child = make_edition(section=make_section(parent=cls.section))
        make_rate(make_pair())
        cls.rework(cls.live.article)
        cls.draft = make_article(section=cls.section, authors=[cls.author], tags=[MARKER], **marked())
        workflow.submit(cls.draft, by=cls.chief)
        cls.scheduled = make_article(section=cls.section, tags=[MARKER], **marked() | {"slug": f"{MARKER}-scheduled"})
        workflow.schedule(cls.scheduled, by=cls.chief, at=timezone.now() + timedelta(hours=1))
        cls.withdrawn = make_article(section=cls.section, tags=[MARKER], **marked() | {"slug": f"{MARKER}-withdrawn"})
        workflow.publish(cls.withdrawn, by=cls.chief)
        workflow.withdraw(cls.withdrawn, by=cls.chief, reason="A reason that readers may see.")
        until = timezone.now() + timedelta(days=7)
        cls.links = [workflow.share(article, by=cls.chief, until=until) for article in (cls.draft, cls.live.article)]

    @classmethod
    def rework(cls, article: Article) -> None:
        """Put the marker into every field of the working copy of a live article, and schedule that too."""
        for name, value in marked().items():
            setattr(article, name, value)
        article.lead_image = make_image(alt=MARKER, caption=MARKER, credit=MARKER, title=MARKER)
        article.save()
        article.tags.add(MARKER)
        workflow.saved(article, by=cls.chief, note=MARKER)
        workflow.schedule(article, by=cls.chief, at=timezone.now() + timedelta(hours=2))

    def test_marker_is_in_every_text_field_of_the_working_copy(self):
        texts = {
            field.name
            for field in Copy._meta.local_fields
            if field.get_internal_type() in {"CharField", "TextField", "JSONField"}
        }
        assert texts | {"slug"} == set(marked()) | {"kind", "language", "related"}  # numbers of articles have no words
        assert MARKER in str(Revision.objects.filter(article=self.live.article).first().snapshot)

    def test_no_public_address_shows_what_is_on_the_desk(self):
        seen = self.crawl()
        paths = {path.split("?")[0] for path in seen}
        for wanted in (
            self.live.path,
            self.section.get_absolute_url(),
            self.author.get_absolute_url(),
            "/topics/silk-road/",
            "/corrections/",
        ):
            assert wanted in paths, f"the crawl never came to {wanted}"
        assert "A correction that readers may see." in seen["/corrections/"]
        for path, text in seen.items():
            if not path.startswith(("/search/?", "/search/feed", "/search/atom")):  # it repeats the words asked for
                assert MARKER not in text, f"{path} shows {text[text.index(MARKER) - 80 :][:200]}"

    def test_search_finds_nothing_of_the_desk(self):
        assert self.client.get("/search/suggest/", {"q": MARKER}).json() == {"suggestions": []}
        for form in ("feed/", "atom/", "feed.json"):
            assert self.client.get(f"/search/{form}", {"q": MARKER}).content.decode().count("article-") == 0
        misspelt = self.client.get("/search/", {"q": f"{MARKER[:-1]}x"})
        assert misspelt.context["meant"] == ""  # the scheduled text's words are known, but of no use
        for words in (MARKER, f"{MARKER}-headline", f"{MARKER}-standfirst"):
            assert self.client.get("/search/", {"q": words}).context["page"].items == []
        assert self.client.get("/search/", {"q": self.live.headline}).context["page"].items

    def test_preview_links_show_it_and_nothing_leads_there_or_keeps_it(self):
        pages = self.crawl()
        for link in self.links:
            page = self.client.get(link.get_absolute_url())
            self.assertContains(page, MARKER)
            assert "noindex" in page["X-Robots-Tag"]
            assert "no-store" in page["Cache-Control"]
            for path, text in pages.items():
                assert link.key not in text, f"{path} names a preview link"

    def crawl(self) -> dict[str, str]:
        """Every answer, by address, from the seeds along all links."""
        waiting = [*SEEDS, *self.hidden_addresses(), *self.months()]
        seen: dict[str, str] = {}
        while waiting and len(seen) < 400:
            path = waiting.pop()
            if path in seen or path.startswith(("/admin/", "/static/", "/media/")):
                continue
            response = self.client.get(path)
            seen[path] = b"".join(response).decode(errors="replace") + str(response.headers)
            waiting += [unescape(link) for link in LINK.findall(seen[path])]
        return seen

    def months(self):
        """Month archives, which are linked only from the end of long lists."""
        month = f"{self.live.published_at:%Y/%m}/"
        return [
            f"{base}{month}"
            for base in ("/latest/", self.section.get_absolute_url(), self.child.section.get_absolute_url())
        ]

    def hidden_addresses(self):
        """Where the hidden articles would be, and the desk's own pages without a login."""
        scheduled = self.scheduled.editions.get()
        withdrawn = self.withdrawn.editions.get()
        return [scheduled.path, withdrawn.path, f"/2025/12/08/{MARKER}-slug/", f"{self.live.path}?at=2099-01-01"]

    def test_hidden_addresses_answer_as_they_should(self):
        assert self.client.get(self.scheduled.editions.get().path).status_code == 404
        response = self.client.get(self.withdrawn.editions.get().path)
        assert response.status_code == 410
        self.assertContains(response, "A reason that readers may see.", status_code=410)
        assert self.client.get(f"{self.live.path}?at=2099-01-01").status_code == 403

    def test_crawl_knows_every_route(self):
        """A new public route must be linked from somewhere or be added to the seeds."""
        seen = {path.split("?")[0].lstrip("/") for path in self.crawl()}
        patterns = [
            pattern
            for pattern in get_resolver().url_patterns
            if not str(pattern.pattern).startswith(("admin/", "media/", "readyz", "healthz"))
        ]
        for pattern in patterns:
            for route in self.routes(pattern):
                assert any(re.search(route, path) for path in seen), f"no crawled address matches {route}"

    def routes(self, pattern, prefix=""):
        own = pattern.pattern.regex.pattern.removeprefix("^").replace("\\Z", "$")
        if not hasattr(pattern, "url_patterns"):
            yield "^" + prefix + own
            return
        for child in pattern.url_patterns:
            yield from self.routes(child, prefix + own)
