"""A vault on the local disk: `root/ab/cd/<name>`, staging and transfers beside it on the same file system."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from comity.seals.stream import ContentKey, open_chunk, sealed_size
from comity.store.landing import LandingVault, sync_folder, written
from comity.store.vault import SEALED_CHUNK, expect_name, plain_size
from comity.values.errors import InvalidInputError, MissingError


class LocalVault(LandingVault):
    """Sealed files under one folder."""

    def _publish(self, staged: Path, name: str) -> bool:
        """Give a durable file its name, the folders made durable down to the root; False where the name is taken."""
        path = self._path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(staged, path)
            published = True
        except FileExistsError:
            published = False
        for folder in (path.parent, path.parent.parent, self.root):
            sync_folder(folder)
        return published

    # -- reading

    def exists(self, name: str) -> bool:
        return self._path(name).is_file()

    def sealed_size(self, name: str) -> int:
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError as error:
            raise MissingError from error

    def sealed_range(self, name: str, start: int, end: int) -> bytes:
        if not 0 <= start <= end:
            raise InvalidInputError(f"[{start}, {end}) is not a range of bytes.", code="store:range")
        with self._open(name) as file:
            file.seek(start)
            return file.read(max(0, min(end, os.fstat(file.fileno()).st_size) - start))

    def open_chunks(self, name: str, key: ContentKey) -> Iterator[bytes]:
        with self._open(name) as file:
            yield from _opened(file, key, plain_size(os.fstat(file.fileno()).st_size))

    def names(self) -> Iterator[str]:
        for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            yield path.name

    def discard(self, name: str) -> None:
        path = self._path(name)
        with suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)

    def kept_since(self, name: str) -> datetime:
        try:
            return written(self._path(name))
        except FileNotFoundError as error:
            raise MissingError from error

    # -- places

    def _path(self, name: str) -> Path:
        expect_name(name)
        return self.root / name[:2] / name[2:4] / name

    def _open(self, name: str) -> BinaryIO:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as error:
            raise MissingError from error


def _opened(file: BinaryIO, key: ContentKey, size: int) -> Iterator[bytes]:
    left, index = sealed_size(size), 0
    while left:
        sealed = file.read(min(SEALED_CHUNK, left))
        left -= min(SEALED_CHUNK, left)
        yield open_chunk(key, index, left == 0, sealed)
        index += 1
