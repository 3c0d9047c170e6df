"""Content by courier: what is offered goes along as it would be pulled, what comes goes the way of what is fetched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from comity.authorities.keyring import Keyring
from comity.evidence.actions.fetching import fetch_now
from comity.evidence.models import Offer, Transfer
from comity.exchange.cargo import Carried, Read
from comity.exchange.courier import PartOutcome, Want
from comity.exchange.transport import Destination
from comity.store.models import SealedBlob
from comity.store.queries import sealed_range
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import MissingError, UnavailableError


@dataclass(frozen=True)
class EvidenceCargo:
    """The cargo of the exchange's courier: sealed content of evidence and papers (`exchange.cargo.Cargo`)."""

    keys: Keyring
    vault: Vault
    clock: Callable[[], datetime]

    def wants(self, holder: str, partner: str, most: int) -> list[Want]:
        waiting = Transfer.objects.filter(holder=holder, partner=partner, state="waiting").order_by("since", "id")
        return [Want(row.digest, row.held) for row in waiting[:most]]

    def offered(self, holder: str, partner: str, asked: Mapping[str, int], since: datetime | None) -> list[Carried]:
        offers = Offer.objects.filter(holder=holder, recipient=partner).order_by("since", "id")
        found = [row.digest for row in offers if row.digest in asked or (since is not None and row.since >= since)]
        carried = []
        for digest in found:
            start, end = asked.get(digest, 0), self._size_here(digest)
            if start < end:
                carried.append(Carried(digest, start, end))
        return carried

    def _size_here(self, digest: str) -> int:
        """Sealed bytes of a content; 0 where the vault lost it, which scrubbing tells: the rest goes all the same."""
        blob = SealedBlob.objects.filter(digest=digest).first()
        try:
            return self.vault.sealed_size(blob.name) if blob else 0
        except MissingError:
            return 0

    def sealed(self, digest: str, start: int, end: int) -> bytes:
        return sealed_range(digest, start, end, vault=self.vault)

    def take(self, act: Act, holder: str, partner: str, digest: str, span: range, read: Read) -> PartOutcome:
        row = Transfer.objects.filter(holder=holder, partner=partner, digest=digest).first()
        if row is None:
            return PartOutcome.NOT_AWAITED
        if row.state != "waiting":
            return PartOutcome.REPEATED if row.state == "done" else PartOutcome.REFUSED
        held, source = row.held, _InHand(span, read)
        whole = fetch_now(act, row.id, keys=self.keys, vault=self.vault, transport=source, clock=self.clock)
        if whole:
            return PartOutcome.TAKEN
        row.refresh_from_db()
        if row.state == "broken" or row.last_error.startswith("seal:"):
            return PartOutcome.DAMAGED
        return PartOutcome.PARTIAL if row.held > held or span.start <= row.held else PartOutcome.NOT_AWAITED


@dataclass
class _InHand:
    """A transport whose other end is the bundle in hand: it gives what the bundle holds and no more."""

    span: range
    read: Read

    def deliver(self, partner: Destination, _envelope: bytes) -> bytes:
        raise UnavailableError(f"A bundle carries nothing to {partner.code}.", code="courier:one-way")

    def fetch(self, partner: Destination, _digest: str, start: int, end: int, _ticket: str) -> bytes:
        data = self.read(start, min(end, self.span.stop))
        if not data:
            raise UnavailableError(
                f"The bundle of {partner.code} holds the bytes {self.span.start} to {self.span.stop} of this content; "
                f"the rest is asked for from {start} on.",
                code="courier:rest",
            )
        return data
