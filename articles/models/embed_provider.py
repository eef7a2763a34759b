from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.body.embed_patterns import PatternError
from articles.body.embeds import Shape, Site
from articles.text import LineField, ProseField


class EmbedProvider(models.Model):
    """A site, besides the built-in ones, whose pages can be embedded in an article."""

    name = LineField(_("name"), max_length=80, help_text=_("What readers are told: “on Name”."))
    addresses = ProseField(
        _("addresses"),
        max_length=2000,
        help_text=_(
            "One in a line, with a {name} for each part that differs: https://charts.example/{id}. {id:5} stands for "
            "five characters, {number} for a number, * at the end for whatever follows."
        ),
    )
    frame = LineField(
        _("address of the frame"),
        max_length=500,
        help_text=_(
            "What shows it, with the same names: https://charts.example/{id}/embed. {address} stands for the whole "
            "address. Nothing is loaded from it before a reader asks."
        ),
    )
    shape = models.CharField(_("shape"), max_length=10, choices=Shape, default=Shape.GRAPHIC)

    class Meta:
        verbose_name = _("embed provider")
        verbose_name_plural = _("embed providers")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "name", "shape", name="one_embed_provider_a_name_and_shape", violation_error_message=_("It is there.")
            )
        ]

    def __str__(self):
        return self.name

    def clean(self):
        try:
            Site.read(self.name, self.shape, self.addresses, self.frame)
        except PatternError as error:
            raise ValidationError({"frame" if self._are_addresses_fine() else "addresses": str(error)}) from error

    def _are_addresses_fine(self) -> bool:
        try:
            Site.read(self.name, self.shape, self.addresses, "https://frame.example/")
        except PatternError:
            return False
        return True

    def site(self) -> Site | None:
        """Return the site with its parsed address patterns; None if a pattern stored without the form is invalid."""
        try:
            return Site.read(self.name, self.shape, self.addresses, self.frame)
        except PatternError:
            return None
