"""A recall with its receipts: what was returned by mistake is locked, deleted, accounted for, signed by both."""

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from comity.cli.demo.client import CallError, Desk
from comity.cli.demo.report import Report
from comity.cli.demo.waiting import until


class Cast(Protocol):
    """Who plays in it: two people where the evidence came from, one where it is."""

    @property
    def executing(self) -> Desk: ...

    @property
    def director(self) -> Desk: ...

    @property
    def head(self) -> Desk: ...


def take_back(cast: Cast, dossier: str, item: str, report: Report) -> None:
    """Recall one item: proposed by one, approved by another, in force at once over there, answered with its custody."""
    report.step("Cali recalls the witness's record, returned by mistake; Bogotá approves; Bern locks it and answers.")
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    reason = {
        "es": "La testigo goza de reserva de identidad; se envió por error (ejercicio).",
        "fr": "Envoyé par erreur.",
    }
    cast.executing.act(
        dossier, "propose_recall", items=[item], demand="delete", reason=reason, answer_by=day, provision="Art. 15"
    )
    proposal = _recalls(cast.director, dossier)[0]
    cast.director.act(dossier, "approve_recall", recall=proposal["recall"], digest=proposal["digest"])
    until(cast.head, dossier, lambda _seen: bool(_recalls(cast.head, dossier)), "the recall in Bern")
    report.check(
        "a recalled item is locked where it is, at once", _locked(cast.head, item), "its content is not given out"
    )
    clocks = [_clock(desk, dossier) for desk in (cast.head, cast.director)]
    report.check("both sides see the day by which it is answered", all(clocks) and clocks[0] == clocks[1], clocks)
    cast.head.act(
        dossier, "answer_recall", recall=proposal["recall"], items=[item], outcome="complied", place="Berne (exercice)"
    )
    until(cast.director, dossier, lambda _seen: _recalls(cast.director, dossier)[0]["answered"], "the answer in Bogotá")
    told = _recalls(cast.director, dossier)[0]["items"][0]
    report.check("the answer came back signed: complied with", told["outcome"] == "complied", told["answer"][:16])
    views = [desk.get(f"/items/{item}") for desk in (cast.head, cast.director)]
    custody = [[event["type"] for event in view["custody"]] for view in views]
    report.check(
        "both custody records end with the recall and the deletion",
        custody[0] == custody[1] and custody[0][-2:] == ["recalled", "deleted"],
        custody[1][-2:],
    )


def _recalls(desk: Desk, dossier: str) -> list[Any]:
    return list(desk.get(f"/dossiers/{dossier}/recalls"))


def _locked(desk: Desk, item: str) -> bool:
    try:
        desk.get(f"/items/{item}/content")
    except CallError as error:
        return error.code == "evidence:hindered"
    return False


def _clock(desk: Desk, dossier: str) -> str:
    """The day by which the recall is to be answered, as this side's clock shows it."""
    clocks = [clock for clock in desk.read(dossier)["clocks"] if clock["id"].startswith("recall-")]
    return str(clocks[0]["due"]) if clocks else ""
