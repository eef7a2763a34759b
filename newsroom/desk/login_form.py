"""The form for logging in."""

from django.contrib.admin.forms import AdminAuthenticationForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AdminAuthenticationForm):
    """Django's form with one message for every failure, so that it does not tell which logins exist."""

    error_messages = AdminAuthenticationForm.error_messages | {
        "invalid_login": _(
            "Nobody is let in with this login and this password. Capitals and small letters are not the same in them."
        )
    }
