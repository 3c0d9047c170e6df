"""Keeping content: what the table says and what the vault holds always agree, or what disagrees is swept."""

import hashlib
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from comity.store.actions import enter_content, keep, sealed_content, sweep
from comity.store.local import LocalVault
from comity.store.models import SealedBlob
from comity.store.queries import blob, content_bytes, content_key, holds, sealed_range
from comity.values.errors import BrokenError, MissingError, RefusedError
from tests.conftest import MOMENT, seeded


class Wrapping:
    """What a keyring does for this room, bound to the context; enough to see that the context is used."""

    def wrap(self, context, secret):
        return hashlib.sha256(context.encode()).digest() + secret

    def unwrap(self, context, wrapped):
        if wrapped[:32] != hashlib.sha256(context.encode()).digest():
            raise BrokenError("The key is of other content.")
        return wrapped[32:]


@pytest.fixture
def vault(tmp_path, db):
    return LocalVault(tmp_path, reserve=0)


@pytest.fixture
def chance():
    return seeded(11)


def kept(vault, chance, data=b"a letter"):
    return keep(io.BytesIO(data), keys=Wrapping(), vault=vault, at=MOMENT, chance=chance)


def test_content_is_found_by_its_digest_and_opened_with_its_wrapped_key(vault, chance):
    row = kept(vault, chance)
    assert row.digest == hashlib.sha256(b"a letter").hexdigest()
    assert content_bytes(row.digest, keys=Wrapping(), vault=vault) == b"a letter"
    assert sealed_range(row.digest, 0, 4, vault=vault) == vault.sealed_range(row.name, 0, 4)
    assert holds(row.digest)
    assert not holds("0" * 64)
    with pytest.raises(MissingError):
        blob("0" * 64)


def test_no_content_key_lies_in_the_table_as_it_is(vault, chance):
    row = kept(vault, chance)
    key = content_key(row.digest, Wrapping())
    assert bytes(row.wrapped_key) != key.to_bytes()


def test_a_wrapped_key_moved_to_another_row_opens_nothing(vault, chance):
    one, other = kept(vault, chance), kept(vault, chance, b"other")
    SealedBlob.objects.filter(digest=one.digest).update(wrapped_key=other.wrapped_key)
    with pytest.raises(BrokenError):
        content_bytes(one.digest, keys=Wrapping(), vault=vault)


def test_the_same_content_again_keeps_its_first_seal_and_leaves_no_second_file(vault, chance):
    first, second = kept(vault, chance), kept(vault, chance)
    assert first.name == second.name
    assert list(vault.names()) == [first.name]
    assert content_bytes(first.digest, keys=Wrapping(), vault=vault) == b"a letter"


def test_content_whose_act_fails_is_removed_again(vault, chance):
    def failing_act(sealed):
        with transaction.atomic():
            enter_content(sealed, keys=Wrapping(), at=MOMENT)
            raise RefusedError("The act was refused after all.")

    with (
        pytest.raises(RefusedError),
        sealed_content(io.BytesIO(b"x"), vault=vault, chance=chance) as sealed,
    ):
        failing_act(sealed)
    assert list(vault.names()) == []
    assert not SealedBlob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_content_is_entered_only_in_the_transaction_of_an_act(tmp_path, chance):
    vault = LocalVault(tmp_path, reserve=0)
    with (
        pytest.raises(RefusedError, match="transaction"),
        sealed_content(io.BytesIO(b"x"), vault=vault, chance=chance) as sealed,
    ):
        enter_content(sealed, keys=Wrapping(), at=MOMENT)
    assert list(vault.names()) == []


def test_what_a_crash_left_without_a_row_is_swept_and_nothing_else(vault, chance):
    row = kept(vault, chance)
    orphan = kept(vault, chance, b"orphan")
    SealedBlob.objects.filter(digest=orphan.digest).delete()
    (vault.root / "staging" / ("cd" * 32)).write_bytes(b"half")
    assert sweep(vault, older_than=datetime.now(UTC) - timedelta(hours=1)) == 0
    assert sweep(vault, older_than=datetime.now(UTC) + timedelta(hours=1)) == 2
    assert list(vault.names()) == [row.name]
    assert content_bytes(row.digest, keys=Wrapping(), vault=vault) == b"a letter"
