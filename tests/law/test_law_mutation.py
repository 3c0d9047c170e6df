"""A share of the mutation run; the whole of it is `python -m tests.law.mutation`."""

from itertools import islice

import pytest

from tests.law.case_runner import Law, all_cases, shipped
from tests.law.mutation import EQUIVALENT, Mutant, mutants, noticed

EVERY = 8
"""One row in so many is taken away here, a few seconds' worth."""


@pytest.fixture(scope="module")
def law() -> Law:
    return shipped()


def test_a_row_taken_away_makes_a_case_fail(law: Law) -> None:
    cases = [(str(case), case) for _, case in all_cases()]
    survivors = [one.name for one in islice(mutants(law), 0, None, EVERY) if not noticed(one, cases)]
    assert not survivors


def test_the_law_left_whole_makes_no_case_fail(law: Law) -> None:
    cases = [(str(case), case) for _, case in all_cases()][::7]
    assert not noticed(Mutant("nothing", law, frozenset()), cases)


def test_every_ground_opt_out_and_clock_has_its_turn(law: Law) -> None:
    names = {one.name for one in mutants(law)}
    for code, rows in law.grounds.items():
        own = [row for row in rows if f"{code}: {row.id}" in names]
        assert own or f"{code}: rows by reference" in names
    for row in law.clocks:
        assert f"clock: {row.id}" in names
    for code, one in law.register.multilateral.items():
        if one.measures:
            for state in one.membership.opted_out:
                assert f"{code}: opted_out {state}" in names
            if one.force.since and f"{code}: first day" not in EQUIVALENT:
                assert f"{code}: first day" in names
