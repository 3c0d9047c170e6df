"""The law of a request brought in order by those whose turn it is: facts, the gate's signature, the matrix."""

from typing import Any

from comity.requests.queries import law_case
from comity.requests.queries.law_case import LawCaseView
from comity.values.reference import Reference
from tests.requests.world import World

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

CONDUCT: dict[str, dict[str, Any]] = {
    "drug-trafficking": {
        "conduct": {"controlled-substance": True, "production-or-traffic": True, "intent": True},
        "laws": {
            "CH": {
                "offences": [
                    {
                        "statute": "Art. 19 LStup (exercise)",
                        "elements": ["production-or-traffic"],
                        "maximum_months": 120,
                    }
                ]
            },
            "CO": {
                "offences": [
                    {"statute": "Art. 376 CP (exercise)", "elements": ["production-or-traffic"], "maximum_months": 120}
                ]
            },
        },
    },
    "money-laundering": {
        "conduct": {"property-from-crime": True, "conversion-or-transfer": True, "knowledge-of-crime-proceeds": True},
        "laws": {
            "CH": {
                "offences": [
                    {
                        "statute": "Art. 305bis CP (exercise)",
                        "elements": ["conversion-or-transfer"],
                        "maximum_months": 120,
                    }
                ]
            },
            "CO": {
                "offences": [
                    {"statute": "Art. 323 CP (exercise)", "elements": ["conversion-or-transfer"], "maximum_months": 120}
                ]
            },
        },
    },
}


def seen(world: World, who: str, dossier: Reference) -> LawCaseView:
    return law_case(world.actor(who), dossier, world.at)


def sign_gate(world: World, dossier: Reference, who: str) -> None:
    """One person answers and signs that no ground is recorded."""
    world.do(who, "record_facts", dossier, facts=NOTHING)
    world.do(who, "sign_rights_gate", dossier, digest=seen(world, who, dossier).gate.digest)


def sign_dual(world: World, dossier: Reference, who: str) -> None:
    """One person records conduct and laws and signs the matrix off."""
    for offence, case in CONDUCT.items():
        world.do(who, "record_conduct", dossier, offence=offence, case=case)
    matrix = seen(world, who, dossier).dual
    assert matrix
    world.do(who, "sign_dual", dossier, digest=matrix.digest, met=True)


def cleared(world: World, dossier: Reference, who: str = "chief") -> None:
    """All that the requested side signs before it accepts."""
    sign_gate(world, dossier, who)
    sign_dual(world, dossier, who)
