from collections.abc import Iterable

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONGEST_CHAIN = 50  # of rows merged one into the next


class Merge(models.Model):
    """Two tags, authors or sections that became one, with all that is needed to undo it."""

    class Kind(models.TextChoices):
        TAG = "tag", _("tag")
        AUTHOR = "author", _("author")
        SECTION = "section", _("section")

    class Stage(models.TextChoices):
        MOVING = "moving", _("going on")
        DONE = "done", _("done")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    stage = models.CharField(_("state"), max_length=10, choices=Stage, default=Stage.MOVING)
    gone = models.BigIntegerField(_("number"))  # of the row that was merged away
    gone_name = models.CharField(_("merged"), max_length=120)
    gone_path = models.CharField(_("address"), max_length=255)
    gone_values = models.JSONField(default=dict)  # its columns, to create it again
    stays = models.BigIntegerField(_("number"))
    stays_name = models.CharField(_("into"), max_length=120)
    given = models.JSONField(default=dict)  # what the remaining row was given: values of empty columns, editors
    rows = models.PositiveIntegerField(_("rows"), default=0)  # that were moved so far
    left = models.PositiveIntegerField(default=0)  # rows that could not be moved back
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+", null=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    # Without a constraint: whoever clears the log of old entries need not know of merges.
    entry = models.OneToOneField(LogEntry, models.SET_NULL, related_name="merge", null=True, db_constraint=False)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-pk"]
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["kind", "gone"], name="merge_by_gone"),
            models.Index(fields=["kind", "stays"], name="merge_by_stays"),
        ]
        constraints = [
            models.UniqueConstraint("kind", condition=Q(stage__in=["moving", "undoing"]), name="one_open_merge_a_kind"),
            models.CheckConstraint(condition=~Q(gone=models.F("stays")), name="merge_is_of_two"),
        ]

    def __str__(self):
        return f"{self.gone_name} → {self.stays_name}"

    @property
    def is_open(self) -> bool:
        """Whether its rows are still being moved, forward or back."""
        return self.stage in {self.Stage.MOVING, self.Stage.UNDOING}


class MergedRows(models.Model):
    """The rows of one table that one batch of a merge changed."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="batches")
    label = models.CharField(max_length=50)  # of the model
    moved = models.JSONField(default=list)  # their primary keys; of listings, what each edition had of either section
    taken = models.JSONField(default=list)  # columns of rows that were removed, times in ISO 8601

    def __str__(self):
        return f"{self.label}: {len(self.moved)}"


def successors(kind: str, numbers: Iterable[int]) -> dict[int, int]:
    """Return into what each merged row among ``numbers`` was merged in the end, by primary key."""
    standing = Merge.objects.filter(kind=kind, stage__in=[Merge.Stage.MOVING, Merge.Stage.DONE])
    steps: dict[int, int] = {}
    open_pks = set(numbers)
    for _step in range(LONGEST_CHAIN):
        next_steps = (
            dict(standing.filter(gone__in=open_pks).order_by("pk").values_list("gone", "stays")) if open_pks else {}
        )
        steps |= next_steps
        open_pks = set(next_steps.values()) - steps.keys()
        if not open_pks:
            break
    return {number: _last(steps, number) for number in steps}


def all_successors(kind: str) -> dict[int, int]:
    """Return into what each merged row of ``kind`` was merged in the end, by primary key."""
    standing = Merge.objects.filter(kind=kind, stage__in=[Merge.Stage.MOVING, Merge.Stage.DONE])
    steps = dict(standing.order_by("pk").values_list("gone", "stays"))
    return {number: _last(steps, number) for number in steps}


def still_there(model: type[models.Model], keys: Iterable[int | None]) -> list[int]:
    """Return ``keys`` of authors or sections in order, merged ones replaced by what they were merged into, none twice.

    Those of rows that no longer exist are left out.
    """
    pks = [key for key in keys if key]
    existing = _existing(model, pks)
    if lacking := set(pks) - existing:
        now = successors(model._meta.model_name or "", lacking)
        pks = [now.get(key, key) for key in pks]
        existing |= _existing(model, now.values())
    return [key for key in dict.fromkeys(pks) if key in existing]


def _existing(model: type[models.Model], keys: Iterable[int]) -> set[int]:
    return set(model._base_manager.filter(pk__in=list(keys)).values_list("pk", flat=True))


def _last(steps: dict[int, int], number: int) -> int:
    for _step in range(LONGEST_CHAIN):
        if number not in steps:
            break
        number = steps[number]
    return number
