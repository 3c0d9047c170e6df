"""Two authorities of Colombia, two of Switzerland, one keyring for all, and a line between them that can be bad."""

import hashlib
import io
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from comity.authorities.keyring import AuthorityKeys, Keyring
from comity.authorities.models import Authority
from comity.evidence import actions
from comity.evidence.models import Item
from comity.evidence.queries import offered_range
from comity.exchange.actions.posting import store_message
from comity.exchange.message import Attachment, Message, SignedMessage
from comity.exchange.models import Direction
from comity.seals.keys import OpeningKey
from comity.store.actions import keep
from comity.store.local import LocalVault
from comity.values.actor import Act, Role, job, peer
from comity.values.handling import UseCondition
from comity.values.reference import Reference
from tests.conftest import MOMENT, officer, seeded

from .specimen import CONDITION, DOSSIER, LETTER, key

CODES = ("CO-F14", "CO-FGN", "CH-OAG", "CH-FOJ")
SEIZURE = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscal 14"}


@dataclass
class Line:
    """The way from one side's vault to the other's: `bend` may change, shorten or refuse each answer."""

    vault: LocalVault
    at: Any = MOMENT
    asked: list[tuple[int, int]] = field(default_factory=list)
    bend: Any = None

    def fetch(self, _partner: Any, digest: str, start: int, end: int, ticket: str) -> bytes:
        self.asked.append((start, end))
        data, _ = offered_range(digest, start, end, ticket=ticket, vault=self.vault, at=self.at)
        return self.bend(data, start) if self.bend else data

    def deliver(self, _partner: Any, _envelope: bytes) -> bytes:
        raise NotImplementedError


@dataclass
class World:
    """Both sides on one database; each item, party and message has its holder, so neither sees the other's."""

    keys: Keyring
    sending: LocalVault
    receiving: LocalVault
    line: Line
    chance: Any
    at: Any = MOMENT

    def act(self, authority: str, *roles: Role, name: str = "Ana", stepped_up: bool = True) -> Act:
        self.at += timedelta(minutes=1)
        who = officer(authority, *(roles or Role), name=name, stepped_up=stepped_up)
        return Act(who, self.at, "letter of request", self.chance)

    def job(self, authority: str) -> Act:
        self.at += timedelta(minutes=1)
        self.line.at = self.at
        return Act(job("fetch", authority), self.at, "fetch evidence", self.chance)

    def take_in(
        self, data: bytes = b"bank records", *, kind: str = "file", act: Act | None = None, **more: Any
    ) -> Item:
        common = {
            "dossier": DOSSIER,
            "authority": "CO-FGN",
            "title": "Account statements",
            "keys": self.keys,
            "seizure": SEIZURE,
        }
        act = act or self.act("CO-F14")
        if kind == "thing":
            return actions.take_in_physical(act, **(common | {"place": "Room 4, Bogotá"} | more))
        take = actions.take_in_record if kind == "record" else actions.take_in
        file = {"file": io.BytesIO(data), "name": "statements.csv", "vault": self.sending, "media_type": "text/csv"}
        return take(act, **(common | file | more))

    def offer(
        self, items: list[Item], *, conditions: tuple[UseCondition, ...] = (CONDITION,), letter: Any = None
    ) -> actions.Offered:
        checker = self.act("CO-FGN", name="Berta")
        for item in items:
            actions.check_item(checker, item.reference, keys=self.keys)
        with transaction.atomic():
            return actions.offer_items(
                self.act("CO-FGN", name="Carlos"),
                [item.reference for item in items],
                recipient="CH-FOJ",
                conditions=conditions,
                keys=self.keys,
                letter=hashlib.sha256(LETTER).hexdigest() if letter is None else letter,
            )

    def letter(self, data: bytes = LETTER) -> tuple[Attachment, bytes]:
        """The cover letter, kept and opened to the partner like any document of casework."""
        kept = keep(io.BytesIO(data), keys=self.keys, vault=self.sending, at=self.at, chance=self.chance)
        with transaction.atomic():
            opened = actions.offer_content(
                self.act("CO-FGN"),
                [kept.digest],
                holder="CO-FGN",
                recipient="CH-FOJ",
                dossier=DOSSIER,
                keys=self.keys,
            )
        attachment = Attachment(kept.digest, kept.size, "cover-letter.pdf", "application/pdf")
        return attachment, opened[kept.digest]

    def message(
        self,
        type_: str,
        sender: str,
        recipient: str,
        body: dict[str, Any],
        attachments: tuple[Attachment, ...] = (),
        follows: tuple[str, ...] = (),
    ) -> SignedMessage:
        message = Message(
            type=type_,
            id=self.act(sender).new_id(),
            sender=sender,
            recipient=recipient,
            dossier=Reference.parse(DOSSIER),
            at=self.at,
            body=body,
            attachments=attachments,
            follows=follows,
        )
        return SignedMessage.sign(message, self.keys.signer(sender))

    @transaction.atomic
    def receive_offer(self, signed: SignedMessage, content_keys: dict[str, bytes]) -> None:
        act = replace(self.job("CH-FOJ"), actor=peer("CO-FGN"))
        store_message(signed, holder="CH-FOJ", direction=Direction.IN, act=act)
        actions.receive_offer(act, signed, content_keys, self.keys)

    def send(
        self, offered: actions.Offered, *, letters: list[Any] | None = None, follows: tuple[str, ...] = ()
    ) -> SignedMessage:
        attachments, content_keys = offered.attachments, dict(offered.content_keys)
        for attached, content_key in [self.letter()] if letters is None else letters:
            attachments = (*attachments, attached)
            content_keys[attached.digest] = content_key
        body = {"items": [], "custody": offered.custody}
        signed = self.message("evidence.returned", "CO-FGN", "CH-FOJ", body, attachments, follows)
        self.receive_offer(signed, content_keys)
        return signed

    def fetch(self) -> int:
        return actions.fetch_due(self.job("CH-FOJ"), keys=self.keys, vault=self.receiving, transport=self.line)

    def countersign(self, *references: str) -> SignedMessage:
        entries = [actions.countersign(self.act("CH-FOJ", name="Denise"), ref, keys=self.keys) for ref in references]
        signed = self.message("evidence.countersigned", "CH-FOJ", "CO-FGN", {"items": entries})
        store_message(signed, holder="CH-FOJ", direction=Direction.OUT, act=self.job("CH-FOJ"))
        return signed

    def returned(self, *contents: bytes) -> list[Item]:
        """Items that went the whole way to the countersignature."""
        items = [self.take_in(data, title=f"Item {n}") for n, data in enumerate(contents, 1)]
        self.send(self.offer(items))
        assert self.fetch() == len(contents) + 1
        self.countersign(*(item.reference for item in items))
        return [self.received(item) for item in items]

    def received(self, item: Item) -> Item:
        return Item.objects.get(holder="CH-FOJ", reference=item.reference)


@pytest.fixture
def world(db: None, tmp_path: Any) -> World:
    keys = Keyring(
        bytes(32),
        {
            code: AuthorityKeys(
                key(code), OpeningKey.from_bytes(hashlib.sha512(code.encode()).digest() + bytes(32)), b"", b""
            )
            for code in CODES
        },
        b"",
        b"",
        seeded(3),
    )
    for code in CODES:
        Authority.objects.create(
            code=code,
            state=code[:2],
            names={"en": code},
            local=True,
            endpoint=f"https://{code.lower()}.invalid",
            verifying_key=key(code).public.to_json(),
            sealing_key=keys.opening_key(code).public.to_json(),
            since=MOMENT,
        )
    sending, receiving = (LocalVault(tmp_path / name, reserve=0) for name in ("sending", "receiving"))
    world = World(keys, sending, receiving, Line(sending), seeded(5))
    with transaction.atomic():
        for holder, relations in (
            ("CO-FGN", {"CO-FGN": ["requested"], "CO-F14": ["executing"]}),
            ("CH-FOJ", {"CH-FOJ": ["requesting"], "CH-OAG": ["originating"]}),
        ):
            actions.admit(world.act(holder), holder=holder, dossier=DOSSIER, relations=relations)
    return world
