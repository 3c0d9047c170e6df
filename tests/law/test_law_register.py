"""The register as shipped, and law files that must be refused."""

from datetime import date

import pytest
import yaml

from comity.law.law_files import LawLoader, Sources, instrument_of, load_sources
from comity.law.refusal import refusal_grounds
from comity.law.register import _names_in, load_register
from comity.law.vocabulary import MEASURES, OFFENCES, parse_measure, parse_offence
from comity.values.errors import BrokenError, InvalidInputError

REGISTER = load_register()
GOOD = {
    "title": "A treaty",
    "kind": "multilateral",
    "rank": 50,
    "read": "A",
    "force": {"since": date(2000, 1, 1), "at": "Art. 9"},
    "membership": {"open": "Art. 8"},
    "measures": {"bank-records": "Art. 1"},
    "offences": {"otherwise": "Art. 2"},
}
SOURCES = Sources({"A": "the text", "MEM": "recalled"}, frozenset({"MEM"}))


def read(**changes: object) -> object:
    return instrument_of("X", GOOD | changes, SOURCES, {})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"measures": {"teleportation": "Art. 1"}}, "teleportation"),
        ({"offences": {"covered": {"heresy": "Art. 1"}, "otherwise": "Art. 2"}}, "heresy"),
        ({"read": "B"}, "'B' is not a key of sources.yaml"),
        ({"measures": {"bank-records": {"text": "no article"}}}, "a provision is an article"),
        ({"measures": {"bank-records": {"at": "Art. 1", "if": ["luck"]}}}, "condition that is not in"),
        ({"measures": {"bank-records": {"at": "Art. 1", "ask": {"text": "?"}}}}, "`id` and `text`"),
        ({"force": {"since": "2000", "at": "Art. 9"}}, "`since` is a day"),
        ({"membership": {"closed": "Art. 8", "classes": ["martians"]}}, "no class 'martians'"),
    ],
)
def test_a_malformed_law_file_is_refused_with_file_place_and_reason(changes, why):
    with pytest.raises(BrokenError) as caught:
        read(**changes)
    assert why in caught.value.message
    assert caught.value.place.startswith("instruments/X.yaml:")


def test_what_was_recalled_is_not_verified():
    assert read().measures["bank-records"].provision.verified
    assert not read(read="MEM").measures["bank-records"].provision.verified


def test_norway_is_a_state_and_not_a_truth_word():
    assert yaml.load("[NO, on, true]", Loader=LawLoader) == ["NO", "on", True]  # noqa: S506 - a safe loader


def test_every_participation_file_has_its_law_file():
    listed = {code for code, instrument in REGISTER.multilateral.items() if instrument.measures or code == "ROME"}
    assert set(REGISTER.participations) == listed - {"COMITY"}


def test_every_row_has_a_source():
    assert all(row.source for rows in REGISTER.participations.values() for row in rows.values())
    assert all(row.source for treaty in REGISTER.treaties for row in treaty.rows)


def test_every_relation_points_at_something():
    words = {"bilateral", "regional", "multilateral", "mla-treaty", "eu-act"}
    for instrument in REGISTER.multilateral.values():
        for relation in instrument.relations:
            assert set(relation.to) <= words | set(REGISTER.multilateral), instrument.code
        assert not instrument.parent or instrument.parent in REGISTER.multilateral


def test_question_ids_name_the_instrument_they_belong_to():
    for instrument in [*REGISTER.multilateral.values(), *REGISTER.deep.values()]:
        asked = [caution.asked.id for caution in instrument.cautions]
        assert len(set(asked)) == len(asked)
        assert all(":" in identifier for identifier in asked)


def test_the_members_of_the_union_are_twenty_seven_and_one_departed():
    eio = REGISTER.instrument("EU-EIO-2014-41").membership
    current = {state for state, (_, until) in eio.members.items() if until is None}
    assert len(current) == 27
    assert eio.members["GB"][1] == date(2020, 12, 31)
    assert set(REGISTER.participations["EU-EIO-2014-41"]) == current


def test_every_grounds_table_belongs_to_an_instrument_and_reads():
    for code in (
        "UNTOC",
        "UNCAC",
        "VIENNA1988",
        "ETS030",
        "ETS182",
        "ETS185",
        "CETS198",
        "EU-EIO-2014-41",
        "EU-MLA-2000",
    ):
        assert refusal_grounds(REGISTER.instrument(code))
    assert refusal_grounds(REGISTER.instrument("AU-MALABO")) == ()
    assert refusal_grounds(REGISTER.instrument("OAS-A55")) == (), "recalled is not read"
    for code in _names_in("grounds", ".yaml"):
        assert code in REGISTER.multilateral or code in REGISTER.deep


def test_sources_that_are_not_the_text_do_not_verify():
    sources = load_sources()
    assert not sources.read("MEM")
    assert not sources.read("S-LU")
    assert sources.read("S-UNTOC")


@pytest.mark.parametrize(
    ("text", "code"),
    [("bank-records", "bank-records"), ("Bank_Records", "bank-records"), (MEASURES["service"], "service")],
)
def test_measures_are_read_by_code_or_label(text, code):
    assert parse_measure(text) == code


def test_unknown_words_are_answered_with_the_nearest():
    with pytest.raises(InvalidInputError, match="bank-records"):
        parse_measure("bank-recrds")
    with pytest.raises(InvalidInputError, match="drug-trafficking"):
        parse_offence("drug-traficking")
    with pytest.raises(InvalidInputError, match="UNTOC"):
        REGISTER.instrument("UNTO")


def test_the_codes_the_interface_promises_are_there():
    assert {
        "bank-records",
        "subscriber-data",
        "traffic-data",
        "content-data",
        "preservation",
        "search-seizure",
        "hearing-witness",
        "hearing-video",
        "service",
        "interception",
        "controlled-delivery",
        "joint-investigation",
        "freezing",
        "confiscation",
        "transfer-prisoner",
        "extradition",
    } <= set(MEASURES)
    assert {
        "corruption",
        "cybercrime",
        "drug-trafficking",
        "fraud",
        "illegal-access",
        "money-laundering",
        "organised-crime",
        "terrorist-financing",
        "trafficking-in-persons",
        "smuggling-of-migrants",
        "firearms",
        "murder",
    } <= set(OFFENCES)
