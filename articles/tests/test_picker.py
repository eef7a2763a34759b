from django.contrib.auth.models import Permission, User
from django.test import TestCase
from django.urls import reverse

from articles.admin.picker import A_PAGE, smallest_address
from articles.desk import roles
from articles.tests.factories import make_image, make_user


class PickerTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        roles.make_groups()
        cls.address = reverse("admin:articles_image_picker")
        cls.images = [make_image(title=f"Lake {number}") for number in range(A_PAGE + 2)]

    def setUp(self):
        self.client.force_login(User.objects.create_superuser("root"))
        self.client.get(self.address)  # what every page needs is kept ready from now on

    def shown(self, **query):
        return [image for image, _thumbnail, _licence in self.client.get(self.address, query).context["images"]]

    def test_the_newest_pictures_come_first_a_page_at_a_time(self):
        assert self.shown() == self.images[:1:-1]
        before = self.client.get(self.address).context["before"]
        assert self.shown(before=before) == self.images[1::-1]

    def test_one_query_finds_the_pictures_and_none_counts_them(self):
        with self.assertNumQueries(3) as queries:  # session, user, pictures
            self.client.get(self.address)
        assert "COUNT" not in str(queries.captured_queries).upper()

    def test_a_reporter_costs_the_two_queries_for_rights_more(self):
        self.client.force_login(make_user(roles.REPORTER))
        self.client.get(self.address)  # notes the session
        with self.assertNumQueries(5):
            assert self.client.get(self.address).status_code == 200

    def test_whoever_may_not_see_pictures_is_refused(self):
        self.client.force_login(make_user(roles.RATES_DESK))
        for query in ({}, {"q": "x"}, {"ids": self.images[0].pk}):
            with self.subTest(query):
                assert self.client.get(self.address, query).status_code == 403

    def test_a_visitor_is_asked_to_log_in(self):
        self.client.logout()
        assert self.client.get(self.address).status_code == 302

    def test_only_those_who_may_add_pictures_are_shown_the_way(self):
        self.assertContains(self.client.get(self.address), reverse("admin:articles_image_upload"))
        viewer = make_user()
        viewer.user_permissions.set(Permission.objects.filter(codename="view_image"))
        self.client.force_login(viewer)
        self.assertNotContains(self.client.get(self.address), reverse("admin:articles_image_upload"))

    def test_every_word_is_sought_in_every_text(self):
        wanted = make_image(title="Озеро Иссык-Куль", alt="Shore", caption="At dawn", credit="A. Asanov")
        for query in ("иссык озеро", "ИССЫК-КУЛЬ", "shore dawn", "asanov озеро"):
            with self.subTest(query):
                assert self.shown(q=query) == [wanted]
        assert self.shown(q="shore lake") == []

    def test_signs_of_patterns_mean_nothing(self):
        wanted = make_image(title="100% wool_en")
        assert self.shown(q="100%") == self.shown(q="wool_e") == [wanted]
        assert self.shown(q="%") == self.shown(q=".*") == []

    def test_a_search_answers_with_the_list_alone(self):
        response = self.client.get(self.address, {"q": "no such <b>"})
        self.assertTemplateNotUsed(response, "admin/articles/image/picker.html")
        self.assertContains(response, "no such &lt;b&gt;")

    def test_each_picture_is_a_button_with_its_title_and_alternative_text(self):
        image = make_image(title="A <bold> lake", alt="Its shore")
        self.assertContains(
            self.client.get(self.address),
            f'<button type="button" name="image" value="{image.pk}">'
            f'<img src="{smallest_address(image)}" width="240" height="180" alt="" loading="lazy" decoding="async">'
            "<strong>A &lt;bold&gt; lake</strong><span>Its shore</span></button>",
            html=True,
        )

    def test_a_thumbnail_is_the_smallest_copy_there_is(self):
        image = make_image()
        assert smallest_address(image).endswith("/safe.jpg")
        image.made_cut = 1
        assert smallest_address(image).endswith("1-card-240.webp")

    def test_a_broken_page_mark_is_refused(self):
        for before in ("x", "-1", "9" * 20, "١"):
            with self.subTest(before):
                assert self.client.get(self.address, {"before": before}).status_code == 400


class FactsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.address = reverse("admin:articles_image_picker")

    def setUp(self):
        self.client.force_login(User.objects.create_superuser("root"))
        self.client.get(self.address)  # what every page needs is kept ready from now on

    def test_facts_of_the_pictures_that_exist(self):
        image, decorative = make_image(caption="A caption"), make_image(decorative=True, alt="")
        with self.assertNumQueries(3):
            response = self.client.get(self.address, {"ids": f"{image.pk},{decorative.pk},99999"})
        facts = response.json()["images"]
        assert facts.keys() == {str(image.pk), str(decorative.pk)}
        assert facts[str(decorative.pk)]["alt"] == ""
        assert facts[str(image.pk)] == {
            "title": "A lake",
            "alt": "A lake between mountains",
            "caption": "A caption",
            "credit": "Somebody",
            "src": image.sources("full").src,
            "width": image.sources("full").width,
            "height": image.sources("full").height,
            "thumbnail": smallest_address(image),
            "cuts": {cut: image.sources(cut).src for cut in ("wide", "card", "square")},
            "focus": [50, 50],
        }

    def test_what_is_not_a_list_of_numbers_is_refused(self):
        for ids in ("", "x", "1,", "1;2", "9" * 20, ",".join("1" * 101)):
            with self.subTest(ids):
                assert self.client.get(self.address, {"ids": ids}).status_code == 400
