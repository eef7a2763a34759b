"""Times typed at the desk: of years that make sense, and embargoes that nobody gets around."""

from datetime import UTC, datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from articles.desk import roles, workflow
from articles.models import Article, Placement
from articles.tests.factories import make_article, make_chief, make_edition, make_image, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase
from articles.tests.test_admin_library import local
from ground.times import FOR_EVER

YEAR = "Look at the year"
STRANGE = ["0001-01-01T00:00", "0001-01-02T00:00", "1899-12-31T23:59", "3000-01-01T00:00", "9999-12-31T23:59"]


class YearTests(DeskTestCase):
    def setUp(self):
        self.root = self.log_in(make_user(is_superuser=True))

    def test_embargo_of_a_strange_year_is_refused_on_the_field(self):
        article = make_article()
        for text in STRANGE:
            with self.subTest(text):
                errors = self.send(article, embargo_until=text, _continue="1").context["adminform"].form.errors
                assert list(errors) == ["embargo_until"]
        self.assertContains(self.send(article, embargo_until="3000-01-01T00:00"), YEAR)
        article.refresh_from_db()
        assert article.embargo_until is None
        self.send(article, embargo_until="2999-12-31T23:59", _continue="1")
        assert Article.objects.get().embargo_until.year == 2999

    def test_step_at_a_strange_year_is_refused_beside_its_field(self):
        article = make_edition().article
        for step, field in (("schedule", "go_live_at"), ("take_down", "take_down_at")):
            for text in ["9999-06-01T00:00", *STRANGE]:
                with self.subTest(step=step, text=text):
                    article.refresh_from_db()
                    response = self.send(article, _step=step, **{field: text})
                    assert self.client.get(response.url).context["step_form"].errors[field]
        assert article.editions.get().live_until == FOR_EVER

    def test_placement_at_a_strange_year_is_refused(self):
        article = make_edition().article
        form = {"slot": "1", "article": article.pk, "starts_at": "2026-01-05T10:00", "ends_at": ""}
        for field in ("starts_at", "ends_at"):
            for text in STRANGE:
                with self.subTest(field=field, text=text):
                    response = self.client.post(reverse("admin:articles_placement_add"), form | {field: text})
                    assert response.context["adminform"].form.errors[field]
        assert not Placement.objects.exists()

    def test_day_of_a_strange_year_is_refused(self):
        image = make_image()
        data = {"title": "A lake", "alt": "A lake", "credit": "Our own", "focal_x": "50", "focal_y": "50"}
        address = reverse("admin:articles_image_change", args=[image.pk])
        self.assertContains(self.client.post(address, data | {"licence_until": "0001-01-01"}), YEAR)
        image.refresh_from_db()
        assert image.licence_until is None

    def test_day_of_a_rate_is_the_browsers_field_and_not_of_long_ago(self):
        address = reverse("admin:tickers_rate_add")
        field = self.client.get(address).context["adminform"].form["effective_date"]
        assert 'type="date"' in str(field)
        self.assertContains(self.client.post(address, {"effective_date": "0001-01-01", "value": "1"}), YEAR)

    def test_pair_that_is_none_is_refused_in_words(self):
        address = reverse("admin:tickers_rate_add")
        assert self.client.get(address, {"pair": "abc"}).status_code == 200
        self.assertContains(self.client.post(address, {"pair": "9" * 23}), "Select a valid choice")


class EmbargoTests(DeskTestCase):
    def setUp(self):
        self.chief, self.section = make_chief(), make_section()
        self.editor = make_user(roles.SECTION_EDITOR)
        self.section.editors.add(self.editor)
        roles.make_groups()
        self.until = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)
        self.article = make_article(section=self.section, embargo_until=self.until)

    def save(self, until, **changes):
        text = local(until) if until else ""
        response = self.send(self.article, embargo_until=text, _continue="1", **changes)
        self.article.refresh_from_db()
        return response

    def test_section_editor_neither_lifts_nor_shortens_one(self):
        self.log_in(self.editor)
        for until in (None, self.until - timedelta(hours=1)):
            with self.subTest(until):
                self.assertContains(self.save(until), "only a chief editor lifts or shortens it")
                assert self.article.embargo_until == self.until

    def test_section_editor_makes_one_longer_and_clears_one_that_is_over(self):
        self.log_in(self.editor)
        self.save(self.until + timedelta(hours=1))
        assert self.article.embargo_until == self.until + timedelta(hours=1)
        Article.objects.update(embargo_until=timezone.now() - timedelta(hours=1))
        self.article.refresh_from_db()
        self.save(None)
        assert self.article.embargo_until is None

    def test_chief_editor_shortens_and_lifts_it_with_a_note_also_beside_a_new_text(self):
        self.log_in(self.chief)
        self.save(self.until - timedelta(days=1), headline="New text")
        assert "Embargo changed from" in self.article.revisions.first().note
        self.save(None)
        assert self.article.embargo_until is None
        assert self.article.revisions.first().note.endswith("to none")
        assert self.article.revisions.count() == 3, "what was there before, and two saves"

    def test_one_that_what_is_scheduled_would_break_is_refused_with_the_time(self):
        self.log_in(self.chief)
        self.article = make_article()
        start = datetime(timezone.now().year + 1, 3, 4, 5, 0, tzinfo=UTC)
        workflow.schedule(self.article, by=self.chief, at=start)
        self.article.refresh_from_db()
        errors = self.save(start + timedelta(hours=1)).context["adminform"].form.errors["embargo_until"]
        assert f"4 March {start.year}, 11:00 (Asia/Bishkek), before" in str(errors)
        assert self.article.embargo_until is None
        self.save(start)
        assert self.article.embargo_until == start

    def test_saving_again_keeps_its_seconds_and_makes_no_revision(self):
        until = self.until + timedelta(seconds=30)
        Article.objects.update(embargo_until=until)
        self.article.refresh_from_db()
        self.log_in(self.editor)
        self.save(until)
        assert (self.article.embargo_until, self.article.revisions.count()) == (until, 0)
