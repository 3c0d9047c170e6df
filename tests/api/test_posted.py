"""Evidence by post over the API: taken in as it came, bound to its letter, by those whose it is."""

import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.requests.test_story_post import posted
from tests.requests.world import World

PEOPLE = ("head", "clerk", "chief")


def sent(client: Client, path: str, record: dict[str, Any], **files: Any) -> Any:
    return client.post(path, {"record": json.dumps(record), **files})


def test_what_came_by_post_is_taken_in_and_recorded_under_its_letter(
    cast: World, caller: Callable[[str], Client]
) -> None:
    dossier, head = posted(cast), caller("head")
    path = f"/api/dossiers/{dossier}/posted"
    told = {"title": "Extractos", "on": "2026-11-02", "carrier": "USB stick 1", "media_type": "text/csv"}
    made = sent(head, f"{path}/items", told, file=SimpleUploadedFile("a.csv", b"1;2")).json()
    assert (made["own"], made["state"], made["size"]) == (False, "taken-in", 3)
    thing = {"title": "Libreta", "on": "2026-11-02", "carrier": "Parcel 2", "place": "Safe 3"}
    answers = [caller(who).post(f"{path}/things", thing, content_type="application/json") for who in PEOPLE]
    assert [one.status_code for one in answers] == [200, 403, 404]
    assert answers[0].json()["kind"] == "physical"
    values = {
        "parts": [one["id"] for one in head.get(f"/api/dossiers/{dossier}").json()["parts"]],
        "items": [made["reference"]],
        "cover_letter": {"es": "Se remiten."},
        "letter_on": "2026-11-01",
    }
    deed = {"version": cast.row("head", dossier).version, "values": values}
    scan = SimpleUploadedFile("oficio.pdf", b"%PDF", content_type="application/pdf")
    done = sent(head, f"/api/dossiers/{dossier}/letters?verb=record_return", deed, scan=scan)
    assert done.status_code == 200, done.content
    assert done.json()["phase"] == "returned"
