"""Scrubbing: what the vault keeps is read back over time, and what is broken is told before it is needed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.queries import local_authorities
from comity.evidence.models import Item
from comity.safeguards.actions import enter
from comity.store.actions import note_check
from comity.store.queries import content_key, due_for_check
from comity.store.scrub import fault_in
from comity.store.vault import Vault
from comity.values.actor import Act

EVERY = timedelta(days=30)
"""Each content is read back once in that time."""
AGAIN = timedelta(days=1)
"""One with a fault sooner: an operator who brought it back sees that it is whole."""
BYTES_A_TURN = 2 << 30
LOOKED_AT = 200


def scrub(
    act: Act,
    *,
    keys: Keyring,
    vault: Vault,
    clock: Callable[[], datetime],
    every: timedelta = EVERY,
    bytes_at_most: int = BYTES_A_TURN,
) -> int:
    """Read back what is due, the longest not read first, until a turn's bytes are spent; returns how many contents.

    One content at least, however large. Each is noted as soon as it is read, so that what is killed goes on at the
    next one. A fault, and its end, stands in the ledger of every authority here that holds it.
    """
    done = spent = 0
    for row in due_for_check(act.at, every=every, again=AGAIN)[:LOOKED_AT]:
        if done and spent + row.size > bytes_at_most:
            break
        fault = fault_in(vault, row.name, partial(content_key, row.digest, keys), size=row.size, digest=row.digest)
        _note(act, row.digest, fault or "", clock())
        done, spent = done + 1, spent + row.size
    return done


@transaction.atomic
def _note(act: Act, digest: str, fault: str, at: datetime) -> None:
    if not note_check(digest, fault, at):
        return
    event = "evidence:content:broken" if fault else "evidence:content:whole-again"
    items = Item.objects.filter(digest=digest).order_by("holder", "id")
    held = [(item.holder, item.reference) for item in items]
    for authority, subject in held or [(row.code, digest) for row in local_authorities()]:
        enter(act, event, subject, authority=authority, facts={"digest": digest, "fault": fault})
