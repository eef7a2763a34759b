"""The audit's sentences: everything that the code writes into the log is told in the third person, and is true."""

import ast
import re
from datetime import timedelta
from pathlib import Path

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.urls import reverse
from django.utils import timezone

from articles.admin import log, sentences
from articles.admin.article import steps
from articles.admin.times import zone
from articles.desk import boards, roles, workflow
from articles.desk.boards import Placing
from articles.desk.steps import STEPS
from articles.models import Article
from articles.tests.factories import make_article, make_edition, make_user
from articles.tests.test_admin_audit import AUDIT, VALUES, LogTestCase

ROOT = Path(__file__).resolve().parents[2]
WRITERS = ["log_change", "log_addition", "log_deletion", "log_actions", "log_line"]  # functions that write a line
MODULES = ["articles/admin/article/steps.py", "articles/admin/article/going_live.py"]  # what they return is logged
SECOND_PERSON = re.compile(r"\b(you|yours|your)\b", re.IGNORECASE)
NOT_LOGGED = (  # texts of those modules that no step returns
    "But what is scheduled", "What is scheduled for %(time)s has it now", "What is scheduled for %(times)s has it",
    "Its end of", "What was planned for", "%d preview link", "Empty:", "For a change",
)  # fmt: skip


def texts_in(node):
    """The first arguments of all calls to gettext within ``node``."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"_", "gettext", "ngettext"}:
            yield from (arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def logged_texts():
    """What stands in the calls that write the log, and what steps return to be logged."""
    for path in [*ROOT.glob("articles/**/*.py"), *ROOT.glob("tickers/**/*.py")]:
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and _name(call.func) in WRITERS:
                yield from texts_in(call)
    yield from (str(step.said) for step in STEPS.values() if step.said)
    for name in MODULES:
        for function in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(function, ast.FunctionDef):
                for statement in ast.walk(function):
                    if isinstance(statement, ast.Return | ast.Assign) and _is_done(statement):
                        yield from texts_in(statement)


def _name(func):
    return getattr(func, "attr", getattr(func, "id", ""))


def _is_done(statement):
    """A text that is returned, or begins as ``done`` or ``moved``."""
    if isinstance(statement, ast.Return):
        return True
    return any(getattr(target, "id", "") in {"done", "moved"} for target in statement.targets)


def filled(text):
    """``text`` with something in each of its places."""
    return re.sub(r"%\(\w+\)[sd]|%d", "17", text)


class PatternTests(LogTestCase):
    def test_everything_the_code_writes_has_a_sentence_in_the_third_person(self):
        seen = set()
        for text in logged_texts():
            if text.startswith(NOT_LOGGED):
                continue
            seen.add(text)
            entry = self.write(message=filled(text))
            told = sentences.sentence_of(entry)
            with self.subTest(text):
                assert told.phrase != str(sentences.OTHER), "no pattern knows it"
                assert not SECOND_PERSON.search(told.text)
        assert len(seen) > 40

    def test_every_pattern_fits_something_and_is_reached(self):
        for number, (pattern, phrase) in enumerate(sentences.PATTERNS):
            message = pattern.replace("%", "17")
            with self.subTest(pattern):
                first = next(one for one, (known, _phrase) in enumerate(sentences.PATTERNS)
                             if sentences.match(known, message) is not None)  # fmt: skip
                assert first == number, "another is taken before"
                assert not SECOND_PERSON.search(str(phrase))

    def test_pieces_are_found_in_order_and_at_the_ends(self):
        match = sentences.match
        assert match("a % b % c", "a 1 b 2 c") == ("1", "2")
        assert match("a %", "a ") == ("",)
        assert match("a", "a") == ()
        for message in ("b", "a 1 b", "a 1 c 2 b", "xa 1 b 2 c", "ab"):
            assert match("a % b % c", message) is None
        assert match("aa%aa", "aaa") is None
        assert match("a", "ab") is None
        assert match("%" * 9, "x" * 10**6) is not None

    def test_actions_without_a_message_and_odd_ones(self):
        for flag, message, said in (
            (ADDITION, [{"added": {}}], "added the section “The News”"),
            (DELETION, "", "deleted the section “The News”"),
            (CHANGE, [], "saved the section “The News” without a change"),
            (CHANGE, VALUES, "changed the section “The News”: Name"),
            (
                CHANGE,
                [{"added": {"name": "byline", "object": "Ann"}}, {"deleted": {"name": "byline", "object": "Bek"}}],
                "changed the section “The News”: added byline “Ann”, removed byline “Bek”",
            ),
            (
                CHANGE,
                [{"changed": {"name": "byline", "object": "Ann", "fields": ["Order"]}}],
                "changed the section “The News”: Order of byline “Ann”",
            ),
            (CHANGE, "<b>{thing} {0} %s</b>", "worked on the section “The News”: <b>{thing} {0} %s</b>"),
            (7, "", "worked on the section “The News”: no more is known"),
        ):
            with self.subTest(message):
                assert sentences.sentence_of(self.write(flag=flag, message=message)).text == said
        page = self.client.get(AUDIT)
        self.assertContains(page, "&lt;b&gt;{thing} {0} %s&lt;/b&gt;")
        self.assertNotContains(page, "<b>{thing}")


class TrueSentenceTests(LogTestCase):
    """Steps taken by their own requests, and what the audit says of each."""

    def told(self):
        return sentences.sentence_of(LogEntry.objects.select_related("user", "content_type").first()).text

    def step(self, article, step, **given):
        form = steps.StepForm({"assign_to": "", **given})
        article.refresh_from_db()
        done = steps.take(step, article, form, by=self.chief)
        self.write(article, message=done)
        return self.told()

    def test_steps_of_an_article(self):
        article = make_article(headline="Dam", section=self.section)
        writer = make_user(roles.REPORTER, first_name="Aigul", last_name="Osmonova")
        later = f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"
        assert self.step(article, "claim") == "claimed the article “Dam”"
        assert self.step(article, "release") == "gave the article “Dam” back"
        assert self.step(article, "assign", assign_to=writer.username) == "assigned the article “Dam” to Aigul Osmonova"
        assert self.step(article, "unassign") == "made the article “Dam” nobody’s"
        assert self.step(article, "due", due_at=later).startswith("set when the article “Dam” is due: ")
        assert self.step(article, "note", desk_note="Who?") == "left a note on the article “Dam”: Who?"
        assert self.step(article, "approve") == "approved the article “Dam”"
        assert self.step(article, "publish").startswith("published the article “Dam” at /")
        assert self.step(article, "take_down", take_down_at=later).startswith("set the end of the article “Dam”: ")
        assert self.step(article, "withdraw", withdrawal_reason="x").startswith("withdrew the article “Dam”")
        assert self.step(article, "schedule", go_live_at=later).startswith("scheduled the article “Dam” for ")
        number = article.editions.order_by("-live_from").first().pk
        assert self.step(article, f"cancel:{number}").startswith("cancelled the schedule of the article “Dam” for ")
        assert Article.objects.get().headline == "Dam"

    def test_zone_is_named_once_and_sentences_are_short(self):
        article = make_article(section=self.section)
        later = f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"
        self.step(article, "schedule", go_live_at=later)
        self.write(message="Note left: " + "words " * 300)
        page = self.client.get(AUDIT).content.decode()
        assert page.count(zone()) == 1
        assert len(self.told()) < sentences.LONGEST + 60

    def test_values_are_folded_and_the_name_leads_to_the_thing(self):
        self.write(message=VALUES)
        page = self.client.get(AUDIT)
        self.assertContains(page, "<summary>2 values</summary>")
        self.assertContains(page, f"<b>{self.chief.username}</b> changed the section “<a href=")

    def test_save_of_a_board_is_told_in_one_line(self):
        edition = make_edition(headline="Dam")
        boards.save(None, [Placing(1, edition.article_id)], by=self.chief, loaded=0)
        assert self.told() == "arranged the board “Front page”: placed “Dam”: Lead"

    def test_history_of_a_row_says_the_same(self):
        article = make_article(headline="Dam")
        workflow.claim(article, by=self.chief)
        self.write(article, message="It is yours now.")
        page = self.client.get(reverse("admin:articles_article_history", args=[article.pk]))
        self.assertContains(page, "claimed the article “Dam”")
        self.assertNotContains(page, "yours")


class PartTests(LogTestCase):
    def test_only_what_django_writes_has_parts(self):
        for message in (
            "[1]",
            '[{"changed": 1}]',
            "[",
            '[{"added": {"name": 1}}]',
            "[" * 5000,
            '[{"a": {}, "b": {}}]',
            "x",
        ):
            entry = self.write(change_message=message)
            assert log.parts(entry) is None, message
            assert sentences.sentence_of(entry).text
