"""An officer at her desk: signs in with password and one-time code, and calls the node's public API."""

import json
import time
from base64 import b32decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from comity.cli.roster import OfficerEntry, Roster
from comity.values.errors import ComityError

CHANGED = "requests:changed"
"""The node's answer to an act on a dossier that changed under it: nothing was kept."""
READ_AGAIN = 5
"""How often an officer reads a dossier again that changed under her hand."""


class CallError(ComityError):
    """The node answered a call with an error; `status` is the HTTP status."""

    def __init__(self, status: int, fields: dict[str, str]) -> None:
        super().__init__(fields.get("message", "?"), code=fields.get("code", "?"), place=fields.get("place", ""))
        self.status = status


def one_time_code(secret: str, at: float) -> str:
    """The code of RFC 6238 for that time, as an authenticator app shows it."""
    key = b32decode(secret + "=" * (-len(secret) % 8))
    codes = TOTP(key, 6, SHA1(), 30, enforce_key_length=False)  # noqa: S303 - as authenticator apps speak it
    return codes.generate(int(at)).decode()


def one_time_code_now(secret: str) -> str:
    return one_time_code(secret, time.time())


@dataclass
class Desk:
    """One signed-in officer. `call` raises `CallError` with what the node said."""

    http: httpx.Client
    officer: OfficerEntry

    def call(self, method: str, path: str, **options: Any) -> Any:
        answer = self.http.request(method, f"/api{path}", **options)
        if answer.status_code >= 400:
            try:
                fields = answer.json()["error"]
            except (ValueError, KeyError):
                fields = {"message": answer.text[:300]}
            raise CallError(answer.status_code, fields)
        return (
            answer.json() if answer.headers.get("content-type", "").startswith("application/json") else answer.content
        )

    def get(self, path: str, **parameters: Any) -> Any:
        return self.call("GET", path, params=parameters)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, json=body if body is not None else {})

    def read(self, dossier: str) -> Any:
        return self.get(f"/dossiers/{dossier}")

    def act(self, dossier: str, verb: str, **values: Any) -> Any:
        """Read the dossier, then do one verb at the version read; where a message came meanwhile, read it again."""
        for _ in range(READ_AGAIN):
            body = {"version": self.read(dossier)["version"], "values": values}
            try:
                return self.post(f"/dossiers/{dossier}/acts/{verb}", body)
            except CallError as error:
                if error.code != CHANGED:
                    raise
        return self.post(f"/dossiers/{dossier}/acts/{verb}", {**body, "version": self.read(dossier)["version"]})

    def refused(self, dossier: str, verb: str, **values: Any) -> str:
        """The code with which a verb is refused; empty if it was done."""
        try:
            self.act(dossier, verb, **values)
        except CallError as error:
            return error.code
        return ""

    def send_file(self, path: str, file: Path, name: str, record: dict[str, Any]) -> Any:
        """Send a file under a name of the caller's choice, however hostile, with its record."""
        with file.open("rb") as source:
            return self.call("POST", path, files={"file": (name, source)}, data={"record": json.dumps(record)})


def sign_in(address: str, roster: Roster, username: str, purpose: str) -> Desk:
    """Sign an officer of the roster in; used codes are not accepted twice, so the next window's is tried too."""
    officer = next(
        person
        for body in roster.authorities
        for office in body.offices
        for person in office.officers
        if person.username == username
    )
    brief = httpx.Limits(keepalive_expiry=1)  # a node ends an idle connection after two seconds: never in our hands
    http = httpx.Client(base_url=address, timeout=120, headers={"X-Purpose": purpose}, limits=brief)
    desk = Desk(http, officer)
    fault: CallError | None = None
    for shift in (0, 30, -30):
        try:
            code = one_time_code(officer.totp_secret, time.time() + shift)
            token = desk.post("/sign-in", {"username": username, "password": officer.password, "code": code})["token"]
        except CallError as error:
            fault = error
        else:
            http.headers["Authorization"] = f"Bearer {token}"
            return desk
    raise fault or ComityError("sign-in was not tried")
