"""The journal of openings without the ledger: chained, bounded in time, two people; any change of it is found."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.safeguards.glass import (
    LASTS,
    MOST_WRONG,
    WRONG_WITHIN,
    Entry,
    Ground,
    Journal,
    Kind,
    Mark,
    expect_ground,
    expect_room,
    expect_two,
    expect_words,
    next_line,
    read_journal,
    standing,
    used_step,
)
from comity.safeguards.glass_file import GlassJournal
from comity.values.errors import InvalidInputError, RefusedError, UnavailableError
from tests.conftest import MOMENT, officer

KEY = b"k" * 32
DOSSIER = "CH-FOJ:dossier:0192f000-0000-7000-8000-000000000000"


def opened(**steps: int) -> Entry:
    return Entry(Kind.OPENED, "CH-FOJ", DOSSIER, ("a", "b"), "life", "somebody's life is threatened", steps)


def written(count: int) -> bytes:
    data = b""
    for number in range(count):
        _, row = next_line(read_journal(data, KEY), MOMENT + timedelta(minutes=number), opened(a=number), KEY)
        data += row
    return data


WHOLE = written(3)


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_byte_of_the_journal_that_is_changed_is_found(place: int, other: int) -> None:
    found = read_journal(WHOLE[:place] + bytes([WHOLE[place] ^ other]) + WHOLE[place + 1 :], KEY)
    assert found.fault
    assert len(found.lines) < 3


def test_a_line_taken_out_put_in_or_written_without_the_key_is_found() -> None:
    rows = WHOLE.splitlines(keepends=True)
    assert read_journal(WHOLE, KEY).fault == ""
    assert "line 2" in read_journal(rows[0] + rows[2], KEY).fault
    assert "line 1" in read_journal(rows[1] + rows[2], KEY).fault
    assert "line 3" in read_journal(rows[0] + rows[1] + rows[1], KEY).fault
    _, forged = next_line(read_journal(WHOLE, KEY), MOMENT, opened(), b"another key")
    assert "line 4" in read_journal(WHOLE + forged, KEY).fault


def test_a_journal_cut_within_a_line_is_found_and_at_the_end_of_one_by_its_mark() -> None:
    rows, last = WHOLE.splitlines(keepends=True), read_journal(WHOLE, KEY).lines[-1]
    assert "cut" in read_journal(WHOLE[:-1], KEY).fault
    cut = rows[0] + rows[1]
    assert read_journal(cut, KEY).fault == ""
    assert "3 lines were written" in read_journal(cut, KEY, Mark(last.seq, last.link)).fault
    assert read_journal(WHOLE, KEY, Mark(last.seq, last.link)).fault == ""


def test_an_opening_lasts_four_hours_and_no_longer() -> None:
    lines = read_journal(written(1), KEY).lines
    assert timedelta(hours=4) == LASTS
    assert standing(lines, DOSSIER, MOMENT + LASTS - timedelta(seconds=1)) == lines[0]
    assert standing(lines, DOSSIER, MOMENT + LASTS) is None
    assert standing(lines, DOSSIER.replace("7000", "7001"), MOMENT) is None


def test_a_clock_set_back_does_not_lengthen_an_opening() -> None:
    lines = read_journal(WHOLE, KEY).lines
    assert standing(lines, DOSSIER, lines[-1].at - timedelta(seconds=1)) is None


def test_it_takes_two_people_of_one_authority() -> None:
    expect_two(officer("CH-FOJ", name="a"), officer("CH-FOJ", name="b"))
    with pytest.raises(RefusedError, match="Two people"):
        expect_two(officer("CH-FOJ", name="a"), officer("CH-FOJ", name="a"))
    with pytest.raises(RefusedError, match="different authorities"):
        expect_two(officer("CH-FOJ", name="a"), officer("CH-OAG", name="b"))


def test_liberty_is_a_running_clock_and_life_is_said_in_words() -> None:
    expect_ground(Ground.LIBERTY, lambda: True)
    expect_ground(Ground.LIFE, lambda: False)
    with pytest.raises(RefusedError, match="No clock on a person's liberty"):
        expect_ground(Ground.LIBERTY, lambda: False)
    for text in ("", "life", " " * 40, "x" * 301):
        with pytest.raises(InvalidInputError):
            expect_words(text)


def test_codes_given_are_used_and_wrong_tries_are_bounded() -> None:
    lines = list(read_journal(WHOLE, KEY).lines)
    assert (used_step(lines, "a"), used_step(lines, "b")) == (2, 0)
    data = b""
    for _ in range(MOST_WRONG):
        expect_room(lines, "name:1", MOMENT)
        wrong = Entry(Kind.REFUSED, "", DOSSIER, ("name:1",))
        line, row = next_line(read_journal(data, KEY), MOMENT, wrong, KEY)
        data += row
        lines.append(line)
    with pytest.raises(UnavailableError, match="locked"):
        expect_room(lines, "name:1", MOMENT)
    expect_room(lines, "name:2", MOMENT)
    expect_room(lines, "name:1", MOMENT + WRONG_WITHIN)


def journal(tmp_path) -> GlassJournal:
    (tmp_path / "stick").mkdir(exist_ok=True)
    return GlassJournal(tmp_path / "stick", "xx", KEY, tmp_path / "glass.mark")


def test_a_journal_that_does_not_hold_is_kept_aside_and_never_continued(tmp_path) -> None:
    one = journal(tmp_path)
    one.append(MOMENT, opened(a=5))
    one.append(MOMENT, opened())
    first = one.path.read_bytes()
    one.path.write_bytes(first.splitlines(keepends=True)[0])
    assert "2 lines were written" in one.read().fault
    line = one.append(MOMENT, opened())
    found = one.read()
    assert (found.fault, [other.entry.kind for other in found.lines]) == ("", [Kind.SET_ASIDE, Kind.OPENED])
    assert found.lines[-1] == line
    [(name, data, kept)] = one.set_aside()
    assert "broken" in name
    assert (data, len(kept.lines)) == (first.splitlines(keepends=True)[0], 1)
    assert used_step(one.all_lines(), "a") == 5


def test_where_the_storage_is_not_there_nothing_is_appended_and_that_is_said(tmp_path) -> None:
    one = GlassJournal(tmp_path / "unmounted", "xx", KEY, tmp_path / "glass.mark")
    for attempt in (one.read, one.expect_writable, lambda: one.append(MOMENT, opened())):
        with pytest.raises(UnavailableError, match="Nothing was shown"):
            attempt()
    assert journal(tmp_path).read() == Journal()
