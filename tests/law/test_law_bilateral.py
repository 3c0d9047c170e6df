"""Rows of many registers, merged into one treaty each."""

from comity.law.bilateral import BilateralTreaty, merge_rows, read_rows
from comity.law.register import load_register


def row(first: str, second: str, signed: str = "", **more: str) -> dict[str, str]:
    base = {"state_a": first, "state_b": second, "kind": "mla", "date_signed": signed, "entry_into_force": ""}
    return (
        base | {"terminated": "", "status": "listed", "title": "", "source": f"register of {first}", "as_of": ""} | more
    )


def merged(*rows: dict[str, str]) -> tuple[BilateralTreaty, ...]:
    return merge_rows(read_rows(rows, "a", {}))


def test_both_sides_of_a_treaty_are_one_with_both_sources():
    (treaty,) = merged(row("XA", "XB", "2005-08-05"), row("XB", "XA", "2005-08-05"))
    assert treaty.code == "BILATERAL-XA-XB-MLA"
    assert {one.source for one in treaty.rows} == {"register of XA", "register of XB"}


def test_a_shorter_day_is_the_same_day():
    (treaty,) = merged(row("XA", "XB", "2003-08"), row("XB", "XA", "2003-08-05"), row("XB", "XA", "2003"))
    assert treaty.signed == "2003-08-05"
    assert not treaty.inferred


def test_the_year_stands_in_the_code_only_where_there_are_several():
    first, second = merged(row("XA", "XB", "1997-05-29"), row("XB", "XA", "2005-07-12"))
    assert (first.code, second.code) == ("BILATERAL-XA-XB-MLA-1997", "BILATERAL-XA-XB-MLA-2005")


def test_two_of_one_year_carry_the_day():
    codes = {treaty.code for treaty in merged(row("XA", "XB", "1997-05-29"), row("XB", "XA", "1997-06-12"))}
    assert codes == {"BILATERAL-XA-XB-MLA-1997-05-29", "BILATERAL-XA-XB-MLA-1997-06-12"}


def test_a_row_without_a_day_joins_the_only_treaty_and_says_so():
    (treaty,) = merged(row("XA", "XB", "1990-12-04"), row("XB", "XA", status="in_force", as_of="2015"))
    assert treaty.inferred
    assert treaty.statuses == {"listed", "in_force"}


def test_a_row_without_a_day_stands_alone_beside_several():
    codes = [treaty.code for treaty in merged(row("XA", "XB", "1990"), row("XA", "XB", "1999"), row("XB", "XA"))]
    assert codes == ["BILATERAL-XA-XB-MLA", "BILATERAL-XA-XB-MLA-1990", "BILATERAL-XA-XB-MLA-1999"]


def test_kinds_are_kept_apart_and_the_two_words_for_transfer_are_one():
    treaties = merged(
        row("XA", "XB", "1990"),
        row("XA", "XB", "1990", kind="transfer"),
        row("XB", "XA", "1990", kind="transfer_sentenced"),
    )
    assert [treaty.code for treaty in treaties] == ["BILATERAL-XA-XB-MLA", "BILATERAL-XA-XB-TRANSFER"]


def test_a_difference_between_sources_is_kept_as_one_conflict():
    (treaty,) = merged(
        row("XA", "XB", "1934-12-19", entry_into_force="1935-09-07"),
        row("XB", "XA", "1934-12-19", entry_into_force="1935-09-06"),
    )
    (conflict,) = treaty.conflicts
    assert set(conflict.values) == {"1935-09-06", "1935-09-07"}
    assert not merged(
        row("XA", "XB", "1990", entry_into_force="1991"), row("XB", "XA", "1990", entry_into_force="1991-05-01")
    )[0].conflicts


def test_the_swiss_colombian_treaty_answers_to_both_spellings():
    register = load_register()
    assert register.instrument("BILATERAL-CH-CO-MLA-2011") is register.instrument("bilateral-ch-co-mla")
    assert register.instrument("BILATERAL-CH-CO-MLA-2011").code == "BILATERAL-CH-CO-MLA"
    assert register.bilateral("CO", "CH") == register.bilateral("CH", "CO")
    assert register.declarations("CO", "BILATERAL-CH-CO-MLA-2011") is register.declarations("CO", "BILATERAL-CH-CO-MLA")
    assert register.declarations("CO", "BILATERAL-CH-CO-MLA").authority("central").startswith("Fiscalía General")


def test_every_code_is_unique_and_names_both_states_in_order():
    treaties = load_register().treaties
    assert len({treaty.code for treaty in treaties}) == len(treaties) > 900
    for treaty in treaties:
        assert treaty.pair[0] < treaty.pair[1]
        assert treaty.code.startswith(f"BILATERAL-{treaty.pair[0]}-{treaty.pair[1]}-")


def test_no_alias_is_the_code_of_another_treaty():
    register = load_register()
    for treaty in register.treaties:
        for alias in treaty.aliases:
            assert register.names[alias] == treaty.code


def test_every_row_left_out_by_a_correction_stands_in_a_register_file():
    register = load_register()
    titles = {one.title for treaty in register.treaties for one in treaty.rows}
    for wrong in register.corrections:
        assert wrong["reason"]
        assert not any(wrong["match"] in title for title in titles if wrong["kind"] == "mla")
