"""Plain text that people type: form and model fields that normalise it, and lists line by line."""

from collections.abc import Iterable
from itertools import chain, count

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from ground.alphabets import spell
from ground.characters import normalise, one_line

RISKY = (*"=+-@\t\r\n", *"＝＋－＠")  # a spreadsheet reads such a cell as a formula


class TypedText(forms.CharField):
    """A form field that treats invisible characters as empty."""

    def to_python(self, value):
        return super().to_python(normalise(value) if isinstance(value, str) else value)


class _TypedSlug(forms.SlugField):
    """A slug without invisible characters that were pasted with it."""

    def to_python(self, value):
        return one_line(super().to_python(value) or "")


class _TypedWord(_TypedSlug):
    """A slug in small letters, however it is typed."""

    def to_python(self, value):
        return super().to_python(value).lower()


class _Normal:
    """A text field whose value is normalised whenever it is stored, and in forms before they require a text."""

    normal = staticmethod(normalise)

    def to_python(self, value):  # get_prep_value() calls it, too
        value = super().to_python(value)
        return self.normal(value) if isinstance(value, str) else value

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": TypedText} | kwargs)

    def pre_save(self, instance, add):
        value = super().pre_save(instance, add)
        if isinstance(value, str):
            value = self.normal(value)
            setattr(instance, self.attname, value)
        return value


class NotOurs:
    """A field that for the database and its migrations is Django's or another package's."""

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, self.known_as, args, kwargs


class SlugText(NotOurs, _Normal, models.SlugField):
    """The slug of an address."""

    known_as = "django.db.models.SlugField"
    normal = staticmethod(one_line)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": _TypedSlug} | kwargs)


class SlugWord(SlugText):
    """A word of an address, stored in small letters, because capitals make no other address."""

    def clean(self, value, model_instance):
        return super().clean(value.lower() if isinstance(value, str) else value, model_instance)

    def pre_save(self, instance, add):
        value = (super().pre_save(instance, add) or "").lower()
        setattr(instance, self.attname, value)
        return value

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": _TypedWord} | kwargs)


class LineField(_Normal, models.CharField):
    """One line of text."""

    normal = staticmethod(one_line)


class ProseField(_Normal, models.TextField):
    """Lines of plain text; only spaces count as empty."""

    @staticmethod
    def normal(value):
        value = normalise(value)
        return value if value.strip() else ""


class _ForeignLine(NotOurs, LineField):
    known_as = "django.db.models.CharField"


def adopt(model: type[models.Model], *names: str) -> None:
    """Make fields of a third-party ``model`` normalise values whenever they are stored, like ours."""
    for name in names:
        field = model._meta.get_field(name)
        field.__class__ = SlugWord if isinstance(field, models.SlugField) else _ForeignLine


class NormalJSONField(NotOurs, models.JSONField):
    """JSON values with texts that people typed."""

    known_as = "django.db.models.JSONField"

    def get_db_prep_value(self, value, connection, prepared=False):
        return super().get_db_prep_value(_all_normal(value), connection, prepared)

    def pre_save(self, instance, add):
        value = _all_normal(super().pre_save(instance, add))
        setattr(instance, self.attname, value)
        return value


def _all_normal(value):
    if isinstance(value, str):
        return normalise(value)
    if isinstance(value, list):
        return [_all_normal(item) for item in value]
    return {name: _all_normal(item) for name, item in value.items()} if isinstance(value, dict) else value


def validate_links(value: str) -> None:
    """Refuse anything but one https address a line."""
    check = URLValidator(schemes=["https"])
    for line in value.split():
        try:
            check(line)
        except ValidationError:
            message = _("“%(line)s” is not an address beginning with https://. Write one address a line.")
            raise ValidationError(message, params={"line": line}) from None


def make_slug(value: str, length: int = 80) -> str:
    """Return ``value`` in letters a-z, digits and hyphens, cut after a whole word; it may be empty."""
    slug = slugify(spell(value))
    return slug if len(slug) <= length else slug[: length + 1].rpartition("-")[0] or slug[:length]


def first_free(word: str, taken_words: Iterable[str]) -> str:
    """Return ``word``, or ``word`` with the first number that is not in ``taken_words``."""
    taken_set = set(taken_words)
    return next(
        candidate
        for candidate in chain([word], (f"{word}-{number}" for number in count(2)))
        if candidate not in taken_set
    )


def harmless_cell(cell: str) -> str:
    """Return a cell that no spreadsheet computes: a formula becomes text."""
    return f"'{cell}" if cell.startswith(RISKY) else cell
