"""Ledgers and their witnesses: 10,000 dishonest histories, all to be found, and 10,000 honest, none to alarm.

Every history is lived on three nodes with the real schema and rules, over a line that loses, repeats and cuts off, with
witnesses that die between check and write (`comity.simulation.histories`). The two of a pair have one beginning: the
honest one goes on from where the other lied. A tenth of the pairs has real signatures, the rest a keyed-hash double.
The state is the number of the next pair and the tally.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST = 10_000
"""Pairs of a dishonest and an honest history."""


def soak(until: Callable[[], bool], seed: int, state: Path, most: int = MOST) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings_test")
    import django

    django.setup()
    from comity.simulation.double import Double, Real, is_real
    from comity.simulation.histories import Federation, live_both

    kept = state / "tally.json"
    told = json.loads(kept.read_text()) if kept.exists() else {"next": 0, "deeds": {}, "faults": {}, "wrong": []}
    deeds, faults, begun = Counter(told["deeds"]), Counter(told["faults"]), time.process_time()
    federations = {real: Federation(seed, Real() if real else Double()) for real in (True, False)}
    while told["next"] < most and not until():
        number = told["next"]
        for lived in live_both(federations[is_real(number)], seed, number):
            honest = not lived.deed
            deeds[lived.deed or "honest"] += 1
            faults.update(lived.faults)
            told["wrong"] += [f"{number} {lived.deed or 'honest'}: {one}" for one in lived.violations]
            if honest and lived.found:
                told["wrong"].append(f"{number}: an honest ledger alarmed: {lived.found[0]}")
            if not honest and not lived.found:
                told["wrong"].append(f"{number}: {lived.deed} was not found")
        told["real"] = told.get("real", 0) + is_real(number)
        told |= {"next": number + 1, "deeds": dict(deeds), "faults": dict(faults)}
        if number % 20 == 19:
            _keep(kept, told)
    _keep(kept, told)
    return {
        "dishonest": told["next"],
        "honest": told["next"],
        "of": most,
        "with_real_cryptography": told.get("real", 0),
        "deeds": dict(sorted(deeds.items())),
        "faults": dict(sorted(faults.items())),
        "violations": told["wrong"],
        "cpu_seconds": round(time.process_time() - begun, 1),
    }


def share(seed: int, place: Path) -> dict[str, Any]:
    """Each deed once, beside as many honest histories."""
    return soak(lambda: False, seed, place, most=8)


def _keep(place: Path, told: dict[str, Any]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(".new")
    beside.write_text(json.dumps(told))
    beside.replace(place)
