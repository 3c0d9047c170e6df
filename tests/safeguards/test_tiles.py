"""Tiles: roots and proofs read from a few rows are those of all the leaves, at every size, and never hide a hole."""

from hashlib import sha256

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.safeguards.actions import write_tiles
from comity.safeguards.ledger import frontier_bytes
from comity.safeguards.models import LedgerEntry, LedgerHead, LedgerTile
from comity.safeguards.queries import broken_places, tree_of
from comity.seals import merkle
from comity.seals.tiles import WIDTH, TiledTree, fold
from comity.seals.tree import Tree

AUTHORITY = "CH-FOJ"
MANY = [merkle.leaf_hash(number.to_bytes(4)) for number in range(70_000)]
WHOLE = Tree(MANY)


def row(level: int, index: int, width: int) -> list[bytes]:
    nodes = WHOLE.levels[8 * level]
    return nodes[index * WIDTH : index * WIDTH + width]


@given(st.data())
@settings(max_examples=150)
def test_a_tiled_tree_is_the_tree(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(MANY)) | st.sampled_from([1, 255, 256, 257, 65535, 65536, 65537]))
    old, index = data.draw(st.integers(0, size)), data.draw(st.integers(0, size - 1))
    tiled = TiledTree(size, row)
    assert tiled.root() == WHOLE.root(size)
    assert tiled.root(old) == WHOLE.root(old)
    assert tiled.inclusion_proof(index) == WHOLE.inclusion_proof(index, size)
    assert tiled.consistency_proof(old) == WHOLE.consistency_proof(old, size)


def lay(size: int) -> list[bytes]:
    """A log of that size; what its entries say does not matter here."""
    leaves = [sha256(number.to_bytes(4)).digest() for number in range(size)]
    LedgerEntry.objects.bulk_create(
        LedgerEntry(authority=AUTHORITY, seq=seq, at="2027-01-04T08:00:00Z", leaf=leaf)
        for seq, leaf in enumerate(leaves)
    )
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    frontier = merkle.Frontier()
    for one in hashes:
        frontier.append(one)
    LedgerHead.objects.create(authority=AUTHORITY, size=size, frontier=frontier_bytes(frontier))
    return hashes


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [0, 1, 2, 64])
def test_proofs_from_the_tables_are_those_of_all_leaves_however_far_the_job_came(limit: int) -> None:
    hashes = lay(3 * WIDTH + 7)
    write_tiles(AUTHORITY, limit=limit)
    tree, whole = tree_of(AUTHORITY), Tree(hashes)
    assert tree.root() == whole.root()
    for index in (0, 255, 256, 600, 774):
        assert tree_of(AUTHORITY).inclusion_proof(index) == whole.inclusion_proof(index)
    for old in (1, 200, 256, 300, 768, 774, 775):
        assert tree_of(AUTHORITY).consistency_proof(old) == whole.consistency_proof(old)
        assert tree_of(AUTHORITY).root(old) == whole.root(old)


@pytest.mark.django_db
def test_a_tile_is_kept_once_and_a_row_above_grows() -> None:
    hashes = lay(3 * WIDTH)
    assert write_tiles(AUTHORITY, limit=1) == 2
    assert write_tiles(AUTHORITY, limit=1) == 2
    assert write_tiles(AUTHORITY) == 2
    assert write_tiles(AUTHORITY) == 0
    above = LedgerTile.objects.get(level=1)
    assert bytes(above.hashes) == b"".join(fold(hashes[n : n + WIDTH]) for n in (0, WIDTH, 2 * WIDTH))
    assert LedgerTile.objects.filter(level=0).count() == 3


@pytest.mark.django_db
def test_a_proof_reads_a_few_rows_and_not_the_log() -> None:
    lay(20 * WIDTH + 3)
    write_tiles(AUTHORITY)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        tree = tree_of(AUTHORITY)
        tree.consistency_proof(1000)
        tree.inclusion_proof(17)
    assert len(caught) <= 6


@pytest.mark.django_db
def test_no_tile_hides_a_hole() -> None:
    lay(2 * WIDTH)
    LedgerEntry.objects.filter(seq=300).delete()
    assert write_tiles(AUTHORITY) == 0
    assert "entry 300 is missing" in list(broken_places(AUTHORITY))


@pytest.mark.django_db
def test_an_altered_tile_is_found() -> None:
    lay(2 * WIDTH)
    write_tiles(AUTHORITY)
    assert list(broken_places(AUTHORITY)) == []
    LedgerTile.objects.filter(level=0, index=1).update(hashes=b"\0" * 32 * WIDTH)
    LedgerTile.objects.filter(level=1, index=0).update(hashes=b"\0" * 64)
    found = [f"tile {place} does not follow from the entries" for place in ("0/1", "1/0")]
    assert list(broken_places(AUTHORITY)) == found
