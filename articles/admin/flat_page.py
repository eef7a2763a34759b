from django.contrib import admin
from django.utils.translation import gettext_lazy
from js_asset import Media

from articles.admin.desk import DeskAdmin
from articles.models import FlatPage


@admin.register(FlatPage)
class FlatPageAdmin(DeskAdmin):
    """Texts that stand by themselves; what is saved is what readers see."""

    list_display = ["title", "address", "in_footer", "order", "changed_at"]
    search_fields = ["title", "slug"]
    sortable_by = []
    fields = ["title", "slug", "body", "description", ("in_footer", "order")]
    prepopulated_fields = {"slug": ["title"]}

    class Media:
        css = {"all": ["css/editor.css"]}
        js = ["js/desk-slugs.js"]

    def get_prepopulated_fields(self, request, obj=None):
        """The address of a page that exists is not made anew when its title changes."""
        return {} if obj else self.prepopulated_fields

    def render_change_form(self, request, context, *args, **kwargs):
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("address"))
    def address(self, page):
        return page.get_absolute_url()
