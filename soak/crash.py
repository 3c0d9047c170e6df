"""The crash sweep: a node's process is struck at each call by which it writes, and what it left is judged.

Nine deeds; for each, every write-class system call that it makes, each with SIGKILL, ENOSPC and EIO, once; then seeded
further ones, where a full disk may also stay full. Each case is a fork of one warmed process under strace; whoever was
struck and lives does the deed again in the same process, as a served node would. Then a fresh fork looks at what is
there: done once or not at all, what was acknowledged is durable, the ledgers are whole (at every fourth case: the
doctor finds nothing); it does the deed again, and looks once more.
"""

import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from soak import crash_deeds, crash_stage, strace
from soak.crash_deeds import DEEDS, Deed
from soak.crash_stage import Scene, standing
from soak.strace import FAULTS, Blow

MOST = 5000
"""How many cases a whole sweep has: each call with each fault once, then seeded further ones."""
UNEXAMINED = "unexamined"
"""A deed that says so begins where some checks cannot be made."""


class Sweep:
    """The stage, warmed, and the scenes at which each deed begins."""

    def __init__(self, place: Path, *, evidence: bool = True) -> None:
        self.place = place
        self.scene = crash_stage.built(place, evidence=evidence)
        list(_judged(DEEDS["send"], self.begin(DEEDS["send"], 1), None))  # so that no fork begins cold

    @cached_property
    def older(self) -> Scene:
        """The scene as an earlier release left it."""
        older = crash_stage.copied(self.scene, self.place / "older", 7)
        told = self.place / "rows.json"

        def age() -> list[str]:
            with standing(older):
                crash_deeds.older(older)
            told.write_text(json.dumps(older.notes["rows"]))
            return []

        if found := _in_a_fork(age):
            raise AssertionError(found)
        older.notes = dict(self.scene.notes) | {"rows": json.loads(told.read_text())}
        return older

    def begin(self, deed: Deed, seed: int) -> Scene:
        source = self.older if deed.name == "migration" else self.scene
        return crash_stage.copied(source, crash_deeds.folder_of(self.place, deed.name), seed)

    def calls(self, deed: Deed, seed: int) -> list[Blow]:
        """Every blow that can fall on the deed, in the order of its calls."""
        scene = self.begin(deed, seed)
        seen = strace.watched(lambda: self._do(deed, scene, 1), self.place / "strace", None)
        if seen.status != 0:
            raise AssertionError(f"{deed.name} does not work even without a fault (status {seen.status}).")
        return strace.blows_for(seen)

    def strike(self, deed: Deed, blow: Blow, seed: int) -> dict[str, Any]:
        """One case: `fell`, `acknowledged`, `errors` that the deed raised, and `violations`."""
        scene = self.begin(deed, seed)
        told, errors = self.place / "told", self.place / "errors"
        told.unlink(missing_ok=True)
        errors.unlink(missing_ok=True)
        seen = strace.watched(lambda: self._do(deed, scene, 2), self.place / "strace", blow)
        lines = told.read_text().splitlines() if told.is_file() else []
        acknowledged = json.loads(lines[0]) if lines and lines[0].endswith("]") else None
        found = _in_a_fork(lambda: list(_judged(deed, scene, acknowledged[0] if acknowledged else None)))
        kinds = errors.read_text().split() if errors.is_file() else []
        return {
            "fell": seen.fell,
            "acknowledged": acknowledged is not None,
            "errors": kinds,
            "violations": found,
        }

    def _do(self, deed: Deed, scene: Scene, attempts: int) -> None:
        """The deed in the child; it acknowledges by one write. An error is written down and the deed done again."""
        with standing(scene):
            for attempt in range(attempts):
                try:
                    told = deed.act(scene, attempt)
                except Exception as error:
                    if attempts == 1:
                        raise
                    with (self.place / "errors").open("a") as sink:
                        sink.write(f"{type(error).__name__}\n")
                    continue
                if attempts > 1:
                    with (self.place / "told").open("w") as sink:
                        sink.write(f"[{crash_deeds.said(told)}]")
                return


def _judged(deed: Deed, scene: Scene, told: Any) -> Iterator[str]:
    """What a process that starts afterwards finds, then does, then finds."""
    with standing(scene):
        yield from deed.judge(scene, told)
        yield from _sound(deed, scene, deed.passing)
        deed.act(scene, 7)  # later than any lease
        yield from deed.done(scene, None)
        yield from _sound(deed, scene, frozenset())


def _sound(deed: Deed, scene: Scene, passing: frozenset[str]) -> Iterator[str]:
    """The whole doctor looks at every fourth case, for what it takes; at every other one only the ledgers."""
    from comity.safeguards.queries import broken_places

    if scene.seed % 4 == 0:
        yield from _examined(deed, scene, passing)
    elif UNEXAMINED not in passing:
        yield from (f"ledger: {place}" for code in scene.keys.authorities() for place in broken_places(code))


def _examined(deed: Deed, scene: Scene, passing: frozenset[str]) -> Iterator[str]:
    from comity.cli.doctor import examine

    node = crash_stage.opened(scene.folder)
    if deed.name != "rotation":
        node.keys = lambda: scene.keys
    node.vault = scene.vault
    for one in examine(node, scene.at)["findings"]:
        unexamined = one["what"].startswith("this could not be examined")
        if one["fault"] and one["check"] not in passing and not (unexamined and UNEXAMINED in passing):
            yield f"doctor: {one['check']}: {one['place']}: {one['what']}"


def _in_a_fork(work: Callable[[], list[str]]) -> list[str]:
    """Do something in a fresh process and hear the lines it found; what it raised is one of them."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            found = work()
        except BaseException as error:  # noqa: BLE001 - told to the parent, which decides
            found = [f"{type(error).__name__}: {error}"]
        with os.fdopen(writing, "w") as sink:
            json.dump(found, sink)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as source:
        data = source.read()
    os.waitpid(child, 0)
    found: list[str] = json.loads(data) if data else ["the judge ended without a word"]
    return found


def cases(sweep: Sweep, seed: int, most: int = MOST) -> Iterator[tuple[str, Blow, int]]:
    """Every call of every deed with every fault, then seeded further cases without end of ideas up to `most`."""
    known = {name: sweep.calls(deed, seed) for name, deed in DEEDS.items()}
    chance = random.Random(seed)
    each = [(name, blow) for name, blows in known.items() for blow in blows]
    chance.shuffle(each)  # so that a sweep cut short has struck all nine
    for name, blow in each:
        told = f"{seed}/{name}/{blow.call}/{blow.number}/{blow.fault}"
        yield name, blow, int(sha256(told.encode()).hexdigest()[:7], 16)
    for _ in range(most - len(each)):
        name = chance.choice(list(DEEDS))
        blow = chance.choice(known[name])
        lasting = blow.fault != "SIGKILL" and chance.random() < 0.5
        yield name, Blow(blow.call, blow.number, blow.fault, lasting), chance.randrange(1 << 30)


def soak(until: Callable[[], bool], seed: int, state: Path) -> dict[str, Any]:
    """Go on with the sweep of this seed; each case is one line of `cases.jsonl` in the state."""
    book = state / "cases.jsonl"
    made = [json.loads(line) for line in book.read_text().splitlines()] if book.is_file() else []
    with tempfile.TemporaryDirectory(prefix="comity-crash-", dir=crash_stage.workshop("x").parent) as place:
        if not strace.strace_here(Path(place)):
            raise SystemExit("strace is not installed or may not attach: install it, or run this as root.")
        sweep = Sweep(Path(place) / "stage")
        before = {_name(one["deed"], one, one["seed"]) for one in made}
        left = [case for case in cases(sweep, seed) if _name(case[0], asdict(case[1]), case[2]) not in before]
        every = len(made) + len(left)  # a turn counts its calls anew, and may find a few more or less
        with book.open("a") as sink:
            for name, blow, salt in left:
                if until():
                    break
                found = {"deed": name, **asdict(blow), "seed": salt, **sweep.strike(DEEDS[name], blow, salt)}
                made.append(found)
                sink.write(json.dumps(found) + "\n")
                sink.flush()
                if found["violations"]:
                    sys.stderr.write(f"{json.dumps(found)}\n")
    return figures(made, every)


def _name(deed: str, blow: dict[str, Any], seed: int) -> tuple[Any, ...]:
    return deed, blow["call"], blow["number"], blow["fault"], blow["lasting"], seed


def share(seed: int, place: Path) -> dict[str, Any]:
    """A seeded share for the tests: of each deed that needs no evidence a blow or each fault once."""
    if not strace.strace_here(place):
        return {"missing": "strace"}
    sweep = Sweep(place / "stage", evidence=False)
    chance, made = random.Random(seed), []
    for name in ("send", "receive", "receipt", "rotation", "ledger", "backup"):
        known = sweep.calls(DEEDS[name], seed)
        for number, fault in enumerate(FAULTS if name in {"receive", "ledger"} else ["SIGKILL"]):
            blow = chance.choice([one for one in known if one.fault == fault])
            found = sweep.strike(DEEDS[name], blow, seed + number)
            made.append({"deed": name, **asdict(blow), "seed": seed + number, **found})
    return figures(made, len(made)) | {"found": [one for one in made if one["violations"]]}


def figures(made: list[dict[str, Any]], every: int) -> dict[str, Any]:
    """What was struck and what was found, by deed and by fault."""
    fell = [one for one in made if one["fell"]]
    return {
        "cases": len(made),
        "of": every,
        "fell": len(fell),
        "deeds": dict(Counter(one["deed"] for one in fell)),
        "faults": {fault: sum(one["fault"] == fault for one in fell) for fault in FAULTS},
        "acknowledged": sum(one["acknowledged"] for one in fell),
        "violations": sum(bool(one["violations"]) for one in made),
    }
