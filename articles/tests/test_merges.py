"""Two tags, authors or sections become one, and two again."""

from datetime import timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag

from articles.desk import merges, revisions, roles, workflow
from articles.desk.merges import moving
from articles.desk.text_diff.changes import compare_snapshots
from articles.desk.workflow import WorkflowError
from articles.models import (
    Article,
    ArticleByline,
    ArticleSection,
    ArticleTag,
    Author,
    BoardRevision,
    CheckRule,
    Edition,
    EditionByline,
    EditionSection,
    EditionTag,
    FormerAddress,
    Merge,
    MergedRows,
    Placement,
    Redirect,
    Section,
    tag_key,
)
from articles.models.merge import still_there, successors
from articles.models.redirect import path_of
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_section, make_user

HOUR = timedelta(hours=1)
POINTING = [EditionTag, ArticleTag, EditionByline, ArticleByline, EditionSection, ArticleSection, Article, Edition,
            Placement, CheckRule, BoardRevision, Section, Author, Tag]  # fmt: skip


def make_tag(name):
    return Tag.objects.create(name=name, slug=name.lower().replace(" ", "-"))


def make_writer(name):
    return make_author(name=name, slug=name.lower().replace(" ", "-"))


def make_part(name):
    return make_section(name=name, slug=name.lower().replace(" ", "-"))


KINDS = {  # how a thing is made, and an article that carries some
    Merge.Kind.TAG: (make_tag, lambda things: {"tags": things}),
    Merge.Kind.AUTHOR: (make_writer, lambda things: {"authors": things}),
    Merge.Kind.SECTION: (make_part, lambda things: {"section": things[0], "further": things[1:]}),
}
LIVE = {"tag": "tag_rows__tag", "author": "bylines__author", "section": "section_rows__section"}


def standing():
    """Every row that points at such things, without the numbers of rows that are made anew."""
    found = {}
    for model in POINTING:
        anew = {"id"} if model is EditionSection else set()
        found[model.__name__] = sorted(
            str(sorted((name, value) for name, value in row.items() if name not in anew))
            for row in model._base_manager.values()
        )
    return found


class MergeTestCase(TestCase):
    """Of each kind two things, and articles in every state that carry the one, the other, both or neither."""

    @classmethod
    def setUpTestData(cls):
        cls.chief, now = make_chief(), timezone.now()
        cls.things, cls.articles = {}, {}
        for kind, (make, carrying) in KINDS.items():
            gone, stays, third = (make(f"{name} {kind}") for name in ("Gone", "Stays", "Third"))
            cls.things[kind] = gone, stays
            carried = {"one": [gone], "both": [gone, third, stays], "turned": [third, stays, gone], "other": [stays]}
            made = {name: make_edition(**carrying(things)).article for name, things in carried.items()}
            made["draft"] = make_article(**carrying([gone]))
            made["ended"] = make_edition(**carrying([gone]), live_until=now - HOUR).article
            coming = make_article(**carrying([gone]))
            workflow.schedule(coming, by=cls.chief, at=now + HOUR)
            made["coming"] = coming
            cls.articles[kind] = made

    def each(self):
        for kind, (gone, stays) in self.things.items():
            with self.subTest(kind):
                yield kind, gone, stays

    def listed(self, kind, thing):
        """The articles of all editions under a thing, and of all working copies."""
        editions = set(Edition.objects.filter(**{LIVE[kind]: thing}).values_list("article", flat=True))
        rows = {"tag": {"tag_rows__tag": thing}, "author": {"bylines__author": thing}, "section": {"section": thing}}
        return editions, set(Article.objects.filter(**rows[kind]).values_list("pk", flat=True))


class MergingTests(MergeTestCase):
    def test_all_that_carried_the_one_carries_the_other_and_nothing_else_changes(self):
        for kind, gone, stays in self.each():
            made = self.articles[kind]
            before = Edition.objects.order_by("pk").values(
                "pk", "headline", "body", "live_from", "live_until", "revised_at"
            )
            texts = list(before)
            revisions_before = list(revisions.Revision.objects.values_list("pk", flat=True))
            stages = dict(Article.objects.values_list("pk", "stage"))
            merge = merges.start_merge(gone, stays, by=self.chief)
            assert merge.stage == Merge.Stage.DONE
            assert not type(gone).objects.filter(pk=gone.pk).exists()
            editions, copies = self.listed(kind, stays)
            assert editions == {made[name].pk for name in ("one", "both", "turned", "other", "ended", "coming")}
            assert {made[name].pk for name in ("one", "draft", "other", "ended", "coming")} <= copies
            assert list(before.all()) == texts
            assert dict(Article.objects.values_list("pk", "stage")) == stages
            assert list(revisions.Revision.objects.values_list("pk", flat=True)) == revisions_before

    def test_of_two_bylines_the_first_place_stays(self):
        kind = Merge.Kind.AUTHOR
        gone, stays = self.things[kind]
        merges.start_merge(gone, stays, by=self.chief)
        for name, place in (("both", 0), ("turned", 1)):
            edition = self.articles[kind][name].editions.get()
            assert [author.name for author in edition.authors].index("Stays author") == place
            assert len(edition.authors) == 2

    def test_readers_see_it_with_the_next_page_and_old_addresses_lead_on(self):
        for kind, gone, stays in self.each():
            old, new = path_of(gone), path_of(stays)
            headline = self.articles[kind]["one"].headline
            self.assertNotContains(self.client.get(new), headline)
            merges.start_merge(gone, stays, by=self.chief)
            self.assertContains(self.client.get(new), headline)
            self.assertContains(self.client.get(self.articles[kind]["one"].editions.get().path), str(stays))
            for ending in ("", "feed/", "atom/", "feed.json"):
                self.assertRedirects(self.client.get(old + ending), new + ending, 301)

    def test_addresses_lead_through_any_number_of_merges_and_names_in_one_step(self):
        for kind, gone, stays in self.each():
            make = KINDS[kind][0]
            old = path_of(gone)
            type(gone).objects.filter(pk=gone.pk).update(slug=f"renamed-{kind}")
            merges.start_merge(type(gone).objects.get(pk=gone.pk), stays, by=self.chief)
            last = make(f"Last {kind}")
            merges.start_merge(stays, last, by=self.chief)
            type(last).objects.filter(pk=last.pk).update(slug=f"final-{kind}")
            last.refresh_from_db()
            for address in (old, old.replace(gone.slug, f"renamed-{kind}"), path_of(stays)):
                self.assertRedirects(self.client.get(address), path_of(last), 301)
                self.assertRedirects(self.client.get(f"{address}feed/"), f"{path_of(last)}feed/", 301)
            assert successors(kind, [gone.pk]) == {gone.pk: last.pk, stays.pk: last.pk}

    def test_redirects_of_the_staff_lead_on(self):
        for kind, gone, stays in self.each():
            Redirect.objects.create(source=f"/before/{kind}", kind="exact", target=path_of(gone))
            merges.start_merge(gone, stays, by=self.chief)
            self.assertRedirects(self.client.get(f"/before/{kind}/"), path_of(stays), 301)

    def test_what_was_saved_names_what_there_was_and_restores_what_there_is(self):
        for kind, gone, stays in self.each():
            article = self.articles[kind]["draft"]
            workflow.saved(article, by=self.chief)
            article.refresh_from_db()
            revision = article.revisions.get(version=article.version)
            merges.start_merge(gone, stays, by=self.chief)
            revision.refresh_from_db()
            changes = compare_snapshots(revision.snapshot, revisions.snapshot(Article.objects.get(pk=article.pk)))
            (change,) = [one for one in changes if one.field in {"tags", "bylines", "section_id"}]
            assert str(gone) in change.before
            assert str(stays) in change.after
            workflow.restore(revision, by=self.chief, version=article.version)
            assert article.pk in self.listed(kind, stays)[1]
            assert type(gone).objects.filter(pk=gone.pk).count() == 0

    def test_a_name_that_is_typed_again_means_the_one_that_stays(self):
        gone, stays = self.things[Merge.Kind.TAG]
        merges.start_merge(gone, stays, by=self.chief)
        assert tag_key.get_or_make(["GONE TAG", "Stays tag"]) == [stays]

    def test_hundred_thousand_rows_take_as_many_queries_as_there_are_batches(self):
        for _kind, gone, stays in self.each():
            with patch.object(moving, "AT_ONCE", 2):
                merge = moving._begin(gone, stays, self.chief, gives_rights=False)
                with CaptureQueriesContext(connection) as queries:
                    moving.move_some(merge.pk)
                assert len(queries) <= 45
                while not moving.move_some(merge.pk):
                    pass
            assert not type(gone).objects.filter(pk=gone.pk).exists()

    def test_what_does_not_fit_the_first_steps_is_left_to_the_background_and_can_be_taken_up_again(self):
        for kind, gone, stays in self.each():
            with patch.object(moving, "AT_ONCE", 1), patch.object(moving, "carry_on") as asked:
                with self.captureOnCommitCallbacks(execute=True):
                    merge = merges.start_merge(gone, stays, by=self.chief)
                assert merge.stage == Merge.Stage.MOVING
                asked.enqueue.assert_called_once_with(merge.pk)
                newest = self.articles[kind]["coming"].editions.get()
                assert newest in Edition.objects.filter(**{LIVE[kind]: stays})  # the newest go first
                assert self.client.get(path_of(gone)).status_code == 200  # the rest is still found there
                with pytest.raises(WorkflowError, match="still being merged"):
                    merges.start_merge(stays, KINDS[kind][0](f"Further {kind}"), by=self.chief)
            moving.carry_on.func(merge.pk)
            merge.refresh_from_db()
            assert merge.stage == Merge.Stage.DONE

    def test_publishing_in_that_very_moment_is_taken_along(self):
        gone, stays = self.things[Merge.Kind.TAG]
        with (
            patch.object(moving, "move_some", side_effect=IntegrityError),
            patch.object(moving, "carry_on") as asked,
            self.captureOnCommitCallbacks(execute=True),
        ):
            merge = merges.start_merge(gone, stays, by=self.chief)
        asked.enqueue.assert_called_once()
        with patch.object(moving, "move_some", side_effect=[OperationalError, False, True]):  # a deadlock is resolved
            assert moving.go_through(moving.move_some, merge.pk)
        make_edition(article=self.articles[Merge.Kind.TAG]["draft"])
        moving.carry_on.func(merge.pk)
        assert not EditionTag.objects.filter(tag=gone).exists()

    def test_nothing_is_merged_that_must_not_be(self):
        tag, _stays = self.things[Merge.Kind.TAG]
        author, _other = self.things[Merge.Kind.AUTHOR]
        for gone, stays, by in ((tag, tag, self.chief), (tag, author, self.chief)):
            with pytest.raises(WorkflowError, match="Choose another"):
                merges.start_merge(gone, stays, by=by)
        for _kind, gone, stays in self.each():
            with pytest.raises(WorkflowError, match="may not merge"):
                merges.start_merge(gone, stays, by=make_user(roles.REPORTER))
        assert not Merge.objects.exists()


class InterruptedTests(MergeTestCase):
    def test_the_command_finishes_what_was_interrupted_there_and_back(self):
        for kind, gone, stays in self.each():
            before = standing()
            with patch.object(moving, "AT_ONCE", 1):
                merge = moving._begin(gone, stays, self.chief, gives_rights=False)
                moving.move_some(merge.pk)
                out = StringIO()
                call_command("finish_merges", stdout=out)
            assert "done" in out.getvalue()
            with (
                patch("articles.desk.merges.undoing.AT_FIRST", 1),
                patch("articles.desk.merges.undoing.carry_on_parting"),
            ):
                merge.refresh_from_db()
                assert merges.undo(merge, by=self.chief).stage == Merge.Stage.UNDOING
            call_command("finish_merges", stdout=out)
            assert "undone" in out.getvalue()
            assert standing() == before, kind


class UndoingTests(MergeTestCase):
    def test_undone_all_is_as_it_was(self):
        for kind, gone, stays in self.each():
            before = standing()
            merge = merges.start_merge(gone, stays, by=self.chief)
            assert standing() != before
            merge = merges.undo(merge, by=self.chief)
            assert merge.stage == Merge.Stage.UNDONE
            assert merge.left == 0
            assert standing() == before
            assert not MergedRows.objects.exists()
            assert self.client.get(path_of(gone)).status_code == 200
            assert successors(kind, [gone.pk]) == {}
            merges.undo(merges.start_merge(gone, stays, by=self.chief), by=self.chief)
            assert standing() == before

    def test_undone_in_batches_all_is_as_it_was(self):
        for _kind, gone, stays in self.each():
            before = standing()
            with patch.object(moving, "AT_ONCE", 1):
                merge = moving._begin(gone, stays, self.chief, gives_rights=False)
                while not moving.move_some(merge.pk):
                    pass
            merges.undo(merge, by=self.chief)
            merges.undoing.carry_on_parting.func(merge.pk)
            assert standing() == before

    def test_names_and_former_addresses_come_back(self):
        for kind, gone, stays in self.each():
            FormerAddress.objects.create(path=f"/once/{kind}", kind=kind, row=gone.pk)
            merges.undo(merges.start_merge(gone, stays, by=self.chief), by=self.chief)
            assert FormerAddress.objects.get(path=f"/once/{kind}").row == gone.pk
        tag, _stays = self.things[Merge.Kind.TAG]
        assert tag_key.holder("GONE tag") == tag

    def test_an_article_published_since_stays_and_its_copy_says_what_its_edition_says(self):
        for kind, gone, stays in self.each():
            merge = merges.start_merge(gone, stays, by=self.chief)
            article = self.articles[kind]["one"]
            article.refresh_from_db()
            workflow.publish(article, by=self.chief)
            merge = merges.undo(merge, by=self.chief)
            assert article.pk in self.listed(kind, stays)[1]
            assert article.editions.live().get() in Edition.objects.filter(**{LIVE[kind]: stays})
            assert article.editions.order_by("live_from").first() in Edition.objects.filter(**{LIVE[kind]: gone})
            assert merge.left == 1

    def test_what_came_since_stays(self):
        for kind, gone, stays in self.each():
            merge = merges.start_merge(gone, stays, by=self.chief)
            new = make_edition(**KINDS[kind][1]([stays]))
            merges.undo(merge, by=self.chief)
            assert new in Edition.objects.filter(**{LIVE[kind]: stays})

    def test_it_says_why_it_can_not_be_undone(self):
        for kind, gone, stays in self.each():
            make = KINDS[kind][0]
            merge, last = merges.start_merge(gone, stays, by=self.chief), make(f"Last {kind}")
            other = make(gone.name if kind != Merge.Kind.TAG else "GONE tag")
            assert "address now" in merges.why_not_undone(merge, self.chief)
            other.delete()
            further = merges.start_merge(stays, last, by=self.chief)
            assert "undo that first" in merges.why_not_undone(merge, self.chief)
            merges.undo(further, by=self.chief)
            later = merges.start_merge(last, stays, by=self.chief)
            assert "undo that first" in merges.why_not_undone(merge, self.chief)
            merges.undo(later, by=self.chief)
            assert "may not undo" in merges.why_not_undone(merge, make_user(roles.REPORTER))
            merge = merges.undo(merge, by=self.chief)
            with pytest.raises(WorkflowError, match="undone already"):
                merges.undo(merge, by=self.chief)

    def test_a_tag_whose_name_is_given_again_must_be_renamed_first(self):
        gone, stays = self.things[Merge.Kind.TAG]
        merge = merges.start_merge(gone, stays, by=self.chief)
        Tag.objects.create(name="Gone TAG", slug="another")
        assert "again: rename it first" in merges.why_not_undone(merge, self.chief)


class AuthorTests(TestCase):
    def setUp(self):
        self.chief, self.login = make_chief(), make_user(roles.REPORTER)
        self.gone = make_author(name="A. Tash", role="Reporter", biography="Of Osh.", user=self.login)
        self.stays = make_author(name="Aigul Tash", role="Editor")

    def test_drafts_stay_with_the_login_that_had_them(self):
        draft = make_article(authors=[self.gone])
        assert roles.is_own(self.login, draft)
        merge = merges.start_merge(self.gone, self.stays, by=self.chief)
        assert roles.is_own(self.login, draft)
        self.stays.refresh_from_db()
        assert (self.stays.user, self.stays.role, self.stays.biography) == (self.login, "Editor", "Of Osh.")
        merges.undo(merge, by=self.chief)
        self.stays.refresh_from_db()
        assert (self.stays.user, self.stays.biography) == (None, "")
        assert Author.objects.get(pk=self.gone.pk).user == self.login

    def test_a_login_with_a_byline_of_its_own_keeps_it(self):
        other = make_user(roles.REPORTER)
        Author.objects.filter(pk=self.stays.pk).update(user=other)
        merges.start_merge(self.gone, self.stays, by=self.chief)
        assert Author.objects.get(pk=self.stays.pk).user == other

    def test_a_login_that_got_another_byline_or_is_gone_is_no_obstacle(self):
        Author.objects.filter(pk=self.stays.pk).update(user=make_user(roles.REPORTER))
        merge = merges.start_merge(self.gone, self.stays, by=self.chief)
        make_author(user=self.login)
        merges.undo(merge, by=self.chief)
        assert Author.objects.get(pk=self.gone.pk).user is None


class SectionTests(TestCase):
    def setUp(self):
        self.chief, self.editor = make_chief(), make_user(roles.SECTION_EDITOR)
        self.gone, self.stays = make_part("Economy"), make_part("Business")
        self.child = make_section(name="Rail", slug="rail", parent=self.gone)
        self.gone.editors.add(self.editor)

    def test_sections_within_follow_with_their_articles_and_addresses(self):
        edition = make_edition(section=self.child)
        merges.start_merge(self.gone, self.stays, by=self.chief)
        self.child.refresh_from_db()
        assert self.child.get_absolute_url() == "/business/rail/"
        listed = set(edition.section_rows.values_list("section__slug", flat=True))
        assert listed == {"rail", "business"}
        self.assertRedirects(self.client.get("/economy/rail/feed/"), "/business/rail/feed/", 301)

    def test_listings_follow_from_sections_whatever_lies_within_what(self):
        apart = make_section(parent=make_part("Other"))
        for gone, stays in (
            (self.child, apart),
            (apart, self.child),
            (self.child, self.gone),
            (self.stays, self.child),
        ):
            with self.subTest(gone=gone, stays=stays):
                articles = [
                    make_article(section=gone, further=[stays]),
                    make_article(section=stays, further=[gone, self.gone]),
                    make_article(section=self.stays, further=[gone]),
                ]
                for article in articles:
                    make_edition(article=article)
                before = standing()
                merge = merges.start_merge(gone, stays, by=self.chief)
                for article in articles:
                    edition = article.editions.get()
                    rows = edition.section_rows.values_list("section", "is_further")
                    again = make_edition(article=Article.objects.get(pk=article.pk), live_from=timezone.now(),
                                         live_until=timezone.now() + HOUR)  # fmt: skip
                    assert set(rows) == set(again.section_rows.values_list("section", "is_further"))
                    again.delete()
                merges.undo(merge, by=self.chief)
                assert standing() == before

    def test_editors_get_rights_only_where_somebody_gives_them(self):
        merge = merges.start_merge(self.gone, self.stays, by=self.chief)
        assert not roles.edits_section(make_again(self.editor), self.stays)
        merges.undo(merge, by=self.chief)
        assert roles.edits_section(make_again(self.editor), self.gone)
        merge = merges.start_merge(self.gone, self.stays, by=self.chief, gives_rights=True)
        assert roles.edits_section(make_again(self.editor), self.stays)
        merges.undo(merge, by=self.chief)
        assert not roles.edits_section(make_again(self.editor), self.stays)

    def test_its_own_checks_and_places_go_with_it_and_come_back(self):
        CheckRule.objects.create(section=self.gone, check_name="byline", level="blocking")
        Placement.objects.create(section=self.gone, slot=1, article=make_edition(section=self.gone).article)
        BoardRevision.objects.create(section=self.gone, placements=[{"slot": 1}], note="Set")
        before = standing()
        merge = merges.start_merge(self.gone, self.stays, by=self.chief)
        assert not (CheckRule.objects.exists())
        assert not (Placement.objects.exists())
        assert not (BoardRevision.objects.exists())
        merges.undo(merge, by=self.chief)
        assert standing() == before

    def test_what_can_not_lie_there_is_refused_with_a_way_out(self):
        other = make_section(parent=self.stays)
        assert "first level" in merges.why_not(self.gone, other, self.chief)
        make_section(slug="rail", parent=self.stays)
        assert "merge these two first" in merges.why_not(self.gone, self.stays, self.chief)
        assert "first level" in merges.why_not(self.gone, self.child, self.chief)

    def test_pages_of_a_country_and_a_theme_lead_on(self):
        country = make_section(name="Kazakhstan", slug="kazakhstan", kind="country")
        make_edition(section=self.gone, further=[country])
        assert self.client.get("/kazakhstan/economy/").status_code == 200
        merges.start_merge(self.gone, self.stays, by=self.chief)
        for ending in ("", "2025/12/"):
            self.assertRedirects(
                self.client.get(f"/kazakhstan/economy/{ending}"), f"/kazakhstan/business/{ending}", 301
            )
        Section.objects.filter(pk=country.pk).update(slug="qazaqstan")
        self.assertRedirects(self.client.get("/kazakhstan/economy/"), "/qazaqstan/business/", 301)
        self.assertRedirects(self.client.get("/economy/2025/12/"), "/business/2025/12/", 301)
        assert self.client.get("/kazakhstan/nothing/").status_code == 404

    def test_a_search_narrowed_to_what_is_gone_is_narrowed_to_what_there_is(self):
        make_edition(section=self.gone, headline="Silk")
        number = self.gone.pk
        merges.start_merge(self.gone, self.stays, by=self.chief)
        self.assertContains(self.client.get("/search/", {"q": "silk", "section": number}), "Silk</a>")


def make_again(user):
    """The login as another request reads it."""
    return type(user).objects.get(pk=user.pk)


class SuccessorsTests(TestCase):
    def test_numbers_are_what_became_of_them_in_order_and_once(self):
        one, other, third = (make_author() for _ in range(3))
        gone = one.pk
        merges.start_merge(one, other, by=make_chief())
        assert still_there(Author, [third.pk, gone, other.pk, 10**9, None]) == [third.pk, other.pk]

    def test_unfinished_merges_of_one_kind_are_never_two(self):
        values = {"kind": "tag", "gone_name": "a", "stays_name": "b", "gone_path": "/"}
        Merge.objects.create(gone=1, stays=2, **values)
        with pytest.raises(IntegrityError):
            Merge.objects.create(gone=3, stays=4, **values)


class CountsTests(MergeTestCase):
    def test_preview_tells_what_would_change(self):
        for _kind, gone, stays in self.each():
            lines = {line.what: line.count for line in merges.merge_changes(gone, stays)}
            assert lines["Live articles"] == "3"
            assert lines["of these under both"] == "2"
            assert lines["Scheduled editions"] == "1"
            assert lines["Drafts, changes not published"] == "1"
            assert lines["Earlier editions"] == "1"
            assert lines["Page"] == path_of(gone)

    def test_counting_takes_as_many_queries_however_many_there_are(self):
        for _kind, gone, stays in self.each():
            with patch("articles.desk.merges.showing.MOST_COUNTED", 1), CaptureQueriesContext(connection) as queries:
                lines = {line.what: line.count for line in merges.merge_changes(gone, stays)}
            assert len(queries) <= 16
            assert lines["Live articles"].endswith("of the newest 1")
