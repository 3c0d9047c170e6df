"""What a named person signs of the law of one request: the human-rights gate, the matrix of dual criminality.

Each signature is a step-up act in the ledger, bound to the digest of what was read and of the request. Without the gate
nothing is transmitted, accepted, executed or returned; without the matrix no measure is accepted that depends on it.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from comity.law.rights_gate import SIGNATURE
from comity.requests.actions.shape import Opened, finish, opened
from comity.requests.models import Dossier
from comity.requests.queries.law_records import DUAL_VERB, GATE_VERB, gate, matrix, signature_on
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, RefusedError


@transaction.atomic
def sign_rights_gate(act: Act, *, dossier: Any, version: int, digest: str) -> Dossier:
    """Sign *no ground recorded* on the gate with exactly this digest, for this request only.

    Refused while a subject has something left to ask, or something recorded that nothing cures.
    """
    found = opened(act, GATE_VERB, dossier, version)
    held = gate(found.row, found.state)
    if not held.request:
        raise RefusedError(
            "The letter was not made yet; the gate is signed for one request, by its digest.",
            code="requests:no-release",
            next_step="Prepare the letter for signature.",
        )
    if digest != held.digest:
        raise RefusedError(
            "This is not the digest of the gate as it now stands; nothing was signed. Read it again.",
            code="requests:digest",
            place="digest",
        )
    if not held.may_sign:
        against = f" Recorded: {', '.join(held.against)}." if held.against else ""
        left = f" Left to ask: {', '.join(held.open)}." if held.open else ""
        raise RefusedError(
            f"The gate stands open; nothing was signed.{against}{left}",
            code="requests:gate-open",
            place="rights",
            next_step="Answer what is left to ask; what is recorded needs an assurance, or the request does not go on.",
        )
    return finish(
        act,
        found,
        event="requests:rights:signed",
        digest=held.digest,
        facts={"gate": held.digest, "request": held.request},
        notes={"statement": SIGNATURE, "signed_content": held.to_json()},
    )


def require_gate(found: Opened) -> None:
    """Refuse what may not be done without a standing signature on the gate as it is now."""
    held = gate(found.row, found.state)
    if signature_on(found.row, GATE_VERB, held.digest) is None:
        raise RefusedError(
            "Nobody has signed for this request that no ground of human rights is recorded, or something was recorded "
            "since; nothing was done.",
            code="requests:gate",
            place="rights",
            next_step="Answer the gate's questions and have it signed.",
        )


@transaction.atomic
def sign_dual(act: Act, *, dossier: Any, version: int, digest: str, met: bool, note: str = "") -> Dossier:
    """Sign the matrix with exactly this digest off: the conduct is, or is not, an offence in both States.

    A conclusion other than the engine's needs its reason in `note`.
    """
    found = opened(act, DUAL_VERB, dossier, version)
    held = matrix(found.row, found.state)
    if held is None or not held.lines:
        raise RefusedError(
            "Nothing in this request rests on dual criminality; nothing was signed.", code="requests:no-matrix"
        )
    if not held.request or digest != held.digest:
        raise RefusedError(
            "This is not the digest of the matrix as it now stands; nothing was signed. Read it again.",
            code="requests:digest",
            place="digest",
        )
    if met is not held.settled and not note.strip():
        raise InvalidInputError(
            "The matrix does not say this by itself: give the reason for your conclusion.",
            code="requests:dual-reason",
            place="note",
        )
    return finish(
        act,
        found,
        event="requests:dual:signed",
        digest=held.digest,
        facts={"matrix": held.digest, "request": held.request, "met": met},
        notes={"note": note.strip()[:4000], "signed_content": list(held.lines)},
    )


def require_dual(found: Opened, parts: Sequence[str]) -> None:
    """Refuse to accept measures that depend on dual criminality while nobody signed that it is there."""
    held = matrix(found.row, found.state)
    wanted = sorted(set(parts) & held.required) if held is not None else []
    if held is None or not wanted:
        return
    signed = signature_on(found.row, DUAL_VERB, held.digest)
    provision = next((r["provision"] for line in held.lines if line["required"] for r in line["reasons"]), "")
    if signed is None or not signed.facts.get("met"):
        raise RefusedError(
            f"Part {', '.join(wanted)} depends on dual criminality ({provision}), and nobody has signed that the "
            "conduct is an offence in both States; nothing was accepted.",
            code="requests:dual",
            place=provision or "dual",
            next_step="Record the conduct and both laws, and have the matrix signed off; or decline with this ground.",
        )
