from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import get_resolver
from django.utils.translation import gettext_lazy as _

from articles.models.site import validate_time_zone
from articles.text import LineField, ProseField, SlugWord
from ground.compiled_queries import CompiledQuery

# First words of addresses without a route of ours that others ask for: files, probes, a page of its own kind.
ALSO_RESERVED = frozenset(
    ["about", "healthz", "media", "news-sitemap", "page", "readyz", "robots", "sitemap", "static"]
)
FEED_SLUGS = ["atom", "feed"]  # last parts of addresses within a section


@cache
def reserved_slugs() -> frozenset[str]:
    """Return the first words of addresses that other pages have; they are read from all routes."""
    resolver = get_resolver()
    ways = [way for _name, entry in resolver.reverse_dict.lists() for way in entry]
    shapes = [shape for possibilities, *_rest in ways for shape, _names in possibilities]
    shapes += [prefix for prefix, _resolver in resolver.namespace_dict.values()]
    words = {shape.partition("/")[0] for shape in shapes}
    return ALSO_RESERVED | {word for word in words if word and "%" not in word}


class SectionQuerySet(models.QuerySet):
    def with_parent(self):
        """Return sections with what an address needs, in one query."""
        return self.select_related("parent")


class Section(models.Model):
    """A part of the paper that collects articles: a theme or a country, in a tree of two levels."""

    class Kind(models.TextChoices):
        THEME = "theme", _("theme")
        COUNTRY = "country", _("country")

    name = LineField(_("name"), max_length=80)
    slug = SlugWord(
        _("slug"),
        max_length=60,
        help_text=_(
            "The word in the section's address, like “business-economy”. Change it when you must: the old address, its "
            "feeds and months lead to the new one for good."
        ),
        validators=[RegexValidator(r"[a-z]", _("A slug needs at least one letter from a to z."))],
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.THEME)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("within"), related_name="children", null=True, blank=True
    )
    description = ProseField(_("description"), blank=True, help_text=_("Shown at the top of the section's page."))
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Small numbers come first."))
    in_menu = models.BooleanField(_("in the menu"), default=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        default="",
        db_default="",
        validators=[validate_time_zone],
        help_text=_("Readers see the time there, by the name of its city."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"^[A-Za-z]{3}\Z", _("A currency has a code of three letters, like KGS."))],
        help_text=_("Its code, like KGS: readers see what a dollar costs, if that pair is among the paper's."),
    )
    in_row = models.BooleanField(
        _("in the row of countries"),
        default=True,
        db_default=True,
        help_text=_(
            "At the top of the front page, with its time, its rate and its newest article; if it is in the menu."
        ),
    )
    has_shelf = models.BooleanField(
        _("a shelf of its own"),
        default=False,
        db_default=False,
        help_text=_("On the front page, with the newest that is listed under it and stands on no shelf above."),
    )
    editors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("section editors"),
        related_name="edited_sections",
        blank=True,
        help_text=_("They edit, approve and publish here and in the sections within, if they are section editors."),
    )

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint("parent", "slug", name="one_section_a_slug_within_its_parent"),
            models.UniqueConstraint("slug", condition=Q(parent=None), name="one_top_section_a_slug"),
            models.CheckConstraint(
                condition=~Q(slug=Upper("slug")),  # neither empty nor a number, on every database
                name="section_slug_has_a_letter",
                violation_error_message=_("A slug needs at least one letter from a to z."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="section_has_a_name",
                violation_error_message=_("A section needs a name."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="section_is_not_its_own_parent",
                violation_error_message=_("A section does not lie within itself."),
            ),
            models.CheckConstraint(condition=Q(kind__in=["theme", "country"]), name="section_kind_is_known"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"/{self.parent.slug}/{self.slug}/" if self.parent else f"/{self.slug}/"

    @property
    def is_country(self) -> bool:
        """Whether it is a top-level country, which may have its own place on the front page."""
        return self.kind == self.Kind.COUNTRY and self.parent_id is None

    def clean(self):
        self.slug = (self.slug or "").lower()
        self.currency = (self.currency or "").upper()
        if self.slug in (FEED_SLUGS if self.parent_id else reserved_slugs()):
            raise ValidationError({"slug": _("“%(slug)s” is the address of another page.") % {"slug": self.slug}})
        if self.parent and (self.parent.parent_id or self.parent_id == self.pk):
            raise ValidationError({"parent": _("Choose a section of the first level: the tree has two.")})
        self._clean_country()
        if self.pk:
            self._clean_move()

    def _clean_country(self):
        """Refuse what only a country can have, as a theme always has a shelf and belongs to no place."""
        country_fields = {"time_zone": self.time_zone, "currency": self.currency, "has_shelf": self.has_shelf}
        if not self.is_country and any(country_fields.values()):
            refusal = _("Only a country of the first level has this.")
            raise ValidationError({name: refusal for name, value in country_fields.items() if value})

    def _clean_move(self):
        """Refuse to move a section with editions, as editions stay listed under the parents they were published in."""
        moved = Section.objects.filter(pk=self.pk).exclude(parent=self.parent_id).exists()
        if self.parent_id and self.children.exists():
            raise ValidationError({"parent": _("This section has sections within it, so it stays at the first level.")})
        if moved and self.edition_listings.exists():
            raise ValidationError({"parent": _("Articles were published here, so the section stays where it is.")})


SECTIONS = CompiledQuery(Section, lambda keys: Section.objects.filter(pk__in=keys), joins={"parent": ["description"]})
