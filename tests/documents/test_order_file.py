import json
from typing import Any

import pytest

from comity.documents.order_file import order_file
from comity.forms.catalogue import load_form
from comity.seals.canonical import decode, digest_of, encode
from comity.values.errors import InvalidInputError
from tests.documents.specimens import CONTENT
from tests.documents.test_european_order import ORDER, SIDES

SIGNED = [{"language": "fr", "digest": "ab" * 32, "name": "eio-annex-a-fr.pdf"}]


def told(content: dict[str, Any] = ORDER, **context: Any) -> Any:
    return json.loads(order_file(content, {**SIDES, "documents": SIGNED, **context}))


def field(data: Any, place: str) -> Any:
    entries = [entry for section in data["sections"] for entry in section["fields"]]
    entries += [entry for section in data["sections"] for who in section.get("persons", []) for entry in who["fields"]]
    return next(entry for entry in entries if entry["id"] == place)


def test_the_file_is_canonical_and_the_same_for_the_same_order() -> None:
    once = order_file(ORDER, SIDES)
    assert once == order_file(ORDER, SIDES)
    assert encode(decode(once)) == once


def test_the_file_says_plainly_that_it_is_not_the_unions_schema() -> None:
    data = told()
    assert "not the schema of the Union" in data["statement"]
    assert "was not read" in data["statement"]
    assert (data["format"], data["version"]) == ("comity-order-file", 1)


def test_it_names_the_signed_document_and_the_content_by_digest() -> None:
    data = told()
    assert data["documents"] == SIGNED
    assert data["content_digest"] == digest_of(ORDER)
    assert told(digest="cd" * 32)["content_digest"] == "cd" * 32


def test_every_section_of_annex_a_stands_and_those_not_asked_for_do_not_apply() -> None:
    sections = {section["id"]: section for section in told()["sections"]}
    assert list(sections) == [section.letter for section in load_form("eio_annex_a").sections]
    assert sections["H4"]["applies"]
    assert not sections["H7"]["applies"]
    assert sections["H7"]["fields"] == []


def test_no_field_nobody_read_counts_as_verified() -> None:
    data = told()
    entries = [entry for section in data["sections"] for entry in section["fields"]]
    assert len(entries) > 20
    assert not any(entry["verified"] for entry in entries)
    assert not data["verified"]


def test_a_field_has_its_values_in_every_language_and_the_code_behind_them() -> None:
    data = told()
    state = field(data, "A.issuing_state")
    assert state["values"] == {"fr": "Tchéquie", "es": "Chequia"}
    assert state["code"] == "CZ"
    assert field(data, "F.type")["code"] == "a_criminal"
    assert field(data, "G.categories")["code"] == ["EAW-05", "EAW-09"]
    assert field(data, "C.measure_type")["code"] == ["bank-records", "bank-records", "hearing-witness"]
    assert field(data, "B.shorter_deadline")["code"] == "2027-01-31"
    assert field(data, "G.necessity")["values"]["fr"] == "Aucune autre source."


def test_persons_and_offices_are_in_it() -> None:
    data = told()
    persons = next(section for section in data["sections"] if section["id"] == "E")["persons"]
    assert [person["id"] for person in persons] == ["p1", "p2"]
    assert persons[1]["codes"] == {"role": "witness", "nationality": ["CO"], "languages": ["es"], "confidential": True}
    assert field(data, "L.name")["values"]["fr"] == "Fictional court"
    assert field(data, "K.type")["values"]["fr"] == "autre autorité compétente"


@pytest.mark.parametrize("letter", ["K", "L"])
def test_what_the_document_prints_of_an_office_is_in_the_file(letter: str) -> None:
    section = next(section for section in told()["sections"] if section["id"] == letter)
    assert {f"{letter}.signature.name", f"{letter}.signature.date"} <= {entry["id"] for entry in section["fields"]}


def test_a_letter_of_request_is_not_offered_as_an_order() -> None:
    with pytest.raises(InvalidInputError) as caught:
        order_file(CONTENT, SIDES)
    assert caught.value.code == "document:order"
