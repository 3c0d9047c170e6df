"""One value, one spelling; whatever could be read in two ways is refused before work is done on it."""

import enum
import json
import time

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from comity.seals.canonical import MAX_INTEGER, decode, digest_of, encode, from_b64, sha256_hex, to_b64
from comity.values.errors import InvalidInputError

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def refused(data: bytes, **limits: int) -> str:
    with pytest.raises(InvalidInputError) as caught:
        decode(data, **limits)
    return caught.value.code


def outcome(data: bytes) -> bytes | None:
    """What is made of bytes: their own re-encoding, or nothing because they were refused as input."""
    try:
        return encode(decode(data))
    except InvalidInputError:
        return None


@given(VALUES)
def test_what_is_encoded_is_decoded_to_the_same_value(value):
    assert decode(encode(value)) == value


@given(VALUES)
def test_the_bytes_are_those_of_an_independent_implementation_of_rfc_8785(value):
    assert encode(value) == rfc8785.dumps(value)


@given(st.dictionaries(st.sampled_from(["a", "\U0001f600", "\ufb33", "\ud7ff", "\ue000", "\U00010000"]), st.none()))
def test_keys_beyond_the_basic_plane_are_sorted_by_utf16_unit(value):
    assert encode(value) == rfc8785.dumps(value)
    assert list(decode(encode(value))) == sorted(value, key=lambda key: key.encode("utf-16be"))


def test_rfc_8785_sorting_example():
    """RFC 8785, 3.2.3: the order of its seven names."""
    given_order = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(decode(encode(given_order)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_rfc_8785_string_and_literal_example():
    """RFC 8785, 3.2.2: its sample without the numbers, which are floats and refused here."""
    sample = json.loads(
        '{"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}'
    )
    assert encode(sample) == (b'{"literals":[null,true,false],"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}')


@pytest.mark.parametrize(
    ("value", "code", "place"),
    [
        ({"a": [1, {"b": 0.5}]}, "canonical:float", "a[1].b"),
        (float("nan"), "canonical:float", ""),
        ({"n": MAX_INTEGER + 1}, "canonical:integer", "n"),
        ([-MAX_INTEGER - 1], "canonical:integer", "[0]"),
        ({"a": {1: 2}}, "canonical:key", "a[1]"),
        ({None: 2}, "canonical:key", "[None]"),
        ({"a": b"x"}, "canonical:type", "a"),
        ([{1, 2}], "canonical:type", "[0]"),
        ("\ud800", "canonical:surrogate", ""),
        ({"\udfff": 1}, "canonical:surrogate", ""),
        (["\U0001f600", "\ud800"], "canonical:surrogate", ""),
    ],
)
def test_a_value_without_one_spelling_is_refused_with_its_place(value, code, place):
    with pytest.raises(InvalidInputError) as caught:
        encode(value)
    assert (caught.value.code, caught.value.place) == (code, place)


def nested(depth: int) -> object:
    value: object = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def test_what_may_be_encoded_may_be_decoded_and_the_depth_is_bounded_on_both_sides():
    assert decode(encode(nested(32))) == nested(32)
    with pytest.raises(InvalidInputError) as caught:
        encode(nested(33))
    assert caught.value.code == "canonical:depth"


def test_a_value_that_holds_itself_is_refused():
    value: list[object] = []
    value.append(value)
    with pytest.raises(InvalidInputError) as caught:
        encode(value)
    assert caught.value.code == "canonical:depth"


def test_texts_and_numbers_of_derived_types_are_spelled_by_their_value():
    class Colour(enum.StrEnum):
        RED = "red"

    class Rank(enum.IntEnum):
        FIRST = 1

    assert encode({Colour.RED: [Colour.RED, Rank.FIRST, True]}) == b'{"red":["red",1,true]}'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"a":1}', "canonical:duplicate-key"),
        (b'{"a":1,"a":2}', "canonical:duplicate-key"),
        (b'[{"b":{"a":1,"\\u0061":2}}]', "canonical:duplicate-key"),
        (b'"\\ud800"', "canonical:surrogate"),
        (b'{"\\udc00":1}', "canonical:surrogate"),
        (b'"\xed\xa0\x80"', "canonical:utf8"),
        (b'"\xff"', "canonical:utf8"),
        (b"1.0", "canonical:float"),
        (b"1e3", "canonical:float"),
        (b"-0.0", "canonical:float"),
        (b"NaN", "canonical:float"),
        (b"-Infinity", "canonical:float"),
        (b"-0", "canonical:spelling"),
        (b"9007199254740992", "canonical:integer"),
        (b"-9007199254740992", "canonical:integer"),
        (b"1" * 5000, "canonical:integer"),
        (b'\xef\xbb\xbf{"a":1}', "canonical:bom"),
        (b'{"a":1} ', "canonical:spelling"),
        (b'{"b":1,"a":2}', "canonical:spelling"),
        (b'{"a": 1}', "canonical:spelling"),
        (b'"\\u0041"', "canonical:spelling"),
        (b'"\\/"', "canonical:spelling"),
        (b'"\\u001F"', "canonical:spelling"),
        (b'"\xc3\xa9\\u00e9"', "canonical:spelling"),
        ('{"\ufb33":1,"\U0001f600":2}'.encode(), "canonical:spelling"),
        (b"", "canonical:json"),
        (b"01", "canonical:json"),
        (b'{"a":1', "canonical:json"),
        (b'{"a":1}{"a":1}', "canonical:json"),
        (b'"a\x00b"', "canonical:json"),
        (b"{'a':1}", "canonical:json"),
        (b'"abc\\', "canonical:json"),
    ],
)
def test_bytes_that_could_be_read_in_two_ways_are_refused(data, code):
    assert refused(data) == code


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_refused(encoding):
    assert refused('{"a":1}'.encode(encoding)).startswith("canonical:")


def test_size_is_bounded_before_anything_is_read():
    assert refused(b"\xff" * 11, max_bytes=10) == "canonical:size"


@pytest.mark.parametrize(
    "data",
    [
        b"[" * (4 << 20),
        b'{"a":' * (800 << 10),
        b"[" * 33 + b"]" * 33,
        b'["\\"[",' + b"[" * 32 + b"]" * 33,
    ],
)
def test_deep_nesting_is_refused_before_it_is_parsed(data):
    started = time.process_time()
    assert refused(data) == "canonical:depth"
    assert time.process_time() - started < 1


@pytest.mark.parametrize("data", [b'"' + b'\\"' * (2 << 20), b'["' * (1 << 20), b'"\\' * (1 << 20), b"\\" * (4 << 20)])
def test_hostile_quotes_cost_linear_time(data):
    started = time.process_time()
    assert refused(b"[" * 33 + data[: (4 << 20) - 40]).startswith("canonical:")
    assert refused(data[: 4 << 20]).startswith("canonical:")
    assert time.process_time() - started < 2


def test_brackets_inside_texts_do_not_count_as_depth():
    value = {"a": "[" * 100 + '\\"{' * 100}
    assert decode(encode(value)) == value


def test_a_narrower_depth_may_be_asked_for():
    assert refused(b"[[[]]]", max_depth=2) == "canonical:depth"
    assert decode(b"[[]]", max_depth=2) == [[]]


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_either_canonical_or_refused_as_input(data):
    assert outcome(data) in {data, None}


@given(VALUES, st.data())
def test_any_changed_byte_changes_the_value_or_is_refused(value, data):
    encoded = bytearray(encode(value))
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place] ^= data.draw(st.integers(1, 255))
    assert bytes(encoded) != encode(value)
    assert outcome(bytes(encoded)) in {bytes(encoded), None}


def test_digests_are_sha256_of_the_canonical_bytes():
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest_of({"b": 1, "a": 2}) == sha256_hex(b'{"a":2,"b":1}')


@given(st.binary(max_size=40))
def test_base64url_round_trips_without_padding(data):
    assert from_b64(to_b64(data)) == data
    assert "=" not in to_b64(data)


@pytest.mark.parametrize("text", ["QQ==", "QR", "QUJ", "a+b/", "a", "QQ\n", "QQ ", "Q!Q", "é", "QUJD\u0661"])
def test_a_second_spelling_of_bytes_is_refused(text):
    with pytest.raises(InvalidInputError) as caught:
        from_b64(text)
    assert caught.value.code == "canonical:base64"
