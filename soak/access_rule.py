"""Every cell of the pure rule: permission x roles x relations x hands x confirmation x kind of actor, and the workflow.

Numbered, so that a run is taken up where it stopped; each cell is told by the oracle and by the rule itself.
"""

from collections.abc import Iterator
from itertools import combinations, product
from uuid import UUID

from soak.access_oracle import DEEDS, RELATIONS, ROLES, VERB_DEEDS, VERBS_OPEN, Person, decided, fits_parts, open_in

_ANSWERS = {
    "allowed": "open",
    "not-visible": "absent",
    "not-an-officer": "refused",
    "wrong-relation": "refused",
    "missing-role": "refused",
    "same-hand": "same-hand",
    "step-up": "code-again",
}
_ROLES = tuple(frozenset(held) for size in (0, 1, 2, len(ROLES)) for held in combinations(ROLES, size))
_RELATIONS = tuple(frozenset(held) for size in range(6) for held in combinations(RELATIONS, size))
_PEOPLE = (("officer", True), ("officer", False), ("peer", True), ("job", True))
_HANDS = ("none", "own", "another")


def policy_cells() -> int:
    return len(DEEDS) * len(_ROLES) * len(_RELATIONS) * len(_PEOPLE) * len(_HANDS)


def wrong_in_policy(deed: str) -> Iterator[str]:
    """What the rule says otherwise than the oracle of one deed, over every cell of it."""
    from comity.safeguards.permissions import Permission
    from comity.safeguards.policy import Relation, Target, decide
    from comity.values.actor import Actor, ActorKind, Role
    from comity.values.reference import Kind, Reference

    row, permission = Reference("CH-FOJ", Kind.DOSSIER, UUID(int=7)), Permission(deed)
    hands = {
        "none": {},
        "own": {one.value: frozenset({"a"}) for one in Permission},
        "another": {one.value: frozenset({"b"}) for one in Permission},
    }
    known = {
        (held, which): Target(
            row, 3, frozenset(map(Relation, held)), {Permission(name): ids for name, ids in hands[which].items()}
        )
        for held, which in product(_RELATIONS, _HANDS)
    }
    for roles, (kind, confirmed) in product(_ROLES, _PEOPLE):
        actor = Actor(ActorKind(kind), "a", "CH-FOJ", frozenset(map(Role, roles)), "x", confirmed)
        person = Person(roles, "a", confirmed, kind)
        for (held, which), target in known.items():
            said = _ANSWERS.get(decide(actor, permission, target).code.value, "unknown")
            expected = decided(person, deed, held, hands[which])
            if said != expected:
                yield f"rule: {deed} {sorted(roles)} {sorted(held)} {kind} {which}: {said}, not {expected}"


def workflow_cells() -> list[tuple[str, str, str]]:
    """Verb, side and each phase that side can see; an empty phase is a dossier whose request has not arrived."""
    seen = [*VERBS_OPEN, ("requesting", ""), ("requested", "")]
    return [(verb, side, phase) for verb, (side, phase) in product(VERB_DEEDS, seen)]


def wrong_in_workflow() -> Iterator[str]:
    from comity.requests.phases import Phase, Side
    from comity.requests.workflow import STEPS, refusal

    if set(STEPS) != set(VERB_DEEDS):
        yield f"workflow: verbs the oracle does not know: {sorted(set(STEPS) ^ set(VERB_DEEDS))}"
    for verb, side, phase in workflow_cells():
        if verb not in STEPS:
            continue
        is_open = not refusal(STEPS[verb], Side(side), Phase(phase) if phase else None)
        expected = open_in(verb, side, phase)
        if is_open != expected:
            yield f"workflow: {verb} {side} {phase or 'not arrived'}: open is {is_open}, not {expected}"
        if STEPS[verb].permission.value != VERB_DEEDS[verb]:
            yield f"workflow: {verb} stands under {STEPS[verb].permission.value}, not {VERB_DEEDS[verb]}"
    yield from _wrong_of_parts()


def _wrong_of_parts() -> Iterator[str]:
    """Each verb on a part in each state: open where the oracle says that it may be let through, and only there."""
    from comity.requests.phases import PartState
    from comity.requests.workflow import STEPS, parts_refusal

    for verb, part in product(STEPS, PartState):
        is_open, expected = (
            not parts_refusal(STEPS[verb], {"a": part}, ["a"]),
            fits_parts(verb, frozenset({part.value})),
        )
        if expected != ({"through"} if is_open else {"state"}):
            yield f"workflow: {verb} on a part that is {part.value}: open is {is_open}, not {sorted(expected)}"
