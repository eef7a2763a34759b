import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles.body.markup import EDITOR, plain_text
from articles.models.copy import BodyField
from articles.models.section import Section, reserved_slugs
from articles.text import LineField, SlugWord

# Placeholders as the first pages have them; “[…]” alone marks an omission in a quotation.
TO_FILL_IN = re.compile(r"\[… [^\[\]]{1,200}\]")
FREE = {"about"}  # a reserved word that is kept for a page of this kind


class FlatPage(models.Model):
    """A page that stands by itself, like “About us”: written in the admin, live as soon as it is saved."""

    is_frozen = False  # as a working copy's body

    title = LineField(_("title"), max_length=120)
    slug = SlugWord(
        _("slug"),
        max_length=60,
        unique=True,
        help_text=_(
            "The word in the page's address, like “about”. After a change the old address leads to the new one."
        ),
        validators=[RegexValidator(r"[a-z]", _("A slug needs at least one letter from a to z."))],
    )
    description = LineField(
        _("description"), max_length=160, blank=True, help_text=_("Said of the page by search engines.")
    )
    body = BodyField(_("text"), blank=True, extensions={name: EDITOR[name] for name in EDITOR if "Rate" not in name})
    is_public = models.BooleanField(
        _("for readers"), default=True, db_default=True, help_text=_("Else it is a draft, which only the desk sees.")
    )
    in_footer = models.BooleanField(_("in the footer"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Small numbers come first."))
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["order", "title"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(slug=""),
                name="flat_page_has_a_title_and_slug",
                violation_error_message=_("A page needs a title and a slug."),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"/{self.slug}/"

    def clean(self):
        """Refuse an address that a section or another page of the paper has."""
        self._refuse_what_is_to_be_filled_in()
        is_taken = self.slug in reserved_slugs() - FREE
        if is_taken or Section.objects.filter(slug=self.slug, parent=None).exists():
            raise ValidationError({"slug": _("“%(slug)s” is the address of another page.") % {"slug": self.slug}})

    def _refuse_what_is_to_be_filled_in(self):
        texts = {"title": self.title, "description": self.description, "body": plain_text(self.body)}
        for name, text in texts.items():
            placeholders = TO_FILL_IN.findall(text) if self.is_public else []
            if placeholders:
                values = {"first": placeholders[0], "count": len(placeholders)}
                message = ngettext(
                    "“%(first)s” is to be filled in before readers see the page. Until then keep it a draft.",
                    "%(count)s places are to be filled in before readers see the page, first “%(first)s”. Until then "
                    "keep it a draft.",
                    len(placeholders),
                )
                raise ValidationError({name: message % values})
