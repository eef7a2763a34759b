import re

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.text import LineField
from ground.characters import one_line

DIGITS = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})\Z", re.ASCII)
hex_colour = RegexValidator(r"\A#[0-9a-f]{6}\Z", _("Write the colour as # and six digits, like #a23a1a."))


class Font(models.TextChoices):
    """The fonts of readers' pages: two that are shipped, and those of a reader's device."""

    LITERATA = "literata", _("Literata, with serifs, made for reading")
    GOLOS = "golos", _("Golos Text, without serifs")
    SERIF = "serif", _("The device’s own with serifs: nothing to load")
    SANS = "sans", _("The device’s own without serifs: nothing to load")


class ColourField(LineField):
    """A colour, stored as # and six small hex digits, however it is typed: #A23, a2a233."""

    @staticmethod
    def normal(value):
        typed = one_line(value).lower()
        match = DIGITS.match(typed)
        if not match:
            return typed
        return "#" + (match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1]))


def _colour(label):
    return ColourField(label, max_length=7, blank=True, default="", db_default="", validators=[hex_colour])


def _font(label, usual):
    return models.CharField(label, max_length=10, choices=Font, default=usual, db_default=usual)


class Look(models.Model):
    """The look of the paper; an empty colour means the default one. See ``ground.colours``."""

    light_paper = _colour(_("background"))
    light_ink = _colour(_("text"))
    light_accent = _colour(_("links and labels"))
    light_saffron = _colour(_("ornaments"))
    dark_paper = _colour(_("background, in the dark"))
    dark_ink = _colour(_("text, in the dark"))
    dark_accent = _colour(_("links and labels, in the dark"))
    dark_saffron = _colour(_("ornaments, in the dark"))
    headline_font = _font(_("headlines"), Font.LITERATA)
    text_font = _font(_("texts"), Font.LITERATA)
    label_font = _font(_("menus, labels and captions"), Font.GOLOS)
    nameplate = models.FileField(_("nameplate"), max_length=100, blank=True, default="", db_default="")
    nameplate_dark = models.FileField(
        _("nameplate on dark ground"), max_length=100, blank=True, default="", db_default=""
    )

    class Meta:
        abstract = True

    def chosen(self, theme: str) -> dict[str, str]:
        """The colours chosen for ``light`` or ``dark``, by their names in ``ground.colours``."""
        names = ("paper", "ink", "accent", "saffron")
        return {name: colour for name in names if (colour := getattr(self, f"{theme}_{name}"))}
