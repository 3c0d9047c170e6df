"""The minimal app beside the house: the same signatures, seals, receipts, commits, TLS and HTTP, over raw `sqlite3`.

Two sides, each a server and a sender in processes of their own, as a node has them. A sender signs a message and stores
it, seals it, posts it, verifies the receipt and stores that; a server opens, verifies, stores, then signs and stores
the receipt. Nothing else is checked or kept: no directory, deduplication, ledger, queue or effect.

    python -m soak.steady_minimal PLACE SIDE          (a sender; commands on standard input)
"""

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

SIDES = ("a", "b")
TYPE, BODY_BYTES, LINES = "request.reminded", 4096, 2
SCHEMA = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS receipt (id TEXT PRIMARY KEY, data BLOB NOT NULL);
"""


def made(place: Path, ports: dict[str, int]) -> None:
    """Keys and certificates of both sides; in the clear, since nothing here is secret."""
    from comity.authorities.certificates import issue_tls
    from comity.seals.keys import OpeningKey, SigningKey

    for side in SIDES:
        folder = place / side
        folder.mkdir(parents=True, exist_ok=True)
        key, certificate = issue_tls("127.0.0.1", datetime.now(UTC), "127.0.0.1")
        (folder / "tls.key").write_bytes(key)
        (folder / "tls.crt").write_bytes(certificate)
        seeds = [seed.hex() for seed in SigningKey.generate().seeds()]
        told = {"seeds": seeds, "opener": OpeningKey.generate().to_bytes().hex(), "port": ports[side]}
        (folder / "keys.json").write_text(json.dumps(told))


def _read(place: Path, side: str) -> tuple[Any, Any, dict[str, Any]]:
    from comity.seals.keys import OpeningKey, SigningKey

    told = json.loads((place / side / "keys.json").read_text())
    seeds = [bytes.fromhex(seed) for seed in told["seeds"]]
    return SigningKey.from_seeds(*seeds), OpeningKey.from_bytes(bytes.fromhex(told["opener"])), told


def _other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


def _store(place: Path, side: str, name: str) -> sqlite3.Connection:
    held = sqlite3.connect(place / side / f"{name}.sqlite3", isolation_level=None, timeout=20)
    held.executescript(SCHEMA)
    return held


class Server:
    """The WSGI application of one side."""

    def __init__(self, place: Path, side: str) -> None:
        self._place, self._side = place, side
        self._signer, self._opener, _ = _read(place, side)
        self._sender = _read(place, _other(side))[0].public
        self._held = threading.local()

    def __call__(self, environ: Any, start: Any) -> list[bytes]:
        from comity.seals.canonical import encode, from_b64, to_b64
        from comity.seals.sealing import open_sealed
        from comity.seals.signing import Signature, verify

        if not hasattr(self._held, "store"):
            self._held.store = _store(self._place, self._side, "in")
        store = self._held.store
        outside = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        inside = json.loads(open_sealed(self._opener, outside["header"], from_b64(outside["sealed"])))
        content = from_b64(inside["message"])
        verify(self._sender, TYPE, content, Signature.from_json(inside["signature"]))
        store.execute("INSERT INTO message VALUES (?, ?)", (outside["header"]["id"], content))
        receipt = encode({"id": outside["header"]["id"]})
        data = encode({"receipt": to_b64(receipt), "signature": self._signer.sign("receipt", receipt).to_json()})
        store.execute("INSERT INTO receipt VALUES (?, ?)", (outside["header"]["id"], data))
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(data)))])
        return [data]


def application(environ: Any, start: Any) -> list[bytes]:
    global _server  # noqa: PLW0603 - one of its process, made with the first request
    if _server is None:
        _server = Server(Path(os.environ["MINIMAL_PLACE"]), os.environ["MINIMAL_SIDE"])
    return _server(environ, start)


_server: Server | None = None


def serve(place: Path, side: str, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """The same server as the exchange port's, with as many threads."""
    port = json.loads((place / side / "keys.json").read_text())["port"]
    tls = ["--certfile", str(place / side / "tls.crt"), "--keyfile", str(place / side / "tls.key")]
    tls += ["--ca-certs", str(place / _other(side) / "tls.crt"), "--cert-reqs", "2", "--keep-alive", "75"]
    words = ["--worker-class", "gthread", "--threads", "8", "--log-level", "warning", "--no-control-socket"]
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", *words, *tls),
            *("--bind", f"127.0.0.1:{port}", "soak.steady_minimal:application"),
        ],
        env={**environment, "MINIMAL_PLACE": str(place), "MINIMAL_SIDE": side},
    )


def _client(place: Path, side: str) -> Any:
    import httpx

    from comity.exchange.pinning import pinned_context

    ours, theirs = place / side, place / _other(side)
    context = pinned_context(
        (theirs / "tls.crt").read_text(),
        own_key=(ours / "tls.key").read_bytes(),
        own_certificate=(ours / "tls.crt").read_bytes(),
    )
    return httpx.Client(verify=context, trust_env=False, timeout=30)


def _send_until(place: Path, side: str, end: float, done: list[int]) -> None:
    from comity.seals.canonical import encode, from_b64, to_b64
    from comity.seals.sealing import seal
    from comity.seals.signing import Signature, verify

    signer, _, _ = _read(place, side)
    them, opener, told = _read(place, _other(side))
    client, store, address = _client(place, side), _store(place, side, "out"), f"https://127.0.0.1:{told['port']}/"
    receiver, sealing = them.public, opener.public
    while time.monotonic() < end:
        name = str(uuid4())
        content = encode({"id": name, "text": os.urandom(BODY_BYTES // 2).hex()})
        inside = encode({"message": to_b64(content), "signature": signer.sign(TYPE, content).to_json()})
        store.execute("INSERT INTO message VALUES (?, ?)", (name, content))
        header = {"id": name}
        envelope = encode({"header": header, "sealed": to_b64(seal(sealing, header, inside))})
        answer = json.loads(client.post(address, content=envelope).raise_for_status().content)
        verify(receiver, "receipt", from_b64(answer["receipt"]), Signature.from_json(answer["signature"]))
        store.execute("INSERT INTO receipt VALUES (?, ?)", (name, encode(answer)))
        done.append(1)
    client.close()
    store.close()


def main() -> None:
    place, side = Path(sys.argv[1]), sys.argv[2]
    print("ready", flush=True)
    for line in sys.stdin:
        seconds, begun = json.loads(line)["seconds"], time.monotonic()
        done: list[int] = []
        lines = [threading.Thread(target=_send_until, args=(place, side, begun + seconds, done)) for _ in range(LINES)]
        for one in lines:
            one.start()
        for one in lines:
            one.join()
        print(json.dumps({"accepted": len(done), "seconds": time.monotonic() - begun}), flush=True)


if __name__ == "__main__":
    main()
