"""What one partner may ask of this node: messages an hour, bytes at rest, transfers open at once.

A partner is authenticated, never trusted: what it may use is bounded, so that a flood from one State leaves room for
the others. What goes over is refused with the code `quota`; the partner's node sends it again by itself. The first
refusals of an hour are signed and entered one by one, the rest are counted and entered as a number: nobody fills our
ledger, or has us sign, by sending more. So it is with envelopes that prove nothing of whom they are from.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from comity.values.errors import InvalidInputError

MESSAGES_PER_HOUR = 10_000
BYTES_AT_REST = 100 << 30
OPEN_TRANSFERS = 1_000


class Surplus(StrEnum):
    """Of what there is more than is answered one by one."""

    OVER_LIMIT = "over-limit"
    """Messages over the hour's limit of their sender."""
    UNPROVED = "unproved"
    """Envelopes that do not open, or that nobody known signed; counted by the sender they name."""


ONE_BY_ONE = {Surplus.OVER_LIMIT: 10, Surplus.UNPROVED: 1_000}
"""How many refusals of an hour are signed and entered one by one. What proves nothing may be a key change on its way,
with a whole queue behind it; a message over the limit is only early."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a partner may use; every number is at least 1."""

    messages_per_hour: int = MESSAGES_PER_HOUR
    bytes_at_rest: int = BYTES_AT_REST
    open_transfers: int = OPEN_TRANSFERS

    def __post_init__(self) -> None:
        for name, largest in (("messages_per_hour", 1 << 31), ("bytes_at_rest", 1 << 63), ("open_transfers", 1 << 31)):
            if not 0 < getattr(self, name) < largest:
                raise InvalidInputError(
                    f"{name} is a whole number from 1 to {largest - 1}.", code="allowance:limit", place=name
                )


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour, in UTC, in which messages are counted."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
