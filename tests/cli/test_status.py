"""The operator is told of certificates before they end."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from comity.authorities.certificates import VALID_DAYS, issue_office_seal, issue_tls
from comity.authorities.keyring import AuthorityKeys, Keyring
from comity.cli.status import ending
from comity.seals.keys import OpeningKey, SigningKey

MADE = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "named"),
    [(VALID_DAYS - 61, []), (VALID_DAYS - 60, ["exchange port (TLS)"]), (VALID_DAYS + 40, ["exchange", "CH-FOJ"])],
)
def test_a_certificate_is_named_sixty_days_before_it_ends_and_after(days: int, named: list[str]) -> None:
    seal = issue_office_seal("CH", "Office", MADE + timedelta(days=70))
    held = AuthorityKeys(SigningKey.generate(), OpeningKey.generate(), *seal)
    keys = Keyring(bytes(32), {"CH-FOJ": held}, *issue_tls("localhost", MADE), os.urandom)
    found = ending(keys, MADE + timedelta(days=days))
    assert [line.split(" ends ")[0][: len(name)] for line, name in zip(found, named, strict=True)] == named
