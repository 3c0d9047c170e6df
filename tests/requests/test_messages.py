"""Bodies are checked strictly, and the error names the place of the fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.requests.messages import KINDS, MessageType, check_body, parse_type
from comity.values.errors import InvalidInputError
from tests.requests.letters import body_of

M = MessageType
WHOLE = [kind for kind in M if kind is not M.RECORDED]


@pytest.mark.parametrize("kind", WHOLE)
def test_a_body_in_order_is_taken(kind: MessageType) -> None:
    check_body(kind, body_of(kind))


@pytest.mark.parametrize("kind", WHOLE)
def test_an_unknown_field_is_refused_by_name(kind: MessageType) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_body(kind, {**body_of(kind), "surprise": 1})
    assert caught.value.place == "surprise"


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind in WHOLE for field in body_of(kind)])
def test_a_missing_field_is_refused_by_name(kind: MessageType, field: str) -> None:
    body = {name: value for name, value in body_of(kind).items() if name != field}
    with pytest.raises(InvalidInputError) as caught:
        check_body(kind, body)
    assert caught.value.place == field


@pytest.mark.parametrize(
    ("kind", "change", "place"),
    [
        (M.TRANSMITTED, {"content": {"parts": []}}, "content.parts"),
        (M.TRANSMITTED, {"content": {"parts": [{"id": "a"}]}}, "content.parts[0].measure"),
        (M.TRANSMITTED, {"content": {"parts": [{"id": "a", "measure": "x"}] * 2}}, "content.parts[1].id"),
        (M.TRANSMITTED, {"release": {"digest": "AB", "documents": [], "attachments": []}}, "release.digest"),
        (M.ACCEPTED, {"parts": ["a", "a"]}, "parts"),
        (M.ACCEPTED, {"parts": []}, "parts"),
        (M.ACCEPTED, {"conditions": [{"kind": "specialty"}]}, "conditions[0].text"),
        (M.DECLINED, {"grounds": [{"ground": "g", "provision": "", "reason": {"en": "r"}}]}, "grounds[0].provision"),
        (M.DECLINED, {"partial": 1}, "partial"),
        (M.POSTPONED, {"until": "2026-02-30"}, "until"),
        (M.ACKNOWLEDGED, {"received_at": "2026-11-02"}, "received_at"),
        (M.PASSED_ON, {"authority": "co-f14"}, "authority"),
        (M.QUESTIONED, {"text": {"ES": "x"}}, "text.ES"),
        (M.QUESTIONED, {"text": {}}, "text"),
        (M.QUESTIONED, {"text": {"es": " "}}, "text.es"),
        (M.QUESTIONED, {"text": {"es": "x" * 20_001}}, "text.es"),
        (M.EVIDENCE_RETURNED, {"items": [{"item": "i"}]}, "items[0].digest"),
        (M.EXECUTED, {"record": {"on": "2026-11-04", "place": "x"}}, "record.by"),
    ],
)
def test_the_fault_is_named_where_it_stands(kind: MessageType, change: dict, place: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_body(kind, {**body_of(kind), **change})
    assert caught.value.place == place


@pytest.mark.parametrize(
    ("kind", "change", "place"),
    [
        (
            M.TRANSMITTED,
            {"content": {"parts": [{"id": "a", "measure": "m", "bank": "x\x00"}]}},
            "content.parts[0].bank",
        ),
        (M.REMINDED, {"text": {"es": "a\x00b"}}, "text.es"),
        (M.ACKNOWLEDGED, {"annex_b": {"name": "\x00"}}, "annex_b.name"),
        (M.ACKNOWLEDGED, {"annex_b": {"name": {"deep": {"er": 1}}}}, "annex_b.name.deep"),
        (M.ACKNOWLEDGED, {"number": "9" * 121}, "number"),
        (
            M.TRANSMITTED,
            {"prediction": {"on": "2026-11-02", "instrument": "", "lines": [{}]}},
            "prediction.lines[0].part",
        ),
    ],
)
def test_what_a_database_or_page_could_not_keep_is_refused(kind: MessageType, change: dict, place: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_body(kind, {**body_of(kind), **change})
    assert caught.value.place == place


def test_a_recorded_letter_is_checked_as_what_it_records() -> None:
    body = {"what": "request.questioned", "letter_on": "2026-12-01", "source": "1" * 64, "note": "not-signed-by-them"}
    check_body(M.RECORDED, {**body, "body": body_of(M.QUESTIONED)})
    with pytest.raises(InvalidInputError) as caught:
        check_body(M.RECORDED, {**body, "body": {"text": {"es": "x"}}})
    assert caught.value.place == "body.question_id"
    with pytest.raises(InvalidInputError):
        check_body(M.RECORDED, {**body, "what": "request.recorded", "body": {}})


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_type("request.invented")
    assert caught.value.place == "type"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(list(KINDS)), st.dictionaries(st.sampled_from(["parts", "text", "reason", "body"]), JSON))
def test_hostile_bodies_are_taken_or_end_in_a_fault_and_nothing_else(kind: MessageType, body: dict) -> None:
    faults = []
    try:
        check_body(kind, body)
    except InvalidInputError as error:
        faults.append(error.code)
    assert faults in ([], ["requests:body"])


@given(st.sampled_from(WHOLE), st.data())
def test_any_field_replaced_by_any_value_ends_in_acceptance_or_a_named_fault(kind: MessageType, data) -> None:
    body = body_of(kind)
    field = data.draw(st.sampled_from(sorted(body)))
    faults = []
    try:
        check_body(kind, {**body, field: data.draw(JSON)})
    except InvalidInputError as error:
        faults.append(error.place)
    assert all(place.startswith(field) for place in faults)
