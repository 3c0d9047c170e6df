"""Who is calling: an officer with a session, proved by password and one-time code.

A token is the key of a session of the node that was made here, so that signing out, expiry, rate limits and a change
of roles work the same on pages and here. A page's session is no token, and a token opens no page.
"""

import os
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja.security import HttpBearer

from comity.authorities.actions import count_or_refuse, count_try, was_right
from comity.authorities.limits import address_key, calls
from comity.authorities.queries import actor_of
from comity.authorities.step_up import confirm, confirmed_until
from comity.values.actor import Act, Actor, job
from comity.values.errors import SignInError, UnavailableError

DEFAULT_PURPOSE = "casework"
API_SESSION = "comity_api"
"""Stands in every session that was made by signing in over the API."""


class Bearer(HttpBearer):
    """`Authorization: Bearer TOKEN`; the officer and her roles are read anew at each request."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        session = SessionStore(session_key=token)
        if not session.get(API_SESSION):
            return None
        request.session = session
        officer = get_user(request)
        if not officer.is_authenticated:
            return None
        _expect_room(request, officer)
        request.user = officer
        return officer


def now() -> datetime:
    return datetime.now(UTC)


def stepped_up(session: Any, at: datetime) -> bool:
    """Whether the officer gave a one-time code within the last minutes."""
    return confirmed_until(session, at, seconds=settings.STEP_UP_SECONDS) is not None


def actor(request: HttpRequest) -> Actor:
    return actor_of(request.user, stepped_up=stepped_up(request.session, now()))  # type: ignore[arg-type]


def act(request: HttpRequest) -> Act:
    """The deed of this call; its purpose stands in the header `X-Purpose`."""
    purpose = request.headers.get("X-Purpose", DEFAULT_PURPOSE)[:300]
    return Act(actor(request), now(), purpose, os.urandom)


def sign_in(request: HttpRequest, username: str, password: str, code: str) -> str:
    """A token for a new session. One answer for every failure, so that nothing is learned from it."""
    try:
        officer = get_adapter(request).authenticate(request, username=username, password=password)
    except ValidationError as error:
        raise UnavailableError(" ".join(error.messages), code="session:too-many") from error
    holds = officer is not None and officer.is_active and _code_holds(request, officer, code)
    if not holds:
        raise SignInError("User name, password or one-time code is wrong.", code="session:wrong")
    session = SessionStore()
    session[SESSION_KEY] = str(officer.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = officer.get_session_auth_hash()
    confirm(session, now())
    session[API_SESSION] = True
    session.create()
    return str(session.session_key)


def step_up(request: HttpRequest, code: str) -> None:
    holds = _code_holds(request, request.user, code)
    if not holds:
        raise SignInError("The one-time code is wrong or was used already.", code="session:code")
    confirm(request.session, now())
    request.session.save()


def _code_holds(request: HttpRequest, officer: Any, code: str) -> bool:
    """Whether the one-time code is the officer's and was not used before; wrong ones are counted."""
    address = _address(request)
    count_try(
        Act(job("sign-in", "node"), now(), "sign-in", os.urandom), username=officer.get_username(), address=address
    )
    device = Authenticator.objects.filter(user=officer, type=Authenticator.Type.TOTP).first()
    holds = device is not None and bool(TOTP(device).validate_code(code))
    if holds:
        was_right(address=address, username=officer.get_username(), whole=True)
    return holds


def _expect_room(request: HttpRequest, officer: Any) -> None:
    """Raises `UnavailableError` where the officer or the address called too often within the minute."""
    limit = calls(settings.API_CALLS_PER_MINUTE)
    count_or_refuse([(f"calls:{officer.pk}", limit), (f"calls-{address_key(_address(request))}", limit)], now())


def _address(request: HttpRequest) -> str:
    return str(get_adapter(request).get_client_ip(request))
