"""The cases in `cases/gaps.yaml` are written for a lawyer to read; each is one test under its own name."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from comity.forms.completeness import gaps
from comity.forms.content import parse_content
from comity.forms.contents import FORM_OF_INSTRUMENT
from tests.documents.specimens import CONTENT

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "gaps.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_gaps(case: dict[str, Any]) -> None:
    content = {**copy.deepcopy(CONTENT), **case.get("put", {})}
    for name in case.get("without", []):
        del content[name]
    found = gaps(case["instrument"], parse_content(content))
    said = {(gap.place, gap.severity, gap.provision, gap.verified) for gap in found}
    wanted = {(gap["place"], gap["severity"], gap["provision"], gap["verified"]) for gap in case.get("gaps", [])}
    assert wanted <= said
    assert not {gap.place for gap in found} & set(case.get("none_at", []))
    if case.get("only"):
        missing = {entry for entry in said if entry[1] == "missing"}
        assert missing == {entry for entry in wanted if entry[1] == "missing"}


def test_an_empty_draft_is_told_everything_at_once_the_missing_first() -> None:
    found = gaps("BILATERAL-CH-CO-MLA-2011", {"language": "fr"})
    severities = [gap.severity for gap in found]
    assert severities == sorted(severities, key=lambda severity: severity != "missing")
    places = [gap.place for gap in found]
    assert {"authority.name", "matter", "facts", "statutes", "parts", "purpose", "translations"} <= set(places)
    assert all(gap.text.endswith(".") and gap.form for gap in found)


def test_no_place_is_named_twice_for_the_same_thing() -> None:
    found = gaps("UNTOC", {"parts": [{"id": "a", "measure": "hearing-video"}]})
    assert len({(gap.place, gap.severity) for gap in found}) == len(found)
    missing = {gap.place for gap in found if gap.severity == "missing"}
    assert not missing & {gap.place for gap in found if gap.severity == "recommended"}


@given(
    st.sampled_from([*FORM_OF_INSTRUMENT, "SOMETHING-ELSE"]),
    st.sets(st.sampled_from(sorted(set(CONTENT) - {"language"}))),
)
def test_leaving_something_out_never_hides_another_gap(instrument: str, left_out: set[str]) -> None:
    """What a whole request lacks, it still lacks with less in it; persons stay while a measure points to them."""
    left_out = left_out - ({"persons"} if "parts" not in left_out else set())
    left_out |= {"confidentiality"} if left_out & {"persons"} else set()
    content = parse_content({key: value for key, value in CONTENT.items() if key not in left_out})
    whole = {gap.place for gap in gaps(instrument, CONTENT) if gap.severity == "missing"}
    less = {gap.place for gap in gaps(instrument, content) if gap.severity == "missing"}
    measures = {place for place in whole if place.startswith(("parts[", "dual", "eio"))}
    assert whole - measures <= less
