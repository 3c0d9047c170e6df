"""The verbs of the story through their forms: what a person fills in is what casework is given."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from comity.law.refusal import refusal_grounds
from comity.law.register import load_register
from comity.requests.actions.verbs import VERBS
from comity.requests.models import DomesticAct, Dossier, Draft
from comity.requests.phases import PartState, Phase
from comity.requests.queries.access import state_of
from comity.web.pages.dossier_address import dossier_href
from tests.requests.gates import CONDUCT, NOTHING, seen, sign_gate
from tests.requests.matters import to_colombia, to_paraguay
from tests.requests.stages import drafted, in_execution, registered, signed, transmitted

TREATY = load_register().instrument("BILATERAL-CH-CO-MLA-2011").code


def do(node, desk, who, verb, dossier, **fields):
    """Send one verb's form as its page would; returns the answer."""
    version = node.row(who, dossier).version
    return desk(who).client.post(f"{dossier_href(dossier)}/do/{verb}", {"version": version, **fields})


def done(answer):
    assert answer.status_code == 302, re.findall(r'class="(?:note wrong|error)".*', answer.content.decode())
    return answer


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"save_draft", "prepare_release", "sign_request"}))
def test_the_page_of_every_verb_opens_for_both_sides(node, desk, verb):
    dossier = in_execution(node)
    for who in ("head", "chief"):
        answer = desk(who).client.get(f"{dossier_href(dossier)}/do/{verb}")
        assert answer.status_code == 200


def test_a_request_is_drafted_saved_prepared_and_signed_on_the_pages(node, desk):
    prosecutor = desk("prosecutor", stepped_up=False)
    opened = prosecutor.client.post(
        "/dossiers/new",
        {
            "requested": "CO-FGN",
            "title": "Trafic",
            "number": "SV.26.9",
            "instrument": TREATY,
            "language": "fr",
            "handling": "H1",
        },
    )
    address = done(opened)["Location"].removesuffix("/draft")
    page = prosecutor.client.get(f"{address}/draft").content.decode()
    assert "stand in the way of a signature" in page
    saved = prosecutor.client.post(
        f"{address}/draft/save",
        {
            "version": version_in(page),
            "asked:facts": "1",
            "facts.fr": "De 2025 à 2026…",
            "asked:parts": "1",
            "language": "fr",
        },
        headers={"HX-Request": "true"},
    )
    assert saved.status_code == 200
    draft = Draft.objects.get()
    assert draft.content["facts"] == {"fr": "De 2025 à 2026…"}
    assert 'id="gaps-purpose" hx-swap-oob="true"' in saved.content.decode()
    draft.content = to_colombia()
    draft.save()
    whole = prosecutor.client.get(f"{address}/draft").content.decode()
    prosecutor.client.post(f"{address}/draft/save", {"version": version_in(whole)}, headers={"HX-Request": "true"})
    ready = prosecutor.client.get(f"{address}/sign").content.decode()
    signatory = node.id_of("prosecutor")
    done(
        prosecutor.client.post(
            f"{address}/sign", {"version": version_in(ready), "prepare": "1", "signatory": signatory}
        )
    )
    prepared = prosecutor.client.get(f"{address}/sign").content.decode()
    digest = Draft.objects.get().release["digest"]
    assert digest in prepared
    form = {"version": version_in(prepared), "digest": digest, "sign": "1"}
    without_code = prosecutor.client.post(f"{address}/sign", form)
    assert without_code.status_code == 400
    assert 'aria-invalid="true"' in without_code.content.decode()
    done(prosecutor.client.post(f"{address}/sign", {**form, "code": prosecutor.code()}))
    assert Draft.objects.get().dossier.stage == Phase.SIGNED


def version_in(page):
    return page.split('name="version" value="')[1].split('"')[0]


def test_a_draft_saved_under_an_old_version_is_refused_and_nothing_is_lost(node, desk):
    dossier = drafted(node)
    client = desk("prosecutor").client
    stale = node.row("prosecutor", dossier).version
    form = {"version": stale, "asked:purpose": "1", "purpose.fr": "Nouveau", "purpose.es": "Nuevo"}
    assert client.post(f"{dossier_href(dossier)}/draft/save", form, headers={"HX-Request": "true"}).status_code == 200
    again = client.post(f"{dossier_href(dossier)}/draft/save", form, headers={"HX-Request": "true"})
    assert again.status_code == 409
    assert "<html" not in again.content.decode()
    assert Draft.objects.get().content["purpose"] == {"fr": "Nouveau", "es": "Nuevo"}


def test_who_signed_does_not_transmit_and_is_told_why(node, desk):
    dossier = signed(node)
    digest = node.release("prosecutor", dossier)["digest"]
    done(
        do(
            node,
            desk,
            "clerk",
            "check_form",
            dossier,
            **{"number": "B-26-77", "cover_note@fr": "Transmis.", "cover_note@es": "Transmitido."},
        )
    )
    refused = do(node, desk, "prosecutor", "transmit_request", dossier, digest=digest)
    assert refused.status_code == 400
    assert "Nothing was changed" in refused.content.decode() or "role" in refused.content.decode()
    done(do(node, desk, "head", "transmit_request", dossier, digest=digest))
    assert node.row("head", dossier).phase == Phase.TRANSMITTED


def law_on_the_pages(node, desk, dossier):
    """The chief answers the gate, signs it, compares both laws and signs that off, each on its page."""
    answers = {f"facts.{name}": "yes" if value else "no" for name, value in NOTHING.items()}
    done(do(node, desk, "chief", "record_facts", dossier, **answers))
    gate = seen(node, "chief", dossier).gate.digest
    page = desk("chief").client.get(f"{dossier_href(dossier)}/do/sign_rights_gate").content.decode()
    assert gate in page
    done(do(node, desk, "chief", "sign_rights_gate", dossier, digest=gate))
    for offence, case in CONDUCT.items():
        told = {"offence": offence, "case.conduct": list(case["conduct"])}
        for state, law in case["laws"].items():
            told[f"case.statute.{state}"] = law["offences"][0]["statute"]
            told[f"case.elements.{state}"] = law["offences"][0]["elements"]
        done(do(node, desk, "chief", "record_conduct", dossier, **told))
    matrix = seen(node, "chief", dossier).dual
    done(do(node, desk, "chief", "sign_dual", dossier, digest=matrix.digest, met="yes"))
    assured = {"subject": "death-penalty", "given_by": "Embajada", "on": "2026-11-01", "text": "No se impondrá."}
    done(do(node, desk, "chief", "record_assurance", dossier, **assured, check_by="2027-01-01"))
    held = seen(node, "chief", dossier).assurances[0]["id"]
    done(do(node, desk, "chief", "check_assurance", dossier, assurance=held, kept="yes"))
    done(do(node, desk, "chief", "sign_rights_gate", dossier, digest=seen(node, "chief", dossier).gate.digest))
    page = desk("chief").client.get(f"{dossier_href(dossier)}/law").content.decode()
    assert "No ground recorded: signed by" in page
    assert "No se impondrá." in page
    assert "Predicted by the requesting side" in page


def test_the_requested_side_registers_asks_accepts_and_declines_on_the_pages(node, desk):
    dossier = transmitted(node)
    done(do(node, desk, "registrar", "register_request", dossier, number="CO-2026-9", contact="Mesa"))
    done(do(node, desk, "chief", "assess_conformity", dossier, conforms="yes"))
    done(do(node, desk, "chief", "ask_question", dossier, **{"text@fr": "Quelle période ?"}))
    node.post()
    question = next(iter(state_of(node.row("prosecutor", dossier)).questions))
    done(do(node, desk, "prosecutor", "answer_question", dossier, **{"question_id": question, "text@fr": "2025."}))
    node.post()
    law_on_the_pages(node, desk, dossier)
    done(do(node, desk, "chief", "accept_request", dossier, parts=["a", "c"]))
    done(do(node, desk, "chief", "consult", dossier, **{"parts": ["b"], "text@es": "¿Se mantiene?"}))
    ground = next(iter_grounds(node, desk, dossier))
    done(
        do(
            node,
            desk,
            "chief",
            "decline_parts",
            dossier,
            **{"parts": ["b"], "grounds.ground": ground, "grounds.reason@fr": "Tiers."},
        )
    )
    states = state_of(node.row("chief", dossier)).part_states()
    assert states == {"a": PartState.ACCEPTED, "b": PartState.DECLINED, "c": PartState.ACCEPTED}


def iter_grounds(node, desk, dossier):
    page = desk("chief").client.get(f"{dossier_href(dossier)}/do/decline_parts").content.decode()
    for radio in page.split('name="grounds.ground" value="')[1:]:
        yield radio.split('"')[0]


def test_a_ground_for_some_measures_only_is_offered_and_says_for_which(node, desk):
    dossier = in_execution(node)
    page = desk("chief").client.get(f"{dossier_href(dossier)}/do/decline_parts").content.decode()
    known = {one.id: one for one in refusal_grounds(load_register().instrument(TREATY))}
    some = [one for one in iter_grounds(node, desk, dossier) if known[one].measures]
    assert some
    assert "(a, b)" in page or "(a)" in page


def test_execution_and_intake_on_the_pages(node, desk):
    dossier = in_execution(node)
    order = {"order.court": "Juzgado", "order.number": "17", "order.on": "2026-11-02", "order.text@fr": "Levée."}
    done(do(node, desk, "fiscal", "record_authorisation", dossier, parts=["a"], **order))
    record = {
        "record.on": "2026-11-02",
        "record.place": "Cali",
        "record.by": "Fiscalía 14",
        "record.persons_present": "Marta\nJuan",
    }
    done(do(node, desk, "fiscal", "record_execution", dossier, parts=["a", "c"], **record))
    held = SimpleUploadedFile("../../<script>.csv", b"1;2;3", content_type="text/csv")
    form = {
        "kind": "digital",
        "title": "Extractos",
        "file": held,
        "on": "2026-11-02",
        "place": "Cali",
        "by": "Fiscalía 14",
        "parts": ["a"],
        "handling": "H1",
    }
    taken = done(desk("fiscal").client.post(f"{dossier_href(dossier)}/evidence/take-in", form))
    item = desk("fiscal").client.get(taken["Location"])
    text = item.content.decode()
    assert item.status_code == 200
    assert "&lt;script&gt;.csv" in text
    assert "Sealed" in text
    download = desk("fiscal").client.get(f"{taken['Location']}/content")
    assert b"".join(download.streaming_content) == b"1;2;3"
    assert download["Content-Disposition"].startswith("attachment")
    assert "script" not in download["Content-Disposition"]


def test_a_letter_on_paper_is_matched_by_our_number_and_marked_as_ours(node, desk):
    dossier = node.open("prosecutor", requested="PY-MP", title="Cuenta", number="SV.26.3", instrument="UNTOC")
    node.do("prosecutor", "save_draft", dossier, content=to_paraguay())
    node.do("prosecutor", "prepare_release", dossier)
    sign_gate(node, dossier, "prosecutor")
    digest = node.release("prosecutor", dossier)["digest"]
    node.do("prosecutor", "sign_request", dossier, digest=digest)
    node.do("clerk", "check_form", dossier, number="B-26-78", cover_note={"es": "Transmitido."})
    node.do("head", "transmit_request", dossier, digest=digest)
    done(do(node, desk, "clerk", "note_posting", dossier, on="2026-11-02", number="R-1"))
    found = done(desk("clerk").client.post("/post/letter", {"number": " b-26-78 "}))
    assert found["Location"].endswith("/do/record_letter")
    scan = SimpleUploadedFile("reply.pdf", b"%PDF-1.4 scanned", content_type="application/pdf")
    letter = {
        "what": "request.acknowledged",
        "letter_on": "2026-11-15",
        "scan": scan,
        "body.number": "MP-55",
        "body.contact": "Mesa",
        "number": "MP-55",
    }
    done(do(node, desk, "clerk", "record_letter", dossier, **letter))
    assert node.row("clerk", dossier).their_number == "MP-55"
    page = desk("clerk").client.get(dossier_href(dossier)).content.decode()
    assert "Recorded by us, not signed by them" in page


def test_a_request_that_came_by_post_opens_a_dossier_to_register(node, desk):
    client = desk("clerk").client
    page = client.get("/post/request").content.decode()
    assert "PY-MP" in page
    assert 'value="CO-FGN"' not in page, "a partner with a node signs for itself"
    letter = {
        "requesting": "PY-MP",
        "title": "Cuenta (ejercicio)",
        "their_number": "MP 7/26",
        "letter_on": "2026-10-20",
        "signed_by": "Fiscal Ejemplo",
        "instrument": "UNTOC",
        "language": "es",
        "matter": "Procedimiento penal (ejercicio)",
        "offences": ["money-laundering"],
        "measures": ["bank-records", "hearing-witness"],
    }
    scan = SimpleUploadedFile("solicitud.pdf", b"%PDF-1.4 scanned", content_type="application/pdf")
    opened = client.post("/post/request", {**letter, "scan": scan}, headers={"X-Upload": "1"})
    assert opened.status_code == 204, re.findall(r'class="(?:note wrong|error)".*', opened.content.decode())
    address = opened["X-Go-To"]
    assert address.endswith("/do/register_request")
    registered = client.get(address).content.decode()
    assert "Hearing of a witness" in registered
    dossier = client.get(address.removesuffix("/do/register_request")).content.decode()
    assert "Recorded by us, not signed by them" in dossier
    assert "MP 7/26" in dossier
    empty = client.post("/post/request", {**letter, "scan": ""})
    assert empty.status_code == 400


def test_an_act_on_a_dossier_that_changed_meanwhile_is_refused(node, desk):
    dossier = registered(node)
    client = desk("chief").client
    answer = client.post(f"{dossier_href(dossier)}/do/ask_question", {"version": 1, "text@fr": "?"})
    assert answer.status_code == 400
    assert "changed since you opened it" in answer.content.decode()
    assert not state_of(node.row("chief", dossier)).questions


def test_a_ground_that_must_be_refused_asks_the_signatory_for_her_reason(node, desk):
    dossier = drafted(node)
    Dossier.objects.update(instrument="ASEAN-MLAT-2004")  # a treaty with grounds on which assistance must be refused
    node.do("prosecutor", "record_facts", dossier, facts={"political-offence": True})
    client, address = desk("prosecutor").client, f"{dossier_href(dossier)}/sign"
    version = {"version": node.row("prosecutor", dossier).version}
    done(client.post(address, {**version, "prepare": "1", "signatory": node.id_of("prosecutor")}))
    ready = client.get(address).content.decode()
    assert 'name="despite"' not in ready
    given = {"digest": Draft.objects.get().release["digest"], "sign": "1", "version": version_in(ready)}
    refused = client.post(address, given)
    assert refused.status_code == 400
    assert 'name="despite"' in refused.content.decode()
    done(client.post(address, {**given, "despite": "A common offence here."}))
    assert DomesticAct.objects.get(verb="sign_request", void=False).facts["despite"] == "A common offence here."
