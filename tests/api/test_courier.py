"""The courier over the API: packed by one side's registrar, taken in by the other's, each part with its outcome."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.requests.stages import signed
from tests.requests.world import World


def test_a_bundle_is_packed_and_taken_in_and_says_what_came_of_each_part(
    cast: World, caller: Callable[[str], Client]
) -> None:
    dossier = signed(cast)
    cast.do("clerk", "check_form", dossier, number="B-26-77", cover_note={"fr": "Transmis.", "es": "Transmitido."})
    cast.do("head", "transmit_request", dossier, digest=cast.release("head", dossier)["digest"])
    ours, theirs = caller("clerk"), caller("registrar")

    def packed(**wish: Any) -> Any:
        return ours.post("/api/courier/pack", {"partner": "CO-FGN", **wish}, content_type="application/json")

    unknown = ours.post("/api/courier/pack", {"partner": "XX-NONE"}, content_type="application/json")
    assert unknown.status_code == 404
    bundle = b"".join(packed(offered_since="2026-01-01T00:00:00Z").streaming_content)
    assert caller("fiscal").post("/api/courier/take", {"file": SimpleUploadedFile("b", bundle)}).status_code == 403
    told = theirs.post("/api/courier/take", {"file": SimpleUploadedFile("b", bundle)}).json()
    assert {part["kind"] for part in told["parts"]} == {"envelope", "content"}
    assert {part["outcome"] for part in told["parts"]} == {"taken"}
    assert told["whole"]
    assert theirs.get("/api/courier").json()["partners"][0]["owed"] == 1
    again = theirs.post("/api/courier/take", {"file": SimpleUploadedFile("b", bundle)}).json()
    assert again["repeated"]
    assert {part["outcome"] for part in again["parts"]} == {"repeated"}
