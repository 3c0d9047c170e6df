from datetime import date

import pytest

from comity.evidence.use_rule import USES, Standing, Use, hindrances
from comity.values.binding import Binding
from comity.values.handling import Handling, UseCondition

DAY = date(2026, 11, 21)


def found(handling="H0", *conditions, permission="", use=Use.EXPORT, recalls=()):
    standing = Standing("item", Binding(Handling(handling), conditions), "CO-FGN", recalls)
    return hindrances(standing, use, on=DAY, permission=permission)


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


@pytest.mark.parametrize("use", list(Use))
def test_after_its_last_day_and_once_recalled_an_item_is_used_in_no_way_whoever_permits_it(use):
    ended = UseCondition("expiry", "Until then.", "Art. 3", date(2026, 11, 20))
    codes = [one.code for one in found("H0", ended, permission="x", use=use, recalls=("Art. 9",))]
    assert codes == ["recalled", "expired"]
    assert found("H0", use=use, recalls=("Art. 9",))[0].provision == "Art. 9"
    assert all("CO-FGN" in one.next_step for one in found("H0", ended, use=use, recalls=("Art. 9",)))


def test_each_use_has_its_row_and_what_leaves_for_another_state_asks_consent_to_onward_transfer():
    assert set(USES) == set(Use)
    onward = UseCondition("onward-transfer", "Not to third States.", "Art. 15")
    assert [one.code for one in found("H0", onward, use=Use.REPLY)] == ["condition"]
    assert found("H0", onward, use=Use.REPLY, permission="their letter") == ()
    assert found("H0", onward, use=Use.EXPORT) == found("H3", onward, use=Use.VIEW) == ()
