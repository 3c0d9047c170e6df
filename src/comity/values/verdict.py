"""Verdicts: three answers, never a bare yes or no.

CLEAR: nothing recorded stands against it. BARRED: a cited rule does. UNSETTLED: a fact is missing, and the
question whose answer would settle it is named. Verdicts add up; the gravest wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    CLEAR = "CLEAR"
    UNSETTLED = "UNSETTLED"
    BARRED = "BARRED"

    @property
    def gravity(self) -> int:
        return ("CLEAR", "UNSETTLED", "BARRED").index(self.value)


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a verdict: the provision, what it says of this case in plain words, and what follows."""

    provision: str
    text: str
    finding: Finding
    verified: bool = True
    """False when the rule was recalled and not read in a source: shown, never hidden."""


@dataclass(frozen=True, slots=True)
class Question:
    """What would settle an UNSETTLED verdict: an id for the answer, the words, the provision that asks."""

    id: str
    text: str
    provision: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    reasons: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def finding(self) -> Finding:
        return gravest(reason.finding for reason in self.reasons)

    def __add__(self, other: "Verdict") -> "Verdict":
        questions = self.questions + tuple(q for q in other.questions if q not in self.questions)
        return Verdict(self.reasons + other.reasons, questions)


def gravest(findings: Iterable[Finding]) -> Finding:
    """The gravest of several findings; CLEAR when there are none."""
    return max(findings, key=lambda finding: finding.gravity, default=Finding.CLEAR)
