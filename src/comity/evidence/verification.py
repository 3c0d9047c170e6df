"""Verifying a bundle offline: every file, signature, chain, condition and proof; pure reading, no network, no database.

Nothing in the bundle is believed: its paths are only those an export can make, no link is followed, every file is
bounded before it is read. What is proved rests on the keys; `trust` says which keys the reader knows to be right.
"""

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.x509 import Certificate

from comity.authorities.succession import Succession, read_succession
from comity.evidence import bag
from comity.evidence.bundle import README, card_of
from comity.evidence.check_case import case_of, check_case
from comity.evidence.check_custody import check_items
from comity.evidence.check_ledger import check_ledgers
from comity.evidence.check_messages import check_left_out, check_letters, check_messages
from comity.evidence.custody import earlier_name
from comity.evidence.manifest import (
    KEY_SHAPE,
    README_FILE,
    SIGNATURE_KIND,
    SIGNATURE_SHAPE,
    SUCCEEDING_KEY_SHAPE,
    read_manifest,
    read_shaped,
)
from comity.evidence.opened import Opened
from comity.evidence.report import Report
from comity.evidence.trust import check_trust
from comity.seals.canonical import decode, sha256_hex
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature, verify
from comity.values.errors import BrokenError, MissingError

READ_BYTES = 1 << 20
LARGEST_READ = 32 << 20
"""No file but an item or letter is larger; those are only hashed."""


def verify_bundle(
    path: Path, trust: Collection[str] | None = None, *, timestamp_roots: Sequence[Certificate] = ()
) -> Report:
    """Verify the bundle in a folder; `trust` pins fingerprints of authorities' keys known from elsewhere.

    `timestamp_roots` are the timestamp authorities whose word the reader takes.

    Raises MissingError `bundle:absent` only when neither `bagit.txt` nor `comity.json` is there.
    """
    return _verified(Path(path), frozenset(trust or ()), timestamp_roots)[1]


def case_file_of(path: Path, trust: Collection[str] | None = None) -> tuple[bytes | None, Report]:
    """A bundle's items and custody in CASE/UCO, whether it carries them so or not; None where it does not hold."""
    opened, report = _verified(Path(path), frozenset(trust or ()), ())
    return (case_of(opened) if opened and report.holds else None), report


def _verified(
    root: Path, trust: frozenset[str], timestamp_roots: Sequence[Certificate]
) -> tuple[Opened | None, Report]:
    if not any(_is_there(root / name) for name in (bag.BAGIT_FILE, bag.COMITY_FILE)):
        raise MissingError(
            f"There is no bundle at {root}: neither bagit.txt nor comity.json is there.",
            code="bundle:absent",
            next_step="Name the folder that holds comity.json.",
        )
    report = Report()
    found = dict(_files(root, report))
    opened = _open(found, report)
    if opened is None:
        report.breaks(bag.COMITY_FILE, "Without a readable comity.json nothing else in the bundle can be verified.")
        return None, report
    opened.timestamp_roots = timestamp_roots
    _check_keys(opened, report)
    _check_signature(opened, _noted(found, bag.TAG_MANIFEST_FILE), report)
    _check_files(found, opened, _noted(found, bag.MANIFEST_FILE), report)
    _check_bag(found, opened, report)
    check_items(opened, report)
    check_messages(opened, report)
    check_letters(opened, report)
    check_ledgers(opened, report)
    check_left_out(opened, report)
    check_case(opened, report)
    check_trust(opened, trust, report)
    return opened, report


def _is_there(path: Path) -> bool:
    return os.path.lexists(path)


def _files(root: Path, report: Report) -> Iterator[tuple[str, Path]]:
    """Every regular file by its path in the bag; anything else is broken: no link is followed, no device is read."""
    for folder, folders, names in os.walk(root):
        inside = Path(folder).relative_to(root)
        if not names and not folders:
            report.breaks(f"{inside.as_posix()}/", "An empty folder that no export makes.")
        for name in [*names, *folders]:
            path = Path(folder) / name
            place = (inside / name).as_posix()
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                yield place, path
            elif not stat.S_ISDIR(mode):
                report.breaks(place, "It is neither a file nor a folder; it was not opened.")


@contextmanager
def _readable(place: str) -> Iterator[None]:
    """A file the disk or its rights do not give is a broken line, not a crash."""
    try:
        yield
    except OSError as error:
        raise BrokenError(
            f"The file cannot be read: {error.strerror}.", code="bundle:unreadable", place=place
        ) from error


def _read(path: Path | None, place: str) -> bytes:
    if path is None:
        raise BrokenError("The file is missing.", code="bundle:missing", place=place)
    with _readable(place):
        if path.stat().st_size > LARGEST_READ:
            raise BrokenError("The file is larger than any export makes it.", code="bundle:size", place=place)
        return path.read_bytes()


def _open(found: Mapping[str, Path], report: Report) -> Opened | None:
    """The manifest and the bytes of every file it lists, hashed; None when the manifest cannot be read."""
    manifest, comity = None, b""
    with report.breaking(bag.COMITY_FILE):
        comity = _read(found.get(bag.COMITY_FILE), bag.COMITY_FILE)
        manifest = read_manifest(comity)
    if manifest is None:
        return None
    opened = Opened(manifest, comity)
    for place in sorted(set(manifest["files"]) & set(found)):
        with report.breaking(place), _readable(place):
            opened.digests[place], opened.sizes[place] = _digest(found[place])
        if not place.startswith(("data/items/", "data/letters/")):
            with report.breaking(place):
                opened.texts[place] = _read(found[place], place)
    with report.breaking(bag.SIGNATURE_FILE):
        opened.signature = _read(found.get(bag.SIGNATURE_FILE), bag.SIGNATURE_FILE)
    return opened


def _noted(found: Mapping[str, Path], name: str) -> dict[str, str]:
    """What a manifest of the bag says, read loosely: a witness on which of two files that disagree was changed."""
    path = found.get(name)
    try:
        lines = _read(path, name).decode("utf-8", "replace").splitlines()
    except BrokenError:
        return {}  # said where that file itself is checked
    return {place: digest for digest, _, place in (line.partition("  ") for line in lines)}


def _check_files(found: Mapping[str, Path], opened: Opened, noted: Mapping[str, str], report: Report) -> None:
    """Every listed file is there and is what comity.json says; who else is wrong is named instead of the file."""
    for place, entry in sorted(opened.manifest["files"].items()):
        if place not in found:
            report.breaks(place, "The file is missing.")
        if place not in opened.digests:
            continue
        digest, size = opened.digests[place], opened.sizes[place]
        if (digest, size) == (entry["sha256"], entry["size"]):
            report.proved(place, f"{size} bytes, SHA-256 as comity.json says.")
        elif not opened.signed_by and noted.get(place) == digest:
            report.breaks(
                f"{bag.COMITY_FILE}, files.{place}", "It does not fit the file, which fits the bag's manifest."
            )
        else:
            report.breaks(
                place,
                f"The file was changed: it has {size} bytes and SHA-256 {digest}; comity.json says {entry['size']} "
                f"bytes and {entry['sha256']}.",
            )


def _digest(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _check_bag(found: Mapping[str, Path], opened: Opened, report: Report) -> None:
    """The bag's own files are rebuilt from comity.json and compared byte for byte; nothing else may lie in the bag."""
    files = {place: entry["sha256"] for place, entry in opened.manifest["files"].items()}
    manifest, info = bag.manifest(files), card_of(opened.manifest)
    tags = bag.tag_manifest(info=info, payload_manifest=manifest, comity=opened.comity, signature=opened.signature)
    rebuilt = {
        bag.BAGIT_FILE: bag.BAGIT,
        bag.INFO_FILE: info,
        bag.MANIFEST_FILE: manifest,
        bag.TAG_MANIFEST_FILE: tags,
        README_FILE: README,
    }
    for place, expected in rebuilt.items():
        with report.breaking(place):
            data = _read(found.get(place), place)
            report.expect(data == expected, place, "Rebuilt and equal byte for byte.", _difference(data, expected))
    for place in sorted(set(found) - set(files) - set(bag.BAG_FILES)):
        report.breaks(place, "A file that the bundle does not list.")


def _difference(data: bytes, expected: bytes) -> str:
    """Where a rebuilt file begins to differ."""
    at = next((n for n, (one, other) in enumerate(zip(data, expected, strict=False)) if one != other), None)
    if at is None:
        return f"Rebuilt, it has {len(expected)} bytes, not {len(data)}."
    line = expected[:at].count(b"\n") + 1
    return f"It differs from what follows from comity.json in line {line}, at byte {at}."


def _check_keys(opened: Opened, report: Report) -> None:
    """Each carried key has the fingerprint the manifest names for its authority; succession statements are read."""
    for number, entry in enumerate(opened.manifest["keys"]):
        with report.breaking(entry["path"]):
            data = opened.text(entry["path"])
            value = read_shaped(data, SUCCEEDING_KEY_SHAPE if _succeeds(data) else KEY_SHAPE, entry["path"])
            key = VerifyingKey.from_json(value["key"])
            same = (value["authority"], key.fingerprint) == (entry["authority"], entry["fingerprint"])
            if key in opened.keys.values():
                report.breaks(f"comity.json, keys[{number}]", f"The same key of {entry['authority']} again.")
            elif report.expect(
                same,
                entry["path"],
                f"The key of {entry['authority']}, fingerprint {key.fingerprint}.",
                f"The key is {value['authority'][:20]}'s with fingerprint {key.fingerprint}; comity.json names "
                f"{entry['authority']} and {entry['fingerprint']}.",
            ):
                first = entry["authority"] not in opened.keys
                name = entry["authority"] if first else earlier_name(entry["authority"], key.key_id)
                opened.keys[name] = key
                if "succession" in value:
                    opened.successions.append(_succession(value["succession"], entry["authority"], key))


def _succeeds(data: bytes) -> bool:
    value = decode(data, max_bytes=LARGEST_READ)
    return isinstance(value, dict) and "succession" in value


def _succession(value: Mapping[str, Any], authority: str, key: VerifyingKey) -> Succession:
    """The statement beside a key: of this authority, leading to this very key."""
    stated = read_succession(value)
    if (stated.statement.code, stated.statement.to) != (authority, key):
        raise BrokenError("The succession is of another authority or key.", code="bundle:key", place="succession")
    return stated


def _check_signature(opened: Opened, noted: Mapping[str, str], report: Report) -> None:
    """comity.json is signed by the authority that released the bundle.

    Where it is not, the bag's own manifest tells whether comity.json or its signature was changed since.
    """
    authority = opened.manifest["release"]["authority"]
    unchanged = noted.get(bag.COMITY_FILE) == sha256_hex(opened.comity)
    with report.breaking(bag.SIGNATURE_FILE if unchanged else bag.COMITY_FILE):
        value = read_shaped(opened.signature, SIGNATURE_SHAPE, bag.SIGNATURE_FILE)
        if value["authority"] != authority:
            raise BrokenError(f"comity.json names {authority} as the one that released it.", code="bundle:signature")
        try:
            signature = Signature.from_json(value["signature"])
            verify(opened.key(authority, signature.key_id), SIGNATURE_KIND, opened.comity, signature)
        except BrokenError as error:
            raise BrokenError(
                f"comity.json is not what {authority} signed. {error.message}", code=error.code
            ) from error
        opened.signed_by = authority
        report.proved(bag.COMITY_FILE, f"Signed by {authority}, which released it.")
