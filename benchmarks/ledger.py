"""Appending to the ledger beside the bare insert of the same bytes, and what a proof costs in a long log.

Both insert the same row into the same table of one database (SQLite, WAL, synchronous FULL) and commit: singly, and a
hundred in a transaction. The house hashes the leaf, reads and moves the head; `enter` also spells each entry.
Rounds are interleaved; medians of the rounds and their ratio are printed.

    python -m benchmarks.ledger [--appends 300] [--rounds 7] [--leaves 100000] [--json]
"""

# ruff: noqa: PLC0415 - the framework is set up before its rooms are imported
import argparse
import itertools
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

AUTHORITY = "CH-FOJ"
AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SINGLE_GOAL, BATCH_GOAL, BATCH = 0.8, 0.5, 100


def measured(folder: Path, appends: int, rounds: int, leaves: int) -> dict[str, Any]:
    os.environ["COMITY_NODE"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.site.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    found: dict[str, Any] = {}
    contenders = _contenders(appends)
    for name, batch, goal in (("singly", 1, SINGLE_GOAL), (f"in batches of {BATCH}", BATCH, BATCH_GOAL)):
        walls: dict[str, list[float]] = {kind: [] for kind in contenders}
        for turn in range(-1, rounds):
            for kind, work in contenders.items():
                taken = _timed(work, batch)
                if turn >= 0:  # the first round warms up
                    walls[kind].append(taken)
        rate = {kind: appends / statistics.median(times) for kind, times in walls.items()}
        found[name] = {
            **{kind: round(value) for kind, value in rate.items()},
            "ratio": round(rate["ours"] / rate["raw"], 2),
            "enter_ratio": round(rate["enter"] / rate["raw"], 2),
            "goal": goal,
        }
    return found | {"proofs": _proofs(leaves)}


def _contenders(appends: int) -> dict[str, Callable[[int], None]]:
    """Raw inserts on the driver's own connection; our append of the same bytes; `enter`, which spells them."""
    from django.db import connection, transaction

    from comity.safeguards.actions import _locked_frontier, _move_head, enter
    from comity.safeguards.ledger import entry_bytes, leaf_data
    from comity.safeguards.models import LedgerEntry
    from comity.seals.merkle import leaf_hash
    from comity.values.actor import Act, job

    act = Act(job("bench", AUTHORITY), AT, "benchmark", os.urandom)
    actor, event, subject = str(act.actor), "bench:entry:made", "CH-FOJ:dossier:0192f3c4-0000-7000-8000-000000000001"
    facts = {"digest": os.urandom(32).hex()}
    given = {"authority": AUTHORITY, "actor": actor, "event": event, "subject": subject}
    entry = entry_bytes(seq=10_000, at=AT, purpose="benchmark", facts=facts, **given)
    salt = os.urandom(16)
    leaf = leaf_data(salt, entry)
    connection.ensure_connection()
    driver = connection.connection
    columns = "authority, seq, at, actor, event, subject, salt, entry, leaf"
    statement = f"INSERT INTO safeguards_ledgerentry ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own columns
    places = itertools.count()

    def raw(batch: int) -> None:
        for _ in range(0, appends, batch):
            driver.execute("BEGIN IMMEDIATE")
            rows = [
                ("XX-RAW", next(places), "2026-11-21 09:30:00", actor, event, subject, salt, entry, leaf)
                for _ in range(batch)
            ]
            driver.executemany(statement, rows)
            driver.execute("COMMIT")

    def ours(batch: int) -> None:
        for _ in range(0, appends, batch):
            with transaction.atomic():
                frontier = _locked_frontier(AUTHORITY)
                rows = []
                for _ in range(batch):
                    made = leaf_data(salt, entry)
                    rows.append((AUTHORITY, frontier.size, AT, actor, event, subject, salt, entry, made))
                    frontier.append(leaf_hash(made))
                LedgerEntry.insert_many(rows)
                _move_head(AUTHORITY, frontier)

    def whole(batch: int) -> None:
        for _ in range(0, appends, batch):
            with transaction.atomic():
                for _ in range(batch):
                    enter(act, event, subject, authority=AUTHORITY, facts=facts)

    return {"raw": raw, "ours": ours, "enter": whole}


def _timed(work: Callable[[int], None], batch: int) -> float:
    start = time.perf_counter()
    work(batch)
    return time.perf_counter() - start


def _proofs(leaves: int) -> dict[str, float]:
    """Checkpoint, inclusion and consistency in a log of so many leaves, in ms: from every leaf, and from tiles."""
    from comity.safeguards.actions import write_tiles
    from comity.safeguards.ledger import frontier_bytes
    from comity.safeguards.models import LedgerEntry, LedgerHead
    from comity.safeguards.queries import tree_of
    from comity.seals.merkle import Frontier, consistency_proof, inclusion_proof, leaf_hash, root_of

    code = "XX-LOG"
    frontier, rows = Frontier(), []
    for seq in range(leaves):
        leaf = os.urandom(32)
        frontier.append(leaf_hash(leaf))
        rows.append(LedgerEntry(authority=code, seq=seq, at=AT, leaf=leaf))
    LedgerEntry.objects.bulk_create(rows, batch_size=5000)
    LedgerHead.objects.create(authority=code, size=leaves, frontier=frontier_bytes(frontier))

    def every_leaf() -> None:
        held = LedgerEntry.objects.filter(authority=code).order_by("seq").values_list("leaf", flat=True)
        tree = [leaf_hash(bytes(leaf)) for leaf in held.iterator()]
        root_of(tree), inclusion_proof(tree, leaves // 3), consistency_proof(tree, leaves // 2)

    def tiles() -> None:
        tree = tree_of(code)
        tree.root(), tree.inclusion_proof(leaves // 3), tree.consistency_proof(leaves // 2)

    start = time.perf_counter()
    every_leaf()
    before = time.perf_counter() - start
    while write_tiles(code):
        pass
    times = []
    for _ in range(9):
        start = time.perf_counter()
        tiles()
        times.append(time.perf_counter() - start)
    return {
        "leaves": leaves,
        "every_leaf_ms": round(before * 1000, 1),
        "tiles_ms": round(statistics.median(times) * 1000, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--appends", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--leaves", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = measured(Path(place), given.appends, given.rounds, given.leaves)
    if given.json:
        print(json.dumps(found))
        return
    for name, one in found.items():
        if name != "proofs":
            print(
                f"ledger append {name}: {one['ours']:,}/s beside {one['raw']:,}/s raw = {one['ratio']}"
                f" (aim {one['goal']}); with the spelling of the entry {one['enter_ratio']}"
            )
    proofs = found["proofs"]
    print(
        f"root, inclusion and consistency in {proofs['leaves']:,} leaves: {proofs['tiles_ms']} ms from tiles,"
        f" {proofs['every_leaf_ms']} ms from every leaf"
    )


if __name__ == "__main__":
    main()
