"""Cards: a partner's keys, signed by itself; any change, and any field we do not know, is refused."""

from dataclasses import replace

import pytest

from comity.authorities.card import Card, open_card, sign_card
from comity.authorities.certificates import issue_office_seal
from comity.seals import canonical
from comity.seals.keys import OpeningKey, SigningKey
from comity.values.errors import BrokenError, ComityError, InvalidInputError
from tests.conftest import MOMENT

SIGNER = SigningKey.generate()
CARD = Card(
    "CO-FGN",
    "CO",
    {"es": "Fiscalía General de la Nación"},
    ("central", "receiving"),
    ("es",),
    "https://localhost:8421",
    SIGNER.public,
    OpeningKey.generate().public,
    "-----BEGIN CERTIFICATE-----",
    {"address": "Bogotá"},
    issue_office_seal("CO", "CO-FGN", MOMENT)[1].decode(),
)
DATA = sign_card(CARD, SIGNER)


def test_a_card_is_read_back_as_it_was_signed() -> None:
    assert open_card(DATA) == CARD


def test_a_card_made_before_it_told_the_offices_seal_is_still_read() -> None:
    older = replace(CARD, seal_certificate="")
    assert "seal_certificate" not in older.to_json()
    assert open_card(sign_card(older, SIGNER)) == older


@pytest.mark.parametrize("field", sorted(CARD.to_json()))
def test_a_change_of_any_field_is_refused(field: str) -> None:
    value = canonical.decode(DATA)
    before = value["card"][field]
    value["card"][field] = before + 1 if isinstance(before, int) else (before + "x" if isinstance(before, str) else {})
    with pytest.raises(ComityError):
        open_card(canonical.encode(value))


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("endpoint", "http://localhost:8421", "card:endpoint"),
        ("endpoint", "https://user@localhost", "card:endpoint"),
        ("endpoint", "https://localhost:99999", "card:endpoint"),
        ("endpoint", "https://localhost:port", "card:endpoint"),
        ("endpoint", "https://localhost:0", "card:endpoint"),
        ("endpoint", "https://[::1", "card:endpoint"),
        ("seal_certificate", "-----BEGIN CERTIFICATE-----", "card:malformed"),
        ("seal_certificate", "", "card:malformed"),
        ("seal_certificate", 7, "card:malformed"),
        ("code", "CH-FGN", "card:code"),
        ("code", "CO FGN", "card:code"),
        ("extra", "1", "card:malformed"),
    ],
)
def test_a_card_its_holder_signed_is_still_checked(field: str, value: object, code: str) -> None:
    content = {**CARD.to_json(), field: value}
    signature = SIGNER.sign("authority-card", canonical.encode(content)).to_json()
    with pytest.raises(InvalidInputError) as invalid:
        open_card(canonical.encode({"card": content, "signature": signature}))
    assert invalid.value.code == code


def test_a_card_signed_by_another_key_is_refused() -> None:
    with pytest.raises(BrokenError):
        open_card(sign_card(CARD, SigningKey.generate()))
