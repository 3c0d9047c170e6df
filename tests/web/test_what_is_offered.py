"""What a page offers is what its reader can use: fields of her instrument, doors that open to her, words she knows."""

from comity.values.errors import RefusedError
from comity.web.pages.dossier_address import dossier_href
from tests.requests.stages import in_execution, transmitted
from tests.requests.test_returning import taken_in
from tests.web.test_errors import page_of


def test_annex_b_is_asked_for_only_where_the_order_has_one(node, desk):
    dossier = dossier_href(transmitted(node))
    page = desk("registrar").client.get(f"{dossier}/do/register_request").content.decode()
    assert 'name="number"' in page
    assert "annex_b" not in page


def test_a_request_without_our_number_is_known_by_theirs(node, desk):
    dossier = transmitted(node)
    client = desk("registrar").client
    assert "B-26-77" in client.get("/").content.decode()
    assert "B-26-77" in client.get(dossier_href(dossier)).content.decode().split("</nav>")[1].split("<h1>")[0]


def test_an_empty_page_names_no_room_that_is_closed_to_its_reader(node, desk):
    officer = node.officers["stranger"]
    officer.roles = ["administrator"]
    officer.save()
    client = desk("stranger").client
    assert 'href="/dossiers"' not in client.get("/").content.decode()
    officer.roles = ["signatory"]
    officer.save()
    assert 'href="/dossiers"' in client.get("/").content.decode()


def test_the_one_item_there_is_stands_ticked_and_can_be_opened_from_the_form(node, desk):
    dossier = in_execution(node)
    (item,) = taken_in(node, dossier, ("Extractos",))
    page = desk("chief").client.get(f"{dossier_href(dossier)}/do/check_results").content.decode()
    box = next(part for part in page.split("<input") if f'value="{item.reference}"' in part).split(">")[0]
    assert "checked" in box
    assert f'href="/evidence/{item.reference}"' in page


def test_two_items_are_ticked_by_the_person(node, desk):
    dossier = in_execution(node)
    items = taken_in(node, dossier)
    page = desk("chief").client.get(f"{dossier_href(dossier)}/do/check_results").content.decode()
    for item in items:
        box = next(part for part in page.split("<input") if f'value="{item.reference}"' in part).split(">")[0]
        assert "checked" not in box


def test_a_refusal_of_the_policy_is_told_in_words_and_its_code_stands_small(rf):
    refused = RefusedError(
        "You did 'requests:request:sign' on this yourself; another person must do this step.",
        code="policy:same-hand",
        place="requests:request:transmit",
    )
    page = page_of(refused).content.decode()
    assert "You did an earlier step on this yourself" in page
    assert "requests:request:sign" not in page
    assert "policy:same-hand requests:request:transmit" in page.split("Code of this answer")[1]
