from django.contrib import admin

from articles.admin.desk import DeskAdmin
from articles.models import PolicyReport


@admin.register(PolicyReport)
class PolicyReportAdmin(DeskAdmin):
    """What browsers reported, to be read, and deleted once it is mended."""

    list_display = ["directive", "blocked", "page", "times", "first_at", "last_at"]
    search_fields = ["directive", "blocked", "page"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
