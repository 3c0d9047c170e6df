"""The operator is told of certificates before they end."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from comity.authorities.certificates import VALID_DAYS, issue_office_seal, issue_tls
from comity.authorities.keyring import AuthorityKeys, Keyring
from comity.cli.status import ending, status_page
from comity.seals.keys import OpeningKey, SigningKey

QUIET: dict[str, list[str]] = {"ours": [], "faults": [], "owed": []}
MADE = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "named"),
    [(VALID_DAYS - 61, []), (VALID_DAYS - 60, ["exchange port (TLS)"]), (VALID_DAYS + 40, ["exchange", "CH-FOJ"])],
)
def test_a_certificate_is_named_sixty_days_before_it_ends_and_after(days: int, named: list[str]) -> None:
    seal = issue_office_seal("CH", "Office", MADE + timedelta(days=70))
    held = AuthorityKeys(SigningKey.generate(), OpeningKey.generate(), *seal)
    keys = Keyring(bytes(32), {"CH-FOJ": held}, *issue_tls("localhost", MADE), os.urandom)
    found = ending(keys, MADE + timedelta(days=days))
    assert [line.split(" ends ")[0][: len(name)] for line, name in zip(found, named, strict=True)] == named


def test_the_status_is_told_to_a_person_in_sentences_and_tables() -> None:
    line = {
        "partner": "CO-FGN",
        "waiting": 1200,
        "stopped": 2,
        "down_since": "2026-11-01T00:00:00.000Z",
        "next_attempt": None,
        "reason": "CO-FGN cannot be reached [Errno 111].",
    }
    found = {
        "authorities": {"CH-FOJ": {"ledger": 4711}},
        "lines": [line],
        "quotas": [{"partner": "CO-FGN", "messages": [9000, 10000], "bytes": [1, 5], "transfers": [0, 7]}],
        "ending": ["CH-FOJ office seal ends soon"],
        "broken": ["CH-FOJ: entry 3"],
        "lapsed": [
            {
                "kind": "line-down",
                "subject": "CO-FGN",
                "since": "2026-11-01",
                "until": "2026-11-08",
                "overdue": True,
                "sentence": "The line is down.",
            }
        ],
        "witnesses": {
            "ours": [
                {"state": "restored", "reason": "This ledger has 3 entries; CO-FGN holds 9."},
                {"state": "cosigned"},
            ],
            "faults": [{"ledger": "CO-FGN", "kind": "fork", "size": 5, "known_size": 5, "held_by": "CH-FOJ"}],
            "owed": [{"ledger": "CO-FGN", "size": 7, "shown_by": "GB-UKCA"}],
        },
    }
    console = Console(width=200)
    with console.capture() as captured:
        console.print(status_page(found))
    said = captured.get()
    for words in (
        "BROKEN  CH-FOJ: entry 3",
        "ENDS    CH-FOJ office",
        "ALARM   This ledger has 3 entries; CO-FGN holds 9.",
        "ALARM   CO-FGN signed two roots for 5 entries; CH-FOJ keeps the proof.",
        "ALARM   CO-FGN has not proved 7 entries that GB-UKCA saw.",
        "LAPSED  CO-FGN The line is down. Since 2026-11-01, until 2026-11-08.",
        "4,711",
        "down since 2026",
        "1,200",
        "[Errno 111]",
    ):
        assert words in said
    assert "{" not in said
    with console.capture() as captured:
        console.print(status_page(found | {"ending": [], "broken": [], "lines": [], "lapsed": [], "witnesses": QUIET}))
    assert "All ledgers are whole" in captured.get()
