"""Running episodes by number or by time, and the report of what they came to."""

import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from comity.simulation.casework import Casework
from comity.simulation.episode import CODES, Episode, Outcome
from comity.simulation.restoring import Restorations
from comity.simulation.rotation import Rotations
from comity.simulation.workload import Correspondence, Workload
from comity.values.errors import InvalidInputError

EXAMPLE = "For example: comity simulate --nodes 3 --seconds 20 --seed 7"


@dataclass
class Report:
    """The sum of the episodes; `trace` is equal for equal seed, nodes and number of episodes."""

    seed: int
    nodes: int
    episodes: int = 0
    real_cryptography: int = 0
    """Episodes with real signatures; the others have the keyed-hash double in their place."""
    node_days: float = 0.0
    messages: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    trace: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "nodes": self.nodes,
            "episodes": self.episodes,
            "real_cryptography": self.real_cryptography,
            "node_days": round(self.node_days, 1),
            "messages": self.messages,
            "faults": dict(sorted(self.faults.items())),
            "violations": self.violations,
            "trace": self.trace,
            "seconds": round(self.seconds, 2),
        }


Story = type[Rotations] | type[Restorations]
"""A federation of its own kind, which lives by itself."""
STORIES: dict[int, Story] = {4: Rotations, 14: Restorations}


def mixed(number: int) -> Workload | Story:
    """Whole dossiers in odd episodes; in even ones letters of every type, but for two in twenty.

    In those keys change in flight, and a node is put back to an older copy.
    """
    return Casework() if number % 2 else STORIES.get(number % 20) or Correspondence()


def simulate(
    *,
    seed: int,
    nodes: int = 2,
    episodes: int | None = None,
    seconds: float | None = None,
    workload: Callable[[int], Workload | Story] = mixed,
    progress: Callable[[Report], None] = lambda _report: None,
) -> Report:
    """Run that many episodes, or begin new ones until the seconds of wall clock are over (at least one).

    Raises InvalidInputError for a number of nodes outside 2 to 8 or when both limits or none are given.
    """
    if not 2 <= nodes <= len(CODES):
        raise InvalidInputError(
            f"A federation has 2 to {len(CODES)} nodes.", code="simulation:nodes", place="nodes", next_step=EXAMPLE
        )
    if (episodes is None) == (seconds is None):
        raise InvalidInputError(
            "Give either episodes or seconds.", code="simulation:limit", place="episodes", next_step=EXAMPLE
        )
    started = time.monotonic()
    report = Report(seed, nodes)
    trace = sha256()
    while _more(report, episodes, seconds, time.monotonic() - started):
        outcome = _lived(seed, report.episodes, nodes, workload(report.episodes))
        report.violations += [f"episode {report.episodes}: {sentence}" for sentence in outcome.violations]
        report.episodes += 1
        report.real_cryptography += outcome.real
        report.node_days += outcome.days
        report.messages += outcome.messages
        report.faults += outcome.faults
        trace.update(outcome.trace)
        report.trace, report.seconds = trace.hexdigest(), time.monotonic() - started
        progress(report)
    return report


def _lived(seed: int, number: int, nodes: int, workload: Workload | Story) -> Outcome:
    """What an episode came to; an error no node may raise is a violation like any other, and ends the episode."""
    try:
        if isinstance(workload, type):
            return workload(seed + number).outcome()
        return Episode(seed, number, nodes, workload).run()
    except Exception as error:  # noqa: BLE001 - whatever it is, the report names it and the command fails
        place = traceback.extract_tb(error.__traceback__)[-1]
        broke = f"a node broke: {type(error).__name__}: {error} ({place.name}, line {place.lineno})"
        return Outcome(sha256(broke.encode()).digest(), 0, 0.0, [broke])


def _more(report: Report, episodes: int | None, seconds: float | None, elapsed: float) -> bool:
    if episodes is not None:
        return report.episodes < episodes
    return report.episodes == 0 or elapsed < (seconds or 0)
