"""Who appears in the vectors: two authorities and a stranger, with keys from published seeds. Never use them."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from comity.exchange.message import Attachment, Message
from comity.seals.keys import OpeningKey, SigningKey
from comity.values.handling import Handling, UseCondition
from comity.values.reference import Reference


def seed(name: str, size: int = 32) -> bytes:
    """Bytes anyone can make again: SHAKE-256 of the name."""
    return hashlib.shake_256(f"comity conformance {name}".encode()).digest(size)


def _signing(name: str) -> SigningKey:
    return SigningKey.from_seeds(seed(f"{name} ed25519"), seed(f"{name} ml-dsa-65"))


SENDER, RECIPIENT, STRANGER = _signing("CH-FOJ"), _signing("CO-FGN"), _signing("stranger")
KEYS: dict[str, SigningKey] = {"CH-FOJ": SENDER, "CO-FGN": RECIPIENT, "CO-F14": _signing("CO-F14")}
NEXT = _signing("CH-FOJ next")
OPENING, OTHER_OPENING = OpeningKey.from_bytes(seed("opening", 96)), OpeningKey.from_bytes(seed("other opening", 96))
AT = datetime(2026, 11, 21, 9, 30, 0, 120_000, tzinfo=UTC)
ID = UUID("01a1fd70-f1c0-7000-8000-000000000007")
DOSSIER = Reference.parse("CH-FOJ:dossier:01a1fd70-f1c0-7000-8000-000000000000")
ITEM = "CO-FGN:item:01a1fd70-f1c0-7000-8000-000000000001"
CONTENT_DIGEST = hashlib.sha256(b"bank records").hexdigest()
MESSAGE = Message(
    type="evidence.returned",
    id=ID,
    sender="CH-FOJ",
    recipient="CO-FGN",
    dossier=DOSSIER,
    at=AT,
    body={"text": {"es": "Solicitud 𝄞", "fr": "Demande d'entraide"}, "number": "B-7"},
    follows=("ab" * 32,),
    purpose="mutual legal assistance",
    handling=Handling.H2,
    conditions=(UseCondition("specialty", "Only for this proceeding", "Art. 15", AT.date()),),
    basis="BILATERAL-CH-CO-MLA-2011",
    attachments=(Attachment(CONTENT_DIGEST, 12, "relevés €.pdf", "application/pdf", ITEM),),
)


def flipped(data: bytes, place: int) -> bytes:
    """The same bytes with the lowest bit of one of them turned over."""
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)
