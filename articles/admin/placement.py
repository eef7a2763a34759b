from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import desk_search
from articles.admin.article.listing import section_name
from articles.admin.board import Board
from articles.admin.desk import DeskAdmin
from articles.admin.times import TimeField, short
from articles.desk import boards, roles
from articles.models import Article, Placement, Section
from articles.search.headlines import among
from ground.times import FOR_EVER

MOST_PLACED = 500  # articles whose placements a search shows


class PlacementForm(forms.ModelForm):
    """The form of a placement; without an end it lasts until further notice."""

    user: User  # who fills it in; the admin sets it

    ends_at = TimeField(
        label=gettext_lazy("Until"), required=False, help_text=gettext_lazy("Empty: until further notice.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.initial.get("ends_at") == FOR_EVER:
            self.initial["ends_at"] = None

    def clean_starts_at(self):
        """Return the start; an unchanged one keeps its seconds."""
        typed, stored = self.cleaned_data["starts_at"], self.instance.starts_at
        return stored if self.instance.pk and typed == stored.replace(second=0, microsecond=0) else typed

    def clean_ends_at(self):
        return self.cleaned_data["ends_at"] or FOR_EVER

    def clean(self):
        """Refuse changes to what readers saw: a placement that has begun only gets another end."""
        super().clean()
        cleaned = self.cleaned_data
        if has_begun(self.instance):
            if cleaned.get("ends_at", FOR_EVER) < timezone.now() and "ends_at" in self.changed_data:
                self.add_error("ends_at", _("It stands until now at least: readers have seen it."))
            cleaned = {name: getattr(self.instance, name) for name in KEPT} | cleaned
        self._refuse(cleaned)
        return cleaned

    def _refuse(self, cleaned):
        starts, ends, slot = cleaned.get("starts_at"), cleaned.get("ends_at"), cleaned.get("slot")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("It must end after it starts."))
        section = cleaned.get("section")
        if not roles.may_curate(self.user, section):
            self.add_error("section", _("Choose a section of your own: its top is yours to arrange."))
        last = boards.slots_of(section, boards.last_save(section))
        if slot and slot > last and {"slot", "section"} & set(self.changed_data):
            text = _("This board has %(last)d places.")
            if slot <= boards.most_slots(section):
                text = _("This board has %(last)d places. Give it more on the board itself.")
            self.add_error("slot", text % {"last": last})
        other_placements = Placement.objects.on(section).exclude(pk=self.instance.pk).select_related("article")
        if starts and slot and (twin := other_placements.filter(slot=slot, starts_at=starts).first()):
            text = _("“%(article)s” takes slot %(slot)s at that very time. Choose another minute or another slot.")
            self.add_error("starts_at", text % {"article": twin.article, "slot": slot})
        if starts and ends and cleaned.get("article"):
            since = max(starts, timezone.now())
            twice = other_placements.filter(article=cleaned["article"], starts_at__lt=ends, ends_at__gt=since).first()
            if twice:
                text = _("It stands there already at that time, in slot %(slot)s: end that first.")
                self.add_error(None if has_begun(self.instance) else "article", text % {"slot": twice.slot})


KEPT = ["section", "slot", "article", "starts_at", "headline", "kicker", "image", "crop"]  # read-only once it has begun


def has_begun(placement):
    """Return whether ``placement`` has begun, so that readers saw it."""
    begun = Placement.objects.filter(pk=placement.pk, starts_at__lte=timezone.now())
    return placement.pk is not None and begun.exists()


class WhenFilter(admin.SimpleListFilter):
    """A filter by time: placements in force, future or past."""

    title = gettext_lazy("when")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("now", _("Now")), ("future", _("To come")), ("past", _("Past"))]

    def queryset(self, request, queryset):
        now = timezone.now()
        return {
            "now": queryset.filter(starts_at__lte=now, ends_at__gt=now),
            "future": queryset.filter(starts_at__gt=now),
            "past": queryset.filter(ends_at__lte=now),
        }.get(self.value() or "", queryset)


@admin.register(Placement)
class PlacementAdmin(Board, DeskAdmin):
    """The placements row by row; in a slot readers see the one that started last."""

    form = PlacementForm
    list_display = ["slot", "article", "place", "starts", "ends", "when"]
    list_display_links = ["slot", "article"]
    list_filter = [WhenFilter, "slot"]
    states_by = WhenFilter.parameter_name
    list_select_related = ["article", "section__parent"]
    search_fields = ["article__headline"]  # there is a search; see below
    search_help_text = gettext_lazy("Words of an article, of the five hundred saved last that hold them.")
    sortable_by = []
    autocomplete_fields = ["article", "section", "image"]
    fieldsets = [
        (None, {"fields": ["section", "slot", "article", ("starts_at", "ends_at")]}),
        (gettext_lazy("In this place only"), {"fields": ["headline", "kicker", "image", "crop"]}),
    ]

    def get_search_results(self, request, queryset, search_term):
        """Return placements of articles with the words, found as in the list of articles."""
        if not search_term.strip():
            return queryset, False
        placed = Article.objects.filter(pk__in=Placement.objects.order_by().values("article"))
        matches = desk_search.find_copies(search_term, placed, most=MOST_PLACED)
        return queryset.filter(article__in=among(matches.pks)), False

    def has_add_permission(self, request):
        return super().has_add_permission(request) or _has_sections(request.user)

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj) or _has_sections(request.user)
        return roles.may_curate(request.user, obj.section) if obj else allowed

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj) or _has_sections(request.user)
        return roles.may_curate(request.user, obj.section) and not has_begun(obj) if obj else allowed

    def get_readonly_fields(self, request, obj=None):
        """Make a placement that has begun read-only except for its end."""
        return KEPT if obj and has_begun(obj) else []

    def get_form(self, request, obj=None, change=False, **kwargs):
        return type("PlacementForm", (super().get_form(request, obj, change, **kwargs),), {"user": request.user})

    def changeform_view(self, request, *args, **kwargs):
        """Make a save wait for other saves of boards."""
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with transaction.atomic():
            boards.lock_boards()
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        former_section = form.initial.get("section") if change else obj.section_id
        if former_section != obj.section_id:  # it was on another board before
            board = Section.objects.filter(pk=former_section).first() if former_section else None
            boards.record(board, by=request.user, note=_("Moved away in the list: %(row)s") % {"row": obj})
        note = _("Changed in the list: %(row)s") if change else _("Added in the list: %(row)s")
        boards.record(obj.section, by=request.user, note=note % {"row": obj})

    def delete_model(self, request, obj):
        note = _("Deleted in the list: %(row)s") % {"row": obj}
        super().delete_model(request, obj)
        boards.record(obj.section, by=request.user, note=note)

    def delete_queryset(self, request, queryset):
        rows = list(queryset.select_related("article", "section"))
        super().delete_queryset(request, queryset)
        for section in {row.section for row in rows}:
            names = ", ".join(str(row) for row in rows if row.section == section)
            boards.record(section, by=request.user, note=_("Deleted in the list: %(row)s") % {"row": names})

    def get_ordering(self, request):
        return [F("ends_at").desc(), "slot", "-starts_at"]

    def get_changeform_initial_data(self, request):
        now = timezone.now().replace(second=0, microsecond=0)
        return {"starts_at": now} | super().get_changeform_initial_data(request)

    @admin.display(description=gettext_lazy("on"))
    def place(self, placement):
        return section_name(placement.section) if placement.section else _("front page")

    @admin.display(description=gettext_lazy("from"))
    def starts(self, placement):
        return short(placement.starts_at)

    @admin.display(description=gettext_lazy("until"))
    def ends(self, placement):
        return _("further notice") if placement.ends_at == FOR_EVER else short(placement.ends_at)

    @admin.display(description=gettext_lazy("when"))
    def when(self, placement):
        now = timezone.now()
        if placement.ends_at <= now:
            return _("past")
        return _("to come") if placement.starts_at > now else _("now")


def _has_sections(user):
    """Return whether ``user`` may arrange any section's top; each placement is checked for its own."""
    return roles.SECTION_EDITOR in roles.roles_of(user) and bool(roles.section_ids(user))
