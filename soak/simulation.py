"""Whole federations under faults, a seed at a time; the first 200 seeds are lived through twice, to one trace.

Every seed is a federation of three nodes with the real rules and schema, whose letters (even seeds) or whole dossiers
(odd seeds) cross lines that lose, repeat, delay and break. A tenth of the seeds has the real cryptography, the rest a
keyed-hash double of its signatures. The state is the next seed and the tally.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

TWICE = 200
"""Seeds that must tell the same story when told again."""


def soak(until: Callable[[], bool], seed: int, state: Path, most: int = 10**9) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings_test")
    import django

    django.setup()
    from comity.simulation.faults import Fault
    from comity.simulation.report import mixed, simulate

    kept = state / "tally.json"
    told = json.loads(kept.read_text()) if kept.exists() else _nothing()
    faults, begun = Counter(told["faults"]), time.process_time()
    while told["seeds"] < most and not until():
        number = told["seeds"]

        def lived(number: int = number) -> Any:
            return simulate(seed=seed * 10**6 + number, nodes=3, episodes=1, workload=lambda _first: mixed(number))

        report = lived()
        faults.update(report.faults)
        told["wrong"] += [f"seed {report.seed}: {sentence}" for sentence in report.violations]
        if number < TWICE:
            told["twice"] += 1
            if lived().trace != report.trace:
                told["wrong"].append(f"seed {report.seed} told another story the second time")
        told |= {
            "seeds": number + 1,
            "real": told.get("real", 0) + report.real_cryptography,
            "faults": dict(faults),
            "node_days": told["node_days"] + report.node_days,
            "messages": told["messages"] + report.messages,
        }
        _keep(kept, told)
    return {
        "seeds": told["seeds"],
        "with_real_cryptography": told.get("real", 0),
        "told_twice": told["twice"],
        "node_days": round(told["node_days"]),
        "messages": told["messages"],
        "faults_fired": faults.total(),
        "kinds_fired": len(faults),
        "kinds_never_fired": sorted(kind.value for kind in Fault if not faults[kind.value]),
        "faults": dict(sorted(faults.items())),
        "violations": told["wrong"],
        "cpu_seconds": round(time.process_time() - begun, 1),
    }


def share(seed: int, place: Path) -> dict[str, Any]:
    """One federation of letters, lived through twice."""
    return soak(lambda: False, seed, place, most=1)


def _nothing() -> dict[str, Any]:
    return {"seeds": 0, "twice": 0, "node_days": 0.0, "messages": 0, "faults": {}, "wrong": []}


def _keep(place: Path, told: dict[str, Any]) -> None:
    beside = place.with_suffix(".new")
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(json.dumps(told))
    beside.replace(place)
