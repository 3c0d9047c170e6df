"""Vectors for what is stated of a message's way, and for the other signed things that travel beside messages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from comity.authorities.succession import KIND as SUCCESSION_KIND
from comity.authorities.succession import Statement, sign_succession
from comity.exchange.courier import MAGIC, Manifest, Part, PartKind, Want, seal_manifest
from comity.exchange.delivery_file import write_delivery
from comity.exchange.message import SignedMessage
from comity.exchange.receipt import Receipt, ReceiptKind, sign_receipt
from comity.exchange.rejection import RejectionCode
from comity.exchange.statement import BATCH_KIND, sign_statements
from comity.exchange.witnessing import witness_name
from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.checkpoint import Checkpoint, cosignature, sign_checkpoint, with_lines
from comity.seals.keys import SigningKey
from comity.seals.sealing import seal
from comity.seals.timestamp import stamped_note
from comity.values.instant import instant_text
from conformance.making.cast import AT, CONTENT_DIGEST, ID, KEYS, MESSAGE, NEXT, OPENING, RECIPIENT, SENDER, STRANGER
from conformance.making.page import Page, given
from conformance.making.timestamp import AT as STAMPED_AT
from conformance.making.timestamp import answer_over
from conformance.making.trees import LEAVES

K = ReceiptKind
OF_SENDER = (K.SUBMISSION_ACCEPTANCE, K.SUBMISSION_REJECTION, K.RELAY_FAILURE, K.NON_DELIVERY, K.NON_RETRIEVAL)


def pages() -> Iterator[Page]:
    yield _statements()
    yield _deliveries()
    yield _successions()
    yield _cosignatures()
    yield _timestamps()
    yield _couriers()


def _receipt(kind: ReceiptKind, **changed: Any) -> Receipt:
    refused = kind in (K.SUBMISSION_REJECTION, K.RELAY_REJECTION)
    whole: dict[str, Any] = {
        "kind": kind,
        "message_id": ID,
        "digest": MESSAGE.digest,
        "sender": "CH-FOJ",
        "recipient": "CO-FGN",
        "at": AT + timedelta(hours=1),
        "rejection": RejectionCode.REFUSED if refused else None,
        "reason": "No." if refused else "",
    }
    return Receipt(**(whole | changed))


def _of(kind: ReceiptKind) -> SigningKey:
    return SENDER if kind in OF_SENDER else RECIPIENT


def _batch(size: int) -> list[bytes]:
    """Statements of retrieval, each of another message, under one signature."""
    receipts = [_receipt(K.RETRIEVAL, digest=f"{number:064x}") for number in range(size)]
    return sign_statements(receipts, RECIPIENT)


def _statements() -> Page:
    page = Page("statement", "Statements of a message's way: who states what, alone or in a batch (protocol, 6).")
    keys = {"CH-FOJ": SENDER.public.to_json(), "CO-FGN": RECIPIENT.public.to_json()}
    page.given = {"keys": keys, "other": {**keys, "CO-FGN": STRANGER.public.to_json()}}

    def asked(data: bytes, keys: str = "keys") -> dict[str, Any]:
        return {"statement": to_b64(data), "keys": given(keys)}

    said = {"message": str(ID), "digest": MESSAGE.digest}
    for kind in K:
        by = "CH-FOJ" if kind in OF_SENDER else "CO-FGN"
        signed = sign_receipt(_receipt(kind), _of(kind))
        page.accept(f"{kind.value}, by {by}", asked(signed), {**said, "kind": kind.value, "by": by})
    for kind in K:
        wrong = RECIPIENT if kind in OF_SENDER else SENDER
        page.reject(f"{kind.value}, by the other side", asked(sign_receipt(_receipt(kind), wrong)), "seal:key")
    for size, index in ((2, 0), (3, 2), (5, 3), (256, 255)):
        output = {"kind": "retrieval", "message": str(ID), "digest": f"{index:064x}", "by": "CO-FGN"}
        page.accept(f"number {index} of a batch of {size}", asked(_batch(size)[index]), output)
    one, other = (decode(data) for data in _batch(5)[1:3])
    batch = one["batch"]
    flipped = f"{int(batch['path'][0][0], 16) ^ 1:x}{batch['path'][0][1:]}"
    for says, value, code in (
        ("with the content of the next", {**one, "receipt": other["receipt"]}, "merkle:inclusion"),
        ("at another place", {**one, "batch": {**batch, "index": 2}}, "merkle:inclusion"),
        ("at a place beyond the batch", {**one, "batch": {**batch, "index": 5}}, "merkle:inclusion"),
        ("of another size", {**one, "batch": {**batch, "size": 6}}, "seal:ed25519"),
        ("under another root", {**one, "batch": {**batch, "root": "ab" * 32}}, "merkle:inclusion"),
        ("with a path too short", {**one, "batch": {**batch, "path": batch["path"][:-1]}}, "merkle:inclusion"),
        ("with a path too long", {**one, "batch": {**batch, "path": [*batch["path"], "ab" * 32]}}, "merkle:inclusion"),
        ("with one bit of its path turned", {**one, "batch": {**batch, "path": [flipped, *batch["path"][1:]]}},
         "merkle:inclusion"),
        ("with a path in another order", {**one, "batch": {**batch, "path": batch["path"][::-1]}}, "merkle:inclusion"),
        ("with a path of nine steps", {**one, "batch": {**batch, "path": ["ab" * 32] * 9}}, "statement:form"),
        ("with a step that is no digest", {**one, "batch": {**batch, "path": ["x"]}}, "statement:form"),
        ("of 257", {**one, "batch": {**batch, "size": 257}}, "statement:form"),
        ("with a place below zero", {**one, "batch": {**batch, "index": -1}}, "statement:form"),
        ("with another member", {**one, "more": 1}, "statement:form"),
        ("with another member in its batch", {**one, "batch": {**batch, "more": 1}}, "statement:form"),
        ("with a batch that is null", {**one, "batch": None}, "statement:form"),
        ("without its signature", {"receipt": one["receipt"], "batch": batch}, "statement:form"),
        ("whose signature is a single receipt's", {**one, "signature": _single(one, "receipt")}, "seal:ed25519"),
        ("with its batch taken away", {name: one[name] for name in ("receipt", "signature")}, "seal:ed25519"),
        ("signed for a batch in a single one's place", {**one, "signature": _single(one, BATCH_KIND)}, "seal:ed25519"),
    ):  # fmt: skip
        page.reject(f"of a batch, {says}", asked(encode(value)), code)
    page.reject("of a batch, under a stranger's key", asked(encode(one), "other"), "seal:key")
    page.reject("of no known kind", asked(_signed({"kind": "opened"})), "receipt:form")
    page.reject("of retrieval with a rejection", asked(_signed({"rejection": "refused"})), "receipt:form")
    page.reject("not canonical", asked(encode(one) + b"\n"), "canonical:spelling")
    return page


def _single(one: dict[str, Any], kind: str) -> dict[str, Any]:
    """A signature over the content of a statement alone, as some kind."""
    return RECIPIENT.sign(kind, from_b64(one["receipt"])).to_json()


def _signed(changed: dict[str, Any]) -> bytes:
    content = encode({**decode(_receipt(K.RETRIEVAL).content), **changed})
    return encode({"receipt": to_b64(content), "signature": RECIPIENT.sign("receipt", content).to_json()})


def _deliveries() -> Page:
    page = Page("delivery", "The evidence of one message's way in one file (protocol, 6.1).")
    signed = SignedMessage.sign(MESSAGE, SENDER)
    keys = [("CH-FOJ", SENDER.public), ("CO-FGN", RECIPIENT.public)]
    kinds = (K.SUBMISSION_ACCEPTANCE, K.DELIVERY, K.RETRIEVAL)
    statements = [sign_receipt(_receipt(kind), _of(kind)) for kind in kinds]
    shown = write_delivery(signed, statements, keys, with_content=True)
    pins = [key.fingerprint for _, key in keys]
    said = {"digest": MESSAGE.digest, "statements": [kind.value for kind in kinds], "shown": True}

    def asked(data: bytes, trust: list[str] | None = None) -> dict[str, Any]:
        return {"file": to_b64(data), "trust": pins if trust is None else trust}

    page.accept("with the message, both keys trusted", asked(shown), said)
    page.accept("with no key trusted: the keys are its own word", asked(shown, []), said)
    hidden = write_delivery(signed, statements, keys, with_content=False)
    page.accept("without the message", asked(hidden), {**said, "shown": False})
    failed = [sign_receipt(_receipt(K.NON_DELIVERY), SENDER)]
    unheard = write_delivery(signed, failed, keys, with_content=True)
    page.accept("of a message that did not arrive in time", asked(unheard), {**said, "statements": ["non-delivery"]})
    alone = write_delivery(signed, [], keys[:1], with_content=True)
    page.accept("with nothing stated", asked(alone, pins[:1]), {**said, "statements": []})
    batch = sign_statements([_receipt(K.RETRIEVAL), _receipt(K.RETRIEVAL, digest="ab" * 32)], RECIPIENT)[0]
    batched = write_delivery(signed, [batch], keys, with_content=True)
    page.accept("with a statement of a batch", asked(batched), {**said, "statements": ["retrieval"]})
    value = decode(shown, max_bytes=1 << 22)
    forged = {"authority": "CO-FGN", "key": STRANGER.public.to_json()}
    of_stranger = to_b64(sign_receipt(_receipt(K.DELIVERY), STRANGER))
    other = to_b64(sign_receipt(_receipt(K.DELIVERY, digest="ab" * 32), RECIPIENT))
    elsewhere = to_b64(sign_receipt(_receipt(K.DELIVERY, recipient="CO-F14"), RECIPIENT))
    renumbered = to_b64(sign_receipt(_receipt(K.DELIVERY, message_id=ID.__class__(int=ID.int + 1)), RECIPIENT))
    swapped = to_b64(sign_receipt(_receipt(K.DELIVERY), SENDER))
    texts = value["statements"]
    another = SignedMessage.sign(replace(MESSAGE, purpose="another"), SENDER)
    for says, changed, place in (
        ("of another form", {"form": "comity-delivery/2"}, "file"),
        ("with another member", {"more": 1}, "file"),
        ("with another digest", {"digest": "ab" * 32}, "content"),
        ("with another sender", {"sender": "CO-F14"}, "content"),
        ("with another recipient", {"recipient": "CO-F14"}, "content"),
        ("with another message of the same sender", {"content": to_b64(another.content),
         "signature": another.signature.to_json()}, "content"),
        ("with another message's content", {"content": to_b64(another.content)}, "content"),
        ("with a message that a stranger signed", {"signature": STRANGER.sign(MESSAGE.type, MESSAGE.content).to_json()},
         "content"),
        ("with a message signed as a receipt", {"signature": SENDER.sign("receipt", MESSAGE.content).to_json()},
         "content"),
        ("with a message without a signature", {"signature": {}}, "file"),
        ("with a statement about another message", {"statements": [texts[0], other]}, "statements[1]"),
        ("with a statement to another recipient", {"statements": [texts[0], elsewhere]}, "statements[1]"),
        ("with a statement about another id", {"statements": [texts[0], renumbered]}, "statements[1]"),
        ("with a delivery the sender stated", {"statements": [texts[0], swapped]}, "statements[1]"),
        ("with a statement of a stranger", {"statements": [texts[0], of_stranger]}, "statements[1]"),
        ("with a statement cut short", {"statements": [texts[0][:-8]]}, "statements[0]"),
        ("with a statement that is no base64url", {"statements": ["*"]}, "file"),
        ("with a statement that is a number", {"statements": [7]}, "file"),
        ("with 33 statements", {"statements": texts[:1] * 33}, "file"),
        ("with statements that are an object", {"statements": {}}, "file"),
        ("without the recipient's key", {"keys": value["keys"][:1]}, "statements[1]"),
        ("with a forged key of the recipient", {"keys": [value["keys"][0], forged]}, "statements[1]"),
        ("with a key of no authority", {"keys": [{**forged, "authority": "x"}]}, "file"),
        ("with a key that is half a key", {"keys": [{"authority": "CH-FOJ", "key": {}}]}, "file"),
        ("with a digest in capitals", {"digest": MESSAGE.digest.upper()}, "file"),
    ):  # fmt: skip
        page.reject(says, asked(encode({**value, **changed}), []), "delivery:broken", place=place)
    page.reject("not canonical", asked(b" " + shown), "delivery:broken", place="file")
    page.reject("with a key that is none of those trusted", asked(shown, pins[:1]), "delivery:broken", place="keys[1]")
    return page


def _successions() -> Page:
    page = Page("succession", "One key that takes the place of another (protocol, 2.4).")
    page.given = {"old": SENDER.public.to_json(), "stranger": STRANGER.public.to_json()}
    statement = Statement(code="CH-FOJ", old=SENDER.public.fingerprint, to=NEXT.public, at=AT, reason="yearly")
    whole = sign_succession(statement, new=NEXT, old=SENDER)
    good: dict[str, Any] = whole.to_json()
    said = {"code": "CH-FOJ", "from": SENDER.public.fingerprint, "to": NEXT.public.fingerprint}

    def asked(value: Any, old: str = "old") -> dict[str, Any]:
        return {"succession": to_b64(encode(value)), "old": given(old)}

    def stated(**changed: Any) -> dict[str, Any]:
        content = encode({**decode(statement.content), **changed})
        signed = {name: key.sign(SUCCESSION_KIND, content).to_json() for name, key in _BOTH}
        return {"statement": to_b64(content), **signed}

    page.accept("signed by both keys", asked(good), said)
    revoked = sign_succession(replace(statement, revoked_since=AT), new=NEXT, old=SENDER)
    page.accept("of a key revoked since a moment", asked(revoked.to_json()), said)
    for says, value, code in (
        ("that the old key did not sign", {**good, "by_old": None}, "succession:unproved"),
        ("that a stranger signed for the old key",
         sign_succession(statement, new=NEXT, old=STRANGER).to_json(), "seal:key"),
        ("that a stranger signed for the new key", {**good, "by_new": STRANGER.sign(
            SUCCESSION_KIND, statement.content).to_json()}, "seal:key"),
        ("with the two signatures changed about", {**good, "by_new": good["by_old"], "by_old": good["by_new"]},
         "seal:key"),
        ("signed by the new key as another kind", {**good, "by_new": NEXT.sign(
            "authority-card", statement.content).to_json()}, "seal:ed25519"),
        ("signed by the old key as another kind", {**good, "by_old": SENDER.sign(
            "authority-card", statement.content).to_json()}, "seal:ed25519"),
        ("with one half of the old key's signature", {**good, "by_old": {
            **good["by_old"], "mldsa": good["by_new"]["mldsa"]}}, "seal:mldsa"),
        ("changed after it was signed", {**good, "statement": stated(reason="x")["statement"]}, "seal:ed25519"),
        ("of version 2", stated(version=2), "succession:form"),
        ("with another member", {**good, "more": 1}, "succession:form"),
        ("with another member in its statement", stated(more=1), "succession:form"),
        ("of a code that is none", stated(code="Bern"), "succession:form"),
        ("at a moment that is none", stated(at="today"), "input:instant"),
        ("revoked since a moment that is none", stated(revoked_since="x"), "input:instant"),
        ("to half a key", stated(to={"suite": "Ed25519"}), "seal:key-form"),
        ("without the new key's signature", {**good, "by_new": None}, "seal:form"),
    ):  # fmt: skip
        page.reject(says, asked(value), code)
    page.reject("of another key than the one known", asked(good, "stranger"), "succession:key")
    return page


_BOTH = (("by_new", NEXT), ("by_old", SENDER))


def _cosignatures() -> Page:
    page = Page("cosignature", "A witness's word that it knows no other head (C2SP tlog-cosignature; protocol, 9.5).")
    page.given = {"witness": RECIPIENT.public.to_json(), "stranger": STRANGER.public.to_json()}
    head = Checkpoint("comity/ledger/CH-FOJ", 13, LEAVES[0])
    name, note = witness_name("CO-FGN"), sign_checkpoint(head, SENDER)
    lines = cosignature(head, name, RECIPIENT, AT)
    later = cosignature(head, name, RECIPIENT, AT + timedelta(seconds=1))
    other = cosignature(replace(head, size=14), name, RECIPIENT, AT)
    forged = cosignature(head, name, STRANGER, AT)
    renamed = cosignature(head, witness_name("CO-F14"), RECIPIENT, AT)
    ed25519, mldsa = lines.splitlines(keepends=True)

    def asked(lines: str, key: str = "witness") -> dict[str, Any]:
        return {"text": note + lines, "witness": "CO-FGN", "key": given(key)}

    said = {"seconds": int(AT.timestamp())}
    page.accept("with both lines", asked(lines), said)
    page.accept("with the lines the other way round", asked(mldsa + ed25519), said)
    page.accept("with another witness beside it", asked(cosignature(
        head, witness_name("CO-F14"), KEYS["CO-F14"], AT) + lines), said)  # fmt: skip
    for says, changed, code in (
        ("not cosigned at all", "", "checkpoint:unsigned"),
        ("the Ed25519 line alone", ed25519, "checkpoint:unsigned"),
        ("the ML-DSA-65 line alone", mldsa, "checkpoint:unsigned"),
        ("two lines of two moments", ed25519 + later.splitlines(keepends=True)[1], "checkpoint:unsigned"),
        ("over another head", other, "seal:ed25519"),
        ("the ML-DSA-65 line over another head", ed25519 + other.splitlines(keepends=True)[1], "seal:mldsa"),
        ("of a stranger in its name", forged, "checkpoint:unsigned"),
        ("under another witness's name", renamed, "checkpoint:unsigned"),
        ("the log's own lines in its name", "".join(sign_checkpoint(
            head, RECIPIENT).splitlines(keepends=True)[4:]).replace(head.origin, name), "checkpoint:unsigned"),
        ("with a line that is no base64", f"— {name} *\n", "checkpoint:form"),
        ("with a hyphen for the dash", lines.replace("—", "-"), "checkpoint:form"),
    ):  # fmt: skip
        page.reject(says, asked(changed), code)
    page.reject("under a stranger's key", asked(lines, "stranger"), "checkpoint:unsigned")
    return page


def _timestamps() -> Page:
    page = Page("timestamp", "Timestamps over a checkpoint: of what text, and which time they state (protocol, 7.8).")
    head = Checkpoint("comity/ledger/CH-FOJ", 13, LEAVES[0])
    note, answer = sign_checkpoint(head, SENDER), answer_over(head.body())
    other = sign_checkpoint(replace(head, size=14), SENDER)
    page.accept("a note without one", {"text": note}, {"times": []})
    page.accept("over the head it stands under", {"text": stamped_note(note, answer)}, {"times": [STAMPED_AT]})
    twice = with_lines(stamped_note(note, answer), stamped_note("", answer))
    page.accept("two of them", {"text": twice}, {"times": [STAMPED_AT] * 2})
    unmarked = with_lines(note, "— rfc3161 AAAAAAAAAAAAAAAA\n")
    page.accept("a line of that name with another mark is passed over", {"text": unmarked}, {"times": []})
    for says, text, code in (
        ("over another head", stamped_note(other, answer), "timestamp:imprint"),
        ("over the note with its signatures", stamped_note(note, answer_over(note.encode())), "timestamp:imprint"),
        ("over the text without its last line feed", stamped_note(note, answer_over(head.body()[:-1])),
         "timestamp:imprint"),
        ("an answer cut short", stamped_note(note, answer[:-20]), "timestamp:form"),
        ("an answer that is none", stamped_note(note, b"<html>"), "timestamp:form"),
        ("an answer without its first bytes", stamped_note(note, answer[9:]), "timestamp:form"),
    ):  # fmt: skip
        page.reject(says, {"text": text}, code)
    return page


def _couriers() -> Page:
    page = Page("courier", "The head of a courier's bundle: opened, and signed by its sender (protocol, 10).")
    page.given = {"key": to_b64(OPENING.to_bytes()), "sender": SENDER.public.to_json(),
                  "stranger": STRANGER.public.to_json()}  # fmt: skip
    parts = (Part(PartKind.RECEIPT, "ab" * 32, 3), Part(PartKind.ENVELOPE, "cd" * 32, 4),
             Part(PartKind.CONTENT, CONTENT_DIGEST, 28, 0))  # fmt: skip
    manifest = Manifest(id=ID, number=7, sender="CH-FOJ", recipient="CO-FGN", at=AT, taken=(ID,),
                        wants=(Want("ef" * 32, 1_048_592),), parts=parts)  # fmt: skip
    good = seal_manifest(manifest, SENDER, OPENING.public)
    asked = {"opening_key": given("key"), "sender_key": given("sender")}
    said = {"id": str(ID), "number": 7, "parts_begin": len(good)}
    page.accept("with receipts, an envelope and content", {**asked, "file": to_b64(good + b"the parts")}, said)
    empty = seal_manifest(replace(manifest, parts=(), wants=(), taken=()), SENDER, OPENING.public)
    page.accept("with nothing in it", {**asked, "file": to_b64(empty)}, {**said, "parts_begin": len(empty)})
    outside = decode(good[len(MAGIC) + 4 :], max_bytes=1 << 22)
    header, content = outside["header"], decode(manifest.content)

    def sealed(inner: Any, header: dict[str, Any] = header) -> bytes:
        data = encode({"header": header, "sealed": to_b64(seal(OPENING.public, header, encode(inner)))})
        return MAGIC + len(data).to_bytes(4) + data

    def signed(kind: str = "courier-manifest", **changed: Any) -> bytes:
        data = encode({**content, **changed})
        return sealed({"manifest": to_b64(data), "signature": SENDER.sign(kind, data).to_json()})

    told = [part.to_json() for part in parts]
    form = "courier:form"
    for says, data, code in (
        ("with another first line", b"comity-courier/2\n" + good[len(MAGIC) :], "exchange:malformed"),
        ("that ends in its manifest", good[:-1], "exchange:malformed"),
        ("with the length in the other order", MAGIC + (len(good) - len(MAGIC) - 4).to_bytes(4, "little")
         + good[len(MAGIC) + 4 :], "exchange:too-large"),
        ("with a manifest of over 4 MiB", MAGIC + (5 << 20).to_bytes(4), "exchange:too-large"),
        ("of an envelope's protocol", sealed({}, {**header, "protocol": "comity/1"}), "exchange:unsupported-version"),
        ("signed as a message", signed("courier-bundle"), "seal:ed25519"),
        ("of version 2", signed(version=2), form),
        ("with another member", signed(more=1), form),
        ("for another recipient inside", signed(recipient="CO-F14"), form),
        ("of another id inside", signed(id=str(ID)[:-1] + "8"), form),
        ("with content before its receipts", signed(parts=told[::-1]), form),
        ("with a receipt that begins later", signed(parts=[{**told[0], "start": 1}]), form),
        ("with a part of no known kind", signed(parts=[{**told[0], "kind": "key"}]), form),
        ("with a part of negative size", signed(parts=[{**told[0], "size": -1}]), form),
        ("with a receipt of 65 KiB", signed(parts=[{**told[0], "size": 65 << 10}]), form),
        ("with a number as text", signed(number="7"), form),
        ("with 1,001 wants", signed(wants=[{"digest": "ab" * 32, "start": 0}] * 1001), form),
        ("that seals no signature", sealed({"manifest": to_b64(manifest.content)}), form),
        ("at a moment that is none", signed(at=instant_text(AT)[:-1]), form),
    ):  # fmt: skip
        page.reject(says, {**asked, "file": to_b64(data)}, code)
    page.reject("of a stranger", {**asked, "file": to_b64(good), "sender_key": given("stranger")}, "seal:key")
    return page
