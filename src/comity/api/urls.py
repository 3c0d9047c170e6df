"""The API of the web listener: `/api/`, described by OpenAPI at `/api/openapi.json`."""

from typing import Any

from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI, Schema

from comity.api import courier, dossiers, evidence, gazette, house, law, law_checks, sessions
from comity.api.faults import answer_errors

api = NinjaAPI(title="Comity", version="1", auth=sessions.Bearer(), docs_url=None, urls_namespace="api")
answer_errors(api)
api.add_router("/law", law.router)
api.add_router("/law", law_checks.router)
for room in (courier, dossiers, evidence, gazette, house):
    api.add_router("", room.router)


class SignIn(Schema):
    username: str
    password: str
    code: str


class StepUp(Schema):
    code: str


@api.post("/sign-in", auth=None, tags=["session"], summary="A session for an officer: password and one-time code")
def sign_in(request: HttpRequest, body: SignIn) -> dict[str, str]:
    return {"token": sessions.sign_in(request, body.username, body.password, body.code)}


@api.post("/step-up", tags=["session"], summary="Confirm the person again before an act that binds the authority")
def step_up(request: HttpRequest, body: StepUp) -> dict[str, bool]:
    sessions.step_up(request, body.code)
    return {"stepped_up": True}


@api.post("/sign-out", tags=["session"], summary="End this session")
def sign_out(request: HttpRequest) -> dict[str, bool]:
    request.session.flush()
    return {"signed_out": True}


@api.get("/me", tags=["session"], summary="Who am I here")
def me(request: HttpRequest) -> dict[str, Any]:
    actor = sessions.actor(request)
    return {
        "id": actor.id,
        "name": actor.name,
        "authority": actor.authority,
        "roles": sorted(role.value for role in actor.roles),
        "stepped_up": actor.stepped_up,
    }


urlpatterns = [path("", api.urls)]
