"""Actors are values that name themselves one way."""

from datetime import UTC, datetime

from comity.values.actor import Act, Actor, ActorKind, Role, job, peer

OFFICER = Actor(ActorKind.OFFICER, "o1", "CH-FOJ", frozenset({Role.DRAFTER}), "Ms Example")


def test_every_actor_names_its_kind_and_authority():
    assert [str(actor) for actor in (OFFICER, job("sweep", "CH-FOJ"), peer("CO-MJD"))] == [
        "officer:o1@CH-FOJ",
        "job:sweep@CH-FOJ",
        "peer:CO-MJD@CO-MJD",
    ]


def test_jobs_and_peers_hold_no_role_and_nobody_is_stepped_up_unasked():
    for actor in (job("sweep", "CH-FOJ"), peer("CO-MJD"), OFFICER):
        assert not actor.stepped_up
    assert job("sweep", "CH-FOJ").roles == peer("CO-MJD").roles == frozenset()


def test_an_act_in_another_hand_keeps_time_purpose_and_chance():
    act = Act(OFFICER, datetime(2026, 11, 21, tzinfo=UTC), "training", bytes)
    other = act.by(job("sweep", "CH-FOJ"))
    assert (other.at, other.purpose, other.chance) == (act.at, act.purpose, act.chance)
    assert other.actor.kind is ActorKind.JOB
    assert act.actor is OFFICER
