"""The levels of checks, in the form of a section and in the paper's settings: a choice for every check."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.choices import choice_field
from articles.desk.readiness import DEFAULT, Level
from articles.models import Check, CheckRule, Section

PREFIX = "check_"  # prefix of a check's field
NAMES = [f"{PREFIX}{check}" for check in Check.values]


class RulesForm(forms.ModelForm):
    """A form with a choice for every check; an empty choice inherits the level from above."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.own_section = self.instance if isinstance(self.instance, Section) else None
        self.rules: dict[str, CheckRule] = {}
        if self.own_section is None or self.own_section.pk:
            rules = CheckRule.objects.filter(section=self.own_section)
            self.rules = {rule.check_name: rule for rule in rules}
        self._offer()

    def _offer(self):
        above = self._above()
        for check in Check.values:
            if f"{PREFIX}{check}" in self.fields:
                inherited = Level(above.get(check, DEFAULT)).label
                text = _("as above: %(level)s") if self.own_section else _("as usual: %(level)s")
                choice_field(self, f"{PREFIX}{check}").choices = [("", text % {"level": inherited}), *Level.choices]
                rule = self.rules.get(check)
                self.initial[f"{PREFIX}{check}"] = rule.level if rule else ""

    def _above(self):
        """Return the inherited levels."""
        if self.own_section is None:
            return {}
        rules = CheckRule.objects.filter(section=None)
        above = {rule.check_name: rule.level for rule in rules}
        if parent := self.own_section.parent_id:
            above |= {rule.check_name: rule.level for rule in CheckRule.objects.filter(section=parent)}
        return above

    def save_rules(self):
        """Store the choices that changed."""
        for check in Check.values:
            name = f"{PREFIX}{check}"
            if name not in self.changed_data:
                continue
            if level := self.cleaned_data[name]:
                defaults = {"level": level}
                CheckRule.objects.update_or_create(section=self.own_section, check_name=check, defaults=defaults)
            else:
                CheckRule.objects.filter(section=self.own_section, check_name=check).delete()


def _field(check):
    return forms.ChoiceField(label=check.label, required=False, choices=[("", ""), *Level.choices])


RulesForm.declared_fields.update({f"{PREFIX}{check.value}": _field(check) for check in Check})


class RulesAdmin(admin.ModelAdmin):
    """A part of an admin class with these choices, for users who may change them."""

    class Media:
        css = {"all": ["css/desk-checks.css"]}

    def may_rule(self, request):
        return request.user.has_perm("articles.change_checkrule")

    def rules_fieldset(self):
        described = gettext_lazy(
            "Each article is looked at while it is written, and again before it is published. Where a section chooses "
            "nothing, the section it lies within decides, then the paper."
        )
        options = {"fields": NAMES, "classes": ["collapse", "rules"], "description": described}
        return (gettext_lazy("Checks before publishing"), options)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form_class = super().get_form(request, obj, change, **kwargs)
        if self.may_rule(request):
            return form_class
        return type(form_class.__name__, (form_class,), dict.fromkeys(NAMES))  # None removes a field

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if self.may_rule(request):
            form.save_rules()
