"""A release over the API: proposed, approved, and written as a bundle, on demand with CASE/UCO in it."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from comity.evidence.verification import verify_bundle
from tests.requests.stages import countersigned
from tests.requests.world import World

JSON = {"content_type": "application/json"}


@pytest.mark.parametrize("case", [False, True])
def test_the_bundle_tells_its_items_in_case_where_that_was_asked(
    cast: World, caller: Callable[[str], Client], tmp_path: Path, *, case: bool
) -> None:
    dossier, proposer = countersigned(cast), caller("prosecutor")
    items = [one["reference"] for one in proposer.get(f"/api/dossiers/{dossier}/items").json()]
    asked = {"items": items, "audience": "court", "ground": "Art. 15"}
    release = proposer.post(f"/api/dossiers/{dossier}/releases", asked, **JSON).json()
    address = f"/api/releases/{release['reference']}"
    assert proposer.post(f"{address}/approve", {"digest": release["digest"]}, **JSON).status_code == 403
    assert caller("head").post(f"{address}/approve", {"digest": release["digest"]}, **JSON).status_code == 200
    answer: Any = proposer.post(f"{address}/bundle" + ("?case=true" if case else ""))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        archive.extractall(tmp_path / "out")
    bundle = tmp_path / "out" / "bundle"
    assert verify_bundle(bundle).holds
    assert (bundle / "data/case.jsonld").is_file() == case
