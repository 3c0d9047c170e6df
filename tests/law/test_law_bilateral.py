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


def test_a_row_without_a_day_repeats_the_treaty_of_the_same_entry_into_force():
    first, second = merged(
        row("XA", "XB", "1973-05-25", entry_into_force="1977-01-23"),
        row("XA", "XB", "1993-11-03", entry_into_force="1993-11-03"),
        row("XB", "XA", entry_into_force="1977-01-23", status="in_force"),
    )
    assert (first.code, second.code) == ("BILATERAL-XA-XB-MLA-1973", "BILATERAL-XA-XB-MLA-1993")
    assert {one.source for one in first.rows} == {"register of XA", "register of XB"}
    assert "BILATERAL-XA-XB-MLA" in first.aliases
    assert not first.inferred


def test_a_row_without_a_day_does_not_mean_a_protocol():
    codes = {
        treaty.code: len(treaty.rows)
        for treaty in merged(
            row("XA", "XB", "1889-05-22", title="Treaty for the surrender of criminals", entry_into_force="1894-02-09"),
            row("XA", "XB", "1890-12-12", title="Protocol amending Article 5", entry_into_force="1894-02-09"),
            row("XB", "XA", entry_into_force="1894", status="in_force"),
        )
    }
    assert codes == {"BILATERAL-XA-XB-MLA-1889": 2, "BILATERAL-XA-XB-MLA-1890": 1}


def test_a_row_of_another_entry_into_force_stands_alone():
    treaties = merged(
        row("XA", "XB", "1972-06-08", entry_into_force="1977-01-21"), row("XA", "XB", entry_into_force="1980-04-25")
    )
    assert len(treaties) == 2


def test_a_day_of_force_soon_after_signature_is_a_conflict_and_not_a_treaty_of_its_own():
    (treaty,) = merged(
        row("XA", "XB", "1881-06-23", entry_into_force="1883-01-13"),
        row("XB", "XA", entry_into_force="1882", status="in_force", as_of="1997-11-13"),
    )
    assert treaty.inferred
    assert [conflict.field for conflict in treaty.conflicts] == ["in_force"]


def test_a_row_recorded_in_force_repeats_the_one_treaty_that_another_source_records_in_force():
    first, second = merged(
        row("XA", "XB", "1981-06-12", status="in_force"),
        row("XA", "XB", "2004-09-29"),
        row("XB", "XA", status="in_force", as_of="2015"),
    )
    assert (len(first.rows), len(second.rows)) == (2, 1)
    assert first.inferred


def test_a_row_is_not_taken_for_a_treaty_that_had_ended():
    treaties = merged(row("XA", "XB", "1872", terminated="1913-09-14"), row("XB", "XA", entry_into_force="1997"))
    assert len(treaties) == 2


def test_two_days_that_a_source_says_are_one_treaty_are_one_and_the_difference_is_shown():
    (treaty,) = merged(
        row("XA", "XB", "1996-09-20", title="Tratado de extradicion (XB law prints 1996-11-20)"),
        row("XB", "XA", "1996-11-20"),
    )
    assert treaty.code == "BILATERAL-XA-XB-MLA"
    assert {"BILATERAL-XA-XB-MLA-1996", "BILATERAL-XA-XB-MLA-1996-11-20"} <= set(treaty.aliases)
    assert [conflict.field for conflict in treaty.conflicts] == ["signed"]


def test_no_pair_keeps_a_row_that_only_repeats_a_dated_treaty():
    """Rows without a day that stand beside dated ones: what is left names another day of force, or no treaty plainly."""
    alone = [
        treaty.code
        for treaty in load_register().treaties
        if not treaty.signed and any(other.signed for other in siblings(treaty))
    ]
    assert alone == ["BILATERAL-AU-HK-EXTRADITION", "BILATERAL-GB-US-EXTRADITION", "BILATERAL-TV-US-EXTRADITION"]


def siblings(treaty: BilateralTreaty) -> list[BilateralTreaty]:
    return [one for one in load_register().treaties_by_pair[treaty.pair] if one.kind == treaty.kind]


def test_the_swiss_american_treaty_stands_once_under_its_old_code_too():
    register = load_register()
    treaty = register.treaty("BILATERAL-CH-US-MLA")
    assert treaty.code == "BILATERAL-CH-US-MLA-1973"
    assert len({one.source for one in treaty.rows}) == 3
    assert register.treaty("BILATERAL-NL-US-MLA").code == "BILATERAL-NL-US-MLA-1981"
