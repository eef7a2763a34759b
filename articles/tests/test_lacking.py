"""What is scheduled and lacks what readers have: marked on every screen until somebody decides, and never after."""

from datetime import timedelta

import time_machine
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.admin.article.standing import standing_of_edition
from articles.admin.times import short
from articles.desk import lacking, workflow
from articles.desk.revisions import edition_snapshot
from articles.desk.workflow import WorkflowError
from articles.models import Article, ArticleByline, ArticleSection, Edition
from articles.models.copy import shared_values
from articles.tests.copy_fields import ANOTHER, CORRECTION, MISSING
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_section
from articles.tests.test_admin_article import DeskTestCase, change_address
from articles.tests.test_admin_library import local
from ground.times import FOR_EVER

HOUR = timedelta(hours=1)
MARK = "lacks what readers have"
FIRST, SECOND, THIRD = "<p>The bridge is 30 km long.</p>", "<p>It opens in May.</p>", "<p>It will cost 9 million.</p>"
RIGHT = "<p>The bridge is 3 km long.</p>"
ROWS = {
    "tags": lambda article: article.tags.add("Rail"),
    "bylines": lambda article: ArticleByline.objects.create(article=article, author=make_author()),
    "further_sections": lambda article: ArticleSection.objects.create(article=article, section=make_section()),
}
FIELDS = [*ANOTHER, *ROWS]


def change(article, *names):
    """Another value in the working copy for each field."""
    article.refresh_from_db()
    for name in names:
        if name in ROWS:
            ROWS[name](article)
        else:
            setattr(article, name, ANOTHER[name]())
    article.save()


class LackingTestCase(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_article(headline="The bridge", body=FIRST + SECOND)
        self.live = make_edition(article=self.article, live_from=timezone.now() - 2 * HOUR)
        self.at = (timezone.now() + 4 * HOUR).replace(second=0, microsecond=0)

    def schedule(self, at=None, **fields):
        self.article.refresh_from_db()
        for name, value in fields.items():
            setattr(self.article, name, value)
        self.article.save()
        return workflow.schedule(self.article, by=self.chief, at=at or self.at)

    def publish(self, *names):
        change(self.article, *names)
        workflow.publish(self.article, by=self.chief)
        self.article.refresh_from_db()

    def coming(self):
        return self.article.editions.filter(live_from__gt=timezone.now()).order_by("live_from")

    def lacks(self):
        return [edition.lacks for edition in self.coming()]

    def back_to_what_is_live(self):
        self.article.refresh_from_db()
        workflow.restore(self.article.editions.live().get(), by=self.chief, version=self.article.version)
        self.article.refresh_from_db()

    def press(self, step, **given):
        """Press a button of the form; the page that follows."""
        self.article.refresh_from_db()
        response = self.send(self.article, _step=step, **given)
        return self.client.get(response.url)


def screens(at):
    """Each screen that tells what is scheduled."""
    day = local(at)[:10]
    return {
        "panel": None,
        "list": reverse("admin:articles_article_changelist"),
        "filter": reverse("admin:articles_article_changelist") + "?desk=older",
        "dashboard": reverse("admin:index"),
        "week": reverse("admin:articles_edition_calendar") + f"?view=week&day={day}",
        "month": reverse("admin:articles_edition_calendar") + f"?view=month&day={day}",
        "editions": reverse("admin:articles_edition_changelist") + "?when=future",
    }


class EveryFieldTests(LackingTestCase):
    def marked(self):
        """The screens that have the mark."""
        pages = screens(self.at) | {
            "panel": change_address(self.article),
            "versions": reverse("admin:articles_article_versions", args=[self.article.pk]),
        }
        return {name for name, address in pages.items() if MARK in self.client.get(address).content.decode()}

    def test_every_field_that_readers_see_is_known(self):
        assert set(ANOTHER) == set(shared_values(Article())), MISSING
        assert set(FIELDS) == set(edition_snapshot(self.live))
        assert lacking.desk_snapshot(self.live) == edition_snapshot(self.live)

    def test_each_field_is_marked_on_every_screen_until_it_is_put_in(self):
        for start in range(0, len(FIELDS), 6):  # as many as a day of the calendar's month shows
            names = FIELDS[start : start + 6]
            found = {name: self.overtaken(name) for name in names}
            self.check_screens(found, is_marked=True)
            for article, other in found.values():
                self.put_in(article, other)
            self.check_screens(found, is_marked=False)
            for article, _other in found.values():
                workflow.cancel(article.editions.get(live_from__gt=timezone.now()), by=self.chief)

    def overtaken(self, name):
        """An article whose scheduled update lacks one field that readers have; and the field that it updates."""
        self.article = make_article(headline="The bridge", body=FIRST + SECOND)
        make_edition(article=self.article, live_from=timezone.now() - 2 * HOUR)
        other = "social_title" if name == "seo_title" else "seo_title"
        self.schedule(**{other: "An update"})
        self.publish(name)
        assert self.lacks() == [name]
        return self.article, other

    def put_in(self, article, other):
        self.article = article
        before = self.coming().get()
        name = before.lacks
        workflow.carry_over(before, by=self.chief)
        after = self.coming().get()
        assert edition_snapshot(after)[name] == edition_snapshot(article.editions.live().get())[name]
        assert getattr(after, other) == "An update"
        assert (after.live_from, after.live_until, after.lacks) == (before.live_from, before.live_until, "")

    def check_screens(self, found, *, is_marked):
        """Each list has the mark of each field, and each article's own pages; or none has any."""
        for screen, address in screens(self.at).items():
            page = self.client.get(address).content.decode() if address else ""
            for name in found if address else ():
                with self.subTest(screen=screen, field=name, is_marked=is_marked):
                    assert (lacking.gaps_in_words(name) in page) == is_marked
        for name, (article, _other) in found.items():
            panel = self.page(article).content.decode()
            versions = self.client.get(reverse("admin:articles_article_versions", args=[article.pk])).content.decode()
            with self.subTest(field=name, is_marked=is_marked):
                assert (
                    panel.count(lacking.gaps_in_words(name)) >= 3
                ) == is_marked  # state, schedule, before publishing
                assert (lacking.gaps_in_words(name) in versions) == (MARK in panel) == is_marked

    def test_each_decision_takes_the_mark_off_every_screen(self):
        decisions = {
            "carry": lambda edition: self.press(f"carry:{edition.pk}"),
            "keep": lambda edition: self.press(f"keep:{edition.pk}"),
            "renew": lambda edition: self.press(f"renew:{edition.pk}"),
            "cancel": lambda edition: self.press(f"cancel:{edition.pk}"),
            "page": lambda edition: self.client.post(self.decide(edition), {"_carry": "1"}),
            "page, kept": lambda edition: self.client.post(self.decide(edition), {"_keep": "1"}),
        }
        for name, decide in decisions.items():
            with self.subTest(name):
                self.setUp()
                self.schedule(standfirst="An update.")
                self.publish("tags", "dated_corrections")
                assert self.lacks() == ["dated_corrections,tags"]
                decide(self.coming().get())
                self.client.get(reverse("admin:index"))  # with what the decision had to say
                assert self.marked() == set()
                has = [edition.dated_corrections for edition in self.coming()]
                assert has == {"cancel": [], "keep": [[]], "page, kept": [[]]}.get(name, [[CORRECTION]])
                self.article.editions.filter(live_from__gt=timezone.now()).delete()

    def decide(self, edition):
        return reverse("admin:articles_article_decide", args=[self.article.pk, edition.pk])

    def test_time_itself_ends_the_mark_at_that_very_moment(self):
        edition = self.schedule()
        self.publish("tags")
        tick = timedelta(microseconds=1)
        for at, coming in ((edition.live_from - tick, True), (edition.live_from, False)):
            with self.subTest(coming):
                article = Article.objects.with_state(at).get(pk=self.article.pk)
                assert bool(article.coming_lacks) == coming
                assert Article.objects.scheduled_in_older_text(at).exists() == coming
        with time_machine.travel(edition.live_from, tick=False):
            self.log_in(self.chief)
            assert MARK not in self.page(self.article).content.decode()
            with self.assertRaises(WorkflowError):
                workflow.carry_over(edition, by=self.chief)

    def test_mark_survives_moving_in_the_calendar(self):
        edition = self.schedule()
        self.publish("tags")
        moved = {"entry": f"starts:{edition.pk}", "was": edition.live_from.isoformat()}
        to = local(self.at + HOUR)
        self.client.post(reverse("admin:articles_edition_move"), moved | {"to": to})
        assert self.coming().get().live_from == self.at + HOUR
        assert self.lacks() == ["tags"]

    def test_same_text_is_not_marked(self):
        self.schedule(standfirst="An update.")
        self.publish()
        assert self.lacks() == [""]

    def test_something_newer_is_marked_after_a_decision(self):
        edition = self.schedule()
        self.publish("tags")
        workflow.keep_as_is(edition, by=self.chief)
        assert self.lacks() == [""]
        self.publish("kicker")
        assert self.lacks() == ["kicker"]
        workflow.carry_over(self.coming().get(), by=self.chief)
        assert self.coming().get().tags.count() == 0  # that was decided
        self.publish("kind")
        assert self.lacks() == ["kind"]

    def test_two_scheduled_in_a_row_are_both_marked_and_both_filled(self):
        self.schedule(standfirst="The first update.")
        self.schedule(at=self.at + HOUR, kicker="Later")
        self.back_to_what_is_live()
        self.publish("dated_corrections")
        assert self.lacks() == ["dated_corrections"] * 2
        workflow.carry_into_all(self.article, by=self.chief)
        assert self.lacks() == ["", ""]
        first, second = self.coming()
        assert first.dated_corrections == second.dated_corrections == [CORRECTION]
        assert (first.kicker, second.kicker) == ("", "Later")
        assert (first.live_until, second.live_until) == (second.live_from, FOR_EVER)

    def test_newer_text_scheduled_before_an_older_one_is_marked(self):
        self.schedule(at=self.at + HOUR, standfirst="An update.")
        self.schedule(kicker="Newer")
        assert self.lacks() == ["", "kicker"]

    def test_first_publication_that_is_overtaken_is_marked(self):
        self.article = make_article(headline="The dam", body=FIRST)
        self.schedule()
        self.publish("headline", "dated_corrections")
        assert self.lacks() == ["dated_corrections,headline"]
        workflow.carry_over(self.coming().get(), by=self.chief)
        assert self.coming().get().headline == "Another headline"

    def test_text_restored_from_before_a_correction_is_marked_before_and_after_it_is_scheduled(self):
        change(self.article, "kicker")
        workflow.saved(self.article, by=self.chief)
        old = self.article.revisions.first()
        self.publish("dated_corrections")
        workflow.restore(old, by=self.chief, version=self.article.version)
        page = self.page(self.article).content.decode()
        assert f"The text here {lacking.gaps_in_words('dated_corrections')}" in page
        self.schedule()
        assert self.lacks() == ["dated_corrections"]
        self.article.refresh_from_db()
        assert self.article.based_at is None

    def test_text_restored_from_what_is_live_lacks_nothing(self):
        self.publish("dated_corrections")
        self.back_to_what_is_live()
        assert MARK not in self.page(self.article).content.decode()
        self.schedule()
        assert self.lacks() == [""]

    def test_lists_take_as_many_queries_for_many_marks_as_for_one(self):
        def count(address):
            with CaptureQueriesContext(connection) as captured:
                assert MARK in self.client.get(address).content.decode()
            return len(captured)

        addresses = {name: address for name, address in screens(self.at).items() if address}
        self.schedule()
        self.publish("tags")
        few = {name: count(address) for name, address in addresses.items()}
        for _more in range(4):
            self.setUp()
            self.log_in(self.chief)
            self.schedule()
            self.publish("tags")
        for name, address in addresses.items():
            assert count(address) <= few[name], name


class MergingTests(LackingTestCase):
    def correct_what_is_live(self, **given):
        """Publish the correction alone, without the update that is scheduled."""
        self.back_to_what_is_live()
        days = {"dated_corrections-day": [CORRECTION["day"]], "dated_corrections-text": [CORRECTION["text"]]}
        return self.press("publish", body=RIGHT + SECOND, **days, **given)

    def test_correction_goes_by_itself_into_what_is_scheduled(self):
        self.schedule(body=FIRST + SECOND + THIRD)
        page = self.correct_what_is_live(carry="corrections")
        self.assertContains(page, "has it now, too")
        assert self.article.editions.live().get().body == RIGHT + SECOND
        edition = self.coming().get()
        assert (edition.body, edition.dated_corrections) == (RIGHT + SECOND + THIRD, [CORRECTION])
        assert MARK not in page.content.decode()

    def test_it_stays_out_when_that_is_chosen(self):
        self.schedule(body=FIRST + SECOND + THIRD)
        page = self.correct_what_is_live(carry="no")
        self.assertContains(page, "Decide on it beside")
        assert self.lacks() == ["dated_corrections,body"]

    def test_other_changes_go_in_only_when_that_is_chosen(self):
        for carry, kicker in (("corrections", ""), ("no", ""), ("yes", "LATEST"), ("", "")):
            with self.subTest(carry):
                self.setUp()
                self.schedule(standfirst="An update.")
                self.press("publish", kicker="LATEST", carry=carry)
                assert self.coming().get().kicker == kicker
                self.coming().delete()

    def test_publishing_offers_it_only_while_something_is_scheduled(self):
        label = "Also put it into what is scheduled"
        self.assertNotContains(self.page(self.article), label)
        self.schedule()
        self.assertContains(self.page(self.article), label)

    def test_scheduling_before_what_is_scheduled_offers_the_same(self):
        self.schedule(at=self.at + HOUR, standfirst="An update.")
        soon = local(self.at)
        self.press("schedule", kicker="LATEST", carry="yes", go_live_at=soon)
        assert [edition.kicker for edition in self.coming()] == ["LATEST", "LATEST"]

    def test_same_words_changed_by_both_are_asked_about(self):
        wide, both = "<p>The big bridge is 30 km long.</p>", "<p>The big bridge is 3 km long.</p>"
        for choice, first in (("theirs", RIGHT), ("mine", wide), ("both", both)):
            with self.subTest(choice):
                self.setUp()
                self.schedule(body=wide + SECOND)
                page = self.clashing()
                self.assertContains(page, "Decide on it beside")
                assert self.article.editions.live().get().dated_corrections == [CORRECTION]
                self.assertContains(self.press(f"carry:{self.coming().get().pk}"), "somebody must choose")
                self.decide_as(choice)
                assert self.coming().get().body == first + SECOND
                assert self.lacks() == [""]
                self.coming().delete()

    def clashing(self):
        return self.correct_what_is_live()

    def decide_as(self, choice):
        address = reverse("admin:articles_article_decide", args=[self.article.pk, self.coming().get().pk])
        page = self.client.get(address)
        self.assertContains(page, "Both changed the same paragraph")
        sent = {"_carry": "1", "against": page.context["against"]}
        self.assertContains(self.client.post(address, sent), "somebody must choose")
        self.client.post(address, sent | {"choose_body": choice, "against": "1"})
        assert self.lacks() != [""]  # another text was looked at
        self.client.post(address, sent | {"choose_body": choice})

    def test_working_copy_says_what_it_lacks_once_the_merged_text_is_live(self):
        self.schedule(body=FIRST + SECOND + THIRD)
        self.correct_what_is_live()
        assert MARK not in self.page(self.article).content.decode()
        with time_machine.travel(self.at):
            self.log_in(self.chief)
            page = self.page(self.article)
            self.assertContains(page, f"The text here {lacking.gaps_in_words('body')}")
            self.assertContains(page, 'name="take_away"', count=1)
            live = self.article.editions.live().get()
            refused = self.press("publish", significant="on")  # an option of another step decides nothing
            self.assertContains(refused, "tick “Publish it without that” and publish again")
            assert self.article.editions.live().get() == live
            self.press("publish", take_away="on")
            self.article.refresh_from_db()
            assert self.article.editions.live().get().body == self.article.body != live.body
            self.assertNotContains(self.page(self.article), 'name="take_away"')

    def test_bulk_publishing_puts_corrections_in_too(self):
        self.schedule(standfirst="An update.")
        change(self.article, "dated_corrections")
        workflow.saved(self.article, by=self.chief)
        data = {"action": "publish_selected", "_selected_action": [self.article.pk], "confirmed": "1"}
        self.client.post(reverse("admin:articles_article_changelist"), data)
        assert self.lacks() == [""]
        assert self.coming().get().dated_corrections == [CORRECTION]


class ColumnTests(TestCase):
    def test_names_of_fields_fit_into_words(self):
        assert lacking.field_names(["dated_corrections", "corrections", "body"]) == "corrections, text"
        assert lacking.gaps_in_words("") == ""
        assert all(lacking.field_names([name]) for name in [*FIELDS, lacking.END, lacking.REASON])
        assert Edition().lacks == ""


class EmbargoTests(LackingTestCase):
    """An embargo on what readers have holds back updates, and no screen says more."""

    def test_embargo_on_what_readers_have_is_told_as_one_of_updates(self):
        Article.objects.filter(pk=self.article.pk).update(embargo_until=self.at)
        self.schedule(at=self.at + HOUR, headline="The bridge opens")
        pages = screens(self.at + HOUR) | {"panel": change_address(self.article)}
        for name in ("panel", "list", "dashboard", "week", "editions"):
            with self.subTest(screen=name):
                self.assertContains(self.client.get(pages[name]), "pdates under embargo until")
        panel = self.client.get(pages["panel"])
        self.assertContains(panel, "Readers have the article already: it holds back updates.")
        self.assertContains(panel, "What was published stays as it is.")
        with self.assertRaisesMessage(WorkflowError, "This text is under embargo until"):
            workflow.publish(self.article, by=self.chief)

    def test_embargo_on_what_nobody_has_is_one_of_the_article(self):
        article = make_article(headline="The dam", embargo_until=self.at)
        for address in (change_address(article), screens(self.at)["list"]):
            page = self.client.get(address)
            self.assertContains(page, "mbargo until")
            self.assertNotContains(page, "pdates under embargo")


class NothingNewTests(LackingTestCase):
    """What is scheduled and says word for word what readers have by then: told everywhere, and no change once past."""

    NEWS, SAID = "kicker", "nothing new"

    def pages(self):
        found = screens(self.at) | {
            "panel": change_address(self.article),
            "versions": reverse("admin:articles_article_versions", args=[self.article.pk]),
        }
        del found["filter"]  # it is no older text
        return {name: self.client.get(address).content.decode() for name, address in found.items()}

    def test_schedule_that_says_what_readers_have_is_told_on_every_screen_until_it_says_something(self):
        self.schedule(headline="The bridge opens")
        assert not [name for name, page in self.pages().items() if self.SAID in page]
        workflow.publish(self.article, by=self.chief)
        assert [edition.repeats_since for edition in self.coming()] == [self.article.editions.live().get().live_from]
        assert not [name for name, page in self.pages().items() if self.SAID not in page]
        self.publish(self.NEWS)  # readers get something else, so that it would take that back
        assert [edition.repeats_since for edition in self.coming()] == [None]
        workflow.renew(self.coming().get(), by=self.chief)
        assert [bool(edition.repeats_since) for edition in self.coming()] == [True]
        ArticleByline.objects.create(article=self.article, author=make_author())
        workflow.renew(self.coming().get(), by=self.chief)
        assert [edition.repeats_since for edition in self.coming()] == [None]

    def test_schedule_that_said_nothing_new_is_no_change_afterwards(self):
        self.schedule(headline="The bridge opens")
        workflow.publish(self.article, by=self.chief)
        since = self.article.editions.live().get().live_from
        with time_machine.travel(self.at + HOUR):
            self.chief = self.log_in(self.chief)
            article = Article.objects.with_state().get(pk=self.article.pk)
            assert article.live_since == self.article.editions.live().get().has_since == since
            week = self.pages()["week"]
            assert "went live, nothing new" in week
            editions = self.client.get(reverse("admin:articles_edition_changelist") + "?when=now")
            self.assertContains(editions, "nothing new in it")
            words = standing_of_edition(self.article.editions.live().get(), timezone.now())
            assert words[0].text == f"Readers have it since {short(since)}"

    def test_text_that_follows_itself_twice_is_as_old_as_the_first_and_one_after_a_gap_is_news(self):
        self.schedule(headline="The bridge opens")
        workflow.publish(self.article, by=self.chief)
        self.schedule(at=self.at + HOUR)
        since = self.article.editions.live().get().live_from
        assert [edition.repeats_since for edition in self.coming()] == [since, since]
        workflow.cancel(self.coming().first(), by=self.chief)
        self.article.editions.filter(live_until=self.coming().get().live_from).update(live_until=self.at)
        lacking.note_gaps(self.article)
        assert [edition.repeats_since for edition in self.coming()] == [None]
