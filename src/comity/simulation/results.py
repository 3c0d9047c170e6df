"""Dossiers that end in evidence: taken in, checked, returned with its content, fetched, countersigned, closed.

The two sides take turns, so that nothing in such a dossier crosses: what may cross has its dossiers in `casework`.
The cover letter is bytes instead of a PDF, because a PDF's seal is random and a trace must not be.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from comity.authorities.keyring import Keyring
from comity.evidence.actions import take_in
from comity.evidence.item_state import ItemState
from comity.evidence.queries import ItemView, item_of, items_of, transfers_of
from comity.requests.actions import VERBS
from comity.requests.actions.papering import shelved
from comity.requests.actions.returning import bound_conditions, return_under
from comity.requests.actions.shape import opened
from comity.requests.papers import Paper
from comity.requests.phases import PartState, Phase, Side
from comity.requests.queries.access import rows_of, state_of
from comity.requests.results import OutgoingResults
from comity.seals.stream import CHUNK_BYTES
from comity.simulation import gates, recalls
from comity.simulation.chance import Chance
from comity.simulation.node import SimulatedNode
from comity.store.queries import content_chunks
from comity.store.vault import Vault
from comity.values.actor import Act, Actor
from comity.values.reference import Reference

TITLE = "Results"
RECORD = {"on": "2027-01-05", "place": "Here", "by": "Office"}
SIZES = (0, 1, 5000, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 77)
MOST_ITEMS = 2
WORDS = {"en": "We vouch for it (exercise)."}

Tools = tuple[Keyring, Vault, Chance]


def ends_in_results(row: Any) -> bool:
    return bool(row.title.startswith(TITLE))


def go_on(row: Any, act: Act, second: Act, tools: Tools) -> bool:
    """The next deed of this side, if it is its turn; `second` is another person of the same authority."""
    if row.side == Side.REQUESTING:
        return _asking(row, act, tools)
    values: dict[str, Any]
    state = state_of(row)
    part = state.part_states().get("a")
    if part is PartState.EXECUTED:
        return _returning(row, act, second, tools)
    if row.phase == Phase.TRANSMITTED:
        verb, values = "register_request", {"number": "R-1", "contact": "Registry"}
    elif part is PartState.REQUESTED and not gates.signed(row, state):
        return gates.go_on(row, state, act)
    elif part is PartState.REQUESTED:
        verb, values = "accept_request", {"parts": ["a"]}
    elif part is PartState.ACCEPTED and state.executing is None:
        verb, values = "pass_on", {"executing": row.holder, "parts": ["a"]}
    elif part is PartState.ACCEPTED:
        verb, values = "record_execution", {"parts": ["a"], "record": RECORD}
    else:
        return recalls.provide(row, act, second, _doer(row, tools))
    return _do(verb, row, act, tools, **values)


def _doer(row: Any, tools: Tools) -> Callable[..., bool]:
    return lambda verb, act, **values: _do(verb, row, act, tools, **values)


def _asking(row: Any, act: Act, tools: Tools) -> bool:
    if recalls.answer(row, act, _doer(row, tools)):
        return True
    items = [item for item in items_of(act.actor, row.reference) if not item.recalled]
    if row.phase == Phase.RETURNED and items and all(item.state == ItemState.RECEIVED.value for item in items):
        return _do("countersign_evidence", row, act, tools, items=[item.reference for item in items])
    if row.phase == Phase.COUNTERSIGNED:
        return _do("close_dossier", row, act, tools, reason=WORDS)
    return False


def _returning(row: Any, act: Act, second: Act, tools: Tools) -> bool:
    keys, vault, chance = tools
    items = items_of(act.actor, row.reference)
    if not items or (len(items) < MOST_ITEMS and items[-1].state == ItemState.TAKEN_IN.value and chance.hits(0.5)):
        size = chance.pick(SIZES)
        take_in(
            act,
            dossier=row.reference,
            authority=row.holder,
            file=io.BytesIO((chance(32) * (size // 32 + 1))[:size]),
            name=f"{len(items)}.bin",
            title=f"Item {len(items)}",
            keys=keys,
            vault=vault,
            seizure=RECORD,
            parts=["a"],
        )
        return True
    references = [item.reference for item in items]
    if any(item.state == ItemState.TAKEN_IN.value for item in items):
        return _do("check_results", row, act, tools, items=references)
    found = opened(second, "return_evidence", Reference.parse(row.reference), row.version)
    papers = [Paper("cover-letter", "en", f"cover-letter-en-{n}.pdf", chance(200)) for n, _ in enumerate(items, 1)]
    with shelved(second, papers, vault=vault) as shelf:
        letters = {item_of(second.actor, item.reference): one for item, one in zip(items, shelf, strict=True)}
        results = OutgoingResults(parts=["a"], items=references, cover_letter=WORDS)
        return_under(second, found, results, letters, bound_conditions(found, []), keys)
    return True


def _do(verb: str, row: Any, act: Act, tools: Tools, **values: Any) -> bool:
    needs = {name: tool for name, tool in (("keys", tools[0]), ("vault", tools[1])) if name in VERBS[verb].needs}
    function: Callable[..., Any] = VERBS[verb].function
    given = VERBS[verb].arguments(values)
    function(act, dossier=Reference.parse(row.reference), version=row.version, **given, **needs)
    return True


def violations(nodes: Mapping[str, SimulatedNode], reader: Callable[[str], Actor]) -> Iterator[str]:
    """Every returned item arrived whole, and both sides hold the same custody chain with both signatures.

    `reader` gives, for an authority, an officer who may read its items.
    """
    yield from recalls.violations(nodes, reader)
    told: dict[str, dict[str, tuple[ItemView, str]]] = {}
    for code, node in nodes.items():
        with node.acting():
            for row in rows_of(code):
                taken_back = {item.digest for item in items_of(reader(code), row.reference) if item.recalled}
                transfers = [one for one in transfers_of(code, row.reference) if one.digest not in taken_back]
                waiting = [one for one in transfers if one.state != "done"]
                yield from (f"{code}: content {one.digest[:12]} is {one.state}" for one in waiting)
                for item in items_of(reader(code), row.reference):
                    told.setdefault(item.reference, {})[code] = (item, _content(item, node))
    for reference, sides in told.items():
        name, held = reference[:24], list(sides.values())
        states = {code: item.state for code, (item, _) in sides.items()}
        if len(sides) == 1 and set(states.values()) == {ItemState.OFFERED.value}:
            yield f"{name}: it was returned and is not there"
        if len(sides) > 1:
            recalled = any(item.recalled for item, _ in held)
            if set(states.values()) != {ItemState.COUNTERSIGNED.value} and not recalled:
                yield f"{name}: it was not countersigned: {states}"
            if held[0][0].custody != held[1][0].custody:
                yield f"{name}: the two sides hold different custody chains"
            if held[0][1] != held[1][1] and not recalled:
                yield f"{name}: the two sides hold different content"


def _content(item: ItemView, node: SimulatedNode) -> str:
    """SHA-256 of the bytes as they lie in the node's vault; empty while they are not there."""
    if item.state == ItemState.AWAITED.value or item.recalled:
        return ""
    found = sha256()
    for chunk in content_chunks(item.digest, keys=node.keys, vault=node.vault):
        found.update(chunk)
    return found.hexdigest()
