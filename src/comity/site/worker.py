"""The node's worker: each job of the schedule in a thread of its own; a slow partner holds back nothing else."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from comity.wiring.schedule import Job

LOOK_SECONDS = 0.5
"""How often the worker looks whether each of its threads still runs."""
GRACE_SECONDS = 3.0
"""How long a job may go on after the worker was told to stop; what it had not finished is taken up again by lease."""

log = logging.getLogger("comity.worker")


def repeat(job: "Job", run: Callable[["Job"], object], told: threading.Event) -> None:
    """Run one job at its interval until told to stop. One that fails is logged and tried again at its next turn."""
    from django.db import close_old_connections, connections  # noqa: PLC0415 - the framework is set up by now

    try:
        while not told.is_set():
            close_old_connections()
            try:
                run(job)
            except Exception:
                log.exception("%s failed; it is tried again in %s", job.name, job.every)
            told.wait(job.every.total_seconds())
    finally:
        connections.close_all()


def work(jobs: Iterable["Job"], run: Callable[["Job"], object], told: threading.Event) -> None:
    """Run every job beside the others until told to stop, then wait for what is under way, within bounds."""
    threads = [threading.Thread(target=repeat, args=(job, run, told), name=job.name, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    while not told.wait(LOOK_SECONDS):
        if not all(thread.is_alive() for thread in threads):
            told.set()
    end = time.monotonic() + GRACE_SECONDS
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))


def main() -> None:
    """Work through the schedule until interrupted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now

    from comity.site.lanes import Lanes  # noqa: PLC0415
    from comity.wiring.schedule import SCHEDULE, Tools, run_job  # noqa: PLC0415

    node, lanes = settings.COMITY, Lanes()

    def tools() -> Tools:
        """With the keys as they are now: the operator may have rotated them."""
        transport = node.transport()
        return Tools(
            node.keys(),
            node.vault(),
            transport,
            os.urandom,
            node.exercise,
            lambda: datetime.now(UTC),
            lanes,
            transport,
            node.timestamps(),
            node.continuity(),
            node.glass(),
        )

    told = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        told.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    work(SCHEDULE.values(), lambda job: run_job(job, datetime.now(UTC), tools(), authority=node.node_id), told)
    lanes.join(GRACE_SECONDS)


if __name__ == "__main__":
    main()
