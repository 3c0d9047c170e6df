"""A ledger as files: whole it holds, with its witnesses; any change of any file is found and named."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from comity.exchange.actions import begin_anew
from comity.exchange.ledger_export import CHECKPOINT, WITNESSED, check_export
from comity.exchange.models import WitnessedLog
from comity.exchange.queries import cosigned, departures, exported, standings
from comity.safeguards.models import LedgerEntry
from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.simulation.histories import LOG, WITNESSES, Federation, History


@dataclass(frozen=True)
class Files:
    lines: tuple[bytes, ...]
    checkpoint: str
    witnessed: str
    keys: bytes

    def broken(self) -> list[str]:
        found = check_export(self.lines, self.checkpoint, self.witnessed, self.keys)
        return [f"{one.place}: {one.text}" for one in found if not one.holds]


@pytest.fixture(scope="module")
def history(django_db_blocker) -> History:
    with django_db_blocker.unblock():
        lived = History(Federation(7), 7, 0, "")
        lived.live()
        with lived.nodes[LOG].acting():
            lived.append(2)
        return lived


@pytest.fixture
def unblocked(django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def files(history: History, **options: bool) -> Files:
    with history.nodes[LOG].acting():
        notes, keys, lines = exported(LOG, history.nodes[LOG].keys, **options)
        return Files(tuple(lines), notes[CHECKPOINT], notes[WITNESSED], keys)


@pytest.mark.usefixtures("unblocked")
def test_an_export_holds_with_both_witnesses_and_without_words(history: History) -> None:
    whole = files(history)
    assert whole.broken() == []
    said = " ".join(one.text for one in check_export(whole.lines, whole.checkpoint, whole.witnessed, whole.keys))
    assert all(f"Cosigned by {code}" in said for code in WITNESSES)
    bare = files(history, entries=False)
    assert bare.broken() == []
    assert b"casework" not in b"".join(bare.lines)


def _next_line(lines: tuple[bytes, ...]) -> bytes:
    """One more entry after the last, as whoever holds the files could write it."""
    return encode({**decode(lines[-1].rstrip(b"\n")), "seq": len(lines), "salt": None, "entry": None}) + b"\n"


@pytest.mark.usefixtures("unblocked")
def test_any_change_is_found(history: History) -> None:
    whole = files(history)
    value = decode(whole.lines[1].rstrip(b"\n"))
    altered = encode({**value, "entry": decode(whole.lines[2].rstrip(b"\n"))["entry"]}) + b"\n"
    renumbered = encode({**value, "seq": 7}) + b"\n"
    words = encode({**decode(from_b64(value["entry"])), "purpose": "another"})
    reworded = encode({**value, "entry": to_b64(words)}) + b"\n"
    unsigned = whole.checkpoint.partition("\n\n")[0] + "\n\n— a QUJDREU=\n"
    keys = decode(whole.keys)
    swapped = encode({**keys, WITNESSES[0]: keys[WITNESSES[1]]})
    for changed in (
        replace(whole, lines=whole.lines[:-1]),
        replace(whole, lines=whole.lines[1:]),
        replace(whole, lines=(whole.lines[1], whole.lines[0], *whole.lines[2:])),
        replace(whole, lines=(whole.lines[0], altered, *whole.lines[2:])),
        replace(whole, lines=(whole.lines[0], renumbered, *whole.lines[2:])),
        replace(whole, lines=(whole.lines[0], reworded, *whole.lines[2:])),
        replace(whole, checkpoint=unsigned),
        replace(whole, lines=(*whole.lines, b"{}\n")),
        replace(whole, checkpoint=whole.checkpoint.replace("\n", "\n1", 1)),
        replace(whole, witnessed=whole.witnessed.replace("\n", "\n1", 1)),
        replace(whole, keys=swapped),
        replace(whole, keys=b"[]"),
        replace(whole, checkpoint=""),
        replace(whole, checkpoint="", witnessed=""),
        replace(whole, lines=(*whole.lines, _next_line(whole.lines))),
        replace(whole, keys=encode({**keys, WITNESSES[0]: []})),
    ):
        assert changed.broken(), changed


@pytest.mark.usefixtures("unblocked")
def test_a_ledger_that_left_what_was_cosigned_is_named(history: History) -> None:
    with history.nodes[LOG].acting():
        assert departures(LOG) == {}
        seen = cosigned(LOG)
        assert seen is not None
        assert {code for code, _ in seen.witnesses} == set(WITNESSES)
        LedgerEntry.objects.filter(authority=LOG, seq=1).update(leaf=b"\1" * 32)
        assert set(departures(LOG)) == set(WITNESSES)
        assert all(not one.alarming for one in standings(LOG))


@pytest.mark.usefixtures("unblocked")
def test_a_partner_that_lost_its_ledger_begins_anew_and_the_ledger_says_so(history: History) -> None:
    node = history.nodes[WITNESSES[0]]
    with node.acting():
        known = WitnessedLog.objects.get(log=LOG).size
        assert begin_anew(node.act(history.now, "told by telephone"), holder=node.code, log=LOG) == known
        assert not WitnessedLog.objects.filter(log=LOG).exists()
        assert LedgerEntry.objects.filter(event="exchange:ledger:begun-anew", subject=f"{LOG}:ledger").count() == 1
