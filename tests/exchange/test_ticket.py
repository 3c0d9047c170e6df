"""A pull ticket opens one content to one authority for ten minutes."""

from datetime import timedelta
from pathlib import Path

import pytest

from comity.exchange.ticket import MAX_TICKET_TEXT, WINDOW, Ticket, honour_ticket, issue_ticket, read_ticket
from comity.values.errors import BrokenError, ComityError, InvalidInputError, RefusedError
from tests.conftest import MOMENT, seeded
from tests.exchange.conftest import HELD, THEM, US

GOLDEN = Path(__file__).parent.parent / "golden" / "exchange"
DIGEST = "ab" * 32
TICKET = Ticket(digest=DIGEST, sender=US, recipient=THEM, at=MOMENT, nonce="AAAAAAAAAAAAAAAAAAAAAA")


def issued() -> str:
    return issue_ticket(HELD[US].signing, digest=DIGEST, sender=US, recipient=THEM, at=MOMENT, chance=seeded(1))


def honour(text: str, *, key: str = US, digest: str = DIGEST, after: timedelta = timedelta()) -> Ticket:
    return honour_ticket(read_ticket(text), HELD[key].signing.public, digest=digest, at=MOMENT + after)


def test_the_golden_ticket_has_the_bytes_it_always_had():
    assert TICKET.content == (GOLDEN / "ticket.json").read_bytes()


def test_a_ticket_is_honoured_within_its_window_on_both_sides_of_its_time():
    assert len(issued()) < MAX_TICKET_TEXT
    for after in (timedelta(), WINDOW, -WINDOW):
        assert honour(issued(), after=after).sender == US


@pytest.mark.parametrize("after", [WINDOW + timedelta(milliseconds=1), -WINDOW - timedelta(milliseconds=1)])
def test_outside_its_window_it_is_refused(after):
    with pytest.raises(RefusedError) as refused:
        honour(issued(), after=after)
    assert refused.value.code == "ticket:expired"


def test_it_serves_no_other_content():
    with pytest.raises(RefusedError) as refused:
        honour(issued(), digest="cd" * 32)
    assert refused.value.code == "ticket:other"


def test_it_holds_only_under_its_senders_key():
    with pytest.raises(BrokenError):
        honour(issued(), key=THEM)


def test_every_character_changed_is_refused():
    text = issued()
    for place in range(len(text)):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with pytest.raises(ComityError):
            honour(changed)


@pytest.mark.parametrize("text", ["", ".", "a.b", "a.b.c", "x" * (MAX_TICKET_TEXT + 1), "e30.e30"])
def test_anything_else_is_no_ticket(text):
    with pytest.raises(InvalidInputError):
        read_ticket(text)
