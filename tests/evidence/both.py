"""Every bundle a test verifies is verified by both: ours, and the one-file verifier that shares no code with it."""

import importlib.util
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from comity.evidence import verification
from comity.evidence.report import Report
from comity.values.errors import MissingError

VERIFIER = Path(__file__).resolve().parents[2] / "verifier" / "verify_bundle.py"


def _loaded() -> Any:
    spec = importlib.util.spec_from_file_location("verify_bundle_alone", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


ALONE = _loaded()


def verify_bundle(path: Path, trust: Collection[str] | None = None) -> Report:
    """Our report, once the other verifier said the same: the same things broken, proved, absent and noted."""
    try:
        report = verification.verify_bundle(path, trust)
    except MissingError:
        assert not any((Path(path) / mark).exists() for mark in ALONE.MARKS)
        raise
    other = ALONE.verify_bundle(Path(path), list(trust or ())).lines
    ours = [(line.state.value, line.place) for line in report.lines]
    theirs = [(state, place) for state, place, _ in other]
    if sorted(ours) != sorted(theirs):
        only_ours, only_theirs = _difference(ours, theirs), _difference(theirs, ours)
        # Within a file that cannot be read, the two may name its fault by another inner place.
        assert [_file(line) for line in only_ours] == [_file(line) for line in only_theirs], (only_ours, only_theirs)
    return report


def _difference(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> list[tuple[str, str]]:
    left = list(other)
    return sorted(line for line in one if line not in left or left.remove(line))  # type: ignore[func-returns-value]


def _file(line: tuple[str, str]) -> tuple[str, str]:
    return line[0], line[1].partition(",")[0]
