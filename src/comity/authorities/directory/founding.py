"""What founders do with a directory: found it, list and withdraw authorities, change their own circle, sign.

Each change makes new versions without signatures; the founders sign the file one after the other, in any order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from securesystemslib.exceptions import UnverifiedSignatureError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from comity.authorities.card import open_card
from comity.authorities.directory.founder import FounderKey, FounderSigner
from comity.authorities.directory.listed import Ended
from comity.authorities.directory.sheets import Sheets
from comity.authorities.directory.trusting import CARD_SUFFIX, read_part
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signer
from comity.values.errors import InvalidInputError, MissingError

ROLES = (Root.type, Targets.type, Snapshot.type, Timestamp.type)
SHARED = (Root.type, Targets.type)
"""The roles that need the threshold; the others only say that the list is still current: one founder renews them."""


@dataclass(frozen=True)
class Lifetimes:
    """How long each part holds before it must be signed anew."""

    root: timedelta = timedelta(days=730)
    targets: timedelta = timedelta(days=365)
    current: timedelta = timedelta(days=30)
    """How long a node can be kept from seeing a newer list before it notices."""


@dataclass(frozen=True)
class Lacking:
    """A part that too few founders signed yet."""

    part: str
    signed: int
    threshold: int
    missing: tuple[str, ...]
    """Fingerprints of the founders who have not signed it."""


def found(founders: Sequence[VerifyingKey], threshold: int, at: datetime, lifetimes: Lifetimes | None = None) -> Sheets:
    """An empty directory of these founders, unsigned."""
    last = lifetimes or Lifetimes()
    root = _root(founders, threshold, 1, at + last.root)
    meta = {"targets.json": MetaFile(1)}
    return Sheets(
        (_bytes(root),),
        _bytes(Targets(1, expires=_whole(at + last.targets))),
        _bytes(Snapshot(1, expires=_whole(at + last.current), meta=meta)),
        _bytes(Timestamp(1, expires=_whole(at + last.current), snapshot_meta=MetaFile(1))),
        {},
    )


def listed(
    sheets: Sheets,
    cards: Iterable[bytes],
    at: datetime,
    *,
    withdrawn: Iterable[str] = (),
    ended: Mapping[str, Sequence[Ended]] | None = None,
    lifetimes: Lifetimes | None = None,
) -> Sheets:
    """The next version of the list, unsigned: these cards in it or in place of those before, others withdrawn.

    `ended` maps a code to keys of that authority that are not to be believed any more. MissingError `directory:code`
    where a code to withdraw, or with an ended key, is not listed.
    """
    targets = read_part(sheets.targets).signed
    held = dict(sheets.cards)
    for data in cards:
        code = open_card(data).code
        before = targets.targets.get(code + CARD_SUFFIX)
        targets.targets[code + CARD_SUFFIX] = _file(
            code, data, (before.custom or {}).get("ended", []) if before else []
        )
        held[code] = data
    for code in withdrawn:
        _expect_listed(held, code)
        del targets.targets[code + CARD_SUFFIX], held[code]
    for code, keys in (ended or {}).items():
        _expect_listed(held, code)
        told = [*_ended_of(targets.targets[code + CARD_SUFFIX]), *(one.to_json() for one in keys)]
        targets.targets[code + CARD_SUFFIX] = _file(code, held[code], told)
    last = lifetimes or Lifetimes()
    _next(targets, at + last.targets)
    return _renewed(replace(sheets, targets=_bytes(targets), cards=held), targets.version, at, last)


def renewed(sheets: Sheets, at: datetime, lifetimes: Lifetimes | None = None) -> Sheets:
    """The same list, said to be current for longer; unsigned in the parts that one founder signs."""
    version = read_part(sheets.targets).signed.version
    return _renewed(sheets, version, at, lifetimes or Lifetimes())


def refounded(
    sheets: Sheets, founders: Sequence[VerifyingKey], threshold: int, at: datetime, lifetimes: Lifetimes | None = None
) -> Sheets:
    """The same list under another circle of founders: signed by the threshold before and by the new one."""
    last = lifetimes or Lifetimes()
    version = read_part(sheets.roots[-1]).signed.version + 1
    root = _root(founders, threshold, version, at + last.root)
    targets = read_part(sheets.targets).signed
    _next(targets, at + last.targets)
    changed = replace(sheets, roots=(*sheets.roots, _bytes(root)), targets=_bytes(targets))
    return _renewed(changed, targets.version, at, last)


def signed(sheets: Sheets, signer: Signer) -> Sheets:
    """The sheets with this founder's signature wherever hers counts and is not there yet.

    Raises MissingError `directory:founder` where the key is no founder's.
    """
    founder, counts = FounderSigner(signer), 0
    parts: dict[str, bytes] = {}
    for part, data, roots in _parts(sheets):
        if not any(signer.public.fingerprint in root.roles[part].keyids for root in roots):
            continue
        counts += 1
        metadata = read_part(data)
        if not _holds(metadata, founder.public_key):
            metadata.sign(founder, append=True)
        parts[part] = metadata.to_bytes()
    if not counts:
        raise MissingError(f"{signer.key_id} is no founder's key of this directory.", code="directory:founder")
    return replace(
        sheets,
        roots=(*sheets.roots[:-1], parts.get(Root.type, sheets.roots[-1])),
        targets=parts.get(Targets.type, sheets.targets),
        snapshot=parts.get(Snapshot.type, sheets.snapshot),
        timestamp=parts.get(Timestamp.type, sheets.timestamp),
    )


def lacking(sheets: Sheets) -> list[Lacking]:
    """Every part that too few founders have signed; empty when the directory can be handed out."""
    found = []
    for part, data, roots in _parts(sheets):
        metadata = read_part(data)
        for root in roots:
            result = root.get_verification_result(part, metadata.signed_bytes, metadata.signatures)
            if not result.verified:
                found.append(Lacking(part, len(result.signed), result.threshold, tuple(sorted(result.unsigned))))
    return found


def founders_of(sheets: Sheets) -> tuple[tuple[VerifyingKey, ...], int]:
    """The founders of the latest root and how many of them must sign the list."""
    root = read_part(sheets.roots[-1]).signed
    keys = [root.keys[key_id] for key_id in root.roles[Targets.type].keyids]
    return tuple(key.public for key in keys if isinstance(key, FounderKey)), root.roles[Targets.type].threshold


def _parts(sheets: Sheets) -> Iterable[tuple[str, bytes, list[Root]]]:
    """Each part with the roots whose founders must sign it: a new root is signed by those before as well."""
    newest = read_part(sheets.roots[-1])
    latest = newest.signed
    before = [read_part(sheets.roots[-2]).signed] if len(sheets.roots) > 1 else []
    # Who left the circle has nothing to sign any more once enough of the circle before have let the new one in.
    waiting = [
        one
        for one in before
        if not one.get_verification_result(Root.type, newest.signed_bytes, newest.signatures).verified
    ]
    yield Root.type, sheets.roots[-1], [latest, *waiting]
    yield Targets.type, sheets.targets, [latest]
    yield Snapshot.type, sheets.snapshot, [latest]
    yield Timestamp.type, sheets.timestamp, [latest]


def _root(founders: Sequence[VerifyingKey], threshold: int, version: int, expires: datetime) -> Root:
    if len({key.fingerprint for key in founders}) != len(founders) or not 1 < threshold <= len(founders):
        raise InvalidInputError(
            f"{len(founders)} founders with a threshold of {threshold}: at least two different founders must sign, and "
            "no more than there are.",
            code="directory:threshold",
            place="threshold",
        )
    root = Root(version, expires=_whole(expires), consistent_snapshot=False)
    for role in ROLES:
        for key in founders:
            root.add_key(FounderKey(key), role)
        root.roles[role].threshold = threshold if role in SHARED else 1
    return root


def _renewed(sheets: Sheets, targets_version: int, at: datetime, last: Lifetimes) -> Sheets:
    snapshot, timestamp = read_part(sheets.snapshot).signed, read_part(sheets.timestamp).signed
    snapshot.meta["targets.json"] = MetaFile(targets_version)
    _next(snapshot, at + last.current)
    timestamp.snapshot_meta = MetaFile(snapshot.version)
    _next(timestamp, at + last.current)
    return replace(sheets, snapshot=_bytes(snapshot), timestamp=_bytes(timestamp))


def _next(part: Root | Targets | Snapshot | Timestamp, expires: datetime) -> None:
    part.version += 1
    part.expires = _whole(expires)


def _file(code: str, data: bytes, ended: list[Any]) -> TargetFile:
    file = TargetFile.from_data(code + CARD_SUFFIX, data, ["sha256"])
    if ended:
        file.unrecognized_fields["custom"] = {"ended": ended}
    return file


def _ended_of(file: TargetFile) -> list[Any]:
    return list((file.custom or {}).get("ended", ()))


def _expect_listed(held: Mapping[str, bytes], code: str) -> None:
    if code not in held:
        raise MissingError(f"{code} is not listed; nothing was changed.", code="directory:code", place=code)


def _holds(metadata: Metadata[Any], key: FounderKey) -> bool:
    signature = metadata.signatures.get(key.keyid)
    if signature is None:
        return False
    try:
        key.verify_signature(signature, metadata.signed_bytes)
    except UnverifiedSignatureError:
        return False
    return True


def _bytes(part: Root | Targets | Snapshot | Timestamp) -> bytes:
    metadata: Metadata[Any] = Metadata(part)
    return metadata.to_bytes()


def _whole(at: datetime) -> datetime:
    """The framework counts in whole seconds."""
    return at.replace(microsecond=0)
