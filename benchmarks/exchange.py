"""Messages accepted a second: verify, open, store durably, receipt; the house beside a minimal app with the same seals.

Both do the same cryptography (HPKE open, Ed25519 and ML-DSA-65 verified and one receipt signed with both) and commit
each message to SQLite (WAL, synchronous FULL) before the receipt is given. The minimal app is one table and raw
`sqlite3`; the house adds strict parsing, directory, deduplication by id and digest, receipt store and ledger.
Rounds are interleaved, each contender in a process of its own, one at a time; medians of the rounds are printed.

    python -m benchmarks.exchange [--messages 200] [--rounds 5] [--bytes 4096] [--json]
"""

# ruff: noqa: PLC0415 - each contender imports only what it runs, so that its memory is its own
import argparse
import json
import multiprocessing
import os
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from comity.seals.keys import OpeningKey, SigningKey

GOAL = 0.5
SENDER, RECIPIENT, TYPE = "CH-FOJ", "CO-FGN", "request.transmitted"
AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

Accept = Callable[[bytes], bytes]


def sealed_messages(signer: SigningKey, opener: OpeningKey, start: int, count: int, size: int) -> list[bytes]:
    """Envelopes as the sender's node makes them, with bodies of about `size` bytes."""
    from comity.exchange.envelope import seal_envelope
    from comity.exchange.message import Message, SignedMessage
    from comity.values.reference import Kind, Reference, uuid7

    dossier = Reference(SENDER, Kind.DOSSIER, uuid7(AT, bytes(10)))
    envelopes = []
    for number in range(start, start + count):
        message = Message(
            type=TYPE,
            id=uuid7(AT, number.to_bytes(10)),
            sender=SENDER,
            recipient=RECIPIENT,
            dossier=dossier,
            at=AT,
            body={"text": os.urandom(size // 2).hex()},
            purpose="mutual legal assistance",
        )
        envelopes.append(seal_envelope(SignedMessage.sign(message, signer), {}, opener.public))
    return envelopes


@contextmanager
def house(folder: Path, sender: SigningKey, recipient: tuple[SigningKey, OpeningKey]) -> Iterator[Accept]:
    """Our node: real schema by migration, real receive, a receiver without an effect of its own."""
    os.environ["COMITY_NODE"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.site.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from comity.authorities.actions import add_partner, establish_authority
    from comity.authorities.card import Card
    from comity.authorities.competence import Competence
    from comity.authorities.keyring import AuthorityKeys, Keyring
    from comity.exchange.actions import receive
    from comity.values.actor import Act, job

    call_command("migrate", verbosity=0, skip_checks=True)
    keys = Keyring(os.urandom(32), {RECIPIENT: AuthorityKeys(*recipient, b"", b"")}, b"", b"", os.urandom)
    operator = Act(job("operator", RECIPIENT), AT, "set-up", os.urandom)
    establish_authority(
        operator,
        code=RECIPIENT,
        names={},
        competences=(Competence.CENTRAL,),
        languages=(),
        endpoint="https://127.0.0.1",
        contact={},
        keys=keys,
    )
    card = Card(SENDER, "CH", {}, (), (), "https://127.0.0.1", sender.public, OpeningKey.generate().public, "", {})
    add_partner(operator, card=card, fingerprint=sender.public.fingerprint)
    receivers = {TYPE: lambda *_anything: None}
    yield lambda envelope: receive(envelope, at=AT, chance=os.urandom, keys=keys, receivers=receivers)


@contextmanager
def minimal(folder: Path, sender: SigningKey, recipient: tuple[SigningKey, OpeningKey]) -> Iterator[Accept]:
    """The same seals and one receipt over one table; nothing else is checked or kept."""
    from comity.seals.canonical import encode, from_b64, to_b64
    from comity.seals.sealing import open_sealed
    from comity.seals.signing import Signature, verify

    signer, opener = recipient
    database = sqlite3.connect(folder / "minimal.sqlite3", isolation_level=None)
    database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    database.execute("CREATE TABLE message (id TEXT PRIMARY KEY, content BLOB NOT NULL)")

    def accept(envelope: bytes) -> bytes:
        outside = json.loads(envelope)
        inside = json.loads(open_sealed(opener, outside["header"], from_b64(outside["sealed"])))
        content = from_b64(inside["message"])
        verify(sender.public, TYPE, content, Signature.from_json(inside["signature"]))
        database.execute("INSERT INTO message VALUES (?, ?)", (outside["header"]["id"], content))
        receipt = encode({"id": outside["header"]["id"]})
        return encode({"receipt": to_b64(receipt), "signature": signer.sign("receipt", receipt).to_json()})

    yield accept
    database.close()


@contextmanager
def seals_only(_folder: Path, sender: SigningKey, recipient: tuple[SigningKey, OpeningKey]) -> Iterator[Accept]:
    """The cryptography alone: the limit neither can pass."""
    from comity.seals.canonical import encode, from_b64
    from comity.seals.sealing import open_sealed
    from comity.seals.signing import Signature, verify

    signer, opener = recipient

    def accept(envelope: bytes) -> bytes:
        outside = json.loads(envelope)
        inside = json.loads(open_sealed(opener, outside["header"], from_b64(outside["sealed"])))
        content = from_b64(inside["message"])
        verify(sender.public, TYPE, content, Signature.from_json(inside["signature"]))
        return signer.sign("receipt", encode({"id": outside["header"]["id"]})).mldsa

    yield accept


CONTENDERS = {"house": house, "minimal app": minimal, "seals alone": seals_only}


def contend(
    name: str, folder: Path, seeds: tuple[bytes, bytes], own: tuple[tuple[bytes, bytes], bytes], pipe: Connection
) -> None:
    """One contender's process: takes lists of envelopes, answers with wall and CPU seconds and its peak memory."""
    sender = SigningKey.from_seeds(*seeds)
    recipient = SigningKey.from_seeds(*own[0]), OpeningKey.from_bytes(own[1])
    with CONTENDERS[name](folder, sender, recipient) as accept:
        pipe.send("ready")
        while (envelopes := pipe.recv()) is not None:
            wall, cpu = time.perf_counter(), time.process_time()
            for envelope in envelopes:
                accept(envelope)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            pipe.send((wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def measure(messages: int, rounds: int, size: int, folder: Path) -> dict[str, dict[str, float]]:
    """Medians per contender: messages a second, CPU milliseconds a message, peak MiB, last round to first."""
    sender, recipient, opener = SigningKey.generate(), SigningKey.generate(), OpeningKey.generate()
    spawn = multiprocessing.get_context("spawn")
    pipes: dict[str, Connection] = {}
    for name in CONTENDERS:
        pipes[name], theirs = spawn.Pipe()
        place = folder / name.replace(" ", "-")
        place.mkdir()
        own = (recipient.seeds(), opener.to_bytes())
        spawn.Process(target=contend, args=(name, place, sender.seeds(), own, theirs), daemon=True).start()
        pipes[name].recv()
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in CONTENDERS}
    for number in range(-1, rounds):
        envelopes = sealed_messages(sender, opener, (number + 1) * messages, messages, size)
        for name, pipe in pipes.items():
            pipe.send(envelopes)
            result = pipe.recv()
            if number >= 0:  # the first round warms up
                taken[name].append(result)
    for pipe in pipes.values():
        pipe.send(None)
    return {
        name: {
            "per_second": messages / statistics.median(wall for wall, _, _ in results),
            "cpu_ms": statistics.median(cpu for _, cpu, _ in results) / messages * 1000,
            "peak_mib": max(memory for _, _, memory in results),
            "last_to_first": results[0][0] / results[-1][0],
        }
        for name, results in taken.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bytes", type=int, default=4096)
    parser.add_argument("--dir", type=Path, default=None)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.dir) as folder:
        figures = measure(asked.messages, asked.rounds, asked.bytes, Path(folder))
    ratio = figures["house"]["per_second"] / figures["minimal app"]["per_second"]
    if asked.json:
        print(json.dumps({"figures": figures, "ratio": ratio, "goal": GOAL}))
        return
    print(f"messages of {asked.bytes} bytes, {asked.rounds} rounds of {asked.messages}, medians")
    for name, figure in figures.items():
        print(
            f"  {name:12} {figure['per_second']:7.0f} /s   {figure['cpu_ms']:6.2f} ms CPU   "
            f"{figure['peak_mib']:5.0f} MiB peak   last round {figure['last_to_first']:.2f} of the first"
        )
    cpu = figures["minimal app"]["cpu_ms"] / figures["house"]["cpu_ms"]
    print(f"  house to minimal app: {ratio:.2f} of its messages a second (aim {GOAL}), {cpu:.2f} by CPU alone")


if __name__ == "__main__":
    main()
