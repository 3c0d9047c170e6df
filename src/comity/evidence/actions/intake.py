"""Taking evidence in: bytes, things and testimony, each with the record of how it came into the authority's hands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, TypedDict, Unpack

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.evidence.actions.record import (
    append_event,
    expect_no_nul,
    expect_texts,
    expect_use,
    granted_item,
    move_on,
)
from comity.evidence.custody import Description, EventType, description_digest
from comity.evidence.item_state import ItemKind, ItemState
from comity.evidence.models import Item, Source
from comity.evidence.queries import bound_to, dossier_target, sources_of
from comity.evidence.use_rule import Use
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise
from comity.seals.canonical import encode
from comity.store.actions import Sealed, enter_content, sealed_content
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.binding import Binding, joined
from comity.values.errors import InvalidInputError
from comity.values.handling import Handling
from comity.values.reference import Kind, Reference

LONGEST_NAME = 1000
LONGEST_MEDIA_TYPE = 120
RECORD_MEMBERS = ("on", "place", "by")
"""What every record of seizure, hearing or delivery says: on what day, where, by whom."""
ARRIVAL_MEMBERS = ("on", "from", "carrier")
"""What the record of an arrival by post says: on what day, from which authority, on what."""
NOT_SIGNED = "not-signed-by-them"


@dataclass(frozen=True, slots=True)
class Way:
    """How an item comes into our hands, and which record says so."""

    permission: Permission
    record: str
    members: tuple[str, ...]
    own: bool
    """False for what a partner returned."""


SEIZED_HERE = Way(Permission.ITEM_TAKE_IN, "seizure", RECORD_MEMBERS, own=True)
BY_POST = Way(Permission.ITEM_RECORD, "arrival", ARRIVAL_MEMBERS, own=False)


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What lies before the officer who takes it in: a thing, or a file with the name it bears."""

    kind: ItemKind
    title: str
    file: BinaryIO | None = None
    """None for a thing. Its bytes are opaque: never opened, unpacked or looked at."""
    name: str = ""
    """As it came; kept as data and never used as a path."""


class IntakeRecord(TypedDict, total=False):
    """What is known of an item beyond its bytes; all but `seizure`, or by post `arrival`, may be left out."""

    seizure: Mapping[str, Any]
    """How it came into the authority's hands: at least `on`, `place` and `by`."""
    arrival: Mapping[str, Any]
    """How it came by post from a partner without a node: at least `on`, `from` and `carrier`."""
    execution: Mapping[str, Any]
    """The record of the executed measure, if it is not the same."""
    formalities: Mapping[str, Any]
    """Formalities asked for by the requesting State and how each was met."""
    media_type: str
    parts: Iterable[str]
    handling: str
    sources: Sequence[str]
    """Items it was made from (a translation, an extract): what binds them binds it."""
    expected_size: int
    place: str
    """Where it is kept."""


@transaction.atomic
def _enter(
    act: Act,
    dossier: str,
    authority: str,
    exhibit: Exhibit,
    sealed: Sealed | None,
    keys: Keyring,
    record: IntakeRecord,
    way: Way,
) -> Item:
    authorise(act.actor, way.permission, dossier_target(act.actor, holder=authority, dossier=dossier))
    reference = str(act.new_reference(authority, Kind.ITEM))
    blob = enter_content(sealed, keys=keys, at=act.at) if sealed else None
    sources = _sources(act, authority, record)
    carried = joined([Binding(Handling(record.get("handling", "H0"))), *(bound_to(source) for source in sources)])
    handling = carried.handling
    description = Description(
        reference=reference,
        kind=exhibit.kind.value,
        title=exhibit.title,
        name=exhibit.name,
        media_type=record.get("media_type", "application/octet-stream") if blob else "",
        size=blob.size if blob else None,
        digest=blob.digest if blob else None,
        records=_records(record, way),
        formalities=dict(record.get("formalities", {})),
        handling=handling.value,
    )
    item = Item.objects.create(
        holder=authority,
        reference=reference,
        dossier=dossier,
        kind=exhibit.kind.value,
        state=ItemState.TAKEN_IN.value,
        title=exhibit.title,
        digest=description["digest"] or "",
        description=description,
        handling=handling.value,
        conditions=[condition.to_json() for condition in carried.conditions],
        own=way.own,
        parts=list(record.get("parts", ())),
    )
    lineage = dict.fromkeys(name for source in sources for name in (source.reference, *sources_of(source)))
    Source.objects.bulk_create(Source(item=item, source=name) for name in lineage)
    taken: dict[str, Any] = {
        "description": description_digest(description),
        "digest": description["digest"],
        "size": description["size"],
    }
    events: list[tuple[EventType, str, dict[str, Any]]] = []
    if way.own:
        seizure = dict(record["seizure"])
        events.append((EventType.SEIZED, seizure["place"], {"record": seizure}))
    else:
        taken |= {"arrival": dict(record["arrival"]), "note": NOT_SIGNED}
    events.append((EventType.TAKEN_IN, record.get("place", ""), taken))
    if blob:
        events.append((EventType.SEALED, record.get("place", ""), {"digest": blob.digest, "size": blob.size}))
    for type_, place, facts in events:
        append_event(act, item, type_, keys=keys, authority=act.actor.authority, place=place, facts=facts)
    return item


def _sources(act: Act, authority: str, record: IntakeRecord) -> list[Item]:
    """The items it was made from: this authority's to read and to use on this day."""
    found = []
    for name in dict.fromkeys(record.get("sources", ())):
        source = granted_item(act, name, Permission.ITEM_READ)
        if source.holder != authority:
            raise InvalidInputError("That item is not held here.", code="evidence:source", place="sources")
        expect_use(act, source, Use.USE)
        found.append(source)
    return found


def _records(record: IntakeRecord, way: Way) -> dict[str, Any]:
    records: dict[str, Any] = {way.record: dict(_of_its_way(record, way))}
    if record.get("sources"):
        records["derivation"] = {"sources": sorted(record["sources"])}
    if record.get("execution"):
        records["execution"] = dict(record["execution"])
    return records


def _of_its_way(record: IntakeRecord, way: Way) -> Mapping[str, Any]:
    """The record of how the item came, by its way; empty where there is none."""
    return record.get("seizure", {}) if way.own else record.get("arrival", {})


def _inert(exhibit: Exhibit, record: IntakeRecord, way: Way) -> Exhibit:
    """The exhibit with its name as inert text, once all is said that must be said before a byte is read."""
    title, name = exhibit.title, exhibit.name
    if not title.strip() or len(title) > 400:
        raise InvalidInputError(
            "Give the item a title of at most 400 characters.", code="evidence:title", place="title"
        )
    if len(name) > LONGEST_NAME:
        raise InvalidInputError("The file's name is longer than 1000 characters.", code="evidence:name", place="name")
    media_type = record.get("media_type", "")
    if len(media_type) > LONGEST_MEDIA_TYPE or "\x00" in media_type:
        raise InvalidInputError(
            f"The media type is a text of at most {LONGEST_MEDIA_TYPE} characters, e.g. text/csv.",
            code="evidence:media-type",
            place="media_type",
        )
    if record.get("handling", "H0") not in set(Handling):
        raise InvalidInputError("The handling code is one of H0 to H3.", code="evidence:handling", place="handling")
    told = _of_its_way(record, way)
    expect_texts(told, way.members, way.record)
    for part in (told, record.get("execution", {}), record.get("formalities", {}), {"title": title}):
        encode(dict(part))
        expect_no_nul(part, "record")
    # What no text can hold becomes a mark.
    return replace(exhibit, name=name.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd"))


def take_in(
    act: Act,
    *,
    dossier: Reference | str,
    authority: str,
    file: BinaryIO,
    name: str,
    title: str,
    keys: Keyring,
    vault: Vault,
    **record: Unpack[IntakeRecord],
) -> Item:
    """Take a file in: sealed into the vault while it is hashed, then recorded in one transaction.

    `authority` is our party to the dossier, which will answer for the item; the actor's own authority signs the
    intake; what both are to the dossier was said with `admit`. Raises UnavailableError `store:full` before the first
    byte, InvalidInputError for a record that lacks something, and what the policy raises before any work.
    """
    exhibit = Exhibit(ItemKind.DIGITAL, title, file, name)
    return take_exhibit(act, exhibit, str(dossier), authority, keys, vault, record)


def take_in_record(
    act: Act,
    *,
    dossier: Reference | str,
    authority: str,
    file: BinaryIO,
    name: str,
    title: str,
    keys: Keyring,
    vault: Vault,
    **record: Unpack[IntakeRecord],
) -> Item:
    """Take testimony in: the signed record of a hearing, with who was present (`seizure` is the hearing's record)."""
    exhibit = Exhibit(ItemKind.TESTIMONY, title, file, name)
    return take_exhibit(act, exhibit, str(dossier), authority, keys, vault, record)


def take_exhibit(
    act: Act,
    exhibit: Exhibit,
    dossier: str,
    authority: str,
    keys: Keyring,
    vault: Vault,
    record: IntakeRecord,
    way: Way = SEIZED_HERE,
) -> Item:
    """Take a thing or a file in on its way; see `take_in` and `take_in_physical`."""
    file = exhibit.file
    if file is None:
        return _take_thing(act, exhibit, dossier, authority, keys, record, way)
    exhibit = _inert(exhibit, record, way)
    authorise(act.actor, way.permission, dossier_target(act.actor, holder=authority, dossier=dossier))
    with sealed_content(file, vault=vault, chance=act.chance, expected_size=record.get("expected_size")) as sealed:
        return _enter(act, dossier, authority, exhibit, sealed, keys, record, way)


def take_in_physical(
    act: Act,
    *,
    dossier: Reference | str,
    authority: str,
    title: str,
    keys: Keyring,
    **record: Unpack[IntakeRecord],
) -> Item:
    """Take a thing in by its description; `place` says where it is kept."""
    return _take_thing(act, Exhibit(ItemKind.PHYSICAL, title), str(dossier), authority, keys, record, SEIZED_HERE)


def _take_thing(
    act: Act, exhibit: Exhibit, dossier: str, authority: str, keys: Keyring, record: IntakeRecord, way: Way
) -> Item:
    thing = _inert(Exhibit(ItemKind.PHYSICAL, exhibit.title), record, way)
    expect_texts(record, ("place",), "record")
    return _enter(act, dossier, authority, thing, None, keys, record, way)


@transaction.atomic
def check_item(act: Act, item: Reference | str, *, keys: Keyring, note: str = "") -> Item:
    """Record that the central authority checked the item for completeness and form before it is returned."""
    row = granted_item(act, item, Permission.ITEM_CHECK)
    append_event(act, row, EventType.CHECKED, keys=keys, facts={"complete": True, "note": note})
    return row


@transaction.atomic
def move_item(act: Act, item: Reference | str, *, to: str, keys: Keyring) -> Item:
    """Record that a thing was brought to another place."""
    row = granted_item(act, item, Permission.ITEM_TAKE_IN)
    if not to.strip():
        raise InvalidInputError("Say where the item is now.", code="evidence:place", place="to")
    append_event(act, row, EventType.MOVED, keys=keys, authority=act.actor.authority, place=to)
    move_on(row, None)
    return row
