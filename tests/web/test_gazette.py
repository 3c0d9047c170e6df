"""The gazette's pages: what is proposed is read beside what it displaces, decided by another person with her code."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from comity.gazette.models import Correction
from comity.gazette.queries import register_here
from comity.law.fact_files import write_facts
from comity.law.register import load_register
from comity.law.shipped_facts import shipped_facts
from comity.safeguards.models import LedgerRead

ABOUT = "kind=participation&instrument=untoc&state=CO"
GIVEN = {
    "status": "party",
    "entry_into_force": "2012-05-01",
    "source": "Registro Inventado, acta 12",
    "address": "https://registro.example/12",
    "as_of": "2026-10-01",
    "verified": "on",
    "reason": "The shipped day is that of deposit.",
}


@pytest.fixture
def proposal(desk):
    """The address of a correction that the clerk proposed."""
    made = desk("clerk").client.post(f"/law/gazette/propose?{ABOUT}", GIVEN)
    assert made.status_code == 302, made.content.decode()[-1500:]
    return made["Location"]


def digest_on(page):
    return page.split('name="digest" value="')[1].split('"')[0]


def test_two_people_correct_the_law_and_two_take_it_back(node, desk, proposal):
    clerk, head = desk("clerk"), desk("head", stepped_up=False)
    shipped = load_register().participation("UNTOC", "CO").in_force
    page = head.client.get(proposal).content.decode()
    assert shipped in page
    assert "2012-05-01" in page
    assert "Correct the law: approve or refuse" in head.client.get("/").content.decode()
    assert "Correct the law" not in clerk.client.get("/").content.decode()
    digest = digest_on(page)
    assert head.client.post(proposal, {"digest": digest, "verb": "approve"}).status_code == 400
    assert head.client.post(proposal, {"digest": "0" * 64, "verb": "approve", "code": head.code()}).status_code == 400
    assert register_here().participation("UNTOC", "CO").in_force == shipped
    assert head.client.post(proposal, {"digest": digest, "verb": "approve"}).status_code == 302
    assert register_here().participation("UNTOC", "CO").in_force == "2012-05-01"
    asked = "/law?requesting=CH&requested=CO&measure=bank-records&offence=organised-crime&on=2010-01-01"
    assert "this node&#x27;s correction of" in clerk.client.get(asked).content.decode()
    assert "this node's correction" in clerk.client.get("/law/gazette/conflicts").content.decode()
    assert clerk.client.post(proposal, {"verb": "withdraw", "reason": ""}).status_code == 400
    assert clerk.client.post(proposal, {"verb": "withdraw", "reason": "It was right before."}).status_code == 302
    page = head.client.get(proposal).content.decode()
    assert "It was right before." in page
    gone = head.client.post(proposal, {"digest": digest_on(page), "verb": "approve-withdrawal"})
    assert gone.status_code == 302
    assert register_here().participation("UNTOC", "CO").in_force == shipped


def test_who_proposed_reads_that_another_person_must_decide(node, desk):
    head = desk("head")
    address = head.client.post(f"/law/gazette/propose?{ABOUT}", GIVEN)["Location"]
    page = head.client.get(address).content.decode()
    assert "another person must do this step" in page
    assert "Approve the correction" not in page
    row = Correction.objects.get()
    assert head.client.post(address, {"digest": row.digest, "verb": "approve"}).status_code == 400
    row.refresh_from_db()
    assert row.state == "proposed"


def test_what_only_waits_is_absent_for_another_authority(node, desk, proposal):
    stranger = desk("stranger").client
    there, absent = stranger.get(proposal), stranger.get(f"{proposal[:-4]}ffff")
    assert there.status_code == absent.status_code == 404
    assert len(there.content) == len(absent.content)
    assert stranger.post(proposal, {"verb": "approve", "digest": "x"}).status_code == 404
    assert proposal not in stranger.get("/law/gazette").content.decode()


@pytest.mark.parametrize(
    ("about", "given", "words"),
    [
        ("kind=participation&instrument=UNTOK&state=CO", {}, "Nearest: UNTOC"),
        ("kind=treaty&instrument=&state=CO", {}, "two States and its kind"),
        ("kind=nothing&instrument=UNTOC&state=CO", {}, "Say first what is corrected"),
        (ABOUT, {**GIVEN, "as_of": "yesterday"}, "begins with the day the source speaks of"),
        (ABOUT, {**GIVEN, "date_consent": "2013"}, "contradict each other"),
        (
            "kind=declaration&instrument=UNTOC&state=CO",
            {**GIVEN, "status": "", "entry_into_force": "", "article": "77", "text": "x"},
            "Nearest: 41",
        ),
    ],
)
def test_what_cannot_be_proposed_is_answered_on_the_page(node, desk, about, given, words):
    client = desk("clerk").client
    answer = (
        client.post(f"/law/gazette/propose?{about}", given) if given else client.get(f"/law/gazette/propose?{about}")
    )
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Correction.objects.exists()


def test_each_kind_of_fact_has_its_form_beside_what_is_shipped(node, desk):
    client = desk("clerk").client
    assert client.get("/law/gazette/propose").status_code == 200
    for about, words in (
        ("kind=languages&instrument=ETS030&state=AL", "English, French"),
        ("kind=treaty&state=CO&other_state=CH&treaty_kind=MLA", "2011-01-27"),
        ("kind=declaration&instrument=UNTOC&state=CO", "Bank records"),
        ("kind=channel&instrument=UNTOC&state=NR", "The register is silent"),
        ("kind=authority&instrument=UNTOC&state=AD", "Ministry in charge of the Interior"),
    ):
        page = client.get(f"/law/gazette/propose?{about}")
        assert page.status_code == 200, about
        assert words in page.content.decode(), about
    given = {**GIVEN, "date_signature": "2011-01-27", "status": "in_force"}
    made = client.post("/law/gazette/propose?kind=treaty&state=CO&other_state=CH&treaty_kind=MLA", given)
    assert made.status_code == 302, made.content.decode()[-1200:]
    assert Correction.objects.get().instrument == "BILATERAL-CH-CO-MLA"
    assert "Bilateral treaty" in client.get(made["Location"]).content.decode()


def test_a_file_is_proposed_whole_or_not_at_all(node, desk):
    client = desk("clerk").client
    shipped = write_facts(shipped_facts(load_register(), "UNTOC")[:3], "csv")
    told = client.post("/law/gazette/import", {"file": SimpleUploadedFile("untoc.csv", shipped)}, follow=True)
    assert "3 say what the shipped register says" in told.content.decode()
    bad = shipped.replace(b"2011-10-22", b"2011-10-23")
    answer = client.post("/law/gazette/import", {"file": SimpleUploadedFile("untoc.csv", bad)})
    assert answer.status_code == 400
    assert "untoc.csv, line 2" in answer.content.decode()
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("address", "event"),
    [
        ("/law/gazette", "gazette:corrections:read"),
        ("/law/gazette?q=UNTOC&state=proposed", "gazette:corrections:read"),
        ("/law/gazette/conflicts", "gazette:conflicts:read"),
        ("/law/gazette/export.csv", "gazette:corrections:exported"),
        ("/law/gazette/export.json", "gazette:corrections:exported"),
        ("", "gazette:correction:read"),
    ],
)
def test_each_opening_is_one_line(node, desk, proposal, address, event):
    client = desk("clerk").client
    before = LedgerRead.objects.count()
    assert client.get(address or proposal).status_code == 200
    assert LedgerRead.objects.filter(event=event).count() == LedgerRead.objects.count() - before == 1


def test_a_format_that_is_none_is_absent_and_a_filter_that_fits_nothing_says_so(node, desk, proposal):
    client = desk("clerk").client
    assert client.get("/law/gazette/export.xml").status_code == 404
    assert "No correction fits" in client.get("/law/gazette?q=ETS030").content.decode()
    assert proposal in client.get("/law/gazette?q=co").content.decode()


def test_markup_in_a_correction_is_inert(node, desk):
    client = desk("clerk").client
    canary = "<script>canary()</script>"
    given = {**GIVEN, "scope": canary, "source": canary, "reason": canary}
    address = client.post(f"/law/gazette/propose?{ABOUT}", given)["Location"]
    head = desk("head").client
    for page in (address, "/law/gazette"):
        assert canary not in head.get(page).content.decode()
    row = Correction.objects.get()
    assert head.post(address, {"digest": row.digest, "verb": "approve"}).status_code == 302
    asked = "/law?requesting=CH&requested=CO&measure=bank-records&offence=organised-crime&on=2026-01-01"
    assert canary not in head.get(asked).content.decode()
    assert canary not in head.get("/law/gazette/conflicts").content.decode()
