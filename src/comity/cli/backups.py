"""Backup and restore: one file with database, keyring and vault, sealed chunk by chunk under the node's passphrase.

The file is `magic || salt || chunks`; each chunk is sealed by its position (STREAM), so that a cut, swapped or damaged
backup is found before anything of it is used. Memory stays flat whatever the vault's size.
"""

import io
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from comity.authorities.node_file import RESTORED, read_node_file
from comity.seals.stream import CHUNK_BYTES, TAG_BYTES, ContentKey, open_chunk, seal_chunk
from comity.store.spool import NAME, spool_of
from comity.values.errors import BrokenError, ConflictError, MissingError, UnavailableError

MAGIC = b"comity-backup-1\n"
DATABASE = "node.sqlite3"
LEFT_OUT = {"run", NAME, RESTORED, "passphrase", DATABASE, *(f"{DATABASE}-{end}" for end in ("wal", "shm", "turn"))}
"""The passphrase is kept apart by its owner; the live database is copied consistently instead."""
UNFINISHED = {Path("vault/staging"), Path("vault/transfers")}
"""What the vault is still taking in: no row speaks of it as held, and a transfer begins again from nothing."""


def write_backup(folder: Path, out: Path, chance: Callable[[int], bytes]) -> int:
    """Write the backup of a node, served or not; returns its size in bytes. Nothing is left when it fails."""
    file = read_node_file(folder)
    passphrase = _passphrase(folder)
    salt = chance(16)
    partial = out.with_name(out.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        # The plain copy of the database stays in the node's folder: the medium of the backup sees only sealed bytes.
        with tempfile.TemporaryDirectory(dir=spool_of(folder)) as place, partial.open("xb") as sink:
            copy = Path(place)
            _copy_database(folder, file.database, copy)
            sink.write(MAGIC + salt)
            sealing = _SealingSink(sink, _key(passphrase, salt))
            with tarfile.open(fileobj=sealing, mode="w|") as archive:
                _add_files(archive, folder)
                for path in sorted(copy.iterdir()):
                    archive.add(path, path.name)
            sealing.finish()
            sink.flush()
            os.fsync(sink.fileno())
        partial.rename(out)
    finally:
        partial.unlink(missing_ok=True)
    return out.stat().st_size


def _add_files(archive: tarfile.TarFile, folder: Path) -> None:
    """Everything of the node's folder that is kept; what the sweep removes from the vault meanwhile is passed over."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] in LEFT_OUT or UNFINISHED & {name, *name.parents}:
            continue
        if name.parts[0] == "vault":
            with suppress(FileNotFoundError):
                archive.add(path, str(name), recursive=False)
        else:
            archive.add(path, str(name), recursive=False)


def read_backup(backup: Path, folder: Path, passphrase: str) -> int:
    """Restore into an empty folder; returns the number of files. Nothing damaged is ever used (`BrokenError`)."""
    if folder.exists() and any(folder.iterdir()):
        raise ConflictError(f"{folder} is not empty; nothing was restored.", code="backup:folder")
    with backup.open("rb") as source:
        head = source.read(len(MAGIC) + 16)
        if not head.startswith(MAGIC):
            raise BrokenError(f"{backup} is not a backup of a node.", code="backup:format")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as place:
            key = _key(passphrase, head[len(MAGIC) :])
            plain = io.BufferedReader(_OpenedSource(source, key, backup.stat().st_size - len(head)), CHUNK_BYTES)
            with tarfile.open(fileobj=plain, mode="r|") as archive:
                archive.extractall(place, filter="data")
            while plain.read(CHUNK_BYTES):
                pass
            restored = Path(place)
            (restored / "passphrase").write_text(passphrase)
            (restored / "passphrase").chmod(0o600)
            (restored / RESTORED).touch()
            shutil.copytree(restored, folder, dirs_exist_ok=True)
    folder.chmod(0o700)
    if (folder / "database.dump").exists():
        raise UnavailableError(
            "Files and keys are restored; the database is PostgreSQL and is restored with its own tool.",
            code="backup:postgresql",
            next_step=f"pg_restore --clean --if-exists --dbname=ADDRESS {folder / 'database.dump'}",
        )
    return sum(1 for path in folder.rglob("*") if path.is_file())


class _SealingSink(io.RawIOBase):
    """Takes plain bytes, writes sealed chunks; the last one says that it is the last."""

    def __init__(self, sink: BinaryIO, key: ContentKey) -> None:
        self._sink, self._key, self._index, self._held = sink, key, 0, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._held += data
        while len(self._held) > CHUNK_BYTES:
            self._put(bytes(self._held[:CHUNK_BYTES]), last=False)
            del self._held[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        self._put(bytes(self._held), last=True)

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._sink.write(seal_chunk(self._key, self._index, last, plain))
        self._index += 1


class _OpenedSource(io.RawIOBase):
    """Gives the plain bytes of sealed chunks, each only after it was authenticated in its place."""

    def __init__(self, source: BinaryIO, key: ContentKey, sealed: int) -> None:
        self._chunks = self._opened(source, key, sealed)
        self._held = b""

    @staticmethod
    def _opened(source: BinaryIO, key: ContentKey, sealed: int) -> Iterator[bytes]:
        step, index = CHUNK_BYTES + TAG_BYTES, 0
        while sealed > 0:
            sealed -= step
            yield open_chunk(key, index, sealed <= 0, source.read(step))
            index += 1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._held:
            try:
                self._held = next(self._chunks)
            except StopIteration:
                return 0
            except BrokenError as error:
                raise BrokenError(
                    "The backup does not open: the passphrase is wrong or the file is damaged. Nothing was restored.",
                    code="backup:broken",
                ) from error
        count = min(len(buffer), len(self._held))
        buffer[:count], self._held = self._held[:count], self._held[count:]
        return count


def _key(passphrase: str, salt: bytes) -> ContentKey:
    return ContentKey.from_bytes(Scrypt(salt=salt, length=39, n=2**15, r=8, p=1).derive(passphrase.encode()))


def _passphrase(folder: Path) -> str:
    path = Path(os.environ.get("COMITY_PASSPHRASE_FILE", folder / "passphrase"))
    if not path.is_file():
        raise MissingError(f"The passphrase is not in {path}.", code="node:passphrase")
    return path.read_text().strip()


def _copy_database(folder: Path, address: str, place: Path) -> None:
    """A consistent copy while the node runs: SQLite's online backup, or pg_dump."""
    if not address:
        with (
            closing(sqlite3.connect(folder / DATABASE)) as live,
            closing(sqlite3.connect(place / DATABASE)) as copy,
        ):
            live.backup(copy)
        return
    tool = shutil.which("pg_dump")
    if tool is None:
        raise UnavailableError("pg_dump is not installed; the database cannot be copied.", code="backup:pg_dump")
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    user = f"{parts.netloc.rpartition('@')[0].partition(':')[0]}@" if parts.username else ""
    secret = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    shown = parts._replace(netloc=user + host).geturl()  # the arguments of a process are seen by every user
    ended = subprocess.run(  # noqa: S603 - a fixed command with the operator's own database address
        [tool, "--format=custom", f"--file={place / 'database.dump'}", shown], check=False, env={**os.environ, **secret}
    )
    if ended.returncode:
        raise UnavailableError(
            f"pg_dump ended with {ended.returncode}; no backup was written.",
            code="backup:pg_dump",
            next_step="It says above what stood in its way; mend that, then make the backup again.",
        )
