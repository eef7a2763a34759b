"""The page of a preview link for somebody without a login, and the note or approval they may leave there.

It is the public page made from the working copy or from one revision, and never public itself: nothing links to it, no
cache stores it, no search engine lists it. A link that has expired does not tell what it led to.
"""

from functools import partial

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from articles.desk import workflow
from articles.desk.workflow import timeline
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Note, PreviewLink
from articles.public import rendering

MOST_NOTES = 50  # by one link
LONGEST_NOTE = 2000


class NoteForm(forms.ModelForm):
    """A note, or an approval that may have no text, from somebody who gives their name."""

    class Meta:
        model = Note
        fields = ["name", "text"]
        labels = {"name": gettext_lazy("Your name"), "text": gettext_lazy("Note to the newsroom")}
        widgets = {"text": forms.Textarea({"rows": 4, "maxlength": LONGEST_NOTE})}

    def __init__(self, data=None):
        super().__init__(data, label_suffix="")
        self.fields["name"].required = True

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def clean_text(self):
        text = self.cleaned_data["text"]
        if len(text) > LONGEST_NOTE:
            raise forms.ValidationError(_("At most %(most)d characters.") % {"most": LONGEST_NOTE})
        return text

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        self.instance.approves = "approve" in self.data
        if "text" in cleaned and not cleaned["text"] and not self.instance.approves:
            self.add_error("text", _("Write the note."))
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
def page(request, token):
    """The article of the link; a POST stores a note if the link allows it."""
    links = PreviewLink.objects.valid().by_token(token).select_related("article__section", "revision")
    link = links.filter(article__trashed_at=None).first()
    if link is None:
        return _made_private(render(request, "articles/preview_gone.html", status=410))
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and link.takes_notes and form.is_valid() and _take(link, form):
        return _made_private(HttpResponseRedirect(f"{request.path}?left=1#preview-notes"))
    PreviewLink.objects.filter(pk=link.pk).update(opened_at=timezone.now())
    return _made_private(_preview_page(request, link, form))


def _preview_page(request: HttpRequest, link: PreviewLink, form: NoteForm) -> HttpResponse:
    text = timeline.text_kept(link.revision) if link.revision else None
    context = {"link": link, "form": form, "left": "left" in request.GET, "template": "articles/shared_preview.html"}
    context |= rendering.as_unseen(text.values["section_id"] if text else link.article.section_id)
    try:
        return timeline.preview(link.article, partial(rendering.show_article, request, **context), text)
    except WorkflowError as refusal:
        return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")


@transaction.atomic
def _take(link: PreviewLink, form: NoteForm) -> bool:
    """Store the note, unless the link has too many already; return whether it was stored."""
    PreviewLink.objects.select_for_update().get(pk=link.pk)
    if link.notes.count() >= MOST_NOTES:
        form.add_error(None, _("This link no longer accepts notes. Please contact the newsroom another way."))
        return False
    typed = form.cleaned_data
    try:
        workflow.leave_note(
            link.article, by=None, text=typed["text"], link=link, name=typed["name"], approves=form.instance.approves
        )
    except WorkflowError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _made_private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
