"""What both databases say once all is delivered: each message once on the other side, one effect, one receipt."""

import json
import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_SENT = """SELECT m.digest, o.state,
    (SELECT count(*) FROM exchange_storedreceipt r WHERE r.message_id = m.position AND r.kind = 'delivery')
    FROM exchange_storedmessage m JOIN exchange_outbox o ON o.message_id = m.position
    WHERE m.holder = ? AND m.direction = 'out' AND o.recipient = ?"""
_CAME = "SELECT digest FROM exchange_storedmessage WHERE holder = ? AND direction = 'in' AND sender = ?"
_ENTERED = "SELECT entry FROM safeguards_ledgerentry WHERE authority = ? AND event = 'exchange:message:received'"
_FOLDED = """SELECT d.reference, json_array_length(d.state, '$.timeline'),
    (SELECT count(*) FROM exchange_storedmessage m WHERE m.holder = d.holder AND m.dossier = d.reference)
    FROM requests_dossier d WHERE d.holder = ?"""


def judged(sender: Path, us: str, recipient: Path, them: str) -> dict[str, Any]:
    """Of all that one node ever sent the other: how many, lost and doubled, with a sentence for each kind of fault."""
    ours, theirs = _open(sender), _open(recipient)
    sent = {digest: (state, receipts) for digest, state, receipts in ours.execute(_SENT, (us, them))}
    came = Counter(digest for (digest,) in theirs.execute(_CAME, (them, us)))
    entered = Counter(_digest(entry, us) for (entry,) in theirs.execute(_ENTERED, (them,)))
    del entered[""]
    lost = [digest for digest in sent if not came[digest] or not entered[digest]]
    doubled = [digest for digest in sent if came[digest] > 1 or entered[digest] > 1]
    unreceipted = [digest for digest, (state, receipts) in sent.items() if (state, receipts) != ("delivered", 1)]
    wrong = [name for name, told, held in theirs.execute(_FOLDED, (them,)) if told != held]
    said = {
        "lost": lost,
        "doubled": doubled,
        "without their one receipt": unreceipted,
        "not sent and there": [digest for digest in came if digest not in sent],
        "dossiers that are not the fold of their messages": wrong,
    }
    ours.close()
    theirs.close()
    return {
        "sent": len(sent),
        "lost": len(lost),
        "doubled": len(doubled),
        "violations": [f"{us} to {them}: {len(one)} {what}: {one[0][:40]}" for what, one in said.items() if one],
    }


def taken_from(recipient: Path, them: str, sender: str) -> int:
    held = _open(recipient)
    [count] = held.execute(_CAME.replace("SELECT digest", "SELECT count(*)"), (them, sender)).fetchone()
    held.close()
    return int(count)


def used_this_hour(recipient: Path, sender: str) -> int:
    """What a partner used already of its allowance of this hour."""
    held = _open(recipient)
    hour = f"{datetime.now(UTC):%Y-%m-%d %H}"
    rows = held.execute("SELECT messages, hour FROM exchange_allowance WHERE partner = ?", (sender,)).fetchall()
    held.close()
    return sum(messages for messages, counted in rows if counted.startswith(hour))


def _digest(entry: bytes, sender: str) -> str:
    """Of an entry about a message of that sender, its digest."""
    facts = json.loads(entry)["facts"]
    return str(facts["digest"]) if facts["sender"] == sender else ""


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
