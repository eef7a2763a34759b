from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.text import LineField


class Import(models.Model):
    """A named operation that brings what another system exported, which can be repeated and taken back."""

    class State(models.TextChoices):
        RUNNING = "running", _("under way")  # or ended in the middle: running it again goes on
        DONE = "done", _("done")
        TAKEN_BACK = "taken back", _("taken back")

    name = LineField(_("name"), max_length=80, unique=True)
    format = models.CharField(_("format"), max_length=20)  # a key of formats.READERS
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    mapping = models.JSONField(_("mapping"), default=dict)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RUNNING)
    run = models.PositiveIntegerField(_("times it ran"), default=0)  # each row has the last that came upon it
    counts = models.JSONField(_("items of the file by kind"), default=dict)
    began_at = models.DateTimeField(_("begun"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        default_permissions = []

    def __str__(self):
        return self.name


class ImportedRow(models.Model):
    """What became of one item of an export: the row made of it, or why there is none."""

    class Outcome(models.TextChoices):
        BROUGHT = "brought", _("brought")
        USED = "used", _("the paper had it")
        LEFT_OUT = "left out", _("left out")
        KEPT = "kept", _("changed here since, kept as it is")

    operation = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    key = models.CharField(_("key"), max_length=200)  # of the item in its source
    kind = models.CharField(_("kind"), max_length=40)
    came = models.CharField(max_length=64, blank=True, default="")  # hash of the item as it came
    model = models.CharField(max_length=40, blank=True, default="")  # label of the row's model
    row = models.BigIntegerField(null=True)
    made = models.CharField(max_length=64, blank=True, default="")  # hash of the row as it was made: see traces.py
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    why = models.TextField(_("why"), blank=True, default="")
    lacks_media = models.BooleanField(default=False)  # a picture was missing: a run that has it brings it
    seen = models.PositiveIntegerField(default=0)  # the last run whose file had it
    addresses = models.JSONField(default=list, blank=True)  # former paths

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ["pk"]
        default_permissions = []
        indexes = [
            models.Index(fields=["model", "row"], name="importedrow_of"),
            models.Index(fields=["operation", "kind", "outcome"], name="importedrow_by_outcome"),
        ]
        constraints = [models.UniqueConstraint("operation", "key", name="one_row_a_key_and_import")]

    def __str__(self):
        return self.key


class ImportedSource(models.Model):
    """A story as its source had it, packed, to compare with what was made of it."""

    row = models.OneToOneField(ImportedRow, models.CASCADE, primary_key=True, related_name="source")
    packed = models.BinaryField()  # JSON: title, text, format, and words that the search had not met before

    class Meta:
        verbose_name = _("source of a story")
        verbose_name_plural = _("sources of stories")
        default_permissions = []

    def __str__(self):
        return str(self.pk)


class ImportFinding(models.Model):
    """Something that the report tells: what was left out, repaired or looks wrong, and why."""

    operation = models.ForeignKey(Import, models.CASCADE, related_name="findings")
    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(_("key"), max_length=200, blank=True, default="")
    what = models.TextField(_("what"))
    why = models.TextField(_("why"), blank=True, default="")
    is_of_reading = models.BooleanField(default=False)  # told by the reader of the file, anew with each run

    class Meta:
        verbose_name = _("finding of an import")
        verbose_name_plural = _("findings of an import")
        ordering = ["pk"]
        default_permissions = []
        indexes = [
            models.Index(fields=["operation", "kind"], name="importfinding_by_kind"),
            models.Index(fields=["operation", "key"], name="importfinding_by_key"),
        ]

    def __str__(self):
        return f"{self.kind}: {self.what}"
