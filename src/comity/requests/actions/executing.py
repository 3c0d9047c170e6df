"""The executing authority's work: the order, the execution, and results held back by a remedy."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.requests import workflow
from comity.requests.actions.law_signing import require_gate
from comity.requests.actions.shape import Opened, finish, opened, say, texts
from comity.requests.messages import MessageType
from comity.requests.models import Dossier
from comity.values.actor import Act
from comity.values.errors import RefusedError


@transaction.atomic
def record_authorisation(
    act: Act, *, dossier: Any, version: int, parts: Sequence[str], order: Mapping[str, Any], keys: Keyring
) -> Dossier:
    """Record the domestic order that allows the measure: court, number, day, text by language."""
    found = _opened_parts(act, "record_authorisation", dossier, version, parts)
    require_gate(found)
    body = {"parts": list(parts), "order": {**order, "text": texts(order.get("text") or {})}}
    signed = say(act, found, MessageType.AUTHORISED, body, keys=keys)
    return finish(act, found, event="requests:authorisation:recorded", signed=signed, facts={"parts": list(parts)})


@transaction.atomic
def record_execution(
    act: Act, *, dossier: Any, version: int, parts: Sequence[str], record: Mapping[str, Any], keys: Keyring
) -> Dossier:
    """Record that parts were executed: day, place, by whom, who was present and who signed the record."""
    found = _opened_parts(act, "record_execution", dossier, version, parts)
    require_gate(found)
    body = {"parts": list(parts), "record": dict(record)}
    signed = say(act, found, MessageType.EXECUTED, body, keys=keys)
    return finish(act, found, event="requests:execution:recorded", signed=signed, facts={"parts": list(parts)})


@transaction.atomic
def suspend_transfer(
    act: Act,
    *,
    dossier: Any,
    version: int,
    parts: Sequence[str],
    reason: Mapping[str, str],
    keys: Keyring,
    remedy: Mapping[str, Any] | None = None,
) -> Dossier:
    """Hold the results of parts back while a legal remedy is pending."""
    found = _opened_parts(act, "suspend_transfer", dossier, version, parts)
    body: dict[str, Any] = {"parts": list(parts), "reason": texts(reason)}
    if remedy:
        body["remedy"] = dict(remedy)
    signed = say(act, found, MessageType.TRANSFER_SUSPENDED, body, keys=keys)
    return finish(act, found, event="requests:transfer:suspended", signed=signed, facts={"parts": list(parts)})


@transaction.atomic
def resume_transfer(
    act: Act, *, dossier: Any, version: int, parts: Sequence[str], reason: Mapping[str, str], keys: Keyring
) -> Dossier:
    """Let held results go: the remedy is decided."""
    found = _opened_parts(act, "resume_transfer", dossier, version, parts)
    body = {"parts": list(parts), "reason": texts(reason)}
    signed = say(act, found, MessageType.TRANSFER_RESUMED, body, keys=keys)
    return finish(act, found, event="requests:transfer:resumed", signed=signed, facts={"parts": list(parts)})


def _opened_parts(act: Act, verb: str, dossier: Any, version: int, parts: Sequence[str]) -> Opened:
    """The dossier opened for a step on these parts, each of them passed to whoever works on it."""
    found = opened(act, verb, dossier, version)
    workflow.require_parts(found.step, found.state.part_states(), parts)
    passed = (found.state.executing or {}).get("parts")
    mine = act.actor.authority == found.row.executing != found.row.requested
    if mine and passed is not None and not set(parts) <= set(passed):
        raise RefusedError(
            "Your authority was asked for other parts of this request; nothing was written.",
            code="requests:other-parts",
        )
    return found
