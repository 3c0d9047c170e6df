"""The oracle: what must hold of a federation once faults have stopped and everything had its time."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import connection

from comity.exchange.queries import message, receipts_of
from comity.exchange.receipt import open_receipt
from comity.safeguards.queries import broken_places
from comity.simulation.node import SimulatedNode
from comity.values.errors import ComityError


def violations(nodes: dict[str, SimulatedNode], *, liar: str) -> Iterator[str]:
    """One sentence for each thing that does not hold; none for a whole federation.

    No message lost, doubled, ghostly; both sides hold the same digests; each receipt verifies; ledgers are whole.
    """
    sent = {code: _sent(node) for code, node in nodes.items()}
    counted = {code: effects(node) for code, node in nodes.items()}
    for code, node in nodes.items():
        with node.acting():
            yield from _of_sender(node, nodes, counted)
            yield from _of_recipient(node, sent, counted[code], liar)
            yield from (f"{code}: ledger: {place}" for place in broken_places(code))
            yield from _of_ledger(node)


def effects(node: SimulatedNode) -> Counter[str]:
    """How often each message took effect, as counted inside the receiving transactions."""
    with node.acting():
        return Counter(
            digest for (digest,) in _rows("SELECT digest FROM simulation_effect WHERE holder = %s", node.code)
        )


def outcomes(node: SimulatedNode) -> list[tuple[str, str, str]]:
    """What each message of the node came to, in an order that follows from the seed: digest, recipient, state."""
    with node.acting():
        return _rows(
            "SELECT m.digest, o.recipient, o.state FROM exchange_outbox o"
            " JOIN exchange_storedmessage m ON m.position = o.message_id ORDER BY o.message_id"
        )


def _rows(statement: str, *values: str) -> list[Any]:
    """The oracle reads the tables themselves: it must not share a mistake with the code it judges."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _sent(node: SimulatedNode) -> set[tuple[str, str]]:
    with node.acting():
        return set(_rows("SELECT recipient, digest FROM exchange_storedmessage WHERE direction = 'out'"))


def _of_sender(node: SimulatedNode, nodes: dict[str, SimulatedNode], counted: dict[str, Counter[str]]) -> Iterator[str]:
    rows = _rows(
        "SELECT m.digest, o.recipient, o.state, o.last_error, o.lease FROM exchange_outbox o"
        " JOIN exchange_storedmessage m ON m.position = o.message_id ORDER BY o.message_id"
    )
    for digest, recipient, state, last_error, lease in rows:
        name = f"{node.code} to {recipient} {digest[:12]}"
        refused = "refuse" in message(node.code, digest).signed.message.body
        effect = counted[recipient][digest]
        if state == "waiting":
            yield f"{name}: still waits after faults stopped ({last_error})"
        elif (state, effect) not in {("delivered", 1), ("stopped", 0)}:
            yield f"{name}: {state}, but took effect {effect} times"
        elif refused != (state == "stopped"):
            yield f"{name}: {state}, although its recipient's rules say otherwise ({last_error})"
        if lease:
            yield f"{name}: a lease was left behind"
        yield from _of_receipts(name, node, nodes[recipient], digest, state)


def _of_receipts(name: str, node: SimulatedNode, recipient: SimulatedNode, digest: str, state: str) -> Iterator[str]:
    kept = receipts_of(node.code, digest)
    if state != "waiting" and len(kept) != 1:
        yield f"{name}: {len(kept)} receipts"
    for data in kept:
        try:
            receipt = open_receipt(data, recipient.held.signing.public)
        except ComityError as error:
            yield f"{name}: its receipt does not verify: {error.message}"
            continue
        if receipt.digest != digest or receipt.negative != (state == "stopped"):
            yield f"{name}: its receipt says something else"
    if state == "delivered":
        with recipient.acting():
            if receipts_of(recipient.code, digest) != kept:
                yield f"{name}: the two sides hold different receipts"


def _of_recipient(
    node: SimulatedNode, sent: dict[str, set[tuple[str, str]]], counted: Counter[str], liar: str
) -> Iterator[str]:
    stored = set()
    for sender, digest in _rows("SELECT sender, digest FROM exchange_storedmessage WHERE direction = 'in'"):
        stored.add(digest)
        name = f"{sender} at {node.code} {digest[:12]}"
        if sender != liar and (node.code, digest) not in sent.get(sender, set()):
            yield f"{name}: a ghost, never sent"
        if counted[digest] != 1:
            yield f"{name}: stored, but took effect {counted[digest]} times"
    yield from (f"{node.code}: an effect without a message ({digest[:12]})" for digest in counted.keys() - stored)
    for (sender,) in _rows(
        "SELECT m.sender FROM exchange_equivocation e JOIN exchange_storedmessage m ON m.position = e.first_id"
    ):
        if sender != liar:
            yield f"{node.code}: an honest partner, {sender}, is said to have equivocated"


def _of_ledger(node: SimulatedNode) -> Iterator[str]:
    """Every message of ours and theirs is entered exactly once as what it was."""
    events = dict(_rows("SELECT event, COUNT(*) FROM safeguards_ledgerentry GROUP BY event"))
    stored = dict(_rows("SELECT direction, COUNT(*) FROM exchange_storedmessage GROUP BY direction"))
    states = dict(_rows("SELECT state, COUNT(*) FROM exchange_outbox GROUP BY state"))
    for event, count in (
        ("exchange:message:posted", stored.get("out", 0)),
        ("exchange:message:received", stored.get("in", 0)),
        ("exchange:message:delivered", states.get("delivered", 0)),
        ("exchange:message:stopped", states.get("stopped", 0)),
    ):
        if events.get(event, 0) != count:
            yield f"{node.code}: {events.get(event, 0)} ledger lines {event} for {count} messages"
