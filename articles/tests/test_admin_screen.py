"""What the article screen holds: panels, counted fields, cards, and queries that an archive does not add to."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.desk import roles, workflow
from articles.models import Article
from articles.tests.factories import (
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_image,
    make_section,
    make_user,
)
from articles.tests.test_admin_article import ADD, DeskTestCase, change_address


class PanelTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())

    def panels(self, page):
        return {panel.name: panel for panel in page.context["panels"]}

    def test_new_article_opens_with_what_every_article_needs(self):
        panels = self.panels(self.client.get(ADD))
        assert list(panels)[:4] == ["place", "picture", "tags", "times"]
        assert {name for name, panel in panels.items() if panel.is_open} == {"place", "picture", "tags"}
        assert not panels["picture"].finer_is_open

    def test_what_is_folded_says_what_it_holds_without_script(self):
        article = make_article(kind="opinion", language="ru", kicker="LATEST", slug="as-it-is", off_front=True)
        said = {name: panel.says for name, panel in self.panels(self.page(article)).items()}
        assert said["kind"] == "opinion · Русский"
        assert (said["dateline"], said["address"], said["front"]) == ("LATEST", "as-it-is", "Keep off the front page")

    def test_panel_with_something_to_mend_is_open(self):
        page = self.send(headline="H", slug="no slug!", kind="poem")
        panels = self.panels(page)
        assert panels["address"].is_open
        assert panels["kind"].is_open
        assert not panels["search"].is_open
        self.assertContains(page, '<details class="panel" data-panel="kind" open>')
        self.assertContains(page, '<a href="#id_slug">')

    def test_every_field_of_the_form_stands_on_the_screen_once(self):
        page = self.page(make_edition(authors=[make_author()]).article).content.decode()
        for name in self.client.get(ADD).context["adminform"].form.fields:
            assert page.count(f' name="{name}"') == (name != "dated_corrections"), name
        assert ' name="dated_corrections-day"' in page  # a row of two fields

    def test_headline_and_standfirst_are_counted(self):
        self.assertContains(self.client.get(ADD), 'data-most="110"')
        self.assertContains(self.client.get(ADD), 'data-most="160"')

    def test_cuts_and_cards_are_there_without_script(self):
        picture = make_image(alt="A bridge", made_cut=1)
        page = self.page(make_article(lead_image=picture, headline="As found", standfirst="Why to read on."))
        for cut in ("wide", "card", "square"):
            self.assertContains(page, f'data-cut="{cut}" src="{picture.sources(cut).src}"')
        self.assertContains(page, '<p class="shared-title" data-card="shared-title">As found</p>', html=True)
        self.assertContains(page, "Why to read on.")

    def test_reader_of_the_desk_sees_panels_and_no_scripts_that_write(self):
        article = make_article(headline="Another’s")
        self.log_in(make_user(roles.PICTURE_EDITOR))
        roles.make_groups()
        page = self.page(article)
        self.assertContains(page, "Another’s")
        self.assertContains(page, 'data-panel="place"')
        self.assertNotContains(page, "desk-preview.js")
        self.assertNotContains(page, "preview-pane")

    def test_picker_tells_the_cuts_and_the_focus(self):
        picture = make_image(focal_x=20, focal_y=80)
        facts = self.client.get("/admin/articles/image/picker/", {"ids": picture.pk}).json()["images"][str(picture.pk)]
        assert facts["focus"] == [20, 80]
        assert facts["cuts"] == {cut: picture.sources(cut).src for cut in ("wide", "card", "square")}


class TagTests(DeskTestCase):
    def test_ten_tags_change_in_one_save_without_a_query_for_each(self):
        self.log_in(make_chief())
        article = make_article(tags=[f"Old {number}" for number in range(5)])
        self.send(article, tags=", ".join(["Old 0", *(f"New {number}" for number in range(9))]), _continue="1")
        assert article.tag_rows.count() == 10
        self.send(Article.objects.get(), tags="", _continue="1")
        assert not article.tag_rows.exists()


class QueryTests(DeskTestCase):
    def asked(self, address):
        with CaptureQueriesContext(connection) as asked:
            assert self.client.get(address).status_code == 200
        return len(asked)

    def add_copies(self, article, first, last):
        """The database makes them by itself, as a hundred thousand objects take long."""
        names = [field.column for field in Article._meta.concrete_fields if field.column not in {"id", "slug"}]
        same = ", ".join(map(connection.ops.quote_name, names))
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH RECURSIVE number(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM number WHERE n < %s) "
                f"INSERT INTO articles_article (slug, {same}) "
                f"SELECT 'copy-' || n, {same} FROM articles_article, number WHERE id = %s",
                [first, last, article.pk],
            )

    @pytest.mark.long
    def test_form_asks_as_much_at_100000_articles_as_at_100(self):
        chief = self.log_in(make_chief())
        section, author = make_section(), make_author()
        article = make_article(section=section, authors=[author], tags=["Rail"], lead_image=make_image())
        workflow.saved(article, by=chief)
        self.add_copies(article, 1, 99)
        self.client.get(change_address(article))  # what is kept ready by the first request
        change, add = self.asked(change_address(article)), self.asked(ADD)
        self.add_copies(article, 100, 99_999)
        assert Article.objects.count() == 100_000
        assert (self.asked(change_address(article)), self.asked(ADD)) == (change, add)
        assert change <= 31
        assert add <= 20
