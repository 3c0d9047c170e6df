"""What the nodes of a simulation do: real types of message, sent through the real exchange."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.exchange.actions import Receiver, post
from comity.exchange.message import Attachment, Message, SignedMessage
from comity.seals.canonical import sha256_hex
from comity.seals.stream import ContentKey
from comity.simulation.chance import Chance
from comity.simulation.faults import Fault
from comity.simulation.node import SimulatedNode
from comity.values.actor import Act
from comity.values.errors import RefusedError
from comity.values.handling import Handling, UseCondition
from comity.values.reference import Kind, Reference

TYPES = (
    "request.transmitted", "request.acknowledged", "request.returned", "request.questioned", "request.answered",
    "request.accepted", "request.consulted", "request.declined", "request.postponed", "request.passed-on",
    "request.authorised", "request.executed", "request.transfer-suspended", "request.transfer-resumed",
    "evidence.returned", "evidence.countersigned", "request.feedback", "request.closed", "request.withdrawn",
    "request.reminded",
)  # fmt: skip


class Workload(Protocol):
    """A way for nodes to act. `receivers` is what each node does with what arrives."""

    @property
    def receivers(self) -> Mapping[str, Receiver]: ...

    @property
    def sample_type(self) -> str:
        """A type of message that anyone may send anyone, with `sample_body`: what an attacker writes."""

    def sample_body(self, words: str) -> dict[str, Any]: ...

    def violations(self, nodes: Mapping[str, SimulatedNode]) -> Iterator[str]:
        """What does not hold of this workload's own matter once everything is delivered."""

    @property
    def tried(self) -> Counter[str]:
        """What persons tried that no rule lets them, by the name of the fault."""

    def act(self, sender: str, recipient: str, act: Act, node: SimulatedNode, chance: Chance) -> None:
        """One deed of one node, on its own database, inside a transaction of its own."""

    def settle(self, act: Act, node: SimulatedNode, chance: Chance) -> int:
        """After the faults: bring to its end what one node can; returns how many deeds it did."""


@dataclass
class Correspondence:
    """Letters of every type in dossiers of two, each following some that came before; a few are refused by rule."""

    types: tuple[str, ...] = TYPES
    refused_share: float = 0.04
    dossiers: dict[frozenset[str], list[Reference]] = field(default_factory=dict)
    threads: dict[Reference, list[str]] = field(default_factory=dict)
    tried: Counter[str] = field(default_factory=Counter)

    @property
    def receivers(self) -> Mapping[str, Receiver]:
        return dict.fromkeys(self.types, _read)

    @property
    def sample_type(self) -> str:
        return self.types[0]

    def sample_body(self, words: str) -> dict[str, Any]:
        return {"text": words}

    def violations(self, _nodes: Mapping[str, SimulatedNode]) -> Iterator[str]:
        """Letters stand for themselves: the exchange's own rules are all there is to hold."""
        return iter(())

    def settle(self, _act: Act, _node: SimulatedNode, _chance: Chance) -> int:
        """A letter has no end to come to."""
        return 0

    def act(self, sender: str, recipient: str, act: Act, node: SimulatedNode, chance: Chance) -> None:
        dossier = self._dossier(frozenset((sender, recipient)), sender, act, chance)
        thread = self.threads.setdefault(dossier, [])
        body: dict[str, object] = {"text": chance(chance.below(200)).hex(), "language": "fr"}
        if chance.hits(self.refused_share):
            body["refuse"] = Fault.REFUSED.value
            self.tried[Fault.REFUSED.value] += 1
        content_keys = {}
        attachments = []
        for number in range(chance.below(3)):
            content = chance(40)
            digest = sha256_hex(content)
            content_keys[digest] = ContentKey.new(chance).to_bytes()
            attachments.append(Attachment(digest, len(content), f"annexe-{number}.pdf", "application/pdf"))
        message = Message(
            type=chance.pick(self.types),
            id=act.new_id(),
            sender=sender,
            recipient=recipient,
            dossier=dossier,
            at=act.at,
            body=body,
            follows=tuple(dict.fromkeys(chance.pick(thread) for _ in range(chance.below(3)) if thread)),
            purpose="mutual legal assistance",
            handling=chance.pick(tuple(Handling)),
            conditions=(UseCondition("specialty", "only for this proceeding", "Art. 15"),) if chance.hits(0.3) else (),
            basis="BILATERAL-CH-CO-MLA-2011",
            attachments=tuple(attachments),
        )
        with transaction.atomic():
            signed = post(act, message, keys=node.keys, content_keys=content_keys)
        thread.append(signed.digest)

    def _dossier(self, parties: frozenset[str], opener: str, act: Act, chance: Chance) -> Reference:
        known = self.dossiers.setdefault(parties, [])
        if not known or chance.hits(0.2):
            known.append(act.new_reference(opener, Kind.DOSSIER))
        return chance.pick(known)


def _read(_act: Act, signed: SignedMessage, content_keys: Mapping[str, bytes], _keys: Keyring) -> None:
    """A receiver that does nothing but refuse what it is asked to refuse; the simulator counts the effect."""
    if set(content_keys) != {attachment.digest for attachment in signed.message.attachments}:
        raise RefusedError("Content keys and attachments differ.", code="simulation:keys")
    if "refuse" in signed.message.body:
        raise RefusedError("The rules of this node refuse it.", code="simulation:refused")
