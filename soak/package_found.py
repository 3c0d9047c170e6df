"""What a batch of altered forms came to."""

from collections import Counter
from dataclasses import dataclass, field

Case = tuple[int, str, bytes | None]
"""Number, kind, and the altered bytes; None where two equal blocks changed places."""


@dataclass
class Found:
    """How many of each kind, how each was refused, and what must never be."""

    kinds: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
