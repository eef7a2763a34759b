"""The form by which somebody logs in."""

from django.contrib.admin.forms import AdminAuthenticationForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AdminAuthenticationForm):
    """Django's, which says the same whether there is such a login or not."""

    error_messages = AdminAuthenticationForm.error_messages | {
        "invalid_login": _(
            "Nobody is let in with this login and this password. Capitals and small letters are not the same in them."
        )
    }
