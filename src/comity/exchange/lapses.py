"""Degraded modes: what has lapsed, since when, until when the exchange goes on without it, and what then.

An outage of something beside the message must not stop everything: it goes on without, for a time, flagged. Each kind
has a box of time; after it the exchange stops relying on it or we state that it failed. When it is back, what waited
is caught up by itself, and the flag goes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Lapse(StrEnum):
    OWN_TLS = "own-tls-ended"
    """Our TLS certificate ended: partners that pinned it take it for a time; messages are known by signatures."""
    PARTNER_TLS = "partner-tls-ended"
    LINE = "line-down"
    """Messages wait, and go by courier."""
    WITNESS = "witness-absent"
    """Nobody outside the house vouches for the newest entries of our ledger; they are cosigned once it is back."""


BOXES: dict[Lapse, timedelta] = {
    Lapse.OWN_TLS: timedelta(days=30),
    Lapse.PARTNER_TLS: timedelta(days=30),
    Lapse.LINE: timedelta(days=7),
    Lapse.WITNESS: timedelta(days=7),
}
QUIET = {Lapse.LINE: timedelta(minutes=15), Lapse.WITNESS: timedelta(hours=1)}
"""How long a lapse may last before it is flagged at all."""

SENTENCES: dict[Lapse, str] = {
    Lapse.OWN_TLS: "Our TLS certificate has ended. Partners still take it for a time: comity node rotate-tls",
    Lapse.PARTNER_TLS: "The partner's TLS certificate has ended. It is still taken for a time: ask for a renewed card.",
    Lapse.LINE: "The line is down. What waits goes out by itself when it is up, or now by courier.",
    Lapse.WITNESS: "The witness does not answer. What it missed is cosigned when it is back.",
}
OVERDUE: dict[Lapse, str] = {
    Lapse.OWN_TLS: "The time is over: partners refuse our line. Send messages and the renewed card by courier.",
    Lapse.PARTNER_TLS: "The time is over: its line is refused. Take its renewed card, by courier too.",
    Lapse.LINE: "The time is over: non-delivery is stated of what waits. Send it by courier.",
    Lapse.WITNESS: "The time is over: take another witness.",
}


@dataclass(frozen=True, slots=True)
class Lapsed:
    """One thing that has lapsed: whose, since when, and until when the exchange goes on without it."""

    kind: Lapse
    subject: str
    since: datetime

    @property
    def until(self) -> datetime:
        return self.since + BOXES[self.kind]

    def overdue(self, at: datetime) -> bool:
        return at > self.until

    def sentence(self, at: datetime) -> str:
        return OVERDUE[self.kind] if self.overdue(at) else SENTENCES[self.kind]


def flagged(found: list[Lapsed], at: datetime) -> list[Lapsed]:
    """What has lasted long enough to be told, what runs out first before the rest."""
    told = [one for one in found if at - one.since >= QUIET.get(one.kind, timedelta(0))]
    return sorted(told, key=lambda one: (one.until, one.kind, one.subject))
