"""The soak of altered packages: a share of every kind is refused, and what is let in is noticed."""

from pathlib import Path

import pytest

from comity.exchange.actions import receiving
from comity.exchange.message import SignedMessage
from soak import package_flips
from soak.alterations import Alterations


@pytest.fixture(autouse=True)
def _own_databases(django_db_blocker):
    with django_db_blocker.unblock():
        yield


def test_a_share_of_every_kind_is_refused_without_effect(tmp_path: Path) -> None:
    told = package_flips.share(1, tmp_path)
    assert told["violations"] == []
    for part in ("package", "chunk"):
        assert told[part]["done"] == 300
        assert set(told[part]["kinds"]) == {"flip", "cut", "swap-neighbours", "swap-pairs"}
    again = package_flips.share(1, tmp_path)
    assert again["package"] == told["package"], "what is done is not done again"


def test_what_is_let_in_is_noticed(tmp_path: Path, monkeypatch) -> None:
    """A door that passes over a broken seal by taking what it had before."""
    honest, last = receiving.open_envelope, []

    def credulous(outside, key):
        try:
            last[:] = [honest(outside, key)]
        except Exception:
            if not last:
                raise
        return last[0]

    monkeypatch.setattr(receiving, "open_envelope", credulous)
    monkeypatch.setattr(SignedMessage, "verify", lambda _self, _key: None)
    told = package_flips.soak(lambda: False, 1, tmp_path, most=60, batch=30)
    assert any("not refused" in sentence for sentence in told["violations"])


def test_the_altered_forms_are_numbered_and_each_comes_once() -> None:
    forms = Alterations(bytes(range(256)) * 3)
    numbers = list(forms.in_order(5, 0))
    assert sorted(numbers) == list(range(forms.total))
    made = [forms[number] for number in numbers]
    assert all(data is None or data != forms.data for _, data in made)
    assert len({data for kind, data in made if kind == "flip"}) == 256 * 3 * 8
