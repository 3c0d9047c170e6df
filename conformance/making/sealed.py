"""Vectors for what is sealed: envelopes, and the chunks of large content."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.exchange.envelope import seal_envelope
from comity.exchange.message import SignedMessage
from comity.seals.canonical import encode, from_b64, to_b64
from comity.seals.sealing import seal
from comity.seals.stream import CHUNK_BYTES, ContentKey, seal_chunk
from conformance.making.cast import CONTENT_DIGEST, MESSAGE, OPENING, OTHER_OPENING, SENDER, STRANGER, flipped, seed
from conformance.making.page import Page, given

CONTENT_KEY = ContentKey(seed("content key"), seed("prefix", 7))


def pages() -> Iterator[Page]:
    yield _envelopes()
    yield _chunks()
    yield _sealing()


def _envelopes() -> Page:
    page = Page("envelope", "A signed message sealed to its recipient, opened and verified (protocol, 5).")
    keys = {"sender": SENDER.public.to_json(), "stranger": STRANGER.public.to_json()}
    page.given = {**keys, "key": to_b64(OPENING.to_bytes()), "other-key": to_b64(OTHER_OPENING.to_bytes())}
    signed = SignedMessage.sign(MESSAGE, SENDER)
    good = json.loads(seal_envelope(signed, {CONTENT_DIGEST: CONTENT_KEY.to_bytes()}, OPENING.public))
    asked = {"opening_key": given("key"), "sender_key": given("sender")}
    said = {"digest": MESSAGE.digest, "keys": [CONTENT_DIGEST]}
    header = good["header"]
    whole = to_b64(encode(good))
    page.given["envelope"] = whole
    page.accept("with the key of its attachment", {**asked, "envelope": given("envelope")}, said)
    bare = SignedMessage.sign(replace(MESSAGE, attachments=()), SENDER)
    alone = to_b64(seal_envelope(bare, {}, OPENING.public))
    page.accept("with nothing attached", {**asked, "envelope": alone}, {"digest": bare.digest, "keys": []})
    for name, other in (
        ("sender", "CH-FED"),
        ("recipient", "CO-F14"),
        ("sender_key", STRANGER.key_id),
        ("id", "01a1fd70-f1c0-7000-8000-000000000008"),
    ):
        changed = {**good, "header": {**header, name: other}}
        page.reject(f"another {name} in the header", {**asked, "envelope": to_b64(encode(changed))}, "seal:sealed")
    named = {**good, "header": {**header, "recipient_key": OTHER_OPENING.key_id}}
    page.reject("another recipient_key in the header", {**asked, "envelope": to_b64(encode(named))}, "seal:sealed")
    page.reject(
        "opened with another key", {**asked, "envelope": given("envelope"), "opening_key": given("other-key")},
        "seal:sealed",
    )  # fmt: skip
    page.reject(
        "verified with another key", {**asked, "envelope": given("envelope"), "sender_key": given("stranger")},
        "seal:key",
    )  # fmt: skip
    for says, changed, code in (
        ("of another protocol", {**good, "header": {**header, "protocol": "comity/2"}},
         "exchange:unsupported-version"),
        ("of another suite", {**good, "header": {**header, "suite": "HPKE-v1/X25519/HKDF-SHA256/AES-256-GCM"}},
         "exchange:unsupported-version"),
        ("with another member", {**good, "more": 1}, "exchange:malformed"),
        ("with another member in its header", {**good, "header": {**header, "more": 1}}, "exchange:malformed"),
        ("without its header", {"sealed": good["sealed"]}, "exchange:malformed"),
        ("with padding", {**good, "sealed": good["sealed"] + "="}, "exchange:malformed"),
        ("with a sender that is none", {**good, "header": {**header, "sender": "x"}}, "exchange:malformed"),
        ("with nothing sealed", {**good, "sealed": ""}, "seal:sealed"),
        ("with sealed bytes cut short", {**good, "sealed": to_b64(from_b64(good["sealed"])[:-4])}, "seal:sealed"),
    ):  # fmt: skip
        page.reject(says, {**asked, "envelope": to_b64(encode(changed))}, code)
    page.reject("not canonical", {**asked, "envelope": to_b64(json.dumps(good).encode())}, "exchange:malformed")
    for says, inner, code in _inners(signed):
        sealed = {"header": header, "sealed": to_b64(seal(OPENING.public, header, encode(inner)))}
        page.reject(says, {**asked, "envelope": to_b64(encode(sealed))}, code)
    return page


def _inners(signed: SignedMessage) -> Iterator[tuple[str, dict[str, Any], str]]:
    """What may be sealed and is still refused."""
    key = to_b64(CONTENT_KEY.to_bytes())
    inner: dict[str, Any] = {**signed.to_json(), "keys": {CONTENT_DIGEST: key}}
    yield "sealing another member", {**inner, "more": 1}, "envelope:form"
    yield "sealing no keys at all", signed.to_json(), "envelope:form"
    yield "sealing no key for what is attached", {**inner, "keys": {}}, "envelope:keys"
    yield (
        "sealing a key for what is not attached",
        {**inner, "keys": {**inner["keys"], "ab" * 32: key}},
        "envelope:keys",
    )
    yield "sealing a key of 38 bytes", {**inner, "keys": {CONTENT_DIGEST: to_b64(bytes(38))}}, "seal:key-form"
    yield "sealing an unsigned message", {**inner, "signature": {}}, "message:form"
    stranger = SignedMessage.sign(MESSAGE, STRANGER)
    yield "sealing a message signed by a stranger", {**inner, **stranger.to_json()}, "seal:key"
    half = {**inner, "signature": {**inner["signature"], "mldsa": stranger.to_json()["signature"]["mldsa"]}}
    yield "sealing a message of which one half is signed", half, "seal:mldsa"


def _chunks() -> Page:
    page = Page("chunk", "One chunk of sealed content at its place (STREAM over AES-256-GCM; protocol, 7.3).")
    other = ContentKey(seed("another content key"), CONTENT_KEY.prefix)
    prefixed = ContentKey(CONTENT_KEY.key, seed("another prefix", 7))
    page.given = {
        "key": to_b64(CONTENT_KEY.to_bytes()),
        "other": to_b64(other.to_bytes()),
        "prefixed": to_b64(prefixed.to_bytes()),
    }
    words = b"the last chunk may be short"
    for says, index, data in (("the only chunk", 0, words), ("of nothing", 0, b""), ("the fifth chunk", 4, words),
                              ("the last chunk there can be", (1 << 32) - 1, words)):  # fmt: skip
        sealed = to_b64(seal_chunk(CONTENT_KEY, index, True, data))
        question = {"content_key": given("key"), "index": index, "last": True, "sealed": sealed}
        page.accept(says, question, {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)})
    data = seal_chunk(CONTENT_KEY, 4, True, words)
    asked = {"content_key": given("key"), "index": 4, "last": True, "sealed": to_b64(data)}
    empty = CONTENT_KEY.cipher.encrypt(CONTENT_KEY.nonce(3, True), b"", None)
    short = CONTENT_KEY.cipher.encrypt(CONTENT_KEY.nonce(0, False), words, None)
    for says, changed in (
        ("at another place", {"index": 3}),
        ("as if it were not the last", {"last": False}),
        ("with another key", {"content_key": given("other")}),
        ("with another prefix", {"content_key": given("prefixed")}),
        ("one bit turned", {"sealed": to_b64(flipped(data, 0))}),
        ("one bit of the tag turned", {"sealed": to_b64(flipped(data, len(data) - 1))}),
        ("cut by one byte", {"sealed": to_b64(data[:-1])}),
        ("longer by one byte", {"sealed": to_b64(data + b"\0")}),
        ("without its tag", {"sealed": to_b64(data[:-16])}),
        ("with nothing", {"sealed": ""}),
        ("an empty chunk that is not the first", {"index": 3, "sealed": to_b64(empty)}),
        ("a short chunk that is not the last", {"index": 0, "last": False, "sealed": to_b64(short)}),
        ("at a place below zero", {"index": -1}),
        ("beyond the last place", {"index": 1 << 32}),
    ):
        page.reject(says, {**asked, **changed}, "seal:chunk")
    return page


def _sealing() -> Page:
    page = Page("chunk-seal", "How one chunk is sealed: its nonce is its place (protocol, 7.3).")
    page.given = {"key": to_b64(CONTENT_KEY.to_bytes())}
    whole = {"content_key": given("key"), "index": 0, "last": False, "byte": "00", "times": CHUNK_BYTES}
    for says, changed in (
        ("a whole chunk that is not the last", {}),
        ("a whole chunk at another place", {"index": 1}),
        ("a whole chunk that is the last", {"last": True}),
        ("a chunk of other bytes", {"byte": "a5"}),
        ("a short last chunk", {"last": True, "times": 1000}),
        ("of nothing", {"last": True, "times": 0}),
        ("at a place of three bytes", {"index": 0x01020304}),
    ):
        asked = {**whole, **changed}
        plain = bytes.fromhex(str(asked["byte"])) * int(str(asked["times"]))
        index, last = int(str(asked["index"])), bool(asked["last"])
        nonce = CONTENT_KEY.prefix + index.to_bytes(4) + (b"\1" if last else b"\0")
        sealed = AESGCM(CONTENT_KEY.key).encrypt(nonce, plain, None)
        page.accept(says, asked, {"sha256": hashlib.sha256(sealed).hexdigest(), "size": len(sealed)})
    for says, changed in (
        ("a short chunk that is not the last", {"times": 1000}),
        ("a chunk of one byte too many", {"times": CHUNK_BYTES + 1}),
        ("an empty last chunk that is not the only one", {"index": 1, "last": True, "times": 0}),
    ):
        page.reject(says, {**whole, **changed}, "seal:size")
    return page
