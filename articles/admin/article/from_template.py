"""A new article that begins with a template: chosen above the form, filled in, and saved like any other."""

from django.utils import timezone

from articles.admin.article.pages import ArticlePage, DeskRequest
from articles.admin.lists import number_in_address
from articles.desk import roles
from articles.models import Template

OFFERED = 30  # above the form; the list of templates has them all


class FromTemplate(ArticlePage):
    """The choice of a template above the add form, and the way to keep an article as one."""

    def panel(self, request, article, sent):
        may_keep = bool(article) and roles.may_keep_template(request.user)
        return {"may_keep_template": may_keep} | ({} if article else _choice(request))


def _choice(request):
    """The templates that a new article may begin with, for those who may see them."""
    if not request.user.has_perm("articles.view_template"):
        return {}
    found = list(Template.objects.only("name").order_by("name", "pk")[: OFFERED + 1])
    return {
        "templates": found[:OFFERED],
        "has_more_templates": len(found) > OFFERED,
        "chosen_template": number_in_address(request.GET.get("template")),
    }


def chosen_template(request: DeskRequest) -> Template | None:
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
