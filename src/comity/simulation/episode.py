"""One episode: a federation lives through a stretch of faults, then through calm, and is judged."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from comity.evidence.actions import fetch_due
from comity.evidence.queries import next_fetch
from comity.exchange.actions import send_due
from comity.exchange.queries import message, next_due, receipts_of
from comity.simulation.attacks import ATTACKS, LIAR, NEEDS_A_THIRD, Scene, lift, refusal_in
from comity.simulation.chance import Chance
from comity.simulation.courier import Courier
from comity.simulation.database import CrashError, CrashPoint
from comity.simulation.double import Cryptography, Real, cryptography_of
from comity.simulation.faults import Fault, Faults
from comity.simulation.naming import names_of
from comity.simulation.network import Network
from comity.simulation.node import SimulatedNode, card_of, keys_from
from comity.simulation.oracle import effects, outcomes, violations
from comity.simulation.workload import Workload

CODES = ("CH-FOJ", "CO-FGN", "GB-UKCA", "IN-MHA", "US-OIA", "FR-BEPI", "PE-FN", "ZA-DOJ")
START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
STEPS = 60
_STEP_SECONDS = {"moment": (0.2, 5.0), "while": (5.0, 600.0), "hours": (600.0, 43200.0), "weeks": (86400.0, 1814400.0)}
_STEP_WEIGHTS = {"moment": 6.0, "while": 4.0, "hours": 1.0, "weeks": 0.3}
_DEEDS = {"post": 5.0, "send": 6.0, "attack": 1.0, "cut": 0.3, "mend": 1.0, "clock": 0.3}
_CALM_ROUNDS = 200
_STORMY_ROUNDS = 12
_TRIES = 3
_SETTLING_ROUNDS = 40
_NO_LINE_SHARE = 0.2


@dataclass
class Outcome:
    """What an episode came to; `trace` follows from seed, workload and rules alone."""

    trace: bytes
    messages: int
    days: float
    violations: list[str]
    faults: Counter[str] = field(default_factory=Counter)
    real: bool = True
    """Whether every signature in it was a real one."""


class Episode:
    """The nodes, the network and the running trace of one episode."""

    def __init__(
        self, seed: int, number: int, nodes: int, workload: Workload, cryptography: Cryptography | None = None
    ) -> None:
        self.cryptography = cryptography or cryptography_of(seed + number)
        with self.cryptography:
            self._begin(seed, number, nodes, workload)

    def _begin(self, seed: int, number: int, nodes: int, workload: Workload) -> None:
        self.chance = Chance(seed, "episode", number)
        self.tally: Counter[str] = Counter()
        self._trace = sha256(f"{seed}/{number}/{nodes}".encode())
        self.workload = workload
        self.liar = keys_from(self.chance.stream("liar"), self.cryptography)
        start = START + timedelta(days=self.chance.below(2000))
        self.nodes = {
            code: SimulatedNode(code, self.chance.stream(code), workload.receivers, self._skew(), self.cryptography)
            for code in CODES[:nodes]
        }
        cards = [*(node.card() for node in self.nodes.values()), card_of(LIAR, self.liar)]
        for node in self.nodes.values():
            node.meet(cards, start)
        faults = Faults(self.chance.stream("faults"), self.tally, self.note)
        self.network = Network(self.nodes, self.chance.stream("network"), faults, start)
        self.network.second_worker = self._second_worker
        for node in self.nodes.values():
            node.torn = self._torn
        self.courier = Courier(self.network, self.chance.stream("courier"), faults)
        self.no_line = self._no_line(self.chance.stream("no line"))
        self.start = start

    def note(self, line: str) -> None:
        """Enter one decision in the trace: digests and words, never a signature or ciphertext."""
        self._trace.update(line.encode() + b"\n")

    def run(self) -> Outcome:
        """Live through the faults, then calm down, then be judged."""
        try:
            with self.cryptography:
                return self._run()
        finally:
            for node in self.nodes.values():
                node.close()

    def _run(self) -> Outcome:
        for _ in range(STEPS):
            self.network.pass_time(self._step())
            self.courier.step()
            getattr(self, f"_{self.chance.weighted(_DEEDS)}")()
        self._calm_down()
        self._settle()
        found = [
            *self.network.violations,
            *violations(self.nodes, liar=LIAR),
            *self.workload.violations(self.nodes),
        ]
        posted, names = 0, names_of(self.nodes)
        for code, node in self.nodes.items():
            for digest, recipient, state in outcomes(node):
                posted += 1
                self.note(f"{code} {recipient} {names[digest]} {state}")
            counts = sorted((names.get(digest, digest), count) for digest, count in effects(node).items())
            self.note(f"{code} {counts}")
        days = (self.network.now - self.start) / timedelta(days=1) * len(self.nodes)
        real = isinstance(self.cryptography, Real)
        return Outcome(self._trace.digest(), posted, days, found, self.tally + self.workload.tried, real)

    def _step(self) -> timedelta:
        kind = self.chance.weighted(_STEP_WEIGHTS)
        if kind == "weeks":
            self.network.faults.fired(Fault.LONG_SILENCE)
        return timedelta(seconds=self.chance.between(*_STEP_SECONDS[kind]))

    def _skew(self, lie: float = 0.2) -> timedelta:
        """How far a node's clock lies: mostly seconds, sometimes years."""
        if self.chance.hits(lie):
            self.tally[Fault.CLOCK_SKEW.value] += 1
            return timedelta(days=self.chance.between(-1500, 1500))
        return timedelta(seconds=self.chance.between(-30, 30))

    def _node(self) -> SimulatedNode:
        return self.nodes[self.chance.pick(list(self.nodes))]

    def _post(self) -> None:
        for number in range(1 + self.chance.below(4)):
            self._post_one(number)

    def _post_one(self, number: int) -> None:
        sender = self._node()
        recipient = self.chance.pick([code for code in self.nodes if code != sender.code])
        crash = self.network.faults.draws(Fault.CRASH_AWAITING)
        if crash:
            sender.database.arm(CrashPoint.BEFORE_COMMIT, 1)
        try:
            with sender.acting():
                act = sender.act(self.network.now, "casework")
                self.workload.act(
                    sender.code, recipient, act, sender, self.chance.stream("post", self.network.now, number)
                )
        except CrashError:
            self.network.faults.fired(Fault.CRASH_POSTING)
            sender.restart()
        finally:
            sender.database.disarm()

    def _send(self) -> None:
        self._work(self._node())

    def _work(self, node: SimulatedNode) -> int:
        """One round of a node's sending job; a crash in it ends the round and the process."""
        try:
            with node.acting():
                act, transport = node.act(self.network.now), self.network.transport_of(node)
                done = send_due(act, keys=node.keys, transport=transport, limit=8)
                if next_fetch(act.at) is not None:
                    done += fetch_due(act, keys=node.keys, vault=node.vault, transport=transport, limit=4)
                return done
        except CrashError as crash:
            if str(crash) == Fault.TORN_WRITE:
                self.network.faults.fired(Fault.TORN_WRITE)
            node.restart()
            return 1

    def _second_worker(self, node: SimulatedNode) -> None:
        """Another worker of the same node looks for work while the first waits for its answer."""
        self._work(node)

    def _torn(self, length: int) -> int | None:
        """How much of a write is done when the process dies over it; None where it lives."""
        return self.chance.below(length) if self.network.faults.draws(Fault.TORN_WRITE) else None

    def _cut(self) -> None:
        first, second = self._node().code, self._node().code
        if first != second:
            self.network.cut.add(frozenset((first, second)))

    def _mend(self) -> None:
        mendable = self.network.cut - {self.no_line}
        if mendable:
            self.network.cut.discard(self.chance.pick(sorted(mendable, key=sorted)))

    def _no_line(self, chance: Chance) -> frozenset[str]:
        """Two of the nodes whom no line ever joins while faults last, in some episodes; empty in the others."""
        if not chance.hits(_NO_LINE_SHARE):
            return frozenset()
        first = chance.pick(list(self.nodes))
        pair = frozenset((first, chance.pick([code for code in self.nodes if code != first])))
        self.network.cut.add(pair)
        self.network.faults.fired(Fault.NO_LINE)
        return pair

    def _clock(self) -> None:
        """A clock is set, forwards or backwards."""
        self._node().skew = self._skew(lie=0.7)

    def _attack(self) -> None:
        kind = self.chance.pick(list(ATTACKS))
        scene = self._scene()
        if scene is None or (kind in NEEDS_A_THIRD and scene.genuine.message.recipient == scene.victim.code):
            return
        craft, expected = ATTACKS[kind]
        self.network.faults.fired(kind)
        answers = [self._unharmed(scene.victim, envelope) for envelope in craft(scene)]
        said = refusal_in(answers[-1], scene.victim)
        if kind is Fault.FLOOD:
            lift(scene.victim, self.network.now)
        self.note(f"attack {kind.value} {said.value if said else 'taken'}")
        if said is not expected:
            self.network.violations.append(f"the attack {kind.value} was answered {said}, not {expected.value}")

    def _unharmed(self, victim: SimulatedNode, envelope: bytes) -> bytes:
        """Deliver without any other fault, so that the answer is the rules' and nobody else's."""
        was, self.network.faults.active = self.network.faults.active, False
        try:
            return self.network.arrive(victim.code, envelope) or b""
        finally:
            self.network.faults.active = was

    def _scene(self) -> Scene | None:
        """A delivered message between two nodes and a victim that is not its recipient; None while there is none."""
        holder = self._node()
        delivered = [row for row in outcomes(holder) if row[2] == "delivered"]
        victims = [node for node in self.nodes.values() if node is not holder]
        if not delivered:
            return None
        digest, recipient, _ = self.chance.pick(delivered)
        others = [node for node in victims if node.code != recipient] or victims
        victim = self.chance.pick(others)
        with holder.acting():
            genuine, receipts = message(holder.code, digest).signed, receipts_of(holder.code, digest)
        if not receipts:
            return None
        return Scene(
            liar=self.liar,
            victim=victim,
            other=holder,
            genuine=genuine,
            receipt=receipts[0],
            at=self.network.now,
            chance=self.chance.stream("scene", self.network.now),
            type=self.workload.sample_type,
            body=self.workload.sample_body,
        )

    def _calm_down(self) -> None:
        """Faults stop, what is late arrives, and every queue gets the time it asks for."""
        self.network.faults.active = False
        self.network.pass_time(timedelta(days=60))
        self.courier.all_arrive()
        if self.no_line:
            self.courier.alone(self.no_line)
        self.network.cut.clear()
        self._drain()

    def _settle(self) -> None:
        """Matters are brought to their end, first on a bad line, then in calm.

        Tickets last minutes, so the clocks are set right before it.
        """
        for node in self.nodes.values():
            node.skew = timedelta(0)
        if not self._settled_deeds(0):
            return
        self.network.faults.active = True
        for number in range(1, _STORMY_ROUNDS):
            for _ in range(_TRIES):
                self.network.pass_time(timedelta(seconds=self.chance.between(1, 120)))
                self.courier.step()
                for node in self.nodes.values():
                    self._work(node)
            self._settled_deeds(number)
        self._calm_down()
        for number in range(_STORMY_ROUNDS, _SETTLING_ROUNDS):
            self._drain(fetch=True)
            if not self._settled_deeds(number):
                return

    def _settled_deeds(self, number: int) -> int:
        """One round of what each side can do to end its matters; how many deeds that was."""
        deeds = 0
        for code, node in self.nodes.items():
            chance = self.chance.stream("settle", number, code)
            with node.acting():
                deeds += self.workload.settle(node.act(self.network.now, "casework"), node, chance)
        return deeds

    def _drain(self, *, fetch: bool = False) -> None:
        """Let every queue get the time it asks for; what waits to be fetched too, if asked."""
        for _ in range(_CALM_ROUNDS):
            waits = {
                code: wait for code, node in self.nodes.items() if (wait := self._wait(node, fetch=fetch)) is not None
            }
            if not waits:
                return
            step = min(waits.values())
            self.network.pass_time(step)
            for code, wait in waits.items():
                if wait <= step:
                    self._work(self.nodes[code])

    def _wait(self, node: SimulatedNode, *, fetch: bool) -> timedelta | None:
        """How long until the node has something to send or to fetch; a lease left by a crash counts as a minute."""
        now = node.clock(self.network.now)
        with node.acting():
            asked = (next_due(now), next_fetch(now) if fetch else None)
        times = [due for due in asked if due is not None]
        return max(min(times) - now, timedelta(minutes=1)) if times else None
