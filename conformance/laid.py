"""A bundle of a vector laid out as a folder, and what is said of it; nothing here verifies, so any verifier uses it."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

MARKS = ("bagit.txt", "comity.json")


def lay_out(given: Mapping[str, Any], place: Path) -> Path:
    """Write the files that a question gives, with those it changes or takes away (null) in their place."""
    folder = place / "bundle"
    folder.mkdir()
    for name, text in {**given["files"], **given["changed"]}.items():
        path = folder / name
        if text is None or not path.resolve().is_relative_to(folder.resolve()):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return folder


def said(folder: Path, lines: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The output for a bundle that holds: what it is, and which keys were pinned or vouched for."""
    value = json.loads((folder / "comity.json").read_bytes())
    keys = {place.removeprefix("key of ") for state, place in lines if state == "proved" and place.startswith("key of")}
    return {
        "release": value["release"]["reference"],
        "authority": value["release"]["authority"],
        "items": len(value["items"]),
        "left_out": len(value["left_out"]),
        "vouched": sorted(name for name in keys if "," not in name),
    }


def places(broken: Iterable[str]) -> list[str]:
    """Each file, item or key in which something is broken, without the place within it."""
    return sorted({place.partition(",")[0] for place in broken})
