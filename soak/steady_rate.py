"""Two real nodes that write to each other at a steady rate: sealed, durable, receipted; nothing lost, nothing twice.

First the rate that the two sustain is found (as much as keeps 16 messages on their way each way), and three quarters of
it taken, unless `--rate` names messages a second each way. After the steady minutes, interleaved in the same run: the
nodes at their most, the minimal app with the same seals, commits and HTTP, and medallion; then a third peer's flood.

    python -m soak steady-rate [--minutes M] [--seed S] [--state DIR] [--rate R]
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from soak import steady_medallion, steady_minimal
from soak.steady_judge import judged, taken_from, used_this_hour
from soak.steady_nodes import RunningNode, alone, environment, established, free_ports

US, THEM, MORE = "CH-FOJ", "CO-FGN", "FR-MJU"
WINDOW, SHARE_OF_MOST = 16, 0.75
ROUNDS = 3
AIM_P99_MS, AIM_RATIO, AIM_MOVED = 500, 0.5, 0.2
PERMITTED_PER_SECOND = 10_000 / 3600
"""What a partner is allowed if nobody says otherwise; the flood is ten times as fast."""
HANDLES_MORE, GROWTH, GROWTH_MIB = 10, 1.10, 10


class Talker:
    """A process that takes a line of JSON and answers with one."""

    def __init__(self, *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self._read()  # that it is ready

    def ask(self, **command: float) -> None:
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._read())
        return told

    def end(self) -> None:
        """Let it end."""
        with self._process:
            self._process.stdin.close()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _read(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args} ended by itself")
        return line


class Federation:
    """The two nodes, served, and who writes at each."""

    def __init__(self, nodes: list[RunningNode], seed: int, pair: tuple[str, str] = (US, THEM)) -> None:
        self.nodes = nodes
        ways = ((nodes[0], *pair), (nodes[-1], *reversed(pair)))
        self.writers = [Talker("soak.steady_writer", str(node.folder), *way, str(seed)) for node, *way in ways]

    def run(self, seconds: float, **command: float) -> dict[str, Any]:
        """Let both write for so long; what came of it, both directions together."""
        cpu, begun = sum(node.cpu() for node in self.nodes), time.monotonic()
        for writer in self.writers:
            writer.ask(seconds=seconds, **command)
        told = [writer.answer() for writer in self.writers]
        passed = time.monotonic() - begun
        taken = sorted(one for answer in told for one in answer["taken"])
        cpu = sum(node.cpu() for node in self.nodes) - cpu
        return {
            "sent_per_second": round(sum(answer["sent"] for answer in told) / passed, 1),
            "accepted_per_second": round(len(taken) / passed, 1),
            "open": sum(answer["open"] for answer in told),
            "cpu_ms_a_message": round(1000 * cpu / len(taken), 1) if taken else None,
            **percentiles(taken),
            "taken": taken,
        }

    def drain(self, seconds: float = 120) -> None:
        """Until every receipt is stored."""
        end = time.monotonic() + seconds
        while self.run(0.2, rate=0)["open"]:
            if time.monotonic() > end:
                return

    def processes(self) -> dict[str, dict[str, float]]:
        return {f"{node.code} {name}": one for node in self.nodes for name, one in node.processes().items()}


def percentiles(taken: list[float]) -> dict[str, float | None]:
    """Of sorted milliseconds."""
    return {
        f"p{share}_ms": taken[min(len(taken) - 1, share * len(taken) // 100)] if taken else None
        for share in (50, 95, 99)
    }


@contextmanager
def served(nodes: list[RunningNode], seed: int) -> Iterator[Federation]:
    """Nodes that are served, and their writers, as long as the block lasts."""
    with ExitStack() as open_now:
        for node in nodes:
            open_now.callback(node.stop)
            node.serve()
        federation = Federation(nodes, seed)
        for writer in federation.writers:
            open_now.callback(writer.end)
        yield federation


def soak(
    _until: Callable[[], bool], seed: int, state: Path, *, minutes: float = 5.0, rate: float | None = None
) -> dict[str, Any]:
    """The whole of it; the steady minutes are those of the command, what comes before and after some eight more."""
    unit = min(20.0, max(2.0, minutes * 4))
    nodes = established(state / "nodes", US, THEM, MORE)
    with served(nodes[:2], seed) as federation:
        found: dict[str, Any] = {"load_before": _load(), "started": federation.processes()}
        federation.run(unit / 4, window=WINDOW)
        found["most"] = _shown(federation.run(unit, window=WINDOW))
        federation.drain()
        each = rate or round(SHARE_OF_MOST * found["most"]["accepted_per_second"] / 2, 1)
        found["rate_each_way"] = each
        found["minutes"], found["steady"] = _steady(federation, minutes * 60, each, min(60.0, 3 * unit))
        federation.drain()
        found["beside"] = _beside(federation, state, unit)
        federation.drain()
        found["flood"] = _flooded(federation, nodes, each, min(60.0, 3 * unit))
        federation.drain()
        found["load_after"] = _load()
    return _concluded(found, nodes)


def share(seed: int, place: Path) -> dict[str, Any]:
    """The small share of the tests: some messages each way between two authorities of one served node."""
    node = alone(place, US, THEM)
    with served([node], seed) as federation:
        federation.run(1, rate=1)
        before = federation.processes()
        federation.run(1, rate=5)
        federation.drain()
        after = federation.processes()
        flood = _refused_here(node)
    told = [judged(node.database, us, node.database, them) for us, them in ((US, THEM), (THEM, US))]
    return {
        **{name: sum(one[name] for one in told) for name in ("sent", "lost", "doubled")},
        "flood": flood,
        "violations": [sentence for one in told for sentence in one["violations"]] + _unflat([before, before, after]),
    }


def _refused_here(node: RunningNode) -> dict[str, int]:
    """What comes of more messages than have a refusal of their own, from one who used up its hour."""
    node.command("node", "peer", "quota", str(node.folder), THEM, "--messages-per-hour", "1")
    flooder = Talker("soak.steady_flood", str(node.folder), THEM, US, "15")
    try:
        flooder.ask(rate=100, seconds=60)
        answers: dict[str, int] = flooder.answer()["answers"]
    finally:
        flooder.end()
    return answers


def _steady(
    federation: Federation, seconds: float, each: float, length: float
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Minute by minute, and all of them together."""
    minutes, taken, begun = [], [], time.monotonic()
    while not minutes or time.monotonic() < begun + seconds:
        one = federation.run(length, rate=each)
        taken += one["taken"]
        minutes.append({**_shown(one), "load": _load(), "processes": federation.processes()})
        print(json.dumps({"minute": len(minutes), **_shown(one), "load": _load()}), file=sys.stderr, flush=True)
    passed, sent = time.monotonic() - begun, sum(one["sent_per_second"] for one in minutes) / len(minutes)
    whole = {"seconds": round(passed), "sent_per_second": round(sent, 1)}
    return minutes, {**whole, "accepted_per_second": round(len(taken) / passed, 1), **percentiles(sorted(taken))}


def _beside(federation: Federation, state: Path, unit: float) -> dict[str, Any]:
    """The nodes at their most, the minimal app and medallion, by turns."""
    place = state / "beside"
    shutil.rmtree(place, ignore_errors=True)
    steady_minimal.made(place, dict(zip(steady_minimal.SIDES, free_ports(2), strict=True)))
    house, minimal, others, held = [], [], [], []
    with ExitStack() as open_now:
        for side in steady_minimal.SIDES:
            serving = steady_minimal.serve(place, side, environment())
            open_now.callback(serving.wait, 30)
            open_now.callback(serving.terminate)
        senders = [Talker("soak.steady_minimal", str(place), side) for side in steady_minimal.SIDES]
        for sender in senders:
            open_now.callback(sender.end)
        _together(senders, 1)
        try:
            medallion = steady_medallion.Medallion(steady_medallion.installed(state), place / "medallion")
            open_now.callback(medallion.stop)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            medallion, why = None, f"{type(error).__name__}: {error}"[:300]
        for _ in range(ROUNDS):
            house.append(federation.run(unit, window=WINDOW)["accepted_per_second"])
            federation.drain()
            minimal.append(_together(senders, unit))
            if medallion is not None:
                others.append(round(medallion.add(unit), 1))
                held.append(medallion.held)
    shutil.rmtree(place, ignore_errors=True)
    ratio = round(statistics.median(house) / statistics.median(minimal), 2)
    told = {"house": house, "minimal": minimal, "of_minimal": ratio, "aim": AIM_RATIO, "met": ratio >= AIM_RATIO}
    if medallion is None:
        return {**told, "medallion": f"could not be had: {why}"}
    times = {"empty": round(house[0] / others[0], 2), "full": round(house[-1] / others[-1], 2)}
    return {**told, "medallion": {"per_second": others, "objects": held, "times_as_fast": times}}


def _together(senders: list[Talker], seconds: float) -> float:
    for sender in senders:
        sender.ask(seconds=seconds)
    told = [sender.answer() for sender in senders]
    return round(sum(one["accepted"] / one["seconds"] for one in told), 1)


def _flooded(federation: Federation, nodes: list[RunningNode], each: float, length: float) -> dict[str, Any]:
    """Calm and flood by turns, twice: what the third peer got, and what it did to the other two.

    What it is allowed it has used up in the first turn, taken in as fast as it comes; in the second all is refused.
    """
    ours, third = nodes[0], nodes[2]
    pace = 10 * PERMITTED_PER_SECOND
    count = int(2 * pace * length)
    before = taken_from(ours.database, ours.code, third.code)
    allowed = max(1, count // 10) + used_this_hour(ours.database, third.code)
    ours.command("node", "peer", "quota", str(ours.folder), third.code, "--messages-per-hour", str(allowed))
    flooder = Talker("soak.steady_flood", str(third.folder), third.code, ours.code, str(count))
    hour = time.gmtime().tm_hour
    calm, turns, answers = [], [], []
    try:
        for _ in range(2):
            calm += federation.run(length, rate=each)["taken"]
            flooder.ask(rate=pace, seconds=length)
            turns.append(federation.run(length, rate=each)["taken"])
            answers.append(flooder.answer())
    finally:
        flooder.end()
    quiet, whole, refused = (percentiles(sorted(one))["p99_ms"] for one in (calm, [*turns[0], *turns[1]], turns[1]))
    moved, moved_refused = (round(p99 / quiet - 1, 2) if quiet and p99 else None for p99 in (whole, refused))
    taken = taken_from(ours.database, ours.code, third.code) - before
    return {
        "pace": round(pace, 1),
        "allowed": max(1, count // 10),
        "hours": len({hour, time.gmtime().tm_hour}),
        "answers": answers,
        "taken": taken,
        "p99_ms_calm": quiet,
        "p99_ms_flooded": whole,
        "p99_ms_refused": refused,
        "moved": moved,
        "moved_while_refused": moved_refused,
        "aim": AIM_MOVED,
        "met": moved is not None and moved <= AIM_MOVED,
    }


def _concluded(found: dict[str, Any], nodes: list[RunningNode]) -> dict[str, Any]:
    told = [judged(one.database, one.code, two.database, two.code) for one, two in (nodes[:2], nodes[1::-1])]
    flood = found["flood"]
    violations = [sentence for one in told for sentence in one["violations"]]
    violations += _unflat([found["started"], *(one["processes"] for one in found["minutes"])])
    if flood["taken"] > flood["allowed"] * flood["hours"]:
        violations.append(f"the flood got {flood['taken']} messages in where {flood['allowed']} were allowed")
    p99 = found["steady"]["p99_ms"]
    return {
        **{name: sum(one[name] for one in told) for name in ("sent", "lost", "doubled")},
        "aim_p99_ms": AIM_P99_MS,
        "met_p99": p99 is not None and p99 < AIM_P99_MS,
        **found,
        "violations": violations,
    }


def _unflat(samples: list[dict[str, dict[str, float]]]) -> list[str]:
    """What grew: handles since the first minute, memory from the second third to the last."""
    told = []
    for name in samples[-1]:
        seen = [one[name] for one in samples if name in one]
        handles = [one["handles"] for one in seen[1:]]
        if handles[-1] > handles[0] + HANDLES_MORE:
            told.append(f"{name} holds {handles[-1]} handles, {handles[0]} at first")
        if len(seen) >= 9:
            third = len(seen) // 3
            middle, last = (
                statistics.median(one["mib"] for one in part) for part in (seen[third : 2 * third], seen[-third:])
            )
            if last > middle * GROWTH and last > middle + GROWTH_MIB:
                told.append(f"{name} grew from {middle} to {last} MiB")
    return told


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name != "taken"}


def _load() -> float:
    return round(os.getloadavg()[0], 1)
