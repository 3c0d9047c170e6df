"""The table is whole: every step has its rule, its message, its way in; the page is what the table says."""

from pathlib import Path

import pytest

from comity.requests.effects import EFFECTS
from comity.requests.messages import KINDS, MessageType
from comity.requests.phases import PartState, Phase, Side
from comity.requests.workflow import (
    BY_MESSAGE,
    STEPS,
    TABLE,
    Step,
    lands,
    parts_refusal,
    refusal,
    require,
    require_parts,
)
from comity.requests.workflow_page import workflow_page
from comity.safeguards.rules import TABLE as POLICY
from comity.values.errors import RefusedError

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "workflow.md"


def test_the_reference_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == workflow_page(), (
        "write it anew: python -c 'from comity.requests.workflow_page import workflow_page as p; print(p(), end=\"\")'"
        " > docs/reference/workflow.md"
    )


@pytest.mark.parametrize("step", TABLE, ids=lambda step: step.verb)
def test_every_step_is_under_the_policy_and_its_message_may_be_sent_by_its_sides(step: Step) -> None:
    assert step.permission in POLICY
    assert step.phases
    if step.message is not None:
        assert step.sides <= KINDS[step.message].sides


def test_every_message_has_a_step_and_an_effect() -> None:
    folded = set(MessageType) - {MessageType.RECORDED}
    assert set(BY_MESSAGE) == set(EFFECTS) == folded


def test_every_phase_and_every_state_of_a_part_can_be_left_or_ends_the_matter() -> None:
    left = frozenset().union(*(step.phases for step in TABLE))
    assert set(Phase) - left <= {Phase.CLOSED}
    moved = frozenset().union(*(step.parts_from for step in TABLE))
    assert set(PartState) - moved == {PartState.DECLINED, PartState.RETURNED, PartState.WITHDRAWN}


def test_a_step_is_closed_to_the_other_side_and_in_other_phases_with_the_reason() -> None:
    step = STEPS["accept_request"]
    assert refusal(step, Side.REQUESTED, Phase.REGISTERED) == ""
    assert refusal(step, Side.REQUESTING, Phase.REGISTERED) == "Only the requested side does this."
    assert "registered" in refusal(step, Side.REQUESTED, Phase.TRANSMITTED)
    with pytest.raises(RefusedError) as caught:
        require(step, Side.REQUESTED, None)
    assert caught.value.place == "accept_request"


def test_parts_move_only_as_the_table_says() -> None:
    states = {"a": PartState.REQUESTED, "b": PartState.DECLINED}
    assert parts_refusal(STEPS["accept_request"], states, ["a"]) == ""
    assert "declined" in parts_refusal(STEPS["accept_request"], states, ["b"])
    assert "no part 'z'" in parts_refusal(STEPS["accept_request"], states, ["z"])
    assert parts_refusal(STEPS["record_execution"], states, ["a"], recorded=True) == ""
    assert parts_refusal(STEPS["record_execution"], states, ["b"], recorded=True)
    with pytest.raises(RefusedError):
        require_parts(STEPS["accept_request"], states, [])


def test_a_request_lands_once_and_again_only_when_asked_to_amend() -> None:
    step = STEPS["transmit_request"]
    assert lands(step, Side.REQUESTING, None) == ""
    assert lands(step, Side.REQUESTING, Phase.AMENDMENT_REQUESTED) == ""
    assert lands(step, Side.REQUESTING, Phase.REGISTERED)
    assert lands(step, Side.REQUESTED, None)
