"""What a node believes of a directory: the framework's client workflow, with our own time and nothing on disk.

The order of checks, against rollback, freezing and mixing, is python-tuf's (`TrustedMetadataSet`, which its own updater
runs on); see docs/decisions/0008-the-directory-follows-tuf.md for why its internal module is used.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tuf.api import exceptions
from tuf.api.metadata import Metadata, TargetFile, Targets
from tuf.api.serialization import DeserializationError
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType

from comity.authorities.card import open_card
from comity.authorities.directory.founder import FounderKey
from comity.authorities.directory.listed import Directory, Ended, Entry
from comity.authorities.directory.sheets import Sheets
from comity.seals.canonical import sha256_hex
from comity.values.errors import BrokenError, ComityError, InvalidInputError, UnavailableError

CARD_SUFFIX = ".card"


def root_fingerprint(root: bytes) -> str:
    """SHA-256 of a root's signed part; InvalidInputError `directory:form` for other bytes."""
    return sha256_hex(read_part(root).signed_bytes)


def open_directory(sheets: Sheets, *, held: Sheets | None, fingerprint: str, at: datetime) -> Directory:
    """The directory, if founders known by `fingerprint` signed it, it follows what is held, and it has not ended.

    Raises BrokenError `directory:root` (other founders), `directory:threshold` (too few signed),
    `directory:rolled-back`, `directory:mixed` (parts of two versions), UnavailableError `directory:ended`,
    InvalidInputError `directory:form`.
    """
    if root_fingerprint(sheets.roots[0]) != fingerprint:
        raise BrokenError(
            "This directory goes back to other founders than those whose fingerprint was compared here. "
            "Nothing was changed.",
            code="directory:root",
        )
    try:
        return _opened(sheets, held, fingerprint, at)
    except exceptions.ExpiredMetadataError as error:
        raise UnavailableError(
            f"The directory has ended ({error}). What was known stays; nothing new is taken from it.",
            code="directory:ended",
            next_step="Ask a founder, or another partner, for a newer one.",
        ) from error
    except exceptions.BadVersionNumberError as error:
        raise BrokenError(
            f"This directory is older than the one known here, or of another version: {error}.",
            code="directory:rolled-back",
        ) from error
    except exceptions.UnsignedMetadataError as error:
        raise BrokenError(f"Too few founders signed it: {error}.", code="directory:threshold") from error
    except (exceptions.RepositoryError, DeserializationError, ValueError, TypeError, KeyError) as error:
        raise BrokenError(f"Its parts do not belong together: {error}.", code="directory:mixed") from error


def _opened(sheets: Sheets, held: Sheets | None, fingerprint: str, at: datetime) -> Directory:
    # The chain of roots is walked from the first one whenever it is shown: each follows the one before it.
    trusted = TrustedMetadataSet(sheets.roots[0], EnvelopeType.METADATA)
    trusted.reference_time = at
    for root in sheets.roots[1:]:
        trusted.update_root(root)
    if held is not None:
        _expect_later_roots(sheets, held)
        _remember(lambda: trusted.update_timestamp(held.timestamp))
    try:
        trusted.update_timestamp(sheets.timestamp)
    except exceptions.EqualVersionNumberError:
        # One version has one text: another under the same number is a founder's double dealing.
        if held is None or not _same(held.timestamp, sheets.timestamp):
            raise
    if held is not None:
        _remember(lambda: trusted.update_snapshot(held.snapshot, trusted=True))
    trusted.update_snapshot(sheets.snapshot)
    targets = trusted.update_targets(sheets.targets)
    if held is not None:
        _expect_one_text(sheets, held)
    role = trusted.root.roles[Targets.type]
    keys = {key_id: trusted.root.keys[key_id] for key_id in role.keyids}
    stated = read_part(sheets.targets)
    signed = trusted.root.get_verification_result(Targets.type, stated.signed_bytes, stated.signatures)
    return Directory(
        version=targets.version,
        root_version=trusted.root.version,
        root_fingerprint=fingerprint,
        threshold=role.threshold,
        founders=tuple(key.public for key in keys.values() if isinstance(key, FounderKey)),
        signed_by=tuple(sorted(signed.signed)),
        ends=min(part.expires for part in (trusted.root, trusted.timestamp, trusted.snapshot, targets)),
        entries=_entries(targets, sheets),
    )


def _remember(load: Callable[[], Any]) -> None:
    """Load what is held, for the comparison with what comes; that it has ended, or its signers changed, is no fault."""
    try:
        load()
    except exceptions.RepositoryError:
        return


def _expect_later_roots(sheets: Sheets, held: Sheets) -> None:
    known, shown = (list(map(root_fingerprint, one.roots)) for one in (held, sheets))
    if shown[: len(known)] != known:
        raise exceptions.BadVersionNumberError("its roots do not go on from those known here")


def _expect_one_text(sheets: Sheets, held: Sheets) -> None:
    """The same version of the list with another text: more founders than a threshold would have to have signed both."""
    number = read_part(sheets.targets).signed.version
    if read_part(held.targets).signed.version == number and not _same(held.targets, sheets.targets):
        raise exceptions.RepositoryError(f"two lists have the number {number}")


def _same(one: bytes, other: bytes) -> bool:
    """The same words, whoever signed them."""
    return bool(read_part(one).signed_bytes == read_part(other).signed_bytes)


def _entries(targets: Targets, sheets: Sheets) -> dict[str, Entry]:
    listed = {path.removesuffix(CARD_SUFFIX): file for path, file in targets.targets.items()}
    if set(listed) != set(sheets.cards):
        raise exceptions.RepositoryError("its cards are not those it lists")
    return {code: _entry(code, file, sheets.cards[code]) for code, file in listed.items()}


def _entry(code: str, file: TargetFile, data: bytes) -> Entry:
    file.verify_length_and_hashes(data)
    try:
        card = open_card(data)
    except ComityError as error:
        raise exceptions.RepositoryError(f"the card of {code}: {error.message}") from error
    if card.code != code:
        raise exceptions.RepositoryError(f"the card under {code} is that of {card.code}")
    try:
        return Entry(card, tuple(Ended.from_json(one) for one in (file.custom or {}).get("ended", ())))
    except (AttributeError, InvalidInputError) as error:
        raise exceptions.RepositoryError(f"what is said of the keys of {code} cannot be read") from error


def read_part(data: bytes) -> Metadata[Any]:
    """One part of a directory, nothing of it verified; InvalidInputError `directory:form` for other bytes."""
    try:
        return Metadata.from_bytes(data)
    except (DeserializationError, ValueError, TypeError, KeyError) as error:
        raise InvalidInputError("This is not a directory of authorities.", code="directory:form") from error
