"""The node's worker: each job of the schedule in a thread of its own; a slow partner holds back nothing else.

What is queued is sent at once: whoever queued it rings (`bell`). The job's own interval is for what comes due by time,
and for a ring that was lost.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comity.wiring.schedule import Job

LOOK_SECONDS = 0.5
"""How often the worker looks whether each of its threads still runs."""
GRACE_SECONDS = 3.0
"""How long a job may go on after the worker was told to stop; what it had not finished is taken up again by lease."""

log = logging.getLogger("comity.worker")


def repeat(job: "Job", run: Callable[["Job"], object], told: threading.Event, rung: threading.Event) -> None:
    """Run one job at its interval, or sooner when it is rung for, until told to stop.

    One that fails is logged and tried again at its next turn.
    """
    from django.db import close_old_connections, connections  # noqa: PLC0415 - the framework is set up by now

    try:
        while not told.is_set():
            rung.clear()
            close_old_connections()
            try:
                run(job)
            except Exception:
                log.exception("%s failed; it is tried again in %s", job.name, job.every)
            if not told.is_set():
                rung.wait(job.every.total_seconds())
    finally:
        connections.close_all()


def work(
    jobs: Iterable["Job"],
    run: Callable[["Job"], object],
    told: threading.Event,
    rung: Mapping[str, threading.Event] | None = None,
) -> None:
    """Run every job beside the others until told to stop, then wait for what is under way, within bounds.

    `rung` has, for a job by its name, what is set when it is to run before its time.
    """
    bells = [(job, (rung or {}).get(job.name) or threading.Event()) for job in jobs]
    threads = [
        threading.Thread(target=repeat, args=(job, run, told, bell), name=job.name, daemon=True) for job, bell in bells
    ]
    for thread in threads:
        thread.start()
    while not told.wait(LOOK_SECONDS):
        if not all(thread.is_alive() for thread in threads):
            told.set()
    for _, bell in bells:
        bell.set()
    end = time.monotonic() + GRACE_SECONDS
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))


def listen(heard: socket.socket, rung: threading.Event, told: threading.Event) -> None:
    """Pass on each ring until told to stop."""
    heard.settimeout(LOOK_SECONDS)
    while not told.is_set():
        try:
            heard.recv(1)
        except TimeoutError:
            continue
        rung.set()


def main() -> None:
    """Work through the schedule until interrupted. The framework is set up by now."""
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now

    from comity.site.lanes import OF_ONE, Lanes  # noqa: PLC0415
    from comity.wiring.schedule import SCHEDULE, Tools, run_job  # noqa: PLC0415

    rung = threading.Event()
    node, lanes = settings.COMITY, Lanes(freed=rung.set, of_one=OF_ONE)

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
    with ExitStack() as open_now:
        try:
            heard = open_now.enter_context(node.bell().heard())
            threading.Thread(target=listen, args=(heard, rung, told), name="bell", daemon=True).start()
        except OSError as error:
            log.warning("nobody can ring for this worker (%s); it looks by itself", error)
        run = lambda job: run_job(job, datetime.now(UTC), tools(), authority=node.node_id)  # noqa: E731 - named to be read
        work(SCHEDULE.values(), run, told, {"send": rung})
        lanes.join(GRACE_SECONDS)
