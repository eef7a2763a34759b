"""The field for a guest's byline: a name is enough; an author who has that name already is offered instead."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.desk.workflow import guests

ANOTHER = "new"  # the choice for whoever shares an author's name by chance


class GuestFields(forms.Form):
    """A guest's name, and which author of that name it is, if the form had to ask."""

    guest_byline = forms.CharField(
        label=gettext_lazy("Guest byline"),
        required=False,
        max_length=guests.LONGEST,
        widget=forms.TextInput({"class": "vTextField", "autocomplete": "off"}),
        help_text=gettext_lazy("A name, without a page and a login. Save, and it stands among the bylines."),
    )
    guest_is = forms.CharField(label=gettext_lazy("Who is it?"), required=False, widget=forms.HiddenInput)

    guest: guests.Guest | None = None  # whom saving adds

    def clean(self):
        cleaned = super().clean()
        name = guests.tidy_name(self.cleaned_data.get("guest_byline") or "")
        if name and not any(letter.isalpha() for letter in name):
            self.add_error("guest_byline", _("“%(name)s” is no name: it has no letter.") % {"name": name})
        elif name:
            self._find(name, self.cleaned_data.get("guest_is", ""))
        return cleaned

    def _find(self, name, chosen):
        """Set ``guest``; if authors have that name and none was chosen, add an error and a choice between them."""
        namesakes = {str(author.pk): author for author in guests.same_name(name)}
        if not namesakes or chosen == ANOTHER:
            self.guest = guests.Guest(name)
        elif chosen in namesakes:
            self.guest = guests.Guest(name, namesakes[chosen])
        else:
            choices = [(pk, describe_author(author)) for pk, author in namesakes.items()]
            choices.append((ANOTHER, _("Another person, who has the same name")))
            self.fields["guest_is"].widget = forms.RadioSelect(choices=choices)
            text = _("There is “%(name)s” already. Choose below who it is, then save again.")
            self.add_error("guest_byline", text % {"name": name})


def describe_author(author):
    """Return an author as a choice, with what tells namesakes apart."""
    if author.is_guest:
        return _("%(name)s, a guest who is there already") % {"name": author.name}
    return (
        f"{author.name}, {author.role} ({author.get_absolute_url()})"
        if author.role
        else (f"{author.name} ({author.get_absolute_url()})")
    )
