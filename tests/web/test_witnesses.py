"""What witnesses know is on the pages of the Ledger and the Exchange; a second history waits for who looks after it."""

import pytest

from comity.authorities.models import Officer
from comity.exchange.models import LedgerFault, Standing
from tests.conftest import MOMENT

US, THEM = "CH-FOJ", "CO-FGN"


@pytest.fixture
def told(node):
    """Bogotá knows more of our ledger than we have, and we caught Bogotá's with two histories."""
    Standing.objects.create(log=US, witness=THEM, size=5, at=MOMENT, state="restored", known_size=9, since=MOMENT)
    LedgerFault.objects.create(
        holder=US, log=THEM, kind="unproved", known_size=5, size=8, first="one", second="two <b>", at=MOMENT
    )


def with_role(node, name, role):
    Officer.objects.filter(pk=node.officers[name].pk).update(roles=[role])


def test_the_auditor_and_the_administrator_are_told_and_nobody_else(desk, node, told):
    assert "old copy" not in desk("clerk").client.get("/").content.decode()
    for role in ("auditor", "administrator"):
        with_role(node, "head", role)
        page = desk("head").client.get("/").content.decode()
        assert "This node was restored from an old copy" in page
        assert "has two histories" in page
        assert "/exchange#witnesses" in page


def test_the_ledger_shows_witnesses_and_proofs(desk, node, told):
    with_role(node, "head", "auditor")
    for address in ("/ledger", "/exchange"):
        page = desk("head").client.get(address).content.decode()
        assert "knows more than we have" in page
        assert "checkpoint of 9 entries" in page
        assert "does not continue the 5 that it signed before" in page
        assert "two &lt;b&gt;" in page


def test_the_other_house_sees_its_own_only(desk, node, told):
    page = desk("chief").client.get("/exchange").content.decode()
    assert "No partner has been asked yet" in page
    assert "two histories" not in page
