"""Places in a content: what is put is found again, the rest stays, and nothing outside the grammar is a place."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from comity.values.errors import InvalidInputError
from comity.web.drafting.fields import SECTIONS
from comity.web.drafting.places import steps_of, value_at, with_entry, with_value, without_entry
from comity.web.drafting.reading import content_from
from comity.web.drafting.sheet import GapLine, sheet_of
from tests.requests.matters import to_colombia, to_luxembourg

PLACES = [
    field.place for section in SECTIONS if not section.repeats and not section.only_under for field in section.fields
]
CONTENT = {
    "language": "fr",
    "facts": {"fr": "Faits"},
    "eio": {"issuer_kind": "judge"},
    "persons": [{"id": "p1", "name": "Arturo Menxe-Test", "role": "suspect"}],
    "parts": [{"id": "a", "measure": "bank-records"}, {"id": "c", "measure": "hearing-witness"}],
}


@given(st.sampled_from(PLACES), st.text(min_size=1), st.text(min_size=1))
def test_what_is_put_is_found_and_the_rest_stays(place, text, other):
    before = {**CONTENT, "procedure": {"fr": other}}
    after = with_value(before, place, text)
    assert value_at(after, place) == text
    assert after["eio"] == CONTENT["eio"]
    assert before == {**CONTENT, "procedure": {"fr": other}}


@given(st.sampled_from(PLACES))
def test_what_is_emptied_is_not_stated(place):
    after = with_value(with_value(CONTENT, place, "x"), place, "")
    assert value_at(after, place) is None


@pytest.mark.parametrize(
    "place", ["", "__class__", "parts[1", "parts[9999]", "a..b", "facts.fr; drop", "../x", "parts[0][1]"]
)
def test_what_is_no_place_is_refused(place):
    with pytest.raises(InvalidInputError) as refused:
        steps_of(place)
    assert refused.value.code == "draft:place"


def test_entries_come_and_go_and_end_at_a_hundred():
    one = with_entry({}, "persons", {"id": "p1"})
    assert without_entry(one, "persons", 0) == {}
    full = {"persons": [{"id": f"p{n}"} for n in range(100)]}
    with pytest.raises(InvalidInputError):
        with_entry(full, "persons", {"id": "p101"})


def test_a_form_changes_only_what_it_asked_for():
    posted = QueryDict(mutable=True)
    posted["asked:facts"] = "1"
    posted["facts.fr"] = "Faits nouveaux\r\nsur deux lignes"
    posted["facts.es"] = " Hechos "
    posted["matter.fr"] = "not asked for, so not read"
    after = content_from(posted, CONTENT, ["fr", "es"])
    assert after["facts"] == {"fr": "Faits nouveaux\nsur deux lignes", "es": "Hechos"}
    assert "matter" not in after
    assert {key: after[key] for key in ("eio", "persons", "parts")} == {
        key: CONTENT[key] for key in ("eio", "persons", "parts")
    }


def test_questions_stand_side_by_side_in_their_languages():
    posted = QueryDict(mutable=True)
    posted["asked:parts[1].questions"] = "1"
    posted["parts[1].questions.fr"] = "Une ?\nDeux ?"
    posted["parts[1].questions.es"] = "¿Una?\n¿Dos?\n"
    after = content_from(posted, CONTENT, ["fr", "es"])
    assert after["parts"][1]["questions"] == [{"fr": "Une ?", "es": "¿Una?"}, {"fr": "Deux ?", "es": "¿Dos?"}]


def test_ticks_and_lists_are_read_as_what_they_are():
    posted = QueryDict(mutable=True)
    posted["asked:offences"] = posted["asked:persons[0].nationality"] = posted["asked:persons[0].confidential"] = "1"
    posted.setlist("offences", ["fraud", "money-laundering"])
    posted["persons[0].nationality"] = "CO, CH,"
    posted["persons[0].confidential"] = "yes"
    after = content_from(posted, CONTENT, ["fr"])
    assert after["offences"] == ["fraud", "money-laundering"]
    assert after["persons"][0]["nationality"] == ["CO", "CH"]
    assert after["persons"][0]["confidential"] is True


def test_a_gap_stands_at_its_field_and_nowhere_else():
    gap = GapLine("parts[0].account", "No account is named.", "Art. 27")
    lines = sheet_of(CONTENT, ["fr"], [gap])
    fields = [field for section in lines for group in section.groups for field in group.fields]
    assert [field.place for field in fields if field.gaps] == ["parts[0].account"]


def test_a_measure_is_asked_only_what_belongs_to_it():
    lines = next(section for section in sheet_of(CONTENT, ["fr"], []) if section.section.id == "parts")
    asked = [{field.asked.place for field in group.fields} for group in lines.groups]
    assert "account" in asked[0]
    assert "account" not in asked[1]
    assert "questions" in asked[1]


def test_a_line_said_in_two_languages_is_shown_and_kept_in_both():
    content = {**CONTENT, "use": {"proceedings": {"fr": "Cette procédure", "es": "Este procedimiento"}}}
    lines = sheet_of(content, ["fr"], [])
    line = next(f for s in lines for g in s.groups for f in g.fields if f.place == "use.proceedings")
    assert {value.language: value.value for value in line.values} == content["use"]["proceedings"]
    posted = QueryDict(mutable=True)
    posted["asked:use.proceedings"] = "1"
    for value in line.values:
        posted[value.name] = value.value
    assert content_from(posted, content, ["fr"])["use"] == content["use"]


def test_a_form_sent_back_as_it_was_shown_changes_nothing():
    for content in (to_colombia(), to_luxembourg(), to_luxembourg("other")):
        languages = ["fr", "es"]
        posted = QueryDict(mutable=True)
        for section in sheet_of(content, languages, []):
            for group in section.groups:
                for field in group.fields:
                    posted[f"asked:{field.place}"] = "1"
                    if field.kind.value == "choices":
                        posted.setlist(field.place, [code for code, _label, chosen in field.options if chosen])
                    else:
                        for value in field.values:
                            posted[value.name] = value.value
        assert content_from(posted, content, languages) == {**content, "parts": without_false(content["parts"])}


def without_false(parts):
    """A tick that is not set is not stated: the one thing the form does not tell from a plain no."""
    return [{key: value for key, value in part.items() if value is not False} for part in parts]
