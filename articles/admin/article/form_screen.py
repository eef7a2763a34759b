"""The article screen: its head, the text, and beside it the furniture in panels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from js_asset import Media

from articles.admin.article import (
    corrections,
    editors,
    from_template,
    notes,
    picks_field,
    reading,
    standing,
    state,
    step_buttons,
    step_input,
    steps,
)
from articles.admin.article.form import ArticleForm, BylineForm, BylineFormSet, TranslationField
from articles.admin.article.pages import DeskRequest
from articles.admin.desk import DeskAdmin, DeskInline
from articles.admin.form_errors import errors_of
from articles.admin.times import short, zone
from articles.body import charts
from articles.desk import roles, translations
from articles.desk.steps import STEPS
from articles.desk.workflow import WorkflowError
from articles.languages import language_attributes
from articles.models import Article, ArticleByline
from articles.public import rendering

SEARCH_AND_SOCIAL = ["seo_title", "seo_description", "social_title", "social_description", "noindex"]
OPEN_AT_FIRST = {"place", "picture", "tags"}  # until somebody opens or closes a panel, which their browser remembers
FINER = "finer"  # the class of fields that are folded within the panel before them


@dataclass
class Panel:
    """A part of an article's furniture that opens and closes; ``finer`` is what seldom changes in it."""

    name: str
    title: str
    fieldset: Any
    is_open: bool
    says: str = ""  # what it holds, while it is closed
    finer: Any = None
    finer_title: str = ""
    finer_is_open: bool = False


def panels(adminform: Any) -> list[Panel]:
    """Return the fieldsets beside the text as panels; those with a field to mend are open."""
    all_panels: list[Panel] = []
    for fieldset in adminform:
        title, fieldset.name = fieldset.name, None  # the panel's own heading says it
        to_mend = any(field in adminform.form.errors for line in fieldset for field in line.fields)
        if FINER in fieldset.classes:
            panel = all_panels[-1]
            panel.finer, panel.finer_title, panel.finer_is_open = fieldset, title, to_mend
            panel.is_open |= to_mend
        elif title:
            name = fieldset.classes.split()[0]
            all_panels.append(Panel(name, title, fieldset, to_mend or name in OPEN_AT_FIRST, says(fieldset)))
    return all_panels


def says(fieldset: Any) -> str:
    """Return the values of a panel's fields, in words, without rows of other models, which would take queries."""
    return " · ".join(filter(None, (_present(field) for line in fieldset for field in line)))


def _present(field: Any) -> str:
    """Return the value of one field as people read it."""
    if field.is_readonly:
        return "" if field.field["name"].startswith("shown_") else strip_tags(field.contents()).strip("- ")
    bound = field.field
    value = bound.value()
    if isinstance(bound.field, forms.ModelChoiceField):
        return ""
    if isinstance(bound.field, forms.BooleanField):
        return str(bound.label) if value else ""
    if isinstance(bound.field, forms.ChoiceField):
        choices: Any = bound.field.choices
        return str(dict(choices).get(value, ""))
    if isinstance(value, datetime):
        return short(timezone.make_aware(value) if timezone.is_naive(value) else value)  # as a form shows it
    return value.strip() if isinstance(value, str) else ""


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
        """Let whoever may edit the article edit its bylines; others only see the rows, like the rest of the form."""
        return obj is None or obj.pk is None or roles.may(request.user, "edit", obj)

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request, obj=None):
        return True


class ArticleFormAdmin(DeskAdmin):
    """The form of an article: its fields, who sees which, and what a new one begins with."""

    form = ArticleForm
    inlines = [BylineInline]
    autocomplete_fields = ["section", "lead_image", "translation_of"]
    readonly_fields = ["shown_body", "shown_tags", "shown_corrections", "shown_related", "shown_translations"]
    change_form_template = "admin/articles/article/change_form.html"
    view_on_site = False  # the state beside the form leads to what is live

    def get_fieldsets(self, request, obj=None):
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        body, tags = ("body", "tags") if may_edit else ("shown_body", "shown_tags")
        translation = ["translation_of", *(["shown_translations"] if obj else [])]
        return [
            (None, {"fields": ["headline", "standfirst", body], "classes": ["text"]}),
            (_("Section"), {"fields": ["section", "further_sections"], "classes": ["place"]}),
            (_("Lead picture"), {"fields": ["lead_image"], "classes": ["picture"]}),
            (_("Caption of its own"), {"fields": ["lead_caption"], "classes": [FINER]}),
            (_("Tags"), {"fields": [tags], "classes": ["tags"]}),
            (_("Times"), {"fields": ["embargo_until"], "classes": ["times"]}),
            (_("Read next"), {"fields": ["related" if may_edit else "shown_related"], "classes": ["related"]}),
            *self._corrections(obj, may_edit=may_edit),
            (_("Kind and language"), {"fields": [("kind", "language"), *translation], "classes": ["kind"]}),
            (_("Kicker and dateline"), {"fields": ["kicker", "dateline"], "classes": ["dateline"]}),
            (_("Address"), {"fields": ["slug"], "classes": ["address"]}),
            (_("Front page"), {"fields": ["off_front"], "classes": ["front"]}),
            (_("Search and social"), {"fields": SEARCH_AND_SOCIAL, "classes": ["search"]}),
        ]

    def _corrections(self, article, *, may_edit):
        """Return the panel of corrections once there can be any; undated ones are in it as long as there are some."""
        if not article or not (article.published_at or article.dated_corrections or article.corrections):
            return []
        fields = ["dated_corrections" if may_edit else "shown_corrections", "corrections"]
        return [
            (_("Corrections"), {"fields": fields if article.corrections else fields[:1], "classes": ["corrections"]})
        ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Return the field as on every screen, but without the buttons to add, change or view a section or article."""
        if db_field.name == "translation_of":
            kwargs["form_class"] = TranslationField
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in {"section", "translation_of"}:
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        return field

    def get_form(self, request, obj=None, change=False, **kwargs):
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.user = request.user
        return form

    def get_changeform_initial_data(self, request):
        """Return the initial values, with the text of the template that the address asks for."""
        initial = super().get_changeform_initial_data(request)
        template = from_template.chosen_template(request)
        return initial | from_template.first_words(template) if template else initial

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """Begin a new article with the byline of the user who opens the form."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        author = getattr(request.user, "author", None) if request.method == "GET" and obj.pk is None else None
        return kwargs | ({"initial": [{"author": author.pk}]} if author else {})

    @admin.display(description=gettext_lazy("body"))
    def shown_body(self, article):
        return format_html('<div class="body">{}</div>', rendering.body(charts.charts_in_words(article.body)))

    @admin.display(description=gettext_lazy("corrections"))
    def shown_corrections(self, article):
        return corrections.read_only_corrections(article.dated_corrections)

    @admin.display(description=gettext_lazy("what to read next"))
    def shown_related(self, article):
        return picks_field.read_only_picks(article.related)

    @admin.display(description=gettext_lazy("linked translations"))
    def shown_translations(self, article):
        """Return links to the articles that say the same in other languages, whichever of them names which."""
        return linked_translations(article)

    @admin.display(description=gettext_lazy("tags"))
    def shown_tags(self, article):
        return ", ".join(row.tag.name for row in article.tag_rows.select_related("tag"))


def form_context(request: DeskRequest, context: dict[str, Any], article: Article | None, sent: QueryDict) -> dict:
    """Return what the template of the form shows of ``article`` (None: a new one) besides what Django's does.

    ``context`` has the form; ``sent`` is what somebody typed if the form is filled in with that, and empty otherwise.
    """
    now = state.state_of(article)
    offered = steps.offered(request.user, article, now)
    step_form, next_step = _step_form(request, article, sent), step_buttons.next_step(article, offered)
    article_notes, writes = notes.newest_notes(article), "body" in context["adminform"].form.fields
    return {
        "media": Media.from_media(context["media"], nonce=request.csp_nonce),
        "state": now,
        "offered": offered,
        "next_steps": {name for name in offered if not STEPS[name].is_beside},
        "writers": steps.writers() if any("assign_to" in STEPS[name].fields for name in offered) else [],
        "waits_for": _waits_for(article),
        "notes": article_notes,
        "open_notes": sum(not note.done_at for note in article_notes),
        "step_form": step_form,
        "menu_is_open": step_buttons.menu_is_open(step_form),
        "next_step": next_step,
        **step_buttons.further_steps(offered - {next_step}, step_form),
        "standing": standing.standing_in_words(article, now),
        "reading": reading.reading_of(article) if article and not writes else None,
        "zone": zone(),
        "text_fieldset": next(iter(context["adminform"])),
        "panels": panels(context["adminform"]),
    }


def to_mend(context: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return every error of the forms in ``context``: the field's id, its label, and what is wrong."""
    errors = errors_of(context["adminform"].form)
    for inline in context["inline_admin_formsets"]:
        errors += [("bylines-group", "", str(text)) for text in inline.formset.non_form_errors()]
        for form in inline.formset.forms:
            errors += errors_of(form)
    beside = [context[name] for name in ("step_form", "share_form") if name in context]
    return errors + [error for form in beside for error in errors_of(form)]


def linked_translations(article: Article) -> SafeString | str:
    """Return links to the translations of ``article`` on the desk, each with its language and its stage."""
    articles = list(translations.translations_of(article).only("headline", "language", "stage").order_by("pk"))
    if not articles:
        return _("none yet")
    names = dict(Article._meta.get_field("language").flatchoices)
    rows = [
        (
            *(linked.get_absolute_url(), language_attributes(linked.language), linked.headline),
            *(names.get(linked.language, linked.language), linked.get_stage_display()),
        )
        for linked in articles
    ]
    return format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}"{}>{}</a> ({}, {})</li>', rows))


def _step_form(request: DeskRequest, article: Article | None, sent: QueryDict) -> steps.StepForm:
    """Return the fields of the steps, with what was typed for a step that was refused, or not taken yet."""
    if sent:
        return steps.StepForm(sent)
    refused = step_input.recall(request, article) if article else {}
    if "step" not in refused:
        return steps.form_of(article, refused.get("given"))
    form = steps.StepForm(refused["sent"])
    steps.refuse(form, refused["step"], WorkflowError(refused["text"]))
    return form


def _waits_for(article: Article | None) -> str:
    """Return the names of the editors whom a submitted article waits for; an empty text while it is being written."""
    if article is None or article.stage not in editors.SUBMITTED:
        return ""
    return editors.with_whom(article, editors.editors_for([article]))
