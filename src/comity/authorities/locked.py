"""A file that only its passphrase opens: magic, salt, nonce, AES-256-GCM under scrypt of passphrase and salt."""

from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

_SALT, _NONCE = 16, 12


def lock(magic: bytes, plain: bytes, passphrase: str, chance: Callable[[int], bytes]) -> bytes:
    """The locked file; `magic` says what is in it and is authenticated with it."""
    salt, nonce = chance(_SALT), chance(_NONCE)
    return magic + salt + nonce + AESGCM(_stretched(passphrase, salt)).encrypt(nonce, plain, magic)


def unlock(magic: bytes, data: bytes, passphrase: str) -> bytes | None:
    """What was locked; None when the passphrase is wrong or the file was damaged: the two cannot be told apart."""
    start = len(magic)
    salt, nonce = data[start : start + _SALT], data[start + _SALT : start + _SALT + _NONCE]
    try:
        return AESGCM(_stretched(passphrase, salt)).decrypt(nonce, data[start + _SALT + _NONCE :], magic)
    except (InvalidTag, ValueError):
        return None


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())
