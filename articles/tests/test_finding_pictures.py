"""Pictures of the library are found by the words said of them, by an index, whichever way they came."""

from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import tasks
from articles.desk_search import pictures
from articles.models import Image, PictureWord
from articles.tests.factories import make_chief, make_image
from newsroom.tests.forms import loaded

LIST = reverse("admin:articles_image_changelist")


def found(text):
    return list(Image.objects.filter(pictures.pictures_holding(text)))


class FindingPicturesTests(TestCase):
    def setUp(self):
        make_image(title="Another")
        self.image = make_image(
            title="Gulnora Oʻrozova",
            alt="In the Ёлочка café",
            caption="Par\u00adliament",
            credit="A. Asanov / AKIpress",
        )

    def test_by_every_text_in_any_spelling_whole_or_begun(self):
        for text in ("orozova", "O'ROZ", "елочка", "ЁЛОЧ", "cafe", "parliament", "akip asanov", "gulnora in the"):
            assert found(text) == [self.image], text
        for text in ("rozova", "asanov nobody", "—", "%"):
            assert found(text) == [], text
        assert len(found(" ")) == 2

    def test_by_what_is_said_of_it_now(self):
        self.client.force_login(make_chief())
        form = reverse("admin:articles_image_change", args=[self.image.pk])
        said = {"title": "Renamed", "alt": "x", "credit": "y", "focal_x": "50", "focal_y": "50"}
        assert self.client.post(form, said | loaded(self.client, form)).status_code == 302
        assert found("renamed") == [self.image]
        assert found("orozova") == []

    def test_one_that_came_without_words_is_caught_up_with_and_what_is_gone_is_forgotten(self):
        PictureWord.objects.filter(image_id=self.image.pk).delete()
        silent = make_image(title="…", alt="", decorative=True, credit="—")
        assert pictures.pictures_are_late()
        tasks.index_articles.func()
        assert not pictures.pictures_are_late()
        assert found("orozova") == [self.image]
        silent.delete()
        call_command("rebuild_search", verbosity=0)
        assert not PictureWord.objects.filter(image_id=silent.pk).exists()
        assert found("orozova") == [self.image]

    def test_list_and_number(self):
        self.client.force_login(make_chief())
        self.assertContains(self.client.get(LIST, {"q": "oroz"}), "Gulnora")
        self.assertContains(self.client.get(LIST, {"q": str(self.image.pk)}), "Gulnora")
        self.assertNotContains(self.client.get(LIST, {"q": "another"}), "Gulnora")

    def test_it_is_the_index_that_is_asked(self):
        with CaptureQueriesContext(connection) as queries:
            found("orozova")
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off")
            way = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
            cursor.execute(f"{way} {queries[0]['sql'].replace('%', '%%')}", [])
            plan = str(cursor.fetchall())
        assert "pictureword_begun" in plan, plan
