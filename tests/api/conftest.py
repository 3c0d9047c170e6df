"""The long story's people at the API: each signed in by a session, as the web's tests do it by hand."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from comity.api.sessions import API_SESSION, now
from comity.authorities.step_up import confirm
from tests.requests.stages import people
from tests.requests.world import World


@pytest.fixture
def cast(tmp_path: Path, db: None, settings: Any) -> World:
    world = people(World(tmp_path))
    settings.COMITY = SimpleNamespace(
        exercise=True, folder=tmp_path, keys=lambda: world.keys, vault=lambda: world.vault, transport=lambda: world.line
    )
    return world


@pytest.fixture
def caller(cast: World) -> Callable[[str], Client]:
    """A client that calls as one of them, stepped up."""

    def call_as(name: str) -> Client:
        officer = cast.officers[name]
        session = SessionStore()
        session[SESSION_KEY] = str(officer.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = officer.get_session_auth_hash()
        session[API_SESSION] = True
        confirm(session, now())
        session.create()
        return Client(headers={"Authorization": f"Bearer {session.session_key}"})

    return call_as
