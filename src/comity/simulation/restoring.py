"""A node put back to an older copy: what it wrote and got since comes back from its partner, each message once.

A federation of its own: two nodes with whole dossiers between them over a bad line. The operator says that the copy is
old, or nobody does, as when a machine is rolled back: then the node works on, and learns it from its partner.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from comity.exchange.actions import begin_reconciling, reconcile_due, resend, send_due
from comity.exchange.queries import messages_of, next_due, reconciliations, stopped
from comity.exchange.transport import Destination
from comity.requests.actions import open_dossier
from comity.requests.queries.access import rows_of, state_of
from comity.safeguards.queries import broken_places
from comity.simulation.casework import HOUSE_ERRORS, Casework, officer
from comity.simulation.chance import Chance
from comity.simulation.double import Cryptography, Real, cryptography_of
from comity.simulation.episode import Outcome
from comity.simulation.faults import Fault
from comity.simulation.node import SimulatedNode
from comity.simulation.oracle import effects
from comity.values.actor import Act, job
from comity.values.errors import UnavailableError

OURS, THEIRS = "CH-FOJ", "CO-FGN"
START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
LOSS = 0.2
BEFORE, SINCE, UNNOTICED = 6, 7, 4
"""Turns that both take: before the copy is made, after it, and on it while nobody knows."""
CALM_ROUNDS = 80
HOUR = timedelta(hours=1)


class Dossiers(Casework):
    """Whole dossiers without evidence: a vault is not part of this story."""

    def _open(self, act: Act, recipient: str, chance: Chance) -> Any:
        return open_dossier(act, requested=recipient, title="Exercise", number=f"E-{chance.below(10**6)}")


class Restorations:
    """Two nodes, the older copy of one, and what the line lost."""

    def __init__(self, seed: int, cryptography: Cryptography | None = None) -> None:
        self.cryptography = cryptography or cryptography_of(seed)
        self.chance = Chance(seed, "restorations")
        self.now, self.calm = START, False
        self.told = self.chance.hits(0.5)
        self.casework = Dossiers()
        self.fired: Counter[str] = Counter()
        with self.cryptography:
            self.nodes = {
                code: SimulatedNode(
                    code, self.chance.stream(code), self.casework.receivers, timedelta(0), self.cryptography
                )
                for code in (OURS, THEIRS)
            }
            for node in self.nodes.values():
                node.meet([other.card() for other in self.nodes.values()], START)

    def deliver(self, to: Destination, envelope: bytes) -> bytes:
        """Over the bad line: the request or its answer may get lost."""
        self._lose(Fault.REQUEST_LOST)
        answer = self.nodes[to.code].receive(envelope, self.now)
        self._lose(Fault.ANSWER_LOST)
        return answer

    def fetch(self, partner: Destination, digest: str, start: int, end: int, ticket: str) -> bytes:
        raise UnavailableError(f"{partner.code} offers nothing ({digest}, {start}, {end}, {ticket})")

    def live(self) -> list[str]:
        """Work, lose what was done since the copy, work on; what does not hold, one sentence each."""
        with self.cryptography:
            ours = self.nodes[OURS]
            self._turns("before", BEFORE)
            self._rest(CALM_ROUNDS)
            copy = sqlite3.connect(":memory:")
            ours.database.connection.backup(copy)
            self.calm = False
            self._turns("since", SINCE)
            copy.backup(ours.database.connection)
            held = {reference: self._of_ours(OURS, reference) for reference in self._references()}
            there = {reference: self._of_ours(THEIRS, reference) for reference in held}
            self.fired[(Fault.RESTORED_COPY if self.told else Fault.ROLLED_BACK).value] += 1
            if self.told:
                self._say_so(ours)
            self._turns("on the copy", UNNOTICED)
            believed = [
                f"{THEIRS} took what an older copy wrote in {reference[:24]}"
                for reference in held
                if there[reference] - held[reference]
                and self._of_ours(THEIRS, reference) - there[reference]
                and not self._asked(done=True)
            ]
            self._rest(CALM_ROUNDS)
            if not self._asked():  # nothing that it wrote told it; its witnesses do, and its operator says so
                self._say_so(ours)
                self._rest(CALM_ROUNDS)
            if self._sent_again():
                self._rest(CALM_ROUNDS)
            return [*believed, *self._violations()]

    def outcome(self) -> Outcome:
        """What this federation came to, like an episode."""
        found = self.live()
        days = (self.now - START) / timedelta(days=1) * len(self.nodes)
        dossiers = [sorted(state["phase"] for state in side.values()) for side in self._states().values()]
        told = [dict(sorted((self.fired + self.casework.tried).items())), dossiers, len(found)]
        trace = sha256(repr(told).encode()).digest()
        messages = sum(sum(effects(node).values()) for node in self.nodes.values())
        faults = self.fired + self.casework.tried
        return Outcome(trace, messages, days, found, faults, isinstance(self.cryptography, Real))

    def _sent_again(self) -> int:
        """What was refused by a node that did not know its own dossiers is sent again by a person; how many."""
        count = 0
        for code, node in self.nodes.items():
            with node.acting():
                for one in stopped(code):
                    resend(node.act(self.now, "casework").by(officer(code)), one.digest)
                    count += 1
        return count

    def _references(self) -> set[str]:
        with self.nodes[THEIRS].acting():
            return {row.reference for row in rows_of(THEIRS)}

    def _of_ours(self, code: str, reference: str) -> set[str]:
        """What our node wrote in a dossier, as far as one of the two holds it."""
        with self.nodes[code].acting():
            views = messages_of(code, reference)
        return {view.signed.digest for view in views if view.signed.message.sender == OURS}

    def _asked(self, *, done: bool = False) -> bool:
        """Whether our node asks, or asked, what it lacks."""
        with self.nodes[OURS].acting():
            return any(one.done_at is not None or not done for one in reconciliations(OURS))

    def _lose(self, kind: Fault) -> None:
        if not self.calm and self.chance.hits(LOSS):
            self.fired[kind.value] += 1
            raise UnavailableError("the line is down")

    def _say_so(self, node: SimulatedNode) -> None:
        with node.acting():
            begin_reconciling(node.act(self.now, "restore").by(job("operator", "operator")), reason="restored")

    def _turns(self, name: str, count: int) -> None:
        for number in range(count):
            for code, other in ((OURS, THEIRS), (THEIRS, OURS)):
                self.now += timedelta(minutes=7)
                node, chance = self.nodes[code], self.chance.stream(name, number, code)
                with node.acting():
                    try:
                        self.casework.act(code, other, node.act(self.now, "casework"), node, chance)
                    except HOUSE_ERRORS as error:
                        self.casework.declined("act", error)
                self._carry()

    def _carry(self) -> None:
        for node in self.nodes.values():
            with node.acting():
                act = node.act(self.now)
                reconcile_due(act, keys=node.keys)
                send_due(act, keys=node.keys, transport=self)

    def _rest(self, rounds: int) -> None:
        """Time goes by until nobody has anything to send or to ask."""
        self.calm = True
        for _ in range(rounds):
            waits = []
            for node in self.nodes.values():
                with node.acting():
                    waits += [due for due in (next_due(self.now),) if due is not None]
                    waits += [self.now + HOUR for one in reconciliations(node.code) if one.done_at is None]
            if not waits:
                return
            self.now = max(self.now + timedelta(minutes=1), min(waits))
            self._carry()

    def _states(self) -> Mapping[str, Mapping[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for code, node in self.nodes.items():
            with node.acting():
                states = {row.reference: state_of(row).to_json() for row in rows_of(code)}
            found[code] = {reference: state for reference, state in states.items() if state["timeline"]}
        return found

    def _violations(self) -> Iterator[str]:
        yield from self.casework.violations(self.nodes)
        states = self._states()
        if states[OURS] != states[THEIRS]:
            yield "what was lost with the older copy did not come back"
        for code, node in self.nodes.items():
            yield from (f"{code}: {digest[:12]} took effect {n} times" for digest, n in effects(node).items() if n > 1)
            with node.acting():
                yield from (f"{code}: ledger: {place}" for place in broken_places(code))
                if next_due(self.now) is not None:
                    yield f"{code}: something still waits after the line was mended"
                open_ones = [one for one in reconciliations(code) if one.done_at is None]
                yield from (f"{code}: reconciling with {one.partner} never ended" for one in open_ones)
