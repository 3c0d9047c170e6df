"""A node killed with 100,000 messages in its queue: how soon after its start it answers again, and in how much memory.

The rows are real in every table (message, queue, ledger); the partner they go to is not there. Only the first hundred
signatures are made each for its own message: nothing looks at one before its message is sent. Then, by turns, the real
command is started, asked for health and pages until both answer, and struck with SIGKILL.

    python -m soak restart [--seed S] [--state DIR]
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soak.steady_nodes import RunningNode, asked, environment, established, expect

QUEUED, SIGNED, AT_ONCE = 100_000, 100, 2_000
TURNS = 5
AIM_SECONDS, MOST_MIB = 4.0, 256
US, THEM = "CH-FOJ", "CO-FGN"


def soak(until: Callable[[], bool], seed: int, state: Path, *, queued: int = QUEUED) -> dict[str, Any]:
    """Fill the queue once, then kill and start by turns."""
    # A node that was installed has its code compiled; what we start finds it so from the first turn on.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(state / "compiled")
    node = established(state / "nodes", US, THEM)[0]
    words = [sys.executable, "-m", "soak.restart", str(node.folder), str(seed), str(queued)]
    subprocess.run(words, check=True, env=environment())
    turns: list[dict[str, Any]] = []
    while len(turns) < TURNS and not (turns and until()):
        turns.append(_turn(node))
    ready = statistics.median(one["seconds"]["health and pages"] for one in turns)
    largest = max(one["mib"] for turn in turns for one in turn["processes"].values())
    violations = [f"a process took {largest} MiB"] if largest > MOST_MIB else []
    violations += [] if turns[-1]["waiting"] == queued else [f"{turns[-1]['waiting']} of {queued} wait"]
    told = {"queued": queued, "seconds": ready, "aim": AIM_SECONDS, "met": ready <= AIM_SECONDS, "largest_mib": largest}
    return {**told, "load": round(os.getloadavg()[0], 1), "turns": turns, "violations": violations}


def _turn(node: RunningNode) -> dict[str, Any]:
    begun, seconds = time.monotonic(), {}
    ways = {"health": (node.watch, "/ready"), "pages": (node.web, "/sign-in")}
    node.start()

    def answered() -> bool:
        for name, (port, path) in ways.items():
            if name not in seconds and asked(port, path):
                seconds[name] = round(time.monotonic() - begun, 2)
        return len(seconds) == len(ways)

    expect(answered, 300, "health and pages")
    seconds["health and pages"] = max(seconds.values())
    time.sleep(5)  # the worker has looked at its queue some times by now
    found = {"seconds": seconds, "processes": node.processes(), "waiting": _waiting(node)}
    node.kill()
    return found


def _waiting(node: RunningNode) -> int:
    told = json.loads(node.command("node", "status", str(node.folder), "--json"))
    return sum(one["waiting"] for one in told["lines"])


def fill(folder: Path, seed: int, queued: int) -> None:
    """Bring the queue to so many rows: by the thousand, as `post` writes them one by one."""
    from comity.cli.framework import load_framework

    load_framework(folder)
    from datetime import UTC, datetime, timedelta

    from django.conf import settings
    from django.db import transaction

    from comity.exchange.message import SignedMessage
    from comity.exchange.models import Outbox, StatementDue, StoredMessage
    from comity.safeguards import actions
    from comity.safeguards.models import LedgerEntry
    from comity.values.actor import Act, job
    from soak.steady_writer import Letters

    letters, signer = Letters(US, THEM, seed), settings.COMITY.keys().signer(US)
    held, signature = Outbox.objects.count(), None
    before = datetime.now(UTC) - timedelta(minutes=1)
    while held < queued:
        messages, entries, last = [], [], StoredMessage.objects.order_by("position").last()
        position = last.position if last else 0
        with transaction.atomic():
            frontier = actions._locked_frontier(US)
            for _ in range(min(AT_ONCE, queued - held)):
                act = Act(job("exercise", US), before, "exercise", os.urandom)
                message = letters.next(act)
                if signature is None or held + len(messages) < SIGNED:
                    signature = SignedMessage.sign(message, signer).signature.to_json()
                named = (message.digest, message.id, message.type, US, THEM, str(message.dossier))
                messages.append((US, "out", *named, act.at, act.at, message.content, signature))
                facts = {"digest": message.digest, "type": message.type, "recipient": THEM, "queued": True}
                deed = actions._Deed(act.at, str(act.actor), "exchange:message:posted", named[5], act.purpose, facts)
                entries.append(actions._append(US, frontier, deed, os.urandom(16)))
            StoredMessage.insert_many(messages)
            LedgerEntry.insert_many(entries)
            actions._move_head(US, frontier)
            rows = StoredMessage.objects.filter(position__gt=position).values_list("position", flat=True)
            Outbox.objects.bulk_create([Outbox(message_id=one, recipient=THEM, next_attempt=before) for one in rows])
            StatementDue.objects.bulk_create([StatementDue(message_id=one, at=before) for one in rows])
        held += len(messages)


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
