from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.edition import FOR_EVER

SLOTS = 9  # 1 leads the page, 2 to 5 stand beside it, the others head the list


class PlacementQuerySet(models.QuerySet):
    def standing(self, at=None):
        """Those in force at ``at`` (now); in each slot the one that started last comes first."""
        at = at or timezone.now()
        return self.filter(starts_at__lte=at, ends_at__gt=at).order_by("slot", "-starts_at")


class Placement(models.Model):
    """An article pinned to a slot of the front page for a span of time."""

    slot = models.PositiveSmallIntegerField(
        _("slot"),
        validators=[MinValueValidator(1), MaxValueValidator(SLOTS)],
        help_text=_("1 leads the page, 2 to 5 stand beside it, 6 to 9 head the list."),
    )
    article = models.ForeignKey(
        "articles.Article", models.CASCADE, verbose_name=_("article"), related_name="placements"
    )
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), default=FOR_EVER)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("front page")
        ordering = ["slot", "-starts_at"]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="placement_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="placement_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=SLOTS), name="placement_slot_exists"),
            models.UniqueConstraint("slot", "starts_at", name="one_placement_a_slot_and_start"),
        ]

    def __str__(self):
        return f"{self.slot}: {self.article}"
