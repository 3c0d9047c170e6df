"""Acts that exclude each other when they cross on the way, and which of them stands: one table, the same on both sides.

It speaks only of messages neither of which follows the other. For all others the workflow's order decides.
"""

from dataclasses import dataclass

from comity.requests.messages import MessageType as M


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One kind of message that stands against others; `why` is told beside the one that yields."""

    stands: M
    yields: frozenset[M]
    why: str


_WORK_OF_THE_REQUESTED = frozenset(
    {
        M.AMENDMENT_ASKED,
        M.QUESTIONED,
        M.ACCEPTED,
        M.DECLINED,
        M.POSTPONED,
        M.PASSED_ON,
        M.AUTHORISED,
        M.EXECUTED,
        M.TRANSFER_SUSPENDED,
        M.TRANSFER_RESUMED,
    }
)

EXCLUSIONS: tuple[Exclusion, ...] = (
    Exclusion(
        M.EVIDENCE_RETURNED,
        frozenset({M.WITHDRAWN, M.CLOSED}),
        "results had already left when this was sent; they stay under their conditions",
    ),
    Exclusion(M.WITHDRAWN, _WORK_OF_THE_REQUESTED, "the request was withdrawn at the same time"),
    Exclusion(M.CLOSED, _WORK_OF_THE_REQUESTED, "the matter was closed at the same time"),
    Exclusion(M.TRANSMITTED, _WORK_OF_THE_REQUESTED, "an amended request was sent at the same time"),
)
"""In order of strength: a message that yields to an earlier row excludes nothing itself."""
