"""Messages of an invented matter, made by hand: what the fold's tests are fed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from comity.requests.messages import MessageType
from comity.requests.phases import Side
from comity.values.instant import instant_text
from comity.values.reference import Kind, Reference

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DOSSIER = Reference("CH-FOJ", Kind.DOSSIER, UUID("0192f3c4-0000-7000-8000-000000000001"))
PARTIES = {Side.REQUESTING: "CH-FOJ", Side.REQUESTED: "CO-FGN"}
DIGEST = "0" * 64
PARTS = ("a", "b", "c")


@dataclass(frozen=True)
class Letter:
    """The fold's view of a message, its digest made from its content and a salt."""

    type: str
    sender: str
    body: Mapping[str, Any]
    follows: tuple[str, ...] = ()
    at: datetime = START
    dossier: Reference = DOSSIER
    salt: str = ""

    @property
    def digest(self) -> str:
        text = f"{self.salt}|{self.type}|{self.sender}|{self.body}|{self.follows}|{self.at}"
        return sha256(text.encode()).hexdigest()


def body_of(kind: MessageType, parts: tuple[str, ...] = ("a",), key: str = "q1") -> dict[str, Any]:
    """A body of that type that is whole and in order."""
    words = {"en": f"words of {kind.value}"}
    ground = {"ground": "own-proceedings", "provision": "Art. 4(1)", "reason": words}
    signed = {"name": "Ana Muster", "function": "prosecutor", "authority": "CH-OAG", "at": instant_text(START)}
    asked = {
        "recall_id": f"r-{key}",
        "items": [{"item": f"item-{part}", "digest": DIGEST} for part in parts],
        "reason": words,
        "provision": "Art. 15",
        "by": "2026-12-24",
        "notice": DIGEST,
        "approved_by": signed,
    }
    bodies: dict[MessageType, dict[str, Any]] = {
        MessageType.TRANSMITTED: {
            "number": "B-1",
            "route": "central",
            "content": {"parts": [{"id": part, "measure": "bank-records"} for part in PARTS]},
            "release": {"digest": DIGEST, "documents": [], "attachments": []},
            "signed_by": {**signed, "entry": DIGEST},
        },
        MessageType.ACKNOWLEDGED: {"number": "CO-7", "received_at": instant_text(START), "contact": "Registry"},
        MessageType.AMENDMENT_ASKED: {"reasons": words, "provision": "Art. 28(1)"},
        MessageType.QUESTIONED: {"question_id": key, "text": words, "provision": "Art. 28(1)"},
        MessageType.ANSWERED: {"question_id": key, "text": words},
        MessageType.ACCEPTED: {"parts": list(parts), "conditions": []},
        MessageType.CONSULTED: {"consultation_id": key, "parts": list(parts), "text": words, "provision": ""},
        MessageType.CONSULTATION_ANSWERED: {"consultation_id": key, "text": words},
        MessageType.DECLINED: {"parts": list(parts), "grounds": [ground], "partial": False},
        MessageType.POSTPONED: {"parts": list(parts), "ground": ground},
        MessageType.PASSED_ON: {"authority": "CO-F14", "names": words, "parts": list(parts)},
        MessageType.AUTHORISED: {
            "parts": list(parts),
            "order": {"court": "Court", "number": "1", "on": "2026-11-03", "text": words},
        },
        MessageType.EXECUTED: {"parts": list(parts), "record": {"on": "2026-11-04", "place": "Bogotá", "by": "F14"}},
        MessageType.TRANSFER_SUSPENDED: {"parts": list(parts), "reason": words},
        MessageType.TRANSFER_RESUMED: {"parts": list(parts), "reason": words},
        MessageType.EVIDENCE_RETURNED: {
            "parts": list(parts),
            "items": [{"item": f"item-{part}", "digest": DIGEST} for part in parts],
            "cover_letter": {"text": words},
            "conditions": [],
            "custody": [],
        },
        MessageType.EVIDENCE_COUNTERSIGNED: {
            "items": [{"item": f"item-{part}", "digest": DIGEST, "countersignature": {}} for part in parts]
        },
        MessageType.EVIDENCE_RECALLED: {"demand": "delete", **asked},
        MessageType.EVIDENCE_NARROWED: {"handling": "H2", "conditions": [], **asked},
        MessageType.RECALL_ANSWERED: {
            "recall_id": f"r-{key}",
            "items": [{"item": f"item-{part}", "digest": DIGEST, "custody": {}} for part in parts],
            "outcome": "complied",
        },
        MessageType.FEEDBACK: {"outcome": words},
        MessageType.CLOSED: {"reason": words},
        MessageType.WITHDRAWN: {"reason": words},
        MessageType.REMINDED: {"text": words},
    }
    return bodies[kind]


def letter(kind: MessageType, side: Side, *follows: Letter, parts: tuple[str, ...] = ("a",), key: str = "q1") -> Letter:
    """One message of that type, an hour after the last it follows."""
    at = max((earlier.at for earlier in follows), default=START) + timedelta(hours=1)
    return Letter(kind.value, PARTIES[side], body_of(kind, parts, key), tuple(one.digest for one in follows), at)


def resalted(letters: list[Letter], salt: str) -> list[Letter]:
    """The same messages with the same predecessors, under other digests. Predecessors come first in `letters`."""
    renamed: dict[str, str] = {}
    found = []
    for old in letters:
        new = replace(old, salt=salt, follows=tuple(renamed[digest] for digest in old.follows))
        renamed[old.digest] = new.digest
        found.append(new)
    return found
