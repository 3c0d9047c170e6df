"""What a partner's message does here: the dossier's row follows from the fold of all its messages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from comity.authorities.keyring import Keyring
from comity.authorities.queries import expect_local, has_node
from comity.evidence.actions import (
    admit,
    receive_answer,
    receive_attachments,
    receive_countersignature,
    receive_offer,
    receive_recall,
)
from comity.evidence.models import Item
from comity.exchange.message import MAX_FOLLOWS, Message, SignedMessage
from comity.exchange.queries import contents_of, reconciled_at, reconciling
from comity.exchange.rejection import BehindError, QuotaError
from comity.forms.content import parse_content
from comity.gazette.queries import register_here
from comity.law.register import Register
from comity.requests.actions.shape import write
from comity.requests.effects import Deed
from comity.requests.fold import checked, deed_of, fold_deeds, side_of
from comity.requests.lanes import canonical_code
from comity.requests.messages import MessageType, check_body, parse_type
from comity.requests.models import Document, DomesticAct, Dossier
from comity.requests.papers import told_by
from comity.requests.phases import Effect, Phase, Side
from comity.requests.queries.access import partner_of
from comity.requests.standing import relations_told
from comity.requests.state import DossierState
from comity.values.actor import Act
from comity.values.errors import RefusedError

TITLE = 400


def apply_message(act: Act, signed: SignedMessage, content_keys: Mapping[str, bytes], keys: Keyring) -> None:
    """The effect of a received message, inside the receiving transaction.

    Refused (and nothing kept but the ledger's line): a sender that is not the dossier's other party, a dossier that the
    sender does not own, a body that has not its shape, a letter recorded in our name. A message that the workflow does
    not allow is kept without effect; one whose predecessor is missing waits.
    """
    message = signed.message
    kind = parse_type(message.type)
    if kind is MessageType.RECORDED:
        raise RefusedError(
            "A partner does not record letters for an authority that signs for itself.", code="requests:recorded"
        )
    check_body(kind, message.body)
    if kind is MessageType.TRANSMITTED:
        parse_content(message.body["content"])
    checked(signed.content)
    row = _row(act, message)
    held = [(deed_of(content), stored_at) for content, stored_at in contents_of(row.holder, row.reference)]
    _expect_abreast(row, message, held)
    _take_cargo(act, signed, kind, row, content_keys, keys)
    before = {entry["digest"] for entry in row.state.get("timeline", []) if entry["effect"] == Effect.IN_EFFECT}
    state = fold_deeds(deed for deed, _ in held)
    fresh = [entry for entry in state.timeline if entry.effect is Effect.IN_EFFECT and entry.digest not in before]
    register = register_here()
    changes = _changes(row, state, register)
    if row.side == Side.REQUESTING and any(entry.type == MessageType.AMENDMENT_ASKED for entry in fresh):
        DomesticAct.objects.filter(
            dossier=row, verb__in=("sign_request", "validate_order", "check_form"), void=False
        ).update(void=True)
        changes |= {"stage": Phase.DRAFTING.value, "signed_release": ""}
    written = write(row, state, act.at, version=row.version, changes=changes, register=register)
    relations = relations_told(written)
    if not row.phase or relations != relations_told(row):  # else they were admitted when that was written
        admit(act, holder=row.holder, dossier=row.reference, relations=relations)


def _row(act: Act, message: Message) -> Dossier:
    """The row of the dossier, locked; a new one only for the requesting authority's own dossier."""
    holder, dossier = message.recipient, message.dossier
    expect_local(holder)
    row = Dossier.held(lock=True, holder=holder, reference=str(dossier))
    if row is not None:
        if partner_of(row) != message.sender:
            raise RefusedError("That dossier is not between us and you.", code="requests:other-party")
        return row
    if dossier.authority == holder and reconciling(holder, message.sender):
        # Our own dossier, which the older copy of this node lacks: what opened it is on its way back. The one refusal
        # that means "later" for this message alone, and not for all that waits behind it.
        raise QuotaError("This node came back from an older copy and is asking for that dossier. Nothing was kept.")
    if dossier.authority != message.sender:
        raise RefusedError("That dossier is not known here.", code="requests:unknown-dossier")
    row = Dossier(
        holder=holder,
        reference=str(dossier),
        side=Side.REQUESTED.value,
        requesting=message.sender,
        requested=holder,
        title="",
        phase="",
        partner_has_node=has_node(message.sender),
        handling=message.handling.value,
        opened_at=act.at,
        changed_at=act.at,
    )
    row.insert()
    return row


def _expect_abreast(row: Dossier, message: Message, held: list[tuple[Deed, datetime]]) -> None:
    """The sender knows what it wrote in this dossier before; BehindError where it works on an older copy.

    Whoever writes follows all it holds, so its own messages are one line of succession. A predecessor that is not here
    yet decides nothing; nor does what was written before the sender last said that it holds everything again.
    """
    if len(message.follows) == MAX_FOLLOWS:
        return  # more threads were open than a message names
    follows = {deed.digest: deed.follows for deed, _ in held} | {message.digest: message.follows}
    before = _ancestors(message.digest, follows)
    if not before <= follows.keys():
        return
    writer = side_of(message.sender, message.dossier)
    passed_over = [
        (deed.digest, stored_at)
        for deed, stored_at in held
        if deed.writer is writer and deed.digest not in before | {message.digest}
    ]
    since = reconciled_at(row.holder, message.sender) if passed_over else None
    for digest, stored_at in passed_over:
        if since is not None and stored_at <= since:
            continue
        behind_it = _ancestors(digest, follows)
        if not behind_it <= follows.keys():
            continue  # what stands between the two is still on its way
        if message.digest not in behind_it:
            raise BehindError(
                f"It does not follow {digest[:16]}…, which its sender sent before: the sender works on an older copy. "
                "Nothing was kept.",
                place=row.reference,
            )


def _ancestors(digest: str, follows: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Everything a message follows, at any distance, as far as it is held."""
    found: set[str] = set()
    ahead = list(follows.get(digest, ()))
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += follows.get(one, ())
    return found


def _take_cargo(
    act: Act,
    signed: SignedMessage,
    kind: MessageType,
    row: Dossier,
    content_keys: Mapping[str, bytes],
    keys: Keyring,
) -> None:
    """Write what the message brings beside its words: items, transfers, countersignatures, documents."""
    message = signed.message
    if kind is MessageType.EVIDENCE_RETURNED:
        receive_offer(act, signed, content_keys, keys)
        _note_parts(message)
    else:
        receive_attachments(act, signed, content_keys, keys)
    if kind is MessageType.EVIDENCE_COUNTERSIGNED:
        receive_countersignature(act, signed)
    if kind in {MessageType.EVIDENCE_RECALLED, MessageType.EVIDENCE_NARROWED}:
        receive_recall(act, signed, keys)
    if kind is MessageType.RECALL_ANSWERED:
        receive_answer(act, signed)
    for attachment in message.attachments:
        if attachment.item:
            continue
        told_kind, language = told_by(attachment.name)
        Document.objects.get_or_create(
            dossier=row,
            digest=attachment.digest,
            defaults={
                "kind": told_kind[:40],
                "language": language[:8],
                "name": attachment.name[:400],
                "media_type": attachment.media_type[:120],
                "size": attachment.size,
                "sealed_by": message.sender,
                "message": signed.digest,
                "own": False,
                "at": act.at,
            },
        )


def _note_parts(message: Message) -> None:
    """Which measures each returned item answers, as far as they are parts of this return."""
    returned = set(message.body["parts"])
    for entry in message.body["items"]:
        told = entry.get("parts")
        parts = [one for one in told if one in returned] if isinstance(told, list) else []
        Item.objects.filter(holder=message.recipient, reference=entry["item"]).update(parts=parts[:100])


def _changes(row: Dossier, state: DossierState, register: Register) -> dict[str, Any]:
    """What the requested side's row takes from the request itself."""
    if row.side != Side.REQUESTED or state.content is None:
        return {}
    direct = state.route == "direct"
    title = state.content.get("matter") or ""
    words = next(iter(title.values()), "") if isinstance(title, Mapping) else str(title)
    return {
        "title": (row.title or words or row.reference)[:TITLE],
        "instrument": canonical_code(register, str(state.content.get("instrument") or "")),
        "direct": direct,
        "executing": row.executing or (row.requested if direct else ""),
    }
