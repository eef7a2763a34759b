from datetime import timedelta

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_FOR = timedelta(days=30)


class UnsavedForm(models.Model):
    """What somebody typed into a form of the desk that was not saved: after the session ended, or when the page was
    left.

    It also holds what was typed for a step of an article that failed. Only the person who typed it sees it or sends it
    again.
    """

    class Why(models.TextChoices):
        LOGIN = "login", _("the login had ended")
        EXPIRED = "expired", _("the form had expired")
        LEFT = "left", _("the page was left")
        GONE = "gone", _("the row was deleted meanwhile")
        STEP = "step", _("the step was not taken")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="unsaved_forms")
    path = models.CharField(max_length=500)  # the form's action
    fields = models.JSONField()  # as typed: the list of values of each field's name, no passwords among them
    files = models.JSONField(default=list)  # names of files, which must be chosen again
    why = models.CharField(max_length=8, choices=Why)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("unsaved form")
        verbose_name_plural = _("unsaved forms")
        ordering = ["-at", "-pk"]
        default_permissions = []
        indexes = [models.Index(fields=["user", "-at"], name="unsaved_form_by_user")]

    def __str__(self):
        return self.path

    @property
    def data(self) -> QueryDict:
        """The fields as the data of a submitted form."""
        data = QueryDict(mutable=True)
        for name, values in self.fields.items():
            data.setlist(name, values)
        return data
