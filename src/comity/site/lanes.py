"""Lanes: work for one partner beside the work for others, bounded in number, at most one of a kind per partner."""

import logging
import threading
import time
from collections.abc import Callable

LANES = 8
"""How many partners are served at once, of each kind of work; the others wait for a lane to become free."""

log = logging.getLogger("comity.worker")


class Lanes:
    """Threads that end with their work. A partner whose lane is taken, or who finds none free, waits a turn.

    `freed` is called when a lane ends that was wanted meanwhile: that turn need not be waited for.
    """

    def __init__(self, most: int = LANES, freed: Callable[[], object] = lambda: None) -> None:
        self._most = most
        self._freed = freed
        self._taken: dict[tuple[str, str], threading.Thread] = {}
        self._wanted: set[str] = set()
        """Kinds of work for which somebody found no lane."""
        self._lock = threading.Lock()

    def __call__(self, kind: str, partner: str, work: Callable[[], int]) -> int:
        """Begin the work in the partner's lane if it may begin now. Returns 0: what it did is not known yet."""
        with self._lock:
            beside = sum(held == kind for held, _ in self._taken)
            if (kind, partner) not in self._taken and beside < self._most:
                thread = threading.Thread(
                    target=self._run, args=(kind, partner, work), name=f"{kind} {partner}", daemon=True
                )
                self._taken[kind, partner] = thread
                thread.start()
            else:
                self._wanted.add(kind)
        return 0

    def _run(self, kind: str, partner: str, work: Callable[[], int]) -> None:
        from django.db import close_old_connections, connections  # noqa: PLC0415 - the framework is set up by now

        try:
            close_old_connections()
            work()
        except Exception:
            log.exception("%s %s failed; it is tried again at the next turn", kind, partner)
        finally:
            connections.close_all()
            with self._lock:
                del self._taken[kind, partner]
                wanted = kind in self._wanted
                self._wanted.discard(kind)
            if wanted:
                self._freed()

    def join(self, seconds: float) -> None:
        """Wait for what is under way, at most so long; what is not finished is taken up again by lease."""
        end = time.monotonic() + seconds
        with self._lock:
            threads = list(self._taken.values())
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
