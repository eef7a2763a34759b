"""The admin of sources and how they answered recently; nobody edits it."""

from django.contrib import admin

from tickers.models import Source


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ["__str__", "asked_at", "answered_at", "failures", "trouble"]
    show_full_result_count = False
    fields = readonly_fields = ("provider", "asked_at", "answered_at", "failures", "trouble")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
