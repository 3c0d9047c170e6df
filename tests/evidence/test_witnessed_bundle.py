"""A bundle's ledger carries what witnesses cosigned: both verifiers say by whom, and a cosignature changed is found."""

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from comity.evidence.bundle import LedgerPart
from tests.evidence.both import ALONE, verify_bundle
from tests.evidence.specimen import Specimen


def written(folder: Path, change: Callable[[str], str] = str) -> Path:
    class Changed(Specimen):
        def ledger(self, *given: Any) -> LedgerPart:
            part = super().ledger(*given)
            return replace(part, checkpoint=change(part.checkpoint))

    return Changed().write(folder)


def lines_of(note: str, place: int) -> tuple[str, bytes]:
    line = [one for one in note.splitlines() if one.startswith("— comity/witness/")][place]
    return line, base64.b64decode(line.split(" ")[2])


def later(note: str) -> str:
    """The Ed25519 half says another second."""
    line, blob = lines_of(note, 0)
    time = (int.from_bytes(blob[4:12]) + 1).to_bytes(8)
    return note.replace(line.split(" ")[2], base64.b64encode(blob[:4] + time + blob[12:]).decode())


def one_half(note: str) -> str:
    return note.replace(lines_of(note, 1)[0] + "\n", "")


def test_who_cosigned_is_told_by_both(tmp_path: Path) -> None:
    bundle = written(tmp_path / "bundle")
    report = verify_bundle(bundle)
    assert report.holds
    assert "Cosigned by CO-FGN at 2026-11-03" in " ".join(line.text for line in report.lines)
    assert "Cosigned: comity/witness/CO-FGN" in " ".join(text for _, _, text in ALONE.verify_bundle(bundle, []).lines)


@pytest.mark.parametrize(("change", "holds"), [(later, False), (one_half, True)])
def test_a_cosignature_changed_is_found_and_half_a_one_counts_for_nothing(
    tmp_path: Path, change: Callable[[str], str], holds: bool
) -> None:
    report = verify_bundle(written(tmp_path / "bundle", change))
    assert report.holds == holds
    assert "Cosigned" not in " ".join(line.text for line in report.lines)
