"""The pages of the second factor, asked for after the password: allauth's views, as the desk looks."""

import struct
from contextlib import contextmanager
from typing import Any

from allauth.account.admin import EmailAddress
from allauth.account.views import ReauthenticateView as PasswordAgain
from allauth.core import context as allauth_context
from allauth.mfa.admin import Authenticator
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.base.views import AuthenticateView, IndexView, ReauthenticateView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.base import ContextMixin
from django.views.generic.edit import FormMixin

from articles.desk.people import factor_secrets, second_factor, sign_ins
from ground.requests import LoggedInRequest

for model in (EmailAddress, Authenticator, SocialApp, SocialAccount, SocialToken):
    admin.site.unregister(model)  # nobody edits them by hand

INDEX = reverse_lazy("mfa_index")


class TypedCode(forms.Form):
    """A code, typed where the cursor is already."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class RightCode(TypedCode, BaseAuthenticateForm):
    """A code of the app, or a recovery code, which allauth can't read; tried only so often."""

    def clean_code(self):
        return second_factor.check_code(self.user, self._check)

    def _check(self):
        used_codes = factor_secrets.use_recovery_code(self.user, self.cleaned_data["code"])
        if used_codes is None:
            return super().clean_code()
        self.authenticator = used_codes
        return self.cleaned_data["code"]


class CodeForm(RightCode, AuthenticateForm):
    """The code after the password."""


class CodeAgainForm(RightCode, ReauthenticateForm):
    """The same of somebody who is logged in."""


class NewAppForm(TypedCode, ActivateTOTPForm):
    """The first code of a new app."""

    def __init__(self, *args, **kwargs):
        with factor_secrets.readable_seed(allauth_context.request.session):
            super().__init__(*args, **kwargs)


@contextmanager
def whole_answer():
    """Refuse an answer of a passkey that lacks a part or has a wrong one, which the parser does not expect."""
    try:
        yield
    except (LookupError, AttributeError, TypeError, ValueError, struct.error):
        raise ValidationError(_("The browser’s answer is no passkey. Try again.")) from None


class KeyForm(AuthenticateWebAuthnForm):
    """The answer of a passkey, after the password."""

    def clean_credential(self):
        with whole_answer():
            return super().clean_credential()


class KeyAgainForm(ReauthenticateWebAuthnForm):
    """The same of somebody who is logged in."""

    def clean_credential(self):
        with whole_answer():
            return super().clean_credential()


class NewKeyForm(AddWebAuthnForm):
    """A new passkey."""

    def clean(self):
        with whole_answer():
            return super().clean()


class DeskView(ContextMixin, View):
    """What a view of allauth needs to be a page of the desk: its template, title and the site's context."""

    page = ""
    title: Any = ""

    def dispatch(self, request, *args, **kwargs):
        self.template_name = f"admin/second_factor/{self.page}.html"  # allauth's own is in the class
        return never_cache(sensitive_post_parameters()(super().dispatch))(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        own = {"title": self.title, "has_permission": False, "is_required": self._is_required()}
        return admin.site.each_context(self.request) | context | own

    def _is_required(self):
        return self.request.user.is_authenticated and second_factor.is_required(self.request.user)


class Adding(FormMixin, View):
    """A view that adds a factor: the session has shown it then."""

    def form_valid(self, form):
        response = super().form_valid(form)
        self.request.session[second_factor.SHOWN] = True
        return response


class Authenticate(DeskView, AuthenticateView):
    """The second factor, after the password."""

    page, title, form_class, webauthn_form_class = "authenticate", _("Your second factor"), CodeForm, KeyForm

    def form_invalid(self, form):
        is_bounded = any(error.code == "attempts" for errors in form.errors.as_data().values() for error in errors)
        reason = sign_ins.TOO_MANY if is_bounded else sign_ins.CODE
        sign_ins.note_refusal(self.request, self.stage.login.user.get_username(), reason)
        return super().form_invalid(form)


class CodeAgain(DeskView, ReauthenticateView):
    page, title, form_class = "code_again", _("Show that it is you"), CodeAgainForm


class KeyAgain(DeskView, ReauthenticateWebAuthnView):
    page, title, form_class = "key_again", _("Show that it is you"), KeyAgainForm


class OwnPasswordAgain(DeskView, PasswordAgain):
    page, title = "password_again", _("Show that it is you")


class Overview(DeskView, IndexView):
    page, title = "overview", _("Second factor")


class AddApp(DeskView, Adding, ActivateTOTPView):
    page, title, form_class = "add_app", _("An app with codes"), NewAppForm


class RemoveApp(DeskView, DeactivateTOTPView):
    page, title = "remove", _("Remove the app with codes?")


class AddKey(DeskView, Adding, AddWebAuthnView):
    page, title, form_class = "add_key", _("A passkey"), NewKeyForm


class RemoveKey(DeskView, RemoveWebAuthnView):
    page, title, success_url = "remove", _("Remove this passkey?"), INDEX


class Codes(DeskView, ViewRecoveryCodesView):
    page, title = "codes", _("Recovery codes")
    request: LoggedInRequest

    def get_context_data(self, **kwargs):
        """Show the codes for once: from then on only their digests are stored."""
        context = super().get_context_data(**kwargs)
        if context["can_view_codes"]:
            factor_secrets.hash_recovery_codes(self.request.user, context["unused_codes"])
        return context


class NewCodes(DeskView, GenerateRecoveryCodesView):
    page, title = "new_codes", _("New recovery codes?")


urlpatterns = [
    path("login/", admin.site.login, name="account_login"),
    path("second-factor/", Overview.as_view(), name="mfa_index"),
    path("second-factor/show/", Authenticate.as_view(), name="mfa_authenticate"),
    path("second-factor/password/", OwnPasswordAgain.as_view(), name="account_reauthenticate"),
    path("second-factor/code/", CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("second-factor/app/", AddApp.as_view(), name="mfa_activate_totp"),
    path("second-factor/app/remove/", RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("second-factor/passkey/", AddKey.as_view(), name="mfa_add_webauthn"),
    path("second-factor/passkey/show/", KeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
    path("second-factor/passkey/<int:pk>/remove/", RemoveKey.as_view(), name="mfa_remove_webauthn"),
    path("second-factor/recovery-codes/", Codes.as_view(), name="mfa_view_recovery_codes"),
    path("second-factor/recovery-codes/new/", NewCodes.as_view(), name="mfa_generate_recovery_codes"),
]
