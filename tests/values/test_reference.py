"""References are spelled one way, and ids made later sort later."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.values.actor import Act, job
from comity.values.errors import InvalidInputError
from comity.values.reference import Kind, Reference, uuid7

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(st.from_regex(r"[A-Z]{2}-[A-Z0-9]{1,12}", fullmatch=True), st.sampled_from(Kind), st.uuids())
def test_a_reference_round_trips_as_text(authority, kind, number):
    reference = Reference(authority, kind, number)
    assert Reference.parse(str(reference)) == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CH-FOJ",
        "CH-FOJ:dossier",
        "CH-FOJ:dossier:0192f3c4",
        "CH-FOJ:dossier:0192F3C4-0000-7000-8000-000000000000",
        "CH-FOJ:dossier:{0192f3c4-0000-7000-8000-000000000000}",
        "CH-FOJ:dossier:0192f3c4000070008000000000000000",
        "CH-FOJ:Dossier:0192f3c4-0000-7000-8000-000000000000",
        "CH-FOJ:unheard-of:0192f3c4-0000-7000-8000-000000000000",
        "ch-foj:dossier:0192f3c4-0000-7000-8000-000000000000",
        "CH-:dossier:0192f3c4-0000-7000-8000-000000000000",
        "CHE-FOJ:dossier:0192f3c4-0000-7000-8000-000000000000",
        "CH-FOJ:dossier:0192f3c4-0000-7000-8000-000000000000:more",
        "CH-FOJ:dossier:0192f3c4-0000-7000-8000-000000000000\n",
        "CH-FOJ\n:dossier:0192f3c4-0000-7000-8000-000000000000",
    ],
)
def test_any_other_spelling_is_refused(text):
    with pytest.raises(InvalidInputError) as caught:
        Reference.parse(text)
    assert caught.value.code == "input:reference"


@given(MOMENTS, st.binary(min_size=10, max_size=10))
def test_an_id_is_a_version_7_uuid_of_its_millisecond(at, randomness):
    """RFC 9562, 5.7."""
    made = uuid7(at, randomness)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == (at - EPOCH) // timedelta(milliseconds=1)


def test_the_example_of_the_standard():
    """RFC 9562, A.6: 22 February 2022, 19:22:22 UTC, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F."""
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    made = uuid7(at, bytes.fromhex("0cc318c4dc0c0c07398f"))
    assert made == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


@given(MOMENTS, st.integers(1, 10**6), st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_ids_of_a_later_millisecond_sort_later(at, later, first, second):
    after = at + timedelta(milliseconds=later)
    assert uuid7(at, first) < uuid7(after, second)
    assert str(uuid7(at, first)) < str(uuid7(after, second))


def test_no_millisecond_is_lost_to_rounding():
    for millisecond in range(1000):
        at = datetime(2026, 11, 21, 18, 28, 44, millisecond * 1000 + 999, tzinfo=UTC)
        assert (uuid7(at, bytes(10)).int >> 80) % 1000 == millisecond


@given(MOMENTS, st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_ids_of_one_millisecond_differ_by_their_randomness(at, first, second):
    drawn = [int.from_bytes(r) & ~(0xF << 76) & ~(0x3 << 62) for r in (first, second)]
    assert (uuid7(at, first) == uuid7(at, second)) == (drawn[0] == drawn[1])


@pytest.mark.parametrize("size", [0, 9, 11])
def test_ten_random_bytes_are_needed(size):
    with pytest.raises(InvalidInputError):
        uuid7(EPOCH, bytes(size))


def test_an_instant_without_a_zone_or_before_1970_has_no_id():
    for at in (datetime(2026, 11, 21), datetime(1969, 12, 31, tzinfo=UTC)):
        with pytest.raises(InvalidInputError):
            uuid7(at, bytes(10))


def test_an_act_makes_references_from_its_own_time_and_chance():
    at = datetime(2026, 11, 21, 18, 28, 44, 120000, tzinfo=UTC)
    act = Act(job("sweep", "CH-FOJ"), at, "training", lambda count: b"\x07" * count)
    made = act.new_reference("CH-FOJ", Kind.DOSSIER)
    assert made == Reference("CH-FOJ", Kind.DOSSIER, uuid7(at, b"\x07" * 10))
    assert act.by(job("other", "CH-FOJ")).new_id() == act.new_id()
