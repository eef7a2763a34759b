"""The admin of ideas: a short form, a list, and buttons to begin, drop and restore an idea."""

from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import desk_search
from articles.admin.article.listing import DueFilter, SectionFilter, section_name
from articles.admin.calendar.planning import way_back
from articles.admin.desk import DeskAdmin
from articles.admin.idea.form import IdeaForm
from articles.admin.idea.steps import Steps
from articles.admin.lists import number_in_address
from articles.admin.times import short
from articles.desk import notices, roles
from articles.models import Article, Idea
from articles.search.headlines import among

MOST_FOUND = 500


class WhoseFilter(admin.SimpleListFilter):
    """A filter by person: my ideas, those assigned to me, those without an assignee."""

    title = gettext_lazy("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("Mine")), ("assigned", _("Assigned to me")), ("nobody", _("Nobody has it"))]

    def queryset(self, request, queryset):
        if self.value() == "mine":
            return queryset.filter(created_by=request.user)
        if self.value() == "assigned":
            return queryset.filter(assignee=request.user)
        return queryset.filter(assignee=None) if self.value() == "nobody" else queryset


class DroppedFilter(admin.SimpleListFilter):
    """A filter for dropped ideas, which ``IdeaAdmin.get_queryset`` shows nowhere else."""

    title = gettext_lazy("dropped")
    parameter_name = "dropped"

    def lookups(self, request, model_admin):
        return [("1", _("Dropped"))]

    def queryset(self, request, queryset):
        return queryset


@admin.register(Idea)
class IdeaAdmin(Steps, DeskAdmin):
    """Ideas without a text; whoever begins to write one makes it an article."""

    form = IdeaForm
    change_form_template = "admin/articles/idea/change_form.html"
    list_display = ["headline", "place", "who", "due", "noted"]
    list_filter = [WhoseFilter, SectionFilter, DueFilter, DroppedFilter]
    list_select_related = ["section__parent", "assignee", "created_by"]
    search_fields = ["headline"]  # there is a search; it looks at notes and everything else, too
    search_help_text = gettext_lazy("Words of headlines and notes, or an idea’s number.")
    sortable_by = []
    actions = None
    fields = ["headline", "section", "who", "due", "note"]
    autocomplete_fields = ["section"]

    def get_queryset(self, request):
        """Return ideas on the desk, or dropped ones if the filter asks for them."""
        ideas = super().get_queryset(request).defer("body", "corrections", "standfirst")
        return ideas.filter(trashed_at__isnull=request.GET.get("dropped") != "1")

    def get_object(self, request, object_id, from_field=None):
        """Return an idea by its primary key, even if it was dropped: its form says so."""
        ideas = Idea.objects.select_related("section__parent", "assignee", "created_by")
        return ideas.filter(pk=number_in_address(object_id)).first()

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        matches = desk_search.find_copies(
            search_term, Article.objects.filter(stage=Article.Stage.IDEA), most=MOST_FOUND
        )
        return queryset.filter(pk__in=among([*matches.pks, number_in_address(search_term)])), False

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or roles.may(request.user, "edit", obj))

    def has_delete_permission(self, request, obj=None):
        """Forbid deleting: ideas go to the trash."""
        return False

    def get_form(self, request, obj=None, change=False, **kwargs):
        return type("IdeaForm", (super().get_form(request, obj, change, **kwargs),), {"user": request.user})

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Offer no links to add or change sections."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "section":
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        return field

    def get_fields(self, request, obj=None):
        """Return plain fields for users who may only read the idea."""
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return self.fields if may_change else ["headline", "section", "shown_who", "shown_due"]

    def get_readonly_fields(self, request, obj=None):
        return ["shown_who", "shown_due"]

    def log_addition(self, request, obj, message):
        return super().log_addition(request, _as_article(obj), _("Noted as an idea"))

    def log_change(self, request, obj, message):
        """Log the change for the idea's article; an empty message is not logged."""
        return super().log_change(request, _as_article(obj), message) if message else None

    def history_view(self, request, object_id, extra_context=None):
        return HttpResponseRedirect(reverse("admin:articles_article_history", args=[number_in_address(object_id)]))

    def response_add(self, request, obj, post_url_continue=None):
        return self._go_on(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._go_on(request, obj) or super().response_change(request, obj)

    def _go_on(self, request, idea):
        """Redirect to the article that is begun, or to the calendar where the idea was planned."""
        if "_begin" in request.POST:
            return self.begin(request, idea)
        if back := way_back(request.GET):
            self.message_user(request, _("Saved: the idea “%(idea)s”.") % {"idea": idea})
            return HttpResponseRedirect(back)
        return None

    @admin.display(description=gettext_lazy("section"))
    def place(self, idea):
        return section_name(idea.section) if idea.section else "–"

    @admin.display(description=gettext_lazy("who"))
    def who(self, idea):
        return notices.name_of_person(idea.assignee) if idea.assignee else _("nobody")

    shown_who = who

    @admin.display(description=gettext_lazy("due"))
    def due(self, idea):
        if idea.due_at is None:
            return "–"
        is_over = idea.due_at < timezone.now()
        text = _("overdue since %(time)s") if is_over else "%(time)s"
        return format_html("<strong>{}</strong>" if is_over else "{}", text % {"time": short(idea.due_at)})

    shown_due = due

    @admin.display(description=gettext_lazy("noted"))
    def noted(self, idea):
        by = notices.name_of_person(idea.created_by) if idea.created_by else ""
        return format_html('{} <span class="quiet">{}</span>', short(idea.created_at), by)


def _as_article(idea):
    """Return the idea as an article, as the log refers to it."""
    return Article(pk=idea.pk, headline=idea.headline)
