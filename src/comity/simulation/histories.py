"""Histories of ledgers, honest and dishonest, lived through on real nodes: who lies is found, who does not never is.

One node keeps a ledger, two witness it, over a line that loses, repeats and cuts off. A dishonest one forges its
ledger, goes on from an old copy, or shows each witness another one.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction

from comity.exchange.actions import (
    hear_checkpoint,
    settle_shown,
    show_history,
    submit_checkpoints,
    witness_checkpoint,
)
from comity.exchange.queries import ledger_faults, standings
from comity.exchange.transport import Called, Destination
from comity.exchange.witnessing import STATUS, Verdict, read_request
from comity.safeguards.actions import enter, write_tiles
from comity.safeguards.queries import ledger_size
from comity.seals.checkpoint import read_unverified
from comity.simulation.chance import Chance
from comity.simulation.database import CrashError, CrashPoint, NodeDatabase, acting, new_database
from comity.simulation.double import Cryptography, Real
from comity.simulation.forging import FORGERIES, entries_of, write_entries
from comity.simulation.node import SimulatedNode
from comity.values.errors import BrokenError, InvalidInputError, MissingError, UnavailableError

LOG, WITNESSES = "CH-FOJ", ("CO-FGN", "GB-UKCA")
CODES = (LOG, *WITNESSES)
START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
EVERY = timedelta(minutes=10)
ROUNDS, CALM_ROUNDS = 3, 2
LOSS, REPLAY, CRASH = 0.15, 0.15, 0.1
LONG = 0.01
"""How often a round brings more entries than a tile holds."""
OTHER_DEEDS = ("restored", "fork", "split")
DEEDS = (*FORGERIES, *OTHER_DEEDS)


@dataclass
class Lived:
    """What one history came to: what was done, who found it, and what must never be."""

    deed: str
    found: list[str]
    violations: list[str]
    faults: Counter[str] = field(default_factory=Counter)


class Federation:
    """Three nodes that know each other, made once; each history begins from the same copies of their databases."""

    def __init__(self, seed: int, cryptography: Cryptography | None = None) -> None:
        chance, self.cryptography = Chance(seed, "histories", "nodes"), cryptography or Real()
        with self.cryptography:
            self.nodes = {
                code: SimulatedNode(code, chance.stream(code), {}, timedelta(0), self.cryptography) for code in CODES
            }
            cards = [node.card() for node in self.nodes.values()]
            for node in self.nodes.values():
                node.meet(cards, START)
        self._first = {code: snapshot(node.database) for code, node in self.nodes.items()}

    def begin(self) -> None:
        for code, node in self.nodes.items():
            node.restart()
            put_back(node.database, self._first[code])


def snapshot(database: NodeDatabase) -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:")
    database.connection.backup(kept)
    return kept


def put_back(database: NodeDatabase, kept: sqlite3.Connection) -> None:
    kept.backup(database.connection)


class History:
    """One ledger's life under one seed."""

    def __init__(self, federation: Federation, seed: int, number: int, deed: str) -> None:
        self.chance = Chance(seed, "history", number, deed or "honest")
        self.deed = deed
        self.nodes = federation.nodes
        federation.begin()
        self.now = START
        self.calm = False
        self.copies: dict[str, NodeDatabase] = {}
        """Witness to the database that the log shows it, where that is not the one."""
        self.old: list[tuple[int, sqlite3.Connection]] = []
        self.calls: list[tuple[str, str, bytes, str]] = []
        self.cosigned: dict[str, dict[int, set[bytes]]] = {code: {} for code in WITNESSES}
        self.faults: Counter[str] = Counter()
        self.violations: list[str] = []

    def live(self) -> Lived:
        """Grow, lie at some moment if that is the deed, grow on, come to rest, and look who found what."""
        number = self._until_the_lie() if self.deed else 0
        return self._lying(number) if self.deed else self._honest(number)

    def live_both(self) -> tuple[Lived, Lived]:
        """One beginning with two ends: the history with its lie, then, from the same moment on, without it."""
        number = self._until_the_lie()
        kept = {code: snapshot(node.database) for code, node in self.nodes.items()}
        now, calls, faults = self.now, list(self.calls), Counter(self.faults)
        cosigned = {code: {size: set(roots) for size, roots in sizes.items()} for code, sizes in self.cosigned.items()}
        lying = self._lying(number)
        for code, node in self.nodes.items():
            node.restart()
            put_back(node.database, kept[code])
        self.deed, self.copies, self.old, self.violations = "", {}, [], []
        self.now, self.calls, self.faults, self.cosigned = now, calls, faults, cosigned
        self.chance, self.calm = self.chance.stream("honest"), False
        return lying, self._honest(number)

    def _until_the_lie(self) -> int:
        """Rounds on the bad line until there is something to lie about and it is time to; how many those were."""
        turn = 1 + self.chance.below(ROUNDS - 1)
        for number in range(ROUNDS):
            if number >= turn and self._may_lie():
                return number
            self.grow()
            self.round()
        return ROUNDS

    def _lying(self, number: int) -> Lived:
        if not self._may_lie():
            self.calm = True
            self.round()
        self.violations += [] if self.lie() else [f"nothing could be {self.deed}"]
        for _ in range(min(1, ROUNDS - number)):
            self.grow()
            self.round()
        self.calm = True
        self.grow()
        for _ in range(CALM_ROUNDS):
            self.round()
        return self._lived()

    def _honest(self, number: int) -> Lived:
        for _ in range(number, ROUNDS):
            self.grow()
            self.round()
        self.calm = True
        for _ in range(CALM_ROUNDS):
            self.round()
        return self._lived()

    def _lived(self) -> Lived:
        return Lived(self.deed, list(self.found()), [*self.violations, *self.broken()], self.faults)

    # the ledger

    def grow(self, at_least: int = 1) -> None:
        for database in self._databases():
            with acting(database):
                self.append(at_least + self.chance.below(4))

    def append(self, count: int) -> None:
        act = self.nodes[LOG].act(self.now, "casework")
        if self.chance.hits(LONG):
            count += 300
        with transaction.atomic():
            for _ in range(count):
                enter(act, "requests:draft:saved", "subject", authority=LOG, facts={"number": self.chance.below(1000)})
        if count > 300:
            write_tiles(LOG)

    def _databases(self) -> list[NodeDatabase]:
        return list({id(one): one for one in (self.nodes[LOG].database, *self.copies.values())}.values())

    def _witnessed(self) -> int:
        """The size that both witnesses have cosigned at least."""
        return min(max(self.cosigned[code], default=0) for code in WITNESSES)

    # the lie

    def _older(self) -> list[sqlite3.Connection]:
        """Copies of the log's node from before the last that both witnesses cosigned."""
        return [kept for size, kept in self.old if size < self._witnessed()]

    def _may_lie(self) -> bool:
        return self._witnessed() >= 2 and (self.deed not in ("restored", "fork") or bool(self._older()))

    def lie(self) -> bool:
        """Do the deed; False while there is nothing yet to lie about."""
        if not self._may_lie():
            return False
        old = self._older()
        database = self.nodes[LOG].database
        if self.deed in FORGERIES:
            with acting(database):
                entries = entries_of(LOG)
                write_entries(LOG, FORGERIES[self.deed](entries, min(self._witnessed(), len(entries)), self.chance))
        elif self.deed == "restored":
            put_back(database, self.chance.pick(old))
        elif self.deed == "fork":
            with acting(database):
                size = ledger_size(LOG)
            put_back(database, self.chance.pick(old))
            with acting(database):
                while ledger_size(LOG) < size:  # the copy grows until nobody sees by its length that it is one
                    self.append(1)
        else:
            other = new_database()
            put_back(other, snapshot(database))
            self.copies = {WITNESSES[1]: other}
            for one in (database, other):
                with acting(one):
                    self.append(1 + self.chance.below(3))
        return True

    # the line

    def round(self) -> None:
        """Every node's job once; whoever is to be restored later is copied before."""
        self.now += EVERY
        if self.deed in ("restored", "fork"):
            with acting(self.nodes[LOG].database):
                self.old.append((ledger_size(LOG), snapshot(self.nodes[LOG].database)))
        for witness in WITNESSES:
            database = self.copies.get(witness, self.nodes[LOG].database)
            with acting(database):
                self.submit(LOG, witness)
        for code, other in (WITNESSES, WITNESSES[::-1]):
            node = self.nodes[code]
            with node.acting():
                self.submit(code, other)
                settle_shown(node.act(self.now), transport=Wire(self, code))
        self._replay()

    def submit(self, code: str, to: str) -> None:
        node = self.nodes[code]
        submit_checkpoints(node.act(self.now), keys=node.keys, transport=Wire(self, code), to=to, every=EVERY)

    def _replay(self) -> None:
        """Somebody sends an old request again."""
        if self.calls and not self.calm and self.chance.hits(REPLAY):
            self.faults["replayed"] += 1
            with suppress(UnavailableError):
                self.answered(*self.chance.pick(self.calls))

    def lost(self, kind: str) -> None:
        if not self.calm and self.chance.hits(LOSS):
            self.faults[kind] += 1
            raise UnavailableError("the line is down")

    def answered(self, caller: str, path: str, body: bytes, signature: str) -> Called:
        """What the port of a node answers; a node that dies over it answers nothing."""
        code, what, *rest = path.removeprefix("/exchange/1/witness/").split("/")
        database = self.nodes[code].database if code != LOG else self.copies.get(caller, self.nodes[LOG].database)
        if code != LOG and not self.calm and self.chance.hits(CRASH):
            database.arm(self.chance.pick([CrashPoint.BEFORE_COMMIT, CrashPoint.AFTER_COMMIT]), 1)
        try:
            with acting(database):
                return self._served(code, what, rest, body, signature)
        except MissingError as error:
            return Called(404, error.code.encode())
        except InvalidInputError as error:
            return Called(400, error.code.encode())
        except BrokenError as error:
            return Called(403, error.code.encode())
        except CrashError as crash:
            self.faults[str(crash)] += 1
            database.restart()
            raise UnavailableError("the node died") from crash
        finally:
            database.disarm()

    def _served(self, code: str, what: str, rest: list[str], body: bytes, signature: str) -> Called:
        node, at = self.nodes[code], self.now
        if what == "add-checkpoint":
            answer = witness_checkpoint(body, signature, witness=code, at=at, chance=node.chance, keys=node.keys)
            if answer.verdict is Verdict.COSIGN:
                self.note_cosigned(code, body)
                return Called(200, answer.lines.encode())
            return Called(STATUS[answer.verdict], str(answer.size).encode())
        if what == "shown-by":
            hear_checkpoint(body.decode(), holder=code, shown_by=rest[0], at=at, chance=node.chance)
            return Called(200, b"")
        told, signed = show_history(code, int(rest[0]), int(rest[1]), witness=rest[2], keys=node.keys)
        return Called(200, told, signed)

    def note_cosigned(self, witness: str, body: bytes) -> None:
        """The oracle's own book of what left a witness under its name."""
        checkpoint = read_request(body)[1]
        if checkpoint.origin.endswith(LOG) and witness in self.cosigned:
            self.cosigned[witness].setdefault(checkpoint.size, set()).add(checkpoint.root)

    # the judgement

    def found(self) -> Iterator[str]:
        """Who found that something is wrong: a witness with a proof, or the node itself, told by one."""
        for code, node in self.nodes.items():
            with node.acting():
                yield from (f"{code} holds proof: {one.kind} of {one.log}" for one in ledger_faults())
        for database in self._databases():
            with acting(database):
                yield from (f"{LOG} is {one.state} by {one.witness}" for one in standings(LOG) if one.alarming)

    def broken(self) -> Iterator[str]:
        """What must hold whatever was done: one name never stands under two histories; proofs prove."""
        for witness, sizes in self.cosigned.items():
            yield from (f"{witness} cosigned two roots of {size}" for size, roots in sizes.items() if len(roots) > 1)
        for node in self.nodes.values():
            with node.acting():
                for fault in ledger_faults():
                    if fault.log != LOG:
                        yield f"{fault.holder} accuses {fault.log}, which did nothing"
                    elif fault.kind == Verdict.FORK.value:
                        pair = [read_unverified(note) for note in (fault.first, fault.second)]
                        if pair[0].size != pair[1].size or pair[0].root == pair[1].root:
                            yield "what was kept as proof of a fork proves none"
        if not self.deed:
            with self.nodes[LOG].acting():
                size = ledger_size(LOG)
                behind = [one for one in standings(LOG) if (one.state, one.size) != ("cosigned", size)]
            yield from (f"{one.witness} cosigned {one.size} of {size}: {one.state}" for one in behind)


class Wire:
    """A node's way out to the others, which loses what it carries."""

    def __init__(self, history: History, caller: str) -> None:
        self._history, self._caller = history, caller

    def call(self, _partner: Destination, path: str, body: bytes | None = None, signature: str = "") -> Called:
        history = self._history
        if body is not None:
            history.calls.append((self._caller, path, body, signature))
        history.lost("request-lost")
        answer = history.answered(self._caller, path, body or b"", signature)
        history.lost("answer-lost")
        return answer


def live(federation: Federation, seed: int, number: int, *, honest: bool) -> Lived:
    """The history of that seed and number: honest, or with one of the deeds in turn."""
    with federation.cryptography:
        return History(federation, seed, number, "" if honest else DEEDS[number % len(DEEDS)]).live()


def live_both(federation: Federation, seed: int, number: int) -> tuple[Lived, Lived]:
    """The history of that seed and number with one of the deeds in turn, and the honest one it branched off from."""
    with federation.cryptography:
        return History(federation, seed, number, DEEDS[number % len(DEEDS)]).live_both()
