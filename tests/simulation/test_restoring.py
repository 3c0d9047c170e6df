"""A node put back to an older copy, of which nobody says so: over a bad line everything comes back, once."""

import pytest

from comity.requests.actions import receiving
from comity.simulation.faults import Fault
from comity.simulation.restoring import Restorations


def test_what_a_partner_writes_meanwhile_is_not_refused_for_good(monkeypatch: pytest.MonkeyPatch):
    """Nobody says that the copy is old; its partner writes on in dossiers that it lacks."""
    monkeypatch.setattr("comity.simulation.restoring.resend", lambda *_given: None)
    federation = Restorations(6)
    assert federation.live() == []
    assert federation.fired[Fault.ROLLED_BACK.value] == 1
    monkeypatch.setattr(receiving, "reconciling", lambda *_given: False)
    assert Restorations(6).live()
