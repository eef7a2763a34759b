"""A picture's texts, asked for and changed from within an article."""

from django.contrib.admin.models import LogEntry
from django.test import TestCase
from django.urls import reverse

from articles.desk import roles
from articles.desk_search import pictures
from articles.models import Image
from articles.tests.factories import make_edition, make_image, make_user


class TextsTests(TestCase):
    def setUp(self):
        roles.make_groups()
        self.image = make_image(alt="A lake", caption="", credit="Somebody")
        self.address = reverse("admin:articles_image_texts", args=[self.image.pk])
        self.client.force_login(make_user(roles.PICTURE_EDITOR))

    def send(self, mark=None, **texts):
        mark = mark or self.client.get(self.address).json()["mark"]
        return self.client.post(self.address, {"alt": "A lake", "caption": "", "credit": "Us", "mark": mark} | texts)

    def now(self):
        return Image.objects.get(pk=self.image.pk)

    def test_texts_are_told_with_whether_one_may_change_them(self):
        said = self.client.get(self.address).json()
        assert said["texts"] == {"alt": "A lake", "decorative": False, "caption": "", "credit": "Somebody"}
        assert said["may"]
        self.client.force_login(make_user(roles.REPORTER))
        assert not self.client.get(self.address).json()["may"]

    def test_what_is_typed_is_stored_logged_and_seen_by_readers(self):
        edition = make_edition(body=f'<p>Text</p><figure data-image="{self.image.pk}"></figure>')
        assert self.client.get(edition.path).status_code == 200
        assert self.send(alt="A lake at dawn", caption="The first ice").status_code == 200
        assert (self.now().alt, self.now().caption, self.now().credit) == ("A lake at dawn", "The first ice", "Us")
        assert LogEntry.objects.get().object_id == str(self.image.pk)
        self.assertContains(self.client.get(edition.path), "A lake at dawn")

    def test_picture_is_found_by_what_is_said_now(self):
        Image.objects.update(title="Picture")
        self.send(alt="A volcano", caption="Ash", credit="Aigul")
        found = {word for word in ("lake", "somebody", "volcano", "ash", "aigul") if self.is_found(word)}
        assert found == {"volcano", "ash", "aigul"}

    def is_found(self, word):
        return Image.objects.filter(pictures.pictures_holding(word)).exists()

    def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(self):
        for texts, field in (({"alt": ""}, "alt"), ({"credit": ""}, "credit"), ({"caption": "x" * 401}, "caption")):
            with self.subTest(field):
                answer = self.send(**texts)
                assert answer.status_code == 422
                assert list(answer.json()["errors"]) == [field]
        assert self.now().credit == "Somebody"
        assert self.send(alt="", decorative="on").status_code == 200
        assert self.now().alternative == ""

    def test_what_somebody_else_changed_meanwhile_is_not_written_over_unseen(self):
        mark = self.client.get(self.address).json()["mark"]
        Image.objects.filter(pk=self.image.pk).update(caption="Theirs")
        answer = self.send(mark, caption="Mine")
        assert answer.status_code == 409
        assert answer.json()["newer"]["texts"]["caption"] == "Theirs"
        assert self.now().caption == "Theirs"
        assert self.send(answer.json()["newer"]["mark"], caption="Mine").status_code == 200
        assert self.now().caption == "Mine"

    def test_other_things_of_a_picture_are_left_alone(self):
        self.send(title="Another", focal_x="1", turn="90")
        new = self.now()
        assert (new.title, new.focal_x, new.turn, new.key) == (self.image.title, 50, 0, self.image.key)

    def test_whoever_may_not_is_refused(self):
        mark = self.client.get(self.address).json()["mark"]
        for role in (roles.REPORTER, roles.RATES_DESK):
            self.client.force_login(make_user(role))
            assert self.send(mark, alt="Changed").status_code == 403
        assert self.client.get(self.address).status_code == 403
        self.client.logout()
        assert self.client.get(self.address).status_code == 302
        assert self.now().alt == "A lake"

    def test_picture_that_is_gone_is_not_found(self):
        assert self.client.get(reverse("admin:articles_image_texts", args=[0])).status_code == 404
        assert self.client.get(self.address.replace(str(self.image.pk), "9" * 30)).status_code == 404
