"""Logins and their roles: an administrator gives them, and gives nobody more than an administrator has."""

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles import roles
from articles.admin.desk import DeskAdmin
from articles.models import Edition, Revision

admin.site.unregister(User)
admin.site.unregister(Group)


def left_traces(user):
    """Whether an edition, a save or the log names ``user``."""
    by_user = Q(cut_by=user) | Q(withdrawn_by=user) | Q(erased_by=user)
    rows = [Edition.objects.filter(by_user), Revision.objects.filter(by=user), LogEntry.objects.filter(user=user)]
    return any(found.exists() for found in rows)


def _stays(user):
    text = _("“%(user)s” stands in the history of the paper, so the login stays: deactivate it instead.")
    return text % {"user": user}


@admin.register(User)
class UserAdmin(DeskAdmin, StockUserAdmin):
    list_display = ["username", "first_name", "last_name", "role_names", "is_active", "last_login"]
    list_filter = ["groups", "is_active"]
    sortable_by = ["username", "last_login"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "email"]}),
        (_("Roles"), {"fields": ["is_active", "is_staff", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2"], "classes": ["wide"]}),
        (_("Roles"), {"fields": ["is_staff", "groups"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request, obj=None):
        """Only a superuser sees, and gives, the right to everything."""
        fieldsets = super().get_fieldsets(request, obj)
        extra = (_("Everything"), {"fields": ["is_superuser"]})
        return [*fieldsets, extra] if obj and request.user.is_superuser else fieldsets

    def get_changeform_initial_data(self, request):
        """A login is made for the desk; who should not enter it any more is made inactive."""
        return {"is_staff": True} | super().get_changeform_initial_data(request)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        """Whoever left traces stays, so that the history keeps saying who; such a login is deactivated."""
        allowed = super().has_delete_permission(request, obj) and self._may_touch(request, obj)
        return allowed and (obj is None or not left_traces(obj))

    def delete_view(self, request, object_id, extra_context=None):
        user = self.get_object(request, unquote(object_id))
        if user and self.has_delete_permission(request) and self._may_touch(request, user) and left_traces(user):
            self.message_user(request, _stays(user), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(self, objs, request):
        """Those who left traces by name, without listing all that they left."""
        staying = [_stays(user) for user in objs if left_traces(user)]
        return ([], {}, set(), staying) if staying else super().get_deleted_objects(objs, request)

    def _may_touch(self, request, obj):
        return obj is None or request.user.is_superuser or not obj.is_superuser

    def may_choose(self, request):
        """Whoever gives authors their logins finds them by name; the list itself is the administrators'."""
        return bool(roles.of(request.user) & {roles.CHIEF_EDITOR, roles.ADMINISTRATOR})

    @admin.display(description=_("roles"))
    def role_names(self, user):
        return ", ".join(sorted(group.name for group in user.groups.all()))


@admin.register(Group)
class GroupAdmin(StockGroupAdmin):
    """The roles. What each may do is written in ``articles/roles.py``, so it is only shown here."""

    filter_horizontal = []

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False
