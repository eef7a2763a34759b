"""Enter in a field of a form presses its first submit button, and that saves: whatever else the form shows above it."""

from html.parser import HTMLParser

from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import RequestFactory
from django.urls import reverse

from articles.desk import roles, workflow
from articles.models import Article, SiteSettings
from articles.tests.factories import make_article, make_author, make_section, make_user
from newsroom.tests.test_unsaved_forms import MARK, UnsavedTestCase, data_of, rows

SAVES = ("_save", "_continue")


class Buttons(HTMLParser):
    """The names of submit buttons by the id of the form that each is of, in the order of the page."""

    def __init__(self, page):
        super().__init__()
        self.within, self.of = "", {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form":
            self.within = found.get("id", "")
        kind = found.get("type") or {"button": "submit"}.get(tag)
        if (tag == "button" and kind == "submit") or (tag == "input" and kind in {"submit", "image"}):
            self.of.setdefault(found.get("form", self.within), []).append(found.get("name"))

    def handle_endtag(self, tag):
        if tag == "form":
            self.within = ""


class DefaultButtonTests(UnsavedTestCase):
    def check(self, response):
        form = f"{response.context['opts'].model_name}_form"
        buttons = Buttons(response.content.decode()).of[form]
        assert buttons[0] in SAVES, buttons

    def screens(self):
        request = RequestFactory().get("/")
        request.user = self.me
        made = {type(row): row for row in rows()} | {Group: Group.objects.first()}
        for model, screen in admin.site._registry.items():
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            if screen.has_add_permission(request):
                yield reverse(f"{name}_add")
            if screen.has_change_permission(request) and model in made:
                yield reverse(f"{name}_change", args=[1 if model is SiteSettings else made[model].pk])

    def test_saves_in_every_form(self):
        checked = 0
        for address in self.screens():
            with self.subTest(address):
                self.check(self.client.get(address))
                checked += 1
        assert checked > 30, checked

    def test_saves_what_is_filled_in_again(self):
        address = reverse("admin:articles_author_add")
        shown = self.through_login(address, data_of(self.client.get(address)) | {"name": MARK})
        self.assertContains(shown, "Drop what was typed")
        self.check(shown)
        # The cursor stands in the form's first field or button, and the next Enter presses that.
        assert "Drop what was typed" not in shown.content.decode().partition('id="author_form"')[2]

    def test_takes_no_step_with_an_article_that_is_only_read(self):
        reporter = make_user(roles.REPORTER, username="reporter")
        article = make_article(section=make_section(), body="<p>Text</p>", authors=[make_author()])
        Article.objects.filter(pk=article.pk).update(created_by=reporter)
        article.refresh_from_db()
        workflow.submit(article, by=reporter)
        self.client.force_login(reporter)
        response = self.client.get(article.get_absolute_url())
        self.assertContains(response, "Take back")
        assert Buttons(response.content.decode()).of["article_form"][0] is None  # it is disabled
