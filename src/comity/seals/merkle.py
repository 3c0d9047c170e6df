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
            raise InvalidInputError("A leaf hash has 32 bytes.", code="merkle:frontier")
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
        return cls(value["size"], [from_b64(node) for node in value["nodes"]])


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The tree head of the leaf hashes in order; of none, the hash of the empty string."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of one leaf, nearest sibling first (RFC 6962, 2.1.1)."""
    if not 0 <= index < len(leaves):
        raise InvalidInputError(f"A tree of {len(leaves)} has no leaf {index}.", code="merkle:index")
    start, end, path = 0, len(leaves), []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(root_of(leaves[start:middle]))
            start = middle
    return path[::-1]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the tree of the first `old_size` leaves is a prefix of this one (RFC 6962, 2.1.2)."""
    if not 0 < old_size <= len(leaves):
        raise InvalidInputError(f"A tree of {len(leaves)} never had size {old_size}.", code="merkle:index")
    start, end, path, whole = 0, len(leaves), [], True
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(root_of(leaves[start:middle]))
            start, whole = middle, False
    if not whole:
        path.append(root_of(leaves[start:end]))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Return if the leaf stands at `index` in the tree of `size` with this root (RFC 9162, 2.1.3.2).

    Raises BrokenError `merkle:inclusion`.
    """
    fault = BrokenError(f"Entry {index} is not proved to be in the log of {size}.", code="merkle:inclusion")
    if not 0 <= index < size or not _are_hashes([leaf, root, *proof]):
        raise fault
    position, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise fault
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or found != root:
        raise fault


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return if the log of `size` begins with the log of `old_size`: nothing was cut or changed (RFC 9162, 2.1.4.2).

    Every log begins with the empty one. Raises BrokenError `merkle:consistency`.
    """
    fault = BrokenError(f"The log of {size} is not proved to continue that of {old_size}.", code="merkle:consistency")
    if not 0 <= old_size <= size or not _are_hashes([old_root, root, *proof]):
        raise fault
    if old_size == 0 or old_size == size:
        expected = EMPTY_ROOT if old_size == 0 else root
        if proof or old_root != expected or (size == 0 and root != EMPTY_ROOT):
            raise fault
        return
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise fault
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_found = found = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise fault
        if position & 1 or position == last:
            old_found = node_hash(sibling, old_found)
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or old_found != old_root or found != root:
        raise fault


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
