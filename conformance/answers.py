"""This repository's own code at the other end of the runner: one question a line in, one answer a line out.

`python -m conformance.answers`. Nothing here decides: each check calls the function that a node itself uses.
"""

import json
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from comity.authorities.card import open_card
from comity.authorities.succession import open_succession
from comity.evidence.check_delivery import verify_delivery
from comity.evidence.custody import SignedEvent, check_order, check_signature
from comity.evidence.manifest import salted_digest
from comity.evidence.report import Report
from comity.evidence.verification import verify_bundle
from comity.exchange.courier import SIGNED_KIND as COURIER_KIND
from comity.exchange.courier import open_manifest, read_outside
from comity.exchange.delivery_file import read_delivery
from comity.exchange.envelope import open_envelope, parse_envelope
from comity.exchange.message import Message, SignedMessage
from comity.exchange.receipt import open_receipt
from comity.exchange.statement import open_statement, read_statement, stated_by
from comity.exchange.ticket import honour_ticket, read_ticket
from comity.exchange.witnessing import witness_name
from comity.seals.canonical import decode, encode, from_b64, sha256_hex, to_b64
from comity.seals.checkpoint import cosigned_at, open_checkpoint, read_unverified
from comity.seals.keys import OpeningKey, SealingKey, VerifyingKey
from comity.seals.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from comity.seals.signing import Signature, verify
from comity.seals.stream import ContentKey, open_chunk, seal_chunk
from comity.seals.timestamp import stamps_of, stated_time
from comity.values.errors import ComityError
from comity.values.instant import instant_text, parse_instant
from comity.values.reference import Reference
from conformance.laid import lay_out, places, said

Input = Mapping[str, Any]


def _canonical_decode(given: Input) -> Any:
    return {"sha256": sha256_hex(encode(decode(from_b64(given["bytes"]))))}


def _canonical_encode(given: Input) -> Any:
    return {"bytes": to_b64(encode(json.loads(given["json"])))}


def _base64(given: Input) -> Any:
    return {"hex": from_b64(given["text"]).hex()}


def _instant(given: Input) -> Any:
    return {"milliseconds": round(parse_instant(given["text"]).timestamp() * 1000)}


def _reference(given: Input) -> Any:
    found = Reference.parse(given["text"])
    return {"authority": found.authority, "kind": found.kind.value, "id": str(found.id)}


def _verifying_key(given: Input) -> Any:
    key = VerifyingKey.from_json(given["key"])
    return {"key_id": key.key_id, "fingerprint": key.fingerprint}


def _sealing_key(given: Input) -> Any:
    key = SealingKey.from_json(given["key"])
    return {"key_id": key.key_id, "fingerprint": key.fingerprint}


def _signature(given: Input) -> Any:
    signature = Signature.from_json(given["signature"])
    verify(VerifyingKey.from_json(given["key"]), given["kind"], from_b64(given["content"]), signature)
    return {}


def _message(given: Input) -> Any:
    message = Message.from_content(from_b64(given["content"]))
    return {"digest": message.digest, "type": message.type}


def _envelope(given: Input) -> Any:
    envelope = parse_envelope(from_b64(given["envelope"]))
    opened = open_envelope(envelope, OpeningKey.from_bytes(from_b64(given["opening_key"])))
    signed = SignedMessage.read(opened.signed.content, opened.signed.signature)
    signed.verify(VerifyingKey.from_json(given["sender_key"]))
    return {"digest": signed.digest, "keys": sorted(opened.content_keys)}


def _receipt(given: Input) -> Any:
    receipt = open_receipt(from_b64(given["receipt"]), VerifyingKey.from_json(given["key"]))
    return {"kind": receipt.kind.value, "message": str(receipt.message_id), "digest": receipt.digest}


def _ticket(given: Input) -> Any:
    presented = read_ticket(given["ticket"])
    key = VerifyingKey.from_json(given["key"])
    ticket = honour_ticket(presented, key, digest=given["digest"], at=parse_instant(given["at"]))
    return {"digest": ticket.digest, "sender": ticket.sender}


def _chunk(given: Input) -> Any:
    key = ContentKey.from_bytes(from_b64(given["content_key"]))
    plaintext = open_chunk(key, given["index"], given["last"], from_b64(given["sealed"]))
    return {"sha256": sha256_hex(plaintext), "size": len(plaintext)}


def _chunk_seal(given: Input) -> Any:
    plain = bytes.fromhex(given["byte"]) * given["times"]
    key = ContentKey.from_bytes(from_b64(given["content_key"]))
    sealed = seal_chunk(key, given["index"], given["last"], plain)
    return {"sha256": sha256_hex(sealed), "size": len(sealed)}


def _root(given: Input) -> Any:
    return {"root": root_of(leaf_hash(from_b64(entry)) for entry in given["entries"]).hex()}


def _inclusion(given: Input) -> Any:
    proof = [bytes.fromhex(node) for node in given["proof"]]
    verify_inclusion(bytes.fromhex(given["leaf"]), given["index"], given["size"], proof, bytes.fromhex(given["root"]))
    return {}


def _consistency(given: Input) -> Any:
    proof = [bytes.fromhex(node) for node in given["proof"]]
    old, new = bytes.fromhex(given["old_root"]), bytes.fromhex(given["root"])
    verify_consistency(given["old_size"], old, given["size"], new, proof)
    return {}


def _checkpoint(given: Input) -> Any:
    found = open_checkpoint(given["text"], VerifyingKey.from_json(given["key"]))
    return {"origin": found.origin, "size": found.size, "root": found.root.hex()}


def _custody(given: Input) -> Any:
    chain = [SignedEvent.from_json(event) for event in given["chain"]]
    check_order(chain, given["item"])
    keys = {code: VerifyingKey.from_json(key) for code, key in given["keys"].items()}
    for signed in chain:
        check_signature(signed, keys)
    return {"last": chain[-1].event.digest}


def _salted(given: Input) -> Any:
    return {"salted": salted_digest(from_b64(given["salt"]), given["digest"])}


def _card(given: Input) -> Any:
    card = open_card(from_b64(given["card"]))
    return {"code": card.code, "fingerprint": card.verifying_key.fingerprint}


def _succession(given: Input) -> Any:
    stated = open_succession(from_b64(given["succession"]))
    stated.expect_continuity(VerifyingKey.from_json(given["old"]))
    return {"code": stated.statement.code, "from": stated.statement.old, "to": stated.statement.to.fingerprint}


def _cosignature(given: Input) -> Any:
    at = cosigned_at(given["text"], VerifyingKey.from_json(given["key"]), witness_name(given["witness"]))
    return {"seconds": int(at.timestamp())}


def _timestamp(given: Input) -> Any:
    body = read_unverified(given["text"]).body()
    return {"times": [instant_text(stated_time(answer, body)) for answer in stamps_of(given["text"])]}


def _courier(given: Input) -> Any:
    outside, begin = read_outside(BytesIO(from_b64(given["file"])))
    opened = open_manifest(outside, OpeningKey.from_bytes(from_b64(given["opening_key"])))
    verify(VerifyingKey.from_json(given["sender_key"]), COURIER_KIND, opened.manifest.content, opened.signature)
    return {"id": str(opened.manifest.id), "number": opened.manifest.number, "parts_begin": begin}


def _statement(given: Input) -> Any:
    data = from_b64(given["statement"])
    by = stated_by(read_statement(data)[0])
    receipt = open_statement(data, VerifyingKey.from_json(given["keys"][by]))
    return {"kind": receipt.kind.value, "message": str(receipt.message_id), "digest": receipt.digest, "by": by}


def _delivery(given: Input) -> Any:
    data = from_b64(given["file"])
    _expect_whole(verify_delivery(data, given["trust"]), "delivery:broken")
    file = read_delivery(data)
    kinds = [read_statement(one)[0].kind.value for one in file.statements]
    return {"digest": file.digest, "statements": kinds, "shown": file.signed is not None}


def _bundle(given: Input) -> Any:
    with TemporaryDirectory() as place:
        folder = lay_out(given, Path(place))
        report = verify_bundle(folder, given["trust"])
        _expect_whole(report, "bundle:broken")
        return said(folder, [(line.state.value, line.place) for line in report.lines])


class PlacesError(ComityError):
    """What a report of many lines found broken, and where."""

    def __init__(self, code: str, found: list[str]) -> None:
        super().__init__("It does not hold.", code=code)
        self.places = found


def _expect_whole(report: Report, code: str) -> None:
    if not report.holds:
        raise PlacesError(code, places(line.place for line in report.broken))


CHECKS: Mapping[str, Callable[[Input], Any]] = {
    "canonical-decode": _canonical_decode,
    "canonical-encode": _canonical_encode,
    "base64": _base64,
    "instant": _instant,
    "reference": _reference,
    "verifying-key": _verifying_key,
    "sealing-key": _sealing_key,
    "signature": _signature,
    "message": _message,
    "envelope": _envelope,
    "receipt": _receipt,
    "ticket": _ticket,
    "chunk": _chunk,
    "chunk-seal": _chunk_seal,
    "root": _root,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "checkpoint": _checkpoint,
    "custody": _custody,
    "salted": _salted,
    "card": _card,
    "succession": _succession,
    "cosignature": _cosignature,
    "timestamp": _timestamp,
    "courier": _courier,
    "statement": _statement,
    "delivery": _delivery,
    "bundle": _bundle,
}


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one question; a check that is not known is answered with `skip`."""
    check = CHECKS.get(question["check"])
    if check is None:
        return {"id": question["id"], "result": "skip"}
    try:
        return {"id": question["id"], "result": "accept", "output": check(question["input"])}
    except PlacesError as error:
        return {"id": question["id"], "result": "reject", "code": error.code, "places": error.places}
    except ComityError as error:
        return {"id": question["id"], "result": "reject", "code": error.code}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
