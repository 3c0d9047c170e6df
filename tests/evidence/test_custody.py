import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.custody import (
    FOLLOWS,
    CustodyEvent,
    EventType,
    SignedEvent,
    check_order,
    check_signature,
    described_by,
    last_of,
    next_event,
    sign_event,
    vouched,
)
from comity.seals.canonical import encode
from comity.values.errors import BrokenError, InvalidInputError

from .specimen import KEYS, START, Specimen
from .tampering import leaves, with_altered

ITEM = "CO-FGN:item:0192f3c4-0000-7000-8000-000000000001"
PUBLIC = {code: key.public for code, key in KEYS.items()}


@pytest.fixture(scope="module")
def chain():
    return Specimen().item("Statements", b"x").chain


def test_a_chain_of_two_states_holds(chain):
    check_order(chain, chain[0].event.item)
    for signed in chain:
        check_signature(signed, PUBLIC)
    assert last_of(chain, EventType.TRANSFERRED) is chain[3]
    assert described_by(chain) == chain[1].event.facts["description"]
    assert set(vouched(chain)) == set(KEYS)


def test_an_event_is_read_back_as_it_was_written(chain):
    for signed in chain:
        again = SignedEvent.from_json(json.loads(encode(signed.to_json())))
        assert again == signed
        assert again.event.digest == signed.event.digest


def test_every_event_covers_all_before_it(chain):
    """Change any event: the digest of each later one would have to change, and its signature with it."""
    for number in range(len(chain) - 1):
        event = chain[number].event
        other = CustodyEvent.from_content(encode(event.to_json() | {"hand": "somebody else"}))
        forged = [*chain[:number], sign_event(other, KEYS[event.authority]), *chain[number + 1 :]]
        with pytest.raises(BrokenError) as raised:
            check_order(forged, event.item)
        assert raised.value.place == f"event {number + 1}, previous"


def test_every_member_of_an_event_is_signed(chain):
    for signed in chain:
        for place in leaves(signed.event.to_json()):
            try:
                changed = CustodyEvent.from_content(encode(with_altered(signed.event.to_json(), place)))
            except InvalidInputError:
                continue
            with pytest.raises(BrokenError):
                check_signature(SignedEvent(changed, signed.signature), PUBLIC)


def test_events_taken_out_swapped_or_of_another_item_break_the_chain(chain):
    item = chain[0].event.item
    for number in range(len(chain) - 1):
        with pytest.raises(BrokenError):
            check_order([*chain[:number], *chain[number + 1 :]], item)
        swapped = list(chain)
        swapped[number], swapped[number + 1] = swapped[number + 1], swapped[number]
        with pytest.raises(BrokenError):
            check_order(swapped, item)
    with pytest.raises(BrokenError):
        check_order(chain, ITEM)
    with pytest.raises(BrokenError, match="no custody event"):
        check_order([], item)


def test_an_event_numbered_otherwise_by_its_own_signer_breaks_the_chain(chain):
    first = CustodyEvent.from_content(encode(chain[0].event.to_json() | {"sequence": 1}))
    with pytest.raises(BrokenError) as raised:
        check_order([sign_event(first, KEYS["CO-F14"])], first.item)
    assert raised.value.place == "event 0, sequence"


def test_a_signature_of_another_authority_or_of_an_unknown_one_does_not_count(chain):
    with pytest.raises(BrokenError) as raised:
        check_signature(chain[0], {"CO-FGN": PUBLIC["CO-FGN"]})
    assert raised.value.code == "custody:key"
    with pytest.raises(BrokenError):
        check_signature(chain[0], {"CO-F14": PUBLIC["CO-FGN"]})


@given(st.lists(st.sampled_from(list(EventType)), min_size=1, max_size=8))
def test_events_follow_one_another_as_the_table_says_and_not_otherwise(order):
    chain = []
    for type_ in order:
        if (chain[-1].event.type if chain else None) not in FOLLOWS[type_]:
            with pytest.raises(InvalidInputError, match="An item cannot be"):
                next_event(chain, type_, item=ITEM, at=START, authority="CO-FGN", hand="x")
            return
        event = next_event(chain, type_, item=ITEM, at=START, authority="CO-FGN", hand="x")
        chain.append(sign_event(event, _Unsigned()))
    check_order(chain, ITEM)


class _Unsigned:
    """A signer for tests of order alone: signatures are not looked at there."""

    def sign(self, _kind, _content):
        return None


def test_nothing_comes_after_a_transfer_but_its_receipt_or_recall_and_nothing_is_countersigned_unreceived():
    after = {type_ for type_ in EventType if EventType.TRANSFERRED in FOLLOWS[type_]}
    assert after == {EventType.RECEIVED, EventType.RECALLED}
    assert EventType.TRANSFERRED not in FOLLOWS[EventType.COUNTERSIGNED]


def test_a_clock_that_goes_back_does_not_date_an_event_before_its_predecessor(chain):
    event = next_event(chain, EventType.VERIFIED, item=chain[0].event.item, at=START, authority="CH-FOJ", hand="x")
    assert event.at == chain[-1].event.at


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"type": "lost"},
        {"at": "2026-11-02 09:00"},
        {"sequence": True},
        {"sequence": "0"},
        {"facts": []},
        {"authority": "nobody"},
        {"item": "CO-FGN:dossier:0192f3c4-0000-7000-8000-000000000001"},
        {"previous": 1},
        {"extra": None},
    ],
)
def test_what_is_not_exactly_an_event_is_refused(chain, change):
    with pytest.raises(InvalidInputError):
        CustodyEvent.from_content(encode(chain[0].event.to_json() | change))
