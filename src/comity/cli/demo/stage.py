"""The stage of the demo: real nodes as separate processes, set up and connected with the operator's own commands."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import yaml

from comity.cli.demo.client import Desk, sign_in
from comity.cli.demo.databases import fresh_database
from comity.cli.demo.wire import BreakingWire
from comity.cli.roster import Roster, read_roster
from comity.values.errors import ComityError, ConflictError, UnavailableError

ROSTERS = Path(__file__).parent / "rosters"
PAIRS = (("ch", "co"), ("es", "lu"))
MARKER = ".comity-demo"
START_SECONDS = 180


@dataclass(frozen=True)
class Site:
    """One node of the demo: its roster, its folder, and where its pages are."""

    roster: Roster
    folder: Path

    @property
    def address(self) -> str:
        return f"http://localhost:{self.roster.web_port}"

    def desk(self, username: str, purpose: str) -> Desk:
        return sign_in(self.address, self.roster, username, purpose)


class Stage:
    """Clears its place on entry and ends the nodes' processes on exit.

    `pairs` are the nodes that are introduced to each other; `port_offset` moves every port, so that a stage can
    stand beside another.
    """

    def __init__(
        self,
        out: Path,
        *,
        database: str = "",
        pairs: Sequence[tuple[str, str]] = PAIRS,
        port_offset: int = 0,
    ) -> None:
        self._out, self._database, self._pairs, self._offset = out, database, pairs, port_offset
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        names = [name for pair in pairs for name in pair]
        self.sites = {
            name: Site(_moved(read_roster(_roster(name)), port_offset), out / "nodes" / name) for name in names
        }

    def __enter__(self) -> Self:
        self._clear()
        self.wires = {
            name: BreakingWire(int(site.roster.public_endpoint.rpartition(":")[2]), site.roster.exchange_port)
            for name, site in self.sites.items()
            if site.roster.public_endpoint
        }
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _at: TracebackType | None
    ) -> None:
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            process.wait(30)
        for wire in self.wires.values():
            wire.close()

    def set_up(self) -> None:
        """Make every node, two at a time, and exchange the cards of each pair."""
        with ThreadPoolExecutor(2) as hands:
            list(hands.map(self._init, self.sites))
        ways = [way for near, far in self._pairs for way in ((near, far), (far, near))]
        with ThreadPoolExecutor(2) as hands:
            list(hands.map(lambda way: self._introduce(*way), ways))

    def start(self) -> None:
        """Serve every node and wait until its pages answer."""
        for name, site in self.sites.items():
            with (self._out / f"{name}.log").open("wb") as log:
                self._running[name] = subprocess.Popen(  # noqa: S603 - our own command
                    [sys.executable, "-m", "comity.cli.main", "node", "serve", str(site.folder)],
                    stdout=log,
                    stderr=log,
                    env=_environment(),
                    start_new_session=True,
                )
        for name in self.sites:
            self._wait_for(name)

    def operator(self, *arguments: str | Path) -> str:
        """Run one of the operator's commands; its standard output."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "comity.cli.main", *map(str, arguments)],
            capture_output=True,
            text=True,
            env=_environment(),
            check=False,
        )
        if done.returncode:
            raise ComityError(f"comity {' '.join(map(str, arguments[:3]))}: {done.stderr.strip()}")
        return done.stdout

    def wait(self) -> None:
        """Leave the nodes up until interrupted."""
        try:
            while all(process.poll() is None for process in self._running.values()):
                time.sleep(0.5)
        except KeyboardInterrupt:
            return

    def _clear(self) -> None:
        """An empty place for the demo; what another program left there is never removed."""
        if self._out.exists() and any(self._out.iterdir()):
            if not (self._out / MARKER).exists():
                raise ConflictError(
                    f"{self._out} is not empty and was not made by the demo; nothing was removed.",
                    next_step="Name another folder: --out DIR",
                )
            shutil.rmtree(self._out)
        (self._out / "nodes").mkdir(parents=True)
        (self._out / MARKER).touch()
        for site in self.sites.values():
            for port in (site.roster.web_port, site.roster.exchange_port):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    try:
                        probe.bind(("127.0.0.1", port))
                    except OSError as error:
                        raise UnavailableError(
                            f"Port {port} is in use; the demo needs it. End the other demo first."
                        ) from error

    def _init(self, name: str) -> None:
        site = self.sites[name]
        database = ["--database", fresh_database(self._database, name)] if self._database else []
        self.operator("node", "init", site.folder, "--roster", self._roster_of(name), "--json", *database)

    def _roster_of(self, name: str) -> Path:
        """The node's roster file: as shipped, or a copy with its ports moved."""
        if not self._offset:
            return _roster(name)
        moved = self.sites[name].roster
        plan = yaml.safe_load(_roster(name).read_text())
        plan["node"] |= {field: getattr(moved, field) for field in ("web_port", "exchange_port", "public_endpoint")}
        copy = self._out / "nodes" / f"{name}.yaml"
        copy.write_text(yaml.safe_dump(plan, allow_unicode=True))
        return copy

    def _introduce(self, name: str, to: str) -> None:
        """Hand the cards over, and their fingerprints over another channel: here, the operator's own hands."""
        codes = [authority.code for authority in self.sites[name].roster.authorities]
        place = self._out / "nodes"
        told = json.loads(self.operator("node", "card", self.sites[name].folder, *codes, "--out", place, "--json"))
        pairs = [f"{place / code}.card={fingerprint}" for code, fingerprint in told.items()]
        self.operator("node", "peer", "add", self.sites[to].folder, *pairs)

    def _wait_for(self, name: str) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._running[name].poll() is not None:
                break
            try:
                if httpx.get(f"{self.sites[name].address}/sign-in", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)
        raise UnavailableError(f"Node {name} did not start; its log is {self._out / (name + '.log')}.")


def _roster(name: str) -> Path:
    return ROSTERS / f"{name}.yaml"


def _moved(roster: Roster, offset: int) -> Roster:
    """The roster with every port moved."""
    host, _colon, port = roster.public_endpoint.rpartition(":")
    endpoint = f"{host}:{int(port) + offset}" if host else ""
    return replace(
        roster,
        web_port=roster.web_port + offset,
        exchange_port=roster.exchange_port + offset,
        public_endpoint=endpoint,
    )


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("COMITY_", "DJANGO_"))}
