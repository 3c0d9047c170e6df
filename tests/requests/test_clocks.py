"""Clocks run from what a person registered, in the requested State's time zone, and stop when they are met."""

from datetime import UTC, date, datetime, timedelta

import pytest

from comity.law.register import load_register
from comity.requests.clocks import Asking, clocks_of, next_due
from comity.requests.fold import fold
from comity.requests.messages import MessageType as M
from comity.requests.phases import Side
from tests.requests.letters import PARTS, START, Letter, letter

Q, R = Side.REQUESTING, Side.REQUESTED
EIO = "EU-EIO-2014-41"


def registered(annex_b: bool = False) -> list[Letter]:
    request = letter(M.TRANSMITTED, Q)
    ack = letter(M.ACKNOWLEDGED, R, request)
    if annex_b:
        ack = Letter(ack.type, ack.sender, {**ack.body, "annex_b": {"file_no": "1"}}, ack.follows, ack.at)
    return [request, ack]


def clocks(letters: list[Letter], instrument: str = EIO):
    return {
        clock.id: clock
        for clock in clocks_of(fold(letters), load_register().instrument(instrument) if instrument else None, "LU")
    }


def test_arrival_alone_starts_no_clock() -> None:
    assert clocks([letter(M.TRANSMITTED, Q)]) == {}


def test_receipt_starts_the_week_and_the_thirty_days_counted_in_the_requested_state() -> None:
    found = clocks(registered())
    assert found["eio_receipt"].due == datetime(2026, 11, 9, 22, 59, 59, tzinfo=UTC)
    assert found["eio_decide"].due == datetime(2026, 12, 2, 22, 59, 59, tzinfo=UTC)
    assert found["eio_receipt"].kind == "hard"
    assert "eio_execute" not in found
    assert next_due(tuple(found.values())) == found["eio_receipt"].due
    assert found["eio_receipt"].overdue(START + timedelta(days=8))
    assert not found["eio_receipt"].overdue(START + timedelta(days=6))


def test_the_form_meets_the_week_and_the_decision_starts_the_ninety_days() -> None:
    letters = registered(annex_b=True)
    found = clocks(letters)
    assert found["eio_receipt"].met_at
    letters.append(letter(M.ACCEPTED, R, letters[-1], parts=PARTS))
    found = clocks(letters)
    assert found["eio_decide"].met_at
    assert found["eio_execute"].due is not None
    assert not found["eio_execute"].met_at
    letters.append(letter(M.EXECUTED, R, letters[-1], parts=PARTS))
    assert clocks(letters)["eio_execute"].met_at
    assert next_due(tuple(clocks(letters).values())) is None


def test_a_withdrawal_stops_every_clock() -> None:
    letters = registered()
    letters.append(letter(M.WITHDRAWN, Q, letters[-1]))
    assert all(clock.met_at for clock in clocks(letters).values())


def test_the_deadline_asked_for_and_a_postponement_are_soft_clocks() -> None:
    letters = registered()
    body = {**letters[0].body, "content": {**letters[0].body["content"], "urgency": {"deadline": "2027-01-31"}}}
    first = Letter(letters[0].type, letters[0].sender, body, (), letters[0].at)
    second = letter(M.ACKNOWLEDGED, R, first)
    late = letter(M.POSTPONED, R, second)
    late = Letter(late.type, late.sender, {**late.body, "until": "2027-03-01"}, late.follows, late.at)
    found = clocks([first, second, late], "")
    assert {clock.kind for clock in found.values()} == {"soft"}
    assert found["asked-deadline"].due == datetime(2027, 1, 31, 22, 59, 59, tzinfo=UTC)
    assert found["postponed-a"].due == datetime(2027, 3, 1, 22, 59, 59, tzinfo=UTC)


def test_days_are_counted_at_the_seat_of_government_of_the_state_that_must_act() -> None:
    request = letter(M.TRANSMITTED, Q)
    content = {**request.body["content"], "urgency": {"deadline": "2026-12-01"}}
    sent = Letter(request.type, request.sender, {**request.body, "content": content}, (), START)
    ends = {state: clocks_of(fold([sent]), None, state)[0].due.hour for state in ("RU", "ES", "CO")}
    assert ends == {"RU": 20, "ES": 22, "CO": 4}  # Moscow, Madrid, Bogota: their midnight, in UTC


TREATY = "BILATERAL-CH-CO-MLA-2011"


def original(urgency: object, asking: Asking | None, instrument: str = TREATY, *more: Letter):
    """The clock of the original on paper, for a request transmitted on 2 November at nine (UTC)."""
    request = letter(M.TRANSMITTED, Q)
    content = {**request.body["content"], "urgency": urgency}
    sent = Letter(request.type, request.sender, {**request.body, "content": content}, (), START)
    letters = [sent, *(Letter(one.type, one.sender, one.body, (sent.digest,), one.at) for one in more)]
    found = clocks_of(fold(letters), load_register().instrument(instrument) if instrument else None, "CO", asking)
    return next((clock for clock in found if clock.id == "chco_original"), None)


URGENT = {"reason": {"fr": "Risque de fuite."}}


def test_the_original_of_an_urgent_request_is_due_within_eight_days_where_it_is_sent() -> None:
    clock = original(URGENT, Asking("CH"))
    assert clock.due == datetime(2026, 11, 10, 22, 59, 59, tzinfo=UTC)
    assert (clock.side, clock.kind, clock.provision) == (Q, "hard", "CH-CO Treaty 2011 Art. 26(2)")
    assert clock.verified
    assert clock.overdue(START + timedelta(days=9))


def test_it_is_met_when_the_original_is_posted_and_not_by_what_was_posted_before() -> None:
    assert original(URGENT, Asking("CH", (date(2026, 11, 1),))).met_at == ""
    posted = original(URGENT, Asking("CH", (date(2026, 11, 1), date(2026, 11, 4), date(2026, 11, 6))))
    assert posted.met_at == "2026-11-04T11:00:00.000Z"
    assert not posted.overdue(START + timedelta(days=9))
    assert original(URGENT, Asking("CH"), TREATY, letter(M.WITHDRAWN, Q)).met_at


@pytest.mark.parametrize(
    ("urgency", "asking", "instrument"),
    [(None, Asking("CH"), TREATY), (URGENT, None, TREATY), (URGENT, Asking("CH"), "UNTOC"), (URGENT, Asking("CH"), "")],
)
def test_no_such_clock_runs_without_urgency_on_the_other_side_or_under_another_instrument(
    urgency, asking, instrument
) -> None:
    assert original(urgency, asking, instrument) is None
