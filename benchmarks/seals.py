"""Seal 1 GiB of evidence (hash, encrypt, sign, make durable) against its own limits and against the usual script.

One run: each round measures, one after the other, SHA-256 alone, AES-256-GCM alone, the disk alone, our sealing, our
sealing with the digest of the sealed bytes too, and `openssl dgst`, `age`, `openssl dgst`, `openssl pkeyutl -sign` and
`sync`. Medians of the rounds are printed. The source stands in the page cache for all; every output is new and durable.

    python benchmarks/seals.py [--mib 1024] [--rounds 3] [--dir DIR] [--json]
"""

import argparse
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.seals.keys import SigningKey
from comity.seals.signing import verify
from comity.seals.stream import CHUNK_BYTES, TAG_BYTES, ContentKey, open_stream, seal_stream

GOAL_OF_LIMIT = 0.8
GOAL_OF_SCRIPT = 4.0
GOAL_MIB = 256


def timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def hash_alone(source: Path) -> None:
    digest, buffer = hashlib.sha256(), bytearray(CHUNK_BYTES)
    with source.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(memoryview(buffer)[:count])


def cipher_alone(source: Path) -> None:
    cipher, buffer, out = AESGCM(bytes(32)), bytearray(CHUNK_BYTES), bytearray(CHUNK_BYTES + TAG_BYTES)
    with source.open("rb", buffering=0) as file:
        index = 0
        while count := file.readinto(buffer):
            view = memoryview(out)[: count + TAG_BYTES]
            cipher.encrypt_into(index.to_bytes(12), memoryview(buffer)[:count], None, view)
            index += 1


def disk_alone(target: Path, size: int) -> None:
    buffer = os.urandom(CHUNK_BYTES)
    with target.open("wb", buffering=0) as file:
        for _ in range(size // CHUNK_BYTES):
            file.write(buffer)
        os.fsync(file.fileno())


def seal_and_sign(source: Path, target: Path, *, sealed_digest: bool) -> None:
    """What the node does with evidence, then proof that it opens and verifies; prints time and memory as JSON."""
    key, content_key = SigningKey.generate(), ContentKey.new(os.urandom)
    start, worked = time.perf_counter(), time.process_time()
    with source.open("rb", buffering=0) as plain, target.open("wb", buffering=0) as sealed:
        summary = seal_stream(
            content_key, plain, sealed, sealed_digest=sealed_digest, settle=lambda: os.fdatasync(sealed.fileno())
        )
        signature = key.sign("custody", summary.digest.encode())
        os.fsync(sealed.fileno())
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    seconds, cpu = time.perf_counter() - start, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    verify(key.public, "custody", summary.digest.encode(), signature)
    start = time.perf_counter()
    with target.open("rb", buffering=0) as sealed, Path(os.devnull).open("wb", buffering=0) as nowhere:
        assert open_stream(content_key, sealed, nowhere).digest == summary.digest
    opening = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "peak_mib": peak, "opening_seconds": opening}))


def in_own_process(source: Path, target: Path, *, sealed_digest: bool) -> dict[str, float]:
    """A fresh process, so that the peak memory is that of sealing and nothing else."""
    arguments = [sys.executable, __file__, "--child", str(source), str(target)]
    ran = subprocess.run(
        [*arguments, *(["--sealed-digest"] if sealed_digest else [])], check=True, capture_output=True, text=True
    )
    return dict(json.loads(ran.stdout))


class Script:
    """The usual way: a hash, age, a hash, a signature, sync. Age is the binary, or `pyrage` where there is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        age, openssl = shutil.which("age"), shutil.which("openssl")
        self.openssl = openssl
        if openssl is None:
            self.age, self.name = None, "not measured: no openssl on this machine"
            return
        subprocess.run([openssl, "genpkey", "-algorithm", "ed25519", "-out", str(folder / "sign.pem")], check=True)
        self.recipient = str(pyrage.x25519.Identity.generate().to_public())
        if age is not None:
            version = subprocess.run([age, "--version"], check=True, capture_output=True, text=True).stdout.strip()
            self.age, self.name = f"{age} -r {self.recipient} -o sealed.age source", f"openssl + age {version} (binary)"
        else:
            program = (
                "import sys, pyrage; pyrage.encrypt_file(sys.argv[1], sys.argv[2],"
                " [pyrage.x25519.Recipient.from_str(sys.argv[3])])"
            )
            self.age = f"{sys.executable} -c '{program}' source sealed.age {self.recipient}"
            self.name = "openssl + age by pyrage (no age binary)"

    def run(self) -> None:
        steps = f"""set -e
            {self.openssl} dgst -sha256 source > digests
            {self.age}
            {self.openssl} dgst -sha256 sealed.age >> digests
            {self.openssl} pkeyutl -sign -rawin -inkey sign.pem -in digests -out signature
            sync sealed.age digests signature ."""
        subprocess.run(["bash", "-c", steps], check=True, cwd=self.folder)

    def run_counted(self) -> float:
        """Run it; answers the CPU seconds of all its programs."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.run()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(mib: int, rounds: int, parent: str | None) -> dict[str, object]:
    size = mib << 20
    with tempfile.TemporaryDirectory(dir=parent, prefix="seals-") as name:
        folder = Path(name)
        source, target = folder / "source", folder / "target"
        with source.open("wb") as file:
            for _ in range(mib):
                file.write(os.urandom(1 << 20))
            os.fsync(file.fileno())
        script = Script(folder)
        seconds: dict[str, list[float]] = {}
        cpu: dict[str, list[float]] = {"comity": [], "script": []}
        peaks: list[float] = []
        for _ in range(rounds):
            seconds.setdefault("SHA-256 alone", []).append(timed(lambda: hash_alone(source)))
            seconds.setdefault("AES-256-GCM alone", []).append(timed(lambda: cipher_alone(source)))
            seconds.setdefault("disk alone (write, fsync)", []).append(timed(lambda: disk_alone(target, size)))
            target.unlink()
            ours = in_own_process(source, target, sealed_digest=False)
            seconds.setdefault("comity: hash, seal, sign, fsync", []).append(ours["seconds"])
            cpu["comity"].append(ours["cpu_seconds"])
            seconds.setdefault("comity: open and verify", []).append(ours["opening_seconds"])
            target.unlink()
            both = in_own_process(source, target, sealed_digest=True)
            seconds.setdefault("comity: the same, sealed bytes hashed too", []).append(both["seconds"])
            peaks += [ours["peak_mib"], both["peak_mib"]]
            target.unlink()
            if script.age is not None:
                seconds.setdefault("script", []).append(timed(lambda: cpu["script"].append(script.run_counted())))
                (folder / "sealed.age").unlink()
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    worked = {name: statistics.median(times) for name, times in cpu.items() if times}
    return report(mib, rounds, script.name, medians, peaks) | {"cpu_seconds": worked}


def report(mib: int, rounds: int, script: str, medians: dict[str, float], peaks: list[float]) -> dict[str, object]:
    ours = medians["comity: hash, seal, sign, fsync"]
    limit = max(medians["SHA-256 alone"], medians["disk alone (write, fsync)"])
    of_script = medians["script"] / ours if "script" in medians else None
    return {
        "mib": mib,
        "rounds": rounds,
        "processors": os.cpu_count(),
        "script": script,
        "seconds": medians,
        "mib_per_second": {name: mib / value for name, value in medians.items()},
        "of_limit": limit / ours,
        "times_script": of_script,
        "peak_mib": max(peaks),
        "goals": {
            f"at least {GOAL_OF_LIMIT} of min(SHA-256, disk)": limit / ours >= GOAL_OF_LIMIT,
            f"{GOAL_OF_SCRIPT:g} times the script": of_script is not None and of_script >= GOAL_OF_SCRIPT,
            f"under {GOAL_MIB} MiB": max(peaks) < GOAL_MIB,
        },
    }


def show(result: dict[str, object]) -> None:
    print(f"{result['mib']} MiB, medians of {result['rounds']} rounds, {result['processors']} processors")
    print(f"script: {result['script']}")
    seconds = result["seconds"]
    rates = result["mib_per_second"]
    assert isinstance(seconds, dict)
    assert isinstance(rates, dict)
    for name, value in seconds.items():
        print(f"  {name:<44}{value:8.2f} s {rates[name]:8.0f} MiB/s")
    print(f"  share of the slower limit (SHA-256 or disk): {result['of_limit']:.2f}")
    if result["times_script"] is not None:
        print(f"  times as fast as the script: {result['times_script']:.1f}")
    worked = result["cpu_seconds"]
    assert isinstance(worked, dict)
    if "script" in worked:
        print(f"  CPU seconds: {worked['comity']:.2f} against {worked['script']:.2f} of the script")
    print(f"  peak memory of the sealing process: {result['peak_mib']:.0f} MiB")
    goals = result["goals"]
    assert isinstance(goals, dict)
    for goal, met in goals.items():
        print(f"  {'met ' if met else 'MISS'} {goal}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", help="a folder on the disk to measure (default: the system's temporary one)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--sealed-digest", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        seal_and_sign(*arguments.child, sealed_digest=arguments.sealed_digest)
        return
    result = measure(arguments.mib, arguments.rounds, arguments.dir)
    if arguments.json:
        print(json.dumps(result, indent=1))
    else:
        show(result)


if __name__ == "__main__":
    main()
