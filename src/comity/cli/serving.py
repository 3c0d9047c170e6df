"""Serving a node: three processes under one parent, so that one interrupt ends them all.

Pages and API on plain loopback HTTP (a proxy does TLS), the exchange port on its own TLS listener, and the worker.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import FrameType

from rich.console import Console

from comity.authorities.keyring import Keyring
from comity.authorities.node_file import read_node_file
from comity.cli.backups import RESTORED
from comity.store.spool import empty, spool_of
from comity.values.errors import MissingError, UnavailableError

says = Console(stderr=True)
GRACE_SECONDS = 8
_PR_SET_PDEATHSIG = 1
"""prctl(2): the signal a process gets when the one that started it is gone, however that ended."""


def serve_node(folder: Path, *, threads: int, watch: int = 0) -> None:
    """Serve until interrupted; when one process ends by itself, the others are ended and the reason is said."""
    folder = folder.resolve()
    file = read_node_file(folder)
    told = _stopping()  # before anything is started: what ends us at any moment ends the others too
    environment = {**os.environ, "COMITY_NODE": str(folder), "DJANGO_SETTINGS_MODULE": "comity.site.settings"}
    empty(spool_of(folder))
    if (folder / RESTORED).exists():
        command = [sys.executable, "-m", "comity.cli.main", "node", "reconcile", str(folder)]
        if subprocess.run(command, env=environment, check=False).returncode:  # noqa: S603 - our own command
            raise UnavailableError(
                "The node was restored from an older copy and is not reconciled with its partners. It was not started.",
                code="node:not-reconciled",
                next_step=f"What stood in the way is said above; then: comity node reconcile {folder}",
            )
    tls_files = folder / "run"
    tls_files.mkdir(mode=0o700, exist_ok=True)
    empty(tls_files)  # a killed node leaves its key here
    gunicorn = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", str(threads)]
    quiet = ["--log-level", "warning", "--worker-tmp-dir", str(tls_files), "--no-control-socket"]
    commands = {
        "pages": [*gunicorn, *quiet, "--bind", f"127.0.0.1:{file.web_port}", "comity.site.wsgi:application"],
        "exchange": [
            *gunicorn,
            *quiet,
            *("--bind", f"127.0.0.1:{file.exchange_port}", "--config", "python:comity.site.exchange_listener"),
            "comity.site.wsgi:application",
        ],
        "worker": [sys.executable, "-m", "comity.site.worker"],
    }
    if watch:
        commands["watch"] = [sys.executable, "-m", "comity.site.watch", str(watch)]
    extra = {"exchange": {"COMITY_URLCONF": "comity.site.exchange_urls", "COMITY_TLS": str(tls_files)}}
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        _write_tls(folder, tls_files, environment)
        for name, command in commands.items():
            if not told:
                running[name] = _start(command, environment | extra.get(name, {}))
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

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return told


def _start(command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """One of our processes. On Linux it ends with this one even when nobody can pass a signal on (SIGKILL)."""
    bound = partial(_end_with_parent, os.getpid()) if sys.platform == "linux" else None
    return subprocess.Popen(command, env=environment, preexec_fn=bound)  # noqa: S603, PLW1509 - our own commands; one thread


def _end_with_parent(parent: int) -> None:
    """Ask for SIGTERM when the parent is gone. Runs between fork and exec.

    The parent's handler, which only takes note, must not swallow that one signal; a parent already gone sends none.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def _wait_for_the_first(running: dict[str, "subprocess.Popen[bytes]"], told: list[int]) -> str:
    """The name of the process that ended first, or nothing when we were told to stop."""
    while not told:
        for name, process in running.items():
            if process.poll() is not None:
                return name
        time.sleep(0.2)
    return ""


def _end(running: dict[str, "subprocess.Popen[bytes]"]) -> None:
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    for process in running.values():
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _write_tls(folder: Path, place: Path, environment: dict[str, str]) -> None:
    """The exchange port's key and certificate as files only this user may read, for as long as the node is served."""
    passphrase = Path(environment.get("COMITY_PASSPHRASE_FILE", folder / "passphrase"))
    if not passphrase.is_file():
        raise MissingError(
            f"The passphrase is not in {passphrase}.",
            code="node:passphrase",
            next_step="Name its file in COMITY_PASSPHRASE_FILE.",
        )
    keys = Keyring.from_file_bytes((folder / "keys.comity").read_bytes(), passphrase.read_text().strip(), os.urandom)
    for name, data in (("tls.key", keys.tls_key), ("tls.crt", keys.tls_certificate)):
        path = place / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
            sink.write(data)
