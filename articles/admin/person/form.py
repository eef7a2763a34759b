"""The form of a person: name, rights, and byline."""

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article.guests import ANOTHER, describe_author
from articles.admin.article.listing import section_name
from articles.admin.choices import choice_field, row_field
from articles.admin.desk import RowChoice
from articles.desk import roles
from articles.desk.workflow import guests
from articles.folding import begins, same
from articles.models import Author, Image, Section
from articles.text import first_free, make_slug


class SectionsField(forms.ModelMultipleChoiceField):
    """All sections as boxes, each after its parent."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, section):
        return section_name(section)


class PersonForm(forms.ModelForm):
    """A login with its roles, sections and author. ``by`` can assign only roles up to their own."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Role"), required=False, widget=forms.CheckboxSelectMultiple, choices=[]
    )
    sections = SectionsField(
        Section.objects.none(),
        label=gettext_lazy("Sections"),
        required=False,
        help_text=gettext_lazy("Where a section editor edits and publishes, with the sections within."),
    )
    public_name = forms.CharField(
        label=gettext_lazy("Public name"),
        required=False,
        max_length=guests.LONGEST,
        widget=forms.TextInput({"class": "vTextField", "autocomplete": "off"}),
        help_text=gettext_lazy("The name that readers see above their articles. Empty: they have no byline."),
    )
    is_author = forms.CharField(label=gettext_lazy("Who is it?"), required=False, widget=forms.HiddenInput)
    picture = forms.ModelChoiceField(
        Image.objects.all(),
        label=gettext_lazy("Picture"),
        required=False,
        widget=RowChoice(Author._meta.get_field("picture"), admin.site),
        help_text=gettext_lazy("A portrait from the library, beside the public name."),
    )

    by: User  # who fills it in; PersonAdmin sets it

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "username"]
        labels = {"email": gettext_lazy("Mail"), "username": gettext_lazy("Login")}
        help_texts = {"username": gettext_lazy("What they type to log in, with their password.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.author = getattr(self.instance, "author", None) if self.instance.pk else None
        self.chosen = None  # an existing author who becomes this person's
        if "roles" in self.fields:
            self._offer_roles()
            self._offer_sections()
            if self.author:
                self.initial.update({"public_name": self.author.name, "picture": self.author.picture_id})
        if "username" in self.fields and not self.instance.pk:
            self.fields["username"].required = False
            self.fields["username"].help_text = _("What they type to log in. Empty: it is made of the name.")
        if "email" in self.fields and not self._may_change_mail():
            self.fields["email"].disabled = True
            self.fields["email"].help_text = _(
                "They have set a password, so only an administrator changes the address."
            )

    def _offer_roles(self):
        assignable_roles = roles.assignable_roles(roles.roles_of(self.by))
        self.offered_roles = [role for role in roles.PERMISSIONS if role in assignable_roles]
        choice_field(self, "roles").choices = [(role, role) for role in self.offered_roles]
        if self.instance.pk:
            self.initial["roles"] = sorted(group.name for group in self.instance.groups.all())
        if self.instance.pk == self.by.pk:
            self.fields["roles"].disabled = True
            self.fields["roles"].help_text = _("A colleague changes your own role.")

    def _offer_sections(self):
        above = [Coalesce(f"parent__{name}", name) for name in ("order", "name", "pk")]
        within = [F("parent").asc(nulls_first=True), "order", "name"]
        row_field(self, "sections").queryset = Section.objects.with_parent().order_by(*above, *within)
        if self.instance.pk:
            self.initial["sections"] = list(self.instance.edited_sections.values_list("pk", flat=True))

    def _may_change_mail(self):
        """Return whether the user may change the mail address, by which one can set the password."""
        if self.instance.pk in {None, self.by.pk} or not self.instance.has_usable_password():
            return True
        return roles.may_reset_password(self.by, self.instance)

    def clean_email(self):
        email = self.cleaned_data["email"].strip()
        twin = User.objects.filter(same("email", email)).exclude(pk=self.instance.pk).first() if email else None
        if twin and email != self.instance.email:
            raise ValidationError(_("“%(login)s” has this address already."), params={"login": twin})
        return email

    def clean_username(self):
        """Return a login that nobody has, regardless of capitals; an empty one is made from the name."""
        username = self.cleaned_data["username"] or self._login_from_name()
        if not username:
            raise ValidationError(_("Write a login, or the name it can be made of."))
        namesakes = User.objects.filter(same("username", username)).exclude(pk=self.instance.pk)
        if username != self.instance.username and namesakes.exists():
            raise ValidationError(_("There is a login “%(login)s” already."), params={"login": username})
        return username

    def _login_from_name(self):
        names = (self.cleaned_data.get("first_name", ""), self.cleaned_data.get("last_name", ""))
        base = make_slug(" ".join(names), 60) or make_slug(self.cleaned_data.get("email", "").partition("@")[0], 60)
        taken_names = User.objects.filter(begins("username", base)).values_list("username", flat=True)
        return base and first_free(base, map(str.lower, taken_names))

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        name = guests.tidy_name(cleaned.get("public_name") or "")
        if name and (self.author is None or name != self.author.name):
            self._find_author(name, cleaned.get("is_author", ""))
        if not name and cleaned.get("picture"):
            self.add_error("public_name", _("Write the public name that the picture belongs to."))
        cleaned["public_name"] = name
        return cleaned

    def _find_author(self, name, chosen):
        """Set the author of the public name; if there is one with that name, ask which person it is."""
        namesakes = [author for author in guests.same_name(name) if author != self.author]
        free = {str(author.pk): author for author in namesakes if author.user_id is None and self.author is None}
        if not namesakes or chosen == ANOTHER:
            return
        if chosen in free:
            self.chosen = free[chosen]
            return
        choices = [(pk, describe_author(author)) for pk, author in free.items()]
        choices.append((ANOTHER, _("Another person, who has the same name")))
        self.fields["is_author"].widget = forms.RadioSelect(choices=choices)
        self.add_error(
            "public_name", _("There is “%(name)s” already. Choose below who it is, then save again.") % {"name": name}
        )

    def save_rest(self):
        """Store roles, sections and byline, after the login has its row."""
        if "roles" not in self.fields:
            return
        if not self.fields["roles"].disabled:
            self._save_roles()
        if "sections" in self.changed_data:
            self.instance.edited_sections.set(self.cleaned_data["sections"])
        if {"public_name", "picture"} & set(self.changed_data):
            self._save_author()

    def _save_roles(self):
        """Store the roles that may be assigned here; other groups stay."""
        chosen_roles = set(self.cleaned_data["roles"])
        groups = [Group.objects.get_or_create(name=role)[0] for role in sorted(chosen_roles)]
        self.instance.groups.remove(*Group.objects.filter(name__in=set(self.offered_roles) - chosen_roles))
        self.instance.groups.add(*groups)

    def _save_author(self):
        """Store the byline: another name or picture, an existing author, a new one, or none."""
        name, picture = self.cleaned_data["public_name"], self.cleaned_data["picture"]
        if not name:
            Author.objects.filter(user=self.instance).update(user=None)
            return
        author = self.author or self.chosen or Author(slug=guests.free_slug(name))
        author.name, author.user, author.is_guest = name, self.instance, False
        if picture or author == self.author:
            author.picture = picture
        author.save()
