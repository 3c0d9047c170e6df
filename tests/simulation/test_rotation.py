"""Random schedules of rotation and revocation over a bad line: nothing is lost, doubled or left under an old key."""

from functools import cache

import pytest

from comity.simulation.rotation import Rotations

SEEDS = range(5)


@cache
def lived(seed: int) -> tuple[list[str], frozenset[str]]:
    federation = Rotations(seed)
    found = federation.live()
    assert federation.posted
    return found, frozenset(federation.fired)


@pytest.mark.parametrize("seed", SEEDS)
def test_keys_change_in_flight_and_every_message_takes_effect_once(seed: int) -> None:
    assert lived(seed)[0] == []


def test_the_schedules_do_rotate_revoke_replay_and_lose() -> None:
    fired = frozenset.union(*(lived(seed)[1] for seed in SEEDS))
    assert {
        "key-rotated",
        "key-revoked",
        "stolen-key-used",
        "replayed",
        "request-lost",
        "answer-lost",
        "clock-skew",
    } <= fired
