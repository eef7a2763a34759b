"""Many articles at once: what readers will see is said before, and what they see is said after, with who may do it."""

from datetime import timedelta

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag

from articles.desk import roles, workflow
from articles.models import Article
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_section, make_user
from articles.tests.test_bulk import BulkTestCase
from articles.tests.test_furniture import tags_of


class ReadersTestCase(BulkTestCase):
    def setUp(self):
        roles.make_groups()
        self.chief = self.log_in(make_chief())
        self.section = make_section(name="Economy", slug="economy")

    def live(self, count=1, **fields):
        made = [make_edition(**{"section": self.section} | fields) for _ in range(count)]
        return [Article.objects.get(pk=edition.article_id) for edition in made]

    def coming(self):
        article = make_article(section=self.section)
        workflow.schedule(article, by=self.chief, at=timezone.now() + timedelta(hours=2))
        return article


class BeforehandTests(ReadersTestCase):
    def test_page_counts_live_scheduled_and_drafts_and_says_whose(self):
        aida = make_user(roles.REPORTER, first_name="Aida", last_name="Bek")
        articles = [*self.live(2, created_by=aida), self.coming(), make_article(section=self.section)]
        for action in ("tag", "move", "publish", "withdraw", "assign", "trash"):
            with self.subTest(action):
                page = self.run_action(f"{action}_selected", *articles)
                self.assertContains(page, "4 articles: 2 are live, 1 is scheduled, 1 is on the desk alone.")
                self.assertContains(page, "Whose: ")
                self.assertContains(page, "Aida Bek (2)")
                self.assertContains(page, "nobody (2)")

    def test_each_action_says_what_readers_will_see_of_it(self):
        [changed, same], coming = self.live(2), self.coming()
        workflow.saved(changed, by=self.chief)
        for action, words in (
            ("tag", "readers of 2 see them at once, beside the texts that they have"),
            ("tag", "What is scheduled gets them, too."),
            ("move", "readers of 2 see them at once"),
            ("publish", "Readers get 1 that they don’t have."),
            ("publish", "Of 1 they get the newest text in place of theirs."),
            ("publish", "1 they have in its newest text already."),
            ("publish", "What is scheduled of 1 comes at its time all the same."),
            ("withdraw", "Readers lose 2 articles at once"),
            ("withdraw", "readers don’t have it: it is left as it is"),
            ("trash", "Readers lose nothing"),
            ("trash", "readers have it, or will: it is left as it is"),
            ("assign", "Readers see no difference."),
        ):
            with self.subTest(action, words=words):
                self.assertContains(self.run_action(f"{action}_selected", changed, same, coming), words)

    def test_drafts_alone_offer_nothing_to_publish(self):
        page = self.run_action("tag_selected", make_article(), make_article())
        self.assertContains(page, "Readers don’t have these articles.")
        self.assertNotContains(page, "and publish these changes")

    def test_ticked_beforehand_where_one_may_and_absent_where_one_may_not(self):
        [article] = self.live()
        page = self.run_action("tag_selected", article)
        self.assertContains(page, '<input type="checkbox" name="publish_too"')
        self.assertContains(page, "checked")
        reporter = self.log_in(make_user(roles.REPORTER))
        Article.objects.update(created_by=reporter)
        page = self.run_action("tag_selected", article)
        self.assertNotContains(page, "publish_too")
        self.assertContains(page, "You may not publish what readers have of them")

    def test_fifteen_take_as_many_queries_as_two(self):
        self.section.editors.add(editor := self.log_in(make_user(roles.SECTION_EDITOR)))
        foreign, author = make_section(), make_author(user=editor)
        few = [*self.live(1, authors=[author]), *self.live(1, section=foreign)]
        many = [*self.live(8, authors=[author]), *self.live(7, section=foreign)]
        counts = []
        for articles in (few, few, many):
            with CaptureQueriesContext(connection) as asked:
                self.run_action("tag_selected", *articles)
            counts.append(len(asked))
        assert counts[1] == counts[2]


@override_settings(ZEAL_NPLUSONE_THRESHOLD=1000)  # each article is a step by itself
class AfterwardsTests(ReadersTestCase):
    def test_fifteen_live_articles_are_tagged_for_readers_and_none_becomes_a_draft(self):
        articles = self.live(15)
        page = self.confirm("tag_selected", *articles, tags="Rail", publish_too="on")
        self.assertContains(page, "Readers see it in 15 articles:")
        assert {article.stage for article in Article.objects.all()} == {"published"}
        assert not Article.objects.with_unpublished_changes().exists()
        rail = Tag.objects.get(name="Rail")
        response = self.client.get(f"/topics/{rail.slug}/")
        for article in articles:
            self.assertContains(response, article.headline)
        self.assertContains(self.client.get(f"/topics/{rail.slug}/feed/"), articles[0].headline)

    def test_moved_articles_are_on_the_page_and_in_the_feed_of_their_new_section_alone(self):
        articles, target = self.live(3), make_section(name="Transport", slug="transport")
        self.client.get("/economy/")
        page = self.confirm("move_selected", *articles, section=target.pk, publish_too="on")
        self.assertContains(page, "Readers see it in 3 articles:")
        for address, is_there in (("/transport/", True), ("/transport/feed/", True), ("/economy/", False)):
            with self.subTest(address):
                assert (articles[0].headline in self.client.get(address).content.decode()) == is_there

    def test_articles_are_listed_in_one_section_more(self):
        articles, target = self.live(2), make_section(name="Transport", slug="transport")
        page = self.confirm("also_in_selected", *articles, section=target.pk, publish_too="on")
        self.assertContains(page, "Readers see it in 2 articles:")
        for address in ("/transport/", "/economy/"):
            self.assertContains(self.client.get(address), articles[0].headline)
        draft = make_article(section=self.section)
        page = self.confirm("also_in_selected", draft, section=target.pk)
        self.assertContains(page, "Also listed in “Transport”.")
        assert draft.section_rows.get().section == target

    def test_summary_tells_apart_who_has_it_and_who_has_not(self):
        [live], coming, draft = self.live(), self.coming(), make_article(section=self.section)
        page = self.confirm("tag_selected", live, coming, draft, tags="Rail", publish_too="on")
        self.assertContains(page, "Readers see it in 1 article:")
        self.assertContains(page, "Saved in 2 articles, readers see no difference:")
        self.assertContains(page, "What is scheduled for ")
        assert tags_of(coming.editions.get()) == {"Rail"}

    def test_without_the_tick_readers_see_nothing_and_that_is_said(self):
        [live] = self.live()
        page = self.confirm("tag_selected", live, tags="Rail")
        self.assertContains(page, "Saved in 1 article, readers see no difference:")
        self.assertContains(page, "Readers see it once the article is published.")
        assert not tags_of(live.editions.get())

    def test_rights_are_asked_of_each_and_what_was_not_done_is_linked_with_why(self):
        editor = self.log_in(make_user(roles.SECTION_EDITOR))
        self.section.editors.add(editor)
        mine, theirs = self.live(12), self.live(3, section=make_section(name="Culture"))
        page = self.run_action("tag_selected", *mine, *theirs)
        self.assertContains(page, "readers of 12 see them at once")
        self.assertContains(page, "you may not do this with it: it is left as it is", 3)
        page = self.confirm("tag_selected", *mine, *theirs, tags="Rail", publish_too="on")
        self.assertContains(page, "Readers see it in 12 articles:")
        self.assertContains(page, "Not done with 3 articles:")
        for article in theirs:
            words = f'<a href="{article.get_absolute_url()}">“{article}”</a>: You may not do this'
            self.assertContains(page, words)
            assert not article.tags.exists()

    def test_forged_tick_publishes_nothing_for_a_reporter(self):
        reporter = self.log_in(make_user(roles.REPORTER))
        [article] = self.live(created_by=reporter)
        self.confirm("tag_selected", article, tags="Rail", publish_too="on")
        assert [tags_of(edition) for edition in article.editions.all()] == [set()]
