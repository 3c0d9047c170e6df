"""The fourth story: somebody forges a copy of a node's ledger, and the partner that witnesses it keeps the proof."""

import json
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

from comity.cli.demo.report import Report
from comity.cli.demo.stage import Stage
from comity.safeguards.ledger import frontier_bytes, leaf_data
from comity.seals.canonical import decode, encode
from comity.seals.merkle import Frontier, leaf_hash
from comity.values.errors import ComityError

LOG, WITNESS = "LU-JI", "ES-JCI3"
DATABASE = "node.sqlite3"
WAIT_SECONDS = 90


def play(stage: Stage, report: Report, out: Path) -> None:
    report.chapter("4. A forged ledger: Spain's node refuses to witness it and keeps the proof")
    lu, es = stage.sites["lu"].folder, stage.sites["es"].folder
    report.step(f"{LOG} shows its ledger to {WITNESS}, as it does by itself after growth; {WITNESS} cosigns it.")
    ours = _cosigned(stage, lu)
    report.check("the partner cosigned the ledger", ours["state"] == "cosigned", f"{ours['size']} entries")
    if not (lu / DATABASE).exists():
        report.step("The forged copy is made of a database in a file; this demo has its databases on a server.")
        return
    report.step(
        "Somebody copies the node, changes an entry in the copy, makes leaves and root fit, and goes on from it."
    )
    copy = _copied(lu, out / "nodes" / "lu-forged")
    changed = forge(copy / DATABASE, LOG)
    whole = _json(stage, "node", "status", copy, "--json")["broken"]
    report.check("the copy is whole by itself: nothing in it tells", whole == [], f"entry {changed} was changed")
    asked = next(one for one in _json(stage, "ledger", "ask", copy, "--json")["ours"] if one["witness"] == WITNESS)
    report.check("the witness does not cosign the forged ledger", asked["state"] == "denied", asked["reason"])
    held = _json(stage, "ledger", "witnesses", es, "--json")
    proofs = [one for one in held["faults"] if one["ledger"] == LOG]
    report.check(
        "the witness keeps both signatures as proof",
        len(proofs) == 1 and bool(proofs[0]["first"]) and bool(proofs[0]["signature"]),
        f"{proofs[0]['kind']}: {proofs[0]['known_size']} entries, then {proofs[0]['size']}" if proofs else "",
    )
    stands = [one["size"] for one in held["others"] if one["ledger"] == LOG]
    report.check("what it cosigned before still stands", stands == [ours["size"]] or stands[0] > ours["size"], stands)
    verified = _json(stage, "ledger", "verify", lu, "--json")
    report.check("the true ledger holds and continues what was cosigned", verified["holds"])


def _cosigned(stage: Stage, folder: Path) -> dict[str, Any]:
    """How the ledger stands with its witness, once it was cosigned."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        rows = _json(stage, "ledger", "ask", folder, "--json")["ours"]
        one = next((row for row in rows if (row["ledger"], row["witness"]) == (LOG, WITNESS)), None)
        if one is not None and one["state"] == "cosigned":
            return dict(one)
        if time.monotonic() > until:
            raise ComityError(f"{WITNESS} did not cosign the ledger of {LOG}: {rows}")
        time.sleep(1)


def _json(stage: Stage, *arguments: str | Path) -> Any:
    return json.loads(stage.operator(*arguments))


def _copied(folder: Path, to: Path) -> Path:
    """The node's folder with its database as it stands, copied while the node is served."""
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns(f"{DATABASE}*", "run"))
    with sqlite3.connect(folder / DATABASE) as source, sqlite3.connect(to / DATABASE) as target:
        source.backup(target)
    return to


def forge(database: Path, authority: str) -> int:
    """Change the first entry and add one, and make leaves, tiles and head fit; the place that was changed."""
    with sqlite3.connect(database) as held:
        columns = "seq, at, actor, event, subject, salt, entry"
        rows = held.execute(
            f"SELECT {columns} FROM safeguards_ledgerentry WHERE authority = ? ORDER BY seq",  # noqa: S608 - our own columns
            [authority],
        ).fetchall()
        frontier = Frontier()
        held.execute("DELETE FROM safeguards_ledgerentry WHERE authority = ?", [authority])
        held.execute("DELETE FROM safeguards_ledgertile WHERE authority = ?", [authority])
        for seq, (_, at, actor, event, subject, salt, entry) in enumerate([*rows, rows[-1]]):
            facts = {"facts": {"forged": "by the demo"}} if seq == 0 else {}
            data = encode({**decode(entry), **facts, "seq": seq})
            leaf = leaf_data(salt, data)
            frontier.append(leaf_hash(leaf))
            held.execute(
                f"INSERT INTO safeguards_ledgerentry (authority, {columns}, leaf) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - the same
                [authority, seq, at, actor, event, subject, salt, data, leaf],
            )
        held.execute(
            "UPDATE safeguards_ledgerhead SET size = ?, frontier = ? WHERE authority = ?",
            [frontier.size, frontier_bytes(frontier), authority],
        )
    return 0
