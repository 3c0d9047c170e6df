"""Who writes at one of the nodes: posts real messages as the house's actions do, and sees when each receipt is stored.

A process of its own beside the served node, on the node's own database. It takes one line of JSON at a time:
`{"rate": R, "seconds": S}` writes R messages a second, `{"window": W, "seconds": S}` as many as keep W on their way,
`{"rate": 0, "seconds": S}` none. The answer has the milliseconds from submission to the receipt's being stored of all
whose receipt came meanwhile. A message that was due earlier than it could be written counts from when it was due.

    python -m soak.steady_writer FOLDER US THEM SEED
"""

import json
import os
import random
import sqlite3
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOOK_SECONDS = 0.005
IN_A_DOSSIER = 4
BODY_BYTES = 4096
POSITION = "SELECT position FROM exchange_storedmessage WHERE holder = %s AND digest = %s"


class Letters:
    """A request, then its reminders, each following the one before: then the next dossier."""

    def __init__(self, us: str, them: str, seed: int) -> None:
        self.us, self.them = us, them
        self._chance = random.Random(f"{us}/{seed}")
        self._dossier: Any = None
        self._last = ""
        self._number = 0

    def next(self, act: Any) -> Any:
        from comity.exchange.message import Message
        from comity.values.reference import Kind

        first = self._number % IN_A_DOSSIER == 0
        self._number += 1
        if first:
            self._dossier, self._last = act.new_reference(self.us, Kind.DOSSIER), ""
        words = self._chance.randbytes(BODY_BYTES // 2).hex()
        message = Message(
            type="request.transmitted" if first else "request.reminded",
            id=act.new_id(),
            sender=self.us,
            recipient=self.them,
            dossier=self._dossier,
            at=act.at,
            body=self._request(act, words) if first else {"text": {"en": words}},
            follows=(self._last,) if self._last else (),
            purpose=act.purpose,
        )
        self._last = message.digest
        return message

    def _request(self, act: Any, words: str) -> dict[str, Any]:
        from comity.seals.canonical import digest_of
        from comity.values.instant import instant_text

        content = {
            "language": "en",
            "instrument": "UNTOC",
            "offences": ["organised-crime"],
            "matter": {"en": f"Exercise {self._number}"},
            "parts": [{"id": "a", "measure": "bank-records"}],
        }
        return {
            "number": f"E-{self._number}",
            "route": "central",
            "content": content,
            "release": {"digest": digest_of(content), "documents": [], "attachments": []},
            "signed_by": {"name": "Exercise", "function": "officer", "authority": self.us, "at": instant_text(act.at)},
            "cover_note": {"en": words},
        }


class Watcher(threading.Thread):
    """Looks at the node's receipts as they come to be seen by others; what it sees is committed."""

    def __init__(self, database: Path) -> None:
        super().__init__(daemon=True)
        self.database = database
        self.due: dict[int, float] = {}
        self.taken: list[float] = []
        self.lock = threading.Lock()

    def run(self) -> None:
        held = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=20)
        last = held.execute("SELECT coalesce(max(id), 0) FROM exchange_storedreceipt").fetchone()[0]
        while True:
            rows = held.execute("SELECT id, message_id, kind FROM exchange_storedreceipt WHERE id > ?", (last,))
            for last, position, kind in rows.fetchall():  # noqa: B007 - the last one seen is where the next look begins
                if kind != "delivery":
                    continue
                now = time.monotonic()
                with self.lock:
                    if (begun := self.due.pop(position, None)) is not None:
                        self.taken.append((now - begun) * 1000)
            time.sleep(LOOK_SECONDS)


def main() -> None:
    folder, us, them, seed = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    from comity.cli.framework import load_framework

    load_framework(folder)
    from django.conf import settings
    from django.db import connection, transaction

    from comity.exchange.actions import post
    from comity.values.actor import Act, job

    keys, letters, watcher = settings.COMITY.keys(), Letters(us, them, seed), Watcher(folder / "node.sqlite3")
    watcher.start()

    def write(begun: float) -> None:
        act = Act(job("exercise", us), datetime.now(UTC), "exercise", os.urandom)
        with transaction.atomic():
            signed = post(act, letters.next(act), keys=keys)
            with connection.cursor() as cursor, watcher.lock:
                cursor.execute(POSITION, [us, signed.digest])
                watcher.due[cursor.fetchone()[0]] = begun

    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        begun, sent = time.monotonic(), 0
        end = begun + asked["seconds"]
        while (now := time.monotonic()) < end:
            if "window" in asked:
                if len(watcher.due) < asked["window"]:
                    write(now)
                    sent += 1
                else:
                    time.sleep(0.001)
                continue
            due = begun + sent / asked["rate"] if asked["rate"] else end
            if due > now:
                time.sleep(min(due, end) - now)
                continue
            write(due)
            sent += 1
        with watcher.lock:
            taken, watcher.taken = watcher.taken, []
        spent = time.process_time()
        told = {"sent": sent, "taken": [round(one, 1) for one in taken], "open": len(watcher.due), "cpu": spent}
        print(json.dumps({**told, "seconds": time.monotonic() - begun}), flush=True)


if __name__ == "__main__":
    main()
