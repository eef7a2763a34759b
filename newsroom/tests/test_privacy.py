"""docs/privacy.md names every table, and each column that is somebody's."""

import re

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import EmailField, GenericIPAddressField
from django.test import SimpleTestCase

from newsroom.tests.test_docs import reference, spans

PAGE = "docs/privacy.md"
TABLES = "Staff and authors, table by table"
OF_SOMEBODY = re.compile(
    r"(^|_)(e?mail(ed_to)?|browser|agent|password|phone|ip|uid|username|first_name|last_name)($|_)"
)
WITHOUT = {"by_mail", "mail_worked_at"}  # whether, and when
UNUSED = {"EmailAddress", "EmailConfirmation", "SocialToken", "SocialApp"}


def models():
    """Each table's model by its name, without proxies."""
    all_models = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    names = [model.__name__ for model in all_models]
    assert len(names) == len(set(names))
    return dict(zip(names, all_models, strict=True))


def columns_of_somebody(model):
    """The columns that name somebody, by what they are or what they are called."""
    for field in model._meta.local_fields:
        is_person = getattr(field, "related_model", None) is User or isinstance(
            field, EmailField | GenericIPAddressField
        )
        if is_person or (OF_SOMEBODY.search(field.name) and field.name not in WITHOUT):
            yield field.name


def tables():
    """The columns that the page names of each table."""
    lines = [line for line in reference(TABLES, PAGE).splitlines() if line.startswith("| `")]
    cells = [line.strip("|").split("|") for line in lines]
    return {name: set(spans(row[1])) for row in cells for name in spans(row[0])}


def without():
    """The tables that the page calls nobody's."""
    _before, _that, rest = reference(TABLES, PAGE).partition("\nNothing of anybody")
    return set(spans(rest))


class PrivacyTests(SimpleTestCase):
    def test_every_table_is_named_once(self):
        assert not tables().keys() & without()
        assert models().keys() == tables().keys() | without(), {
            "enter it": models().keys() - tables().keys() - without(),
            "it is gone": (tables().keys() | without()) - models().keys(),
        }

    def test_every_column_of_somebody_is_named(self):
        missing = {}
        for name, model in models().items():
            named = tables().get(name, set())
            if name not in UNUSED and (columns := set(columns_of_somebody(model)) - named):
                missing[name] = columns
        assert missing == {}

    def test_every_column_that_is_named_is_there(self):
        for name, columns in tables().items():
            there = {field.name for field in models()[name]._meta.local_fields}
            assert columns <= there, (name, columns - there)

    def test_every_cookie_is_named(self):
        from newsroom.desk import unsaved_forms
        from newsroom.desk.message_storage import MessageCookie

        cookies = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, MessageCookie.cookie_name}
        cookies |= {unsaved_forms.LAST_USER, unsaved_forms.SAVED}
        lines = [line for line in reference("Cookies", PAGE).splitlines() if line.startswith("| `")]
        assert {spans(line)[0] for line in lines} == cookies
