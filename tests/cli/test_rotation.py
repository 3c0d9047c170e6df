"""A rotation that is cut short at any step goes on, and a served node takes up the new keys by itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from comity.authorities.actions import establish_authority
from comity.authorities.competence import Competence
from comity.authorities.queries import ended_keys, partner
from comity.cli import rotation
from comity.cli.rotation import finish_tls, prepare_tls, rotate_keys, write_keyring
from comity.site.node import Node
from comity.values.actor import Act, job
from comity.values.errors import RefusedError
from tests.authorities.test_keyring import make_keyring
from tests.conftest import MOMENT, seeded


@pytest.fixture
def node(tmp_path: Path, db: None) -> Node:
    (tmp_path / "passphrase").write_text("a passphrase of an exercise")
    made, keys = Node(tmp_path), make_keyring()
    write_keyring(made, keys)
    establish_authority(
        Act(job("operator", "operator"), MOMENT, "set up", seeded(2)),
        code="CH-FOJ",
        names={"en": "Federal Office of Justice"},
        competences=[Competence.CENTRAL],
        languages=["fr"],
        endpoint="https://localhost:8411",
        contact={},
        keys=keys,
    )
    return made


def test_a_node_that_serves_goes_on_with_the_new_keys(node: Node) -> None:
    before = node.keys()
    assert node.keys() is before
    fingerprint = rotate_keys(node, "CH-FOJ", MOMENT, reason="")
    after = node.keys().of("CH-FOJ")
    assert after.signing.public.fingerprint == fingerprint == partner("CH-FOJ").verifying_key.fingerprint
    assert after.retiring is None
    assert after.earlier[0].key_id == before.opening_key("CH-FOJ").key_id
    assert node.keys().opening_key("CH-FOJ", before.opening_key("CH-FOJ").key_id).key_id != after.opening.key_id


def test_one_cut_short_before_the_directory_was_written_goes_on_with_the_keys_it_had_made(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = node.keys().signer("CH-FOJ").public
    real = write_keyring
    written = []

    def once(*given: object) -> None:
        real(*given)  # type: ignore[arg-type]
        written.append(given)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rotation, "write_keyring", once)
    with pytest.raises(OSError, match="No space"):
        rotate_keys(node, "CH-FOJ", MOMENT, reason="")
    monkeypatch.setattr(rotation, "write_keyring", real)
    made = node.keys().signer("CH-FOJ").public
    assert made != old
    assert partner("CH-FOJ").verifying_key == old
    assert rotate_keys(node, "CH-FOJ", MOMENT, reason="") == made.fingerprint
    [ended] = ended_keys("CH-FOJ")
    assert ended.key == old
    assert node.keys().of("CH-FOJ").retiring is None


def test_one_cut_short_at_its_last_step_is_ended_and_no_second_one_begun(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = write_keyring, []

    def first(*given: object) -> None:
        if written:
            raise OSError(5, "Input/output error")
        written.append(given)
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(rotation, "write_keyring", first)
    with pytest.raises(OSError, match="Input"):
        rotate_keys(node, "CH-FOJ", MOMENT, reason="")
    monkeypatch.setattr(rotation, "write_keyring", real)
    made = partner("CH-FOJ").verifying_key
    assert rotate_keys(node, "CH-FOJ", MOMENT, reason="") == made.fingerprint
    assert len(ended_keys("CH-FOJ")) == 1
    assert node.keys().of("CH-FOJ").retiring is None


def test_an_old_key_that_is_gone_is_said_to_be_and_given_up_only_in_words(node: Node) -> None:
    keys = node.keys()
    write_keyring(node, keys.with_authority("CH-FOJ", replace(make_keyring().of("CH-FOJ"))))
    with pytest.raises(RefusedError, match="gone"):
        rotate_keys(node, "CH-FOJ", MOMENT, reason="")
    rotate_keys(node, "CH-FOJ", MOMENT, reason="the disk died", lost=True)
    assert partner("CH-FOJ").verifying_key == node.keys().signer("CH-FOJ").public


def test_a_keyring_half_written_never_takes_the_place_of_the_whole_one(node: Node) -> None:
    whole = node.keys_path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_keyring(node, make_keyring(), full)
    assert node.keys_path.read_bytes() == whole
    assert node.keys_path.stat().st_mode & 0o077 == 0


def test_a_tls_certificate_is_prepared_then_used_and_the_card_carries_both_between(node: Node) -> None:
    before = node.keys().tls_certificate
    with pytest.raises(RefusedError, match="prepared"):
        finish_tls(node, MOMENT)
    prepare_tls(node, "exchange.example", MOMENT)
    prepare_tls(node, "exchange.example", MOMENT)
    prepared = node.keys().next_tls
    assert prepared is not None
    assert node.keys().tls_certificate == before
    assert partner("CH-FOJ").tls_certificate == (before + prepared[1]).decode()
    finish_tls(node, MOMENT)
    assert (node.keys().tls_key, node.keys().tls_certificate) == prepared
    assert node.keys().next_tls is None
    assert partner("CH-FOJ").tls_certificate == prepared[1].decode()
