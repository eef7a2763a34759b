from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.models.site import SiteSettings
from articles.text import LineField


class MenuLink(models.Model):
    """A link that somebody put into one of the paper's menus; a menu without any shows its default links."""

    class Place(models.TextChoices):
        MENU = "menu", _("menu, first row")
        SECOND = "second", _("menu, second row")
        FOOTER = "footer", _("footer, under “More”")

    class Kind(models.TextChoices):
        OWN = "own", _("page of the paper’s own")
        SECTION = "section", _("section")
        PAGE = "page", _("page")
        TAG = "tag", _("tag")
        LINK = "link", _("another site")

    paper = models.ForeignKey(SiteSettings, models.CASCADE, related_name="menu_links", default=1, editable=False)
    place = models.CharField(max_length=10, choices=Place)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(max_length=10, choices=Kind)
    # The pk of a section, page or tag; no constraint, so that whoever deletes one need not know of menus.
    row = models.BigIntegerField(null=True)
    address = LineField(max_length=500, blank=True, default="")  # of the paper's own page, or of another site
    label = LineField(_("label"), max_length=60, blank=True, default="")
    named = LineField(max_length=120, blank=True, default="")  # the target's name when it was chosen

    class Meta:
        verbose_name = _("link in a menu")
        verbose_name_plural = _("links in menus")
        ordering = ["place", "order", "pk"]
        default_permissions = []
        constraints = [
            models.CheckConstraint(
                name="menu_link_leads_somewhere",
                condition=Q(kind__in=["own", "link"], row=None) & ~Q(address="")
                | Q(kind__in=["section", "page", "tag"], row__isnull=False, address=""),
            )
        ]

    def __str__(self):
        return self.label or self.named or self.address


class PaperMenus(SiteSettings):
    """The paper's settings once more, for the form of its menus."""

    class Meta:
        proxy = True
        verbose_name = _("menus and footer")
        verbose_name_plural = _("menus and footer")
