"""The second story: a European Investigation Order, sent directly, consulted on, and refused with its remedy."""

from datetime import UTC, datetime
from typing import Any

from comity.cli.demo.client import Desk
from comity.cli.demo.lawfulness import law_of, sign_gate
from comity.cli.demo.letters import letter
from comity.cli.demo.report import Report
from comity.cli.demo.stage import Stage
from comity.cli.demo.waiting import anything, in_phase, until

PURPOSE = "exercise DP 1/2026"
NE_BIS = {
    "ground": "ne_bis_in_idem",
    "reason": {
        "fr": "Jugement définitif du 14 mars 2025 pour les mêmes faits (exercice).",
        "es": "Sentencia firme de 14 de marzo de 2025 por los mismos hechos (ejercicio).",
    },
}


def play(stage: Stage, report: Report) -> None:
    report.chapter("2. Spain sends Luxembourg a European Investigation Order, directly")
    es, lu = stage.sites["es"], stage.sites["lu"]
    judge, clerk = es.desk("b.soler", PURPOSE), es.desk("d.lara", PURPOSE)
    weber, greffe = lu.desk("f.weber", PURPOSE), lu.desk("g.hoff", PURPOSE)
    dossier = _issue(judge, clerk, report)
    _receive(weber, greffe, dossier, report)
    _refuse(judge, weber, dossier, report)


def _issue(judge: Desk, clerk: Desk, report: Report) -> str:
    report.step(
        "Judge Soler issues the order, stating necessity, proportionality and remedies; it is in French for Luxembourg."
    )
    dossier = judge.post(
        "/dossiers",
        {
            "requested": "LU-JI",
            "title": "Investment fraud",
            "number": "DP 1/2026-EJERCICIO",
            "instrument": "EU-EIO-2014-41",
        },
    )["reference"]
    whole = letter("spanish_order")
    judge.act(dossier, "save_draft", content={**whole, "eio": {**whole["eio"], "necessity": {}}})
    gaps = [gap["place"] for gap in judge.read(dossier)["draft"]["gaps"] if gap["severity"] == "missing"]
    report.check("an order without necessity is not complete", any("necessity" in place for place in gaps), gaps)
    judge.act(dossier, "save_draft", content=whole)
    judge.act(dossier, "prepare_release")
    release = judge.read(dossier)["draft"]["release"]
    judge.act(dossier, "sign_request", digest=release["digest"])
    code = clerk.refused(dossier, "transmit_request", digest=release["digest"])
    report.check("an order does not leave before the human-rights gate is signed", code == "requests:gate", code)
    sign_gate(judge, dossier)
    clerk.act(dossier, "transmit_request", digest=release["digest"])
    return str(dossier)


def _receive(weber: Desk, greffe: Desk, dossier: str, report: Report) -> None:
    view = until(greffe, dossier, anything, "the order in Luxembourg")
    report.check("the order went directly, without central authorities", view["phase"] == "transmitted", view["phase"])
    report.check(
        "the page says where the formal channel is going",
        "2023/2844" in view["law"]["form"],
        view["law"]["form"],
    )
    offered = greffe.get(f"/dossiers/{dossier}/file")
    open_fields = [field for section in offered["sections"] for field in section["fields"] if not field["verified"]]
    report.check(
        "the order is offered as a file, unread fields marked", bool(open_fields), f"{len(open_fields)} fields"
    )
    greffe.act(dossier, "register_request", number="LU-JI-26-88-EX", contact="Greffe du cabinet d'instruction")
    due = _clock(greffe.read(dossier), "eio_receipt")
    report.check("the week for Annex B runs from receipt", bool(due and due["due"]), due and due["due"])
    greffe.act(
        dossier,
        "confirm_receipt",
        annex_b={
            "name": "Cabinet d'instruction de Luxembourg",
            "file_no": "LU-JI-26-88-EX",
            "contact_person": "Guy Hoffmann-Exercice",
        },
    )
    met = _clock(greffe.read(dossier), "eio_receipt")
    report.check("a person sent Annex B within it", bool(met and met.get("met_at")), met and met.get("met_at"))
    weber.act(dossier, "record_facts", facts={"already-ordered-here": True})
    weber.act(dossier, "assess_conformity", conforms=True, note="Conforme en la forme (exercice).")
    line = next(one for one in law_of(weber, dossier)["comparison"] if one["ground"] == "ne_bis_in_idem")
    report.check(
        "the two checks differ on ne bis in idem, and both stand in the dossier",
        (line["predicted"], line["found"]) == ("CLEAR", "BARRED"),
        f"{line['provision']}: predicted {line['predicted']}, found {line['found']}",
    )
    ground = {"ground": "no_dual_criminality", "reason": {"fr": "Le fait n'est pas punissable ici."}}
    weber.act(
        dossier, "consult", parts=["a", "b"], text={"fr": "Un jugement définitif semble porter sur les mêmes faits."}
    )
    code = weber.refused(dossier, "decline_parts", parts=["b"], grounds=[ground])
    report.check(
        "dual criminality is not raised against a hearing (10(2), 11(2))", code == "requests:ground-measure", code
    )


def _refuse(judge: Desk, weber: Desk, dossier: str, report: Report) -> None:
    report.step("After consultation under Art. 11(4) the executing judge refuses on Art. 11(1)(d), with the remedy.")
    view = until(judge, dossier, lambda seen: bool(seen["open_consultations"]), "the consultation in Madrid")
    answer = {"fr": "Le jugement concerne d'autres victimes.", "es": "La sentencia se refiere a otras víctimas."}
    judge.act(dossier, "answer_consultation", consultation_id=view["open_consultations"][0]["id"], text=answer)
    until(weber, dossier, lambda seen: not seen["open_consultations"], "the answer in Luxembourg")
    remedy = {"text": {"fr": "Recours devant la chambre du conseil."}, "until": datetime.now(UTC).date().isoformat()}
    weber.act(dossier, "decline_parts", parts=["a", "b"], grounds=[NE_BIS], remedy=remedy)
    refused = until(judge, dossier, in_phase("refused"), "the refusal in Madrid")
    decisions: list[Any] = [one for part in refused["parts"] for one in part["decisions"] if one.get("grounds")]
    provision = decisions[-1]["grounds"][0]["provision"] if decisions else ""
    report.check(
        "the refusal cites Art. 11(1)(d) and carries its remedy",
        "11(1)(d)" in provision and bool(decisions[-1].get("remedy")),
        provision,
    )


def _clock(view: Any, name: str) -> Any:
    return next((clock for clock in view["clocks"] if clock["id"] == name), None)
