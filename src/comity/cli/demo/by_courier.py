"""The fifth story: no line. Sealed bundles go by hand both ways, and with them the news of a rotated key."""

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from comity.cli.demo.client import CallError, Desk
from comity.cli.demo.lawfulness import sign_gate
from comity.cli.demo.letters import letter
from comity.cli.demo.report import Report
from comity.cli.demo.stage import Site, Stage
from comity.cli.demo.waiting import anything, until
from comity.seals.canonical import encode
from comity.values.errors import ComityError

PURPOSE = "exercise DP 2/2026"
HERE, THERE = "ES-JCI3", "LU-JI"
NUMBER = "LU-JI-26-91-EX"
WAIT_SECONDS = 90


def play(stage: Stage, report: Report, out: Path) -> None:
    report.chapter("5. No line between Spain and Luxembourg: a courier, and a key that was rotated meanwhile")
    es, lu = stage.sites["es"], stage.sites["lu"]
    judge, clerk, greffe = es.desk("b.soler", PURPOSE), es.desk("d.lara", PURPOSE), lu.desk("g.hoff", PURPOSE)
    for name in ("es", "lu"):
        stage.wires[name].down = True
    dossier = _order(judge, clerk)
    _outward(stage, clerk, greffe, dossier, report)
    new = _rotate(stage, lu, greffe, dossier, report)
    _homeward(stage, clerk, greffe, judge, dossier, report)
    old = _continuity(stage, es, new, report)
    _archive(stage, judge, dossier, old, out, report)
    for name in ("es", "lu"):
        stage.wires[name].down = False
    _together(judge, greffe, dossier, report)


def _order(judge: Desk, clerk: Desk) -> str:
    """A second order of Judge Soler's, signed and transmitted: it waits, as there is no line."""
    asked = {"requested": THERE, "title": "Investment fraud II", "number": "DP 2/2026-EJERCICIO"}
    dossier = judge.post("/dossiers", {**asked, "instrument": "EU-EIO-2014-41"})["reference"]
    judge.act(dossier, "save_draft", content=letter("spanish_order"))
    judge.act(dossier, "prepare_release")
    digest = judge.read(dossier)["draft"]["release"]["digest"]
    judge.act(dossier, "sign_request", digest=digest)
    sign_gate(judge, dossier)
    clerk.act(dossier, "transmit_request", digest=digest)
    return str(dossier)


def _outward(stage: Stage, clerk: Desk, greffe: Desk, dossier: str, report: Report) -> None:
    report.step("The line is dead. Madrid packs what waits into one sealed file; a courier carries it to Luxembourg.")
    _wait(lambda: stage.wires["lu"].refused > 0, "the line to be tried")
    report.check("over the line nothing arrives", not _there(greffe, dossier), f"{stage.wires['lu'].refused} tries")
    bundle = _packed(clerk, THERE)
    report.check("the bundle shows nobody what is in it", dossier.encode() not in bundle, f"{len(bundle):,} bytes")
    told = _taken(greffe, bundle)
    arrived = until(greffe, dossier, anything, "the order in Luxembourg")
    report.check("taken in, it has the line's effect", arrived["phase"] == "transmitted", _outcomes(told))
    again = _taken(greffe, bundle)
    report.check("the same bundle again has none", "taken" not in _outcomes(again), _outcomes(again))


def _rotate(stage: Stage, lu: Site, greffe: Desk, dossier: str, report: Report) -> str:
    """The fingerprint of the key that signs from now on."""
    report.step(f"Luxembourg registers the order and, still without a line, changes the keys of {THERE}.")
    greffe.act(dossier, "register_request", number=NUMBER, contact="Greffe du cabinet d'instruction")
    told = stage.operator("node", "rotate", lu.folder, THERE, "--reason", "yearly change (exercise)", "--json")
    return str(json.loads(told)["fingerprint"])


def _homeward(stage: Stage, clerk: Desk, greffe: Desk, judge: Desk, dossier: str, report: Report) -> None:
    report.step("The courier's way back: receipt, acknowledgement, and the notice of the new key, in one file.")
    before = stage.wires["es"].bytes_back + stage.wires["lu"].bytes_back
    told = _taken(clerk, _packed(greffe, HERE))
    report.check("a bundle under a key not heard of is believed by the notice in it", told["whole"], _outcomes(told))
    view = judge.read(dossier)
    report.check("Madrid holds the receipt, signed in Luxembourg", _delivered(judge, dossier))
    report.check("and their number", view["numbers"]["theirs"] == NUMBER, view["numbers"]["theirs"])
    back = _taken(greffe, _packed(clerk, THERE))
    report.check("the answer closes the round: the receipts go back too", back["whole"], _outcomes(back))
    after = stage.wires["es"].bytes_back + stage.wires["lu"].bytes_back
    report.check("not one byte of it went over a line", before == after)


def _continuity(stage: Stage, es: Site, new: str, report: Report) -> str:
    """The fingerprint of the key that ended, as the partner knows it."""
    held = json.loads(stage.operator("node", "peer", "keys", es.folder, THERE, "--json"))
    ended = held["ended"][0] if held["ended"] else {"fingerprint": "", "safety": ""}
    old = str(ended["fingerprint"])
    report.check(
        "the partner sees that the old key signed the change",
        held["fingerprint"] == new != old and ended["safety"] == "continuity",
        f"{old[:16]} to {new[:16]}: {ended['safety']}",
    )
    return old


def _archive(stage: Stage, judge: Desk, dossier: str, old: str, out: Path, report: Report) -> None:
    """What the old key signed is evidence still: here the receipt of delivery, checked without a node."""
    path = _delivery(judge, dossier, out / "delivery.json")
    said = json.loads(stage.operator("verify", path, "--json"))
    arrived = [line["text"] for line in said["lines"] if line["state"] == "proved" and "delivery:" in line["text"]]
    under = [line for line in said["lines"] if line["place"].startswith("keys[") and old in line["text"]]
    report.check("what the old key signed is evidence still", said["holds"] and bool(arrived and under), arrived[:1])


def _together(judge: Desk, greffe: Desk, dossier: str, report: Report) -> None:
    report.step("The line is back.")
    ours, theirs = (_messages(desk.read(dossier)) for desk in (judge, greffe))
    report.check("both sides hold the same dossier, each message once", ours == theirs, f"{len(ours)} messages")


def _packed(desk: Desk, partner: str) -> bytes:
    return bytes(desk.post("/courier/pack", {"partner": partner}))


def _taken(desk: Desk, bundle: bytes) -> Any:
    """What came of the bundle; taken in again while the node's own worker has a part of it in hand, as it says."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        told = desk.call("POST", "/courier/take", files={"file": ("bundle.comity", bundle)})
        if "undecided" not in _outcomes(told) or time.monotonic() > end:
            return told
        time.sleep(1)


def _outcomes(told: Any) -> dict[str, int]:
    """What came of the parts of a bundle, counted."""
    return dict(Counter(part["outcome"] for part in told["parts"]))


def _there(desk: Desk, dossier: str) -> bool:
    try:
        desk.read(dossier)
    except CallError as error:
        return error.status != 404
    return True


def _delivered(desk: Desk, dossier: str) -> bool:
    own = [line["delivery"]["state"] for line in desk.read(dossier)["timeline"] if line.get("delivery")]
    return bool(own) and set(own) == {"delivered"}


def _delivery(desk: Desk, dossier: str, path: Path) -> Path:
    """The file that proves the delivery of the order."""
    sent = next(line for line in desk.read(dossier)["timeline"] if line.get("delivery"))
    found = desk.get(f"/dossiers/{dossier}/messages/{sent['digest']}/delivery")
    path.write_bytes(found if isinstance(found, bytes) else encode(found))
    return path


def _messages(view: Any) -> list[str]:
    return [line["digest"] for line in view["timeline"] if line["kind"] == "message"]


def _wait(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not holds():
        if time.monotonic() > end:
            raise ComityError(f"Waited {WAIT_SECONDS} s for {what}.")
        time.sleep(0.25)
