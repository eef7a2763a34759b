"""An address that ever answered, answers: each kind of thing, each address within it, each way to move it."""

from datetime import UTC, datetime, timedelta
from itertools import product

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Subquery, Value
from django.test import TestCase, override_settings
from taggit.models import Tag
from zeal import zeal_ignore

from articles.desk.roles import REPORTER
from articles.models import Author, Edition, FlatPage, FormerAddress, Redirect, RedirectHits, Section, SiteSettings
from articles.tests.factories import (
    MORNING,
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_section,
    make_user,
)
from newsroom.serving import frame

KINDS = ["section", "child", "author", "tag", "page"]
WITHIN = {
    "section": ["", "feed/", "atom/", "feed.json", "2025/12/"],
    "child": ["", "feed/", "atom/", "feed.json", "2025/12/"],
    "author": ["", "feed/", "atom/", "feed.json"],
    "tag": ["", "feed/", "atom/", "feed.json"],
    "page": [""],
}


class Things:
    """One of each kind, which has an article, and how it is moved."""

    def make(self, kind, slug):
        if kind == "page":
            return FlatPage.objects.create(title=slug, slug=slug, body="<p>x</p>")
        if kind == "author":
            author = make_author(slug=slug)
            make_edition(article=make_article(authors=[author]))
            return author
        if kind == "tag":
            tag = Tag.objects.create(name=f"{slug} {Tag.objects.count()}", slug=slug)
            make_edition(article=make_article(tags=[tag]))
            return tag
        parent = None
        if kind == "child":
            parent = Section.objects.filter(slug="above").first() or make_section(slug="above")
        section = make_section(slug=slug, parent=parent)
        make_edition(section=section)
        return section

    def base(self, kind, slug):
        return {"author": "/authors/", "tag": "/topics/", "child": "/above/"}.get(kind, "/") + f"{slug}/"

    def move(self, thing, slug):
        """As a form does; what else there is, `test_every_way_of_writing_is_heard` tries."""
        thing.slug = slug
        thing.save()
        frame.forget_frame()

    def leads(self, old, new, query=""):
        response = self.client.get(f"{old}{query}")
        assert response.status_code == 301, (old, response.status_code)
        assert response.headers["Location"] == f"{new}{query}", (old, response.headers["Location"])
        assert self.client.get(new).status_code == 200, new

    def all_lead(self, kind, old, new, query=""):
        for within in WITHIN[kind]:
            with self.subTest(kind=kind, within=within):
                self.leads(self.base(kind, old) + within, self.base(kind, new) + within, query)

    def all_answer(self, kind, slug):
        for within in WITHIN[kind]:
            with self.subTest(kind=kind, within=within):
                assert self.client.get(self.base(kind, slug) + within).status_code == 200


class MovedTests(Things, TestCase):
    def test_renamed_twice_in_one_hop(self):
        for kind in KINDS:
            thing = self.make(kind, "a-one")
            self.move(thing, "b-two")
            self.move(thing, "c-three")
            for old in ("a-one", "b-two"):
                self.all_lead(kind, old, "c-three", "?utm_source=mail")
            thing.delete() if kind == "page" else self.move(thing, f"gone-{kind}")

    def test_there_and_back(self):
        for kind in KINDS:
            thing = self.make(kind, "a-one")
            self.move(thing, "b-two")
            self.move(thing, "a-one")
            self.all_answer(kind, "a-one")
            self.all_lead(kind, "b-two", "a-one")
            thing.delete() if kind == "page" else self.move(thing, f"gone-{kind}")

    def test_swapped(self):
        for kind in KINDS:
            first, second = self.make(kind, "a-one"), self.make(kind, "b-two")
            self.move(first, "between")
            self.move(second, "a-one")
            self.move(first, "b-two")
            for slug in ("a-one", "b-two"):
                self.all_answer(kind, slug)
            self.all_lead(kind, "between", "b-two")
            for thing in (first, second):
                thing.delete() if kind == "page" else self.move(thing, f"gone-{kind}-{thing.pk}")

    def test_who_has_the_address_today_has_it(self):
        for kind in KINDS:
            self.move(self.make(kind, "a-one"), f"b-{kind}")
            self.make(kind, "a-one")
            self.all_answer(kind, "a-one")
            (FlatPage if kind == "page" else Section).objects.filter(slug="a-one").update(slug=f"c-{kind}")

    def test_every_way_of_writing_is_heard(self):
        for kind in KINDS:
            thing = self.make(kind, f"a-{kind}")
            rows = type(thing).objects
            rows.filter(pk=thing.pk).update(slug=f"b-{kind}")
            thing.refresh_from_db()
            thing.slug = f"c-{kind}"
            rows.bulk_update([thing], ["slug"])
            thing.slug = f"d-{kind}"
            thing.save_base(raw=True)  # a fixture
            rows.filter(pk=thing.pk).update(slug=Subquery(rows.filter(pk=thing.pk).values(new=Value(f"e-{kind}"))[:1]))
            if rows.count() == 1:
                rows.update(slug=Value(f"f-{kind}"))
            last = f"f-{kind}" if rows.filter(slug=f"f-{kind}").exists() else f"e-{kind}"
            for letter in "abcd":
                self.all_lead(kind, f"{letter}-{kind}", last)

    def test_sections_within_one_go_with_it(self):
        parent = make_section(slug="asia")
        child = make_section(slug="rail", parent=parent)
        make_edition(section=child)
        self.move(parent, "central-asia")
        self.leads("/asia/rail/feed/", "/central-asia/rail/feed/")
        self.move(child, "railways")
        for old in ("/asia/rail/2025/12/", "/central-asia/rail/2025/12/"):
            self.leads(old, "/central-asia/railways/2025/12/")

    def test_section_moved_into_another(self):
        section = make_section(slug="rail")
        section.parent = make_section(slug="business")
        section.save()
        self.leads("/rail/atom/", "/business/rail/atom/")

    @zeal_ignore()  # a walk looks at a tag a step, and there are few steps
    def test_merged_with_another(self):
        old, new = self.make("tag", "osh-blaze"), self.make("tag", "osh-fire")
        self.move(old, "fire-in-osh")
        Edition.objects.filter(tag_rows__tag=old).update(live_until=MORNING + timedelta(hours=1))
        Redirect.objects.create(source="/topics/fire-in-osh", kind="prefix", target="/topics/osh-fire/")
        for former in ("osh-blaze", "fire-in-osh"):
            self.all_lead("tag", former, "osh-fire")
        self.move(new, "osh")
        for former in ("osh-blaze", "fire-in-osh"):
            self.all_lead("tag", former, "osh")

    def test_deleted_and_led_to_another(self):
        old, _new = self.make("page", "about-us"), self.make("page", "who-we-are")
        self.move(old, "our-paper")
        old.delete()
        assert self.client.get("/about-us/").status_code == self.client.get("/our-paper/").status_code == 404
        Redirect.objects.create(source="/our-paper", target="/who-we-are/")
        for former in ("about-us", "our-paper"):
            self.all_lead("page", former, "who-we-are")

    def test_what_never_was_or_is_gone_is_404(self):
        section = self.make("section", "a-one")
        self.move(section, "b-two")
        for path in ("/a-one/nothing/", "/a-one/2019/01/", "/a-two/", "/topics/a-one/", "/a-one/feed/x/"):
            assert self.client.get(path).status_code == 404, path
        author = make_author(slug="nobody")
        author.delete()
        assert self.client.get("/authors/nobody/").status_code == 404

    def test_pages_that_exist_ask_nothing_more(self):
        self.move(self.make("section", "a-one"), "b-two")
        self.client.get("/b-two/")
        with self.assertNumQueries(5):  # section and those within, placements, editions, their sections, bylines
            self.client.get("/b-two/")
        with self.assertNumQueries(2):  # nothing of a move without one
            Author.objects.filter(slug="x").update(role="y")
            Author.objects.filter(slug="x").update(name="z")


class CapitalsTests(Things, TestCase):
    def test_capitals_lead_to_small_letters(self):
        for kind in KINDS:
            self.make(kind, f"osh-{kind}")
            base = self.base(kind, f"osh-{kind}")
            for within, shape in product(WITHIN[kind], (str.upper, str.title)):
                with self.subTest(kind=kind, within=within):
                    self.leads(shape(base + within), base + within, "?utm_source=x")
        self.leads("/Latest/", "/latest/")
        self.leads("/Osh-Section", "/osh-section/")
        assert self.client.get("/Nothing/").status_code == 404


class RedirectTests(Things, TestCase):
    def redirect(self, source, target="", kind="exact"):
        redirect = Redirect(source=source, target=target, kind=kind)
        redirect.full_clean()
        redirect.save()
        return redirect

    def refused(self, source, target, kind="exact", words=""):
        with self.assertRaisesMessage(ValidationError, words):
            self.redirect(source, target, kind)

    def test_exact_and_by_beginning_and_gone(self):
        self.make("section", "business")
        self.redirect("/Old.html", "/business/")
        self.redirect("/shop/", kind="prefix")
        self.redirect("/archive/", "/business/", "prefix")
        self.redirect("/elsewhere/", "https://other.example/x/", "prefix")
        self.leads("/old.html", "/business/")
        self.leads("/archive/feed/", "/business/feed/")
        self.leads("/archive", "/business/")
        response = self.client.get("/archive/some/story/")
        assert response.headers["Location"] == "/business/"
        gone = self.client.get("/shop/shoes/1/")
        self.assertContains(gone, "This page has been removed", status_code=410)  # it was no article
        assert self.client.get("/shopping/").status_code == 404
        response = self.client.get("/elsewhere/y/?a=1")
        assert response.headers["Location"] == "https://other.example/x/y/?a=1"

    def test_hits_are_counted_and_no_page_is_made_anew_for_it(self):
        redirect = self.redirect("/shop/")
        for _number in range(3):
            self.client.get("/shop/")
        assert RedirectHits.objects.get(redirect=redirect).hits == 3
        assert "no-cache" in self.client.get("/shop/").headers["Cache-Control"]

    def test_loops_and_chains_are_refused(self):
        self.redirect("/a/", "/b/")
        self.refused("/b/", "/a/", words="circle")
        self.refused("/c/", "/a/", words="leads on")
        self.refused("/b/", "/c/", words="leads here")
        self.refused("/b/", "http://localhost/a/", words="circle")
        self.refused("/x/", "/X/?y=1", "prefix", words="circle")
        self.refused("/x/", "/x/y/", "prefix", words="circle")
        self.refused("/a/", "/z/", words="already")
        self.redirect("/p/", "/q/", "prefix")
        self.refused("/z/", "/p/deep/", words="leads on")
        self.refused("/q/", "/r/", "prefix", words="leads here")
        self.refused("/y/", "javascript:alert(1)")
        self.refused("/y/", "//evil.example/")
        self.refused("/admin/", "/latest/")

    def test_page_that_exists_wins(self):
        self.redirect("/business/", "/latest/")
        self.make("section", "business")
        assert self.client.get("/business/").status_code == 200


class WordPressTests(Things, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.section = make_section(slug="politics")
        cls.child = make_section(slug="votes", parent=cls.section)
        cls.author = make_author(slug="aida")
        cls.tag = Tag.objects.create(name="Rail", slug="rail")
        for _number in range(25):
            make_edition(
                article=make_article(section=cls.section, tags=[cls.tag], authors=[cls.author]),
                live_from=datetime(2025, 12, 8, 3, tzinfo=UTC),
            )

    def test_usual_addresses_lead_to_the_right_thing(self):
        for old, new in {
            "/category/politics/": "/politics/",
            "/category/Politics/votes/": "/politics/votes/",
            "/category/politics/feed/": "/politics/feed/",
            "/category/politics/page/2/": "/politics/?page=2",
            "/tag/rail/": "/topics/rail/",
            "/tag/rail/feed/rss2/": "/topics/rail/feed/",
            "/author/aida/page/2/": "/authors/aida/?page=2",
            "/page/2/": "/latest/?page=2",
            "/feed/atom/": "/atom/",
            "/feed/rss2/": "/feed/",
            "/politics/feed/atom/": "/politics/atom/",
            "/wp-sitemap.xml": "/sitemap.xml",
            "/wp-sitemap-posts-post-1.xml": "/sitemap.xml",
            "/2025/12/08/": "/latest/2025/12/",
            "/2025/12/": "/latest/2025/12/",
            "/?s=rail+way": "/search/?q=rail+way",
            "/?feed=rss2": "/feed/",
            "/?feed=atom": "/atom/",
            "/?tag=rail": "/topics/rail/",
            "/?m=202512": "/latest/2025/12/",
            "/?paged=2": "/latest/?page=2",
        }.items():
            with self.subTest(old):
                self.leads(old, new)

    def test_what_is_not_known_is_404_and_never_the_front_page(self):
        for path in (
            "/?p=123", "/?page_id=4", "/?cat=3", "/?author=1", "/?attachment_id=9", "/?feed=nothing", "/?p=", "/?m=1",
            "/category/nothing/", "/tag/nothing/", "/author/nobody/", "/page/x/", "/2025/12/09/",
            "/2025/13/40/", "/2024/", "/category/", "/wp-login.php", "/xmlrpc.php", "/wp-json/wp/v2/posts",
        ):  # fmt: skip
            with self.subTest(path):
                assert self.client.get(path).status_code == 404

    def test_number_that_staff_knows_leads_on(self):
        Redirect.objects.create(source="/?p=123", target="/politics/")
        self.leads("/?p=123", "/politics/")
        response = self.client.get("/?p=123&utm_source=x")
        assert response.headers["Location"] == "/politics/?utm_source=x"

    def test_renamed_since(self):
        self.move(self.section, "power")
        self.leads("/category/politics/feed/rss2/", "/power/feed/")
        self.leads("/Category/POLITICS/votes/", "/power/votes/")
        assert FormerAddress.objects.count() == 2


class RedirectDeskTests(TestCase):
    """The table as the staff keep it."""

    def setUp(self):
        self.client.force_login(make_chief())

    def send(self, text):
        file = SimpleUploadedFile("redirects.csv", text if isinstance(text, bytes) else text.encode())
        return self.client.post("/admin/articles/redirect/import/", {"file": file})

    def test_rows_are_taken_and_refused_one_by_one(self):
        Redirect.objects.create(source="/old", target="/latest/")
        response = self.send(
            "from,kind,to\n"
            "/a/,,/b/\n"
            "https://old.example/Shop/,prefix,\n"
            "/b/,exact,/a/\n"
            "/c/,exact,/a/\n"
            "no-address,exact,/x/\n"
            "/d/,sometimes,/x/\n"
            "/old/,exact,/search/\n"
        )
        outcomes = [(line.number, line.is_refused) for line in response.context["lines"]]
        assert outcomes == [(2, False), (3, False), (4, True), (5, True), (6, True), (7, True), (8, False)]
        self.assertContains(response, "4 rows were refused")
        self.assertContains(response, "lead round in a circle")
        kept = set(Redirect.objects.values_list("source", "kind", "target"))
        assert kept == {("/a", "exact", "/b/"), ("/shop", "prefix", ""), ("/old", "exact", "/search/")}

    def test_what_is_exported_is_imported_again_as_it_was(self):
        Redirect.objects.create(source="/a", target="/b/")
        Redirect.objects.create(source="/shop", kind="prefix")
        self.client.get("/shop/shoes/")
        response = self.client.get("/admin/articles/redirect/export/")
        assert response.content.decode().splitlines() == [
            *("from,kind,to,followed", "/a,exact,/b/,0", "/shop,prefix,,1"),
        ]
        again = self.send(response.content)
        assert {line.outcome for line in again.context["lines"]} == {"is so already"}
        Redirect.objects.all().delete()
        again = self.send(response.content)
        assert {line.outcome for line in again.context["lines"]} == {"added"}

    def test_wrong_file_says_so(self):
        self.assertContains(self.send("where,whither\n/a/,/b/\n"), "lacks these columns: from, to")
        self.assertContains(self.send(b"\xff\xfe\x00"), "no CSV file in UTF-8")

    def test_list_shows_hits_in_few_queries_and_a_reporter_sees_none_of_it(self):
        for number in range(3):
            Redirect.objects.create(source=f"/gone-{number}")
            self.client.get(f"/gone-{number}/")
        response = self.client.get("/admin/articles/redirect/")
        self.assertContains(response, 'class="field-hits">1</td>', count=3)
        self.client.force_login(make_user(REPORTER))
        for path in ("", "import/", "export/", "add/"):
            assert self.client.get(f"/admin/articles/redirect/{path}").status_code == 403, path


class SettledTests(TestCase):
    def test_what_programs_look_for_at_the_root_is_there(self):
        SiteSettings.objects.create(contact_email="desk@paper.example")
        frame.forget_frame()
        types = {"/favicon.ico": "image/x-icon", "/apple-touch-icon.png": "image/png"}
        types |= {"/apple-touch-icon-precomposed.png": "image/png", "/security.txt": "text/plain; charset=utf-8"}
        for path, kind in types.items():
            response = self.client.get(path)
            assert (response.status_code, response.headers["Content-Type"]) == (200, kind), path
            assert response.content

    def test_month_without_articles_is_404_though_others_have_some(self):
        section = make_section(slug="asia")
        make_edition(section=section)
        for base in ("/asia/", "/latest/"):
            assert self.client.get(f"{base}2025/12/").status_code == 200
            for month in ("2025/11/", "2026/01/"):
                assert self.client.get(base + month).status_code == 404

    def test_names_of_articles_in_feeds_survive_a_new_host(self):
        make_edition()
        SiteSettings.objects.create()
        frame.forget_frame()
        names = self.names()
        with override_settings(SITE_HOST="new.example"):
            settings = SiteSettings.objects.get()
            settings.save()
            frame.forget_frame()
            assert self.names() == names
            assert settings.feed_host == "localhost"

    def names(self):
        return [item["id"] for item in self.client.get("/feed.json").json()["items"]]
