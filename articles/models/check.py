import hashlib

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.text import LineField
from ground.http import normal


class Check(models.TextChoices):
    """A check of an article before it is published; ``readiness`` runs it.

    What no page can do without (a section, a body, an address of its own, existing pictures) always blocks and is not
    listed here.
    """

    HEADLINE_LENGTH = "headline_length", _("The headline has at most 110 characters")
    STANDFIRST = "standfirst", _("There is a standfirst, of at most 160 characters")
    LEAD_IMAGE = "lead_image", _("There is a lead picture")
    ALTERNATIVE = "alternative", _("Every picture has an alternative text, or is decorative")
    CREDIT = "credit", _("Every picture has a credit")
    LICENCE = "licence", _("No picture’s licence has run out")
    PICTURE_SIZE = "picture_size", _("The lead picture is at least 1200 pixels wide")
    BYLINE = "byline", _("There is a byline")
    TAGS = "tags", _("There is at least one tag")
    DESCRIPTION = "description", _("There is a description for search engines, or a standfirst")
    INTERNAL_LINKS = "internal_links", _("Links into the paper lead to live pages")
    EXTERNAL_LINKS = "external_links", _("Links to other sites answer")
    HEADING_ORDER = "heading_order", _("Headings are in order")
    RATES = "rates", _("Every exchange rate that the text refers to is known")
    FOOTNOTES = "footnotes", _("Every footnote says something, and stands where it has a mark")
    LEFTOVERS = "leftovers", _("No leftovers like TK, XXX or “lorem ipsum”")


class CheckRule(models.Model):
    """The weight of one check in a section, or without a section in the whole paper."""

    class Level(models.TextChoices):
        OFF = "off", _("off")
        ADVISORY = "advisory", _("advises")
        BLOCKING = "blocking", _("blocks publishing")

    section = models.ForeignKey(
        "articles.Section", models.CASCADE, verbose_name=_("section"), related_name="check_rules", null=True, blank=True
    )
    check_name = models.CharField(_("check"), max_length=20, choices=Check)
    level = models.CharField(_("weight"), max_length=8, choices=Level, default=Level.ADVISORY)

    class Meta:
        verbose_name = _("check before publishing")
        verbose_name_plural = _("checks before publishing")
        ordering = ["check_name"]
        constraints = [
            models.UniqueConstraint("section", "check_name", name="one_rule_a_check_and_section"),
            models.UniqueConstraint("check_name", condition=Q(section=None), name="one_rule_a_check_of_the_paper"),
        ]

    def __str__(self):
        return f"{self.get_check_name_display()}: {self.get_level_display()}"


class OutsideLinkQuerySet(models.QuerySet["OutsideLink"]):
    def about(self, hrefs):
        """Return the row of each of ``hrefs`` that has one, in one query."""
        digests = {href: address_digest(href) for href in hrefs}
        rows = {row.sha256: row for row in self.filter(sha256__in=set(digests.values()))}
        return {href: rows[key] for href, key in digests.items() if key in rows}


def address_digest(href: str) -> str:
    """Return the key of an address's row."""
    return hashlib.sha256(requested_address(href).encode("utf-8", "replace")).hexdigest()


def requested_address(href: str) -> str:
    """Return the address as it is requested, or unchanged if it is invalid."""
    try:
        return normal(f"https:{href}" if href.startswith("//") else href)
    except ValueError:
        return href


class OutsideLink(models.Model):
    """An address of another site that articles link to, and its last answer to the background task."""

    sha256 = models.CharField(max_length=64, unique=True)  # of the address
    address = models.TextField(_("address"))
    status = models.PositiveSmallIntegerField(_("status"), null=True)  # of HTTP; None: no answer, or not asked yet
    problem = LineField(_("problem"), max_length=200, blank=True, default="")  # outside.Trouble; empty: it answers
    checked_at = models.DateTimeField(_("looked at"), null=True)
    wanted_at = models.DateTimeField(default=timezone.now)  # when an article last asked for it

    objects = OutsideLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to another site")
        verbose_name_plural = _("links to other sites")
        ordering = ["-pk"]
        default_permissions = []

    def __str__(self):
        return self.address
