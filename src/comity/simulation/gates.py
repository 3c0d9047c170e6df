"""What officers of a simulation record of the law of a request, and sign: the gate, the matrix, assurances."""

from typing import Any

from comity.requests.actions import VERBS
from comity.requests.queries.law_records import GATE_VERB, assurances_of, gate, matrix, signature_on
from comity.requests.state import DossierState
from comity.seals.canonical import digest_of
from comity.simulation.chance import Chance
from comity.simulation.faults import Fault
from comity.simulation.forbidden import Forbidden
from comity.values.actor import Act
from comity.values.reference import Reference

NOTHING = {
    "ordinary-offence": True,
    "nothing-decided-elsewhere": True,
    "no-rights-ground-recorded": True,
    "immunity-or-privilege": False,
    "death-penalty-possible": False,
    "extraordinary-court": False,
    "in-absentia": False,
    "below-age": False,
    "protected-status": False,
    "prison-conditions-doubtful": False,
    "specialty-doubtful": False,
}
"""What a person answers who knows of nothing that stands against the request."""
LATER = {"death-penalty-possible": True, "interests-untouched": True, "request-conforms": True}
"""Facts that may come to be known later; the first opens the gate again."""
CONDUCT = {
    "conduct": {"intent": True, "agreement-to-commit": True},
    "laws": {"CH": {"offences": [{"statute": "An exercise", "elements": ["agreement-to-commit"]}]}},
}


def signed(row: Any, state: DossierState) -> bool:
    return signature_on(row, GATE_VERB, gate(row, state).digest) is not None


def go_on(row: Any, state: DossierState, act: Act) -> bool:
    """The next deed towards a signed gate: answers first, then the signature."""
    held = gate(row, state)
    if held.may_sign:
        return _do("sign_rights_gate", row, act, digest=held.digest)
    return _do("record_facts", row, act, facts=NOTHING)


def try_forbidden(forbidden: Forbidden, row: Any, state: DossierState, act: Act) -> None:
    """What must not be let through just before the gate is gone on with: an old page, another digest."""
    held = gate(row, state)
    if held.may_sign:
        other = digest_of("a gate of yesterday")
        forbidden.expect_refused(Fault.OTHER_DIGEST, lambda: _do("sign_rights_gate", row, act, digest=other))
    elif row.version:
        old = {"dossier": Reference.parse(row.reference), "version": row.version - 1}
        record = VERBS["record_facts"].function
        forbidden.expect_refused(Fault.OLD_PAGE, lambda: record(act, **old, facts=NOTHING))


def values_for(verb: str, row: Any, state: DossierState, act: Act, chance: Chance) -> dict[str, Any] | None:
    """What an officer fills in for a verb of law; None where there is nothing to fill in."""
    if verb == "record_facts":
        later = chance.pick(sorted(LATER))
        return {"facts": NOTHING if chance.hits(0.8) else {later: LATER[later]}}
    if verb == "record_conduct":
        return {
            "offence": "organised-crime",
            "case": CONDUCT if "CH" in {row.requesting[:2], row.requested[:2]} else {},
        }
    if verb == "sign_rights_gate":
        return {"digest": gate(row, state).digest}
    if verb == "sign_dual":
        held = matrix(row, state)
        return {"digest": held.digest if held else "", "met": True, "note": "Compared by hand (exercise)."}
    if verb == "record_assurance":
        day = act.at.date()
        return {"subject": "death-penalty", "given_by": "Ministry", "on": day, "text": "It will not be imposed."}
    held_now = [key for key, one in assurances_of(row) if one.kept is None]
    return {"assurance": chance.pick(held_now), "kept": chance.hits(0.9)} if held_now else None


def _do(verb: str, row: Any, act: Act, **values: Any) -> bool:
    VERBS[verb].function(act, dossier=Reference.parse(row.reference), version=row.version, **values)
    return True
