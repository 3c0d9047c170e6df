"""Specimens of the gazette's pages, in the states they can be in."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict

from comity.gazette.queries import CorrectionView
from comity.law.correction import Fact
from comity.law.overlays import Overlay, displaced_by
from comity.law.register import load_register
from comity.law.source_conflicts import conflicts
from comity.values.errors import InvalidInputError
from comity.web.gazette_words import KINDS, STANDS, compared, said
from comity.web.pages.gazette import ReasonForm, line_of
from comity.web.pages.gazette_propose import FactForm, SubjectForm, shipped_for
from comity.web.pages.law_frame import frame

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
LONG = ("Registro Oficial Inventado de la República, con un título muy largo, " * 4 + "x" * 200)[:300]
FACT = Fact(
    "participation",
    instrument="UNTOC",
    state="CO",
    status="withdrawn",
    entry_into_force="2012-05-01",
    withdrawal="2026-01-01",
    scope="mainland",
    source="Registro Inventado, acta 12",
    address="https://registro.example/12",
    as_of="2026-10-01",
    verified="yes",
    reason="The shipped day is that of deposit.",
)
LANGUAGES = Fact("languages", instrument="ETS030", state="AL", languages="sq en", source=LONG, address=LONG, as_of="2026", reason=LONG)  # fmt: skip
TREATY = Fact("treaty", instrument="BILATERAL-CH-CO-MLA", state="CH", other_state="CO", treaty_kind="MLA", status="in_force", date_signature="2011-01-27", title=LONG, source=LONG, address="A 12", as_of="2026", reason="x")  # fmt: skip


def _view(fact: Fact, state: str, may: Mapping[str, str] | None = None, *, ending: bool = False) -> CorrectionView:
    decided = state != "proposed"
    return CorrectionView(
        reference="CH-FOJ:correction:0192f3c4-0000-7000-8000-000000000001",
        authority="CH-FOJ",
        state=state,
        ending=ending,
        fact=fact,
        displaced=displaced_by(load_register(), fact),
        digest="ab" * 32,
        proposed_by="Noëlle Ambrosini-Test",
        proposed_at=NOW,
        decided_by="Überweisungs Sachbearbeiterin" if decided else "",
        decided_at=NOW if decided else None,
        decision=LONG if state == "refused" else "",
        ending_by="Noëlle Ambrosini-Test" if ending or state == "withdrawn" else "",
        ending_at=NOW if ending or state == "withdrawn" else None,
        ending_reason=LONG if ending or state == "withdrawn" else "",
        withdrawn_by="Someone Else" if state == "withdrawn" else "",
        withdrawn_at=NOW if state == "withdrawn" else None,
        may=may or {},
    )


def _list(views: list[CorrectionView], **given: str) -> dict[str, Any]:
    pager = Paginator(views, 60).get_page(1)
    return frame("gazette") | {
        "lines": [line_of(one) for one in views],
        "total": len(views),
        "pager": pager,
        "given": {"q": "", "state": "", **given},
        "query": "",
        "filtered": bool(given),
        "states": [(code, word) for code, word in STANDS.items() if code != "ending"],
        "may_propose": True,
    }


def _full() -> dict[str, Any]:
    states = ("proposed", "approved", "refused", "withdrawn")
    views = [_view(fact, state) for fact in (FACT, LANGUAGES, TREATY) for state in states]
    return _list([_view(FACT, "approved", ending=True), *views])


def _one(view: CorrectionView, **more: Any) -> dict[str, Any]:
    may = [verb for verb, reason in view.may.items() if not reason]
    barred = next((reason for reason in view.may.values() if reason), "")
    context = line_of(view) | {"rows": list(compared(view.fact, view.displaced)), "form": ReasonForm()}
    return frame("gazette") | context | {"may": may, "barred": barred} | more


def _propose(query: str, given: Mapping[str, str] | None = None) -> dict[str, Any]:
    about = QueryDict(query)
    found = {name: about.get(name, "") for name in ("kind", "instrument", "state", "other_state", "treaty_kind")}
    shipped = shipped_for(found)
    form = FactForm(found["kind"], given)
    form.is_valid()
    return frame("gazette") | {
        "subject": SubjectForm(about),
        "form": form,
        "kind": KINDS[found["kind"]],
        "shipped": [(one, said(one)) for one in shipped],
    }


def _wrong() -> dict[str, Any]:
    problem = InvalidInputError(
        "'UNTOK' is not an instrument of the register. Nearest: UNTOC, UNCAC.",
        next_step="List them with `comity law instruments`.",
    )
    query = QueryDict("kind=participation&instrument=UNTOK&state=CO")
    return frame("gazette") | {"subject": SubjectForm(query), "problem": problem}


def _conflicts() -> dict[str, Any]:
    overlays = [Overlay("CH-FOJ:correction:0192f3c4", fact, "2026-11-21") for fact in (FACT, LANGUAGES, TREATY)]
    found = conflicts(load_register(), overlays)
    lines = [
        {"one": one, "sides": list(zip(one.values, one.sources, strict=True)), "ours": one.kind == "corrected"}
        for one in found
    ]
    return frame("gazette") | {"lines": lines}


GAZETTE: Mapping[str, tuple[str, Callable[[], Mapping[str, Any]]]] = {
    "gazette": ("gazette.html", _full),
    "gazette-empty": ("gazette.html", lambda: _list([])),
    "gazette-none": ("gazette.html", lambda: _list([], q=LONG[:80])),
    "gazette-approve": (
        "gazette_correction.html",
        lambda: _one(_view(FACT, "proposed", {"approve": "", "refuse": ""}), confirmed_until=NOW),
    ),
    "gazette-own": (
        "gazette_correction.html",
        lambda: _one(
            _view(
                LANGUAGES,
                "proposed",
                {
                    "approve": "You did 'gazette:correction:propose' on this yourself; another person must do this step.",
                    "refuse": "x",
                },
            )
        ),
    ),
    "gazette-ending": (
        "gazette_correction.html",
        lambda: _one(_view(TREATY, "approved", {"approve-withdrawal": "", "refuse-withdrawal": ""}, ending=True)),
    ),
    "gazette-withdrawn": ("gazette_correction.html", lambda: _one(_view(TREATY, "withdrawn"))),
    "gazette-wrong": (
        "gazette_correction.html",
        lambda: _one(
            _view(FACT, "approved", {"withdraw": ""}),
            problem=InvalidInputError("Say why it should no longer stand. In at most 1000 characters."),
        ),
    ),
    "gazette-propose": (
        "gazette_propose.html",
        lambda: frame("gazette") | {"subject": SubjectForm(initial={"state": "CH"})},
    ),
    "gazette-propose-fact": (
        "gazette_propose.html",
        lambda: _propose("kind=participation&instrument=UNTOC&state=CO"),
    ),
    "gazette-propose-declaration": (
        "gazette_propose.html",
        lambda: _propose("kind=declaration&instrument=UNTOC&state=CO", {"article": "18", "source": ""}),
    ),
    "gazette-propose-wrong": ("gazette_propose.html", _wrong),
    "gazette-conflicts": ("gazette_conflicts.html", _conflicts),
}
