"""Keys that change in flight: nodes write to each other over a bad line while any of them rotates or revokes its keys.

A federation of its own, smaller than an episode: what is asked is that after all of it every message took effect once,
every directory names the key that holds, and every receipt still verifies. Schedules follow from the seed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from comity.authorities.keyring import AuthorityKeys, Keyring
from comity.authorities.queries import partner, verifying_key
from comity.exchange.actions import card_renewed, keys_succeeded, post, rotate, send_due
from comity.exchange.envelope import seal_envelope
from comity.exchange.message import CARD_RENEWED, KEYS_SUCCEEDED, Message, SignedMessage
from comity.exchange.queries import delivery_of, receipts_of
from comity.exchange.receipt import open_receipt, receipt_key
from comity.exchange.transport import Destination
from comity.seals.keys import OpeningKey, SigningKey
from comity.simulation.chance import Chance
from comity.simulation.double import Cryptography, Real, cryptography_of
from comity.simulation.episode import Outcome
from comity.simulation.faults import Fault
from comity.simulation.node import SimulatedNode
from comity.values.actor import Act, job
from comity.values.errors import ComityError, UnavailableError
from comity.values.reference import Kind, Reference, uuid7

CODES = ("CH-FOJ", "CO-FGN", "GB-UKCA")
START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
TYPE = "request.transmitted"
STEPS = 40
CALM_ROUNDS = 60
LOSS = 0.25
_DEEDS = {"post": 5.0, "send": 6.0, "rotate": 0.7, "revoke": 0.4, "replay": 1.0, "clock": 0.4, "steal": 1.0}


class Rotations:
    """Three nodes, the envelopes that ever passed, and how often each message took effect."""

    def __init__(self, seed: int, cryptography: Cryptography | None = None) -> None:
        self.cryptography = cryptography or cryptography_of(seed)
        self.chance = Chance(seed, "rotations")
        self.now = START
        self.calm = False
        self.effects: Counter[str] = Counter()
        self.posted: list[tuple[str, str]] = []
        self.passed: list[tuple[str, bytes]] = []
        self.fired: Counter[str] = Counter()
        self.stolen: list[tuple[str, SigningKey]] = []
        """Keys that were revoked, and whose they were: a thief has them."""
        self.forged: list[tuple[str, str]] = []
        """To whom a thief wrote, who knew better, and the message's digest."""
        receivers = {TYPE: self._take, KEYS_SUCCEEDED: keys_succeeded, CARD_RENEWED: card_renewed}
        with self.cryptography:
            self.nodes = {
                code: SimulatedNode(code, self.chance.stream(code), receivers, timedelta(0), self.cryptography)
                for code in CODES
            }
            for node in self.nodes.values():
                node.meet([other.card() for other in self.nodes.values()], START)

    def _take(self, _act: Act, signed: SignedMessage, _content: Mapping[str, bytes], _keys: Keyring) -> None:
        self.effects[signed.digest] += 1

    def deliver(self, to: Destination, envelope: bytes) -> bytes:
        """Over the bad line: the request or its answer may get lost."""
        if not self.calm and self.chance.hits(LOSS):
            self.fired["request-lost"] += 1
            raise UnavailableError("the request was lost")
        self.passed.append((to.code, envelope))
        answer = self.nodes[to.code].receive(envelope, self.now)
        if not self.calm and self.chance.hits(LOSS):
            self.fired["answer-lost"] += 1
            raise UnavailableError("the answer was lost")
        return answer

    def fetch(self, partner: Destination, digest: str, start: int, end: int, ticket: str) -> bytes:
        raise UnavailableError(f"{partner.code} offers nothing ({digest}, {start}, {end}, {ticket})")

    def live(self) -> list[str]:
        """Live through a random schedule, then through calm; what does not hold, one sentence each."""
        with self.cryptography:
            return self._live()

    def _live(self) -> list[str]:
        for step in range(STEPS):
            self.now += timedelta(seconds=self.chance.between(1, 7200))
            node = self.nodes[self.chance.pick(list(self.nodes))]
            getattr(self, f"_{self.chance.weighted(_DEEDS)}")(node, self.chance.stream("step", step))
        self.calm = True
        for node in self.nodes.values():
            node.skew = timedelta(0)
        for _ in range(CALM_ROUNDS):
            self.now += timedelta(hours=2)
            for node in self.nodes.values():
                self._send(node, self.chance)
        return list(self._violations())

    def outcome(self) -> Outcome:
        """What this federation came to, like an episode."""
        found = self.live()
        days = (self.now - START) / timedelta(days=1) * len(self.nodes)
        told = [len(self.posted), dict(sorted(self.fired.items())), sorted(self.effects.values()), len(found)]
        trace = sha256(repr(told).encode()).digest()
        return Outcome(trace, len(self.posted), days, found, self.fired, isinstance(self.cryptography, Real))

    def _post(self, node: SimulatedNode, chance: Chance) -> None:
        to = chance.pick([code for code in CODES if code != node.code])
        with node.acting(), transaction.atomic():
            act = node.act(self.now, "casework")
            number = act.new_id()
            letter = Message(
                type=TYPE,
                id=number,
                sender=node.code,
                recipient=to,
                dossier=Reference(node.code, Kind.DOSSIER, number),
                at=act.at,
                body={"text": str(number)},
            )
            self.posted.append((node.code, post(act, letter, keys=node.keys).digest))

    def _send(self, node: SimulatedNode, _chance: Chance) -> None:
        with node.acting():
            send_due(node.act(self.now), keys=node.keys, transport=self)

    def _rotate(self, node: SimulatedNode, chance: Chance, **how: Any) -> None:
        """The keyring first, then the directory and the notices, as the operator's command does it."""
        self.fired[(Fault.KEY_REVOKED if how else Fault.KEY_ROTATED).value] += 1
        held = node.keys.of(node.code)
        new = AuthorityKeys(
            self.cryptography.signing_key(chance(32), chance(32)),
            OpeningKey.from_bytes(chance(96)),
            b"",
            b"",
            (held.opening, *held.earlier),
            held.signing,
        )
        node.keys = node.keys.with_authority(node.code, new)
        with node.acting():
            act = node.act(self.now, "rotate keys").by(job("operator", node.code))
            rotate(act, node.code, keys=node.keys, **how)
        node.keys = node.keys.with_authority(node.code, replace(new, retiring=None))

    def _revoke(self, node: SimulatedNode, chance: Chance) -> None:
        self.stolen.append((node.code, node.keys.signer(node.code)))
        self._rotate(node, chance, reason="stolen", revoked_since=node.clock(self.now))

    def _steal(self, victim: SimulatedNode, chance: Chance) -> None:
        """Who has a revoked key writes under it, dated as he likes, to one who has heard that it is revoked."""
        owner, key = chance.pick(self.stolen) if self.stolen else (victim.code, None)
        with victim.acting():
            if key is None or owner == victim.code or partner(owner).verifying_key == key.public:
                return
        number = uuid7(self.now, chance(10))
        at = self.now - timedelta(seconds=chance.between(0, 10**6))
        letter = Message(
            type=TYPE,
            id=number,
            sender=owner,
            recipient=victim.code,
            dossier=Reference(owner, Kind.DOSSIER, number),
            at=at,
            body={"text": "of a thief"},
        )
        signed = SignedMessage.sign(letter, key)
        self.fired[Fault.STOLEN_KEY.value] += 1
        self.forged.append((victim.code, signed.digest))
        victim.receive(seal_envelope(signed, {}, victim.keys.of(victim.code).opening.public), self.now)

    def _replay(self, _node: SimulatedNode, chance: Chance) -> None:
        """Someone sends an old envelope again, perhaps under keys that have ended meanwhile."""
        if self.passed:
            self.fired["replayed"] += 1
            to, envelope = chance.pick(self.passed)
            self.nodes[to].receive(envelope, self.now)

    def _clock(self, node: SimulatedNode, chance: Chance) -> None:
        self.fired["clock-skew"] += 1
        node.skew = timedelta(days=chance.between(-400, 400))

    def _violations(self) -> Iterator[str]:
        for code, digest in self.forged:
            if self.effects[digest]:
                yield f"{code} believed a revoked key: {digest[:12]} took effect"
        for code, digest in self.posted:
            node = self.nodes[code]
            with node.acting():
                delivery = delivery_of(code, digest)
                receipts = receipts_of(code, digest)
            if (delivery.state, self.effects[digest]) != ("delivered", 1):
                yield (
                    f"{code} {digest[:12]}: {delivery.state} ({delivery.last_error}: {delivery.last_reason}), "
                    f"took effect {self.effects[digest]} times"
                )
            yield from self._unverified(node, receipts)
        for code, node in self.nodes.items():
            for other, seen in self.nodes.items():
                with seen.acting():
                    if other != code and partner(code).verifying_key != node.keys.signer(code).public:
                        yield f"{other} names another key of {code} than it has"

    def _unverified(self, node: SimulatedNode, receipts: list[bytes]) -> Iterator[str]:
        for data in receipts:
            holds = False
            with node.acting():
                for code in CODES:
                    try:
                        holds = holds or bool(open_receipt(data, verifying_key(code, receipt_key(data))))
                    except ComityError:
                        continue
            if not holds:
                yield f"{node.code}: a receipt does not verify any more"
