"""What verification says: one line per thing proved, broken, absent or to be noted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any

from comity.values.errors import ComityError


class State(StrEnum):
    PROVED = "proved"
    BROKEN = "broken"
    ABSENT = "absent"
    """Not in the bundle, or not provable from it; nothing that is there is wrong."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: where it stands (file, event, field), what was found."""

    state: State
    place: str
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"state": self.state.value, "place": self.place, "text": self.text}


@dataclass
class Report:
    """All lines in the order they were found; it holds when nothing is broken."""

    lines: list[Line] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return all(line.state is not State.BROKEN for line in self.lines)

    @property
    def broken(self) -> list[Line]:
        return [line for line in self.lines if line.state is State.BROKEN]

    def proved(self, place: str, text: str) -> None:
        self.lines.append(Line(State.PROVED, place, text))

    def breaks(self, place: str, text: str) -> None:
        self.lines.append(Line(State.BROKEN, place, text))

    def absent(self, place: str, text: str) -> None:
        self.lines.append(Line(State.ABSENT, place, text))

    def note(self, place: str, text: str) -> None:
        self.lines.append(Line(State.NOTE, place, text))

    def expect(self, holds: bool, place: str, proved: str, broken: str) -> bool:
        """A line either way; returns whether it holds."""
        if holds:
            self.proved(place, proved)
        else:
            self.breaks(place, broken)
        return holds

    def breaking(self, place: str) -> "_Breaking":
        """What is raised inside is a broken line at that place, and the rest of the verification goes on."""
        return _Breaking(self, place)

    def attempt(self, place: str, proved: str, check: Callable[[], object]) -> bool:
        """Run one check: proved if it returns, broken with its sentence if it raises."""
        before = len(self.broken)
        with self.breaking(place):
            check()
        if len(self.broken) > before:
            return False
        self.proved(place, proved)
        return True

    def to_json(self) -> dict[str, Any]:
        counts = {state.value: sum(line.state is state for line in self.lines) for state in State}
        return {"holds": self.holds, "counts": counts, "lines": [line.to_json() for line in self.lines]}


@dataclass
class _Breaking:
    """Turns the house's errors into a broken line; any other error is a fault of the verifier and goes on."""

    report: Report
    place: str

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, ComityError):
            return False
        where = f"{self.place}, {error.place}" if error.place and error.place not in self.place else self.place
        self.report.breaks(where, error.message)
        return True
