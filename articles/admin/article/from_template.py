"""A new article that begins with a template: chosen above the form, filled in, and saved like any other."""

from django.utils import timezone

from articles.admin.article.pages import ArticlePage, DeskRequest
from articles.admin.lists import number_in_address
from articles.desk import roles
from articles.models import Template

OFFERED = 30  # above the form; the list of templates has them all


class FromTemplate(ArticlePage):
    """The choice of a template above the add form, and the button that keeps an article as a template."""

    def panel(self, request, article, sent):
        may_keep = bool(article) and roles.may_keep_template(request.user)
        return {"may_keep_template": may_keep} | ({} if article else _choice(request))


def _choice(request):
    """Return the templates that a new article may begin with; none if the user may not see them."""
    if not request.user.has_perm("articles.view_template"):
        return {}
    templates = list(Template.objects.only("name").order_by("name", "pk")[: OFFERED + 1])
    return {
        "templates": templates[:OFFERED],
        "has_more_templates": len(templates) > OFFERED,
        "chosen_template": number_in_address(request.GET.get("template")),
    }


def chosen_template(request: DeskRequest) -> Template | None:
    """Return the template that the address asks for; None if the user may not see it, or it was deleted."""
    if not request.user.has_perm("articles.view_template"):
        return None
    return Template.objects.filter(pk=number_in_address(request.GET.get("template"))).first()


def first_words(template):
    """Return the initial values of a new article's form from ``template``, as it reads today."""
    today = timezone.localdate()
    words = {name: template.written_on(today, getattr(template, name)) for name in ("headline", "standfirst", "body")}
    furniture = {"section": template.section_id, "kind": template.kind, "language": template.language}
    return words | furniture | {"tags": ", ".join(template.tags)}
