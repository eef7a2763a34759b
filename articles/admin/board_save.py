from django.contrib import admin
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article.listing import section_name
from articles.admin.desk import DeskAdmin, person_column
from articles.admin.times import short
from articles.desk import boards
from articles.models import BoardRevision
from ground.times import FOR_EVER


@admin.register(BoardRevision)
class BoardRevisionAdmin(DeskAdmin):
    """The saves of boards; the board itself offers to roll back to one."""

    list_display = ["at", "board", person_column("by", gettext_lazy("by")), "note"]
    list_select_related = ["section__parent", "by"]
    sortable_by = []
    fields = ["board", "at", "by", "note", "stood"]

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    @admin.display(description=gettext_lazy("board"))
    def board(self, revision):
        return section_name(revision.section) if revision.section else _("front page")

    @admin.display(description=gettext_lazy("placements"))
    def stood(self, revision):
        rows = [
            (boards.slot_name(row["slot"]), row["title"], _time(row["starts_at"]), _time(row["ends_at"]))
            for row in revision.placements
        ]
        items = format_html_join("", "<li>{}: {} ({} – {})</li>", rows)
        return format_html("<ul>{}</ul>", items) if rows else _("none")


def _time(text):
    moment = parse_datetime(text)
    return _("further notice") if moment == FOR_EVER else short(moment)
