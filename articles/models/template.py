from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from articles.languages import django_language, has_django_words
from articles.models.copy import BodyField, Kind
from articles.models.language import LanguageField
from articles.models.named import Named, NamedQuerySet
from articles.text import LineField, NormalJSONField, ProseField

DAYS = {"{date}": "j E Y", "{weekday}": "l"}  # placeholders for the day on which an article is begun
DAYS_IN_NUMBERS = {"{date}": "d.m.Y"}


class Template(Named):
    """The beginning of an article that is written regularly, like the market wrap; editors maintain them."""

    is_frozen = False  # as a working copy's body

    name = LineField(_("name"), max_length=80, help_text=_("What it is for, like “Market wrap”."))
    headline = LineField(
        _("headline"),
        max_length=200,
        blank=True,
        help_text=_("{date} and {weekday} become those of the day on which an article is begun; in the text, too."),
    )
    standfirst = ProseField(_("standfirst"), max_length=400, blank=True)
    body = BodyField(_("body"), blank=True)
    section = models.ForeignKey(
        "articles.Section",
        models.SET_NULL,
        verbose_name=_("section"),
        related_name="templates",
        null=True,
        blank=True,
    )
    tags = NormalJSONField(_("tags"), default=list, blank=True)  # names, so that those merged since find the other tag
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.NEWS)
    language = LanguageField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("kept by"),
        related_name="+",
        null=True,
        editable=False,
    )
    made_at = models.DateTimeField(_("kept"), auto_now_add=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"],  # the database's own lower() knows only some alphabets
                condition=~Q(name_key=""),  # empty for an invisible name, and for rows stored by older code
                name="one_template_a_key",
                violation_error_message=_("There is a template of this name. Give this one another."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="template_has_a_name",
                violation_error_message=_("A template needs a name."),
            ),
        ]

    def __str__(self):
        return self.name

    def validate_constraints(self, exclude=None):
        """Validate the constraint on the key together with the name, because the key is in no form."""
        exclude = set(exclude or ())
        super().validate_constraints(exclude=exclude if "name" in exclude else exclude - {"name_key"})

    def written_on(self, day: date, text: str) -> str:
        """Return ``text`` with the date and weekday of ``day`` filled in, in the template's language.

        In a language without words for them the date has numbers alone, and the mark of the weekday stays.
        """
        with override(django_language(self.language)):
            for mark, form in (DAYS if has_django_words(self.language) else DAYS_IN_NUMBERS).items():
                text = text.replace(mark, date_format(day, form))
        return text
