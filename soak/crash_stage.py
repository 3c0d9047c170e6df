"""The stage of the crash sweep: one node on SQLite whose dossiers stand where each of the nine deeds begins.

Both parties live on the node, behind their walls, so that one folder is the whole world of a case and is copied for it.
"""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

US, THEM, MORE = "CH-FOJ", "CO-FGN", "CH-OAG"
_ROSTER = """
node: {{id: crash, host: localhost, web_port: 8993, exchange_port: 8994, exercise: true}}
authorities:
{authorities}
"""
_AUTHORITY = "  - {{code: {0}, names: {{en: {0}}}, competences: [central], languages: [en], offices: []}}\n"


@dataclass
class Scene:
    """One copy of the stage in a folder: everything a deed and its judge work on."""

    folder: Path
    at: datetime
    keys: Any
    notes: dict[str, Any]
    seed: int = 0

    def act(self, who: str = "exchange", authority: str = US, later: int = 0) -> Any:
        from comity.values.actor import Act, job

        return Act(job(who, authority), self.at + timedelta(minutes=later), "exercise", self.chance(later))

    def officer(self, authority: str, name: str = "officer", later: int = 0) -> Any:
        from comity.simulation.casework import officer

        return self.act(later=later).by(officer(authority, name))

    def chance(self, salt: int = 0) -> Any:
        """Seeded, and other bytes for each attempt: a key seals one content only."""
        return random.Random(f"{self.seed}/{salt}").randbytes

    def vault(self) -> Any:
        from comity.store.local import LocalVault

        return LocalVault(self.folder / "vault", reserve=0)

    @property
    def file(self) -> Any:
        from comity.authorities.node_file import read_node_file

        return read_node_file(self.folder)


def opened(folder: Path) -> Any:
    """The node of a folder, as a process that has just been started finds it."""
    from comity.site.node import Node

    return Node(folder)


@contextmanager
def standing(scene: Scene) -> Iterator[None]:
    """Let the process work on the scene's database, with nothing open of any other."""
    from django.db import connections

    connections.close_all()
    connections["default"].settings_dict["NAME"] = str(scene.folder / "node.sqlite3")
    try:
        yield
    finally:
        connections.close_all()


def copied(scene: Scene, to: Path, seed: int) -> Scene:
    """A copy of the scene to harm."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(scene.folder, to, ignore=shutil.ignore_patterns("*.sqlite3-shm"))
    return Scene(to, scene.at, scene.keys, scene.notes, seed)


def built(place: Path, *, evidence: bool = True) -> Scene:
    """Set the stage: a node, its authorities, and dossiers at the beginning of every deed."""
    from comity.cli.framework import load_framework
    from comity.cli.roster import read_roster
    from comity.cli.setup import establish, prepare_folder

    place.mkdir(parents=True, exist_ok=True)
    folder = place / "node"
    at = datetime.now(UTC).replace(microsecond=0)
    roster = place / "roster.yaml"
    roster.write_text(_ROSTER.format(authorities="".join(_AUTHORITY.format(code) for code in (US, THEM, MORE))))
    plan = read_roster(roster)
    prepare_folder(folder, plan, "", at)
    load_framework(folder)
    scene = Scene(folder, at, None, {}, seed=7)
    with standing(scene):
        establish(plan, at)
        scene.keys = opened(folder).keys()
        _play(scene, evidence=evidence)
    return scene


def _play(scene: Scene, *, evidence: bool) -> None:
    from django.db import connection

    from comity.exchange.models import StoredReceipt

    notes = scene.notes
    notes["waiting"] = _transmitted(scene, 1)
    notes["unreceipted"] = _transmitted(scene, 2)
    _carried(scene, 3)
    StoredReceipt.objects.filter(message__holder=THEM, message__dossier=notes["unreceipted"]).delete()
    if evidence:
        notes["released"] = _returned(scene, 10, through=True)
        notes["executed"] = _returned(scene, 200, through=False)
        _proposed(scene)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    scene.at += timedelta(minutes=500)


def _proposed(scene: Scene) -> None:
    """A release of what came back waits for its approval."""
    from comity.evidence.actions import propose_release
    from comity.evidence.queries import items_of

    notes = scene.notes
    officer = scene.officer(US, later=402)
    items = [item.reference for item in items_of(officer.actor, notes["released"])]
    release = propose_release(
        officer, dossier=notes["released"], items=items, audience="court", ground="Exercise", permission="Exercise"
    )
    notes["release"], notes["release_digest"] = release.reference, release.digest


def _transmitted(scene: Scene, later: int) -> str:
    """A dossier of ours whose request waits in the outbox."""
    from comity.requests.actions import open_dossier
    from comity.simulation.casework import Casework

    act = scene.officer(US, later=later)
    row = open_dossier(act, requested=THEM, title="Results", number=f"E-{later}")
    Casework()._transmit(row, act, scene.keys, _chance(later))
    return str(row.reference)


def _chance(salt: int) -> Any:
    from comity.simulation.chance import Chance

    return Chance(salt)


def _carried(scene: Scene, later: int) -> None:
    """What waits is carried over; of the first dossier it stays in the outbox."""
    from comity.evidence.actions import fetch_due
    from comity.exchange.actions import send_due
    from comity.exchange.models import Outbox

    held = Outbox.objects.filter(message__dossier=scene.notes["waiting"])
    held.update(state="stopped")
    act, line = scene.act(later=later), Loop(scene, later)
    while send_due(act, keys=scene.keys, transport=line):
        pass
    fetch_due(act, keys=scene.keys, vault=scene.vault(), transport=line)
    held.update(state="waiting")


def _returned(scene: Scene, start: int, *, through: bool) -> str:
    """A dossier brought to the execution of its part, or through to the countersignature of its evidence."""
    from comity.requests.models import Dossier
    from comity.requests.phases import PartState
    from comity.requests.queries.access import state_of
    from comity.simulation import results

    dossier = _transmitted(scene, start)
    for later in range(start + 1, start + 150):
        _carried(scene, later)
        moved = False
        for code in (THEM, US):
            row = Dossier.objects.filter(holder=code, reference=dossier).first()
            if row is None or (code == US and row.phase == "countersigned"):
                continue
            if code == THEM and not through and state_of(row).part_states().get("a") is PartState.EXECUTED:
                return dossier
            act, second = scene.officer(code, later=later), scene.officer(code, "second officer", later=later)
            moved = results.go_on(row, act, second, (scene.keys, scene.vault(), _chance(later))) or moved
        if not moved and later > start + 3:
            return dossier
    raise AssertionError(f"{dossier} did not come to where it was to stand.")


class Loop:
    """The way from one authority of the node to the other, within the process."""

    def __init__(self, scene: Scene, later: int = 0) -> None:
        self.scene, self.at = scene, scene.at + timedelta(minutes=later)

    def deliver(self, _partner: Any, envelope: bytes) -> bytes:
        from comity.exchange.actions import receive
        from comity.wiring.receivers import RECEIVERS

        chance = random.Random(sha256(envelope).digest()).randbytes
        return receive(envelope, at=self.at, chance=chance, keys=self.scene.keys, receivers=RECEIVERS)

    def fetch(self, _partner: Any, digest: str, start: int, end: int, ticket: str) -> bytes:
        from comity.evidence.queries import offered_range

        return offered_range(digest, start, end, ticket=ticket, vault=self.scene.vault(), at=self.at)[0]


def quietly(folder: Path) -> None:
    """Remove what a case left."""
    shutil.rmtree(folder, ignore_errors=True)


SHM = Path("/dev/shm")
"""Memory: what a killed process wrote stays, as it does on a disk whose machine goes on; and it is quick."""


def workshop(name: str) -> Path:
    place = SHM if os.access(SHM, os.W_OK) else Path("/tmp")
    return place / f"comity-{name}-{os.getpid()}"
