"""The log's tree: known hashes of RFC 6962's test tree, and what no proof may be able to show."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.seals.canonical import decode, encode
from comity.seals.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    inclusion_proofs,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from comity.seals.tree import Tree
from comity.values.errors import BrokenError, InvalidInputError

# The eight entries of Certificate Transparency's reference tree and its published hashes
# (transparency-dev/merkle, testonly/constants.go).
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]
PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
NODES = {
    (0, 0): "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    (0, 1): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    (0, 2): "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    (0, 3): "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    (0, 4): "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    (0, 5): "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
    (0, 6): "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    (0, 7): "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    (1, 0): "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    (1, 1): "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    (1, 2): "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    (1, 3): "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    (2, 0): "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 1): "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (3, 0): "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
RAGGED = node_hash(bytes.fromhex(NODES[1, 2]), LEAVES[6]).hex()
SIZES = st.integers(1, 70)


def leaves(count: int, salt: bytes = b"") -> list[bytes]:
    return [leaf_hash(salt + number.to_bytes(2)) for number in range(count)]


def test_published_roots_of_the_reference_tree():
    assert EMPTY_ROOT.hex() == PUBLISHED_ROOTS[0]
    frontier = Frontier()
    for size, root in enumerate(PUBLISHED_ROOTS):
        assert root_of(LEAVES[:size]).hex() == frontier.root().hex() == Tree(LEAVES[:size]).root().hex() == root
        if size < len(LEAVES):
            frontier.append(LEAVES[size])


def test_published_nodes_of_the_reference_tree():
    tree = Tree(LEAVES)
    assert {
        (level, index): node.hex() for level, row in enumerate(tree.levels) for index, node in enumerate(row)
    } == NODES


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 8, [NODES[0, 1], NODES[1, 1], NODES[2, 1]]),
        (5, 8, [NODES[0, 4], NODES[1, 3], NODES[2, 0]]),
        (2, 3, [NODES[1, 0]]),
        (1, 5, [NODES[0, 0], NODES[1, 1], NODES[0, 4]]),
        (6, 7, [NODES[1, 2], NODES[2, 0]]),
        (0, 1, []),
    ],
)
def test_known_inclusion_proofs_of_the_reference_tree(index, size, path):
    proof = inclusion_proof(LEAVES[:size], index)
    assert [node.hex() for node in proof] == path
    verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(PUBLISHED_ROOTS[size]))


@pytest.mark.parametrize(
    ("old", "size", "path"),
    [
        (1, 1, []),
        (1, 8, [NODES[0, 1], NODES[1, 1], NODES[2, 1]]),
        (6, 8, [NODES[1, 2], NODES[1, 3], NODES[2, 0]]),
        (2, 5, [NODES[1, 1], NODES[0, 4]]),
        (6, 7, [NODES[1, 2], NODES[0, 6], NODES[2, 0]]),
        (4, 7, [RAGGED]),
    ],
)
def test_known_consistency_proofs_of_the_reference_tree(old, size, path):
    proof = consistency_proof(LEAVES[:size], old)
    assert [node.hex() for node in proof] == path
    verify_consistency(old, bytes.fromhex(PUBLISHED_ROOTS[old]), size, bytes.fromhex(PUBLISHED_ROOTS[size]), proof)


@given(SIZES, st.data())
def test_every_entry_is_proved_and_only_at_its_place(size, data):
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(hashes, index), root_of(hashes)
    verify_inclusion(hashes[index], index, size, proof, root)
    for other in range(size + 2):
        if other != index:
            with pytest.raises(BrokenError):
                verify_inclusion(hashes[index], other, size, proof, root)
    with pytest.raises(BrokenError):
        verify_inclusion(leaf_hash(b"never entered"), index, size, proof, root)


@given(SIZES, st.data())
def test_an_inclusion_proof_with_anything_changed_is_refused(size, data):
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(hashes, index), root_of(hashes)
    changed = [
        [*proof, leaf_hash(b"")],
        [leaf_hash(b""), *proof],
        *(proof[:place] + proof[place + 1 :] for place in range(len(proof))),
        *([*proof[:place], leaf_hash(node), *proof[place + 1 :]] for place, node in enumerate(proof)),
        *([*proof[:place], node[:31], *proof[place + 1 :]] for place, node in enumerate(proof)),
    ]
    for bad in changed:
        with pytest.raises(BrokenError) as caught:
            verify_inclusion(hashes[index], index, size, bad, root)
        assert caught.value.code == "merkle:inclusion"


@given(SIZES, st.data())
def test_a_log_that_only_grew_is_proved_to_have_only_grown(size, data):
    hashes = leaves(size)
    old = data.draw(st.integers(0, size))
    proof = consistency_proof(hashes, old)
    verify_consistency(old, root_of(hashes[:old]), size, root_of(hashes), proof)


@given(SIZES, st.data())
def test_a_log_whose_past_was_changed_cut_or_forked_has_no_proof(size, data):
    hashes, rewritten = leaves(size), leaves(size, b"rewritten")
    old = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, old - 1))
    forked = [*hashes[:changed], rewritten[changed], *hashes[changed + 1 :]]
    for proof in (consistency_proof(hashes, old), consistency_proof(forked, old)):
        with pytest.raises(BrokenError) as caught:
            verify_consistency(old, root_of(hashes[:old]), size, root_of(forked), proof)
        assert caught.value.code == "merkle:consistency"
    with pytest.raises(BrokenError):
        verify_consistency(size + 1, root_of(hashes), size, root_of(hashes), [])


@given(SIZES, st.data())
def test_a_consistency_proof_with_anything_changed_is_refused(size, data):
    hashes = leaves(size)
    old = data.draw(st.integers(1, size))
    proof, old_root, root = consistency_proof(hashes, old), root_of(hashes[:old]), root_of(hashes)
    changed = [
        [*proof, leaf_hash(b"")],
        *(proof[:place] + proof[place + 1 :] for place in range(len(proof))),
        *([*proof[:place], leaf_hash(node), *proof[place + 1 :]] for place, node in enumerate(proof)),
    ]
    for bad in changed:
        with pytest.raises(BrokenError):
            verify_consistency(old, old_root, size, root, bad)


def test_of_the_empty_log_only_its_own_root_is_believed():
    hashes = leaves(3)
    verify_consistency(0, EMPTY_ROOT, 3, root_of(hashes), [])
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    for arguments in (
        (0, root_of(hashes), 3, root_of(hashes), []),
        (0, EMPTY_ROOT, 3, root_of(hashes), [hashes[0]]),
        (0, EMPTY_ROOT, 0, root_of(hashes), []),
        (-1, EMPTY_ROOT, 3, root_of(hashes), []),
        (3, root_of(hashes), 3, root_of(hashes), [hashes[0]]),
    ):
        with pytest.raises(BrokenError):
            verify_consistency(*arguments)


def test_a_leaf_is_never_taken_for_a_node():
    """RFC 6962, 2.1: second preimages are prevented by the prefixes 0 and 1."""
    left, right = leaves(2)
    assert leaf_hash(left + right) != node_hash(left, right)
    assert root_of([left, right]) != root_of([leaf_hash(left + right)])


@given(st.integers(0, 300))
def test_the_frontier_is_small_and_goes_on_where_it_stopped(size):
    frontier = Frontier()
    for leaf in leaves(size):
        frontier.append(leaf)
    assert len(frontier.nodes) == size.bit_count()
    again = Frontier.from_json(decode(encode(frontier.to_json())))
    again.append(leaf_hash(b"next"))
    assert again.root() == root_of([*leaves(size), leaf_hash(b"next")])


@pytest.mark.parametrize(
    "value",
    [
        {"size": 3, "nodes": []},
        {"size": -1, "nodes": []},
        {"size": 1, "nodes": ["QQ"]},
        {"size": "1", "nodes": []},
        {"size": 1, "nodes": [5]},
        {"nodes": []},
        {"size": 1, "nodes": None},
        {},
    ],
)
def test_a_frontier_that_cannot_be_is_refused(value):
    with pytest.raises(InvalidInputError):
        Frontier.from_json(value)


def test_a_leaf_that_is_no_hash_is_refused():
    for tree in (Frontier(), Tree()):
        with pytest.raises(InvalidInputError):
            tree.append(b"entry itself")


def test_the_whole_tree_gives_the_same_proofs_at_every_past_size():
    hashes = leaves(21)
    tree = Tree(hashes)
    for size in range(22):
        assert tree.root(size) == root_of(hashes[:size])
        for index in range(size):
            assert tree.inclusion_proof(index, size) == inclusion_proof(hashes[:size], index)
        for old in range(size + 1):
            assert tree.consistency_proof(old, size) == consistency_proof(hashes[:size], old)


@pytest.mark.parametrize(
    "ask",
    [
        lambda tree: tree.inclusion_proof(5),
        lambda tree: tree.root(6),
        lambda tree: tree.consistency_proof(6),
        lambda tree: tree.inclusion_proof(-1),
    ],
)
def test_what_the_tree_never_held_is_refused(ask):
    with pytest.raises(InvalidInputError) as caught:
        ask(Tree(leaves(5)))
    assert caught.value.code == "merkle:index"


def test_roots_differ_for_every_order_and_length():
    hashes = leaves(4)
    roots = {root_of(order) for count in range(5) for order in itertools.permutations(hashes, count)}
    assert len(roots) == 1 + 4 + 12 + 24 + 24


@pytest.mark.parametrize("size", [*range(18), 33, 200, 256])
def test_the_paths_of_all_leaves_at_once_are_those_of_each(size):
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    assert inclusion_proofs(leaves) == [inclusion_proof(leaves, index) for index in range(size)]
