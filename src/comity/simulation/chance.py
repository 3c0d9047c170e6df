"""Seeded chance: one stream per purpose, so that a new draw in one place does not shift all others."""

from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of decisions and bytes that follows from a seed and a name, and from nothing else."""

    def __init__(self, *name: object) -> None:
        self._name = "/".join(str(part) for part in name)
        self._random = Random(int.from_bytes(sha256(self._name.encode()).digest()))  # noqa: S311 - a simulation

    def __call__(self, count: int) -> bytes:
        """`count` bytes: what an `Act` takes for chance."""
        return self._random.randbytes(count)

    def stream(self, *name: object) -> "Chance":
        return Chance(self._name, *name)

    def hits(self, probability: float) -> bool:
        return self._random.random() < probability

    def below(self, bound: int) -> int:
        """A number under `bound`. One draw whatever the bound, so that a length that is not seeded shifts nothing."""
        return int(self._random.random() * bound)

    def between(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)

    def pick(self, values: Sequence[T]) -> T:
        return values[self.below(len(values))]

    def weighted(self, weights: dict[T, float]) -> T:
        return self._random.choices(list(weights), list(weights.values()))[0]
