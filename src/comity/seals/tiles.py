"""Hash tiles of a log (C2SP tlog-tiles, height 8): what a proof needs is read from a few rows, however long the log.

Hash `i` of the tiles of level `l` is the root over the 256^l leaves [i * 256^l, (i+1) * 256^l). A tile is a row of up
to 256 of them; a full one never changes.
"""

from collections.abc import Callable, Sequence

from comity.seals.merkle import node_hash
from comity.seals.tree import KnownNodes

HEIGHT = 8
WIDTH = 1 << HEIGHT

Row = Callable[[int, int, int], Sequence[bytes]]
"""Gives at least the first `width` hashes of the tile at (level, index)."""


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of neighbouring hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


class TiledTree(KnownNodes):
    """The tree of a log of one size, read from tiles: a root or a proof reads a few rows on each level of tiles."""

    def __init__(self, size: int, row: Row) -> None:
        self._size = size
        self._row = row

    @property
    def size(self) -> int:
        return self._size

    def node(self, height: int, index: int) -> bytes:
        level, rise = divmod(height, HEIGHT)
        tile, offset = divmod(index << rise, WIDTH)
        width = offset + (1 << rise)
        return fold(self._row(level, tile, width)[offset:width])
