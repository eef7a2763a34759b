"""Preview links of an article: made, listed and revoked in the rail beside its form.

Making one saves the text first, like every step; revoking one happens whatever becomes of the form.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article.pages import ArticlePage, DeskRequest, address_of
from articles.admin.lists import number_in_address
from articles.admin.times import TimeField, time_with_zone
from articles.desk import revisions, roles, workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article, PreviewLink

SHOWN = 10
BY_DATE = "date"
SHARE, REVOKE = "_share", "_revoke_link"  # buttons


class ShareForm(forms.Form):
    """The form of a new link: what it shows, how long it works, and whether its readers may leave notes."""

    share_shows = forms.ChoiceField(
        label=gettext_lazy("Shows"),
        choices=[("newest", gettext_lazy("the newest save")), ("pinned", gettext_lazy("this version only"))],
        initial="newest",
    )
    share_days = forms.ChoiceField(
        label=gettext_lazy("Works for"),
        choices=[
            ("1", gettext_lazy("1 day")),
            ("7", gettext_lazy("7 days")),
            ("30", gettext_lazy("30 days")),
            (BY_DATE, gettext_lazy("until the time below")),
        ],
        initial="7",
    )
    share_until = TimeField(label=gettext_lazy("Until"), required=False)
    share_takes_notes = forms.BooleanField(
        label=gettext_lazy("Whoever has it may leave a note or approve"), required=False
    )

    def clean(self):
        cleaned = super().clean() or {}
        days = cleaned.get("share_days")
        if days == BY_DATE and not cleaned.get("share_until") and "share_until" not in self.errors:
            self.add_error("share_until", _("Choose the day and the time at which the link ends."))
        elif days and days != BY_DATE:
            cleaned["share_until"] = timezone.now() + timedelta(days=int(days))
        return cleaned


class Sharing(ArticlePage):
    """The preview links beside the form, and the fields of a new one."""

    def panel(self, request, article, sent):
        if not (article and roles.may(request.user, "share", article)):
            return {}
        form = ShareForm(sent if SHARE in sent else None)
        return {"share_form": form, "preview_links": _links(request, article)}


def press_share(admin: ModelAdmin, request: DeskRequest, article: Article, sent: QueryDict) -> HttpResponse:
    """Make the link that ``sent`` describes, and redirect to the list of links."""
    form = ShareForm(sent)
    try:
        if not form.is_valid():
            raise WorkflowError(" ".join(str(text) for texts in form.errors.values() for text in texts))
        link = _make(admin, request, article, form.cleaned_data)
    except WorkflowError as refusal:
        admin.message_user(request, _("No link was made: %(why)s") % {"why": refusal}, messages.ERROR)
    else:
        text = _("The preview link works until %(time)s. Copy it beside the form.")
        admin.message_user(request, text % {"time": time_with_zone(link.expires_at)}, messages.SUCCESS)
    return to_links(article)


@transaction.atomic
def _make(admin: ModelAdmin, request: DeskRequest, article: Article, values: dict[str, Any]) -> PreviewLink:
    """Return a new link; a pinned one shows the text as saved now, which becomes a revision if it is none yet."""
    revision = None
    if values["share_shows"] == "pinned":
        revision = article.revisions.filter(version=article.version).first()
        revision = revision or revisions.keep_revision(article, by=request.user, note=_("Kept for a preview link"))
    until, takes_notes = values["share_until"], values["share_takes_notes"]
    link = workflow.share(article, by=request.user, until=until, revision=revision, takes_notes=takes_notes)
    admin.log_change(
        request, article, _("Preview link made, until %(time)s") % {"time": time_with_zone(link.expires_at)}
    )
    return link


def press_revoke(admin: ModelAdmin, request: DeskRequest, article: Article, sent: QueryDict) -> None:
    """Revoke the link whose button was pressed, and tell the user."""
    link = article.preview_links.filter(pk=number_in_address(sent[REVOKE]), revoked_at=None).first()
    if link is None:
        admin.message_user(request, _("This link was revoked already."), messages.WARNING)
        return
    try:
        with transaction.atomic():
            workflow.revoke(link, by=request.user)
            created = time_with_zone(link.created_at)
            admin.log_change(request, article, _("Preview link of %(time)s revoked") % {"time": created})
    except WorkflowError as refusal:
        admin.message_user(request, str(refusal), messages.ERROR)
    else:
        admin.message_user(request, _("Revoked: the link leads nowhere any more."), messages.SUCCESS)


def to_links(article: Article) -> HttpResponseRedirect:
    """Return a redirect to the list of links beside the form."""
    return HttpResponseRedirect(f"{address_of(article)}#preview-links")


def _links(request: DeskRequest, article: Article) -> list[tuple[PreviewLink, str]]:
    """Return the newest links that were not revoked, each with the address that is sent to people."""
    links = PreviewLink.objects.filter(article=article, revoked_at=None).select_related("revision", "created_by")
    return [
        (link, request.build_absolute_uri(link.get_absolute_url()))
        for link in links.defer("revision__snapshot")[:SHOWN]
    ]
