"""The directory as the page of partners shows it: authorities that stand in every way, and a directory that has ended."""

from datetime import datetime, timedelta
from typing import Any

from comity.authorities.directory.listed import Ended, Entry
from comity.authorities.queries.directory import Listed, Listing, Standing
from tests.authorities.test_directory import SECOND, key, opened

LONG = "Federation of the founding central authorities of an exercise " * 3


def directory_listings(now: datetime) -> list[Listing]:
    directory = opened(SECOND)
    return [
        Listing("ab" * 32, LONG.strip(), directory, ended, now - timedelta(days=2), "CO-FGN") for ended in (False, True)
    ]


def directory_lines(now: datetime) -> list[dict[str, Any]]:
    card = opened(SECOND).entries["CO-FGN"].card
    gone = Ended(key(1).public.fingerprint, now, "stolen with the laptop it was on")
    return [
        {
            "name": "Fiscalía General de la Nación (exercise)",
            "open": standing not in {Standing.CONNECTED, Standing.OURS},
            "line": Listed("CO-FGN", Entry(card, (gone,)), standing, "cd" * 32, LONG.strip(), 2, 3),
        }
        for standing in Standing
    ]
