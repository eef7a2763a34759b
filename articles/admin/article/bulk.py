"""Steps taken with many articles at once; each by itself, and a summary says which were refused and why."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles import roles, workflow
from articles.admin.article import going_live, steps
from articles.admin.article.form import TagsField, tags_named
from articles.admin.article.listing import section_name, shows_trash
from articles.admin.times import zone
from articles.models import Section
from articles.workflow import WorkflowError

MOST_AT_ONCE = 50  # articles of one bulk action


class Action(forms.Form):
    """One step with many articles: what it must be told, and how it is taken with each."""

    step = ""
    asks = False  # a page before it says what is going to happen, and asks for what is needed
    about = button = ""

    def __init__(self, data=None, *, user):
        super().__init__(data)
        self.user = user

    def act(self, article):
        """Take the step with ``article``; what was done, in words."""
        return steps.take(self.step, article, steps.StepForm(self.data), by=self.user)


class Submit(Action):
    step = "submit"


class Approve(Action):
    step = "approve"


class Untrash(Action):
    step = "untrash"


class Publish(Action):
    step, asks = "publish", True
    about, button = gettext_lazy("You are about to publish:"), gettext_lazy("Publish now")


class Trash(Action):
    step, asks = "trash", True
    about, button = gettext_lazy("You are about to put in the trash:"), gettext_lazy("Put in the trash")


class Withdraw(Action):
    step, asks = "withdraw", True
    about, button = gettext_lazy("You are about to take from readers:"), gettext_lazy("Withdraw now")
    withdrawal_reason = forms.CharField(
        label=gettext_lazy("Reason for withdrawal"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Readers who come to the addresses see it."),
    )


class Assign(Action):
    step, asks = "assign", True
    about, button = gettext_lazy("You are about to assign:"), gettext_lazy("Assign")
    assign_to = steps.StepForm.base_fields["assign_to"]
    due_at = steps.StepForm.base_fields["due_at"]
    writers = staticmethod(steps.writers)

    def clean_assign_to(self):
        """Asked once, not refused article by article."""
        try:
            return steps.writer_named(self.cleaned_data["assign_to"]).get_username()
        except WorkflowError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class SectionChoice(forms.ModelChoiceField):
    def label_from_instance(self, section):
        return section_name(section)


class Move(Action):
    step, asks = "move", True
    about, button = gettext_lazy("You are about to move:"), gettext_lazy("Move")
    section = SectionChoice(Section.objects.none(), label=gettext_lazy("Into the section"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["section"].queryset = Section.objects.with_parent()

    def act(self, article):
        section = self.cleaned_data["section"]
        workflow.move(article, section, by=self.user)
        return _("Moved to “%(section)s”.") % {"section": section}


class Tag(Action):
    step, asks = "tag", True
    about, button = gettext_lazy("You are about to tag:"), gettext_lazy("Add the tags")
    tags = TagsField(label=gettext_lazy("Tags"), help_text=gettext_lazy("With commas between them."))

    def clean_tags(self):
        if not self.cleaned_data["tags"]:
            raise forms.ValidationError(_("Write a tag."))
        return self.cleaned_data["tags"]

    def act(self, article):
        names = self.cleaned_data["tags"]
        workflow.add_tags(article, tags_named(names), by=self.user)
        return _("Tagged: %(tags)s.") % {"tags": ", ".join(names)}


def _somewhere(step):
    """Whether somebody may take ``step`` with any article; the workflow asks for each."""
    return lambda self, request: roles.may(request.user, step)


class Bulk:
    """The actions of the list of articles."""

    actions = [
        *("submit_selected", "approve_selected", "publish_selected", "withdraw_selected"),
        *("assign_selected", "move_selected", "tag_selected", "trash_selected", "untrash_selected"),
    ]
    has_submit_permission = _somewhere("submit")
    has_approve_permission = _somewhere("approve")
    has_publish_permission = _somewhere("publish")
    has_withdraw_permission = _somewhere("withdraw")
    has_assign_permission = _somewhere("assign")
    has_edit_permission = _somewhere("edit")
    has_trash_permission = _somewhere("trash")
    has_untrash_permission = _somewhere("untrash")

    def get_actions(self, request):
        """In the trash only the way out of it, which leads nowhere from the desk."""
        found, there = super().get_actions(request), shows_trash(request)
        return {name: action for name, action in found.items() if (name == "untrash_selected") == there}

    @admin.action(description=gettext_lazy("Submit"), permissions=["submit"])
    def submit_selected(self, request, queryset):
        return self._run(request, queryset, Submit)

    @admin.action(description=gettext_lazy("Approve"), permissions=["approve"])
    def approve_selected(self, request, queryset):
        return self._run(request, queryset, Approve)

    @admin.action(description=gettext_lazy("Publish now …"), permissions=["publish"])
    def publish_selected(self, request, queryset):
        return self._run(request, queryset, Publish)

    @admin.action(description=gettext_lazy("Withdraw …"), permissions=["withdraw"])
    def withdraw_selected(self, request, queryset):
        return self._run(request, queryset, Withdraw)

    @admin.action(description=gettext_lazy("Assign …"), permissions=["assign"])
    def assign_selected(self, request, queryset):
        return self._run(request, queryset, Assign)

    @admin.action(description=gettext_lazy("Move to a section …"), permissions=["edit"])
    def move_selected(self, request, queryset):
        return self._run(request, queryset, Move)

    @admin.action(description=gettext_lazy("Tag …"), permissions=["edit"])
    def tag_selected(self, request, queryset):
        return self._run(request, queryset, Tag)

    @admin.action(description=gettext_lazy("Put in the trash …"), permissions=["trash"])
    def trash_selected(self, request, queryset):
        return self._run(request, queryset, Trash)

    @admin.action(description=gettext_lazy("Restore"), permissions=["untrash"])
    def untrash_selected(self, request, queryset):
        return self._run(request, queryset, Untrash)

    def _run(self, request, queryset, action_class):
        """Ask first where something is to be asked; then take the step with each article."""
        articles = list(queryset[: MOST_AT_ONCE + 1])
        if len(articles) > MOST_AT_ONCE:
            text = _("Nothing was done: choose at most %(most)d articles at once.")
            self.message_user(request, text % {"most": MOST_AT_ONCE}, messages.ERROR)
            return None
        confirmed = "confirmed" in request.POST
        form = action_class(request.POST if confirmed or not action_class.asks else None, user=request.user)
        if action_class.asks and not (confirmed and form.is_valid()):
            return self._ask(request, articles, form)
        self._tell_missing(request, len(set(request.POST.getlist(ACTION_CHECKBOX_NAME))) - len(articles))
        return self._each(request, articles, form)

    def _ask(self, request, articles, form):
        context = {
            **self.admin_site.each_context(request),
            "title": form.about,
            "opts": self.opts,
            "form": form,
            "articles": [(article, self.standing(article)) for article in articles],
            "action": f"{form.step}_selected",
            "writers": form.writers() if hasattr(form, "writers") else [],
            "zone": zone(),
        }
        return TemplateResponse(request, "admin/articles/article/bulk.html", context)

    def _each(self, request, articles, form):
        """Take the step with each article by itself, and say which were refused and why."""
        done, refused = [], []
        for article in articles:
            try:
                with transaction.atomic():
                    _refuse_unseen(request, article)
                    self.log_change(request, article, form.act(article))
                done.append(str(article))
                if form.step == "publish" and (warning := going_live.replaced_later(article)):
                    self.message_user(request, format_html("“{}”: {}", article, warning), messages.WARNING)
            except WorkflowError as refusal:
                refused.append((str(article), str(refusal)))
        self._sum_up(request, done, refused)

    def _sum_up(self, request, done, refused):
        if done:
            text = ngettext(
                "Done with %(count)d article: %(names)s", "Done with %(count)d articles: %(names)s", len(done)
            )
            names = ", ".join(f"“{name}”" for name in done)
            self.message_user(request, text % {"count": len(done), "names": names}, messages.SUCCESS)
        if refused:
            text = ngettext("Refused for %(count)d article:", "Refused for %(count)d articles:", len(refused))
            rows = format_html_join("", "<li>“{}”: {}</li>", refused)
            summary = format_html('{}<ul class="refused">{}</ul>', text % {"count": len(refused)}, rows)
            self.message_user(request, summary, messages.ERROR)

    def _tell_missing(self, request, missing):
        """Of what was ticked some may have left the list since: trashed, or not what it is filtered by any more."""
        if missing > 0:
            text = ngettext(
                "%(count)d article is no longer in this list, so nothing was done with it.",
                "%(count)d articles are no longer in this list, so nothing was done with them.",
                missing,
            )
            self.message_user(request, text % {"count": missing}, messages.WARNING)


def _refuse_unseen(request, article):
    """A step whose page asked first is for the text that stood there, not for one that was saved since."""
    asked_about = request.POST.get(f"version-{article.pk}")
    if asked_about is not None and asked_about != str(workflow.locked_version(article)):
        raise WorkflowError(_("Somebody saved it after you were asked. Look at it, then do it again."))
