"""Real nodes on loopback for the soak of a steady rate: set up and served by the node's own commands, then measured."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMITY = [sys.executable, "-m", "comity.cli.main"]
_ROSTER = """
node: {{id: {node}, host: 127.0.0.1, web_port: {web}, exchange_port: {exchange}, exercise: true}}
authorities:
{authorities}
"""
_AUTHORITY = "  - {{code: {0}, names: {{en: {0}}}, competences: [central], languages: [en], offices: []}}\n"
PLENTY = ("--messages-per-hour", "2000000000")


def environment(**more: str) -> dict[str, str]:
    """Ours, without what names another node."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COMITY", "DJANGO"))}
    return {**kept, **more}


@dataclass
class RunningNode:
    """One node's folder and, while it is served, its processes."""

    code: str
    folder: Path
    web: int
    exchange: int
    watch: int = 0
    serving: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def database(self) -> Path:
        return self.folder / "node.sqlite3"

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [*COMITY, *words], capture_output=True, text=True, check=False, env=environment(), timeout=300
        )
        if done.returncode:
            raise RuntimeError(f"comity {' '.join(words)} failed: {done.stderr[-2000:]}")
        return done.stdout

    def start(self) -> None:
        """Give the command that serves it."""
        watch = ("--watch", str(self.watch)) if self.watch else ()
        with (self.folder.parent / f"{self.code}.log").open("ab") as log:
            self.serving = subprocess.Popen(
                [*COMITY, "node", "serve", str(self.folder), *watch], stdout=log, stderr=log, env=environment()
            )

    def serve(self) -> None:
        """Start serving and wait until it is ready."""
        self.start()
        expect(self.ready, 120, f"{self.code} to be ready")

    def ready(self) -> bool:
        if self.serving is None or self.serving.poll() is not None:
            raise RuntimeError(f"The node {self.code} ended by itself; see its log beside its folder.")
        return asked(self.watch, "/ready") if self.watch else asked(self.web, "/sign-in") and listening(self.exchange)

    def stop(self) -> None:
        if self.serving is not None and self.serving.poll() is None:
            self.serving.terminate()
            self.serving.wait(60)

    def kill(self) -> None:
        """As a loss of power ends it: every process at once, by its number."""
        for pid, _ in self._family():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.serving is not None:
            self.serving.wait(60)

    def processes(self) -> dict[str, dict[str, float]]:
        """Resident MiB and open handles of every process of the node, by what it is."""
        found = {}
        for pid, name in self._family():
            found[name] = {"mib": _resident(pid), "handles": len(os.listdir(f"/proc/{pid}/fd"))}  # noqa: PTH208
        return found

    def cpu(self) -> float:
        """CPU seconds of all its processes so far."""
        return sum(cpu_of(pid) for pid, _ in self._family())

    def _family(self) -> list[tuple[int, str]]:
        return _family(self.serving.pid) if self.serving is not None else []


def cpu_of(pid: int) -> float:
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> list[tuple[int, str]]:
    """A process and all below it, each named; listeners have a master and a worker."""
    found, counts = [(pid, "parent")], {"parent": 1}
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        for child in sorted(int(word) for word in Path(f"/proc/{one}/task/{one}/children").read_text().split()):
            name = Path(f"/proc/{child}/comm").read_text().strip().removeprefix("comity-")
            counts[name] = counts.get(name, 0) + 1
            found.append((child, name if counts[name] == 1 else f"{name} {counts[name]}"))
            waiting.append(child)
    return found


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def asked(port: int, path: str) -> bool:
    """Whether that address answers with 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return b" 200 " in line.recv(64)
    except OSError:
        return False


def listening(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


def expect(holds: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"Waited {seconds} s for {what}.")
        time.sleep(0.02)


def alone(place: Path, *codes: str) -> RunningNode:
    """One node with all these authorities, which write to each other through its own exchange port."""
    place.mkdir(parents=True, exist_ok=True)
    web, exchange = free_ports(2)
    return _made(place, RunningNode(codes[0], place / "node", web, exchange), codes)


def established(place: Path, *codes: str) -> list[RunningNode]:
    """Nodes that know each other, each with an allowance that does not bind; those of an earlier run are taken up."""
    place.mkdir(parents=True, exist_ok=True)
    kept = place / "nodes.json"
    if kept.exists():
        return [RunningNode(told.pop("code"), Path(told.pop("folder")), **told) for told in _read(kept)]
    ports = free_ports(3 * len(codes))
    nodes = [
        _made(place, RunningNode(code, place / code.lower(), *ports[3 * number : 3 * number + 3]), [code])
        for number, code in enumerate(codes)
    ]
    prints: dict[str, str] = {}
    for node in nodes:
        prints |= json.loads(node.command("node", "card", str(node.folder), node.code, "--out", str(place), "--json"))
    for node in nodes:
        others = [code for code in codes if code != node.code]
        node.command(
            "node", "peer", "add", str(node.folder), *(f"{place / code}.card={prints[code]}" for code in others)
        )
        for code in others:
            node.command("node", "peer", "quota", str(node.folder), code, *PLENTY)
    told = [
        {"code": one.code, "folder": str(one.folder), "web": one.web, "exchange": one.exchange, "watch": one.watch}
        for one in nodes
    ]
    kept.write_text(json.dumps(told))
    return nodes


def _made(place: Path, node: RunningNode, codes: Sequence[str]) -> RunningNode:
    roster = place / f"{node.code}.yaml"
    authorities = "".join(_AUTHORITY.format(code) for code in codes)
    filled = {"node": node.folder.name, "web": node.web, "exchange": node.exchange, "authorities": authorities}
    roster.write_text(_ROSTER.format(**filled))
    node.command("node", "init", str(node.folder), "--roster", str(roster), "--json")
    return node


def _read(path: Path) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(path.read_text())
    return told
