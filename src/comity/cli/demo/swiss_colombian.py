"""The first story: bank records and a witness, from Bern to Cali and back, with custody that verifies offline."""

import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from comity.cli.demo.client import CallError, Desk
from comity.cli.demo.lawfulness import law_of, sheet_of, sign_gate, sign_matrix
from comity.cli.demo.letters import letter
from comity.cli.demo.recalling import take_back
from comity.cli.demo.records import write_bank_records
from comity.cli.demo.report import Report
from comity.cli.demo.stage import Stage
from comity.cli.demo.tampering import say_what_broke
from comity.cli.demo.waiting import anything, in_phase, until
from comity.cli.demo.wire import BreakingWire

PURPOSE = "exercise SV.26.0001"
MEBIBYTE = 1 << 20
HOSTILE_NAME = "../../extractos <script>alert(1)</script> =2+2.csv"


@dataclass
class Cast:
    """The people of the story, each signed in at a desk of their own."""

    prosecutor: Desk
    chief: Desk
    custodian: Desk
    registrar: Desk
    head: Desk
    auditor: Desk
    their_registrar: Desk
    director: Desk
    executing: Desk


def play(stage: Stage, report: Report, out: Path, megabytes: int) -> None:
    """Play the story; every check goes into the report."""
    report.chapter("1. Switzerland asks Colombia: bank records of two accounts, the hearing of a witness")
    cast = _sign_in(stage)
    report.check("officers signed in with password and one-time code", bool(cast.head.get("/me")["stepped_up"]))
    dossier = _draft(cast, report)
    digest = _sign(cast, dossier, report)
    _transmit(cast, dossier, digest, report)
    _register_and_ask(cast, dossier, report)
    _decide(cast, dossier, report)
    items = _execute(cast, dossier, out, megabytes, report)
    _return(cast, dossier, items, stage.wires["co"], megabytes, report)
    _countersign(cast, dossier, items, report)
    _release(cast, dossier, items, out, report)
    _verify(out, report)
    take_back(cast, dossier, items[1], report)
    _ledgers(cast, report)


def _sign_in(stage: Stage) -> Cast:
    """Everyone signs in at her own node: the two nodes' officers at the same time."""
    ch, co = stage.sites["ch"], stage.sites["co"]
    swiss = [(name, PURPOSE) for name in ("m.rochat", "s.blanc", "p.keller", "l.favre", "a.brunner")]
    with ThreadPoolExecutor(2) as nodes:
        here = nodes.submit(lambda: [ch.desk(*one) for one in (*swiss, ("t.inspector", "inspection"))])
        there = nodes.submit(lambda: [co.desk(name, PURPOSE) for name in ("r.mesa", "c.ibarra", "j.pardo")])
        return Cast(*here.result(), *there.result())


def _draft(cast: Cast, report: Report) -> str:
    report.step("Prosecutor Rochat asks the law, opens a dossier and writes the request.")
    bases = cast.prosecutor.get(
        "/law/basis", requesting="CH", requested="CO", measure="bank-records", offence="drug-trafficking"
    )["bases"]
    ranked = [(base["instrument"], base["finding"]) for base in bases]
    first = ranked[0]
    report.check(
        "the bilateral treaty of 2011 ranks first and is CLEAR", first == ("BILATERAL-CH-CO-MLA", "CLEAR"), first
    )
    order = [code for code, _ in ranked if code in {"VIENNA1988", "UNTOC"}]
    report.check("the 1988 Convention and UNTOC stand behind it", order == ["VIENNA1988", "UNTOC"], ranked[:5])
    others = {base["instrument"]: base for base in bases}
    told = [code for code in ("UNCAC", "ETS185") if others[code]["finding"] != "CLEAR" and others[code]["reasons"]]
    report.check("UNCAC and Budapest say why not, or what to answer", len(told) == 2, told)

    dossier = cast.prosecutor.post(
        "/dossiers",
        {"requested": "CO-FGN", "title": "Trafficking and laundering, Basel-Cali", "number": "SV.26.0001-EXERCICE"},
    )["reference"]
    whole = letter("swiss_colombian")
    lacking = {key: value for key, value in whole.items() if key not in {"purpose", "facts"}}
    cast.prosecutor.act(dossier, "save_draft", content=lacking)
    gaps = cast.prosecutor.read(dossier)["draft"]["gaps"]
    named = sorted({gap["place"].split(".")[0] for gap in gaps if gap["severity"] == "missing"})
    cited = all(gap["provision"] for gap in gaps)
    report.check("the gaps are named with place and provision", {"facts", "purpose"} <= set(named) and cited, named)
    code = cast.prosecutor.refused(dossier, "prepare_release")
    report.check("an incomplete request is stopped before signature", code == "requests:incomplete", code)
    cast.prosecutor.act(dossier, "save_draft", content=whole)
    return str(dossier)


def _sign(cast: Cast, dossier: str, report: Report) -> str:
    report.step("She completes it, reads the letter in French and Spanish, and signs its digest.")
    cast.prosecutor.act(dossier, "prepare_release")
    release = cast.prosecutor.read(dossier)["draft"]["release"]
    languages = sorted(one["language"] for one in release["documents"])
    report.check("the letter stands in both languages", languages == ["es", "fr"], languages)
    pdf = cast.prosecutor.get(f"/dossiers/{dossier}/documents/{release['documents'][0]['digest']}")
    report.check("the letter is a PDF", pdf.startswith(b"%PDF"), f"{len(pdf):,} bytes")
    code = cast.prosecutor.refused(dossier, "sign_request", digest="0" * 64)
    report.check("another digest is not signed", code == "requests:digest", code)
    _gate_outgoing(cast, dossier, report)
    cast.prosecutor.act(dossier, "sign_request", digest=release["digest"])
    return str(release["digest"])


def _gate_outgoing(cast: Cast, dossier: str, report: Report) -> None:
    gate = law_of(cast.prosecutor, dossier)["gate"]
    code = cast.prosecutor.refused(dossier, "sign_rights_gate", digest=gate["digest"])
    report.check(
        "the human-rights gate is not signed while it asks", code == "requests:gate-open", f"{len(gate['open'])} open"
    )
    signed = sign_gate(cast.prosecutor, dossier)["signed"]
    report.check("a named person signs that no ground is recorded", bool(signed["entry"]), signed["name"])
    cast.prosecutor.act(
        dossier, "record_facts", facts={"conduct-offence-in-requested": False, "coercive-measure": True}
    )
    check = law_of(cast.prosecutor, dossier)["predicted"]
    against = [one for found in check["checks"] for one in found["grounds"] if one["finding"] == "BARRED"]
    report.check(
        "likely refused because, unless: the ground, its provision and its cure",
        any("7(1)" in one["provision"] and one["cure"] for one in against),
        [(one["provision"], one["cure"]) for one in against],
    )
    cast.prosecutor.act(dossier, "record_facts", facts={"conduct-offence-in-requested": True})


def _transmit(cast: Cast, dossier: str, digest: str, report: Report) -> None:
    report.step("The Federal Office of Justice checks the form, gives its number and transmits that digest.")
    code = cast.prosecutor.refused(dossier, "transmit_request", digest=digest)
    report.check("who signed does not transmit", code.startswith("policy:"), code)
    note = {"fr": "Nous vous transmettons la demande ci-jointe.", "es": "Le transmitimos la solicitud adjunta."}
    cast.registrar.act(dossier, "check_form", number="B-26-0451-EX", cover_note=note)
    cast.head.act(dossier, "transmit_request", digest=digest)
    view = until(cast.their_registrar, dossier, anything, "the request in Bogotá")
    report.check("the request is in Bogotá, sealed on the way", view["phase"] == "transmitted", view["phase"])
    clocks = [clock for clock in view["clocks"] if clock.get("due")]
    report.check("arrival starts no legal clock", not clocks, clocks)
    sent = until(cast.head, dossier, _all_delivered, "the delivery receipt")
    report.check("Bern holds a signed delivery receipt", _all_delivered(sent))


def _all_delivered(view: Any) -> bool:
    own = [entry for entry in view["timeline"] if entry.get("delivery")]
    return bool(own) and all(entry["delivery"]["state"] == "delivered" for entry in own)


def _register_and_ask(cast: Cast, dossier: str, report: Report) -> None:
    report.step(
        "The Fiscalía registers it under its own number, checks conformity with its own engine, asks one question."
    )
    cast.their_registrar.act(
        dossier, "register_request", number="FGN-AI-2026-7781-EJ", contact="Dirección de Asuntos Internacionales"
    )
    cast.director.act(dossier, "record_facts", facts={"interests-untouched": True, "coercive-measure": True})
    cast.director.act(dossier, "assess_conformity", conforms=True, note="Conforme (ejercicio).")
    _both_checks(cast, dossier, report)
    cast.director.act(dossier, "ask_question", text={"es": "¿Qué sucursal lleva la segunda cuenta?"})
    view = until(cast.prosecutor, dossier, lambda seen: bool(seen["open_questions"]), "the question in Bern")
    report.check(
        "Colombia's number is on both sides",
        view["numbers"]["theirs"] == "FGN-AI-2026-7781-EJ",
        view["numbers"]["theirs"],
    )
    question = view["open_questions"][0]["id"]
    cast.prosecutor.act(
        dossier,
        "answer_question",
        question_id=question,
        text={"es": "La sucursal Cali Sur.", "fr": "La succursale Cali Sur."},
    )
    answered = until(cast.director, dossier, lambda seen: not seen["open_questions"], "the answer in Bogotá")
    report.check("the question was answered under Art. 28(1)", not answered["open_questions"])


def _both_checks(cast: Cast, dossier: str, report: Report) -> None:
    lines = law_of(cast.director, dossier)["comparison"]
    both = [line for line in lines if line["predicted"] and line["found"]]
    differing = sorted({line["provision"] for line in both if not line["agree"]})
    report.check(
        "Switzerland's prediction stands beside Colombia's own check, ground by ground",
        len(both) == len(lines) > 10,
        f"{len(both)} grounds, {len(differing)} differ: {', '.join(differing[:4])}",
    )
    sheets = [sheet_of(desk, dossier) for desk in (cast.head, cast.director)]
    sealed = [pdf.startswith(b"%PDF") and b"/ByteRange" in pdf for pdf in sheets]
    report.check("each side holds the check as a sealed document of its own", all(sealed), sealed)


def _gate_incoming(cast: Cast, dossier: str, report: Report) -> None:
    code = cast.director.refused(dossier, "accept_request", parts=["a"])
    report.check("nothing is accepted before the gate is signed", code == "requests:gate", code)
    gate = sign_gate(cast.director, dossier)
    report.check("the requested side signs its own gate", bool(gate["signed"]), gate["signed"]["name"])
    matrix = sign_matrix(cast.director, dossier, letter("conduct_colombia"))
    report.check(
        "dual criminality for the bank records (Arts 6-7) is signed off, element by element",
        matrix["settled"] and matrix["signed"]["met"],
        f"{len(matrix['lines'])} matrices, by {matrix['signed']['name']}",
    )
    cast.director.act(dossier, "record_facts", facts={"death-penalty-possible": True})
    code = cast.director.refused(dossier, "accept_request", parts=["a"])
    report.check("a fact recorded later opens the gate again", code == "requests:gate", code)
    today, later = datetime.now(UTC).date(), datetime.now(UTC).date() + timedelta(days=180)
    cast.director.act(
        dossier,
        "record_assurance",
        subject="death-penalty",
        given_by="Embajada de Suiza (ejercicio)",
        on=today.isoformat(),
        text="No se solicitará ni impondrá (ejercicio).",
        check_by=later.isoformat(),
    )
    cast.director.act(dossier, "sign_rights_gate", digest=law_of(cast.director, dossier)["gate"]["digest"])
    held = law_of(cast.director, dossier)["assurances"]
    report.check("an assurance is recorded with its day of checking", held[0]["check_by"] == later.isoformat(), held[0])


def _decide(cast: Cast, dossier: str, report: Report) -> None:
    report.step("It accepts, passes the request to Prosecutor 14 in Cali; bank secrecy is lifted by an order.")
    today = datetime.now(UTC).date().isoformat()
    _gate_incoming(cast, dossier, report)
    cast.director.act(dossier, "accept_request", parts=["a", "b", "c"])
    cast.director.act(dossier, "pass_on", executing="CO-F14", parts=["a", "b", "c"])
    order = {
        "court": "Juzgado 5 de Control de Garantías, Cali (ejercicio)",
        "number": "0217-EJ",
        "on": today,
        "text": {"es": "Se levanta la reserva bancaria de las cuentas indicadas."},
    }
    cast.executing.act(dossier, "record_authorisation", parts=["a", "b"], order=order)
    ground = {
        "ground": "no_dual_criminality_coercive",
        "reason": {
            "es": "De 2015 a 2022 no hay elementos objetivos de delito.",
            "fr": "De 2015 à 2022, aucun élément objectif d'infraction.",
        },
    }
    scope = {
        "es": "Los extractos de 2015 a 2022 de la segunda cuenta.",
        "fr": "Les relevés de 2015 à 2022 du second compte.",
    }
    code = cast.director.refused(dossier, "decline_parts", parts=["b"], grounds=[ground], scope=scope)
    report.check("a refusal without consultation is stopped (Art. 4(3))", code == "requests:consult-first", code)
    cast.director.act(
        dossier, "consult", parts=["b"], text={"es": "Para 2015-2022 no se describen hechos. ¿Puede limitarse?"}
    )
    view = until(cast.prosecutor, dossier, lambda seen: bool(seen["open_consultations"]), "the consultation in Bern")
    asked = view["open_consultations"][0]["id"]
    cast.prosecutor.act(
        dossier, "answer_consultation", consultation_id=asked, text={"es": "De acuerdo con limitarla a 2023-2026."}
    )
    until(cast.director, dossier, lambda seen: not seen["open_consultations"], "the answer in Bogotá")
    cast.director.act(dossier, "decline_parts", parts=["b"], grounds=[ground], scope=scope)
    declined = until(
        cast.prosecutor, dossier, lambda seen: bool(_decisions(seen, "b", "declined")), "the decision in Bern"
    )
    reason = _decisions(declined, "b", "declined")[-1]["grounds"][0]
    report.check(
        "the second account is declined in part, with ground, provision and reason",
        bool(reason["provision"]),
        reason["provision"],
    )


def _decisions(view: Any, part: str, what: str) -> list[Any]:
    found = next(one for one in view["parts"] if one["id"] == part)
    return [one for one in found["decisions"] if one.get("what", one.get("type", "")).endswith(what)]


def _execute(cast: Cast, dossier: str, out: Path, megabytes: int, report: Report) -> list[str]:
    report.step(f"The witness is heard; {megabytes} MB of bank records and the signed record are taken in.")
    today = datetime.now(UTC).date().isoformat()
    record = {
        "on": today,
        "place": "Cali",
        "by": "Fiscalía 14 Especializada, Cali",
        "persons_present": ["Julia Pardo Ejercicio", "Testiga Imaginaria Prueba", "Defensor Inventado Ejercicio"],
        "signed_by": ["Julia Pardo Ejercicio", "Testiga Imaginaria Prueba"],
    }
    cast.executing.act(dossier, "record_execution", parts=["a", "b", "c"], record=record)
    bank = out / "bank-records.csv"
    size = write_bank_records(bank, megabytes)
    seizure = {"on": today, "place": "Banco Ejercicio, Cali", "by": "Fiscalía 14"}
    formalities = {"Copias certificadas por el banco": "cumplida"}
    first = cast.executing.send_file(
        f"/dossiers/{dossier}/items",
        bank,
        HOSTILE_NAME,
        {
            "title": "Extractos de las dos cuentas",
            "parts": ["a", "b"],
            "seizure": seizure,
            "formalities": formalities,
        },
    )
    acta = out / "acta.pdf"
    acta.write_bytes(_hearing_record(today))
    heard = {"on": today, "place": "Cali", "by": "Fiscalía 14"}
    second = cast.executing.send_file(
        f"/dossiers/{dossier}/items",
        acta,
        "acta.pdf",
        {"title": "Acta de la declaración", "kind": "testimony", "parts": ["c"], "seizure": heard},
    )
    report.check("the bank's records are taken in, hashed and sealed", first["size"] == size, first["digest"][:16])
    bank.unlink()
    acta.unlink()
    return [first["reference"], second["reference"]]


def _hearing_record(today: str) -> bytes:
    """The signed record of the hearing, as an office would scan it: here, words of the exercise."""
    return (
        f"ACTA DE DECLARACIÓN (EJERCICIO)\nCali, {today}\n\nLa testigo declara que las órdenes de giro venían de la "
        "dirección de la sociedad.\nFirmada por las personas presentes.\n"
    ).encode()


def _return(cast: Cast, dossier: str, items: list[str], wire: BreakingWire, megabytes: int, report: Report) -> None:
    report.step("The central authority checks and returns the results; the connection breaks halfway.")
    cast.director.act(dossier, "check_results", items=items, note="Completo.")
    wire.arm(max(1, megabytes // 2) * MEBIBYTE)
    words = {"es": "La Fiscalía General de la Nación da fe de la autenticidad de los documentos adjuntos (art. 29(3))."}
    cast.director.act(dossier, "return_evidence", parts=["a", "b", "c"], items=items, cover_letter=words)
    until(cast.head, dossier, in_phase("returned"), "the return in Bern")
    until(cast.head, dossier, lambda seen: _arrived(cast.head, seen["reference"]), "the evidence in Bern")
    report.check(
        "the connection broke on the way", wire.cuts == 1, f"{wire.cuts} cut, {wire.bytes_back >> 20} MiB carried"
    )
    found = cast.head.get(f"/dossiers/{dossier}/items")
    held = {one["reference"]: one for one in found}
    report.check(
        "the transfer was resumed and every item is whole", set(items) <= set(held), [one["state"] for one in found]
    )
    carried = wire.bytes_back >> 20
    report.check(
        "what had arrived was not fetched again", carried < megabytes * 1.25 + 8, f"{carried} MiB carried in all"
    )
    limits = [condition["provision"] for one in found for condition in one["conditions"]]
    report.check(
        "the use limits of Art. 15 are bound to each item",
        all(any("15" in c["provision"] for c in one["conditions"]) for one in found),
        sorted(set(limits)),
    )


def _arrived(desk: Desk, dossier: str) -> bool:
    found = desk.get(f"/dossiers/{dossier}/items")
    return bool(found) and all(one["state"] in {"received", "verified", "countersigned"} for one in found)


def _countersign(cast: Cast, dossier: str, items: list[str], report: Report) -> None:
    report.step("Bern verifies and countersigns the custody, says what came of it, and closes.")
    for item in items:
        cast.head.post(f"/items/{item}/verify")
    cast.head.act(dossier, "countersign_evidence", items=items)
    cast.prosecutor.act(
        dossier,
        "give_feedback",
        outcome={"es": "Se formuló acusación (ejercicio).", "fr": "Mise en accusation (exercice)."},
    )
    cast.head.act(dossier, "close_dossier", reason={"es": "Asistencia prestada.", "fr": "Entraide fournie."})
    theirs = until(cast.director, dossier, in_phase("closed"), "the closing in Bogotá")
    _keep_assurance(cast, dossier, report)
    ours = cast.head.read(dossier)
    report.check(
        "both sides hold the same dossier",
        _shared(ours) == _shared(theirs),
        f"{len(_shared(ours)['messages'])} messages",
    )
    view = cast.head.get(f"/items/{items[0]}")
    signed = {event["authority"] for event in view["custody"]}
    report.check("the custody carries both States' signatures", {"CO-FGN", "CH-FOJ"} <= signed, sorted(signed))


def _keep_assurance(cast: Cast, dossier: str, report: Report) -> None:
    """What was assured holds after the evidence has gone: it is checked, and whether it was kept is recorded."""
    held = law_of(cast.director, dossier)["assurances"][0]
    cast.director.act(dossier, "check_assurance", assurance=held["id"], kept=True, note="Consultado (ejercicio).")
    kept = law_of(cast.director, dossier)["assurances"][0]
    report.check("whether the assurance was kept is recorded", kept["kept"] is True, kept["checks"][-1]["note"])


def _shared(view: Any) -> dict[str, Any]:
    """What both States hold of a dossier: the messages in their order with their effect, and what follows from them."""
    messages = [(line["digest"], line["effect"]) for line in view["timeline"] if line["kind"] == "message"]
    return {"messages": messages, "parts": view["parts"], "conditions": view["conditions"]}


def _release(cast: Cast, dossier: str, items: list[str], out: Path, report: Report) -> None:
    report.step("The prosecutor selects what the court gets; another person approves.")
    proposal = {
        "items": items[:1],
        "audience": "court",
        "ground": "Art. 15 of the treaty: the proceedings stated in the request",
    }
    release = cast.prosecutor.post(f"/dossiers/{dossier}/releases", proposal)
    code = _refused(cast.prosecutor, release)
    report.check("nobody approves her own release", code == "policy:same-hand", code)
    cast.chief.post(f"/releases/{release['reference']}/approve", {"digest": release["digest"]})
    packed = cast.prosecutor.post(f"/releases/{release['reference']}/bundle")
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        archive.extractall(out)
    report.check("the court's bundle is a BagIt bag", (out / "bundle" / "bagit.txt").is_file())


def _refused(desk: Desk, release: Any) -> str:
    try:
        desk.post(f"/releases/{release['reference']}/approve", {"digest": release["digest"]})
    except CallError as error:
        return error.code
    return ""


def _verify(out: Path, report: Report) -> None:
    report.step(
        "A third party verifies the bundle without network or node, with one item left out; then one byte is changed."
    )
    bundle = out / "bundle"
    found = _run_verify(bundle)
    report.check("the bundle verifies offline", found.returncode == 0, found.stdout.strip().splitlines()[-1:])
    report.check("an item left out stands as a salted digest with its reason", "left out" in found.stdout.lower())
    report.check("without --trust it says whose keys it relied on", "key" in found.stdout.lower())
    copy = out / "tampered"
    shutil.copytree(bundle, copy)
    broken = say_what_broke(copy)
    after = _run_verify(copy)
    report.check(
        "one changed byte is found and named", after.returncode == 1 and broken.name in after.stdout, broken.name
    )
    shutil.rmtree(copy)


def _run_verify(path: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "comity.cli.main", "verify", str(path)], capture_output=True, text=True, check=False
    )


def _ledgers(cast: Cast, report: Report) -> None:
    check = cast.auditor.get("/ledger/check")
    report.check("the ledger of every act and read is whole", check["broken"] == [], check["broken"])
    events = {entry["event"] for entry in cast.auditor.get("/ledger")}
    report.check("reads are on record", any(event.endswith(":read") for event in events), sorted(events)[:4])
