"""Texts that people write are stored in one form, whichever way they come: fields × ways × kinds of characters."""

import json
import sys
import unicodedata

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import serializers
from django.db import connection, models
from django.forms import modelform_factory
from django.test import SimpleTestCase, TestCase
from taggit.models import Tag

from articles.body.markup import clean
from articles.models import Article, Author
from articles.models.copy import BodyField
from articles.tests.factories import make_article, make_author
from ground.characters import normalise, normalise_html

OURS = ("articles", "tickers", "taggit", "auth")
# Columns that no person writes: names of files and hashes, codes that a table of choices or a check holds to, addresses
# made of slugs, and what the newsroom says itself.
MADE = {
    "articles.Address.path",
    "articles.Announcement.listener",
    "articles.Article.language",
    "articles.Author.name_key",
    "articles.Autosave.outcome",
    "articles.Autosave.window",
    "articles.Edition.card",
    "articles.Edition.language",
    "articles.Edition.lacks",
    "articles.Edition.path",
    "articles.FormerAddress.kind",
    "articles.FormerAddress.path",
    "articles.Image.colour",
    "articles.Image.file",
    "articles.Image.former_key",
    "articles.Image.key",
    "articles.Image.sha256",
    "articles.Import.file_name",
    "articles.Import.format",
    "articles.Import.sha256",
    "articles.ImportFinding.key",
    "articles.ImportFinding.kind",
    "articles.ImportFinding.what",
    "articles.ImportFinding.why",
    "articles.ImportedRow.came",
    "articles.ImportedRow.key",
    "articles.ImportedRow.kind",
    "articles.ImportedRow.made",
    "articles.ImportedRow.model",
    "articles.ImportedRow.why",
    "articles.LoginAttempt.key_digest",
    "articles.LoginSession.browser",
    "articles.LoginSession.key_digest",
    "articles.Merge.gone_name",
    "articles.Merge.gone_path",
    "articles.Merge.stays_name",
    "articles.MergedRows.label",
    "articles.OldAddress.kind",
    "articles.OldAddress.path",
    "articles.OldAddress.slug",
    "articles.OutsideLink.address",
    "articles.OutsideLink.sha256",
    "articles.PaperFault.advice",
    "articles.PaperFault.host",
    "articles.PaperFault.key",
    "articles.PaperFault.text",
    "articles.PasswordLink.mailed_to",
    "articles.PasswordLink.name",
    "articles.PasswordLink.secret_digest",
    "articles.PictureWord.word",
    "articles.PolicyReport.blocked",
    "articles.PolicyReport.directive",
    "articles.PolicyReport.page",
    "articles.Presence.window",
    "articles.PreviewLink.key",
    "articles.Revision.stage",
    "articles.SavedSearch.query",
    "articles.SearchWord.word",
    "articles.Section.currency",
    "articles.Section.time_zone",
    "articles.SiteSettings.contact_email",
    "articles.SiteSettings.time_zone",
    "articles.TagKey.key",
    "articles.TagKey.name",
    "articles.Template.name_key",
    "articles.UnsavedForm.path",
    "articles.WorkerBeat.doing",
    "articles.WorkerBeat.host",
    "articles.WorkerBeat.worker",
    "auth.Group.name",
    "auth.Permission.codename",
    "auth.Permission.name",
    "auth.User.email",
    "auth.User.password",
    "articles.Template.language",
    "auth.User.username",
    "tickers.Pair.base",
    "tickers.Pair.card",
    "tickers.Pair.quote",
    "tickers.Rate.doubt",
    "tickers.Rate.held_reason",
    "tickers.Source.trouble",
}
UNSEEN = {
    "zero width": "\u200b\u2060\ufeff\u034f",
    "joiners that join nothing": "\u200d\u200c\ufe0f\U000e0101",
    "direction": "\u200e\u200f\u202e\u2066\u061c",
    "controls": "\x00\x1b\x7f\x85",
    "fillers": "\u3164\u115f\u1160\uffa0\u17b4",
    "annotations and objects": "\ufff9\ufffb\ufffc",
    "tags": "\U000e0067\U000e007f\U000e0001",
    "no characters": "\uffff\ufdd0",
}


def text_fields():
    """Each text field of the paper's models that people fill in."""
    for model in apps.get_models():
        if model._meta.app_label not in OURS or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
            if is_text and f"{model._meta.label}.{field.name}" not in MADE:
                yield model, field


class FieldTests(SimpleTestCase):
    databases = {"default"}

    def ways(self, model, field, value):
        """What would be stored of ``value``: by save() and fixtures, bulk_create(); by update() and bulk_update()."""
        row = model()
        setattr(row, field.attname, value)
        saved = field.pre_save(row, add=True)
        yield "save", field.get_db_prep_save(saved, connection)
        yield "update", field.get_db_prep_save(value, connection)
        if form_field := field.formfield():
            form_field.required, form_field.validators = False, []
            setattr(row, field.attname, form_field.clean(value))
            yield "form", field.pre_save(row, add=False)

    def test_each_field_stores_what_shows_alone(self):
        fields = list(text_fields())
        assert len(fields) > 50
        for model, field in fields:
            for kind, unseen in UNSEEN.items():
                dirty = (
                    f"Ca{unseen}fe\u0301".replace(" ", "")
                    if isinstance(field, models.SlugField)
                    else f"Ca{unseen}fe\u0301 b"
                )
                for way, stored in self.ways(model, field, dirty):
                    with self.subTest(model=model._meta.label, field=field.name, kind=kind, way=way):
                        words = stored.lower().replace("<p>", "").replace("</p>", "")
                        assert words == ("café" if isinstance(field, models.SlugField) else "café b")

    def test_what_shows_nothing_is_nothing(self):
        for model, field in text_fields():
            for unseen in UNSEEN.values():
                for way, stored in self.ways(model, field, f" {unseen} "):
                    with self.subTest(model=model._meta.label, field=field.name, way=way):
                        assert not stored.strip() or (isinstance(field, BodyField) and not stored.strip("<>/p \n"))


class WayTests(TestCase):
    """That those are the ways: one model, every door, the database asked what it has."""

    DIRTY, CLEAN = "Jose\u0301\u200b Mar\u00adia", "José Maria"

    def stored(self):
        return list(Author.objects.values_list("name", flat=True))

    def test_saving(self):
        author = make_author(name=self.DIRTY)
        assert [author.name] == self.stored() == [self.CLEAN]

    def test_many_at_once(self):
        Author.objects.bulk_create([Author(name=self.DIRTY, slug="x")])
        assert self.stored() == [self.CLEAN]
        author = Author.objects.get()
        author.name = self.DIRTY + "\u200b!"
        Author.objects.bulk_update([author], ["name"])
        assert self.stored() == [self.CLEAN + "!"]
        Author.objects.update(name=self.DIRTY)
        assert self.stored() == [self.CLEAN]

    def test_fixtures(self):
        row = {"model": "articles.author", "pk": 7, "fields": {"name": self.DIRTY, "slug": "x"}}
        for one in serializers.deserialize("json", json.dumps([row])):
            one.save()
        assert self.stored() == [self.CLEAN]

    def test_forms(self):
        form = modelform_factory(Author, fields=["name", "slug"])({"name": self.DIRTY, "slug": "x\u200b"})
        form.save()
        assert self.stored() == [self.CLEAN]

    def test_tags_and_people_of_other_packages(self):
        Tag.objects.create(name="\u200bBudget\ufeff ")
        Tag.objects.bulk_create([Tag(name="Cafe\u0301", slug="Cafe")])
        get_user_model().objects.create(username="x", first_name="A\u200bnna", last_name="I\u0301")
        assert set(Tag.objects.values_list("name", flat=True)) == {"Budget", "Café"}
        assert get_user_model().objects.values_list("first_name", "last_name").get() == ("Anna", "Í")

    def test_corrections_within_json(self):
        article = make_article(dated_corrections=[{"day": "2026-01-02", "text": "Jose\u0301\u200b."}])
        article.refresh_from_db()
        assert article.dated_corrections == [{"day": "2026-01-02", "text": "José."}]
        Article.objects.update(dated_corrections=[{"day": "2026-01-02", "text": "\u200ba"}])
        article.refresh_from_db()
        assert article.dated_corrections[0]["text"] == "a"

    def test_a_headline_of_nothing_is_refused(self):
        form = modelform_factory(Article, fields=["headline"])({"headline": "\u200b\u2060"})
        assert form.errors == {"headline": ["This field is required."]}


class CharacterTests(SimpleTestCase):
    def test_nothing_that_shows_nothing_stays_between_letters(self):
        for code in range(sys.maxunicode + 1):
            one = chr(code)
            if unicodedata.category(one) in {"Cc", "Cf", "Cs"} and one not in "\t\n\r\x0b\x0c":
                visible = (
                    unicodedata.name(one, "").startswith(
                        ("ARABIC", "SYRIAC ABB", "KAITHI", "EGYPTIAN")  # signs around numbers, and of layout
                    )
                    and one != "\u061c"
                )
                assert normalise(f"a{one}b") == (f"a{one}b" if visible else "ab"), hex(code)

    def test_what_joins_stays(self):
        for text in (
            "می\u200cخواهم",
            "क्\u200dष",
            "👨\u200d👩\u200d👧",
            "❤\ufe0f\u200d🔥",
            "1\ufe0f\u20e3",
            "שלום\u200f!",
            "葛\U000e0100",
        ):
            assert normalise(text) == text == normalise_html(text)
        flag = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
        assert normalise(flag) == flag

    def test_soft_hyphens_stay_in_words_of_a_body(self):
        body = "<p>Par\u00adlia\u00adment</p>"
        assert clean(body) == body
        assert clean("<p>a \u00adb\u00ad</p>") == "<p>a b</p>"
        assert normalise("Par\u00adlia\u00adment") == "Parliament"

    def test_a_sign_after_a_tag_does_not_eat_it(self):
        assert clean("<p><strong>\u0338x</strong></p>") == "<p><strong>\u0338x</strong></p>"

    def test_it_changes_nothing_twice(self):
        pool = [
            "a",
            " ",
            "<",
            ">",
            "e\u0301",
            "\u0338",
            "\u200b",
            "\u200c",
            "\u200d",
            "\u00ad",
            "\ufe0f",
            "ی",
            "क",
            "्",
            "❤",
            "👨",
            "\u2800",
        ]
        for number in range(20_000):
            text = "".join(pool[number * step % 9973 % len(pool)] for step in range(1, 9))
            for way in (normalise, normalise_html):
                assert way(way(text)) == way(text)
