"""No sentence of the desk is untrue: what a list says when it is empty, for each role and each state of a story."""

from datetime import timedelta
from decimal import Decimal
from unittest import mock

from django.template.loader import render_to_string
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles, workflow
from articles.models import Article, Check, CheckRule, Edition, OutsideLink
from articles.models.check import address_digest, requested_address
from articles.tests.factories import (
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_section,
    make_user,
)
from articles.tests.test_admin_article import DeskTestCase, typed
from newsroom.desk import dashboard
from tickers.models import Pair, Rate, Source

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def live(now):
    return [edition for edition in Edition.objects.all() if edition.live_from <= now < edition.live_until]


def coming(now):
    return [
        one for one in Edition.objects.select_related("article") if one.live_from > now and not one.article.trashed_at
    ]


def on_desk(*stages):
    return [article for article in Article.objects.all() if article.stage in stages and not article.trashed_at]


def is_mine(article, user):
    return user.pk == article.created_by_id or article.bylines.filter(author__user=user).exists()


def is_in_sections_of(article, user):
    section = article.section
    return bool(section and {section.pk, section.parent_id} & set(user.edited_sections.values_list("pk", flat=True)))


# What each sentence of an empty list claims, asked of the rows one by one and not as the desk asks.
CLAIMS = {
    "You have no saved drafts.": lambda user, now: not any(is_mine(one, user) for one in on_desk("draft")),
    "Nothing of yours is with the editors.": lambda user, now: (
        not any(is_mine(one, user) for one in on_desk("in_review", "ready"))
    ),
    "Nothing that is still to be written is assigned to you.": lambda user, now: (
        not any(one.assignee_id == user.pk for one in on_desk("draft"))
    ),
    "Nothing that was submitted or approved waits for an editor.": lambda user, now: not on_desk("in_review", "ready"),
    "Nothing that was submitted or approved waits in your sections.": lambda user, now: (
        not any(is_in_sections_of(one, user) for one in on_desk("in_review", "ready"))
    ),
    "No section was given to you, so nothing is submitted to you: ask a chief editor.": lambda user, now: (
        not user.edited_sections.exists()
    ),
    "No article is scheduled for the next 24 hours.": lambda user, now: (
        not any(one.live_from <= now + DAY for one in coming(now))
    ),
    "Nothing is live now.": lambda user, now: not live(now),
    "All that was saved of what is live is published or scheduled.": lambda user, now: (
        live(now)
        and all(
            one.article.headline in {row.headline for row in one.article.editions.filter(live_until__gt=now)}
            for one in live(now)
        )
    ),
    "In your sections, all that was saved of what is live is published or scheduled.": lambda user, now: all(
        one.article.stage == "published" for one in live(now) if is_in_sections_of(one.article, user)
    ),
    "In your sections, nothing that is scheduled waits for a newer text or for a decision.": lambda user, now: all(
        one.article.stage == "published" and not one.lacks
        for one in coming(now)
        if is_in_sections_of(one.article, user)
    ),
    "Nothing that is scheduled waits for a newer text or for a decision.": lambda user, now: all(
        one.article.stage == "published" and not one.lacks for one in coming(now)
    ),
    "No rate waits for a look, and no active pair lacks a new one.": lambda user, now: all(
        pair.rates.filter(effective_date__gte=timezone.localdate() - 5 * DAY).exists() or pair.provider == "peg"
        for pair in Pair.objects.filter(active=True)
    ),
    "No failed background work is on record.": lambda user, now: True,
}


class DashboardTests(TestCase):
    """Each role with each state of a story, its own or another's."""

    def setUp(self):
        roles.make_groups()
        self.now = timezone.now()
        self.chief = make_chief()
        self.section = make_section(name="Markets")

    def states(self):
        """What makes one story of each state, with the fields that say whose it is."""
        return {
            "nothing at all": lambda **whose: None,
            "draft": lambda **whose: make_article(**whose),
            "in review": lambda **whose: make_article(stage="in_review", **whose),
            "ready": lambda **whose: make_article(stage="ready", **whose),
            "live": lambda **whose: make_edition(**whose),
            "live, changed": self.changed,
            "live, update scheduled": self.updated,
            "withdrawn": lambda **whose: make_edition(live_until=self.now - HOUR, live_from=self.now - DAY, **whose),
            "scheduled soon": lambda **whose: self.scheduled(HOUR, **whose),
            "scheduled later": lambda **whose: self.scheduled(3 * DAY, **whose),
            "scheduled, changed": lambda **whose: self.saved(self.scheduled(HOUR, **whose)),
            "in the trash": lambda **whose: make_article(trashed_at=self.now, **whose),
            "submitted, in the trash": lambda **whose: make_article(stage="in_review", trashed_at=self.now, **whose),
        }

    def saved(self, article):
        article.refresh_from_db()
        workflow.saved(article, by=self.chief)

    def changed(self, **whose):
        article = make_edition(**whose).article
        Article.objects.filter(pk=article.pk).update(headline="What readers have not")
        self.saved(article)

    def updated(self, **whose):
        article = make_edition(**whose).article
        article.refresh_from_db()
        article.headline = "The update"
        article.save()
        workflow.schedule(article, by=self.chief, at=self.now + HOUR)

    def scheduled(self, after, **whose):
        article = make_article(**whose)
        workflow.schedule(article, by=self.chief, at=self.now + after)
        return article

    def owners(self, user):
        author = make_author(user=user)
        return {
            "began it": {"created_by": user, "section": self.section},
            "has a byline": {"authors": [author], "section": self.section},
            "was given it": {"assignee": user, "section": self.section},
            "nothing to do with it": {"section": self.section},
            "without a section": {"created_by": user, "section": None},
        }

    def test_every_sentence_of_an_empty_list_is_true(self):
        said = set()
        for role in roles.PERMISSIONS:
            for name in self.states():
                user = make_user(role)
                for owner, whose in self.owners(user).items():
                    if whose["section"] is None and name not in {"draft", "in review", "in the trash"}:
                        continue
                    with self.subTest(role=role, story=name, who=owner):
                        self.clear()
                        self.states()[name](**whose)
                        said |= self.check(user)
        assert said >= set(CLAIMS) - {
            "Nothing that was submitted or approved waits in your sections.",
            "In your sections, all that was saved of what is live is published or scheduled.",
            "In your sections, nothing that is scheduled waits for a newer text or for a decision.",
        }

    def clear(self):
        Edition.objects.all().delete()
        Article.objects.all().delete()

    def check(self, user):
        user = type(user).objects.get(pk=user.pk)  # what is known of roles is asked anew
        page = dashboard.dashboard_of(user)
        empty = [block.nothing for block in [*page.mine, *page.paper] if not block.lines]
        for sentence in empty:
            assert CLAIMS[sentence](user, timezone.now()), sentence
        return set(empty)

    def test_section_editor_hears_of_their_own_sections(self):
        editor = make_user(roles.SECTION_EDITOR)
        self.section.editors.add(editor)
        for section in (None, make_section(), self.section, make_section(parent=self.section)):
            with self.subTest(section):
                self.clear()
                make_article(stage="in_review", section=section)
                self.check(editor)

    def test_reporter_sees_what_they_submitted_who_has_it_and_how_to_take_it_back(self):
        editor = make_user(roles.SECTION_EDITOR, first_name="Bek", last_name="Orozov")
        self.section.editors.add(editor)
        reporter = make_user(roles.REPORTER, username="reporter")
        for stage, said in (("in_review", "waits for Bek Orozov"), ("ready", "waits to be published by Bek Orozov")):
            with self.subTest(stage):
                self.clear()
                article = make_article(headline="Mine", stage=stage, created_by=reporter, section=self.section)
                [block] = [block for block in dashboard.dashboard_of(reporter).mine if block.slug == "submitted"]
                [line] = block.lines
                assert said in line.facts
                assert any("take it back" in fact for fact in line.facts) == roles.may(reporter, "take_back", article)
                self.client.force_login(reporter)
                listed = self.client.get(block.url).context["cl"].result_list
                assert [row.headline for row in listed] == ["Mine"]
                page = self.client.get(article.get_absolute_url())
                self.assertContains(page, "Bek Orozov")
                self.assertNotContains(page, "<dd>nobody</dd>", html=True)

    def test_without_an_editor_of_the_section_the_chiefs_have_it_and_without_those_nobody(self):
        reporter = make_user(roles.REPORTER)
        self.chief.first_name = "Ainura"
        self.chief.save()
        make_article(stage="in_review", created_by=reporter, section=None)
        facts = [fact for block in dashboard.dashboard_of(reporter).mine for line in block.lines for fact in line.facts]
        assert "waits for Ainura" in facts
        self.chief.is_active = False
        self.chief.save()
        facts = [fact for block in dashboard.dashboard_of(reporter).mine for line in block.lines for fact in line.facts]
        assert "waits for nobody: no editor has a login yet" in facts


class RatesTests(TestCase):
    def setUp(self):
        roles.make_groups()
        self.user = make_user(roles.RATES_DESK)
        self.today = timezone.localdate()

    def lines(self):
        [block] = [block for block in dashboard.dashboard_of(self.user).paper if block.slug == "rates"]
        return block

    def test_papers_first_day_is_not_five_times_late(self):
        for base, provider in (("KGS", "nbkr"), ("KZT", "nbk"), ("TJS", "manual"), ("UZS", "cbu"), ("TMT", "manual")):
            pair = Pair.objects.create(base=base, provider=provider)
            Rate.objects.create(pair=pair, effective_date=self.today - 30 * DAY, value=Decimal("0.01"))
        block = self.lines()
        assert [line.mark for line in block.lines] == [""] * 5
        assert {line.facts[1] for line in block.lines} == {
            "its source was never asked yet",
            "nobody typed one here yet",
        }

    def test_late_is_what_somebody_has_begun_to_fetch_or_type(self):
        pairs = [Pair.objects.create(base=base, provider=code) for base, code in (("KGS", "nbkr"), ("TJS", "manual"))]
        for pair in pairs:
            decided = self.user if pair.provider == "manual" else None
            Rate.objects.create(pair=pair, effective_date=self.today - 30 * DAY, value=1, decided_by=decided)
        Source.objects.create(provider="nbkr", asked_at=timezone.now())
        assert [line.mark for line in self.lines().lines] == ["late", "late"]

    def test_no_rate_waits_says_what_is_so(self):
        assert not self.lines().lines
        pair = Pair.objects.create(base="KGS")
        assert self.lines().lines
        Rate.objects.create(pair=pair, effective_date=self.today, value=1)
        assert self.lines().nothing.startswith("No rate waits for a look")


class ChecksTests(DeskTestCase):
    def setUp(self):
        self.log_in(make_chief())
        self.author = make_author(name="Aigul Tash", slug="aigul")
        self.section = make_section()

    def checks(self, article=None, **changes):
        address = reverse("admin:articles_article_checks", args=[article.pk if article else 0])
        return self.client.post(address, typed(article, **changes))

    def rows(self, *authors):
        rows = {"bylines-TOTAL_FORMS": len(authors), "bylines-INITIAL_FORMS": 0}
        for number, author in enumerate(authors):
            rows |= {f"bylines-{number}-author": author.pk, f"bylines-{number}-order": number}
        return rows

    def test_the_same_author_twice_is_a_byline_and_is_named(self):
        page = self.checks(headline="Road", **self.rows(self.author, self.author))
        self.assertNotContains(page, "Add a byline")
        self.assertContains(page, "Aigul Tash has two bylines here.")
        self.assertContains(self.checks(headline="Road"), "Add a byline")

    def test_what_the_form_refuses_keeps_it_from_being_published(self):
        article = make_article(section=self.section, authors=[self.author])
        CheckRule.objects.bulk_create(CheckRule(check_name=name, level="off") for name in Check.values)
        self.assertContains(self.checks(article), "Nothing to mend")
        page = self.checks(article, slug="not a slug!")
        self.assertNotContains(page, "Nothing to mend")
        self.assertContains(page, "1 thing to mend before publishing")
        self.assertContains(page, 'href="#id_slug"')

    def test_nothing_is_fine_of_what_is_not_there(self):
        page = self.checks(headline="", body="")
        for name in (
            "headline,",
            "headings",
            "marks of comments",
            "links",
            "exchange rates",
            "credits",
            "Fine: byline",
        ):
            fine = page.content.decode().partition('class="fine"')[2]
            assert name not in fine, name

    def test_marks_of_comments_are_leftovers(self):
        for mark in ("[a]", "[ab]", "[AT1]", "[JS12]", "[Comment 2]", "[comment: ask]"):
            with self.subTest(mark):
                page = self.checks(headline="Road", body=f"<p>He said so{mark}. More.</p>")
                self.assertContains(page, f"“{mark}” is left over")
                self.assertNotContains(page, "marks of comments")
        for words in ("“[a] man”", "he [the minister] said", "[S]he said", "the G[20]", "“[W]e”", "[sic]"):
            with self.subTest(words):
                page = self.checks(headline="Road", body=f"<p>So {words} there. More.</p>")
                self.assertNotContains(page, "is left over")

    @override_settings(ASK_OUTSIDE_LINKS=True)
    def test_links_that_nobody_asked_yet_are_not_fine(self):
        href = "https://example.org/a"
        body = f'<p>See <a href="{href}">this</a>.</p>'
        page = self.checks(headline="Road", body=body)
        self.assertNotContains(page, "links to other sites.")
        self.assertContains(page, "were not asked yet")
        with override_settings(ASK_OUTSIDE_LINKS=False):
            page = self.checks(headline="Road", body=body)
            self.assertContains(page, "are not asked here")
            self.assertNotContains(page, "were not asked yet")
        OutsideLink.objects.create(
            sha256=address_digest(href), address=requested_address(href), checked_at=timezone.now(), status=200
        )
        page = self.checks(headline="Road", body=body)
        self.assertNotContains(page, "were not asked yet")
        self.assertContains(page, "links to other sites")

    def test_new_article_has_no_checks_before_a_letter(self):
        page = self.client.get(reverse("admin:articles_article_add"))
        self.assertNotContains(page, "check-sum")
        self.assertNotContains(page, "check-list blocking")


class PreviewTests(DeskTestCase):
    def setUp(self):
        self.log_in(make_chief())
        make_section(name="Aardvarks", slug="aardvarks")

    def test_preview_names_no_section_that_nobody_chose(self):
        make_edition(headline="Another story")
        page = self.client.post(reverse("admin:articles_article_live_preview", args=[0]), typed(headline="Road"))
        main = page.content.decode().partition("<main")[2].partition("</main>")[0]
        assert "No section yet" in main
        assert "Aardvarks" not in main
        assert "Another story" not in main

    def test_nothing_takes_no_minute_to_read(self):
        address = reverse("admin:articles_article_live_preview", args=[0])
        self.assertNotContains(self.client.post(address, typed(headline="Road")), "min read")
        self.assertContains(self.client.post(address, typed(headline="Road", body="<p>Words.</p>")), "1 min read")


class OtherSentencesTests(DeskTestCase):
    def test_page_of_a_fault_claims_no_report(self):
        for at_desk in (True, False):
            for was_sent in (True, False):
                page = render_to_string("500.html", {"at_desk": at_desk, "was_sent": was_sent, "at": timezone.now()})
                assert "have been told" not in page
                assert ("may not be saved" in page) == (at_desk and was_sent)

    def test_fault_at_the_desk_says_its_time_and_where_it_stands(self):
        self.log_in(make_chief())
        self.client.raise_request_exception = False
        with (
            mock.patch("newsroom.desk.dashboard.dashboard_of", side_effect=ZeroDivisionError),
            self.assertLogs("django.request"),
        ):
            page = self.client.get(reverse("admin:index"))
        self.assertContains(page, "server’s log, and administrators see", status_code=500)

    def test_save_of_nothing_new_changes_nothing_and_says_so(self):
        self.log_in(make_user(is_superuser=True))
        author = make_author(name="Anna", slug="anna")
        address = reverse("admin:articles_author_change", args=[author.pk])
        data = {
            "name": "Anna",
            "slug": "anna",
            "biography": "",
            "role": "",
            "links": "",
            "_loaded": self.client.get(address).context["loaded"],
        }
        page = self.client.post(address, data, follow=True)
        self.assertContains(page, "Nothing new to save")
        self.assertNotContains(page, "changed successfully")
        data["_loaded"] = self.client.get(address).context["loaded"]
        self.assertContains(self.client.post(address, data | {"name": "Anna B"}, follow=True), "changed successfully")

    def test_notices_promise_no_mail_where_none_is_set_up(self):
        self.log_in(make_user(roles.REPORTER, email="me@example.org"))
        address = reverse("admin:articles_notice_changelist")
        self.assertContains(self.client.get(address), "Mails go to me@example.org")
        with self.settings(EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend"):
            self.assertContains(self.client.get(address), "This server sends no mails")

    def test_step_of_whoever_may_not_edit_promises_no_save(self):
        reporter = self.log_in(make_user(roles.REPORTER))
        article = make_article(stage="in_review", created_by=reporter)
        page = self.client.get(article.get_absolute_url())
        self.assertContains(page, "Take back")
        self.assertNotContains(page, "saves the text first")
        self.assertNotContains(page, "What is typed is saved first")
        draft = make_article(created_by=reporter)
        self.assertContains(self.client.get(draft.get_absolute_url()), "Every step saves the text first")
