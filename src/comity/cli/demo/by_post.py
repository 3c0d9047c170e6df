"""The third story: a partner without a node. The pack goes by post, the scanned reply is recorded as ours."""

import json
from datetime import UTC, datetime, timedelta

from comity.cli.demo.client import Desk
from comity.cli.demo.lawfulness import sign_gate
from comity.cli.demo.letters import letter
from comity.cli.demo.report import Report
from comity.cli.demo.stage import Stage

PURPOSE = "exercise SV.26.0002"
SCAN = b"%PDF-1.4\n% a scanned letter of the exercise\n"


def play(stage: Stage, report: Report) -> None:
    report.chapter("3. Switzerland asks Peru, which has no node: by post")
    ch = stage.sites["ch"]
    prosecutor, registrar, head = (ch.desk(name, PURPOSE) for name in ("m.rochat", "l.favre", "a.brunner"))
    dossier = _send(prosecutor, registrar, head, report)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    registrar.act(
        dossier,
        "note_posting",
        on=datetime.now(UTC).date().isoformat(),
        number="RR 000 111 222 CH",
        remind_on=tomorrow.date().isoformat(),
    )
    stage.operator(
        "node", "schedule", ch.folder, "--job", "remind", "--at", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    )
    report.check("no reminder goes out before its day", not _reminders(registrar, dossier))
    stage.operator("node", "schedule", ch.folder, "--job", "remind", "--at", tomorrow.strftime("%Y-%m-%dT%H:%M:%S"))
    report.check("the reminder goes out on its day", len(_reminders(registrar, dossier)) == 1)
    _record(registrar, dossier, report)


def _send(prosecutor: Desk, registrar: Desk, head: Desk, report: Report) -> str:
    dossier = prosecutor.post(
        "/dossiers", {"requested": "PE-MPFN", "title": "Commissions in Lima", "number": "SV.26.0002-EXERCICE"}
    )["reference"]
    prosecutor.act(dossier, "save_draft", content=letter("letter_to_peru"))
    prosecutor.act(dossier, "prepare_release")
    digest = prosecutor.read(dossier)["draft"]["release"]["digest"]
    sign_gate(prosecutor, dossier)
    prosecutor.act(dossier, "sign_request", digest=digest)
    registrar.act(
        dossier,
        "check_form",
        number="B-26-0452-EX",
        cover_note={"es": "Le transmitimos la solicitud adjunta.", "fr": "Transmis."},
    )
    head.act(dossier, "transmit_request", digest=digest)
    documents = registrar.read(dossier)["documents"]
    pack = [registrar.get(f"/dossiers/{dossier}/documents/{one['digest']}") for one in documents]
    report.check(
        "the pack stands ready to print", len(pack) >= 2 and all(pdf.startswith(b"%PDF") for pdf in pack), len(pack)
    )
    return str(dossier)


def _record(registrar: Desk, dossier: str, report: Report) -> None:
    report.step("The reply comes back on paper: scanned, matched by our number, recorded as ours.")
    found = registrar.get("/dossiers", number="b-26-0452-ex")
    report.check("the letter is matched by our number", [one["reference"] for one in found] == [dossier])
    today = datetime.now(UTC)
    values = {
        "what": "request.acknowledged",
        "letter_on": today.date().isoformat(),
        "number": "MP-FN 55-2026-EJ",
        "body": {
            "number": "MP-FN 55-2026-EJ",
            "received_at": today.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "contact": "Mesa de partes",
        },
    }
    registrar.call(
        "POST",
        f"/dossiers/{dossier}/letters",
        data={"record": json.dumps({"version": registrar.read(dossier)["version"], "values": values})},
        files={"scan": ("respuesta.pdf", SCAN, "application/pdf")},
    )
    view = registrar.read(dossier)
    last = [line for line in view["timeline"] if line["kind"] == "message"][-1]
    report.check(
        "it is recorded by us and not signed by them",
        last["recorded"] is True and last["side"] == "requested",
        last["name"],
    )
    report.check(
        "their number is in the register", view["numbers"]["theirs"] == "MP-FN 55-2026-EJ", view["numbers"]["theirs"]
    )


def _reminders(desk: Desk, dossier: str) -> list[object]:
    return [entry for entry in desk.read(dossier)["timeline"] if entry["name"] == "request.reminded"]
