from django.core.exceptions import ValidationError
from django.test import TestCase

from articles.desk.roles import REPORTER
from articles.models import FlatPage
from articles.tests.factories import make_chief, make_section, make_user
from newsroom.serving import frame


class FlatPageTests(TestCase):
    def make(self, **fields):
        page = FlatPage(**{"title": "About us", "slug": "about", "body": "<p>Who we are.</p>"} | fields)
        page.full_clean()
        page.save()
        frame.forget_frame()
        return page

    def test_page_stands_at_its_address_in_the_footer_and_in_the_sitemap(self):
        self.make()
        self.assertContains(self.client.get("/about/"), "Who we are.")
        assert '<a href="/about/">About us</a>' in self.client.get("/latest/").content.decode()
        assert "/about/</loc>" in self.client.get("/sitemap-sections.xml").content.decode()

    def test_page_that_is_not_for_the_footer_stays_out_of_it(self):
        self.make(in_footer=False)
        assert '<a href="/about/">' not in self.client.get("/latest/").content.decode()
        assert self.client.get("/about/").status_code == 200

    def test_address_of_a_section_or_of_the_papers_own_is_refused(self):
        make_section(slug="business")
        for slug in ("business", "latest", "feeds", "admin"):
            with self.subTest(slug), self.assertRaisesMessage(ValidationError, "is the address of another page"):
                self.make(slug=slug)

    def test_section_does_not_hide_a_page(self):
        self.make(slug="contact", title="Contact")
        self.client.force_login(make_chief())
        sent = {"name": "Contact", "slug": "contact", "kind": "theme", "order": "0"}
        response = self.client.post("/admin/articles/section/add/", sent)
        self.assertContains(response, "A page of the paper has this address")

    def test_section_takes_no_query_more_for_it(self):
        make_section(slug="business")
        self.make(slug="contact", title="Contact")
        self.client.get("/contact/")
        with self.assertNumQueries(2):  # is it a section; the page
            self.client.get("/contact/")

    def test_what_is_typed_is_cleaned(self):
        page = self.make(body='<p onclick="x()">Words<script>x()</script></p>')
        assert FlatPage.objects.get(pk=page.pk).body == "<p>Words</p>"

    def test_chief_keeps_them_and_a_reporter_does_not(self):
        page = self.make()
        for user, status in ((make_chief(), 200), (make_user(REPORTER), 403)):
            self.client.force_login(user)
            assert self.client.get(f"/admin/articles/flatpage/{page.pk}/change/").status_code == status


class MachinesTests(TestCase):
    def settings_of_the_paper(self, **fields):
        from articles.models import SiteSettings

        SiteSettings.objects.update_or_create(id=1, defaults=fields)
        frame.forget_frame()

    def text(self, path):
        response = self.client.get(path)
        assert response.status_code == 200, path
        assert response.headers["Content-Type"].startswith("text/plain")
        return response.content.decode()

    def test_editors_complete_the_texts_for_machines(self):
        assert self.client.get("/ads.txt").status_code == self.client.get("/humans.txt").status_code == 404
        self.settings_of_the_paper(
            ads_txt="a.example, 1, DIRECT", humans_txt="We", robots_lines="User-agent: X\nDisallow: /"
        )
        assert self.text("/ads.txt") == "a.example, 1, DIRECT\n"
        assert self.text("/humans.txt") == "We\n"
        robots = self.text("/robots.txt")
        assert "Disallow: /admin/" in robots
        assert robots.endswith("User-agent: X\nDisallow: /\n")

    def test_security_txt_has_what_the_rfc_demands(self):
        self.settings_of_the_paper(contact_email="desk@paper.example")
        assert "Contact: mailto:desk@paper.example" in self.text("/.well-known/security.txt")
        self.settings_of_the_paper(security_txt="Contact: https://paper.example/report")
        text = self.text("/.well-known/security.txt")
        assert text.startswith("Contact: https://paper.example/report\nExpires: 20")
        self.settings_of_the_paper(security_txt="Contact: tel:+1\nExpires: 2027-01-01T00:00:00Z")
        assert self.text("/.well-known/security.txt").count("Expires") == 1
