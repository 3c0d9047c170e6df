"""A recalled item in a bundle is shown as such; one used in spite of its recall is broken, by both verifiers."""

from dataclasses import replace

import pytest

from comity.evidence.custody import EventType, sign_event
from comity.evidence.report import State

from .both import verify_bundle
from .specimen import CONDITION, RELEASE, Specimen


@pytest.fixture
def specimen():
    return Specimen()


def written(specimen, folder, item, **changes):
    shown = replace(item, **changes)
    parts = {"items": [shown], "messages": [], "letters": [], "ledgers": [], "left_out": []}
    return verify_bundle(specimen.write(folder, **parts))


def forced(specimen, chain, type_, **facts):
    """An event that no honest node would write, signed by the one who holds the item."""
    last = chain[-1].event
    event = replace(
        last, sequence=len(chain), type=type_, at=specimen.tick(), previous=last.digest, facts=facts, authority="CH-FOJ"
    )
    chain.append(sign_event(event, specimen.keys["CH-FOJ"]))


def test_a_recalled_item_still_verifies_and_is_shown_as_recalled(specimen, tmp_path):
    item = specimen.item("Account statements", b"x")
    specimen.event(item.chain, EventType.RECALLED, "CH-FOJ", item.description["reference"], recall="r-1")
    specimen.event(item.chain, EventType.DELETED, "CH-FOJ", item.description["reference"], recall="r-1")
    report = written(specimen, tmp_path / "b", item)
    assert report.holds, report.broken
    assert [line.state for line in report.lines if "RECALLED" in line.text] == [State.NOTE]


def test_an_item_released_in_spite_of_its_recall_is_broken(specimen, tmp_path):
    item = specimen.item("Account statements", b"x")
    released = item.chain.pop().event
    forced(specimen, item.chain, EventType.RECALLED, recall="r-1")
    forced(specimen, item.chain, EventType.KEPT, recall="r-1")
    forced(specimen, item.chain, EventType.RELEASED, **released.facts)
    assert released.facts["release"] == RELEASE
    report = written(specimen, tmp_path / "b", item)
    assert ["recall" in line.place for line in report.broken] == [True]


def test_a_narrowing_that_binds_less_is_broken_and_one_that_binds_more_is_shown(specimen, tmp_path):
    more = [CONDITION.to_json(), {"kind": "other", "text": "Not before trial.", "provision": "", "until": None}]
    item = specimen.item("Account statements", b"x")
    narrowed = {"conditions": more, "handling": "H2"}
    specimen.event(item.chain, EventType.NARROWED, "CH-FOJ", item.description["reference"], **narrowed)
    assert written(specimen, tmp_path / "more", item, conditions=more, handling="H2").holds
    old = written(specimen, tmp_path / "old", item)
    assert [line.place for line in old.broken] == ["data/conditions.json, item 1, conditions"]
    forced(specimen, item.chain, EventType.NARROWED, conditions=[], handling="H0")
    less = written(specimen, tmp_path / "less", item, conditions=[], handling="H0")
    assert [line.text for line in less.broken] == ["It binds less than before."]
