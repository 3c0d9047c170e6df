"""The directory at a node: founders are trusted once, versions taken as they come, each card accepted by a person."""

from datetime import datetime

from django.db import transaction

from comity.authorities.actions.operator import only_the_operator
from comity.authorities.actions.succeeding import Ending, replace_keys, write_card
from comity.authorities.directory.listed import Directory, Ended, Entry
from comity.authorities.directory.sheets import Sheets, read_sheets
from comity.authorities.models import Authority, HeldDirectory
from comity.authorities.queries.directory import Listing, listings
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.seals.keys import VerifyingKey
from comity.values.actor import Act, ActorKind
from comity.values.errors import ConflictError, MissingError, RefusedError, UnavailableError
from comity.values.instant import instant_text
from comity.values.reference import Kind, Reference


def trust_directory(act: Act, *, data: bytes, fingerprint: str, name: str) -> HeldDirectory:
    """Rely on a directory after the fingerprint of its first root was compared with its founders over another channel.

    Raises RefusedError `directory:fingerprint` for another fingerprint, ConflictError where it is relied on already,
    and what `open_directory` raises.
    """
    # What verifies a directory takes long to load: a node serves before it needs it.
    from comity.authorities.directory.trusting import open_directory, root_fingerprint  # noqa: PLC0415

    _ask(act)
    sheets = read_sheets(data)
    found = root_fingerprint(sheets.roots[0])
    if found != fingerprint:
        raise RefusedError(
            "The fingerprint given is not that of this directory's founders: do not rely on it. Nothing was changed.",
            code="directory:fingerprint",
        )
    directory = open_directory(sheets, held=None, fingerprint=found, at=act.at)
    with transaction.atomic():
        if HeldDirectory.objects.filter(fingerprint=found).exists():
            raise ConflictError(
                "This directory is relied on already; nothing was changed.",
                code="directory:known",
                next_step="To take a newer version: comity node directory take DIR FILE",
            )
        row = HeldDirectory.objects.create(
            fingerprint=found,
            name=name,
            sheets=data,
            version=directory.version,
            ends=directory.ends,
            trusted_at=act.at,
            trusted_by=str(act.actor),
            taken_at=act.at,
            taken_from="file",
        )
        _enter(act, "authorities:directory:trusted", directory, source="file")
    return row


def take_directory(act: Act, *, data: bytes, source: str) -> bool:
    """Take a newer version of a directory that is relied on; returns whether it was newer.

    Nothing but the list itself changes: each card is accepted by a person. Raises MissingError `directory:unknown` for
    founders that are not relied on here, and what `open_directory` raises: then the version before stays.
    """
    from comity.authorities.directory.trusting import open_directory, root_fingerprint  # noqa: PLC0415 - as above

    if act.actor.kind is ActorKind.OFFICER:
        authorise_house(act.actor, Permission.PARTNERS_WRITE, Reference(act.actor.authority, Kind.PEER, act.new_id()))
    sheets = read_sheets(data)
    fingerprint = root_fingerprint(sheets.roots[0])
    with transaction.atomic():
        row = HeldDirectory.objects.select_for_update().filter(fingerprint=fingerprint).first()
        if row is None:
            raise MissingError(
                "This node relies on no directory of these founders; nothing was taken.", code="directory:unknown"
            )
        held = read_sheets(bytes(row.sheets))
        directory = open_directory(sheets, held=held, fingerprint=fingerprint, at=act.at)
        if _stamp(held) == _stamp(sheets):
            return False
        row.sheets, row.version, row.ends = data, directory.version, directory.ends
        row.taken_at, row.taken_from = act.at, source
        row.save()
        _enter(act, "authorities:directory:taken", directory, source=source)
    return True


@transaction.atomic
def accept_listed(act: Act, code: str, *, fingerprint: str = "") -> Authority:
    """Let an authority be our partner as the founders list it: also with other keys than it had, on their word.

    One person does it, where without a directory two would compare the fingerprint: so many founders signed the list
    that none of them can slip a key in alone. `fingerprint` is that of the listed key she read; it may be left out
    where all directories list the same. Raises MissingError where it is not listed, UnavailableError `directory:ended`
    where the list may be frozen, ConflictError `directory:other-key` where another key is listed now than the one that
    was read, `directory:two-keys` where directories list different ones, RefusedError for an authority of this node.
    """
    _ask(act)
    listing = _current(act.at, code, fingerprint)
    entry, known = listing.directory.entries[code], Authority.objects.filter(code=code).first()
    if known is not None and known.local:
        raise RefusedError(f"{code} is an authority of this node; its card is its own.", code="partner:own", place=code)
    if known is None or not known.has_node or known.verifying_key == entry.card.verifying_key.to_json():
        row = write_card(act, entry.card, known)
        facts = {"fingerprint": entry.card.verifying_key.fingerprint, "directory": listing.fingerprint}
        for own in Authority.objects.filter(local=True):
            enter(act, "authorities:partner:added", code, authority=own.code, facts=facts)
        return row
    return replace_keys(act, known, entry.card, _ending(act.at, known, entry, str(act.actor)))


def _current(at: datetime, code: str, fingerprint: str) -> Listing:
    """The directory that lists the authority at this moment, under the key that was read."""
    listed = [one for one in listings(at) if code in one.directory.entries]
    if not listed:
        raise MissingError(f"No directory that this node relies on lists {code}.", code="directory:code", place=code)
    current = [one for one in listed if not one.ended]
    if not current:
        raise UnavailableError(
            f"The directory ended on {instant_text(listed[0].directory.ends)}: it may be kept from us. "
            "Nothing was changed.",
            code="directory:ended",
            next_step="Take a newer version from a founder or another partner first.",
        )
    keys = {one.directory.entries[code].card.verifying_key.fingerprint: one for one in reversed(current)}
    if fingerprint and fingerprint not in keys:
        raise ConflictError(
            f"The directory lists another key of {code} now than the one you read; nothing was changed.",
            code="directory:other-key",
            place=code,
            next_step="Read what is listed now, and decide anew.",
        )
    if not fingerprint and len(keys) > 1:
        raise ConflictError(
            f"The directories that this node relies on list different keys of {code}; nothing was changed.",
            code="directory:two-keys",
            place=code,
            next_step="Ask their founders which one holds, and name its fingerprint.",
        )
    return keys[fingerprint] if fingerprint else current[0]


def _ending(at: datetime, known: Authority, entry: Entry, person: str) -> Ending:
    """How the key we knew ends: as the founders say, or in good order where they say nothing of it."""
    old = VerifyingKey.from_json(known.verifying_key or {}).fingerprint
    told = next((one for one in entry.ended if one.fingerprint == old), Ended(old, None, ""))
    return Ending(
        until=at, safety="directory", confirmed_by=(person,), reason=told.reason, revoked_since=told.revoked_since
    )


def _ask(act: Act) -> None:
    if act.actor.kind is ActorKind.OFFICER:
        authorise_house(act.actor, Permission.PARTNERS_WRITE, Reference(act.actor.authority, Kind.PEER, act.new_id()))
    else:
        only_the_operator(act)


def _stamp(sheets: Sheets) -> tuple[bytes, ...]:
    return (*sheets.roots, sheets.targets, sheets.snapshot, sheets.timestamp)


def _enter(act: Act, event: str, directory: Directory, *, source: str) -> None:
    facts = {"version": directory.version, "root": directory.root_version, "source": source}
    for own in Authority.objects.filter(local=True):
        enter(act, event, directory.root_fingerprint, authority=own.code, facts=facts)
