"""Lanes: work for one partner beside the work for others, bounded in number, of each kind so many per partner."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue

LANES = 8
"""How many lanes there are for each kind of work; who finds none waits for one to become free."""
OF_ONE = {"send": 2}
"""How many a partner may have of a kind, if not one: while one message waits at its door the next is on its way."""
IDLE_SECONDS = 10.0
"""For how long a thread waits for the next work before it ends: opening a database costs as much as a message."""

log = logging.getLogger("comity.worker")
Work = Callable[[], int]
Given = SimpleQueue[tuple[str, str, Work] | None]
"""What a thread is to do next: kind, partner and work, or to end."""


class Lanes:
    """Threads, each with its own connection to the database, that do one work after the other, of whatever lane.

    A partner whose lanes are taken, or who finds none free, waits a turn; half of all are for partners that have none.
    `freed` is called when a lane ends that was wanted meanwhile: that turn need not be waited for.
    """

    def __init__(
        self,
        most: int = LANES,
        freed: Callable[[], object] = lambda: None,
        idle_seconds: float = IDLE_SECONDS,
        of_one: Mapping[str, int] | None = None,
    ) -> None:
        self._most, self._of_one = most, of_one or {}
        self._freed = freed
        self._idle_seconds = idle_seconds
        self._taken: Counter[tuple[str, str]] = Counter()
        self._wanted: set[str] = set()
        """Kinds of work for which somebody found no lane."""
        self._threads: dict[threading.Thread, Given] = {}
        self._idle: list[Given] = []
        """What the threads wait for that have nothing to do, the one that worked last at the end."""
        self._changed = threading.Condition()

    def __call__(self, kind: str, partner: str, work: Work) -> int:
        """Begin the work in the partner's lane if it may begin now. Returns 0: what it did is not known yet."""
        with self._changed:
            held = self._taken[kind, partner]
            beside = sum(count for (of, _), count in self._taken.items() if of == kind)
            room = self._most // 2 if held else self._most
            if held >= self._of_one.get(kind, 1) or beside >= room:
                self._wanted.add(kind)
                return 0
            self._taken[kind, partner] += 1
            given = self._idle.pop() if self._idle else self._begun()
            given.put((kind, partner, work))
        return 0

    def _begun(self) -> Given:
        given: Given = SimpleQueue()
        thread = threading.Thread(target=self._run, args=(given,), daemon=True)
        self._threads[thread] = given
        thread.start()
        return given

    def _run(self, given: Given) -> None:
        from django.db import connections  # noqa: PLC0415 - the framework is set up by now

        try:
            while (told := self._next(given)) is not None:
                self._do(given, *told)
        finally:
            connections.close_all()
            with self._changed:
                del self._threads[threading.current_thread()]
                self._changed.notify_all()

    def _next(self, given: Given) -> tuple[str, str, Work] | None:
        try:
            return given.get(timeout=self._idle_seconds)
        except Empty:
            with self._changed:
                if given in self._idle:
                    self._idle.remove(given)
                    return None
            return given.get()  # it was given something at this very moment

    def _do(self, given: Given, kind: str, partner: str, work: Work) -> None:
        from django.db import close_old_connections  # noqa: PLC0415 - as above

        threading.current_thread().name = f"{kind} {partner}"
        try:
            close_old_connections()
            work()
        except Exception:
            log.exception("%s %s failed; it is tried again at the next turn", kind, partner)
        finally:
            with self._changed:
                self._taken[kind, partner] -= 1
                self._idle.append(given)
                wanted = kind in self._wanted
                self._wanted.discard(kind)
                self._changed.notify_all()
            if wanted:
                self._freed()

    def join(self, seconds: float) -> None:
        """Wait for what is under way, at most so long, and end the threads that have nothing to do.

        What is not finished is taken up again by lease.
        """
        end = time.monotonic() + seconds
        with self._changed:
            self._changed.wait_for(lambda: not self._taken.total(), max(0.0, end - time.monotonic()))
            ended = [thread for thread, given in self._threads.items() if given in self._idle]
            for given in self._idle:
                given.put(None)
            self._idle.clear()
        for thread in ended:
            thread.join(max(0.0, end - time.monotonic()))
