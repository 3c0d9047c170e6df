"""Published vectors, in Project Wycheproof's format, against the keys and ciphers as this room loads them.

What cannot be fed: ML-DSA signing and HPKE sealing are randomised in the library, so their published outputs are
verified and opened, never made again.
"""

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from comity.seals.keys import SigningKey, VerifyingKey
from comity.seals.signing import verify_ed25519, verify_mldsa
from comity.seals.stream import ContentKey
from comity.values.errors import BrokenError

VECTORS = Path(__file__).parent / "vectors"


def cases(name: str) -> list:
    groups = json.loads((VECTORS / name).read_text())["testGroups"]
    return [pytest.param(group, test, id=f"tcId-{test['tcId']}") for group in groups for test in group["tests"]]


def test_the_files_hold_as_many_cases_as_they_say():
    for path in VECTORS.glob("wycheproof_*.json"):
        assert json.loads(path.read_text())["numberOfTests"] == len(cases(path.name)) > 0


@pytest.mark.parametrize(("group", "test"), cases("wycheproof_ed25519.json"))
def test_ed25519(group, test):
    some_key = SigningKey.from_seeds(bytes(32), bytes(32)).public
    key = VerifyingKey(bytes.fromhex(group["publicKey"]["pk"]), some_key.mldsa)
    message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
    if test["result"] == "valid":
        verify_ed25519(key, message, signature)
    else:
        with pytest.raises(BrokenError):
            verify_ed25519(key, message, signature)


@pytest.mark.parametrize(("group", "test"), cases("wycheproof_mldsa65.json"))
def test_ml_dsa_65_key_of_the_seed_and_its_published_signature(group, test):
    key = SigningKey.from_seeds(bytes(32), bytes.fromhex(group["privateSeed"])).public
    assert key.mldsa.hex().startswith(group["publicKeyBegins"])
    assert key.mldsa.hex().endswith(group["publicKeyEnds"])
    message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
    verify_mldsa(key, b"", message, signature)
    with pytest.raises(BrokenError):
        verify_mldsa(key, b"comity/1/message", message, signature)


@pytest.mark.parametrize(("group", "test"), cases("wycheproof_aes_gcm.json"))
def test_aes_256_gcm(group, test):
    cipher = ContentKey(bytes.fromhex(test["key"]), bytes(7)).cipher
    nonce, plaintext = bytes.fromhex(test["iv"]), bytes.fromhex(test["msg"])
    sealed = bytes.fromhex(test["ct"] + test["tag"])
    if test["result"] == "valid":
        assert cipher.encrypt(nonce, plaintext, None) == sealed
        assert cipher.decrypt(nonce, sealed, None) == plaintext
    else:
        assert cipher.encrypt(nonce, plaintext, None) != sealed
        with pytest.raises(InvalidTag):
            cipher.decrypt(nonce, sealed, None)
