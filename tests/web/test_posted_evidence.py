"""Evidence by post on the pages: taken in, bound to its letter, sent on a carrier, its receipt recorded."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from comity.evidence.models import Item
from comity.requests.phases import Phase
from comity.requests.queries.access import state_of
from comity.values.actor import Role
from comity.web.pages.dossier_address import dossier_href, item_href
from tests.requests.stages import executed_here, in_execution
from tests.requests.test_story_post import posted, received
from tests.web.test_acting import do, done

CARRIER = "USB stick 0451, registered letter PY 12"


def scan(name="oficio.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4 " + name.encode(), content_type="application/pdf")


def test_what_came_by_post_is_taken_in_on_its_page_and_bound_to_its_letter(node, desk):
    dossier = posted(node)
    head, address = desk("head").client, dossier_href(dossier)
    closed = head.get(f"{address}/do/record_return").content.decode()
    assert "take it in first" in closed
    assert f'href="{address}/evidence/from-post"' in head.get(f"{address}/evidence").content.decode()
    given = {"kind": "digital", "title": "Extractos", "on": "2026-11-02", "carrier": CARRIER, "handling": "H1"}
    without = head.post(f"{address}/evidence/from-post", given)
    assert without.status_code == 400
    file = SimpleUploadedFile("<script>.csv", b"1;2;3", content_type="text/csv")
    taken = done(head.post(f"{address}/evidence/from-post", {**given, "file": file}))
    page = head.get(taken["Location"]).content.decode()
    assert "It came by post from a partner without a node" in page
    assert "Recorded by us, not signed by them" in page
    assert CARRIER in page
    form = head.get(f"{address}/do/record_return").content.decode()
    (item,) = re.findall(r'name="items" value="([^"]+)"', form)
    parts = re.findall(r'name="parts" value="([^"]+)"', form)
    letter = {"parts": parts, "items": [item], "cover_letter@es": "Se remiten.", "letter_on": "2026-11-01"}
    missing = do(node, desk, "head", "record_return", dossier, **letter)
    assert missing.status_code == 400
    done(do(node, desk, "head", "record_return", dossier, **letter, scan=scan(), number="MP 77"))
    assert node.row("head", dossier).phase == Phase.RETURNED
    timeline = head.get(address).content.decode()
    assert "Evidence returned" in timeline
    assert "Recorded by us, not signed by them" in timeline


def test_a_partner_with_a_node_has_no_such_page_or_field(node, desk):
    dossier = in_execution(node)
    address = dossier_href(dossier)
    assert "from-post" not in desk("head").client.get(f"{address}/evidence").content.decode()
    given = {"kind": "physical", "title": "x", "on": "2026-11-02", "carrier": "x", "kept_at": "x", "handling": "H0"}
    refused = desk("head").client.post(f"{address}/evidence/from-post", given)
    assert "signs for itself" in refused.content.decode()
    assert 'name="carrier"' not in desk("chief").client.get(f"{address}/do/return_evidence").content.decode()
    assert not Item.objects.exists()


@pytest.fixture
def theirs(node):
    """A request of Paraguay that came on paper, executed here, with one checked result."""
    node.officer("officer", "CH-FOJ", Role.EXECUTING_OFFICER, Role.CUSTODIAN)
    dossier = received(node)
    return dossier, *executed_here(node, dossier, "officer")


def test_results_leave_by_post_on_the_carrier_told_and_their_receipt_is_recorded(node, desk, theirs):
    dossier, item, parts = theirs
    given = {"parts": parts, "items": [item], "cover_letter@es": "Se remiten."}
    untold = do(node, desk, "head", "return_evidence", dossier, **given)
    assert "say on what the results go by post" in untold.content.decode()
    done(do(node, desk, "head", "return_evidence", dossier, **given, carrier=CARRIER))
    page = desk("head").client.get(item_href(item)).content.decode()
    assert CARRIER in page
    receipt = {"items": [item], "letter_on": "2026-11-02", "scan": scan("acuse.pdf")}
    done(do(node, desk, "head", "record_receipt", dossier, **receipt))
    assert "Receipt confirmed on paper" in desk("head").client.get(dossier_href(dossier)).content.decode()
    page = desk("head").client.get(item_href(item)).content.decode()
    assert "Recorded by us, not signed by them" in page


def test_the_answer_of_a_requesting_partner_is_recorded_from_the_form(node, desk, theirs):
    dossier, _item, _parts = theirs
    node.do("head", "ask_question", dossier, text={"es": "¿Qué sucursal?"})
    (asked,) = state_of(node.row("head", dossier)).open_questions()
    form = desk("clerk").client.get(f"{dossier_href(dossier)}/do/record_letter").content.decode()
    assert 'value="request.answered"' in form
    assert 'value="request.declined"' not in form
    letter = {"what": "request.answered", "body.asked": asked.id, "body.text@es": "La del centro."}
    done(do(node, desk, "clerk", "record_letter", dossier, **letter, letter_on="2026-11-02", scan=scan()))
    assert not state_of(node.row("head", dossier)).open_questions()
