"""Invented authorities of real States on one node, behind their walls, with an in-process line between them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from comity.authorities.actions import (
    NewOfficer,
    appoint_first_officer,
    establish_authority,
    note_partner_without_node,
    open_office,
)
from comity.authorities.certificates import issue_office_seal
from comity.authorities.competence import Competence
from comity.authorities.keyring import AuthorityKeys, Keyring
from comity.authorities.models import Officer
from comity.authorities.queries import actor_of
from comity.evidence.actions import fetch_due
from comity.evidence.queries import offered_range
from comity.exchange.actions import receive, send_due
from comity.exchange.transport import Destination
from comity.requests.actions import VERBS, open_dossier, perform
from comity.requests.models import Document, Dossier, Draft
from comity.requests.queries.access import dossier_for
from comity.seals.keys import OpeningKey, SigningKey
from comity.store.local import LocalVault
from comity.values.actor import Act, Actor, Role, job
from comity.values.errors import UnavailableError
from comity.values.reference import Reference
from comity.wiring.receivers import RECEIVERS

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
EVERY_ROLE = tuple(Role)

HOUSES: Mapping[str, tuple[dict[str, str], tuple[Competence, ...], tuple[str, ...]]] = {
    "CH-FOJ": ({"fr": "Office fédéral (exercice)"}, (Competence.CENTRAL,), ("fr",)),
    "CH-OAG": ({"fr": "Ministère public (exercice)"}, (Competence.ISSUING,), ("fr",)),
    "CO-FGN": ({"es": "Fiscalía General (ejercicio)"}, (Competence.CENTRAL,), ("es",)),
    "CO-F14": ({"es": "Fiscalía 14 (ejercicio)"}, (Competence.EXECUTING,), ("es",)),
    "ES-J3": ({"es": "Juzgado Central 3 (ejercicio)"}, (Competence.ISSUING,), ("es",)),
    "LU-CI": ({"fr": "Cabinet d'instruction (exercice)"}, (Competence.EXECUTING,), ("fr",)),
}


@cache
def fresh_keys(code: str, at: datetime) -> AuthorityKeys:
    """Keys of one authority, made once a run."""
    return AuthorityKeys(SigningKey.generate(), OpeningKey.generate(), *issue_office_seal(code[:2], code, at))


class Line:
    """Carries envelopes and ranges within the process; `down` breaks it, `held` keeps envelopes for later."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.down = False
        self.seen: list[bytes] = []

    def deliver(self, _partner: Destination, envelope: bytes) -> bytes:
        if self.down:
            raise UnavailableError("The line is down.", code="line:down")
        self.seen.append(envelope)
        return self.world.receive(envelope)

    def fetch(self, _partner: Destination, digest: str, start: int, end: int, ticket: str) -> bytes:
        if self.down:
            raise UnavailableError("The line is down.", code="line:down")
        data, _ = offered_range(digest, start, end, ticket=ticket, vault=self.world.vault, at=self.world.at)
        return data


@dataclass
class World:
    """One node with everyone on it, a clock that only this test moves, and seeded chance."""

    folder: Path
    at: datetime = START
    officers: dict[str, Officer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(7).randbytes
        self.vault = LocalVault(self.folder / "vault")
        self.line = Line(self)
        operator = Act(job("operator", "node"), self.at, "set up", self.chance)
        held = {code: fresh_keys(code, self.at) for code in HOUSES}
        self.keys = Keyring(self.chance(32), held, b"", b"", self.chance)
        self.offices = {}
        for code, (names, competences, languages) in HOUSES.items():
            establish_authority(
                operator,
                code=code,
                names=names,
                competences=competences,
                languages=languages,
                endpoint=f"https://{code.lower()}.example",
                contact={"address": "1 Exercise Street"},
                keys=self.keys,
            )
            self.offices[code] = open_office(operator, authority=code, names=names)
        note_partner_without_node(
            operator, code="PY-MP", names={"es": "Ministerio Público (ejercicio)"}, languages=["es"], contact={}
        )

    def officer(self, name: str, authority: str, *roles: Role) -> str:
        operator = Act(job("operator", "node"), self.at, "set up", self.chance)
        self.officers[name] = appoint_first_officer(
            operator,
            office=self.offices[authority],
            officer=NewOfficer(
                name, name.title(), "Exercise", "x" * 20, roles or EVERY_ROLE, function="officer in training"
            ),
        )
        return name

    def actor(self, name: str, *, stepped_up: bool = True) -> Actor:
        return actor_of(self.officers[name], stepped_up=stepped_up)

    def act(self, name: str, *, stepped_up: bool = True) -> Act:
        return Act(self.actor(name, stepped_up=stepped_up), self.at, "exercise casework", self.chance)

    def id_of(self, name: str) -> str:
        return str(self.officers[name].id)

    def later(self, **spans: float) -> None:
        self.at += timedelta(**spans)

    def receive(self, envelope: bytes) -> bytes:
        return receive(envelope, at=self.at, chance=self.chance, keys=self.keys, receivers=RECEIVERS)

    def post(self) -> None:
        """Let everything that waits travel, both ways, until nothing is left to do."""
        service = Act(job("exchange", "node"), self.at, "exchange", self.chance)
        while send_due(service, keys=self.keys, transport=self.line):
            pass
        fetch_due(service, keys=self.keys, vault=self.vault, transport=self.line)

    def open(self, name: str, **given: Any) -> Reference:
        row = open_dossier(self.act(name), **given)
        return Reference.parse(row.reference)

    def row(self, name: str, dossier: Reference) -> Dossier:
        return dossier_for(self.actor(name), dossier)

    def do(self, who: str, verb: str, dossier: Reference, /, *, stepped_up: bool = True, **values: Any) -> Dossier:
        """One officer does one verb at the version she sees, a minute after the last."""
        self.later(minutes=1)
        version = values.pop("version", None) or self.row(who, dossier).version
        return perform(
            self.act(who, stepped_up=stepped_up),
            verb,
            dossier=dossier,
            version=version,
            values=values,
            keys=self.keys,
            vault=self.vault,
            exercise=True,
        )

    def release(self, name: str, dossier: Reference) -> dict[str, Any]:
        release = Draft.objects.get(dossier=self.row(name, dossier)).release
        assert release is not None
        return dict(release)

    def documents(self, name: str, dossier: Reference) -> list[Document]:
        return list(Document.objects.filter(dossier=self.row(name, dossier)).order_by("id"))


def verb_names() -> list[str]:
    return sorted(VERBS)
