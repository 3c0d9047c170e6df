"""Reconciliation: a node that came back from an old copy asks each partner what they hold between them. Pure.

Five types of message, additive to version 1 of the protocol: `asked` (by the one whose copy is old), `held` (pages of
digests, every message between the two that both once had), `wanted` (digests it lacks), `returned` (one of its own
messages given back, with the receipt of it), `done`. What the partner itself wrote comes again as it was, in its own
envelope. Compatibility: a node that does not know them refuses them (`unsupported-type`), and a person must decide.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from comity.exchange.fields import Fields, is_digest
from comity.exchange.message import NOTICES, SignedMessage
from comity.seals.canonical import from_b64, to_b64
from comity.seals.signing import Signature
from comity.values.errors import InvalidInputError

ASKED = "exchange.reconcile-asked"
HELD = "exchange.reconcile-held"
WANTED = "exchange.reconcile-wanted"
RETURNED = "exchange.reconcile-returned"
DONE = "exchange.reconcile-done"
TYPES = frozenset({ASKED, HELD, WANTED, RETURNED, DONE})
EXEMPT = TYPES | NOTICES
"""What a node sends while it reconciles: the questions themselves, and where and under which keys it is reached."""
PAGE = 20_000
"""Digests in one message."""
LARGEST = 1_400_000
"""The longest content that fits into another message; longer ones are given back on paper or by hand."""
_CODE = "reconcile:form"


def held_bodies(about: UUID, digests: list[str]) -> list[dict[str, Any]]:
    """The bodies that tell what is held: at least one page, also of nothing."""
    pages = [digests[place : place + PAGE] for place in range(0, len(digests), PAGE)] or [[]]
    return [
        {"about": str(about), "page": number, "pages": len(pages), "digests": page} for number, page in enumerate(pages)
    ]


def read_held(body: Mapping[str, Any]) -> tuple[UUID, int, int, list[str]]:
    """The question it answers, the page's number, how many there are, and its digests."""
    members = Fields(body, ("about", "page", "pages", "digests"), code=_CODE, place="body")
    pages = members.number("pages", largest=10_000)
    return members.id("about"), members.number("page", largest=max(0, pages - 1)), pages, _digests(members)


def wanted_body(digests: Iterable[str]) -> dict[str, Any]:
    return {"digests": sorted(digests)}


def read_wanted(body: Mapping[str, Any]) -> list[str]:
    return _digests(Fields(body, ("digests",), code=_CODE, place="body"))


def returned_body(signed: SignedMessage, receipt: bytes) -> dict[str, Any]:
    return {
        "message": to_b64(signed.content),
        "signature": signed.signature.to_json(),
        "receipt": to_b64(receipt),
    }


def read_returned(body: Mapping[str, Any]) -> tuple[SignedMessage, bytes]:
    """The message that is given back, unverified, and the receipt of it."""
    members = Fields(body, ("message", "signature", "receipt"), code=_CODE, place="body")
    content = from_b64(members.text("message", longest=LARGEST * 4 // 3 + 4))
    signed = SignedMessage.read(content, Signature.from_json(members.raw("signature")))
    return signed, from_b64(members.text("receipt", longest=1 << 17))


def expect_empty(body: Mapping[str, Any]) -> None:
    if body:
        raise InvalidInputError("This message says nothing but its type.", code=_CODE, place="body")


def _digests(members: Fields) -> list[str]:
    found = members.list("digests", longest=PAGE)
    if not all(is_digest(one) for one in found) or len(set(found)) != len(found):
        raise members.fault("digests", "Distinct digests of 64 lowercase hex characters are expected.")
    return list(found)
