"""The Merkle tree of a log (RFC 6962, 2.1): roots, and proofs that an entry is in it and that it only grew.

`leaf` always means a leaf *hash* of 32 bytes (`leaf_hash` of the entry's bytes).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from comity.seals.canonical import from_b64, to_b64
from comity.values.errors import BrokenError, InvalidInputError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: one hash for each perfect subtree, largest first. All that appending needs."""

    __slots__ = ("nodes", "size")

    def __init__(self, size: int = 0, nodes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.nodes = list(nodes)
        if size < 0 or len(self.nodes) != size.bit_count() or any(len(node) != HASH_BYTES for node in self.nodes):
            raise InvalidInputError("The frontier's hashes do not fit its size.", code="merkle:frontier")

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash: at most log2(size) hashings, one on average."""
        if len(leaf) != HASH_BYTES:
            raise InvalidInputError("A leaf hash has 32 bytes.", code="merkle:leaf")
        nodes, size = self.nodes, self.size
        while size & 1:
            leaf = node_hash(nodes.pop(), leaf)
            size >>= 1
        nodes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root

    def to_json(self) -> dict[str, Any]:
        return {"size": self.size, "nodes": [to_b64(node) for node in self.nodes]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Frontier":
        try:
            return cls(value["size"], [from_b64(node) for node in value["nodes"]])
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidInputError("A frontier has a size and its nodes.", code="merkle:frontier") from error


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The tree head of the leaf hashes in order; of none, the hash of the empty string."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of one leaf, nearest sibling first (RFC 6962, 2.1.1)."""
    return [root_of(leaves[start:end]) for start, end in inclusion_spans(index, len(leaves))]


def inclusion_proofs(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The audit path of every leaf, each as `inclusion_proof` gives it: the whole tree is hashed once for all."""
    levels = [list(leaves)]
    while len(below := levels[-1]) > 1:
        above = [node_hash(left, right) for left, right in zip(below[::2], below[1::2], strict=False)]
        levels.append(above + below[2 * len(above) :])  # the last of an odd number rises unhashed
    return [
        [level[(index >> height) ^ 1] for height, level in enumerate(levels) if (index >> height) ^ 1 < len(level)]
        for index in range(len(leaves))
    ]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the tree of the first `old_size` leaves is a prefix of this one (RFC 6962, 2.1.2)."""
    return [root_of(leaves[start:end]) for start, end in consistency_spans(old_size, len(leaves))]


def inclusion_spans(index: int, size: int) -> list[tuple[int, int]]:
    """Which subtrees' roots an inclusion proof is made of, as leaf ranges [start, end), nearest first."""
    if not 0 <= index < size:
        raise InvalidInputError(f"A tree of {size} has no leaf {index}.", code="merkle:index")
    start, end = 0, size
    spans: list[tuple[int, int]] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old_size: int, size: int) -> list[tuple[int, int]]:
    """Which subtrees' roots a consistency proof is made of, as leaf ranges [start, end).

    Of the empty tree and of a tree to itself the proof is empty.
    """
    if not 0 <= old_size <= size:
        raise InvalidInputError(f"A tree of {size} never had size {old_size}.", code="merkle:index")
    start, end = 0, size
    spans: list[tuple[int, int]] = []
    while old_size not in (0, end):
        middle = start + _split(end - start)
        if old_size <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:
        spans.append((start, end))
    return spans[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Return if the leaf stands at `index` in the tree of `size` with this root (RFC 9162, 2.1.3.2).

    Raises BrokenError `merkle:inclusion`.
    """
    fault = BrokenError(f"Entry {index} is not proved to be in the log of {size}.", code="merkle:inclusion")
    if not 0 <= index < size or not _are_hashes([leaf, root, *proof]):
        raise fault
    sides = _sides(index, size - 1)
    if len(sides) != len(proof):
        raise fault
    found = leaf
    for sibling, left in zip(proof, sides, strict=True):
        found = node_hash(sibling, found) if left else node_hash(found, sibling)
    if found != root:
        raise fault


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return if the log of `size` begins with the log of `old_size`: nothing was cut or changed (RFC 9162, 2.1.4.2).

    Every log begins with the empty one. Raises BrokenError `merkle:consistency`.
    """
    fault = BrokenError(f"The log of {size} is not proved to continue that of {old_size}.", code="merkle:consistency")
    if not 0 <= old_size <= size or not _are_hashes([old_root, root, *proof]):
        raise fault
    if (old_size == 0 and old_root != EMPTY_ROOT) or (size == 0 and root != EMPTY_ROOT):
        raise fault
    if old_size in (0, size):
        if proof or (old_size == size and old_root != root):
            raise fault
        return
    shift = ((old_size - 1) ^ old_size).bit_length() - 1
    path = [old_root, *proof] if old_size == 1 << shift else list(proof)
    sides = _sides((old_size - 1) >> shift, (size - 1) >> shift)
    if len(sides) != len(path) - 1:
        raise fault
    old_found = found = path[0]
    for sibling, left in zip(path[1:], sides, strict=True):
        if left:
            old_found = node_hash(sibling, old_found)
        found = node_hash(sibling, found) if left else node_hash(found, sibling)
    if old_found != old_root or found != root:
        raise fault


def _sides(position: int, last: int) -> list[bool]:
    """For each step from a node up to the root: does its sibling stand on the left?

    `last` is the rightmost position on the node's level; a node without a sibling rises unhashed.
    """
    sides: list[bool] = []
    while last:
        if position & 1:
            sides.append(True)
        elif position < last:
            sides.append(False)
        position, last = position >> 1, last >> 1
    return sides


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
