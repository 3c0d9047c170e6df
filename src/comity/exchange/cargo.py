"""What the courier asks of the room that keeps content: the exchange does not know its cargo."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from comity.exchange.courier import PartOutcome, Want
from comity.values.actor import Act

Read = Callable[[int, int], bytes]
"""Sealed bytes [start, end) of one content as they lie in the bundle; fewer where the file ends."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Sealed content that goes along: which, from which byte, up to which."""

    digest: str
    start: int
    end: int


class Cargo(Protocol):
    """Content as it is offered to a partner and awaited from it."""

    def wants(self, holder: str, partner: str, most: int) -> list[Want]:
        """What the partner announced and we do not have yet."""

    def offered(self, holder: str, partner: str, asked: Mapping[str, int], since: datetime | None) -> list[Carried]:
        """Of the content asked for (digest to first byte), what is offered to that partner and lies here.

        With `since`, whatever else was offered to it from that moment on.
        """

    def sealed(self, digest: str, start: int, end: int) -> bytes:
        """Sealed bytes as they travel."""

    def take(self, act: Act, holder: str, partner: str, digest: str, span: range, read: Read) -> PartOutcome:
        """Feed what a bundle holds of a content into its transfer, by the way of what is fetched; what came of it."""


class NoCargo:
    """A courier that carries only messages and receipts."""

    def wants(self, _holder: str, _partner: str, _most: int) -> list[Want]:
        return []

    def offered(self, _holder: str, _partner: str, _asked: Collection[str], _since: datetime | None) -> list[Carried]:
        return []

    def sealed(self, _digest: str, _start: int, _end: int) -> bytes:
        return b""

    def take(self, _act: Act, _holder: str, _partner: str, _digest: str, _span: range, _read: Read) -> PartOutcome:
        return PartOutcome.NOT_AWAITED
