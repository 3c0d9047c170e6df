"""The API under calls that its own description generates, in every role: no server error, every refusal in its form.

A batch is one operation by one caller: schemathesis makes the calls, now and then with names that stand for something
and with values by the fields of the verb. Each batch begins at the same dossier in execution and leaves nothing.
"""

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

MOST = 200_000
A_BATCH = 25
KNOWN_UNAVAILABLE = 503
"""A refusal for now in our own form is no server error."""


class Callers:
    """A world with a dossier in execution, and callers: each role alone at home, all roles elsewhere, nobody."""

    def __init__(self, folder: Path, settings: Any) -> None:
        from comity.requests.actions import VERBS
        from comity.requests.models import Document
        from comity.values.actor import Role
        from tests.requests.stages import in_execution, people
        from tests.requests.world import World

        self.world = people(World(folder))
        self.names = [self.world.officer(f"only-{role.value}", "CH-FOJ", role) for role in Role]
        self.names += ["chief", "fiscal", "stranger", ""]
        settings.COMITY = SimpleNamespace(
            exercise=True,
            folder=folder,
            keys=lambda: self.world.keys,
            vault=lambda: self.world.vault,
            transport=lambda: self.world.line,
        )
        settings.ROOT_URLCONF, settings.API_CALLS_PER_MINUTE = "comity.site.urls", 1_000_000_000
        self.dossier = in_execution(self.world)
        row = self.world.row("clerk", self.dossier)
        self.version, self.verbs = row.version, VERBS
        self.known = {
            "reference": [str(self.dossier)],
            "digest": list(dict.fromkeys(Document.objects.values_list("digest", flat=True)))[:3],
            "verb": sorted(VERBS),
            "officer": [str(officer.id) for officer in self.world.officers.values()][:3],
            "code": ["CO", "CH", "UNTOC"],
        }

    def client(self, name: str) -> Any:
        """A client that calls in this name, confirmed; without a session for nobody."""
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore
        from django.test import Client

        from comity.api.sessions import API_SESSION, now
        from comity.authorities.step_up import confirm

        if not name:
            return Client(raise_request_exception=False)
        officer, session = self.world.officers[name], SessionStore()
        session[SESSION_KEY], session[API_SESSION] = str(officer.pk), True
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = officer.get_session_auth_hash()
        confirm(session, now())
        session.create()
        headers = {"Authorization": f"Bearer {session.session_key}"}
        return Client(headers=headers, raise_request_exception=False)


def operations() -> list[Any]:
    import schemathesis

    from comity.api.urls import api

    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"))))
    return [found.ok() for found in schema.get_all_operations()]


def _values(fields: Any) -> Any:
    """Values of a verb's fields, mostly of their type, in shapes its function may not have thought of."""
    from hypothesis import strategies as st

    leaf = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=12), st.just("2026-11-21"))
    tree = st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    )
    words = st.dictionaries(st.sampled_from(["en", "es", "fr", "x"]), st.text(max_size=20), min_size=1, max_size=2)
    known = st.sampled_from(["ground", "reason", "provision", "kind", "text", "id", "on", "parts", "name", "title"])
    objects = st.dictionaries(known, st.one_of(tree, words), max_size=4)
    kinds = {
        "text": st.text(max_size=30),
        "longtext": st.text(max_size=30),
        "date": st.dates().map(str),
        "instant": st.datetimes().map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.000Z"),
        "flag": st.booleans(),
        "parts": st.lists(st.sampled_from(["a", "b", "c", "z"]), max_size=3),
        "items": st.lists(st.text(max_size=30), max_size=2),
        "localized": words,
        "json": st.one_of(objects, st.lists(objects, max_size=2)),
    }
    return st.fixed_dictionaries({one.name: st.one_of(kinds.get(one.type, tree), tree) for one in fields})


def turn(callers: Callers, found: list[Any], number: int) -> tuple[str, Any]:
    """Whose turn it is, at which operation: every operation once, each time by the next caller."""
    around = number // len(found)
    return callers.names[(number + around) % len(callers.names)], found[number % len(found)]


def batch(callers: Callers, found: list[Any], seed: int, number: int, count: int = A_BATCH) -> tuple[int, list[str]]:
    """How many calls the batch made, and what was wrong with their answers."""
    from django.db import transaction
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    name, operation = turn(callers, found, number)
    wrong: list[str] = []
    made = 0

    @seeded(seed * 1_000_003 + number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), data=st.data())
    def call(case: Any, data: Any) -> None:
        nonlocal made
        places = dict(case.path_parameters or {})
        for place in places:
            if place in callers.known and callers.known[place] and data.draw(st.integers(0, 3)):
                places[place] = data.draw(st.sampled_from(callers.known[place]))
        body = case.body
        if operation.path.endswith("/acts/{verb}") and places.get("verb") in callers.verbs:
            values = data.draw(_values(callers.verbs[places["verb"]].fields))
            body = {"version": callers.version, "values": values}
        with transaction.atomic():
            answer = _send(client, case, places, body)
            transaction.set_rollback(True)
        made += 1
        if fault := _fault(answer):
            wrong.append(f"{name or 'nobody'} {case.method} {operation.path} {places} {body!r:.400}: {fault}")

    with transaction.atomic():
        client = callers.client(name)
        call()
        transaction.set_rollback(True)
    return made, wrong


def _send(client: Any, case: Any, places: dict[str, Any], body: Any) -> Any:
    from urllib.parse import quote, urlencode

    path = case.operation.path
    for place, value in places.items():
        path = path.replace(f"{{{place}}}", quote(str(value), safe=":") or "x")
    query = urlencode(dict(case.query or {}), doseq=True)
    address = f"{path}?{query}" if query else path
    if case.media_type == "multipart/form-data" and isinstance(body, dict):
        from django.core.files.uploadedfile import SimpleUploadedFile

        parts = {
            key: SimpleUploadedFile("x.pdf", value if isinstance(value, bytes) else str(value).encode(errors="replace"))
            if key in {"scan", "file"}
            else str(value)
            for key, value in body.items()
        }
        return client.post(address, parts)
    try:
        sent = json.dumps(body) if not isinstance(body, bytes) else body
    except (TypeError, ValueError):
        sent = b""
    return client.generic(case.method.upper(), address, sent, content_type="application/json")


def _fault(answer: Any) -> str:
    """What is wrong with the answer; empty where it is one of ours."""
    if answer.status_code < 400:
        return ""
    try:
        error = json.loads(answer.content)["error"]
        whole = bool(error["code"] and error["message"])
    except (ValueError, KeyError, TypeError):
        whole = False
    if answer.status_code >= 500 and not (whole and answer.status_code == KNOWN_UNAVAILABLE):
        return f"{answer.status_code}"
    return "" if whole or answer.status_code in {404, 405} else f"{answer.status_code} without its error"


@contextmanager
def standing() -> Iterator[Callers]:
    """The world of the soak, on a database of its own that is gone with the process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings_test")
    os.environ.pop("COMITY_TEST_DATABASE", None)
    import logging

    import django

    django.setup()
    logging.disable(logging.ERROR)
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory(prefix="comity-fuzz-") as folder:
        yield Callers(Path(folder), settings)


def soak(until: Callable[[], bool], seed: int, state: Path, most: int = MOST) -> dict[str, Any]:
    kept, begun = state / "tally.json", time.process_time()
    told = json.loads(kept.read_text()) if kept.exists() else {"next": 0, "cases": 0, "wrong": [], "callers": {}}
    by_caller = Counter(told["callers"])
    with standing() as callers:
        found = operations()
        while told["cases"] < most and not until():
            made, wrong = batch(callers, found, seed, told["next"])
            by_caller[turn(callers, found, told["next"])[0] or "nobody"] += made
            told |= {"next": told["next"] + 1, "cases": told["cases"] + made, "wrong": told["wrong"] + wrong}
            if told["next"] % 20 == 0 or wrong:
                _keep(kept, told | {"callers": dict(by_caller)})
    _keep(kept, told | {"callers": dict(by_caller)})
    return {
        "cases": told["cases"],
        "of": most,
        "operations": len(found),
        "callers": dict(sorted(by_caller.items())),
        "violations": told["wrong"],
        "cpu_seconds": round(time.process_time() - begun, 1),
    }


def _keep(place: Path, told: dict[str, Any]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(".new")
    beside.write_text(json.dumps(told))
    beside.replace(place)
