"""The door of a real node, at which altered packages are offered; its database is compared, and put back."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from comity.authorities.keyring import Keyring
from comity.exchange.envelope import seal_envelope
from comity.exchange.message import Message, SignedMessage
from comity.exchange.receipt import ReceiptKind, open_receipt
from comity.exchange.rejection import EnvelopeRejectedError
from comity.seals.canonical import decode
from comity.simulation.chance import Chance
from comity.simulation.node import SimulatedNode, card_of
from comity.values.actor import Act
from comity.values.reference import Kind, Reference, uuid7
from soak.package_found import Case, Found

PACKAGE_BYTES = 64 << 10
US, THEM = "CH-FOJ", "CO-FGN"
NOW = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
TYPE = "request.transmitted"
MARK = "Demande d'entraide: comptes 0000-4711. "
LEDGER = ("safeguards_ledgerentry", "safeguards_ledgerhead", "safeguards_ledgertile", "exchange_turnedaway")
"""And the number of refusals."""
WRITES_OF_A_REFUSAL = 3
"""Rows: the entry, the head of the ledger, and the number."""


class Door:
    """One node that knows its partner, and the package that the partner sealed to it."""

    def __init__(self, seed: int, state: Path) -> None:
        chance = Chance("package-flips", seed)
        self.took: list[bytes] = []
        self.sender = SimulatedNode(US, chance.stream("us"), {}, NOW - NOW)
        self.node = SimulatedNode(THEM, chance.stream("them"), {TYPE: self._take}, NOW - NOW)
        self.node.meet([card_of(US, self.sender.held)], NOW)
        place = state / "package.bin"
        if not place.exists():
            place.write_bytes(self._package(chance))
        self.sealed = place.read_bytes()
        self._blank = sqlite3.connect(":memory:")
        self._raw.backup(self._blank)
        self._before = rows_of(self._raw)

    def batch(self, cases: Sequence[Case]) -> Found:
        """Offer each; then see that nothing came of it, and that the package itself is still taken in."""
        found = Found()
        offered = 0
        for number, kind, data in cases:
            found.kinds[kind] += 1
            if data is None:
                found.refusals["alters nothing"] += 1
                continue
            offered += 1
            refusal, fault = self._offer(data)
            found.refusals[refusal] += 1
            if fault:
                found.wrong.append(f"{number} {kind}: {fault}")
        found.wrong += self._effects(offered, found.refusals)
        found.wrong += self._control()
        self._blank.backup(self._raw)
        return found

    def _offer(self, data: bytes) -> tuple[str, str]:
        """The word of the refusal, and what must never be; any error but an enumerated refusal goes on."""
        before = self._raw.total_changes
        try:
            answer = self.node.receive(data, NOW)
        except EnvelopeRejectedError as rejected:
            word, said = rejected.rejection.value, rejected.message
        else:
            receipt = open_receipt(answer, self.node.held.signing.public)
            if receipt.kind is not ReceiptKind.RELAY_REJECTION or receipt.rejection is None:
                return receipt.kind.value, "it was not refused"
            word, said = receipt.rejection.value, receipt.reason
        written = self._raw.total_changes - before
        if self.took:
            return word, "its message reached a receiver"
        if MARK[:12] in said:
            return word, "the answer holds something of the message"
        return word, "" if written == WRITES_OF_A_REFUSAL else f"{written} rows were written"

    def _effects(self, offered: int, refusals: Counter[str]) -> list[str]:
        """What differs from before: nothing may, but one entry a refusal in the ledger."""
        after = rows_of(self._raw)
        wrong = [f"the table {name} changed" for name in after if after[name] != self._before[name]]
        entries = self._raw.execute(
            "SELECT event, entry FROM safeguards_ledgerentry ORDER BY seq DESC LIMIT ?", [offered]
        ).fetchall()
        told = Counter(decode(bytes(entry))["facts"].get("rejection", event) for event, entry in entries)
        expected = Counter({word: count for word, count in refusals.items() if word != "alters nothing"})
        if told != expected:
            wrong.append(f"the ledger tells {dict(told)}, the answers were {dict(expected)}")
        if any(MARK[:12].encode() in bytes(entry) for _, entry in entries):
            wrong.append("the ledger holds something of the message")
        return wrong

    def _control(self) -> list[str]:
        """The package as it was sealed is taken in, with its effect once: else a refusal would show nothing."""
        receipt = open_receipt(self.node.receive(self.sealed, NOW), self.node.held.signing.public)
        [effects] = self._raw.execute("SELECT count(*) FROM simulation_effect").fetchone()
        took, self.took = self.took, []
        if receipt.kind is not ReceiptKind.DELIVERY or effects != 1 or len(took) != 1:
            return [f"the package itself: {receipt.kind.value} {receipt.reason}, {effects} effects"]
        return [] if rows_of(self._raw) != self._before else ["the comparison does not see an effect"]

    def _take(self, _act: Act, signed: SignedMessage, _keys: Mapping[str, bytes], _keyring: Keyring) -> None:
        self.took.append(signed.content)

    @property
    def _raw(self) -> sqlite3.Connection:
        raw: sqlite3.Connection = self.node.database.connection
        return raw

    def _package(self, chance: Chance) -> bytes:
        """A request whose sealed form is the longest of at most 64 KiB: base64 twice does not reach every length."""
        dossier, message_id = Reference(US, Kind.DOSSIER, uuid7(NOW, chance(10))), uuid7(NOW, chance(10))
        length, package = PACKAGE_BYTES * 9 // 16 - 6_000, b""
        while True:
            text = (MARK * (length // len(MARK) + 1))[:length]
            message = Message(
                type=TYPE,
                id=message_id,
                sender=US,
                recipient=THEM,
                dossier=dossier,
                at=NOW,
                body={"text": {"fr": text}},
            )
            signed = SignedMessage.sign(message, self.sender.held.signing)
            longer = seal_envelope(signed, {}, self.node.held.opening.public)
            if len(longer) > PACKAGE_BYTES:
                return package
            package, length = longer, length + max((PACKAGE_BYTES - len(longer)) * 9 // 16 - 2, 1)


def rows_of(raw: sqlite3.Connection) -> dict[str, str]:
    """The digest of all rows of each table but the ledger's."""
    names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: _digest(raw, name) for name in names if name not in LEDGER and not name.startswith("sqlite_")}


def _digest(raw: sqlite3.Connection, table: str) -> str:
    digest = hashlib.sha256()
    for row in raw.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):  # noqa: S608 - a name the schema gave
        digest.update(repr(row).encode())
    return digest.hexdigest()
