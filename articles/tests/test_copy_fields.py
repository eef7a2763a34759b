"""Every field of an article can be typed at the desk, and every text is where people look for it."""

import re
from html import unescape

from django.db.models import CharField, TextField
from django.template.loader import render_to_string

from articles import desk_search
from articles.admin.article.checks import looked_at
from articles.admin.article.reading import reading_of
from articles.desk import workflow
from articles.desk.readiness import Problem
from articles.models import Article, Check
from articles.models.copy import TEXT_FIELDS, Copy
from articles.tests.copy_fields import ONLY_IN_HEAD, texts_with
from articles.tests.factories import make_article, make_chief, make_image
from articles.tests.test_admin_article import DeskTestCase, change_address

FORM = "articles/admin/article/form_screen.py"
PAGE = "templates/articles/article_page.html"
READING = "templates/admin/articles/article/_reading.html"
EXCEPTIONS = "ONLY_IN_HEAD of articles/tests/copy_fields.py"


def mark(name):
    """A word that stands nowhere but in the text of this field."""
    return f"zq{name.replace('_', '')}qz"


class EveryTextTests(DeskTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.article = make_article(lead_image=make_image(), **texts_with(mark))
        cls.edition = workflow.publish(cls.article, by=make_chief())

    def missing(self, html):
        """The fields of which the text is not in ``html``."""
        return {name for name in TEXT_FIELDS if mark(name) not in unescape(html)}

    def test_each_text_is_of_a_class_that_tidies_what_people_type(self):
        texts = (field for field in Copy._meta.local_fields if isinstance(field, CharField | TextField))
        untidy = {field.name for field in texts if not field.choices} - {"slug", "language", *TEXT_FIELDS}
        assert not untidy, f"{untidy}: make it a LineField or a ProseField in articles/models/copy.py"

    def test_each_field_can_be_typed_in_the_form(self):
        self.log_in(make_chief())
        form = self.client.get(change_address(self.article)).content.decode()
        typed = set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)', form))
        missing = {field.name for field in Copy._meta.local_fields} - typed
        assert not missing, f"{missing}: in no panel of the form, name it in get_fieldsets() of {FORM}"
        empty = self.missing(form)
        assert not empty, f"{empty}: the form does not show what is stored, see {FORM}"

    def test_each_text_says_its_language_in_the_form(self):
        self.log_in(make_chief())
        form = self.client.get(change_address(self.article)).content.decode()
        fields = re.findall(r'<(?:input|textarea)([^>]* name="(\w+?)(?:-text)?"[^>]*)>', form)
        texts = {name: attributes for attributes, name in fields if name in TEXT_FIELDS}
        assert len(texts) > 10
        speechless = {name for name, attributes in texts.items() if ' lang="en"' not in attributes}
        assert not speechless, (
            f"{speechless}: screen readers don't know its language, see articles/admin/article/form.py"
        )

    def test_each_text_is_on_the_readers_page_once_published(self):
        head, _body, page = self.client.get(self.edition.path).content.decode().partition("<body")
        missing = self.missing(page)
        unseen, seen, nowhere = missing - set(ONLY_IN_HEAD), set(ONLY_IN_HEAD) - missing, missing & self.missing(head)
        assert not unseen, f"{unseen}: readers don't see it, show it in {PAGE} or say why not in {EXCEPTIONS}"
        assert not seen, f"{seen}: readers see it, take it out of {EXCEPTIONS}"
        assert not nowhere, f"{nowhere}: it is not in the head of {PAGE}, though {EXCEPTIONS} says so"

    def test_each_text_is_in_the_desks_reading_view(self):
        for copy in (self.article, self.edition):
            html = render_to_string("admin/articles/article/_reading.html", {"reading": reading_of(copy)})
            unseen = self.missing(html) - set(ONLY_IN_HEAD)
            assert not unseen, f"{unseen}: whoever only reads it at the desk doesn't see it, show it in {READING}"

    def test_each_text_of_the_page_is_found_by_the_desks_search(self):
        rows = Article.objects.on_desk()
        unfound = {name for name in TEXT_FIELDS if not desk_search.find_copies(mark(name), rows, most=2).pks}
        assert unfound == set(ONLY_IN_HEAD), f"see texts_by_field() in articles/models/copy.py and {EXCEPTIONS}"

    def test_each_text_is_looked_through_for_leftovers(self):
        article = make_article(**texts_with(lambda name: f"Before TK, after {name}"))
        checks = looked_at(article)
        entries = [entry["problem"] for entry in [*checks["blocking"], *checks["advisory"]]]
        leftovers = [problem.field for problem in entries if problem.check == Check.LEFTOVERS]
        assert sorted(leftovers) == sorted(TEXT_FIELDS)

    def test_leftovers_are_fine_only_in_an_article_with_a_text_that_the_form_takes(self):
        fine = "no TK, XXX, empty brackets or marks of comments"
        empty = dict.fromkeys(TEXT_FIELDS, "") | {"dated_corrections": []}
        for name, value in texts_with(mark).items():
            with self.subTest(name):
                vars(self.article).update(empty | {name: value})
                assert fine in looked_at(self.article)["fine"]
                assert fine not in looked_at(self.article, [Problem(name, "Too long.")])["fine"]
        vars(self.article).update(empty)
        assert fine not in looked_at(self.article)["fine"]
