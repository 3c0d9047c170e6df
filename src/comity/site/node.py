"""One node on disk: where its database, keys and vault are, and how they are opened.

A node's folder holds `node.json` (its id, ports and whether it is an exercise), `keys.comity` (the keyring),
`passphrase` (mode 600, unless a systemd credential or another file is named), `vault/` (with an S3-compatible store
only what is on its way there, and `store.key`) and, on the embedded default, `node.sqlite3`.
"""

import json
import os
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.authorities.keyring import Keyring
from comity.authorities.node_file import NodeFile, read_node_file
from comity.values.errors import MissingError

if TYPE_CHECKING:
    from comity.exchange.transport import HttpsTransport
    from comity.requests.actions.continuity import Continuity
    from comity.safeguards.glass_file import GlassJournal
    from comity.seals.timestamp import TimestampService
    from comity.site.bell import Bell
    from comity.store.s3_request import Credentials
    from comity.store.vault import Vault

_AWS_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


class Node:
    """A node's folder, opened: handed to rooms piece by piece, never imported by them."""

    def __init__(self, folder: Path, passphrase_file: Path | None = None) -> None:
        self.folder = folder
        self._passphrase_file = passphrase_file or folder / "passphrase"
        self._opened: tuple[tuple[int, int, int], Keyring] | None = None

    @cached_property
    def file(self) -> NodeFile:
        return read_node_file(self.folder)

    @property
    def node_id(self) -> str:
        return self.file.node_id

    @property
    def exercise(self) -> bool:
        return self.file.exercise

    @property
    def origin(self) -> str:
        return self.file.origin

    @property
    def keys_path(self) -> Path:
        return self.folder / "keys.comity"

    def passphrase(self) -> str:
        if not self._passphrase_file.is_file():
            raise MissingError(
                f"The passphrase of the keyring is not in {self._passphrase_file}.",
                code="node:passphrase",
                next_step="Name its file in COMITY_PASSPHRASE_FILE.",
            )
        return self._passphrase_file.read_text().strip()

    def keys(self) -> Keyring:
        """The keyring, opened once for each time its file was written: stretching the passphrase takes a while.

        So a node that serves goes on with new keys as soon as its operator rotated them.
        """
        if not self.keys_path.is_file():
            raise MissingError(
                f"The keyring {self.keys_path} is not there.",
                code="node:keyring",
                next_step="Restore it: comity node restore BACKUP DIR",
            )
        written = self.keys_path.stat()
        mark = (written.st_ino, written.st_mtime_ns, written.st_size)
        if self._opened is None or self._opened[0] != mark:
            data = self.keys_path.read_bytes()
            self._opened = (mark, Keyring.from_file_bytes(data, self.passphrase(), os.urandom))
        return self._opened[1]

    def store_key(self) -> "Credentials":
        """The key of the S3-compatible store: `store.key` in the folder, or the usual AWS variables."""
        from comity.store.s3_request import Credentials  # noqa: PLC0415 - settings load before the rooms

        path = self.folder / "store.key"
        try:
            value = json.loads(path.read_text()) if path.is_file() else os.environ
            names = ("access_key_id", "secret_access_key") if path.is_file() else _AWS_NAMES
            return Credentials(*(str(value[name]) for name in names))
        except (ValueError, KeyError, TypeError) as error:
            raise MissingError(
                f"The key of the store is neither in {path} nor in the environment.",
                code="node:store-key",
                next_step='Write {"access_key_id": "…", "secret_access_key": "…"} into that file, mode 600.',
            ) from error

    @cached_property
    def _vault(self) -> "Vault":
        return self.vault_below("")

    def vault_below(self, place: str, *, free: int | None = None) -> "Vault":
        """The vault, or one of its kind at another place beside it, as for a check that says how much is `free`."""
        from comity.store.local import LocalVault  # noqa: PLC0415 - settings load before the rooms
        from comity.store.s3 import S3Vault  # noqa: PLC0415
        from comity.store.s3_bucket import Bucket  # noqa: PLC0415

        folder = self.folder / (place or "vault")
        room: dict[str, Any] = {} if free is None else {"free_space": lambda _: free, "reserve": 0}
        if not self.file.store:
            return LocalVault(folder, **room)
        return S3Vault(Bucket.from_address(self.file.store).store(self.store_key(), prefix=place), folder, **room)

    def vault(self) -> "Vault":
        return self._vault

    def bell(self) -> "Bell":
        """What is rung when something was queued for a partner."""
        from comity.site.bell import Bell  # noqa: PLC0415 - as above

        return Bell(self.folder)

    def timestamps(self) -> "TimestampService | None":
        """The timestamp authority that `node.json` names; None where it names none."""
        from comity.exchange.timestamping import HttpTimestamps  # noqa: PLC0415 - settings load before the rooms

        if not self.file.timestamps:
            return None
        path = self.folder / "timestamps.pem"
        if not path.is_file():
            raise MissingError(
                f"The roots of the timestamp authority are not in {path}.",
                code="node:timestamps",
                next_step="Write the certificates there under which its own stands, as PEM.",
            )
        return HttpTimestamps(self.file.timestamps, path.read_bytes())

    def glass(self) -> "GlassJournal | None":
        """The journal of breakings of the glass; None where `node.json` names none."""
        from comity.safeguards.glass_file import GlassJournal  # noqa: PLC0415 - settings load before the rooms

        said = self.file.glass
        if said is None:
            return None
        return GlassJournal(Path(said["journal"]), self.node_id, self.keys().journal_key(), self.folder / "glass.mark")

    def continuity(self) -> "Continuity | None":
        """Where continuity packs are kept and to whom they are sealed; None where `node.json` does not say."""
        from comity.requests.actions.continuity import Continuity  # noqa: PLC0415 - settings load before the rooms
        from comity.seals.keys import SealingKey  # noqa: PLC0415 - the same

        said = self.file.glass
        return Continuity(Path(said["packs"]), SealingKey.from_json(said["recipient"])) if said else None

    @cached_property
    def _transport(self) -> "HttpsTransport":
        from comity.exchange.transport import HttpsTransport  # noqa: PLC0415 - the same

        keys = self.keys()
        return HttpsTransport(keys.tls_key, keys.tls_certificate, clock=lambda: datetime.now(UTC))

    def transport(self) -> "HttpsTransport":
        return self._transport
