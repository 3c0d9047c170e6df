"""When a message is looked at next: whoever looks only then states what one who looks every hour would, at that hour."""

from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from comity.exchange.attestation import UNRETRIEVED_AFTER, Way, due_statements
from comity.exchange.receipt import ReceiptKind
from tests.conftest import MOMENT

HOUR = timedelta(hours=1)
DAYS = 45
DELIVERY, RETRIEVAL = ReceiptKind.DELIVERY, ReceiptKind.RETRIEVAL


def way_at(hour, held, failing, delivered, retrieved, stopped):
    """What is known at an hour of a message that began to fail, arrived, was opened, or stopped, at some hour or never."""
    known = dict(held)
    for kind, when in ((DELIVERY, delivered), (RETRIEVAL, retrieved)):
        if when is not None and when <= hour:
            known[kind] = MOMENT + when * HOUR
    here = DELIVERY in known
    fails = failing is not None and failing <= hour and not here
    waits = not here and not (stopped is not None and stopped <= hour)
    return Way(MOMENT, waits, MOMENT + failing * HOUR if fails else None, "No way." if fails else "", known)


def lived(looks, **story):
    """Each kind stated with its hour; `looks(hour, following)` says whether anyone looks in that hour."""
    held, told, following = {}, [], MOMENT
    for hour in range(DAYS * 24):
        at = MOMENT + hour * HOUR
        if not looks(at, following):
            continue
        stated, following = due_statements(way_at(hour, held, **story), at)
        held |= {one.kind: one.at for one in stated}
        told += [(one.kind, hour) for one in stated]
    return told


hours = st.none() | st.integers(0, DAYS * 24)


@given(failing=hours, delivered=hours, retrieved=hours, stopped=hours)
@example(failing=0, delivered=None, retrieved=None, stopped=None)
@example(failing=5, delivered=200, retrieved=None, stopped=None)
@example(failing=None, delivered=1, retrieved=None, stopped=None)
@example(failing=3, delivered=30, retrieved=None, stopped=12)
def test_who_looks_only_when_it_is_due_states_the_same_at_the_same_hour(**story):
    always = lived(lambda _at, _following: True, **story)
    when_due = lived(lambda at, following: following is not None and following <= at, **story)
    delivered, stopped = story["delivered"], story["stopped"]
    if delivered is None or stopped is None or delivered <= stopped:
        assert when_due == always
    else:  # what arrived by hand after it had stopped is seen within a day
        assert [kind for kind, _ in when_due] == [kind for kind, _ in always]


def test_each_time_that_ran_out_is_stated_at_its_hour():
    told = lived(lambda _at, _following: True, failing=2, delivered=200, retrieved=None, stopped=None)
    assert told == [
        (ReceiptKind.SUBMISSION_ACCEPTANCE, 0),
        (ReceiptKind.RELAY_FAILURE, 26),
        (ReceiptKind.NON_DELIVERY, 7 * 24),
        (ReceiptKind.NON_RETRIEVAL, 200 + 30 * 24),
    ]


def test_what_was_opened_is_looked_at_no_more_and_a_receipt_dated_years_ahead_holds_nothing_up():
    opened = Way(
        MOMENT, False, None, "", {ReceiptKind.SUBMISSION_ACCEPTANCE: MOMENT, DELIVERY: MOMENT, RETRIEVAL: MOMENT}
    )
    assert due_statements(opened, MOMENT) == ([], None)
    ahead = Way(MOMENT, False, None, "", {DELIVERY: MOMENT + timedelta(days=3000)})
    assert due_statements(ahead, MOMENT)[1] == MOMENT + UNRETRIEVED_AFTER
