"""The audit, and the history of a row with its values: read by those who may, changed by nobody."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from unittest import mock

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import RequestFactory, TestCase
from django.urls import reverse
from django.utils import timezone

from articles.admin import audit, log
from articles.desk import roles
from articles.models import Section, SiteSettings
from articles.tests.factories import make_article, make_chief, make_image, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase, change_address, typed
from articles.tests.test_admin_library import local

AUDIT = reverse("admin:admin_logentry_changelist")
EXPORT = reverse("admin:admin_logentry_export")
VALUES = [{"changed": {"fields": ["Name"], "values": {"Name": ["News", "The <b>News</b>"], "In menu": [True, False]}}}]


class HTMLTests(TestCase):
    """Nobody is said to have changed a text that the browser only wrote otherwise."""

    def test_html_written_otherwise_is_no_change_in_any_form(self):
        stored = "<p>One &amp; two</p>\n<p>Three</p><table><tr><td>Four</td></tr></table>"
        sent = "<p>One &#38; two</p><p>Three</p><table><tbody><tr><td><p>Four</p></td></tr></tbody></table>"
        request = RequestFactory().get("/")
        request.user = make_chief()
        found = set()
        for model, model_admin in admin.site._registry.items():
            if model._meta.label in {"articles.Article", "articles.Template", "articles.FlatPage"}:
                field = model_admin.get_form(request).base_fields["body"]
                assert not field.has_changed(stored, sent), model
                assert field.has_changed(stored, sent.replace("Four", "Five")), model
                found.add(model)
        assert len(found) == 3

    def test_log_of_another_embargo_tells_of_no_body(self):
        self.client.force_login(make_chief())
        article = make_article(body="<p>One</p>\n<p>Two</p>")
        until = timezone.now() + timedelta(days=1)
        data = typed(article, body="<p>One</p><p>Two</p>", embargo_until=local(until), _save="Save")
        self.client.post(change_address(article), data)
        article.refresh_from_db()
        assert article.embargo_until
        told = " ".join(entry.get_change_message() for entry in LogEntry.objects.all())
        assert "mbargo" in told
        assert "Body" not in told


class LogTestCase(DeskTestCase):
    @classmethod
    def setUpTestData(cls):
        roles.make_groups()
        cls.chief = make_chief()
        cls.section = make_section(name="The News")

    def setUp(self):
        self.log_in(self.chief)

    def write(self, thing=None, flag=CHANGE, message="Looked at", by=None, **fields):
        thing = thing or self.section
        entry = LogEntry.objects.log_actions((by or self.chief).pk, [thing], flag, message, single_object=True)
        LogEntry.objects.filter(pk=entry.pk).update(**fields)
        entry.refresh_from_db()
        return entry

    def entries(self, **query):
        return list(self.client.get(AUDIT, query).context["cl"].result_list)

    def exported(self, **query):
        response = self.client.get(EXPORT, query)
        text = b"".join(response).decode()
        assert text.startswith("\ufeff")
        return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


class AuditTests(LogTestCase):
    def test_entry_says_who_when_what_and_from_to(self):
        self.write(message=VALUES)
        page = self.client.get(AUDIT)
        self.assertContains(page, f'<a href="/admin/articles/section/{self.section.pk}/change/">The News</a>')
        self.assertContains(page, "<dd>News → The &lt;b&gt;News&lt;/b&gt;</dd>")
        self.assertContains(page, "<dd>yes → no</dd>")
        self.assertContains(page, f"Times: {SiteSettings.current().zone.key}")

    def test_newest_comes_first_and_pages_are_not_counted(self):
        first, second = self.write(), self.write()
        assert self.entries() == [second, first]

    def test_what_is_gone_is_named_without_a_link(self):
        section = make_section(name="Gone")
        self.write(section, DELETION)
        section.delete()
        page = self.client.get(AUDIT)
        self.assertContains(page, "Gone")
        self.assertNotContains(page, f"/admin/articles/section/{section.pk}/")

    def test_filters_narrow_the_list(self):
        other, image = make_user(), make_image(title="Lake at dawn")
        old = self.write(action_time=datetime(2025, 12, 7, 20, 0, tzinfo=UTC))
        theirs = self.write(image, ADDITION, by=other)
        assert self.entries(person=other.pk) == [theirs]
        assert self.entries(kind="articles.image") == [theirs]
        assert self.entries(kind="articles.section") == [old]
        assert self.entries(action=ADDITION) == [theirs]
        assert self.entries(q="lake DAWN") == [theirs]
        assert self.entries(until="2025-12-08") == [old], "the day is the paper's, and it ended at 18:00 UTC"
        assert self.entries(until="2025-12-07") == []
        assert self.entries(since="2025-12-09") == [theirs]
        assert self.entries(since="2999-01-01") == []

    def test_odd_filters_are_answered_with_a_sentence(self):
        entry = self.write()
        for query in (
            {"person": "x"}, {"person": "9" * 40}, {"kind": "no.such"}, {"action": "99"}, {"since": "yesterday"},
            {"until": "0001-01-01"}, {"since": "9999-12-31"}, {"q": "%_\\"}, {"p": "x"}, {"p": "9" * 30},
        ):  # fmt: skip
            with self.subTest(query):
                page = self.client.get(AUDIT, query)
                assert page.status_code == 200
                assert self.client.get(EXPORT, query).status_code == 200
        self.assertContains(self.client.get(AUDIT, {"person": "9" * 40}), "valid choice")
        assert self.entries(action="99") == [entry]
        assert self.client.get(AUDIT, {"user__password__startswith": "a"}).status_code == 200

    def test_words_are_looked_for_in_the_newest_of_the_chosen_days(self):
        old = self.write(action_time=timezone.now() - timedelta(days=400))
        LogEntry.objects.filter(pk=old.pk).update(id=1)
        self.write(make_section(name="Another"))
        LogEntry.objects.exclude(pk=1).update(id=audit.LOOKED_AT + 5)
        assert self.entries(q="News") == []
        assert [
            entry.pk for entry in self.entries(q="News", until=f"{timezone.localdate() - timedelta(days=399)}")
        ] == [1]

    def test_number_of_queries_does_not_grow_with_the_log(self):
        self.write(message=VALUES)
        self.entries()
        with self.assertNumQueries(
            8
        ):  # session, user, 2 rights, the bell, whether a page follows, entries, what still exists
            self.entries()
        for n in range(60):
            self.write(make_section(), message=VALUES, by=make_user() if n % 2 else None)
        with self.assertNumQueries(8):
            assert len(self.entries()) == 50

    def test_who_may_see_it(self):
        for role in roles.PERMISSIONS:
            with self.subTest(role):
                self.log_in(make_user(role))
                allowed = role in {roles.CHIEF_EDITOR, roles.ADMINISTRATOR}
                for address in (AUDIT, EXPORT):
                    assert self.client.get(address).status_code == (200 if allowed else 403)
                index = self.client.get(reverse("admin:index"))
                assert (AUDIT in index.content.decode()) == allowed

    def test_person_is_found_by_typing(self):
        make_user(username="nilufar")
        query = {"app_label": "admin", "model_name": "logentry", "field_name": "user", "term": "niluf"}
        assert "nilufar" in str(self.client.get(reverse("admin:autocomplete"), query).json())


class UnchangeableTests(LogTestCase):
    def test_nobody_adds_changes_or_deletes_an_entry_by_any_request(self):
        entry = self.write()
        everything = {
            "action": "delete_selected", "_selected_action": [entry.pk], "post": "yes", "select_across": "1",
            "action_flag": "3", "object_repr": "x", "user": self.chief.pk, "change_message": "x", "_save": "Save",
            "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": entry.pk, "form-0-object_repr": "x",
        }  # fmt: skip
        before = LogEntry.objects.values().get(pk=entry.pk)
        addresses = [AUDIT, EXPORT, f"{AUDIT}add/", *(f"{AUDIT}{entry.pk}/{end}" for end in ("", "change/", "delete/"))]
        addresses.append(f"{AUDIT}{entry.pk}/history/")
        for user in (self.chief, make_user(roles.ADMINISTRATOR), make_user(is_superuser=True)):
            self.log_in(user)
            assert LogEntry.objects.count() == 1
            for address in addresses:
                for method in ("post", "put", "delete", "patch"):
                    with self.subTest(f"{method} {address}"):
                        response = getattr(self.client, method)(address, everything if method == "post" else "{}")
                        assert response.status_code in {200, 302, 301, 403, 404, 405}
                        assert LogEntry.objects.values().get() == before
            self.assertNotContains(self.client.get(AUDIT), "_selected_action")
            self.assertNotContains(self.client.get(f"{AUDIT}{entry.pk}/change/"), 'name="_save"')

    def test_entries_do_not_go_with_the_login_that_made_them(self):
        writer = make_user()
        self.write(by=writer)
        self.log_in(make_user(roles.ADMINISTRATOR))
        self.client.post(reverse("admin:auth_user_delete", args=[writer.pk]), {"post": "yes"})
        data = {"action": "delete_selected", "_selected_action": [writer.pk], "post": "yes"}
        self.client.post(reverse("admin:auth_user_changelist"), data)
        assert LogEntry.objects.filter(user=writer).count() == 1


class ExportTests(LogTestCase):
    def test_filtered_entries_come_as_csv_with_times_in_the_zone(self):
        self.write(message=VALUES, action_time=datetime(2025, 12, 8, 3, 0, tzinfo=UTC))
        self.write(make_image(), ADDITION, action_time=datetime(2025, 12, 8, 4, 0, tzinfo=UTC))
        head, row = self.exported(kind="articles.section")
        assert head[0] == "When"
        assert row[0] == "2025-12-08T09:00:00+06:00" or row[0].endswith("+00:00")
        assert row[1] == self.chief.username
        assert row[6:] == [
            "The News",
            "Changed Name. Name: News → The <b>News</b>; In menu: yes → no",
            f"{self.chief.username} changed the section “The News”: Name",
        ]

    def test_no_cell_is_a_formula(self):
        for name in ("=1+1", "+1", "-1", "@x", "\t=1", "=HYPERLINK()"):
            self.write(object_repr=name, change_message=name)
        for row in self.exported()[1:]:
            for cell in row:
                assert not cell.startswith(("=", "+", "-", "@", "\t"))

    def test_file_has_an_end(self):
        for _n in range(3):
            self.write()
        with mock.patch.object(audit, "MOST_EXPORTED", 2):
            assert len(self.exported()) == 3

    def test_odd_entries_are_shown_as_they_stand(self):
        odd = ["[1]", '[{"changed": 1}]', '[{"changed": {"values": [1]}}]', "[", '[{"added": {"name": 1}}]', "[" * 5000]
        odd.append('[{"changed": {"fields": [], "values": {"": 1, "x": null, "y": [1]}}}]')
        for message in odd:
            entry = self.write(change_message=message)
            assert isinstance(log.message(entry), str)
            assert isinstance(log.values(entry), list)
        self.write(content_type=None, object_id="not a number", action_flag=7)
        self.write(content_type=ContentType.objects.create(app_label="gone", model="model"))
        assert self.client.get(AUDIT).status_code == 200
        assert len(self.exported()) == len(odd) + 3


class HistoryOfARowTests(LogTestCase):
    def history(self, thing, **query):
        return self.client.get(reverse(f"admin:articles_{thing._meta.model_name}_history", args=[thing.pk]), query)

    def test_history_of_a_row_shows_values_from_and_to(self):
        for thing in (self.section, make_image(), make_article()):
            with self.subTest(thing._meta.model_name):
                self.write(thing, message=VALUES)
                page = self.history(thing)
                self.assertContains(page, "The &lt;b&gt;News&lt;/b&gt;")
                self.assertContains(page, f"changed the {thing._meta.verbose_name} “")
                self.assertContains(page, self.chief.username)

    def test_history_of_an_article_leads_to_its_versions(self):
        article = make_article()
        self.assertContains(self.history(article), reverse("admin:articles_article_versions", args=[article.pk]))

    def test_row_without_a_history_says_so(self):
        self.assertContains(self.history(self.section), "Nothing that was done with it")

    def test_long_history_has_pages(self):
        content_type = ContentType.objects.get_for_model(Section)
        LogEntry.objects.bulk_create(
            LogEntry(
                user=self.chief,
                content_type=content_type,
                object_id=str(self.section.pk),
                object_repr="The News",
                action_flag=CHANGE,
                change_message=json.dumps(VALUES),
            )
            for _n in range(130)
        )
        self.assertContains(self.history(self.section), "?p=2")
        assert len(self.history(self.section, p=2).context["action_list"]) == 30
