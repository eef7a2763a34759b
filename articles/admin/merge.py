"""Merging two tags, authors or sections: choose the other, see what changes, merge; and undo it."""

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from articles.admin.desk import DeskAdmin, person_column
from articles.admin.lists import number_in_address
from articles.admin.times import short
from articles.desk import merges, roles
from articles.desk.workflow import WorkflowError
from articles.models import Merge, tag_key
from articles.models.redirect import MODELS

OFFERED = 20  # rows to merge into
MOST_WORDS = 3  # words of a name by which others are offered
KINDS = {label: kind for kind, label in MODELS.items()}
take_posts = method_decorator(require_http_methods(["GET", "HEAD", "POST"]))


class Merging(admin.ModelAdmin):
    """The admin of a tag, an author or a section, with pages to merge it."""

    change_form_template = "admin/articles/merge/thing.html"
    actions = ["merge_selected"]

    def has_merge_permission(self, request):
        """Return whether the user may delete such rows, or change a tag; roles decide on two particular rows."""
        if self.opts.label == "taggit.Tag":
            return self.has_change_permission(request)
        return self.has_delete_permission(request)

    def get_urls(self):
        merge = self.admin_site.admin_view(self.merge_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        return [path("<int:pk>/merge/", merge, name=name), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and self.has_merge_permission(request):
            context["merge_address"] = _address(self.opts, "merge", obj.pk)
        return super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)

    @admin.action(description=gettext_lazy("Merge …"), permissions=["merge"])
    def merge_selected(self, request, queryset):
        chosen = list(queryset.order_by("pk")[:3])
        if len(chosen) != 2:
            self.message_user(request, _("Tick two: the one that goes, and the one that stays."), messages.ERROR)
            return None
        stays, gone = chosen  # the older row stays, until somebody swaps the two
        return HttpResponseRedirect(f"{_address(self.opts, 'merge', gone.pk)}?into={stays.pk}")

    @take_posts
    def merge_view(self, request, pk):
        """Choose the row to merge it into; then show all that would change, with the button to merge."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        gone = self.get_object(request, str(pk))
        if gone is None:
            raise Http404
        parameters = request.POST or request.GET
        stays = self.get_queryset(request).filter(pk=number_in_address(parameters.get("into"))).first()
        refusal = merges.why_not(gone, stays, request.user) if stays else ""
        if request.method == "POST" and stays and not refusal:
            try:
                return self._merge(request, gone, stays)
            except WorkflowError as error:
                refusal = str(error)
        context = self._preview(request, gone, stays, refusal) if stays else self._choice(request, gone)
        return TemplateResponse(request, "admin/articles/merge/merge.html", self._context(request, gone) | context)

    def _context(self, request, gone):
        title = _("Merge “%(name)s” into another") % {"name": gone}
        change = _address(self.opts, "change", gone.pk)
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "gone": gone,
            "back": change,
        }

    def _choice(self, request, gone):
        """Return the rows of a search; without one, those with a word of its name."""
        typed = request.GET.get("q", "").strip()[:100]
        parts = [typed] if typed else sorted(str(gone).split(), key=len, reverse=True)[:MOST_WORDS]
        candidates = {
            row.pk: row for part in parts for row in self._called(request, part)[: OFFERED + 1] if row != gone
        }
        return {"typed": typed, "found": [(row, self._row_label(row)) for row in list(candidates.values())[:OFFERED]]}

    def _called(self, request, words):
        if self.opts.label == "taggit.Tag":
            return tag_key.tags_holding(words)
        return self.get_search_results(request, self.get_queryset(request), words)[0]

    def _row_label(self, row):
        return self.describe_choice(row)["text"] if hasattr(self, "describe_choice") else str(row)

    def _preview(self, request, gone, stays, refusal):
        gives_rights = bool(request.POST.get("rights") or request.GET.get("rights"))
        has_editors = self.opts.model_name == "section" and gone.editors.exists()
        return {
            "stays": stays,
            "refusal": refusal,
            "lines": merges.merge_changes(gone, stays, gives_rights=gives_rights),
            "gives_rights": gives_rights,
            "has_editors": has_editors,
            "turned": f"{_address(self.opts, 'merge', stays.pk)}?into={gone.pk}",
        }

    def _merge(self, request, gone, stays):
        merge = merges.start_merge(gone, stays, by=request.user, gives_rights=bool(request.POST.get("rights")))
        log_line(merge, request.user, gone, DELETION, _("Merged into “%(stays)s”.") % {"stays": stays}, link=True)
        log_line(merge, request.user, stays, CHANGE, _("“%(gone)s” was merged into it.") % {"gone": merge.gone_name})
        text, level = _("“%(gone)s” is “%(stays)s” now, for readers too."), messages.SUCCESS
        if merge.stage == Merge.Stage.MOVING:
            text, level = _("“%(gone)s” becomes “%(stays)s”: the newest are done, the rest follows."), messages.WARNING
        self.message_user(request, text % {"gone": merge.gone_name, "stays": stays}, level)
        return HttpResponseRedirect(reverse("admin:articles_merge_change", args=[merge.pk]))


def log_line(merge, user, target, flag, message, *, link=False):
    """Add a line to the log; with ``link`` the merge can be undone from there."""
    entry = LogEntry.objects.log_actions(user.pk, [target], flag, message, single_object=True)
    if link:
        Merge.objects.filter(pk=merge.pk).update(entry=entry)


def _address(opts, page, pk):
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[quote(pk)])


@admin.register(Merge)
class MergeAdmin(DeskAdmin):
    """The admin of merges, with the page to undo one."""

    change_form_template = "admin/articles/merge/change_form.html"
    list_display = ["gone_name", "into", "kind", "stage", person_column("by", gettext_lazy("by")), "time"]
    list_filter = ["kind", "stage"]
    states_by = "stage"
    list_select_related = ["by"]
    search_fields = ["gone_name", "stays_name"]
    sortable_by = []
    ordering = ["-pk"]
    fields = readonly_fields = ("kind", "gone_name", "gone_path", "into", "stage", "moved", "by", "time", "undone")

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    def get_urls(self):
        undo = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", undo, name="articles_merge_undo"), *super().get_urls()]

    @take_posts
    def undo_view(self, request, pk):
        """Show what undoing does, or why it is impossible; undo it; or continue an interrupted merge."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        merge = self.get_object(request, str(pk))
        if merge is None:
            raise Http404
        refusal = merges.why_not_undone(merge, request.user)
        if request.method == "POST":
            try:
                return self._go_on(request, merge) if "go_on" in request.POST else self._undo(request, merge)
            except WorkflowError as error:
                refusal = str(error)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Undo a merge"),
            "opts": self.opts,
            "merge": merge,
            "refusal": refusal,
            "is_open": merge.is_open,
            "back": reverse("admin:articles_merge_change", args=[merge.pk]),
        }
        return TemplateResponse(request, "admin/articles/merge/undo.html", context)

    def _undo(self, request, merge):
        merge = merges.undo(merge, by=request.user)
        gone, stays = merges.both_rows(merge)
        log_line(merge, request.user, gone, ADDITION, _("Its merge into “%(stays)s” was undone.") % {"stays": stays})
        log_line(merge, request.user, stays, CHANGE, _("The merge of “%(gone)s” into it was undone.") % {"gone": gone})
        text = _("“%(gone)s” and “%(stays)s” are two again.")
        if merge.is_open:
            text = _("“%(gone)s” and “%(stays)s” are being parted: the last are done, the rest follows.")
        self.message_user(request, text % {"gone": gone, "stays": stays}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:articles_merge_change", args=[merge.pk]))

    def _go_on(self, request, merge):
        """Queue the background task once more, as it may have been interrupted."""
        stays = merges.both_rows(merge)[1]
        if not (stays and roles.may_merge(request.user, stays)):
            raise PermissionDenied
        if merge.is_open:
            with transaction.atomic():
                merges.ask_again(merge)
            self.message_user(request, _("It goes on in the background."), messages.SUCCESS)
        else:
            self.message_user(request, _("It is done already: there is nothing left to go on with."))
        return HttpResponseRedirect(reverse("admin:articles_merge_change", args=[merge.pk]))

    @admin.display(description=gettext_lazy("into"))
    def into(self, merge):
        app, model = MODELS[merge.kind].lower().split(".")
        address = reverse(f"admin:{app}_{model}_change", args=[merge.stays])
        return format_html('<a href="{}">{}</a>', address, merge.stays_name)

    @admin.display(description=gettext_lazy("rows moved"))
    def moved(self, merge):
        if not merge.left:
            return str(merge.rows)
        return _("%(rows)d; %(left)d stayed when it was undone, as their articles were changed since") % {
            "rows": merge.rows,
            "left": merge.left,
        }

    @admin.display(description=gettext_lazy("when"))
    def time(self, merge):
        return short(merge.at)

    @admin.display(description=gettext_lazy("undone"))
    def undone(self, merge):
        if merge.undone_at is None:
            return "–"
        return _("%(time)s by %(who)s") % {"time": short(merge.undone_at), "who": merge.undone_by}
