"""The admin of people: login, role, sections, byline, invitation, sessions, suspension.

Chief editors and administrators add and change people up to their own role; everybody sees their own page.
"""

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin  # noqa: F401 - it registers itself; ours takes its place
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article.listing import section_name
from articles.admin.desk import DeskAdmin
from articles.admin.person.access import Access, show_again
from articles.admin.person.form import PersonForm
from articles.desk import notices, roles
from articles.desk.people import leaving
from articles.models import Edition, Revision

admin.site.unregister(User)
admin.site.unregister(Group)


def left_traces(user):
    """Return whether an edition, a revision or the log names ``user``."""
    by_user = Q(cut_by=user) | Q(withdrawn_by=user) | Q(erased_by=user)
    of_themselves = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    log = LogEntry.objects.filter(user=user).exclude(of_themselves)  # that they logged in is no history of the paper
    rows = [Edition.objects.filter(by_user), Revision.objects.filter(by=user), log]
    return any(named_rows.exists() for named_rows in rows)


def _stays(user):
    text = _("“%(user)s” stands in the history of the paper, so the login stays: suspend it instead.")
    return text % {"user": user}


class StateFilter(admin.SimpleListFilter):
    """A filter by state: may log in, has no password yet, is suspended."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("in", _("May log in")), ("invited", _("No password yet")), ("suspended", _("Suspended"))]

    def queryset(self, request, queryset):
        may = Q(is_active=True, is_staff=True)
        unset = Q(password="") | Q(password__startswith="!")  # noqa: S106 - how Django stores that there is none
        chosen = {"in": may & ~unset, "invited": may & unset, "suspended": ~may}.get(self.value() or "")
        return queryset.filter(chosen) if chosen is not None else queryset


@admin.register(User)
class PersonAdmin(Access, DeskAdmin):
    form = PersonForm
    change_form_template = "admin/auth/user/change_form.html"
    list_display = ["username", "full_name", "role_names", "state", "last_login"]
    list_filter = ["groups", StateFilter]
    search_fields = ["username", "first_name", "last_name", "email"]
    sortable_by = ["username", "last_login"]
    ordering = ["username"]
    fieldsets = [
        (gettext_lazy("Person"), {"fields": [("first_name", "last_name"), ("email", "username")]}),
        (gettext_lazy("Role"), {"fields": ["roles", "sections"], "classes": ["choices"]}),
        (gettext_lazy("Byline"), {"fields": ["public_name", "is_author", "picture"]}),
    ]
    shown = ["full_name", "username", "email", "role_names", "section_names", "byline"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request, obj=None):
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return self.fieldsets if may else [(_("Person"), {"fields": self.shown})]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def lookup_allowed(self, lookup, value, request):
        """Forbid filters by stored passwords."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def has_view_permission(self, request, obj=None):
        """Let everybody see their own page."""
        return super().has_view_permission(request, obj) or (obj is not None and obj.pk == request.user.pk)

    def has_change_permission(self, request, obj=None):
        """Let users change people up to their own role; access to the list needs only Django's permission."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_manage(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        """Forbid deleting people whom the history names; they can be suspended."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or (roles.may_manage(request.user, obj) and not left_traces(obj)))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Ask who it is again before a mail address changes, to which links for passwords go."""
        person = self.get_object(request, unquote(object_id)) if "email" in request.POST else None
        if person and request.POST["email"].strip() != person.email:
            show_again(request)
        return super().change_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        user = self.get_object(request, unquote(object_id))
        may_delete = self.has_delete_permission(request)
        if user and may_delete and roles.may_manage(request.user, user) and left_traces(user):
            self.message_user(request, _stays(user), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(self, objs, request):
        """Return the names of people who can't be deleted, without listing what refers to them."""
        staying = [_stays(user) for user in objs if left_traces(user)]
        if staying:
            return [], {}, set(), staying
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        above = {str(self.opts.verbose_name) for user in objs if not roles.may_manage(request.user, user)}
        of_log_ins = {str(LogEntry._meta.verbose_name)}  # nobody may delete the log, but these go with the person
        return deleted, counts, (lacking - of_log_ins) | above, protected

    def delete_model(self, request, obj):
        leaving.links_of(obj).update(revoked_at=timezone.now())
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for user in queryset:
            self.delete_model(request, user)

    def save_model(self, request, obj, form, change):
        """Save a new person without a password; they set their own by a link."""
        if not change:
            obj.is_staff = True
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.save_rest()
        if not (form.cleaned_data.get("roles") or form.instance.is_superuser or form.instance.pk == request.user.pk):
            text = _("%(person)s has no role: they can log in and do nothing yet. Tick a role to give them one.")
            self.message_user(request, text % {"person": notices.name_of_person(form.instance)}, messages.WARNING)

    def may_choose(self, request):
        """Let users who manage logins find people by name."""
        return roles.may_manage(request.user)

    @admin.display(description=gettext_lazy("name"))
    def full_name(self, user):
        return user.get_full_name()

    @admin.display(description=gettext_lazy("role"))
    def role_names(self, user):
        names = sorted(group.name for group in user.groups.all())
        return ", ".join([*names, _("all rights on the server")] if user.is_superuser else names)

    @admin.display(description=gettext_lazy("sections"))
    def section_names(self, user):
        return ", ".join(section_name(section) for section in user.edited_sections.with_parent())

    @admin.display(description=gettext_lazy("byline"))
    def byline(self, user):
        return str(getattr(user, "author", ""))

    @admin.display(description=gettext_lazy("state"))
    def state(self, user):
        return login_state(user)


def login_state(user):
    """Return the state of a login, in words."""
    if not (user.is_active and user.is_staff):
        return _("suspended")
    return "" if user.has_usable_password() else _("no password yet")


@admin.register(Group)
class GroupAdmin(StockGroupAdmin):
    """The roles. ``articles/desk/roles.py`` defines their rights; this page only lists people."""

    filter_horizontal = []
    fields = ["name", "people"]
    readonly_fields = ["people"]

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    @admin.display(description=gettext_lazy("people"))
    def people(self, group):
        return ", ".join(
            notices.name_of_person(user) for user in group.user_set.filter(is_active=True).order_by("username")
        )
