"""Single sign-on: the node's own provider (OpenID Connect) says who someone is; who works here is the node's to say.

Off unless the node's settings name a provider. Nobody is made an officer by signing in; the step-up stays the node's
own, unless the settings name an `acr` that stands for it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from comity.authorities.actions import bind_identity
from comity.authorities.step_up import confirm
from comity.values.actor import Act, job
from comity.values.errors import ComityError, MissingError, UnavailableError
from comity.web.entrance import next_address, now, own_chance

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""With which a provider may sign: never with a secret, never unsigned."""
CONFIRMED_AT = "comity_provider_confirmed_at"
"""The session's key for when the provider itself confirmed the person in a way that the settings take for the code."""
LAST_SECOND = int(datetime.max.replace(tzinfo=UTC).timestamp())
"""The last time of a confirmation that is a time at all, in seconds of Unix time."""
NEEDED = ["iss", "sub", "aud", "exp", "iat"]


def provider() -> Mapping[str, Any] | None:
    """The provider that this node's settings name, if any."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return apps[0] if apps else None


class _Session(requests.Session):
    """Asks the provider and no one else: no proxy of the environment, no redirect, ten seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env, self.max_redirects = False, 0

    def request(self, method: Any, url: Any, **given: Any) -> requests.Response:  # type: ignore[override]  # all else by name
        return super().request(method, url, **{**given, "timeout": 10, "allow_redirects": False})


class KnownOfficers(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library is untyped
    """Only officers the node knows come in: by issuer and subject, or the first time by the confirmed e-mail."""

    def get_requests_session(self) -> requests.Session:
        return _Session()

    def is_open_for_signup(self, _request: HttpRequest, _login: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        claims = sociallogin.account.extra_data["id_token"]
        if sociallogin.state.get("process") != "login" or not _known(sociallogin, claims):
            words = gettext("Your provider knows you, this node does not. Ask your administrator; nothing was changed.")
            messages.error(request, words)
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        request.session.pop(CONFIRMED_AT, None)
        wanted = (provider() or {})["settings"].get("acr", [])
        since = claims.get("auth_time")
        if claims.get("acr") in wanted and isinstance(since, int) and 0 < since < LAST_SECOND:
            request.session[CONFIRMED_AT] = since


def _known(login: SocialLogin, claims: Mapping[str, Any]) -> bool:
    if login.is_existing:
        return True
    email = claims.get("email") if claims.get("email_verified") is True else None
    if not isinstance(email, str):
        return False
    act = Act(job("sign-in", "node"), now(), "sign-in", own_chance)
    try:
        bind_identity(act, provider=login.account.provider, subject=login.account.uid, email=email)
    except ComityError:
        return False
    login.lookup()
    return bool(login.is_existing)


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # the library is untyped
    """What the provider says counts only as it signed it, under the issuer that the settings name."""

    @property
    def openid_config(self) -> dict[str, Any]:
        try:
            found = dict(super().openid_config)
        except ValueError as error:
            raise OAuth2Error("the provider does not describe itself") from error
        if found.get("issuer") != self.get_provider().app.settings["issuer"]:
            raise OAuth2Error("the provider calls itself by another name than the settings do")
        return found

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """The claims, signed by a key the provider publishes. Raises `OAuth2Error` for anything less."""
        try:
            header = jwt.get_unverified_header(id_token)
            if header.get("alg") not in ALGORITHMS:
                raise OAuth2Error("the provider signs in a way that is not taken")
            with _Session() as line:
                published = line.get(self.openid_config["jwks_uri"]).json()
            key = next(one for one in jwt.PyJWKSet.from_dict(published).keys if one.key_id == header.get("kid"))
            return dict(
                jwt.decode(
                    id_token,
                    key=key.key,
                    algorithms=[str(header["alg"])],
                    issuer=app.settings["issuer"],
                    audience=app.client_id,
                    options={"require": NEEDED},
                )
            )
        except (jwt.PyJWTError, ValueError, TypeError, LookupError, StopIteration, AttributeError) as error:
            raise OAuth2Error("what the provider says of you does not verify") from error


class CodeStage(AuthenticateStage):  # type: ignore[misc]  # the library is untyped
    """The code at sign-in; not asked where the provider confirmed the person as the settings want it."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return CONFIRMED_AT not in request.session and bool(super()._should_handle(request))


def _expect(provider_id: str) -> Mapping[str, Any]:
    found = provider()
    if found is None or found["provider_id"] != provider_id:
        raise MissingError
    return found


@require_safe
def to_provider(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Send the browser to the provider. A link, since a form would be held back by our own content policy."""
    _expect(provider_id)
    adapter = Adapter(request, provider_id)
    request.session.pop(CONFIRMED_AT, None)
    try:
        found = adapter.get_provider()
        found.oauth2_adapter_class = Adapter
        return found.redirect(request, "login", next_url=next_address(request))  # type: ignore[no-any-return]
    except (requests.RequestException, OAuth2Error) as error:
        raise UnavailableError(
            "The provider of your sign-in cannot be reached.",
            code="provider:unavailable",
            next_step="Sign in with user name and password.",
        ) from error


@require_safe
def from_provider(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """The browser comes back; a session that the provider confirmed notes since when."""
    _expect(provider_id)
    answer: HttpResponse = OAuth2CallbackView.adapter_view(Adapter(request, provider_id))(request)
    since = request.session.pop(CONFIRMED_AT, None) if request.user.is_authenticated else None
    if since is not None:
        confirm(request.session, min(datetime.fromtimestamp(since, UTC), now()))
    return answer
