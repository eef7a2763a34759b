"""The admin site of the desk, with a first page of what waits, what is scheduled and what is live."""

from functools import partial

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from newsroom.desk import navigation, unsaved_forms
from newsroom.desk.edit_conflicts import Guarded, LoggedValues, refuse_editable_list
from newsroom.desk.navigation import GROUPS, NAMES
from newsroom.desk.unsaved_screens import FilledIn, NothingNew, SentForms, form_view, keep_view


class DeskAutocomplete(AutocompleteJsonView):
    """Django's view, with the text (``describe_choice``) and the permission (``may_choose``) of a model's own admin."""

    def serialize_result(self, obj, to_field_name):
        describe = getattr(self.model_admin, "describe_choice", None)
        return super().serialize_result(obj, to_field_name) | (describe(obj) if describe else {})

    def has_perm(self, request, obj=None):
        may_choose = getattr(self.model_admin, "may_choose", self.model_admin.has_view_permission)
        return may_choose(request)


def with_safe_forms(admin_class: type) -> type:
    """``admin_class`` with forms that overwrite nothing unseen, and come back with what was typed.

    One that guards itself has both by itself, and gets only what every screen says of a save.
    """
    if issubclass(admin_class, NothingNew):
        return admin_class
    refuse_editable_list(admin_class)
    forms = () if getattr(admin_class, "guards_itself", False) else (FilledIn, Guarded)
    bases = (*forms, SentForms, LoggedValues, admin_class, NothingNew)
    return type(f"Desk{admin_class.__name__}", bases, {"__module__": admin_class.__module__})


class NewsroomAdminSite(admin.AdminSite):
    """Django's admin with the newsroom's name and first page."""

    site_title = _("Newsroom")
    site_header = _("Newsroom")
    index_title = _("The desk")
    enable_nav_sidebar = False  # newsroom/desk/navigation.py makes the navigation above every screen

    def register(self, model_or_iterable, admin_class=None, **options):
        """Django's; whatever is registered, its forms overwrite nothing unseen, and come back with what was typed."""
        super().register(model_or_iterable, with_safe_forms(admin_class or admin.ModelAdmin), **options)

    def index(self, request, extra_context=None):
        from newsroom.desk import dashboard  # when all apps are loaded: this module is imported while they are

        return super().index(request, {"desk": dashboard.dashboard_of(request.user)} | (extra_context or {}))

    def admin_view(self, view, cacheable=False):
        """Wrap a view so that a form sent without a login is kept through the login."""
        return unsaved_forms.through_login(self, super().admin_view(view, cacheable))

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request, extra_context=None):
        """Log in, and return to a form that was kept through the login."""
        from articles.desk.people import second_factor  # when all apps are loaded
        from newsroom.desk import account_adapter, login_form

        context = dict(extra_context or {})
        if request.method == "GET" and self.has_permission(request):
            return account_adapter.lead_on(request)
        if request.method == "GET" and second_factor.must_set_up(request):
            request.session.update({unsaved_forms.CARRIED: context.get(unsaved_forms.CARRIED, "")})
            return HttpResponseRedirect(reverse("mfa_index"))
        if request.method == "POST":
            context |= unsaved_forms.carried_context(request.POST.get(unsaved_forms.CARRIED, ""))
        return login_form.answer_login(self, request, context)

    def password_change(self, request, extra_context=None):
        """Change one's own password."""
        from newsroom.desk import login_form  # when all apps are loaded

        context = self.each_context(request) | (extra_context or {})
        return login_form.OwnPassword.as_view(extra_context=context)(request)

    def get_urls(self):
        own = [
            path("unsaved/", self.admin_view(partial(keep_view, site=self)), name="keep_unsaved"),
            path("unsaved/<int:pk>/", self.admin_view(partial(form_view, site=self)), name="unsaved_form"),
            path("first-steps/", self.admin_view(self.first_steps_view), name="first_steps"),
            path("find/", self.admin_view(self.find_view), name="find"),
            path("pages/", self.admin_view(self.pages_view), name="page_cache"),
            path("machinery/", self.admin_view(self.machinery_view), name="machinery"),
            path("rates-in-texts/", self.admin_view(self.rates_view), name="rates_in_texts"),
            path("r/<int:content_type_id>/<path:object_id>/", self.admin_view(self.on_site_view), name="view_on_site"),
        ]
        return [*own, *(pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site")]

    def on_site_view(self, request, content_type_id, object_id):
        """Lead to the page of a row of any table that the user may see; Django's own view asks for no right."""
        from django.contrib.contenttypes.models import ContentType  # when all apps are loaded

        kind = ContentType.objects.filter(pk=content_type_id).first()
        model = kind.model_class() if kind else None
        if model is None or not self.is_registered(model):
            raise Http404
        model_admin = self.get_model_admin(model)
        row = model_admin.get_object(request, unquote(object_id))
        address = row.get_absolute_url() if row is not None and hasattr(row, "get_absolute_url") else ""
        if not address:
            raise Http404
        if not model_admin.has_view_permission(request, row):
            raise PermissionDenied
        return HttpResponseRedirect(address)

    def find_view(self, request):
        """The palette (Ctrl+K)."""
        from newsroom.desk import palette

        return palette.palette_view(request, site=self)

    def first_steps_view(self, request):
        """The first steps of a new paper."""
        from newsroom.desk import first_steps

        return first_steps.first_steps_view(request, site=self)

    def pages_view(self, request):
        """The page about the page cache."""
        from newsroom.serving.pagecache import desk

        return desk.kept_pages_view(request, site=self)

    def machinery_view(self, request):
        """The page about faults, workers, and background work that failed."""
        from newsroom.desk import machinery

        return machinery.machinery_view(request, site=self)

    def rates_view(self, request):
        """The rates that the editor offers."""
        from newsroom import rates_in_articles

        return rates_in_articles.rate_choices(request)

    def each_context(self, request):
        """Return the context with the navigation, and the number at the bell, read only by pages that show it."""
        from articles.desk import notices

        context = super().each_context(request)
        unread = SimpleLazyObject(partial(notices.unread, request.user))
        typed_by = SimpleLazyObject(partial(unsaved_forms.signed, request.user))
        ways = SimpleLazyObject(partial(navigation.navigation_of, request, context["available_apps"]))
        return context | {"unread_notices": unread, "typed_by": typed_by, "navigation": ways}

    def autocomplete_view(self, request):
        return DeskAutocomplete.as_view(admin_site=self)(request)

    def get_app_list(self, request, app_label=None):
        """Return all that ``request.user`` may see, in groups; for the page of one app, Django's own list."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {model["model"]._meta.label_lower: model for app in apps for model in app["models"]}
        for label in models.keys() & NAMES.keys():
            models[label]["name"] = NAMES[label]
        groups = [_group(slug, name, [models.pop(label, None) for label in labels]) for slug, name, labels in GROUPS]
        groups.append(_group("machinery", _("Machinery"), [*models.values(), *_machinery(request.user)]))
        return [group for group in groups if group["models"]]


def _machinery(user):
    """Return the entries of pages that are no tables, for those who may see them."""
    if not user.has_perm("auth.delete_user"):  # administrators, without reading their roles on every page
        return []
    pages = [
        ("Machinery", _("Faults and background work"), reverse("admin:machinery")),
        ("PageCache", _("Pages that are kept"), reverse("admin:page_cache")),
    ]
    return [
        {"name": name, "object_name": key, "admin_url": address, "add_url": None, "view_only": True}
        for key, name, address in pages
    ]


def _group(slug, name, models):
    visible_models = [model for model in models if model]
    return {"name": name, "app_label": slug, "app_url": "", "has_module_perms": True, "models": visible_models}
