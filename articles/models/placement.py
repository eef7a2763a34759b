from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.text import LineField
from ground.addresses import is_local
from ground.times import FOR_EVER

SLOTS = 9  # of the front page: 1 is the lead, 2 and 3 go with it, 4 to 6 stand below, the others head the list
SECTION_SLOTS = 5  # of a section's top
WRONG_LINK = _("Write a page of this paper like /latest/, or https://…")


class PlacementQuerySet(models.QuerySet):
    def on(self, section=None):
        """Return placements on the front page, or on the top of ``section``."""
        return self.filter(section=section)

    def standing(self, at=None):
        """Return placements in force at ``at`` (now); in each slot the one that started last comes first."""
        at = at or timezone.now()
        return self.filter(starts_at__lte=at, ends_at__gt=at).order_by("slot", "-starts_at")


class Placement(models.Model):
    """An article pinned to a slot of the front page, or of a section's top, for a span of time."""

    class Crop(models.TextChoices):
        WIDE = "wide", _("wide, 16:9")
        CARD = "card", _("card, 4:3")
        SQUARE = "square", _("square")

    section = models.ForeignKey(
        "articles.Section", models.CASCADE, verbose_name=_("section"), related_name="placements", null=True, blank=True
    )  # None: the front page
    slot = models.PositiveSmallIntegerField(
        _("slot"),
        validators=[MinValueValidator(1), MaxValueValidator(SLOTS)],
        help_text=_("1 leads the page, 2 and 3 belong to it, 4 to 6 stand below it, 7 to 9 head the list."),
    )
    article = models.ForeignKey(
        "articles.Article", models.CASCADE, verbose_name=_("article"), related_name="placements"
    )
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), default=FOR_EVER)

    headline = LineField(
        _("headline here"), max_length=200, blank=True, default="", db_default="", help_text=_("For this place only.")
    )
    kicker = LineField(
        _("kicker here"), max_length=60, blank=True, default="", db_default="", help_text=_("For this place only.")
    )
    image = models.ForeignKey(
        "articles.Image",
        models.PROTECT,
        verbose_name=_("picture here"),
        related_name="placements",
        null=True,
        blank=True,
        help_text=_("For this place only."),
    )
    crop = models.CharField(
        _("crop here"),
        max_length=8,
        choices=Crop,
        blank=True,
        default="",
        db_default="",
        help_text=_("For this place only; empty: the place’s own shape."),
    )

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("front page")
        ordering = ["slot", "-starts_at"]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="placement_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="placement_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=SLOTS), name="placement_slot_exists"),
            models.UniqueConstraint(
                "slot", "starts_at", condition=Q(section=None), name="one_front_placement_a_slot_and_start"
            ),
            models.UniqueConstraint("section", "slot", "starts_at", name="one_placement_a_section_slot_and_start"),
            models.CheckConstraint(
                condition=Q(crop__in=["", "wide", "card", "square"]), name="placement_crop_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.slot}: {self.article}"


class BoardRevision(models.Model):
    """The placements of the front page, or of a section's top, after one save of the board."""

    section = models.ForeignKey(
        "articles.Section", models.CASCADE, verbose_name=_("section"), related_name="board_revisions", null=True
    )
    placements = models.JSONField(_("placements"))  # of those not yet ended: every column, times in ISO 8601, UTC
    note = LineField(_("note"), max_length=300, blank=True)
    slots = models.PositiveSmallIntegerField(_("number of places"), null=True)  # None: as many as there can be
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+", null=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("save of a board")
        verbose_name_plural = _("saves of boards")
        ordering = ["-pk"]
        default_permissions = ["view"]
        indexes = [models.Index(fields=["section", "-id"], name="boardrevision_newest")]

    def __str__(self):
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.note}"


class AlertQuerySet(models.QuerySet):
    def standing(self, at=None):
        """Return alerts in force at ``at`` (now), the newest first."""
        at = at or timezone.now()
        return self.filter(starts_at__lte=at, ends_at__gt=at).order_by("-starts_at", "-pk")

    def not_over(self, at=None):
        """Return alerts in force at ``at`` (now) or later, in order of their start; they are few, as each ends."""
        return self.filter(ends_at__gt=at or timezone.now()).order_by("starts_at", "pk")

    def at_the_same_time_as(self, alert):
        """Return other alerts whose time overlaps with that of ``alert``, the one that hides the others first."""
        return (
            self.filter(starts_at__lt=alert.ends_at, ends_at__gt=alert.starts_at)
            .exclude(pk=alert.pk)
            .order_by("-starts_at", "-pk")
        )


class Alert(models.Model):
    """A line of breaking news above every page, for a span of time; it always has an end."""

    text = LineField(_("text"), max_length=200)
    link = LineField(
        _("link"),
        max_length=400,
        blank=True,
        validators=[RegexValidator(r"^(/(?!/)|https://)", WRONG_LINK)],
        help_text=_("A page of this paper, like /latest/, or an address that begins with https://."),
    )
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("breaking alert")
        verbose_name_plural = _("breaking alerts")
        ordering = ["-starts_at", "-pk"]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="alert_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="alert_ends_after_it_starts",
                violation_error_message=_("It must end after it starts."),
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="alert_has_a_text", violation_error_message=_("An alert needs a text.")
            ),
        ]

    def __str__(self):
        return self.text

    def clean(self):
        """Refuse a link that looks like a page of this paper and leads a browser elsewhere."""
        if self.link.startswith("/") and not is_local(self.link):
            raise ValidationError({"link": WRONG_LINK})
