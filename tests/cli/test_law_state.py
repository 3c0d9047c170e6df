"""`comity law states | state | instrument`: exact JSON, the same as the sheets; a slip is answered with the nearest."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from comity.cli.law import law
from comity.law.instrument_sheet import instrument_sheet
from comity.law.register import load_register
from comity.law.register_dates import parse_day
from comity.law.state_sheet import state_lines, state_sheet
from comity.values.errors import InvalidInputError


def said(*arguments):
    done = CliRunner().invoke(law, list(arguments))
    if done.exception:
        raise done.exception
    return done.stdout


def test_json_is_the_sheet():
    register, day = load_register(), parse_day("2026-11-21")
    assert json.loads(said("states", "--json"))["states"] == state_lines(register, datetime.now(UTC).date())
    state = json.loads(said("state", "Colombia", "--on", "2026-11-21", "--json"))
    assert state | {"age": 0} == state_sheet(register, "CO", day, day) | {"age": 0}
    instrument = json.loads(said("instrument", "untoc", "--on", "2026-11-21", "--json"))
    sheet = instrument_sheet(register, register.instrument("UNTOC"), day, day)
    assert instrument["parties"] == sheet["parties"]
    assert instrument["covers"] == sheet["covers"]


def test_a_person_reads_what_is_known_and_what_is_not():
    page = said("state", "CO")
    assert "Unknown, nothing is listed:" in page
    assert "BILATERAL-CH-CO-MLA" in page
    assert "UNTOC Art. 18(18)" in said("instrument", "UNTOC")
    assert "Colombia" in said("states")


@pytest.mark.parametrize("arguments", [("state", "Kolumbia"), ("instrument", "UNTOK"), ("state", "CO", "--on", "2026")])
def test_a_slip_is_answered_with_the_nearest(arguments):
    with pytest.raises(InvalidInputError, match="Nearest"):
        said(*arguments)
