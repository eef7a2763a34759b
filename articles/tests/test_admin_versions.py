"""The history of an article: every save and edition read, named, compared and restored, by those who may."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles, workflow
from articles.models import Article, Autosave, Edition, Revision, SiteSettings
from articles.tests.factories import make_article, make_chief, make_edition, make_image, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase

HOUR = timedelta(hours=1)
JUNK = ["x", "r", "e", "r0", "r-1", "r1 ", "w1", "r" + "9" * 40, "r１", "e1'--", "rr1", "W"]


def address(name, article):
    return reverse(f"admin:articles_article_{name}", args=[article.pk])


class VersionsTestCase(DeskTestCase):
    @classmethod
    def setUpTestData(cls):
        roles.make_groups()
        cls.chief = make_chief()

    def setUp(self):
        self.log_in(self.chief)
        self.article = make_article(headline="First words", body="<p>The lake is cold today.</p>")
        workflow.saved(self.article, by=self.chief)

    def save(self, **fields):
        Article.objects.filter(pk=self.article.pk).update(**fields)
        self.article.refresh_from_db()
        workflow.saved(self.article, by=self.chief)
        return self.article.revisions.first()

    def versions(self, **query):
        return self.client.get(address("versions", self.article), query)

    def compare(self, a, b, **query):
        return self.client.get(address("compare", self.article), {"a": a, "b": b, **query})

    def key(self, version):
        return f"r{self.article.revisions.get(version=version).pk}"

    def restore(self, of, version=None, **options):
        version = self.article.revisions.first().version if version is None else version
        data = {"of": of, "version": version}
        return self.client.post(address("restore", self.article), data, follow=True, **options)


class ListTests(VersionsTestCase):
    def test_every_save_says_by_whom_and_in_which_step(self):
        workflow.submit(self.article, by=self.chief)
        page = self.versions()
        self.assertContains(page, "Version 1")
        self.assertContains(page, f"{self.chief} · in review · Submitted")
        self.assertContains(page, f"Times: {SiteSettings.current().zone.key}")

    def test_stage_of_a_save_is_the_one_after_it(self):
        workflow.submit(self.article, by=self.chief)
        workflow.publish(self.article, by=self.chief)
        stages = list(self.article.revisions.order_by("version").values_list("stage", flat=True))
        assert stages == ["draft", "in_review", "published"]

    def test_autosaves_are_folded_between_the_saves_by_person_and_time(self):
        other = make_user()
        first = self.article.revisions.get()
        Revision.objects.filter(pk=first.pk).update(at=timezone.now() - 2 * HOUR)
        for minute in range(12):
            moment = timezone.now() - HOUR + timedelta(minutes=minute)
            for user in (self.chief, other):
                self.autosave(user, moment)
        self.save(headline="Second words")
        groups = self.versions().context["saves"].rows[1].autosaves
        assert {(group.user, len(group.rows)) for group in groups} == {(self.chief, 12), (other, 12)}
        assert (groups[0].at - groups[0].begun_at) // timedelta(minutes=1) == 11
        self.assertContains(self.versions(), "12 autosaves")
        self.assertNotContains(self.versions(show="saves"), "12 autosaves")

    def autosave(self, user, at):
        return Autosave.objects.create(article=self.article, user=user, window="w", fields={}, at=at, begun_at=at)

    def test_article_without_a_save_shows_its_autosaves(self):
        self.article.revisions.all().delete()
        self.autosave(self.chief, timezone.now())
        self.assertContains(self.versions(), "1 autosave")

    def test_named_only_shows_those_with_a_name(self):
        second = self.save(headline="Second words")
        workflow.name_version(second, by=self.chief, name="Before the lawyers")
        shown = [save.revision for save in self.versions(show="named").context["saves"].rows]
        assert shown == [second]
        self.assertContains(self.versions(show="named"), "Before the lawyers")

    def test_what_readers_saw_links_to_the_page_as_it_stood(self):
        old = make_edition(article=self.article, live_from=timezone.now() - 3 * HOUR, live_until=timezone.now() - HOUR)
        Article.objects.filter(pk=self.article.pk).update(headline="Later words")
        self.article.refresh_from_db()
        make_edition(article=self.article, live_from=timezone.now() - HOUR)
        seen = self.versions().context["seen"]
        assert [row.is_live for row in seen] == [True, False]
        page = self.client.get(seen[1].address)
        self.assertContains(page, old.headline)
        self.assertNotContains(page, "Later words")
        assert Client().get(seen[1].address).status_code == 403

    def test_withdrawn_edition_says_by_whom_and_why(self):
        workflow.publish(self.article, by=self.chief)
        workflow.withdraw(self.article, by=self.chief, reason="Not true.")
        self.assertContains(self.versions(), f"Withdrawn by {self.chief}: Not true.")

    def test_older_saves_and_editions_are_a_page_further(self):
        self.many_saves(120)
        first = self.versions().context["saves"]
        assert len(first.rows) == 100
        second = self.versions(before=first.older).context["saves"]
        assert second.rows[0].revision.version == first.rows[-1].revision.version - 1
        assert second.older == 0
        assert second.rows[-1].revision.version == 1
        self.many_editions(110)
        page = self.versions()
        assert len(page.context["seen"]) == 100
        assert len(self.versions(seen_before=page.context["seen_older"]).context["seen"]) == 10

    def many_saves(self, count):
        newest = self.article.revisions.first().version
        Revision.objects.bulk_create(
            Revision(article=self.article, version=newest + n, snapshot={}, by=self.chief) for n in range(1, count + 1)
        )

    def many_editions(self, count):
        start = timezone.now() - 1000 * HOUR
        for n in range(count):
            Edition.objects.create(
                article=self.article, section=self.article.section, path=f"/2025/12/08/{n}/", slug=f"s-{n}",
                headline="x", published_at=start, live_from=start + n * HOUR, live_until=start + (n + 1) * HOUR,
            )  # fmt: skip

    def test_long_history_takes_as_many_queries_as_a_short_one(self):
        self.autosave(self.chief, timezone.now())
        self.many_saves(2)
        self.many_editions(1)
        self.versions()
        with self.assertNumQueries(
            11
        ):  # session, user, the bell, article, 2 rights, saves, autosaves, 2 of editions, roles
            self.versions()
        self.many_saves(297)
        now = timezone.now()
        Autosave.objects.bulk_create(
            Autosave(article=self.article, user=self.chief, window="w", fields={}, at=now, begun_at=now)
            for _n in range(1000)
        )
        with self.assertNumQueries(11):
            page = self.versions()
        self.assertContains(page, "only the newest 500")

    def test_odd_addresses_are_answered(self):
        for query in ({"before": "x"}, {"before": "9" * 50}, {"show": "<b>"}, {"seen_before": "-1"}):
            assert self.versions(**query).status_code == 200
        assert self.client.get("/admin/articles/article/999999/versions/").status_code == 404

    def test_rail_leads_there(self):
        self.assertContains(self.page(self.article), address("versions", self.article))


class ErasedTests(VersionsTestCase):
    def setUp(self):
        super().setUp()
        self.administrator = make_user(roles.ADMINISTRATOR)
        workflow.publish(self.article, by=self.chief)
        edition = workflow.withdraw(self.article, by=self.chief, reason="Privacy")
        self.edition = workflow.erase(edition, by=self.administrator, reason="Court order 12")
        self.key_of_edition = f"e{self.edition.pk}"

    def test_history_says_who_erased_it_and_that_words_remain_elsewhere(self):
        page = self.versions()
        self.assertContains(page, f"Erased by {self.administrator}")
        self.assertContains(page, "may still hold words of it")
        self.assertNotContains(page, f'value="{self.key_of_edition}"')

    def test_nothing_of_it_is_compared(self):
        page = self.compare(self.key_of_edition, "w")
        self.assertContains(page, "There is nothing to compare.")
        self.assertContains(page, "Court order 12")
        self.assertNotContains(page, "The lake is cold")

    def test_comparing_saves_of_such_an_article_says_that_words_remain(self):
        self.assertContains(self.compare(self.key(1), "w"), "may still hold words of it")
        revision = self.article.revisions.first()
        page = self.client.get(reverse("admin:articles_revision_change", args=[revision.pk]))
        self.assertContains(page, "may still hold words of it")

    def test_it_is_not_restored(self):
        self.assertContains(self.restore(self.key_of_edition), "was erased, so there is nothing to restore")
        self.article.refresh_from_db()
        assert self.article.headline == "First words"


class CompareTests(VersionsTestCase):
    def test_changed_fields_are_listed_and_words_marked(self):
        self.save(headline="Second words", body="<p>The lake is warm today.</p>")
        page = self.compare(self.key(1), self.key(2))
        self.assertContains(page, "<del>First</del><ins>Second</ins> words")
        self.assertContains(page, "lake is <del>cold</del> <ins>warm</ins> today")
        self.assertContains(page, 'href="#change-body"')
        self.assertNotContains(page, 'id="change-standfirst"')

    def test_two_columns_without_a_script(self):
        self.save(body="<p>The lake is warm today.</p>")
        page = self.compare(self.key(1), "w", view="sides")
        self.assertContains(page, "lake is <del>cold</del> today")
        self.assertContains(page, "lake is <ins>warm</ins> today")

    def test_edition_is_compared_with_the_working_copy(self):
        edition = workflow.publish(self.article, by=self.chief)
        self.save(headline="Second words")
        page = self.compare(f"e{edition.pk}", "w")
        self.assertContains(page, "<del>First</del><ins>Second</ins> words")

    def test_what_was_published_without_change_says_the_same(self):
        Article.objects.filter(pk=self.article.pk).update(slug="")
        edition = workflow.publish(self.article, by=self.chief)
        self.assertContains(self.compare(f"e{edition.pk}", "w"), "The two say the same.")

    def test_only_versions_of_this_article_are_compared(self):
        other = make_article()
        workflow.saved(other, by=self.chief)
        edition = make_edition()
        for foreign in (f"r{other.revisions.get().pk}", f"e{edition.pk}", *JUNK):
            with self.subTest(foreign):
                assert self.compare(foreign, "w").status_code == 404
                assert self.compare("w", foreign).status_code == 404

    def test_forgotten_choice_says_what_to_do(self):
        page = self.client.get(address("compare", self.article), {"a": "w"}, follow=True)
        self.assertContains(page, "Choose two versions")

    def test_typed_html_is_shown_as_words_at_most(self):
        self.save(headline="<script>alert(1)</script>", standfirst='"><img src=x onerror=alert(1)>')
        page = self.compare(self.key(1), "w")
        self.assertNotContains(page, "<script>alert")
        self.assertNotContains(page, "<img src=x")

    def test_number_of_queries_does_not_grow_with_the_text(self):
        images = [make_image() for _n in range(20)]
        figures = "".join(f'<figure data-image="{image.pk}"></figure>' for image in images)
        first = self.key(1)
        self.save(body=figures[:60], section=make_section())
        self.compare(first, "w")
        with self.assertNumQueries(14):
            self.compare(first, "w")
        self.save(body=figures)
        with self.assertNumQueries(14):
            self.compare(first, "w")

    def test_save_says_what_it_changed(self):
        second = self.save(headline="Second words")
        page = self.client.get(reverse("admin:articles_revision_change", args=[second.pk]))
        self.assertContains(page, "What this save changed in version 1")
        self.assertContains(page, "<del>First</del><ins>Second</ins> words")


class NameTests(VersionsTestCase):
    def name(self, of, name):
        data = {"of": of, "name": name}
        return self.client.post(address("name_version", self.article), data, follow=True)

    def test_version_gets_a_name_and_loses_it_again(self):
        revision = self.article.revisions.get()
        self.assertContains(self.name(f"r{revision.pk}", "  Before\nthe lawyers "), "named “Before the lawyers”")
        revision.refresh_from_db()
        assert revision.name == "Before the lawyers"
        assert LogEntry.objects.filter(object_id=str(self.article.pk), user=self.chief).count() == 1
        self.name(f"r{revision.pk}", "")
        revision.refresh_from_db()
        assert revision.name == ""

    def test_too_long_a_name_is_refused_with_the_limit(self):
        self.assertContains(self.name(self.key(1), "x" * 121), "at most 120 characters")

    def test_edition_and_what_is_none_get_no_name(self):
        edition = make_edition(article=self.article)
        for of in (f"e{edition.pk}", "w", "", *JUNK):
            assert self.name(of, "x").status_code == 404


class RestoreTests(VersionsTestCase):
    def test_save_becomes_the_working_copy_again_and_the_newer_one_stays(self):
        self.save(headline="Second words")
        self.assertContains(self.restore(self.key(1)), "Restored version 1")
        self.article.refresh_from_db()
        assert (self.article.headline, self.article.version) == ("First words", 3)
        assert self.article.revisions.get(version=2).snapshot["headline"] == "Second words"
        assert "Restored version 1" in LogEntry.objects.get().get_change_message()

    def test_edition_becomes_the_working_copy_again(self):
        edition = workflow.publish(self.article, by=self.chief)
        self.save(headline="Second words", lead_image=make_image())
        self.article.tags.add("Rail")
        self.restore(f"e{edition.pk}")
        self.article.refresh_from_db()
        assert (self.article.headline, self.article.lead_image, self.article.stage) == ("First words", None, "draft")
        assert not self.article.tags.exists()

    def test_meanwhile_saved_version_is_not_overwritten(self):
        self.save(headline="Second words")
        page = self.restore(self.key(1), version=1)
        self.assertContains(page, "Version 2 was saved meanwhile")
        for odd in ("", "x", "9" * 60, "-1"):
            self.restore(self.key(1), version=odd)
        self.article.refresh_from_db()
        assert (self.article.headline, self.article.version) == ("Second words", 2)

    def test_version_of_another_article_is_not_restored(self):
        other = make_edition()
        assert self.restore(f"e{other.pk}").status_code == 404


class RightsTests(VersionsTestCase):
    def test_everybody_on_the_desk_reads_and_only_who_may_edit_restores(self):
        key = self.key(1)
        for role in (roles.REPORTER, roles.PICTURE_EDITOR, roles.SECTION_EDITOR):
            with self.subTest(role):
                self.log_in(make_user(role))
                page = self.versions()
                self.assertContains(page, "Version 1")
                self.assertNotContains(page, address("restore", self.article))
                assert self.compare(key, "w").status_code == 200
                for name in ("restore", "name_version"):
                    data = {"of": key, "version": 1, "name": "x"}
                    assert self.client.post(address(name, self.article), data).status_code == 403
        assert not self.article.revisions.exclude(name="").exists()

    def test_who_sees_no_articles_sees_no_history(self):
        self.log_in(make_user(roles.RATES_DESK))
        assert self.versions().status_code == 403
        assert self.compare("w", "w").status_code == 403

    def test_restoring_takes_a_post(self):
        for name in ("restore", "name_version"):
            assert self.client.get(address(name, self.article), {"of": self.key(1)}).status_code == 405
