"""An item that is still on its way says so on its page, and is countersigned, checked and released only once it is here."""

import pytest

from comity.evidence.models import Item
from comity.requests.queries import dossier_page
from comity.safeguards.models import LedgerRead
from comity.values.errors import UnavailableError
from comity.web.pages.dossier_address import dossier_href, item_href
from comity.web.pages.evidence import hand_words
from tests.requests.test_returning import returned


@pytest.fixture
def halfway(node, monkeypatch):
    """Two items were returned; the line breaks before their content is here. Dossier, first item, how to mend it."""

    def down(*_given):
        raise UnavailableError("The partner cannot be reached.", code="transport:unreachable")

    monkeypatch.setattr(node.line, "fetch", down)
    dossier, items = returned(node)
    return dossier, items[0].reference, monkeypatch.undo


def test_the_page_says_how_far_it_is_since_when_and_what_is_waited_for(node, desk, halfway):
    _dossier, item, mend = halfway
    client = desk("head").client
    page = client.get(item_href(item)).content.decode()
    assert "On its way" in page
    assert "Fiscalía" in page.split('id="way"')[1].split("</section>")[0]
    assert "The partner cannot be reached." in page
    assert "Not reached since" in page
    assert "/content" not in page
    assert "/verify" not in page
    mend()
    node.later(hours=2)
    node.post()
    page = client.get(item_href(item)).content.decode()
    assert 'id="way"' not in page
    assert f'{item_href(item)}/verify"' in page


def test_its_progress_is_asked_again_without_a_line_for_each_time(node, desk, halfway):
    _dossier, item, mend = halfway
    client = desk("head").client
    before = LedgerRead.objects.count()
    part = client.get(f"{item_href(item)}/way")
    assert "The partner cannot be reached." in part.content.decode()
    assert Item.objects.filter(reference=item, own=False).get().title not in part.content.decode()
    mend()
    node.later(hours=2)
    node.post()
    assert client.get(f"{item_href(item)}/way").headers["HX-Refresh"] == "true"
    assert LedgerRead.objects.count() == before
    assert desk("stranger").client.get(f"{item_href(item)}/way").status_code in {403, 404}


def test_countersigning_is_open_only_once_something_is_here_and_says_why_not_before(node, desk, halfway):
    dossier, item, mend = halfway
    client = desk("head").client
    needs = client.get("/").content.decode()
    assert "do/countersign_evidence" not in needs
    page = client.get(f"{dossier_href(dossier)}/do/countersign_evidence").content.decode()
    assert "What was returned is still on its way" in page
    assert item_href(item) in page
    assert 'name="items"' not in page
    mend()
    node.later(hours=2)
    node.post()
    assert "do/countersign_evidence" in client.get("/").content.decode()
    page = client.get(f"{dossier_href(dossier)}/do/countersign_evidence").content.decode()
    assert 'name="items"' in page
    step = next(one for one in dossier_page(node.actor("head"), dossier).steps if one.verb == "countersign_evidence")
    assert step.allowed


def test_what_is_not_countersigned_is_not_offered_for_release(node, desk, halfway):
    dossier, _item, _mend = halfway
    page = desk("prosecutor").client.get(f"{dossier_href(dossier)}/release").content.decode()
    boxes = [part.split(">")[0] for part in page.split("<input") if 'name="items"' in part.split(">")[0]]
    assert boxes
    assert all("disabled" in box for box in boxes)


@pytest.mark.parametrize(("verb", "who"), [("sign_request", "prosecutor"), ("register_request", "registrar")])
def test_a_step_that_is_closed_says_why_in_place_of_its_form(node, desk, halfway, verb, who):
    page = desk(who).client.get(f"{dossier_href(halfway[0])}/do/{verb}").content.decode()
    assert "This step is not open now." in page
    assert 'name="version"' not in page or "primary" not in page


def test_the_hand_of_a_node_is_named_in_the_reader_s_language(node, desk, halfway):
    _dossier, item, mend = halfway
    mend()
    node.later(hours=2)
    node.post()
    client = desk("head").client
    client.cookies["django_language"] = "es"
    page = client.get(item_href(item)).content.decode()
    assert "el nodo de " in page
    assert "the node of" not in page
    assert hand_words("Julia Pardo", "CO-F14") == "Julia Pardo"
    assert hand_words("", "CO-F14") == "CO-F14"
