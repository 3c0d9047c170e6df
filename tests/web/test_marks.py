"""The marks as values: clocks count, seals name their state, the ribbon cites each instrument once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from comity.web.marks import ClockMark, SealMark, SealState, cited, terms_of
from comity.web.templatetags.marks import law_text, short, size

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "state", "english", "spanish"),
    [
        (timedelta(days=12), "calm", "12 days", "12 días"),
        (timedelta(days=3), "soon", "3 days", "3 días"),
        (timedelta(hours=11, minutes=20), "soon", "11 hours", "11 horas"),
        (timedelta(minutes=5), "soon", "1 hour", "1 hora"),
        (timedelta(days=-6), "late", "6 days late", "6 días de retraso"),
    ],
)
def test_a_clock_says_how_long_is_left(left, state, english, spanish):
    clock = ClockMark(NOW + left, now=NOW)
    assert clock.state == state
    assert clock.words == english
    with translation.override("es"):
        assert clock.words == spanish


def test_arabic_has_its_dual():
    with translation.override("ar"):
        assert ClockMark(NOW + timedelta(days=2), now=NOW).words == "يومان"


def test_the_dial_shows_the_part_that_has_run():
    assert ClockMark(NOW + timedelta(days=5), started=NOW - timedelta(days=15), now=NOW).elapsed == 75
    assert ClockMark(NOW - timedelta(days=1), now=NOW).elapsed == 100


def test_every_state_of_a_seal_has_a_shape_and_a_word_of_its_own():
    marks = [SealMark(state) for state in SealState]
    assert len({mark.icon for mark in marks}) == len({str(mark.word) for mark in marks}) == len(SealState)


def test_the_ribbon_cites_an_instrument_once():
    conditions = [
        {"kind": "specialty", "text": "…", "provision": "CH-CO Treaty 2011 Art. 15(1)"},
        {"kind": "specialty", "text": "…", "provision": "CH-CO Treaty 2011 Art. 15(2)"},
        {"kind": "return", "text": "…", "provision": ""},
    ]
    assert terms_of(conditions) == ("Use limited (CH-CO Treaty 2011 Art. 15(1), 15(2))", "To be returned")
    assert cited(["Art. 4", "UNTOC Art. 18(19)"]) == "Art. 4, UNTOC Art. 18(19)"


def test_a_digest_is_short_for_the_eye_and_whole_for_the_copy():
    shown = short("41ac" * 16)
    assert "41ac41ac…41ac" in shown
    assert "41ac" * 16 in shown


@pytest.mark.parametrize(("count", "text"), [(None, "–"), (12, "12 B"), (88_123, "88 kB"), (214_000_000, "214.0 MB")])
def test_sizes_are_read_in_the_unit_a_person_uses(count, text):
    assert size(count) == text


def test_a_sentence_of_the_register_that_is_not_translated_is_marked_as_english():
    with translation.override("ar"):
        assert law_text("Covered <b>").startswith('<span lang="en" dir="ltr">Covered &lt;b&gt;')
    assert law_text("Covered <b>") == "Covered &lt;b&gt;"
