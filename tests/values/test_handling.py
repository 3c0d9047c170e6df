"""A derived thing is never handled more freely than its sources."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.values.errors import InvalidInputError
from comity.values.handling import Handling, UseCondition, strictest

CODES = st.lists(st.sampled_from(Handling), max_size=5)


@given(CODES, CODES)
def test_the_strictest_code_is_an_upper_bound_and_joins(one, two):
    joined = strictest([*one, *two])
    assert all(code.value <= joined.value for code in [*one, *two])
    assert joined in {*one, *two, Handling.H0}
    assert joined is strictest([strictest(one), strictest(two)])


def test_of_nothing_comes_the_ordinary_code():
    assert strictest([]) is Handling.H0


@pytest.mark.parametrize("until", [None, date(2027, 1, 31)])
def test_a_use_condition_round_trips(until):
    condition = UseCondition("specialty", "Only for the offence stated.", "Treaty CH-CO, Art. 15", until)
    assert UseCondition.from_json(condition.to_json()) == condition


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"kind": "other", "text": "t"},
        {"kind": "other", "text": "t", "provision": "p", "until": "soon"},
        {"kind": "other", "text": "t", "provision": "p", "until": "20270131"},
        {"kind": "other", "text": "t", "provision": "p", "until": ""},
        {"kind": 1, "text": "t", "provision": "p"},
        [],
        None,
    ],
)
def test_a_malformed_condition_from_a_peer_is_refused_as_input(value):
    with pytest.raises(InvalidInputError) as caught:
        UseCondition.from_json(value)
    assert caught.value.code == "input:use-condition"
