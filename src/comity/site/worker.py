"""The node's worker: runs what the schedule says is due, one thing at a time, until told to stop."""

import logging
import os
import signal
import time
from datetime import UTC, datetime
from types import FrameType

import django

PAUSE_SECONDS = 0.2


def main() -> None:
    """Loop over the schedule. A job that fails is logged and tried again at its next turn; the others go on."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now
    from django.db import close_old_connections  # noqa: PLC0415

    from comity.wiring.schedule import SCHEDULE, Tools, run_job  # noqa: PLC0415

    node = settings.COMITY
    tools = Tools(node.keys(), node.vault(), node.transport(), os.urandom, node.exercise, lambda: datetime.now(UTC))
    log = logging.getLogger("comity.worker")
    told = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    due = dict.fromkeys(SCHEDULE, 0.0)
    while not told:
        for name, job in SCHEDULE.items():
            if told or time.monotonic() < due[name]:
                continue
            due[name] = time.monotonic() + job.every.total_seconds()
            close_old_connections()
            try:
                run_job(job, datetime.now(UTC), tools, authority=node.node_id)
            except Exception:
                log.exception("%s failed; it is tried again in %s", name, job.every)
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
