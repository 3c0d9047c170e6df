"""An officer of the demo at her desk: what she does when a message comes in under her hand."""

import json

import httpx
import pytest

from comity.cli.demo.client import CHANGED, CallError, Desk
from comity.cli.roster import OfficerEntry

SHE = OfficerEntry(username="m.rochat", first_name="M", last_name="R", function="", roles=[])


def desk(changes: int, *, code: str = CHANGED) -> tuple[Desk, list[int]]:
    """A desk at a wire on which the dossier changes so often between reading and acting; and the versions tried."""
    tried: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"version": len(tried)})
        tried.append(json.loads(request.content)["version"])
        if len(tried) <= changes:
            return httpx.Response(409, json={"error": {"message": "changed", "code": code}})
        return httpx.Response(200, json={"phase": "registered"})

    return Desk(httpx.Client(base_url="http://node", transport=httpx.MockTransport(answer)), SHE), tried


def test_a_dossier_that_changed_under_her_hand_is_read_again_and_the_verb_done_at_the_new_version() -> None:
    here, tried = desk(2)
    assert here.act("CH-FOJ:dossier:1", "print_check") == {"phase": "registered"}
    assert tried == [0, 1, 2]


def test_one_that_never_stands_still_and_any_other_refusal_reach_her() -> None:
    with pytest.raises(CallError) as caught:
        desk(99)[0].act("CH-FOJ:dossier:1", "print_check")
    assert caught.value.code == CHANGED
    here, tried = desk(1, code="requests:gate")
    assert here.refused("CH-FOJ:dossier:1", "accept_request") == "requests:gate"
    assert tried == [0]
