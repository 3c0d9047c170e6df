"""The simulated courier: bags between nodes that are lost, doubled, late, broken or brought to the wrong door."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError

from comity.evidence.actions import EvidenceCargo
from comity.exchange.actions import pack, take
from comity.exchange.courier import PartKind, PartOutcome
from comity.exchange.queries import couriers
from comity.exchange.rejection import EnvelopeRejectedError, RejectionCode
from comity.simulation.chance import Chance
from comity.simulation.database import CrashError, CrashPoint
from comity.simulation.faults import Fault, Faults
from comity.simulation.network import Network
from comity.simulation.node import SimulatedNode
from comity.values.actor import Act, job

_PACKING = 0.06
"""How often, at a step of an episode, someone packs a bag."""
_ROUNDS = 3
"""How often the courier goes there and back between two who have no line, before that must have been enough."""


@dataclass
class Bag:
    """A bundle under way, and what happened to it."""

    due: datetime
    to: str
    data: bytes
    flipped: bool = False
    astray: bool = False


class Courier:
    """Packs and takes in through the very actions of a node, in the hand of its operator."""

    def __init__(self, network: Network, chance: Chance, faults: Faults) -> None:
        self._network, self._chance, self._faults = network, chance, faults
        self._under_way: list[Bag] = []

    def step(self) -> None:
        """What is due arrives, and perhaps another bag goes on its way."""
        self._arrivals(self._network.now)
        if self._chance.hits(_PACKING):
            sender, to = self._pair()
            data = self._packed(self._network.nodes[sender], to)
            if data is not None:
                self._send_off(data, to)

    def all_arrive(self) -> None:
        """Whatever is still under way comes in the end."""
        self._arrivals(datetime.max.replace(tzinfo=self._network.now.tzinfo))

    def alone(self, pair: frozenset[str]) -> None:
        """Two who have no line exchange everything by hand; a violation is noted where that was not enough."""
        one, other = sorted(pair)
        for _ in range(_ROUNDS):
            for sender, to in ((one, other), (other, one)):
                data = self._packed(self._network.nodes[sender], to)
                if data is not None:
                    self._arrive(Bag(self._network.now, to, data))
            if not self._left(one, other) + self._left(other, one):
                return
        for sender, to in ((one, other), (other, one)):
            if left := self._left(sender, to):
                self._network.violations.append(f"the courier alone left {left} messages of {sender} to {to} waiting")

    def _left(self, sender: str, to: str) -> int:
        with self._network.nodes[sender].acting():
            return sum(line.waiting for line in couriers(sender) if line.partner == to)

    def _pair(self) -> tuple[str, str]:
        codes = sorted(self._network.nodes)
        sender = self._chance.pick(codes)
        return sender, self._chance.pick([code for code in codes if code != sender])

    def _act(self, node: SimulatedNode) -> Act:
        return node.act(self._network.now, "courier").by(job("operator", "operator"))

    def _cargo(self, node: SimulatedNode) -> EvidenceCargo:
        return EvidenceCargo(node.keys, node.vault, lambda: node.clock(self._network.now))

    def _packed(self, node: SimulatedNode, to: str) -> bytes | None:
        """The bundle; None when the process died at packing it."""
        if self._faults.draws(Fault.CRASH_AWAITING):
            node.database.arm(self._chance.pick((CrashPoint.BEFORE_COMMIT, CrashPoint.AFTER_COMMIT)), 1)
        try:
            with node.acting():
                packed = pack(self._act(node), to, holder=node.code, keys=node.keys, cargo=self._cargo(node))
                return b"".join(packed.chunks())
        except CrashError:
            self._faults.fired(Fault.CRASH_PACKING)
            node.restart()
            return None
        finally:
            node.database.disarm()

    def _send_off(self, data: bytes, to: str) -> None:
        network, faults, chance = self._network, self._faults, self._chance
        due = network.now + timedelta(seconds=chance.between(60, 3 * 86400))
        if faults.strikes(Fault.BAG_LOST):
            return
        if faults.strikes(Fault.BAG_TWICE):
            self._under_way.append(Bag(due + timedelta(seconds=chance.between(1, 30 * 86400)), to, data))
        if faults.strikes(Fault.BAG_LATE):
            due += timedelta(seconds=chance.between(86400, 40 * 86400))
        if faults.strikes(Fault.BAG_ASTRAY):
            wrong = [code for code in sorted(network.nodes) if code != to]
            self._under_way.append(Bag(due, chance.pick(wrong), data, astray=True))
        elif faults.strikes(Fault.BAG_FLIPPED):
            self._under_way.append(Bag(due, to, network.flip(data), flipped=True))
        elif faults.strikes(Fault.BAG_CUT):
            self._under_way.append(Bag(due, to, network.cut_short(data)))
        else:
            self._under_way.append(Bag(due, to, data))

    def _arrivals(self, until: datetime) -> None:
        due = [bag for bag in self._under_way if bag.due <= until]
        self._under_way = [bag for bag in self._under_way if bag.due > until]
        for bag in due:
            self._arrive(bag)

    def _arrive(self, bag: Bag) -> None:
        """A person takes the file in; where the process dies or the disk is full, she does it again."""
        node = self._network.nodes[bag.to]
        for point in CrashPoint:
            if self._faults.draws(Fault(point.value)):
                node.database.arm(point, 1 + self._chance.below(4))
        try:
            self._taken(node, bag)
        except CrashError as crash:
            self._faults.fired(Fault(str(crash)))
            node.restart()
            self._taken(node, bag)
        except OperationalError:
            self._faults.fired(Fault.DISK_FULL)
            node.database.disarm()
            self._taken(node, bag)
        finally:
            node.database.disarm()

    def _taken(self, node: SimulatedNode, bag: Bag) -> None:
        try:
            with node.acting():
                found = take(
                    self._act(node),
                    io.BytesIO(bag.data),
                    keys=node.keys,
                    receivers=node.receivers,
                    cargo=self._cargo(node),
                    holder=node.code,
                    clock=lambda: node.clock(self._network.now),
                )
        except EnvelopeRejectedError as rejected:
            if bag.astray and rejected.rejection is not RejectionCode.WRONG_RECIPIENT:
                self._network.violations.append(f"a bag astray was answered {rejected.rejection}")
            return
        outcomes = {result.outcome for result in found.results}
        small = not found.manifest.count(PartKind.CONTENT)
        if bag.astray:
            self._network.violations.append("a bag for another was taken in")
        if bag.flipped and small and PartOutcome.DAMAGED not in outcomes:
            self._network.violations.append("a bag with a bit turned was believed")
