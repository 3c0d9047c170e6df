"""What a killed node left in the clear is gone when the node serves again, and nothing is left when it stops."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

import pytest

from tests.cli.test_node import made

__all__ = ["made"]


def test_serving_empties_what_lay_in_the_clear_at_its_start_and_its_end(made: Path) -> None:
    for place in ("spool/bundle-x", "run"):
        (made / place).mkdir(parents=True, exist_ok=True)
        (made / place / "left").write_text("plain")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COMITY", "DJANGO"))}
    serving = subprocess.Popen(
        [sys.executable, "-m", "comity.cli.main", "node", "serve", str(made)],
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        for _try in range(1200):
            if (made / "run" / "tls.key").is_file() or serving.poll() is not None:
                break
            time.sleep(0.1)
        assert (made / "run" / "tls.key").stat().st_mode & 0o077 == 0
        assert not (made / "run" / "left").exists()
        assert not (made / "spool" / "bundle-x").exists()
        assert (made / "spool").stat().st_mode & 0o077 == 0
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(120)
    assert not list((made / "run").iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process ends with the one that started it")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGKILL])
def test_a_node_ended_at_its_first_moment_leaves_no_process_behind(made: Path, told: signal.Signals) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COMITY", "DJANGO"))}
    serving = subprocess.Popen(
        [sys.executable, "-m", "comity.cli.main", "node", "serve", str(made)],
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    listed, children = Path(f"/proc/{serving.pid}/task/{serving.pid}/children"), []
    for _try in range(3000):
        if children := [int(pid) for pid in listed.read_text().split()]:
            break
        time.sleep(0.01)
    serving.send_signal(told)
    serving.wait(120)
    assert children
    for _try in range(1200):
        left = [pid for pid in children if _runs(pid)]
        if not left:
            break
        time.sleep(0.1)
    assert not left
    if told is signal.SIGTERM:
        assert serving.returncode == 0
        assert not list((made / "run").iterdir())


LOADED = """
import os, sys
from pathlib import Path
opened = []
sys.addaudithook(lambda event, given: opened.append(given) if event in ("sqlite3.connect", "socket.connect") else None)
from comity.cli.serving import _loaded
assert set(_loaded(Path(sys.argv[1]), Path(sys.argv[2]), threads=1, watch=1)) == {"pages", "exchange", "worker", "watch"}
assert not opened, opened
if sys.platform == "linux":
    assert len(os.listdir("/proc/self/task")) == 1, "it has threads"
print("loaded")
"""


def test_what_the_processes_share_is_loaded_without_a_database_connection_or_a_thread(
    made: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", LOADED, str(made), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "loaded\n"), done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process ends with the one that started it")
def test_each_process_has_its_own_addresses_and_connection_and_all_end_with_the_parent(made: Path) -> None:
    web, exchange, watch = _free_ports(3)
    file = json.loads((made / "node.json").read_text())
    (made / "node.json").write_text(json.dumps(file | {"web_port": web, "exchange_port": exchange}))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COMITY", "DJANGO"))}
    command = [sys.executable, "-m", "comity.cli.main", "node", "serve", str(made), "--watch", str(watch)]
    serving = subprocess.Popen(command, env=environment)
    try:
        _until(lambda: serving.poll() is not None or _status(HTTPConnection("127.0.0.1", watch), "/ready") == 200)
        assert serving.poll() is None
        context = ssl.create_default_context(cafile=made / "run" / "tls.crt")
        context.check_hostname = False
        context.load_cert_chain(made / "run" / "tls.crt", made / "run" / "tls.key")  # our own is pinned as well
        for path, pages, partners in (
            ("/sign-in", 200, 404),
            ("/api/me", 401, 404),
            ("/exchange/1/envelopes", 404, 405),
        ):
            assert _status(HTTPConnection("localhost", web), path) == pages, path
            assert _status(HTTPSConnection("localhost", exchange, context=context), path) == partners, path
        family = _below(serving.pid)
        assert sorted(map(_named, family)) == sorted(["pages", "exchange"] * 2 + ["worker", "watch"])
        assert not _open_databases(serving.pid), "the parent has a connection, which its children have with it"
        assert any(map(_open_databases, family))
    finally:
        serving.kill()
        serving.wait(120)
    _until(lambda: not any(map(_runs, family)))


def _status(line: HTTPConnection, path: str) -> int:
    """The status of the answer, or 0 while nobody answers."""
    try:
        line.request("GET", path)
        return line.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        line.close()


def _until(holds: Callable[[], bool]) -> None:
    for _try in range(1200):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail("it did not come to that in two minutes")


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def _below(pid: int) -> list[int]:
    """All processes below one."""
    children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [one for child in children for one in _below(child)]


def _named(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip().removeprefix("comity-")


def _open_databases(pid: int) -> list[str]:
    found = []
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.append(str(handle.readlink()))
    return [one for one in found if "sqlite3" in one]


BOUND = """
import os, signal, sys
from comity.cli.serving import _end_with_parent
signal.signal(signal.SIGTERM, lambda *_told: None)
_end_with_parent(os.getppid() if sys.argv[1] == "there" else 1)
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "the signal would be swallowed"
print("goes on")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process ends with the one that started it")
@pytest.mark.parametrize(("parent", "code", "said"), [("there", 0, "goes on\n"), ("gone", 1, "")])
def test_between_fork_and_work_a_parent_s_end_is_not_missed(parent: str, code: int, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", BOUND, parent], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, said), done.stderr


def _runs(pid: int) -> bool:
    """Whether a process still runs: one that ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
