"""The form of an idea: its subject, section, assignee, due time, and a note."""

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.admin.choices import row_field
from articles.admin.headed import HeadedForm, allowed
from articles.admin.times import TimeField
from articles.desk import notices, roles
from articles.desk.workflow import assignment, ideas
from articles.desk.workflow.notes import LONGEST
from articles.models import Article, Idea


class WriterField(forms.ModelChoiceField):
    """A choice of a user who can be assigned articles."""

    def label_from_instance(self, user):
        return notices.name_of_person(user)


class IdeaForm(HeadedForm):
    """An idea's form; users who don't edit its section may only assign it to themselves, or to nobody."""

    who = WriterField(User.objects.none(), label=_("Who"), required=False, empty_label=_("nobody yet"))
    due = TimeField(label=_("Due"), required=False, help_text=_("Empty: at no certain time."))
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("For the desk; it stays with the idea and with what is written from it."),
    )

    class Meta:
        model = Idea
        fields = ["headline", "section"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "who" not in self.fields:  # the form is shown to somebody who may not change it
            return
        row_field(self, "who").queryset = _writers(self.user, self.instance)
        if self.instance.pk:
            due = self.instance.due_at
            self.initial.update({"who": self.instance.assignee_id, "due": due and _minute(due)})
        else:
            self.initial.setdefault("who", None if roles.may(self.user, "assign") else self.user.pk)
            self.fields["headline"].widget.attrs["autofocus"] = True

    def clean_due(self):
        """Return the due time; an unchanged one keeps its seconds."""
        typed, due_at = self.cleaned_data["due"], self.instance.due_at
        if typed == (due_at and _minute(due_at)):
            return due_at
        allowed(assignment.refuse_unlikely, typed)
        return typed

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        to, section = cleaned.get("who"), cleaned.get("section")
        stored = Article.objects.filter(pk=self.instance.pk).first() if self.instance.pk else None
        idea = stored or Article(stage=Article.Stage.IDEA, section=section)
        if "who" in cleaned and (to and to.pk) != idea.assignee_id and not ideas.may_hold(self.user, idea, to):
            place = Article(pk=idea.pk, stage=Article.Stage.IDEA, section=section)
            if not (roles.may(self.user, "assign", idea) and roles.may(self.user, "assign", place)):
                text = _("Only an editor of the section gives an idea to somebody else: take it yourself, or nobody.")
                self.add_error("who", text)
        return cleaned


def _writers(user, idea):
    """Return the users whom ``user`` can choose, and the present assignee."""
    if roles.may(user, "assign"):
        roled = Q(groups__name__in=roles.WRITERS) | Q(is_superuser=True)
        some = User.objects.filter(roled, is_active=True, is_staff=True)
    else:
        some = User.objects.filter(pk=user.pk)
    return (some | User.objects.filter(pk=idea.assignee_id)).distinct().order_by("username")


def _minute(moment):
    return moment.replace(second=0, microsecond=0)
