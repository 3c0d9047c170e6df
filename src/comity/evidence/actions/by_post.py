"""Evidence that crosses the border by post: recorded by us, not signed by the partner, which has no node.

What comes is taken in as it arrived and bound to the letter that vouches for it; of what goes, the partner's receipt on
paper is recorded. The custody line says of each such stop that it is our record alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.evidence.actions.countersigning import read_back
from comity.evidence.actions.intake import BY_POST, NOT_SIGNED, Exhibit, IntakeRecord, take_exhibit
from comity.evidence.actions.record import append_event, granted_item, move_on
from comity.evidence.custody import EventType
from comity.evidence.item_state import ItemState
from comity.evidence.models import Item
from comity.evidence.queries import item_of
from comity.safeguards.permissions import Permission
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import RefusedError
from comity.values.handling import UseCondition
from comity.values.reference import Reference


def take_in_posted(
    act: Act,
    *,
    dossier: Reference | str,
    authority: str,
    exhibit: Exhibit,
    keys: Keyring,
    vault: Vault,
    **record: Unpack[IntakeRecord],
) -> Item:
    """Take in one thing or file that came by post; `arrival` says on what day, from whom and on what it came.

    A step of casework, which knows that the partner has no node. Raises what `take_in` raises.
    """
    return take_exhibit(act, exhibit, str(dossier), authority, keys, vault, record, BY_POST)


def read_posted(act: Act, items: Sequence[Reference | str], *, keys: Keyring, vault: Vault) -> None:
    """Read the content of items that came by post back, before they are bound to their letter.

    Outside the transaction, since it may take long. Raises BrokenError `evidence:content` for content that is not what
    was taken in.
    """
    for reference in items:
        row = item_of(act.actor, reference)
        if row.digest:
            read_back(row, keys=keys, vault=vault)


def _expect_unbound(row: Item) -> None:
    if row.own or row.state != ItemState.TAKEN_IN.value:
        raise RefusedError(
            "Only what came by post and was not yet returned under a letter is bound to one.",
            code="evidence:state",
            place=row.reference,
        )


def bind_posted(
    act: Act,
    item: Reference | str,
    *,
    letter: Mapping[str, str],
    message: str,
    conditions: Sequence[UseCondition],
    keys: Keyring,
) -> Item:
    """Bind an item that came by post to the letter under which it was returned, and to its conditions of use.

    `letter` has its `digest` and `media_type`; `message` is the digest of our record of it. Inside the transaction of
    casework's act; the content was just read back (`read_posted`).
    """
    row = granted_item(act, item, Permission.ITEM_RECORD)
    _expect_unbound(row)
    bound = [condition.to_json() for condition in conditions]
    facts: dict[str, Any] = {
        "letter": letter["digest"],
        "letter_type": letter["media_type"],
        "message": message,
        "conditions": bound,
        "handling": row.handling,
        "note": NOT_SIGNED,
    }
    append_event(act, row, EventType.CHECKED, keys=keys, facts=facts)
    append_event(act, row, EventType.VERIFIED, keys=keys, facts={"digest": row.digest or None})
    move_on(row, None, conditions=bound, returned_in=message)
    return row


@transaction.atomic
def record_arrived_there(
    act: Act, item: Reference | str, *, source: str, partner: str, keys: Keyring
) -> dict[str, Any]:
    """Record that a partner without a node confirmed on paper that an item came; the entry for the message.

    `source` is the digest of the letter's scan. Raises RefusedError for an item that was not sent to it by post.
    """
    row = granted_item(act, item, Permission.ITEM_RECORD)
    if not row.own or row.state != ItemState.OFFERED.value:
        raise RefusedError("This item is not on its way to the partner.", code="evidence:state", place=row.reference)
    facts = {"digest": row.digest or None, "by": partner, "source": source, "note": NOT_SIGNED}
    append_event(act, row, EventType.RECEIVED, keys=keys, facts=facts)
    told = {"note": NOT_SIGNED, "source": source}
    return {"item": row.reference, "digest": row.digest or None, "countersignature": told}
