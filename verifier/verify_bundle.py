#!/usr/bin/env python3
"""Verify a bundle of evidence (format comity-bundle/1) offline, with this one file.

    python3 verify_bundle.py FOLDER [--trust FINGERPRINT]... [--json]

Needs Python 3.11 and the package `cryptography` (50 or newer); nothing else, no network, no account. It was written
from the published description of the format (docs/reference/bundle.md) and shares no code with the software that
makes bundles, so that a mistake in the one is not repeated by the other. It reads files and writes none.

Ends with 0 when all holds, 1 when something is broken (and says what), 2 when there is no bundle in FOLDER.
"""

# ruff: noqa: T201 - it prints what it finds
import argparse
import base64
import binascii
import contextlib
import hashlib
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

Entry = dict[str, Any]
Chain = list[Entry]
FORMAT, SUITE = "comity-bundle/1", "Ed25519+ML-DSA-65"
LARGEST_JSON, LARGEST_MESSAGE, LARGEST_EVENT, LARGEST_NOTE = 32 << 20, 2 << 20, 256 << 10, 256 << 10
DEEPEST, LARGEST_INTEGER = 32, 2**53 - 1
AUTHORITY, DIGEST = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,12}"), re.compile(r"[0-9a-f]{64}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
FOLDERS = "items|records|custody|letters|messages|keys|ledger"
PATH = re.compile(rf"data/(README\.txt|conditions\.json|case\.jsonld|({FOLDERS})/[A-Za-z0-9][A-Za-z0-9._-]{{0,120}})")
HELD = {"received", "verified", "moved", "countersigned", "released", "narrowed", "kept"}
AFTER: dict[str, set[str | None]] = {  # which custody event may follow which; None is the beginning
    "seized": {None}, "taken-in": {None, "seized"}, "sealed": {"taken-in"},
    "moved": {"taken-in", "sealed", "checked", *HELD} - {"released"}, "verified": {"sealed", "checked", *HELD},
    "checked": {"taken-in", "sealed", "moved", "checked", "verified"}, "transferred": {"checked", "moved", "verified"},
    "received": {"transferred", "recalled"}, "countersigned": {"received", "verified", "moved", "narrowed", "kept"},
    "released": {*HELD} - {"received"}, "narrowed": {*HELD}, "recalled": {*HELD, "transferred"},
    "deleted": {"recalled"}, "handed-back": {"recalled", "received"}, "kept": {*HELD, "recalled"},
}  # fmt: skip
AFTER_RECALL, BINDING = {"moved", "received", "deleted", "handed-back", "kept"}, ("transferred", "narrowed", "checked")
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
REFERENCE = re.compile(rf"{AUTHORITY.pattern}:([a-z]{{1,12}}):{UUID}")
README_SHA256 = "febdfad9978767148e05f7345868f4a02753e6d1d8442cd11e81299acab569cf"
STAMP_MARK = hashlib.sha256(b"rfc3161\n\xffRFC 3161").digest()[:4]
IMPRINT = rb"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01(?:\x05\x00)?\x04\x20"  # SHA-256, 32 bytes (DER)
GEN_TIME = rb"\x02[\x01-\x28].{1,40}?\x18[\x0f-\x17](\d{14})"  # a serial number, then the time
MARKS, CASE = ("bagit.txt", "comity.json"), "data/case.jsonld"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


class Broken(Exception):  # noqa: N818 - it is the finding itself
    """Something does not hold: a sentence, and perhaps where within the file it stands."""


class Findings:
    """One line for each thing: proved, broken, absent (not provable from the bundle) or a note."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, str]] = []

    def say(self, state: str, place: str, sentence: str) -> None:
        self.lines.append((state, place, sentence))

    def check(self, holds: bool, place: str, sentence: str) -> bool:
        """A line either way: the sentence, or that it is not so."""
        self.say("proved" if holds else "broken", place, sentence if holds else f"This is NOT so: {sentence}")
        return holds

    @contextlib.contextmanager
    def at(self, place: str) -> Iterator[None]:
        """What breaks inside is one broken line at that place; the rest of the verification goes on."""
        try:
            yield
        except Broken as broken:
            sentence, inner = (*broken.args, "")[:2]
            self.say("broken", f"{place}, {inner}" if inner and inner not in place else place, sentence)


def spell(value: Any) -> bytes:
    """The one spelling of a value: keys in the order of their UTF-16 units, no blanks."""
    try:
        return _spelled(value).encode()
    except UnicodeEncodeError:
        raise Broken("A text holds half of a surrogate pair.") from None


def _spelled(value: Any, depth: int = 1) -> str:
    if depth > DEEPEST and isinstance(value, (dict, list)):
        raise Broken(f"The JSON is nested deeper than {DEEPEST}.")
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_spelled(name)}:{_spelled(value[name], depth + 1)}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_spelled(part, depth + 1) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def read_json(data: bytes, largest: int = LARGEST_JSON) -> Any:
    """The value of canonical bytes; whatever two readers could read differently is broken."""
    if len(data) > largest:
        raise Broken(f"It has {len(data)} bytes; at most {largest} are read.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Broken("The bytes are not UTF-8.", f"byte {error.start}") from None
    if text.startswith("\ufeff"):
        raise Broken("The bytes begin with a byte order mark.")
    value = _parsed(text)
    if spell(value) != data:
        _parsed(text, object_pairs_hook=_no_twins)
        raise Broken("The bytes are not canonical JSON (RFC 8785): spelled again they differ.")
    return value


def _parsed(text: str, **hooks: Any) -> Any:
    try:
        return json.loads(text, parse_float=_no_float, parse_constant=_no_float, parse_int=_whole, **hooks)
    except RecursionError:
        raise Broken(f"The JSON is nested deeper than {DEEPEST}.") from None
    except json.JSONDecodeError as error:
        raise Broken(f"This is not JSON: {error.msg}.", f"character {error.pos}") from None


def _whole(digits: str) -> int:
    if len(digits) <= 17 and abs(int(digits)) <= LARGEST_INTEGER:
        return int(digits)
    raise Broken("An integer lies beyond 2^53-1.", digits[:20])


def _no_float(text: str) -> NoReturn:
    raise Broken("A number is not an integer.", text[:20])


def _no_twins(pairs: list[tuple[str, Any]]) -> Entry:
    found: Entry = {}
    for name, value in pairs:
        if name in found:
            raise Broken("An object names a key twice.", name[:80])
        found[name] = value
    return found


def from_b64(text: Any, altchars: bytes = b"-_", pad: str = "") -> bytes:
    """Bytes of unpadded base64url (in a signed note, of padded base64), in its one spelling."""
    try:
        data = base64.b64decode(text if pad else text + "=" * (-len(text) % 4), altchars=altchars, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Broken("This is not base64 in its own form.") from None
    whole = base64.b64encode(data, altchars).decode()
    if (whole if pad else whole.rstrip("=")) != text:
        raise Broken("These bytes have another base64 spelling.")
    return data


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- shapes: exactly these members, of these types ---

MAYBE_TEXT, MAYBE_WHOLE = (str, type(None)), (int, type(None))
MANIFEST: Entry = {
    "format": str,
    "release": dict.fromkeys(("reference", "dossier", "audience", "authority", "at", "ground"), str),
    "items": [{"number": int, "item": str, "record": str, "custody": str, "content": MAYBE_TEXT}],
    "messages": [{"digest": str, "type": str, "path": str}],
    "letters": [{"kind": str, "digest": str, "path": str}],
    "keys": [{"authority": str, "fingerprint": str, "path": str}],
    "ledgers": [{"authority": str, "checkpoint": str, "entries": str}],
    "left_out": [{"kind": str, "reason": str, "salted": str, "salt": MAYBE_TEXT, "digest": MAYBE_TEXT}],
    "files": {"*": {"sha256": str, "size": int}},
}
RECORD: Entry = {
    **dict.fromkeys(("reference", "kind", "title", "name", "media_type", "handling"), str),
    **dict.fromkeys(("records", "formalities"), dict),
    "size": MAYBE_WHOLE,
    "digest": MAYBE_TEXT,
}


def misfit(value: Any, shape: Any, place: str = "") -> str:
    """The first place where a value is not of a shape; empty when it fits."""
    if isinstance(shape, (type, tuple)):
        types = shape if isinstance(shape, tuple) else (shape,)
        return "" if type(value) in types else place or "the whole"
    if isinstance(shape, list):
        fits = isinstance(value, list)
        parts = [(f"{place}[{n}]", part, shape[0]) for n, part in enumerate(value)] if fits else []
    elif "*" in shape:
        fits = isinstance(value, dict)
        parts = [(f"{place}.{name}", part, shape["*"]) for name, part in value.items()] if fits else []
    else:
        fits = isinstance(value, dict) and set(value) == set(shape)
        parts = [(f"{place}.{name}", value[name], inner) for name, inner in shape.items()] if fits else []
    if not fits:
        return place.removeprefix(".") or "the whole"
    faults = (misfit(part, inner, where.removeprefix(".")) for where, part, inner in parts)
    return next(filter(None, faults), "")


def shaped(data: bytes, shape: Any) -> Any:
    value = read_json(data)
    place = misfit(value, shape)
    if place:
        raise Broken(f"'{place}' is missing, too much or of another type.", place)
    return value


class Key:
    """A public key: Ed25519 (RFC 8032) and ML-DSA-65 (FIPS 204). Its fingerprint is SHA-256 of its canonical JSON."""

    def __init__(self, value: Any) -> None:
        try:
            if value["suite"] != SUITE:
                raise Broken("The key is of another suite.")
            ed25519, mldsa = from_b64(value["ed25519"]), from_b64(value["mldsa"])
            self.ed25519 = Ed25519PublicKey.from_public_bytes(ed25519)
            self.mldsa = MLDSA65PublicKey.from_public_bytes(mldsa)
        except (KeyError, TypeError, ValueError):
            raise Broken("This is not a verifying key.") from None
        self.raw = (ed25519, mldsa)
        self.fingerprint = sha256(spell({name: value[name] for name in ("suite", "ed25519", "mldsa")}))
        self.key_id = "sig-" + self.fingerprint[:16]

    def hold(self, half: str, signature: bytes, content: bytes, context: bytes = b"") -> None:
        try:
            if half == "Ed25519":
                self.ed25519.verify(signature, content)
            else:
                self.mldsa.verify(signature, content, context)
        except InvalidSignature:
            raise Broken(f"The {half} half of the signature by {self.key_id} does not hold.") from None


def read_signature(value: Any) -> tuple[str, str, bytes, bytes]:
    names = ("suite", "key_id", "ed25519", "mldsa")
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in names):
        raise Broken("The signature lacks suite, key or one of its two halves.")
    return value["suite"], value["key_id"], from_b64(value["ed25519"]), from_b64(value["mldsa"])


def verify(key: Key, kind: str, content: bytes, signature: Any) -> None:
    """Both halves of a signature hold for this key, this kind of thing and these bytes."""
    suite, key_id, ed25519, mldsa = read_signature(signature)
    context = f"comity/1/{kind}".encode()
    if suite != SUITE:
        raise Broken(f"The signature is of the suite '{suite[:40]}'.")
    if key_id != key.key_id:
        raise Broken(f"The signature names the key {key_id[:40]}, not {key.key_id}.")
    key.hold("Ed25519", ed25519, context + b"\x00" + content)
    key.hold("ML-DSA-65", mldsa, content, context)


class Bundle:
    """A bundle's folder, read once: its manifest, the text of its files, their digests, the keys it carries."""

    def __init__(self, root: Path, found: Findings) -> None:
        self.found = found
        self.paths = dict(self._walk(root))
        self.manifest: Entry = {}
        self.comity = self.signature = b""
        self.texts: dict[str, bytes] = {}
        self.digests: dict[str, tuple[str, int]] = {}
        self.keys: dict[str, Key] = {}  # by authority, its first here; its further ones as authority/key id
        self.successions: Chain = []
        self.signed_by = ""
        self.records: Entry = {}
        self.chains: dict[str, Chain] = {}
        self.proved: Chain = []

    def _walk(self, root: Path) -> Iterator[tuple[str, Path]]:
        for folder, folders, names in os.walk(root):
            inside = Path(folder).relative_to(root)
            if not names and not folders:
                self.found.say("broken", f"{inside.as_posix()}/", "An empty folder that no export makes.")
            for name in [*names, *folders]:
                path, place = Path(folder) / name, (inside / name).as_posix()
                mode = path.lstat().st_mode
                if stat.S_ISREG(mode):
                    yield place, path
                elif not stat.S_ISDIR(mode):
                    self.found.say("broken", place, "It is neither a file nor a folder; it was not opened.")

    def read(self, place: str) -> bytes:
        path = self.paths.get(place)
        if path is None:
            raise Broken("The file is missing.", place)
        try:
            if path.stat().st_size > LARGEST_JSON:
                raise Broken("The file is larger than any export makes it.", place)
            return path.read_bytes()
        except OSError as error:
            raise Broken(f"The file cannot be read: {error.strerror}.", place) from None

    def text(self, place: str) -> bytes:
        if place not in self.texts:
            raise Broken("The file is missing or cannot be read.", place)
        return self.texts[place]

    def key(self, authority: str, key_id: str = "") -> Key:
        found = self.keys.get(f"{authority}/{key_id}", self.keys.get(authority))
        if found is None:
            raise Broken(f"The bundle carries no key of {authority}.", authority)
        return found

    def signer(self, event: Entry) -> Key:
        return self.key(event["authority"], event["signature"]["key_id"])

    def carried(self, name: str) -> dict[str, str]:
        """The keys of one authority: fingerprint to name."""
        held = [(one, key.fingerprint) for one, key in self.keys.items()]
        return {mark: one for one, mark in held if one.partition("/")[0] == name.partition("/")[0]}

    def noted(self, name: str) -> dict[str, str]:
        """What a manifest of the bag says: a witness on which of two files that disagree was changed."""
        with contextlib.suppress(Broken):
            lines = self.read(name).decode("utf-8", "replace").splitlines()
            return {place: digest for digest, _, place in (line.partition("  ") for line in lines)}
        return {}

    def open(self) -> bool:
        """Read and hash everything the manifest lists; False when the manifest itself cannot be read."""
        with self.found.at("comity.json"):
            self.comity = self.read("comity.json")
            self.manifest = read_manifest(self.comity)
        if not self.manifest:
            return False
        for place in sorted(set(self.manifest["files"]) & set(self.paths)):
            with self.found.at(place):
                try:
                    with self.paths[place].open("rb") as file:
                        self.digests[place] = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
                except OSError as error:
                    raise Broken(f"The file cannot be read: {error.strerror}.", place) from None
            if not place.startswith(("data/items/", "data/letters/")):
                with self.found.at(place):
                    self.texts[place] = self.read(place)
        with self.found.at("signature.json"):
            self.signature = self.read("signature.json")
        return True


def read_manifest(data: bytes) -> Entry:
    """comity.json: every path is one an export can make, every file belongs to exactly one entry."""
    value: Entry = shaped(data, MANIFEST)
    if value["format"] != FORMAT:
        raise Broken(f"The bundle is of the format '{value['format'][:40]}', not {FORMAT}.")
    for path in value["files"]:
        if not PATH.fullmatch(path):
            raise Broken(f"'{path[:80]}' is not a path of a bundle.", "files")
    pointed = [
        (f"{group}[{n}].{name}", entry[name])
        for group in ("items", "messages", "letters", "keys", "ledgers")
        for n, entry in enumerate(value[group])
        for name in ("record", "custody", "content", "path", "checkpoint", "entries")
        if entry.get(name) is not None
    ]
    fixed, own = {"data/README.txt", "data/conditions.json", CASE}, {path for _, path in pointed}
    if len(own | fixed) != len(pointed) + len(fixed):
        raise Broken("Two entries point to one file.", "files")
    unused = sorted(set(value["files"]) - own - fixed)
    if unused:
        raise Broken(f"'{unused[0]}' is listed and is nothing's file.", "files")
    for place, path in pointed:
        if path not in value["files"]:
            raise Broken(f"{place} points to '{path[:80]}', which is not listed.", place)
    return value


def check_keys(bundle: Bundle) -> None:
    for n, entry in enumerate(bundle.manifest["keys"]):
        with bundle.found.at(entry["path"]):
            data, code = bundle.text(entry["path"]), entry["authority"]
            value = read_json(data)
            succeeds = isinstance(value, dict) and "succession" in value
            shaped(data, {"authority": str, "key": dict, **({"succession": dict} if succeeds else {})})
            key = Key(value["key"])
            named = (value["authority"], key.fingerprint) == (code, entry["fingerprint"])
            if any(key.fingerprint == held.fingerprint for held in bundle.keys.values()):
                bundle.found.say("broken", f"comity.json, keys[{n}]", f"The same key of {code} again.")
            elif bundle.found.check(named, entry["path"], f"The key of {code}: {entry['fingerprint']}."):
                bundle.keys[f"{code}/{key.key_id}" if code in bundle.keys else code] = key
                if succeeds:
                    bundle.successions.append(read_succession(value["succession"], code, key))


def read_succession(value: Entry, code: str, key: Key) -> Entry:
    """The statement by which a key took the place of another, signed by itself and perhaps by the one before."""
    content = from_b64(value.get("statement"))
    stated, texts = read_json(content, LARGEST_NOTE), dict.fromkeys(("code", "from", "at", "reason"), str)
    shape = {**texts, "version": int, "to": dict, "revoked_since": MAYBE_TEXT}
    if set(value) != {"statement", "by_new", "by_old"} or misfit(stated, shape) or stated["version"] != 1:
        raise Broken("This is not a succession of keys.")
    instant(stated["revoked_since"] or instant(stated["at"]))
    verify(Key(stated["to"]), "key-succession", content, value["by_new"])
    if (stated["code"], Key(stated["to"]).fingerprint) != (code, key.fingerprint):
        raise Broken("The succession is of another authority or key.", "succession")
    return {**stated, "new": key.fingerprint, "content": content, "by_old": value["by_old"]}


def check_release_signature(bundle: Bundle) -> None:
    authority = bundle.manifest["release"]["authority"]
    unchanged = bundle.noted("tagmanifest-sha256.txt").get("comity.json") == sha256(bundle.comity)
    with bundle.found.at("signature.json" if unchanged else "comity.json"):
        value = shaped(bundle.signature, {"authority": str, "signature": dict})
        if value["authority"] != authority:
            raise Broken(f"comity.json names {authority} as the one that released it.")
        try:
            signature = value["signature"]
            verify(bundle.key(authority, read_signature(signature)[1]), "bundle", bundle.comity, signature)
        except Broken as broken:
            raise Broken(f"comity.json is not what {authority} signed. {broken.args[0]}") from None
        bundle.signed_by = authority
        bundle.found.say("proved", "comity.json", f"Signed by {authority}, which released it.")


def check_files(bundle: Bundle) -> None:
    noted = bundle.noted("manifest-sha256.txt")
    for place, entry in sorted(bundle.manifest["files"].items()):
        if place not in bundle.paths:
            bundle.found.say("broken", place, "The file is missing.")
        if place not in bundle.digests:
            continue
        digest, size = bundle.digests[place]
        if (digest, size) == (entry["sha256"], entry["size"]):
            bundle.found.say("proved", place, f"{size} bytes, SHA-256 as comity.json says.")
        elif not bundle.signed_by and noted.get(place) == digest:
            bundle.found.say("broken", f"comity.json, files.{place}", "It does not fit the file.")
        else:
            bundle.found.say("broken", place, f"The file was changed: {size} bytes, SHA-256 {digest}.")


def check_bag(bundle: Bundle) -> None:
    """The bag's own files (RFC 8493) follow from comity.json, byte for byte; nothing else lies in the folder."""
    files, release = bundle.manifest["files"], bundle.manifest["release"]
    card = {
        "Bag-Software-Agent": "Comity (comity-bundle/1)",
        "Bagging-Date": release["at"][:10],
        "External-Identifier": release["reference"],
        "Payload-Oxum": f"{sum(entry['size'] for entry in files.values())}.{len(files)}",
        "Source-Organization": release["authority"],
    }
    tags = {
        "bagit.txt": sha256(BAGIT),
        "bag-info.txt": sha256("".join(f"{label}: {text}\n" for label, text in card.items()).encode()),
        "manifest-sha256.txt": sha256(listed({place: entry["sha256"] for place, entry in files.items()})),
        "comity.json": sha256(bundle.comity),
        "signature.json": sha256(bundle.signature),
    }
    rebuilt = {**tags, "tagmanifest-sha256.txt": sha256(listed(tags)), "data/README.txt": README_SHA256}
    for place in sorted(set(rebuilt) - {"comity.json", "signature.json"}):
        with bundle.found.at(place):
            same = sha256(bundle.read(place)) == rebuilt[place]
            bundle.found.check(same, place, "It is byte for byte what follows from comity.json.")
    for place in sorted(set(bundle.paths) - set(files) - set(rebuilt)):
        bundle.found.say("broken", place, "A file that the bundle does not list.")


def listed(digests: dict[str, str]) -> bytes:
    return "".join(f"{digest}  {place}\n" for place, digest in sorted(digests.items())).encode()


def read_event(value: Any) -> Entry:
    """A signed custody event: the members, their types, and the bytes that were signed."""
    event = value["event"]
    content = spell(event)
    if len(content) > LARGEST_EVENT:
        raise Broken("A custody event is too large.")
    texts = ("item", "type", "at", "authority", "hand", "place")
    shape = {**dict.fromkeys(texts, str), "version": int, "sequence": int, "facts": dict, "previous": MAYBE_TEXT}
    if misfit(event, shape) or event["version"] != 1 or event["type"] not in AFTER:
        raise Broken("This is not a custody event.")
    kind = REFERENCE.fullmatch(event["item"])
    if not kind or kind[1] != "item" or not AUTHORITY.fullmatch(event["authority"]):
        raise Broken("This custody event names something else.")
    instant(event["at"])
    read_signature(value["signature"])
    return {**event, "digest": sha256(content), "content": content, "signature": value["signature"], "carried": value}


def instant(text: str) -> str:
    """The text itself, if it is an instant that exists: it sorts as time does."""
    with contextlib.suppress(ValueError):
        if INSTANT.fullmatch(text) and datetime.fromisoformat(text):
            return text
    raise Broken(f"'{text[:40]}' is not an instant.")


def last_of(chain: Chain, kind: str) -> Entry | None:
    return next((event for event in reversed(chain) if event["type"] == kind), None)


def check_items(bundle: Bundle) -> None:
    found, conditions, seen = bundle.found, Entry(), set[str]()
    with found.at("data/conditions.json"):
        conditions = read_conditions(bundle)
    for n, entry in enumerate(bundle.manifest["items"]):
        if entry["number"] != n + 1 or entry["item"] in seen:
            found.say("broken", f"comity.json, items[{n}]", "Items are numbered from 1, each once.")
        seen.add(entry["item"])
        with found.at(entry["record"]):
            bundle.records[entry["item"]] = record = shaped(bundle.text(entry["record"]), RECORD)
            check_record(bundle, entry, record)
        with found.at(entry["custody"]):
            bundle.chains[entry["item"]] = chain = read_chain(bundle.text(entry["custody"]))
            check_chain(bundle, entry, chain)
            check_both_sides(bundle, entry, chain)
            check_conditions(bundle, entry, chain, conditions)
            if any(event["type"] == "recalled" for event in chain):
                found.say("note", f"{entry['custody']}, recalled", f"Item {n + 1} was RECALLED: it is not to be used.")
            check_released(bundle, entry, chain)
    for reference in sorted(set(conditions) - seen):
        found.say("broken", "data/conditions.json", f"Conditions of an item that is not here: {reference[:120]}.")


def read_conditions(bundle: Bundle) -> Entry:
    entries = shaped(bundle.text("data/conditions.json"), [{"item": str, "handling": str, "conditions": [dict]}])
    return {entry["item"]: entry for entry in entries}


def read_chain(data: bytes) -> Chain:
    chain = []
    for n, value in enumerate(shaped(data, [{"event": dict, "signature": dict}])):
        try:
            chain.append(read_event(value))
        except Broken as broken:
            raise Broken(broken.args[0], f"event {n}") from None
    return chain


def check_record(bundle: Bundle, entry: Entry, record: Entry) -> None:
    number, path = entry["number"], entry["content"]
    if record["reference"] != entry["item"]:
        raise Broken("It describes another item.", "reference")
    if path is None:
        here = record["digest"] is None
        place = entry["record"] if here else f"comity.json, items[{number - 1}].content"
        bundle.found.check(here, place, f"Item {number} is a thing, here by its description, or its content is here.")
    elif path in bundle.digests:
        same = bundle.digests[path][0] == record["digest"] and bundle.manifest["files"][path]["size"] == record["size"]
        bundle.found.check(same, path, f"Item {number} is byte for byte what was taken in.")


def check_chain(bundle: Bundle, entry: Entry, chain: Chain) -> None:
    """Each event by its signature, all by their order, the description by the intake's signature."""
    found, custody = bundle.found, entry["custody"]
    for n, event in enumerate(chain):
        with found.at(f"{custody}, event {n}"):
            if event["authority"] not in bundle.keys:
                raise Broken(f"The key of {event['authority']} is not known.", f"event {event['sequence']}, authority")
            verify(bundle.signer(event), "custody", event["content"], event["signature"])
            found.say("proved", f"{custody}, event {n}", f"{event['type']}, signed by {event['authority']}.")
            bundle.proved.append(event)
    with found.at(custody):
        check_order(chain, entry["item"])
        found.say("proved", custody, f"{len(chain)} custody events, each following from the one before.")
    if (record := bundle.records.get(entry["item"])) is None:
        return
    intake = next((event for event in chain if event["type"] == "taken-in"), None)
    described = intake is not None and intake["facts"].get("description") == sha256(spell(record))
    found.check(described, entry["record"], f"Item {entry['number']} is described as it was signed at intake.")
    taken = last_of(chain, "taken-in")
    for event in chain:
        speaks = event is not taken and event["type"] != "released" and "digest" in event["facts"]
        if speaks and event["facts"]["digest"] != record["digest"]:
            found.say("broken", f"{custody}, event {event['sequence']}, facts.digest", "It speaks of other content.")


def check_order(chain: Chain, item: str) -> None:
    last: Entry | None = None
    for n, event in enumerate(chain):
        follows = {
            "item": event["item"] == item,
            "sequence": event["sequence"] == n,
            "previous": event["previous"] == (last["digest"] if last else None),
            "type": (last["type"] if last else None) in AFTER[event["type"]],
            "at": last is None or event["at"] >= last["at"],
            "recall": last_of(chain[:n], "recalled") is None or event["type"] in AFTER_RECALL,
        }
        for member, holds in follows.items():
            if not holds:
                raise Broken(f"Event {n} does not follow from the one before: {member}.", f"event {n}, {member}")
        last = event
    if last is None:
        raise Broken("The item has no custody event.", "event 0")


def check_both_sides(bundle: Bundle, entry: Entry, chain: Chain) -> None:
    """The one State signed the transfer, the other a countersignature that covers it."""
    found, place = bundle.found, entry["custody"]
    sent, counter = last_of(chain, "transferred"), last_of(chain, "countersigned")
    if sent is None or counter is None:
        found.say("absent", place, f"Only one State vouches for item {entry['number']}.")
        return
    if sent["facts"].get("dossier") != bundle.manifest["release"]["dossier"]:
        found.say("broken", f"{place}, event {sent['sequence']}, facts.dossier", "It was returned in another dossier.")
    where = f"{place}, event {counter['sequence']}"
    if sent["authority"][:2] == counter["authority"][:2]:
        found.say("broken", f"{where}, authority", "One State countersigned itself.")
    if sent["facts"].get("recipient") != counter["authority"]:
        found.say("broken", f"{where}, authority", f"It was transferred to {sent['facts'].get('recipient')}.")
    signed = any(event is sent for event in bundle.proved) and any(event is counter for event in bundle.proved)
    covers = signed and counter["facts"].get("covers") == sent["digest"]
    found.check(covers, where, f"{counter['authority']} countersigned what {sent['authority']} sent: both signed.")


def check_conditions(bundle: Bundle, entry: Entry, chain: Chain, conditions: Entry) -> None:
    """The conditions shown are those both States signed; what was narrowed since binds more, never less."""
    found, number = bundle.found, entry["number"]
    shown = conditions.get(entry["item"])
    if shown is None:
        found.say("broken", "data/conditions.json", f"It says nothing of item {number}.")
        return
    bound, said = Entry(), list[tuple[Entry, Entry]]()
    for event in chain:
        facts, before = event["facts"], bound.get("facts", {})
        if event["type"] == "narrowed" and not binds(facts) >= binds(before):
            found.say("broken", f"{entry['custody']}, event {event['sequence']}, facts", "It binds less than before.")
        said += [(event, before)] if event["type"] == "countersigned" and bound else []
        bound = event if event["type"] in BINDING[: 2 + ("conditions" in facts)] else bound
    for event, facts in [*said, (bound, shown)] if bound else ():
        for member in ("conditions", "handling"):
            if event["facts"].get(member) != facts.get(member):
                found.say("broken", f"data/conditions.json, item {number}, {member}", "Others were signed.")
                return
    if bound:
        found.say("proved", f"data/conditions.json, item {number}", f"{len(shown['conditions'])} conditions, signed.")


def binds(facts: Entry) -> set[str]:
    """What binds by these facts: the conditions, and the handling code with all below it."""
    conditions, code = facts.get("conditions"), str(facts.get("handling", ""))
    codes = {step for step in ("H0", "H1", "H2", "H3") if step <= code}
    return codes | {_spelled(one) for one in (conditions if isinstance(conditions, list) else [])}


def check_released(bundle: Bundle, entry: Entry, chain: Chain) -> None:
    release = bundle.manifest["release"]
    events = [e for e in chain if e["type"] == "released" and e["facts"].get("release") == release["reference"]]
    so = len(events) == 1 and events[0]["facts"].get("audience") == release["audience"]
    bundle.found.check(so, f"{entry['custody']}, released", f"It was released under {release['reference']}.")


MESSAGE: Entry = {
    **dict.fromkeys(("type", "id", "sender", "recipient", "dossier", "purpose", "handling", "basis", "at"), str),
    "version": int,
    "follows": [str],
    "conditions": [{"kind": str, "text": str, "provision": str, "until": MAYBE_TEXT}],
    "body": dict,
    "attachments": [{"digest": str, "size": int, "name": str, "media_type": str, "item": str}],
}
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
LONGEST = {"purpose": 2000, "basis": 200, "follows": 64, "conditions": 64, "attachments": 256}
MESSAGE_TYPE = re.compile(r"[a-z]{1,20}(\.[a-z]{1,20}(-[a-z]{1,20}){0,3}){1,2}")


def read_message(content: bytes) -> Entry:
    """A message's signed content, strictly, within the bounds of the protocol (docs/protocol.md, 4)."""
    value = read_json(content, LARGEST_MESSAGE)
    place = misfit(value, MESSAGE)
    if place or value["version"] != 1 or NUL.search(content):
        raise Broken("This is not a message.", place)
    attached = [one["digest"] for one in value["attachments"]]
    ends = [f"{one['until']}T00:00:00.000Z" for one in value["conditions"] if one["until"] is not None]
    holds = {
        "type": MESSAGE_TYPE.fullmatch(value["type"]),
        "id": re.fullmatch(UUID, value["id"]),
        "sender": AUTHORITY.fullmatch(value["sender"]),
        "recipient": AUTHORITY.fullmatch(value["recipient"]),
        "dossier": REFERENCE.fullmatch(value["dossier"]),
        "at": instant(value["at"]),
        "handling": value["handling"] in ("H0", "H1", "H2", "H3"),
        "conditions": all(map(instant, ends)),
        "follows": all(map(DIGEST.fullmatch, value["follows"])) and len(set(value["follows"])) == len(value["follows"]),
        "attachments": all(map(DIGEST.fullmatch, attached)) and len(set(attached)) == len(attached),
        "sizes": all(one["size"] >= 0 for one in value["attachments"]),
        "bounds": all(len(value[name]) <= most for name, most in LONGEST.items()),
    }
    for name, held in holds.items():
        if not held:
            raise Broken("A member of the message is not in its own form.", name)
    return {**value, "digest": sha256(content)}


def check_messages(bundle: Bundle) -> None:
    found, manifest = bundle.found, bundle.manifest
    accounted = {entry["digest"] for entry in manifest["messages"]}
    accounted |= {entry["digest"] for entry in manifest["left_out"] if entry["digest"] is not None}
    for entry in manifest["messages"]:
        with found.at(entry["path"]):
            value = shaped(bundle.text(entry["path"]), {"content": str, "signature": dict})
            content = from_b64(value["content"])
            read_signature(value["signature"])
            message = read_message(content)
            if (message["digest"], message["type"]) != (entry["digest"], entry["type"]):
                raise Broken("It is another message than comity.json names.")
            if message["dossier"] != manifest["release"]["dossier"]:
                raise Broken("The message is of another dossier.", "dossier")
            key = bundle.key(message["sender"], value["signature"]["key_id"])
            verify(key, message["type"], content, value["signature"])
            found.say("proved", entry["path"], f"{message['type']}, signed by {message['sender']}.")
            for digest in message["follows"]:
                found.check(digest in accounted, f"{entry['path']}, follows", f"{digest} is here or left out.")
            check_message_items(bundle, entry["path"], message)


def check_message_items(bundle: Bundle, path: str, message: Entry) -> None:
    """A message about custody says what the bundle shows of description, conditions and events."""
    if message["type"] == "evidence.returned":
        for n, export in enumerate(entries_of(message, "custody")):
            item = export["item"].get("reference") if isinstance(export.get("item"), dict) else None
            chain = bundle.chains.get(str(item), [])
            sent = last_of(chain, "transferred")
            expected = {
                "item": bundle.records.get(str(item)),
                **{name: sent["facts"].get(name) if sent else None for name in ("conditions", "handling")},
                "events": [event["carried"] for event in chain[: sent["sequence"] + 1 if sent else 0]],
            }
            compare(bundle, export, expected, f"{path}, body.custody[{n}]")
    elif message["type"] == "evidence.countersigned":
        for n, entry in enumerate(entries_of(message, "items")):
            chain = bundle.chains.get(str(entry.get("item")), [])
            sent, counter = last_of(chain, "transferred"), last_of(chain, "countersigned")
            ours = chain[sent["sequence"] + 1 : counter["sequence"] + 1] if sent and counter else []
            expected = {"countersignature": {"events": [event["carried"] for event in ours]}}
            compare(bundle, entry, expected, f"{path}, body.items[{n}]")


def entries_of(message: Entry, member: str) -> Chain:
    entries = message["body"].get(member)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Broken("The message does not list its items.", f"body.{member}")
    return entries


def compare(bundle: Bundle, said: Entry, expected: Entry, place: str) -> None:
    wrong = [name for name, value in expected.items() if value is None or said.get(name) != value]
    bundle.found.check(not wrong, place, f"The signed message says the same: {', '.join(wrong or expected)}.")


def check_letters(bundle: Bundle) -> None:
    """Each cover letter is the one a transfer names; a named one that is not here is said to be absent."""
    named = {}
    for reference, chain in bundle.chains.items():
        sent = last_of(chain, "transferred") or last_of(chain, "checked")
        letter = sent["facts"].get("letter") if sent and any(event is sent for event in bundle.proved) else None
        if sent and isinstance(letter, str) and letter:
            named[letter] = (reference, sent["authority"])
    for entry in bundle.manifest["letters"]:
        if entry["path"] in bundle.digests:
            so = bundle.digests[entry["path"]][0] == entry["digest"] and entry["digest"] in named
            bundle.found.check(so, entry["path"], f"A transfer of an item here names this {entry['kind']}.")
    for digest, (reference, authority) in sorted(named.items()):
        if digest not in {entry["digest"] for entry in bundle.manifest["letters"]}:
            bundle.found.say("absent", f"item {reference}", f"The cover letter of {authority} is not in the bundle.")


def check_left_out(bundle: Bundle) -> None:
    seen = set()
    for n, entry in enumerate(bundle.manifest["left_out"]):
        with bundle.found.at(place := f"comity.json, left_out[{n}]"):
            whole = entry["kind"] in ("item", "letter", "message") and entry["reason"].strip()
            if not whole or entry["salted"] in seen or (entry["salt"] is None) != (entry["digest"] is None):
                raise Broken("It says neither what is left out nor why, says it twice, or is opened by half.")
            seen.add(entry["salted"])
            if entry["salt"] is not None:
                from_b64(entry["salt"])
                if sha256(spell({"salt": entry["salt"], "digest": entry["digest"]})) != entry["salted"]:
                    raise Broken("Its salted digest is not that of what it names.")
            bundle.found.say("note", place, f"Left out: {entry['kind']}, because {entry['reason']}.")
    if CASE in bundle.manifest["files"]:
        bundle.found.say("note", CASE, "The releasing authority's retelling for other tools; not compared here.")


def check_ledgers(bundle: Bundle) -> None:
    found, entered = bundle.found, set[str]()
    events = {event["digest"]: event for chain in bundle.chains.values() for event in chain}
    shape = [{"seq": int, "salt": str, "entry": str, "proof": [str]}]
    for part in bundle.manifest["ledgers"]:
        with found.at(part["checkpoint"]):
            size, root = read_checkpoint(bundle, part)
            found.say("proved", part["checkpoint"], f"The ledger of {part['authority']} with {size} entries.")
            check_stamps(bundle, part)
            with found.at(part["entries"]):
                for n, entry in enumerate(shaped(bundle.text(part["entries"]), shape)):
                    place = f"{part['entries']}, entry {n}"
                    with found.at(place):
                        digest = check_entry(part["authority"], entry, size, root)
                        event = events.get(digest)
                        if event is None or event["authority"] != part["authority"] or digest in entered:
                            raise Broken("It is not the entry of an event of this bundle.")
                        entered.add(digest)
                        found.say("proved", place, f"'{event['type']}' stands in the ledger at {entry['seq']}.")
    authorities = {part["authority"] for part in bundle.manifest["ledgers"]}
    for digest, event in sorted(events.items(), key=lambda pair: (pair[1]["item"], pair[1]["sequence"])):
        if event["authority"] in authorities and digest not in entered:
            found.say("broken", f"item {event['item']}, event {event['sequence']}", "Its ledger is here, without it.")
    for authority in sorted({event["authority"] for event in events.values()} - authorities):
        found.say("absent", f"ledger of {authority}", "Its ledger is not in the bundle.")


def read_checkpoint(bundle: Bundle, part: Entry) -> tuple[int, bytes]:
    """Size and root of a log's signed note (C2SP tlog-checkpoint): three lines, a blank one, signature lines."""
    try:
        text = bundle.text(part["checkpoint"]).decode()
    except UnicodeDecodeError:
        raise Broken("The checkpoint is not text.") from None
    bundle.key(part["authority"])
    own = [bundle.keys[name] for name in bundle.carried(part["authority"]).values()]
    head, blank, tail = text.rpartition("\n\n")
    lines = tail[:-1].split("\n")
    name = r"[^\s+\x00-\x1f\x7f]{1,200}"
    form = re.fullmatch(rf"(comity/ledger/{part['authority']})\n(0|[1-9][0-9]{{0,18}})\n(\S+)", head)
    if len(text) > LARGEST_NOTE or not blank or form is None or not tail.endswith("\n") or len(lines) > 64:
        raise Broken("This is not a checkpoint.")
    root, body = from_b64(form[3], b"+/", "="), f"{head}\n".encode()
    held, halves = set[tuple[str, str]](), ("Ed25519", "ML-DSA-65")
    for line in lines:
        signed = re.fullmatch(rf"— ({name}) (\S*)", line)
        blob = from_b64(signed[2], b"+/", "=") if signed else b""
        if signed is None or len(blob) <= 4:
            raise Broken("This is not a checkpoint: a signature line is malformed.")
        witness = re.fullmatch(r"comity/witness/([A-Z0-9-]{4,15})", signed[1])
        ours = [bundle.keys[one] for one in bundle.carried(witness[1]).values()] if witness else own
        marks = (b"\x04", b"\xffcomity/1/ML-DSA-65-cosignature") if witness else (b"\x01", b"\xffcomity/1/ML-DSA-65")
        for key, n in ((key, n) for key in ours if witness or signed[1] == form[1] for n in (0, 1)):
            if blob[:4] == hashlib.sha256(signed[1].encode() + b"\n" + marks[n] + key.raw[n]).digest()[:4]:
                time = f"cosignature/v1\ntime {int.from_bytes(blob[4:12])}\n".encode() if witness else b""
                key.hold(halves[n], blob[12 if witness else 4 :], time + body, b"comity/1/checkpoint")
                held.add((halves[n], f"{signed[1]}, {time[20:-1].decode()} s" if witness else key.key_id))
    if not any({("Ed25519", key.key_id), ("ML-DSA-65", key.key_id)} <= held for key in own) or len(root) != 32:
        raise Broken(f"The checkpoint lacks a signature of {part['authority']}.")
    for place in sorted(one for half, one in held if half == halves[0] and "/" in one and (halves[1], one) in held):
        bundle.found.say("proved", part["checkpoint"], f"Cosigned: {place}.")
    return int(form[2]), root


def check_stamps(bundle: Bundle, part: Entry) -> None:
    """What a timestamp (RFC 3161) states: that it is over this checkpoint is checked, who signed it is not."""
    head, _, tail = bundle.text(part["checkpoint"]).decode().rpartition("\n\n")
    imprint = IMPRINT + re.escape(hashlib.sha256(f"{head}\n".encode()).digest()) + GEN_TIME
    blobs = [from_b64(line[10:], b"+/", "=") for line in tail.split("\n") if line.startswith("— rfc3161 ")]
    for blob in (blob for blob in blobs if blob.startswith(STAMP_MARK)):
        with bundle.found.at(f"{part['checkpoint']}, timestamp"):
            seen = re.search(imprint, blob, re.DOTALL)
            if not seen:
                raise Broken("The timestamp is over something else.")
            sentence = f"A timestamp over it says {seen[1].decode()} UTC; who signed it is not verified here."
            bundle.found.say("note", f"{part['checkpoint']}, timestamp", sentence)


def check_path(node: bytes, place: int, size: int, path: list[bytes], root: bytes) -> None:
    """A leaf's path leads to the root (RFC 9162, 2.1.3.2)."""
    fault, last = Broken(f"Entry {place} is not proved to be in the log of {size}."), size - 1
    if not 0 <= place < size or any(len(step) != 32 for step in (node, *path)):
        raise fault
    for step in path:
        if not last:
            raise fault
        left = place & 1 or place == last
        while left and place and not place & 1:
            place, last = place >> 1, last >> 1
        node = hashlib.sha256(b"\x01" + (step + node if left else node + step)).digest()
        place, last = place >> 1, last >> 1
    if last or node != root:
        raise fault


def check_entry(authority: str, entry: Entry, size: int, root: bytes) -> str:
    """The event's digest in an opened entry, once its path leads to the root."""
    data = from_b64(entry["entry"])
    node = hashlib.sha256(b"\x00" + hashlib.sha256(from_b64(entry["salt"]) + data).digest()).digest()
    check_path(node, entry["seq"], size, [from_b64(step) for step in entry["proof"]], root)
    value = read_json(data)
    facts = value.get("facts") if isinstance(value, dict) else None
    if not isinstance(facts, dict) or (value.get("authority"), value.get("seq")) != (authority, entry["seq"]):
        raise Broken("The entry is that of another log or place.")
    return str(facts.get("digest"))


def signers(event: Entry) -> dict[str, str]:
    value = event["facts"].get("signers")
    return {code: text for code, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def check_vouching(bundle: Bundle) -> None:
    """No signed event names another key for an authority than the bundle carries."""
    for event in bundle.proved:
        for code, fingerprint in signers(event).items():
            if bundle.carried(code) and fingerprint not in bundle.carried(code):
                place = f"item {event['item']}, event {event['sequence']}, facts.signers"
                bundle.found.say("broken", place, f"{event['authority']} names another key of {code} than is here.")


def links_of(bundle: Bundle) -> list[tuple[str, str]]:
    """Pairs of names of keys of one authority of which the one before signed the one after; none used once revoked."""
    found, links = bundle.found, []
    for stated in bundle.successions:
        held = bundle.carried(stated["code"])
        after, before = held[stated["new"]], held.get(stated["from"])
        place = f"key of {after}, succession"
        if before is None or stated["by_old"] is None:
            found.say("absent", place, "That it continues the key before it cannot be proved from the bundle.")
            continue
        with found.at(place):
            verify(bundle.keys[before], "key-succession", stated["content"], stated["by_old"])
            found.say("proved", place, "It continues the key before it, which signed that it does.")
            links.append((before, after))
        for event in bundle.proved if stated["revoked_since"] else ():
            if bundle.signer(event) is bundle.keys[before] and event["at"] >= stated["revoked_since"]:
                found.say("broken", f"item {event['item']}, event {event['sequence']}", "Its key was revoked before.")
    linked = {name for link in links for name in link}
    for name, key in sorted(bundle.keys.items()):
        others = [signers(event).values() for event in bundle.proved if event["authority"][:2] != name[:2]]
        if "/" in name and name not in linked and not any(key.fingerprint in named for named in others):
            found.say("broken", f"key of {name}", "A further key that nothing leads to and no other State names.")
    return links


def check_trust(bundle: Bundle, pins: list[str]) -> None:
    """Without a pinned fingerprint the keys are the bundle's own word; a pinned key vouches for those it named."""
    found, keys, links = bundle.found, bundle.keys, links_of(bundle)
    if not pins:
        found.say("note", "keys", "No key was pinned. Ask each authority for its fingerprint, and use --trust.")
        return
    wanted = {pin.strip().lower().replace(":", "").replace(" ", "") for pin in pins}
    held = {key.fingerprint: name for name, key in keys.items()}
    for pin in sorted(wanted - set(held)):
        found.say("broken", f"--trust {pin[:80]}", "No key of the bundle has this fingerprint (64 hex digits).")
    reached = {held[pin]: "pinned" for pin in wanted & set(held)}
    while True:
        grown = {
            bundle.carried(code)[fingerprint]: event["authority"]
            for event in bundle.proved
            if held[bundle.signer(event).fingerprint] in reached
            for code, fingerprint in signers(event).items()
            if fingerprint in bundle.carried(code)
        }
        both = [pair for one, other in links for pair in ((one, other), (other, one))]
        grown |= {other: one for one, other in both if one in reached}
        if not set(grown) - set(reached):
            break
        reached = grown | reached
    for name, key in sorted(keys.items()):
        how = reached.get(name, "")
        text = {"pinned": "Pinned", "": "Neither pinned nor vouched for"}.get(how, f"{how} vouches for it")
        found.say("proved" if how else "absent", f"key of {name}", f"{text}: {key.fingerprint}.")


def verify_bundle(root: Path, pins: list[str]) -> Findings:
    found = Findings()
    bundle = Bundle(root, found)
    if not bundle.open():
        found.say("broken", "comity.json", "Without a readable comity.json nothing else can be verified.")
        return found
    checks = (check_keys, check_release_signature, check_files, check_bag, check_items, check_messages, check_letters)
    for check in (*checks, check_ledgers, check_left_out, check_vouching):
        check(bundle)
    check_trust(bundle, pins)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify a bundle of evidence offline.")
    parser.add_argument("folder", type=Path, help="the bundle's folder, the one that holds comity.json")
    parser.add_argument("--trust", action="append", default=[], metavar="FINGERPRINT", help="a key known to be right")
    parser.add_argument("--json", action="store_true", help="only JSON on standard output")
    given = parser.parse_args()
    if not any(os.path.lexists(given.folder / mark) for mark in MARKS):
        print(f"There is no bundle at {given.folder}: neither bagit.txt nor comity.json is there.", file=sys.stderr)
        return 2
    found = verify_bundle(given.folder, given.trust)
    broken = [line for line in found.lines if line[0] == "broken"]
    if given.json:
        lines = [dict(zip(("state", "place", "text"), line, strict=True)) for line in found.lines]
        counts = {one: sum(one == line[0] for line in found.lines) for one in ("proved", "broken", "absent", "note")}
        print(json.dumps({"path": str(given.folder), "holds": not broken, "counts": counts, "lines": lines}, indent=2))
    else:
        for state, place, sentence in found.lines:
            words = "".join(letter if letter.isprintable() else "\ufffd" for letter in f"{place}: {sentence}")
            print(f"{state:<7} {words}")
        first = f"BROKEN: {len(broken)} of {len(found.lines)} lines. First: {broken[0][1]!a}." if broken else ""
        print(first or f"All holds: {len(found.lines)} lines, none broken.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
