"""Preview links of an article: made, listed and revoked in the rail beside its form.

Making one saves the text first, like every step; revoking one happens whatever becomes of the form.
"""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article import head
from articles.admin.article.saving import address_of
from articles.admin.lists import number_in_address
from articles.admin.times import TimeField, time_with_zone
from articles.desk import revisions, roles, workflow
from articles.desk.workflow import WorkflowError
from articles.models import PreviewLink

SHOWN = 10
BY_DATE = "date"


class ShareForm(forms.Form):
    """What a new link shows, how long, and whether whoever has it may answer."""

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
        cleaned = super().clean()
        days = cleaned.get("share_days")
        if days == BY_DATE and not cleaned.get("share_until") and "share_until" not in self.errors:
            self.add_error("share_until", _("Choose the day and the time at which the link ends."))
        elif days and days != BY_DATE:
            cleaned["share_until"] = timezone.now() + timedelta(days=int(days))
        return cleaned


class Sharing:
    """What the buttons of the rail's preview links do."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and object_id and {"_share", "_revoke_link"} & set(request.POST):
            article = self.get_object(request, unquote(object_id))
            if article and "_revoke_link" in request.POST:
                self._revoke(request, article)
            if article and not self.has_change_permission(request, article):
                return self._share(request, article) if "_share" in request.POST else _back(article)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _go_on(self, request, article):
        if "_share" in request.POST and "_step" not in request.POST:
            return self._share(request, article)
        if "_revoke_link" in request.POST and "_step" not in request.POST:
            return _back(article)
        return super()._go_on(request, article)

    def _share(self, request, article):
        form = ShareForm(request.POST)
        try:
            if not form.is_valid():
                raise WorkflowError(" ".join(text for texts in form.errors.values() for text in texts))
            link = self._make(request, article, form.cleaned_data)
        except WorkflowError as refusal:
            self.message_user(request, _("No link was made: %(why)s") % {"why": refusal}, messages.ERROR)
        else:
            text = _("The preview link works until %(time)s. Copy it beside the form.")
            self.message_user(request, text % {"time": time_with_zone(link.expires_at)}, messages.SUCCESS)
        return _back(article)

    @transaction.atomic
    def _make(self, request, article, wanted):
        """The link; one that is pinned shows what is saved now, which is kept as a revision if it is none yet."""
        revision = None
        if wanted["share_shows"] == "pinned":
            revision = article.revisions.filter(version=article.version).first()
            revision = revision or revisions.keep_revision(article, by=request.user, note=_("Kept for a preview link"))
        until, takes_notes = wanted["share_until"], wanted["share_takes_notes"]
        link = workflow.share(article, by=request.user, until=until, revision=revision, takes_notes=takes_notes)
        self.log_change(
            request, article, _("Preview link made, until %(time)s") % {"time": time_with_zone(link.expires_at)}
        )
        return link

    def _revoke(self, request, article):
        link = article.preview_links.filter(pk=number_in_address(request.POST["_revoke_link"]), revoked_at=None).first()
        if link is None:
            self.message_user(request, _("This link was revoked already."), messages.WARNING)
            return
        try:
            with transaction.atomic():
                workflow.revoke(link, by=request.user)
                made = time_with_zone(link.created_at)
                self.log_change(request, article, _("Preview link of %(time)s revoked") % {"time": made})
        except WorkflowError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, _("Revoked: the link leads nowhere any more."), messages.SUCCESS)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and obj.pk and roles.may(request.user, "share", obj):
            form = _share_form(request)
            context |= {"share_form": form, "preview_links": _links(request, obj)}
            context["to_mend"] = [*context["to_mend"], *head.errors_of(form)]
        return super().render_change_form(request, context, add, change, form_url, obj)


def _share_form(request):
    return ShareForm(request.POST if "_share" in request.POST else None)


def _links(request, article):
    """The newest links that were not revoked, each with the address that is sent to people."""
    links = PreviewLink.objects.filter(article=article, revoked_at=None).select_related("revision", "created_by")
    links = list(links.defer("revision__snapshot")[:SHOWN])
    for link in links:
        link.address = request.build_absolute_uri(link.get_absolute_url())
    return links


def _back(article):
    return HttpResponseRedirect(f"{address_of(article)}#preview-links")
