"""A node is lost and comes back from a copy made days before: both sides hold the same again, and nothing twice."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from comity.evidence.actions import fetch_due
from comity.evidence.queries import offered_range
from comity.exchange.actions import begin_reconciling, end_reconciling, post, reconcile_due, send_due
from comity.exchange.message import Message
from comity.exchange.models import Equivocation, Outbox, Reconciling, StoredMessage
from comity.exchange.queries import reconciliations
from comity.exchange.reconciliation import DONE, RETURNED, TYPES
from comity.requests.models import Dossier
from comity.requests.phases import Phase
from comity.requests.queries.access import state_of
from comity.safeguards.queries import broken_places, entries_of_event
from comity.simulation.casework import Casework
from comity.simulation.chance import Chance
from comity.simulation.node import SimulatedNode
from comity.values.actor import job
from comity.values.errors import RefusedError
from comity.wiring.receivers import RECEIVERS

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
OURS, THEIRS = "CH-A", "CO-B"


class Pair:
    """Two nodes, each with a database and a vault of its own, and a line between them that carries everything."""

    def __init__(self) -> None:
        self.now = START
        chance = Chance("pair")
        self.nodes = {
            code: SimulatedNode(code, chance.stream(code), RECEIVERS, timedelta(0)) for code in (OURS, THEIRS)
        }
        for node in self.nodes.values():
            node.meet([other.card() for other in self.nodes.values()], self.now)
        self.casework, self.chance = Casework(), chance.stream("deeds")
        self.copy: tuple[sqlite3.Connection, Path] | None = None

    def deliver(self, partner: Any, envelope: bytes) -> bytes:
        return self.nodes[partner.code].receive(envelope, self.now)

    def fetch(self, partner: Any, digest: str, start: int, end: int, ticket: str) -> bytes:
        node = self.nodes[partner.code]
        with node.acting():
            return offered_range(digest, start, end, ticket=ticket, vault=node.vault, at=self.now)[0]

    def deeds(self, count: int) -> None:
        for number in range(count):
            for code, other in ((OURS, THEIRS), (THEIRS, OURS)):
                self.now += timedelta(minutes=7)
                node = self.nodes[code]
                with node.acting():
                    self.casework.act(
                        code, other, node.act(self.now, "casework"), node, self.chance.stream(number, code)
                    )
                self.carry()

    def settle(self) -> None:
        """Dossiers that end in evidence are brought there."""
        for number in range(12):
            for code, node in self.nodes.items():
                with node.acting():
                    self.casework.settle(node.act(self.now, "casework"), node, self.chance.stream("s", number, code))
                self.now += timedelta(minutes=1)
                self.carry()

    def carry(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            for node in self.nodes.values():
                with node.acting():
                    act = node.act(self.now)
                    reconcile_due(act, keys=node.keys)
                    send_due(act, keys=node.keys, transport=self)
                    fetch_due(act, keys=node.keys, vault=node.vault, transport=self)

    def back_up(self, place: Path) -> None:
        node, copy = self.nodes[OURS], sqlite3.connect(":memory:")
        node.database.connection.backup(copy)
        shutil.copytree(node.vault.root, place / "vault")  # type: ignore[attr-defined]
        self.copy = (copy, place / "vault")

    def lose_and_restore(self) -> None:
        assert self.copy is not None
        _put(self.nodes[OURS], *self.copy)

    def operator(self) -> Any:
        return self.nodes[OURS].act(self.now, "restore").by(job("operator", "operator"))

    def in_ours(self) -> Any:
        return self.nodes[OURS].acting()

    def kept(self) -> dict[str, tuple[sqlite3.Connection, Path]]:
        """Both nodes as they are now."""
        found = {}
        for code, node in self.nodes.items():
            copy, place = sqlite3.connect(":memory:"), Path(tempfile.mkdtemp()) / "vault"
            node.database.connection.backup(copy)
            shutil.copytree(node.vault.root, place)  # type: ignore[attr-defined]
            found[code] = (copy, place)
        return found

    def put_back(self, kept: dict[str, tuple[sqlite3.Connection, Path]], now: datetime) -> None:
        self.now = now
        for code, (copy, vault) in kept.items():
            _put(self.nodes[code], copy, vault)

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()


def _put(node: SimulatedNode, copy: sqlite3.Connection, vault: Path) -> None:
    copy.backup(node.database.connection)
    root: Path = node.vault.root  # type: ignore[attr-defined]
    shutil.rmtree(root)
    shutil.copytree(vault, root)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[tuple[Pair, Any, datetime]]:
    """A story between the two, with a backup in the middle, played once."""
    with django_db_blocker.unblock():
        pair = Pair()
        pair.deeds(7)
        pair.back_up(tmp_path_factory.mktemp("backup"))
        pair.deeds(8)
        pair.settle()
        yield pair, pair.kept(), pair.now
        pair.close()


@pytest.fixture
def pair(played: tuple[Pair, Any, datetime]) -> Pair:
    pair, kept, now = played
    pair.put_back(kept, now)
    return pair


def _states(pair: Pair) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for code, node in pair.nodes.items():
        with node.acting():
            rows = Dossier.objects.exclude(phase="").exclude(phase=Phase.DRAFTING)
            found[code] = {row.reference: state_of(row).to_json() for row in rows}
    return found


def test_an_old_copy_gets_back_what_it_lacks_and_nothing_takes_effect_twice(pair: Pair) -> None:
    before = _states(pair)
    assert before[OURS] == before[THEIRS]
    pair.lose_and_restore()
    lost = len(before[THEIRS]) - len(_states(pair)[OURS])
    assert lost > 0
    with pair.in_ours():
        begin_reconciling(pair.operator(), reason="restored")
        assert reconciliations(OURS)[0].told is False
    pair.now += timedelta(minutes=1)
    pair.carry(10)
    theirs = pair.nodes[THEIRS]
    with theirs.acting(), transaction.atomic():  # one is given back a second time, in a message of its own
        back = StoredMessage.objects.filter(type=RETURNED).earliest("position")
        message, act = Message.from_content(bytes(back.content)), theirs.act(pair.now)
        post(act, replace(message, id=act.new_id(), attachments=()), keys=theirs.keys)
    pair.carry(1)
    after = _states(pair)
    assert after[OURS] == after[THEIRS] == before[THEIRS]
    assert list(pair.casework.violations(pair.nodes)) == []
    for node in pair.nodes.values():
        with node.acting(), node.database.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM (SELECT 1 FROM simulation_effect GROUP BY digest HAVING COUNT(*) > 1)")
            assert cursor.fetchone() == (0,)
            assert list(broken_places(node.code)) == []
            assert not Equivocation.objects.exists()
            assert not Outbox.objects.exclude(state="delivered").exists()
    with pair.in_ours():
        [one] = reconciliations(OURS)
        assert (one.told, one.lacking, one.done_at is not None) == (True, 0, True)
        assert one.regained > 5
        assert entries_of_event(OURS, "exchange:message:regained")
    pair.deeds(3)
    assert _states(pair)[OURS] == _states(pair)[THEIRS]


def test_until_then_nothing_is_written_and_nothing_leaves_but_the_questions(pair: Pair) -> None:
    pair.lose_and_restore()
    with pair.in_ours():
        begin_reconciling(pair.operator(), reason="restored")
        with pytest.raises(RefusedError, match="older copy"):
            for number in range(20):
                node, chance = pair.nodes[OURS], Chance("x", number)
                Casework().act(OURS, THEIRS, node.act(pair.now, "casework"), node, chance)
        Outbox.objects.exclude(message__type__in=TYPES).update(state="waiting", content_keys={})
        node = pair.nodes[OURS]
        reconcile_due(node.act(pair.now), keys=node.keys)
        assert send_due(node.act(pair.now), keys=node.keys, transport=pair) == 1
        assert end_reconciling(pair.operator(), THEIRS, keys=node.keys) == 0
        assert end_reconciling(pair.operator(), THEIRS, keys=node.keys) == 0
        assert StoredMessage.objects.filter(type=DONE).count() == 1


def test_a_partner_refuses_what_an_old_copy_writes_and_the_node_learns_that_it_is_old(pair: Pair) -> None:
    """Nobody said that the copy is old: a machine was rolled back."""
    pair.lose_and_restore()
    node = pair.nodes[OURS]
    with pair.in_ours():
        before = StoredMessage.objects.filter(holder=OURS).count()
        for number in range(14):
            node.database.disarm()
            Casework().act(OURS, THEIRS, node.act(pair.now, "casework"), node, Chance("fork", number))
        assert StoredMessage.objects.filter(holder=OURS).count() > before
        pair.now += timedelta(minutes=5)
        send_due(node.act(pair.now), keys=node.keys, transport=pair)
        assert Outbox.objects.filter(last_error="exchange:behind").exists()
        assert Reconciling.objects.get(asking=True).reason == "told"
    for _ in range(5):
        pair.now += timedelta(hours=2)
        pair.carry(2)
    states = _states(pair)
    assert states[OURS] == states[THEIRS]
    with pair.in_ours():
        assert not Outbox.objects.filter(state="waiting").exists()
        assert reconciliations(OURS)[0].done_at is not None
