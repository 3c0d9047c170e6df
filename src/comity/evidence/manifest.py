"""`comity.json`: what a bundle holds, what it leaves out and why; signed by the authority that released it.

Format `comity-bundle/1`: canonical JSON with exactly the members of `SHAPE`. A later format has another name; a member
never changes its meaning. See docs/reference/bundle.md.
"""

from collections.abc import Mapping
from typing import Any

from comity.evidence.bag import PAYLOAD_PATH
from comity.seals.canonical import decode, digest_of, to_b64
from comity.values.errors import InvalidInputError

FORMAT = "comity-bundle/1"
SIGNATURE_KIND = "bundle"
README_FILE, CONDITIONS_FILE = "data/README.txt", "data/conditions.json"
CASE_FILE = "data/case.jsonld"
FIXED_FILES = frozenset({README_FILE, CONDITIONS_FILE, CASE_FILE})
"""Nothing points to these: the first two are in every bundle, the third where it was asked for. All other files are
pointed to by the manifest, each by one entry."""
MAX_BYTES = 32 << 20


class Maybe:
    """In a shape: this or null."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


class Each:
    """In a shape: an object with any keys, all values of one shape."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


SHAPE: Mapping[str, Any] = {
    "format": str,
    "release": {
        "reference": str,
        "dossier": str,
        "audience": str,
        "authority": str,
        "at": str,
        "ground": str,
    },
    "items": [{"number": int, "item": str, "record": str, "custody": str, "content": Maybe(str)}],
    "messages": [{"digest": str, "type": str, "path": str}],
    "letters": [{"kind": str, "digest": str, "path": str}],
    "keys": [{"authority": str, "fingerprint": str, "path": str}],
    "ledgers": [{"authority": str, "checkpoint": str, "entries": str}],
    "left_out": [
        {"kind": str, "reason": str, "salted": str, "salt": Maybe(str), "digest": Maybe(str)},
    ],
    "files": Each({"sha256": str, "size": int}),
}

SIGNATURE_SHAPE: Mapping[str, Any] = {"authority": str, "signature": dict}
KEY_SHAPE: Mapping[str, Any] = {"authority": str, "key": dict}
SUCCEEDING_KEY_SHAPE: Mapping[str, Any] = {**KEY_SHAPE, "succession": dict}
"""A key that took the place of another, with the statement of it."""
MESSAGE_SHAPE: Mapping[str, Any] = {"content": str, "signature": dict}
CONDITIONS_SHAPE: Any = [{"item": str, "handling": str, "conditions": [dict]}]
LEDGER_SHAPE: Any = [{"seq": int, "salt": str, "entry": str, "proof": [str]}]
RECORD_SHAPE: Mapping[str, Any] = {
    "reference": str,
    "kind": str,
    "title": str,
    "name": str,
    "media_type": str,
    "size": Maybe(int),
    "digest": Maybe(str),
    "records": dict,
    "formalities": dict,
    "handling": str,
}


def misfit(value: Any, shape: Any, place: str = "") -> str | None:
    """The first place where a value is not of a shape; None when it fits."""
    if isinstance(shape, Maybe):
        return None if value is None else misfit(value, shape.shape, place)
    if isinstance(shape, type):
        return None if type(value) is shape else place or "the whole"
    if isinstance(shape, Each):
        parts = list(value.items()) if isinstance(value, dict) else None
        pairs = [(f"{place}.{key}", part, shape.shape) for key, part in parts] if parts is not None else None
    elif isinstance(shape, list):
        pairs = [(f"{place}[{n}]", part, shape[0]) for n, part in enumerate(value)] if isinstance(value, list) else None
    else:
        same = isinstance(value, dict) and set(value) == set(shape)
        pairs = [(f"{place}.{key}", value[key], part) for key, part in shape.items()] if same else None
    if pairs is None:
        return place.removeprefix(".") or "the whole"
    return next(
        (found for where, part, inner in pairs if (found := misfit(part, inner, where.removeprefix(".")))), None
    )


def read_shaped(data: bytes, shape: Any, what: str) -> Any:
    """Canonical JSON of a shape; InvalidInputError `bundle:form` names the first place that does not fit."""
    value = decode(data, max_bytes=MAX_BYTES)
    place = misfit(value, shape)
    if place is not None:
        raise InvalidInputError(
            f"{what}: '{place}' is missing, too much or of another type.", code="bundle:form", place=place
        )
    return value


def read_manifest(data: bytes) -> dict[str, Any]:
    """The manifest of a bundle, with every path one that was made by an export; InvalidInputError otherwise."""
    value: dict[str, Any] = read_shaped(data, SHAPE, "comity.json")
    if value["format"] != FORMAT:
        raise InvalidInputError(
            f"The bundle is of the format '{value['format'][:40]}', not {FORMAT}.", code="bundle:format"
        )
    paths = [*value["files"]]
    for path in paths:
        if not PAYLOAD_PATH.fullmatch(path):
            raise InvalidInputError(f"'{path[:80]}' is not a path of a bundle.", code="bundle:path", place="files")
    pointed = _pointed(value)
    unused = sorted(set(paths) - {path for _, path in pointed} - FIXED_FILES)
    if len({path for _, path in pointed} | FIXED_FILES) != len(pointed) + len(FIXED_FILES):
        raise InvalidInputError("Two entries point to one file.", code="bundle:path", place="files")
    if unused:
        raise InvalidInputError(f"'{unused[0]}' is listed and is nothing's file.", code="bundle:path", place="files")
    for place, path in pointed:
        if path not in value["files"]:
            raise InvalidInputError(
                f"{place} points to '{path[:80]}', which is not listed.", code="bundle:path", place=place
            )
    return value


def _pointed(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every path that the manifest points to, with the place of the pointer."""
    found = []
    for group in ("items", "messages", "letters", "keys", "ledgers"):
        for number, entry in enumerate(value[group]):
            for name in ("record", "custody", "content", "path", "checkpoint", "entries"):
                if entry.get(name) is not None:
                    found.append((f"{group}[{number}].{name}", entry[name]))
    return found


def salted_digest(salt: bytes, digest: str) -> str:
    """What stands for a thing left out: nobody without the salt can test a guess against it."""
    return digest_of({"salt": to_b64(salt), "digest": digest})
