"""The audit: Django's log of who did what in the newsroom, to be read, filtered and exported, never changed."""

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
from articles.admin.choices import choice_field, row_field
from articles.admin.desk import DeskAdmin, RowChoice
from articles.admin.lists import holding_words, number_in_address
from articles.admin.times import DayField, short, time_with_zone, zone
from articles.desk import notices
from articles.models import Merge
from articles.text import harmless_cell
from ground.times import midnight

LOOKED_AT = 20_000  # newest entries of the chosen days that are searched for words or an action
ASTRAY = 1_000  # entries by which the order of ids may differ from that of times
MOST_EXPORTED = 50_000


class AuditForm(forms.Form):
    """The filters of the log."""

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
        person = row_field(self, "person")
        person.widget = RowChoice(LogEntry._meta.get_field("user"), site, attrs={"data-width": "100%"})
        person.widget.choices = person.choices
        models = filter(site.is_registered, apps.get_models())
        kinds = {model._meta.label_lower: capfirst(model._meta.verbose_name) for model in models}
        choice_field(self, "kind").choices = [("", _("all")), *sorted(kinds.items(), key=lambda kind: kind[1])]

    def entries(self):
        """Return the entries within the filters, the newest first; an invalid field filters nothing."""
        self.is_valid()
        cleaned = self.cleaned_data
        rows = _of_days(LogEntry.objects.order_by("-pk"), cleaned.get("since"), cleaned.get("until"))
        if cleaned.get("person"):
            rows = rows.filter(user=cleaned["person"])
        if cleaned.get("kind"):
            rows = rows.filter(content_type=ContentType.objects.get_by_natural_key(*cleaned["kind"].split(".")))
        if cleaned.get("q") or cleaned.get("action"):
            rows = _of_newest(rows, cleaned)
        return rows


def _of_days(rows, since, until):
    """Return ``rows`` from day to day, by their ids: these grow with time, and the list is read in their order."""
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


def _of_newest(rows, cleaned):
    newest = rows.values_list("pk", flat=True).first() or 0
    rows = rows.filter(pk__gt=newest - LOOKED_AT)
    if cleaned.get("action"):
        rows = rows.filter(action_flag=cleaned["action"])
    return rows.filter(holding_words(cleaned.get("q", ""), "object_repr"))


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
    """Mark which objects of ``entries`` still exist: a query for each kind of object."""
    kinds: dict[ContentType, list[LogEntry]] = {}
    for entry in entries:
        entry.exists = False
        if entry.content_type and number_in_address(entry.object_id):
            kinds.setdefault(entry.content_type, []).append(entry)
    for kind, kind_entries in kinds.items():
        if model := kind.model_class():
            pks = [number_in_address(entry.object_id) for entry in kind_entries]
            existing = set(model._base_manager.filter(pk__in=pks).order_by().values_list("pk", flat=True))
            for entry in kind_entries:
                entry.exists = number_in_address(entry.object_id) in existing


@admin.register(LogEntry)
class AuditAdmin(DeskAdmin):
    """The log, which nobody edits here; it is written by what people do elsewhere."""

    change_list_template = "admin/audit.html"
    list_display = ["time", "sentence", "more"]
    list_display_links = None
    list_select_related = False
    sortable_by = []
    ordering = ["-pk"]
    actions = None
    fields = ("exactly", "sentence", "more")
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
        """Return the filtered entries as CSV, the newest first, ready for a spreadsheet."""
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
        """Return the entry in the third person, with a link to an object that still exists."""
        log_sentence = sentences.sentence_of(entry)
        address = entry.get_admin_url() if getattr(entry, "exists", False) else None
        name = format_html('<a href="{}">{}</a>', address, log_sentence.name) if address else log_sentence.name
        object_html = format_html("{} “{}”", log_sentence.kind, name)
        return format_html("<b>{}</b> {}{}", log_sentence.who, log_sentence.did(object_html), _way_back(entry))

    @admin.display(description=gettext_lazy("values"))
    def more(self, entry):
        """Return each field with its old and new value, folded."""
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
    """Return the link to undo a merge, or to its state."""
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
    """A file that returns each line instead of storing it."""

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
        yield writer.writerow([harmless_cell(cell) for cell in _cells(entry)])


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
