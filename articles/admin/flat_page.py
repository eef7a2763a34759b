from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from js_asset import Media

from articles.admin.desk import DeskAdmin
from articles.desk import first_pages
from articles.models import FlatPage


@admin.register(FlatPage)
class FlatPageAdmin(DeskAdmin):
    """The admin of pages that stand by themselves; a save is live at once, except for drafts."""

    list_display = ["title", "address", "is_public", "in_footer", "order", "changed_at"]
    search_fields = ["title", "slug"]
    sortable_by = []
    fields = ["title", "slug", "body", "description", "is_public", ("in_footer", "order")]
    prepopulated_fields = {"slug": ["title"]}

    class Media:
        css = {"all": ["css/editor.css"]}
        js = ["js/desk-slugs.js"]

    def get_prepopulated_fields(self, request, obj=None):
        """Fill in the slug from the title only for a new page."""
        return {} if obj else self.prepopulated_fields

    def get_urls(self):
        begin = path(
            "begin/", self.admin_site.admin_view(require_POST(self.begin_view)), name="articles_flatpage_begin"
        )
        return [begin, *super().get_urls()]

    def begin_view(self, request):
        """Create drafts of missing pages that every paper needs."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        with transaction.atomic():
            drafts = first_pages.make_first_pages(first_pages.lacking())
            for page in drafts:
                self.log_addition(request, page, _("Begun as a draft"))
        text = ngettext(
            "%(count)s draft was made. Fill in what stands in brackets, then tick “for readers”.",
            "%(count)s drafts were made. Fill in what stands in brackets, then tick “for readers”.",
            len(drafts),
        )
        messages.success(
            request, text % {"count": len(drafts)} if drafts else _("All of these pages are there already.")
        )
        return HttpResponseRedirect(reverse("admin:articles_flatpage_changelist"))

    def changelist_view(self, request, extra_context=None):
        names = first_pages.titles()
        lacking = [names[slug] for slug in first_pages.lacking()] if self.has_add_permission(request) else []
        return super().changelist_view(request, {"first_pages": lacking} | (extra_context or {}))

    def render_change_form(self, request, context, *args, **kwargs):
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("address"))
    def address(self, page):
        return page.get_absolute_url()
