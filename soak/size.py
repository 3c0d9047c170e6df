"""Evidence larger than memory: sealed, pulled by ranges, read back, opened and hashed, at 1 and at 8 GiB.

Each stage runs in a process of its own, whose memory high-water is its figure; beside it stand, of the same run,
SHA-256 alone over the same file and the disk alone writing as many bytes. The source is generated: zeros with a seeded
block every 64 MiB, so that it takes no room. What a stage leaves stays in the state until its size is done.

    python -m soak size [--minutes M] [--seed S] [--state DIR]
"""

import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from comity.evidence.pull import Pull
from comity.seals.stream import ContentKey, open_stream
from comity.store.local import LocalVault
from comity.store.scrub import fault_in
from comity.store.vault import name_of

SIZES = (1 << 30, 8 << 30)
SHARE = 24 << 20
MOST_MIB = 256
BLOCK = 1 << 20
TRANSFER = "0192f3c4-5123"
Stage = Callable[[Path, int, int], None]


def generate(place: Path, size: int, seed: int) -> None:
    """The source, sparse: a block of seeded bytes every 64 MiB and at the end, zeros between them."""
    chance = random.Random(seed)
    with (place / "source").open("wb") as file:
        file.truncate(size)
        for at in (*range(0, size, 64 << 20), size - BLOCK):
            file.seek(at)
            file.write(chance.randbytes(BLOCK))


def sha256_alone(place: Path, _size: int, _seed: int) -> None:
    with (place / "source").open("rb", buffering=0) as file:
        (place / "digest").write_text(hashlib.file_digest(file, "sha256").hexdigest())


def disk_alone(place: Path, size: int, seed: int) -> None:
    block = random.Random(seed).randbytes(BLOCK)
    with (place / "disk").open("wb", buffering=0) as file:
        for _ in range(0, size, BLOCK):
            file.write(block)
        os.fdatasync(file.fileno())
    (place / "disk").unlink()


def seal(place: Path, size: int, seed: int) -> None:
    with (place / "source").open("rb", buffering=0) as file:
        kept = _vault(place, "sent").put_sealed(file, _key(seed), expected_size=size)
    _expect(kept.digest == _digest(place), "what was sealed is not what was read")


def transfer(place: Path, size: int, seed: int) -> None:
    """Pulled by ranges over a line that breaks once in fifty asks, each chunk proved, then the whole read back."""
    sent, received = _vault(place, "sent"), _vault(place, "received")
    key, chance = _key(seed), random.Random(seed)

    def fetch(start: int, end: int) -> bytes:
        data = sent.sealed_range(name_of(key), start, end)
        return data[: len(data) // 3] if chance.randrange(50) == 0 else data

    received.abandon(TRANSFER)
    pull = Pull(received, TRANSFER, key, size)
    pull.run(fetch)
    received.finish(TRANSFER, key, size, _digest(place))
    sent.discard(name_of(key))


def read_back(place: Path, size: int, seed: int) -> None:
    """As the node's scrubbing reads what it keeps."""
    key, vault = _key(seed), _vault(place, "received")
    fault = fault_in(vault, name_of(key), lambda: key, size=size, digest=_digest(place))
    _expect(fault is None, f"reading back found it {fault}")


def open_out(place: Path, _size: int, seed: int) -> None:
    """Opened into a durable file, as a bundle's."""
    name = name_of(_key(seed))
    path = place / "received" / name[:2] / name[2:4] / name
    with path.open("rb", buffering=0) as source, (place / "opened").open("wb", buffering=0) as sink:
        found = open_stream(_key(seed), source, sink, settle=lambda: os.fdatasync(sink.fileno()))
    _expect(found.digest == _digest(place), "what was opened is not what was sealed")


def verify(place: Path, size: int, _seed: int) -> None:
    """As a verifier hashes the file of a bundle."""
    with (place / "opened").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        _expect((found, file.tell()) == (_digest(place), size), "the file of the bundle is another")


LIMITS: dict[str, Stage] = {"sha256": sha256_alone, "disk": disk_alone}
STAGES: dict[str, tuple[Stage, bool]] = {
    "seal": (seal, True),
    "transfer": (transfer, True),
    "read_back": (read_back, False),
    "open": (open_out, True),
    "verify": (verify, False),
}
"""What is done, and whether it writes as much as it reads: then the disk is a limit too."""


def soak(until: Callable[[], bool], seed: int, state: Path, sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Each size, each stage, taken up where it stopped; figures of all sizes whose stages are done."""
    kept = state / "figures.json"
    figures: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    for size in sizes:
        place, found = state / str(size), figures.setdefault(str(size), {"load": os.getloadavg()[0]})
        place.mkdir(parents=True, exist_ok=True)
        if not (place / "source").exists() and "verify" not in found:
            generate(place, size, seed)
        for name in (*LIMITS, *STAGES):
            if name in found:
                continue
            if until():
                return {"done": False, "sizes": figures, "violations": []}
            found[name] = _run(name, place, size, seed)
            kept.write_text(json.dumps(figures))
        _clear(place)
    return {"done": True, **_judged(figures)}


def share(seed: int, place: Path) -> dict[str, Any]:
    """The small share of the tests: one small size through every stage."""
    return soak(lambda: False, seed, place, (SHARE,))


def _judged(figures: dict[str, Any]) -> dict[str, Any]:
    told, violations = {}, []
    for size, found in figures.items():
        disk, sha = found["disk"]["seconds"], found["sha256"]["seconds"]
        told[size] = {"load": found["load"], "sha256_seconds": sha, "disk_seconds": disk}
        for name, (_, writes) in STAGES.items():
            one = found[name]
            of_limit = round((max(sha, disk) if writes else sha) / one["seconds"], 2)
            told[size][name] = {**one, "of_limit": of_limit}
            if one["mib"] > MOST_MIB:
                violations.append(f"{name} of {size} bytes took {one['mib']} MiB")
    return {"sizes": told, "violations": violations}


def _run(name: str, place: Path, size: int, seed: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "soak.size", name, str(place), str(size), str(seed)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _clear(place: Path) -> None:
    for path in sorted(place.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def _vault(place: Path, name: str) -> LocalVault:
    return LocalVault(place / name)


def _key(seed: int) -> ContentKey:
    return ContentKey.new(random.Random(f"key {seed}").randbytes)


def _digest(place: Path) -> str:
    return (place / "digest").read_text()


def _expect(holds: bool, fault: str) -> None:
    if not holds:
        raise SystemExit(f"VIOLATION: {fault}")


def _peak_mib() -> int:
    """The most memory this process held. (What getrusage says may be that of the process it was started from.)"""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(told["VmHWM"].split()[0]) >> 10


def main() -> None:
    """One stage, measured."""
    name, place, size, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    work = LIMITS[name] if name in LIMITS else STAGES[name][0]
    start = time.perf_counter()
    work(place, size, seed)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"seconds": round(seconds, 2), "cpu": round(used.ru_utime + used.ru_stime, 2), "mib": _peak_mib()}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
