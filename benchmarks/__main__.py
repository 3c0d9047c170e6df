"""`make bench`: every measurement beside its peer or limit, one after the other, each in a process of its own.

python -m benchmarks [--quick]
"""

import argparse
import os
import platform
import subprocess
import sys

from benchmarks.noise import noise

FULL: tuple[tuple[str, ...], ...] = (("seals",), ("exchange",), ("ledger",), ("law",))
QUICK: tuple[tuple[str, ...], ...] = (
    ("seals", "--mib", "128", "--rounds", "1"),
    ("exchange", "--messages", "50", "--rounds", "1"),
    ("ledger", "--appends", "100", "--rounds", "1", "--leaves", "2000"),
    ("law",),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, one round: shows that it runs, measures nothing"
    )
    quick = parser.parse_args().quick
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    for name, *options in QUICK if quick else FULL:
        print(f"\n== {name}\n{noise()}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=True)
    print(f"\n{noise()}")


if __name__ == "__main__":
    main()
