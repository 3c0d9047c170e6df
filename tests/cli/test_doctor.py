"""The doctor finds nothing in a sound node, and each planted fault by its name and place."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from rich.console import Console

from comity.authorities.certificates import VALID_DAYS, issue_tls
from comity.authorities.models import Authority
from comity.authorities.node_file import NodeFile
from comity.cli import doctor
from comity.exchange.models import Outbox, StoredMessage, StoredReceipt
from comity.requests.models import Document, Dossier
from comity.safeguards.models import LedgerEntry, LedgerHead
from comity.store.models import SealedBlob
from tests.cli.test_node import comity, made
from tests.requests.stages import people, transmitted
from tests.requests.world import World

__all__ = ["made"]

FILE = NodeFile("xx", "localhost", 8991, 8992, exercise=True)


def patient(world: World) -> Any:
    keys = world.keys.with_tls(*issue_tls("localhost", world.at))
    return SimpleNamespace(file=FILE, folder=world.folder, keys=lambda: keys, vault=lambda: world.vault)


@pytest.fixture
def world(tmp_path: Path, db: None) -> World:
    world = people(World(tmp_path))
    transmitted(world)
    return world


def found(world: World, days: int = 0) -> list[tuple[str, bool]]:
    told = doctor.examine(patient(world), world.at + timedelta(days=days))
    assert told["sound"] is not any(one["fault"] for one in told["findings"])
    assert all(one["what"] and one["do"] for one in told["findings"])
    return [(one["check"], one["fault"]) for one in told["findings"]]


def test_nothing_is_found_in_a_sound_node(world: World) -> None:
    assert found(world) == []


def _first(table: Any) -> Any:
    return table.objects.order_by("pk").first()


def _state(_world: World) -> None:
    row = Dossier.objects.get(holder="CO-FGN")
    Dossier.objects.filter(pk=row.pk).update(state={**row.state, "numbers": {}})


def _no_row(_world: World) -> None:
    StoredMessage.objects.filter(holder="CO-FGN").update(dossier="CH-FOJ:dossier:0192f000-0000-7000-8000-000000000000")


def _altered(_world: World) -> None:
    StoredMessage.objects.filter(pk=_first(StoredMessage).pk).update(sender="CO-F14")


def _no_receipt(_world: World) -> None:
    StoredReceipt.objects.all().delete()


def _ledger_cut(_world: World) -> None:
    LedgerEntry.objects.filter(authority="CH-FOJ").order_by("-seq").first().delete()  # type: ignore[union-attr]


def _ledger_head(_world: World) -> None:
    LedgerHead.objects.filter(authority="CH-FOJ").update(size=3)


def _no_bytes(world: World) -> None:
    world.vault.discard(_first(SealedBlob).name)


def _cut_bytes(world: World) -> None:
    path = world.vault._path(_first(SealedBlob).name)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])


def _no_blob(world: World) -> None:
    row = _first(Document)
    Document.objects.filter(pk=row.pk).update(digest="0" * 64)


def _other_wrap(_world: World) -> None:
    row = _first(SealedBlob)
    SealedBlob.objects.filter(pk=row.pk).update(wrapped_key=bytes(67))


def _other_key(_world: World) -> None:
    other = Authority.objects.get(code="CO-FGN").verifying_key
    Authority.objects.filter(code="CH-FOJ").update(verifying_key=other)


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (_state, ("dossiers", True)),
        (_no_row, ("dossiers", True)),
        (_altered, ("messages", True)),
        (_no_receipt, ("outbox", True)),
        (_ledger_cut, ("ledger", True)),
        (_ledger_head, ("ledger", True)),
        (_no_bytes, ("content", True)),
        (_cut_bytes, ("content", True)),
        (_no_blob, ("content", True)),
        (_other_wrap, ("keys", True)),
        (_other_key, ("keys", True)),
    ],
)
def test_each_planted_fault_is_found(world: World, harm: Callable[[World], None], named: tuple[str, bool]) -> None:
    harm(world)
    assert named in found(world)


def test_what_only_a_person_can_judge_is_a_warning(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(found(world, VALID_DAYS - 30)) == {("certificates", False)}
    assert ("certificates", True) in found(world, VALID_DAYS + 1)
    one = StoredMessage.objects.filter(holder="CO-FGN", direction="in").latest("position")
    StoredMessage.objects.filter(pk=one.pk).update(stored_at=one.at - timedelta(minutes=20))
    Outbox.objects.update(lease_until=world.at + timedelta(days=400))
    monkeypatch.setattr(doctor, "ROOM_WARNING", 1 << 62)
    assert {("clock", False), ("outbox", False), ("disk", False)} <= set(found(world))


def test_what_a_crash_left_in_the_vault_is_named_once_the_sweep_must_have_passed(world: World) -> None:
    (world.vault.root / "ab" / "ab").mkdir(parents=True, exist_ok=True)
    (world.vault.root / "ab" / "ab" / ("ab" * 32)).write_bytes(b"left")
    written = datetime.now(UTC)
    assert not list(doctor._content(doctor.Patient(patient(world), written)))
    assert list(doctor._content(doctor.Patient(patient(world), written + timedelta(days=3))))


def test_a_change_of_the_release_that_is_not_made_yet_is_named_with_the_command(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'exchange' AND name LIKE '0002%%'")
    [(check, fault)] = [one for one in found(world) if one[0] == "migrations"]
    assert (check, fault) == ("migrations", True)


def test_the_command_says_in_one_line_each_what_to_do_and_ends_with_one(made: Path) -> None:
    assert "is sound" in comity("node", "doctor", made).stdout
    keys = (made / "keys.comity").read_bytes()
    (made / "keys.comity").write_bytes(keys[:-1])
    try:
        said = comity("node", "doctor", made, code=1).stdout
    finally:
        (made / "keys.comity").write_bytes(keys)
    assert said.startswith("FAULT   keys")
    assert "comity node restore" in said


def test_findings_are_told_faults_first() -> None:
    one = {"check": "disk", "place": "/x", "what": "9 bytes are free", "do": "Add some.", "fault": False}
    console = Console(width=200)
    with console.capture() as said:
        console.print(doctor.findings_page({"node": "xx", "checks": [], "findings": [one, {**one, "fault": True}]}))
    assert said.get().split()[0] == "FAULT"
