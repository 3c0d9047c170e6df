"""A small bundle of evidence: two States, bank records and a telephone, two messages, a ledger, two things left out.

What is signed is signed once, so that a bundle made again with one thing otherwise differs in that thing alone.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from comity.authorities.succession import Statement, sign_succession
from comity.evidence.bundle import (
    BundleContent,
    BundleItem,
    BundleLetter,
    BundleMessage,
    LedgerEntryProof,
    LedgerPart,
    LeftOut,
    write_bundle,
)
from comity.evidence.custody import (
    CustodyEvent,
    Description,
    EventType,
    SignedEvent,
    description_digest,
    sign_event,
)
from comity.exchange.message import Attachment, Message, SignedMessage
from comity.exchange.witnessing import witness_name
from comity.safeguards.ledger import entry_bytes, leaf_of, origin
from comity.seals.canonical import decode, encode, from_b64
from comity.seals.checkpoint import Checkpoint, cosignature, sign_checkpoint, with_lines
from comity.seals.keys import SigningKey, VerifyingKey
from comity.seals.merkle import inclusion_proof, root_of
from comity.seals.timestamp import stamped_note
from comity.values.handling import UseCondition
from comity.values.reference import Reference
from conformance.making.cast import DOSSIER, KEYS, NEXT, seed
from conformance.making.resealing import Files
from conformance.making.timestamp import answer_over

FINGERPRINTS = {code: key.public.fingerprint for code, key in KEYS.items()}
START = datetime.fromisoformat("2026-11-02T09:00:00+00:00")
RELEASE = "CH-FOJ:release:01a1fd70-f1c0-7000-8000-0000000000a1"
OTHER_DOSSIER = "CH-FOJ:dossier:01a1fd70-f1c0-7000-8000-0000000000d2"
CONDITION = UseCondition("specialty", "Only for the offences named in the request.", "Art. 15").to_json()
REQUEST = hashlib.sha256(b"the request").hexdigest()
STATEMENTS = b"2026-01-04;ACCOUNT 0000-4711;-12000.00 COP\n" * 6
PAPER = b"%PDF-1.7 a cover letter that vouches for what it brings"
E = EventType


def _moment(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def first_item() -> str:
    """How a report names the first item where it names no file."""
    return f"item {_reference(1)}"


def _reference(number: int) -> str:
    return f"CO-FGN:item:01a1fd70-f1c0-7000-8000-00000000001{number}"


def _added(chain: list[SignedEvent], kind: EventType, authority: str, item: str, **facts: Any) -> list[SignedEvent]:
    """The chain with one more event, signed by who is said to have done it, whether it may follow or not."""
    previous = chain[-1].event.digest if chain else None
    place = "Bogotá" if authority.startswith("CO") else "Bern"
    event = CustodyEvent(
        item, len(chain), kind, _moment(len(chain)), authority, f"Officer of {authority}", place, facts, previous
    )
    return [*chain, sign_event(event, KEYS[authority])]


def _description(number: int, content: bytes | None) -> Description:
    return Description(
        reference=_reference(number),
        kind="digital" if content else "physical",
        title="Account statements" if content else "A telephone",
        name="../../cuentas.csv" if content else "",
        media_type="text/csv" if content else "",
        size=len(content) if content else None,
        digest=hashlib.sha256(content).hexdigest() if content else None,
        records={"seizure": {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscal 14"}},
        formalities={},
        handling="H0",
    )


def _returned_chain(described: Description) -> list[SignedEvent]:
    """What the sending State signs."""
    item, digest = described["reference"], described["digest"]
    chain = _added([], E.SEIZED, "CO-F14", item, record=described["records"]["seizure"])
    facts = {"description": description_digest(described), "digest": digest, "size": described["size"]}
    chain = _added(chain, E.TAKEN_IN, "CO-F14", item, **facts)
    chain = _added(chain, E.CHECKED, "CO-FGN", item, complete=True, note="")
    letter = hashlib.sha256(PAPER).hexdigest()
    bound = {"conditions": [CONDITION], "handling": "H0"}
    sent = {"recipient": "CH-FOJ", "dossier": str(DOSSIER), "letter": letter, "signers": FINGERPRINTS}
    return _added(chain, E.TRANSFERRED, "CO-FGN", item, **sent, **bound)


def _kept_chain(
    chain: list[SignedEvent], described: Description, *, by: str = "CH-FOJ", covers: str = ""
) -> list[SignedEvent]:
    """What the receiving State signs then, up to the release."""
    item, digest = described["reference"], described["digest"]
    bound = {"conditions": [CONDITION], "handling": "H0", "signers": FINGERPRINTS}
    covers = covers or chain[-1].event.digest
    chain = _added(chain, E.RECEIVED, "CH-FOJ", item, digest=digest, size=described["size"])
    chain = _added(chain, E.COUNTERSIGNED, by, item, covers=covers, digest=digest, **bound)
    return _released(chain, item)


def _released(chain: list[SignedEvent], item: str) -> list[SignedEvent]:
    facts = {"release": RELEASE, "audience": "court", "digest": "cd" * 32, "signers": FINGERPRINTS}
    return _added(chain, E.RELEASED, "CH-FOJ", item, **facts)


@cache
def _descriptions() -> tuple[Description, Description]:
    return _description(1, STATEMENTS), _description(2, None)


@cache
def _halves() -> tuple[list[SignedEvent], ...]:
    return tuple(_returned_chain(one) for one in _descriptions())


@cache
def _chains() -> tuple[list[SignedEvent], ...]:
    return tuple(_kept_chain(half, one) for half, one in zip(_halves(), _descriptions(), strict=True))


def _items(first: list[SignedEvent] | None = None) -> list[BundleItem]:
    chains = [first or _chains()[0], _chains()[1]]
    contents: list[tuple[bytes, ...] | None] = [(STATEMENTS,), None]
    return [
        BundleItem(one, chain, [CONDITION], "H0", content)
        for one, chain, content in zip(_descriptions(), chains, contents, strict=True)
    ]


@cache
def _messages() -> list[BundleMessage]:
    sent: dict[str, Any] = {"items": [one["reference"] for one in _descriptions()], "custody": []}
    for one, half in zip(_descriptions(), _halves(), strict=True):
        told = {"item": dict(one), "handling": "H0", "conditions": [CONDITION]}
        sent["custody"].append({**told, "keys": {}, "events": [event.to_json() for event in half]})
    size, digest = len(STATEMENTS), hashlib.sha256(STATEMENTS).hexdigest()
    returned = _message(
        1, "evidence.returned", ("CO-FGN", "CH-FOJ"), sent, REQUEST, (Attachment(digest, size, "item.csv", "text/csv"),)
    )
    entries = [
        {"item": one["reference"], "digest": one["digest"], "countersignature": {"events": _told(chain[4:6])}}
        for one, chain in zip(_descriptions(), _chains(), strict=True)
    ]
    answered = _message(2, "evidence.countersigned", ("CH-FOJ", "CO-FGN"), {"items": entries}, returned.digest)
    return [BundleMessage(one.message.type, one.content, one.signature) for one in (returned, answered)]


def _told(chain: Sequence[SignedEvent]) -> list[dict[str, Any]]:
    return [event.to_json() for event in chain]


def _message(
    number: int,
    type_: str,
    between: tuple[str, str],
    body: dict[str, Any],
    follows: str,
    attachments: tuple[Attachment, ...] = (),
) -> SignedMessage:
    message = Message(
        type=type_,
        id=UUID(f"01a1fd70-f1c0-7000-8000-00000000002{number}"),
        sender=between[0],
        recipient=between[1],
        dossier=Reference.parse(str(DOSSIER)),
        at=_moment(20 + number),
        body=body,
        follows=(follows,),
        attachments=attachments,
    )
    return SignedMessage.sign(message, KEYS[between[0]])


def _entries(items: list[BundleItem]) -> list[tuple[bytes, bytes]]:
    """Salt and entry of each custody event of the releasing authority, among entries that the bundle does not open."""
    made: list[tuple[bytes, bytes]] = []
    for item in items:
        for signed in (one for one in item.chain if one.event.authority == "CH-FOJ"):
            for event in ("evidence:item:read", f"evidence:custody:{signed.event.type.value}"):
                entry = entry_bytes(
                    authority="CH-FOJ",
                    seq=len(made),
                    at=signed.event.at,
                    actor="officer:someone@CH-FOJ",
                    event=event,
                    subject=signed.event.item,
                    purpose="return evidence",
                    facts={"digest": signed.event.digest} if "custody" in event else {},
                )
                made.append((seed(f"ledger salt {len(made)}", 16), entry))
    return made


def _ledger(
    items: list[BundleItem],
    *,
    witnessed: bool = True,
    stranger: bool = False,
    stamped: bool = False,
    false_witness: bool = False,
    signer: SigningKey = KEYS["CH-FOJ"],
) -> LedgerPart:
    entries = _entries(items)
    leaves = [leaf_of(salt, entry) for salt, entry in entries]
    head = Checkpoint(origin("CH-FOJ"), len(leaves), root_of(leaves))
    proofs = [
        LedgerEntryProof(seq, salt, entry, inclusion_proof(leaves, seq))
        for seq, (salt, entry) in enumerate(entries)
        if b"evidence:custody:" in entry
    ]
    text = sign_checkpoint(head, signer)
    if witnessed:
        seen = Checkpoint(head.origin, head.size + 1, head.root) if false_witness else head
        text = with_lines(text, cosignature(seen, witness_name("CO-FGN"), KEYS["CO-FGN"], _moment(30)))
    if stranger:
        text = with_lines(text, "— example.org/witness AAAAAAAAAAAAAAAA\n")
    if stamped:
        text = stamped_note(text, answer_over(head.body()))
    return LedgerPart("CH-FOJ", text, proofs)


@cache
def _usual_ledger() -> LedgerPart:
    return _ledger(_items())


def written(*, signer: SigningKey = KEYS["CH-FOJ"], **changes: Any) -> Files:
    """The files of the usual bundle with these parts of it otherwise, signed anew."""
    parts: dict[str, Any] = {
        "reference": RELEASE,
        "dossier": str(DOSSIER),
        "audience": "court",
        "authority": "CH-FOJ",
        "at": _moment(40),
        "ground": "Art. 15: the proceedings for which it was requested",
        "items": _items(),
        "keys": {code: key.public for code, key in KEYS.items()},
        "messages": _messages(),
        "letters": [BundleLetter("cover-letter", "application/pdf", hashlib.sha256(PAPER).hexdigest(), (PAPER,))],
        "ledgers": [_usual_ledger()],
        "left_out": [
            LeftOut("message", REQUEST, seed("left out 1", 16), "the request is not released", opened=True),
            LeftOut("item", hashlib.sha256(b"other").hexdigest(), seed("left out 2", 16), "not selected"),
        ],
    }
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "bundle"
        write_bundle(folder, BundleContent(**(parts | changes)), signer)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@cache
def whole() -> Files:
    return written()


def ledger(**otherwise: Any) -> Files:
    return written(ledgers=[_ledger(_items(), **otherwise)])


def _with_first(chain: list[SignedEvent]) -> Files:
    items = _items(chain)
    return written(items=items, ledgers=[_ledger(items)])


def recalled() -> Files:
    return _with_first(_added(_chains()[0], E.RECALLED, "CH-FOJ", _reference(1), recall="1", demand="delete"))


def released_after_recall() -> Files:
    chain = _added(_chains()[0], E.RECALLED, "CH-FOJ", _reference(1), recall="1", demand="delete")
    return _with_first(_released(chain, _reference(1)))


def narrowed_to_less() -> Files:
    less = {"recall": "1", "conditions": [], "handling": "H0"}
    return _with_first(_added(_chains()[0], E.NARROWED, "CH-FOJ", _reference(1), **less))


def uncovered() -> Files:
    return _with_first(_kept_chain(_halves()[0], _descriptions()[0], covers="ab" * 32))


def own_countersignature() -> Files:
    return _with_first(_kept_chain(_halves()[0], _descriptions()[0], by="CO-FGN"))


def succeeded(*, old: SigningKey = KEYS["CH-FOJ"], stated: bool = True, revoked: bool = False) -> Files:
    """Released under the authority's next key, everything before under the one that it succeeded."""
    before = KEYS["CH-FOJ"].public
    statement = Statement(
        code="CH-FOJ",
        old=before.fingerprint,
        to=NEXT.public,
        at=_moment(39),
        revoked_since=_moment(5) if revoked else None,
    )
    keys = {code: key.public for code, key in KEYS.items()}
    keys |= {"CH-FOJ": NEXT.public, f"CH-FOJ/{before.key_id}": before}
    succession = {NEXT.public.fingerprint: sign_succession(statement, new=NEXT, old=old).to_json()}
    return written(signer=NEXT, keys=keys, successions=succession if stated else {})


def signature_of(signer: SigningKey, content: str) -> dict[str, Any]:
    """A signature over a message's content in base64url, as its own type."""
    data = from_b64(content)
    return signer.sign(decode(data)["type"], data).to_json()


def with_stamp(text: str, over: bytes) -> str:
    return stamped_note(text, answer_over(over))


def with_forged_key(files: Files, authority: str, key: VerifyingKey) -> Files:
    """Another key in an authority's name, and comity.json naming it."""
    path = f"data/keys/{authority}.json"
    value = decode(files["comity.json"], max_bytes=1 << 25)
    next(one for one in value["keys"] if one["path"] == path).update(fingerprint=key.fingerprint)
    forged = encode({"authority": authority, "key": key.to_json()})
    return {**files, path: forged, "comity.json": encode(value)}


def with_further_key(files: Files, key: SigningKey) -> Files:
    """A key beside the true one, which nothing leads to."""
    path, public = "data/keys/CO-FGN.x.json", key.public
    value = decode(files["comity.json"], max_bytes=1 << 25)
    value["keys"].append({"authority": "CO-FGN", "fingerprint": public.fingerprint, "path": path})
    value["files"][path] = {"sha256": "00" * 32, "size": 0}
    data = encode({"authority": "CO-FGN", "key": public.to_json()})
    return {**files, path: data, "comity.json": encode(value)}
