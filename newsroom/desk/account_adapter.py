"""What allauth does with logins, as the desk wants it: no sign-up, counted attempts, and a way back to typed words."""

from datetime import timedelta
from functools import partial

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.utils import get_login_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.desk.people import attempts, second_factor, sessions, sign_ins
from ground.client_address import client_address
from newsroom.demo_users import DemoUsersInDebugOnly
from newsroom.desk import unsaved_forms

NEXT = "after_login"  # in a session: where somebody wanted to go who sets up a second factor first
FRESH = timedelta(minutes=10)  # after a log in, within which a second factor is set up without the password again


class DeskAccounts(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Let nobody make a login by themselves: administrators and chief editors add people."""
        return False

    def get_client_ip(self, request):
        return client_address(request)

    def get_login_redirect_url(self, request):
        return reverse("admin:index")

    def post_login(self, request, user, *, redirect_url=None, signal_kwargs=None, **hooks):
        """Write the log in down, and lead to where the person wanted to go, or first to their second factor."""
        request.session[second_factor.SHOWN] = second_factor.has_factor(user)
        sign_ins.note_sign_in(request, user, _means(request, user, signal_kwargs))
        address = get_login_redirect_url(request, redirect_url)
        if second_factor.is_required(user) and not request.session[second_factor.SHOWN]:
            request.session[NEXT] = address
            return HttpResponseRedirect(reverse("mfa_index"))
        return lead_on(request, address)

    def is_reauthentication_required(self, *, app, **kwargs):
        """Ask for the password again before a factor is changed, unless the session has only just begun."""
        began = self.request.session.get(sessions.BEGAN, 0)
        is_fresh = timezone.now().timestamp() - began < FRESH.total_seconds()
        return not is_fresh and super().is_reauthentication_required(app=app, **kwargs)

    def reauthenticate(self, user, password):
        """Look at the password of somebody who is logged in, only so often."""
        check = partial(authenticate, username=user.get_username(), password=password)
        try:
            return attempts.try_password([(f"again:{user.pk}", attempts.MOST_OF_ACCOUNT)], check) is not None
        except attempts.TooManyAttemptsError as refusal:
            raise ValidationError(str(refusal)) from None


class DeskProviders(DefaultSocialAccountAdapter):
    """Logging in by an OpenID Connect provider: only people whom the desk has, by an address that was checked."""

    def is_open_for_signup(self, request, sociallogin):
        return False

    def authenticate_by_email(self, sociallogin):
        """Return whose address it is; nobody where several logins have it."""
        match = super().authenticate_by_email(sociallogin)
        return match if match and len(filter_users_by_email(match[1])) == 1 else None

    def pre_social_login(self, request, sociallogin):
        """Let in who may log in with a password, too: nobody suspended, nobody without the desk."""
        user = sociallogin.user if sociallogin.is_existing else None
        if user is None or not may_log_in(user):
            sign_ins.note_refusal(request, user.get_username() if user else "", sign_ins.PROVIDER)
            text = _("Nobody is let in with the address that %(provider)s gives. Log in with your password.")
            self._refuse(request, text)

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        sign_ins.note_refusal(request, "", sign_ins.PROVIDER)
        self._refuse(request, _("%(provider)s did not say who you are. Try again, or log in with your password."))

    def _refuse(self, request, text):
        messages.error(request, text % {"provider": settings.OIDC["name"]})
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("admin:login")))


def may_log_in(user):
    """Return whether the desk lets ``user`` in at all."""
    return user.is_staff and DemoUsersInDebugOnly().user_can_authenticate(user)


def _means(request, user, signal_kwargs):
    """Return by what somebody logged in: a word for the log."""
    first = "provider" if signal_kwargs and "sociallogin" in signal_kwargs else sign_ins.PASSWORD
    return f"{first}+second-factor" if request.session[second_factor.SHOWN] else first


def lead_on(request, address=""):
    """Return the redirect to the form that was kept through the login; without one, to where the person wanted."""
    address = request.session.pop(NEXT, "") or address or reverse("admin:index")
    carried = request.session.pop(unsaved_forms.CARRIED, "")
    return (carried and unsaved_forms.after_login(request, carried)) or HttpResponseRedirect(address)
