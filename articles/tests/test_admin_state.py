"""What the article screen says of the times at which texts come and go."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from articles.admin.article import state
from articles.desk import workflow
from articles.models import Article
from articles.tests.factories import make_article, make_chief, make_edition
from articles.tests.test_admin_article import DeskTestCase

HOUR = timedelta(hours=1)
OLDER = "lacks what readers have: headline"


class EndTests(DeskTestCase):
    def setUp(self):
        self.log_in(make_chief())
        self.now = timezone.now()
        self.article = make_article()

    def live(self, start, end=None):
        until = {"live_until": self.now + end * HOUR} if end else {}
        make_edition(article=self.article, live_from=self.now + start * HOUR, **until)

    def test_gap_between_editions_is_an_end(self):
        self.live(-2, 1)
        self.live(2)
        assert state.state_of(self.article).ends == [self.now + HOUR]
        self.assertContains(self.page(self.article), "<dt>Ends</dt>", html=True)

    def test_each_end_is_named(self):
        self.live(-2, 1)
        self.live(2, 3)
        assert state.state_of(self.article).ends == [self.now + HOUR, self.now + 3 * HOUR]

    def test_edition_that_another_follows_at_once_does_not_end(self):
        self.live(-2, -1)
        self.live(-1, 1)
        self.live(1)
        assert state.state_of(self.article).ends == []
        self.assertNotContains(self.page(self.article), "<dt>Ends</dt>", html=True)


class OlderTextTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_article(headline="At first")
        workflow.schedule(self.article, by=self.chief, at=timezone.now() + 2 * HOUR)
        self.article.refresh_from_db()

    def test_publishing_now_warns_of_what_replaces_it_later(self):
        response = self.send(self.article, headline="Corrected", _step="publish")
        page = self.client.get(response.url)
        self.assertContains(page, "Decide on it beside")
        self.assertContains(page, OLDER)

    def test_publishing_many_warns_too(self):
        Article.objects.filter(pk=self.article.pk).update(headline="Corrected")
        data = {"action": "publish_selected", "_selected_action": [self.article.pk], "confirmed": "1"}
        page = self.client.post(reverse("admin:articles_article_changelist"), data, follow=True)
        self.assertContains(page, "Decide on it beside")

    def test_newer_text_is_not_called_older(self):
        article = make_edition(headline="Live").article
        workflow.schedule(article, by=self.chief, at=timezone.now() + HOUR)
        article.refresh_from_db()
        self.assertNotContains(self.page(article), OLDER)

    def test_publishing_with_nothing_scheduled_warns_of_nothing(self):
        page = self.client.get(self.send(make_article(), _step="publish").url)
        self.assertNotContains(page, "Decide on it")
