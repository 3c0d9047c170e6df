"""The tables of clocks and of counting, read from their files; a fault names file, line and reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.law.faults import LawText, Path
from comity.law.law_files import Sources
from comity.law.vocabulary import MEASURES

KINDS = frozenset({"hard", "soft", "right"})
UNITS = ("days", "hours", "months", "working_days")


@dataclass(frozen=True, slots=True)
class CountingRule:
    """One rule of counting; `rolls`: a period that ends on a day of rest ends with the next working day."""

    provision: str
    text: str
    verified: bool
    rolls: bool


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One row: what runs from which trigger, how long (`unit` empty: no figure in the text), and what follows."""

    id: str
    instrument: str
    trigger: str
    unit: str
    amount: int
    kind: str
    provision: str
    effect: str
    extension: str
    extension_days: int
    measures: frozenset[str]
    liberty: bool
    counting: str
    between: str
    declared_under: str
    verified: bool
    source: str


def counting_from_text(name: str, text: str, sources: Sources) -> dict[str, CountingRule]:
    file = LawText(name, text)
    found = {}
    for rule, given in file.mapping(("calendar",)).items():
        if not {"at", "text", "read"} <= set(given) or given["read"] not in sources.texts:
            raise file.broken("a rule of counting has `at`, `text` and `read`, a key of sources.yaml", (rule,))
        found[rule] = CountingRule(
            str(given["at"]), str(given["text"]), sources.read(given["read"]), bool(given.get("rolls"))
        )
    return found


def clocks_from_text(name: str, text: str, sources: Sources, rules: Mapping[str, CountingRule]) -> tuple[ClockRow, ...]:
    """All rows of a table of clocks."""
    file = LawText(name, text)
    if not isinstance(file.value, list):
        raise file.broken("it is a list of clocks", ())
    rows: dict[str, ClockRow] = {}
    for index, given in enumerate(file.value):
        row = _row(file, given, (index,), sources, rules)
        if row.id in rows:
            raise file.broken(f"the clock '{row.id}' stands twice", (index,))
        rows[row.id] = row
    return tuple(rows.values())


def _row(
    file: LawText, given: Mapping[str, Any], path: Path, sources: Sources, rules: Mapping[str, CountingRule]
) -> ClockRow:
    for key in ("id", "instrument", "trigger", "kind", "at", "effect"):
        if not given.get(key):
            raise file.broken(f"a clock has `{key}`", path)
    if "read" not in given:
        raise file.broken("a source is missing: say under `read` where it was read (a key of sources.yaml)", path)
    if given["read"] not in sources.texts:
        raise file.broken(f"'{given['read']}' is not a key of sources.yaml", path)
    if given["kind"] not in KINDS:
        raise file.broken(f"'{given['kind']}' is no kind of clock: {', '.join(sorted(KINDS))}", path)
    units = [unit for unit in UNITS if unit in given]
    if len(units) > 1 or any(not isinstance(given[unit], int) for unit in units):
        raise file.broken(f"a period is one whole number of {', '.join(UNITS)}", path)
    unknown = set(given.get("measures", ())) - set(MEASURES)
    if unknown:
        raise file.broken(f"unknown: {', '.join(sorted(unknown))}", path)
    unit = units[0] if units else ""
    liberty = bool(given.get("liberty"))
    fallback = {"hours": "hours", "working_days": "working-days"}.get(unit, "liberty" if liberty else "calendar")
    counting = str(given.get("counting", fallback))
    if counting not in rules:
        raise file.broken(f"'{counting}' is no rule of counting.yaml", path)
    between = str(given.get("if_both", "")) or (f"not {given['unless_both']}" if "unless_both" in given else "")
    return ClockRow(
        id=str(given["id"]),
        instrument=str(given["instrument"]),
        trigger=str(given["trigger"]),
        unit=unit,
        amount=int(given[unit]) if unit else 0,
        kind=str(given["kind"]),
        provision=str(given["at"]),
        effect=str(given["effect"]),
        extension=str(given.get("extension", "")),
        extension_days=int(given.get("extension_days", 0)),
        measures=frozenset(given.get("measures", ())),
        liberty=liberty,
        counting=counting,
        between=between,
        declared_under=str(given.get("declared_under", "")),
        verified=sources.read(given["read"]),
        source=sources.texts[given["read"]],
    )
