"""A new article that begins with a template: chosen above the form, filled in, and saved like any other."""

from django.utils import timezone

from articles.admin.lists import number_in_address
from articles.desk import roles
from articles.models import Template

OFFERED = 30  # above the form; the list of templates has them all


class Beginning:
    """The add form with what a template says, and the way to keep an article as one."""

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        template = _chosen(request)
        return initial | first_words(template) if template else initial

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if add and request.user.has_perm("articles.view_template"):
            found = list(Template.objects.only("name").order_by("name", "pk")[: OFFERED + 1])
            context |= {"templates": found[:OFFERED], "has_more_templates": len(found) > OFFERED}
            context["chosen_template"] = number_in_address(request.GET.get("template"))
        context["may_keep_template"] = bool(obj and obj.pk) and roles.may_keep_template(request.user)
        return super().render_change_form(request, context, add, change, form_url, obj)


def _chosen(request):
    """The template that is asked for; None for whoever may not see it, and for one that is gone."""
    if not request.user.has_perm("articles.view_template"):
        return None
    return Template.objects.filter(pk=number_in_address(request.GET.get("template"))).first()


def first_words(template):
    """What the form of a new article begins with, today."""
    today = timezone.localdate()
    words = {name: template.written_on(today, getattr(template, name)) for name in ("headline", "standfirst", "body")}
    same = {"section": template.section_id, "kind": template.kind, "language": template.language}
    return words | same | {"tags": ", ".join(template.tags)}
