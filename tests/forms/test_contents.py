import pytest

from comity.forms.addons import FORM, PRESERVATION, SECTIONS_OF_MEASURE, STATED_AT
from comity.forms.catalogue import load_form
from comity.forms.content import parse_content
from comity.forms.contents import FIELD_OF_ELEMENT, FORM_OF_INSTRUMENT, asked, governing_form
from comity.forms.elements import ELEMENTS


@pytest.mark.parametrize("form_id", sorted(FIELD_OF_ELEMENT))
def test_every_renamed_element_leads_to_a_field_of_its_form(form_id: str) -> None:
    places = {place for place, _ in load_form(form_id).walk()}
    assert set(FIELD_OF_ELEMENT[form_id].values()) <= places


@pytest.mark.parametrize("instrument", sorted(FORM_OF_INSTRUMENT))
def test_every_instrument_leads_to_a_form_that_asks_for_something_checked(instrument: str) -> None:
    assert any(asked(instrument, element) for element in ELEMENTS)


def test_an_instrument_whose_list_nobody_read_is_held_against_the_general_one_unverified() -> None:
    assert governing_form("BILATERAL-GB-US-MLA").id == "general_mla"
    found = asked("BILATERAL-GB-US-MLA", "facts")
    assert found is not None
    assert not found.field.verified


def test_the_provision_that_asks_is_the_instruments_own() -> None:
    found = asked("UNTOC", "facts")
    assert found is not None
    assert (found.field.provision, found.field.verified) == ("Art. 18(15)(c)", True)
    found = asked("BILATERAL-CH-CO-MLA-2011", "facts")
    assert found is not None
    assert (found.field.provision, found.field.verified) == ("Art. 27(1)(e)", True)
    assert asked("UNTOC", "dual_criminality") is None


def test_the_checklist_of_each_measure_names_fields_and_keys_that_exist() -> None:
    checklist = load_form(FORM)
    for letters in SECTIONS_OF_MEASURE.values():
        assert all(checklist.section(letter) for letter in letters)
    places = {place for form in (FORM, PRESERVATION) for place, _ in load_form(form).walk()}
    assert set(STATED_AT) <= places
    flags, records = {"oath"}, {"period": {"from": "2026-01-01"}, "questions": ["?"], "holder": "p", "person": "p"}
    for key in {key for keys in STATED_AT.values() for key in keys}:
        value = records.get(key, True if key in flags else "x")
        content = {"persons": [{"id": "p", "name": "X"}], "parts": [{"id": "a", key: value}]}
        assert key in parse_content(content)["parts"][0]
