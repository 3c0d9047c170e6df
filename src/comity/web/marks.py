"""The marks of the house as values: what a template needs to draw a seal, a clock, a ribbon or a stop of custody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from comity.values.handling import Handling
from comity.web import vocabulary

Words = str | Promise

HANDLING: Mapping[Handling, Words] = {
    Handling.H0: _("For the prevention and combating of crime, under the rules"),
    Handling.H1: _("Not in judicial proceedings without permission"),
    Handling.H2: _("Not to be passed on without permission"),
    Handling.H3: _("Under another restriction, stated"),
}


def handling_choices() -> list[tuple[str, str]]:
    """The handling codes to choose from, in the reader's language: asked when the form is shown."""
    return [(code.value, f"{code.value} · {text}") for code, text in HANDLING.items()]


class SealState(StrEnum):
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    BROKEN = "broken"
    OURS = "ours"
    """Recorded by us, not signed by them."""


@dataclass(frozen=True, slots=True)
class SealMark:
    """A signature as shown: its state, whose it is, and the address of the raw message with its proof."""

    state: SealState
    who: Words = ""
    href: str = ""

    @property
    def icon(self) -> str:
        return {"verified": "seal", "unverified": "seal-open", "broken": "seal-broken", "ours": "ours"}[
            self.state.value
        ]

    @property
    def word(self) -> Words:
        return {
            SealState.VERIFIED: pgettext_lazy("seal", "Sealed"),
            SealState.UNVERIFIED: pgettext_lazy("seal", "Not verified"),
            SealState.BROKEN: pgettext_lazy("seal", "Broken seal"),
            SealState.OURS: _("Recorded by us, not signed by them"),
        }[self.state]


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The handling code of what is on the page, its use conditions, and how many more stand on the dossier."""

    code: Handling = Handling.H0
    terms: tuple[str, ...] = ()
    note: Words = ""

    @property
    def words(self) -> Words:
        return HANDLING[self.code]


def terms_of(conditions: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Use conditions for the ribbon: each sort once, with its provisions; the whole text stands where it is bound."""
    provisions: dict[str, list[str]] = {}
    for condition in conditions:
        found = provisions.setdefault(vocabulary.word("condition", str(condition.get("kind", "other"))), [])
        provision = str(condition.get("provision") or "")
        if provision and provision not in found:
            found.append(provision)
    return tuple(f"{words} ({cited(found)})" if found else words for words, found in provisions.items())


def cited(provisions: Sequence[str]) -> str:
    """Provisions of one instrument in one line: its name once, then the articles."""
    name, _separator, first = provisions[0].rpartition("Art. ")
    rest = [one.removeprefix(f"{name}Art. ") for one in provisions[1:]]
    return ", ".join([f"{name}Art. {first}" if name or first != provisions[0] else first, *rest])


@dataclass(frozen=True, slots=True)
class ClockMark:
    """A deadline: how long is left, by which provision, from which trigger; `liberty` is loud."""

    due: datetime | None
    provision: str = ""
    what: Words = ""
    started: datetime | None = None
    liberty: bool = False
    stopped: bool = False
    verified: bool = True
    now: datetime | None = None

    @property
    def left(self) -> timedelta | None:
        return self.due - self.now if self.due and self.now else None

    @property
    def state(self) -> str:
        """`done`, `late`, `soon` (three days or less) or `calm`."""
        if self.stopped or self.left is None:
            return "done"
        if self.left < timedelta(0):
            return "late"
        return "soon" if self.left <= timedelta(days=3) else "calm"

    @property
    def elapsed(self) -> int:
        """The part of the term that has run, in hundredths, for the dial."""
        if not (self.started and self.due and self.now) or self.due <= self.started:
            return 100 if self.state == "late" else 0
        part = (self.now - self.started) / (self.due - self.started)
        return round(100 * min(1.0, max(0.0, part)))

    @property
    def words(self) -> str:
        left = self.left
        if left is None:
            return "–"
        late, size = left < timedelta(0), abs(left)
        if size >= timedelta(days=2):
            days = size.days
            text = (
                ngettext("%(n)d day late", "%(n)d days late", days)
                if late
                else ngettext("%(n)d day", "%(n)d days", days)
            )
            return text % {"n": days}
        hours = max(1, int(size.total_seconds() // 3600))
        text = (
            ngettext("%(n)d hour late", "%(n)d hours late", hours)
            if late
            else ngettext("%(n)d hour", "%(n)d hours", hours)
        )
        return text % {"n": hours}


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the custody line: what, when, whose hand, with digest and seal; `next` is still to come."""

    what: Words
    at: datetime | None = None
    hand: str = ""
    place: str = ""
    digest: str = ""
    seal: SealMark | None = None
    state: str = "held"
    href: str = ""
