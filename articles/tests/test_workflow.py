from datetime import timedelta

import time_machine
from django.test import TestCase
from django.utils import timezone
from taggit.models import Tag

from articles import search
from articles.desk import roles, workflow
from articles.desk.workflow import WorkflowError, timeline
from articles.models import Article, Copy, Edition, Notice, SiteSettings
from articles.models.copy import shared_values
from articles.tests.copy_fields import ANOTHER, MISSING
from articles.tests.factories import (
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_section,
    make_user,
)
from ground.times import FOR_EVER

HOUR = timedelta(hours=1)


class PublishingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()
        cls.article = make_article(headline="First text")

    def live(self, at=None):
        return [edition.headline for edition in self.article.editions.live(at)]

    def rewrite(self, headline):
        self.article.refresh_from_db()
        self.article.headline = headline
        self.article.save()
        workflow.saved(self.article, by=self.chief)

    def test_published_article_is_live_at_once_and_for_ever(self):
        before = timezone.now()
        edition = workflow.publish(self.article, by=self.chief)
        assert self.live() == ["First text"]
        assert self.live(before) == []
        assert edition.live_until == FOR_EVER
        self.article.refresh_from_db()
        assert self.article.stage == "published"

    def test_editing_a_live_article_changes_nothing_for_readers(self):
        workflow.publish(self.article, by=self.chief)
        self.rewrite("Second text")
        assert self.live() == ["First text"]
        assert self.article.stage == "draft"

    def test_update_ends_what_was_live_in_the_same_instant(self):
        first = workflow.publish(self.article, by=self.chief)
        self.rewrite("Second text")
        second = workflow.publish(self.article, by=self.chief)
        first.refresh_from_db()
        assert first.live_until == second.live_from
        assert self.live() == ["Second text"]
        assert second.path == first.path
        assert second.published_at == first.published_at

    def test_scheduled_update_waits_for_its_time_and_needs_no_job(self):
        workflow.publish(self.article, by=self.chief)
        self.rewrite("Second text")
        soon = timezone.now() + HOUR
        workflow.schedule(self.article, by=self.chief, at=soon)
        assert self.live(soon - timedelta(microseconds=1)) == ["First text"]
        assert self.live(soon) == ["Second text"]

    def test_publishing_now_keeps_what_is_scheduled(self):
        soon = timezone.now() + HOUR
        workflow.schedule(self.article, by=self.chief, at=soon)
        self.rewrite("Early text")
        workflow.publish(self.article, by=self.chief)
        assert self.live() == ["Early text"]
        assert self.live(soon) == ["First text"]
        days = set(self.article.editions.values_list("published_at", "path"))
        assert len(days) == 1  # the later edition took over the day of the first

    def test_cancelled_update_gives_its_predecessor_its_end_back(self):
        workflow.publish(self.article, by=self.chief)
        end = timezone.now() + 5 * HOUR
        workflow.take_down(self.article, by=self.chief, at=end)
        update = workflow.schedule(self.article, by=self.chief, at=timezone.now() + HOUR)
        workflow.cancel(update, by=self.chief)
        assert list(self.article.editions.values_list("live_until", flat=True)) == [end]

    def test_cancelling_what_started_after_an_end_brings_nothing_back(self):
        workflow.publish(self.article, by=self.chief)
        end = timezone.now() + HOUR
        workflow.take_down(self.article, by=self.chief, at=end)
        again = workflow.schedule(self.article, by=self.chief, at=end)
        workflow.cancel(again, by=self.chief)
        assert self.live(end) == []

    def test_cancelled_first_publication_leaves_no_trace(self):
        edition = workflow.schedule(self.article, by=self.chief, at=timezone.now() + HOUR)
        workflow.cancel(edition, by=self.chief)
        self.article.refresh_from_db()
        assert (self.article.published_at, self.article.editions.count()) == (None, 0)

    def test_article_published_before_its_schedule_goes_on_when_that_is_cancelled_or_moved(self):
        tomorrow = timezone.now() + 24 * HOUR
        scheduled = workflow.schedule(self.article, by=self.chief, at=tomorrow)
        workflow.publish(self.article, by=self.chief)
        moved = workflow.reschedule(scheduled, by=self.chief, at=tomorrow + 24 * HOUR)
        assert self.live(tomorrow + HOUR) == ["First text"]
        workflow.cancel(moved, by=self.chief)
        assert self.article.editions.get().live_until == FOR_EVER

    def test_live_edition_can_not_be_cancelled(self):
        edition = workflow.publish(self.article, by=self.chief)
        with self.assertRaisesMessage(WorkflowError, "live already"):
            workflow.cancel(edition, by=self.chief)
        assert self.live() == ["First text"]

    def test_rescheduled_edition_keeps_the_text_it_was_scheduled_with(self):
        author, country = make_author(), make_section()
        article = make_article(headline="Frozen", authors=[author], further=[country], tags=["Silk Road"])
        edition = workflow.schedule(article, by=self.chief, at=timezone.now() + HOUR)
        article.refresh_from_db()
        article.headline = "Edited since"
        article.save()
        later = timezone.now() + 3 * HOUR
        moved = workflow.reschedule(edition, by=make_chief(), at=later)
        assert (moved.cut_at, moved.cut_by) == (edition.cut_at, self.chief)
        assert (moved.headline, moved.live_from) == ("Frozen", later)
        assert moved.authors == [author]
        assert [tag.name for tag in moved.tags.all()] == ["Silk Road"]
        assert country in moved.sections.all()

    def test_moved_schedule_keeps_the_end_that_was_set(self):
        edition = workflow.schedule(self.article, by=self.chief, at=timezone.now() + HOUR)
        end = timezone.now() + 6 * HOUR
        workflow.take_down(self.article, by=self.chief, at=end)
        moved = workflow.reschedule(edition, by=self.chief, at=timezone.now() + 3 * HOUR)
        assert moved.live_until == end
        with self.assertRaisesMessage(WorkflowError, "choose a time before that"):
            workflow.reschedule(moved, by=self.chief, at=end + HOUR)
        with self.assertRaisesMessage(WorkflowError, "choose a time before that"):
            workflow.reschedule(moved, by=self.chief, at=end)

    def test_cancelling_a_schedule_takes_no_submission_back(self):
        workflow.publish(self.article, by=self.chief)
        edition = workflow.schedule(self.article, by=self.chief, at=timezone.now() + HOUR)
        workflow.saved(Article.objects.get(pk=self.article.pk), by=self.chief)
        workflow.submit(self.article, by=self.chief)
        workflow.cancel(edition, by=self.chief)
        self.article.refresh_from_db()
        assert self.article.stage == "in_review"

    def test_article_ends_at_its_time_and_can_be_kept_again(self):
        workflow.publish(self.article, by=self.chief)
        end = timezone.now() + HOUR
        workflow.take_down(self.article, by=self.chief, at=end)
        assert self.live(end) == []
        workflow.take_down(self.article, by=self.chief, at=None)
        assert self.live(end) == ["First text"]

    def test_withdrawing_ends_now_with_a_reason_and_drops_what_is_scheduled(self):
        workflow.publish(self.article, by=self.chief)
        soon = timezone.now() + HOUR
        workflow.schedule(self.article, by=self.chief, at=soon)
        edition = workflow.withdraw(self.article, by=self.chief, reason="A court asked for it.")
        assert self.live() == self.live(soon) == []
        assert edition.withdrawn_reason == "A court asked for it."

    def test_withdrawn_article_is_restored_by_publishing_again_at_its_old_address(self):
        with time_machine.travel("2025-12-08T09:00:00Z", tick=False):
            first = workflow.publish(self.article, by=self.chief)
        with time_machine.travel("2025-12-09T09:00:00Z", tick=False):
            workflow.withdraw(self.article, by=self.chief, reason="Checking a source.")
        again = workflow.publish(self.article, by=self.chief)
        assert (again.path, again.published_at) == (first.path, first.published_at)

    def test_withdrawal_needs_a_reason(self):
        workflow.publish(self.article, by=self.chief)
        with self.assertRaisesMessage(WorkflowError, "Write the reason"):
            workflow.withdraw(self.article, by=self.chief, reason="  ")

    def test_nobody_starts_an_edition_before_the_embargo(self):
        soon = timezone.now() + HOUR
        Article.objects.filter(pk=self.article.pk).update(embargo_until=soon)
        for step in (
            lambda: workflow.publish(self.article, by=make_user(is_superuser=True)),
            lambda: workflow.schedule(self.article, by=self.chief, at=soon - timedelta(minutes=1)),
        ):
            with self.assertRaisesMessage(WorkflowError, "under embargo until"):
                step()
        edition = workflow.schedule(self.article, by=self.chief, at=soon)
        with self.assertRaisesMessage(WorkflowError, "under embargo until"):
            workflow.reschedule(edition, by=self.chief, at=soon - timedelta(minutes=1))

    def test_times_in_the_past_are_refused(self):
        past = timezone.now() - HOUR
        with self.assertRaisesMessage(WorkflowError, "in the future"):
            workflow.schedule(self.article, by=self.chief, at=past)

    def test_address_has_the_day_in_the_papers_time_zone(self):
        SiteSettings.objects.create(time_zone="Asia/Bishkek")
        with time_machine.travel("2025-12-07T20:00:00Z", tick=False):  # two in the morning of the 8th in Bishkek
            edition = workflow.publish(self.article, by=self.chief)
        assert edition.path == f"/2025/12/08/{self.article.slug}/"

    def test_address_of_a_cancelled_schedule_is_free_again(self):
        at = timezone.now() + 48 * HOUR
        workflow.cancel(workflow.schedule(self.article, by=self.chief, at=at), by=self.chief)
        workflow.schedule(make_article(slug=self.article.slug), by=self.chief, at=at)

    def test_moved_schedule_keeps_the_address_it_was_scheduled_with(self):
        edition = workflow.schedule(self.article, by=self.chief, at=timezone.now() + HOUR)
        Article.objects.filter(pk=self.article.pk).update(slug="another-slug")
        moved = workflow.reschedule(edition, by=self.chief, at=timezone.now() + 48 * HOUR)
        assert moved.path.endswith(f"/{edition.slug}/")

    def test_no_two_editions_start_in_the_same_moment(self):
        at = timezone.now() + HOUR
        workflow.schedule(self.article, by=self.chief, at=at)
        with self.assertRaisesMessage(WorkflowError, "Another edition of this article starts at that very time."):
            workflow.schedule(self.article, by=self.chief, at=at)

    def test_newest_text_keeps_the_end_of_a_first_publication(self):
        at = timezone.now() + HOUR
        edition = workflow.schedule(self.article, by=self.chief, at=at)
        workflow.take_down(self.article, by=self.chief, at=at + HOUR)
        self.rewrite("Second text")
        renewed = workflow.renew(edition, by=self.chief)
        renewed.refresh_from_db()
        assert (renewed.headline, renewed.live_until) == ("Second text", at + HOUR)

    def test_what_lacks_nothing_is_told_so_and_left_as_it_is(self):
        workflow.publish(self.article, by=self.chief)
        edition = workflow.schedule(self.article, by=self.chief, at=timezone.now() + HOUR)
        with self.assertRaisesMessage(WorkflowError, "It has all that readers have already."):
            workflow.carry_over(edition, by=self.chief)

    def test_reason_of_a_withdrawal_is_told_in_two_hundred_characters_and_kept_whole(self):
        self.article.bylines.create(author=make_author(user=make_user()), order=1)
        workflow.publish(self.article, by=self.chief)
        edition = workflow.withdraw(self.article, by=self.chief, reason="x" * 201)
        assert edition.withdrawn_reason == "x" * 201
        told = Notice.objects.filter(kind=Notice.Kind.WITHDRAWN).latest("pk").text
        assert told.endswith(f": {'x' * 199}…")

    def test_day_of_the_address_stays_when_the_papers_time_zone_changes(self):
        settings = SiteSettings.objects.create(time_zone="Asia/Bishkek")
        with time_machine.travel("2025-12-07T20:00:00Z", tick=False):
            first = workflow.publish(self.article, by=self.chief)
        settings.time_zone = "Europe/London"
        settings.save()
        assert workflow.publish(self.article, by=self.chief).path == first.path

    def test_end_before_a_scheduled_update_is_refused(self):
        workflow.publish(self.article, by=self.chief)
        workflow.schedule(self.article, by=self.chief, at=timezone.now() + 10 * HOUR)
        with self.assertRaisesMessage(WorkflowError, "Cancel that first"):
            workflow.take_down(self.article, by=self.chief, at=timezone.now() + 2 * HOUR)

    def test_end_at_the_very_start_of_a_scheduled_update_is_refused(self):
        workflow.publish(self.article, by=self.chief)
        update = workflow.schedule(self.article, by=self.chief, at=timezone.now() + 10 * HOUR)
        with self.assertRaisesMessage(WorkflowError, "Cancel that first"):
            workflow.take_down(self.article, by=self.chief, at=update.live_from)

    def test_whatever_is_done_to_a_schedule_stands_in_the_history(self):
        edition = workflow.schedule(self.article, by=self.chief, at=timezone.now() + HOUR)
        assert Article.objects.get(pk=self.article.pk).stage == "published"
        edition = workflow.reschedule(edition, by=self.chief, at=timezone.now() + 2 * HOUR)
        workflow.cancel(edition, by=self.chief)
        notes = self.article.revisions.order_by("version").values_list("note", flat=True)
        for note, begins in zip(notes, ("Scheduled for", "Rescheduled for", "Schedule cancelled"), strict=True):
            assert note.startswith(begins), note

    def test_nothing_is_scheduled_for_this_very_moment(self):
        edition = workflow.schedule(self.article, by=self.chief, at=timezone.now() + HOUR)
        with time_machine.travel(timezone.now(), tick=False):
            for step, thing in ((workflow.schedule, self.article), (workflow.reschedule, edition)):
                with self.assertRaisesMessage(WorkflowError, "Choose a time in the future"):
                    step(thing, by=self.chief, at=timezone.now())

    def test_writers_hear_that_their_article_is_out_and_get_it_back_as_a_draft_when_it_is_withdrawn(self):
        writer = make_user(roles.REPORTER)
        article = make_article(created_by=writer)
        workflow.publish(article, by=self.chief)
        assert Notice.objects.get(user=writer).kind == Notice.Kind.PUBLISHED
        workflow.withdraw(article, by=self.chief, reason="Court")
        article.refresh_from_db()
        assert article.stage == "draft"

    def test_times_beyond_the_end_of_time_are_refused(self):
        workflow.publish(self.article, by=self.chief)
        for step in (workflow.schedule, workflow.take_down):
            with self.assertRaisesMessage(WorkflowError, "before the year 9999"):
                step(self.article, by=self.chief, at=FOR_EVER)

    def test_restoring_does_not_move_a_published_article_out_of_its_editors_hands(self):
        mine, theirs = make_section(), make_section()
        editor = make_user(roles.SECTION_EDITOR)
        mine.editors.add(editor)
        article = make_article(section=mine, created_by=editor)
        workflow.saved(article, by=editor)
        Article.objects.filter(pk=article.pk).update(section=theirs)
        workflow.publish(article, by=self.chief)
        restored = workflow.restore(article.revisions.get(version=1), by=editor, version=2)
        assert restored.section == theirs

    def test_incomplete_article_is_refused_with_all_that_lacks(self):
        article = make_article(section=None, body="<p> </p>")
        with self.assertRaises(WorkflowError) as refusal:
            workflow.publish(article, by=self.chief)
        assert "section" in str(refusal.exception)
        assert "body" in str(refusal.exception)
        assert not article.editions.exists()

    def test_erased_edition_keeps_who_when_and_why_and_no_text(self):
        administrator = make_user(roles.ADMINISTRATOR)
        workflow.publish(self.article, by=self.chief)
        edition = workflow.withdraw(self.article, by=self.chief, reason="Court")
        with self.assertRaises(WorkflowError):
            workflow.erase(edition, by=self.chief, reason="Court order 12")
        erased = workflow.erase(edition, by=administrator, reason="Court order 12")
        assert (erased.body, erased.standfirst, erased.erased_by) == ("", "", administrator)
        assert (erased.headline, erased.noindex) == ("Erased", True)
        assert "First text" not in str(shared_values(erased).values())

    def test_of_what_was_erased_the_search_keeps_no_text_and_means_no_word(self):
        article = make_article(headline="Zhyldyzbek testifies", body="<p>He lived in Karakol.</p>")
        begin = workflow.publish(article, by=self.chief).live_from
        edition = workflow.withdraw(article, by=self.chief, reason="Court")
        assert "Karakol" in search.WITH_TEXT.of([edition.pk])[0].found_text
        workflow.erase(edition, by=make_user(roles.ADMINISTRATOR), reason="Court order 12")
        assert not search.WITH_TEXT.of([edition.pk])[0].found_text
        page = {"narrow": search.Narrow(), "order": search.Order.BEST, "offset": 0, "limit": 20}
        for at in (begin, timezone.now()):
            for words in ("Zhyldyzbek", "Zhyldyzbec", "Karakol", "Karakul"):
                found = search.results_for(words, at=at, **page)
                assert (found.hits, found.meant) == ([], ""), (at, words)

    def test_live_edition_is_not_erased(self):
        edition = workflow.publish(self.article, by=self.chief)
        with self.assertRaisesMessage(WorkflowError, "Withdraw the article first"):
            workflow.erase(edition, by=make_user(roles.ADMINISTRATOR), reason="Court")


class EveryFieldTests(TestCase):
    def test_publishing_copies_every_field_of_copy_and_its_rows(self):
        country, authors = make_section(), [make_author(), make_author()]
        text = {name: another() for name, another in ANOTHER.items()}
        assert set(text) == {field.attname for field in Copy._meta.local_fields}, MISSING
        article = make_article(authors=authors, further=[country], tags=["Rail", "Food"], **text)
        edition = workflow.publish(article, by=make_chief())
        edition = Edition.objects.get(pk=edition.pk)
        for name, value in text.items():
            assert getattr(edition, name) == value, name
        assert edition.authors == authors
        assert {tag.name for tag in edition.tags.all()} == {"Rail", "Food"}
        assert set(edition.sections.all()) == {edition.section, country}

    def test_edition_is_listed_in_the_section_above_its_own_too(self):
        parent = make_section()
        child = make_section(parent=parent)
        edition = make_edition(section=child)
        assert set(edition.sections.all()) == {parent, child}


class StageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.reporter, cls.chief = make_user(roles.REPORTER), make_chief()

    def setUp(self):
        self.article = make_article(created_by=self.reporter)

    def stage(self):
        self.article.refresh_from_db()
        return self.article.stage

    def test_draft_goes_to_review_to_ready_to_readers(self):
        workflow.submit(self.article, by=self.reporter)
        assert self.stage() == "in_review"
        workflow.approve(self.article, by=self.chief)
        assert self.stage() == "ready"
        workflow.publish(self.article, by=self.chief)
        assert self.stage() == "published"
        assert [r.note for r in self.article.revisions.order_by("version")] == ["Submitted", "Approved", "Published"]

    def test_article_is_sent_back_with_a_note_only(self):
        workflow.submit(self.article, by=self.reporter)
        with self.assertRaisesMessage(WorkflowError, "Write a note"):
            workflow.send_back(self.article, by=self.chief, note=" ")
        workflow.send_back(self.article, by=self.chief, note="Name the second source.")
        assert self.stage() == "draft"
        assert "Name the second source." in self.article.revisions.first().note
        self.article.refresh_from_db()
        assert self.article.sent_back_note == "Name the second source."
        workflow.submit(self.article, by=self.reporter)
        self.article.refresh_from_db()
        assert self.article.sent_back_note == ""

    def test_article_that_is_ready_is_sent_back_too(self):
        workflow.approve(self.article, by=self.chief)
        workflow.send_back(self.article, by=self.chief, note="The figures are last year's.")
        assert self.stage() == "draft"

    def test_step_from_another_stage_is_refused(self):
        workflow.submit(self.article, by=self.reporter)
        with self.assertRaises(WorkflowError):
            workflow.submit(self.article, by=self.chief)
        workflow.take_back(self.article, by=self.reporter)
        assert self.article.revisions.order_by("version").last().note == "Taken back"
        with self.assertRaisesMessage(WorkflowError, "no longer open"):
            workflow.send_back(self.article, by=self.chief, note="Nobody submitted it.")

    def test_reporter_takes_no_step_of_an_editor(self):
        soon = timezone.now() + HOUR
        edition = workflow.schedule(make_article(created_by=self.reporter), by=self.chief, at=soon)
        steps = {
            "approve": lambda: workflow.approve(self.article, by=self.reporter),
            "publish": lambda: workflow.publish(self.article, by=self.reporter),
            "schedule": lambda: workflow.schedule(self.article, by=self.reporter, at=soon),
            "take down": lambda: workflow.take_down(self.article, by=self.reporter, at=soon),
            "withdraw": lambda: workflow.withdraw(self.article, by=self.reporter, reason="x"),
            "send back": lambda: workflow.send_back(self.article, by=self.reporter, note="x"),
            "cancel": lambda: workflow.cancel(edition, by=self.reporter),
            "reschedule": lambda: workflow.reschedule(edition, by=self.reporter, at=soon + HOUR),
            "erase": lambda: workflow.erase(edition, by=self.reporter, reason="x"),
        }
        for name, step in steps.items():
            with self.subTest(name), self.assertRaisesMessage(WorkflowError, "You may not do this"):
                step()
        assert self.stage() == "draft"

    def test_section_editor_publishes_in_their_sections_alone(self):
        section = make_section()
        editor = make_user(roles.SECTION_EDITOR)
        section.editors.add(editor)
        workflow.publish(make_article(section=section), by=editor)
        workflow.publish(make_article(section=make_section(parent=section)), by=editor)
        with self.assertRaises(WorkflowError):
            workflow.publish(make_article(), by=editor)

    def test_every_step_leaves_a_revision_with_the_whole_text(self):
        workflow.submit(self.article, by=self.reporter)
        revision = self.article.revisions.get()
        assert revision.by == self.reporter
        assert revision.snapshot["headline"] == self.article.headline
        assert revision.snapshot["body"] == self.article.body


class TagTests(TestCase):
    def test_article_has_thirty_tags_and_no_more(self):
        chief, article = make_chief(), make_article(tags=[f"Tag {number}" for number in range(29)])
        first, second = (Tag.objects.create(name=name, slug=name) for name in ("rail", "silk"))
        with self.assertRaisesMessage(WorkflowError, "more than 30 tags"):
            workflow.add_tags(article, [first, second], by=chief)
        workflow.add_tags(article, [first], by=chief)
        assert article.tags.count() == 30
        with self.assertRaisesMessage(WorkflowError, "more than 30 tags"):
            workflow.add_tags(article, [second], by=chief)
        with self.assertRaisesMessage(WorkflowError, "It has these tags already"):
            workflow.add_tags(article, [first], by=chief)


class PreviewTests(TestCase):
    def test_address_that_another_article_has_today_keeps_nobody_from_looking(self):
        chief = make_chief()
        workflow.publish(make_article(slug="same"), by=chief)
        later = make_article(slug="same", headline="Later")
        workflow.schedule(later, by=chief, at=timezone.now() + 48 * HOUR)
        later.refresh_from_db()
        assert timeline.preview(later, lambda edition: edition.headline) == "Later"

    def test_nothing_of_a_preview_stays(self):
        article = make_article(tags=["Rail"], authors=[make_author()])
        workflow.publish(article, by=make_chief())
        Article.objects.filter(pk=article.pk).update(headline="Not yet")
        article.refresh_from_db()
        assert timeline.preview(article, lambda edition: edition.headline) == "Not yet"
        assert [edition.headline for edition in article.editions.all()] != ["Not yet"]
        assert article.editions.count() == 1

    def test_section_may_still_be_missing_but_not_on_a_paper_without_any(self):
        article = make_article(section=None)
        with self.assertRaisesMessage(WorkflowError, "Add a section first"):
            timeline.preview(article, lambda edition: edition.section)
        section = make_section()
        assert timeline.preview(article, lambda edition: edition.section) == section
