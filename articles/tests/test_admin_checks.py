"""The checks beside the text, and their weights in the forms of sections and of the paper."""

import json

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from taggit.models import Tag

from articles.desk import roles
from articles.models import Article, Check, CheckRule, Revision, SiteSettings
from articles.tests.factories import make_article, make_author, make_chief, make_image, make_section, make_user
from articles.tests.test_admin_article import ADD, DeskTestCase, change_address, typed
from newsroom.tests.forms import loaded

BY_SCRIPT = {"X-Requested-With": "fetch"}  # which hears of the end of the login by a redirect


def checks_address(article=None):
    return reverse("admin:articles_article_checks", args=[article.pk if article else 0])


class PanelTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_article(headline="As saved", standfirst="Why.")

    def post(self, article=None, **changes):
        return self.client.post(checks_address(article), typed(article, **changes), headers=BY_SCRIPT)

    def texts(self, response, kind="advisory"):
        return " ".join(entry["problem"].text for entry in response.context["checks"][kind])

    def test_page_shows_the_checks_of_the_saved_copy_with_the_way_to_each_field(self):
        page = self.page(self.article)
        self.assertContains(page, '<a href="#id_tags" data-place="" data-picture="">Add a tag', html=False)
        self.assertContains(page, 'href="#bylines-group"')
        self.assertContains(page, "No check keeps it from being published.")
        assert "headline" in page.context["checks"]["fine"]

    def test_what_is_typed_is_looked_at_and_forgotten(self):
        author, image = make_author(), make_image(width=900)
        changes = {"headline": "TK", "body": "", "tags": "rail", "bylines-0-author": author.pk, "lead_image": image.pk}
        response = self.post(self.article, **changes)
        assert "Write the body" in self.texts(response, "blocking")
        assert "“TK” is left over" in self.texts(response)
        assert "900 pixels" in self.texts(response)
        assert {"byline", "tags"} <= set(response.context["checks"]["fine"])
        self.article.refresh_from_db()
        assert (self.article.headline, self.article.version) == ("As saved", 0)
        assert not Tag.objects.exists()
        assert not self.article.bylines.exists()
        assert not Revision.objects.exists()
        assert not LogEntry.objects.exists()

    def test_new_article_is_looked_at_before_it_exists(self):
        response = self.post(headline="A railway", standfirst="Why.")
        assert "Choose a section" in self.texts(response, "blocking")
        assert not Article.objects.exclude(pk=self.article.pk).exists()
        self.assertContains(self.client.get(ADD), "They are made while you write")

    def test_field_that_is_not_valid_yet_keeps_what_is_stored(self):
        response = self.post(self.article, headline="", seo_title="x" * 500, section="abc", tags="?!")
        assert response.status_code == 200

    def test_strange_input_breaks_nothing(self):
        for data in (
            {},
            {"headline": "\0"},
            {"bylines-TOTAL_FORMS": "9" * 30},
            {"body": "<p>" * 90_000},
            {"version": "x"},
        ):
            with self.subTest(list(data)):
                assert self.client.post(checks_address(self.article), data).status_code in {200, 400}
        file = SimpleUploadedFile("x", b"\xff\xfe")
        assert self.client.post(checks_address(self.article), {"headline": file}).status_code == 200
        self.article.refresh_from_db()
        assert self.article.headline == "As saved"

    def test_only_asked_by_post_and_of_what_there_is(self):
        assert self.client.get(checks_address(self.article)).status_code == 405
        assert self.client.post(reverse("admin:articles_article_checks", args=[999])).status_code == 404
        huge = checks_address(self.article).replace(f"/{self.article.pk}/", f"/{'9' * 30}/")
        assert self.client.post(huge).status_code == 404

    def test_who_may_only_look_gets_the_checks_of_what_is_saved(self):
        self.log_in(make_user(roles.REPORTER))
        response = self.post(self.article, headline="TK " * 60)
        assert "left over" not in self.texts(response)
        assert "Add a tag" in self.texts(response)

    def test_who_sees_no_article_sees_no_checks(self):
        self.log_in(make_user(roles.RATES_DESK))
        assert self.post(self.article).status_code == 403
        assert self.post().status_code == 403
        self.client.logout()
        assert self.post(self.article).status_code == 302

    def test_picture_leads_into_the_library(self):
        image = make_image(width=900)
        response = self.post(self.article, lead_image=image.pk)
        self.assertContains(response, reverse("admin:articles_image_change", args=[image.pk]))

    def test_words_of_the_text_are_escaped(self):
        response = self.post(self.article, headline="TK <img src=x>", body="<h3>&lt;b&gt;</h3>")
        self.assertNotContains(response, "<img src=x>")
        self.assertNotContains(response, "“<b>”")

    def test_publishing_is_refused_with_all_that_blocks(self):
        for check in (Check.TAGS, Check.BYLINE):
            CheckRule.objects.create(section=self.article.section, check_name=check, level="blocking")
        response = self.send(self.article, _step="publish")
        page = self.client.get(response.url)
        for text in ("Add a byline", "Add a tag", "2 things to mend before publishing"):
            self.assertContains(page, text)
        assert not self.article.editions.exists()


class RulesTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.parent = make_section(name="Business", slug="business")
        self.section = make_section(name="Rail", slug="rail", parent=self.parent)

    def address(self, section=None):
        section = section or self.section
        return reverse("admin:articles_section_change", args=[section.pk])

    def form(self, **changes):
        data = {"name": "Rail", "slug": "rail", "kind": "theme", "order": 0, "parent": self.parent.pk, "in_menu": "on"}
        return data | changes

    def save(self, **changes):
        return self.client.post(self.address(), self.form(**changes) | loaded(self.client, self.address()))

    def rules(self):
        return {(rule.section, rule.check_name): rule.level for rule in CheckRule.objects.select_related("section")}

    def test_section_gets_its_own_weights_and_loses_them(self):
        assert self.save(check_tags="blocking", check_byline="off").status_code == 302
        assert self.rules() == {(self.section, "tags"): "blocking", (self.section, "byline"): "off"}
        values = json.loads(LogEntry.objects.first().change_message)[0]["changed"]["values"]
        assert values["There is a byline"] == ["as above: advises", "off"]
        self.save(check_tags="", check_byline="advisory")
        assert self.rules() == {(self.section, "byline"): "advisory"}

    def test_form_says_what_decides_where_nothing_is_chosen(self):
        CheckRule.objects.create(check_name="tags", level="blocking")
        CheckRule.objects.create(check_name="byline", level="blocking")
        CheckRule.objects.create(section=self.parent, check_name="byline", level="off")
        fields = self.client.get(self.address()).context["adminform"].form.fields
        first = {name: str(fields[f"check_{name}"].choices[0][1]) for name in ("tags", "byline", "credit")}
        assert first == {
            "tags": "as above: blocks publishing",
            "byline": "as above: off",
            "credit": "as above: advises",
        }

    def test_new_section_begins_with_weights(self):
        data = self.form(name="Roads", slug="roads", check_tags="off")
        assert self.client.post(reverse("admin:articles_section_add"), data).status_code == 302
        assert {section.name: level for (section, _check), level in self.rules().items()} == {"Roads": "off"}

    def test_paper_has_weights_of_its_own(self):
        address = reverse("admin:articles_sitesettings_change", args=[1])
        data = {
            "name": "The Paper",
            "time_zone": "Asia/Bishkek",
            "day_form": "classic",
            "rate_look": "exact",
            "feed_text": "full",
            "check_lead_image": "blocking",
        }
        assert self.client.post(address, data | loaded(self.client, address)).status_code == 302
        assert self.rules() == {(None, "lead_image"): "blocking"}
        assert SiteSettings.objects.exists()

    def test_unknown_weight_is_refused(self):
        self.assertContains(self.save(check_tags="deadly"), "Select a valid choice")
        assert self.rules() == {}

    def test_two_people_weigh_one_check_and_the_second_is_told(self):
        mine = self.form(check_tags="off") | loaded(self.client, self.address())
        self.save(check_tags="blocking")
        self.assertContains(self.client.post(self.address(), mine), "Somebody was quicker")
        assert self.rules() == {(self.section, "tags"): "blocking"}

    def test_who_may_change_sections_but_no_rules_neither_sees_nor_changes_them(self):
        CheckRule.objects.create(section=self.section, check_name="tags", level="blocking")
        clerk = make_user(roles.REPORTER)
        clerk.user_permissions.set(Permission.objects.filter(codename="change_section"))
        self.log_in(clerk)
        self.assertNotContains(self.client.get(self.address()), "check_tags")
        assert self.save(description="New", check_tags="off").status_code == 302
        assert self.rules() == {(self.section, "tags"): "blocking"}

    def test_section_editors_change_nothing(self):
        self.log_in(make_user(roles.SECTION_EDITOR))
        assert self.client.get(self.address()).status_code == 200
        assert self.client.post(self.address(), self.form(check_tags="off")).status_code == 403

    def test_form_takes_as_many_queries_with_all_rules_as_with_none(self):
        def queries():
            with self.assertNumQueries(12):
                self.client.get(self.address())

        self.client.get(self.address())  # makes the frame ready
        queries()
        for check in Check:
            CheckRule.objects.create(section=self.section, check_name=check, level="off")
            CheckRule.objects.create(section=self.parent, check_name=check, level="off")
            CheckRule.objects.create(check_name=check, level="off")
        queries()


class LinkedTests(DeskTestCase):
    def test_address_of_the_form_is_the_one_the_screen_asks(self):
        self.log_in(make_chief())
        article = make_article()
        assert checks_address(article).startswith(change_address(article).removesuffix("change/"))
        self.assertContains(self.page(article), f'data-desk="{checks_address(article).removesuffix("checks/")}"')
