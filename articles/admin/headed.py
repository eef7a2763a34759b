"""The common parts of the forms of articles and ideas: headline, and section."""

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from articles.desk.workflow import WorkflowError, working_copy


def allowed(refuse, *values):
    """Call ``refuse``, a step's check, with ``values``, and turn its refusal into a form error."""
    try:
        refuse(*values)
    except WorkflowError as refusal:
        raise ValidationError(str(refusal)) from refusal


class HeadedForm(forms.ModelForm):
    """A form whose ``user`` fills in headline and section."""

    user: User  # the admin sets it

    def clean_headline(self):
        return " ".join(self.cleaned_data["headline"].split())

    def clean_section(self):
        """Refuse a move to another section unless the user may edit both."""
        section = self.cleaned_data["section"]
        if self.instance.pk and section != self.instance.section:
            allowed(working_copy.refuse_move, self.instance, section, self.user)
        return section
