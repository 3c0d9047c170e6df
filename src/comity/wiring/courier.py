"""The courier with everything it works on: messages by the node's receivers, content by the room of evidence."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from comity.authorities.keyring import Keyring
from comity.evidence.actions import EvidenceCargo
from comity.exchange.actions import Asked, Packed, Taken, pack, take
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.wiring.receivers import RECEIVERS


def pack_bundle(act: Act, to: str, *, holder: str, keys: Keyring, vault: Vault, asked: Asked | None = None) -> Packed:
    """One bundle for a partner, of one of our authorities (`exchange.actions.pack`)."""
    return pack(act, to, holder=holder, keys=keys, cargo=EvidenceCargo(keys, vault, lambda: act.at), asked=asked)


def pack_bundles(act: Act, to: str, *, holder: str, keys: Keyring, vault: Vault, asked: Asked) -> Iterator[Packed]:
    """As many bundles as it takes where content is limited by the size of the carrier; the next when one is written."""
    while True:
        packed = pack_bundle(act, to, holder=holder, keys=keys, vault=vault, asked=asked)
        yield packed
        if not packed.left or not packed.manifest.size:
            return
        asked = replace(asked, rest=packed.left, offered_since=None)


def take_bundle(
    act: Act, file: BinaryIO, *, holder: str, keys: Keyring, vault: Vault, clock: Callable[[], datetime]
) -> Taken:
    """Take a bundle in (`exchange.actions.take`)."""
    cargo = EvidenceCargo(keys, vault, clock)
    return take(act, file, keys=keys, receivers=RECEIVERS, cargo=cargo, holder=holder, clock=clock)
