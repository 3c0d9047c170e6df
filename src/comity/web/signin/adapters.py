"""What the sign-in library asks this house: under which name passkeys are kept, and whether they can be here."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth import authenticate
from django.http import HttpRequest

from comity.web.signin.limits import count_try, was_right


def passkey_host(request: HttpRequest) -> str:
    """The name of this site as passkeys are bound to it; empty where it was asked for by an IP address.

    A browser keeps no passkey for an IP address.
    """
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return ""


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # the library is untyped
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": passkey_host(context.request), "name": "Comity"}


class Entrance(DefaultAccountAdapter):  # type: ignore[misc]  # the library is untyped
    """Nobody signs up; the code is asked by our own stage."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The officer whose password this is, if any. Wrong tries are counted, by user name and by address."""
        username = str(credentials.get("username", ""))
        count_try(request, username)
        AuthenticationBackend.unstash_authenticated_user()
        found = authenticate(request, **credentials) or AuthenticationBackend.unstash_authenticated_user()
        if found:
            was_right(request, username)
        return found

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "comity.web.signin.provider.CodeStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]
