"""Nothing for axe to find on any screen of the desk, in either theme."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles.admin.article import autosaves
from articles.desk import boards, roles, workflow
from articles.models import Alert, Article, Note, Notice, Placement
from articles.tests.factories import make_article, make_user
from newsroom.tests.test_browser import PASSWORD, AxeTestCase
from tickers.models import Source
from tickers.tests.factories import make_pair, make_rate

LISTS = """articles_article articles_idea articles_edition articles_revision articles_placement articles_alert
articles_boardrevision articles_image articles_section articles_merge articles_author articles_notice taggit_tag
auth_user auth_group tickers_pair tickers_rate tickers_source admin_logentry""".split()
FORMS = """articles_article articles_idea articles_placement articles_alert articles_image articles_section
articles_author taggit_tag auth_user tickers_pair tickers_rate""".split()


@pytest.mark.long
class DeskAxeTests(AxeTestCase):
    """One administrator, and something on every screen."""

    def setUp(self):
        super().setUp()
        self.lift_policy()
        self.root = make_user(roles.ADMINISTRATOR, username="root", is_superuser=True)
        self.root.set_password(PASSWORD)
        self.root.save()
        self.article = Article.objects.get(pk=self.edition.article_id)
        self.log_in("root")

    def fill(self):
        workflow.saved(self.article, by=self.root, note="First")
        self.article.headline = "Caravan with another headline"
        self.article.save()
        workflow.saved(self.article, by=self.root, note="Second")
        self.article.refresh_from_db()
        workflow.schedule(self.article, by=self.root, at=timezone.now() + timedelta(hours=5))
        workflow.assign(self.article, self.root, by=self.root, due_at=timezone.now() + timedelta(days=1))
        Note.objects.create(article=self.article, text="Who says so?", by=self.root)
        Notice.objects.create(user=self.root, article=self.article, kind="note", text="Somebody left a note")
        workflow.share(self.article, by=self.root, until=timezone.now() + timedelta(days=2), takes_notes=True)
        Alert.objects.create(text="Pass closed", link="/latest/", ends_at=timezone.now() + timedelta(hours=1))
        Placement.objects.create(slot=2, article=self.article, headline="Here only")
        boards.record(None, by=self.root, note="Begun")
        self.trashed = make_article(section=self.theme)
        workflow.trash(self.trashed, by=self.root)
        self.rate = make_rate(make_pair(), status="held")
        Source.objects.create(provider="nbkr", failures=3, trouble="It took too long to answer.")
        autosaves.keep_autosave(
            self.root, self.article, "a" * 36, self.article.version, {"headline": ["Typed and not saved"]}
        )

    def paths_of_lists(self):
        fixed = [
            "/admin/",
            "/admin/first-steps/",
            "/admin/find/?q=caravan",
            "/admin/password_change/",
            "/admin/articles/article/?trash=1",
        ]
        named = "articles_edition_calendar articles_placement_board articles_image_upload tickers_rate_day".split()
        found = [*fixed, *(reverse(f"admin:{name}") for name in named)]
        found += [
            f"{reverse('admin:articles_edition_calendar')}?view=month",
            f"/admin/articles/placement/board/?section={self.theme.pk}",
        ]
        return found + [reverse(f"admin:{name}_changelist") for name in LISTS]

    def paths_of_rows(self):
        pk, trashed = self.article.pk, self.trashed.pk
        revision, edition = self.article.revisions.first(), self.article.editions.first()
        own = ["change", "history"]
        rows = [
            *((f"articles_article_{page}", pk) for page in [*own, "versions"]),
            ("articles_article_change", trashed),
            ("articles_revision_change", revision.pk),
            ("articles_edition_change", edition.pk),
            *((f"articles_image_{page}", self.pictures[0].pk) for page in [*own, "delete"]),
            ("articles_section_change", self.theme.pk),
            ("articles_placement_change", Placement.objects.get().pk),
            ("articles_sitesettings_change", 1),
            ("auth_user_change", self.root.pk),
            ("tickers_rate_change", self.rate.pk),
            ("tickers_pair_change", self.rate.pair_id),
        ]
        compare = f"{reverse('admin:articles_article_compare', args=[pk])}?a=r{revision.pk}&b=e{edition.pk}"
        forms = [reverse(f"admin:{name}_add") for name in FORMS]
        forms += [reverse(f"admin:{name}", args=[key]) for name, key in rows]
        return [*forms, compare, f"{compare}&view=sides"]

    def test_every_list_and_board(self):
        self.fill()
        self.check(self.paths_of_lists())

    def test_every_form_and_history(self):
        self.fill()
        self.check(self.paths_of_rows())

    def test_pages_that_are_seen_without_a_login(self):
        self.page.goto(f"{self.live_server_url}/admin/")
        self.page.locator(".desk-person > summary").click()
        self.page.get_by_role("button", name="Log out").click()
        expect(self.page.get_by_role("heading", name="Logged out")).to_be_visible()
        assert self.found() == []
        self.check([reverse("admin:login"), reverse("password_ask")])

    def open(self, path):
        response = self.page.goto(self.live_server_url + path, wait_until="load")
        assert response.status == 200, path

    def test_two_texts_of_one_article(self):
        self.page.goto(self.live_server_url + self.article.get_absolute_url(), wait_until="networkidle")
        self.article.headline = "Theirs"
        self.article.save()
        workflow.saved(self.article, by=self.root)
        self.page.locator("#id_headline").fill("Mine")
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+s")
        assert "Theirs" in self.page.content()
        assert self.found() == []
