"""Every page of the long story opens for those whose it is, enters its reading, and answers a stranger as if absent."""

import pytest

from comity.exchange.models import StoredMessage
from comity.safeguards.models import LedgerEntry, LedgerRead
from comity.seals.canonical import from_b64, to_b64
from comity.web.pages.dossier_address import dossier_href
from tests.requests.stages import drafted, in_execution, registered, signed, transmitted

TABS = ("", "/steps", "/request", "/evidence", "/law", "/seen")


def read_lines(subject):
    return (
        LedgerRead.objects.filter(subject=str(subject)).count()
        + LedgerEntry.objects.filter(subject=str(subject)).count()
    )


@pytest.mark.parametrize("stage", [drafted, signed, transmitted, registered, in_execution])
def test_every_tab_opens_at_every_stage_and_is_entered(node, desk, stage):
    dossier = stage(node)
    ours, theirs = desk("prosecutor").client, desk("chief").client
    for tab in TABS:
        before = read_lines(dossier)
        answer = ours.get(f"{dossier_href(dossier)}{tab}")
        assert answer.status_code == 200, answer.content[:400]
        assert read_lines(dossier) > before, f"the opening of {tab} was not entered"
        assert b"SV.26.1" in answer.content
        status = theirs.get(f"{dossier_href(dossier)}{tab}").status_code
        assert status == (404 if stage in {drafted, signed} else 200)


def test_signatory_and_transmitter_are_named_apart_and_the_transmitter_only_at_home(node, desk):
    dossier = dossier_href(transmitted(node))
    words = {name: desk(name).client.get(dossier).content.decode() for name in ("clerk", "chief")}
    points = words["clerk"].split("Request transmitted", 1)[1].split("</ul>")[0]
    assert "Prosecutor Exercise" in points.split("Signed by")[1].split("</li>")[0]
    assert "Head Exercise" in points.split("Transmitted by")[1].split("</li>")[0]
    assert "Signed by" in words["chief"]
    assert "Head Exercise" not in words["chief"]


def test_a_stranger_and_a_wrong_address_get_the_same_answer(node, desk):
    dossier = in_execution(node)
    stranger = desk("stranger").client
    absent = str(dossier).replace(str(dossier.id)[-4:], "0000")
    for tab in (*TABS, "/draft", "/sign", "/do/remind"):
        seen = stranger.get(f"{dossier_href(dossier)}{tab}")
        missing = stranger.get(f"{dossier_href(absent)}{tab}")
        assert seen.status_code == missing.status_code == 404
        assert len(seen.content) == len(missing.content)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        *((who, "/") for who in ("prosecutor", "clerk", "head", "registrar", "chief", "fiscal", "stranger")),
        ("prosecutor", "/dossiers"),
        ("prosecutor", "/dossiers?q=Trafic&phase=in-execution&sort=-changed"),
        ("prosecutor", "/dossiers/new"),
        ("chief", "/inbox"),
        ("registrar", "/inbox"),
        ("fiscal", "/evidence"),
        ("clerk", "/post"),
        ("clerk", "/post/letter"),
        ("stranger", "/law"),
        ("stranger", "/law?requesting=CH&requested=CO&measure=bank-records&offence=drug-trafficking&on=2026-11-21"),
        ("stranger", "/partners"),
        ("stranger", "/partners/PY-MP"),
        ("stranger", "/partners/connect"),
        ("stranger", "/partners/ours"),
        ("clerk", "/partners/ours"),
        ("stranger", "/partners/note"),
        ("stranger", "/officers"),
        ("stranger", "/officers/new"),
        ("stranger", "/exchange"),
        ("stranger", "/ledger"),
        ("stranger", "/my-sign-in"),
    ],
)
def test_the_rooms_open_for_those_whose_they_are(node, desk, name, address):
    in_execution(node)
    answer = desk(name).client.get(address)
    assert answer.status_code == 200, answer.content[-900:]
    assert "Exercise: no real person" in answer.content.decode()


@pytest.mark.parametrize("language", ["es", "ar"])
def test_the_dossier_is_read_in_the_chosen_language(node, desk, language):
    dossier = in_execution(node)
    client = desk("prosecutor").client
    client.post("/language", {"language": language, "next": "/"})
    page = client.get(dossier_href(dossier)).content.decode()
    assert f'lang="{language}"' in page
    assert {"es": "Cronología compartida", "ar": "التسلسل الزمني المشترك"}[language] in page
    assert ('dir="rtl"' in page) is (language == "ar")


def test_a_room_without_its_role_is_refused_with_the_reason(node, desk):
    answer = desk("prosecutor").client.get("/ledger")
    assert answer.status_code == 403
    assert "policy:missing-role" in answer.content.decode()


def test_without_a_second_factor_nobody_works(node, client):
    client.force_login(node.officers["prosecutor"])
    assert client.get("/")["Location"] == "/sign-in/set-up"


def test_a_message_shows_its_bytes_and_every_proof(node, desk):
    dossier = registered(node)
    client = desk("prosecutor").client
    page = client.get(dossier_href(dossier)).content.decode()
    address = page.split("/messages/")[1].split('"')[0]
    proof = client.get(f"{dossier_href(dossier)}/messages/{address}")
    text = proof.content.decode()
    assert proof.status_code == 200
    assert text.count("#clear") >= 4
    assert "does not hold" not in text
    assert "ML-DSA-65" in text


def test_a_broken_message_is_shown_as_broken(node, desk):
    dossier = registered(node)
    row = StoredMessage.objects.filter(holder="CH-FOJ", type="request.acknowledged").get()
    signature = dict(row.signature)
    half = bytearray(from_b64(signature["ed25519"]))
    half[0] ^= 1
    signature["ed25519"] = to_b64(bytes(half))
    StoredMessage.objects.filter(pk=row.pk).update(signature=signature)
    page = desk("prosecutor").client.get(dossier_href(dossier)).content.decode()
    assert "Broken seal" in page


def test_the_handling_codes_of_a_form_are_in_the_reader_s_language(node, desk):
    client = desk("prosecutor").client
    client.cookies["django_language"] = "es"
    assert "H0 · Para prevenir y combatir el delito" in client.get("/dossiers/new").content.decode()
