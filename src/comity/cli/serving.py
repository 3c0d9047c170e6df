"""Serving a node: its processes under one parent, so that one interrupt ends them all.

Pages and API on plain loopback HTTP (a proxy does TLS), the exchange port on its own TLS listener, the worker, and the
watch if a port is named for it. The parent loads what they share once and forks them.
"""

import ctypes
import gc
import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType

from rich.console import Console

from comity.authorities.keyring import Keyring
from comity.authorities.node_file import RESTORED, read_node_file
from comity.cli.framework import load_framework
from comity.store.spool import empty, spool_of
from comity.values.errors import UnavailableError

says = Console(stderr=True)
GRACE_SECONDS = 8
STOPPING = (signal.SIGTERM, signal.SIGINT)
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
"""prctl(2): the signal a process gets when the one that started it is gone, however that ended; and its name."""


def serve_node(folder: Path, *, threads: int, watch: int = 0) -> None:
    """Serve until interrupted; when one process ends by itself, the others are ended and the reason is said."""
    folder = folder.resolve()
    file = read_node_file(folder)
    told = _stopping()  # before anything is started: what ends us at any moment ends the others too
    empty(spool_of(folder))
    _expect_reconciled(folder)
    tls_files = folder / "run"
    tls_files.mkdir(mode=0o700, exist_ok=True)
    empty(tls_files)  # a killed node leaves its key here
    running: dict[str, ForkProcess] = {}
    try:
        for name, work in _loaded(folder, tls_files, threads=threads, watch=watch).items():
            if not told:
                running[name] = _start(name, work)
        if not told:
            says.print(f"Node [bold]{file.node_id}[/]: {file.origin}  exchange {file.endpoint}")
        ended = _wait_for_the_first(running, told)
    finally:
        _end(running)
        empty(tls_files)
    if ended:
        raise UnavailableError(f"The {ended} process ended by itself; the node was stopped.", code="node:stopped")


def _stopping() -> list[int]:
    """The signals that told us to stop, as they come: empty until then."""
    told: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    for number in STOPPING:
        signal.signal(number, stop)
    return told


def _expect_reconciled(folder: Path) -> None:
    """A folder that came out of a backup first takes up what it lacks, in a process of its own."""
    if not (folder / RESTORED).exists():
        return
    command = [sys.executable, "-m", "comity.cli.main", "node", "reconcile", str(folder)]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        raise UnavailableError(
            "The node was restored from an older copy and is not reconciled with its partners. It was not started.",
            code="node:not-reconciled",
            next_step=f"What stood in the way is said above; then: comity node reconcile {folder}",
        )


def _loaded(folder: Path, tls_files: Path, *, threads: int, watch: int) -> Mapping[str, Callable[[], None]]:
    """What each process does, by its name: loaded once, with the keyring open, and left alone by the collector.

    Whoever forks has no thread and no database connection, and nothing here makes one.
    """
    gc.disable()  # nothing of what is loaded ends; the children collect again
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now

    processes = importlib.import_module("comity.site.processes")  # which stands above the commands
    _write_tls(settings.COMITY.keys(), tls_files)
    gc.freeze()
    found: Mapping[str, Callable[[], None]] = processes.processes_of(
        settings.COMITY, tls_files, threads=threads, watched=watch
    )
    return found


def _start(name: str, work: Callable[[], None]) -> ForkProcess:
    """One of our processes. On Linux it ends with this one even when nobody can pass a signal on (SIGKILL)."""
    process = multiprocessing.get_context("fork").Process(target=_child, args=(name, os.getpid(), work), name=name)
    # Until the child has its own handlers a signal waits: ours, which only takes note, would swallow it.
    held = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
    return process


def _child(name: str, parent: int, work: Callable[[], None]) -> None:
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        _end_with_parent(parent)
        ctypes.CDLL(None).prctl(_PR_SET_NAME, f"comity-{name}".encode())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    gc.enable()
    work()


def _end_with_parent(parent: int) -> None:
    """Ask for SIGTERM when the parent is gone.

    The parent's handler, which only takes note, must not swallow that one signal; a parent already gone sends none.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def _wait_for_the_first(running: Mapping[str, ForkProcess], told: list[int]) -> str:
    """The name of the process that ended first, or nothing when we were told to stop."""
    while not told:
        for name, process in running.items():
            if not process.is_alive():
                return name
        time.sleep(0.2)
    return ""


def _end(running: Mapping[str, ForkProcess]) -> None:
    for process in running.values():
        process.terminate()
    for process in running.values():
        process.join(GRACE_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()


def _write_tls(keys: Keyring, place: Path) -> None:
    """The exchange port's key and certificate as files only this user may read, for as long as the node is served."""
    for name, data in (("tls.key", keys.tls_key), ("tls.crt", keys.tls_certificate)):
        path = place / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
            sink.write(data)
