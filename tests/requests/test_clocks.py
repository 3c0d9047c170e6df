"""Clocks run from what a person registered, in the requested State's time zone, and stop when they are met."""

from datetime import UTC, datetime, timedelta

from comity.requests.clocks import clocks_of, next_due, zone_of
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
    return {clock.id: clock for clock in clocks_of(fold(letters), instrument, "LU")}


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


def test_days_are_counted_where_the_act_is_due() -> None:
    assert zone_of("CO") == "America/Bogota"
    assert zone_of("ES") == "Europe/Madrid"
    assert zone_of("RU") == "UTC"  # several zones and no seat named: said plainly as UTC
