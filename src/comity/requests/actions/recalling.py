"""Recalls and narrowings of returned evidence: proposed, decided by another person, answered by the other side."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.evidence import actions as evidence
from comity.evidence.models import Recall
from comity.evidence.recall import Answer, Asked, RecallKind, named
from comity.requests.actions.shape import Cargo, Opened, finish, function_of, opened, say, texts
from comity.requests.messages import MessageType
from comity.requests.models import Dossier
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import RefusedError
from comity.values.handling import Handling
from comity.values.instant import instant_text

_PROPOSED = {RecallKind.RECALL: "requests:recall:proposed", RecallKind.NARROW: "requests:narrowing:proposed"}
_SENT = {RecallKind.RECALL: "requests:recall:sent", RecallKind.NARROW: "requests:narrowing:sent"}


@transaction.atomic
def propose_recall(act: Act, *, dossier: Any, version: int, items: Sequence[str], asked: Asked) -> Dossier:
    """Propose to recall returned items: why, what is to become of them, and by when the other side answers."""
    return _propose(act, opened(act, "propose_recall", dossier, version), RecallKind.RECALL, items, asked)


@transaction.atomic
def propose_narrowing(act: Act, *, dossier: Any, version: int, items: Sequence[str], asked: Asked) -> Dossier:
    """Propose to bind a stricter handling code or further conditions to returned items."""
    return _propose(act, opened(act, "propose_narrowing", dossier, version), RecallKind.NARROW, items, asked)


def _propose(act: Act, found: Opened, kind: RecallKind, items: Sequence[str], asked: Asked) -> Dossier:
    row, asked = found.row, replace(asked, reason=texts(asked.reason))
    if not row.partner_has_node:
        raise RefusedError("The partner has no node: recall by letter and note the posting.", code="requests:no-node")
    made = evidence.propose_recall(act, dossier=row.reference, holder=row.holder, kind=kind, items=items, asked=asked)
    facts = {"recall": made.recall, "digest": made.digest, "items": list(items)}
    return finish(act, found, event=_PROPOSED[kind], digest=made.digest, facts=facts)


@transaction.atomic
def approve_recall(act: Act, *, dossier: Any, version: int, recall: str, digest: str, keys: Keyring) -> Dossier:
    """Recall exactly what was proposed; the message leaves in this very act."""
    return _approve(act, opened(act, "approve_recall", dossier, version), RecallKind.RECALL, recall, digest, keys)


@transaction.atomic
def approve_narrowing(act: Act, *, dossier: Any, version: int, recall: str, digest: str, keys: Keyring) -> Dossier:
    """Narrow exactly what was proposed; the message leaves in this very act."""
    return _approve(act, opened(act, "approve_narrowing", dossier, version), RecallKind.NARROW, recall, digest, keys)


def _approve(act: Act, found: Opened, kind: RecallKind, recall: str, digest: str, keys: Keyring) -> Dossier:
    row = found.row
    stands = evidence.approve_recall(act, dossier=row.reference, holder=row.holder, recall=recall, digest=digest)
    if stands.kind != kind.value:
        raise RefusedError("The proposal is of the other kind.", code="recall:kind", place="recall")
    type_ = MessageType.EVIDENCE_RECALLED if kind is RecallKind.RECALL else MessageType.EVIDENCE_NARROWED
    handling = Handling(stands.handling) if stands.handling else Handling.H0
    signed = say(act, found, type_, _body(act, stands), keys=keys, cargo=Cargo(handling=handling))
    evidence.recall_sent(stands, signed.digest)
    facts = {"recall": stands.recall, "digest": stands.digest}
    return finish(act, found, event=_SENT[kind], signed=signed, facts=facts)


def _body(act: Act, stands: Recall) -> dict[str, Any]:
    asked: dict[str, Any] = {"demand": stands.demand}
    if stands.kind == RecallKind.NARROW.value:
        asked = {"handling": stands.handling, "conditions": stands.conditions}
    return {
        "recall_id": stands.recall,
        "items": named(stands.items.order_by("pk").values_list("item", "digest")),
        **asked,
        "reason": stands.reason,
        "provision": stands.provision,
        "by": stands.answer_by.isoformat(),
        "notice": stands.digest,
        "approved_by": {
            "name": act.actor.name or act.actor.authority,
            "function": function_of(act),
            "authority": act.actor.authority,
            "at": instant_text(act.at),
        },
    }


@transaction.atomic
def refuse_recall(act: Act, *, dossier: Any, version: int, recall: str, digest: str, note: str) -> Dossier:
    """Refuse what was proposed, with the reason; nothing leaves."""
    found = opened(act, "refuse_recall", dossier, version)
    row = found.row
    evidence.refuse_recall(act, dossier=row.reference, holder=row.holder, recall=recall, digest=digest)
    facts = {"recall": recall, "digest": digest}
    return finish(
        act, found, event="requests:recall:refused", digest=digest, facts=facts, notes={"note": note.strip()[:4000]}
    )


@transaction.atomic
def answer_recall(act: Act, *, dossier: Any, version: int, answer: Answer, keys: Keyring, vault: Vault) -> Dossier:
    """Answer a recall or narrowing for the named items; what is deleted is deleted in this very act."""
    found = opened(act, "answer_recall", dossier, version)
    holder, answer = found.row.holder, replace(answer, reason=texts(answer.reason), onward=texts(answer.onward))
    entries = evidence.answer_recall(
        act, dossier=found.row.reference, holder=holder, answer=answer, keys=keys, vault=vault
    )
    body = {"recall_id": answer.recall, "items": entries, "outcome": answer.outcome, **answer.told}
    signed = say(act, found, MessageType.RECALL_ANSWERED, body, keys=keys)
    evidence.recall_answered(holder, answer, signed.digest)
    facts = {"recall": answer.recall, "outcome": answer.outcome, "items": list(answer.items)}
    return finish(act, found, event="requests:recall:answered", signed=signed, facts=facts)
