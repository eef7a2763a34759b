"""Section, authors and tags put before readers without the text: what readers, schedules and the working copy say."""

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone
from taggit.models import Tag

from articles.desk import roles, workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article, Check, CheckRule, Edition, Notice
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase

HOUR = timedelta(hours=1)
HALF = "Half a thought"


def tags_of(edition):
    return {row.tag.name for row in edition.tag_rows.select_related("tag")}


class FurnitureTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()
        cls.section, cls.other = make_section(name="Economy"), make_section(name="Transport")
        cls.rail = Tag.objects.create(name="Rail", slug="rail")

    def live_with_half_a_text(self, **fields):
        """Live, with words on the desk that nobody published."""
        edition = make_edition(headline="As readers have it", section=self.section, **fields)
        article = Article.objects.get(pk=edition.article_id)
        article.headline, article.body = HALF, "<p>Half.</p>"
        article.save()
        workflow.saved(article, by=self.chief)
        return article

    def fresh(self, article):
        return Article.objects.get(pk=article.pk)

    def live(self, article):
        return article.editions.live().get()


class TaggingTests(FurnitureTestCase):
    def test_readers_get_the_tag_and_no_word_of_the_half_done_text(self):
        article = self.live_with_half_a_text()
        before = self.live(article)
        reached = workflow.publish_tags(article, [self.rail], by=self.chief)
        now = self.live(article)
        assert now == reached.live != before
        assert (now.headline, now.body, tags_of(now)) == (before.headline, before.body, {"Rail"})
        assert (now.path, now.published_at, now.updated_at, now.cut_at) == (
            *(before.path, before.published_at, None, before.cut_at),
        )
        article = self.fresh(article)
        assert (article.headline, article.stage, tags_of(article)) == (HALF, "draft", {"Rail"})

    def test_article_without_changes_is_not_made_a_draft(self):
        article = make_edition(section=self.section).article
        workflow.publish_tags(article, [self.rail], by=self.chief)
        article = self.fresh(article)
        assert article.stage == "published"
        assert not Article.objects.with_unpublished_changes().exists()
        assert article.revisions.last().note == "Tagged: Rail (readers see it)"
        assert article.revisions.last().snapshot["tags"] == ["Rail"]

    def test_article_whose_slug_alone_is_another_stays_a_draft(self):
        article = Article.objects.get(pk=make_edition(section=self.section).article_id)
        Article.objects.update(slug="another")
        workflow.saved(article, by=self.chief)
        workflow.publish_tags(article, [self.rail], by=self.chief)
        assert (self.fresh(article).stage, self.fresh(article).slug) == ("draft", "another")

    def test_what_waits_for_an_editor_goes_on_waiting(self):
        article = self.live_with_half_a_text()
        Article.objects.update(stage="in_review")
        workflow.publish_tags(article, [self.rail], by=self.chief)
        assert self.fresh(article).stage == "in_review"

    def test_tag_that_only_the_desk_had_comes_to_readers_and_ends_the_draft(self):
        article = make_edition(section=self.section).article
        workflow.add_tags(article, [self.rail], by=self.chief)
        assert self.fresh(article).stage == "draft"
        workflow.publish_tags(article, [self.rail], by=self.chief)
        assert self.fresh(article).stage == "published"
        with self.assertRaisesMessage(WorkflowError, "these tags already, for readers too"):
            workflow.publish_tags(article, [self.rail], by=self.chief)

    def test_what_is_scheduled_gets_it_and_keeps_its_words_time_and_own_tags(self):
        article = self.live_with_half_a_text()
        article.tags.add("Silk Road")
        at = timezone.now() + 3 * HOUR
        scheduled = workflow.schedule(article, by=self.chief, at=at)
        reached = workflow.publish_tags(article, [self.rail], by=self.chief)
        assert reached.scheduled == [at]
        again = article.editions.get(live_from=at)
        assert (again.pk, again.headline, again.cut_at) == (scheduled.pk, HALF, scheduled.cut_at)
        assert tags_of(again) == {"Silk Road", "Rail"}
        assert tags_of(self.live(article)) == {"Rail"}
        assert self.live(article).live_until == at
        assert self.fresh(article).stage == "published", "the newest edition says all that the working copy does"
        assert not Article.objects.scheduled_in_older_text().exists()

    def test_planned_end_stays(self):
        article = make_edition(section=self.section).article
        end = timezone.now() + 5 * HOUR
        workflow.take_down(article, by=self.chief, at=end)
        workflow.publish_tags(article, [self.rail], by=self.chief)
        assert self.live(article).live_until == end

    def test_what_nobody_published_is_saved_and_reaches_nobody(self):
        draft = make_article(section=self.section)
        coming = make_article(section=self.section)
        workflow.schedule(coming, by=self.chief, at=timezone.now() + HOUR)
        assert not workflow.publish_tags(draft, [self.rail], by=self.chief)
        reached = workflow.publish_tags(coming, [self.rail], by=self.chief)
        assert (reached.live, len(reached.scheduled)) == (None, 1)
        assert tags_of(coming.editions.get()) == {"Rail"}
        assert (self.fresh(draft).stage, self.fresh(coming).stage) == ("draft", "published")

    def test_correction_keeps_its_time(self):
        article = make_edition(section=self.section).article
        Article.objects.update(dated_corrections=[{"day": "2025-12-09", "text": "Not 3 but 4."}])
        corrected = workflow.publish(article, by=self.chief)
        workflow.publish_tags(article, [self.rail], by=self.chief)
        now = self.live(article)
        assert (now.corrected_at, now.correction_rows.count()) == (corrected.corrected_at, 1)

    def test_writers_are_told_in_true_words(self):
        reporter = make_user(roles.REPORTER)
        article = make_edition(section=self.section, authors=[make_author(user=reporter)]).article
        workflow.publish_tags(article, [self.rail], by=self.chief)
        assert "for readers, not its text: Tagged: Rail" in Notice.objects.get(user=reporter).text

    def test_embargo_keeps_readers_from_it(self):
        article = make_edition(section=self.section).article
        Article.objects.update(embargo_until=timezone.now() + HOUR)
        with self.assertRaisesMessage(WorkflowError, "under embargo"):
            workflow.publish_tags(article, [self.rail], by=self.chief)
        assert not article.tags.exists()


class MovingTests(FurnitureTestCase):
    def test_readers_find_it_in_the_other_section_with_the_text_they_had(self):
        above = make_section(name="Business")
        child = make_section(name="Rail", parent=above)
        article = self.live_with_half_a_text()
        workflow.publish_move(article, child, by=self.chief)
        now = self.live(article)
        assert (now.section, now.headline) == (child, "As readers have it")
        assert set(now.sections.all()) == {child, above}
        article = self.fresh(article)
        assert (article.section, article.headline, article.stage) == (child, HALF, "draft")

    def test_further_section_lists_it_for_readers_and_moving_there_is_no_second_listing(self):
        article = self.live_with_half_a_text()
        workflow.publish_further(article, self.other, by=self.chief)
        now = self.live(article)
        assert (set(now.sections.all()), now.section) == ({self.section, self.other}, self.section)
        assert self.fresh(article).section_rows.get().section == self.other
        with self.assertRaisesMessage(WorkflowError, "already, for readers too"):
            workflow.publish_further(article, self.other, by=self.chief)
        workflow.publish_move(article, self.other, by=self.chief)
        assert [row.is_further for row in self.live(article).section_rows.all()] == [False]

    def test_what_is_scheduled_moves_too(self):
        article = self.live_with_half_a_text()
        workflow.schedule(article, by=self.chief, at=timezone.now() + HOUR)
        workflow.publish_move(article, self.other, by=self.chief)
        assert {edition.section for edition in article.editions.filter(live_until__gt=timezone.now())} == {self.other}

    def test_editor_moves_nothing_out_of_or_into_what_is_not_theirs(self):
        editor = make_user(roles.SECTION_EDITOR)
        self.section.editors.add(editor)
        mine, theirs = make_edition(section=self.section).article, make_edition(section=self.other).article
        with self.assertRaisesMessage(WorkflowError, "“Transport” is not yours"):
            workflow.publish_move(mine, self.other, by=editor)
        with self.assertRaisesMessage(WorkflowError, "You may not do this"):
            workflow.publish_move(theirs, self.section, by=editor)
        assert Edition.objects.count() == 2

    def test_writer_who_may_edit_but_not_publish_changes_nothing(self):
        reporter = make_user(roles.REPORTER)
        article = make_edition(section=self.section, created_by=reporter).article
        with self.assertRaisesMessage(WorkflowError, "You may not do this"):
            workflow.publish_tags(article, [self.rail], by=reporter)
        assert self.fresh(article).version == 0


class AloneTests(FurnitureTestCase):
    def furnish(self, article):
        article.tags.set(["Rail", "Silk Road"])
        article.bylines.all().delete()
        for order, author in enumerate(self.authors):
            article.bylines.create(author=author, order=order)
        article.section_rows.create(section=self.other)
        Article.objects.filter(pk=article.pk).update(section=self.wanted)

    def setUp(self):
        self.authors, self.wanted = [make_author(name="Bek"), make_author(name="Aida")], make_section(name="World")
        self.article = self.live_with_half_a_text(authors=[self.authors[1]], tags=["Old"])
        self.furnish(self.article)

    def test_authors_in_their_order_section_and_tags_go_out_alone(self):
        reached, what = workflow.publish_furniture(self.article, by=self.chief)
        now = self.live(self.article)
        assert now == reached.live
        assert [author.name for author in now.authors] == ["Bek", "Aida"]
        assert (now.section.name, tags_of(now), now.headline) == ("World", {"Rail", "Silk Road"}, "As readers have it")
        assert what == "section World, also in Transport, by Bek, Aida, tagged Rail, Silk Road, no longer tagged Old"
        assert self.fresh(self.article).stage == "draft"

    def test_what_is_scheduled_gets_the_difference_alone(self):
        at = timezone.now() + HOUR
        self.article.tags.set(["Old", "Of the update"])
        workflow.schedule(self.fresh(self.article), by=self.chief, at=at)
        self.furnish_again()
        workflow.publish_furniture(self.article, by=self.chief)
        assert tags_of(self.article.editions.get(live_from=at)) == {"Of the update", "Rail", "Silk Road"}

    def furnish_again(self):
        self.article.tags.set(["Rail", "Silk Road"])

    def test_nothing_new_and_nothing_live_are_refused(self):
        workflow.publish_furniture(self.article, by=self.chief)
        with self.assertRaisesMessage(WorkflowError, "already"):
            workflow.publish_furniture(self.article, by=self.chief)
        with self.assertRaisesMessage(WorkflowError, "publish it"):
            workflow.publish_furniture(make_article(), by=self.chief)

    def test_check_that_blocks_is_asked_of_what_changes_alone(self):
        CheckRule.objects.create(check_name=Check.BYLINE, level="blocking")
        CheckRule.objects.create(check_name=Check.STANDFIRST, level="blocking")
        workflow.publish_furniture(self.article, by=self.chief)
        self.article.bylines.all().delete()
        with self.assertRaisesMessage(WorkflowError, "Add a byline"):
            workflow.publish_furniture(self.article, by=self.chief)


class ScreenTests(DeskTestCase):
    def test_button_publishes_what_was_typed_around_the_text_and_keeps_the_words_on_the_desk(self):
        self.log_in(make_chief())
        article = make_edition(headline="As readers have it").article
        article.refresh_from_db()
        self.assertContains(self.page(article), "Publish section, bylines and tags alone")
        response = self.send(article, headline=HALF, tags="Rail", _step="furnish")
        self.assertContains(
            self.client.get(response.url), "Readers see now: tagged Rail. The text is the one they had."
        )
        live = article.editions.live().get()
        assert (live.headline, tags_of(live)) == ("As readers have it", {"Rail"})
        article.refresh_from_db()
        assert (article.headline, article.stage) == (HALF, "draft")

    def test_tags_typed_alone_leave_no_draft(self):
        self.log_in(make_chief())
        article = make_edition().article
        article.refresh_from_db()
        self.send(article, tags="Rail", _step="furnish")
        article.refresh_from_db()
        assert article.stage == "published"

    def test_nothing_live_offers_no_such_button(self):
        self.log_in(make_chief())
        self.assertNotContains(self.page(make_article()), 'value="furnish"')
