"""A node's corrections laid over the shipped register: what they change, what they leave, what they must not say."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.law.basis import find_bases
from comity.law.correction import COLUMNS, KINDS, Fact, checked, fact_of, used_columns
from comity.law.overlays import CorrectedRegister, Overlay, with_overlays
from comity.law.register import Register, load_register
from comity.law.shipped_facts import shipped_facts
from comity.law.source_conflicts import conflicts
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding

SHIPPED = load_register()
VOUCHED = {
    "source": "Registro Inventado, acta 12",
    "address": "https://registro.example/12",
    "as_of": "2026-10-01",
    "verified": "yes",
    "reason": "The shipped day is that of deposit.",
}


def fact(kind: str, **columns: str) -> Fact:
    return checked(SHIPPED, fact_of({"kind": kind, **VOUCHED, **columns}))


def overlay(one: Fact, name: str = "XX-A:overlay:1") -> Overlay:
    return Overlay(name, one, "2026-11-21")


def participation(**columns: str) -> Fact:
    return fact("participation", **{"instrument": "UNTOC", "state": "CO", "status": "party"} | columns)


def basis(register: Register, instrument: str, on: date, measure: str = "bank-records"):
    found = find_bases(
        register, "CH", "CO", measure=measure, offence="organised-crime", on=on, today=date(2026, 11, 21)
    )
    return next(one for one in found.bases if one.instrument == instrument)


def test_a_corrected_entry_into_force_answers_and_says_whose_it_is_and_what_it_displaces() -> None:
    register = with_overlays(SHIPPED, [overlay(participation(entry_into_force="2012-05-01"))])
    before = basis(SHIPPED, "UNTOC", date(2010, 1, 1))
    after = basis(register, "UNTOC", date(2010, 1, 1))
    assert before.finding is not Finding.BARRED
    assert after.finding is Finding.BARRED
    said = " ".join(reason.text for reason in after.reasons)
    assert "this node's correction of 2026-11-21, approved by two" in said
    assert "in place of: party" in said
    assert "entry into force 2004-09-03" in said


def test_the_shipped_register_is_never_changed_and_untouched_answers_are_the_same() -> None:
    before = [basis(SHIPPED, code, date(2026, 1, 1)).to_json() for code in ("UNTOC", "UNCAC", "VIENNA1988")]
    register = with_overlays(SHIPPED, [overlay(participation(entry_into_force="2012-05-01"))])
    basis(register, "UNTOC", date(2026, 1, 1))
    held = SHIPPED.participation("UNTOC", "CO")
    assert held is not None
    assert held.in_force == "2004-09-03"
    assert not any("correction" in row.source for rows in SHIPPED.participations.values() for row in rows.values())
    assert [basis(SHIPPED, code, date(2026, 1, 1)).to_json() for code in ("UNTOC", "UNCAC", "VIENNA1988")] == before
    assert basis(register, "UNCAC", date(2026, 1, 1)).to_json() == before[1]
    assert with_overlays(SHIPPED, []) is SHIPPED


def test_a_withdrawal_bars_from_its_day_on_and_not_before() -> None:
    gone = participation(status="withdrawn", entry_into_force="2004-09-03", withdrawal="2020-06-01")
    register = with_overlays(SHIPPED, [overlay(gone)])
    assert basis(register, "UNTOC", date(2020, 5, 31)).finding is not Finding.BARRED
    barred = basis(register, "UNTOC", date(2020, 6, 1))
    assert barred.finding is Finding.BARRED
    assert "withdrew with effect from 2020-06-01" in barred.reasons[0].text + barred.reasons[-1].text


def test_a_correction_answers_only_for_the_days_of_its_period() -> None:
    out = participation(status="not_bound", since="2010-01-01", until="2011-12-31", as_of="2009-01-01")
    register = with_overlays(SHIPPED, [overlay(out)])
    findings = [
        basis(register, "UNTOC", day).finding
        for day in (date(2009, 12, 31), date(2010, 1, 1), date(2011, 12, 31), date(2012, 1, 1))
    ]
    assert [one is Finding.BARRED for one in findings] == [False, True, True, False]
    assert register.participation("UNTOC", "CO").status == "party"  # asked without a day: what stands without an end


def test_a_state_the_register_is_silent_of_can_be_added_and_the_silence_is_said() -> None:
    silent = next(
        state for state in ("NR", "TV", "SB", "PW", "BT", "SO") if state not in SHIPPED.participations["UNCAC"]
    )
    register = with_overlays(
        SHIPPED, [overlay(fact("participation", instrument="UNCAC", state=silent, status="signatory"))]
    )
    row = register.participation("UNCAC", silent)
    assert row is not None
    assert "the shipped register is silent" in row.as_of
    assert SHIPPED.participation("UNCAC", silent) is None


def test_an_unread_source_is_shown_as_not_verified_and_a_territory_is_named() -> None:
    row = participation(entry_into_force="2004-09-03", verified="no", scope="mainland only")
    found = basis(with_overlays(SHIPPED, [overlay(row)]), "UNTOC", date(2026, 1, 1))
    ours = next(reason for reason in found.reasons if "CO is bound" in reason.text)
    assert not ours.verified
    assert "mainland only" in ours.text


def test_a_bilateral_treaty_is_corrected_under_its_own_code_and_a_new_one_gets_a_code_of_its_own() -> None:
    late = fact(
        "treaty",
        state="CO",
        other_state="CH",
        treaty_kind="MLA",
        date_signature="2011-01-27",
        status="in_force",
        entry_into_force="2030-01-01",
    )
    assert late.instrument == "BILATERAL-CH-CO-MLA"
    assert (late.state, late.other_state) == ("CH", "CO")
    new = fact(
        "treaty",
        state="CH",
        other_state="CO",
        treaty_kind="MLA",
        date_signature="2029-02-03",
        status="in_force",
        entry_into_force="2031-01-01",
    )
    assert new.instrument == "BILATERAL-CH-CO-MLA-2029"
    register = with_overlays(SHIPPED, [overlay(late), overlay(new, "XX-A:overlay:2")])
    answer = basis(register, "BILATERAL-CH-CO-MLA", date(2026, 1, 1))
    assert answer.finding is Finding.BARRED
    assert "this node's correction of 2026-11-21, approved by two, in place of: in force" in answer.reasons[0].text
    assert register.instrument("BILATERAL-CH-CO-MLA-2029").states == ("CH", "CO")
    assert register.instrument("bilateral-ch-co-mla-2011").code == "BILATERAL-CH-CO-MLA"
    assert "BILATERAL-CH-CO-MLA-2029" in register.instruments


def test_a_treaty_only_a_withdrawn_correction_knew_is_still_found_and_asked_about() -> None:
    new = fact(
        "treaty",
        state="CH",
        other_state="CO",
        treaty_kind="DRUGS",
        status="in_force",
        date_signature="2020-01-01",
        entry_into_force="2021-01-01",
    )
    register = with_overlays(SHIPPED, [replace(overlay(new), withdrawn_on="2026-11-22")])
    found = find_bases(register, "CH", "CO", measure="bank-records", offence="drug-trafficking", on=date(2026, 11, 23))
    one = next(basis for basis in found.bases if basis.instrument == new.instrument)
    assert one.finding is Finding.UNSETTLED
    assert any("withdrawn on 2026-11-22" in reason.text for reason in one.reasons)


def test_a_new_treaty_is_found_on_a_day_outside_its_period_too_and_asked_about() -> None:
    columns = {"state": "CH", "other_state": "CO", "treaty_kind": "DRUGS", "status": "in_force"}
    new = fact("treaty", **columns, date_signature="2020-01-01", entry_into_force="2021-01-01", until="2024-12-31")
    register = with_overlays(SHIPPED, [overlay(new)])
    assert register.instrument(new.instrument).code == new.instrument
    findings = [
        next(
            one.finding
            for one in find_bases(
                register, "CH", "CO", measure="bank-records", offence="drug-trafficking", on=day
            ).bases
            if one.instrument == new.instrument
        )
        for day in (date(2024, 12, 31), date(2025, 1, 1))
    ]
    assert findings == [Finding.UNSETTLED, Finding.UNSETTLED]
    inside, outside = register.at(date(2024, 12, 31)), register.at(date(2025, 1, 1))
    assert inside.treaty(new.instrument).statuses == {"in_force"}
    assert outside.treaty(new.instrument).statuses == {"listed"}


def test_languages_authorities_and_channels_are_displaced_where_they_speak_of_the_same() -> None:
    before = SHIPPED.declarations("AL", "ETS030")
    assert before.accepted_languages == ("en", "fr")
    said = [
        fact("languages", instrument="ETS030", state="AL", languages="sq"),
        fact("authority", instrument="ETS030", state="AL", article="art15_central", text="An invented office"),
        fact("channel", instrument="ETS030", state="AL", article=before.channels[0].what, status="withdrawn"),
    ]
    register = with_overlays(SHIPPED, [overlay(one, f"XX-A:overlay:{number}") for number, one in enumerate(said)])
    after = register.declarations("AL", "ETS030")
    assert after.accepted_languages == ("sq",)
    assert len(after.authorities) == len(before.authorities) + 1
    assert "An invented office" in {row.text for row in after.authorities}
    assert before.channels[0] not in after.channels
    assert len(after.channels) == len(before.channels) - 1
    assert SHIPPED.declarations("AL", "ETS030") == before


def test_a_declaration_can_take_a_measure_out_and_a_withdrawn_one_gives_it_back() -> None:
    out = fact(
        "declaration",
        instrument="UNTOC",
        state="CO",
        article="18",
        text="No bank records.",
        measures="bank-records",
        finding="BARRED",
    )
    assert basis(with_overlays(SHIPPED, [overlay(out)]), "UNTOC", date(2026, 1, 1)).finding is Finding.BARRED
    back = fact("declaration", instrument="VIENNA1988", state="CO", article="9(1)(b)-(e)", status="withdrawn")
    register = with_overlays(SHIPPED, [overlay(back)])
    asked = {"measure": "joint-investigation", "offence": "drug-trafficking", "on": date(2026, 1, 1)}

    def finding(of: Register) -> Finding:
        bases = find_bases(of, "CH", "CO", **asked).bases
        return next(one.finding for one in bases if one.instrument == "VIENNA1988")

    assert finding(SHIPPED) is Finding.BARRED
    assert finding(register) is not Finding.BARRED


def test_two_corrections_that_answer_for_one_day_are_refused_with_both_named() -> None:
    first = overlay(participation(entry_into_force="2012-05-01", until="2015-01-01"), "XX-A:overlay:first")
    for second, how in (
        (participation(entry_into_force="2013-05-01", since="2015-01-01"), "contradict each other"),
        (participation(entry_into_force="2012-05-01"), "say the same"),
    ):
        with pytest.raises(InvalidInputError, match=how) as caught:
            with_overlays(SHIPPED, [first, overlay(second, "XX-A:overlay:second")])
        assert "XX-A:overlay:first" in caught.value.message
        assert "XX-A:overlay:second" in caught.value.message
    later = overlay(participation(entry_into_force="2013-05-01", since="2015-01-02"), "XX-A:overlay:second")
    with_overlays(SHIPPED, [first, later])


@pytest.mark.parametrize(
    ("columns", "code", "words"),
    [
        ({"kind": "participations"}, "law:kind", "Nearest: participation"),
        ({"kind": "participation", "statu": "party"}, "law:column", "Nearest: status"),
        ({"kind": "participation", "instrument": "UNTOK", "state": "CO", "status": "party"}, "law:instrument", "UNTOC"),
        ({"kind": "participation", "instrument": "UNTOC", "state": "Columbia", "status": "party"}, "law:state", "CO"),
        ({"kind": "participation", "instrument": "UNTOC", "state": "CO", "status": "partly"}, "law:status", "party"),
        ({"kind": "participation", "instrument": "UNTOC", "state": "CO", "status": "party", "source": ""}, "law:source", "names its source"),
        ({"kind": "participation", "instrument": "UNTOC", "state": "CO", "status": "party", "reason": ""}, "law:source", "why"),
        ({"kind": "participation", "instrument": "UNTOC", "state": "CO", "status": "party", "languages": "es"}, "law:column", "languages"),
        ({"kind": "participation", "instrument": "UNTOC", "state": "CO", "status": "party", "date_consent": "2004-13"}, "law:date", "not a day"),
        ({"kind": "participation", "instrument": "UNTOC", "state": "CO", "status": "party", "since": "2004"}, "law:date", "whole day"),
        ({"kind": "participation", "instrument": "UNTOC", "state": "CO", "status": "party", "since": "2005-01-01", "until": "2004-01-01"}, "law:period", "before it begins"),
        ({"kind": "participation", "instrument": "UNTOC", "state": "CO", "status": "party", "entry_into_force": "2004-01-01", "date_consent": "2005"}, "law:contradiction", "contradict"),
        ({"kind": "participation", "instrument": "UNTOC", "state": "CO", "status": "party", "withdrawal": "2020-01-01"}, "law:contradiction", "'status' says party"),
        ({"kind": "participation", "instrument": "BILATERAL-CH-CO-MLA", "state": "CO", "status": "party"}, "law:kind", "'treaty'"),
        ({"kind": "declaration", "instrument": "UNTOC", "state": "CO", "article": "77(2)", "text": "x"}, "law:article", "Nearest: 41"),
        ({"kind": "declaration", "instrument": "UNTOC", "state": "CO", "article": "18", "text": "x", "measures": "bank-record", "finding": "BARRED"}, "law:measure", "bank-records"),
        ({"kind": "declaration", "instrument": "UNTOC", "state": "CO", "article": "18", "text": "x", "measures": "bank-records"}, "law:finding", "go together"),
        ({"kind": "languages", "instrument": "UNTOC", "state": "CO", "languages": "xq7"}, "law:language", "language code"),
        ({"kind": "treaty", "state": "CH", "other_state": "CH", "treaty_kind": "MLA", "status": "listed"}, "law:state", "two different"),
        ({"kind": "treaty", "state": "CH", "other_state": "CO", "treaty_kind": "MLAT", "status": "listed"}, "law:treaty_kind", "MLA"),
        ({"kind": "treaty", "instrument": "BILATERAL-CH-PE-MLA", "state": "CH", "other_state": "CO", "treaty_kind": "MLA", "status": "listed", "date_signature": "2029"}, "law:instrument", "BILATERAL-CH-CO-MLA"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_answered_with_the_column_and_what_would_be_right(
    columns: dict[str, str], code: str, words: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        checked(SHIPPED, fact_of({**VOUCHED, **columns}))
    assert (caught.value.code, words in caught.value.message) == (code, True), caught.value.message


def test_a_missing_source_is_asked_for() -> None:
    with pytest.raises(InvalidInputError, match="where the source can be read"):
        participation(address="")


def test_every_kind_has_its_columns_and_the_shipped_register_has_rows_of_each() -> None:
    assert {
        one.kind for code in ("UNTOC", "ETS030", "BILATERAL-CH-CO-MLA") for one in shipped_facts(SHIPPED, code)
    } == set(KINDS)
    assert all(set(used_columns(kind)) <= set(COLUMNS) for kind in KINDS)


DAYS = st.dates(date(1995, 1, 1), date(2030, 12, 31)).map(date.isoformat)


@given(cuts=st.lists(DAYS, min_size=2, max_size=6, unique=True), on=st.dates(date(1990, 1, 1), date(2035, 1, 1)))
@settings(max_examples=60, deadline=None)
def test_periods_that_do_not_meet_each_answer_for_their_own_days_and_the_shipped_row_for_the_rest(
    cuts: list[str], on: date
) -> None:
    """Periods [a, b) between sorted days, every second one left out."""
    ordered = sorted(cuts)
    spans = [span for number, span in enumerate(pairwise(ordered)) if number % 2 == 0]
    over = [
        overlay(participation(scope=f"part {number}", since=first, until=last), f"XX-A:overlay:{number}")
        for number, (first, last) in enumerate(spans)
    ]
    row = with_overlays(SHIPPED, over).at(on).participation("UNTOC", "CO")
    assert row is not None
    expected = [one.fact.scope for one in over if one.fact.since <= on.isoformat() <= one.fact.until]
    assert row.scope == (expected[0] if expected else "")


def test_laying_one_over_shares_what_it_does_not_touch() -> None:
    register = with_overlays(SHIPPED, [overlay(participation(entry_into_force="2012-05-01"))])
    assert isinstance(register, CorrectedRegister)
    assert register.treaties is SHIPPED.treaties
    assert register.names is SHIPPED.names
    assert register.participations["UNCAC"] is SHIPPED.participations["UNCAC"]
    assert register.at(date(2026, 1, 1)) is register.at(date(2025, 1, 1))  # the same corrections: the same register


def test_conflicts_name_both_sources_and_what_answers_follow() -> None:
    shipped = conflicts(SHIPPED)
    assert shipped
    assert all(len(one.values) >= 1 and one.sources and one.taken for one in shipped)
    over = overlay(participation(entry_into_force="2012-05-01"))
    (ours,) = conflicts(SHIPPED, [over], "untoc")
    assert ours.kind == "corrected"
    assert "2004-09-03" in ours.values[0]
    assert "2012-05-01" in ours.values[1]
    assert "Registro Inventado" in ours.sources[1]
    assert over.reference in ours.taken
