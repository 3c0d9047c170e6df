"""Every access cell, role x object x state x relation x action x channel, told by an oracle and by the node itself.

First the pure rule and the workflow, every cell (`soak.access_rule`). Then the real doors: pages, the API and the
command line, each thing asked for by everybody, in every state, with other methods and content types, another session,
and a thing that is not there beside each that may not be known of. Of each cell:

- the decision is the oracle's, on every channel the same;
- what is refused leaves every table as it was but for the ledger, the session and the limits of calling;
- absent and forbidden are the same bytes;
- what is let through and shows or does something of a case is entered in the ledger.

    python -m soak access-cells [--minutes M] [--seed S] [--state DIR]
"""

import gc
import json
import os
import random
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from soak.access_ask import HARMLESS, LEDGER, Asking, bytes_of, doors_open
from soak.access_doors import API, DESK, PAGE, Door, doors
from soak.access_oracle import DEEDS, DUTIES, Person, decided, fits_parts, open_in
from soak.access_rule import policy_cells, workflow_cells, wrong_in_policy, wrong_in_workflow
from soak.access_world import HOUSES, Asker, Thing, askers, house_things, small_scene, whole_scene

REFUSALS = frozenset(
    {"absent", "refused", "same-hand", "code-again", "sign-in", "state", "method", "no-token", "not-done"}
)
UNDECIDED = frozenset({"form"})
"""The form or the fields were not what the deed wants, which was told before access was asked; nothing was done."""
COUNTED = ("channels", "decisions", "kinds")
"""What a run tells of its cells beside how many they were."""


@dataclass(frozen=True)
class Cell:
    door: Door
    thing: Thing
    asker: Asker
    variant: str = ""

    def __str__(self) -> str:
        what = f"{self.thing.label}, {self.door.name}, {self.asker.name} ({self.asker.standing})"
        return f"{what}{f', {self.variant}' if self.variant else ''}"


def expected_of(cell: Cell) -> frozenset[str]:
    """The answers that are right, by the oracle: mostly one."""
    door, thing, asker = cell.door, cell.thing, cell.asker
    if cell.variant in {"PUT", "PATCH", "DELETE"}:
        return frozenset({"method", "sign-in"})
    if cell.variant == "no-token":
        return frozenset({"no-token", *(["sign-in"] if asker.standing == "nobody" else [])})
    if asker.standing in {"nobody", "locked"} or cell.variant == "other-session":
        return frozenset({"sign-in"})
    right = _right(door, thing, asker)
    return right | UNDECIDED if cell.variant in {"as-json", "as-text"} else right


def _right(door: Door, thing: Thing, asker: Asker) -> frozenset[str]:
    said = _decided(door, thing, asker)
    if said == "open" and _names_nothing(door, thing):
        return frozenset({"absent"})
    if said == "open":
        is_open = door.open_now(_state(thing, asker))
        if door.verb and thing.phases:
            is_open = open_in(door.verb, *thing.phases[asker.authority])
            if is_open:
                return door.also | fits_parts(door.verb, thing.parts.get(asker.authority, frozenset()))
        return door.also | (frozenset({"through"}) if is_open else frozenset({"state", "not-done"}))
    right = {said}
    if said == "absent" and (door.channel == PAGE or thing.kind in {"officer", "opening", "correction"}):
        right.add("refused")  # a page or house for none of her roles refuses before it looks, there or not
    if asker.standing == "unconfirmed" and door.asks and (door.channel == PAGE or thing.kind == "officer"):
        right.add("code-again")  # the form, or the house, asks for the code first, there or not; nothing is done
    if door.channel == PAGE and door.method == "POST":
        right.add("not-done")  # told on the page to which it leads
    return frozenset(right) | (door.also - {"state"} if said == "refused" else frozenset())


def _names_nothing(door: Door, thing: Thing) -> bool:
    """Whether the door leads to a document or a message of a dossier that has none yet."""
    asked = f"{door.path}{door.body}"
    return ("{document}" in asked and not thing.documents) or ("{message}" in asked and not thing.messages)


def _state(thing: Thing, asker: Asker) -> str:
    if thing.kind == "item" and asker.authority in thing.phases:
        whose, state = thing.phases[asker.authority]
        return state if whose == "theirs" or state != "recalled" else "offered"
    if thing.kind == "dossier":
        return thing.phases.get(asker.authority, ("", ""))[1]
    return thing.state


def _decided(door: Door, thing: Thing, asker: Asker) -> str:
    if door.room:
        held = thing.relations.get(asker.authority)
        if not held:
            return "absent"
        may = any(door.deed in deeds for role in asker.roles for deeds in DUTIES[role].values())
        return "open" if may else "refused"
    confirmed = asker.standing != "unconfirmed" or not door.asks
    person = Person(asker.roles, asker.id, confirmed)
    held = {"own"} if door.everywhere and _known_to_all(thing) else thing.relations.get(asker.authority, ())
    return decided(person, door.deed, held, thing.hands)


def _known_to_all(thing: Thing) -> bool:
    """What two people approved is the law of every house of the node, and stays told once it was withdrawn."""
    return thing.kind == "correction" and thing.state not in {"proposed", "refused"}


class Cells:
    """The numbered cells of a scene: every door of each thing by everybody, then the other ways of asking."""

    def __init__(self, things: list[Thing], people: list[Asker]) -> None:
        known = doors()
        self.pairs = [(door, thing) for thing in things for door in known if door.kind == thing.kind]
        self.people = people
        odd = [one for one in people if one.name.startswith(("all@", "nobody", "no-role@CH-FOJ"))]
        self.odd = [
            (pair, asker, variant)
            for pair in range(len(self.pairs))
            for variant in _variants(self.pairs[pair][0])
            for asker in odd
        ]

    def __len__(self) -> int:
        return len(self.pairs) * len(self.people) + len(self.odd)

    def __getitem__(self, number: int) -> Cell:
        if number < len(self.pairs) * len(self.people):
            pair, who = divmod(number, len(self.people))
            return Cell(*self.pairs[pair], self.people[who])
        pair, asker, variant = self.odd[number - len(self.pairs) * len(self.people)]
        return Cell(*self.pairs[pair], asker, variant)

    def in_order(self, seed: int) -> list[int]:
        """Every number once, by chance, in turns over channel, kind of thing, way of asking and what is right."""
        numbers = list(range(len(self)))
        random.Random(seed).shuffle(numbers)
        turns: Counter[Any] = Counter()
        ranked = []
        for number in numbers:
            cell = self[number]
            stratum = (cell.door.channel, cell.thing.kind, cell.variant, min(expected_of(cell)))
            ranked.append((turns[stratum], number))
            turns[stratum] += 1
        return [number for _, number in sorted(ranked)]


def _variants(door: Door) -> tuple[str, ...]:
    if door.channel == DESK:
        return ()
    ways = ("PUT", "PATCH", "DELETE", "other-session")
    if door.method == "POST" and not door.form:
        ways += ("as-json", "no-token") if door.channel == PAGE else ("as-text",)
    return ways


def judge(asking: Asking, cell: Cell) -> tuple[str, list[str]]:
    """What was decided, and everything that is wrong with it."""
    told, right = asking.ask(cell.door, cell.thing, cell.asker, cell.variant), expected_of(cell)
    wrong = []
    if told.decision not in right | UNDECIDED and not (told.decision == "not-done" and right & REFUSALS):
        wrong.append(f"answered {told.decision} ({told.code or told.status}), not {' or '.join(sorted(right))}")
    changed = told.wrote - HARMLESS
    if "through" not in right and changed and (kept := _kept(asking, cell)):
        wrong.append(f"was refused and changed {', '.join(sorted(kept))}")
    does = bool(changed) if cell.door.asks else cell.door.entered
    if told.decision == "through" and told.status < 400 and does and not told.wrote & LEDGER:
        wrong.append("was let through without a line in the ledger")
    hidden = cell.asker.authority not in cell.thing.relations and not _known_to_all(cell.thing)
    if wrong == [] and hidden and "absent" in right and "{ref}" in f"{cell.door.path}{cell.door.body}":
        there = asking.known(cell.thing, cell.asker)
        names = sorted({value for known in (there.there, there.absent) for value in known.values() if len(value) > 20})
        seen = bytes_of(told, *names)
        if not asking.like_twin(seen, cell.door, cell.thing, cell.asker, cell.variant):
            twin = asking.ask(cell.door, cell.thing, cell.asker, cell.variant, absent=True)
            if difference := _difference(seen, bytes_of(twin, *names)):
                wrong.append(f"tells that it is there: {difference}")
    return told.decision, [f"{cell}: {one}" for one in wrong]


def _difference(there: tuple[Any, ...], absent: tuple[Any, ...]) -> str:
    """Where two answers differ, empty where they are the same bytes."""
    if there == absent:
        return ""
    if there[:2] != absent[:2]:
        return f"{there[:2]}, absent {absent[:2]}"
    first, second = there[2], absent[2]
    place = next((at for at, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), len(first))
    return f"{first[max(0, place - 60) : place + 60]!r}, absent {second[max(0, place - 60) : place + 60]!r}"


def _kept(asking: Asking, cell: Cell) -> set[str]:
    """The tables in which something was kept although nothing should be: asked once more, row for row."""
    from django.apps import apps
    from django.db import connection, transaction

    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - HARMLESS

    def rows() -> dict[str, Any]:
        found = {}
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our own tables
                found[table] = sorted(map(repr, cursor.fetchall()))
        return found

    with transaction.atomic():
        before, asking.look = rows(), rows
        asking.ask(cell.door, cell.thing, cell.asker, cell.variant)
        after, asking.look = asking.left, None
        transaction.set_rollback(True)
    return {table for table in tables if before[table] != after[table]}


@contextmanager
def standing(
    folder: Path, settings: Any, scene: Callable[[Any], list[Thing]], houses: tuple[str, ...]
) -> Iterator[tuple[Asking, Cells]]:
    """The scene played, its people appointed, its doors open."""
    from tests.requests.world import World

    world = World(folder)
    things = scene(world)
    people = askers(world, houses)
    with doors_open(world, folder, settings) as asking:
        yield asking, Cells([*things, *house_things(world)], people)


def soak(until: Callable[[], bool], seed: int, state: Path) -> dict[str, Any]:
    """The real cells in the seed's order, each core with the doors that fall to it, and the rule's cells beside them.

    All are taken up where they stopped; a run begun on so many cores goes on with as many.
    """
    begun, kept = time.process_time(), state / "tally.json"
    told = _kept_in(kept) or {"cores": os.cpu_count() or 1, "deeds": 0, "workflow": 0, "wrong": []}
    _keep(kept, told)
    places = [state / f"cells-{core}.json" for core in range(told["cores"])]
    children = [_beside(core, places, until, seed) for core in range(told["cores"])]
    _prepare()
    if not told["workflow"]:
        told["wrong"] += list(wrong_in_workflow())
        told["workflow"] = len(workflow_cells())
    while told["deeds"] < len(DEEDS) and not until():
        told["wrong"] += list(wrong_in_policy(DEEDS[told["deeds"]]))
        told["deeds"] += 1
        _keep(kept, told)
    _keep(kept, told)
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    if any(ended):
        raise RuntimeError(f"A process of this soak broke off ({ended}); what it asked is kept, run it again.")
    parts = [_kept_in(place) or _none() for place in places]
    wrong = told["wrong"] + [line for part in parts for lines in part["wrong"].values() for line in lines]
    rule = policy_cells() * told["deeds"] // len(DEEDS) + told["workflow"]
    real, used = sum(len(part["judged"]) for part in parts), os.times()
    return {
        "cells": rule + real,
        "rule": rule,
        "real": real,
        "of_real": sum(part["of"] for part in parts),
        **{name: dict(sorted(sum((Counter(part[name]) for part in parts), Counter()).items())) for name in COUNTED},
        "wrong": len(wrong),
        "violations": wrong[:200],
        "cpu_seconds": round(time.process_time() - begun + used.children_user + used.children_system, 1),
    }


def _beside(core: int, places: list[Path], until: Callable[[], bool], seed: int) -> int:
    """A process of its own that asks the cells of the doors which fall to this core, with its own scene; its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        _real(core, places, until, seed)
        code = 0
    except BaseException:  # noqa: BLE001 - told here, and to the parent by the code it ends with
        traceback.print_exc()
    os._exit(code)


def _real(core: int, places: list[Path], until: Callable[[], bool], seed: int) -> None:
    _prepare()
    from django.conf import settings
    from django.db import transaction

    with tempfile.TemporaryDirectory(prefix="comity-cells-") as folder, transaction.atomic():
        with standing(Path(folder), settings, whole_scene, HOUSES) as (asking, cells):
            mine = [one for one in cells.in_order(seed) if crc32(cells[one].door.name.encode()) % len(places) == core]
            gc.collect()
            gc.freeze()  # the scene lives as long as the run
            _draw(asking, cells, mine, places[core], until)
        transaction.set_rollback(True)


def _draw(asking: Asking, cells: Cells, order: list[int], place: Path, until: Callable[[], bool]) -> None:
    """Ask what the file has not: first what was wrong or was judged by another oracle, then the rest in this order."""
    these = crc32("\n".join(str(cells[number]) for number in sorted(order)).encode())
    told = _kept_in(place) or _none()
    if told["cells"] != these:
        told = _none() | {"of": len(order), "cells": these}
    counts = {name: Counter(told[name]) for name in COUNTED}
    for number in sorted(order, key=lambda one: str(one) not in told["judged"]):
        cell = cells[number]
        known, mark = told["judged"].get(str(number)), _mark(cell)
        if known == mark and str(number) not in told["wrong"]:
            continue
        if until():
            break
        decision, wrong = judge(asking, cell)
        told["wrong"].pop(str(number), None)
        if wrong:
            told["wrong"][str(number)] = wrong
        told["judged"][str(number)] = mark
        if known is None:
            method = "" if cell.door.channel == DESK else f" {cell.door.method}"
            counts["channels"][f"{cell.door.channel}{method}"] += 1
            counts["decisions"][decision] += 1
            counts["kinds"][cell.thing.kind] += 1
        if len(told["judged"]) % 1_000 == 0 or wrong:
            _keep(place, _told(told, counts))
    _keep(place, _told(told, counts))


def _told(told: dict[str, Any], counts: Mapping[str, Counter[str]]) -> dict[str, Any]:
    return told | {name: dict(sorted(found.items())) for name, found in counts.items()}


def _mark(cell: Cell) -> int:
    """The answers that are right for a cell, as one number: what it was judged by."""
    return crc32(" ".join(sorted(expected_of(cell))).encode())


def _none() -> dict[str, Any]:
    """Nothing of the real cells is asked yet."""
    return {"of": 0, "cells": 0, "judged": {}, **{name: {} for name in COUNTED}, "wrong": {}}


def _kept_in(place: Path) -> Any:
    return json.loads(place.read_text()) if place.exists() else None


def _prepare() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings_test")
    os.environ.pop("COMITY_TEST_DATABASE", None)
    import logging

    import django

    django.setup()
    logging.disable(logging.ERROR)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _keep(place: Path, told: dict[str, Any]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(".new")
    beside.write_text(json.dumps(told))
    beside.replace(place)


__all__ = ["API", "Cell", "Cells", "judge", "small_scene", "soak", "standing"]
