"""The directories that this node relies on, and how what they list stands to what is known here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from comity.authorities.card import Card
from comity.authorities.directory.listed import Directory, Entry
from comity.authorities.directory.sheets import read_sheets
from comity.authorities.models import Authority, HeldDirectory
from comity.seals.keys import VerifyingKey


@dataclass(frozen=True)
class Listing:
    """A directory that this node relies on, at a moment."""

    fingerprint: str
    name: str
    directory: Directory
    ended: bool
    """It should have been renewed by now: either nobody did, or somebody keeps the newer one from us."""
    taken_at: datetime
    taken_from: str


def listings(at: datetime) -> list[Listing]:
    """The directories that this node relies on, each as it was last taken: it was verified then and is again here."""
    return [
        Listing(row.fingerprint, row.name, _held_directory(row), row.ends <= at, row.taken_at, row.taken_from)
        for row in HeldDirectory.objects.order_by("name", "fingerprint")
    ]


def _held_directory(row: HeldDirectory) -> Directory:
    # What verifies a directory takes long to load: a node serves before it needs it.
    from comity.authorities.directory.trusting import open_directory  # noqa: PLC0415

    return open_directory(
        read_sheets(bytes(row.sheets)), held=None, fingerprint=row.fingerprint, at=row.ends - timedelta(seconds=1)
    )


class Standing(StrEnum):
    """How a listed authority stands to what this node knows of it."""

    CONNECTED = "connected"
    NEW = "new"
    OTHER_KEYS = "other-keys"
    """The founders list other keys than those known here: a person looks and accepts, or asks."""
    CHANGED = "changed"
    """The same keys, another card: address, certificate, languages or contacts."""
    OURS = "ours"


@dataclass(frozen=True)
class Listed:
    """One authority of a directory beside what this node knows of it."""

    code: str
    entry: Entry
    standing: Standing
    known_fingerprint: str
    directory: str
    """The directory's name."""
    signed_by: int
    founders: int


def listed_authorities(at: datetime) -> list[Listed]:
    """Every authority of every directory, with how it stands here; what needs a person first."""
    rows = {row.code: row for row in Authority.objects.filter(active=True)}
    found = [
        _listed(listing, code, entry, rows.get(code))
        for listing in listings(at)
        for code, entry in listing.directory.entries.items()
    ]
    order = [Standing.OTHER_KEYS, Standing.NEW, Standing.CHANGED, Standing.CONNECTED, Standing.OURS]
    return sorted(found, key=lambda one: (order.index(one.standing), one.code))


def _listed(listing: Listing, code: str, entry: Entry, row: Authority | None) -> Listed:
    known = VerifyingKey.from_json(row.verifying_key).fingerprint if row and row.verifying_key else ""
    directory = listing.directory
    return Listed(
        code,
        entry,
        _standing(entry.card, row, known),
        known,
        listing.name,
        len(directory.signed_by),
        len(directory.founders),
    )


def _standing(card: Card, row: Authority | None, known: str) -> Standing:
    if row is None or not known:
        return Standing.NEW
    if row.local:
        return Standing.OURS
    if known != card.verifying_key.fingerprint:
        return Standing.OTHER_KEYS
    told = (card.endpoint, card.tls_certificate, list(card.languages), list(card.competences), card.contact, card.names)
    held = (row.endpoint, row.tls_certificate, row.languages, row.competences, row.contact, row.names)
    return Standing.CONNECTED if told == held else Standing.CHANGED
