"""How quickly the law answers, beside a plain walk over the same tables held as dictionaries.

    python -m benchmarks.law [--states 190] [--json]

Prints loading, one answer at the median, every ordered pair of States for one measure, a refusal check and a load of
the plain dictionaries; each as a time, and as a ratio to the walk that only looks at the same rows.
"""

import argparse
import csv
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from comity.law.basis import find_bases
from comity.law.law_files import DATA
from comity.law.refusal_check import check_refusal
from comity.law.register import Register, load_register
from comity.values.country import country_names

DAY = date(2026, 11, 21)
LIMITS = {"load": 0.300, "answer": 0.001, "all pairs": 10.0}
"""Seconds that must not be exceeded on one core."""

_LOADING = """
import time
from comity.law import register
start = time.process_time()
register.load_register()
print(time.process_time() - start)
"""


def states_of(register: Register, count: int) -> list[str]:
    """The States with most rows in the register, as many as are asked for."""
    known = country_names()
    rows: dict[str, int] = {}
    for listed in register.participations.values():
        for state in listed:
            if state in known:
                rows[state] = rows.get(state, 0) + 1
    return sorted(sorted(rows, key=lambda state: (-rows[state], state))[:count])


def plain_tables(register: Register) -> dict[str, dict[str, dict[str, str]]]:
    """The rows of the conventions as bare dictionaries: instrument, State, row."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for code in register.participations:
        text = (DATA / f"treaties/{code}.csv").read_text(encoding="utf-8")
        found[code] = {row["state"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    return found


def walk(
    tables: Mapping[str, Mapping[str, Mapping[str, str]]],
    covering: list[str],
    pairs: Mapping[Any, Any],
    ours: str,
    theirs: str,
) -> list[str]:
    """What a script would do: both rows there, both dated before the day; no reasons, no questions, no silence."""
    found = []
    for code in covering:
        rows = tables.get(code, {})
        first, second = rows.get(ours), rows.get(theirs)
        if (
            first
            and second
            and first["entry_into_force"] <= "2026-11-21"
            and second["entry_into_force"] <= "2026-11-21"
        ):
            found.append(code)
    key = (ours, theirs) if ours < theirs else (theirs, ours)
    found += [treaty.code for treaty in pairs.get(key, ()) if "in_force" in treaty.statuses]
    return found


def measure(states: int = 190, name: str = "hearing-witness", offence: str = "corruption") -> list[dict[str, Any]]:
    """Every figure as a row: what, seconds, the plain walk's seconds, ratio, limit, whether it holds."""
    register = load_register()
    listed = states_of(register, states)
    pairs = [(first, second) for first in listed for second in listed if first != second]
    tables = plain_tables(register)
    covering = [one.code for one in register.by_measure[name]]
    plain = timed(lambda: [walk(tables, covering, register.treaties_by_pair, *pair) and None for pair in pairs])

    def ask(first: str, second: str) -> object:
        return find_bases(register, first, second, measure=name, offence=offence, on=DAY, today=DAY)

    every = timed(lambda: [ask(*pair) and None for pair in pairs])
    singles = []
    for first, second in pairs[:: max(1, len(pairs) // 2000)]:
        singles.append(timed(lambda first=first, second=second: ask(first, second)))
    check = timed(lambda: [check_refusal(register.instrument("UNTOC"), {"measure": name}) for _ in range(100)]) / 100
    loading = min(_loading() for _ in range(3))
    bare = min(timed(lambda: plain_tables(register)) for _ in range(3))
    one = statistics.median(singles)
    each = plain / len(pairs)
    return [
        row("load", loading, bare),
        row("answer", one, each),
        row("all pairs", every, plain) | {"pairs": len(pairs)},
        row("refusal check", check, each),
    ]


def row(what: str, seconds: float, plain: float) -> dict[str, Any]:
    limit = LIMITS.get(what)
    return {
        "what": what,
        "seconds": round(seconds, 6),
        "plain": round(plain, 6),
        "ratio": round(seconds / plain, 1) if plain else None,
        "limit": limit,
        "holds": limit is None or seconds <= limit,
    }


def timed(run: Callable[[], object]) -> float:
    """Processor seconds, so that a busy machine distorts least."""
    start = time.process_time()
    run()
    return time.process_time() - start


def _loading() -> float:
    done = subprocess.run([sys.executable, "-c", _LOADING], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--states", type=int, default=190)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = measure(given.states)
    if given.json:
        print(json.dumps(rows, indent=2))
    else:
        for one in rows:
            limit = f"limit {one['limit']} s" if one["limit"] else ""
            figures = f"{one['seconds']:>10.6f} s   plain {one['plain']:>10.6f} s   x {one['ratio']}"
            print(f"{one['what']:<14} {figures}   {limit}")
    return 0 if all(one["holds"] for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
