"""Access over the API, generated from its own description: no route without a session, no oracle of existence."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from comity.api.urls import api
from comity.requests.actions import VERBS
from comity.safeguards.models import LedgerRead
from comity.values.actor import Role
from comity.values.reference import Kind, Reference
from tests.requests.stages import in_execution, transmitted
from tests.requests.world import World

OPEN = {("POST", "/api/sign-in")}
TAKING_IN = ("/items", "/letters", "/things", "/releases")
"""What these are sent is read before the dossier is looked for; the access cells ask of them."""
STRANGERS = ("stranger", "fiscal")
"""An authority of another State, and one of the requested State to which nothing was passed."""


def operations() -> list[tuple[str, str]]:
    schema = api.get_openapi_schema(path_prefix="/api/")
    return [(method.upper(), path) for path, methods in schema["paths"].items() for method in methods]


def filled(path: str, reference: str) -> str:
    return path.replace("{reference}", reference).replace("{verb}", "remind").replace("{digest}", "0" * 64)


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), operations())
def test_nothing_is_answered_without_a_session(client: Client, method: str, path: str) -> None:
    if (method, path) in OPEN:
        return
    answer = client.generic(method, filled(path, f"CH-FOJ:dossier:{UUID(int=7)}"))
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "session:sign-in"


def test_the_description_covers_every_route() -> None:
    described = {path for _, path in operations()}
    routed = {f"/api/{pattern.pattern}" for pattern in api.urls[0]}
    named = {path.replace("{", "<").replace("}", ">") for path in described}
    assert {path for path in routed if "openapi" not in path and path != "/api/"} == named


def addresses(path: str) -> bool:
    return "{reference}" in path and "/items/{" not in path and "/releases/{" not in path


@pytest.mark.parametrize("name", STRANGERS)
def test_absent_and_forbidden_answer_alike(cast: World, caller: Callable[[str], Client], name: str) -> None:
    there = str(transmitted(cast))
    absent = str(Reference("CH-FOJ", Kind.DOSSIER, UUID(int=7)))
    client = caller(name)
    body = {"version": 1, "values": {"text": {"en": "x"}}}
    for method, path in operations():
        if not addresses(path) or (method == "POST" and path.endswith(TAKING_IN)):
            continue
        answers = [
            client.generic(method, filled(path, reference), data=json.dumps(body), content_type="application/json")
            for reference in (there, absent)
        ]
        assert answers[0].content == answers[1].content, path
        assert answers[0].status_code == answers[1].status_code == 404, path


@pytest.mark.parametrize("name", STRANGERS)
def test_no_verb_tells_a_stranger_that_a_dossier_is_there(
    cast: World, caller: Callable[[str], Client], name: str
) -> None:
    there = str(transmitted(cast))
    absent = str(Reference("CH-FOJ", Kind.DOSSIER, UUID(int=7)))
    client = caller(name)
    for verb in VERBS.values():
        body = {"version": 1, "values": {field.name: VALUES[field.type] for field in verb.fields if field.required}}
        answers = [
            client.post(
                f"/api/dossiers/{reference}/acts/{verb.name}", json.dumps(body), content_type="application/json"
            )
            for reference in (there, absent)
        ]
        assert answers[0].content == answers[1].content, verb.name
        assert answers[0].status_code in {404, 422}, verb.name


VALUES: dict[str, Any] = {
    "text": "x",
    "longtext": "x",
    "date": "2026-11-21",
    "instant": "2026-11-21T10:00:00.000Z",
    "flag": True,
    "choice": "request.acknowledged",
    "parts": ["a"],
    "items": [f"CH-FOJ:item:{UUID(int=9)}"],
    "localized": {"en": "x"},
    "json": {"x": "y"},
    "file": "x",
}


@pytest.mark.parametrize("name", ["clerk", "head", "prosecutor", "registrar", "chief", "fiscal"])
def test_a_page_says_what_is_open_and_the_api_does_no_more(
    cast: World, caller: Callable[[str], Client], name: str
) -> None:
    dossier = str(in_execution(cast))
    client = caller(name)
    view = client.get(f"/api/dossiers/{dossier}").json()
    closed = {step["verb"] for step in view["steps"] if not step["allowed"]}
    for verb in VERBS.values():
        if verb.name not in closed:
            continue
        body = {
            "version": view["version"],
            "values": {field.name: VALUES[field.type] for field in verb.fields if field.required},
        }
        answer = client.post(
            f"/api/dossiers/{dossier}/acts/{verb.name}", json.dumps(body), content_type="application/json"
        )
        assert answer.status_code in {403, 404, 422}, verb.name
    assert client.get(f"/api/dossiers/{dossier}").json()["version"] == view["version"]


def test_a_list_over_the_api_is_refused_to_whom_its_page_is_refused(
    cast: World, caller: Callable[[str], Client]
) -> None:
    dossier = in_execution(cast)
    cast.officer("keeper", "CO-FGN", Role.ADMINISTRATOR)
    client = caller("keeper")
    lists = (
        "/api/inbox",
        "/api/dossiers",
        *(f"/api/dossiers/{dossier}/{end}" for end in ("items", "recalls", "releases")),
    )
    before = LedgerRead.objects.count()
    for address in lists:
        answer = client.get(address)
        assert answer.status_code == 403, address
        assert answer.json()["error"]["code"].startswith("policy:"), address
    assert LedgerRead.objects.count() == before


def test_access_is_asked_before_what_was_sent_is_read(cast: World, caller: Callable[[str], Client]) -> None:
    client, nobody = caller("clerk"), str(UUID(int=9))
    roles = {"roles": ["auditor"]}
    known = cast.id_of("head")
    for address, body in (
        ("/api/partners", {"card": "!", "fingerprint": "x"}),
        (f"/api/officers/{known}/roles", roles),
        (f"/api/officers/{nobody}/roles", roles),
    ):
        answer = client.post(address, json.dumps(body), content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "policy:missing-role"), address
    file = {"name": "x.csv", "content": "not a file of facts"}
    answer = caller("fiscal").post("/api/gazette/import", json.dumps(file), content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "policy:missing-role")
