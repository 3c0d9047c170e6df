"""The glass is broken by two at the console, only while the ledger is down, with a line first; then it is reconciled."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache

from comity.authorities.node_file import NodeFile
from comity.cli import doctor
from comity.cli.glass_console import Request, open_by_two
from comity.requests.actions.continuity import Continuity, pack_all
from comity.requests.models import Dossier
from comity.requests.queries.liberty import open_liberty_clocks, pack_content
from comity.safeguards.actions.glass import acknowledge_glass, take_up_journal
from comity.safeguards.continuity import KEPT, open_pack
from comity.safeguards.glass import MOST_WRONG, Ground, Kind
from comity.safeguards.glass_file import GlassJournal
from comity.safeguards.models import LedgerEntry
from comity.safeguards.queries import broken_places, entries_about, glass_alarms
from comity.seals.keys import OpeningKey
from comity.values.actor import Act, Role, job
from comity.values.errors import (
    BrokenError,
    ConflictError,
    MissingError,
    RefusedError,
    SignInError,
    UnavailableError,
)
from comity.values.reference import Reference
from comity.wiring.schedule import SCHEDULE, Tools, run_job
from tests.requests.stages import in_execution, people
from tests.requests.world import World
from tests.unwritable import gone, unwritable

pytestmark = pytest.mark.django_db(transaction="COMITY_TEST_DATABASE" in os.environ)
WORDS = "the detained person is released on Monday without the answer"


@contextmanager
def full() -> Iterator[None]:
    """No file may grow any more, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


AUTHORITIES = ["CH-FOJ", "CH-OAG", "CO-F14", "CO-FGN", "ES-J3", "LU-CI"]


@dataclass
class Console:
    """The console of the world's node, with the officers who stand before it."""

    world: World
    dossier: Reference
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.world.folder / "stick").mkdir()
        for name in ("clerk", "head", "registrar", "stranger", "other", "inspector"):
            self.secrets[name] = generate_totp_secret()
            TOTP.activate(self.world.officers[name], self.secrets[name])
        file = NodeFile("xx", "localhost", 8991, 8992, exercise=True)
        self.node = SimpleNamespace(file=file, folder=self.world.folder, glass=lambda: self.journal)

    @property
    def journal(self) -> GlassJournal:
        return GlassJournal(
            self.world.folder / "stick", "xx", self.world.keys.journal_key(), self.world.folder / "glass.mark"
        )

    def code(self, name: str) -> str:
        return format_hotp_value(hotp_value(self.secrets[name], int(self.world.at.timestamp()) // 30))

    def open(self, *names: str, ground: Ground = Ground.LIFE, password: str = "x" * 20, later: int = 60) -> Any:
        self.world.later(seconds=later)
        answers = [one for name in names for one in (name, password, self.code(name))]
        operator = Act(job("operator", "operator"), self.world.at, "break the glass", self.world.chance)
        request = Request(str(self.dossier), ground, WORDS)

        def ask(_question: str, *, secret: bool) -> str:
            return answers.pop(0)

        return open_by_two(self.node, request, ask=ask, clock=lambda: self.world.at, act=operator)

    def kinds(self) -> list[str]:
        return [line.entry.kind for line in self.journal.read().lines]

    def reconcile(self) -> Any:
        operator = Act(job("glass", "node"), self.world.at, "reconcile", self.world.chance)
        return take_up_journal(operator, self.journal, AUTHORITIES)


@pytest.fixture
def console(tmp_path: Any, db: None) -> Console:
    cache.clear()
    world = people(World(tmp_path))
    dossier = in_execution(world)
    world.officer("other", "ES-J3")
    world.officer("inspector", "CH-FOJ", Role.AUDITOR)
    return Console(world, dossier)


def under_arrest(console: Console) -> None:
    """A basis under which the decision starts a clock on the person's liberty."""
    Dossier.objects.update(instrument="EU-EAW-2002-584")


def test_two_officers_open_a_dossier_for_four_hours_with_a_line_of_the_journal_first(console: Console) -> None:
    with unwritable():
        sheet = console.open("clerk", "head")
        assert console.kinds() == [Kind.OPENED]
        for words in ("Trafic (exercice)", "CO-FGN", WORDS, "Clerk", "Head", sheet.line.link[:16]):
            assert words in sheet.text
        told = (
            "Phase: En exécution",
            "a) Documents bancaires: Acceptée",
            "| Demande transmise |",
            "| Vérifier la forme |",
        )
        for words in told:  # no wire word where the language has one
            assert words in sheet.text
        assert sheet.pdf().startswith(b"%PDF")
        console.open("head")
        assert console.kinds() == [Kind.OPENED, Kind.SHOWN]
        with pytest.raises(IndexError):  # one alone is asked for the second officer
            console.open("head", later=4 * 3600)
        console.open("head", "clerk")
    assert console.kinds()[-1] == Kind.OPENED


def test_while_the_ledger_takes_entries_nobody_breaks_the_glass_and_that_it_was_tried_is_in_it(
    console: Console,
) -> None:
    with pytest.raises(RefusedError, match="sign in and open"):
        console.open("clerk", "head")
    assert console.journal.read().lines == ()
    assert LedgerEntry.objects.filter(event="safeguards:glass:needless", subject=str(console.dossier)).exists()


def test_without_a_journal_that_takes_its_line_nothing_is_shown(console: Console) -> None:
    console.journal.path.mkdir()
    with unwritable(), pytest.raises(UnavailableError, match="cannot be written"):
        console.open("clerk", "head")


def test_where_the_journals_storage_is_full_nothing_is_shown(console: Console) -> None:
    with unwritable(), full(), pytest.raises(UnavailableError, match="cannot be written"):
        console.open("clerk", "head")
    assert console.journal.path.read_bytes() == b""


def test_each_of_the_two_must_be_one_who_may_break_the_glass_of_this_dossier(console: Console) -> None:
    for names in (("clerk", "inspector"), ("inspector", "clerk")):
        with unwritable(), pytest.raises(RefusedError, match="This needs the role"):
            console.open(*names)
    assert Kind.OPENED not in console.kinds()


def test_one_person_is_not_two_and_strangers_learn_nothing(console: Console) -> None:
    with unwritable():
        with pytest.raises(RefusedError, match="Two people"):
            console.open("clerk", "clerk")
        with pytest.raises(RefusedError, match="different authorities"):
            console.open("clerk", "registrar")
        with pytest.raises(MissingError):
            console.open("stranger", "other")
    assert Kind.OPENED not in console.kinds()
    assert console.kinds().count(Kind.REFUSED) == 3


def test_a_code_is_good_once_also_across_a_refusal(console: Console) -> None:
    with unwritable():
        console.open("clerk", "head")
        with pytest.raises(SignInError):
            console.open("clerk", later=0)
    device = TOTP(console.world.officers["head"].authenticator_set.get())
    console.world.later(hours=5)
    cache.set(device._get_used_cache_key(console.code("head")), "y", 30)
    with unwritable(), pytest.raises(SignInError):  # given at sign-in a moment before
        console.open("head", "clerk", later=0)


def test_wrong_passwords_are_lines_and_are_bounded(console: Console) -> None:
    with unwritable():
        for _ in range(MOST_WRONG):
            with pytest.raises(SignInError):
                console.open("clerk", password="y" * 20, later=5)
        with pytest.raises(UnavailableError, match="locked"):
            console.open("clerk", "head", later=5)
    assert console.kinds() == [Kind.REFUSED] * MOST_WRONG
    assert "clerk" not in console.journal.path.read_text()


def test_liberty_needs_a_clock_that_runs(console: Console) -> None:
    with unwritable(), pytest.raises(RefusedError, match="No clock on a person's liberty"):
        console.open("clerk", "head", ground=Ground.LIBERTY)
    under_arrest(console)
    with unwritable():
        sheet = console.open("clerk", "head", ground=Ground.LIBERTY)
    assert "Art. 23(2)" in sheet.text


def test_where_not_even_the_officers_can_be_read_the_pack_is_left(console: Console) -> None:
    with gone(), pytest.raises(UnavailableError, match="cannot be read") as told:
        console.open("clerk", "head")
    assert "continuity open" in told.value.next_step


def test_each_line_is_entered_once_and_an_inspector_who_is_none_of_the_two_acknowledges(console: Console) -> None:
    world = console.world
    with unwritable():
        console.open("clerk", "head")
        console.open("head")
    assert console.reconcile().entered == 2
    assert console.reconcile().entered == 0
    opened, shown = (LedgerEntry.objects.filter(event=f"safeguards:glass:{kind}") for kind in ("opened", "shown"))
    assert (opened.count(), shown.count()) == (1, 1)
    assert opened.get().actor == f"officer:{world.id_of('clerk')}@CH-FOJ"
    [entry] = [one for one in entries_about("CH-FOJ", str(console.dossier)) if one.event == "safeguards:glass:opened"]
    assert (entry.purpose, entry.facts["journal"]) == (WORDS, 1)
    assert world.id_of("head") in entry.facts["officers"]
    assert not list(broken_places("CH-FOJ"))
    [alarm] = glass_alarms("CH-FOJ")
    assert glass_alarms("CO-FGN") == []
    with pytest.raises(RefusedError):
        acknowledge_glass(world.act("head"), alarm.link)
    with pytest.raises(MissingError):
        acknowledge_glass(world.act("stranger"), alarm.link)
    acknowledge_glass(world.act("inspector"), alarm.link)
    assert glass_alarms("CH-FOJ") == []
    with pytest.raises(ConflictError):
        acknowledge_glass(world.act("inspector"), alarm.link)


def test_who_opened_it_does_not_acknowledge_it_even_as_inspector(console: Console) -> None:
    with unwritable():
        console.open("clerk", "head")
    console.reconcile()
    world = console.world
    world.officers["head"].roles = [role.value for role in Role]
    with pytest.raises(RefusedError, match="yourself"):
        acknowledge_glass(world.act("head"), glass_alarms("CH-FOJ")[0].link)


def test_an_edited_a_cut_and_a_vanished_journal_are_alarms_and_are_kept(console: Console) -> None:
    with unwritable():
        console.open("clerk", "head")
        console.open("head")
    whole = console.journal.path.read_bytes()
    console.journal.path.write_bytes(whole.replace(b"Monday", b"Sunday", 1))
    assert "line 1" in console.reconcile().faults[0]
    assert {alarm.kind for alarm in glass_alarms("CH-FOJ")} == {"broken"}
    assert b"Sunday" in console.journal.path.read_bytes()
    console.journal.path.write_bytes(whole)
    assert (console.reconcile().entered, console.reconcile().faults) == (2, ())
    console.journal.path.write_bytes(whole.splitlines(keepends=True)[0])
    (console.world.folder / "glass.mark").unlink()
    assert "not in the journal any more" in console.reconcile().faults[0]
    before = len(glass_alarms("CH-FOJ"))
    console.reconcile()
    assert len(glass_alarms("CH-FOJ")) == before == 3


def test_the_pack_lists_open_clocks_on_liberty_and_whom_to_call_and_opens_with_its_key_alone(console: Console) -> None:
    assert open_liberty_clocks("CH-FOJ") == []
    under_arrest(console)
    [clock] = open_liberty_clocks("CH-FOJ")
    assert (clock.reference, clock.partner, clock.clock.due is not None) == (str(console.dossier), "CO-FGN", True)
    content = pack_content("CH-FOJ", [], console.world.at)
    assert content["clocks"][0]["provision"].endswith("Art. 23(2)")
    assert content["contacts"] == [
        {"code": "CO-FGN", "name": {"es": "Fiscalía General (ejercicio)"}, "lines": ["1 Exercise Street"]}
    ]
    key, folder = OpeningKey.generate(), console.world.folder / "packs"
    folder.mkdir()
    kept = Continuity(folder, key.public)
    for _ in range(KEPT + 2):
        console.world.later(days=1)
    act = Act(job("continuity", "node"), console.world.at, "nightly", console.world.chance)
    for day in range(KEPT + 2):
        (folder / f"CH-FOJ-2026-10-{day + 10}.pack").write_bytes(b"older")
    packed = {one.authority: one for one in pack_all(act, kept, exercise=True)}
    assert (packed["CH-FOJ"].clocks, packed["ES-J3"].clocks) == (1, 0)
    assert len(list(folder.glob("CH-FOJ-*"))) == KEPT
    data = packed["CH-FOJ"].path.read_bytes()
    assert b"Trafic" not in data
    with gone():
        header, sheet = open_pack(data, key)
    assert (header["authority"], sheet[:4]) == ("CH-FOJ", b"%PDF")
    with pytest.raises(BrokenError):
        open_pack(data, OpeningKey.generate())
    with pytest.raises(BrokenError):
        open_pack(data[:-1] + bytes([data[-1] ^ 1]), key)
    assert LedgerEntry.objects.filter(event="requests:continuity:packed").count() == len(AUTHORITIES)


def test_without_the_ledgers_line_there_is_no_new_pack_and_the_last_stay(console: Console) -> None:
    folder = console.world.folder / "packs"
    folder.mkdir()
    (folder / "CH-FOJ-2026-11-01.pack").write_bytes(b"the last one")
    act = Act(job("continuity", "node"), console.world.at, "nightly", console.world.chance)
    with unwritable(), pytest.raises(Exception, match=r"read-?only"):
        pack_all(act, Continuity(folder, OpeningKey.generate().public), exercise=True)
    assert [path.name for path in folder.iterdir()] == ["CH-FOJ-2026-11-01.pack"]


def test_the_worker_enters_the_journal_and_keeps_the_packs_by_itself(console: Console) -> None:
    world, folder = console.world, console.world.folder / "packs"
    folder.mkdir()
    with unwritable():
        console.open("clerk", "head")
    kept = Continuity(folder, OpeningKey.generate().public)
    tools = Tools(
        world.keys,
        world.vault,
        world.line,
        world.chance,
        True,
        lambda: world.at,
        continuity=kept,
        glass=console.journal,
    )
    assert run_job(SCHEDULE["glass"], world.at, tools, authority="CH-FOJ") == 1
    assert run_job(SCHEDULE["glass"], world.at, tools, authority="CH-FOJ") == 0
    assert run_job(SCHEDULE["continuity"], world.at, tools, authority="CH-FOJ") == len(AUTHORITIES)
    assert SCHEDULE["continuity"].every == timedelta(days=1)


def test_the_doctor_names_what_is_missing_for_when_the_ledger_is_down(console: Console) -> None:
    world, folder = console.world, console.world.folder
    said = {"journal": str(folder / "stick"), "packs": str(folder / "packs"), "recipient": {}}
    file = replace(console.node.file, glass=said)
    node: Any = SimpleNamespace(file=file, folder=folder, keys=lambda: world.keys)

    def found() -> str:
        return " ".join(one.what for one in doctor.glass_findings(doctor.Patient(node, world.at)))

    assert "lies on the node's own storage" in found()
    assert "no continuity pack" in found()
    with unwritable():
        console.open("clerk", "head")
    assert "1 lines are not in the ledger" in found()
    console.reconcile()
    assert "not in the ledger" not in found()
    assert "1 alarms are not acknowledged" in " ".join(
        one.what for one in doctor._glass(doctor.Patient(node, world.at))
    )
    console.journal.path.write_bytes(b"nothing of it\n")
    assert "does not hold" in found()
    (folder / "stick").rename(folder / "unmounted")
    assert "cannot be written" in found()
