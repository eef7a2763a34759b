"""What the article screen shows: the form, and the rail beside it."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from js_asset import Media

from articles import rendering, roles
from articles.admin import pictures
from articles.admin.article import notes, state, steps
from articles.admin.article.form import ArticleForm, BylineForm, BylineFormSet
from articles.admin.desk import DeskInline
from articles.admin.times import zone
from articles.models import ArticleByline
from articles.workflow import WorkflowError

REFUSED = "refused step"  # in the session: what was typed for it
MORE = ["kicker", "dateline", "slug", "embargo_until", "corrections", "off_front"]
SEARCH_AND_SOCIAL = ["seo_title", "seo_description", "social_title", "social_description", "noindex"]


class BylineInline(DeskInline):
    model = ArticleByline
    form = BylineForm
    formset = BylineFormSet
    autocomplete_fields = ["author"]
    fields = ["author", "order"]
    extra = 1

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("author")

    def has_add_permission(self, request, obj=None):
        """Whoever may edit the article; the rows are only shown to others, like the rest of the form."""
        return obj is None or obj.pk is None or roles.may(request.user, "edit", obj)

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request, obj=None):
        return True


class Screen:
    """The form of an article and its rail."""

    form = ArticleForm
    inlines = [BylineInline]
    autocomplete_fields = ["section", "lead_image"]
    readonly_fields = ["lead_picture", "shown_body", "shown_tags"]
    change_form_template = "admin/articles/article/change_form.html"
    view_on_site = False  # the state beside the form leads to what is live

    def get_fieldsets(self, request, obj=None):
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        body, tags = ("body", "tags") if may_edit else ("shown_body", "shown_tags")
        return [
            (None, {"fields": ["headline", "standfirst", body], "classes": ["text"]}),
            (_("Place"), {"fields": ["section", "further_sections", tags, ("kind", "language")]}),
            (_("Lead picture"), {"fields": ["lead_image", "lead_picture", "lead_caption"]}),
            (_("More"), {"fields": MORE, "classes": ["collapse"]}),
            (_("Search engines and social networks"), {"fields": SEARCH_AND_SOCIAL, "classes": ["collapse"]}),
        ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """As on every screen; but sections are not made in passing."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "section":
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        return field

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.user = request.user
        return form

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """A new article begins with the byline of whoever begins it."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        author = getattr(request.user, "author", None) if request.method == "GET" and obj.pk is None else None
        return kwargs | ({"initial": [{"author": author.pk}]} if author else {})

    @admin.display(description=gettext_lazy("picture"))
    def lead_picture(self, article):
        return pictures.shown(article.lead_image, "lead_image")

    @admin.display(description=gettext_lazy("body"))
    def shown_body(self, article):
        return format_html('<div class="body">{}</div>', rendering.body(article.body))

    @admin.display(description=gettext_lazy("tags"))
    def shown_tags(self, article):
        return ", ".join(row.tag.name for row in article.tag_rows.select_related("tag"))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        now = state.of(obj)
        offered = steps.offered(request.user, obj, now)
        context |= {
            "state": now,
            "offered": offered,
            "next_steps": offered - steps.BESIDE_THE_TEXT,
            "writers": steps.writers() if "assign" in offered else [],
            "notes": notes.newest(obj),
            "step_form": self._step_form(request, obj),
            "newer": getattr(context["adminform"].form, "newer", None),
            "zone": zone(),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _step_form(self, request, article):
        """The fields of the steps: as typed when a step was refused, or when the form itself comes back."""
        if request.method == "POST":
            return steps.StepForm(request.POST)
        refused = request.session.get(REFUSED, {})
        if not article or refused.get("article") != article.pk:
            return steps.form_of(article)
        del request.session[REFUSED]
        form = steps.StepForm(refused["given"])
        steps.refuse(form, refused["step"], WorkflowError(refused["text"]))
        return form
