"""What a node's operator is told of witnesses: ours, and what we found as one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from comity.exchange.queries import ledger_faults, owed, standings, witnessed_logs
from comity.values.instant import instant_text

OWED_AFTER = timedelta(days=1)
"""How long a ledger may leave open what others showed of it before it is said."""


def witness_state() -> dict[str, Any]:
    """`ours` (per ledger and witness), `others` (what we know as a witness), `faults` (proofs kept), `owed`."""
    return {
        "ours": [
            {
                "ledger": one.log,
                "witness": one.witness,
                "state": one.state,
                "size": one.size,
                "at": instant_text(one.at) if one.at else None,
                "known_size": one.known_size,
                "reason": one.reason,
            }
            for one in standings()
        ],
        "others": [
            {"witness": holder, "ledger": log, "size": size, "at": instant_text(at)}
            for holder, log, size, at in witnessed_logs()
        ],
        "faults": [
            {
                "ledger": one.log,
                "kind": one.kind,
                "known_size": one.known_size,
                "size": one.size,
                "at": instant_text(one.at),
                "held_by": one.holder,
                "shown_by": one.shown_by,
                "first": one.first,
                "second": one.second,
                "signature": one.signature,
            }
            for one in ledger_faults()
        ],
        "owed": [
            {"ledger": one.log, "size": one.size, "shown_by": one.shown_by, "since": instant_text(one.at)}
            for one in owed(before=datetime.now(UTC) - OWED_AFTER)
        ],
    }


FAULTS = {
    "fork": "signed two roots for {size} entries",
    "unproved": "does not continue the {known_size} entries it signed before",
    "rollback": "has {size} entries and signed {known_size} before: cut, or restored from an old copy",
}


def alarm_lines(found: dict[str, Any]) -> list[str]:
    """What of it must be told first, one plain sentence each."""
    ours = [one["reason"] for one in found["ours"] if one["state"] in {"restored", "denied"}]
    others = [
        f"{one['ledger']} {FAULTS[one['kind']].format(**one)}; {one['held_by']} keeps the proof."
        for one in found["faults"]
    ]
    owing = [
        f"{one['ledger']} has not proved {one['size']} entries that {one['shown_by']} saw." for one in found["owed"]
    ]
    return ours + others + owing


def witness_page(found: dict[str, Any]) -> Iterator[RenderableType]:
    for sentence in alarm_lines(found):
        yield Text(f"ALARM   {sentence}", "bold red")
    ours = Table("ledger", "witness", "state", "entries", "cosigned", "why", box=None, pad_edge=False)
    for one in found["ours"]:
        ours.add_row(
            one["ledger"], one["witness"], one["state"], f"{one['size']:,}", one["at"] or "never", Text(one["reason"])
        )
    yield ours if found["ours"] else Text("No partner was asked yet: the first checkpoint goes out by itself.")
    others = Table("we witness", "as", "entries", "cosigned", box=None, pad_edge=False)
    for one in found["others"]:
        others.add_row(one["ledger"], one["witness"], f"{one['size']:,}", one["at"])
    if found["others"]:
        yield Text()
        yield others
