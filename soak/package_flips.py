"""A sealed package of 64 KiB at the real door: every altered form is refused by a word of the list, without effect.

The door is `exchange.actions.receive` on a node with the real schema, keys and signatures. Of each case: it is
refused with a word of `RejectionCode`, no receiver ran, and the rows written are those of one ledger entry and of the
number of refusals. Of each batch: every table but the ledger's is row for row as before, the ledger grew by one refusal
a case and holds nothing of the message, and the package as it was sealed is then taken in, with its effect once. Then
the batch is put back.

The same for the last chunk of sealed evidence: no altered form opens, and opened as a stream (a sample) none lets a
byte of it out.

    python -m soak package-flips [--minutes M] [--seed S] [--state DIR]
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from soak.alterations import Alterations

BATCH = 1_000
CHUNKS_A_BATCH = 20_000


def soak(
    until: Callable[[], bool], seed: int, state: Path, most: int | None = None, batch: int = BATCH
) -> dict[str, Any]:
    """Package first, then chunk, each taken up where it stopped; `most` bounds the cases of each."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings_test")
    import django

    django.setup()
    from soak.package_chunk import SealedChunk
    from soak.package_door import Door

    state.mkdir(parents=True, exist_ok=True)
    kept, begun = state / "tally.json", time.process_time()
    told = json.loads(kept.read_text()) if kept.exists() else {"package": _none(), "chunk": _none(), "wrong": []}
    parts = {"package": (lambda: Door(seed, state), batch), "chunk": (lambda: SealedChunk(seed, state), CHUNKS_A_BATCH)}
    totals = {}
    for name, (made, size) in parts.items():
        part, subject = told[name], made()
        forms = Alterations(subject.sealed)
        wanted = totals[name] = min(forms.total, most or forms.total)
        while part["next"] < wanted and not until():
            numbers = list(islice(forms.in_order(seed, part["next"]), min(size, wanted - part["next"])))
            found = subject.batch([(number, *forms[number]) for number in numbers])
            part["next"] += len(numbers)
            for member, counted in (("kinds", found.kinds), ("refusals", found.refusals)):
                part[member] = dict(sorted((Counter(part[member]) + counted).items()))
            told["wrong"] += [f"{name} {one}" for one in found.wrong]
            _keep(kept, told)
    return {
        "package_sha256": hashlib.sha256((state / "package.bin").read_bytes()).hexdigest(),
        **{name: {"of": totals[name], "done": told[name]["next"], **told[name]} for name in parts},
        "violations": told["wrong"],
        "cpu_seconds": round(time.process_time() - begun, 1),
    }


def share(seed: int, place: Path) -> dict[str, Any]:
    """A few hundred of the package and some thousands of the chunk."""
    return soak(lambda: False, seed, place, most=300, batch=300)


def _none() -> dict[str, Any]:
    return {"next": 0, "kinds": {}, "refusals": {}}


def _keep(place: Path, told: dict[str, Any]) -> None:
    beside = place.with_suffix(".new")
    beside.write_text(json.dumps(told))
    beside.replace(place)
