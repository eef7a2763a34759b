"""Logging in by an OpenID Connect provider: the way there and the way back; allauth does the rest.

Whoever comes back is believed by an ID token that the provider signed, for this desk and for this session.
"""

import logging
import secrets
from urllib.parse import urlsplit

import jwt
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from ground.addresses import root_of

logger = logging.getLogger(__name__)
NONCE = "provider_nonce"  # in a session: what the ID token must repeat
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
NEEDED = ["iss", "aud", "exp", "iat", "sub", "nonce"]  # in each ID token
LEEWAY = 30  # seconds that the provider's clock may be wrong


class SignedIdentity(OpenIDConnectOAuth2Adapter):
    """allauth's adapter, which takes metadata of the named issuer alone, and an ID token that its keys signed."""

    @cached_property
    def openid_config(self):
        """Return the provider's metadata; refuse that of another issuer, or places without TLS if it has TLS."""
        config = super().openid_config
        if config["issuer"].rstrip("/") != settings.OIDC_ISSUER:
            raise OAuth2Error(f"The metadata is of {config['issuer']!r}, and NEWSROOM_OIDC_ISSUER is another.")
        places = [str(value) for name, value in config.items() if name.endswith(("_endpoint", "_uri"))]
        if any(urlsplit(place).scheme != urlsplit(settings.OIDC_ISSUER).scheme for place in places):
            raise OAuth2Error("The metadata names places that are not reached as safely as the issuer.")
        return config

    def complete_login(self, request, app, token, **kwargs):
        """Return whom a signed ID token names; what else the provider says must be of the same person."""
        claims = self._verified(kwargs["response"].get("id_token"), app, request.session.pop(NONCE, None))
        login = super().complete_login(request, app, token, **kwargs)
        if login.account.uid != claims["sub"]:
            raise OAuth2Error("The provider's ID token and its page of the person name two people.")
        return login

    def _verified(self, id_token, app, nonce):
        """Return the claims of an ID token."""
        try:
            key = _key_of(id_token, self._published_keys())
            claims = jwt.decode(
                id_token,
                key,
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY,
                options={"require": NEEDED, "enforce_minimum_key_length": True},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"The provider's ID token is not valid: {error}") from error
        is_ours = nonce and claims["nonce"] == nonce and claims.get("azp", app.client_id) == app.client_id
        if not is_ours:
            raise OAuth2Error("The provider's ID token is for another login.")
        return claims

    def _published_keys(self):
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
        response.raise_for_status()
        return response.json()["keys"]


def _key_of(id_token, keys):
    """Return that of the published keys which a token says it was signed with, bound to one listed algorithm."""
    header = jwt.get_unverified_header(id_token)
    if header.get("alg") not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError(f"{header.get('alg')} is not among {', '.join(ALGORITHMS)}")
    for key in keys:
        if key.get("use", "sig") == "sig" and header.get("kid") in {None, key.get("kid")}:
            return jwt.PyJWK(key, key.get("alg") or header["alg"])
    raise jwt.InvalidKeyError("no published key signed it")


@require_GET
def to_provider(request):
    """Lead to the provider, only to log in, and only from our own page: no other site may begin a session."""
    login, after = reverse("admin:login"), get_next_redirect_url(request)
    if request.user.is_authenticated or set(request.GET) - {"next"}:
        return HttpResponseRedirect(login)
    if not _is_from_here(request):
        return HttpResponseRedirect(f"{login}?{urlencode({'next': after})}" if after else login)
    return _answer(_begin, request, settings.OIDC["provider_id"], after)


def _is_from_here(request):
    """Return whether one of our pages led here; browsers of before 2023 tell it by the page's address alone."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Referer", "").startswith(f"{root_of(request)}/")


def _begin(request, provider_id, after):
    """Lead to the provider's page, which names our session in the ID token."""
    provider = get_adapter(request).get_provider(request, provider_id)
    provider.oauth2_adapter_class = SignedIdentity
    nonce = request.session.setdefault(NONCE, secrets.token_urlsafe(32))
    return provider.redirect(request, AuthProcess.LOGIN, next_url=after, auth_params={"nonce": nonce})


@require_GET
def from_provider(request, provider_id):
    """Take what the provider says."""
    return _answer(_take, request, provider_id)


def _take(request, provider_id):
    return OAuth2CallbackView.adapter_view(SignedIdentity(request, provider_id))(request)


def _answer(view, request, provider_id, *args):
    """Return the answer of ``view``; an error if the provider is away, or says something that is not OpenID Connect."""
    try:
        return view(request, provider_id, *args)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (OAuth2Error, OSError, LookupError, TypeError, ValueError, AttributeError):
        logger.exception("The OpenID Connect provider %s does not answer as it should.", settings.OIDC_ISSUER)
        return render_authentication_error(request, provider_id)


urlpatterns = [
    path("provider/", to_provider, name="openid_connect_login"),
    path("provider/<slug:provider_id>/back/", from_provider, name="openid_connect_callback"),
]
