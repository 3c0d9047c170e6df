"""A seeded share of the fuzzing of the API: every fifth operation, by callers in turn, without a server error."""

import pytest

from soak.api_fuzz import Callers, batch, operations


@pytest.mark.django_db
def test_no_operation_answers_a_generated_call_with_a_server_error(tmp_path, settings):
    callers, found = Callers(tmp_path, settings), operations()
    made, wrong = 0, []
    for number in range(2, len(found), 5):
        count, faults = batch(callers, found, 7, number, count=12)
        made, wrong = made + count, wrong + faults
    assert not wrong, "\n".join(wrong)
    assert made >= 150
