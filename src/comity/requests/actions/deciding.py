"""The requested side decides: accept, decline, postpone, pass on."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.queries import authority
from comity.evidence.actions import admit
from comity.gazette.queries import register_here
from comity.law.instrument import Instrument
from comity.requests import workflow
from comity.requests.actions.law_signing import require_dual, require_gate
from comity.requests.actions.shape import Opened, finish, opened, say, texts
from comity.requests.messages import MessageType
from comity.requests.models import Dossier
from comity.requests.refusals import ground_of, require_grounds
from comity.safeguards.policy import Relation
from comity.values.actor import Act
from comity.values.errors import InvalidInputError

Ground = Mapping[str, Any]
"""`ground` (id), `provision`, `reason` (by language)."""


@transaction.atomic
def accept_request(
    act: Act,
    *,
    dossier: Any,
    version: int,
    parts: Sequence[str],
    keys: Keyring,
    conditions: Sequence[Mapping[str, Any]] = (),
    reasons: Mapping[str, str] | None = None,
) -> Dossier:
    """Accept parts for execution, under conditions if any, once gate and matrix are signed."""
    found = opened(act, "accept_request", dossier, version)
    workflow.require_parts(found.step, found.state.part_states(), parts)
    require_gate(found)
    require_dual(found, parts)
    body: dict[str, Any] = {"parts": list(parts), "conditions": [dict(one) for one in conditions]}
    if reasons and texts(reasons):
        body["reasons"] = texts(reasons)
    signed = say(act, found, MessageType.ACCEPTED, body, keys=keys)
    return finish(act, found, event="requests:request:accepted", signed=signed, facts={"parts": list(parts)})


@transaction.atomic
def decline_parts(
    act: Act,
    *,
    dossier: Any,
    version: int,
    parts: Sequence[str],
    grounds: Sequence[Ground],
    keys: Keyring,
    scope: Mapping[str, str] | None = None,
    remedy: Mapping[str, Any] | None = None,
) -> Dossier:
    """Decline parts with grounds and reasons; with `scope` only that much of them, and the rest goes on.

    Raises `RefusedError` with the provision where the instrument asks for consultation first or knows no such ground.
    """
    found = opened(act, "decline_parts", dossier, version)
    workflow.require_parts(found.step, found.state.part_states(), parts)
    law = _law(found)
    given = [_ground(law, one, f"grounds[{index}]") for index, one in enumerate(grounds)]
    if not given:
        raise InvalidInputError("Name at least one ground, with its provision and reason.", place="grounds")
    require_grounds(law, found.state, parts, [one["ground"] for one in given], postponing=False)
    body: dict[str, Any] = {"parts": list(parts), "grounds": given, "partial": bool(scope)}
    if scope:
        body["scope"] = texts(scope)
    if remedy:
        body["remedy"] = dict(remedy)
    signed = say(act, found, MessageType.DECLINED, body, keys=keys)
    return finish(
        act,
        found,
        event="requests:request:declined",
        signed=signed,
        facts={"parts": list(parts), "grounds": [one["ground"] for one in given]},
    )


def _law(found: Opened) -> Instrument | None:
    return register_here().instrument(found.row.instrument) if found.row.instrument else None


def _ground(law: Instrument | None, value: Ground, place: str) -> dict[str, Any]:
    """A ground as it is sent, its provision the register's where none is given; one without a reason is none."""
    reason = texts(value.get("reason") or {})
    known = ground_of(law, str(value.get("ground", "")))
    provision = value.get("provision") or (known.provision if known else "")
    if not value.get("ground") or not provision or not reason:
        raise InvalidInputError(
            "Each ground needs its name, its provision and the reason.", code="requests:ground", place=place
        )
    return {"ground": str(value["ground"]), "provision": str(provision), "reason": reason}


@transaction.atomic
def postpone(
    act: Act,
    *,
    dossier: Any,
    version: int,
    parts: Sequence[str],
    ground: Ground,
    keys: Keyring,
    until: date | None = None,
) -> Dossier:
    """Put the execution of parts off, with the ground and, where one is known, the day."""
    found = opened(act, "postpone", dossier, version)
    workflow.require_parts(found.step, found.state.part_states(), parts)
    law = _law(found)
    given = _ground(law, ground, "ground")
    require_grounds(law, found.state, parts, [given["ground"]], postponing=True)
    body: dict[str, Any] = {"parts": list(parts), "ground": given}
    if until:
        body["until"] = until.isoformat()
    signed = say(act, found, MessageType.POSTPONED, body, keys=keys)
    return finish(act, found, event="requests:request:postponed", signed=signed, facts={"parts": list(parts)})


@transaction.atomic
def pass_on(act: Act, *, dossier: Any, version: int, executing: str, parts: Sequence[str], keys: Keyring) -> Dossier:
    """Pass parts to the executing authority: from now on it sees the dossier and works on it."""
    found = opened(act, "pass_on", dossier, version)
    workflow.require_parts(found.step, found.state.part_states(), parts)
    to = authority(executing)
    if to.state != found.row.requested[:2]:
        raise InvalidInputError(f"{executing} is an authority of another State.", place="executing")
    body = {"authority": to.code, "names": dict(to.names), "parts": list(parts)}
    signed = say(act, found, MessageType.PASSED_ON, body, keys=keys)
    if to.local:
        relations = {to.code: [Relation.EXECUTING.value]}
        admit(act, holder=found.row.holder, dossier=found.row.reference, relations=relations)
    return finish(
        act,
        found,
        event="requests:request:passed-on",
        signed=signed,
        facts={"authority": to.code, "parts": list(parts)},
        changes={"executing": to.code if to.local else found.row.executing},
    )
