"""A database that can only be read, as after a failover: to whoever writes it is away, and readers don't notice."""

from contextlib import contextmanager
from html.parser import HTMLParser
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client, TransactionTestCase, override_settings
from django.urls import reverse

from articles.desk import roles
from articles.models import Section
from articles.tests import permission_table as table
from newsroom.serving import policy_reports
from newsroom.tests import full_desk
from newsroom.tests.addresses import EXAMPLES, places

PASSWORD = "correct horse battery"
REPORT = {
    "csp-report": {"effective-directive": "img-src", "blocked-uri": "inline", "document-uri": "http://testserver/"}
}
LOG_IN = reverse("admin:login")


@contextmanager
def read_only():
    """Every connection of this thread can only read meanwhile."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        connection.close()
        try:
            with mock.patch.dict(connection.settings_dict, NAME=f"file:{name}?mode=ro"):
                yield
        finally:
            connection.close()
        return
    name = connection.ops.quote_name(name)
    run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    connection.close()
    try:
        yield
    finally:
        connection.close()
        run("SET default_transaction_read_only = off")
        run(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        connection.close()


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


class FieldsOfForms(HTMLParser):
    """What a browser would send of each form of a page, if nobody types anything."""

    def __init__(self, page):
        super().__init__()
        self.forms, self.form, self.list, self.area = [], {}, "", ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        name, value = found.get("name"), found.get("value") or ""
        if tag == "form":
            self.form = {}
            self.forms.append((found.get("action") or "", self.form))
        elif tag == "select":
            self.list = name or ""
        elif tag == "option" and self.list and ("selected" in found or self.list not in self.form):
            self.form[self.list] = value
        elif tag == "textarea" and name:
            self.area, self.form[name] = name, ""
        elif name and tag in {"input", "button"} and found.get("type") not in {"file", "checkbox", "radio"}:
            self.form[name] = value
        elif name and tag == "input" and "checked" in found:
            self.form[name] = value or "on"

    def handle_endtag(self, tag):
        self.list, self.area = ("" if tag == "select" else self.list), ("" if tag == "textarea" else self.area)

    def handle_data(self, text):
        if self.area:
            self.form[self.area] += text


@contextmanager
def read_only_after(client_of, names):
    """Clients that logged in before the database could only be read."""
    clients = [client_of(name) for name in names]
    with read_only():
        yield clients


# A form that comes back is looked at twice, so zeal would find a query done twice.
@override_settings(MIDDLEWARE=[name for name in settings.MIDDLEWARE if "zeal" not in name])
@pytest.mark.long
class WalkTests(TransactionTestCase):
    """Every address that takes a POST, with what it needs, and with its form as it is shown."""

    def setUp(self):
        self.rows = full_desk.fill()
        self.users = full_desk.people()
        self.allowance, policy_reports.allowance = policy_reports.allowance, policy_reports.Allowance(10_000)
        self.addCleanup(setattr, policy_reports, "allowance", self.allowance)
        self.statuses, self.sent = {}, set()

    def client_of(self, role):
        client = Client(raise_request_exception=False)
        if role:
            client.force_login(self.users[role])
        return client

    def post(self, client, address, data, **how):
        response = client.post(address, data, **how)
        body = b"".join(response).decode(errors="replace")
        with self.subTest(address, data=list(data)[:5]):
            assert response.status_code < 500 or response.status_code == 503, response.status_code
            if response.status_code == 503 and "json" not in response.headers["Content-Type"]:
                assert response.headers["Retry-After"] == "5"
                assert "not known" not in body
        self.statuses.setdefault(response.status_code, []).append(address)

    def test_no_address_that_writes_answers_500(self):
        with read_only_after(self.client_of, [roles.ADMINISTRATOR, None]) as (administrator, anonymous):
            for place in places():
                address = full_desk.address(place, self.rows)
                if place.name not in {"admin:logout"}:
                    self.post_each_way(administrator, address, is_list=place.name.endswith(("list", "history")))
                if place.name in {*table.OPEN.split(), *EXAMPLES}:
                    self.post_each_way(anonymous, address)
        assert len(set(self.statuses[503])) > 40, sorted(set(self.statuses[503]))

    def post_each_way(self, client, address, *, is_list=False):
        self.post(client, address, full_desk.sent(self.rows))
        if is_list:  # its actions want rows that are ticked
            return
        shown = client.get(address)
        if shown.status_code == 200 and not shown.streaming and "html" in shown.headers["Content-Type"]:
            for action, fields in FieldsOfForms(shown.text).forms:
                form = (action or address, *sorted(fields))
                if "csrfmiddlewaretoken" in fields and "logout" not in action and form not in self.sent:
                    self.sent.add(form)
                    self.post(client, action or address, fields)

    def test_what_comes_without_a_form_is_told_that_the_database_is_away(self):
        User.objects.create_user("editor", password=PASSWORD, is_staff=True)
        with read_only_after(self.client_of, [None]) as (client,):
            for password in (PASSWORD, "wrong"):
                assert client.post(LOG_IN, {"username": "editor", "password": password}).status_code == 503
            report = client.post(reverse("policy_reports"), REPORT, content_type="application/json")
            assert report.status_code == 503

    def test_a_refused_write_is_no_other_error_than_of_a_database_that_is_away(self):
        with read_only(), self.assertRaises(OperationalError):
            Section.objects.update(name="Other")

    def test_readers_notice_nothing(self):
        client = self.client_of(None)
        before = {address: client.get(address).status_code for address in EXAMPLES.values()}
        with read_only():
            assert {address: client.get(address).status_code for address in EXAMPLES.values()} == before
