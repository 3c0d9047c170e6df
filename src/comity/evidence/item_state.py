"""What can be an item, and where it stands: each state follows from the last custody event."""

from collections.abc import Mapping
from enum import StrEnum

from comity.evidence.custody import EventType


class ItemKind(StrEnum):
    """What an item is: bytes, a thing on a shelf, or what a person said, with its signed record."""

    DIGITAL = "digital"
    PHYSICAL = "physical"
    TESTIMONY = "testimony"


class ItemState(StrEnum):
    """Where an item stands."""

    TAKEN_IN = "taken-in"
    CHECKED = "checked"
    OFFERED = "offered"
    AWAITED = "awaited"
    RECEIVED = "received"
    COUNTERSIGNED = "countersigned"
    DELETED = "deleted"
    HANDED_BACK = "handed-back"


AFTER: Mapping[EventType, ItemState] = {
    EventType.TAKEN_IN: ItemState.TAKEN_IN,
    EventType.CHECKED: ItemState.CHECKED,
    EventType.TRANSFERRED: ItemState.OFFERED,
    EventType.RECEIVED: ItemState.RECEIVED,
    EventType.COUNTERSIGNED: ItemState.COUNTERSIGNED,
    EventType.DELETED: ItemState.DELETED,
    EventType.HANDED_BACK: ItemState.HANDED_BACK,
}
GONE = frozenset({ItemState.DELETED, ItemState.HANDED_BACK})
"""Recalled, and no longer here."""
"""Events not named here leave the state as it is. AWAITED is the receiving side's word for OFFERED."""
