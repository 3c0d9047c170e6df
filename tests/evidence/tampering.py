"""Ways to change a bundle: from outside, and as the authority that released it, which can sign its manifest anew."""

import copy
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from comity.evidence import bag
from comity.evidence.bundle import card_of
from comity.evidence.manifest import SIGNATURE_KIND
from comity.seals.canonical import encode
from comity.seals.keys import SigningKey

Place = tuple[str | int, ...]


def copied(folder: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder, to)
    return to


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def rebuild_bag(folder: Path) -> None:
    """What anyone can do: make the bag's own files fit what lies in it."""
    value = json.loads((folder / "comity.json").read_bytes())
    listed = {path: entry["sha256"] for path, entry in value["files"].items()}
    info, manifest = card_of(value), bag.manifest(listed)
    (folder / bag.BAGIT_FILE).write_bytes(bag.BAGIT)
    (folder / bag.INFO_FILE).write_bytes(info)
    (folder / bag.MANIFEST_FILE).write_bytes(manifest)
    (folder / bag.TAG_MANIFEST_FILE).write_bytes(
        bag.tag_manifest(
            info=info,
            payload_manifest=manifest,
            comity=(folder / "comity.json").read_bytes(),
            signature=(folder / "signature.json").read_bytes(),
        )
    )


def relist(folder: Path) -> None:
    """Make comity.json list the files as they lie there."""
    value = json.loads((folder / "comity.json").read_bytes())
    for path, entry in value["files"].items():
        data = (folder / path).read_bytes()
        entry |= {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    (folder / "comity.json").write_bytes(encode(value))


def sign_anew(folder: Path, signer: SigningKey, authority: str = "CH-FOJ") -> None:
    comity = (folder / "comity.json").read_bytes()
    signature = {"authority": authority, "signature": signer.sign(SIGNATURE_KIND, comity).to_json()}
    (folder / "signature.json").write_bytes(encode(signature))


def edit(path: Path, change: Callable[[Any], Any]) -> None:
    value = json.loads(path.read_bytes())
    changed = change(value)
    path.write_bytes(encode(value if changed is None else changed))


def leaves(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place in a JSON value: members, rows, and the values at the end."""
    if place:
        yield place
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*place, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(part, (*place, number))


def at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def altered(part: Any) -> Any:
    """Another value of the same kind: what a careful forger would write."""
    if isinstance(part, bool):
        return not part
    if isinstance(part, int):
        return part + 1
    if isinstance(part, str):
        letter = "1" if part[-1:] != "1" else "2"
        return part[:-1] + letter
    if part is None:
        return "0" * 64
    if isinstance(part, list):
        return part[:-1] if part else ["x"]
    return dict(list(part.items())[:-1]) if part else {"x": "y"}


def with_altered(value: Any, place: Place) -> Any:
    changed = copy.deepcopy(value)
    holder = at(changed, place[:-1])
    holder[place[-1]] = altered(holder[place[-1]])
    return changed
