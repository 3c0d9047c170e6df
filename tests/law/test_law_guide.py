"""The guide for lawyers: what it tells them to write is read as it stands."""

import re
from datetime import date
from pathlib import Path

from comity.law.articles import article_map
from comity.law.conduct import load_conduct
from comity.law.facts import load_facts
from comity.law.faults import parse_yaml
from comity.law.law_files import Sources, instrument_of
from comity.law.national import national_from_text
from comity.law.refusal import grounds_from_text
from comity.law.refusal_check import check_refusal
from comity.law.register import load_register
from comity.values.verdict import Finding
from tests.law.case_runner import KINDS

GUIDE = (Path(__file__).parents[2] / "docs" / "how-to" / "add-an-instrument.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
SOURCES = Sources({"S-EXAMPLE": "the text", "MEM": "recalled"}, frozenset({"MEM"}))


def test_the_instrument_of_the_guide_is_read():
    found = instrument_of("CODE", parse_yaml("CODE.yaml", BLOCKS[0]), SOURCES, {}, BLOCKS[0])
    assert found.force.since == date(2002, 3, 1)
    assert found.measures["bank-records"].provision.verified
    assert found.offence("murder").finding is Finding.BARRED


def test_the_grounds_of_the_guide_are_weighed():
    rows = grounds_from_text("grounds/CODE.yaml", BLOCKS[1], SOURCES, load_facts(), article_map({"last": 30}))
    facts = {"political-offence": False, "death-penalty-possible": True, "death-penalty-assurance": True}
    instrument = load_register().instrument("UNTOC")
    assert check_refusal(instrument, facts, grounds=rows).finding is Finding.CLEAR
    barred = check_refusal(instrument, {"political-offence": True}, grounds=rows)
    assert barred.finding is Finding.BARRED
    assert barred.grounds[0].ground.consult == "Example Convention Art. 9(4)"
    assert [row.id for row in barred.never] == ["never:bank_secrecy"]


def test_the_cases_of_the_guide_have_the_form_of_cases():
    cases = parse_yaml("cases.yaml", BLOCKS[2])
    assert len(cases) == 3
    for case in cases:
        assert set(case) - {"name", "expect"} <= set(KINDS)


def test_the_national_offence_of_the_guide_is_read():
    (offence,) = national_from_text("national/XX.yaml", BLOCKS[3], SOURCES, load_conduct())
    assert (offence.offence, offence.maximum, offence.verified) == ("fraud", 60, True)


def test_the_guide_names_only_commands_that_there_are():
    for word in re.findall(r"comity law (\w+)", GUIDE):
        assert word in {"basis", "questions", "refusals", "coverage", "reference", "measures", "offences"}
