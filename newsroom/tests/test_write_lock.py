"""No POST of the desk cleans, compares, decodes or draws in a transaction, in which nobody else writes on SQLite."""

from contextlib import ExitStack
from unittest import mock

from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TransactionTestCase
from django.urls import reverse

from articles.body import markup
from articles.desk.text_diff.matching import Matcher
from articles.models import Article, Edition, FlatPage, Idea, Template
from articles.models.copy import BodyField
from articles.pictures import nameplates, renditions
from articles.public import rendering
from articles.tests.factories import make_article, make_chief, make_section, picture_file
from articles.tests.test_admin_article import typed

WORK = [  # what takes long, with the module or class that has it
    (markup, "_clean"),
    (Matcher, "find_longest_match"),
    (renditions, "_decode"),
    (renditions, "_encode"),
    (nameplates, "_decode"),
    (rendering, "body"),
]
BODY, OTHER = "<p>One word and another, of many.</p>", "<p>One word <b>and</b> quite another, of a few.</p>"


class WriteLockTests(TransactionTestCase):
    def setUp(self):
        self.client.force_login(make_chief())
        self.section = make_section()
        self.article = make_article(section=self.section, headline="Road", body=BODY)
        self.done: set[str] = set()
        stack = self.enterContext(ExitStack())
        for owner, name in WORK:
            stack.enter_context(mock.patch.object(owner, name, self.watched(name, getattr(owner, name))))

    def watched(self, name, work):
        """Return ``work`` as a function that fails within a transaction, and notes that it was called."""

        def watch(*args, **kwargs):
            assert not connection.in_atomic_block, f"{name} is called in a transaction"
            self.done.add(name)
            return work(*args, **kwargs)

        return watch

    def post(self, address, data, *works, status=200):
        """Send ``data``, and assert that each of ``works`` was done for it, and before its transaction."""
        self.done.clear()
        response = self.client.post(address, data)
        errors = response.context and response.context.get("errors")
        assert response.status_code == status, (response.status_code, errors, response.content[:300])
        assert set(works) <= self.done
        return response

    def address(self, name, pk=None):
        return reverse(f"admin:articles_article_{name}", args=[self.article.pk if pk is None else pk])

    def test_article(self):
        change, form = self.address("change"), typed(self.article)
        self.post(self.address("checks"), form | {"body": OTHER}, "_clean")
        self.post(self.address("checks", 0), typed(body=OTHER, section=self.section.pk, headline="New"), "_clean")
        self.post(self.address("live_preview"), form | {"body": OTHER}, "_clean", "body")
        self.post(self.address("live_preview", 0), typed(body=OTHER, headline="New"), "_clean", "body")
        self.post(change, form | {"body": OTHER, "_preview": "1"}, "_clean", "body")
        self.post(self.address("autosave"), form | {"window": "window-1234", "body": OTHER})
        self.post(change, form | {"body": OTHER, "headline": ""}, "_clean")
        self.post(change, form | {"body": OTHER}, "_clean", status=302)
        self.post(change, form | {"body": OTHER.replace("few", "hundred")}, "_clean", "find_longest_match")
        version = str(Article.objects.get(pk=self.article.pk).version)
        merged = {"_merge": version, "_choose_body": "mine"}
        self.post(change, form | {"body": "<p>Mine.</p>"} | merged, "_clean", "find_longest_match", status=302)
        version = str(Article.objects.get(pk=self.article.pk).version)
        self.post(change, form | {"body": BODY, "_overwrite": version}, "_clean", status=302)
        self.post(reverse("admin:articles_article_add"), typed(body=OTHER, headline="New"), "_clean", status=302)
        assert Article.objects.get(headline="Road").body == BODY

    def test_other_forms_with_a_text(self):
        for model in admin.site._registry:
            has_body = any(isinstance(field, BodyField) and field.editable for field in model._meta.concrete_fields)
            assert not has_body or model in {Article, Edition, FlatPage, Idea, Template}, model  # tried here
        template = {"name": "Briefing", "kind": "news", "language": "en", "body": OTHER}
        self.post(reverse("admin:articles_template_add"), template, "_clean", status=302)
        add = reverse("admin:articles_flatpage_add")
        form = {"title": "About", "slug": "about", "body": OTHER, "is_public": "on", "order": "0"}
        self.post(add, form, "_clean", status=302)
        page = FlatPage.objects.get()
        change = reverse("admin:articles_flatpage_change", args=[page.pk])
        loaded = self.client.get(change).context["loaded"]
        FlatPage.objects.filter(pk=page.pk).update(body=BODY, title="About them")
        conflict = self.post(
            change, form | {"_loaded": loaded, "title": "About us all"}, "_clean", "find_longest_match"
        )
        self.assertContains(conflict, "them")
        loaded = self.client.get(change).context["loaded"]
        self.post(change, form | {"_loaded": loaded, "body": "<p>New</p>"}, "_clean", status=302)

    def test_pictures(self):
        texts = {"title": "Lake", "alt": "A lake", "credit": "Our own", "focal_x": "50", "focal_y": "50"}

        def file(size):
            return SimpleUploadedFile("lake.jpg", picture_file(size=(size, 400)).read())

        with mock.patch("articles.admin.image.make_renditions"):
            upload = reverse("admin:articles_image_upload")
            self.post(upload, texts | {"file": file(600)}, "_decode", "_encode", status=201)
            self.post(
                reverse("admin:articles_image_add"), texts | {"file": file(610)}, "_decode", "_encode", status=302
            )
            image = self.client.get(reverse("admin:articles_image_changelist")).context["cl"].queryset.first()
            change = reverse("admin:articles_image_change", args=[image.pk])
            for sent, works in (({"edges_0": "10"}, ["_encode"]), ({"new_file": file(620)}, ["_decode", "_encode"])):
                loaded = self.client.get(change).context["loaded"]
                self.post(change, texts | sent | {"_loaded": loaded, "seen": image.key}, *works, status=302)
