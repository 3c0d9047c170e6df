"""Who acts, when, why: what every action is handed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from comity.values.reference import Kind, Reference, uuid7


class Role(StrEnum):
    """What an officer may be in an authority; one person may hold several, but never both ends of a pair of eyes."""

    REGISTRAR = "registrar"
    DRAFTER = "drafter"
    SIGNATORY = "signatory"
    TRANSMITTER = "transmitter"
    EXECUTING_OFFICER = "executing-officer"
    CUSTODIAN = "evidence-custodian"
    TRANSLATOR = "translator"
    ANALYST = "analyst"
    LIAISON = "liaison"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class ActorKind(StrEnum):
    OFFICER = "officer"
    PEER = "peer"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Actor:
    """An officer, a peer authority or a job of the node, as a value: rooms below *authorities* know no more."""

    kind: ActorKind
    id: str
    authority: str
    roles: frozenset[Role] = frozenset()
    name: str = ""
    stepped_up: bool = False
    """The officer gave the one-time code again within the last minutes (step-up for acts that leave the house)."""

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.id}@{self.authority}"


def job(name: str, authority: str) -> Actor:
    """The node itself acting on a schedule or on a received message."""
    return Actor(ActorKind.JOB, name, authority)


def peer(authority: str) -> Actor:
    """A partner authority whose signature was verified."""
    return Actor(ActorKind.PEER, authority, authority)


@dataclass(frozen=True)
class Act:
    """One deed: who, when, for what purpose, and where chance comes from.

    `chance(n)` gives n random bytes: `os.urandom` in a node, a seeded stream in the simulator.
    """

    actor: Actor
    at: datetime
    purpose: str
    chance: Callable[[int], bytes]

    def new_id(self) -> UUID:
        return uuid7(self.at, self.chance(10))

    def new_reference(self, authority: str, kind: Kind) -> Reference:
        return Reference(authority, kind, self.new_id())

    def by(self, actor: Actor) -> "Act":
        """The same moment and purpose in another hand, e.g. the job that follows an officer's act."""
        return replace(self, actor=actor)
