"""Logging in: the form, the view that answers it, and the form by which people change their own password."""

from datetime import timedelta
from functools import partial
from http import HTTPStatus

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY, authenticate, logout
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from articles.desk.people import attempts, sign_ins
from newsroom.desk import unsaved_forms


class LoginForm(AdminAuthenticationForm):
    """Django's form with one message for every failure, which looks at no password after too many attempts."""

    error_messages = AdminAuthenticationForm.error_messages | {
        "invalid_login": _(
            "Nobody is let in with this login and this password. Capitals and small letters are not the same in them."
        )
    }
    request: HttpRequest  # the view passes it
    wait: timedelta | None = None  # how long nobody may try, if there were too many attempts

    @sensitive_variables()
    def clean(self):
        login, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if login is None or not password:
            return self.cleaned_data
        bounds = attempts.bounds_of(self.request, login, is_known=self._is_known(login))
        try:
            self.user_cache = attempts.try_password(bounds, partial(self._user_of, login, password))
        except attempts.TooManyAttemptsError as refusal:
            self.wait = refusal.wait
            sign_ins.note_refusal(self.request, login, sign_ins.TOO_MANY)
            raise ValidationError(str(refusal)) from None
        if self.user_cache is None:
            sign_ins.note_refusal(self.request, login, sign_ins.PASSWORD)
            raise self.get_invalid_login_error()
        return self.cleaned_data

    def _is_known(self, login):
        """Return whether the browser was last used by the person of this login."""
        pk = unsaved_forms.last_user(self.request)
        return pk is not None and User.objects.filter(pk=pk, username=login).exists()

    @sensitive_variables()
    def _user_of(self, login, password):
        user = authenticate(self.request, username=login, password=password)
        return user if user is not None and user.is_staff else None


class DeskLogin(LoginView):
    """Django's view for the desk's page; who has to wait is told how long, with 429."""

    authentication_form = LoginForm
    template_name = "admin/login.html"

    def form_valid(self, form):
        """Go on to the second factor, if there is one; the form that the page kept waits in the session."""
        if SESSION_KEY in self.request.session:
            logout(self.request)
        if carried := self.request.POST.get(unsaved_forms.CARRIED, ""):
            self.request.session[unsaved_forms.CARRIED] = carried
        return perform_login(self.request, form.get_user(), redirect_url=self.get_success_url())

    def form_invalid(self, form):
        response = super().form_invalid(form)
        if form.wait:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            response.headers["Retry-After"] = str(int(form.wait.total_seconds()))
        return response


def answer_login(site, request, extra_context):
    """Return the page for logging in, or the answer to its form."""
    index = reverse("admin:index", current_app=site.name)
    context = site.each_context(request) | {"title": _("Log in"), "subtitle": None, "app_path": request.get_full_path()}
    if REDIRECT_FIELD_NAME not in request.GET and REDIRECT_FIELD_NAME not in request.POST:
        context[REDIRECT_FIELD_NAME] = index
    if settings.OIDC_ISSUER:
        context["provider"] = settings.OIDC["name"]
    return DeskLogin.as_view(extra_context=context | extra_context, next_page=index)(request)


class OwnPasswordForm(AdminPasswordChangeForm):
    """Django's form, which looks at the old password only so often, in case somebody else sits at the desk."""

    @sensitive_variables()
    def clean_old_password(self):
        old_password = self.cleaned_data["old_password"]
        bounds = [(f"change:{self.user.pk}", attempts.MOST_OF_ACCOUNT)]
        check = partial(authenticate, username=self.user.get_username(), password=old_password)
        try:
            user = attempts.try_password(bounds, check)
        except attempts.TooManyAttemptsError as refusal:
            raise ValidationError(str(refusal)) from None
        if user is None:
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return old_password


class OwnPassword(PasswordChangeView):
    """Django's view with that form."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")
