"""A bundle's files in memory, altered, and made consistent again as whoever holds a signing key could."""

import hashlib
from collections.abc import Callable
from typing import Any

from comity.evidence import bag
from comity.evidence.bundle import card_of
from comity.seals.canonical import decode, encode
from comity.seals.keys import SigningKey
from conformance.making.cast import KEYS

Files = dict[str, bytes]
COMITY, SIGNATURE = "comity.json", "signature.json"


def flipped_file(files: Files, name: str) -> Files:
    """One bit in the middle of one file turned over."""
    data = bytearray(files[name])
    data[len(data) // 2] ^= 1
    return {**files, name: bytes(data)}


def changed_json(files: Files, name: str, change: Callable[[Any], object]) -> Files:
    """One file with its value changed in place and spelled canonically again."""
    value = decode(files[name], max_bytes=1 << 25)
    change(value)
    return {**files, name: encode(value)}


def resealed(files: Files, *, signer: SigningKey = KEYS["CH-FOJ"], kind: str = "bundle") -> Files:
    """Every digest in comity.json that was right before made right again, then all signed and bagged anew."""
    value = decode(files[COMITY], max_bytes=1 << 25)
    whole = decode(encode(value), max_bytes=1 << 25)
    for name, entry in whole["files"].items():
        stated = entry == value["files"][name] and isinstance(entry.get("size"), int)
        if name in files and stated and entry["sha256"] != "ab" * 32:
            entry.update(sha256=_digest(files[name]), size=len(files[name]))
    comity = encode(whole)
    authority = "CH-FOJ" if kind == "bundle" else whole["release"]["authority"]
    signature = encode({"authority": authority, "signature": signer.sign(kind, comity).to_json()})
    info = card_of(whole) if all(isinstance(one["size"], int) for one in whole["files"].values()) else b""
    listed = bag.manifest({name: entry["sha256"] for name, entry in whole["files"].items()})
    tags = bag.tag_manifest(info=info, payload_manifest=listed, comity=comity, signature=signature)
    made = {bag.INFO_FILE: info, bag.MANIFEST_FILE: listed, bag.TAG_MANIFEST_FILE: tags}
    return {**files, **made, COMITY: comity, SIGNATURE: signature}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
