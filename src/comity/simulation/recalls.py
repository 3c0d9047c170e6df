"""Recalls in the simulated workload: some returned items are taken back or bound more, and each is answered.

Which, and how, follows from an item's digest, so that a side that looks again decides the same.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from comity.authorities.keyring import Keyring
from comity.evidence.actions.recalling import GIVEN
from comity.evidence.custody import EventType
from comity.evidence.item_state import GONE, ItemState
from comity.evidence.queries import ItemView, item_content, items_of, recalls_of, recalls_waiting
from comity.requests.actions import VERBS
from comity.requests.phases import Side
from comity.requests.queries.access import rows_of, state_of
from comity.requests.workflow import STEPS
from comity.seals.canonical import digest_of
from comity.simulation.faults import Fault
from comity.simulation.forbidden import Forbidden
from comity.simulation.node import SimulatedNode
from comity.store.queries import holds
from comity.values.actor import Act, Actor
from comity.values.errors import RefusedError
from comity.values.reference import Reference

WORDS = {"en": "Returned by mistake (exercise)."}
TAKEN_BACK, BOUND_MORE = "01234", "567"
"""First signs of the digests of items that are recalled and that are narrowed."""
ANSWERABLE = STEPS["answer_recall"].phases
Do = Callable[..., bool]


def asked_of(digest: str) -> str:
    """What is asked of an item: `recall`, `narrow` or nothing."""
    return "recall" if digest[:1] in TAKEN_BACK else "narrow" if digest[:1] in BOUND_MORE else ""


def provide(row: Any, act: Act, second: Act, do: Do) -> bool:
    """The next deed of who gave evidence away: propose, or approve what the other person proposed."""
    waiting = recalls_waiting([row.reference]).get((row.holder, row.reference), [])
    for one in waiting:
        if one.state == "proposed":
            verb = "approve_recall" if one.kind == "recall" else "approve_narrowing"
            return do(verb, second, recall=one.recall, digest=one.digest)
    named = {item for asked in state_of(row).recalls.values() for item in asked["items"]}
    for item in items_of(act.actor, row.reference):
        kind = asked_of(item.digest)
        if not item.own or item.state not in GIVEN or not kind or item.reference in named:
            continue
        asked = {"items": [item.reference], "reason": WORDS, "answer_by": (act.at + timedelta(days=90)).date()}
        if kind == "narrow":
            return do("propose_narrowing", act, **asked, handling="H2")
        demand = "delete" if item.digest[1] < "8" else "return"
        return do("propose_recall", act, **asked, demand=demand)
    return False


def try_forbidden(forbidden: Forbidden, row: Any, act: Act, second: Act, keys: Keyring) -> None:
    """What must not be let through before a proposal is decided: its proposer's approval, and that of other words."""
    waiting = recalls_waiting([row.reference]).get((row.holder, row.reference), [])
    one = next((one for one in waiting if one.state == "proposed"), None)
    if one is None:
        return
    verb = VERBS["approve_recall" if one.kind == "recall" else "approve_narrowing"].function
    place = {"dossier": Reference.parse(row.reference), "version": row.version, "recall": one.recall, "keys": keys}
    own, other = one.digest, digest_of("a notice of yesterday")
    forbidden.expect_refused(Fault.OWN_APPROVAL, lambda: verb(act, **place, digest=own))
    forbidden.expect_refused(Fault.OTHER_DIGEST, lambda: verb(second, **place, digest=other))


def answer(row: Any, act: Act, do: Do) -> bool:
    """The next deed of who holds recalled evidence: answer, once there is something to answer about.

    A recall may overtake what precedes it in the dossier: it takes effect, and is answered when the dossier is there.
    """
    if row.phase not in ANSWERABLE:
        return False
    held = {item.reference: item for item in items_of(act.actor, row.reference)}
    waiting = recalls_waiting([row.reference]).get((row.holder, row.reference), [])
    for one in waiting:
        for line in one.items.order_by("pk"):
            item = held.get(line.item)
            if one.own or line.outcome or item is None:
                continue
            if one.kind == "narrow" and item.state == ItemState.AWAITED.value and not item.recalled:
                continue
            given = {"recall": one.recall, "items": [line.item]}
            if line.digest[2:3] < "5":
                return do("answer_recall", act, **given, outcome="cannot-comply", reason=WORDS)
            return do("answer_recall", act, **given, outcome="complied")
    return False


def violations(nodes: Mapping[str, SimulatedNode], reader: Callable[[str], Actor]) -> Iterator[str]:
    """Every recall stands where its items are, is answered, and holds: nothing recalled is given out or left behind."""
    for code, node in nodes.items():
        with node.acting():
            for row in rows_of(code):
                for one in recalls_of(reader(code), row.reference):
                    name = f"{code}: {one.kind} {one.recall[:12]}"
                    if one.state == "standing" and not one.answered:
                        yield f"{name} was left without an answer"
                yield from _lacking(code, row, reader)
                if row.side == Side.REQUESTING:
                    items = items_of(reader(code), row.reference)
                    yield from (sentence for item in items for sentence in _of_item(code, item, items, node, reader))


def _lacking(code: str, row: Any, reader: Callable[[str], Actor]) -> Iterator[str]:
    """A recall that both sides' messages know is known to the evidence of this side too."""
    known = {one.recall for one in recalls_of(reader(code), row.reference)}
    for name in state_of(row).recalls.keys() - known:
        yield f"{code}: {name[:12]} is in the dossier and does not stand on its evidence"


def _of_item(
    code: str, item: ItemView, items: list[ItemView], node: SimulatedNode, reader: Callable[[str], Actor]
) -> Iterator[str]:
    types = [event["type"] for event in item.custody]
    if asked_of(item.digest) == "narrow" and EventType.NARROWED.value in types and item.handling < "H2":
        yield f"{code}: {item.reference[:24]} was narrowed and is handled more freely"
    if not item.recalled:
        return
    if EventType.RECALLED.value not in types:
        yield f"{code}: {item.reference[:24]} is recalled without a word on its custody record"
    if _given_out(code, item, node, reader):
        yield f"{code}: {item.reference[:24]} is recalled and still given out"
    gone = {state.value for state in GONE}
    others = [one for one in items if one.digest == item.digest and one.state not in gone]
    if item.state in gone and not others and holds(item.digest) and not _elsewhere(code, item, reader):
        yield f"{code}: {item.reference[:24]} was deleted and its content is still here"


def _elsewhere(code: str, item: ItemView, reader: Callable[[str], Actor]) -> bool:
    """Whether the same content lies here for another dossier's sake."""
    gone = {state.value for state in GONE}
    return any(
        other.digest == item.digest and other.state not in gone
        for row in rows_of(code)
        for other in items_of(reader(code), row.reference)
    )


def _given_out(code: str, item: ItemView, node: SimulatedNode, reader: Callable[[str], Actor]) -> bool:
    act = node.act(datetime(2040, 1, 1, tzinfo=UTC), "oracle").by(reader(code))
    try:
        item_content(act, item.reference, keys=node.keys, vault=node.vault)
    except RefusedError:
        return False
    except Exception:  # noqa: BLE001 - whatever else stands in the way, the rule did not
        return True
    return True
