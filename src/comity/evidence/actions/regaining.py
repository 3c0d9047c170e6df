"""Evidence in a message of our own that came back: items and custody stand again as we signed them."""

from collections.abc import Iterable, Mapping
from typing import Any

from comity.evidence.actions.record import move_on, store_event, store_returned
from comity.evidence.custody import SignedEvent, check_order
from comity.evidence.item_state import AFTER
from comity.evidence.models import Item
from comity.evidence.queries import chain_of
from comity.exchange.message import SignedMessage
from comity.safeguards.actions import enter
from comity.values.actor import Act


def regain_items(act: Act, own: SignedMessage) -> None:
    """Write again the items we returned, and our custody events of those we countersigned, from our own message.

    Where our copy of a chain has gone another way meanwhile it stays as it is, and the ledger says so.
    """
    message = own.message
    for entry in message.body.get("custody") or ():
        _returned(act, own, entry)
    for entry in message.body.get("items") or ():
        told = entry.get("countersignature") if isinstance(entry, Mapping) else None
        item = Item.objects.filter(holder=message.sender, reference=str(entry.get("item"))).first() if told else None
        if told and item is not None:
            _extend(act, item, _events(told["events"]))


def _events(values: Iterable[Any]) -> list[SignedEvent]:
    return [SignedEvent.from_json(value) for value in values]


def _returned(act: Act, own: SignedMessage, entry: Mapping[str, Any]) -> None:
    described, chain = entry["item"], _events(entry["events"])
    check_order(chain, described["reference"])
    item = Item.objects.filter(holder=own.message.sender, reference=described["reference"]).first()
    if item is None:
        item = store_returned(own, entry, chain, own=True)
        _told(act, item, "evidence:item:regained")
    else:
        bound = {"handling": entry["handling"], "conditions": list(entry["conditions"]), "returned_in": own.digest}
        _extend(act, item, chain, **bound)


def _extend(act: Act, item: Item, events: list[SignedEvent], **bound: Any) -> None:
    """Append what our chain lacks of these events, if they follow from it."""
    held = chain_of(item)
    known = {signed.event.digest for signed in held}
    new = [signed for signed in events if signed.event.digest not in known]
    if not new:
        return
    if new[0].event.previous != held[-1].event.digest:
        _told(act, item, "evidence:custody:diverged")
        return
    check_order([*held, *new], item.reference)
    states = [AFTER[signed.event.type] for signed in new if signed.event.type in AFTER]
    move_on(item, states[-1] if states else None, **bound)
    for signed in new:
        store_event(item, signed)
    _told(act, item, "evidence:item:regained")


def _told(act: Act, item: Item, event: str) -> None:
    facts = {"custody": chain_of(item)[-1].event.digest}
    enter(act, event, item.reference, authority=item.holder, facts=facts)
