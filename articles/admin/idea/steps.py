"""Saving an idea, and its three steps: begin to write it, drop it, restore it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles.admin.lists import number_in_address
from articles.admin.times import short
from articles.desk import notices, roles, workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article
from ground.model_admins import ChangeFormAdmin

SHOWN = 20  # notes


class Steps(ChangeFormAdmin):
    """The views that handle forms and buttons of an idea."""

    def get_urls(self):
        views = {"begin": self.begin_view, "drop": self.drop_view, "bring_back": self.bring_back_view}
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"articles_idea_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.stage, obj.created_by = Article.Stage.IDEA, request.user
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Store a revision of a new headline or section, the assignee, and the note."""
        super().save_related(request, form, formsets, change)
        idea, cleaned = Article.objects.get(pk=form.instance.pk), form.cleaned_data
        if not change or {"headline", "section"} & set(form.changed_data):
            workflow.saved(idea, by=request.user, note="" if change else _("Idea"))
        workflow.hold_idea(idea, by=request.user, to=cleaned["who"], due_at=cleaned["due"])
        if cleaned["note"].strip():
            workflow.leave_note(idea, by=request.user, text=cleaned["note"])

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"may_begin": add or (obj is not None and roles.may(request.user, "begin", obj))}
        if obj is not None and obj.pk:
            context |= {
                "notes": obj.notes.select_related("by")[:SHOWN],
                "may_drop": roles.may(request.user, "trash", obj),
                "may_bring_back": bool(obj.trashed_at) and roles.may(request.user, "untrash", obj),
                "noted_by": notices.name_of_person(obj.created_by) if obj.created_by else "",
                "noted_at": short(obj.created_at),
                "dropped_at": short(obj.trashed_at) if obj.trashed_at else "",
            }
        return super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Redirect from an idea that was begun to its article."""
        if article := self.tell_what_became(request, object_id):
            return HttpResponseRedirect(article.get_absolute_url())
        return super()._get_obj_does_not_exist_redirect(request, opts, object_id)

    def tell_what_became(self, request, object_id):
        """Show that the idea was begun, and by whom; return its article, or None."""
        article = Article.objects.select_related("assignee").filter(pk=number_in_address(object_id)).first()
        if article is not None:
            try:
                workflow.refuse_begun(article)
            except WorkflowError as refusal:
                self.message_user(request, str(refusal), messages.INFO)
        return article

    @method_decorator(require_POST)
    def begin_view(self, request, pk):
        """Make the idea an article."""
        return self.begin(request, self._article(request, pk))

    def begin(self, request, idea):
        """Redirect to the article's form, or with the reason to what the idea is now."""
        try:
            article = workflow.begin(idea, by=request.user)
        except WorkflowError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(self._article(request, idea.pk).get_absolute_url())
        self.log_change(request, article, _("Began to write it"))
        self.message_user(request, _("It is a draft now: write."), messages.SUCCESS)
        return HttpResponseRedirect(article.get_absolute_url())

    @method_decorator(require_POST)
    def drop_view(self, request, pk):
        """Put the idea in the trash."""
        message = _("Dropped. It can be brought back for 30 days, then it is deleted.")
        return self._take(request, pk, workflow.trash, message, _("Dropped the idea"))

    @method_decorator(require_POST)
    def bring_back_view(self, request, pk):
        """Take the idea out of the trash."""
        return self._take(request, pk, workflow.untrash, _("Brought back."), _("Brought the idea back"))

    def _take(self, request, pk, step, message, logged):
        article = self._article(request, pk)
        try:
            workflow.refuse_begun(article)
            step(article, by=request.user)
        except WorkflowError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(article.get_absolute_url())
        self.log_change(request, article, logged)
        self.message_user(request, message, messages.SUCCESS)
        if step is workflow.trash:
            return HttpResponseRedirect(reverse("admin:articles_idea_changelist"))
        return HttpResponseRedirect(article.get_absolute_url())

    def _article(self, request, pk):
        """Return the article of a number, to somebody who may see ideas."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        article = Article.objects.select_related("assignee").filter(pk=pk).first()
        if article is None:
            raise Http404
        return article
