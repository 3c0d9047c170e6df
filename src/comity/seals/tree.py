"""A Merkle tree whose nodes are at hand: proofs cost a few look-ups instead of hashing every leaf again."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from comity.seals.merkle import EMPTY_ROOT, HASH_BYTES, consistency_spans, inclusion_spans, node_hash
from comity.values.errors import InvalidInputError


class KnownNodes(ABC):
    """An RFC 6962 tree of which each complete node can be looked up; roots and proofs follow from a few of them."""

    __slots__ = ()

    @property
    @abstractmethod
    def size(self) -> int: ...

    @abstractmethod
    def node(self, height: int, index: int) -> bytes:
        """The complete node over the leaves [index * 2^height, (index + 1) * 2^height)."""

    def root(self, size: int | None = None) -> bytes:
        """The tree head now, or as it was at an earlier size."""
        size = self._known(size)
        return self._span_root(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        return [self._span_root(start, end) for start, end in inclusion_spans(index, self._known(size))]

    def consistency_proof(self, old_size: int, size: int | None = None) -> list[bytes]:
        return [self._span_root(start, end) for start, end in consistency_spans(old_size, self._known(size))]

    def _known(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise InvalidInputError(f"A tree of {self.size} never had size {size}.", code="merkle:index")
        return size

    def _span_root(self, start: int, end: int) -> bytes:
        """The root of the leaves [start, end), where start is a multiple of the next power of two from end - start."""
        found: bytes | None = None
        while end > start:
            height = (end & -end).bit_length() - 1
            while 1 << height > end - start:
                height -= 1
            node = self.node(height, (end >> height) - 1)
            found = node if found is None else node_hash(node, found)
            end -= 1 << height
        if found is None:
            raise InvalidInputError("A span of no leaves has no root.", code="merkle:index")
        return found


class Tree(KnownNodes):
    """All complete nodes of a growing tree in memory: about 64 bytes a leaf.

    `levels[0]` are the leaf hashes; node `i` of level `k` covers leaves [i·2^k, (i+1)·2^k).
    """

    __slots__ = ("levels",)

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.levels: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        return len(self.levels[0])

    def node(self, height: int, index: int) -> bytes:
        return self.levels[height][index]

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash and every node it completes."""
        if len(leaf) != HASH_BYTES:
            raise InvalidInputError("A leaf hash has 32 bytes.", code="merkle:leaf")
        node = leaf
        for level in self.levels:
            level.append(node)
            if len(level) & 1:
                return
            node = node_hash(level[-2], level[-1])
        self.levels.append([node])
