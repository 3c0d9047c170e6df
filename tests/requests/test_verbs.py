"""Values from a face are read strictly by the type of their field, and the fault names the field."""

import dataclasses
import inspect
from dataclasses import MISSING
from datetime import UTC, date, datetime

import pytest

from comity.requests.actions.verbs import READERS, VERBS, read_values
from comity.requests.gathering import Things
from comity.values.errors import InvalidInputError


def fault(verb: str, **values) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read_values(VERBS[verb], values)
    return caught.value.place


def arguments_of(names: set[str], things: Things) -> set[str]:
    """Names of fields as names of arguments: those of a thing stand for it, and none that it needs is lacking."""
    for argument, kind in things:
        members = {one.name for one in dataclasses.fields(kind)}
        needed = {one.name for one in dataclasses.fields(kind) if one.default is one.default_factory is MISSING}
        assert needed <= names, argument
        names = names - members | {argument}
    return names


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verbs_fields_are_its_functions_parameters(name: str) -> None:
    verb = VERBS[name]
    parameters = inspect.signature(verb.function).parameters
    names = arguments_of({field.name for field in verb.fields}, verb.things)
    known = {"act", "dossier", "version", *names, *verb.needs}
    assert {key for key, one in parameters.items() if one.default is one.empty} <= known
    assert known <= set(parameters)
    for field in verb.fields:
        if field.required and field.name != "parts" and field.name in parameters:
            assert parameters[field.name].default is inspect.Parameter.empty
        assert field.type in READERS


def test_a_missing_unknown_or_wrong_value_is_named() -> None:
    assert fault("sign_request") == "digest"
    assert fault("sign_request", digest="x", other="y") == "other"
    assert fault("sign_request", digest=7) == "digest"
    assert fault("accept_request", parts="a") == "parts"
    assert fault("note_posting", on="2026-02-30", number="1") == "on"
    assert fault("assess_conformity", conforms="yes") == "conforms"
    assert fault("ask_question", text={"es": "  "}) == "text"
    assert fault("ask_question", text={"es": 4}) == "text"
    assert fault("record_letter", what="request.transmitted", body={}, letter_on="2026-01-01") == "what"


def test_values_are_read_by_their_types_and_blank_ones_left_out() -> None:
    read = read_values(
        VERBS["register_request"],
        {"number": " 1 ", "contact": "c", "received_at": "2026-11-02T08:00:00.000Z", "annex_b": {}},
    )
    assert read == {"number": "1", "contact": "c", "received_at": datetime(2026, 11, 2, 8, tzinfo=UTC)}
    assert read_values(VERBS["note_posting"], {"on": "2026-11-02", "number": "1", "remind_on": ""}) == {
        "on": date(2026, 11, 2),
        "number": "1",
    }


def test_json_is_an_object_or_a_list_of_them_as_the_table_says() -> None:
    for wrong in ("x", 3, [1], ["x"], [["x"]], {"ground": "x"}):
        assert fault("decline_parts", parts=["a"], grounds=wrong) == "grounds"
    for wrong in ("x", 3, [{"sent_by": "x"}]):
        assert fault("confirm_receipt", annex_b=wrong) == "annex_b"
    grounds = [{"ground": "x", "reason": {"en": "y"}}]
    assert read_values(VERBS["decline_parts"], {"parts": ["a"], "grounds": grounds})["grounds"] == grounds
