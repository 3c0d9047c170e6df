"""Two authorities on one database write to each other: `CH-FOJ` and `CO-FGN`, each with its own keys and copies."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from comity.authorities.actions import add_partner, establish_authority
from comity.authorities.card import Card
from comity.authorities.competence import Competence
from comity.authorities.keyring import AuthorityKeys, Keyring
from comity.exchange.actions import post, receive, send_due
from comity.exchange.envelope import Envelope, seal_envelope
from comity.exchange.message import Message, SignedMessage
from comity.exchange.receipt import plain_rejection
from comity.exchange.rejection import EnvelopeRejectedError
from comity.exchange.transport import Destination
from comity.seals.canonical import encode, to_b64
from comity.seals.keys import OpeningKey, SigningKey
from comity.seals.sealing import seal
from comity.values.actor import Act, job
from comity.values.errors import ComityError, RefusedError, UnavailableError
from comity.values.reference import Kind, Reference, uuid7
from tests.conftest import MOMENT, seeded

US, THEM, STRANGER = "CH-FOJ", "CO-FGN", "GB-UKCA"
TYPE = "request.transmitted"


def keys_of(seed: int) -> AuthorityKeys:
    chance = seeded(seed)
    return AuthorityKeys(SigningKey.from_seeds(chance(32), chance(32)), OpeningKey.from_bytes(chance(96)), b"", b"")


HELD = {US: keys_of(1), THEM: keys_of(2), STRANGER: keys_of(3)}
DOSSIER = Reference(US, Kind.DOSSIER, uuid7(MOMENT, bytes(10)))


def keyring() -> Keyring:
    return Keyring(bytes(range(32)), {US: HELD[US], THEM: HELD[THEM]}, b"", b"", seeded(9))


def letter(number: int = 0, **changes: Any) -> Message:
    fields: dict[str, Any] = {
        "type": TYPE,
        "id": uuid7(MOMENT, number.to_bytes(10)),
        "sender": US,
        "recipient": THEM,
        "dossier": DOSSIER,
        "at": MOMENT,
        "body": {"number": f"B-{number}", "text": {"fr": "Demande d'entraide", "es": "Solicitud"}},
        "purpose": "mutual legal assistance",
    }
    return Message(**(fields | changes))


def signed(message: Message, by: str = US) -> SignedMessage:
    return SignedMessage.sign(message, HELD[by].signing)


def sealed_as(what: SignedMessage, recipient: str = THEM, **header: Any) -> bytes:
    """Anything sealed to a recipient under any header: what a dishonest sender can make."""
    message = what.message
    blank = Envelope(
        **{
            "sender": message.sender,
            "recipient": recipient,
            "sender_key": what.signature.key_id,
            "recipient_key": HELD[recipient].opening.public.key_id,
            "id": message.id,
            "sealed": b"",
            **header,
        }
    )
    plaintext = encode(
        {**what.to_json(), "keys": {attached.digest: to_b64(bytes(39)) for attached in message.attachments}}
    )
    return replace(blank, sealed=seal(HELD[recipient].opening.public, blank.header(), plaintext)).to_bytes()


EXHAUSTIVE = "COMITY_EXHAUSTIVE" in os.environ
"""Set: every bit is flipped, which takes minutes. Unset: every bit of the outside, one bit of every byte within."""


def flips(data: bytes, outside: int) -> Iterator[bytes]:
    """The data with one bit changed, for each bit (see EXHAUSTIVE); `outside` bytes are flipped bit by bit always."""
    for place in range(len(data) * 8):
        byte, bit = divmod(place, 8)
        if EXHAUSTIVE or byte < outside or bit == byte % 8:
            changed = bytearray(data)
            changed[byte] ^= 1 << bit
            yield bytes(changed)


@dataclass
class House:
    """Both authorities, the wire between them, and what took effect."""

    keys: Keyring = field(default_factory=keyring)
    at: Any = MOMENT
    effects: list[SignedMessage] = field(default_factory=list)
    content_keys: list[dict[str, bytes]] = field(default_factory=list)
    envelopes: list[bytes] = field(default_factory=list)
    down: bool = False
    refusing: bool | ComityError = False

    def act(self, authority: str = US) -> Act:
        return Act(job("exchange", authority), self.at, "casework", seeded(int(self.at.timestamp())))

    def post(self, message: Message, content_keys: Mapping[str, bytes] | None = None) -> SignedMessage:
        with transaction.atomic():
            return post(self.act(message.sender), message, keys=self.keys, content_keys=content_keys)

    def send(self) -> int:
        return send_due(self.act(), keys=self.keys, transport=self)

    def receive(self, envelope: bytes) -> bytes:
        return receive(envelope, at=self.at, chance=seeded(5), keys=self.keys, receivers={TYPE: self.take})

    def take(self, _act: Act, what: SignedMessage, content_keys: Mapping[str, bytes], _keys: Keyring) -> None:
        if isinstance(self.refusing, ComityError):
            raise self.refusing
        if self.refusing:
            raise RefusedError("Not in this house.", code="test:refused")
        self.effects.append(what)
        self.content_keys.append(dict(content_keys))

    def deliver(self, partner: Destination, envelope: bytes) -> bytes:
        assert not transaction.get_connection().in_atomic_block or self.nested
        if self.down:
            raise UnavailableError(f"{partner.code} is down", code="transport:unreachable")
        self.envelopes.append(envelope)
        try:
            return self.receive(envelope)
        except EnvelopeRejectedError as rejected:
            return plain_rejection(rejected.rejection)

    nested: bool = True
    """Tests run inside a transaction of their own; those about transactions say otherwise."""

    def fetch(self, partner: Destination, digest: str, start: int, end: int, ticket: str) -> bytes:
        raise UnavailableError(f"{partner.code} offers nothing ({digest}, {start}, {end}, {ticket})")

    def later(self, **step: float) -> None:
        self.at += timedelta(**step)

    def sealed(self, message: Message) -> bytes:
        return seal_envelope(signed(message), {}, HELD[THEM].opening.public)


def establish(house: House) -> House:
    for code in (US, THEM):
        operator = Act(job("operator", code), MOMENT, "set-up", seeded(7))
        establish_authority(
            operator,
            code=code,
            names={"en": code},
            competences=(Competence.CENTRAL,),
            languages=("en",),
            endpoint=f"https://{code.lower()}.test",
            contact={},
            keys=house.keys,
        )
    return house


def card(code: str) -> Card:
    held = HELD[code]
    return Card(
        code=code,
        state=code[:2],
        names={"en": code},
        competences=("central",),
        languages=("en",),
        endpoint=f"https://{code.lower()}.test",
        verifying_key=held.signing.public,
        sealing_key=held.opening.public,
        tls_certificate="",
        contact={},
    )


def befriend(code: str) -> None:
    operator = Act(job("operator", US), MOMENT, "set-up", seeded(8))
    add_partner(operator, card=card(code), fingerprint=HELD[code].signing.public.fingerprint)


@pytest.fixture
def house(db: None) -> House:
    return establish(House())
