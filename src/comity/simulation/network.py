"""The simulated network: every way in which bytes between nodes get lost, doubled, late, broken or astray."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection

from comity.evidence.queries import offered_range
from comity.exchange.envelope import parse_envelope
from comity.exchange.receipt import plain_rejection
from comity.exchange.rejection import EnvelopeRejectedError
from comity.exchange.transport import Destination
from comity.simulation.chance import Chance
from comity.simulation.database import CrashError, CrashPoint
from comity.simulation.faults import Fault, Faults
from comity.simulation.node import SimulatedNode
from comity.values.errors import BrokenError, InvalidInputError, MissingError, RefusedError, UnavailableError

_KEPT = 40
"""How many old envelopes the network remembers to replay."""
_RANGES = 4
"""How many ranges of evidence it remembers to confuse."""


@dataclass
class Late:
    """An envelope that is still under way, or an old one that someone will send again."""

    due: datetime
    to: str
    envelope: bytes


class Network:
    """Carries envelopes between the nodes of one episode. `now` is the true time, which no node knows."""

    def __init__(self, nodes: dict[str, SimulatedNode], chance: Chance, faults: Faults, start: datetime) -> None:
        self.nodes = nodes
        self.chance = chance
        self.faults = faults
        self.now = start
        self.cut: set[frozenset[str]] = set()
        self.late: list[Late] = []
        self.seen: list[tuple[str, bytes]] = []
        self.answers: list[bytes] = []
        self.ranges: deque[bytes] = deque(maxlen=_RANGES)
        self.violations: list[str] = []
        self.second_worker: Callable[[SimulatedNode], None] = lambda _node: None
        self.in_hand: list[tuple[str, str]] = []
        """Sender and id of the messages that wait for their answer at this moment."""

    def transport_of(self, node: SimulatedNode) -> "NodeTransport":
        return NodeTransport(self, node)

    def arrive(self, to: str, envelope: bytes) -> bytes | None:
        """The node's answer to an envelope that reached it; None when its process died or could not write."""
        node = self.nodes[to]
        for point in CrashPoint:
            if self.faults.draws(Fault(point.value)):
                node.database.arm(point, 1 + self.chance.below(2))
        try:
            return node.receive(envelope, self.now)
        except EnvelopeRejectedError as rejected:
            return plain_rejection(rejected.rejection)
        except CrashError as crash:
            self.faults.fired(Fault(str(crash)))
            node.restart()
            return None
        except OperationalError:
            self.faults.fired(Fault.DISK_FULL)
            return None
        finally:
            node.database.disarm()

    def served(self, code: str, digest: str, start: int, end: int, ticket: str) -> bytes:
        """The range as its holder gives it out, or its refusal."""
        node = self.nodes[code]
        try:
            with node.acting():
                data, _ = offered_range(digest, start, end, ticket=ticket, vault=node.vault, at=node.clock(self.now))
        except (RefusedError, MissingError, BrokenError, InvalidInputError) as error:
            raise RefusedError(f"{code} does not send it: {error.code}", code="transport:refused") from error
        return data

    def pass_time(self, step: timedelta) -> None:
        """Let time go by; what is late and due arrives, in whatever order it then is."""
        self.now += step
        due = [late for late in self.late if late.due <= self.now]
        self.late = [late for late in self.late if late.due > self.now]
        for late in due:
            self.arrive(late.to, late.envelope)

    def remember(self, to: str, envelope: bytes) -> None:
        if len(self.seen) < _KEPT:
            self.seen.append((to, envelope))
        else:
            self.seen[self.chance.below(_KEPT)] = (to, envelope)

    def flip(self, data: bytes) -> bytes:
        """The same bytes with one bit changed."""
        place = self.chance.below(len(data) * 8)
        changed = bytearray(data)
        changed[place // 8] ^= 1 << (place % 8)
        return bytes(changed)

    def cut_short(self, data: bytes) -> bytes:
        return data[: self.chance.below(len(data))]


class NodeTransport:
    """One node's way out: the `Transport` its sending job is given."""

    def __init__(self, network: Network, node: SimulatedNode) -> None:
        self._network, self._node = network, node

    def deliver(self, partner: Destination, envelope: bytes) -> bytes:
        network, faults = self._network, self._network.faults
        if connection.in_atomic_block:
            network.violations.append(f"{self._node.code} used the network inside a transaction")
        if frozenset((self._node.code, partner.code)) in network.cut:
            faults.fired(Fault.PARTITION)
            raise UnavailableError("cut off", code="transport:unreachable")
        if network.in_hand and (self._node.code, str(parse_envelope(envelope).id)) in network.in_hand:
            network.violations.append(f"two workers of {self._node.code} carried one message at a time")
        answer = self._travel(partner.code, envelope)
        if faults.strikes(Fault.SECOND_WORKER):
            self._second_worker(str(parse_envelope(envelope).id))
        if faults.strikes(Fault.CRASH_AWAITING):
            raise CrashError(Fault.CRASH_AWAITING)
        if answer is None or faults.strikes(Fault.ANSWER_LOST):
            raise UnavailableError("no answer", code="transport:unreachable")
        return self._return(answer)

    def fetch(self, partner: Destination, digest: str, start: int, end: int, ticket: str) -> bytes:
        network, faults = self._network, self._network.faults
        if connection.in_atomic_block:
            network.violations.append(f"{self._node.code} fetched inside a transaction")
        if frozenset((self._node.code, partner.code)) in network.cut:
            faults.fired(Fault.PARTITION)
            raise UnavailableError("cut off", code="transport:unreachable")
        if faults.strikes(Fault.REQUEST_LOST):
            raise UnavailableError("nothing came", code="transport:unreachable")
        data = network.served(partner.code, digest, start, end, ticket)
        if faults.strikes(Fault.CRASH_AWAITING):
            raise CrashError(Fault.CRASH_AWAITING)
        if faults.strikes(Fault.ANSWER_LOST):
            raise UnavailableError("no answer", code="transport:unreachable")
        return self._spoiled(data)

    def _second_worker(self, carried: str) -> None:
        """Another worker of the node looks for work meanwhile; what the first has in hand is not for it."""
        network, own = self._network, (self._node.code, carried)
        network.in_hand.append(own)
        try:
            network.second_worker(self._node)
        finally:
            network.in_hand.remove(own)

    def _spoiled(self, data: bytes) -> bytes:
        """What the line makes of a range on its way: a bit turned, cut short, or another range in its place."""
        network, faults = self._network, self._network.faults
        network.ranges.append(data)
        if faults.strikes(Fault.RANGE_FLIPPED):
            return network.flip(data)
        if faults.strikes(Fault.RANGE_CUT):
            return network.cut_short(data)
        if len(network.ranges) > 1 and faults.strikes(Fault.RANGE_SWAPPED):
            return network.chance.pick(list(network.ranges)[:-1])
        return data

    def _travel(self, to: str, envelope: bytes) -> bytes | None:
        """What becomes of an envelope between the two nodes, and the answer if one is made."""
        network, faults, chance = self._network, self._network.faults, self._network.chance
        network.remember(to, envelope)
        if faults.strikes(Fault.REQUEST_LOST):
            return None
        if faults.strikes(Fault.REPLAYED):
            old_to, old = chance.pick(network.seen)
            due = network.now + timedelta(seconds=chance.between(1, 30 * 86400))
            network.late.append(Late(due, old_to, old))
        if faults.strikes(Fault.DELAYED):
            due = network.now + timedelta(seconds=chance.between(1, 21 * 86400))
            network.late.append(Late(due, to, envelope))
            return None
        if faults.strikes(Fault.MISDELIVERED):
            return network.arrive(chance.pick(sorted(network.nodes)), envelope)
        if faults.strikes(Fault.REQUEST_FLIPPED):
            return network.arrive(to, network.flip(envelope))
        if faults.strikes(Fault.REQUEST_CUT):
            return network.arrive(to, network.cut_short(envelope))
        if faults.strikes(Fault.DUPLICATED):
            network.arrive(to, envelope)
        return network.arrive(to, envelope)

    def _return(self, answer: bytes) -> bytes:
        network, faults = self._network, self._network.faults
        network.answers.append(answer)
        if faults.strikes(Fault.ANSWER_FLIPPED):
            return network.flip(answer)
        if faults.strikes(Fault.ANSWER_CUT):
            return network.cut_short(answer)
        if len(network.answers) > 1 and faults.strikes(Fault.ANSWER_SWAPPED):
            return network.chance.pick(network.answers[:-1])
        return answer
