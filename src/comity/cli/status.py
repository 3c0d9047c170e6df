"""What an operator wants to know first: does anything wait, since when, and are the ledgers whole."""

from typing import Any

from comity.authorities.queries import local_authorities
from comity.exchange.queries import lines
from comity.safeguards.queries import broken_places, ledger_size
from comity.values.instant import instant_text


def node_status() -> dict[str, Any]:
    """`authorities`, `lines` (per partner: waiting, down since, next attempt, why) and `broken` (places in ledgers)."""
    codes = [row.code for row in local_authorities()]
    return {
        "authorities": {code: {"ledger": ledger_size(code)} for code in codes},
        "lines": [
            {
                "partner": line.partner,
                "waiting": line.waiting,
                "stopped": line.stopped,
                "down_since": instant_text(line.down_since) if line.down_since else None,
                "next_attempt": instant_text(line.next_attempt) if line.next_attempt else None,
                "reason": line.last_reason,
            }
            for line in lines()
        ],
        "broken": [f"{code}: {place}" for code in codes for place in broken_places(code)],
    }
