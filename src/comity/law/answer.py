"""The answer to a question of basis, as values and as the JSON of the command line and the API."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from comity.values.verdict import Finding, Question, Reason


class Basis(NamedTuple):
    """One instrument and how it stands to the request. `rank` 1 is the most specific that may carry it.

    A named tuple: an answer makes some twenty, and all pairs of States some eight hundred thousand.
    """

    instrument: str
    title: str
    rank: int
    finding: Finding
    reasons: tuple[Reason, ...]
    questions: tuple[Question, ...]
    as_of: str
    channel: str
    languages: tuple[str, ...]
    verified: bool
    sources: tuple[str, ...]
    kind: str = ""
    silent: bool = False
    """The register lists nothing for one of the two States."""
    dated_by: str = "rows"
    """What `as_of` dates: the `rows` of the two States, the table of the `instrument`, or the `register` as a whole."""
    row_sources: tuple[str, ...] = ()
    """Where the rows of the two States were read; `sources` are those of the text."""

    def to_json(self) -> dict[str, Any]:
        return {
            "instrument": self.instrument,
            "title": self.title,
            "rank": self.rank,
            "finding": self.finding.value,
            "reasons": [
                {"provision": r.provision, "text": r.text, "finding": r.finding.value, "verified": r.verified}
                for r in self.reasons
            ],
            "questions": [{"id": q.id, "text": q.text, "provision": q.provision} for q in self.questions],
            "as_of": self.as_of,
            "dated_by": self.dated_by,
            "channel": self.channel,
            "languages": list(self.languages),
            "verified": self.verified,
            "sources": list(self.sources),
            "row_sources": list(self.row_sources),
        }


@dataclass(frozen=True, slots=True)
class BasisAnswer:
    """The whole answer to one question of basis; it cites, and says how old what it cites is."""

    requesting: str
    requested: str
    measure: str
    offence: str
    on: date
    bases: tuple[Basis, ...]

    def to_json(self) -> dict[str, Any]:
        """Exactly the JSON of the command line and the API."""
        return {
            "requesting": self.requesting,
            "requested": self.requested,
            "measure": self.measure,
            "offence": self.offence,
            "on": self.on.isoformat(),
            "bases": [basis.to_json() for basis in self.bases],
        }

    @property
    def first_clear(self) -> Basis | None:
        return next((basis for basis in self.bases if basis.finding is Finding.CLEAR), None)
