"""The pages of the law: one line in the ledger for each opening, nothing denied where the register is silent."""

import html
import re
from urllib.parse import parse_qsl

import pytest

from comity.forms.catalogue import form_ids, load_form
from comity.law.register import load_register
from comity.law.state_sheet import known_states
from comity.safeguards.models import LedgerRead
from comity.values.country import country_names
from comity.web.pages.dossier_address import dossier_href
from comity.web.pages.law_instruments import FORMS
from tests.requests.stages import transmitted

ASKED = "/law?requesting={}&requested={}&measure={}&offence={}&on=2026-11-21"
OPENINGS = {
    "/law": "law:basis:asked",
    "/law?requested=CO": "law:basis:asked",
    ASKED.format("CH", "CO", "bank-records", "drug-trafficking"): "law:basis:asked",
    "/law/states": "law:states:searched",
    "/law/states?q=col&sort=-bilateral": "law:states:searched",
    "/law/states/CO": "law:state:read",
    "/law/states/co?kind=MLA&q=switz&on=2015-01-01": "law:state:read",
    "/law/instruments": "law:instruments:searched",
    "/law/instruments?kind=bilateral&state=CH&sort=signed&page=2": "law:instruments:searched",
    "/law/instruments/UNTOC": "law:instrument:read",
    "/law/instruments/untoc?q=chile&sort=-since&on=2004-01-01": "law:instrument:read",
    "/law/instruments/BILATERAL-GB-US-MLA": "law:instrument:read",
    "/law/coverage": "law:coverage:read",
}
REGISTER = load_register()
STATES = [state for state in known_states(REGISTER) if state in country_names("en")]
DENIAL = re.compile(r'(?<!never ")(?<!not ")\bnot a party')
PAIRS = [("CH", "CO"), ("NG", "PE"), ("DE", "FR"), ("DK", "IE"), ("GB", "US"), ("AQ", "VA"), ("KP", "CO"), ("LI", "TV")]


def words(answer):
    """The text of a page as it is read, without its markup."""
    main = answer.content.decode().split("<main", 1)[1]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


@pytest.mark.parametrize("address", OPENINGS)
def test_each_opening_is_one_line_in_the_ledger(desk, address):
    client, before = desk("prosecutor").client, LedgerRead.objects.count()
    answer = client.get(address)
    assert answer.status_code == 200
    assert LedgerRead.objects.filter(event=OPENINGS[address]).count() == LedgerRead.objects.count() - before == 1


def test_no_page_denies_what_the_register_does_not_know(desk):
    client = desk("prosecutor").client
    addresses = [f"/law/states/{state}" for state in STATES[::50]]
    addresses += [f"/law/instruments/{code}" for code in [*list(REGISTER.multilateral)[::20], "BILATERAL-GB-US-MLA"]]
    addresses += [ASKED.format(*pair, "bank-records", "fraud") for pair in PAIRS[3:7]]
    addresses += ["/law/states", "/law/instruments", "/law/coverage"]
    for address in addresses:
        said = words(client.get(address))
        assert not DENIAL.search(said), address
        assert "no treaty exists" not in said


def test_a_state_of_which_nothing_is_listed_is_unknown_and_not_free(desk):
    said = words(desk("prosecutor").client.get("/law/states/AQ"))
    assert "The register lists nothing here. That is unknown" in said
    assert "Ask before you rely on it" in said


@pytest.mark.parametrize("pair", PAIRS)
def test_every_reason_cites_a_provision_and_every_basis_its_age_and_sources(desk, pair):
    page = desk("prosecutor").client.get(ASKED.format(*pair, "bank-records", "fraud")).content.decode()
    bases = page.split('<article class="basis')[1:]
    assert bases
    for basis in bases:
        reasons = basis.split('<ul class="reasons">')[1].split("</ul>")[0].split("<li>")[1:]
        assert reasons
        assert all('<bdi class="cite">' in reason for reason in reasons)
    paper = page.split("law-paper")[1].split("</section>")[0]
    notes = set(re.findall(r"<span>(\d+) <bdi", paper))
    for row in paper.split("<tr>")[2:]:
        cells = re.findall(r"<td>(.*?)</td>", row, re.DOTALL)
        provision, sources = cells[3], re.findall(r"\d+", cells[5])
        assert re.sub(r"<[^>]+>", "", provision).strip()
        assert sources
        assert set(sources) <= notes


def test_an_answer_stands_in_the_address_and_can_be_taken_back(desk):
    client = desk("prosecutor").client
    asked = ASKED.format("NG", "PE", "bank-records", "corruption")
    answered = client.get(f"{asked}&a.UNTOC:transnational=yes&a.UNCAC:de-minimis=yes").content.decode()
    untoc = answered.split('id="UNTOC"')[1].split("</article>")[0]
    question = next(one for one in untoc.split("<form")[1:] if "a.UNTOC:transnational" in one and "answered" in one)
    assert re.search(r'name="a.UNTOC:transnational" value="yes" aria-pressed="true"', question)
    assert re.search(r'name="a.UNTOC:transnational" value="unknown" aria-pressed="false"', question)
    assert 'name="a.UNCAC:de-minimis" value="yes"' in question, "the other answer goes along"
    assert "☒ Yes" in words_of(question)


def words_of(markup):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup))


def test_an_address_that_names_some_only_fills_in_the_form(desk):
    page = desk("prosecutor").client.get("/law?requested=CO").content.decode()
    assert '<option value="CO" selected>' in page.split('name="requested"')[1].split("</select>")[0]
    assert "Nothing asked yet" in page
    assert desk("prosecutor").client.get("/law?requested=CH&requesting=CH&measure=x&offence=").status_code == 400


@pytest.mark.parametrize("address", ["/law/states/Kolumbia", "/law/instruments/UNTOK", "/law/states/CO?on=yesterday"])
def test_a_slip_is_answered_with_the_nearest(desk, address):
    answer = desk("prosecutor").client.get(address)
    assert answer.status_code == 400
    assert "Nearest" in answer.content.decode()


def test_the_age_of_a_row_never_lies_ahead_of_today(desk):
    said = words(desk("prosecutor").client.get("/law/states/AR"))
    assert not re.findall(r"\b(20[3-9]\d)-\d\d-\d\d", said)


def test_each_form_belongs_to_an_instrument_or_to_none():
    named = [load_form(one).instrument for one in form_ids()]
    for code, beginnings in FORMS.items():
        assert code in REGISTER.names
        assert all(any(name.startswith(one) for name in named) for one in beginnings), code
    practice = ("none;", "any instrument", "several", "INTERPOL")
    without = [one for one in named if not one.startswith((*practice, *sum(FORMS.values(), ())))]
    assert not without


def test_a_treaty_without_a_printed_title_is_named_in_the_readers_language(desk):
    client = desk("prosecutor").client
    client.cookies["django_language"] = "es"
    assert "Estados Unidos" in words(client.get("/law/instruments/BILATERAL-GB-US-MLA"))


def test_the_law_of_a_dossier_leads_on_to_the_check_of_its_instrument_with_nothing_of_the_case(node, desk):
    prosecutor = desk("prosecutor").client
    page = prosecutor.get(f"{dossier_href(transmitted(node))}/law").content.decode()
    address = html.unescape(re.search(r'href="(/law/refusal\?[^"]+)"', page)[1])
    asked = dict(parse_qsl(address.partition("?")[2]))
    assert set(asked) == {"instrument", "requesting", "requested", "measure", "offence", "on"}
    check = prosecutor.get(address)
    assert check.status_code == 200
    assert "SV.26.1" not in check.content.decode()
    assert load_register().instrument(asked["instrument"]).title in html.unescape(check.content.decode())


def test_the_parts_of_the_law_take_the_instrument_of_the_answer_along(node, desk):
    page = desk("prosecutor").client.get(ASKED.format("CH", "CO", "bank-records", "drug-trafficking")).content.decode()
    parts = page.split("law-parts", 1)[1].split("</nav>")[0]
    assert re.search(r'href="/law/refusal\?[^"]*instrument=BILATERAL-CH-CO-MLA', parts)


def test_a_question_stands_once_on_the_page(node, desk):
    page = desk("prosecutor").client.get(ASKED.format("CH", "CO", "bank-records", "drug-trafficking")).content.decode()
    assert page.count("Does the offence involve an organised criminal group") == 1
    assert "Not answered" not in page


def test_a_treaty_known_by_a_decree_only_is_named_by_its_states(node, desk):
    page = desk("prosecutor").client.get("/law/instruments/BILATERAL-BR-NG-MLA").content.decode()
    assert "treaty between Brazil and Nigeria (Decreto 7.582/2011)" in page
