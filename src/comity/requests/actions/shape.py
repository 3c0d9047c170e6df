"""The shape of every act on a dossier: ask access, ask the workflow, write, post, enter, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.models import Officer
from comity.exchange.actions import post
from comity.exchange.message import Attachment, Message, SignedMessage
from comity.gazette.queries import register_here
from comity.law.register import Register
from comity.requests import workflow
from comity.requests.clocks import clocks_of, next_due
from comity.requests.messages import MessageType, check_body
from comity.requests.models import DomesticAct, Dossier
from comity.requests.phases import Side
from comity.requests.queries.access import (
    asking_of,
    dossier_for,
    partner_of,
    phase_of_row,
    state_of,
    target_of,
)
from comity.requests.standing import phase_for
from comity.requests.state import DossierState
from comity.safeguards.actions import enter
from comity.safeguards.policy import Grant, authorise
from comity.values.actor import Act, ActorKind
from comity.values.errors import ConflictError, InvalidInputError
from comity.values.handling import Handling, UseCondition, strictest
from comity.values.reference import Reference

MAX_FOLLOWS = 64


@dataclass(frozen=True)
class Opened:
    """A dossier opened for one step: the row as read, its state, the step and the grant to write exactly this row."""

    row: Dossier
    state: DossierState
    step: workflow.Step
    grant: Grant

    @property
    def reference(self) -> Reference:
        return self.grant.reference

    @property
    def side(self) -> Side:
        return Side(self.row.side)


@dataclass(frozen=True)
class Cargo:
    """What rides with a message: attachments with their content keys, and use conditions."""

    attachments: Sequence[Attachment] = ()
    content_keys: Mapping[str, bytes] = field(default_factory=dict)
    conditions: Sequence[UseCondition] = ()
    handling: Handling = Handling.H0
    """The strictest code of what rides along: the message is never handled more freely."""


def opened(act: Act, verb: str, dossier: Reference, version: int) -> Opened:
    """Ask the policy and the workflow for one step.

    Raises `MissingError` for a row the actor may not know, `RefusedError` with the rule, `ConflictError` when the
    row changed since the caller read it.
    """
    row = dossier_for(act.actor, dossier)
    step = workflow.STEPS[verb]
    grant = authorise(act.actor, step.permission, target_of(row, act.actor))
    if version != row.version:
        raise ConflictError(
            "The dossier changed since you opened it; nothing was written. Read it again and decide anew.",
            code="requests:changed",
            place=str(dossier),
        )
    workflow.require(step, Side(row.side), phase_of_row(row))
    return Opened(row, state_of(row), step, grant)


def say(
    act: Act, found: Opened, kind: MessageType, body: Mapping[str, Any], *, keys: Keyring, cargo: Cargo | None = None
) -> SignedMessage:
    """Post one message of a step to the partner; the workflow must take it where it will land."""
    cargo = cargo or Cargo()
    check_body(kind, body)
    row = found.row
    message = Message(
        type=kind.value,
        id=act.new_id(),
        sender=row.holder,
        recipient=partner_of(row),
        dossier=found.reference,
        at=act.at,
        body=dict(body),
        follows=tuple(found.state.heads[:MAX_FOLLOWS]),
        purpose=act.purpose,
        handling=strictest([Handling(row.handling), cargo.handling]),
        conditions=tuple(cargo.conditions),
        basis=row.instrument,
        attachments=tuple(cargo.attachments),
    )
    return post(act, message, keys=keys, content_keys=cargo.content_keys if row.partner_has_node else {})


def finish(
    act: Act,
    found: Opened,
    *,
    event: str,
    signed: SignedMessage | None = None,
    digest: str = "",
    facts: Mapping[str, Any] | None = None,
    notes: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Dossier:
    """Write the row at the version it was granted for, note whose hand it was, enter the act in the ledger.

    `facts` go into the ledger: digests and codes only. `notes` stay with the dossier.
    """
    state = state_of(found.row) if signed else found.state
    row = write(found.row, state, act.at, version=found.grant.version, changes=changes or {})
    told = dict(facts or {})
    if signed is not None:
        told |= {"message": signed.digest, "type": signed.message.type}
    entry = enter(act, event, found.reference, authority=act.actor.authority, facts=told)
    note_hand(
        act,
        row,
        found.step,
        digest=digest or (signed.digest if signed else ""),
        entry=bytes(entry.leaf).hex(),
        facts={**told, **(notes or {})},
        void=not found.step.stands,
    )
    return row


def write(
    row: Dossier,
    state: DossierState,
    at: datetime,
    *,
    version: int,
    changes: Mapping[str, Any],
    register: Register | None = None,
) -> Dossier:
    """Bring the row to a state, if it still is what was read; `ConflictError` otherwise. Returns it as it is then.

    `register` is handed in where the caller asked for it already.
    """
    if not transaction.get_connection().in_atomic_block:
        raise InvalidInputError("A dossier is written only in the transaction of the act.", code="requests:transaction")
    stage = str(changes.get("stage", row.stage))
    phase = phase_for(Side(row.side), state.phase, stage)
    instrument = str(changes.get("instrument", row.instrument))
    law = (register or register_here()).instrument(instrument) if instrument else None
    clocks = clocks_of(state, law, row.requested[:2], asking_of(row))
    fields = {
        **changes,
        "state": state.to_json(),
        "phase": phase.value if phase else "",
        "due": next_due(clocks),
        "their_number": state.numbers.get(Side(row.side).other.value, row.their_number),
        "changed_at": at,
        "version": version + 1,
    }
    written = row.changed(fields, version=version)
    if written is None:
        raise ConflictError(
            "The dossier changed while this was being written; nothing was kept. Read it again and decide anew.",
            code="requests:changed",
            place=row.reference,
        )
    return written


def note_hand(
    act: Act,
    row: Dossier,
    step: workflow.Step,
    *,
    digest: str = "",
    entry: str = "",
    facts: Mapping[str, Any] | None = None,
    void: bool = False,
) -> DomesticAct:
    """Note which officer did a step: what four eyes and our own side's timeline are read from."""
    return DomesticAct.objects.create(
        dossier=row,
        verb=step.verb,
        permission=step.permission.value,
        officer=act.actor.id,
        name=act.actor.name,
        function=function_of(act),
        authority=act.actor.authority,
        at=act.at,
        digest=digest,
        entry=entry,
        facts=dict(facts or {}),
        void=void,
    )


def function_of(act: Act) -> str:
    """The officer's function as it is printed; empty for a job."""
    if act.actor.kind is not ActorKind.OFFICER:
        return ""
    found = Officer.objects.filter(id=act.actor.id).values_list("function", flat=True).first()
    return found or ""


def texts(value: Mapping[str, str] | str, language: str = "en") -> dict[str, str]:
    """Words by language as given; a bare text is taken to be in `language`. Empty entries are left out."""
    given = {language: value} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or not all(isinstance(one, str) for pair in given.items() for one in pair):
        raise InvalidInputError('A text by language, e.g. {"es": "..."}, is expected.', code="requests:field")
    return {code: words.strip() for code, words in given.items() if words.strip()}
