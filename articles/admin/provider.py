"""Logging in by an OpenID Connect provider: the way there and the way back; allauth does the rest."""

import logging

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_GET

logger = logging.getLogger(__name__)


@require_GET
def to_provider(request):
    """Lead to the provider, only to log in: who is in already might connect somebody else's identity to their login."""
    if request.user.is_authenticated or set(request.GET) - {"next"}:
        return HttpResponseRedirect(reverse("admin:login"))
    return _answer(views.login, request, settings.OIDC["provider_id"])


@require_GET
def from_provider(request, provider_id):
    """Take what the provider says."""
    return _answer(views.callback, request, provider_id)


def _answer(view, request, provider_id):
    """Return the answer of ``view``; an error if the provider is away, or says something that is not OpenID Connect."""
    try:
        return view(request, provider_id)
    except (OSError, LookupError, TypeError, ValueError):
        logger.exception("The OpenID Connect provider %s does not answer as it should.", settings.OIDC_ISSUER)
        return render_authentication_error(request, provider_id)


urlpatterns = [
    path("provider/", to_provider, name="openid_connect_login"),
    path("provider/<slug:provider_id>/back/", from_provider, name="openid_connect_callback"),
]
