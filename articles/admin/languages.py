"""The paper's languages as its settings take them: one a line, a code and the name in the language itself."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.languages import canonical_code, direction, language_attributes, name_of_language
from articles.models import Article, Template
from articles.models.language import first_languages
from ground.characters import normalise

MOST = 60
LONGEST_NAME = 60
LONGEST = 10_000  # characters typed
HELP = gettext_lazy(
    "One in a line, in the order in which they are offered: its code, like kk, uz-Cyrl or fa-AF, and its name in the "
    "language itself. A usual name is filled in where you leave it out. Empty: those of a new paper."
)


class LanguagesField(forms.CharField):
    """Languages, each ``{"code": "uz-Cyrl", "name": "Ўзбекча"}``, typed as lines."""

    widget = forms.Textarea({"rows": 8, "cols": 40, "spellcheck": "false"})

    def prepare_value(self, value):
        """Return stored languages as lines; a typed text stays as it is."""
        return "\n".join(f"{row['code']} {row['name']}" for row in value) if isinstance(value, list) else value

    def clean(self, value):
        lines = [line.split() for line in normalise(super().clean(value))[:LONGEST].splitlines() if line.strip()]
        if len(lines) > MOST:
            raise ValidationError(_("At most %(most)d languages."), params={"most": MOST})
        languages = [_language(*words) for words in lines] or first_languages()
        for part in ("code", "name"):
            values = [language[part] for language in languages]
            if twice := next((value for value in values if values.count(value) > 1), None):
                raise ValidationError(_("“%(twice)s” is there twice: take one out."), params={"twice": twice})
        return languages

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        try:
            return self.clean(data) != initial
        except ValidationError:
            return True


def _language(typed_code, *words):
    """Return the language of a line; raise ``ValidationError`` if it begins with no code or has no usable name."""
    code = canonical_code(typed_code)
    if not code:
        text = _("“%(code)s” is not the code of a language, like kk, uz-Cyrl or fa-AF: begin the line with one.")
        raise ValidationError(text, params={"code": typed_code[:LONGEST_NAME]})
    name = " ".join(words) or name_of_language(code)
    if name == code:
        raise ValidationError(_("Write the name of the language behind %(code)s, in itself."), params={"code": code})
    if len(name) > LONGEST_NAME:
        text = _("The name of %(code)s is too long: %(most)d characters are the most.")
        raise ValidationError(text, params={"code": code, "most": LONGEST_NAME})
    return {"code": code, "name": name}


def check_none_in_use(languages):
    """Raise ``ValidationError`` if an article or a template is in one of ``languages`` (stored ones)."""
    for language in languages:
        code = language["code"]
        articles, templates = (model.objects.filter(language=code).count() for model in (Article, Template))
        uses = [
            ngettext("%(count)d story", "%(count)d stories", articles) % {"count": articles} if articles else "",
            ngettext("%(count)d template", "%(count)d templates", templates) % {"count": templates}
            if templates
            else "",
        ]
        if any(uses):
            text = _("“%(code)s %(name)s” stays: %(uses)s are in it. Put the line back.")
            raise ValidationError(text, params=language | {"uses": _(" and ").join(filter(None, uses))})


def languages_in_words(languages):
    """Return ``languages`` (stored ones) as HTML, each with the direction in which it is written."""
    directions = {"ltr": _("left to right"), "rtl": _("right to left")}
    rows = ((language_attributes(row["code"]), row["name"], directions[direction(row["code"])]) for row in languages)
    return format_html_join("", "<div><span{}>{}</span>: {}</div>", rows)
