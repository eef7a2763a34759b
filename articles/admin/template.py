"""Templates of articles: made from an article, renamed, changed and deleted by editors."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from js_asset import Media

from articles.admin.article.form import TagsField
from articles.admin.desk import DeskAdmin, person_column
from articles.admin.lists import number_in_address
from articles.desk import roles
from articles.folding import key as key_of
from articles.models import Article, Template

SAME = ["headline", "standfirst", "body", "section", "kind", "language"]  # fields of both an article and its template


class NamesField(TagsField):
    """Names of tags; a new one is created only with an article."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial, data):
        now = {key_of(name) for name in (data or "").replace(";", ",").split(",")} - {""}
        return not self.disabled and now != {key_of(name) for name in initial or []}


class TemplateForm(forms.ModelForm):
    tags = NamesField(label=gettext_lazy("Tags"), required=False, help_text=gettext_lazy("With commas between them."))


@admin.register(Template)
class TemplateAdmin(DeskAdmin):
    form = TemplateForm
    how_to_begin = gettext_lazy(
        "There is no template yet. Add one here, or keep an article as one: “Keep as a template”, under History there."
    )
    list_display = ["name", "section", "kind", person_column("made_by", gettext_lazy("kept by")), "begin"]
    list_select_related = ["section", "made_by"]
    search_fields = ["name", "headline"]
    sortable_by = []
    fields = ["name", "headline", "standfirst", "body", "section", "tags", ("kind", "language")]
    autocomplete_fields = ["section"]

    class Media:
        css = {"all": ["css/editor.css"]}

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_change_template(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or roles.may_change_template(request.user, obj))

    def get_actions(self, request):
        """Offer no action on many, because some may be another user's."""
        return {}

    def get_changeform_initial_data(self, request):
        """Return the values of the article ``?from=12``, as it was last saved, without times and authors."""
        initial = super().get_changeform_initial_data(request)
        article = Article.objects.filter(pk=number_in_address(request.GET.get("from"))).first()
        if article is None or not request.user.has_perm("articles.view_article"):
            return initial
        tags = article.tag_rows.order_by("tag__name").values_list("tag__name", flat=True)
        return initial | {name: getattr(article, name) for name in SAME} | {"tags": list(tags)}

    def save_model(self, request, obj, form, change):
        if not change:
            obj.made_by = request.user
        super().save_model(request, obj, form, change)

    def render_change_form(self, request, context, *args, **kwargs):
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("begin"))
    def begin(self, template):
        address = f"{reverse('admin:articles_article_add')}?template={template.pk}"
        return format_html('<a href="{}">{}</a>', address, _("New article from it"))
