"""What an editor picks for the readers of an article: shown as it is today, for as long as it is live, in one query."""

from datetime import timedelta
from unittest import mock

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.admin.article import picks_field
from articles.body.markup import clean, count_words, plain_text
from articles.desk import revisions, roles, text_diff, workflow
from articles.models import Article, Edition
from articles.public import picks, rendering
from articles.tests.factories import make_article, make_chief, make_edition, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase
from newsroom.serving import frame


def block(*articles):
    return f'<figure data-read-also="{" ".join(str(one) for one in articles)}"></figure>'


class MarkupTests(TestCase):
    def test_numbers_alone_are_kept_five_at_most(self):
        assert clean(block(12, 7)) == block(12, 7)
        for wrong in ("0", "1 2 3 4 5 6", "1,2", "x", "", " 1", "1" * 11, "1  2", "١٢"):
            with self.subTest(wrong):
                assert clean(f'<figure data-read-also="{wrong}"></figure>') == "<figure></figure>"

    def test_it_has_no_words_of_its_own(self):
        body = f"<p>Two words</p>{block(12)}"
        assert (plain_text(body), count_words(body)) == ("Two words", 2)

    def test_comparing_names_the_headlines(self):
        one, other = make_edition(headline="Rails"), make_edition(headline="Roads")
        marked = str(text_diff.prose(block(one.article_id), block(one.article_id, other.article_id)))
        assert "Read also: Rails, Roads" in marked


class ReadersTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief, cls.section = make_chief(), make_section()
        cls.others = [make_edition(headline=f"Picked {number}", section=cls.section) for number in range(5)]
        cls.pks = [edition.article_id for edition in cls.others]
        cls.near = make_edition(headline="Near", section=cls.section)
        body = f"<p>Text.</p>{block(*cls.pks[:2])}<p>More.</p>"
        cls.edition = make_edition(section=cls.section, body=body, related=[cls.pks[3], cls.pks[2]])

    def setUp(self):
        frame.forget_frame()

    def page(self, edition=None):
        frame.forget_frame()
        return self.client.get((edition or self.edition).path)

    def linked(self):
        """The addresses in the block of the text."""
        html = self.page().content.decode()
        inside = html.partition('<div class="read-also">')[2].partition("</div>")[0]
        return [part.partition('"')[0] for part in inside.split('<a href="')[1:]]

    def test_block_shows_headlines_and_those_picked_stand_before_those_found(self):
        page = self.page()
        self.assertContains(page, f'<a href="{self.others[0].path}" lang="en" dir="ltr">Picked 0</a>')
        assert self.linked() == [edition.path for edition in self.others[:2]]
        shown = [edition.article_id for edition in page.context["related"]]
        assert shown[:2] == [self.pks[3], self.pks[2]]
        assert len(set(shown)) == len(shown) > 2

    def test_new_headline_and_address_are_shown_without_a_new_edition_of_the_text(self):
        article = Article.objects.get(pk=self.pks[0])
        article.headline, article.slug = "Another <headline>", "another-address"
        article.save()
        moved = workflow.publish(article, by=self.chief)
        assert moved.path != self.others[0].path
        self.assertContains(self.page(), f'<a href="{moved.path}" lang="en" dir="ltr">Another &lt;headline&gt;</a>')
        self.assertNotContains(self.page(), "Picked 0")

    def test_what_is_withdrawn_goes_and_a_block_of_nothing_with_it(self):
        workflow.withdraw(Article.objects.get(pk=self.pks[0]), by=self.chief, reason="It was wrong.")
        assert self.linked() == [self.others[1].path]
        workflow.withdraw(Article.objects.get(pk=self.pks[1]), by=self.chief, reason="It was wrong.")
        self.assertNotContains(self.page(), "read-also")
        workflow.withdraw(Article.objects.get(pk=self.pks[3]), by=self.chief, reason="It was wrong.")
        assert self.pks[3] not in [edition.article_id for edition in self.page().context["related"]]
        workflow.publish(Article.objects.get(pk=self.pks[1]), by=self.chief)
        assert self.linked() == [self.others[1].path]

    def test_draft_scheduled_one_itself_and_what_is_no_article_are_never_linked(self):
        draft = make_article(headline="Secret draft", section=self.section)
        coming = make_edition(headline="Secret schedule", live_from=timezone.now() + timedelta(days=1))
        article = make_article(section=self.section)
        numbers = [draft.pk, coming.article_id, article.pk, 10**9]
        article.body, article.related = f"<p>x</p>{block(*numbers)}", numbers
        article.save()
        page = self.page(workflow.publish(article, by=self.chief))
        self.assertNotContains(page, "Secret")
        self.assertNotContains(page, "read-also")
        assert not {edition.article_id for edition in page.context["related"]} & set(numbers)

    def test_readers_see_what_the_edition_carries_and_not_the_working_copy(self):
        Article.objects.filter(pk=self.edition.article_id).update(related=[self.pks[4]], body="<p>x</p>")
        assert [one.article_id for one in self.page().context["related"]][:2] == [self.pks[3], self.pks[2]]
        assert len(self.linked()) == 2

    def test_story_page_asks_as_often_however_many_are_picked(self):
        def asked(edition):
            self.page(edition)
            with CaptureQueriesContext(connection) as queries:
                self.page(edition)
            return len(queries)

        bare = asked(make_edition(section=self.section))
        few = asked(make_edition(section=self.section, related=self.pks[:1]))
        many = make_edition(
            section=self.section, related=self.pks, body=f"<p>a</p>{block(*self.pks)}<p>b</p>{block(*self.pks[:3])}"
        )
        once = 2  # for them, and for the sections that they share
        assert few - bare == asked(many) - bare == once
        assert asked(self.edition) - bare == once

    def test_page_is_forgotten_when_one_of_them_changes(self):
        keys = self.page().headers["Surrogate-Key"].split()
        assert {f"article-{pk}" for pk in self.pks[:4]} <= set(keys)

    def test_feeds_leave_it_out(self):
        (write,) = rendering.for_feeds([self.edition], "https://paper.example")
        assert write() == "<p>Text.</p><p>More.</p>"

    def test_text_by_itself_asks_for_them_itself(self):
        assert self.others[0].path in rendering.body(block(self.pks[0]))
        with self.assertNumQueries(0):
            rendering.body("<p>x</p>")

    def test_paper_at_another_time_has_the_headline_of_that_time(self):
        article = Article.objects.get(pk=self.pks[0])
        article.headline = "Later"
        article.save()
        workflow.publish(article, by=self.chief)
        now = timezone.now()
        assert picks.live([self.pks[0]], now)[self.pks[0]].headline == "Later"
        assert picks.live([self.pks[0]], self.others[0].live_from)[self.pks[0]].headline == "Picked 0"

    def test_number_of_them_is_bounded(self):
        with mock.patch.object(picks.LIVE, "of", return_value=[]) as asked:
            picks.live(range(1, 5000), timezone.now())
        assert len(asked.call_args.args[0]) == picks.MOST_ASKED


class FormTests(DeskTestCase):
    def setUp(self):
        self.log_in(make_chief())
        self.one = make_edition(headline="First pick")
        self.two = make_edition(headline="Second pick")
        self.article = make_article()

    def kept(self):
        return Article.objects.get(pk=self.article.pk).related

    def test_addresses_are_kept_as_articles_in_order_and_shown_again(self):
        self.send(
            self.article,
            related=f"https://paper.example{self.two.path}?x=1\n\n{self.one.path.strip('/')}",
            _continue="1",
        )
        assert self.kept() == [self.two.article_id, self.one.article_id]
        page = self.page(self.article)
        self.assertContains(page, f"{self.two.path}\n{self.one.path}</textarea>")
        before = Article.objects.get(pk=self.article.pk).version
        again = {"related": page.context["adminform"].form["related"].value(), "_continue": "1"}
        self.send(Article.objects.get(pk=self.article.pk), **again)
        assert Article.objects.get(pk=self.article.pk).version == before

    def test_former_address_names_the_same_article(self):
        article = self.one.article
        article.slug = "moved-there"
        article.save()
        moved = workflow.publish(article, by=make_chief())
        self.send(self.article, related=self.one.path, _continue="1")
        assert self.kept() == [article.pk]
        self.assertContains(self.page(self.article), f"{moved.path}</textarea>")

    def test_what_is_no_article_is_refused_with_what_was_typed(self):
        draft = make_article()
        for typed in ("/business/", "some words", f"#{draft.pk}", "#x", "http://[", "\x00"):
            with self.subTest(typed):
                response = self.send(self.article, related=f"{self.one.path}\n{typed}", _continue="1")
                assert response.status_code == 200
                assert response.context["adminform"].form.errors["related"]
                self.assertContains(response, self.one.path)
                assert self.kept() == []
        response = self.send(self.article, related="\n".join(make_edition().path for _ in range(6)), _continue="1")
        self.assertContains(response, "At most 5 articles")

    def test_one_that_was_withdrawn_since_stays_and_hinders_no_save(self):
        Article.objects.filter(pk=self.article.pk).update(related=[self.one.article_id])
        workflow.withdraw(self.one.article, by=make_chief(), reason="Wrong.")
        self.article.refresh_from_db()
        shown = self.page(self.article).context["adminform"].form["related"].value()
        self.send(self.article, headline="Another", related=shown, _continue="1")
        assert Article.objects.get(pk=self.article.pk).headline == "Another"
        assert self.kept() == [self.one.article_id]
        (row,) = picks_field.describe_articles([self.one.article_id])
        assert "readers do not see it now" in row["detail"]

    def test_rows_are_described_to_the_desk_alone_in_as_many_queries_for_many(self):
        address = reverse("admin:articles_article_picks")
        asked = {"of": f"{self.two.article_id} 99999", "line": [self.one.path, "/no/"]}
        rows = self.client.get(address, asked).json()["articles"]
        assert [row["title"] for row in rows] == ["Second pick", "Number 99999", "First pick"]
        assert rows[0]["url"] == self.two.path
        with self.assertNumQueries(1):
            picks_field.describe_articles([self.one.article_id, self.two.article_id])
        self.log_in(make_user(roles.RATES_DESK))
        assert self.client.get(address, asked).status_code == 403

    def test_search_for_links_tells_the_numbers(self):
        found = self.client.get("/admin/find/", {"format": "json", "for": "link", "q": "Second pick"}).json()
        assert [row["article"] for kind in found["kinds"] for row in kind["found"]] == [self.two.article_id]

    def test_comparing_and_restoring_know_them(self):
        article = Article.objects.get(pk=self.article.pk)
        before = revisions.snapshot(article)
        (change,) = text_diff.compare_snapshots(before, before | {"related": [self.one.article_id]})
        assert change.label == "What to read next"
        assert "First pick" in change.after
        older = {name: value for name, value in before.items() if name != "related"}
        assert text_diff.compare_snapshots(older, before) == []

    def test_whoever_only_reads_sees_headlines(self):
        Article.objects.filter(pk=self.article.pk).update(related=[self.one.article_id])
        self.log_in(make_user(roles.REPORTER))
        self.article.refresh_from_db()
        page = self.page(self.article)
        self.assertContains(page, "First pick")
        assert Edition.objects.count() == 2
