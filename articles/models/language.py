"""The language of a text: one of those that the paper chose in its settings."""

from typing import Any

from django import forms
from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.languages import FIRST_LANGUAGES, LONGEST_CODE, NAMES, direction, name_of_language, validate_code
from articles.text import NotOurs


def first_languages() -> list[dict[str, str]]:
    """Return the languages of a new paper."""
    return [{"code": code, "name": NAMES[code]} for code in FIRST_LANGUAGES]


def languages_of_paper() -> dict[str, str]:
    """Return the names of the paper's languages by their codes, in order; one query."""
    rows = apps.get_model("articles", "SiteSettings").objects.values_list("languages", flat=True).first()
    return {row["code"]: row["name"] for row in rows or first_languages()}


class LanguageSelect(forms.Select):
    """Names of languages, each in itself; scripts take ``lang`` and ``dir`` of the chosen one for the texts."""

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"] |= {"lang": value, "dir": direction(value)}
        return option


class LanguageChoice(forms.ChoiceField):
    """A choice of the paper's languages, and of the stored one if it isn't among them."""

    widget = LanguageSelect

    def __init__(self, *, max_length=None, empty_value="", **kwargs):
        super().__init__(**kwargs)

    def __deepcopy__(self, memo):
        """Return the field of one form, which reads the languages once."""
        field = super().__deepcopy__(memo)
        field.choices = list(languages_of_paper().items())
        return field

    def get_bound_field(self, form, field_name):
        stored = form.get_initial_for_field(self, field_name)
        offered: Any = self.choices
        if stored and stored not in dict(offered):
            self.choices = [*offered, (stored, name_of_language(stored))]
        return super().get_bound_field(form, field_name)


class LanguageField(NotOurs, models.CharField):
    """The code of a text's language."""

    known_as = "django.db.models.CharField"
    default_validators = [validate_code]

    def __init__(self, *args, **kwargs):
        usual: Any = {"verbose_name": _("language"), "max_length": LONGEST_CODE, "default": "en"}
        super().__init__(*args, **usual | kwargs)

    @property
    def flatchoices(self):
        """The names of languages by which the desk shows a stored one, whether the paper still offers it or not."""
        return list((NAMES | languages_of_paper()).items())

    def formfield(self, **kwargs):
        return super().formfield(**kwargs | {"form_class": LanguageChoice, "widget": LanguageSelect})
