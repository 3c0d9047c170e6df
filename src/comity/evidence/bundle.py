"""Writing a bundle: a BagIt bag (RFC 8493) that anyone can verify offline with `comity verify`.

The bag is written beside its place and renamed when whole, so that a half-written one is never taken for a bundle.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from comity.evidence import bag
from comity.evidence.case_file import ToldItem, tell_case
from comity.evidence.custody import SignedEvent
from comity.evidence.manifest import CASE_FILE, CONDITIONS_FILE, FORMAT, README_FILE, SIGNATURE_KIND, salted_digest
from comity.seals.canonical import encode, sha256_hex, to_b64
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature, Signer
from comity.values.errors import ConflictError, InvalidInputError
from comity.values.instant import instant_text

README = b"""This folder is a bundle of evidence with the record of its custody.

  data/items      the evidence, byte for byte as taken in
  data/records    what each item is, with the records of its seizure and execution
  data/custody    the events of its custody, each signed by the authority that held it
  data/letters    the cover letter of the State that sent it
  data/messages   the signed messages with which it came, where they were released
  data/keys       the public keys of the authorities that signed
  data/ledger     proofs that each event stands in the ledger of the authority that released this
  comity.json     what is here, and what was left out, with the reason

To verify it, without any network:   comity verify FOLDER --trust FINGERPRINT
Ask the authority named in comity.json for the fingerprint of its key on another way than this bundle.
Evidence files keep no name from outside; the name each came with stands in its record, as text.
"""


@dataclass(frozen=True)
class BundleItem:
    """One released item: its description, its chain, the conditions bound to it, and its content if it has any."""

    description: Mapping[str, Any]
    chain: Sequence[SignedEvent]
    conditions: Sequence[Mapping[str, Any]]
    handling: str
    content: Iterable[bytes] | None = None


@dataclass(frozen=True)
class BundleMessage:
    """A signed message that is released whole: its exact bytes and the signature over them."""

    type: str
    content: bytes
    signature: Signature


@dataclass(frozen=True)
class BundleLetter:
    kind: str
    media_type: str
    digest: str
    content: Iterable[bytes]


@dataclass(frozen=True)
class LedgerEntryProof:
    """An opened ledger entry and its path to the root of the checkpoint (RFC 6962, 2.1.1)."""

    seq: int
    salt: bytes
    entry: bytes
    proof: Sequence[bytes]

    def to_json(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "salt": to_b64(self.salt),
            "entry": to_b64(self.entry),
            "proof": [to_b64(step) for step in self.proof],
        }


@dataclass(frozen=True)
class LedgerPart:
    authority: str
    checkpoint: str
    entries: Sequence[LedgerEntryProof]


@dataclass(frozen=True)
class LeftOut:
    """A thing that stays out: only its salted digest and the reason are written.

    `opened` says that its digest stands in a released message already (as predecessor): then salt and digest are
    written too, so that a reader sees which predecessor was left out.
    """

    kind: str
    digest: str
    salt: bytes
    reason: str
    opened: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "reason": self.reason,
            "salted": salted_digest(self.salt, self.digest),
            "salt": to_b64(self.salt) if self.opened else None,
            "digest": self.digest if self.opened else None,
        }


@dataclass(frozen=True)
class BundleContent:
    """Everything a bundle is made of."""

    reference: str
    dossier: str
    audience: str
    authority: str
    at: datetime
    ground: str
    """Under which rule of confidentiality it was released, in the releasing person's words."""
    items: Sequence[BundleItem]
    keys: Mapping[str, VerifyingKey]
    messages: Sequence[BundleMessage] = ()
    letters: Sequence[BundleLetter] = ()
    ledgers: Sequence[LedgerPart] = ()
    left_out: Sequence[LeftOut] = field(default=())
    successions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Fingerprint of a key to the signed statement with which it succeeded the one before it."""
    with_case: bool = False
    """Whether items and custody are told in CASE/UCO too. A verifier older than that file does not know it."""


class _Payload:
    """The files of `data/` as they are written: path to digest and size."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, dict[str, Any]] = {}

    def write(self, path: str, chunks: Iterable[bytes]) -> str:
        if not bag.PAYLOAD_PATH.fullmatch(path) or path in self.files:
            raise InvalidInputError(f"'{path}' cannot stand in a bundle.", code="bundle:path", place=path)
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with place.open("xb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        self.files[path] = {"sha256": digest.hexdigest(), "size": size}
        return path

    def write_json(self, path: str, value: Any) -> str:
        return self.write(path, (encode(value),))


def write_bundle(folder: Path, content: BundleContent, signer: Signer) -> str:
    """Write the bag into a folder that is not there yet; returns the digest of `comity.json`.

    Raises ConflictError `bundle:exists`; InvalidInputError `bundle:content` when an item's bytes are not its own.
    """
    if folder.exists():
        raise ConflictError(f"{folder} exists already; give the bundle a folder of its own.", code="bundle:exists")
    staging = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        digest = _write(staging, content, signer)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return digest


def _write(root: Path, content: BundleContent, signer: Signer) -> str:
    payload = _Payload(root)
    payload.write(README_FILE, (README,))
    items = [_write_item(payload, number, item) for number, item in enumerate(content.items, 1)]
    conditions = [
        {"item": item.description["reference"], "handling": item.handling, "conditions": list(item.conditions)}
        for item in content.items
    ]
    payload.write_json(CONDITIONS_FILE, conditions)
    release = {
        "reference": content.reference,
        "dossier": content.dossier,
        "audience": content.audience,
        "authority": content.authority,
        "at": instant_text(content.at),
        "ground": content.ground,
    }
    if content.with_case:
        payload.write(CASE_FILE, (tell_case(release, [_told(n, item) for n, item in enumerate(content.items, 1)]),))
    value = {
        "format": FORMAT,
        "release": release,
        "items": items,
        "messages": list(_write_messages(payload, content.messages)),
        "letters": list(_write_letters(payload, content.letters)),
        "keys": list(_write_keys(payload, content)),
        "ledgers": list(_write_ledgers(payload, content.ledgers)),
        "left_out": [left.to_json() for left in content.left_out],
        "files": payload.files,
    }
    comity = encode(value)
    signature = encode({"authority": content.authority, "signature": signer.sign(SIGNATURE_KIND, comity).to_json()})
    info, files = card_of(value), bag.manifest({path: entry["sha256"] for path, entry in payload.files.items()})
    tags = bag.tag_manifest(info=info, payload_manifest=files, comity=comity, signature=signature)
    for name, data in (
        (bag.BAGIT_FILE, bag.BAGIT),
        (bag.INFO_FILE, info),
        (bag.COMITY_FILE, comity),
        (bag.SIGNATURE_FILE, signature),
        (bag.MANIFEST_FILE, files),
        (bag.TAG_MANIFEST_FILE, tags),
    ):
        with (root / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    return sha256_hex(comity)


def card_of(manifest: Mapping[str, Any]) -> bytes:
    """`bag-info.txt` as it follows from the manifest."""
    release, files = manifest["release"], manifest["files"]
    return bag.bag_info(
        reference=release["reference"],
        authority=release["authority"],
        day=release["at"][:10],
        octets=sum(entry["size"] for entry in files.values()),
        streams=len(files),
    )


def _write_item(payload: _Payload, number: int, item: BundleItem) -> dict[str, Any]:
    name = f"{number:04d}"
    path = None
    if item.content is not None:
        path = payload.write(f"data/items/{name}.{bag.safe_extension(item.description['media_type'])}", item.content)
        if payload.files[path]["sha256"] != item.description["digest"]:
            raise InvalidInputError(
                f"The bytes of item {number} are not those that were taken in. Nothing was exported.",
                code="bundle:content",
                place=path,
            )
    return {
        "number": number,
        "item": item.description["reference"],
        "record": payload.write_json(f"data/records/{name}.json", dict(item.description)),
        "custody": payload.write_json(f"data/custody/{name}.json", [signed.to_json() for signed in item.chain]),
        "content": path,
    }


def _told(number: int, item: BundleItem) -> ToldItem:
    return ToldItem(number, item.description, [one.event for one in item.chain], item.handling, item.conditions)


def _write_messages(payload: _Payload, messages: Sequence[BundleMessage]) -> Iterator[dict[str, Any]]:
    for number, message in enumerate(messages, 1):
        value = {"content": to_b64(message.content), "signature": message.signature.to_json()}
        path = payload.write_json(f"data/messages/{number:04d}.json", value)
        yield {"digest": sha256_hex(message.content), "type": message.type, "path": path}


def _write_letters(payload: _Payload, letters: Sequence[BundleLetter]) -> Iterator[dict[str, Any]]:
    for number, letter in enumerate(letters, 1):
        path = payload.write(f"data/letters/{number:04d}.{bag.safe_extension(letter.media_type)}", letter.content)
        yield {"kind": letter.kind, "digest": letter.digest, "path": path}


def _write_keys(payload: _Payload, content: BundleContent) -> Iterator[dict[str, Any]]:
    """Each key in a file of its own; beside it, where it succeeded another, the statement that both signed."""
    for name, key in sorted(content.keys.items()):
        authority = name.partition("/")[0]
        stated = content.successions.get(key.fingerprint)
        value = {"authority": authority, "key": key.to_json(), **({"succession": dict(stated)} if stated else {})}
        path = payload.write_json(f"data/keys/{name.replace('/', '.')}.json", value)
        yield {"authority": authority, "fingerprint": key.fingerprint, "path": path}


def _write_ledgers(payload: _Payload, ledgers: Sequence[LedgerPart]) -> Iterator[dict[str, Any]]:
    for part in sorted(ledgers, key=lambda part: part.authority):
        checkpoint = payload.write(f"data/ledger/{part.authority}.checkpoint.txt", (part.checkpoint.encode(),))
        entries = payload.write_json(
            f"data/ledger/{part.authority}.entries.json", [entry.to_json() for entry in part.entries]
        )
        yield {"authority": part.authority, "checkpoint": checkpoint, "entries": entries}
