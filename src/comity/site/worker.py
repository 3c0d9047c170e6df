"""The node's worker: runs what the schedule says is due, one thing at a time, until told to stop."""

import logging
import os
import signal
import time
from datetime import UTC, datetime
from types import FrameType

import django

PAUSE_SECONDS = 0.25


def main() -> None:
    """Loop over the schedule. A job that fails is logged and tried again at its next turn; the others go on."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now
    from django.db import close_old_connections  # noqa: PLC0415

    from comity.wiring.schedule import SCHEDULE  # noqa: PLC0415

    log = logging.getLogger("comity.worker")
    told = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    due = dict.fromkeys((entry.name for entry in SCHEDULE), 0.0)
    while not told:
        for entry in SCHEDULE:
            if told or time.monotonic() < due[entry.name]:
                continue
            due[entry.name] = time.monotonic() + entry.every_seconds
            close_old_connections()
            try:
                entry.run(settings.COMITY, datetime.now(UTC), os.urandom)
            except Exception:
                log.exception("%s failed; it is tried again in %s s", entry.name, entry.every_seconds)
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
