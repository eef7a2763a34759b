"""How long an article is to be: set beside the text, and compared with words that are counted in one way."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from articles.body.markup import clean, count_words
from articles.desk import roles, workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article
from articles.tests.factories import make_article, make_chief, make_edition, make_user
from articles.tests.test_admin_article import DeskTestCase, change_address, typed
from articles.tests.test_admin_library import local

# Bodies with their words; the editor counts the same in newsroom/tests/test_browser_goal.py.
COUNTED = [
    ("", 0),
    ("<p></p>", 0),
    ("<p>Ысык-Көлдүн жээгинде жол башталат.</p>", 4),
    ("<p>Ўзбекистон — Қозоғистон</p>", 3),
    ("<p>one<br>two</p><p>three&nbsp;four</p>", 4),
    ("<p>Wor<strong>d</strong>s 10<sup>6</sup> CO<sub>2</sub></p>", 3),
    ('<p>Trade grew<span data-footnote="">By four per cent.</span> again</p>', 3),
    ('<p>At <data data-rate="KGS/USD">KGS/USD</data> today</p>', 3),
    ("<ul><li><p>one</p><ul><li><p>two</p></li></ul></li></ul><h2>Three</h2>", 3),
    ('<figure data-image="1"><figcaption>A road</figcaption></figure><p>x</p>', 3),
    ('<aside data-pull-quote=""><p>We walk</p><p data-speaker="name">Aigul</p></aside>', 3),
    ("<table><tbody><tr><th><p>a</p></th><td><p>b c</p></td></tr></tbody></table>", 3),
]


class CountTests(SimpleTestCase):
    def test_words_are_counted_as_readers_see_them(self):
        for body, words in COUNTED:
            with self.subTest(body):
                assert clean(body) == body
                assert count_words(body) == words


class OneCountTests(TestCase):
    def test_the_desk_and_readers_are_told_the_same_number(self):
        for body, words in COUNTED:
            with self.subTest(body):
                edition = make_edition(body=body.replace('<data data-rate="KGS/USD">KGS/USD</data>', "KGS/USD"))
                assert (edition.article.words, edition.words) == (words, words)


class GoalTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_article(body="<p>Four words are here.</p>")

    def take(self, step, **given):
        self.article.refresh_from_db()
        response = self.send(self.article, _step=step, **given)
        self.article.refresh_from_db()
        return response

    def test_goal_is_kept_shown_and_logged_and_makes_no_version(self):
        self.assertNotContains(self.page(self.article), "data-word-goal")
        self.take("goal", word_goal="600")
        assert (self.article.word_goal, self.article.version) == (600, 0)
        page = self.page(self.article)
        self.assertContains(page, 'data-word-goal="600"')
        self.assertContains(page, "600 words")
        assert LogEntry.objects.first().get_change_message() == "Goal: 600 words."
        self.take("goal", word_goal="")
        assert self.article.word_goal is None
        self.assertNotContains(self.page(self.article), "data-word-goal")

    def test_assigning_takes_it_and_a_page_without_the_field_leaves_it(self):
        make_user(roles.REPORTER, username="zarina")
        self.take("assign", assign_to="zarina", word_goal="450")
        assert self.article.word_goal == 450
        self.client.post(self.article.get_absolute_url(), {"_step": "due", "due_at": "", "version": "0"})
        self.article.refresh_from_db()
        assert self.article.word_goal == 450

    def test_old_page_takes_nothing_back_that_somebody_changed_since(self):
        zarina = make_user(roles.REPORTER, username="zarina")
        due = (timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
        later = local(due + timedelta(days=1))
        empty = dict.fromkeys(("assign_to", "due_at", "word_goal"), "")
        asked = {
            "assign": {"assign_to": "zarina"},
            "due": {"due_at": later},
            "note": {"desk_note": "?"},
            "": {"headline": "Another"},
        }
        for step, given in asked.items():
            with self.subTest(step):
                article = make_article()
                page = self.page(article).content.decode()
                shown = {f"shown_{name}": "" for name in empty}
                assert all(f'name="{name}" value=""' in page for name in shown)
                workflow.set_goal(article, by=self.chief, words=800)
                workflow.assign(article, zarina, by=self.chief, due_at=due)
                data = typed(article) | empty | shown | given | {"_step" if step else "_continue": step or "1"}
                told = self.client.post(change_address(article), data, follow=True)
                article.refresh_from_db()
                assert (article.word_goal, article.assignee) == (800, zarina)
                assert article.due_at == (due + timedelta(days=1) if step == "due" else due)
                self.assertNotContains(told, "Typed and not done yet")

    def test_what_somebody_empties_is_emptied(self):
        workflow.set_goal(self.article, by=self.chief, words=800)
        self.take("due", due_at="", word_goal="", shown_word_goal="800")
        assert self.article.word_goal is None

    def test_what_is_no_number_of_words_is_refused_and_stands_in_its_field(self):
        for words in ("0", "-3", "many", "50001", "6" * 400):
            with self.subTest(words):
                response = self.take("goal", word_goal=words)
                page = self.client.get(response.url)
                assert page.context["step_form"]["word_goal"].value() == words
                assert page.context["step_form"].errors["word_goal"]
                assert self.article.word_goal is None

    def test_reporter_sets_that_of_an_own_draft_alone(self):
        reporter = make_user(roles.REPORTER)
        own = make_article(created_by=reporter)
        workflow.set_goal(own, by=reporter, words=300)
        assert Article.objects.get(pk=own.pk).word_goal == 300
        with self.assertRaises(WorkflowError):
            workflow.set_goal(self.article, by=reporter, words=300)
        with self.assertRaises(WorkflowError):
            workflow.set_goal(own, by=reporter, words=0)
