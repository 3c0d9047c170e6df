"""The refusal check: one question at a time, whose state is its address; every ground in view; nothing asked twice."""

import re
from datetime import date

import pytest
from django.http import QueryDict

from comity.law.refusal_check import check_refusal
from comity.law.register import load_register
from comity.safeguards.models import LedgerRead
from comity.values.verdict import Finding
from comity.web.checking.matter import read_matter
from comity.web.checking.refusal_sheet import refusal_sheet
from tests.web.reading import sheets, text

TODAY = date(2026, 11, 21)
TREATY = "instrument=ETS030&requesting=CH&requested=AL&measure=search-seizure&offence=fraud"
ORDER = "instrument=EU-EIO-2014-41&requesting=ES&requested=PT&measure=bank-records&offence=fraud"
CONVENTION = "instrument=UNTOC&requesting=CH&requested=CO&measure=bank-records&offence=money-laundering"
BILATERAL = "instrument=BILATERAL-CH-CO-MLA&requesting=CH&requested=CO&measure=bank-records&offence=corruption"


def sheet(address):
    query, register = QueryDict(address.removeprefix("?")), load_register()
    return refusal_sheet(query, register, read_matter(query.dict(), register, TODAY), TODAY)


def test_the_question_put_is_the_one_that_settles_most():
    found = sheet(CONVENTION)
    answer = check_refusal(
        load_register().instrument("UNTOC"), {"measure": "bank-records", "offence": "money-laundering"}
    )
    assert found.asked.meaning == answer.questions[0]
    assert found.open == len({one.id for one in answer.questions} | {"ongoing-proceeding-prejudiced"})


@pytest.mark.parametrize("address", [TREATY, ORDER, CONVENTION, BILATERAL])
@pytest.mark.parametrize("word", ["no", "unknown"])
def test_a_check_ends_and_never_asks_more_than_it_said(address, word):
    found, asked = sheet(address), []
    promised = found.open
    while found.asked:
        asked.append(found.asked.meaning.id)
        assert len(asked) <= promised
        address = f"{address}&{found.asked.name}={word}"
        found = sheet(address)
        assert len(asked) + (0 if found.settled else found.open) <= promised, "more can matter than was said"
    assert len(asked) == len(set(asked)), "asked twice"
    assert found.settled or not found.open
    if word == "unknown":
        assert found.answer.finding is Finding.UNSETTLED
        assert found.set_aside == len(asked)


def test_back_takes_the_last_answer_back_and_puts_its_question():
    found = sheet(f"{CONVENTION}&f.interests-untouched=yes&f.request-conforms=yes")
    before = sheet(found.back)
    assert before.asked.meaning.id == "request-conforms"
    assert [line.given.fact for line in before.given] == ["interests-untouched"]


def test_what_the_register_knows_is_not_asked_but_shown():
    found = sheet("instrument=ETS030&requesting=BE&requested=BG&measure=bank-records&offence=fraud")
    assert {one.fact for one in found.known} == {"measure", "offence", "both-ets099"}
    assert "both-ets099" not in {one.question.id for one in found.answer.grounds if one.question}


def test_an_answer_stands_above_what_the_register_says():
    found = sheet("instrument=ETS030&requesting=BE&requested=BG&f.both-ets099=no")
    assert "both-ets099" not in {one.fact for one in found.known}
    assert found.given[0].words == "No"


def test_what_was_declared_stands_beside_the_question_that_asks_for_it():
    found = sheet(f"{TREATY}&ask=dual-criminality-declared")
    assert "Article 5(1)(a)" in found.asked.declared[0].text


def test_each_answer_says_beforehand_what_it_would_do():
    found = sheet(f"{TREATY}&ask=prejudices-essential-interests")
    effects = {one.said: one for one in found.asked.effects}
    assert effects["yes"].against == ("ETS 030 Art. 2(b)",)
    assert not effects["no"].against
    assert effects["no"].cleared == 1


def test_contradicting_answers_are_named_together_and_nothing_is_found():
    found = sheet("instrument=ETS030&f.ordinary-offence=yes&f.political-offence=yes")
    assert {line.given.fact for line in found.conflicting} == {"ordinary-offence", "political-offence"}
    assert found.asked is None
    assert found.conflict_because == "An ordinary offence is neither political nor military nor fiscal."
    assert not sheet(found.conflicting[0].drop).conflict


def test_an_answer_against_the_register_names_the_register_s_fact_too():
    found = sheet("instrument=ETS024&measure=extradition&offence=murder&f.military-offence=yes")
    assert {line.given.fact for line in found.conflicting} == {"offence", "military-offence"}


@pytest.fixture
def client(node, desk):
    return desk("prosecutor").client


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_the_page_opens_and_asks_one_question(client, language):
    client.cookies["django_language"] = language
    assert client.get("/law/refusal").status_code == 200
    answer = client.get(f"/law/refusal?{TREATY}")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.count('class="segments big"') == 1
    assert page.count('class="tight"') == 4
    assert "<script>" not in page


def test_what_stands_is_told_with_what_removes_it(client):
    page = text(client.get(f"/law/refusal?{CONVENTION}&f.request-conforms=no"))
    assert re.search(r"because\s+the request is not made as the article requires\s+UNTOC Art. 18\(21\)\(a\)", page)
    assert re.search(r"unless\s+more information", page)
    assert "consult first" in page
    assert "Ask them all the same" in page


def test_an_answer_of_the_wrong_type_gets_its_meaning_and_an_example(client):
    answer = client.get("/law/refusal?instrument=ETS024&f.maximum-requesting=life")
    assert answer.status_code == 400
    assert "It means: What is the maximum penalty" in text(answer)
    assert 'For example: "maximum-requesting": 60' in text(answer)
    assert 'aria-invalid="true"' in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "nearest"),
    [
        ("instrument=UNTOK", "UNTOC"),
        ("instrument=UNTOC&requested=Colomgia", "CO (Colombia)"),
        ("instrument=UNTOC&measure=bank-record", "bank-records"),
        ("instrument=UNTOC&f.request-conform=yes", "request-conforms"),
    ],
)
def test_what_is_not_known_is_answered_with_the_nearest(client, address, nearest):
    answer = client.get(f"/law/refusal?{address}")
    assert answer.status_code == 400
    assert nearest in text(answer)


def test_a_fact_named_by_script_is_inert(client):
    answer = client.get("/law/refusal", {"instrument": "UNTOC", "f.<script>alert(1)</script>": "<b>"})
    assert b"<script>alert" not in answer.content


def test_each_opening_of_a_check_is_one_line(client):
    client.get("/law/refusal")
    assert not LedgerRead.objects.filter(event="law:refusal:checked").exists()
    client.get(f"/law/refusal?{TREATY}")
    assert LedgerRead.objects.filter(event="law:refusal:checked").count() == 1


@pytest.mark.browser
@pytest.mark.parametrize("name", ["law-refusal", "law-refusal-barred", "law-refusal-bilateral", "law-refusal-done"])
@pytest.mark.parametrize("language", ["es", "ar"])
def test_a_check_on_paper_is_one_sheet_with_a_line_to_sign(name, language, browser, specimens):
    context = browser.new_context()
    context.add_cookies([{"name": "django_language", "value": language, "url": specimens}])
    page = context.new_page()
    page.goto(f"{specimens}/specimen/{name}")
    assert sheets(page) == 1
    page.emulate_media(media="print")
    assert page.locator(".signed .lines span").count() == 3
    for hidden in ("button", ".one-question", ".change", ".tabs", ".rail"):
        assert not page.locator(hidden).first.is_visible(), hidden
    context.close()


@pytest.mark.browser
def test_a_check_is_worked_by_keyboard_and_without_script(browser, specimens):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{specimens}/specimen/law-refusal-begun")
    page.locator("button[value=yes]").focus()
    with page.expect_request("**/law/refusal?**") as sent:
        page.keyboard.press("Enter")
    assert "f.interests-untouched=yes" in sent.value.url
    assert "instrument=UNTOC" in sent.value.url
    context.close()
