"""The count below the text in a real browser: as the server counts, and towards the goal."""

from playwright.sync_api import expect

from articles.desk import workflow
from articles.models import Article
from articles.tests.factories import make_article
from articles.tests.test_word_goals import COUNTED
from newsroom.tests.test_browser import BrowserTestCase, User


class GoalTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.log_in("chief")
        self.count = self.page.locator(".editor-count")

    def test_editor_counts_as_the_server_does(self):
        body = "".join(body for body, _words in COUNTED).replace(
            'data-image="1"', f'data-image="{self.pictures[0].pk}"'
        )
        article = make_article(section=self.theme, body=body)
        words = sum(words for _body, words in COUNTED)
        assert article.words == words
        self.open(article.get_absolute_url())
        expect(self.count).to_have_text(f"{words} words · 1 min to read")

    def test_count_goes_towards_the_goal_while_typing_and_says_nothing_without_one(self):
        article = make_article(section=self.theme, body="<p>Жол көлдөн башталат</p>")
        self.open(article.get_absolute_url())
        expect(self.count).to_have_text("3 words · 1 min to read")
        self.part("notes")
        self.page.get_by_text("Set how long it is to be").click()
        self.page.get_by_label("Words it is to have").fill("1200")
        self.press("Set the goal")
        expect(self.count).to_have_text("3 of 1,200 words · 1 min to read")
        self.page.locator(".tiptap").click()
        self.press_key("Control+End")
        self.page.keyboard.type(" жана бүтөт")
        expect(self.count).to_have_text("5 of 1,200 words · 1 min to read")

    def test_axe_finds_nothing_beside_a_goal(self):
        self.lift_policy()
        self.log_in("chief")
        article = make_article(section=self.theme)
        workflow.set_goal(article, by=User.objects.get(username="chief"), words=600)
        self.open(article.get_absolute_url())
        self.part("notes")
        self.page.get_by_text("Set how long it is to be").click()
        assert not self.found()
        assert Article.objects.get().word_goal == 600
