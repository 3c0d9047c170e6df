"""What one message of 4 KiB and one ledger leaf cost, each beside the bare step it cannot do without.

    python benchmarks/seals_small.py [--rounds 5] [--json]

Every figure is operations a second in one thread: the best of the rounds, so that a busy machine distorts least.
"""

import argparse
import hashlib
import json
import os
import time
from collections.abc import Callable
from typing import Any

import rfc8785

from comity.seals.canonical import decode, encode
from comity.seals.keys import OpeningKey, SigningKey
from comity.seals.merkle import Frontier, leaf_hash, verify_inclusion
from comity.seals.sealing import open_sealed, seal
from comity.seals.signature import domain
from comity.seals.signing import verify
from comity.seals.tree import Tree

LEAVES = 100_000


def message() -> dict[str, Any]:
    """A letter of request's size and shape, in two languages."""
    facts = {"fr": "Faits fictifs, répétés pour la mesure. " * 22, "es": "Hechos ficticios, señalados. " * 25}
    persons = [{"id": f"p{number}", "role": "witness", "name": "Ms Example", "count": number} for number in range(14)]
    part = {"measure": "bank-records", "period": {"from": "2025-01-01", "to": "2026-06-30"}, "urgent": False}
    return {"type": "request", "version": 1, "follows": ["ab" * 32] * 3, "facts": facts, "persons": persons} | {
        "parts": [{"id": letter, **part} for letter in "abcdef"]
    }


def steps() -> dict[str, Callable[[], object]]:
    value = message()
    data = encode(value)
    signing, opening = SigningKey.generate(), OpeningKey.generate()
    signature = signing.sign("request", data)
    public, context = signing.public, domain("request")
    header = {"sender": "CH-FOJ", "recipient": "CO-MJD", "id": "1"}
    sealed = seal(opening.public, header, data)
    leaf = leaf_hash(data)
    tree = Tree(leaf_hash(number.to_bytes(4)) for number in range(LEAVES))
    root, proof = tree.root(), tree.inclusion_proof(77)
    frontier = Frontier()
    return {
        "encode": lambda: encode(value),
        "  bare: rfc8785.dumps": lambda: rfc8785.dumps(value),
        "decode (strict, re-encoded, compared)": lambda: decode(data),
        "  bare: json.loads": lambda: json.loads(data),
        "sign (both halves)": lambda: signing.sign("request", data),
        "verify (both halves)": lambda: verify(public, "request", data, signature),
        "  bare: Ed25519 verify": lambda: public.ed25519_key.verify(signature.ed25519, context + b"\x00" + data),
        "  bare: ML-DSA-65 verify": lambda: public.mldsa_key.verify(signature.mldsa, data, context),
        "seal (HPKE)": lambda: seal(opening.public, header, data),
        "open (HPKE)": lambda: open_sealed(opening, header, sealed),
        "ledger: append to the frontier": lambda: frontier.append(leaf),
        "  bare: SHA-256 of 65 bytes": lambda: hashlib.sha256(b"\x01" + leaf + leaf).digest(),
        f"ledger: inclusion proof in {LEAVES} leaves": lambda: tree.inclusion_proof(77),
        f"ledger: verify inclusion in {LEAVES}": lambda: verify_inclusion(tree.levels[0][77], 77, LEAVES, proof, root),
    }


def rate(step: Callable[[], object], rounds: int) -> float:
    best = 0.0
    for _ in range(rounds):
        count, start = 0, time.perf_counter()
        while (passed := time.perf_counter() - start) < 0.1:
            for _ in range(20):
                step()
            count += 20
        best = max(best, count / passed)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = {name: rate(step, arguments.rounds) for name, step in steps().items()}
    size = len(encode(message()))
    if arguments.json:
        rates = {name.strip(): value for name, value in found.items()}
        print(json.dumps({"bytes": size, "processors": os.cpu_count(), "per_second": rates}, indent=1))
        return
    print(f"message of {size} bytes, one thread, operations a second, best of {arguments.rounds}")
    for name, value in found.items():
        print(f"  {name:<44}{value:12,.0f}")


if __name__ == "__main__":
    main()
