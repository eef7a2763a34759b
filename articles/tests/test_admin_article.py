"""The article screen: what is typed is never lost, and every step is the workflow's."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles.desk import roles, workflow
from articles.models import Article, Copy, Revision
from articles.tests.factories import (
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_image,
    make_section,
    make_user,
)

ADD = reverse("admin:articles_article_add")
FIELDS = [field.name for field in Copy._meta.local_fields if field.name not in ("dated_corrections", "related")]
TEXT = [*FIELDS, "embargo_until"]


def change_address(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def typed(article=None, **changes):
    """What a browser sends from the form of ``article`` (a new one), after ``changes``."""
    article = article or Article()
    data = {name: article._meta.get_field(name).value_from_object(article) for name in TEXT}
    data |= {"version": article.version, "further_sections": [], "tags": ""}
    bylines = list(article.bylines.all()) if article.pk else []
    if article.pk:
        data["further_sections"] = list(article.section_rows.values_list("section_id", flat=True))
        data["tags"] = ", ".join(article.tag_rows.values_list("tag__name", flat=True))
    data |= {"bylines-TOTAL_FORMS": len(bylines) + 1, "bylines-INITIAL_FORMS": len(bylines)}
    for number, byline in enumerate(bylines):
        row = {"id": byline.pk, "article": article.pk, "author": byline.author_id, "order": byline.order}
        data |= {f"bylines-{number}-{name}": value for name, value in row.items()}
    data |= {f"bylines-{len(bylines)}-author": "", f"bylines-{len(bylines)}-order": 0} | changes
    return {name: value for name, value in data.items() if value is not None and value is not False}


class DeskTestCase(TestCase):
    """Somebody at the desk, with a form."""

    def log_in(self, user):
        self.client.force_login(user)
        return user

    def send(self, article=None, **changes):
        address = change_address(article) if article else ADD
        return self.client.post(address, typed(article, **changes))

    def page(self, article):
        return self.client.get(change_address(article))


class WritingTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())

    def test_new_article_keeps_its_rows_its_writer_and_a_revision(self):
        section, country, author = make_section(), make_section(), make_author()
        Tag.objects.create(name="Silk Road", slug="silk-road")
        rows = {"section": section.pk, "further_sections": [country.pk], "tags": "silk road, Rail; rail"}
        bylines = {"bylines-0-author": author.pk}
        self.send(headline="A railway", body="<p>Text</p>", _continue="1", **rows, **bylines)
        article = Article.objects.get()
        assert (article.created_by, article.saved_by, article.version) == (self.chief, self.chief, 1)
        assert [byline.author for byline in article.bylines.all()] == [author]
        assert list(article.further_sections.all()) == [country]
        assert {tag.name for tag in article.tags.all()} == {"Silk Road", "Rail"}
        assert article.revisions.get().snapshot["tags"] == ["Rail", "Silk Road"]

    def test_slug_is_made_from_a_cyrillic_headline(self):
        self.send(headline="Озеро  не\r\nзамерзает", _continue="1")
        article = Article.objects.get()
        assert article.headline == "Озеро не замерзает"
        assert article.slug == "ozero-ne-zamerzaet"

    def test_writer_finds_their_own_byline_in_a_new_article(self):
        author = make_author(user=self.chief)
        self.assertContains(self.client.get(ADD), f'<option value="{author.pk}" selected>{author}</option>', html=True)

    def test_two_authors_change_places(self):
        first, second = make_author(), make_author()
        article = make_article(authors=[first, second])
        changes = {"bylines-0-author": second.pk, "bylines-1-author": first.pk}
        self.send(article, _continue="1", **changes)
        assert list(article.bylines.values_list("author", flat=True)) == [second.pk, first.pk]

    def test_author_has_one_byline(self):
        author = make_author()
        article = make_article(authors=[author])
        response = self.send(article, **{"bylines-1-author": author.pk, "headline": "Typed"})
        self.assertContains(response, f"{author} has two bylines here.")
        self.assertContains(response, "Typed")

    def test_saving_without_a_change_makes_no_revision_and_leaves_the_stage(self):
        article = make_edition(authors=[make_author()], tags=["Rail"]).article
        article.refresh_from_db()
        response = self.send(article, _continue="1")
        article.refresh_from_db()
        assert response.status_code == 302
        assert (article.stage, article.version, article.revisions.count()) == ("published", 0, 0)

    def test_edit_of_a_live_article_is_a_draft_that_readers_do_not_see(self):
        article = make_edition(headline="Old").article
        article.refresh_from_db()
        self.send(article, headline="New", _continue="1")
        article.refresh_from_db()
        assert (article.stage, article.headline) == ("draft", "New")
        assert article.editions.get().headline == "Old"

    def test_forged_fields_change_nothing(self):
        article = make_article()
        self.send(
            article, headline="New", stage="published", published_at="2020-01-01T10:00", created_by="1", saved_by="1"
        )
        article.refresh_from_db()
        assert (article.stage, article.published_at, article.created_by) == ("draft", None, None)

    def test_markup_and_control_characters_are_cleaned(self):
        article = make_article()
        self.send(article, headline="A\x07\u202eB", body="<p>Good</p><script>bad()</script>")
        article.refresh_from_db()
        assert (article.headline, article.body) == ("AB", "<p>Good</p>")

    def test_missing_headline_is_refused_and_all_else_comes_back(self):
        response = self.send(headline=" ", standfirst="Kept standfirst", tags="kept tag", go_live_at="2030-01-01T10:00")
        self.assertContains(response, "This field is required")
        for kept in ("Kept standfirst", "kept tag", "2030-01-01T10:00"):
            self.assertContains(response, kept)
        assert not Article.objects.exists()

    def test_choice_that_is_no_rows_number_is_refused_in_words(self):
        article = make_article(lead_image=make_image())
        for field in ("section", "further_sections", "lead_image", "bylines-0-author"):
            for text in ("9" * 23, "abc", "-1"):
                with self.subTest(field=field, text=text):
                    response = self.send(article, **{field: text, "_continue": "1"})
                    self.assertContains(response, "Select a valid choice")
        article.refresh_from_db()
        assert article.lead_image

    def test_new_article_opens_whatever_its_address_asks_for(self):
        for query in ({"section": "abc"}, {"lead_image": "9" * 23}, {"further_sections": "abc,1," + "9" * 23}):
            with self.subTest(query):
                assert self.client.get(ADD, query).status_code == 200
        section = make_section(name="Rail")
        self.assertContains(self.client.get(ADD, {"section": section.pk}), f'<option value="{section.pk}" selected>')

    def test_strange_tags_are_refused_in_words(self):
        self.assertContains(self.send(headline="H", tags="fine, ?!"), "neither a letter nor a digit")
        self.assertContains(self.send(headline="H", tags="x" * 101), "too long for a tag")

    def test_time_fields_name_the_papers_zone(self):
        response = self.page(make_article())
        self.assertContains(response, '<span id="id_embargo_until_zone" class="zone">Asia/Bishkek</span>', html=True)
        self.assertContains(response, '<span id="id_go_live_at_zone" class="zone">Asia/Bishkek</span>', html=True)

    def test_form_lists_no_table(self):
        for _ in range(3):
            make_author(), make_image(), make_section(), Tag.objects.create(name=f"T{_}", slug=f"t{_}")
        page = self.client.get(ADD)
        self.assertNotContains(page, "Author 1")
        self.assertNotContains(page, "A lake")
        self.assertNotContains(page, "Section 1")


class VersionTests(DeskTestCase):
    def setUp(self):
        self.chief, self.other = self.log_in(make_chief()), make_user(roles.CHIEF_EDITOR, username="the-other")
        self.article = make_article(headline="As loaded")
        self.loaded = typed(self.article, headline="Mine", _continue="1")
        Article.objects.filter(pk=self.article.pk).update(headline="Theirs")
        workflow.saved(Article.objects.get(pk=self.article.pk), by=self.other)

    def post(self, **more):
        return self.client.post(change_address(self.article), self.loaded | more)

    def test_save_over_a_newer_version_is_refused_with_everything_typed(self):
        response = self.post()
        self.assertContains(response, "Mine")
        self.assertContains(response, "the-other")
        self.assertContains(response, 'name="_overwrite" value="1"')
        self.assertContains(response, '<input type="hidden" name="version" value="0" id="id_version">', html=True)
        self.article.refresh_from_db()
        assert (self.article.headline, self.article.version) == ("Theirs", 1)

    def test_form_without_a_version_is_refused(self):
        del self.loaded["version"]
        self.post()
        self.article.refresh_from_db()
        assert self.article.headline == "Theirs"

    def test_no_step_is_taken_with_a_newer_version(self):
        self.post(_step="publish")
        assert not self.article.editions.exists()

    def test_saving_over_it_knowingly_keeps_both_texts(self):
        self.post(_overwrite="1")
        self.article.refresh_from_db()
        assert self.article.headline == "Mine"
        kept = list(self.article.revisions.order_by("version").values_list("snapshot__headline", flat=True))
        assert kept == ["Theirs", "Mine"]

    def test_saving_over_it_knows_only_the_version_it_was_told_of(self):
        workflow.saved(Article.objects.get(pk=self.article.pk), by=self.other)
        self.assertContains(self.post(_overwrite="1"), 'name="_overwrite" value="2"')
        self.article.refresh_from_db()
        assert self.article.headline == "Theirs"


class StepTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_article()
        self.soon = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")

    def take(self, step, **changes):
        self.article.refresh_from_db()
        response = self.send(self.article, _step=step, **changes)
        self.article.refresh_from_db()
        return response

    def test_article_goes_all_the_way_by_buttons(self):
        self.take("submit")
        assert self.article.stage == "in_review"
        self.take("send_back", note="Name the source.")
        assert self.article.stage == "draft"
        self.take("approve")
        assert self.article.stage == "ready"
        self.take("take_back")
        assert self.article.stage == "draft"
        self.take("publish")
        assert self.article.editions.live().exists()
        self.take("take_down", take_down_at=self.soon)
        assert self.article.editions.get().live_until.year < 9999
        self.take("take_down")
        assert self.article.editions.get().live_until.year == 9999
        self.take("withdraw", withdrawal_reason="A court asked.")
        assert not self.article.editions.live().exists()

    def test_new_article_is_published_in_one_go(self):
        body = {"headline": "At once", "body": "<p>Text</p>", "section": make_section().pk}
        self.send(_step="publish", **body)
        edition = Article.objects.get(headline="At once").editions.get()
        assert edition.cut_by == self.chief

    def test_step_saves_what_was_typed_first(self):
        self.take("publish", headline="Typed just now")
        assert self.article.editions.get().headline == "Typed just now"

    def test_schedule_is_moved_and_cancelled(self):
        self.take("schedule", go_live_at=self.soon)
        edition = self.article.editions.get()
        later = timezone.localtime(timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
        self.take(f"reschedule:{edition.pk}", go_live_at=later)
        moved = self.article.editions.get()
        assert moved.live_from > edition.live_from
        self.take(f"cancel:{moved.pk}")
        assert not self.article.editions.exists()

    def test_refused_step_keeps_the_text_saved_and_the_steps_words_typed(self):
        response = self.take("withdraw", headline="New headline", withdrawal_reason="Because of that")
        assert self.article.headline == "New headline"
        page = self.client.get(response.url)
        self.assertContains(page, "not live, so there is nothing to withdraw")
        self.assertContains(page, "The text is saved.")

    def test_refused_time_stands_beside_its_field_with_what_was_typed(self):
        response = self.take("schedule", go_live_at="2020-01-01T10:00", note="Half a note", headline="Kept")
        form = self.client.get(response.url).context["step_form"]
        assert "in the future" in str(form.errors["go_live_at"])
        assert (form["go_live_at"].value(), form["note"].value()) == ("2020-01-01T10:00", "Half a note")
        assert self.article.headline == "Kept"
        assert "step_form" in self.page(self.article).context
        assert not self.page(self.article).context["step_form"].errors

    def test_time_that_is_none_is_refused_in_words(self):
        for text in ("", "soon", "9999-99-99T99:99", "0001-01-01T00:00"):
            with self.subTest(text):
                response = self.take("schedule", go_live_at=text)
                form = self.client.get(response.url).context["step_form"]
                assert form.errors["go_live_at"]
        assert not self.article.editions.exists()

    def test_incomplete_article_is_not_published_and_says_all_that_lacks(self):
        response = self.take("publish", section="", body="")
        page = self.client.get(response.url)
        self.assertContains(page, "Choose a section")
        self.assertContains(page, "Write the body")

    def test_embargo_is_kept_by_everybody(self):
        self.take("publish", embargo_until=self.soon)
        assert not self.article.editions.exists()
        assert self.article.embargo_until

    def test_unknown_step_does_nothing(self):
        for step in ("", "erase", "cancel:99", "cancel:x", "reschedule:", "delete"):
            with self.subTest(step):
                self.take(step, go_live_at=self.soon)
                assert self.article.stage == "draft"
                assert not self.article.editions.exists()

    def test_steps_stand_in_the_history_in_words(self):
        self.take("submit")
        entry = LogEntry.objects.first()
        assert "Submitted" in entry.get_change_message()
        self.assertContains(
            self.client.get(reverse("admin:articles_article_history", args=[self.article.pk])), "Submitted"
        )

    def test_very_long_reason_is_kept(self):
        self.take("publish")
        self.take("withdraw", withdrawal_reason="x" * 900)
        assert self.article.editions.get().withdrawn_reason == "x" * 900

    def test_only_sensible_steps_are_offered(self):
        assert self.page(self.article).context["next_steps"] == {"submit", "approve", "publish", "schedule"}
        self.take("submit")
        offered = {"take_back", "send_back", "approve", "publish", "schedule"}
        assert self.page(self.article).context["next_steps"] == offered
        beside = {"assign", "claim", "due", "goal", "note", "tick", "trash"}
        assert self.page(self.article).context["offered"] == offered | beside
        self.take("publish")
        page = self.page(self.article)
        assert page.context["next_steps"] == {"publish", "furnish", "schedule", "withdraw", "take_down"}
        assert page.context["offered"] - page.context["next_steps"] == beside - {"trash"}


class PreviewTests(DeskTestCase):
    def setUp(self):
        self.log_in(make_chief())
        self.article = make_article(headline="As saved")

    def test_saved_copy_is_shown_as_the_page_that_readers_would_get(self):
        response = self.client.get(reverse("admin:articles_article_preview", args=[self.article.pk]))
        self.assertContains(response, "As saved")
        self.assertTemplateUsed(response, "articles/article_page.html")
        assert "no-store" in response["Cache-Control"]
        assert not self.article.editions.exists()

    def test_what_is_typed_is_previewed_and_forgotten(self):
        response = self.send(self.article, headline="As typed", tags="Brand new", _preview="1")
        self.assertContains(response, "As typed")
        self.article.refresh_from_db()
        assert (self.article.headline, self.article.version) == ("As saved", 0)
        assert not self.article.editions.exists()
        assert not Revision.objects.exists()
        assert not Tag.objects.exists()

    def test_new_article_is_previewed_and_forgotten(self):
        response = self.send(headline="Never stored", body="<p>Text</p>", section=make_section().pk, _preview="1")
        self.assertContains(response, "Never stored")
        assert not Article.objects.filter(headline="Never stored").exists()

    def test_preview_of_nothing_is_a_404(self):
        assert self.client.get(reverse("admin:articles_article_preview", args=[10**15])).status_code == 404

    def test_article_without_a_section_is_previewed_too(self):
        article = make_article(section=None)
        assert self.client.get(reverse("admin:articles_article_preview", args=[article.pk])).status_code == 200
