"""The desk's first page: to each person what is theirs, and the same number of queries however much there is."""

import re
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from articles.admin.article import autosaves
from articles.desk import roles, workflow
from articles.models import Article, Autosave
from articles.tests.factories import make_article, make_chief, make_edition, make_section, make_user
from newsroom.desk import dashboard
from newsroom.watch import late_rates
from tickers.models import Pair, Rate, Source

INDEX = reverse("admin:index")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_failure(name="articles.tasks.make_renditions"):
    row = DBTaskResult.objects.create(
        status="FAILED",
        args_kwargs={"args": [], "kwargs": {}},
        task_path=name,
        backend_name="default",
        run_after=get_date_max(),
        exception_class_path="builtins.OSError",
        traceback="",
    )
    DBTaskResult.objects.filter(pk=row.pk).update(finished_at=timezone.now())
    return row


class DashboardTestCase(TestCase):
    def setUp(self):
        roles.make_groups()
        self.now = timezone.now()
        self.chief = make_chief()

    def blocks(self, user):
        page = dashboard.dashboard_of(user)
        return {block.slug: block for block in [*page.mine, *page.paper]}

    def titles(self, slug, user=None):
        return [line.title for line in self.blocks(user or self.chief)[slug].lines]

    def schedule(self, after, **fields):
        article = make_article(**fields)
        workflow.schedule(article, by=self.chief, at=self.now + after)
        article.refresh_from_db()
        return article


class BlockTests(DashboardTestCase):
    def test_editor_sees_what_waits_in_their_sections_and_those_within(self):
        editor, section = make_user(roles.SECTION_EDITOR), make_section()
        section.editors.add(editor)
        make_article(headline="For me", section=section, stage="in_review")
        make_article(headline="Within", section=make_section(parent=section), stage="ready")
        make_article(headline="For another", stage="in_review")
        assert set(self.titles("waiting", editor)) == {"For me", "Within"}
        assert len(self.titles("waiting")) == 3

    def test_reporter_waits_for_nobody_but_has_drafts_with_the_note_that_came_back(self):
        reporter = make_user(roles.REPORTER)
        make_article(headline="Mine", created_by=reporter, sent_back_note="Shorter, please")
        make_article(headline="Another’s")
        blocks = self.blocks(reporter)
        assert "waiting" not in blocks
        [line] = blocks["mine"].lines
        assert (line.title, line.note) == ("Mine", "Sent back: Shorter, please")

    def test_assigned_comes_by_due_time_and_overdue_is_marked(self):
        make_article(headline="Some day", assignee=self.chief)
        make_article(headline="Soon", assignee=self.chief, due_at=self.now + HOUR)
        make_article(headline="Late", assignee=self.chief, due_at=self.now - HOUR)
        make_article(headline="Done", assignee=self.chief, due_at=self.now, stage="published")
        lines = self.blocks(self.chief)["assigned"].lines
        assert [(line.title, line.mark) for line in lines] == [("Late", "overdue"), ("Soon", ""), ("Some day", "")]

    def test_next_day_is_shown_and_what_comes_later_is_not(self):
        self.schedule(25 * HOUR, headline="The day after")
        self.schedule(23 * HOUR, headline="Tomorrow")
        assert self.titles("scheduled") == ["Tomorrow"]

    def test_live_articles_and_those_with_changes(self):
        live = make_edition(headline="Live one").article
        make_edition(headline="Gone", live_until=self.now - HOUR, live_from=self.now - DAY)
        assert self.titles("live") == ["Live one"]
        assert self.titles("unpublished") == []
        live.refresh_from_db()
        workflow.saved(live, by=self.chief)
        assert self.titles("unpublished") == ["Live one"]

    def test_what_readers_have_is_called_no_draft(self):
        live = make_edition().article
        make_article(headline="New", assignee=self.chief)
        Article.objects.filter(pk=live.pk).update(assignee=self.chief)
        live.refresh_from_db()
        workflow.saved(live, by=self.chief)
        [line] = self.blocks(self.chief)["unpublished"].lines
        assert line.facts[0] == "its changes: draft"
        assert {line.facts[0] for line in self.blocks(self.chief)["assigned"].lines} == {"its changes: draft", "draft"}

    def test_scheduled_in_an_older_text_is_marked_and_embargo_is_said(self):
        article = self.schedule(2 * DAY, headline="Coming", embargo_until=self.now + DAY)
        assert self.titles("older") == []
        workflow.saved(article, by=self.chief)
        [line] = self.blocks(self.chief)["older"].lines
        assert line.mark == "an older text than the working copy"
        assert any(str(fact).startswith("embargo until") for fact in line.facts)

    def test_what_lies_in_the_trash_is_nowhere(self):
        fields = {"trashed_at": self.now, "assignee": self.chief, "created_by": self.chief}
        for stage in ("draft", "in_review", "ready"):
            make_article(headline="Trash", stage=stage, **fields)
        trashed = self.schedule(2 * HOUR, headline="Trash")
        workflow.saved(trashed, by=self.chief)
        Article.objects.update(trashed_at=self.now)
        self.client.force_login(self.chief)
        self.assertNotContains(self.client.get(INDEX), "Trash")

    def test_rates_held_and_late_are_for_those_who_see_rates(self):
        held = Pair.objects.create(base="KGS", order=1)
        Pair.objects.create(base="KZT", order=2)
        Pair.objects.create(base="TMT", order=3, provider="peg", peg_value=Decimal("0.2857"))
        today = timezone.localdate()
        Rate.objects.create(pair=held, effective_date=today, value=1)
        Rate.objects.create(pair=held, effective_date=today, value=9, status="held", held_reason="Moved 800 %")
        for user in (self.chief, make_user(roles.RATES_DESK)):
            lines = self.blocks(user)["rates"].lines
            assert [(line.title, line.mark) for line in lines] == [
                ("KGS/USD: 9", "held"),
                ("KZT/USD", ""),
            ]  # no rate yet is not late
        Rate.objects.accepted().update(doubt="The rate of Tuesday is back where the pair was before this one.")
        [doubted, *_rest] = self.blocks(self.chief)["rates"].lines
        assert (doubted.title, doubted.mark) == ("KGS/USD: 1", "doubted")
        assert doubted.facts[1].startswith("The rate of Tuesday")
        block = self.blocks(self.chief)["rates"]
        assert block.title == "Rates that need a look"
        self.client.force_login(self.chief)
        listed = self.client.get(block.url).context["cl"].result_list
        assert [f"{rate.pair}: {rate.value.normalize():f}" for rate in listed.order_by("status")] == [
            line.title for line in block.lines if line.mark in {"doubted", "held"}
        ]
        assert "rates" not in self.blocks(make_user(roles.REPORTER))

    def test_source_that_failed_three_times_in_a_row_is_told_until_it_answers(self):
        source = Source.objects.create(provider="nbkr", failures=2, trouble="www.nbkr.kg took too long to answer.")
        assert self.blocks(self.chief)["rates"].lines == []
        source.failures = 3
        source.save()
        [line] = self.blocks(self.chief)["rates"].lines
        assert (line.title, line.mark) == ("National Bank of the Kyrgyz Republic", "failing")
        assert line.facts == ["failed 3 times in a row", "www.nbkr.kg took too long to answer."]

    def test_what_was_typed_and_never_saved_is_told_to_who_typed_it(self):
        reporter = make_user(roles.REPORTER)
        assert "unsaved" not in self.blocks(reporter)
        article = make_article(headline="Road", created_by=reporter)
        for window, headline in (("a" * 36, "Road to the pass"), ("b" * 36, "Road to the lake")):
            autosaves.keep_autosave(reporter, article, window, article.version, {"headline": [headline]})
        autosaves.keep_autosave(reporter, None, "c" * 36, 0, {"headline": ["New one"]})
        assert sorted(self.titles("unsaved", reporter)) == ["New one", "Road to the lake"]
        urls = [line.url for line in self.blocks(reporter)["unsaved"].lines]
        assert sorted(urls) == sorted([article.get_absolute_url(), "/admin/articles/article/add/"])
        assert "unsaved" not in self.blocks(self.chief)
        Autosave.objects.update(settled_at=timezone.now(), outcome="dropped")
        assert "unsaved" not in self.blocks(reporter)

    def test_weekend_makes_no_rate_late(self):
        assert str(late_rates.working_days_before(date(2026, 11, 23), 3)) == "2026-11-18"

    def test_failures_are_the_newest_and_for_chiefs_and_administrators(self):
        for number in range(7):
            make_failure(f"articles.tasks.task_{number}")
        assert self.titles("failures") == ["task 6", "task 5", "task 4", "task 3", "task 2"]
        assert "failures" in self.blocks(make_user(roles.ADMINISTRATOR))
        assert "failures" not in self.blocks(make_user(roles.SECTION_EDITOR))

    def test_every_heading_and_every_line_leads_somewhere(self):
        self.fill()
        self.client.force_login(self.chief)
        for slug, block in self.blocks(self.chief).items():
            assert block.lines, slug
            for url in [block.url, *(line.url for line in block.lines)]:
                with self.subTest(url):
                    assert self.client.get(url, follow=True).status_code == 200

    def test_headings_lead_to_the_lists_whose_beginning_they_show(self):
        self.fill()
        self.client.force_login(self.chief)
        blocks = self.blocks(self.chief)
        for slug in ("waiting", "mine", "live", "unpublished"):
            with self.subTest(slug):
                found = self.client.get(blocks[slug].url).context["cl"].result_list
                assert {row.headline for row in found} == {line.title for line in blocks[slug].lines}

    def test_empty_blocks_are_a_line(self):
        self.client.force_login(make_user(roles.REPORTER))
        self.assertContains(self.client.get(INDEX), "You have no saved drafts.")

    def fill(self):
        make_article(stage="in_review")
        make_article(created_by=self.chief)
        make_article(assignee=self.chief, due_at=self.now, stage="draft")
        live = make_edition().article
        live.refresh_from_db()
        workflow.saved(live, by=self.chief)
        workflow.saved(self.schedule(HOUR), by=self.chief)
        Pair.objects.create(base="KGS")
        make_failure()


class PartsTests(DashboardTestCase):
    """What waits, what is sent, what needs a decision, and that all is well, in this order, and true."""

    def parts(self, user):
        self.client.force_login(user)
        page = self.client.get(INDEX).content.decode()
        return re.findall(r'<h2 id="part-(?:[a-z]+)">([^<]+)</h2>', page)

    def test_parts_come_in_the_order_in_which_they_matter(self):
        writer, section = make_user(roles.SECTION_EDITOR), make_section()
        section.editors.add(writer)
        make_article(created_by=writer)
        make_article(created_by=writer, stage="in_review")
        changed = make_edition(section=section).article
        changed.refresh_from_db()
        workflow.saved(changed, by=self.chief)
        assert self.parts(writer) == [
            "Waits for you",
            "Sent by you",
            "Needs a decision",
            "The rest is well",
            "With readers",
        ]

    def test_all_is_well_only_where_nothing_waits_and_nothing_is_to_be_decided(self):
        assert self.parts(self.chief) == ["All is well", "With readers"]
        make_article(stage="in_review")
        assert self.parts(self.chief) == ["Waits for you", "The rest is well", "With readers"]

    def test_editor_without_sections_is_not_told_that_this_is_well(self):
        page = dashboard.dashboard_of(make_user(roles.SECTION_EDITOR))
        assert [block.slug for block in page.waits] == ["waiting"]
        assert "waiting" not in [block.slug for block in page.well]

    def test_every_block_stands_in_one_part(self):
        for role in roles.PERMISSIONS:
            page = dashboard.dashboard_of(make_user(role))
            parts = [*page.waits, *page.sent, *page.to_decide, *page.well, *page.readers]
            shown = [block.slug for block in parts]
            empty = {block.slug for block in page.mine if not block.lines and block.slug in dashboard.SENT}
            with self.subTest(role):
                assert len(shown) == len(set(shown))
                assert set(shown) | empty == {block.slug for block in [*page.mine, *page.paper]}


class DecisionTests(DashboardTestCase):
    """What is to be decided stands on the page of those who may, and of nobody else."""

    def test_decisions_are_shown_to_those_who_may_decide(self):
        section = make_section()
        editor, other = make_user(roles.SECTION_EDITOR), make_user(roles.SECTION_EDITOR)
        section.editors.add(editor)
        make_section().editors.add(other)
        reporter, pictures = make_user(roles.REPORTER), make_user(roles.PICTURE_EDITOR)
        changed = make_edition(article=make_article(section=section, created_by=reporter)).article
        later = self.schedule(2 * DAY, section=section, created_by=reporter)
        for article in (changed, later):
            article.refresh_from_db()
            workflow.saved(article, by=self.chief)
        for user, sees in ((self.chief, True), (editor, True), (other, False), (reporter, False), (pictures, False)):
            with self.subTest(user=user):
                decided = [block.slug for block in dashboard.dashboard_of(user).to_decide]
                assert decided == (["unpublished", "older"] if sees else [])
                self.client.force_login(user)
                edition = later.editions.get()
                page = self.client.get(reverse("admin:articles_article_decide", args=[later.pk, edition.pk]))
                assert (page.status_code == 403) != sees
                if not sees:
                    self.assertContains(page, "a chief editor decides what is scheduled: ask one", status_code=403)
                    self.assertNotContains(page, "not open to the public", status_code=403)

    def test_desk_says_whom_to_ask_of_what_one_may_not_open(self):
        self.client.force_login(make_user(roles.REPORTER))
        page = self.client.get(reverse("admin:admin_logentry_changelist"))
        self.assertContains(page, "Your role: Reporter.", status_code=403)
        self.assertContains(page, "ask a chief editor", status_code=403)


class QueryTests(DashboardTestCase):
    def fill(self):
        for role in roles.PERMISSIONS:
            user = make_user(role)
            make_article(created_by=user, stage="in_review", assignee=user, due_at=self.now)
            make_article(created_by=user, saved_by=user, assignee=user)
            live = make_edition(created_by=user).article
            live.refresh_from_db()
            workflow.saved(live, by=user)
            workflow.saved(self.schedule(HOUR), by=user)
            make_failure()

    def count(self, user):
        self.client.force_login(user)
        self.client.get(INDEX)
        with CaptureQueriesContext(connection) as queries:
            assert self.client.get(INDEX).status_code == 200
        assert not [row for row in queries.captured_queries if "COUNT(" in row["sql"].upper()]
        return len(queries)

    def test_everybody_takes_as_many_queries_for_much_as_for_little(self):
        users = {role: make_user(role) for role in roles.PERMISSIONS}
        self.fill()
        few = {role: self.count(user) for role, user in users.items()}
        self.fill()
        for role, user in users.items():
            with self.subTest(role):
                assert self.count(user) == few[role]
        # For an administrator two of them are what a paper that begins lacks, one is how its backups went, and the
        # rest what is wrong.
        assert max(few.values()) <= 27, few
