"""The gazette over the API: the same acts as on the pages, for the same people, each reading a line in the ledger."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from comity.gazette.models import Correction
from comity.safeguards.models import LedgerRead
from tests.requests.world import World

Caller = Callable[[str], Client]
FACT = {
    "kind": "participation",
    "instrument": "UNTOC",
    "state": "CO",
    "status": "party",
    "entry_into_force": "2012-05-01",
    "source": "Registro Inventado, acta 12",
    "address": "https://registro.example/12",
    "as_of": "2026-10-01",
    "verified": "yes",
    "reason": "The shipped day is that of deposit.",
}


def post(client: Client, address: str, body: Any) -> Any:
    return client.post(f"/api/gazette{address}", data=json.dumps(body), content_type="application/json")


def test_one_proposes_another_approves_and_the_law_answers_by_it(cast: World, caller: Caller) -> None:
    clerk, head = caller("clerk"), caller("head")
    made = post(clerk, "", FACT).json()
    assert made["state"] == "proposed"
    assert made["displaced"][0]["entry_into_force"] == "2004-09-03"
    assert made["may"]["approve"].startswith("This needs the role signatory")
    reference, digest = made["reference"], made["digest"]
    assert post(clerk, f"/{reference}/approve", {"digest": digest}).status_code == 403
    assert post(head, f"/{reference}/approve", {"digest": "0" * 64}).status_code == 409
    assert post(head, f"/{reference}/approve", {"digest": digest}).json()["state"] == "approved"
    asked = {"requesting": "CH", "requested": "CO", "measure": "bank-records", "offence": "organised-crime"}
    answer = head.get("/api/law/basis", {**asked, "on": "2010-01-01"}).json()
    untoc = next(one for one in answer["bases"] if one["instrument"] == "UNTOC")
    assert untoc["finding"] == "BARRED"
    assert "this node's correction of" in json.dumps(untoc)
    (conflict,) = [one for one in head.get("/api/gazette/conflicts").json() if one["kind"] == "corrected"]
    assert conflict["instrument"] == "UNTOC"
    ending = post(clerk, f"/{reference}/withdraw", {"reason": "It was the wrong day."}).json()
    assert ending["ending"]
    assert post(head, f"/{reference}/refuse-withdrawal", {"digest": digest}).status_code == 409
    assert not post(head, f"/{reference}/refuse-withdrawal", {"digest": ending["digest"]}).json()["ending"]
    ending = post(clerk, f"/{reference}/withdraw", {"reason": "It was the wrong day."}).json()
    gone = post(head, f"/{reference}/approve-withdrawal", {"digest": ending["digest"]}).json()
    assert gone["state"] == "withdrawn"
    assert head.get("/api/gazette/standing").json() == []


def test_a_signatory_who_proposed_does_not_approve(cast: World, caller: Caller) -> None:
    head = caller("head")
    made = post(head, "", FACT).json()
    refused = post(head, f"/{made['reference']}/approve", {"digest": made["digest"]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "policy:same-hand")
    refused = post(head, f"/{made['reference']}/refuse", {"digest": made["digest"], "reason": "x"})
    assert refused.json()["error"]["code"] == "policy:same-hand"


def test_what_only_waits_is_not_there_for_another_authority(cast: World, caller: Caller) -> None:
    made = post(caller("clerk"), "", FACT).json()
    stranger = caller("stranger")
    there = stranger.get(f"/api/gazette/{made['reference']}")
    absent = stranger.get(f"/api/gazette/{made['reference'][:-4]}ffff")
    assert (there.status_code, there.content) == (absent.status_code, absent.content)
    assert there.status_code == 404
    assert stranger.get("/api/gazette").json() == []
    acts = {"approve": {"digest": "x"}, "withdraw": {"reason": "x"}, "approve-withdrawal": {"digest": "x"}}
    for verb, body in acts.items():
        assert post(stranger, f"/{made['reference']}/{verb}", body).status_code == 404


def test_a_file_is_taken_whole_or_not_at_all_and_comes_back_byte_for_byte(cast: World, caller: Caller) -> None:
    clerk = caller("clerk")
    bad = json.dumps([FACT, {**FACT, "state": "Atlantis"}])
    answer = post(clerk, "/import", {"name": "facts.json", "content": bad})
    assert answer.status_code == 422
    assert answer.json()["error"]["place"] == "facts.json:entry 2"
    assert Correction.objects.count() == 0
    done = post(clerk, "/import", {"name": "facts.json", "content": json.dumps([FACT])}).json()
    assert (len(done["proposed"]), done["unchanged"]) == (1, 0)
    for kind in ("csv", "json"):
        first = clerk.get("/api/gazette/export", {"format": kind, "state": "proposed"})
        Correction.objects.all().delete()
        post(clerk, "/import", {"name": f"facts.{kind}", "content": first.content.decode()})
        again = clerk.get("/api/gazette/export", {"format": kind, "state": "proposed"})
        assert again.content == first.content
        assert f"gazette.{kind}" in again["Content-Disposition"]
    assert clerk.get("/api/gazette/export", {"format": "xml"}).status_code == 422


@pytest.mark.parametrize(
    ("address", "event"),
    [
        ("", "gazette:corrections:read"),
        ("?state=approved", "gazette:corrections:read"),
        ("/standing", "gazette:corrections:read"),
        ("/export", "gazette:corrections:exported"),
        ("/conflicts", "gazette:conflicts:read"),
        ("/{}", "gazette:correction:read"),
    ],
)
def test_each_reading_is_one_line(cast: World, caller: Caller, address: str, event: str) -> None:
    made = post(caller("clerk"), "", FACT).json()
    before = LedgerRead.objects.count()
    answer = caller("head").get(f"/api/gazette{address.format(made['reference'])}")
    assert answer.status_code == 200, answer.content
    assert LedgerRead.objects.filter(event=event).count() == LedgerRead.objects.count() - before == 1


def test_a_moment_without_its_zone_is_asked_for_with_it(cast: World, caller: Caller) -> None:
    assert caller("head").get("/api/gazette/standing", {"at": "2026-11-21T09:30:00"}).status_code == 422
