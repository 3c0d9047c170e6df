"""Who is calling: an officer with a session, proved by password and one-time code.

A token is the key of an ordinary session of the node, so signing out, expiry and a change of roles
work the same on pages and here.
"""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, authenticate
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from ninja.security import HttpBearer

from comity.authorities.models import Officer
from comity.authorities.queries import actor_of
from comity.values.actor import Act, Actor
from comity.values.errors import SignInError
from comity.values.instant import instant_text, parse_instant

STEPPED_UP_AT = "comity_stepped_up_at"
DEFAULT_PURPOSE = "casework"


class Bearer(HttpBearer):
    """`Authorization: Bearer TOKEN`; roles are read anew at each request."""

    def authenticate(self, request: HttpRequest, token: str) -> Officer | None:
        session = SessionStore(session_key=token)
        officer = Officer.objects.select_related("office").filter(id=session.get(SESSION_KEY), is_active=True).first()
        if officer is None or session.get(HASH_SESSION_KEY) != officer.get_session_auth_hash():
            return None
        request.session = session
        request.user = officer
        return officer


def now() -> datetime:
    return datetime.now(UTC)


def stepped_up(session: Any, at: datetime) -> bool:
    """Whether the officer gave a one-time code within the last minutes."""
    given = session.get(STEPPED_UP_AT)
    return bool(given) and at - parse_instant(given) < timedelta(seconds=settings.STEP_UP_SECONDS)


def actor(request: HttpRequest) -> Actor:
    officer = request.user
    if not isinstance(officer, Officer):
        raise SignInError("Sign in first: POST /api/sign-in with user name, password and one-time code.")
    return actor_of(officer, stepped_up=stepped_up(request.session, now()))


def act(request: HttpRequest) -> Act:
    """The deed of this call; its purpose stands in the header `X-Purpose`."""
    purpose = request.headers.get("X-Purpose", DEFAULT_PURPOSE)[:300]
    return Act(actor(request), now(), purpose, os.urandom)


def sign_in(username: str, password: str, code: str) -> str:
    """A token for a new session. One answer for every failure, so that nothing is learned from it."""
    officer = authenticate(username=username, password=password)
    if not isinstance(officer, Officer) or not code_holds(officer, code):
        raise SignInError("User name, password or one-time code is wrong.", code="session:wrong")
    session = SessionStore()
    session[SESSION_KEY] = str(officer.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = officer.get_session_auth_hash()
    session[STEPPED_UP_AT] = instant_text(now())
    session.create()
    return str(session.session_key)


def step_up(request: HttpRequest, code: str) -> None:
    officer = request.user
    if not isinstance(officer, Officer) or not code_holds(officer, code):
        raise SignInError("The one-time code is wrong or was used already.", code="session:code")
    request.session[STEPPED_UP_AT] = instant_text(now())
    request.session.save()


def code_holds(officer: Officer, code: str) -> bool:
    """Whether the one-time code is the officer's and was not used before."""
    device = Authenticator.objects.filter(user=officer, type=Authenticator.Type.TOTP).first()
    return device is not None and bool(TOTP(device).validate_code(code))
