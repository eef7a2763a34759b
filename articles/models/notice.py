from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.text import LineField


class Notice(models.Model):
    """A notice for somebody on the desk; stored until it is read, and a while longer."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("An article waits for review in my sections")
        SENT_BACK = "sent_back", _("My article was sent back")
        APPROVED = "approved", _("My article was approved")
        ASSIGNED = "assigned", _("An article was assigned to me")
        PUBLISHED = "published", _("My article was published or scheduled")
        WITHDRAWN = "withdrawn", _("My article was withdrawn, or its schedule cancelled")
        NOTE = "note", _("Somebody left a note on my article")
        DUE = "due", _("An article assigned to me is due")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="notices", null=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    text = LineField(_("text"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-pk"]
        default_permissions = []
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_newest"),
            models.Index(fields=["user", "-id"], name="notice_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["read_at"], name="notice_by_read", condition=models.Q(read_at__isnull=False)),
        ]

    def __str__(self):
        return self.text


class NoticeChoice(models.Model):
    """Whether somebody gets one kind of notice on the desk, and by mail; without a row, both."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choices")
    kind = models.CharField(_("kind"), max_length=10, choices=Notice.Kind)
    on_desk = models.BooleanField(_("on the desk"), default=True)
    by_mail = models.BooleanField(_("by mail"), default=True)

    class Meta:
        default_permissions = []
        constraints = [models.UniqueConstraint("user", "kind", name="one_choice_a_user_and_kind")]

    def __str__(self):
        return f"{self.user}: {self.get_kind_display()}"
