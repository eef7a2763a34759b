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
    """Return a key that nobody can guess."""
    return get_random_string(32)


class PreviewLinkQuerySet(models.QuerySet):
    def valid(self, at=None):
        """Return the links that work at ``at`` (now): neither expired nor revoked."""
        return self.filter(expires_at__gt=at or timezone.now(), revoked_at=None)

    def by_token(self, token):
        """Return the link whose address has ``token``; none if its signature is not ours."""
        try:
            return self.filter(key=SIGNER.unsign(token))
        except BadSignature:
            return self.none()


class PreviewLink(models.Model):
    """A link by which somebody without a login reads an unpublished article, until a time."""

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="preview_links")
    revision = models.ForeignKey(
        "articles.Revision", models.CASCADE, related_name="+", null=True
    )  # None: it follows the newest save
    takes_notes = models.BooleanField(_("takes notes"), default=False)  # its readers may leave a note, or approve
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
        """Whether the link works now."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class Note(models.Model):
    """A comment on an article for the desk; readers never see it."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="notes")
    text = ProseField(_("text"), blank=True)
    approves = models.BooleanField(_("approves"), default=False)
    version = models.PositiveIntegerField(_("version"), default=0)  # the version of the article it is about
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    name = LineField(_("name"), max_length=120, blank=True)  # of somebody who used a preview link
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
