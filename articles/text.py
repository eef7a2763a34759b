"""Plain text that people type: what may not be in it, and the lists they write line by line."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

# C0 and C1 controls but tab and line breaks; bidirectional overrides can make text read as something else.
# Half surrogates can't be encoded; the last two numbers of each plane and 32 of the first are no characters at all.
NONE = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
CONTROL = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff{NONE}]")


def strip_control(value: str) -> str:
    """``value`` without control characters, with plain line breaks."""
    return CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


class _TypedText(forms.CharField):
    """What a form takes as text: whoever types control characters alone has typed nothing."""

    def to_python(self, value):
        return super().to_python(strip_control(value) if isinstance(value, str) else value)


class _TypedWord(forms.SlugField):
    """A slug typed with capitals is the one without."""

    def to_python(self, value):
        return (super().to_python(value) or "").lower()


class _Cleaned:
    """A text field that strips control characters on every way into the database, in forms before they ask for text."""

    def to_python(self, value):  # get_prep_value() asks it, too
        value = super().to_python(value)
        return strip_control(value) if isinstance(value, str) else value

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": _TypedText} | kwargs)

    def pre_save(self, instance, add):
        value = super().pre_save(instance, add)
        if isinstance(value, str):
            value = strip_control(value)
            setattr(instance, self.attname, value)
        return value


class SlugWord(models.SlugField):
    """The word of an address, stored in small letters: capitals make no other address."""

    def clean(self, value, model_instance):
        return super().clean(value.lower() if isinstance(value, str) else value, model_instance)

    def pre_save(self, instance, add):
        value = (super().pre_save(instance, add) or "").lower()
        setattr(instance, self.attname, value)
        return value

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": _TypedWord} | kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.SlugField", args, kwargs  # the database knows no difference


class LineField(_Cleaned, models.CharField):
    """One line of text."""


class ProseField(_Cleaned, models.TextField):
    """Lines of plain text."""


def validate_links(value: str) -> None:
    """Refuse anything but one https address a line."""
    check = URLValidator(schemes=["https"])
    for line in value.split():
        try:
            check(line)
        except ValidationError:
            message = _("“%(line)s” is not an address beginning with https://. Write one address a line.")
            raise ValidationError(message, params={"line": line}) from None


# Letters of the paper's languages as spelled with a-z; the rest of a slug comes from Unicode's own decomposition.
SPELLED = "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya gh q ng o u u h a i h j i u"
CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяғқңөұүһәіҳҷӣӯ", SPELLED.split(), strict=True))
LATIN = {"ə": "a", "ı": "i", "ş": "sh", "ž": "zh", "ň": "ng", "ý": "y", "ç": "ch", "ğ": "gh", "ʻ": "", "ʼ": ""}


def make_slug(value: str, length: int = 80) -> str:
    """``value`` in letters a-z, digits and hyphens, cut after a whole word; may be empty."""
    spelled = "".join(CYRILLIC.get(letter, LATIN.get(letter, letter)).replace("_", "") for letter in value.lower())
    slug = slugify(spelled)
    return slug if len(slug) <= length else slug[: length + 1].rpartition("-")[0] or slug[:length]
