"""What must hold under attack and fault: each property with its tests, its long run's figure, and what it prevents.

Read from `data/properties.yaml`. The figures are the last lines that the soaks printed, kept as they were printed in
`data/figures/NAME.json` with seed, commit and machine; no figure is written by hand. The same rows are the first table
of `docs/assurance.md` and the page *What must hold*.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from comity.values.errors import InvalidInputError

DATA = files("comity.safeguards") / "data"


@dataclass(frozen=True, slots=True)
class Run:
    """One long run: `command` repeats it, `figure` is the sentence into which `found` is set."""

    name: str
    command: str
    figure: str
    found: dict[str, Any] | None
    """What the run printed; nothing where it has not been kept yet."""

    def told(self, sentence: str | None = None) -> str:
        """The figure in words, `sentence` being the translated one. Needs `found`."""
        return (sentence or self.figure).format_map(_grouped(self.found or {}))

    @property
    def violations(self) -> int:
        """How many faults the run found: a number, or a list with one word for each."""
        found = (self.found or {}).get("violations", 0)
        return found if isinstance(found, int) else len(found)

    @property
    def short(self) -> bool:
        """Whether it fell short of an aim: a member `met…` that is false, at any depth."""
        return _short(self.found or {})


@dataclass(frozen=True, slots=True)
class Property:
    id: str
    attack: str
    holds: str
    tests: tuple[str, ...]
    runs: tuple[Run, ...]
    without: str
    """What broke when the safeguard was taken away."""
    missing: str
    """Why it does not hold yet; empty where it is built."""


@cache
def properties() -> tuple[Property, ...]:
    """Every property in the order of the file; raises `InvalidInputError` with the row that does not fit."""
    read = yaml.safe_load((DATA / "properties.yaml").read_text(encoding="utf-8"))
    runs = {name: Run(name, row["command"], row["figure"], _found(name)) for name, row in read["runs"].items()}
    return tuple(_property(row, runs) for row in read["properties"])


def _property(row: dict[str, Any], runs: dict[str, Run]) -> Property:
    built = bool(row.get("tests")) and bool(row.get("without")) and not row.get("missing")
    if not built and (row.get("tests") or not row.get("missing")):
        raise InvalidInputError(
            "A property has tests and what breaks without it, or says what is missing.",
            code="properties:incomplete",
            place=row["id"],
        )
    return Property(
        row["id"],
        row["attack"],
        row["holds"],
        tuple(row["tests"]),
        tuple(runs[name] for name in row["runs"]),
        row.get("without", ""),
        row.get("missing", ""),
    )


def _found(name: str) -> dict[str, Any] | None:
    kept = DATA / "figures" / f"{name}.json"
    return json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else None


def _short(found: dict[str, Any]) -> bool:
    return any(
        _short(value) if isinstance(value, dict) else name.startswith("met") and value is False
        for name, value in found.items()
    )


def _grouped(found: dict[str, Any]) -> dict[str, Any]:
    """Numbers with their thousands set apart, at any depth."""
    return {
        name: _grouped(value)
        if isinstance(value, dict)
        else f"{value:,}"
        if isinstance(value, int | float) and not isinstance(value, bool)
        else value
        for name, value in found.items()
    }


def properties_table() -> str:
    """The table of `docs/assurance.md`."""
    lines = ["| attack | what must hold | tests | figure | without it |", "|---|---|---|---|---|"]
    for one in properties():
        tests = "<br>".join(f"`{test}`" for test in one.tests) or "not built yet"
        figures = "<br>".join(_figure(run) for run in one.runs) or "–"
        lines.append("| " + " | ".join((one.attack, one.holds, tests, figures, one.without or one.missing)) + " |")
    return "\n".join(lines) + "\n"


def _figure(run: Run) -> str:
    if run.found is None:
        return f"no run kept yet: `{run.command}`"
    found = run.found
    short = ", short of an aim" if run.short else ""
    return (
        f"{run.told()}; {run.violations} violations{short} (`{run.command}`, seed {found['seed']}, {found['commit']})"
    )
