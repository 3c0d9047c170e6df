"""A continuity pack's file: a header that anyone may read, and a sheet sealed to one recipient's key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from comity.seals import canonical
from comity.seals.keys import SEALING_SUITE, OpeningKey, SealingKey
from comity.seals.sealing import open_sealed, seal
from comity.values.errors import BrokenError, ComityError, InvalidInputError
from comity.values.instant import instant_text

MAGIC = b"comity-continuity-1\n"
KEPT = 7
"""How many packs of an authority are kept, the newest."""


def pack_name(authority: str, at: datetime) -> str:
    """One a day: names sort by their day."""
    return f"{authority}-{at.date().isoformat()}.pack"


def superseded(names: list[str], authority: str, *, kept: int = KEPT) -> list[str]:
    """The packs of that authority that are older than those kept."""
    own = sorted(name for name in names if name[:-16] == authority and name.endswith(".pack"))
    return own[:-kept]


def seal_pack(sheet: bytes, authority: str, at: datetime, key: SealingKey) -> bytes:
    header = {
        "kind": "continuity",
        "suite": SEALING_SUITE,
        "authority": authority,
        "at": instant_text(at),
        "key": key.key_id,
    }
    return MAGIC + canonical.encode(header) + b"\n" + seal(key, header, sheet)


def open_pack(data: bytes, key: OpeningKey) -> tuple[Mapping[str, Any], bytes]:
    """Header and sheet; needs nothing but the key. InvalidInputError for another file, BrokenError for another key."""
    head, _, sealed = data.removeprefix(MAGIC).partition(b"\n")
    try:
        header = canonical.decode(head, max_bytes=4096)
        named = str(header["key"])
    except (ComityError, KeyError, TypeError) as error:
        raise InvalidInputError("This is no continuity pack; nothing was opened.", code="continuity:file") from error
    if not data.startswith(MAGIC):
        raise InvalidInputError("This is no continuity pack; nothing was opened.", code="continuity:file")
    if named != key.key_id:
        raise BrokenError(
            f"The pack is sealed to the key {named}, and this is {key.key_id}. Nothing was opened.",
            code="continuity:key",
        )
    return header, open_sealed(key, header, sealed)
