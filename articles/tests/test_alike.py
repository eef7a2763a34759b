"""Letters of any alphabet are the same in capitals and not, on either database."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.core.exceptions import ValidationError
from django.forms import modelform_factory
from django.test import TestCase
from taggit.models import Tag

from articles.admin.article.steps import writer_named
from articles.admin.person.form import PersonForm
from articles.admin.tag import TagForm
from articles.desk import merges, roles
from articles.desk.people import links
from articles.folding import begins, same
from articles.models import Merge, Redirect
from articles.tests.factories import make_chief, make_user

ASCII_ALONE = re.compile(r"__i(exact|contains|startswith|endswith|regex)\b")
KNOWN = {'name = lookups.get("name", lookups.get("name__iexact"))', "lookups.keys() <= {"}


class FilterTests(TestCase):
    def test_capitals_of_every_alphabet_are_the_same_and_other_letters_are_not(self):
        for name in ("Chief", "ЖИБЕК", "Ñandú", "Ұлан", "Ўктам", "ΣΟΦΙΑ"):
            user = make_user(username=name)
            for typed in (name, name.lower(), name.upper(), name.swapcase()):
                with self.subTest(name, typed=typed):
                    assert User.objects.filter(same("username", typed)).get() == user
                    assert User.objects.filter(begins("username", typed[:3])).get() == user
            assert not User.objects.filter(same("username", name[:-1])).exists()
            assert not User.objects.filter(same("username", f"{name}\n")).exists()

    def test_signs_stand_for_themselves(self):
        for text in (
            "a.b",
            "a+b@c.d",
            "a_b-c",
            "a*b",
            "(a)[b]{c}",
            "a|b^c$",
            "a\\d",
            "a/b?c=d&e#f%20",
            "a b~!,;:<>'\"`",
        ):
            user = make_user(username=text)
            with self.subTest(text):
                assert User.objects.filter(same("username", text.upper() if "\\" not in text else text)).get() == user
                assert User.objects.filter(begins("username", text)).get() == user
            user.delete()
        make_user(username="axb")
        assert not User.objects.filter(same("username", "a.b")).exists()
        assert not User.objects.filter(same("username", "a_b")).exists()

    def test_no_code_compares_by_the_database_that_knows_ascii_alone(self):
        found = []
        for app in ("articles", "ground", "newsroom", "tickers"):
            for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
                if {"tests", "migrations"} & set(path.parts):
                    continue
                lines = path.read_text().splitlines()
                found += [
                    f"{path}: {line.strip()}" for line in lines if ASCII_ALONE.search(line) and not _is_known(line)
                ]
        assert found == [], "use articles.folding.same() or begins(), or a search"


def _is_known(line):
    """What only names a lookup, or tells of one."""
    return any(known in line for known in KNOWN) or line.strip().startswith('"""')


class PlacesTests(TestCase):
    """Every place that asks whether a name or an address is there already, or whose it is."""

    def setUp(self):
        roles.make_groups()
        self.chief = make_chief()

    def person_form(self, **typed):
        form = PersonForm(typed)
        form.by = self.chief
        form.is_valid()
        return form

    def test_logins(self):
        PersonForm.by = self.chief
        self.addCleanup(delattr, PersonForm, "by")
        make_user(username="Жибек", email="Жибек@Пример.kg")
        form = self.person_form(username="ЖИБЕК", email="жибек@пример.kg", first_name="A", last_name="B")
        assert "already" in str(form.errors["username"])
        make_user(roles.REPORTER, username="Улан")
        assert writer_named("УЛАН").username == "Улан"

    def test_mail_addresses_that_ask_for_a_password(self):
        user = make_user(username="a", email="Жибек@example.kg")
        user.set_password("a-long-password")
        user.save()
        links.mail_asked_for.func("жибек@EXAMPLE.kg")
        assert len(mail.outbox) == 1

    def test_addresses_of_tags(self):
        tag = Tag.objects.create(name="Wool", slug="wool")
        Tag.objects.filter(pk=tag.pk).update(slug="Жүн")
        form = modelform_factory(Tag, form=TagForm, fields=["name", "slug"])({"name": "Felt", "slug": "жүн"})
        form.is_valid()
        assert "Another tag has this address" in str(form.errors["slug"])

    def test_addresses_that_redirects_lead_to(self):
        for target in ("/Жүн/", "/ЖҮН/felt/", "/%D0%96%D2%AF%D0%BD/"):
            other = Redirect.objects.create(source="/old", target=target)
            with self.subTest(target):
                redirect = Redirect(source="/жүн/", kind="prefix", target="/wool/")
                with self.assertRaisesMessage(ValidationError, "leads here"):
                    redirect.clean()
            other.delete()
        Redirect.objects.create(source="/old", target="/Жүндөр/")
        Redirect(source="/жүн/", kind="prefix", target="/wool/").clean()

    def test_address_that_a_merge_would_give_back(self):
        gone, stays = (Tag.objects.create(name=name, slug=name.lower()) for name in ("Жүн", "Wool"))
        merges.start_merge(gone, stays, by=self.chief)
        other = Tag.objects.create(name="Other", slug="other")
        Tag.objects.filter(pk=other.pk).update(slug="ЖҮН")
        assert "has its address now" in merges.why_not_undone(Merge.objects.get(), self.chief)
