from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from articles.text import LineField, ProseField

SIGNER = Signer(salt="articles.preview-link")


def new_key() -> str:
    """A name that nobody guesses."""
    return get_random_string(32)


class PreviewLinkQuerySet(models.QuerySet):
    def valid(self, at=None):
        """Those that lead somewhere at ``at`` (now): neither run out nor revoked."""
        return self.filter(expires_at__gt=at or timezone.now(), revoked_at=None)

    def by_token(self, token):
        """The one whose address holds ``token``; none when we never signed it."""
        try:
            return self.filter(key=SIGNER.unsign(token))
        except BadSignature:
            return self.none()


class PreviewLink(models.Model):
    """A way for somebody without a login to read what is not published, until a time."""

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="preview_links")
    revision = models.ForeignKey(
        "articles.Revision", models.CASCADE, related_name="+", null=True
    )  # None: it follows the newest save
    takes_notes = models.BooleanField(_("takes notes"), default=False)  # whoever has it may leave a note, or approve
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    opened_at = models.DateTimeField(_("last opened"), null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        ordering = ["-pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.article}, {self.expires_at:%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("shared_preview", args=[SIGNER.sign(self.key)])

    @property
    def is_valid(self) -> bool:
        """Whether it leads somewhere now."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class Note(models.Model):
    """What somebody says about an article to the desk; readers never see it."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="notes")
    text = ProseField(_("text"), blank=True)
    approves = models.BooleanField(_("approves"), default=False)
    version = models.PositiveIntegerField(_("version"), default=0)  # the article's, that it speaks of
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    name = LineField(_("name"), max_length=120, blank=True)  # of somebody who came by a preview link
    link = models.ForeignKey(PreviewLink, models.SET_NULL, related_name="notes", null=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-pk"]
        default_permissions = []
        indexes = [models.Index(fields=["article", "-id"], name="note_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | Q(approves=True),
                name="note_says_something",
                violation_error_message=_("Write the note."),
            ),
        ]

    def __str__(self):
        return self.text or str(_("Approved"))
