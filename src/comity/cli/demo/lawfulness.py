"""What the people of the stories record and sign of the law of a request, each at her own desk."""

from typing import Any

from comity.cli.demo.client import Desk

NOTHING_RECORDED = {
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
"""What a person answers at the gate who knows of nothing that stands against the request."""


def law_of(desk: Desk, dossier: str) -> Any:
    return desk.get(f"/dossiers/{dossier}/law")


def sign_gate(desk: Desk, dossier: str, **more: Any) -> Any:
    """Answer what the gate asks, with further facts known, and sign that no ground is recorded; the gate then."""
    desk.act(dossier, "record_facts", facts={**NOTHING_RECORDED, **more})
    desk.act(dossier, "sign_rights_gate", digest=law_of(desk, dossier)["gate"]["digest"])
    return law_of(desk, dossier)["gate"]


def sign_matrix(desk: Desk, dossier: str, cases: Any) -> Any:
    """Record conduct and laws for each offence and sign dual criminality off; the matrix then."""
    for offence, case in cases.items():
        desk.act(dossier, "record_conduct", offence=offence, case=case)
    desk.act(dossier, "sign_dual", digest=law_of(desk, dossier)["dual"]["digest"], met=True)
    return law_of(desk, dossier)["dual"]


def sheet_of(desk: Desk, dossier: str) -> bytes:
    """Have the sheet of the check made; its bytes."""
    desk.act(dossier, "print_check")
    found = [one for one in desk.read(dossier)["documents"] if one["kind"] == "check-of-grounds"]
    return bytes(desk.get(f"/dossiers/{dossier}/documents/{found[-1]['digest']}"))
