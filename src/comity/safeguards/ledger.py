"""The ledger's rules: what an entry is, and the leaf it makes (RFC 6962, 2.1)."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from comity.seals import canonical, merkle
from comity.values.instant import instant_text


def entry_bytes(
    *,
    authority: str,
    seq: int,
    at: datetime,
    actor: str,
    event: str,
    subject: str,
    purpose: str,
    facts: Mapping[str, Any],
) -> bytes:
    """The canonical entry. `facts` carries digests, codes and counts, never content or secrets."""
    return canonical.encode(
        {
            "authority": authority,
            "seq": seq,
            "at": instant_text(at),
            "actor": actor,
            "event": event,
            "subject": subject,
            "purpose": purpose,
            "facts": dict(facts),
        }
    )


def leaf_data(salt: bytes, entry: bytes) -> bytes:
    """What the tree holds of an entry: SHA-256 over salt and entry, so that an erased entry stays provable."""
    return sha256(salt + entry).digest()


def leaf_of(salt: bytes, entry: bytes) -> bytes:
    """The tree's leaf hash of that data."""
    return merkle.leaf_hash(leaf_data(salt, entry))


def origin(authority: str) -> str:
    """The C2SP checkpoint origin of an authority's log."""
    return f"comity/ledger/{authority}"


def authority_of(origin_: str) -> str:
    """The authority whose log has that origin; empty when it is no ledger's."""
    head, _, authority = origin_.rpartition("/")
    return authority if origin(authority) == origin_ and head else ""


def frontier_of(size: int, stored: bytes) -> merkle.Frontier:
    """The compact range as the head stores it: its hashes one after the other."""
    return merkle.Frontier(size, hashes_of(stored))


def hashes_of(stored: bytes) -> list[bytes]:
    """Hashes that are stored one after the other."""
    step = merkle.HASH_BYTES
    return [stored[place : place + step] for place in range(0, len(stored), step)]


def frontier_bytes(frontier: merkle.Frontier) -> bytes:
    return b"".join(frontier.nodes)
