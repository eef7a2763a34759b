from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin import pictures
from articles.admin.desk import DeskAdmin
from articles.admin.lists import number_in_address
from articles.admin.merge import Merging
from articles.desk import roles
from articles.desk_search import authors
from articles.models import Author


@admin.register(Author)
class AuthorAdmin(Merging, DeskAdmin):
    """The admin of bylines. A guest is only a name, until somebody who may change it unticks “guest”."""

    list_display = ["name", "portrait", "role", "is_guest", "is_desk", "user"]
    list_filter = ["is_guest", "is_desk"]
    list_select_related = ["picture", "user"]
    search_fields = ["name", "slug"]  # there is a search; see below
    sortable_by = ["name"]
    autocomplete_fields = ["picture", "user"]
    fields = ["name", "slug", "is_guest", "is_desk", "role", "biography", "picture", "chosen_picture", "links", "user"]
    prepopulated_fields = {"slug": ["name"]}

    def get_search_results(self, request, queryset, search_term):
        """Return authors whose name or slug has all the words; for a number, also the author with that id."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=[*authors.authors_holding(search_term), number_in_address(search_term)]), False

    class Media:
        js = ["js/desk-slugs.js"]

    def get_prepopulated_fields(self, request, obj=None):
        """Fill in the slug from the name only for a new author."""
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request, obj=None):
        """Let only chief editors and administrators set the login, because it gives rights to articles."""
        gives_logins = roles.roles_of(request.user) & {roles.CHIEF_EDITOR, roles.ADMINISTRATOR}
        return ["chosen_picture"] if gives_logins else ["chosen_picture", "user"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Offer no link to add people, who are invited on their own screen."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "user":
            field.widget.can_add_related = field.widget.can_change_related = False
        return field

    def has_change_permission(self, request, obj=None):
        """Let section editors change authors who write only in their sections, and themselves."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_change_author(request.user, obj))

    def view_on_site(self, author):
        """Return the author's page; a guest has none."""
        return author.get_absolute_url() or None

    def describe_choice(self, author):
        if author.is_guest:
            return {"text": _("%(name)s (guest)") % {"name": author.name}}
        return {"text": f"{author.name} ({author.role})" if author.role else author.name}

    @admin.display(description=gettext_lazy("picture"))
    def portrait(self, author):
        return pictures.picture_thumbnail(author.picture)

    @admin.display(description=gettext_lazy("chosen picture"))
    def chosen_picture(self, author):
        return pictures.chosen_picture(author.picture, "picture")
