"""Pull tickets: an authority's signed request for a sealed attachment it was offered, valid for ten minutes.

Header form: base64url of the canonical content, a dot, base64url of the canonical signature. One ticket serves all
ranges of one attachment; who replays it within its window gets sealed bytes and no key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from comity.exchange.fields import Fields
from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature, Signer, verify
from comity.values.errors import BrokenError, InvalidInputError, RefusedError
from comity.values.instant import instant_text

SIGNED_KIND = "pull-ticket"
VERSION = 1
HEADER = "Comity-Ticket"
WINDOW = timedelta(minutes=10)
MAX_TICKET_TEXT = 8000
"""Below the 8,190 bytes gunicorn reads of one header field."""
_CODE = "ticket:form"


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """`sender` asks `recipient` for the sealed bytes of the content named by `digest`."""

    digest: str
    sender: str
    recipient: str
    at: datetime
    nonce: str

    @cached_property
    def content(self) -> bytes:
        return encode(
            {
                "version": VERSION,
                "digest": self.digest,
                "sender": self.sender,
                "recipient": self.recipient,
                "at": instant_text(self.at),
                "nonce": self.nonce,
            }
        )


@dataclass(frozen=True, slots=True)
class PresentedTicket:
    """A ticket as it came: parsed, not yet verified; its sender names the key to verify it with."""

    ticket: Ticket
    content: bytes
    signature: Signature


def issue_ticket(
    signer: Signer, *, digest: str, sender: str, recipient: str, at: datetime, chance: Callable[[int], bytes]
) -> str:
    """The header text with which a sender pulls one attachment from the recipient of the ticket."""
    ticket = Ticket(digest=digest, sender=sender, recipient=recipient, at=at, nonce=to_b64(chance(16)))
    signature = signer.sign(SIGNED_KIND, ticket.content)
    return f"{to_b64(ticket.content)}.{to_b64(encode(signature.to_json()))}"


def read_ticket(text: str) -> PresentedTicket:
    """Parse a ticket strictly; raises InvalidInputError `ticket:form`."""
    parts = text.split(".") if len(text) <= MAX_TICKET_TEXT else []
    if len(parts) != 2:
        raise InvalidInputError("This is not a pull ticket.", code=_CODE)
    content = from_b64(parts[0])
    members = Fields(decode(content), ("version", "digest", "sender", "recipient", "at", "nonce"), code=_CODE)
    if members.raw("version") != VERSION:
        raise members.fault("version", f"This node reads version {VERSION} of tickets.")
    ticket = Ticket(
        digest=members.digest("digest"),
        sender=members.authority("sender"),
        recipient=members.authority("recipient"),
        at=members.instant("at"),
        nonce=members.text("nonce", longest=40),
    )
    try:
        return PresentedTicket(ticket, content, Signature.from_json(decode(from_b64(parts[1]))))
    except BrokenError as error:
        raise InvalidInputError(error.message, code=_CODE) from error


def honour_ticket(presented: PresentedTicket, key: VerifyingKey, *, digest: str, at: datetime) -> Ticket:
    """The ticket, if its signature holds, it is for this content and its ten minutes have not passed.

    Clocks of peers may differ: the window reaches as far ahead as back. Raises BrokenError `seal:*` or
    RefusedError `ticket:other` or `ticket:expired`.
    """
    verify(key, SIGNED_KIND, presented.content, presented.signature)
    ticket = presented.ticket
    if ticket.digest != digest:
        raise RefusedError("The ticket is for other content; nothing was sent.", code="ticket:other")
    if abs(at - ticket.at) > WINDOW:
        raise RefusedError(
            "The ticket is outside its ten minutes; nothing was sent.",
            code="ticket:expired",
            next_step="Set the clocks of both nodes and ask with a new ticket.",
        )
    return ticket
