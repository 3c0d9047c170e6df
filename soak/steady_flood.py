"""A third peer that sends more than it may: sealed messages made beforehand, handed over at a pace, answers counted.

python -m soak.steady_flood FOLDER US THEM COUNT          (commands on standard input)
"""

import json
import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from soak.steady_writer import Letters


def main() -> None:
    folder, us, them, count = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    from comity.cli.framework import load_framework

    load_framework(folder)
    from django.conf import settings

    from comity.authorities.queries import partner
    from comity.exchange.envelope import seal_envelope
    from comity.exchange.message import SignedMessage
    from comity.exchange.receipt import peek_receipt, read_plain_rejection
    from comity.values.actor import Act, job

    keys, letters, to, line = settings.COMITY.keys(), Letters(us, them, 0), partner(them), settings.COMITY.transport()
    waiting = []
    for _ in range(count):
        act = Act(job("exercise", us), datetime.now(UTC), "exercise", os.urandom)
        signed = SignedMessage.sign(letters.next(act), keys.signer(us))
        waiting.append(seal_envelope(signed, {}, to.sealing_key))
    print("ready", flush=True)
    for text in sys.stdin:
        asked = json.loads(text)
        begun, sent = time.monotonic(), 0
        told: Counter[str] = Counter()
        while waiting and time.monotonic() < begun + asked["seconds"]:
            time.sleep(max(0.0, begun + sent / asked["rate"] - time.monotonic()))
            answer = line.deliver(to, waiting.pop(0))
            refused = read_plain_rejection(answer) or peek_receipt(answer).rejection
            told[refused.value if refused else "taken"] += 1
            sent += 1
        print(json.dumps({"sent": sent, "seconds": time.monotonic() - begun, "answers": dict(told)}), flush=True)


if __name__ == "__main__":
    main()
