"""What a killed node left in the clear is gone when the node serves again, and nothing is left when it stops."""

import os
import signal
import subprocess
import sys
import time
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
def test_between_fork_and_exec_a_parent_s_end_is_not_missed(parent: str, code: int, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", BOUND, parent], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, said), done.stderr


def _runs(pid: int) -> bool:
    """Whether a process still runs: one that ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
