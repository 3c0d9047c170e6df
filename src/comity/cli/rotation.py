"""New keys for an authority of a node: the keyring first, then the directory and the notices, then the old key is gone.

Each step can be repeated: a rotation that was interrupted goes on with the keys it had made.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from comity.authorities.certificates import issue_office_seal, issue_tls
from comity.authorities.keyring import AuthorityKeys, Keyring
from comity.seals.keys import OpeningKey, SigningKey
from comity.values.actor import Act, job
from comity.values.errors import RefusedError

KEPT_OPENING_KEYS = 8
"""How many earlier sealing keys are kept: what partners sealed to them may still be on its way, on paper for years."""


class Keeper(Protocol):
    """A node's folder, as far as its keyring is concerned."""

    @property
    def keys_path(self) -> Path: ...

    def keys(self) -> Keyring: ...

    def passphrase(self) -> str: ...


def rotate_keys(
    node: Keeper, code: str, at: datetime, *, reason: str, revoked_since: datetime | None = None, lost: bool = False
) -> str:
    """Rotate the message key, sealing key and office seal of one of the node's authorities; returns the fingerprint.

    A key that was lost, or is not to be trusted with a last signature, signs no notice: partners must accept the card.
    """
    from comity.authorities.queries import local_authority, name_of, partner  # noqa: PLC0415 - the framework is set up
    from comity.exchange.actions import rotate  # noqa: PLC0415 - the same

    row, keys = local_authority(code), node.keys()
    if keys.of(code).retiring is not None and keys.signer(code).public == partner(code).verifying_key:
        # It was interrupted at its last step: everyone is told, and only the old key is still to go.
        write_keyring(node, keys.with_authority(code, replace(keys.of(code), retiring=None)))
        return keys.signer(code).public.fingerprint
    if keys.signer(code).public == partner(code).verifying_key:
        seal = issue_office_seal(row.state, name_of(code), at)
        keys = keys.with_authority(code, _next(keys.of(code), seal, lost=lost))
        write_keyring(node, keys)
    elif keys.of(code).retiring is None and not lost:
        raise RefusedError(
            f"The keyring and the directory name different keys of {code}, and the old one is gone.",
            code="rotate:lost",
            next_step="Go on without it: comity node rotate DIR CODE --lost",
        )
    act = Act(job("operator", "operator"), at, reason or "rotate keys", secrets.token_bytes)
    rotate(act, code, keys=keys, reason=reason, revoked_since=revoked_since)
    write_keyring(node, keys.with_authority(code, replace(keys.of(code), retiring=None)))
    return keys.signer(code).public.fingerprint


def _next(held: AuthorityKeys, seal: tuple[bytes, bytes], *, lost: bool) -> AuthorityKeys:
    earlier = (held.opening, *held.earlier)[:KEPT_OPENING_KEYS]
    retiring = None if lost else held.signing
    return AuthorityKeys(SigningKey.generate(), OpeningKey.generate(), *seal, earlier, retiring)


def prepare_tls(node: Keeper, host: str, at: datetime) -> None:
    """Make the next TLS key and tell every partner of its certificate; the one in use stays in use."""
    from comity.exchange.actions import announce_tls  # noqa: PLC0415 - the framework is set up by now

    keys = node.keys()
    next_tls = keys.next_tls or issue_tls(host, at)
    write_keyring(node, keys.with_next_tls(next_tls))
    act = Act(job("operator", "operator"), at, "rotate the TLS certificate", secrets.token_bytes)
    announce_tls(act, keys.tls_certificate + next_tls[1], keys=node.keys())


def finish_tls(node: Keeper, at: datetime, *, anyway: bool = False) -> None:
    """Use the next TLS key, once every partner was told of it; RefusedError names those that were not."""
    from comity.exchange.actions import announce_tls, cards_on_their_way  # noqa: PLC0415 - the same

    keys, missing = node.keys(), cards_on_their_way()
    if keys.next_tls is None:
        raise RefusedError(
            "No next TLS certificate is prepared.", code="rotate:tls", next_step="comity node rotate-tls DIR"
        )
    if missing and not anyway:
        raise RefusedError(
            f"These partners have not been told yet and would be cut off: {', '.join(missing)}.",
            code="rotate:tls",
            next_step="Wait until they are reached, or give them the card by hand and add --anyway.",
        )
    write_keyring(node, keys.with_tls(*keys.next_tls))
    act = Act(job("operator", "operator"), at, "rotate the TLS certificate", secrets.token_bytes)
    announce_tls(act, keys.next_tls[1], keys=node.keys())


def write_keyring(node: Keeper, keys: Keyring, settle: Callable[[int], None] = os.fsync) -> None:
    """Put the keyring in the place of the old one in one step, durably: a node killed here has the one or the other."""
    place = node.keys_path
    partial = place.with_name(place.name + ".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        sink.write(keys.to_file_bytes(node.passphrase()))
        sink.flush()
        settle(sink.fileno())
    partial.replace(place)
    _settle_folder(place.parent, settle)


def _settle_folder(folder: Path, settle: Callable[[int], None]) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        settle(handle)
    finally:
        os.close(handle)
