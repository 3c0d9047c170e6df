"""Faults at system calls of a process: strace is attached to a stopped child and injects at the n-th call of a name."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

WRITES = (
    "write pwrite64 writev pwritev pwritev2 fsync fdatasync sync_file_range ftruncate truncate fallocate "
    "rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir "
    "open openat creat chmod fchmod fchmodat utimensat copy_file_range sendfile msync mknod mknodat"
).split()
"""Every call by which a process changes what a disk holds; of `open` and `openat` those that may write."""
FAULTS = {"SIGKILL": "signal=SIGKILL", "ENOSPC": "error=ENOSPC", "EIO": "error=EIO"}
_CALL = re.compile(r"^(?:\[pid +)?(\d+)\]? +(\w+)\(")
_READS = re.compile(r"O_RDONLY(?!.*O_(?:CREAT|TRUNC))")
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Blow:
    """One fault: at the n-th call of this name, or at it and at every later one."""

    call: str
    number: int
    fault: str
    lasting: bool = False

    def option(self) -> str:
        return f"inject={self.call}:{FAULTS[self.fault]}:when={self.number}{'+' if self.lasting else ''}"


@dataclass(frozen=True)
class Seen:
    """What strace saw of one child: the calls in order, whether the blow fell, how the child ended."""

    calls: list[tuple[str, str, str]]
    """Thread, name, whole line."""
    fell: bool
    status: int


def strace_here(place: Path) -> bool:
    """Whether strace is installed and may attach to a process of ours."""
    if shutil.which("strace") is None:
        return False
    place.mkdir(parents=True, exist_ok=True)
    seen = watched(lambda: (place / "try").write_text("x"), place / "try.strace", None)
    return any(name == "write" for _, name, _ in seen.calls)


def watched(work: Callable[[], object], log: Path, blow: Blow | None) -> Seen:
    """Fork, stop the child before its work, attach strace, let it go on, wait for its end. It never returns here."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.kill(os.getpid(), signal.SIGSTOP)
            work()
            status = 0
        finally:
            os._exit(status)
    os.waitpid(child, os.WUNTRACED)
    calls = ",".join(f"?{name}" for name in WRITES)
    command = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={calls}", "-e", "signal=none", "-p", str(child)]
    if blow:
        command[5:5] = ["-e", blow.option()]
    tracer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while not _traced(child) and tracer.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    os.kill(child, signal.SIGCONT)
    _, status = os.waitpid(child, 0)
    tracer.wait(PATIENCE)
    told = log.read_text(errors="replace").splitlines() if log.is_file() else []
    found = [(match[1], match[2], line) for line in told if (match := _CALL.match(line))]
    fell = any("(INJECTED)" in line for line in told) or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == 9)
    return Seen(found, fell, status)


def _traced(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return True
    return re.search(r"^TracerPid:\s+[1-9]", status, re.MULTILINE) is not None


def blows_for(seen: Seen) -> list[Blow]:
    """Every write-class call that was seen, each with each fault. Numbers count per thread, as strace counts."""
    counts: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, int], None] = {}
    for thread, name, line in seen.calls:
        counts[thread, name] += 1
        if name not in {"open", "openat"} or not _READS.search(line):
            places[name, counts[thread, name]] = None
    return [Blow(name, number, fault) for name, number in places for fault in FAULTS]
