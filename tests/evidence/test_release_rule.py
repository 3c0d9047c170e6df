from datetime import date

import pytest

from comity.evidence.release_rule import hindrances
from comity.values.handling import Handling, UseCondition

DAY = date(2026, 11, 21)


def found(handling="H0", *conditions, permission=""):
    values = [condition.to_json() for condition in conditions]
    return hindrances("item", handling=handling, conditions=values, on=DAY, permission=permission)


def test_nothing_stands_against_what_is_bound_to_its_purpose_only():
    assert found("H0", UseCondition("specialty", "This offence only.", "Art. 15 CH-CO")) == ()


@pytest.mark.parametrize("handling", [code.value for code in Handling if code is not Handling.H0])
def test_a_handling_code_needs_the_providers_permission(handling):
    (hindrance,) = found(handling)
    assert hindrance.provision.startswith(f"{handling}:")
    assert found(handling, permission="their message of 3 November") == ()


def test_confidentiality_needs_permission_and_cites_its_provision():
    condition = UseCondition("confidentiality", "Not before trial.", "Art. 18(20) UNTOC")
    (hindrance,) = found("H0", condition)
    assert hindrance.provision == "Art. 18(20) UNTOC"
    assert found("H0", condition, permission="their letter") == ()


def test_a_use_that_ended_is_not_lifted_by_a_permission():
    day_before, day_itself = (UseCondition("expiry", "Until then.", "x", date(2026, 11, d)) for d in (20, 21))
    assert "ended on 2026-11-20" in found("H0", day_before, permission="x")[0].text
    assert found("H0", day_itself) == ()
