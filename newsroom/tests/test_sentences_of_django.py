"""What a journalist meets of Django's own admin is said in the newsroom's words."""

import re
from html import unescape
from pathlib import Path

import django
from django.contrib import admin
from django.test import Client, RequestFactory, TestCase
from django.urls import reverse
from django.utils.html import strip_tags
from taggit.models import Tag

from articles.desk import roles
from articles.tests.factories import make_edition, make_image, make_user
from newsroom.tests.test_unsaved_forms import PASSWORD, person, rows

STOCK = Path(django.__file__).parent / "contrib/admin/templates"
SAID = re.compile(r"{%\s*translate\s+(['\"])([^'\"{}%]{25,})\1\s*%}|{%\s*blocktranslate[^%]*%}([^%]{25,}){%")
OF_CODE = (  # of its forms and views
    "Please enter the correct",
    "Items must be selected",
    "No action selected",
)
ODD = re.compile(r"\b(objects?|account|staff|authenticated|administration|admin site|system administrator)\b", re.I)


def stock_sentences():
    """Django's sentences of thirty letters or more, each as far as its first variable."""
    found = set(OF_CODE)
    for path in STOCK.rglob("*.html"):
        for _quote, one, block in SAID.findall(path.read_text()):
            words = " ".join(re.split(r"{{.*?}}|<", one or block)[0].split())
            found |= {words} if len(words) >= 15 and re.search("[.?:]", one or block) else set()
    return found


def words_of(response):
    text = re.sub(r"<(script|style|template).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    text = re.sub(r"<(input|button)[^>]*value=\"([^\"]*)\"", r"\2 <\1", text)
    return " ".join(unescape(strip_tags(text)).split())


class StockSentenceTests(TestCase):
    def setUp(self):
        roles.make_groups()
        self.me = person(username="me", is_superuser=True)
        self.stock = stock_sentences()
        self.client.force_login(self.me)

    def look(self, response, status=200, *, odd=True):
        assert response.status_code == status
        text = words_of(response)
        assert [one for one in self.stock if one in text] == []
        if odd:
            assert ODD.findall(text) == [], text
        return text

    def test_sentences_are_found(self):
        assert "Thanks for spending some quality time with the web site today." in self.stock
        assert len(self.stock) > 15

    def test_logging_in_and_out(self):
        assert "logs in" in self.look(self.client.post(reverse("admin:logout")))
        login = reverse("admin:login")
        self.look(self.client.get(login))
        self.look(self.client.post(login, {"username": "me", "password": "wrong"}))
        self.look(self.client.post(login, {}))
        stranger = make_user(username="reader", is_staff=False)
        stranger.set_password(PASSWORD)
        stranger.save()
        self.look(self.client.post(login, {"username": "reader", "password": PASSWORD}))
        self.client.force_login(stranger)
        assert "who may not work at this desk" in self.look(self.client.get(login))
        self.look(Client(enforce_csrf_checks=True).post(login, {"username": "me"}), 403)

    def test_password(self):
        change = reverse("admin:password_change")
        self.look(self.client.get(change))
        self.look(self.client.post(change, {"old_password": "x", "new_password1": "a", "new_password2": "b"}))
        new = "quite-another-password-7"
        data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        self.look(self.client.post(change, data, follow=True))
        self.client.logout()
        self.look(self.client.get(reverse("password_ask")))
        self.look(self.client.get(reverse("password_set")))

    def test_deleting_any_row_and_many(self):
        request = RequestFactory().get("/admin/")
        request.user = self.me
        deleted = 0
        for row in rows():
            model_admin = admin.site._registry[type(row)]
            if not model_admin.has_delete_permission(request, row):
                continue
            with self.subTest(row._meta.label):
                name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
                text = self.look(self.client.get(reverse(f"{name}_delete", args=[row.pk])), odd=False)
                assert "goes for good" in text or "stays" in text or "picture" in text
                deleted += 1
                if model_admin.get_actions(request):
                    data = {"action": "delete_selected", "_selected_action": [row.pk], "index": "0"}
                    page = self.client.post(reverse(f"{name}_changelist"), data, follow=True)
                    self.look(page, odd=False)
        assert deleted > 5

    def test_what_is_needed_elsewhere_stays_and_a_way_back_needs_no_script(self):
        edition = make_edition()
        page = self.client.get(reverse("admin:articles_section_delete", args=[edition.section_id]))
        assert f"“{edition.section}” stays" in self.look(page, odd=False)
        self.assertContains(page, reverse("admin:articles_section_change", args=[edition.section_id]))
        tag = Tag.objects.create(name="wool", slug="wool")
        deletion = reverse("admin:taggit_tag_delete", args=[tag.pk])
        assert "“wool” goes for good" in self.look(self.client.get(deletion), odd=False)
        self.assertNotContains(self.client.get(deletion), 'href="#"')
        self.client.post(deletion, {"post": "yes"})
        assert not Tag.objects.exists()

    def test_lists_empty_and_with_nothing_ticked(self):
        for model, model_admin in admin.site._registry.items():
            request = RequestFactory().get("/admin/")
            request.user = self.me
            if not model_admin.has_view_permission(request):
                continue
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            with self.subTest(model._meta.label):
                self.look(self.client.get(address, {"q": "nothing-has-this"}, follow=True), odd=False)
        make_image()
        address = reverse("admin:articles_image_changelist")
        for data in ({"action": "delete_selected"}, {"action": "", "_selected_action": "1"}):
            self.look(self.client.post(address, data | {"index": "0"}, follow=True), odd=False)

    def test_pages_of_errors_and_history(self):
        self.look(self.client.get("/admin/nowhere/"), 404)
        self.look(self.client.get(reverse("admin:articles_author_change", args=[999]), follow=True))
        for row in rows():
            name = f"admin:{row._meta.app_label}_{row._meta.model_name}_history"
            with self.subTest(name):
                self.look(self.client.get(reverse(name, args=[row.pk]), follow=True), odd=False)
        self.client.force_login(make_user(roles.REPORTER, username="reporter"))
        self.look(self.client.get(reverse("admin:articles_placement_changelist")), 403)
