import json
from typing import Any

import pytest

from comity.documents.letters import KINDS, compose_letter
from comity.forms.content import PART_FIELDS, PERSON_FIELDS, parse_content
from comity.seals.canonical import digest_of
from comity.values.errors import InvalidInputError
from tests.documents.specimens import CONTENT, CONTEXT


def rows_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Every label and value of a document, those inside measures and persons too."""

    def walk(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found = []
        for block in blocks:
            found += block.get("rows", []) if block["kind"] == "rows" else []
            for part in block.get("parts", []):
                found += walk(part["blocks"])
        return found

    return [row for section in data["sections"] for row in walk(section["blocks"])]


@pytest.mark.parametrize("kind", KINDS)
def test_composed_data_is_plain_json(kind: str) -> None:
    data = compose_letter(kind, {}, CONTEXT, "fr")
    assert json.loads(json.dumps(data)) == data


def test_the_footer_carries_the_digest_of_the_content_or_the_one_handed_in() -> None:
    assert compose_letter("letter-of-request", CONTENT, CONTEXT, "fr")["footer"]["digest"] == digest_of(CONTENT)
    given = compose_letter("letter-of-request", CONTENT, {**CONTEXT, "digest": "ab" * 32}, "fr")
    assert given["footer"]["digest"] == "ab" * 32


def test_sections_stand_in_order_and_those_without_content_are_left_out() -> None:
    full = [section["title"] for section in compose_letter("letter-of-request", CONTENT, CONTEXT, "en")["sections"]]
    assert full[0] == "Authority making the request"
    assert (
        full.index("Summary of the relevant facts") < full.index("Assistance sought") < full.index("Dual criminality")
    )
    less = {key: value for key, value in CONTENT.items() if key not in ("urgency", "dual_criminality")}
    short = [section["title"] for section in compose_letter("letter-of-request", less, CONTEXT, "en")["sections"]]
    assert [title for title in full if title not in short] == ["Dual criminality", "Urgency and time limit"]


def test_a_text_that_was_not_translated_prints_in_the_original_with_a_remark_and_a_name_without() -> None:
    content = {**CONTENT, "purpose": {"fr": "Établir l’origine"}, "authority": {"name": {"fr": "Ministère fictif"}}}
    data = compose_letter("letter-of-request", content, CONTEXT, "es")
    section = next(item for item in data["sections"] if item["title"].startswith("Finalidad"))
    assert section["blocks"][0]["paragraphs"] == ["[Texto en el idioma del original: francés] Établir l’origine"]
    assert {"label": "Autoridad", "value": "Ministère fictif", "verified": True, "mono": False} in rows_of(data)


def test_the_confidential_person_is_marked_and_named_among_the_protected() -> None:
    data = compose_letter("letter-of-request", CONTENT, CONTEXT, "fr")
    persons = next(item for item in data["sections"] if item["title"] == "Personnes visées")
    assert [part["note"] for part in persons["blocks"][0]["parts"]] == ["", "confidentiel"]
    secret = next(item for item in data["sections"] if item["title"] == "Confidentialité")
    assert "Consuelo Testigo Inventada" in secret["blocks"][-1]["paragraphs"][0]


def test_the_channel_prints_in_the_language_by_its_code_or_as_it_was_worded() -> None:
    for given, printed in (("central", "par les autorités centrales"), ("par messager", "par messager")):
        data = compose_letter("letter-of-request", CONTENT, {**CONTEXT, "channel": given}, "fr")
        assert {"label": "Voie", "value": printed} in data["references"]


def test_an_unsigned_letter_says_so() -> None:
    signatory = {**CONTEXT["signatory"], "signed_on": None}
    data = compose_letter("letter-of-request", CONTENT, {**CONTEXT, "signatory": signatory}, "fr")
    assert data["signature"]["state"] == "Non signé"
    assert not data["signature"]["signed"]


def test_a_refusal_names_each_ground_with_its_provision_and_says_when_no_remedy_is_stated() -> None:
    ground = {
        "title": "No dual criminality",
        "provision": "Arts 7(1)",
        "kind": "optional",
        "reasons": "Because.",
        "verified": True,
    }
    data = compose_letter("refusal", {"scope": "part", "grounds": [ground]}, CONTEXT, "en")
    values = {row["value"]: row for row in rows_of(data)}
    assert values["Arts 7(1)"]["label"] == "optional ground"
    assert "Refused in part" in values
    assert data["sections"][-1]["blocks"][0]["paragraphs"] == ["No legal remedy is stated in the decision."]
    unread = compose_letter("refusal", {"grounds": [{**ground, "verified": False}]}, CONTEXT, "en")
    assert [row["verified"] for row in rows_of(unread) if row["value"] == "Arts 7(1)"] == [False]


def test_the_cover_letter_vouches_for_authenticity_and_lists_what_it_vouches_for() -> None:
    content = {
        "items": [{"title": "records.zip", "size": 209715200, "digest": "a" * 64}],
        "authenticity": {"provision": "Art. 29(3)", "verified": True},
        "conditions": [{"text": "Only for the stated proceedings.", "provision": "Art. 15", "verified": True}],
    }
    data = compose_letter("cover-letter", content, CONTEXT, "en")
    by_title = {section["title"]: section for section in data["sections"]}
    assert by_title["Items transmitted"]["blocks"][0]["rows"] == [["records.zip", "a" * 64, "209,715,200 bytes"]]
    assert by_title["Authenticity"]["provision"] == "Art. 29(3)"
    assert "guarantees the authenticity" in by_title["Authenticity"]["blocks"][0]["paragraphs"][0]
    assert by_title["Conditions of use"]["blocks"][0]["parts"][0]["title"] == "Art. 15"


@pytest.mark.parametrize("kind", ["cover-note", "acknowledgement", "reminder", "refusal", "cover-letter"])
def test_what_the_officer_wrote_stands_after_the_opening(kind: str) -> None:
    data = compose_letter(kind, {"language": "fr", "text": {"fr": "Premier.\n\nSecond."}}, CONTEXT, "fr")
    assert data["opening"][1:] == ["Premier.", "Second."]


def test_an_unknown_kind_language_or_handling_code_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no document of the kind 'poem'"):
        compose_letter("poem", {}, {}, "fr")
    with pytest.raises(InvalidInputError) as caught:
        compose_letter("reminder", {}, {}, "tlh")
    assert caught.value.code == "document:language"
    with pytest.raises(InvalidInputError) as caught:
        compose_letter("reminder", {}, {"handling": "H9"}, "fr")
    assert caught.value.code == "document:handling"
    with pytest.raises(InvalidInputError) as caught:
        compose_letter("reminder", {}, {"handling": {"code": "H3", "text": "x" * 241}}, "fr")
    assert caught.value.code == "document:ribbon"


def test_a_value_that_looks_like_a_place_of_a_sentence_is_not_filled_in() -> None:
    content = {**CONTENT, "use": {"proceedings": "{proceedings} {0} %s"}}
    data = compose_letter("letter-of-request", content, CONTEXT, "en")
    use = next(item for item in data["sections"] if item["title"] == "Use of the results")
    assert use["blocks"][0]["paragraphs"] == [
        "The results will be used in these proceedings only: {proceedings} {0} %s."
    ]


SHOWN_OTHERWISE = {
    "id": "a)",
    "measure": "Documents bancaires",
    "holder": "Nom-p1 (p1)",
    "person": "Nom-p1 (p1)",
    "period": "du 1er février 2026 au 2 mars 2026",
    "questions": "question-1",
    "oath": "oui",
    "amount": "CHF 12.50",
    "variant": "décision de confiscation",
    "direction": "vers l’État requis",
    "role": "témoin",
    "date_of_birth": "3 janvier 1980",
    "nationality": "Colombie",
    "languages": "espagnol",
    "sex": "féminin",
    "confidential": "confidentiel",
}
GIVEN = {
    "id": "a",
    "measure": "bank-records",
    "holder": "p1",
    "person": "p1",
    "period": {"from": "2026-02-01", "to": "2026-03-02"},
    "questions": [{"fr": "question-1"}],
    "oath": True,
    "amount": {"amount": "12.50", "currency": "CHF"},
    "variant": "confiscation",
    "direction": "to-requested",
    "role": "witness",
    "date_of_birth": "1980-01-03",
    "nationality": ["CO"],
    "languages": ["es"],
    "sex": "female",
    "confidential": True,
    "other_names": ["told-other_names"],
    "identity_documents": ["told-identity_documents"],
}


@pytest.mark.parametrize("key", PART_FIELDS)
def test_whatever_a_measure_states_is_in_the_letter(key: str) -> None:
    part = {"id": "a", "measure": "bank-records", key: GIVEN.get(key, f"told-{key}")}
    content = parse_content({"language": "fr", "persons": [{"id": "p1", "name": "Nom-p1"}], "parts": [part]})
    printed = json.dumps(compose_letter("letter-of-request", content, CONTEXT, "fr"), ensure_ascii=False)
    assert SHOWN_OTHERWISE.get(key, f"told-{key}") in printed


@pytest.mark.parametrize("key", PERSON_FIELDS)
def test_whatever_is_stated_of_a_person_is_in_the_letter(key: str) -> None:
    person = {"id": "a", key: GIVEN.get(key, f"told-{key}")}
    content = parse_content({"language": "fr", "persons": [person]})
    printed = json.dumps(compose_letter("letter-of-request", content, CONTEXT, "fr"), ensure_ascii=False)
    assert SHOWN_OTHERWISE.get(key, f"told-{key}").rstrip(")") in printed


def test_who_is_to_be_present_and_the_foreign_provisions_are_in_the_letter() -> None:
    content = parse_content(
        {
            "language": "fr",
            "procedure": {"fr": "Sous serment"},
            "procedure_law": {"fr": "Art. 177 CPP"},
            "presence": [{"name": "A. Fictive", "function": "procureure", "reason": {"fr": "poser des questions"}}],
        }
    )
    data = compose_letter("letter-of-request", content, CONTEXT, "fr")
    values = {row["value"] for row in rows_of(data)}
    assert {"Art. 177 CPP", "A. Fictive, procureure, poser des questions"} <= values


def test_the_instrument_is_named_in_the_language_of_the_letter() -> None:
    basis = [{"instrument": "BILATERAL-CH-CO-MLA", "title": "Treaty", "verified": True}]
    for language, title in (("fr", "Traité d’entraide"), ("es", "Tratado de 27 de enero"), ("en", "Treaty of 27 Jan")):
        data = compose_letter("letter-of-request", CONTENT, {**CONTEXT, "legal_basis": basis}, language)
        assert any(row["value"].startswith(title) for row in rows_of(data))
    unknown = [{"instrument": "BILATERAL-AA-BB-MLA", "title": "Treaty of their own", "verified": True}]
    data = compose_letter("letter-of-request", CONTENT, {**CONTEXT, "legal_basis": unknown}, "fr")
    assert "Treaty of their own" in [row["value"] for row in rows_of(data)]
    note = compose_letter("cover-note", {"request": {"basis": "UNTOC"}}, CONTEXT, "es")
    assert any(row["value"].startswith("Convención de las Naciones Unidas") for row in rows_of(note))
