"""Breaking the glass: who, for what and for how long; and the chained journal that stands in for the ledger meanwhile.

A journal is lines of canonical JSON, each with its place and a link: HMAC-SHA256, under a key of the node, over the
link before it and the line. What was changed, taken out or put in is found at its place; a line cut off at the end is
found by the mark of the last link that is kept elsewhere, or by the ledger once it took the line.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from comity.seals import canonical
from comity.values.actor import Actor
from comity.values.errors import ComityError, InvalidInputError, RefusedError, UnavailableError
from comity.values.instant import instant_text, parse_instant

LASTS = timedelta(hours=4)
"""How long one breaking of the glass opens its dossier to the two who did it."""
SHORTEST, LONGEST = 20, 300
"""Characters in which two people say why."""
MOST_WRONG, WRONG_WITHIN = 10, timedelta(minutes=5)
"""Wrong passwords or codes for one user name; then it is locked here until the first of them is that old."""
BEGIN = "0" * 64
MAX_LINE = 1 << 16


class Ground(StrEnum):
    LIBERTY = "liberty"
    """A clock on a person's liberty runs in the dossier."""
    LIFE = "life"
    """Somebody's life is threatened, in the words of the two."""


class Kind(StrEnum):
    OPENED = "opened"
    SHOWN = "shown"
    """Shown again within the time, to one of the two."""
    REFUSED = "refused"
    SET_ASIDE = "set-aside"
    """A journal that does not hold was kept under another name, and this one begun."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line says."""

    kind: str
    authority: str
    """Whose ledger it belongs in; empty where nobody is known: then in every one of this node."""
    subject: str
    officers: tuple[str, ...] = ()
    """Ids of the officers; after a wrong sign-in the digest of the user name that was given."""
    ground: str = ""
    text: str = ""
    steps: Mapping[str, int] = field(default_factory=dict)
    """Officer to the time step of the one-time code she gave: it and all before it are used."""


@dataclass(frozen=True, slots=True)
class Line:
    seq: int
    at: datetime
    entry: Entry
    link: str


@dataclass(frozen=True, slots=True)
class Journal:
    """The lines that hold, in order, and what is wrong after them; empty when the journal is whole."""

    lines: tuple[Line, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a journal went when it was last written, as kept elsewhere."""

    seq: int
    link: str


def next_line(before: Journal, at: datetime, entry: Entry, key: bytes) -> tuple[Line, bytes]:
    """The line that follows, and its bytes in the file."""
    link_before = before.lines[-1].link if before.lines else BEGIN
    said = {"seq": len(before.lines) + 1, "at": instant_text(at), **asdict(entry), "before": link_before}
    said["officers"] = list(entry.officers)
    link = _link(key, link_before, canonical.encode(said))
    return Line(said["seq"], at, entry, link), canonical.encode({"said": said, "link": link}) + b"\n"


def _link(key: bytes, before: str, said: bytes) -> str:
    return hmac.digest(key, bytes.fromhex(before) + said, "sha256").hex()


def read_journal(data: bytes, key: bytes, mark: Mark | None = None) -> Journal:
    """The lines as far as the chain holds, and what is wrong after them."""
    lines: list[Line] = []
    rows = data.split(b"\n")
    for number, row in enumerate(rows[:-1], start=1):
        line = _read(row, number, lines[-1].link if lines else BEGIN, key)
        if line is None:
            return Journal(tuple(lines), f"line {number} is not the line that was written after line {number - 1}")
        lines.append(line)
    if rows[-1]:
        return Journal(tuple(lines), f"line {len(lines) + 1} is cut")
    if mark is not None and (len(lines) < mark.seq or (mark.seq and lines[mark.seq - 1].link != mark.link)):
        return Journal(tuple(lines), f"it ends after line {len(lines)}; {mark.seq} lines were written")
    return Journal(tuple(lines))


def _read(row: bytes, number: int, before: str, key: bytes) -> Line | None:
    try:
        value = canonical.decode(row, max_bytes=MAX_LINE)
        said = value["said"]
        link = _link(key, before, canonical.encode(said))
        if said["seq"] != number or said["before"] != before or not hmac.compare_digest(link, str(value["link"])):
            return None
        names = ("kind", "authority", "subject", "ground", "text")
        entry = Entry(**{name: said[name] for name in names}, officers=tuple(said["officers"]), steps=said["steps"])
        return Line(number, parse_instant(said["at"]), entry, link)
    except (ComityError, KeyError, TypeError, ValueError):
        return None


def standing(lines: Sequence[Line], subject: str, at: datetime) -> Line | None:
    """The opening of a dossier that still lasts. A clock that runs behind the journal ends every opening."""
    if lines and at < max(line.at for line in lines):
        return None
    found = [line for line in lines if line.entry.kind == Kind.OPENED and line.entry.subject == subject]
    return found[-1] if found and at < found[-1].at + LASTS else None


def used_step(lines: Sequence[Line], officer: str) -> int:
    """The latest time step whose code the officer gave here; no code of it or before holds again."""
    return max((line.entry.steps.get(officer, 0) for line in lines), default=0)


def expect_room(lines: Sequence[Line], name: str, at: datetime) -> None:
    """Raise UnavailableError where too many wrong tries were made for a user name, which is given by its digest."""
    wrong = [
        line
        for line in lines
        if line.entry.kind == Kind.REFUSED and name in line.entry.officers and abs(at - line.at) < WRONG_WITHIN
    ]
    if len(wrong) >= MOST_WRONG:
        raise UnavailableError(
            f"Too many tries for this user name; it is locked for {WRONG_WITHIN}. Nothing was shown.",
            code="glass:too-many",
            next_step="Wait, or let another officer break the glass.",
        )


def expect_two(first: Actor, second: Actor) -> None:
    if first.id == second.id:
        raise RefusedError("Two people break the glass, not one. Nothing was shown.", code="glass:same-person")
    if first.authority != second.authority:
        raise RefusedError(
            "The two belong to different authorities; each opens its own dossiers. Nothing was shown.",
            code="glass:other-authority",
        )


def expect_words(text: str) -> str:
    said = " ".join(text.split())
    if not SHORTEST <= len(said) <= LONGEST:
        raise InvalidInputError(
            f"Say in {SHORTEST} to {LONGEST} characters what hangs on it; it goes into the ledger. Nothing was shown.",
            code="glass:words",
            place="--text",
        )
    return said


def expect_ground(ground: Ground, liberty_runs: Callable[[], bool]) -> None:
    """A clock on liberty is not a matter of words: it runs in the dossier or it does not."""
    if ground is Ground.LIBERTY and not liberty_runs():
        raise RefusedError(
            "No clock on a person's liberty runs in this dossier. Nothing was shown.",
            code="glass:no-liberty-clock",
            next_step="Where somebody's life is threatened: --reason life, and say it in --text.",
        )


def lasts_until(line: Line) -> datetime:
    return line.at + LASTS


def plain(line: Line) -> dict[str, Any]:
    """A line as a table shows it."""
    return {"seq": line.seq, "at": instant_text(line.at), **asdict(line.entry), "link": line.link}
