"""Vectors for what is signed: keys, signatures, messages, receipts, pull tickets and cards."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from comity.authorities.card import KIND, Card, sign_card
from comity.exchange.receipt import Receipt, ReceiptKind, sign_receipt
from comity.exchange.rejection import RejectionCode
from comity.exchange.ticket import issue_ticket
from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.keys import SigningKey
from comity.seals.signing import Signature
from comity.values.instant import instant_text
from conformance.making.cast import AT, CONTENT_DIGEST, ID, MESSAGE, OPENING, RECIPIENT, SENDER, STRANGER, flipped, seed
from conformance.making.page import Page, given

KEYS = {"sender": SENDER.public.to_json(), "stranger": STRANGER.public.to_json()}


def pages() -> Iterator[Page]:
    yield _verifying_keys()
    yield _sealing_keys()
    yield _signatures()
    yield _messages()
    yield _receipts()
    yield _tickets()
    yield _cards()


def _verifying_keys() -> Page:
    page = Page("verifying-key", "Public signing keys and their names (protocol, 2.1).")
    key = KEYS["sender"]
    for says, signing in (("of the sender", SENDER), ("of the recipient", RECIPIENT), ("of a stranger", STRANGER)):
        public = signing.public
        page.accept(says, {"key": public.to_json()}, {"key_id": public.key_id, "fingerprint": public.fingerprint})
    for says, changed, code in (
        ("another suite", {**key, "suite": "Ed25519"}, "seal:key-form"),
        ("no Ed25519 half", {name: part for name, part in key.items() if name != "ed25519"}, "seal:key-form"),
        ("no ML-DSA-65 half", {name: part for name, part in key.items() if name != "mldsa"}, "seal:key-form"),
        ("an Ed25519 half of 31 bytes", {**key, "ed25519": to_b64(SENDER.public.ed25519[:31])}, "seal:key-form"),
        ("an ML-DSA-65 half of 1951 bytes", {**key, "mldsa": to_b64(SENDER.public.mldsa[:-1])}, "seal:key-form"),
        ("a half with padding", {**key, "ed25519": key["ed25519"] + "="}, "canonical:base64"),
        ("a half that is a number", {**key, "ed25519": 7}, "seal:key-form"),
    ):
        page.reject(says, {"key": changed}, code)
    return page


def _sealing_keys() -> Page:
    page = Page("sealing-key", "Public sealing keys and their names (protocol, 2.2).")
    key = OPENING.public.to_json()
    named = {"key_id": OPENING.public.key_id, "fingerprint": OPENING.public.fingerprint}
    page.accept("of the recipient", {"key": key}, named)
    for says, changed in (
        ("another suite", {**key, "suite": "HPKE-v1/X25519"}),
        ("one byte too few", {**key, "public": to_b64(OPENING.public.raw[:-1])}),
        ("one byte too many", {**key, "public": to_b64(OPENING.public.raw + b"\x00")}),
        ("the X25519 half alone", {**key, "public": to_b64(OPENING.public.raw[-32:])}),
        ("no key at all", {"suite": key["suite"]}),
    ):
        page.reject(says, {"key": changed}, "seal:key-form")
    return page


def _signatures() -> Page:
    page = Page("signature", "Ed25519 and ML-DSA-65 over one content, of one kind; both must hold (protocol, 3).")
    page.given = dict(KEYS)
    content = b'{"what":"a content"}'
    good = SENDER.sign("receipt", content)
    asked = {"key": given("sender"), "kind": "receipt", "content": to_b64(content), "signature": good.to_json()}
    for kind in ("receipt", "custody", "bundle", "pull-ticket", "authority-card", "request.transmitted"):
        page.accept(f"of the kind {kind}", {**asked, "kind": kind, "signature": _by(SENDER, kind, content)}, {})
    page.accept("over nothing", {**asked, "content": "", "signature": _by(SENDER, "receipt", b"")}, {})
    other = SENDER.sign("receipt", b"another content")
    bare = SENDER.sign_note(content + b"\n")
    for says, changed, code in (
        ("another content", {"content": to_b64(content + b" ")}, "seal:ed25519"),
        ("one bit of the content turned", {"content": to_b64(flipped(content, 0))}, "seal:ed25519"),
        ("another kind", {"kind": "custody"}, "seal:ed25519"),
        ("a kind that begins the same", {"kind": "receipt.more"}, "seal:ed25519"),
        ("another key", {"key": given("stranger")}, "seal:key"),
        ("a stranger's signature that names our key", {"signature": _as(STRANGER, good, content)}, "seal:ed25519"),
        ("the Ed25519 half of another content", {"signature": _with(good, ed25519=other.ed25519)}, "seal:ed25519"),
        ("the ML-DSA-65 half of another content", {"signature": _with(good, mldsa=other.mldsa)}, "seal:mldsa"),
        ("one bit of the Ed25519 half turned", {"signature": _with(good, ed25519=flipped(good.ed25519, 40))},
         "seal:ed25519"),
        ("one bit of the ML-DSA-65 half turned", {"signature": _with(good, mldsa=flipped(good.mldsa, 2000))},
         "seal:mldsa"),
        ("no Ed25519 half", {"signature": _with(good, ed25519=b"")}, "seal:ed25519"),
        ("no ML-DSA-65 half", {"signature": _with(good, mldsa=b"")}, "seal:mldsa"),
        ("an ML-DSA-65 half cut by one byte", {"signature": _with(good, mldsa=good.mldsa[:-1])}, "seal:mldsa"),
        ("an Ed25519 half longer by one byte", {"signature": _with(good, ed25519=good.ed25519 + b"\0")},
         "seal:ed25519"),
        ("the suite of one half only", {"signature": {**good.to_json(), "suite": "Ed25519"}}, "seal:suite"),
        ("a suite nobody knows", {"signature": {**good.to_json(), "suite": "Ed25519+ML-DSA-87"}}, "seal:suite"),
        ("another key named", {"signature": {**good.to_json(), "key_id": STRANGER.key_id}}, "seal:key"),
        ("a half that is not base64url", {"signature": {**good.to_json(), "ed25519": "*"}}, "seal:form"),
        ("a half with padding", {"signature": {**good.to_json(), "ed25519": good.to_json()["ed25519"] + "="}},
         "seal:form"),
        ("a member missing", {"signature": {"suite": good.suite, "key_id": good.key_id}}, "seal:form"),
        ("a note's signature passed off as one of a kind", {"signature": bare.to_json(),
         "content": to_b64(content + b"\n")}, "seal:ed25519"),
        ("an Ed25519 half without the kind before it", {"signature": _with(good, ed25519=bare.ed25519)},
         "seal:ed25519"),
    ):  # fmt: skip
        page.reject(says, {**asked, **changed}, code)
    return page


def _by(signer: SigningKey, kind: str, content: bytes) -> dict[str, Any]:
    return signer.sign(kind, content).to_json()


def _as(signer: SigningKey, named: Signature, content: bytes) -> dict[str, Any]:
    return replace(signer.sign("receipt", content), key_id=named.key_id).to_json()


def _with(signature: Signature, *, ed25519: bytes | None = None, mldsa: bytes | None = None) -> dict[str, Any]:
    first = signature.ed25519 if ed25519 is None else ed25519
    return replace(signature, ed25519=first, mldsa=signature.mldsa if mldsa is None else mldsa).to_json()


def _messages() -> Page:
    page = Page("message", "The content of a message, strictly read (protocol, 4).")
    whole = json.loads(MESSAGE.content)
    bare = {**whole, "follows": [], "conditions": [], "attachments": [], "purpose": "", "basis": "", "body": {}}
    attachment, condition = whole["attachments"][0], whole["conditions"][0]
    for says, value in (
        ("with everything a message may have", whole),
        ("with nothing but what it must have", bare),
        ("of a type with three parts", {**bare, "type": "request.consulted-answered"}),
        ("64 messages before it", {**bare, "follows": [f"{number:064x}" for number in range(64)]}),
        ("a condition without an end", {**bare, "conditions": [{**condition, "until": None}]}),
    ):
        content = encode(value)
        page.accept(says, {"content": to_b64(content)}, {"digest": _sha256(content), "type": value["type"]})
    for says, changed in (
        ("another member", {"more": 1}),
        ("an unknown handling code", {"handling": "H4"}),
        ("a sender that is no authority", {"sender": "Bern"}),
        ("a recipient in lower case", {"recipient": "co-fgn"}),
        ("an id in upper case", {"id": str(ID).upper()}),
        ("an id that is none", {"id": "7"}),
        ("a dossier that is no reference", {"dossier": "SV.26.0077"}),
        ("an instant without milliseconds", {"at": "2026-11-21T09:30:00Z"}),
        ("a type without a dot", {"type": "receipt"}),
        ("a type in upper case", {"type": "Request.transmitted"}),
        ("a predecessor that is no digest", {"follows": ["abc"]}),
        ("a predecessor in upper case", {"follows": ["AB" * 32]}),
        ("the same predecessor twice", {"follows": ["ab" * 32] * 2}),
        ("65 predecessors", {"follows": [f"{number:064x}" for number in range(65)]}),
        ("a body that is a list", {"body": []}),
        ("a body that is a text", {"body": "text"}),
        ("a purpose of 2001 characters", {"purpose": "x" * 2001}),
        ("a purpose that is null", {"purpose": None}),
        ("conditions that are an object", {"conditions": {}}),
        ("a condition with another member", {"conditions": [{**condition, "more": 1}]}),
        ("a condition until a day that does not exist", {"conditions": [{**condition, "until": "2026-02-30"}]}),
        ("an attachment without a digest", {"attachments": [{**attachment, "digest": ""}]}),
        ("an attachment of negative size", {"attachments": [{**attachment, "size": -1}]}),
        ("an attachment with a size as text", {"attachments": [{**attachment, "size": "12"}]}),
        ("an attachment whose size is true", {"attachments": [{**attachment, "size": True}]}),
        ("the same content attached twice", {"attachments": [attachment, attachment]}),
        ("257 attachments", {"attachments": [{**attachment, "digest": f"{n:064x}"} for n in range(257)]}),
    ):
        page.reject(says, {"content": to_b64(encode({**whole, **changed}))}, "message:form")
    for name in ("follows", "conditions", "sender"):
        less = {member: part for member, part in whole.items() if member != name}
        page.reject(f"without {name}", {"content": to_b64(encode(less))}, "message:form")
    for says, content, code in (
        ("version 2", encode({**whole, "version": 2}), "message:version"),
        ("no version", encode({member: part for member, part in whole.items() if member != "version"}),
         "message:version"),
        ("U+0000 in the body", encode({**whole, "body": {"text": "a\0b"}}), "message:text"),
        ("U+0000 in a key of the body", encode({**whole, "body": {"a\0b": "text"}}), "message:text"),
        ("a list", b"[]", "message:form"),
        ("not canonical", json.dumps(whole).encode(), "canonical:spelling"),
        ("a member named twice", MESSAGE.content[:-1] + b',"version":1}', "canonical:duplicate-key"),
    ):  # fmt: skip
        page.reject(says, {"content": to_b64(content)}, code)
    return page


def _receipts() -> Page:
    page = Page("receipt", "A signed receipt, and who signed it (protocol, 6).")
    page.given = {"recipient": RECIPIENT.public.to_json(), "stranger": STRANGER.public.to_json()}
    arrived = Receipt(
        kind=ReceiptKind.DELIVERY, message_id=ID, digest=MESSAGE.digest, sender="CH-FOJ", recipient="CO-FGN", at=AT
    )
    asked = {"receipt": to_b64(sign_receipt(arrived, RECIPIENT)), "key": given("recipient")}
    said = {"kind": "delivery", "message": str(ID), "digest": MESSAGE.digest}
    page.accept("of arrival", asked, said)
    refused = replace(arrived, kind=ReceiptKind.RELAY_REJECTION, rejection=RejectionCode.REFUSED, reason="No.")
    page.accept(
        "of refusal", {**asked, "receipt": to_b64(sign_receipt(refused, RECIPIENT))}, {**said, "kind": refused.kind}
    )
    unopened = replace(refused, digest="", envelope="cd" * 32, rejection=RejectionCode.SEALED)
    page.accept(
        "of an envelope that did not open",
        {**asked, "receipt": to_b64(sign_receipt(unopened, RECIPIENT))},
        {**said, "kind": refused.kind, "digest": ""},
    )
    content = json.loads(arrived.content)
    for says, changed in (
        ("of an unknown kind", {"kind": "opened"}),
        ("of arrival with a rejection", {"rejection": "refused"}),
        ("of refusal without a rejection", {"kind": "relay-rejection"}),
        ("with a rejection that is none", {"kind": "relay-rejection", "rejection": "disliked"}),
        ("of version 2", {"version": 2}),
        ("with another member", {"more": 1}),
        ("about an id that is none", {"message": "7"}),
        ("with a digest of 63 characters", {"digest": "a" * 63}),
        ("with a reason of 2001 characters", {"reason": "x" * 2001}),
    ):
        page.reject(says, {**asked, "receipt": to_b64(_sealed_receipt({**content, **changed}))}, "receipt:form")
    good = decode(from_b64(asked["receipt"]))  # type: ignore[arg-type]
    half = {**good, "signature": {**good["signature"], "mldsa": to_b64(STRANGER.sign("receipt", b"").mldsa)}}
    bare = {"receipt": good["receipt"]}
    kind = {**good, "signature": RECIPIENT.sign("custody", arrived.content).to_json()}
    for says, value, code in (
        ("with the ML-DSA-65 half of a stranger", half, "seal:mldsa"),
        ("signed as another kind", kind, "seal:ed25519"),
        ("about another message", {**good, "receipt": to_b64(refused.content)}, "seal:ed25519"),
        ("without a signature", bare, "receipt:form"),
    ):
        page.reject(says, {**asked, "receipt": to_b64(encode(value))}, code)
    page.reject("under another's key", {**asked, "key": given("stranger")}, "seal:key")
    page.reject("of a stranger", {**asked, "receipt": to_b64(sign_receipt(arrived, STRANGER))}, "seal:key")
    return page


def _sealed_receipt(content: dict[str, Any]) -> bytes:
    data = encode(content)
    return encode({"receipt": to_b64(data), "signature": RECIPIENT.sign("receipt", data).to_json()})


def _tickets() -> Page:
    page = Page("ticket", "A pull ticket, at an hour, for a content (protocol, 7.2).")
    page.given = dict(KEYS)

    def chance(size: int) -> bytes:
        return seed("nonce", size)

    parties = {"sender": "CH-FOJ", "recipient": "CO-FGN"}
    text = issue_ticket(SENDER, digest=CONTENT_DIGEST, at=AT, chance=chance, **parties)
    page.given["ticket"] = text
    asked = {"ticket": given("ticket"), "key": given("sender"), "digest": CONTENT_DIGEST, "at": instant_text(AT)}
    said = {"digest": CONTENT_DIGEST, "sender": "CH-FOJ"}
    page.accept("at the moment it was issued", asked, said)
    for minutes in (10, -10):
        page.accept(f"{minutes} minutes off", {**asked, "at": instant_text(AT + timedelta(minutes=minutes))}, said)
    for seconds in (601, -601):
        at = instant_text(AT + timedelta(seconds=seconds))
        page.reject(f"{seconds} seconds off", {**asked, "at": at}, "ticket:expired")
    page.reject("for other content", {**asked, "digest": "ab" * 32}, "ticket:other")
    page.reject("of a stranger", {**asked, "key": given("stranger")}, "seal:key")
    content, signature = text.split(".")
    changed = {**decode(from_b64(content)), "digest": "ab" * 32}
    for says, ticket, code in (
        ("changed after it was signed", f"{to_b64(encode(changed))}.{signature}", "seal:ed25519"),
        ("without its signature", content, "ticket:form"),
        ("with a third part", f"{text}.x", "ticket:form"),
        ("of version 2", _ticket({**decode(from_b64(content)), "version": 2}), "ticket:form"),
        ("with another member", _ticket({**decode(from_b64(content)), "more": 1}), "ticket:form"),
        ("longer than 8000 characters", text + "A" * 8000, "ticket:form"),
        ("with its parts changed about", f"{signature}.{content}", "ticket:form"),
        ("that is nothing", "", "ticket:form"),
    ):
        page.reject(says, {**asked, "ticket": ticket, **({"digest": "ab" * 32} if "changed a" in says else {})}, code)
    return page


def _ticket(content: dict[str, Any]) -> str:
    data = encode(content)
    return f"{to_b64(data)}.{to_b64(encode(SENDER.sign('pull-ticket', data).to_json()))}"


def _cards() -> Page:
    page = Page("card", "The card of an authority, signed with the key it carries (protocol, 8).")
    card = Card(
        code="CH-FOJ",
        state="CH",
        names={"en": "Federal Office (exercise)"},
        competences=("central",),
        languages=("fr", "de"),
        endpoint="https://node.example:8443",
        verifying_key=SENDER.public,
        sealing_key=OPENING.public,
        tls_certificate="",
        contact={"email": "office@example.org"},
    )
    said = {"code": "CH-FOJ", "fingerprint": SENDER.public.fingerprint}
    page.accept("whole", {"card": to_b64(sign_card(card, SENDER))}, said)
    content = card.to_json()
    for says, changed, code in (
        ("of another State than its code says", {"state": "CO"}, "card:code"),
        ("with a code that is none", {"code": "CH"}, "card:code"),
        ("with an endpoint without TLS", {"endpoint": "http://node.example"}, "card:endpoint"),
        ("with an endpoint that names a user", {"endpoint": "https://a@node.example"}, "card:endpoint"),
        ("with an endpoint with a query", {"endpoint": "https://node.example?x"}, "card:endpoint"),
        ("with a competence that is none", {"competences": ["king"]}, "card:malformed"),
        ("with another member", {"more": 1}, "card:malformed"),
        ("of version 2", {"version": 2}, "card:malformed"),
        ("with a contact that is a list", {"contact": []}, "card:malformed"),
        ("with a seal certificate that is none", {"seal_certificate": "x"}, "card:malformed"),
    ):
        page.reject(says, {"card": to_b64(_card({**content, **changed}, SENDER))}, code)
    signed = json.loads(sign_card(card, SENDER))
    renamed = {**signed, "card": {**content, "names": {"en": "Another"}}}
    for says, value, code in (
        ("changed after it was signed", renamed, "seal:ed25519"),
        ("signed by another", json.loads(_card(content, STRANGER)), "seal:key"),
        ("without a signature", {"card": content}, "card:malformed"),
    ):
        page.reject(says, {"card": to_b64(encode(value))}, code)
    return page


def _card(content: dict[str, Any], signer: SigningKey) -> bytes:
    return encode({"card": content, "signature": signer.sign(KIND, encode(content)).to_json()})


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
