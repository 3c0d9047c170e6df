"""`python -m conformance [--codes] [--json] [-- COMMAND ...]`: put every vector to an implementation.

Without a command it is this repository's own. Ends with 0 when every vector passed, 1 when one failed, 3 when some
were skipped and none failed.
"""

import argparse
import json
import sys
from collections import Counter

from conformance.runner import ask, unanswered
from conformance.vectors import load_vectors

SKIPPED_EXIT = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m conformance", description="Put every vector to a program.")
    parser.add_argument("--codes", action="store_true", help="the code of a refusal must be the protocol's too")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("command", nargs="*", help="the program to ask (after --); default: this repository's own")
    asked = parser.parse_args()
    vectors = list(load_vectors())
    verdicts = list(ask(asked.command or [sys.executable, "-m", "conformance.answers"], vectors, codes=asked.codes))
    states = Counter(verdict.state for verdict in verdicts)
    failed = [verdict for verdict in verdicts if verdict.state == "failed"]
    counted = {
        "vectors": len(vectors),
        "negative": sum(vector.negative for vector in vectors),
        **{state: states[state] for state in ("passed", "failed", "skipped")},
    }
    failures = [{"id": verdict.vector.id, "says": verdict.vector.says, "why": verdict.why} for verdict in failed]
    skipped = unanswered(verdicts)
    if asked.json:
        print(json.dumps({**counted, "failures": failures, "not answered": skipped}, ensure_ascii=False))
    else:
        for failure in failures:
            print("FAILED {id}: {says} ({why})".format(**failure))
        if skipped:
            print("NOT ANSWERED: " + ", ".join(f"{check} ({count})" for check, count in skipped.items()))
        print(", ".join(f"{count} {what}" for what, count in counted.items()))
    if failed:
        return 1
    return SKIPPED_EXIT if states["skipped"] else 0


if __name__ == "__main__":
    sys.exit(main())
