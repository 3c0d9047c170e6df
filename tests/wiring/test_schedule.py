"""The node's own jobs run when they are due, with the tools and the time that are handed in."""

from datetime import timedelta

from comity.requests.models import Dossier
from comity.wiring.schedule import SCHEDULE, Tools, run_due
from tests.requests.stages import people, transmitted
from tests.requests.world import START, World


def test_every_job_runs_first_and_then_at_its_own_pace(tmp_path, db) -> None:
    world = World(tmp_path)
    tools = Tools(world.keys, world.vault, world.line, world.chance, exercise=True)
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
    tools = Tools(world.keys, world.vault, world.line, world.chance, exercise=True)
    run_due(world.at, {}, tools, authority="CH-FOJ")
    assert Dossier.objects.get(holder="CO-FGN", reference=str(dossier)).phase == "transmitted"
    Dossier.objects.filter(holder="CH-FOJ").update(remind_on=world.at.date())
    world.later(hours=1)
    run_due(world.at, {}, tools, authority="CH-FOJ")
    assert len(Dossier.objects.get(holder="CH-FOJ").state["reminders"]) == 1
