"""Steps taken with many articles at once: the fields of each, what it says beforehand, and how it is taken."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.admin.article import going_live, steps
from articles.admin.article.form import TagsField
from articles.admin.article.listing import section_name
from articles.desk import roles, workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article, Section, tag_key


@dataclass(frozen=True)
class Done:
    """What was done with one article, as a sentence, and whether readers see a difference at once."""

    text: str
    reached: bool = False


class Action(forms.Form):
    """The form of a step that is taken with many articles; ``step`` is its row of the table of steps."""

    def __init__(self, data=None, *, step, user, articles=()):
        super().__init__(data)
        self.step, self.user, self.articles = step, user, articles
        if step.argument and step.asks not in self.fields:
            self.fields[step.asks] = deepcopy(steps.StepForm.base_fields[step.asks])

    def act(self, article):
        """Take the step with ``article``, and return what was done."""
        return Done(steps.take(self.step.name, article, steps.StepForm(self.data), by=self.user))

    def foretell(self, outlook):
        """Return sentences that say what readers will see of the step."""
        return [_("Readers see no difference.")]

    def mind(self, article):
        """Return, in words, what the step does to ``article`` against expectation; usually an empty text."""
        may = roles.may(self.user, self.step.name, article)
        return "" if may else _("you may not do this with it: it is left as it is")

    def warn(self, article):
        """Return a warning about ``article`` after the step was taken; usually an empty text."""
        return ""


class Publish(Action):
    def warn(self, article):
        return going_live.replaced_later(article)

    def foretell(self, outlook):
        new = len(outlook.coming) + len(outlook.others)
        changed = sum(article.stage != Article.Stage.PUBLISHED for article in outlook.live)
        unchanged, later = len(outlook.live) - changed, len(outlook.coming) + len(outlook.updates)
        sentences = [
            (
                new,
                ngettext(
                    "Readers get %(count)d that they don’t have.", "Readers get %(count)d that they don’t have.", new
                ),
            ),
            (
                changed,
                ngettext(
                    "Of %(count)d they get the newest text in place of theirs.",
                    "Of %(count)d they get the newest texts in place of theirs.",
                    changed,
                ),
            ),
            (
                unchanged,
                ngettext(
                    "%(count)d they have in its newest text already.",
                    "%(count)d they have in their newest texts already.",
                    unchanged,
                ),
            ),
            (
                later,
                ngettext(
                    "What is scheduled of %(count)d comes at its time all the same.",
                    "What is scheduled of %(count)d comes at its time all the same.",
                    later,
                ),
            ),
        ]
        return [text % {"count": count} for count, text in sentences if count]


class Trash(Action):
    def foretell(self, outlook):
        return [_("Readers lose nothing: what they have, or will have, is left as it is.")]

    def mind(self, article):
        if article.live_since or article.next_live:
            return _("readers have it, or will: it is left as it is")
        return super().mind(article)


class Withdraw(Action):
    withdrawal_reason = forms.CharField(
        label=gettext_lazy("Reason for withdrawal"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Readers who come to the addresses see it."),
    )

    def foretell(self, outlook):
        count = len(outlook.live)
        text = ngettext(
            "Readers lose %(count)d article at once, and what is scheduled of it never comes.",
            "Readers lose %(count)d articles at once, and what is scheduled of them never comes.",
            count,
        )
        return [text % {"count": count} if count else _("Readers have none of these, so there is nothing to withdraw.")]

    def mind(self, article):
        return super().mind(article) or ("" if article.live_since else _("readers don’t have it: it is left as it is"))


class Assign(Action):
    assign_to = steps.StepForm.base_fields["assign_to"]
    due_at = steps.StepForm.base_fields["due_at"]
    writers = staticmethod(steps.writers)

    def clean_assign_to(self):
        """Refuse an unknown login once, instead of article by article."""
        try:
            return steps.writer_named(self.cleaned_data["assign_to"]).get_username()
        except WorkflowError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class AroundTheText(Action):
    """A change of what stands around texts: of the working copies and, where the user may publish, for readers, too."""

    field_order = ["section", "tags", "publish_too"]
    publish_too = forms.BooleanField(
        label=gettext_lazy("and publish these changes"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "The texts stay as readers have them. Without it readers see nothing before each article is published."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.publishable = [
            article for article in self.articles if _is_readers(article) and roles.may(self.user, "furnish", article)
        ]
        if not self.publishable:
            del self.fields["publish_too"]

    def act(self, article):
        if not self.cleaned_data.get("publish_too"):
            return Done(" ".join([self.save(article), self._not_yet(article)]).strip())
        text, reached = self.publish(article)
        return Done(" ".join([text, steps.also_scheduled(reached)]).strip(), reached=bool(reached.live))

    def foretell(self, outlook):
        theirs = len(outlook.live) + len(outlook.coming)
        if not theirs:
            return [_("Readers don’t have these articles.")]
        if not self.publishable:
            return [_("You may not publish what readers have of them: they see nothing before an editor does.")]
        live = sum(bool(article.live_since) for article in self.publishable)
        text = ngettext(
            "With “and publish these changes” readers of %(count)d see them at once, beside the text that they have.",
            "With “and publish these changes” readers of %(count)d see them at once, beside the texts that they have.",
            live,
        )
        sentences = [text % {"count": live}] if live else []
        if any(article.next_live for article in self.publishable):
            sentences.append(_("What is scheduled gets them, too."))
        return sentences

    def mind(self, article):
        if super().mind(article) or not self.publishable:
            return super().mind(article)
        if _is_readers(article) and not roles.may(self.user, "furnish", article):
            return _("you may not publish it: it is left as it is, unless you take the tick away")
        return ""

    def save(self, article):
        """Change the working copy of ``article``, and return a sentence that says so."""
        raise NotImplementedError

    def publish(self, article):
        """Change the working copy and what readers have; return a sentence, and the editions that were changed."""
        raise NotImplementedError

    def _not_yet(self, article):
        return _("Readers see it once the article is published.") if _is_readers(article) else ""


def _is_readers(article):
    """Return whether readers have ``article``, loaded ``with_state()``, or will have it."""
    return bool(article.live_since or article.next_live)


class SectionChoice(forms.ModelChoiceField):
    def label_from_instance(self, section):
        return section_name(section)


class MoveForm(AroundTheText):
    section = SectionChoice(Section.objects.none(), label=gettext_lazy("Into the section"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["section"]
        field.queryset = Section.objects.with_parent()

    def save(self, article):
        workflow.move(article, self.cleaned_data["section"], by=self.user)
        return self._moved()

    def publish(self, article):
        reached = workflow.publish_move(article, self.cleaned_data["section"], by=self.user)
        return self._moved(), reached

    def _moved(self):
        return _("Moved to “%(section)s”.") % {"section": self.cleaned_data["section"]}


class AlsoIn(MoveForm):
    section = SectionChoice(Section.objects.none(), label=gettext_lazy("Also in the section"))

    def save(self, article):
        workflow.add_section(article, self.cleaned_data["section"], by=self.user)
        return self._listed()

    def publish(self, article):
        reached = workflow.publish_further(article, self.cleaned_data["section"], by=self.user)
        return self._listed(), reached

    def _listed(self):
        return _("Also listed in “%(section)s”.") % {"section": self.cleaned_data["section"]}


class Tag(AroundTheText):
    tags = TagsField(label=gettext_lazy("Tags"), help_text=gettext_lazy("With commas between them."))

    def clean_tags(self):
        if not self.cleaned_data["tags"]:
            raise forms.ValidationError(_("Write a tag."))
        return self.cleaned_data["tags"]

    def save(self, article):
        tags = tag_key.get_or_make(self.cleaned_data["tags"])
        workflow.add_tags(article, tags, by=self.user)
        return self._tagged(tags)

    def publish(self, article):
        tags = tag_key.get_or_make(self.cleaned_data["tags"])
        reached = workflow.publish_tags(article, tags, by=self.user)
        return self._tagged(tags), reached

    @staticmethod
    def _tagged(tags):
        return _("Tagged: %(tags)s.") % {"tags": ", ".join(tag.name for tag in tags)}


CLASSES = {  # of steps that ask for more, or say more beforehand, than any other
    "publish": Publish,
    "withdraw": Withdraw,
    "assign": Assign,
    "move": MoveForm,
    "also_in": AlsoIn,
    "tag": Tag,
    "trash": Trash,
}


def form_class_of(step):
    """Return the class of the form by which ``step`` is taken with many articles."""
    return CLASSES.get(step.name, Action)
