"""Where a picture is used: the rows that say so stay true on every way a body is stored."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.test import TestCase
from django.utils import timezone

from articles.desk import image_uses, revisions, roles, workflow
from articles.models import ArticleImage, EditionImage, Image, Placement, SiteSettings
from articles.tests.factories import MORNING, make_article, make_author, make_chief, make_edition, make_image, make_user
from articles.tests.test_admin_article import DeskTestCase


def showing(*images):
    """A body with these pictures."""
    return "<p>Text</p>" + "".join(f'<figure data-image="{image.pk}"></figure>' for image in images)


class RowsTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.one, self.two = make_image(), make_image()

    def shown(self, article):
        return [row.image for row in article.image_rows.order_by("image_id")]

    def test_form_keeps_them(self):
        self.send(headline="New", body=showing(self.two, self.one, self.two), _continue="1")
        row = ArticleImage.objects.first()
        assert self.shown(row.article) == [self.one, self.two]
        article = row.article
        self.send(article, body=showing(self.two), _continue="1")
        assert self.shown(article) == [self.two]
        article.refresh_from_db()
        self.send(article, body="<p>None</p>", _continue="1")
        assert self.shown(article) == []

    def test_numbers_of_no_picture_are_left_out(self):
        body = showing(self.one) + '<figure data-image="99999999999"></figure><figure data-image="0"></figure>'
        self.send(headline="New", body=body, _continue="1")
        assert [row.image for row in ArticleImage.objects.all()] == [self.one]

    def test_restored_revision_brings_them_back(self):
        article = make_article(body=showing(self.one))
        kept = revisions.keep_revision(article, by=self.chief)
        article.body = showing(self.two)
        article.save()
        revisions.keep_revision(article, by=self.chief)
        assert self.shown(article) == [self.two]
        workflow.restore(kept, by=self.chief, version=article.version)
        assert self.shown(article) == [self.one]

    def test_edition_has_its_own_whatever_becomes_of_the_working_copy(self):
        article = make_article(body=showing(self.one))
        edition = workflow.publish(article, by=self.chief)
        article.refresh_from_db()
        self.send(article, body="<p>None</p>", _continue="1")
        assert [row.image for row in edition.image_rows.all()] == [self.one]

    def test_moved_edition_takes_them_along_and_an_erased_one_lets_them_go(self):
        article = make_article(body=showing(self.one))
        edition = workflow.schedule(article, by=self.chief, at=timezone.now() + timedelta(hours=1))
        workflow.reschedule(edition, by=self.chief, at=timezone.now() + timedelta(hours=2))
        assert [row.image for row in EditionImage.objects.all()] == [self.one]
        past = make_edition(body=showing(self.two), live_until=MORNING + timedelta(hours=1))
        workflow.erase(past, by=make_user(roles.ADMINISTRATOR), reason="A court order.")
        assert not EditionImage.objects.filter(image=self.two).exists()

    def test_rows_that_came_by_another_way_are_put_right(self):
        article, edition = make_article(body=showing(self.one)), make_edition(body=showing(self.one))
        ArticleImage.objects.all().delete()
        EditionImage.objects.all().delete()
        ArticleImage.objects.create(article=article, image=self.two)
        image_uses.note_all()
        assert self.shown(article) == [self.one]
        assert [row.image for row in edition.image_rows.all()] == [self.one]

    def test_save_without_a_picture_costs_one_query(self):
        article = make_article()
        with self.assertNumQueries(3):  # savepoint, the rows there are, release
            image_uses.note_uses(article)


class UsesTests(TestCase):
    def kinds(self, image):
        return {kind.kind: [use.name for use in kind.uses] for kind in image_uses.uses_of(image)}

    def test_each_kind_of_use_is_named(self):
        lead, body, now = make_image(), make_image(), timezone.now()
        live = make_edition(headline="Live", lead_image=lead, body=showing(body))
        make_edition(headline="Coming", lead_image=lead, body=showing(body), live_from=now + timedelta(hours=1))
        make_article(headline="Draft", lead_image=lead, body=showing(body))
        make_article(headline="Thrown away", lead_image=lead, trashed_at=now)
        Placement.objects.create(slot=2, article=live.article, image=lead, starts_at=now)
        make_author(name="With a portrait", picture=lead)
        SiteSettings.objects.create(name="The Caravan Post", logo=lead)
        found = self.kinds(lead)
        assert found["Live"] == ["Live"]
        assert found["Scheduled"] == ["Coming"]
        assert {"Draft (draft)", "Thrown away (in the trash)", "Live (published)"} <= set(found["On the desk"])
        assert found["Placed on the front page or a section’s top"] == ["Live, slot 2"]
        assert found["Portrait"] == ["With a portrait"]
        assert found["Logo of the paper"] == ["The Caravan Post"]
        assert self.kinds(body)["Live"] == ["Live"]
        assert "Draft (draft)" in self.kinds(body)["On the desk"]

    def test_past_editions_are_said_as_such(self):
        image = make_image()
        edition = make_edition(headline="Then", lead_image=image, live_until=MORNING + timedelta(hours=1))
        edition.article.lead_image = None
        edition.article.save()
        assert self.kinds(image) == {"Only in what readers saw before": ["Then"]}

    def test_article_with_the_picture_twice_is_named_once(self):
        image = make_image()
        make_edition(headline="Both", lead_image=image, body=showing(image))
        assert self.kinds(image)["Live"] == ["Both"]

    def test_many_uses_are_cut_short(self):
        image = make_image()
        for _ in range(image_uses.MOST + 1):
            make_author(picture=image)
        [kind] = image_uses.uses_of(image)
        assert (len(kind.uses), kind.more) == (image_uses.MOST, True)

    def test_unused_pictures_are_those_that_nothing_shows_or_showed(self):
        unused = make_image()
        make_article(lead_image=make_image(), body=showing(make_image()))
        make_edition(lead_image=make_image(), body=showing(make_image()), live_until=MORNING + timedelta(hours=1))
        make_author(picture=make_image())
        SiteSettings.objects.create(logo=make_image())
        Placement.objects.create(slot=1, article=make_article(), image=make_image(), starts_at=timezone.now())
        assert list(image_uses.unused(Image.objects.all())) == [unused]


class DeletingTests(TestCase):
    def setUp(self):
        self.client.force_login(User.objects.create_superuser("root"))

    def test_page_lists_the_uses_and_nothing_is_deleted(self):
        image = make_image()
        make_edition(headline="Then", body=showing(image), live_until=MORNING + timedelta(hours=1))
        make_author(name="With a portrait", picture=image)
        page = self.client.post(f"/admin/articles/image/{image.pk}/delete/", {"post": "yes"})
        for words in ("This picture can’t be deleted", "Only in what readers saw before", "Then", "With a portrait"):
            self.assertContains(page, words)
        assert Image.objects.exists()

    def test_of_many_ticked_the_used_ones_are_named_in_few_queries(self):
        images = [make_image(title=f"Lake {number}") for number in range(12)]
        for image in images[:10]:
            make_author(picture=image)
        data = {"action": "delete_selected", "_selected_action": [image.pk for image in images]}
        page = self.client.post("/admin/articles/image/", data)
        self.assertContains(page, "These pictures can’t be deleted")
        self.assertContains(page, "Lake 9")
        self.assertNotContains(page, "Lake 11")
        assert Image.objects.count() == 12
