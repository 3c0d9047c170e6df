"""Custody events: each signed by the authority that did it, each carrying the digest of the one before.

Wire format `custody/1`: canonical JSON of the members of `CustodyEvent.to_json`; more event types may come, no member
ever changes its meaning. The digest is SHA-256 of the content without the signature; the signature kind is `custody`.
An event covers all that went before it, so the receiving State's countersignature covers the sending State's record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypedDict

from comity.seals.canonical import decode, digest_of, encode, sha256_hex
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature, Signer, verify
from comity.values.errors import BrokenError, InvalidInputError
from comity.values.instant import instant_text, parse_instant
from comity.values.reference import AUTHORITY_CODE, Kind, Reference

SIGNATURE_KIND = "custody"
VERSION = 1
MAX_EVENT_BYTES = 256 << 10


class EventType(StrEnum):
    """What can happen to an item. Wire words: they never change."""

    SEIZED = "seized"
    TAKEN_IN = "taken-in"
    SEALED = "sealed"
    MOVED = "moved"
    CHECKED = "checked"
    TRANSFERRED = "transferred"
    RECEIVED = "received"
    VERIFIED = "verified"
    COUNTERSIGNED = "countersigned"
    RELEASED = "released"
    NARROWED = "narrowed"
    RECALLED = "recalled"
    DELETED = "deleted"
    HANDED_BACK = "handed-back"
    KEPT = "kept"


_E = EventType
_HELD = frozenset({_E.RECEIVED, _E.VERIFIED, _E.MOVED, _E.COUNTERSIGNED, _E.RELEASED, _E.NARROWED, _E.KEPT})
"""The last event of an item that a partner returned and that its recipient holds."""
FOLLOWS: Mapping[EventType, frozenset[EventType | None]] = {
    _E.SEIZED: frozenset({None}),
    _E.TAKEN_IN: frozenset({None, _E.SEIZED}),
    _E.SEALED: frozenset({_E.TAKEN_IN}),
    _E.MOVED: frozenset(
        {_E.TAKEN_IN, _E.SEALED, _E.MOVED, _E.CHECKED, _E.VERIFIED, _E.RECEIVED, _E.COUNTERSIGNED, _E.NARROWED, _E.KEPT}
    ),
    _E.CHECKED: frozenset({_E.TAKEN_IN, _E.SEALED, _E.MOVED, _E.CHECKED, _E.VERIFIED}),
    _E.TRANSFERRED: frozenset({_E.CHECKED, _E.MOVED, _E.VERIFIED}),
    _E.RECEIVED: frozenset({_E.TRANSFERRED, _E.RECALLED}),
    _E.VERIFIED: frozenset(
        {_E.SEALED, _E.MOVED, _E.CHECKED, _E.RECEIVED, _E.VERIFIED, _E.COUNTERSIGNED, _E.RELEASED, _E.NARROWED, _E.KEPT}
    ),
    _E.COUNTERSIGNED: frozenset({_E.RECEIVED, _E.VERIFIED, _E.MOVED, _E.NARROWED, _E.KEPT}),
    _E.RELEASED: frozenset({_E.COUNTERSIGNED, _E.VERIFIED, _E.MOVED, _E.RELEASED, _E.NARROWED, _E.KEPT}),
    _E.NARROWED: _HELD,
    _E.RECALLED: _HELD | {_E.TRANSFERRED},
    _E.DELETED: frozenset({_E.RECALLED}),
    _E.HANDED_BACK: frozenset({_E.RECALLED, _E.RECEIVED}),
    _E.KEPT: _HELD | {_E.RECALLED},
}
"""Which event may follow which; None is the beginning."""
AFTER_RECALL = frozenset({_E.MOVED, _E.RECEIVED, _E.DELETED, _E.HANDED_BACK, _E.KEPT})
"""What may still happen to an item that was recalled: it is used no more."""

_MEMBERS = frozenset({"version", "item", "sequence", "type", "at", "authority", "hand", "place", "facts", "previous"})


@dataclass(frozen=True)
class CustodyEvent:
    """One thing that happened to one item: who held it, where, when, and what is to be known of it."""

    item: str
    sequence: int
    type: EventType
    at: datetime
    authority: str
    hand: str
    place: str
    facts: Mapping[str, Any]
    previous: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "item": self.item,
            "sequence": self.sequence,
            "type": self.type.value,
            "at": instant_text(self.at),
            "authority": self.authority,
            "hand": self.hand,
            "place": self.place,
            "facts": dict(self.facts),
            "previous": self.previous,
        }

    @cached_property
    def content(self) -> bytes:
        return encode(self.to_json())

    @cached_property
    def digest(self) -> str:
        return sha256_hex(self.content)

    @classmethod
    def from_content(cls, content: bytes) -> "CustodyEvent":
        """Read an event's bytes; raises InvalidInputError `custody:form` for anything that is not exactly one."""
        value = decode(content, max_bytes=MAX_EVENT_BYTES)
        try:
            return cls._from_json(value)
        except (KeyError, TypeError, ValueError, InvalidInputError) as error:
            raise InvalidInputError("This is not a custody event.", code="custody:form") from error

    @classmethod
    def _from_json(cls, value: Any) -> "CustodyEvent":
        if not isinstance(value, dict) or set(value) != _MEMBERS or value["version"] != VERSION:
            raise InvalidInputError("An event has other members.", code="custody:form")
        texts = [value[name] for name in ("item", "type", "at", "authority", "hand", "place")]
        if not all(isinstance(text, str) for text in texts) or not isinstance(value["facts"], dict):
            raise InvalidInputError("An event's member is of another type.", code="custody:form")
        sequence, previous = value["sequence"], value["previous"]
        if type(sequence) is not int or not (previous is None or isinstance(previous, str)):
            raise InvalidInputError("An event's member is of another type.", code="custody:form")
        if Reference.parse(value["item"]).kind is not Kind.ITEM or not AUTHORITY_CODE.fullmatch(value["authority"]):
            raise InvalidInputError("An event names something else.", code="custody:form")
        return cls(
            value["item"],
            sequence,
            EventType(value["type"]),
            parse_instant(value["at"]),
            value["authority"],
            value["hand"],
            value["place"],
            value["facts"],
            previous,
        )


@dataclass(frozen=True)
class SignedEvent:
    event: CustodyEvent
    signature: Signature

    def to_json(self) -> dict[str, Any]:
        return {"event": self.event.to_json(), "signature": self.signature.to_json()}

    @classmethod
    def from_json(cls, value: Any) -> "SignedEvent":
        if not isinstance(value, dict) or set(value) != {"event", "signature"}:
            raise InvalidInputError("This is not a signed custody event.", code="custody:form")
        return cls(CustodyEvent.from_content(encode(value["event"])), Signature.from_json(value["signature"]))


def sign_event(event: CustodyEvent, signer: Signer) -> SignedEvent:
    return SignedEvent(event, signer.sign(SIGNATURE_KIND, event.content))


def next_event(
    chain: Sequence[SignedEvent],
    type_: EventType,
    *,
    item: str,
    at: datetime,
    authority: str,
    hand: str,
    place: str = "",
    facts: Mapping[str, Any] | None = None,
) -> CustodyEvent:
    """The event that continues a chain; raises InvalidInputError `custody:order` where it may not follow."""
    last = chain[-1].event if chain else None
    if not may_follow(chain, type_):
        before = f"after '{last.type.value}'" if last else "at the beginning"
        raise InvalidInputError(f"An item cannot be '{type_.value}' {before}.", code="custody:order")
    previous = last.digest if last else None
    # An event is never dated before the one it follows: clocks of two States may lie, the order may not.
    moment = max(at, last.at) if last else at
    return CustodyEvent(item, len(chain), type_, moment, authority, hand, place, facts or {}, previous)


def check_order(chain: Iterable[SignedEvent], item: str) -> None:
    """Return if the events are one unbroken chain of this item; BrokenError `custody:chain` says where not."""
    last: CustodyEvent | None = None
    recalled = False
    for index, signed in enumerate(chain):
        event = signed.event
        expected = {
            "item": event.item == item,
            "sequence": event.sequence == index,
            "previous": event.previous == (last.digest if last else None),
            "type": (last.type if last else None) in FOLLOWS[event.type],
            "at": last is None or event.at >= last.at,
            "recall": not recalled or event.type in AFTER_RECALL,
        }
        for field, holds in expected.items():
            if not holds:
                raise BrokenError(
                    f"Custody event {index} ({event.type.value}) does not follow from the one before: {field}.",
                    code="custody:chain",
                    place=f"event {index}, {field}",
                )
        last, recalled = event, recalled or event.type is EventType.RECALLED
    if last is None:
        raise BrokenError("The item has no custody event.", code="custody:chain", place="event 0")


def may_follow(chain: Sequence[SignedEvent], type_: EventType) -> bool:
    """Whether such an event could continue the chain."""
    last = chain[-1].event.type if chain else None
    return last in FOLLOWS[type_] and (type_ in AFTER_RECALL or recalled_in(chain) is None)


def recalled_in(chain: Iterable[SignedEvent]) -> SignedEvent | None:
    """The event with which the item was recalled; None where it was not."""
    return next((signed for signed in chain if signed.event.type is EventType.RECALLED), None)


def earlier_name(authority: str, key_id: str) -> str:
    """How a key is named beside the one that bears its authority's own code: an authority may change its keys."""
    return f"{authority}/{key_id}"


def check_signature(signed: SignedEvent, keys: Mapping[str, VerifyingKey]) -> None:
    """Return if the event is signed by the authority it names; BrokenError `custody:key` or `seal:*`."""
    event = signed.event
    key = keys.get(earlier_name(event.authority, signed.signature.key_id), keys.get(event.authority))
    if key is None:
        raise BrokenError(
            f"The key of {event.authority}, which signed custody event {event.sequence}, is not known.",
            code="custody:key",
            place=f"event {event.sequence}, authority",
        )
    verify(key, SIGNATURE_KIND, event.content, signed.signature)


def vouched(chain: Iterable[SignedEvent]) -> dict[str, str]:
    """Fingerprints of keys that the signers of these events name as their own side's or the partner's."""
    found: dict[str, str] = {}
    for signed in chain:
        signers = signed.event.facts.get("signers")
        if isinstance(signers, dict):
            found |= {code: value for code, value in signers.items() if isinstance(value, str)}
    return found


class Description(TypedDict):
    """An item's description as both States hold it; its digest stands in the signed event `taken-in`.

    Format: its members never change, since the digest covers all of them.
    """

    reference: str
    kind: str
    title: str
    name: str
    """As the file bore it; empty for a thing."""
    media_type: str
    size: int | None
    """In bytes; None for a thing, as is the digest."""
    digest: str | None
    records: dict[str, Any]
    """How it came into the authority's hands, and of what it was made."""
    formalities: dict[str, Any]
    """Formalities the requesting State asked for and how each was met."""
    handling: str


def description_digest(description: Mapping[str, Any]) -> str:
    return digest_of(dict(description))


def described_by(chain: Iterable[SignedEvent]) -> str | None:
    """The description's digest as signed at intake."""
    for signed in chain:
        if signed.event.type is EventType.TAKEN_IN:
            digest = signed.event.facts.get("description")
            return digest if isinstance(digest, str) else None
    return None


def last_of(chain: Sequence[SignedEvent], type_: EventType) -> SignedEvent | None:
    return next((signed for signed in reversed(chain) if signed.event.type is type_), None)
