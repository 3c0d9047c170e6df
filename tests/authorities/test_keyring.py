"""The keyring: what it holds comes back only with its passphrase, and a wrapped key only for its own content."""

import os

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.authorities.certificates import issue_office_seal, issue_tls
from comity.authorities.keyring import AuthorityKeys, Keyring
from comity.authorities.node_file import NodeFile
from comity.seals.keys import OpeningKey, SigningKey
from comity.values.errors import BrokenError, MissingError
from tests.conftest import MOMENT


def make_keyring() -> Keyring:
    seal = issue_office_seal("CH", "Federal Office of Justice", MOMENT)
    tls = issue_tls("localhost", MOMENT)
    keys = Keyring(os.urandom(32), {}, *tls, os.urandom)
    return keys.with_authority("CH-FOJ", AuthorityKeys(SigningKey.generate(), OpeningKey.generate(), *seal))


KEYS = make_keyring()
FILE = KEYS.to_file_bytes("a long passphrase")


def test_the_file_brings_every_key_back() -> None:
    again = Keyring.from_file_bytes(FILE, "a long passphrase", os.urandom)
    assert again.signer("CH-FOJ").public == KEYS.signer("CH-FOJ").public
    assert again.opening_key("CH-FOJ").to_bytes() == KEYS.opening_key("CH-FOJ").to_bytes()
    assert again.office_seal("CH-FOJ") == KEYS.office_seal("CH-FOJ")
    assert again.unwrap("item", KEYS.wrap("item", b"secret")) == b"secret"
    assert (again.tls_key, again.tls_certificate) == (KEYS.tls_key, KEYS.tls_certificate)


def test_no_key_stands_readable_in_the_file() -> None:
    for secret in (*KEYS.signer("CH-FOJ").seeds(), KEYS.opening_key("CH-FOJ").to_bytes(), b"PRIVATE KEY"):
        assert secret not in FILE


@pytest.mark.parametrize("passphrase", ["", "another passphrase", "a long passphrase "])
def test_another_passphrase_opens_nothing(passphrase: str) -> None:
    with pytest.raises(BrokenError) as broken:
        Keyring.from_file_bytes(FILE, passphrase, os.urandom)
    assert broken.value.code == "keyring:passphrase"


@settings(max_examples=6, deadline=None)
@given(place=st.integers(0, len(FILE) - 1), bit=st.integers(0, 7))
def test_a_damaged_file_opens_nothing(place: int, bit: int) -> None:
    damaged = bytearray(FILE)
    damaged[place] ^= 1 << bit
    if place < 17:
        return  # the name of the format is authenticated as a constant, not as read
    with pytest.raises(BrokenError):
        Keyring.from_file_bytes(bytes(damaged), "a long passphrase", os.urandom)


def test_a_wrapped_key_belongs_to_one_content() -> None:
    wrapped = KEYS.wrap("item-1", b"content key")
    with pytest.raises(BrokenError):
        KEYS.unwrap("item-2", wrapped)
    with pytest.raises(BrokenError):
        make_keyring().unwrap("item-1", wrapped)


def test_an_authority_of_another_node_has_no_keys_here() -> None:
    with pytest.raises(MissingError):
        KEYS.signer("CO-FGN")


def test_two_nodes_of_one_host_name_are_told_apart() -> None:
    first, second = (x509.load_pem_x509_certificate(issue_tls("localhost", MOMENT)[1]) for _ in range(2))
    assert first.subject != second.subject


def test_the_tls_certificate_names_the_host_that_partners_call() -> None:
    file = NodeFile("xx", "10.0.0.7", 1, 2, True, public_endpoint="https://exchange.example:8443")
    certificate = x509.load_pem_x509_certificate(issue_tls(file.endpoint_host, MOMENT, file.host)[1])
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["exchange.example"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.7"]
    assert certificate.subject.rfc4514_string().endswith("CN=exchange.example")
    assert NodeFile("xx", "localhost", 1, 2, True).endpoint_host == "localhost"
