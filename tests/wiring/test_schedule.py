"""The node's own jobs run when they are due, with the tools and the time that are handed in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

from django.contrib.sessions.models import Session

from comity.requests.models import Dossier
from comity.seals.stream import ContentKey
from comity.wiring.schedule import SCHEDULE, Tools, run_due, run_job
from tests.requests.stages import people, transmitted
from tests.requests.world import START, World


def test_every_job_runs_first_and_then_at_its_own_pace(tmp_path, db) -> None:
    world = World(tmp_path)
    tools = Tools(world.keys, world.vault, world.line, world.chance, exercise=True, clock=lambda: world.at)
    first = run_due(START, {}, tools, authority="CH-FOJ")
    assert set(first) == set(SCHEDULE)
    soon = run_due(START + timedelta(seconds=3), first, tools, authority="CH-FOJ")
    assert {name for name in soon if soon[name] != first[name]} == {"send", "fetch"}


def test_the_schedule_alone_carries_messages_documents_and_reminders(tmp_path, db) -> None:
    world = people(World(tmp_path))
    world.line.down = True
    dossier = transmitted(world)
    world.line.down = False
    world.later(hours=2)
    tools = Tools(world.keys, world.vault, world.line, world.chance, exercise=True, clock=lambda: world.at)
    run_due(world.at, {}, tools, authority="CH-FOJ")
    assert Dossier.objects.get(holder="CO-FGN", reference=str(dossier)).phase == "transmitted"
    Dossier.objects.filter(holder="CH-FOJ").update(remind_on=world.at.date())
    world.later(hours=1)
    run_due(world.at, {}, tools, authority="CH-FOJ")
    assert len(Dossier.objects.get(holder="CH-FOJ").state["reminders"]) == 1


def test_what_a_crash_left_in_the_vault_is_swept_a_day_later_and_no_content_that_has_its_row(tmp_path, db) -> None:
    world = people(World(tmp_path))
    transmitted(world)
    kept = set(world.vault.names())
    orphan = world.vault.put_sealed(BytesIO(b"left by a crash"), ContentKey.new(world.chance))
    tools = Tools(world.keys, world.vault, world.line, world.chance, exercise=True, clock=lambda: world.at)
    written = datetime.now(UTC)
    assert run_job(SCHEDULE["sweep"], written + timedelta(hours=1), tools, authority="CH-FOJ") == 0
    assert orphan.name in set(world.vault.names())
    assert run_job(SCHEDULE["sweep"], written + timedelta(hours=25), tools, authority="CH-FOJ") == 1
    assert set(world.vault.names()) == kept
    assert SCHEDULE["sweep"].every == timedelta(days=1)


def test_sessions_that_have_ended_are_removed_daily(tmp_path, db) -> None:
    world = World(tmp_path)
    tools = Tools(world.keys, world.vault, world.line, world.chance, exercise=True, clock=lambda: world.at)
    for key, hours in (("ended", -1), ("lasts", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=world.at + timedelta(hours=hours))
    assert SCHEDULE["clear-sessions"].every == timedelta(days=1)
    assert run_job(SCHEDULE["clear-sessions"], world.at, tools, authority="CH-FOJ") == 1
    assert [row.session_key for row in Session.objects.all()] == ["lasts"]


def test_messages_to_each_partner_go_out_in_its_own_lane_and_evidence_comes_in_its_own(tmp_path, db) -> None:
    world = people(World(tmp_path))
    world.line.down = True
    transmitted(world)
    world.line.down = False
    world.later(hours=2)
    taken: list[tuple[str, str]] = []

    def lane(kind: str, partner: str, work: Callable[[], int]) -> int:
        taken.append((kind, partner))
        return work()

    tools = Tools(world.keys, world.vault, world.line, world.chance, True, lambda: world.at, lane)
    for name in ("send", "fetch"):
        assert run_job(SCHEDULE[name], world.at, tools, authority="CH-FOJ") > 0
    assert taken == [("send", "CO-FGN"), ("fetch", "CH-FOJ")]
