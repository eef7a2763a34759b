"""Templates of articles: kept from an article by editors, begun with by whoever writes."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import time_machine
from django.apps import apps
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles.desk import merges, roles
from articles.folding import key
from articles.models import Article, Template
from articles.tests.factories import make_article, make_author, make_chief, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase
from newsroom.tests.test_unsaved_forms import data_of

ADD = reverse("admin:articles_article_add")
KEEP = reverse("admin:articles_template_add")
LIST = reverse("admin:articles_template_changelist")
DAY = datetime(2025, 12, 8, 20, 30, tzinfo=UTC)  # the 9th in Bishkek


def change(template):
    return reverse("admin:articles_template_change", args=[template.pk])


def delete(template):
    return reverse("admin:articles_template_delete", args=[template.pk])


class KeepingTests(DeskTestCase):
    def setUp(self):
        self.section = make_section()
        self.editor = self.log_in(make_user(roles.SECTION_EDITOR))
        self.section.editors.add(self.editor)
        self.article = make_article(
            headline="Som gains", standfirst="What moved.", body="<h2>Currencies</h2><p>Text.</p>",
            section=self.section, kind="brief", language="ru", tags=["Rates", "Som"], authors=[make_author()],
            embargo_until=timezone.now() + timedelta(days=1),
        )  # fmt: skip

    def keep(self, **fields):
        page = self.client.get(KEEP, {"from": self.article.pk})
        return self.client.post(KEEP, data_of(page) | {"name": "Market wrap", "_save": "1"} | fields)

    def test_article_is_kept_without_its_times_and_authors(self):
        self.assertContains(self.page(self.article), f"{KEEP}?from={self.article.pk}")
        self.assertRedirects(self.keep(headline="Som on {date}"), LIST)
        template = Template.objects.get()
        names = ("headline", "standfirst", "body", "kind", "language", "tags")
        assert {name: getattr(template, name) for name in names} == {
            "headline": "Som on {date}",
            "standfirst": "What moved.",
            "body": "<h2>Currencies</h2><p>Text.</p>",
            "kind": "brief",
            "language": "ru",
            "tags": ["Rates", "Som"],
        }
        assert (template.section, template.made_by) == (self.section, self.editor)
        assert not {"bylines", "embargo_until", "published_at"} & {field.name for field in Template._meta.get_fields()}

    def test_keeping_renaming_and_deleting_stand_in_the_audit(self):
        self.keep()
        template = Template.objects.get()
        page = self.client.get(change(template))
        self.client.post(change(template), data_of(page) | {"name": "Morning wrap", "_save": "1"})
        self.client.post(delete(template), {"post": "yes"})
        assert not Template.objects.exists()
        said = LogEntry.objects.filter(object_id=str(template.pk), content_type__model="template").order_by("pk")
        assert [entry.action_flag for entry in said] == [ADDITION, CHANGE, DELETION]
        assert [entry.object_repr for entry in said] == ["Market wrap", "Morning wrap", "Morning wrap"]
        assert "Name" in said[1].get_change_message()

    def test_name_is_one_templates_alone_and_what_was_typed_stays(self):
        self.keep()
        page = self.keep(name="MARKET WRAP", headline="Typed anew")
        self.assertContains(page, "There is a template of this name")
        self.assertContains(page, "Typed anew")
        self.assertContains(self.keep(name="\u200b"), "This field is required")
        with self.assertRaises(IntegrityError), transaction.atomic():
            Template.objects.create(name="market wrap")

    def test_name_in_other_letters_of_any_alphabet_is_the_same_name(self):
        self.keep(name="Обзор рынка")
        for name in ("ОБЗОР РЫНКА", "обзор\u00a0рынка"):
            with self.subTest(name):
                self.assertContains(self.keep(name=name), "There is a template of this name")
                with self.assertRaises(IntegrityError), transaction.atomic():
                    Template.objects.create(name=name)
        own = Template.objects.get()
        page = self.client.get(change(own))
        self.client.post(change(own), data_of(page) | {"name": "ОБЗОР рынка", "_save": "1"})
        assert Template.objects.get().name == "ОБЗОР рынка"

    def test_only_editors_keep_and_only_of_their_sections_or_own_change_and_delete(self):
        self.keep()
        template = Template.objects.get()
        elsewhere = Template.objects.create(name="Elsewhere", section=make_section())
        for user, may_keep, own, other in (
            (self.editor, True, True, False),
            (make_user(roles.SECTION_EDITOR), True, False, False),
            (make_chief(), True, True, True),
            (make_user(roles.ADMINISTRATOR), True, True, True),
            (make_user(roles.REPORTER), False, False, False),
            (make_user(roles.PICTURE_EDITOR), False, False, False),
            (make_user(roles.RATES_DESK), False, False, False),
        ):
            with self.subTest(roles.roles_of(user)):
                user = User.objects.get(pk=user.pk)
                self.log_in(user)
                assert (self.client.get(KEEP).status_code == 200) == may_keep
                for one, may in ((template, own), (elsewhere, other)):
                    data = {"name": one.name, "kind": "news", "language": "en", "_save": "1"}
                    posted = self.client.post(change(one), data)
                    assert (posted.status_code != 403) == may
                    assert (self.client.get(delete(one)).status_code == 200) == may

    def test_reporter_reads_the_list_and_no_link_to_keep(self):
        Template.objects.create(name="Market wrap")
        self.log_in(make_user(roles.REPORTER))
        self.assertContains(self.client.get(LIST), "New article from it")
        self.assertNotContains(self.page(self.article), "Keep as a template")

    def test_list_asks_as_often_for_many_as_for_one(self):
        Template.objects.create(name="One", section=self.section, made_by=self.editor)
        self.client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            self.client.get(LIST)
        for number in range(9):
            Template.objects.create(name=f"More {number}", section=make_section(), made_by=make_user())
        with self.assertNumQueries(len(queries)):
            self.client.get(LIST)


class BeginningTests(DeskTestCase):
    def setUp(self):
        self.section = make_section()
        self.reporter = self.log_in(make_user(roles.REPORTER))
        self.template = Template.objects.create(
            name="Market wrap", headline="{weekday}, {date}: the som", standfirst="On {date}.", kind="brief",
            body="<h2>{weekday}</h2><p>Text &amp; more.</p>", section=self.section, tags=["Rates"], language="ru",
        )  # fmt: skip

    @time_machine.travel(DAY, tick=False)
    def test_add_screen_offers_it_and_fills_the_form_in_with_the_day_of_the_paper(self):
        self.assertContains(self.client.get(ADD), f'href="{ADD}?template={self.template.pk}"')
        page = self.client.get(ADD, {"template": self.template.pk})
        self.assertContains(page, 'aria-current="true"')
        form = page.context["adminform"].form
        assert form["headline"].value().casefold() == "вторник, 9 декабря 2025: the som"
        assert form["standfirst"].value() == "On 9 декабря 2025."
        assert not Article.objects.exists()
        self.client.post(f"{ADD}?template={self.template.pk}", data_of(page) | {"_continue": "1"})
        article = Article.objects.get()
        assert (article.section, article.kind, article.language) == (self.section, "brief", "ru")
        assert [tag.name for tag in article.tags.all()] == ["Rates"]
        assert article.body.endswith("<p>Text &amp; more.</p>")
        assert "{" not in article.headline + article.body + article.standfirst
        assert (article.created_by, article.published_at) == (self.reporter, None)

    def test_what_is_no_template_begins_an_empty_article(self):
        for asked in ("99999", "x", "", "9" * 40, "\x00"):
            with self.subTest(asked):
                form = self.client.get(ADD, {"template": asked}, follow=True)
                if form.status_code == 200:
                    assert not form.context["adminform"].form["headline"].value()

    def test_without_any_nothing_is_offered_and_many_are_listed_elsewhere(self):
        for number in range(40):
            Template.objects.create(name=f"Number {number}")
        self.assertContains(self.client.get(ADD), "?template=", count=30)
        self.assertContains(self.client.get(ADD), "All templates")
        Template.objects.all().delete()
        self.assertNotContains(self.client.get(ADD), "from a template")

    def test_tag_that_was_merged_is_the_one_it_became(self):
        gone, stays = Tag.objects.create(name="Rates"), Tag.objects.create(name="Currencies")
        merges.start_merge(gone, stays, by=make_chief())
        page = self.client.get(ADD, {"template": self.template.pk})
        self.client.post(ADD, data_of(page) | {"headline": "H", "_continue": "1"})
        assert [tag.name for tag in Article.objects.get().tags.all()] == ["Currencies"]


class SectionTests(TestCase):
    def test_template_of_a_section_that_is_merged_goes_along(self):
        gone, stays = make_section(), make_section()
        template = Template.objects.create(name="Market wrap", section=gone)
        merges.start_merge(gone, stays, by=make_chief())
        template.refresh_from_db()
        assert template.section == stays


class TwinsTests(TestCase):
    def test_migration_gives_a_number_to_the_later_of_those_that_are_one_by_their_names(self):
        names = ["Ёлка", "Елка", "елка 2", "Other", "Елка\u0301", "x" * 80, "x" * 79 + "ẋ"]
        for number, name in enumerate(names):
            row = Template.objects.create(name=f"Row {number}")
            Template.objects.filter(pk=row.pk).update(name=name, name_key="")
        import_module("articles.migrations.0054_one_template_a_key").fill(apps, connection.schema_editor())
        now = list(Template.objects.order_by("pk").values_list("name", "name_key"))
        assert [name for name, _key in now] == [
            *("Ёлка", "Елка 3", "елка 2", "Other", "Елка\u0301 4", "x" * 80, f"{'x' * 78} 2")
        ]
        assert all(stored == key(name) for name, stored in now)
