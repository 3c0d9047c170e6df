"""Packing a courier's bundle: what waits for one partner, what we owe it, and the content it is to have."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, cast

from django.db import IntegrityError, transaction
from django.db.models import Max

from comity.authorities.actions.operator import only_the_operator
from comity.authorities.keyring import Keyring
from comity.authorities.queries import Partner, local_authority, partner
from comity.exchange.actions.sending import held_back, opened_keys
from comity.exchange.cargo import Cargo, Carried
from comity.exchange.courier import (
    MAX_CONTENTS,
    MAX_MESSAGES,
    MAX_RECEIPTS,
    MAX_TAKEN,
    MAX_WANTS,
    Manifest,
    Part,
    PartKind,
    Want,
    seal_manifest,
)
from comity.exchange.envelope import seal_envelope
from comity.exchange.message import SignedMessage
from comity.exchange.models import CourierBundle, CourierPart, Direction, Outbox, OutboxState, OwedReceipt
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.seals.canonical import sha256_hex
from comity.seals.signing import Signature
from comity.values.actor import Act, ActorKind
from comity.values.errors import BrokenError, InvalidInputError
from comity.values.reference import Kind, Reference

READ_BYTES = 1 << 20
_IN_MEMORY = 4 << 20
_TRIES = 5
CHUNK = (1 << 20) + 16
"""A content is cut between two bundles at the edge of a sealed chunk."""


@dataclass(frozen=True)
class Asked:
    """What is to go along beside the messages that wait and the receipts that are owed."""

    offered_since: datetime | None = None
    """Content offered from this moment on, whether or not it may have been fetched already."""
    most_bytes: int | None = None
    """The most content in one bundle; the rest is `left` for the next."""
    rest: Mapping[str, int] = field(default_factory=dict)
    """Content only, each from its byte on: what another bundle left. No message or receipt goes along then."""


@dataclass(frozen=True)
class Packed:
    """A bundle that stands in the ledger and is yet to be written: its size, its bytes, what found no room in it."""

    manifest: Manifest
    size: int
    left_messages: int
    left: Mapping[str, int]
    _head: bytes
    _spool: BinaryIO
    _contents: tuple[Carried, ...]
    _cargo: Cargo

    def close(self) -> None:
        """Let go of what was never read."""
        self._spool.close()

    def chunks(self) -> Iterator[bytes]:
        """The file, piece by piece; memory does not grow with it. It can be read once."""
        with self._spool as spool:
            yield self._head
            spool.seek(0)
            while piece := spool.read(READ_BYTES):
                yield piece
        for content in self._contents:
            for start in range(content.start, content.end, READ_BYTES):
                end = min(start + READ_BYTES, content.end)
                piece = self._cargo.sealed(content.digest, start, end)
                if len(piece) != end - start:
                    raise BrokenError(
                        f"The content {content.digest[:16]}… is shorter than it was; the bundle is not whole.",
                        code="courier:content",
                        next_step="Pack anew, once the content was looked after.",
                    )
                yield piece


def expect_may(act: Act, permission: Permission, holder: str) -> None:
    """An officer of that authority whom the policy lets, or the node's operator."""
    if act.actor.kind is ActorKind.OFFICER:
        authorise_house(act.actor, permission, Reference(holder, Kind.SESSION, act.new_id()))
    else:
        only_the_operator(act)


def pack(act: Act, to: str, *, holder: str, keys: Keyring, cargo: Cargo, asked: Asked | None = None) -> Packed:
    """Pack what waits for a partner: sealed envelopes, owed receipts, content; the outbox stays as it is.

    What is packed is not yet delivered: every message waits on, over the line and in the next bundle, until its receipt
    is here. So a bag that is lost costs nothing but the way. The number is given and the act entered before the first
    byte is written. Raises MissingError for a partner that is unknown or has no node, RefusedError by policy.
    """
    expect_may(act, Permission.COURIER_PACK, holder)
    local_authority(holder)
    destination, wish = partner(to), asked or Asked()
    if wish.most_bytes is not None and wish.most_bytes < CHUNK:
        raise InvalidInputError(
            f"A bundle takes at least one chunk of {CHUNK} bytes.", code="courier:most-bytes", place="most_bytes"
        )
    spool = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - Packed closes it
    try:
        load = _Load(spool)
        if not wish.rest:
            _load_receipts(load, holder, to)
            _load_messages(load, holder, destination, keys)
        asked_for = dict(wish.rest) or load.announced | _asked_for(holder, to)
        offered = cargo.offered(holder, to, asked_for, None if wish.rest else wish.offered_since)
        contents, left = _fitting(offered, wish.most_bytes)
        for one in contents:
            load.add(Part(PartKind.CONTENT, one.digest, one.end - one.start, one.start), one.digest)
        manifest, head = _numbered(act, holder, to, load, keys, cargo)
    except BaseException:
        spool.close()
        raise
    return Packed(manifest, len(head) + manifest.size, load.left, left, head, spool, tuple(contents), cargo)


@dataclass
class _Load:
    """What is going into a bundle, part by part, and the sealed bytes of those that are small."""

    spool: BinaryIO
    parts: list[Part] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    announced: dict[str, int] = field(default_factory=dict)
    """Content that the messages in it announce, each from its first byte."""
    left: int = 0

    def add(self, part: Part, subject: str, data: bytes = b"") -> None:
        self.spool.write(data)
        self.parts.append(part)
        self.subjects.append(subject)


def _load_receipts(load: _Load, holder: str, to: str) -> None:
    for owed in OwedReceipt.objects.filter(holder=holder, partner=to).order_by("id")[:MAX_RECEIPTS]:
        data = bytes(owed.data)
        load.add(Part(PartKind.RECEIPT, owed.digest, len(data)), str(owed.message_id), data)


def _load_messages(load: _Load, holder: str, to: Partner, keys: Keyring) -> None:
    """Every message that waits for the partner, sealed as the line would carry it, the oldest first."""
    waiting = Outbox.objects.filter(recipient=to.code, message__holder=holder, state=OutboxState.WAITING)
    waiting = waiting.exclude(held_back())
    for row in waiting.select_related("message").order_by("message_id")[:MAX_MESSAGES].iterator(chunk_size=100):
        stored = row.message
        signed = SignedMessage.read(bytes(stored.content), Signature.from_json(stored.signature))
        envelope = seal_envelope(signed, opened_keys(row, keys), to.sealing_key)
        load.add(Part(PartKind.ENVELOPE, sha256_hex(envelope), len(envelope)), stored.digest, envelope)
        load.announced |= {attached.digest: 0 for attached in signed.message.attachments}
    load.left = max(0, waiting.count() - MAX_MESSAGES)


def _asked_for(holder: str, partner_code: str) -> dict[str, int]:
    """What the partner said in its latest bundle that it still waits for."""
    latest = (
        CourierBundle.objects.filter(holder=holder, partner=partner_code, direction=Direction.IN)
        .order_by("-at", "-number")
        .first()
    )
    return {one["digest"]: one["start"] for one in latest.wants} if latest else {}


def _fitting(offered: list[Carried], most: int | None) -> tuple[list[Carried], dict[str, int]]:
    """What of the content goes into this bundle, and from where each of the rest goes on."""
    taken: list[Carried] = []
    left: dict[str, int] = {}
    room = most
    for one in offered:
        span = one.end - one.start
        if room is not None and span > room:
            span = room - room % CHUNK
        if not span or len(taken) == MAX_CONTENTS:
            left[one.digest] = one.start
            continue
        taken.append(Carried(one.digest, one.start, one.start + span))
        if one.start + span < one.end:
            left[one.digest] = one.start + span
        room = None if room is None else room - span
    return taken, left


def _numbered(act: Act, holder: str, to: str, load: _Load, keys: Keyring, cargo: Cargo) -> tuple[Manifest, bytes]:
    """The manifest under the next number of this pair, entered; two that pack at once get two numbers."""
    wants = tuple(cargo.wants(holder, to, MAX_WANTS))
    for attempt in range(_TRIES):
        try:
            return _entered(act, holder, to, load, keys, wants)
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError


@transaction.atomic
def _entered(
    act: Act, holder: str, to: str, load: _Load, keys: Keyring, wants: tuple[Want, ...]
) -> tuple[Manifest, bytes]:
    sent = CourierBundle.objects.filter(holder=holder, partner=to)
    last: int | None = sent.filter(direction=Direction.OUT).aggregate(last=Max("number"))["last"]
    taken = sent.filter(direction=Direction.IN, whole=True).order_by("-handled_at", "-id")
    manifest = Manifest(
        id=act.new_id(),
        number=(last or 0) + 1,
        sender=holder,
        recipient=to,
        at=act.at,
        taken=tuple(taken.values_list("bundle", flat=True)[:MAX_TAKEN]),
        wants=wants,
        parts=tuple(load.parts),
    )
    head = seal_manifest(manifest, keys.signer(holder), partner(to).sealing_key)
    row = CourierBundle.objects.create(
        bundle=manifest.id,
        holder=holder,
        partner=to,
        direction=Direction.OUT,
        number=manifest.number,
        digest=manifest.digest,
        at=act.at,
        handled_at=act.at,
        handled_by=str(act.actor),
        size=manifest.size,
    )
    CourierPart.objects.bulk_create(part_rows(row, manifest, load.subjects), batch_size=500)
    enter(
        act,
        "exchange:bundle:packed",
        Reference(holder, Kind.BUNDLE, manifest.id),
        authority=holder,
        facts=counts(manifest) | {"partner": to},
    )
    return manifest, head


def part_rows(row: CourierBundle, manifest: Manifest, subjects: list[str]) -> list[CourierPart]:
    return [
        CourierPart(
            bundle=row,
            place=place,
            kind=part.kind.value,
            digest=part.digest,
            subject=subject,
            size=part.size,
            start=part.start,
        )
        for place, (part, subject) in enumerate(zip(manifest.parts, subjects, strict=True))
    ]


def counts(manifest: Manifest) -> dict[str, str | int]:
    """What the ledger keeps of a bundle: its number and manifest, and how much of each kind it holds."""
    return {
        "number": manifest.number,
        "manifest": manifest.digest,
        "messages": manifest.count(PartKind.ENVELOPE),
        "receipts": manifest.count(PartKind.RECEIPT),
        "contents": manifest.count(PartKind.CONTENT),
        "bytes": manifest.size,
    }
