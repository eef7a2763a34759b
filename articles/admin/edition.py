"""The admin of editions: to be read, never changed."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import desk_search
from articles.admin.article import reading, standing
from articles.admin.article.corrections import read_only_corrections
from articles.admin.calendar.screen import Calendar
from articles.admin.desk import DeskAdmin
from articles.admin.lists import number_in_address
from articles.admin.times import embargo_words, short, short_in_words
from articles.body import charts
from articles.desk import lacking, roles, workflow
from articles.models import Article, Copy, Edition
from articles.public import rendering
from articles.search.headlines import among
from ground.times import FOR_EVER

PLACE = ["section", "listed_in", "authors", "tag_names", "kind", "language", "lead_image", "lead_caption"]
ELSEWHERE = {*PLACE, "headline", "standfirst", "body", "slug", "dated_corrections", "related"}
MORE = [field.name for field in Copy._meta.local_fields if field.name not in ELSEWHERE]
MORE = [*MORE, "shown_corrections", "erased_by", "erased_at", "erased_reason"]


class EraseForm(forms.Form):
    """The reason why an edition's text is erased."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("It stays in place of the text, with your name and the time."),
    )


class LiveFilter(admin.SimpleListFilter):
    """A filter by whether an edition is live."""

    title = gettext_lazy("when")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("now", _("Live")), ("future", _("Scheduled")), ("past", _("Past"))]

    def queryset(self, request, queryset):
        now = timezone.now()
        return {
            "now": queryset.live(now),
            "future": queryset.filter(live_from__gt=now),
            "past": queryset.filter(live_until__lte=now),
        }.get(self.value() or "", queryset)


@admin.register(Edition)
class EditionAdmin(Calendar, DeskAdmin):
    change_form_template = "admin/articles/edition/change_form.html"
    change_list_template = "admin/articles/edition/change_list.html"
    list_display = ["headline", "section", "first_published", "starts", "ends", "mind", "cut_by"]
    list_filter = [LiveFilter]
    states_by = LiveFilter.parameter_name
    list_select_related = ["section", "cut_by"]
    search_fields = ["headline", "path"]  # there is a search; what it looks at is articles/desk_search's
    search_help_text = gettext_lazy("Words of the text, its authors and tags; a number; or an address.")
    sortable_by = []
    ordering = ["-published_at", "-pk"]
    fieldsets = [
        (None, {"fields": ["headline", "standfirst", "shown_body"], "classes": ["text"]}),
        (
            gettext_lazy("With readers"),
            {
                "fields": [
                    *("address", "first_published", "starts", "ends", "mind", "cut_by"),
                    *("withdrawn_by", "withdrawn_reason"),
                ]
            },
        ),
        (
            gettext_lazy("Place"),
            {"fields": [*PLACE]},
        ),
        (
            gettext_lazy("More"),
            {"fields": [*MORE]},
        ),
    ]

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    def get_queryset(self, request):
        article = {"stage": F("article__stage"), "embargo": F("article__embargo_until")}
        return super().get_queryset(request).annotate(**article)

    def get_search_results(self, request, queryset, search_term):
        """Return editions by words of the index; for an address or a number, those that have it."""
        typed = search_term.strip()
        if not typed:
            return queryset, False
        if typed.startswith("/"):
            return queryset.filter(path__in=[typed, f"{typed}/"]), False
        page = max(number_in_address(request.GET.get("p")), 1)
        matches = desk_search.find_among_editions(typed, queryset, most=page * self.list_per_page + 1)
        return queryset.filter(pk__in=among([*matches.pks, number_in_address(typed)])), False

    def get_urls(self):
        erase = self.admin_site.admin_view(self.erase_view)
        return [path("<int:pk>/erase/", erase, name="articles_edition_erase"), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        now = timezone.now()
        ended = obj.live_until <= now and not obj.erased_at
        context |= {
            "may_erase": ended and roles.may(request.user, "erase", obj.article),
            "reading": reading.reading_of(obj),
            "standing": standing.standing_of_edition(obj, now),
            "furniture": list(context["adminform"])[1:],
        }
        return super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)

    def erase_view(self, request, pk):
        """Blank an edition's text on a court order or a privacy claim, with a reason that is kept."""
        edition = self.get_object(request, str(pk))
        if edition is None:
            raise Http404
        if not roles.may(request.user, "erase", edition.article):
            raise PermissionDenied
        form = EraseForm(request.POST or None)
        if form.is_valid():
            try:
                erased = workflow.erase(edition, by=request.user, reason=form.cleaned_data["reason"])
            except workflow.WorkflowError as refusal:
                form.add_error(None, str(refusal))
            else:
                self._log_erasing(request, erased, form.cleaned_data["reason"])
                self.message_user(request, _("Erased. Who, when and why stay."), messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:articles_edition_change", args=[edition.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Erase the text of an edition"),
            "subtitle": edition.headline,
            "form": form,
            "original": edition,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/articles/edition/erase.html", context)

    def _log_erasing(self, request, erased, reason):
        """Log that it was erased, and remove its headline from older log entries."""
        older = LogEntry.objects.filter(content_type=get_content_type_for_model(erased), object_id=str(erased.pk))
        older.update(object_repr=str(erased))
        self.log_change(request, erased, _("Erased: %(reason)s") % {"reason": reason})

    @admin.display(description=gettext_lazy("body"))
    def shown_body(self, edition):
        return format_html('<div class="body">{}</div>', rendering.body(charts.charts_in_words(edition.body)))

    @admin.display(description=gettext_lazy("dated corrections"))
    def shown_corrections(self, edition):
        return read_only_corrections(edition.dated_corrections)

    @admin.display(description=gettext_lazy("address"))
    def address(self, edition):
        return format_html('<a href="{0}">{0}</a>', edition.path)

    @admin.display(description=gettext_lazy("first published"))
    def first_published(self, edition):
        """Return the article's first publication, by which the list is sorted; "" before it."""
        return short(edition.published_at) if edition.published_at <= timezone.now() else ""

    @admin.display(description=gettext_lazy("this text from"))
    def starts(self, edition):
        start = short_in_words(edition.live_from)
        return _("%(time)s, nothing new in it") % {"time": start} if edition.repeats_since else start

    @admin.display(description=gettext_lazy("until"))
    def ends(self, edition):
        return _("further notice") if edition.live_until == FOR_EVER else short_in_words(edition.live_until)

    @admin.display(description=gettext_lazy("mind"))
    def mind(self, edition):
        """Return what an editor should know about a scheduled edition."""
        if edition.live_from <= timezone.now():
            return ""
        older = _("an older text than the working copy") if edition.stage != Article.Stage.PUBLISHED else ""
        now = timezone.now()
        embargo = embargo_words(edition.embargo, now, is_update=edition.published_at <= now)
        return "; ".join(
            filter(None, [older, lacking.gaps_in_words(edition.lacks), lacking.told_of_repeat(edition), embargo])
        )

    @admin.display(description=gettext_lazy("listed in"))
    def listed_in(self, edition):
        return ", ".join(section.name for section in edition.sections.all())

    @admin.display(description=gettext_lazy("authors"))
    def authors(self, edition):
        return ", ".join(row.author.name for row in edition.bylines.select_related("author"))

    @admin.display(description=gettext_lazy("tags"))
    def tag_names(self, edition):
        return ", ".join(tag.name for tag in edition.tags.all())
