"""Every way a package is altered: each bit, each shorter length, blocks that change places; by number."""

from collections.abc import Iterator
from math import gcd, isqrt

NEIGHBOURS, PAIRS = 16, 256
"""Neighbouring blocks of 16 bytes (one of AES) change places, and every two blocks of 256 bytes."""


class Alterations:
    """The altered forms of some bytes by number. A swap of two equal blocks alters nothing and is None."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        blocks = len(data) // PAIRS
        self.counts = {
            "flip": len(data) * 8,
            "cut": len(data),
            "swap-neighbours": max(len(data) // NEIGHBOURS - 1, 0),
            "swap-pairs": blocks * (blocks - 1) // 2,
        }
        self.total = sum(self.counts.values())

    def __getitem__(self, number: int) -> tuple[str, bytes | None]:
        """The kind of alteration and what it makes of the data."""
        if not 0 <= number < self.total:
            raise IndexError(number)
        for kind, count in self.counts.items():
            if number < count:
                changed = self._altered(kind, number)
                return kind, None if changed == self.data else changed
            number -= count
        raise IndexError(number)

    def in_order(self, seed: int, start: int) -> Iterator[int]:
        """All numbers once, spread so that a short run meets every kind, from the `start`-th on."""
        step = next(step for step in range(int(self.total * 0.618), 2 * self.total) if gcd(step, self.total) == 1)
        return ((seed + turn * step) % self.total for turn in range(start, self.total))

    def _altered(self, kind: str, number: int) -> bytes:
        changed = bytearray(self.data)
        if kind == "flip":
            changed[number // 8] ^= 1 << (number % 8)
        elif kind == "cut":
            del changed[number:]
        elif kind == "swap-neighbours":
            _swap(changed, number, number + 1, NEIGHBOURS)
        else:
            other = (1 + isqrt(1 + 8 * number)) // 2
            _swap(changed, number - other * (other - 1) // 2, other, PAIRS)
        return bytes(changed)


def _swap(data: bytearray, one: int, other: int, size: int) -> None:
    a, b = slice(one * size, (one + 1) * size), slice(other * size, (other + 1) * size)
    data[a], data[b] = data[b], data[a]
