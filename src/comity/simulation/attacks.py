"""What a dishonest network or partner tries, and the one enumerated refusal each attempt must meet.

The liar is a partner everyone knows, with keys of its own; it also reads every node's messages, which is more than
any real attacker could.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from comity.authorities.keyring import AuthorityKeys
from comity.exchange.actions import allow
from comity.exchange.allowance import Limits
from comity.exchange.envelope import MAX_ENVELOPE_BYTES, PROTOCOL, Envelope, parse_envelope, seal_envelope
from comity.exchange.message import Message, SignedMessage
from comity.exchange.queries import allowance_of
from comity.exchange.receipt import open_receipt, read_plain_rejection
from comity.exchange.rejection import RejectionCode
from comity.seals.canonical import decode, encode, to_b64
from comity.seals.keys import SEALING_SUITE
from comity.seals.sealing import seal
from comity.seals.signature import ED25519_SIGNATURE_BYTES, MLDSA_SIGNATURE_BYTES
from comity.simulation.chance import Chance
from comity.simulation.faults import Fault
from comity.simulation.node import SimulatedNode
from comity.values.actor import job
from comity.values.reference import Kind, Reference, uuid7

LIAR = "XK-LIAR"


@dataclass(frozen=True)
class Scene:
    """What an attacker has in hand: the liar's keys, a victim, another node, a genuine message and its receipt."""

    liar: AuthorityKeys
    victim: SimulatedNode
    other: SimulatedNode
    genuine: SignedMessage
    receipt: bytes
    at: datetime
    chance: Chance
    type: str
    """A type the victim has a receiver for, and a body of it."""
    body: Callable[[str], dict[str, Any]]

    def statement(self, **changes: Any) -> Message:
        """A message the liar might honestly send."""
        return replace(
            Message(
                type=self.type,
                id=uuid7(self.at, self.chance(10)),
                sender=LIAR,
                recipient=self.victim.code,
                dossier=Reference(LIAR, Kind.DOSSIER, uuid7(self.at, self.chance(10))),
                at=self.at,
                body=self.body(self.chance(8).hex()),
            ),
            **changes,
        )

    def seal(self, signed: SignedMessage, **header: str) -> bytes:
        """Seal anything to the victim under any header."""
        message = signed.message
        outside = Envelope(
            sender=header.get("sender", message.sender),
            recipient=header.get("recipient", self.victim.code),
            sender_key=header.get("sender_key", signed.signature.key_id),
            recipient_key=self.victim.held.opening.public.key_id,
            id=message.id,
            sealed=b"",
            protocol=header.get("protocol", PROTOCOL),
        )
        keys = {attachment.digest: to_b64(bytes(39)) for attachment in message.attachments}
        plaintext = encode({**signed.to_json(), "keys": keys})
        return replace(outside, sealed=seal(self.victim.held.opening.public, outside.header(), plaintext)).to_bytes()


Craft = Callable[[Scene], list[bytes]]
"""Envelopes to deliver to the victim in turn; the last must meet the expected refusal."""


def _resealed(scene: Scene) -> list[bytes]:
    """A genuine message to one authority, sealed anew to another, by one who may read it."""
    return [scene.seal(scene.genuine)]


def _equivocation(scene: Scene) -> list[bytes]:
    first = scene.statement()
    second = replace(first, body=scene.body("the other content"))
    return [
        seal_envelope(SignedMessage.sign(message, scene.liar.signing), {}, scene.victim.held.opening.public)
        for message in (first, second)
    ]


def _stranger(scene: Scene) -> list[bytes]:
    return [scene.seal(SignedMessage.sign(scene.statement(sender="XX-NOBODY"), scene.liar.signing))]


def _forged(scene: Scene) -> list[bytes]:
    """Another's name and key id over the liar's signature."""
    signed = SignedMessage.sign(scene.statement(sender=scene.other.code), scene.liar.signing)
    named = replace(signed, signature=replace(signed.signature, key_id=scene.other.held.signing.key_id))
    return [scene.seal(named)]


def _receipt_as_message(scene: Scene) -> list[bytes]:
    """A genuine receipt with its genuine signature in the place of a message."""
    value = decode(scene.receipt)
    header = Envelope(
        sender=scene.genuine.message.recipient,
        recipient=scene.victim.code,
        sender_key=value["signature"]["key_id"],
        recipient_key=scene.victim.held.opening.public.key_id,
        id=scene.genuine.message.id,
        sealed=b"",
    )
    plaintext = encode({"message": value["receipt"], "signature": value["signature"], "keys": {}})
    sealed = seal(scene.victim.held.opening.public, header.header(), plaintext)
    return [replace(header, sealed=sealed).to_bytes()]


def _spliced(scene: Scene) -> list[bytes]:
    """The header of one envelope over the sealed part of another."""
    first = parse_envelope(scene.seal(SignedMessage.sign(scene.statement(), scene.liar.signing)))
    second = parse_envelope(scene.seal(SignedMessage.sign(scene.statement(), scene.liar.signing)))
    return [replace(first, sealed=second.sealed).to_bytes()]


def _retyped(scene: Scene) -> list[bytes]:
    """A genuine signature over the same content under another type."""
    content = decode(scene.genuine.content)
    content |= {"type": "simulation.other", "recipient": scene.victim.code}
    signed = SignedMessage.read(encode(content), scene.genuine.signature)
    return [scene.seal(signed)]


def _unknown_type(scene: Scene) -> list[bytes]:
    return [scene.seal(SignedMessage.sign(scene.statement(type="simulation.unheard-of"), scene.liar.signing))]


def _version(scene: Scene) -> list[bytes]:
    return [scene.seal(SignedMessage.sign(scene.statement(), scene.liar.signing), protocol="comity/0")]


def _too_large(scene: Scene) -> list[bytes]:
    header = {"protocol": PROTOCOL, "suite": SEALING_SUITE}
    return [encode({"header": header, "sealed": to_b64(scene.chance(MAX_ENVELOPE_BYTES * 3 // 4))})]


def _two_names(scene: Scene) -> list[bytes]:
    """The header names another sender than the message it seals."""
    signed = SignedMessage.sign(scene.statement(), scene.liar.signing)
    return [scene.seal(signed, sender=scene.other.code, sender_key=scene.other.held.signing.key_id)]


def _half_forged(scene: Scene) -> list[bytes]:
    """A message with one half of its signature genuine: what breaking the other algorithm gives an attacker."""
    message = scene.statement(sender=scene.other.code)
    genuine = scene.other.held.signing.sign(message.type, message.content)
    if scene.chance.hits(0.5):
        forged = replace(genuine, ed25519=scene.chance(ED25519_SIGNATURE_BYTES))
    else:
        forged = replace(genuine, mldsa=scene.chance(MLDSA_SIGNATURE_BYTES))
    return [scene.seal(SignedMessage.read(message.content, forged))]


def _flood(scene: Scene) -> list[bytes]:
    """One message more than the victim's operator allows this partner in an hour."""
    operator = scene.victim.act(scene.at, "allowance").by(job("operator", "operator"))
    with scene.victim.acting():
        used = allowance_of(LIAR, operator.at).messages
        allow(operator, LIAR, Limits(messages_per_hour=used + 1))
    messages = (scene.statement(), scene.statement())
    return [scene.seal(SignedMessage.sign(message, scene.liar.signing)) for message in messages]


def lift(victim: SimulatedNode, at: datetime) -> None:
    """Allow the liar what everyone is allowed, as before the flood."""
    with victim.acting():
        allow(victim.act(at, "allowance").by(job("operator", "operator")), LIAR, Limits())


ATTACKS: Mapping[Fault, tuple[Craft, RejectionCode]] = {
    Fault.RESEALED: (_resealed, RejectionCode.WRONG_RECIPIENT),
    Fault.EQUIVOCATION: (_equivocation, RejectionCode.EQUIVOCATION),
    Fault.STRANGER: (_stranger, RejectionCode.UNKNOWN_PEER),
    Fault.FORGED: (_forged, RejectionCode.SIGNATURE),
    Fault.RECEIPT_AS_MESSAGE: (_receipt_as_message, RejectionCode.MALFORMED),
    Fault.SPLICED: (_spliced, RejectionCode.SEALED),
    Fault.RETYPED: (_retyped, RejectionCode.SIGNATURE),
    Fault.UNKNOWN_TYPE: (_unknown_type, RejectionCode.UNSUPPORTED_TYPE),
    Fault.OLD_PROTOCOL: (_version, RejectionCode.UNSUPPORTED_VERSION),
    Fault.TOO_LARGE: (_too_large, RejectionCode.TOO_LARGE),
    Fault.TWO_NAMES: (_two_names, RejectionCode.MALFORMED),
    Fault.HALF_FORGED: (_half_forged, RejectionCode.SIGNATURE),
    Fault.FLOOD: (_flood, RejectionCode.QUOTA),
}

NEEDS_A_THIRD = frozenset({Fault.RESEALED, Fault.RECEIPT_AS_MESSAGE})
"""Attacks on a node by means of what others wrote to each other: in a federation of two there are no others."""


def refusal_in(answer: bytes, victim: SimulatedNode) -> RejectionCode | None:
    """The refusal an answer states, after checking the victim's signature if it has one; None for a delivery."""
    plain = read_plain_rejection(answer)
    return plain or open_receipt(answer, victim.held.signing.public).rejection
