"""A whole bundle made by hand, without a database: two States, three items, messages, ledger, things left out."""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

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
from comity.evidence.custody import Description, EventType, SignedEvent, description_digest, next_event, sign_event
from comity.exchange.message import Attachment, Message, SignedMessage
from comity.exchange.witnessing import witness_name
from comity.safeguards.ledger import entry_bytes, leaf_of, origin
from comity.seals.checkpoint import Checkpoint, cosignature, sign_checkpoint, with_lines
from comity.seals.keys import SigningKey
from comity.seals.merkle import inclusion_proof, root_of
from comity.values.handling import UseCondition
from comity.values.reference import Kind, Reference, uuid7

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CONDITION = UseCondition("specialty", "Only for the offences named in the request.", "Art. 15 CH-CO")
DOSSIER = "CH-FOJ:dossier:0192f3c4-0000-7000-8000-000000000001"
RELEASE = "CH-FOJ:release:0192f3c4-0000-7000-8000-000000000002"
REQUEST_DIGEST = hashlib.sha256(b"the request").hexdigest()


def key(name: str) -> SigningKey:
    return SigningKey.from_seeds(hashlib.sha256(name.encode()).digest(), hashlib.sha256(name[::-1].encode()).digest())


KEYS = {code: key(code) for code in ("CO-F14", "CO-FGN", "CH-FOJ")}


@dataclass
class Specimen:
    """Every part can be changed before the bundle is written; what is then signed is consistently wrong or right."""

    chance: random.Random = field(default_factory=lambda: random.Random(7))
    clock: datetime = START
    keys: dict[str, SigningKey] = field(default_factory=lambda: dict(KEYS))

    def tick(self) -> datetime:
        self.clock += timedelta(hours=1)
        return self.clock

    def id(self) -> UUID:
        return uuid7(self.clock, self.chance.randbytes(10))

    def event(self, chain: list[SignedEvent], type_: EventType, authority: str, item: str, **facts: object) -> None:
        event = next_event(
            chain,
            type_,
            item=item,
            at=self.tick(),
            authority=authority,
            hand=f"Officer of {authority}",
            place="Bogotá" if authority.startswith("CO") else "Bern",
            facts=facts,
        )
        chain.append(sign_event(event, self.keys[authority]))

    def signers(self) -> dict[str, str]:
        return {code: signing.public.fingerprint for code, signing in self.keys.items()}

    def item(self, title: str, content: bytes | None, *, name: str = "", kind: str = "digital") -> BundleItem:
        reference = str(Reference("CO-FGN", Kind.ITEM, self.id()))
        digest = hashlib.sha256(content).hexdigest() if content is not None else None
        seizure = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscal 14"}
        description = Description(
            reference=reference,
            kind=kind,
            title=title,
            name=name,
            media_type="text/csv" if content is not None else "",
            size=len(content) if content is not None else None,
            digest=digest,
            records={"seizure": seizure},
            formalities={"oath": "met"},
            handling="H0",
        )
        chain: list[SignedEvent] = []
        self.event(chain, EventType.SEIZED, "CO-F14", reference, record=seizure)
        self.event(
            chain,
            EventType.TAKEN_IN,
            "CO-F14",
            reference,
            description=description_digest(description),
            digest=digest,
            size=description["size"],
        )
        self.event(chain, EventType.CHECKED, "CO-FGN", reference, complete=True, note="")
        self.event(
            chain,
            EventType.TRANSFERRED,
            "CO-FGN",
            reference,
            recipient="CH-FOJ",
            dossier=DOSSIER,
            conditions=[CONDITION.to_json()],
            handling="H0",
            letter=hashlib.sha256(LETTER).hexdigest(),
            signers=self.signers(),
        )
        self.event(chain, EventType.RECEIVED, "CH-FOJ", reference, digest=digest, size=description["size"])
        self.event(
            chain,
            EventType.COUNTERSIGNED,
            "CH-FOJ",
            reference,
            covers=chain[3].event.digest,
            digest=digest,
            conditions=[CONDITION.to_json()],
            handling="H0",
            signers=self.signers(),
        )
        self.event(
            chain,
            EventType.RELEASED,
            "CH-FOJ",
            reference,
            release=RELEASE,
            audience="court",
            digest=hashlib.sha256(b"release").hexdigest(),
            signers=self.signers(),
        )
        chunks = (content,) if content is not None else None
        return BundleItem(description, chain, [CONDITION.to_json()], "H0", chunks)

    def returned(self, items: list[BundleItem], follows: tuple[str, ...] = (REQUEST_DIGEST,)) -> SignedMessage:
        body = {
            "items": [item.description["reference"] for item in items],
            "custody": [
                {
                    "item": item.description,
                    "handling": item.handling,
                    "conditions": list(item.conditions),
                    "keys": {code: self.keys[code].public.to_json() for code in ("CO-F14", "CO-FGN")},
                    "events": [signed.to_json() for signed in item.chain[:4]],
                }
                for item in items
            ],
        }
        attachments = tuple(
            Attachment(item.description["digest"], item.description["size"], f"item-{n}.csv", "text/csv")
            for n, item in enumerate(items)
            if item.description["digest"]
        )
        return self.message("evidence.returned", "CO-FGN", "CH-FOJ", body, follows, attachments)

    def countersigned(self, items: list[BundleItem], follows: str) -> SignedMessage:
        entries = [
            {
                "item": item.description["reference"],
                "digest": item.description["digest"],
                "countersignature": {"events": [signed.to_json() for signed in item.chain[4:6]]},
            }
            for item in items
        ]
        return self.message("evidence.countersigned", "CH-FOJ", "CO-FGN", {"items": entries}, (follows,))

    def message(
        self,
        type_: str,
        sender: str,
        recipient: str,
        body: dict[str, object],
        follows: tuple[str, ...],
        attachments: tuple[Attachment, ...] = (),
    ) -> SignedMessage:
        message = Message(
            type=type_,
            id=self.id(),
            sender=sender,
            recipient=recipient,
            dossier=Reference.parse(DOSSIER),
            at=self.tick(),
            body=body,
            follows=follows,
            conditions=(CONDITION,),
            attachments=attachments,
        )
        return SignedMessage.sign(message, self.keys[sender])

    def ledger(self, items: list[BundleItem], authority: str = "CH-FOJ") -> LedgerPart:
        entries: list[tuple[bytes, bytes]] = []
        for item in items:
            for signed in item.chain:
                for event in ("evidence:item:read", f"evidence:custody:{signed.event.type.value}"):
                    if signed.event.authority == authority:
                        facts = {"digest": signed.event.digest} if "custody" in event else {}
                        entry = entry_bytes(
                            authority=authority,
                            seq=len(entries),
                            at=signed.event.at,
                            actor=f"officer:someone@{authority}",
                            event=event,
                            subject=signed.event.item,
                            purpose="return evidence",
                            facts=facts,
                        )
                        entries.append((self.chance.randbytes(16), entry))
        leaves = [leaf_of(salt, entry) for salt, entry in entries]
        checkpoint = Checkpoint(origin(authority), len(leaves), root_of(leaves))
        proofs = [
            LedgerEntryProof(seq, salt, entry, inclusion_proof(leaves, seq))
            for seq, (salt, entry) in enumerate(entries)
            if b"evidence:custody:" in entry
        ]
        witness = "CO-FGN" if authority == "CH-FOJ" else "CH-FOJ"
        lines = cosignature(checkpoint, witness_name(witness), self.keys[witness], self.clock)
        return LedgerPart(authority, with_lines(sign_checkpoint(checkpoint, self.keys[authority]), lines), proofs)

    def content(self, **changes: object) -> BundleContent:
        """The usual bundle: bank records and a thing, one item and the request left out."""
        items = [
            self.item("Account statements", STATEMENTS, name=HOSTILE_NAME),
            self.item("A telephone", None, kind="physical"),
        ]
        returned = self.returned(items)
        counter = self.countersigned(items, returned.digest)
        parts: dict[str, object] = {
            "reference": RELEASE,
            "dossier": DOSSIER,
            "audience": "court",
            "authority": "CH-FOJ",
            "at": self.tick(),
            "ground": "Art. 15 CH-CO: the proceedings for which it was requested",
            "items": items,
            "keys": {code: signing.public for code, signing in self.keys.items()},
            "messages": [
                BundleMessage(signed.message.type, signed.content, signed.signature) for signed in (returned, counter)
            ],
            "letters": [BundleLetter("cover-letter", "application/pdf", hashlib.sha256(LETTER).hexdigest(), (LETTER,))],
            "ledgers": [self.ledger(items)],
            "left_out": [
                LeftOut(
                    "message", REQUEST_DIGEST, self.chance.randbytes(16), "the request is not released", opened=True
                ),
                LeftOut("item", hashlib.sha256(b"other").hexdigest(), self.chance.randbytes(16), "not selected"),
            ],
        }
        return BundleContent(**(parts | changes))  # type: ignore[arg-type]

    def write(self, folder: Path, **changes: object) -> Path:
        write_bundle(folder, self.content(**changes), self.keys["CH-FOJ"])
        return folder


LETTER = b"%PDF-1.7 a cover letter that vouches for authenticity"
STATEMENTS = b"2026-01-04;CUENTA 0000-4711;-12000.00 COP\n" * 50
HOSTILE_NAME = "../../etc/passwd\u202efdp.exe\x1b<script>alert(1)</script>"
