from django.contrib import admin
from django.utils.translation import gettext_lazy

from articles import roles
from articles.admin import pictures
from articles.admin.desk import DeskAdmin
from articles.admin.merge import Merging
from articles.models import Author


@admin.register(Author)
class AuthorAdmin(Merging, DeskAdmin):
    list_display = ["name", "portrait", "role", "is_desk", "user"]
    list_filter = ["is_desk"]
    list_select_related = ["picture", "user"]
    search_fields = ["name", "slug"]
    sortable_by = ["name"]
    autocomplete_fields = ["picture", "user"]
    fields = ["name", "slug", "is_desk", "role", "biography", "picture", "chosen_picture", "links", "user"]
    prepopulated_fields = {"slug": ["name"]}

    class Media:
        js = ["js/desk-slugs.js"]

    def get_prepopulated_fields(self, request, obj=None):
        """The address of an author who exists is not made anew when the name changes."""
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request, obj=None):
        """A login with a byline edits what carries it, so only those with all articles in their hands give it."""
        gives_logins = roles.of(request.user) & {roles.CHIEF_EDITOR, roles.ADMINISTRATOR}
        return ["chosen_picture"] if gives_logins else ["chosen_picture", "user"]

    def describe_choice(self, author):
        return {"text": f"{author.name} ({author.role})" if author.role else author.name}

    @admin.display(description=gettext_lazy("picture"))
    def portrait(self, author):
        return pictures.thumbnail(author.picture)

    @admin.display(description=gettext_lazy("chosen picture"))
    def chosen_picture(self, author):
        return pictures.shown(author.picture, "picture")
