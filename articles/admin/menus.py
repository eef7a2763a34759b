"""The admin of menus: links to sections, pages, tags and other sites, ordered by dragging or by numbers."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.forms import Script
from django.forms.models import BaseInlineFormSet
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag

from articles.admin.choices import choice_field
from articles.admin.desk import DeskInline
from articles.admin.site import OneRowAdmin
from articles.models import FlatPage, MenuLink, PaperMenus, Section
from articles.models.tag_key import tag_named
from articles.public import menus
from articles.text import TypedText

Kind, Place = MenuLink.Kind, MenuLink.Place
MOST = 30  # links in one menu
BEGIN = "_begin"  # the button that fills a menu with its default links
TYPED = {
    Kind.TAG: gettext_lazy("a tag, named beside this"),
    Kind.LINK: gettext_lazy("another site, its address beside this"),
}
is_address = URLValidator(
    ["https", "http"], message=gettext_lazy("Write the whole address, like https://example.org/.")
)


class LinkTargets:
    """All possible targets of a link, read once a request."""

    def __init__(self):
        self.sections = {section.pk: section for section in Section.objects.with_parent()}
        pages = FlatPage.objects.only("title", "slug", "is_public", "in_footer")
        self.pages = {page.pk: page for page in pages if page.is_public}
        self.drafts = {page.pk for page in pages if not page.is_public}
        self.links = list(MenuLink.objects.all())
        self.targets = menus.targets(self.links, self.sections, self.pages, timezone.now())
        tags = Tag.objects.filter(pk__in=[link.row for link in self.links if link.kind == Kind.TAG])
        self.tags = {tag.pk: tag.name for tag in tags}

    @classmethod
    def of(cls, request):
        if not hasattr(request, "_menu_targets"):
            request._menu_targets = cls()
        return request._menu_targets

    def choices(self):
        own = [(f"own:{address}", name) for address, name in menus.OWN.items()]
        sections = [(f"section:{key}", str(section)) for key, section in self.sections.items()]
        pages = [(f"page:{key}", page.title) for key, page in self.pages.items()]
        groups = [(_("The paper"), own), (_("Sections"), sections), (_("Pages"), pages)]
        return [("", "---------"), *((name, rows) for name, rows in groups if rows), (_("Else"), list(TYPED.items()))]

    def lost(self, link):
        """Return why readers can't reach the target of ``link``."""
        if link.kind == Kind.TAG:
            return _("readers find nothing under this tag")
        return _("it is a draft") if link.kind == Kind.PAGE and link.row in self.drafts else _("it is gone")

    def usual(self, place):
        """Return the default links of a menu, as (kind, row, address, name)."""
        own = [(Kind.OWN, None, address, str(name)) for address, name in menus.OWN.items()]
        if place == Place.FOOTER:
            return own + [(Kind.PAGE, page.pk, "", page.title) for page in self.pages.values() if page.in_footer]
        kind = Section.Kind.THEME if place == Place.MENU else Section.Kind.COUNTRY
        top = [
            section
            for section in self.sections.values()
            if section.in_menu and not section.parent_id and section.kind == kind
        ]
        latest = own[:1] if place == Place.MENU else []
        return latest + [(Kind.SECTION, section.pk, "", section.name) for section in top]


class MenuLinkForm(forms.ModelForm):
    """A link: its target is chosen or, for a tag or another site, typed."""

    leads_to = forms.ChoiceField(label=gettext_lazy("leads to"))
    typed = TypedText(
        label=gettext_lazy("tag, or address of the site"),
        required=False,
        max_length=500,
        widget=forms.TextInput({"placeholder": gettext_lazy("tag or address")}),
    )
    link_targets: LinkTargets  # both are set on a class of its own for each request and menu
    place: str

    class Meta:
        model = MenuLink
        fields = ("order", "leads_to", "typed", "label")
        widgets = {
            "order": forms.NumberInput({"class": "menu-order", "min": 0}),
            "label": forms.TextInput({"placeholder": gettext_lazy("label")}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices, stored = self.link_targets.choices(), self.instance
        if stored.pk:
            self.initial.update(self._stored())
            if self.initial["leads_to"] not in {key for _name, rows in choices[1:] for key, _label in rows}:
                choices.append((self.initial["leads_to"], f"{stored.named}: {self.link_targets.lost(stored)}"))
        else:
            self.initial["order"] = 1 + sum(link.place == self.place for link in self.link_targets.links)
        choice_field(self, "leads_to").choices = choices
        for name in {"order", "leads_to", "typed", "label"} & self.fields.keys():  # a row has no labels of its own
            self.fields[name].widget.attrs["aria-label"] = capfirst(self.fields[name].label)

    def has_changed(self):
        """Return whether the link changed; a new row with only a number is empty."""
        return super().has_changed() if self.instance.pk else bool(set(self.changed_data) - {"order"})

    def _stored(self):
        kind = self.instance.kind
        if kind == Kind.TAG:
            return {"leads_to": kind, "typed": self.link_targets.tags.get(self.instance.row, self.instance.named)}
        if kind == Kind.LINK:
            return {"leads_to": kind, "typed": self.instance.address}
        return {"leads_to": f"{kind}:{self.instance.address or self.instance.row}"}

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        kind, _colon, key = (cleaned.get("leads_to") or "").partition(":")
        if kind and {"leads_to", "typed"} & set(self.changed_data):
            row, address, name = self._chosen_target(kind, key, (cleaned.get("typed") or "").strip())
            self.instance.kind, self.instance.row, self.instance.address = kind, row, address
            self.instance.named = name[:120]
        return cleaned

    def _chosen_target(self, kind, key, typed):
        """Return pk, address and name of the chosen or typed target."""
        if kind == Kind.OWN:
            return None, key, str(menus.OWN[key])
        if kind == Kind.TAG:
            tag = tag_named(typed)
            if tag is None:
                lacking = _("There is no tag “%(name)s”.") % {"name": typed}
                self.add_error("typed", lacking if typed else _("Name the tag."))
                return None, "", ""
            return tag.pk, "", tag.name
        if kind == Kind.LINK:
            self._check_address(typed)
            return None, typed, typed
        row = (self.link_targets.sections if kind == Kind.SECTION else self.link_targets.pages).get(int(key))
        return int(key), "", str(row or self.instance.named)

    def _check_address(self, typed):
        try:
            is_address(typed)
        except ValidationError as refusal:
            self.add_error("typed", refusal)


class KnownRow(forms.IntegerField):
    """The primary key of a row that the form has loaded: Django's own field queries each."""

    widget = forms.HiddenInput

    def __init__(self, rows, **kwargs):
        super().__init__(required=False, **kwargs)
        self.rows = rows

    def clean(self, value):
        pk = super().clean(value)
        if pk is not None and pk not in self.rows:
            raise ValidationError(
                forms.ModelChoiceField.default_error_messages["invalid_choice"], code="invalid_choice"
            )
        return pk


class MenuFormSet(BaseInlineFormSet):
    place = ""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["id"] = KnownRow({link.pk for link in self.get_queryset()}, initial=form.instance.pk)
        if "DELETE" in form.fields:  # a row has no labels of its own
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Remove this link")

    @classmethod
    def get_default_prefix(cls):
        return cls.place

    def save_new(self, form, commit=True):
        form.instance.place = self.place
        return super().save_new(form, commit)


class MenuInline(DeskInline):
    """The links of one menu; a class for each."""

    model = MenuLink
    form = MenuLinkForm
    place = ""
    fields = ["order", "leads_to", "typed", "label", "seen"]
    readonly_fields = ["seen"]
    extra, max_num = 1, MOST

    def get_queryset(self, request):
        self.link_targets = LinkTargets.of(request)
        return super().get_queryset(request).filter(place=self.place)

    def get_formset(self, request, obj=None, **kwargs):
        form = type("MenuLinkForm", (MenuLinkForm,), {"link_targets": LinkTargets.of(request), "place": self.place})
        formset = type("MenuFormSet", (MenuFormSet,), {"place": self.place})
        return super().get_formset(request, obj, form=form, formset=formset, **kwargs)

    # Whoever may change the menus may change each link in them.
    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("articles.view_papermenus")

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("articles.change_papermenus")

    has_delete_permission = has_change_permission

    def has_add_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    @admin.display(description=gettext_lazy("readers see"))
    def seen(self, link):
        if link.pk is None:
            return ""
        if target := self.link_targets.targets.get(link.pk):
            return format_html('<a href="{}">{}</a>', target.url, link.label or target.name)
        return format_html('<strong class="menu-gone">{}: {}</strong>', _("not shown"), self.link_targets.lost(link))


def _inline(place):
    names = {"place": place, "verbose_name": place.label, "verbose_name_plural": place.label}
    return type(f"{place.name.title()}Inline", (MenuInline,), names)


def _usual(place, targets):
    names = ", ".join(name for _kind, _row, _address, name in targets.usual(place)) or _("nothing")
    return (capfirst(place.label), names, BEGIN, place.value, _("Begin with these"))


@admin.register(PaperMenus)
class PaperMenusAdmin(OneRowAdmin):
    inlines = [_inline(place) for place in Place]

    class Media:
        css = {"all": ["css/desk-menus.css"]}
        js = [Script("js/desk-menus.js", type="module")]

    def get_fieldsets(self, request, obj=None):
        text = _(
            "A menu with links of its own shows these alone, in the order of their numbers. Without any it shows what "
            "it always does. What readers would not find is left out of the paper by itself, and marked here."
        )
        words = {"drag": _("Drag"), "up": _("Move %s up"), "down": _("Move %s down"), "unnamed": _("the empty row")}
        words["moved"] = _("%s is now in place %s of %s")
        data = format_html_join("", ' data-{}="{}"', words.items())
        description = format_html('{}<ul class="menu-usual"{}>{}</ul>', text, data, self._empty(request))
        return [(None, {"fields": [], "description": description})]

    def _empty(self, request):
        """Return the default links of empty menus, each with a button that adds them for editing."""
        targets = LinkTargets.of(request)
        empty = [place for place in Place if not any(link.place == place for link in targets.links)]
        row = '<li>{}: {} <button type="submit" class="button" name="{}" value="{}">{}</button></li>'
        return format_html_join("", row, (_usual(place, targets) for place in empty))

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        place = request.POST.get(BEGIN)
        if place in Place and not MenuLink.objects.filter(place=place).exists():
            rows = LinkTargets().usual(Place(place))[:MOST]
            MenuLink.objects.bulk_create(
                MenuLink(paper_id=1, place=place, order=number, kind=kind, row=row, address=address, named=name)
                for number, (kind, row, address, name) in enumerate(rows, start=1)
            )

    def response_change(self, request, obj):
        return HttpResponseRedirect(request.path) if BEGIN in request.POST else super().response_change(request, obj)
