"""A person's access, beside their form: the link to set a password, sessions, suspension."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from articles.admin.article import steps
from articles.admin.choices import choice_field
from articles.admin.lists import number_in_address
from articles.admin.times import time_with_zone
from articles.desk import roles
from articles.desk.notices import name_of_person as name_of
from articles.desk.people import leaving, links, second_factor, sessions
from articles.desk.workflow import WorkflowError
from articles.models import PasswordLink


@reauthentication_required(app="newsroom")
def show_again(request):
    """Have the person show again that it is they, unless they did so a moment ago; then the request is answered."""


class SuspendForm(forms.Form):
    """The colleague who takes over the work of somebody who leaves."""

    heir = forms.ChoiceField(
        label=gettext_lazy("Drafts and assignments go to"),
        required=False,
        help_text=gettext_lazy("Nobody: drafts stay as they are, assignments are taken back, and editors find both."),
    )

    def __init__(self, person, data=None):
        super().__init__(data, label_suffix="")
        writers = [(login, name or login) for login, name in steps.writers() if login != person.username]
        choice_field(self, "heir").choices = [("", _("Nobody")), *writers]

    def clean_heir(self):
        login = self.cleaned_data["heir"]
        return steps.writer_named(login) if login else None


class Access(admin.ModelAdmin):
    """The buttons beside a person's form; each has an address of its own, and a POST."""

    def get_urls(self):
        views = {
            "link": self.link_view,
            "link/end": self.end_link_view,
            "sessions": self.sessions_view,
            "second-factor": self.second_factor_view,
            "suspend": self.suspend_view,
            "let-in": self.let_in_view,
        }
        own = [
            path(f"<int:pk>/{way}/", self.admin_site.admin_view(view), name=f"auth_user_{way.replace('/', '_')}")
            for way, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request, form_url="", extra_context=None):
        return super().add_view(request, form_url, {"title": _("Add a person")} | (extra_context or {}))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"has_mail": links.has_mail(), "may_manage": add}
        if obj and obj.pk:
            context |= self._access(request, obj) | {"title": name_of(obj), "subtitle": None}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _access(self, request, person):
        may = self.has_change_permission(request, person)
        link = PasswordLink.objects.open().filter(user=person).select_related("made_by").first()
        return {
            "may_manage": may,
            "may_link": may and (not person.has_usable_password() or roles.may_reset_password(request.user, person)),
            "may_reset_factor": may and roles.may_reset_password(request.user, person) and person != request.user,
            "factors": second_factor.names_of(person) if may else [],
            "is_self": person.pk == request.user.pk,
            "is_suspended": not (person.is_active and person.is_staff),
            "link": link,
            "person_sessions": sessions.sessions_of(person, request.session.session_key),
            "preview_links": leaving.links_of(person).count(),
        }

    def response_add(self, request, obj, post_url_continue=None):
        """Invite a new person: by mail, or with a link to hand over, which is shown once."""
        text = _("%(person)s is added, with the login “%(login)s”.")
        self.message_user(request, text % {"person": name_of(obj), "login": obj}, messages.SUCCESS)
        return self._invite(request, obj)

    def response_change(self, request, obj):
        is_same = getattr(request, "changed_nothing", False)
        text = _("Nothing new to save: it stays as it was.") if is_same else _("Saved.")
        self.message_user(request, text, messages.SUCCESS)
        return self._back(obj)

    @method_decorator([never_cache, require_POST])
    def link_view(self, request, pk):
        """Make a link to set a password: an invitation, or a replacement for a forgotten one."""
        person = self._person(request, pk)
        if person.has_usable_password() and not roles.may_reset_password(request.user, person):
            raise PermissionDenied(_("Only an administrator makes a link for a new password."))
        if not (person.is_active and person.is_staff):
            self.message_user(request, _("Let them in again first."), messages.ERROR)
            return self._back(person)
        return self._invite(request, person, by_hand="by_hand" in request.POST)

    def _invite(self, request, person, *, by_hand=False):
        if links.has_mail() and person.email and not by_hand:
            link = links.mail(person, by=request.user)
            message = _("A link to set a password was mailed to %(address)s. It works until %(time)s.")
            message %= {"address": person.email, "time": time_with_zone(link.expires_at)}
            self.log_change(request, person, message)
            self.message_user(request, message, messages.SUCCESS)
            return self._back(person)
        link, address = links.make_link(person, by=request.user)
        log_text = _("Link to set a password made, to be handed over. It works until %(time)s.")
        self.log_change(request, person, log_text % {"time": time_with_zone(link.expires_at)})
        context = {"link": link, "address": request.build_absolute_uri(address), "title": _("Hand over this link")}
        response = self._page(request, person, "link", context)
        response.headers["Cache-Control"] = "no-store, private"
        return response

    @method_decorator(require_POST)
    def end_link_view(self, request, pk):
        """End the link that nobody has used yet."""
        person = self._person(request, pk)
        if links.end_open(person):
            self.log_change(request, person, _("Link to set a password ended"))
            self.message_user(request, _("The link leads nowhere any more."), messages.SUCCESS)
        return self._back(person)

    @method_decorator(require_POST)
    def sessions_view(self, request, pk):
        """End one session, or all except the one of this request."""
        person = self._person(request, pk, own=True)
        if person.pk == request.user.pk:
            show_again(request)
        here = request.session.session_key
        if "all" in request.POST:
            ended = sessions.end_all(person, but=here if person.pk == request.user.pk else None)
        else:
            row = person.login_sessions.filter(pk=number_in_address(request.POST.get("session"))).first()
            ended = sessions.end_session(row) if row else 0
        if ended:
            message = ngettext("%d session ended", "%d sessions ended", ended) % ended
            self.log_change(request, person, message)
            self.message_user(request, f"{message}.", messages.SUCCESS)
        else:
            self.message_user(request, _("There was no such session any more."), messages.WARNING)
        return self._back(person)

    @method_decorator(require_POST)
    def second_factor_view(self, request, pk):
        """Reset the second factor of somebody who lost it."""
        person = self._person(request, pk)
        try:
            second_factor.reset(person, by=request.user)
        except WorkflowError as refusal:
            raise PermissionDenied(str(refusal)) from None
        text = _("%(person)s has no second factor now, and logs in with the password alone until they set one up.")
        self.message_user(request, text % {"person": name_of(person)}, messages.SUCCESS)
        return self._back(person)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def suspend_view(self, request, pk):
        """Show what somebody leaves behind; a POST suspends them."""
        person = self._person(request, pk)
        form = SuspendForm(person, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                leaving.suspend(person, by=request.user, heir=form.cleaned_data["heir"])
            except WorkflowError as refusal:
                form.add_error(None, str(refusal))
            else:
                text = _("%(person)s is suspended. Their published articles and byline stay.")
                self.message_user(request, text % {"person": name_of(person)}, messages.SUCCESS)
                return self._back(person)
        title = _("Suspend %(person)s?") % {"person": name_of(person)}
        context = {"form": form, "leaving": leaving.what_leaves(person), "title": title}
        return self._page(request, person, "suspend", context)

    @method_decorator(require_POST)
    def let_in_view(self, request, pk):
        """Let a suspended person in again."""
        person = self._person(request, pk)
        leaving.let_in(person, by=request.user)
        text = _("%(person)s may log in again, with the password, role and sections they had.")
        self.message_user(request, text % {"person": name_of(person)}, messages.SUCCESS)
        return self._back(person)

    def _person(self, request, pk, *, own=False):
        """Return the person of an address, if the user may manage them (or, with ``own``, is them)."""
        person = self.get_object(request, str(pk))
        if person is None:
            raise Http404
        if not (self.has_change_permission(request, person) or (own and person.pk == request.user.pk)):
            raise PermissionDenied
        return person

    def _page(self, request, person, name, context):
        context |= {"person": person, "opts": self.opts, **self.admin_site.each_context(request)} | context
        return TemplateResponse(request, f"admin/auth/user/{name}.html", context)

    def _back(self, person):
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[person.pk]))
