import csv
import io
from dataclasses import dataclass

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from articles.admin.desk import DeskAdmin
from articles.admin.times import short
from articles.models import Redirect

COLUMNS = ["from", "kind", "to"]
MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 5000


class ImportForm(forms.Form):
    """A file of redirects; a form of its own, so that errors are shown beside the field."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("Columns: from, kind (exact or prefix), to. An empty “to” says that it is gone."),
    )

    def clean_file(self):
        """Return the file's rows."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 2 MB. Cut it in two."))
        try:
            reader = csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"), newline=""))
            rows = [(reader.line_num, row) for row in reader]
        except (UnicodeDecodeError, csv.Error):
            raise ValidationError(_("This is no CSV file in UTF-8.")) from None
        if missing := {"from", "to"} - set(reader.fieldnames or ()):
            names = ", ".join(sorted(missing))
            raise ValidationError(_("The first line lacks these columns: %(names)s.") % {"names": names})
        if len(rows) > MOST_ROWS:
            raise ValidationError(_("The file has more than 5,000 rows. Cut it in two."))
        return rows


@dataclass(frozen=True)
class FileLine:
    """The result for one row of a file."""

    number: int
    source: str
    outcome: str
    is_refused: bool = False


@admin.register(Redirect)
class RedirectAdmin(DeskAdmin):
    """The admin of redirects, one by one or by a file."""

    list_display = ["source", "kind", "leads_to", "hits", "last_hit"]
    list_filter = ["kind"]
    list_select_related = ["counted"]
    search_fields = ["source", "target"]
    sortable_by = []
    fields = ["source", "kind", "target"]
    change_list_template = "admin/articles/redirect/change_list.html"

    def get_urls(self):
        export = self.admin_site.admin_view(self.export_view)
        take = self.admin_site.admin_view(self.import_view)
        own = [path("export/", export, name="articles_redirect_export")]
        return [*own, path("import/", take, name="articles_redirect_import"), *super().get_urls()]

    @method_decorator(require_safe)
    def export_view(self, request):
        """Return all redirects as CSV, in the format of the import, with how often each was followed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="redirects.csv"'
        writer = csv.writer(response)
        writer.writerow([*COLUMNS, "followed"])
        for row in Redirect.objects.select_related("counted"):
            writer.writerow([row.source, row.kind, row.target, self.hits(row)])
        return response

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def import_view(self, request):
        """Import a file's rows, each accepted or refused by itself, and show the results."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        lines = [store_redirect(number, row) for number, row in form.cleaned_data["file"]] if form.is_valid() else []
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import redirects"),
            "opts": self.opts,
            "form": form,
            "lines": lines,
            "refused": sum(line.is_refused for line in lines),
        }
        return TemplateResponse(request, "admin/articles/redirect/import.html", context)

    @admin.display(description=gettext_lazy("to"))
    def leads_to(self, redirect):
        return redirect.target or _("gone")

    @admin.display(description=gettext_lazy("followed"))
    def hits(self, redirect):
        return redirect.counted.hits if hasattr(redirect, "counted") else 0

    @admin.display(description=gettext_lazy("last"))
    def last_hit(self, redirect):
        return short(redirect.counted.last_at) if hasattr(redirect, "counted") else "–"


def store_redirect(number: int, row: dict) -> FileLine:
    """Store one row of a file, in place of the redirect with the same address, if there is one."""
    typed = {name: (row.get(name) or "").strip() for name in COLUMNS}
    redirect = Redirect(source=typed["from"], kind=typed["kind"] or Redirect.Kind.EXACT, target=typed["to"])
    try:
        with transaction.atomic():
            return FileLine(number, typed["from"], _store(redirect))
    except ValidationError as error:
        return FileLine(number, typed["from"], " ".join(error.messages), is_refused=True)


def _store(redirect: Redirect) -> str:
    if redirect.kind not in Redirect.Kind.values:
        raise ValidationError(_("The kind is “%(kind)s”: write exact or prefix.") % {"kind": redirect.kind})
    redirect.clean_fields()
    existing = Redirect.objects.filter(source=redirect.normal_source(), kind=redirect.kind).first()
    if existing and existing.target == redirect.target:
        return _("is so already")
    if existing:
        redirect.pk, redirect._state.adding = existing.pk, False
    redirect.full_clean()
    redirect.save()
    return _("changed") if existing else _("added")
