"""Every address that Django's resolver knows is asked of the same rule: who may, and nobody else, and never a failure.

The tables are those of ``articles.tests.permission_table`` for the desk, and of ``newsroom.pages`` for readers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.test import Client, TestCase
from django.urls import reverse

from articles.desk import roles
from articles.models import Article, ArticleByline, PolicyReport
from articles.tests import permission_table as table
from articles.tests.factories import make_article, make_author
from articles.tests.test_admin_article import change_address, typed
from newsroom.serving import policy_reports
from newsroom.tests import full_desk, public_paper
from newsroom.tests.addresses import EXAMPLES, Place, places
from newsroom.tests.full_desk import READER, SECRET

HINT = (
    "These addresses are listed nowhere. Say who may open each: of the desk in ADDRESSES of "
    "articles/tests/permission_table.py, of readers by a row of newsroom/pages.py."
)
# Patterns without names: Django's redirect from a row to its form, and what answers any other address of the desk.
NAMELESS = ("<path:object_id>/", "(?P<url>.*)$")
FORGED = ("x", "9" * 30, "٣", "..%2F1")
REFUSED = {401, 403, 404, 410}
# Steps: who may read the article but not take the step is led back to it with the reason, and what they changed is
# looked at in articles/tests/test_permission_table.py.
LED_BACK = {verb.post for verb in table.VERBS}
NO_ROLE = {*table.OPEN.split(), *table.ONESELF.split()}
DESK = [place for place in places() if place.is_of_the_desk]
NAMED = [place for place in DESK if place.name != place.route]


def is_refused(response) -> bool:
    """Whether an answer shows nothing and does nothing: no right, no such thing, or first a login."""
    to_login = response.status_code == 302 and "/login/" in response.headers["Location"]
    return response.status_code in REFUSED or to_login


def reads(role: str) -> bool:
    """Whether a role reads articles."""
    return table.READERS[table.ROLES.index(role)] == table.ALL


class WalkTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.rows = full_desk.fill()
        cls.users = full_desk.people()

    def clients(self, *names) -> Iterator[tuple[str | None, Client]]:
        for name in names or self.users:
            client = Client(raise_request_exception=False)
            if user := self.users[name]:
                client.force_login(user)
            yield name, client

    @contextmanager
    def undone(self):
        point = transaction.savepoint()
        yield
        transaction.savepoint_rollback(point)

    def ask(self, client: Client, place: Place, method: str = "get", forged: object = None):
        """The answer, whose traces are undone; what is only taken by POST is posted."""
        address = full_desk.address(place, self.rows, forged)
        with self.undone():
            response = getattr(client, method)(address)
            if method == "get" and response.status_code == 405:
                response = client.post(address, full_desk.sent(self.rows))
            response.text_of_all = b"".join(response).decode(errors="replace")
        assert response.status_code < 500, (place.name, method, address, response.status_code)
        return response


class ListTests(TestCase):
    def test_every_address_is_listed_and_no_other(self):
        listed = {*table.who_may_open(), *NO_ROLE, *EXAMPLES}
        names = {place.name for place in places() if not (place.name == place.route and place.route.endswith(NAMELESS))}
        assert sorted(names - listed) == [], HINT
        assert sorted(listed - names) == [], "These are listed, and nothing has them."

    def test_no_address_is_listed_twice(self):
        names = [f"admin:{name}" for names in table.ADDRESSES.values() for name in names.split()]
        elsewhere = {name for name in table.LOOK_UPS if "?" not in name}
        elsewhere |= {name for verb in table.VERBS for name in (verb.post, verb.read, verb.shows)}
        assert len(names) == len(set(names))
        assert not elsewhere & {*names, *NO_ROLE}

    def test_one_that_is_new_is_noticed(self):
        with mock.patch.dict(table.ADDRESSES, {table.ADMINS: ""}), self.assertRaisesMessage(AssertionError, HINT):
            self.test_every_address_is_listed_and_no_other()


@pytest.mark.long
class DeskTests(WalkTestCase):
    def test_each_role_gets_to_what_the_table_says(self):
        rules = table.who_may_open()
        for role, client in self.clients(*roles.PERMISSIONS):
            column = table.ROLES.index(role)
            for place in NAMED:
                if place.name not in NO_ROLE:
                    with self.subTest(role=role, address=place.name):
                        response = self.ask(client, place)
                        is_led_back = place.name in LED_BACK and response.status_code == 302
                        if not (is_led_back and rules[place.name][column] != table.ALL and reads(role)):
                            assert is_refused(response) == (rules[place.name][column] != table.ALL), (
                                response.status_code
                            )
                        assert SECRET not in response.text_of_all or role in {roles.CHIEF_EDITOR, roles.ADMINISTRATOR}

    def test_who_is_refused_is_refused_a_post_too(self):
        rules = table.who_may_open()
        for role, client in self.clients(*roles.PERMISSIONS):
            column = table.ROLES.index(role)
            for place in NAMED:
                if place.name not in NO_ROLE and rules[place.name][column] != table.ALL:
                    with self.subTest(role=role, address=place.name):
                        response = self.ask(client, place, "post")
                        is_led_back = place.name in LED_BACK and response.status_code == 302 and reads(role)
                        assert is_refused(response) or is_led_back or response.status_code == 405, response.status_code

    def test_nobody_gets_in_without_a_login_of_the_desk(self):
        for name, client in self.clients(None, READER):
            for place in DESK:
                is_own = name is not None and place.name in table.ONESELF.split()
                if place.name not in table.OPEN.split() and not is_own:
                    for method in ("get", "post"):
                        with self.subTest(name=name, address=place.name, method=method):
                            response = self.ask(client, place, method)
                            assert is_refused(response) or response.status_code == 405, response.status_code
                            assert SECRET not in response.text_of_all

    def test_an_empty_form_breaks_nothing(self):
        for _role, client in self.clients(roles.ADMINISTRATOR):
            for place in DESK:
                with self.subTest(place.name):
                    self.ask(client, place, "post")

    def test_a_forged_number_breaks_nothing_and_finds_nothing(self):
        for _role, client in self.clients(roles.ADMINISTRATOR):
            for place in DESK:
                if "<" in place.route and "(?P" not in place.route:
                    for number in FORGED:
                        with self.subTest(place.name, number=number):
                            response = self.ask(client, place, forged=number)
                            assert SECRET not in response.text_of_all

    def test_way_to_a_row_s_page_asks_for_the_right_to_see_the_row(self):
        """Of any table and number, also of those whose numbers are none."""
        for role, client in self.clients():
            for kind in ContentType.objects.all():
                forged = ("x", "9" * 30) if role == roles.ADMINISTRATOR else ()
                for number in (self.rows.get(f"{kind.app_label}.{kind.model}", 1), *forged):
                    address = reverse("admin:view_on_site", args=[kind.pk, number])
                    response = client.get(address)
                    with self.subTest(role=role, kind=kind.model, number=number):
                        assert response.status_code in {302, 403, 404}, response.status_code
                        if response.status_code == 302 and role not in {None, READER}:
                            assert self.users[role].has_perm(f"{kind.app_label}.view_{kind.model}")


def paths_to_passwords(model: type[models.Model], depth: int = 2) -> Iterator[str]:
    """Each way by relations from ``model`` to a column with a password or a secret."""
    for field in model._meta.get_fields():
        if field.name in {"password", "secret_digest", "key_digest", "session_key"}:
            yield field.name
        elif depth and field.is_relation and field.related_model and not field.auto_created:
            yield from (f"{field.name}__{rest}" for rest in paths_to_passwords(field.related_model, depth - 1))


class ListOfRowsTests(WalkTestCase):
    """What is asked of lists besides: filters, orders, actions for all rows."""

    def lists(self) -> Iterator[tuple[type[models.Model], str]]:
        for model in admin.site._registry:
            yield model, reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    def test_no_filter_tells_a_password_letter_by_letter(self):
        """A list that knows no filters but its own is the same for each."""
        asked = 0
        for _role, client in self.clients(roles.CHIEF_EDITOR):
            for model, address in self.lists():
                for path in paths_to_passwords(model):
                    hit, miss = (client.get(address, {f"{path}__startswith": word}) for word in ("md5", "zzz"))
                    asked += 1
                    with self.subTest(address, path=path):
                        assert hit.status_code == miss.status_code
                        assert hit.status_code in {302, 400, 403} or len(hit.content) == len(miss.content)
        assert asked > 30

    def test_no_choice_by_another_column_and_no_strange_look_up(self):
        for _role, client in self.clients(roles.CHIEF_EDITOR):
            for query in ("_to_field=password", "o=99.-99.x&p=x", "q=%00", "pk__in=x&all="):
                for _model, address in self.lists():
                    with self.subTest(address, query=query):
                        response = client.get(f"{address}?{query}")
                        assert response.status_code < 500
                        assert SECRET not in response.headers.get("Location", "")
            for model, field in (("user", "password"), ("logentry", "user"), ("group", "permissions"), ("x", "x")):
                for app in ("auth", "admin", "articles", "x"):
                    query = {"app_label": app, "model_name": model, "field_name": field, "term": "a"}
                    response = client.get(reverse("admin:autocomplete"), query)
                    assert response.status_code in {403, 404} or field == "user", query
                    assert SECRET not in response.text, query

    def test_an_action_for_all_rows_leaves_those_whose_deletion_is_refused(self):
        rules = table.who_may_open()
        for role, client in self.clients():
            for model, address in self.lists():
                name = f"admin:{model._meta.app_label}_{model._meta.model_name}_delete"
                if role in table.ROLES and rules[name][table.ROLES.index(role)] == table.ALL:
                    continue
                keys = list(model._default_manager.values_list("pk", flat=True))
                data = {"action": "delete_selected", "_selected_action": keys, "select_across": "1", "post": "yes"}
                with self.subTest(role=role, model=model.__name__), self.undone():
                    assert client.post(address, data).status_code < 500
                    assert {*keys} <= {*model._default_manager.values_list("pk", flat=True)}

    def test_no_action_for_all_rows_changes_others_articles(self):
        actions = [verb.action for verb in table.VERBS if verb.action]
        typed = {"section": self.users[roles.REPORTER].edited_sections.get().pk, "tags": "X", "assign_to": "x"}
        for _role, client in self.clients(READER, roles.REPORTER, roles.SECTION_EDITOR, roles.PICTURE_EDITOR):
            before = list(Article.objects.values())
            for action in actions:
                data = {"action": action, "select_across": "1", "confirmed": "1", "reason": "x", **typed}
                numbers = [row["id"] for row in before]
                client.post(reverse("admin:articles_article_changelist"), data | {"_selected_action": numbers})
                assert list(Article.objects.values()) == before, action


class FormsetTests(WalkTestCase):
    """A row within a form is of that form alone, whatever number is sent."""

    def test_bylines_of_another_s_article_stay_as_they_are(self):
        editor = self.users[roles.SECTION_EDITOR]
        own = make_article(section=editor.edited_sections.get(), created_by=editor, authors=[make_author()])
        others = ArticleByline.objects.filter(article=self.rows["articles.article"])
        before = list(others.values())
        assert before
        for _role, client in self.clients(roles.SECTION_EDITOR):
            for change in ({"bylines-0-DELETE": "on"}, {"bylines-0-author": make_author().pk}, {"bylines-0-order": 7}):
                for article in (own.pk, self.rows["articles.article"]):
                    forged = {"bylines-0-id": before[0]["id"], "bylines-0-article": article, "bylines-INITIAL_FORMS": 1}
                    with self.subTest(change, article=article):
                        client.post(change_address(own), typed(own) | forged | change | {"_continue": "1"})
                        assert list(others.values()) == before


class ReadersTests(TestCase):
    """Public addresses: for nobody, a reader and the desk the same, with forged words, never a failure."""

    @classmethod
    def setUpTestData(cls):
        public_paper.fill()
        cls.reader = User.objects.create(username="reader")

    def test_every_public_address_takes_whatever_is_asked(self):
        client = Client(raise_request_exception=False)
        for address in EXAMPLES.values():
            for query in (
                "page=x",
                "page=" + "9" * 30,
                "q=%EF%BF%BF",
                "at=x",
                "span=x",
                "url=%00",
                "maxwidth=x",
                "_=%",
            ):
                path = address.partition("?")[0]
                response = client.get(f"{path}?{query}")
                with self.subTest(path, query=query):
                    assert response.status_code < 500
                    b"".join(response)

    def test_nothing_is_written_by_a_stranger_s_post(self):
        client = Client(raise_request_exception=False)
        with mock.patch.object(policy_reports, "allowance", policy_reports.Allowance(1000)):
            for name, address in EXAMPLES.items():
                response = client.post(address.partition("?")[0], {"q": "x"})
                with self.subTest(name):
                    assert response.status_code in {400, 404, 405, 410}, response.status_code
        assert not PolicyReport.objects.exists()

    def test_a_reader_with_a_login_sees_what_all_see(self):
        self.client.force_login(self.reader)
        anonymous = Client()
        for name, address in EXAMPLES.items():
            with self.subTest(name):
                assert self.client.get(address).status_code == anonymous.get(address).status_code
