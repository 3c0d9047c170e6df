"""The words for where a dossier and its parts stand. Values are wire words and never change."""

from enum import StrEnum


class Side(StrEnum):
    """The two authorities of a dossier: who asks, who is asked."""

    REQUESTING = "requesting"
    REQUESTED = "requested"

    @property
    def other(self) -> "Side":
        return Side.REQUESTED if self is Side.REQUESTING else Side.REQUESTING


class Phase(StrEnum):
    """Where a dossier stands. The first three are known at home only, `delivered` to the sender by its receipt."""

    DRAFTING = "drafting"
    SIGNED = "signed"
    CHECKED = "checked"
    TRANSMITTED = "transmitted"
    DELIVERED = "delivered"
    REGISTERED = "registered"
    AMENDMENT_REQUESTED = "amendment-requested"
    UNDER_EXAMINATION = "under-examination"
    IN_EXECUTION = "in-execution"
    RETURNED = "returned"
    COUNTERSIGNED = "countersigned"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


DOMESTIC = frozenset({Phase.DRAFTING, Phase.SIGNED, Phase.CHECKED})
"""Before anything has crossed the border."""
ENDED = frozenset({Phase.CLOSED, Phase.REFUSED, Phase.WITHDRAWN})


class PartState(StrEnum):
    """Where one part of a request (one measure asked for) stands."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    POSTPONED = "postponed"
    AUTHORISED = "authorised"
    EXECUTED = "executed"
    SUSPENDED = "suspended"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


OPEN_PARTS = frozenset({PartState.REQUESTED, PartState.POSTPONED})
WORKED_PARTS = frozenset({PartState.ACCEPTED, PartState.AUTHORISED, PartState.EXECUTED, PartState.SUSPENDED})
"""Parts on which the requested side is at work."""
DEAD_PARTS = frozenset({PartState.DECLINED, PartState.WITHDRAWN})


class Effect(StrEnum):
    """What a message did to the dossier."""

    IN_EFFECT = "in-effect"
    WITHOUT_EFFECT = "without-effect"
    WAITING = "waiting"
