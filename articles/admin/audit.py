"""The audit: who did what in the newsroom, as Django's log has it. It is read, filtered and exported, never changed."""

import csv
from datetime import timedelta

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from articles.admin import log, sentences
from articles.admin.desk import DeskAdmin, RowChoice
from articles.admin.lists import holding_words, number_in_address
from articles.admin.times import DayField, short, time_with_zone, zone
from articles.desk import notices
from articles.models import Merge
from ground.times import midnight

LOOKED_AT = 20_000  # entries that are searched for words or an action, from the newest of the chosen days
ASTRAY = 1_000  # entries by which the order of numbers may differ from that of times
MOST_EXPORTED = 50_000
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet takes such a cell for a formula


class AuditForm(forms.Form):
    """What part of the log is shown."""

    q = forms.CharField(label=gettext_lazy("Words of the object’s name"), required=False, max_length=200)
    person = forms.ModelChoiceField(User.objects.all(), label=gettext_lazy("Person"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of object"), required=False)
    action = forms.TypedChoiceField(
        choices=[("", gettext_lazy("all")), *log.ACTIONS.items()],
        coerce=int,
        empty_value=None,
        label=gettext_lazy("Action"),
        required=False,
    )
    since = DayField(label=gettext_lazy("From the day"), required=False)
    until = DayField(label=gettext_lazy("Until the day"), required=False)

    def __init__(self, data, site):
        super().__init__(data, auto_id="audit-%s")
        self.fields["person"].widget = RowChoice(LogEntry._meta.get_field("user"), site, attrs={"data-width": "100%"})
        self.fields["person"].widget.choices = self.fields["person"].choices
        models = filter(site.is_registered, apps.get_models())
        kinds = {model._meta.label_lower: capfirst(model._meta.verbose_name) for model in models}
        self.fields["kind"].choices = [("", _("all")), *sorted(kinds.items(), key=lambda kind: kind[1])]

    def entries(self):
        """The entries that were asked for, the newest first; a field that makes no sense filters nothing."""
        self.is_valid()
        asked = self.cleaned_data
        rows = _of_days(LogEntry.objects.order_by("-pk"), asked.get("since"), asked.get("until"))
        if asked.get("person"):
            rows = rows.filter(user=asked["person"])
        if asked.get("kind"):
            rows = rows.filter(content_type=ContentType.objects.get_by_natural_key(*asked["kind"].split(".")))
        if asked.get("q") or asked.get("action"):
            rows = _of_newest(rows, asked)
        return rows


def _of_days(rows, since, until):
    """``rows`` from day to day: numbers grow with time, and only they are in the order in which the list is read."""
    every = LogEntry.objects.order_by("action_time")
    if since:
        start = midnight(since)
        first = every.filter(action_time__gte=start).values_list("pk", flat=True).first()
        rows = rows.filter(action_time__gte=start, pk__gt=first - ASTRAY) if first else rows.none()
    if until:
        end = midnight(until + timedelta(days=1))
        last = every.filter(action_time__lt=end).values_list("pk", flat=True).last()
        rows = rows.filter(action_time__lt=end, pk__lt=last + ASTRAY) if last else rows.none()
    return rows


def _of_newest(rows, asked):
    newest = rows.values_list("pk", flat=True).first() or 0
    rows = rows.filter(pk__gt=newest - LOOKED_AT)
    if asked.get("action"):
        rows = rows.filter(action_flag=asked["action"])
    return rows.filter(holding_words(asked.get("q", ""), "object_repr"))


class AuditList(ChangeList):
    """A page of the log, with a form of its own instead of Django's filters."""

    def get_queryset(self, request, exclude_parameters=None):
        self.form = AuditForm(request.GET, self.model_admin.admin_site)
        return self.form.entries().select_related("user", "content_type", "merge")

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        _find(self.result_list)


def _find(entries):
    """Note which objects of ``entries`` still exist: a query for each kind of object."""
    kinds = {}
    for entry in entries:
        entry.exists = False
        if entry.content_type and number_in_address(entry.object_id):
            kinds.setdefault(entry.content_type, []).append(entry)
    for kind, found in kinds.items():
        if model := kind.model_class():
            wanted = [number_in_address(entry.object_id) for entry in found]
            there = set(model._base_manager.filter(pk__in=wanted).order_by().values_list("pk", flat=True))
            for entry in found:
                entry.exists = number_in_address(entry.object_id) in there


@admin.register(LogEntry)
class AuditAdmin(DeskAdmin):
    """Nobody adds to the log here, changes or deletes in it; it is written by what people do elsewhere."""

    change_list_template = "admin/audit.html"
    list_display = ["time", "sentence", "more"]
    list_display_links = None
    list_select_related = False
    sortable_by = []
    ordering = ["-pk"]
    actions = None
    fields = ["exactly", "sentence", "more"]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    def get_urls(self):
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="admin_logentry_export"), *super().get_urls()]

    def get_changelist(self, request, **kwargs):
        return AuditList

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "content_type", "merge")

    def changelist_view(self, request, extra_context=None):
        context = {"title": _("Audit"), "zone": zone(), "most": MOST_EXPORTED, "looked_at": LOOKED_AT}
        return super().changelist_view(request, context | (extra_context or {}))

    @method_decorator(require_safe)
    def export_view(self, request):
        """The filtered entries as CSV, the newest first; spreadsheets open it as it is."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        entries = AuditForm(request.GET, self.admin_site).entries().select_related("user", "content_type")
        response = StreamingHttpResponse(_lines(entries[:MOST_EXPORTED]), content_type="text/csv; charset=utf-8")
        name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response

    @admin.display(description=gettext_lazy("when"))
    def time(self, entry):
        return short(entry.action_time)

    @admin.display(description=gettext_lazy("when"))
    def exactly(self, entry):
        return time_with_zone(entry.action_time)

    @admin.display(description=gettext_lazy("who did what"))
    def sentence(self, entry):
        """In the third person; what there still is can be opened."""
        told = sentences.sentence_of(entry)
        address = entry.get_admin_url() if getattr(entry, "exists", False) else None
        name = format_html('<a href="{}">{}</a>', address, told.name) if address else told.name
        thing = format_html("{} “{}”", told.kind, name)
        return format_html("<b>{}</b> {}{}", told.who, told.did(thing), _way_back(entry))

    @admin.display(description=gettext_lazy("values"))
    def more(self, entry):
        """Each field from what to what, folded."""
        rows = [
            format_html("<dt>{}</dt><dd>{} → {}</dd>", value.field, value.before[:300] or "–", value.after[:300] or "–")
            for value in log.values(entry)
        ]
        if not rows:
            return ""
        text = ngettext("%(count)d value", "%(count)d values", len(rows)) % {"count": len(rows)}
        fold = '<details class="folded-values"><summary>{}</summary><dl class="values">{}</dl></details>'
        return format_html(fold, text, _together(rows))


def _way_back(entry):
    """To undo what was merged, or to see what became of it."""
    if not hasattr(entry, "merge"):
        return ""
    page = "undo" if entry.merge.stage == Merge.Stage.DONE else "change"
    words = _("Undo this merge") if page == "undo" else entry.merge.get_stage_display()
    return format_html(' <a href="{}">{}</a>', reverse(f"admin:articles_merge_{page}", args=[entry.merge.pk]), words)


def _together(rows):
    return format_html("{}" * len(rows), *rows)


def _kind(entry):
    return entry.content_type.name if entry.content_type else _("no longer known")


class _Line:
    """A file that hands each line back instead of keeping it."""

    def write(self, line):
        return line


def _lines(entries):
    writer = csv.writer(_Line())
    heads = [
        _("When"),
        _("Login"),
        _("Name"),
        _("Action"),
        _("Kind"),
        _("Number"),
        _("Object"),
        _("Details"),
        _("Sentence"),
    ]
    yield "\ufeff" + writer.writerow(heads)
    for entry in entries.iterator(chunk_size=1000):
        yield writer.writerow([_harmless(cell) for cell in _cells(entry)])


def _cells(entry):
    changed = "; ".join(f"{value.field}: {value.before} → {value.after}" for value in log.values(entry))
    return [
        timezone.localtime(entry.action_time).isoformat(timespec="seconds"),
        entry.user.get_username(),
        entry.user.get_full_name(),
        log.action(entry),
        _kind(entry),
        entry.object_id or "",
        entry.object_repr,
        " ".join(filter(None, [log.message(entry), changed])),
        f"{notices.name_of_person(entry.user)} {sentences.sentence_of(entry).text}",
    ]


def _harmless(cell):
    """A cell that no spreadsheet computes: what would be a formula is text."""
    return f"'{cell}" if cell.startswith(RISKY) else cell
