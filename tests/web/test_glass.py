"""An opening without the ledger is an alarm on its page until an inspector, none of the two, has looked into it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comity.api.sessions import API_SESSION
from comity.safeguards.actions.glass import take_up_journal
from comity.safeguards.glass import Entry, Kind
from comity.safeguards.glass_file import GlassJournal
from comity.safeguards.models import GlassLine, LedgerEntry
from comity.values.actor import Role
from tests.conftest import MOMENT
from tests.requests.stages import signed

ALARM = "Two officers opened a dossier while the ledger was down"
WORDS = "the detained person is released on Monday"


@pytest.fixture
def opening(node):
    dossier = signed(node)
    node.officer("inspector", "CH-FOJ", Role.AUDITOR)
    node.officer("second", "CH-FOJ", Role.AUDITOR, Role.REGISTRAR)
    return GlassLine.objects.create(
        authority="CH-FOJ",
        link="a" * 64,
        seq=7,
        kind="opened",
        at=MOMENT,
        subject=str(dossier),
        officers=[node.id_of("clerk"), node.id_of("second")],
        ground="liberty",
        text=WORDS,
    )


def test_the_alarm_stands_on_the_ledgers_page_until_an_inspector_acknowledges_it(desk, opening):
    client = desk("inspector").client
    page = client.get("/ledger").content.decode()
    for words in ("while the ledger was down", WORDS, "Clerk Exercise", opening.subject, "I have looked into it"):
        assert words in page
    assert client.post(f"/ledger/openings/{opening.link}").status_code == 302
    page = client.get("/ledger").content.decode()
    assert "while the ledger was down" not in page
    entry = LedgerEntry.objects.get(event="safeguards:glass:acknowledged")
    assert (entry.subject, entry.authority) == (opening.subject, "CH-FOJ")


def test_one_of_the_two_and_whoever_is_no_inspector_do_not_acknowledge_it(desk, opening):
    seconds = desk("second").client
    assert "another inspector acknowledges it" in seconds.get("/ledger").content.decode()
    seconds.post(f"/ledger/openings/{opening.link}")
    assert desk("head").client.post(f"/ledger/openings/{opening.link}").status_code == 403
    assert desk("stranger").client.post(f"/ledger/openings/{opening.link}").status_code == 404
    opening.refresh_from_db()
    assert opening.acknowledged_at is None


def test_an_opening_stands_under_what_needs_an_inspector_but_not_one_of_the_two_nor_anybody_else(desk, opening):
    inspectors = desk("inspector").client
    assert ALARM in inspectors.get("/").content.decode()
    for name in ("second", "head", "stranger"):
        assert ALARM not in desk(name).client.get("/").content.decode()
    GlassLine.objects.create(
        authority="CH-FOJ", link="b" * 64, seq=8, kind="shown", at=MOMENT, subject=opening.subject, officers=[]
    )
    with CaptureQueriesContext(connection) as one:
        assert inspectors.get("/").content.decode().count(ALARM) == 1
    opening.pk, opening.link = None, "c" * 64
    opening.save()
    with CaptureQueriesContext(connection) as two:
        assert inspectors.get("/").content.decode().count(ALARM) == 2
    assert len(two) == len(one)
    for link in ("a" * 64, "c" * 64):
        inspectors.post(f"/ledger/openings/{link}")
    assert ALARM not in inspectors.get("/").content.decode()


def test_a_line_of_the_journal_that_no_ledger_took_yet_stands_there_too(node, desk, opening, settings, tmp_path):
    journal = GlassJournal(tmp_path / "stick", "xx", node.keys.journal_key(), tmp_path / "glass.mark")
    settings.COMITY.glass = lambda: journal
    client = desk("inspector").client
    assert client.get("/").status_code == 200  # the storage is not there: the operator's to mend, not the page's
    journal.folder.mkdir()
    for authority in ("CH-FOJ", "CO-FGN", ""):
        journal.append(MOMENT, Entry(Kind.REFUSED, authority, opening.subject))
    assert "Lines of the journal: 2." in client.get("/").content.decode()
    assert "Lines of the journal" not in desk("head").client.get("/").content.decode()
    take_up_journal(node.act("inspector"), journal, ["CH-FOJ", "CO-FGN"])
    page = client.get("/").content.decode()
    assert "Lines of the journal" not in page
    assert page.count("An opening without the ledger was refused") == 2


def test_the_same_over_the_api(node, desk, opening, settings):
    settings.ROOT_URLCONF = "comity.site.urls"
    session = desk("inspector").client.session
    session[API_SESSION] = True
    session.save()
    caller = Client(headers={"Authorization": f"Bearer {session.session_key}"})
    [told] = caller.get("/api/ledger/openings").json()
    assert (told["text"], told["seq"]) == (WORDS, 7)
    assert caller.post(f"/api/ledger/openings/{opening.link}").status_code == 200
    assert caller.get("/api/ledger/openings").json() == []
