"""The matrix of dual criminality: what is typed is what is compared, the missing element named, one page to sign."""

import re
from datetime import date

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from comity.law.conduct import load_conduct
from comity.law.dual_case import EXAMPLE
from comity.law.dual_conduct import dual_criminality
from comity.law.register import load_register
from comity.safeguards.models import LedgerRead
from comity.web.checking.dual_facts import asked_by, case_of
from comity.web.checking.dual_sheet import category_choices, dual_sheet
from comity.web.checking.matter import read_matter
from tests.web.law_check_specimens import LAUNDERING
from tests.web.reading import sheets, text

TODAY = date(2026, 11, 21)
BARE = "instrument=UNTOC&requesting=CH&requested=CO&measure=bank-records&offence=money-laundering"
ORDER = "instrument=EU-EIO-2014-41&requesting=ES&requested=PT&measure=search-seizure&offence=fraud"


def parts(address):
    query = QueryDict(address.removeprefix("?"))
    return query, read_matter(query.dict(), load_register(), TODAY)


def sheet(address):
    query, matter = parts(address)
    return dual_sheet(query, load_register(), matter)


def test_the_example_of_the_command_line_is_typed_and_found_alike():
    typed = case_of(
        *parts(
            "instrument=BILATERAL-CH-CO-MLA-2011&requesting=CH&requested=CO&measure=bank-records"
            "&offence=money-laundering&stage=completed&role=principal&category=EAW-09&c.property-from-crime=yes"
            "&c.conversion-or-transfer=yes&c.knowledge-of-crime-proceeds=yes"
            "&r.statute=Art.%20305bis%20StGB%20(fictional%20extract%20for%20the%20example)&r.maximum=36&r.attempt=yes"
            "&r.participation=yes&r.e.property-from-crime=must&r.e.conversion-or-transfer=one&r.e.concealment=one"
        )
    )
    assert {**typed, "instrument": EXAMPLE["instrument"]} == EXAMPLE
    assert dual_criminality(load_register(), typed).to_json() == dual_criminality(load_register(), EXAMPLE).to_json()


def test_the_missing_element_is_named():
    found = sheet(LAUNDERING).dual
    assert found["finding"] == "UNSETTLED"
    assert found["missing"][0].startswith("CO: knowledge-of-crime-proceeds")


def test_a_statute_without_an_element_says_nothing_of_the_conduct():
    found = sheet(f"{BARE}&r.statute=Art.%201&q.statute=Art.%202").dual
    assert found["finding"] == "UNSETTLED"
    assert found["missing"] == ["CH: the statute and its elements", "CO: the statute and its elements"]


def test_a_law_said_to_have_no_such_offence_bars():
    own = "&c.deception=yes&r.statute=x&r.e.deception=must"
    address = f"instrument=ETS024&requesting=CH&requested=LI&measure=extradition&offence=fraud{own}"
    assert sheet(address).dual["finding"] == "UNSETTLED"
    assert sheet(f"{address}&q.complete=none&r.maximum=60&q.maximum=60").dual["finding"] == "BARRED"


def test_the_definition_of_the_treaty_can_be_taken_for_a_law():
    law = sheet(BARE).laws[1]
    taken = sheet(law.adopt)
    cells = {row["element"]: row["requested"]["asks"] for row in taken.dual["matrix"]}
    assert cells["property-from-crime"] == "asked"
    assert cells["concealment"] == "one of several"
    assert taken.laws[1].adopt == ""


@pytest.mark.parametrize("offence", sorted(load_conduct().definitions))
def test_a_definition_taken_is_the_definition_or_is_not_offered(offence):
    table = load_conduct()
    asked = asked_by(table, offence)
    address = "&".join(f"r.e.{name}={word}" for name, word in asked.items())
    law = case_of(*parts(f"{BARE}&{address}"))["laws"].get("CH")
    if not asked:
        assert law is None
        return
    typed = {table.line(line) for line in law["offences"][0]["elements"]}
    assert typed == set(table.definitions[offence].lines)


def test_an_added_element_stands_as_a_row_until_something_is_said_of_it():
    found = sheet(f"{BARE}&row=tax-evaded")
    assert found.dual["matrix"][-1]["element"] == "tax-evaded"
    assert "tax-evaded" not in dict(found.others)


def test_the_list_lifts_it_and_is_asked_for_only_where_the_instrument_has_it():
    assert not sheet(BARE).shown.category
    found = sheet(f"{ORDER}&category=EAW-08&certified=yes&r.e.deception=must&r.maximum=72")
    assert found.shown.category
    assert found.dual["finding"] == "CLEAR"
    assert len(category_choices()) == 32


def test_what_cannot_be_used_is_named_and_the_rest_stays_written():
    found = sheet(f"{LAUNDERING}&r.maximum=many")
    assert found.fault.place.endswith("maximum_months")
    assert found.laws[0].said["maximum"] == "many"
    assert found.dual["finding"] == "UNSETTLED"


def test_the_matrix_can_stand_on_another_page_without_its_controls():
    answer = dual_criminality(load_register(), case_of(*parts(LAUNDERING))).to_json()
    page = render_to_string("law_dual_matrix.html", {"dual": answer})
    assert "<select" not in page
    assert page.count("<tr>") == 1 + len(answer["matrix"])
    assert "knowledge-of-crime-proceeds" in page


@pytest.fixture
def client(node, desk):
    return desk("prosecutor").client


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_the_page_opens_with_a_column_for_each_law(client, language):
    client.cookies["django_language"] = language
    assert client.get("/law/dual").status_code == 200
    answer = client.get(f"/law/dual?{LAUNDERING}")
    assert answer.status_code == 200
    assert len(re.findall(r'name="q\.e\.[\w-]+" aria-label', answer.content.decode())) == 5


def test_what_is_sent_gets_an_address_of_its_own(client):
    sent = dict(QueryDict(LAUNDERING).items()) | {"category": "", "c.acquisition-possession-use": ""}
    answer = client.post("/law/dual", sent)
    assert answer.status_code == 303
    assert "c.property-from-crime=yes" in answer["Location"]
    assert "acquisition" not in answer["Location"].partition("q.e.")[0]
    assert client.get(answer["Location"]).status_code == 200


def test_what_is_too_long_for_an_address_is_answered_at_once(client):
    long = {"r.statute": "م" * 160, "q.statute": "م" * 160}
    more = {
        f"{kind}.{name}": "must" if kind != "c" else "yes" for name in load_conduct().elements for kind in ("c", "r.e")
    }
    answer = client.post("/law/dual", dict(QueryDict(LAUNDERING).items()) | long | more)
    assert answer.status_code == 200
    assert "م" * 160 in answer.content.decode()


def test_markup_in_a_statute_is_inert(client):
    answer = client.get(f"/law/dual?{LAUNDERING}", {"r.statute": "x"})
    assert answer.status_code in {200, 400}
    answer = client.get("/law/dual", dict(QueryDict(LAUNDERING).items()) | {"r.statute": "<script>alert(1)</script>"})
    assert b"<script>alert" not in answer.content


def test_a_wrong_fact_answers_400_with_its_meaning(client):
    answer = client.get(f"/law/dual?{LAUNDERING}&c.concealment=perhaps")
    assert answer.status_code == 400
    assert "true, false or null" in text(answer)


def test_each_comparison_is_one_line(client):
    client.get("/law/dual")
    assert not LedgerRead.objects.filter(event="law:dual:compared").exists()
    client.post("/law/dual", dict(QueryDict(LAUNDERING).items()))
    client.get(f"/law/dual?{LAUNDERING}")
    assert LedgerRead.objects.filter(event="law:dual:compared").count() == 1


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_a_comparison_on_paper_is_one_sheet_with_a_line_to_sign(language, browser, specimens):
    context = browser.new_context()
    context.add_cookies([{"name": "django_language", "value": language, "url": specimens}])
    page = context.new_page()
    page.goto(f"{specimens}/specimen/law-dual")
    assert sheets(page) == 1
    page.emulate_media(media="print")
    assert page.locator(".signed .lines").is_visible()
    assert page.locator(".dual td").count() == 25
    for hidden in ("button", "select", "input[type=text]", ".change"):
        assert page.locator(f"{hidden}:visible").count() == 0, hidden
    context.close()
