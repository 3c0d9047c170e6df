"""The bytes of keys, messages, signatures, sealed streams, logs and checkpoints for fixed seeds.

ML-DSA signatures and HPKE envelopes are randomised and have no golden bytes: ones made once are kept and must verify
and open for ever.
"""

import base64
import io
import json
from datetime import UTC, datetime

from comity.seals.canonical import digest_of, encode, from_b64, to_b64
from comity.seals.checkpoint import (
    Checkpoint,
    cosignature,
    cosigned_at,
    open_checkpoint,
    sign_checkpoint,
    with_lines,
)
from comity.seals.keys import OpeningKey, SealingKey, SigningKey, VerifyingKey
from comity.seals.merkle import Frontier, consistency_proof, inclusion_proof, leaf_hash, root_of
from comity.seals.sealing import open_sealed, seal
from comity.seals.signing import Signature, verify
from comity.seals.stream import CHUNK_BYTES, ContentKey, open_stream, seal_stream

AT = datetime(2026, 11, 21, 18, 28, 44, tzinfo=UTC)
SIGNING = SigningKey.from_seeds(bytes(range(32)), bytes(range(32, 64)))
OPENING = OpeningKey.from_bytes(bytes(range(96)))
CONTENT_KEY = ContentKey(bytes(range(32)), b"prefix7")
HEADER = {"protocol": "comity/1", "sender": "CH-FOJ", "recipient": "CO-MJD", "id": "CH-FOJ:message:0192f3c4"}
MESSAGE = {
    "type": "request",
    "version": 1,
    "at": "2026-11-21T18:28:44.120Z",
    "sender": "CH-FOJ",
    "recipient": "CO-MJD",
    "amount": "1250.00 CHF",
    "follows": [],
    "urgent": False,
    "deadline": None,
    "facts": {"fr": "Faits fictifs : « Mme Exemple »", "es": "Hechos ficticios: señora Ejemplo", "ar": "وقائع خيالية"},
    "\U0001f600": "beyond the basic plane",
    "\ufb33": "sorts after it",
}


def pretty(value) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_public_keys_their_ids_and_fingerprints(golden):
    keys = {"signing": SIGNING.public, "sealing": OPENING.public}
    told = pretty(
        {
            name: {"json": key.to_json(), "key_id": key.key_id, "fingerprint": key.fingerprint}
            for name, key in keys.items()
        }
    )
    assert told == golden("keys.json", told)


def test_canonical_bytes_and_digest_of_a_message(golden):
    canonical, digest = encode(MESSAGE).decode("utf-8"), digest_of(MESSAGE) + "\n"
    assert canonical == golden("message.canonical.json", canonical)
    assert digest == golden("message.digest.txt", digest)


def test_the_ed25519_half_of_a_signature(golden):
    half = to_b64(SIGNING.sign("message", encode(MESSAGE)).ed25519) + "\n"
    assert half == golden("message.ed25519.txt", half)


def test_a_signature_and_an_envelope_made_once_still_hold(golden, request):
    """Kept, not compared with new ones; written only where none is there yet."""
    path = request.path.parent / "kept.json"
    if not path.exists():
        signature = SIGNING.sign("message", encode(MESSAGE))
        envelope = seal(OPENING.public, HEADER, encode(MESSAGE))
        golden("kept.json", pretty({"signature": signature.to_json(), "header": HEADER, "envelope": to_b64(envelope)}))
    kept = json.loads(path.read_text(encoding="utf-8"))
    keys = json.loads((path.parent / "keys.json").read_text(encoding="utf-8"))
    verify(
        VerifyingKey.from_json(keys["signing"]["json"]),
        "message",
        encode(MESSAGE),
        Signature.from_json(kept["signature"]),
    )
    assert open_sealed(OPENING, kept["header"], from_b64(kept["envelope"])) == encode(MESSAGE)
    assert SealingKey.from_json(keys["sealing"]["json"]) == OPENING.public


def test_a_sealed_stream_under_a_fixed_key(golden):
    small, large = b"Fictional bank record of Mr Example.", bytes(range(256)) * (CHUNK_BYTES // 256 * 2 + 1)
    found = {}
    for name, data in {"empty": b"", "small": small, "three-chunks": large}.items():
        sink = io.BytesIO()
        summary = seal_stream(CONTENT_KEY, io.BytesIO(data), sink)
        found[name] = {"size": summary.size, "digest": summary.digest, "sealed_digest": summary.sealed_digest}
        if len(data) < 100:
            found[name]["sealed"] = sink.getvalue().hex()
        back = io.BytesIO()
        open_stream(CONTENT_KEY, io.BytesIO(sink.getvalue()), back)
        assert back.getvalue() == data
    assert pretty(found) == golden("stream.json", pretty(found))


def test_roots_frontiers_and_proofs_of_a_log(golden):
    leaves = [leaf_hash(f"entry {number}".encode()) for number in range(13)]
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    told = pretty(
        {
            "roots": [root_of(leaves[:size]).hex() for size in range(14)],
            "frontier": frontier.to_json(),
            "inclusion of 5 in 13": [node.hex() for node in inclusion_proof(leaves, 5)],
            "inclusion of 12 in 13": [node.hex() for node in inclusion_proof(leaves, 12)],
            "consistency of 6 with 13": [node.hex() for node in consistency_proof(leaves, 6)],
        }
    )
    assert told == golden("log.json", told)


def test_a_checkpoint_note(golden):
    root = root_of([leaf_hash(b"entry 0")])
    head = Checkpoint("CH-FOJ/ledger", 1, root)
    note = with_lines(sign_checkpoint(head, SIGNING), cosignature(head, "CO-MJD", SIGNING, AT))
    assert cosigned_at(note, SIGNING.public, "CO-MJD") == AT
    assert open_checkpoint(note, SIGNING.public).root == root
    deterministic = [line for line in note.splitlines() if len(line) < 300]
    hashes = [base64.b64decode(line.split(" ")[2])[:4].hex() for line in note.splitlines() if line.startswith("—")]
    told = "\n".join([*deterministic, "", "key hashes: " + " ".join(hashes), ""])
    assert told == golden("checkpoint.txt", told)
