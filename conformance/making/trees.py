"""Vectors for the log: tree heads, proofs of inclusion and consistency, and signed checkpoints."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

from comity.seals.canonical import to_b64
from comity.seals.checkpoint import Checkpoint, cosignature, sign_checkpoint, with_lines
from comity.seals.merkle import EMPTY_ROOT, consistency_proof, inclusion_proof, leaf_hash, node_hash, root_of
from conformance.making.cast import RECIPIENT, SENDER, STRANGER, flipped
from conformance.making.page import Page, given

AT = datetime(2026, 11, 21, 18, 28, 44, tzinfo=UTC)
ENTRIES = [bytes([number]) * (number + 1) for number in range(13)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def pages() -> Iterator[Page]:
    yield _roots()
    yield _inclusion()
    yield _consistency()
    yield _checkpoints()


def _roots() -> Page:
    page = Page("root", "The tree head over entries in order (RFC 6962, 2.1; protocol, 9.1).")
    page.accept("of no entries", {"entries": []}, {"root": EMPTY_ROOT.hex()})
    for size in (1, 2, 3, 4, 5, 7, 8, 13):
        entries = [to_b64(entry) for entry in ENTRIES[:size]]
        page.accept(f"of {size}", {"entries": entries}, {"root": root_of(LEAVES[:size]).hex()})
    page.accept("of one empty entry", {"entries": [""]}, {"root": leaf_hash(b"").hex()})
    return page


def _inclusion() -> Page:
    page = Page("inclusion", "Proof that an entry stands in the log (RFC 9162, 2.1.3.2; protocol, 9.2).")

    def question(index: int, size: int, /, **changed: object) -> dict[str, object]:
        proof = [node.hex() for node in inclusion_proof(LEAVES[:size], index)]
        whole = {"leaf": LEAVES[index].hex(), "index": index, "size": size, "proof": proof}
        return {**whole, "root": root_of(LEAVES[:size]).hex(), **changed}

    for index, size in ((0, 1), (0, 2), (1, 2), (2, 3), (3, 5), (4, 5), (6, 7), (0, 8), (7, 8), (5, 13), (12, 13)):
        page.accept(f"entry {index} of {size}", question(index, size), {})
    proof = [node.hex() for node in inclusion_proof(LEAVES, 5)]
    long = node_hash(LEAVES[0], LEAVES[1]).hex()
    for says, changed in (
        ("another leaf", {"leaf": LEAVES[6].hex()}),
        ("another index", {"index": 4}),
        ("a size with a shorter path", {"size": 8}),
        ("another root", {"root": root_of(LEAVES[:12]).hex()}),
        ("an index beyond the size", {"index": 13}),
        ("an index below zero", {"index": -1}),
        ("a size of zero", {"size": 0}),
        ("a proof too short", {"proof": proof[:-1]}),
        ("a proof too long", {"proof": [*proof, long]}),
        ("an empty proof", {"proof": []}),
        ("a proof in another order", {"proof": proof[::-1]}),
        ("one bit of a proof turned", {"proof": [flipped(bytes.fromhex(proof[0]), 0).hex(), *proof[1:]]}),
        ("one bit of the root turned", {"root": flipped(root_of(LEAVES), 31).hex()}),
        ("a hash of 31 bytes", {"proof": [proof[0][:-2], *proof[1:]]}),
        ("a leaf of 33 bytes", {"leaf": LEAVES[5].hex() + "00"}),
        ("an inner node passed off as a leaf", {"leaf": long, "index": 0, "size": 7, "proof": proof[1:]}),
    ):
        page.reject(says, question(5, 13, **changed), "merkle:inclusion")
    return page


def _consistency() -> Page:
    page = Page("consistency", "Proof that a log only grew (RFC 9162, 2.1.4.2; protocol, 9.3).")

    def question(old: int, size: int, /, **changed: object) -> dict[str, object]:
        proof = [node.hex() for node in consistency_proof(LEAVES[:size], old)]
        heads = {"old_root": root_of(LEAVES[:old]).hex(), "root": root_of(LEAVES[:size]).hex()}
        return {"old_size": old, "size": size, "proof": proof, **heads, **changed}

    for old, size in ((0, 0), (0, 5), (1, 2), (2, 3), (3, 7), (4, 8), (5, 13), (6, 8), (8, 13), (13, 13)):
        page.accept(f"from {old} to {size}", question(old, size), {})
    proof = [node.hex() for node in consistency_proof(LEAVES, 5)]
    for says, old, size, changed in (
        ("another old root", 5, 13, {"old_root": root_of(LEAVES[:4]).hex()}),
        ("another root", 5, 13, {"root": root_of(LEAVES[:12]).hex()}),
        ("a log that shrank", 5, 13, {"size": 4}),
        ("another old size", 5, 13, {"old_size": 6}),
        ("an old size below zero", 5, 13, {"old_size": -1}),
        ("a proof too short", 5, 13, {"proof": proof[:-1]}),
        ("a proof too long", 5, 13, {"proof": [*proof, proof[0]]}),
        ("an empty proof", 5, 13, {"proof": []}),
        ("a proof in another order", 5, 13, {"proof": proof[::-1]}),
        ("one bit turned", 5, 13, {"proof": [flipped(bytes.fromhex(proof[0]), 3).hex(), *proof[1:]]}),
        ("the same size and another root", 13, 13, {"root": root_of(LEAVES[:12]).hex()}),
        ("the same size and a proof", 13, 13, {"proof": proof}),
        ("from nothing, with a proof", 0, 5, {"proof": proof}),
        ("from nothing, with a root that is not that of nothing", 0, 5, {"old_root": LEAVES[0].hex()}),
        ("of an empty log with a root", 0, 0, {"root": LEAVES[0].hex()}),
        ("old and new root changed places", 4, 8, {"old_root": root_of(LEAVES[:8]).hex()}),
        ("a hash of 31 bytes", 5, 13, {"proof": [proof[0][:-2], *proof[1:]]}),
    ):
        page.reject(says, question(old, size, **changed), "merkle:consistency")
    return page


def _checkpoints() -> Page:
    page = Page("checkpoint", "A log's signed head (C2SP tlog-checkpoint, signed-note; protocol, 9.4).")
    page.given = {"log": SENDER.public.to_json(), "stranger": STRANGER.public.to_json()}
    head = Checkpoint("comity/CH-FOJ", 13, root_of(LEAVES))
    text = sign_checkpoint(head, SENDER)
    said = {"origin": head.origin, "size": 13, "root": head.root.hex()}
    asked = {"text": text, "key": given("log")}
    page.accept("signed by the log", asked, said)
    cosigned = with_lines(text, cosignature(head, "comity/witness/CO-FGN", RECIPIENT, AT))
    page.accept("cosigned by a witness", {**asked, "text": cosigned}, said)
    empty = Checkpoint("comity/CH-FOJ", 0, EMPTY_ROOT)
    page.accept(
        "of an empty log",
        {**asked, "text": sign_checkpoint(empty, SENDER)},
        {"origin": empty.origin, "size": 0, "root": EMPTY_ROOT.hex()},
    )
    ed25519, mldsa = text.splitlines()[4:6]
    body = head.body().decode()
    for says, changed, code in (
        ("the Ed25519 line alone", f"{body}\n{ed25519}\n", "checkpoint:unsigned"),
        ("the ML-DSA-65 line alone", f"{body}\n{mldsa}\n", "checkpoint:unsigned"),
        ("signed by a stranger only", sign_checkpoint(head, STRANGER), "checkpoint:unsigned"),
        ("another size", text.replace("\n13\n", "\n14\n", 1), "seal:ed25519"),
        ("another name", text.replace("comity/CH-FOJ", "comity/CH-FOX", 1), "checkpoint:unsigned"),
        ("another root", text.replace(body.split("\n")[2], _b64(flipped(head.root, 0)), 1), "seal:ed25519"),
        ("the ML-DSA-65 half of another head", f"{body}\n{ed25519}\n{_lines(empty)[1]}\n", "seal:mldsa"),
        ("the Ed25519 half of another head", f"{body}\n{_lines(empty)[0]}\n{mldsa}\n", "seal:ed25519"),
        ("a size with a leading zero", text.replace("\n13\n", "\n013\n", 1), "checkpoint:form"),
        ("a size below zero", text.replace("\n13\n", "\n-13\n", 1), "checkpoint:form"),
        ("no blank line", text.replace("\n\n", "\n", 1), "checkpoint:form"),
        ("a fourth line", text.replace("\n\n", "\nmore\n\n", 1), "checkpoint:form"),
        ("no line feed at the end", text[:-1], "checkpoint:form"),
        ("a hyphen for the dash", text.replace("—", "-"), "checkpoint:form"),
        ("a root that is not base64", text.replace(body.split("\n")[2], "*" * 44, 1), "checkpoint:form"),
        ("a root of 31 bytes", text.replace(body.split("\n")[2], _b64(head.root[:31]), 1), "checkpoint:form"),
        ("carriage returns", text.replace("\n", "\r\n"), "checkpoint:form"),
        ("a space in the name", text.replace("comity/CH-FOJ", "comity CH-FOJ", 1), "checkpoint:form"),
        ("nothing", "", "checkpoint:form"),
    ):
        page.reject(says, {**asked, "text": changed}, code)
    page.reject("under a stranger's key", {**asked, "key": given("stranger")}, "checkpoint:unsigned")
    return page


def _lines(head: Checkpoint) -> list[str]:
    return sign_checkpoint(head, SENDER).splitlines()[4:6]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
