from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WorkerBeat(models.Model):
    """A process that does background work, and what it does now; it writes its own row every few seconds."""

    worker = models.CharField(max_length=64, primary_key=True)
    host = models.CharField(_("machine"), max_length=255)
    process = models.PositiveIntegerField(_("process"))
    began_at = models.DateTimeField(_("since"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    doing = models.TextField(_("does now"), blank=True, default="")  # paths of tasks, one a line

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        ordering = ["-seen_at", "worker"]
        default_permissions = []

    def __str__(self):
        return f"{self.host}, {self.process}"


class PaperFault(models.Model):
    """Something that is wrong with the running paper, from the look that saw it first until administrators know it is
    over.
    """

    key = models.CharField(max_length=200)
    host = models.CharField(_("machine"), max_length=255, blank=True, default="")  # empty: of the whole paper
    text = models.TextField(_("what is wrong"))
    advice = models.TextField(_("what to do"), blank=True, default="")
    began_at = models.DateTimeField(_("since"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    mailed_at = models.DateTimeField(_("mailed"), null=True)

    class Meta:
        verbose_name = _("fault")
        verbose_name_plural = _("faults")
        ordering = ["began_at", "pk"]
        default_permissions = []
        constraints = [models.UniqueConstraint("key", "host", name="one_fault_a_key_and_machine")]

    def __str__(self):
        return self.text
