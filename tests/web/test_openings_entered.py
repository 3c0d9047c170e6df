"""Whatever address and method shows something of a dossier, the ledger holds a line of it before the answer is sent."""

import pytest
from django.urls import URLPattern

from comity.safeguards.models import LedgerEntry, LedgerRead
from comity.web.pages.dossier_address import dossier_href
from comity.web.urls import one_dossier
from tests.requests.stages import drafted, in_execution, signed

MARKS = (b"SV.26.1", b"Trafic (exercice)")
"""File number and title: whoever answers with one of them has shown something of the dossier."""


def lines_about(dossier):
    return (
        LedgerRead.objects.filter(subject=str(dossier)).count()
        + LedgerEntry.objects.filter(subject=str(dossier)).count()
    )


def addresses(dossier):
    """Every address under a dossier, from the addresses themselves; two verbs stand for all."""
    for one in one_dossier:
        assert isinstance(one, URLPattern)
        end = str(one.pattern).replace("<str:language>", "fr").replace("<str:digest>", "0" * 64)
        for verb in ("remind", "transmit_request") if "<str:verb>" in end else ("",):
            yield f"{dossier_href(dossier)}{end.replace('<str:verb>', verb)}"


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize(("stage", "who"), [(drafted, "prosecutor"), (signed, "clerk"), (in_execution, "fiscal")])
def test_every_address_that_shows_a_dossier_enters_a_line(node, desk, stage, who, method):
    dossier = stage(node)
    client = desk(who).client
    version = node.row(who, dossier).version
    shown = 0
    for address in addresses(dossier):
        before = lines_about(dossier)
        body = {"version": version} if address.endswith("/draft/save") else {}
        answer = getattr(client, method)(address, body)
        if answer.streaming or answer.status_code not in {200, 400}:
            continue
        shown += 1
        assert lines_about(dossier) > before, f"{method} {address} answered {answer.status_code} without a line"
    assert shown or method == "head"


@pytest.mark.parametrize(
    ("who", "address", "event"),
    [
        ("prosecutor", "/", "requests:needs:read"),
        ("chief", "/inbox", "requests:inbox:read"),
        ("prosecutor", "/dossiers", "requests:dossier:searched"),
        ("prosecutor", "/dossiers?q=Trafic", "requests:dossier:searched"),
        ("fiscal", "/evidence", "evidence:items:searched"),
        ("clerk", "/post", "requests:letters:searched"),
    ],
)
def test_every_list_of_casework_enters_one_line_for_each_opening(node, desk, who, address, event):
    in_execution(node)
    client = desk(who).client
    before = LedgerRead.objects.count()
    assert client.get(address).status_code == 200
    assert LedgerRead.objects.count() == before + 1
    assert LedgerRead.objects.latest("pk").event == event


def test_looking_for_a_number_is_entered_whether_or_not_it_is_found(node, desk):
    before = LedgerRead.objects.filter(event="requests:dossier:searched").count()
    desk("clerk").client.post("/post/letter", {"number": "NONE-1"})
    assert LedgerRead.objects.filter(event="requests:dossier:searched").count() == before + 1


@pytest.mark.parametrize(
    "end", ["/sign", "/do/remind", "/do/transmit_request", "/draft", "/evidence/take-in", "/release"]
)
def test_a_failed_form_that_shows_the_dossier_again_enters_the_reading(node, desk, end):
    stage, who = {
        "/sign": (signed, "prosecutor"),
        "/draft": (drafted, "prosecutor"),
        "/do/transmit_request": (signed, "head"),
        "/evidence/take-in": (in_execution, "fiscal"),
    }.get(end, (in_execution, "prosecutor"))
    dossier = stage(node)
    before = LedgerRead.objects.filter(subject=str(dossier)).count()
    answer = desk(who).client.post(f"{dossier_href(dossier)}{end}", {})
    assert answer.status_code == 400
    # Taking in shows the measures of the dossier and nothing else of it.
    assert end == "/evidence/take-in" or any(mark in answer.content for mark in MARKS)
    assert LedgerRead.objects.filter(subject=str(dossier)).count() > before
