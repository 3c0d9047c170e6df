"""What the register says of one State under one instrument, and whether it was bound on a day.

Dates count: a State is bound from the entry into force for it. A party listed without a date counts as bound from the
`as_of` of its row on and is UNSETTLED before. What is not listed is unknown, never "not a party".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from comity.law.register_dates import earliest_day, latest_date, latest_day
from comity.values.errors import BrokenError

STATUSES = frozenset(
    {"party", "signatory", "bound", "not_bound", "withdrawn", "ratified_not_in_force", "action_recorded"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Participation:
    """One row of a register: status as the source has it, days as far as known, source and age."""

    instrument: str
    state: str
    status: str
    signed: str
    action: str
    consented: str
    in_force: str
    basis_of_force: str
    source: str
    as_of: str
    force_from: date | None
    """The last day the written entry into force can mean."""
    force_not_before: date | None
    """The first day it can mean: before it the State was surely not bound."""
    known_from: date | None
    """The day the row is as of; None when it is undated."""
    ended: date | None = None
    """The first day of a withdrawal; None when there is none, or its day is not known."""
    scope: str = ""
    """The territory for which it stands, where that is not all of the State's."""
    unread: bool = False
    """A node's correction whose source nobody read."""

    @property
    def inferred(self) -> bool:
        """The source itself says that this was inferred, computed or recalled, not read."""
        return self.unread or any(
            word in self.source for word in ("inferred", "INFERRED", "recalled", "inference", "UNVERIFIED")
        )

    def to_json(self) -> dict[str, str | bool]:
        return {
            "instrument": self.instrument,
            "state": self.state,
            "status": self.status,
            "date_signature": self.signed,
            "action": self.action,
            "date_consent": self.consented,
            "entry_into_force": self.in_force,
            "eif_basis": self.basis_of_force,
            "source": self.source,
            "as_of": self.as_of,
            "verified": not self.inferred,
        }


def read_participations(rows: Iterable[Mapping[str, str]], place: str) -> dict[str, Participation]:
    """One participation per State from the rows of `treaties/CODE.csv`; a fault names its file and line."""
    found: dict[str, Participation] = {}
    for line, row in enumerate(rows, start=2):
        state, status = row["state"], row["status"]
        if status not in STATUSES:
            raise BrokenError(
                f"'{status}' is not a status of the register.", code="law:status", place=f"{place}:{line}"
            )
        if not row["source"]:
            raise BrokenError("A row of the register needs a source.", code="law:source", place=f"{place}:{line}")
        if state in found:
            raise BrokenError(f"{state} stands twice.", code="law:duplicate", place=f"{place}:{line}")
        found[state] = Participation(
            instrument=row["instrument"],
            state=state,
            status=status,
            signed=row["date_signature"],
            action=row["action"],
            consented=row["date_consent"],
            in_force=row["entry_into_force"],
            basis_of_force=row["eif_basis"],
            source=row["source"],
            as_of=row["as_of"],
            force_from=latest_day(row["entry_into_force"]),
            force_not_before=earliest_day(row["entry_into_force"]) or earliest_day(row["date_consent"]),
            known_from=latest_date(row["as_of"]),
        )
    return found
