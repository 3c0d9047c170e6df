"""How quiet the machine is: the same piece of work, done again and again beside nothing of ours.

On a quiet machine every turn takes the same time and the work has a whole processor to itself.
"""

import hashlib
import os
import time
from dataclasses import dataclass

TURNS = 12
_BYTES = bytes(24 << 20)


@dataclass(frozen=True)
class Noise:
    """`spread`: slowest turn to fastest; `share`: processor time to wall time; `load`: waiting work, last minute."""

    spread: float
    share: float
    load: float

    def __str__(self) -> str:
        quiet = "quiet" if self.spread < 1.15 and self.share > 0.95 else "NOT QUIET: quote ratios and CPU, not seconds"
        return (
            f"machine noise: slowest turn {self.spread:.2f} of the fastest, "
            f"{self.share:.0%} of a processor to itself, load {self.load:.1f} ({quiet})"
        )


def noise() -> Noise:
    """Measure it: about a second of hashing."""
    walls, worked = [], 0.0
    for _ in range(TURNS):
        wall, cpu = time.perf_counter(), time.process_time()
        hashlib.sha256(_BYTES).digest()
        walls.append(time.perf_counter() - wall)
        worked += time.process_time() - cpu
    return Noise(max(walls) / min(walls), min(worked / sum(walls), 1.0), os.getloadavg()[0])
