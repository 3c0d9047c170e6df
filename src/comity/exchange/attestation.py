"""What a sender states of its own message, and when it is to be looked at again: a rule over what is known of its way.

A time that ran out is the sender's word alone, and says so by its kind; what the partner states later stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from comity.exchange.receipt import ReceiptKind

RELAY_FAILS_AFTER = timedelta(days=1)
"""For how long every try must have failed until we state that the message could not be relayed."""
UNDELIVERED_AFTER = timedelta(days=7)
UNRETRIEVED_AFTER = timedelta(days=30)
LOOKED_AT_AGAIN = timedelta(days=1)
"""When a message is looked at again that has not arrived."""


@dataclass(frozen=True, slots=True)
class Way:
    """What is known of one message that we queued."""

    stored_at: datetime
    waits: bool
    failing_since: datetime | None
    last_reason: str
    held: Mapping[ReceiptKind, datetime]
    """The statements there are of it, each with the moment it tells."""


@dataclass(frozen=True, slots=True)
class Stated:
    kind: ReceiptKind
    at: datetime
    reason: str = ""


def due_statements(way: Way, at: datetime) -> tuple[list[Stated], datetime | None]:
    """What is to be stated at a moment, and when the message is looked at next; None once nothing can follow.

    Never further ahead than the longest wait: a partner's clock, or ours since set back, silences nothing for years.
    """
    told: list[Stated] = []
    following: list[datetime] = []
    if ReceiptKind.SUBMISSION_ACCEPTANCE not in way.held:
        told.append(Stated(ReceiptKind.SUBMISSION_ACCEPTANCE, way.stored_at))
    delivered = way.held.get(ReceiptKind.DELIVERY)
    if delivered is not None:
        if not {ReceiptKind.RETRIEVAL, ReceiptKind.NON_RETRIEVAL} & set(way.held):
            over = delivered + UNRETRIEVED_AFTER
            if over <= at:
                told.append(Stated(ReceiptKind.NON_RETRIEVAL, at, _silent("word of a retrieval", UNRETRIEVED_AFTER)))
            else:
                following.append(over)
        return told, _within(following, at)
    following.append(at + LOOKED_AT_AGAIN)
    if way.waits and ReceiptKind.RELAY_FAILURE not in way.held and way.failing_since is not None:
        fails = way.failing_since + RELAY_FAILS_AFTER
        if fails <= at:
            told.append(Stated(ReceiptKind.RELAY_FAILURE, at, way.last_reason))
        else:
            following.append(fails)
    if way.waits and ReceiptKind.NON_DELIVERY not in way.held:
        late = way.stored_at + UNDELIVERED_AFTER
        if late <= at:
            told.append(Stated(ReceiptKind.NON_DELIVERY, at, _silent("receipt", UNDELIVERED_AFTER)))
        else:
            following.append(late)
    return told, _within(following, at)


def _silent(what: str, for_so_long: timedelta) -> str:
    return f"No {what} within {for_so_long.days} days."


def _within(following: list[datetime], at: datetime) -> datetime | None:
    return min(*following, at + UNRETRIEVED_AFTER) if following else None
