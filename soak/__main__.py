"""`python -m soak NAME --minutes M --seed S --state DIR`: one soak, taken up where it stopped; one JSON line at last.

Each soak is a module here with `soak(until, seed, state)`: it works until `until()` is true or nothing is left, keeps
what it did in `state`, and returns its figures; `violations` among them must be 0.
"""

import argparse
import importlib
import inspect
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).parents[1] / "src/comity/safeguards/data/figures"


def figure(name: str, until: Callable[[], bool], seed: int, state: Path, **more: float | None) -> dict[str, Any]:
    """What the soak found, with what anyone needs to repeat it; of `more` it gets what it has a name for."""
    state.mkdir(parents=True, exist_ok=True)
    soak = importlib.import_module(f"soak.{name.replace('-', '_')}").soak
    known = inspect.signature(soak).parameters
    found = soak(until, seed, state, **{key: value for key, value in more.items() if key in known})
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return {"soak": name, "seed": seed, "commit": _commit(), "machine": machine, **found}


def _commit() -> str:
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "unknown"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, default=None, help="default: var/soak/NAME-SEED")
    parser.add_argument("--rate", type=float, default=None, help="steady-rate: messages a second each way")
    parser.add_argument("--keep", action="store_true", help="the figures of this run are those the page shows")
    parser.add_argument("--share", action="store_true", help="the small share that the tests run")
    asked = parser.parse_args()
    end = time.monotonic() + asked.minutes * 60
    if asked.share:
        found = importlib.import_module(f"soak.{asked.name.replace('-', '_')}").share(
            asked.seed, (asked.state or Path("var")).resolve()
        )
        print(json.dumps(found), flush=True)
        sys.exit(1 if found.get("violations") else 0)
    state = asked.state or Path("var") / "soak" / f"{asked.name}-{asked.seed}"
    more = {"minutes": asked.minutes, "rate": asked.rate}
    found = figure(asked.name, lambda: time.monotonic() >= end, asked.seed, state.resolve(), **more)
    told = json.dumps(found)
    print(told, flush=True)
    if asked.keep:
        FIGURES.mkdir(exist_ok=True)
        (FIGURES / f"{asked.name}.json").write_text(told + "\n")
    sys.exit(1 if found.get("violations") else 0)


if __name__ == "__main__":
    main()
