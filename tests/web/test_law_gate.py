"""The worksheet of the rights gate: every subject asked, nothing ever found clear, signed by a person for one request."""

import re

import pytest
from django.http import QueryDict

from comity.law.rights_gate import Standing, gate_subjects
from comity.safeguards.models import LedgerRead
from comity.web.checking.gate_sheet import gate_sheet
from tests.web.reading import sheets, text


def sheet(address=""):
    return gate_sheet(QueryDict(address))


def standing(found, subject):
    return next(one.line.standing for one in found.subjects if one.line.subject.id == subject)


def all_answered():
    names = [(name, alarm) for subject in gate_subjects() for name, alarm in subject.alarms.items()]
    return "&".join(f"f.{name}={'no' if alarm else 'yes'}" for name, alarm in names)


def test_every_subject_is_asked_at_first():
    found = sheet()
    assert found.asks == len(found.subjects) == len(gate_subjects())
    assert not found.answer.may_sign


def test_a_person_may_sign_only_when_nothing_is_left_and_nothing_recorded():
    assert sheet(all_answered()).answer.may_sign
    assert not sheet(all_answered().replace("f.torture-risk=no", "f.torture-risk=unknown")).answer.may_sign
    assert not sheet(all_answered().replace("f.torture-risk=no", "f.torture-risk=yes")).answer.may_sign


def test_what_may_cure_is_asked_only_where_something_is_recorded():
    assert "death-penalty-assurance" not in {q.meaning.id for one in sheet().subjects for q in one.questions}
    recorded = sheet("f.death-penalty-possible=yes")
    assert standing(recorded, "death-penalty") is Standing.RECORDED
    assert any(q.meaning.id == "death-penalty-assurance" for one in recorded.subjects for q in one.questions)
    assured = sheet("f.death-penalty-possible=yes&f.death-penalty-assurance=yes")
    assert standing(assured, "death-penalty") is Standing.ASSURED


def test_contradicting_answers_are_named_together():
    found = sheet("f.ordinary-offence=yes&f.political-offence=yes")
    assert {one.id for one in found.conflicting} == {"ordinary-offence", "political-offence"}


@pytest.fixture
def client(node, desk):
    return desk("prosecutor").client


@pytest.mark.parametrize("language", ["en", "es", "ar"])
@pytest.mark.parametrize("address", ["", "f.torture-risk=yes", all_answered()])
def test_the_sheet_never_says_clear(client, language, address):
    client.cookies["django_language"] = language
    answer = client.get(f"/law/gate?{address}")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "#clear" not in page
    assert 'class="mark clear' not in page
    assert not re.search(r"\bCLEAR\b|\bPROCEDE\b|جائز", page)


def test_the_line_to_sign_reads_no_ground_recorded_for_this_request_only(client):
    blank, done = text(client.get("/law/gate")), text(client.get(f"/law/gate?{all_answered()}"))
    for page in (blank, done):
        assert "No ground recorded, for this request only" in page
    assert "Not to be signed while something is recorded or left to ask." in blank
    assert "Not to be signed" not in done


def test_answers_that_cannot_be_used_answer_400(client):
    assert client.get("/law/gate?f.ordinary-offence=yes&f.political-offence=yes").status_code == 400
    assert "It means" in text(client.get("/law/gate?f.torture-risk=perhaps"))


def test_each_opening_is_one_line(client):
    client.get("/law/gate")
    assert LedgerRead.objects.filter(event="law:gate:reviewed").count() == 1


@pytest.mark.browser
def test_on_paper_the_answers_stay_and_the_buttons_go(browser, specimens):
    page = browser.new_page()
    page.goto(f"{specimens}/specimen/law-gate-half")
    page.emulate_media(media="print")
    assert page.locator("input[type=radio]:checked").first.is_visible()
    assert page.locator(".signed .lines").is_visible()
    assert not page.locator("button").first.is_visible()
    assert sheets(page) <= 2
    page.close()
