"""Specimens: every page's template with a made-up context, in the states a page can be in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from comity.evidence.queries import ContentAlarm
from comity.law.register import load_register
from comity.law.rights_gate import Assurance
from comity.requests.case_facts import Case as LegalCase
from comity.requests.dual_matrix import matrix_of
from comity.requests.grounds_check import check_json, compared, open_questions, weighed
from comity.requests.queries import LawCaseView
from comity.requests.rights import Recorded, gate_of
from comity.safeguards.queries import StampView
from comity.store.queries import Holdings
from comity.store.scrub import Fault
from comity.values.handling import Handling
from comity.values.verdict import Finding
from comity.web.drafting.sheet import GapLine, sheet_of
from comity.web.house import ROOMS, Group, Room
from comity.web.lines import (
    DocumentLine,
    DossierHead,
    DossierLine,
    Entry,
    ItemLine,
    Need,
    NextStep,
    OnItsWay,
    PartLine,
    Party,
    RecallMark,
)
from comity.web.marks import ClockMark, Ribbon, SealMark, SealState, Stop
from comity.web.openings import GLASS, GROUNDS
from comity.web.pages.assurance import page_of as assurance_page
from comity.web.pages.dossier_grounds import DUAL_VERBS, GATE_VERBS, grounds_context
from comity.web.pages.intake import PostedForm
from comity.web.pages.law import AskForm, chosen
from comity.web.pages.law_coverage import coverage_context
from comity.web.pages.law_found import found
from comity.web.pages.law_frame import frame
from comity.web.pages.law_instruments import instrument_context, instruments_context
from comity.web.pages.law_states import state_context, states_context
from comity.web.pages.our_card import in_groups
from comity.web.pages.releases import GroundForm
from comity.web.pages.vault import FAULTS
from comity.web.signin.forms import SignInForm
from comity.web.vocabulary import PURPOSES
from comity.web.witnesses import MARKS, STATES, Alarm
from tests.web.directory_specimens import directory_lines, directory_listings
from tests.web.gazette_specimens import GAZETTE
from tests.web.law_check_specimens import LAW_CHECKS

NOW = datetime(2026, 11, 21, 18, 41, tzinfo=UTC)
LONG = (
    "Operation Tramontana with a very long name that somebody pasted from a decision: "
    + "Überweisungsverdachtsmeldung " * 4
)
LONG = (LONG + "x" * 200)[:200]


def _sign_in_wrong() -> dict[str, Any]:
    form = SignInForm({"login": "", "password": ""})
    form.is_valid()
    return {"form": form}


class SpecimenHouse:
    exercise = passkeys_here = True
    state, authority = "CH", "CH-FOJ"
    authority_name = "Federal Office of Justice"
    office_name = "International Legal Assistance"
    officer_name = "Noëlle Ambrosini-Test"
    roles = ("registrar", "transmitter")
    node_title = "Federal Office of Justice · Office of the Attorney General"
    purpose = "casework"
    purposes = list(PURPOSES.items())
    counts = {"needs": 7, "dossiers": 214, "inbox": 3, "partners": 31}

    def __init__(self, here: str) -> None:
        self.rooms = [
            Group(
                title, tuple(Room(f"/{name}", label, name == here, self.counts.get(name)) for name, label, _p in rooms)
            )
            for title, rooms in ROOMS
        ]

    def may(self, _permission: Any) -> bool:
        return True


@dataclass(frozen=True)
class Specimen:
    template: str
    room: str = ""
    context: Callable[[], Mapping[str, Any]] = field(default=dict)


def _law(requested: str, requesting: str = "CH", **answers: bool) -> dict[str, Any]:
    data = {
        "requesting": requesting,
        "requested": requested,
        "measure": "bank-records",
        "offence": "drug-trafficking",
        "on": "2026-11-21",
    }
    form = AskForm(data)
    assert form.is_valid()
    return frame("law") | {"form": form} | found(load_register(), form.cleaned_data, answers, TODAY)


def _law_wrong() -> dict[str, Any]:
    form = AskForm(
        {"requesting": "CH", "requested": "CH", "measure": "bank-records", "offence": "", "on": "31.11.2026"}
    )
    form.is_valid()
    return frame("law") | {"form": form} | chosen("CH", "CH")


TODAY = date(2026, 11, 21)


def _law_empty() -> dict[str, Any]:
    return frame("law") | {"form": AskForm(initial={"requesting": "CH"})} | chosen("CH", "")


def _state(code: str, contacts: int = 0, **given: str) -> dict[str, Any]:
    partner = {
        "href": "/partners/CO-FGN",
        "name": LONG,
        "competences": ["central", "executing"],
        "languages": ["es", "en"],
    }
    asked = {"q": "", "kind": "", "on": ""} | given
    return frame("law_states") | state_context(load_register(), code, asked, TODAY) | {"contacts": [partner] * contacts}


def _instrument(code: str, **given: str) -> dict[str, Any]:
    return frame("law_instruments") | instrument_context(
        load_register(), code, {"q": "", "sort": "", "on": ""} | given, TODAY
    )


def _instruments(**given: str) -> dict[str, Any]:
    return frame("law_instruments") | instruments_context(
        load_register(), {"q": "", "kind": "", "state": "", "sort": ""} | given, None
    )


def _states(**given: str) -> dict[str, Any]:
    return frame("law_states") | states_context(load_register(), {"q": "", "sort": ""} | given, TODAY)


def _coverage(**given: str) -> dict[str, Any]:
    return frame("law_coverage") | coverage_context(load_register(), {"q": "", "sort": ""} | given, TODAY)


DIGEST = "41ac9f0be2d7c6a5b4938271605f4e3d2c1b0a998877665544332211ffeeddcc"
REFERENCE = "CH-FOJ:dossier:0192f3c4-0000-7000-8000-000000000001"
HREF = f"/dossiers/{REFERENCE}"
ATTACK = "<script>alert(1)</script>\"'{{ 7|add:7 }}"


def _clock(days: float, provision: str, what: str = "", **more: Any) -> ClockMark:
    return ClockMark(NOW + timedelta(days=days), provision, what, NOW - timedelta(days=20), now=NOW, **more)


def _grounds() -> dict[str, Any]:
    """Both checks, the gate and the matrix of an invented request, weighed by the real tables."""
    register, states = load_register(), ("CH", "CO")
    law = register.instrument("BILATERAL-CH-CO-MLA")
    content = {"offences": ["drug-trafficking"], "parts": [{"id": "a", "measure": "bank-records"}]}
    sides = [
        LegalCase(law, states, content, NOW.date(), NOW.date(), recorded={"political-offence": political})
        for political in (False, True)
    ]
    predicted, own = (check_json(side, weighed(register, side)) for side in sides)
    recorded = {"death-penalty-possible": Recorded(True, LONG[:60], "2026-11-20T09:00:00.000Z", DIGEST)}
    assured = Assurance("death-penalty", "Embajada (ejercicio)", NOW.date(), LONG, NOW.date() + timedelta(days=90))
    conduct = {"drug-trafficking": {"conduct": {"controlled-substance": True, "production-or-traffic": True}}}
    view = LawCaseView(
        predicted=predicted,
        found=own,
        now=own,
        comparison=tuple(compared(predicted, own)),
        questions=open_questions(weighed(register, sides[1])),
        facts=(),
        gate=gate_of(DIGEST, recorded, [("a-1", assured)]),
        gate_signed=None,
        dual=matrix_of(register, law, states, content, conduct, request=DIGEST),
        dual_signed=SimpleNamespace(name="Camilo Ibarra Ejercicio", at=NOW),  # type: ignore[arg-type]
        dual_cases=conduct,
        assurances=(),
    )
    steps = [SimpleNamespace(verb=verb, allowed=True) for verb in (*GATE_VERBS, *DUAL_VERBS)]
    return grounds_context(SimpleNamespace(href=HREF, view=SimpleNamespace(steps=steps)), view)  # type: ignore[arg-type]


def _needs() -> list[Need]:
    seal = SealMark(SealState.VERIFIED, "Fiscalía General de la Nación", "/messages/1")
    return [
        Need(
            "Release notice to sign if no extradition request arrives",
            HREF,
            "CH-2026-0198",
            "MA",
            "Provisional arrest of Arturo Menxe-Test, 13 October",
            _clock(0.47, "ECE Art. 16(4)", liberty=True),
            since=NOW,
        ),
        Need(
            "Question: which branch holds account 4471?",
            HREF,
            "CH-2026-0212",
            "CO",
            "Bank records and hearing of a witness",
            _clock(2, "Art. 28(1)"),
            seal,
            since=NOW,
        ),
        Need(
            "Check the form and transmit",
            HREF,
            "CH-2026-0215",
            "PT",
            "2 of 2 checks CLEAR",
            _clock(4, ""),
            finding=Finding.UNSETTLED,
            since=NOW,
        ),
        Need(
            "Waiting for delivery: node of the partner not reached",
            HREF,
            "CH-2026-0209",
            "PY",
            "Next try 19:40",
            _clock(-6, ""),
            ours=False,
            since=NOW,
        ),
        Need("Evidence arrived, 214 MB in 3 files: countersign the custody", HREF, "CH-2026-0187", "CO", since=NOW),
        Need(GLASS["opened"], "/ledger", "", "", detail=GROUNDS["liberty"], since=NOW),
    ]


def _needs_long() -> list[Need]:
    return [
        Need(LONG, HREF, "CH-2026-" + "9" * 40, "CO", LONG, _clock(30, "Art. 12(3) of Directive 2014/41/EU")),
        *_needs() * 12,
    ]


def _dossier_lines(count: int, title: str = "Operation Tramontana: bank records, witness") -> list[DossierLine]:
    phases = ("drafting", "transmitted", "under-examination", "in-execution", "returned", "closed")
    return [
        DossierLine(
            HREF,
            f"CH-2026-{n:04}",
            title,
            ("CO", "GB", "IN", "US")[n % 4],
            "Fiscalía General de la Nación",
            n % 3 > 0,
            phases[n % 6],
            "FGN-AI-4410" if n % 2 else "",
            _clock(n % 40 - 5, "Art. 12(3)") if n % 3 else None,
            n % 2 == 0,
            NOW - timedelta(days=n),
        )
        for n in range(count)
    ]


COLUMNS = [
    {"label": _("Number"), "href": "?sort=number", "sorted": "descending"},
    {"label": _("Title"), "href": "?sort=title", "sorted": ""},
    {"label": _("With"), "href": "?sort=partner", "sorted": ""},
    {"label": _("Direction"), "href": "", "sorted": ""},
    {"label": _("Stands at"), "href": "?sort=phase", "sorted": ""},
    {"label": _("Clock"), "href": "?sort=clock", "sorted": ""},
    {"label": _("Changed"), "href": "?sort=changed", "sorted": ""},
]


def _dossiers(lines: list[DossierLine], **given: str) -> dict[str, Any]:
    return {
        "dossiers": lines,
        "total": len(lines),
        "columns": COLUMNS,
        "given": {"sort": "number", **given},
        "filtered": bool(given),
        "partners": ["CO", "GB", "IN", "US"],
        "phases": ["drafting", "transmitted", "in-execution"],
        "may_open": True,
    }


def _head(title: str = "Operation Tramontana: bank records, witness", **more: Any) -> DossierHead:
    return DossierHead(
        REFERENCE,
        title,
        HREF,
        "CH-2026-0212",
        "FGN-AI-4410",
        "in-execution",
        Party(
            "CH",
            "Federal Office of Justice",
            _("requesting"),
            "CH-2026-0212",
            ("Office of the Attorney General: Lucía Ferrán-Prueba",),
        ),
        Party(
            "CO",
            "Fiscalía General de la Nación, Dirección de Asuntos Internacionales",
            _("requested"),
            "FGN-AI-4410",
            ("Fiscalía 14, Cali",),
            turn=True,
        ),
        ("drug-trafficking", "money-laundering"),
        "Treaty of 27 January 2011",
        (
            NextStep(
                "answer_question", f"{HREF}/answer_question", True, meaning="Answer the question of the requested side."
            ),
            NextStep("remind", f"{HREF}/remind", True, meaning="Ask how the request stands."),
            NextStep("withdraw_request", f"{HREF}/withdraw_request", True, meaning="Withdraw the request.", grave=True),
            NextStep(
                "close_dossier",
                f"{HREF}/close_dossier",
                False,
                "This needs the role signatory or transmitter.",
                "Close the matter.",
            ),
        ),
        **more,
    )


def _tabs(here: str) -> list[dict[str, Any]]:
    names = (
        ("", _("Timeline"), 0),
        ("/request", _("Request"), 0),
        ("/evidence", _("Evidence"), 1),
        ("/law", _("Law and conditions"), 0),
        ("/seen", _("Who saw it"), 14),
    )
    return [
        {"href": f"{HREF}{end}", "label": label, "count": count, "here": end == here} for end, label, count in names
    ]


RIBBON = Ribbon(Handling.H1, ("Use limited to SV.26.0412 (Art. 15)", "No onward transfer without consent"))


def _entries() -> list[Entry]:
    day = timedelta(days=1)
    ours = SealMark(SealState.VERIFIED, "Federal Office of Justice", "/messages/1")
    theirs = SealMark(SealState.VERIFIED, "Fiscalía General de la Nación", "/messages/2")
    start = NOW - 18 * day
    return [
        Entry("ours", _("Signed"), start - timedelta(hours=3), "e0", by="Lucía Ferrán-Prueba", domestic=True),
        Entry(
            "ours",
            _("Request transmitted"),
            start,
            "e1",
            ("Relevés de deux comptes, janvier 2025 à juin 2026 ; audition d'un témoin.",),
            ((_("Bank records"), "a, b"), (_("Hearing of a witness"), "c")),
            ours,
            "Noëlle Ambrosini-Test",
            "fr",
        ),
        Entry("theirs", _("Delivered"), start + timedelta(minutes=1), "e2", seal=theirs),
        Entry(
            "theirs",
            _("Registered and acknowledged"),
            start + 2 * day,
            "e3",
            points=((_("Number"), "FGN-AI-4410"),),
            seal=theirs,
        ),
        Entry(
            "theirs",
            _("Question"),
            start + 3 * day,
            "e4",
            ("¿En qué sucursal está la cuenta? El número solo corresponde a dos.",),
            ((_("Provision"), "Art. 28(1)"),),
            theirs,
            "C. Ibarra-Ficticia",
            "es",
        ),
        Entry(
            "ours",
            _("Answer"),
            start + 4 * day,
            "e5",
            ("Agence de Cali centre ; ordre de virement joint.",),
            seal=ours,
            language="fr",
        ),
        Entry("theirs", _("Accepted"), start + 6 * day, "e6", points=((_("Measures"), "a, c"),), seal=theirs),
        Entry(
            "theirs",
            _("Declined"),
            start + 6 * day + timedelta(hours=1),
            "e7",
            ("La cuenta b pertenece a un tercero ajeno a los hechos.",),
            ((_("Provision"), "Art. 4(3)"),),
            SealMark(SealState.BROKEN, "Fiscalía General de la Nación", "/messages/3"),
            language="es",
        ),
        Entry("theirs", _("Letter recorded"), start + 8 * day, "e8", seal=SealMark(SealState.OURS), recorded=True),
        Entry(
            "theirs",
            _("Consultation"),
            start + 9 * day,
            "e9",
            ("¿Puede limitarse el período a 2026?",),
            seal=SealMark(SealState.UNVERIFIED, "Fiscalía General de la Nación", "/messages/4"),
            open=True,
            language="es",
        ),
        Entry(
            "ours",
            _("Withdrawn"),
            start + 10 * day,
            "e10",
            effect="without-effect",
            reason="It crossed the acceptance, which stands.",
            seal=ours,
        ),
    ]


PARTS = [
    PartLine("a", "bank-records", "accepted", "Cuenta 4471, Banco Imaginario del Pacífico"),
    PartLine("b", "bank-records", "declined", reasons=(("Art. 4(3)", "third person"),)),
    PartLine("c", "hearing-witness", "executed"),
]

LAW = [
    SimpleNamespace(
        finding=Finding.CLEAR,
        verified=True,
        title="Treaty of 27 January 2011, Arts 1 and 27",
        side="",
        measure="bank-records",
        dual="Dual criminality is needed: Arts 6 and 7.",
    ),
    SimpleNamespace(
        finding=Finding.UNSETTLED,
        verified=False,
        title="UN Convention against Transnational Organized Crime",
        side="CO",
        measure="hearing-witness",
        dual="",
    ),
    SimpleNamespace(
        finding=Finding.BARRED, verified=True, title="UN Convention against Corruption", side="", measure="", dual=""
    ),
]


def _stops() -> tuple[Stop, ...]:
    return (
        Stop(_("Seized"), NOW - timedelta(days=10), "Fiscalía 14", "Banco Imaginario, Cali"),
        Stop(_("Taken in"), NOW - timedelta(days=10), "J. Pardo-Prueba", digest=DIGEST),
        Stop(_("Checked"), NOW - timedelta(days=9), "C. Ibarra-Ficticia", seal=SealMark(SealState.VERIFIED, "CO-FGN")),
        Stop(_("Transferred"), NOW - timedelta(days=9), "CO-FGN"),
        Stop(_("Countersigned"), state="next", href=f"{HREF}/countersign_evidence"),
    )


WAITS = OnItsWay(
    "Fiscalía General de la Nación",
    83_000_000,
    214_000_000,
    NOW - timedelta(hours=2),
    "The partner cannot be reached.",
    NOW - timedelta(minutes=9),
    NOW + timedelta(minutes=4),
)


def _item_on_its_way(way: OnItsWay) -> dict[str, Any]:
    return {
        "item": _items(LONG)[0],
        "way": way,
        "way_href": "/evidence/1/way",
        "stops": (*_stops()[:4], Stop(_("Received"), state="next")),
        "ribbon": RIBBON,
    }


def _recall(state: str) -> RecallMark:
    return RecallMark(
        "recall",
        state,
        False,
        f"Sent by mistake. {LONG}",
        "Art. 15",
        "delete",
        ("H2", "Use limited to the proceedings named"),
        DIGEST,
        NOW,
        None if state == "answered" else ClockMark(NOW + timedelta(days=9), "Art. 15", started=NOW, now=NOW),
        (
            {
                "title": LONG,
                "href": "/evidence/1",
                "outcome": "complied" if state == "answered" else "",
                "at": NOW,
                "words": ["Bereits vor Gericht verwendet"],
                "onward": ["CH-FOJ:release:0192f3c4-0000-7000-8000-000000000001"],
            },
        ),
    )


def _items(title: str = "Statements of account 4471, 2025 to 2026") -> list[ItemLine]:
    return [
        ItemLine(
            "/evidence/1",
            title,
            "digital",
            DIGEST,
            "CH-2026-0212",
            HREF,
            214_000_000,
            _stops(),
            ("Use limited to SV.26.0412 (Art. 15)",),
            "countersigned",
        ),
        ItemLine(
            "/evidence/2",
            "Record of the hearing",
            "testimony",
            DIGEST,
            "CH-2026-0212",
            HREF,
            88_123,
            _stops(),
            state="received",
            way=OnItsWay("Fiscalía General de la Nación", 83_000_000, 200_000_000, NOW - timedelta(minutes=4)),
        ),
        ItemLine(
            "/evidence/3", "Seal press, brass", "physical", "", "CH-2026-0212", HREF, None, _stops(), state="taken-in"
        ),
    ]


DOCUMENTS = [
    DocumentLine("letter-of-request", language, DIGEST, "/documents/1", SealMark(SealState.VERIFIED, "CH-FOJ"))
    for language in ("fr", "es")
]


def _dossier(**more: Any) -> dict[str, Any]:
    head = more.pop("head", _head())
    return {
        "head": head,
        "parties": [head.ours, head.theirs],
        "tabs": _tabs(""),
        "ribbon": RIBBON,
        "entries": _entries(),
        "has_domestic": True,
        "clocks": [
            _clock(2, "Art. 28(1)", _("answer to the question")),
            _clock(57, "Art. 97 CP", "statute of limitation", verified=False),
        ],
        "parts": PARTS,
        "law": LAW,
        "items": _items()[:1],
        "documents": DOCUMENTS,
        **more,
    }


CONTENT = {
    "language": "fr",
    "authority": {
        "name": {"fr": "Ministère public de la Confédération", "es": "Ministerio Público de la Confederación"}
    },
    "matter": {"fr": "Trafic de stupéfiants et blanchiment", "es": "Tráfico de estupefacientes y blanqueo"},
    "facts": {
        "fr": "De janvier 2025 à juin 2026, Arturo Menxe-Test aurait organisé…",
        "es": "De enero de 2025 a junio de 2026…",
    },
    "stage": "investigation",
    "offences": ["drug-trafficking", "money-laundering"],
    "persons": [
        {"id": "p1", "role": "suspect", "name": "Arturo Menxe-Test", "nationality": ["CO"]},
        {"id": "p2", "role": "witness", "name": "Lía Salvatierra-Ficticia", "confidential": True},
    ],
    "parts": [
        {"id": "a", "measure": "bank-records", "account": "4471"},
        {
            "id": "c",
            "measure": "hearing-witness",
            "person": "p2",
            "questions": [{"fr": "Connaissez-vous…", "es": "¿Conoce usted…"}],
        },
    ],
}
GAPS = [
    GapLine("parts[0].bank", "The bank that keeps the account is not named.", "Art. 27(1)(c)"),
    GapLine("purpose", "The purpose of the request is not stated.", "Art. 27(1)(b)"),
    GapLine("statutes", "No provision of the law of the requesting State is quoted.", "Art. 27(1)(d)"),
    GapLine(
        "persons[0].date_of_birth",
        "The date of birth of the suspect helps to identify him.",
        "Art. 27(2)(a)",
        recommended=True,
        verified=False,
    ),
]
PAPER = {
    "language": "es",
    "direction": "ltr",
    "sender": {"state": "Suiza", "name": "Oficina Federal de Justicia", "lines": ["Bundesrain 20, 3003 Berna"]},
    "addressee": {"state": "Colombia", "name": "Fiscalía General de la Nación", "lines": []},
    "references": [{"label": "Nuestra referencia", "value": "CH-2026-0212"}],
    "place_date": "Berna, 21 de noviembre de 2026",
    "title": "Solicitud de asistencia judicial",
    "subtitle": "",
    "opening": ["En virtud del Tratado de 27 de enero de 2011…"],
    "sections": [
        {
            "title": "Hechos",
            "provision": "Art. 27(1)(c)",
            "verified": True,
            "mark": "",
            "blocks": [{"kind": "text", "paragraphs": ["De enero de 2025 a junio de 2026 …"]}],
        },
        {
            "title": "Personas",
            "provision": "",
            "verified": False,
            "mark": "",
            "blocks": [
                {
                    "kind": "rows",
                    "rows": [{"label": "Nombre", "value": "Arturo Menxe-Test", "verified": True, "mono": False}],
                },
                {"kind": "list", "label": "Preguntas", "items": ["¿Conoce usted …?"]},
            ],
        },
    ],
    "closing": ["Agradecemos de antemano."],
    "signature": {
        "name": "Lucía Ferrán-Prueba",
        "function": "Fiscal federal",
        "state": "Aún sin firmar",
        "signed": False,
    },
    "notes": [],
    "words": {"to": "A", "not_verified": "no verificado"},
}


def _draft(content: Mapping[str, Any], gaps: list[GapLine], **more: Any) -> dict[str, Any]:
    head = DossierHead(REFERENCE, "Operation Tramontana", HREF, "", "", "drafting", _head().ours, _head().theirs)
    return {
        "head": head,
        "tabs": _tabs("/request"),
        "ribbon": RIBBON,
        "sections": sheet_of(content, ["fr", "es"], gaps),
        "missing": [g for g in gaps if not g.recommended],
        "recommended": [g for g in gaps if g.recommended],
        "law": LAW[:2] if content else [],
        "sheets": [PAPER] if content else [],
        "papers": [("fr", "/x"), ("es", "/y")],
        "version": 3,
        "saved_at": NOW,
        **more,
    }


class _ActForm(forms.Form):
    text = forms.CharField(label=_("Answer"), widget=forms.Textarea, help_text=_("In the language of the request."))
    parts = forms.CharField(label=_("Measures"), required=False)


def _act(**more: Any) -> dict[str, Any]:
    return {
        "head": _head(),
        "tabs": _tabs(""),
        "ribbon": RIBBON,
        "verb": "sign_request",
        "form": _ActForm(),
        "meaning": "The signatory signs the release digest; any change voids the signature.",
        "binds": [(_("Release digest"), DIGEST), (_("Documents"), "4")],
        "laws": [("BILATERAL-CH-CO-MLA-2011", "Art. 27")],
        "parts": PARTS,
        "documents": DOCUMENTS,
        "shows": [(_("Person's signature"), "kept apart from the seal and the node's signature")],
        **more,
    }


def _act_wrong() -> dict[str, Any]:
    form = _ActForm({"text": ""})
    form.is_valid()
    return _act(
        form=form,
        problem=SimpleNamespace(
            message="You did 'requests:request:sign' on this yourself; another person must do this step.", next_step=""
        ),
        missing=GAPS[:2],
    )


def _ledger(count: int) -> dict[str, Any]:
    entries = [
        SimpleNamespace(
            seq=900 - n,
            at=NOW - timedelta(minutes=n),
            who="Noëlle Ambrosini-Test",
            event="requests:dossier:read",
            subject=REFERENCE,
            purpose="casework",
            words=_("Dossier read"),
            facts=[("digest", DIGEST)] if n % 3 == 0 else [],
            leaf=DIGEST,
            href="",
        )
        for n in range(count)
    ]
    return {
        "entries": entries,
        "size": 901,
        "waiting": 2,
        "older": 800,
        "checkpoint": "comity/CH-FOJ\n901\nabc=\n",
        "about": "",
    }


def _witnesses() -> dict[str, Any]:
    standing = {"at": NOW, "size": 880}
    return {
        "cosigned": SimpleNamespace(size=880, note="comity/ledger/CH-FOJ\n880\nabc=\n"),
        "witnesses": [
            {
                "name": LONG if state == "denied" else "Fiscalía General de la Nación",
                "word": STATES[state],
                "mark": MARKS.get(state, "unsettled"),
                "one": SimpleNamespace(witness="CO-FGN", **standing),
            }
            for state in STATES
        ],
        "alarms": [
            Alarm("This node was restored from an old copy, or its ledger was cut", LONG, NOW),
            Alarm("A witness holds another history of our ledger", "Fiscalía", NOW, "old 5\n\ncomity/ledger/CO-FGN\n"),
        ],
    }


def _glass() -> list[dict[str, Any]]:
    one = SimpleNamespace(
        link=DIGEST, seq=7, kind="opened", at=NOW, subject=REFERENCE, officers=(), ground="liberty", text=LONG
    )
    broken = SimpleNamespace(
        **{**vars(one), "kind": "broken", "seq": 0, "text": "ch.journal: line 3 is not the line that was written"}
    )
    who = ["Noëlle Ambrosini-Test", "Camilo Ibarra Ejercicio"]
    return [
        {"one": one, "what": GLASS["opened"], "ground": GROUNDS["liberty"], "who": who, "own": False},
        {"one": one, "what": GLASS["opened"], "ground": GROUNDS["life"], "who": who, "own": True},
        {"one": broken, "what": GLASS["broken"], "ground": "", "who": [], "own": False},
    ]


def _plain(template: str, room: str, **context: Any) -> Specimen:
    return Specimen(template, room, lambda: context)


OURS = SealMark(SealState.OURS)
PARTNER = SimpleNamespace(
    href="/partners/CO-FGN",
    name="Fiscalía General de la Nación",
    names={"es": "Fiscalía General de la Nación", "ar": "النيابة العامة"},
    code="CO-FGN",
    state="CO",
    competences=["central", "receiving"],
    languages=["es"],
    has_node=True,
    fingerprint=DIGEST,
    endpoint="https://127.0.0.1:9443",
    contact={"telephone": "+57 1 000 0000"},
)
ENDED = [
    SimpleNamespace(key=SimpleNamespace(fingerprint=DIGEST), **one)
    for one in (
        {"until": NOW, "safety": "continuity", "revoked_since": None, "reason": "two years have passed"},
        {"until": NOW, "safety": "two-people", "revoked_since": NOW, "reason": "stolen"},
    )
]
LETTER = SimpleNamespace(
    name="Ministerio Público",
    href="/x",
    code="PE-MPFN",
    state="PE",
    competences=["central"],
    languages=["es"],
    has_node=False,
    fingerprint="",
    names={"es": "Ministerio Público"},
    contact={},
    endpoint="",
)
ARRIVAL = SimpleNamespace(
    at=NOW,
    href=HREF,
    type="request.transmitted",
    title="Operation Tramontana",
    state="CO",
    sender="Fiscalía General de la Nación",
    number="",
    their_number="FGN-AI-4410",
    phase="transmitted",
    seal=SealMark(SealState.VERIFIED, "CO-FGN", "/m"),
)
RELEASE = SimpleNamespace(
    href="/x",
    audience=_("Court"),
    digest=DIGEST,
    items=2,
    proposed_by="J. Pardo-Prueba",
    approved_by="",
    state=_("proposed"),
)
OFFICER = SimpleNamespace(
    href="/officers/1",
    name="Noëlle Ambrosini-Test",
    function="Registrar",
    username="n.ambrosini",
    office="International Legal Assistance",
    roles=["registrar", "transmitter"],
    second_factor=False,
    active=True,
)
AUDIENCES = [("court", _("Court")), ("defence", _("Defence"))]


PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


class StepCode(forms.Form):
    code = forms.CharField(label=_("One-time code"), widget=forms.TextInput(attrs={"class": "code", "dir": "ltr"}))
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class PasskeyName(forms.Form):
    name = forms.CharField(
        label=_("Name of the passkey"), help_text=_("By it you know it later, e.g. token in the safe.")
    )


PASSKEYS = [
    SimpleNamespace(id=1, name="Schlüssel im Tresor des Sekretariats, zweites Fach", since=NOW, used=NOW),
    SimpleNamespace(id=2, name="x", since=NOW, used=None),
]


def _sign(digest: str, **more: Any) -> dict[str, Any]:
    step = SimpleNamespace(allowed=True, reason="")
    shut = SimpleNamespace(allowed=False, reason="The letter is not prepared yet.")
    return {
        "head": _head(),
        "tabs": _tabs("/request"),
        "ribbon": RIBBON,
        "sheets": [PAPER],
        "documents": DOCUMENTS,
        "parts": PARTS,
        "digest": digest,
        "prepare": step,
        "signing": step if digest else shut,
        "signatories": [("1", "Lucía Ferrán-Prueba, " + LONG)],
        "draft_href": "/x",
        "version": 3,
        **more,
    }


SPECIMENS: dict[str, Specimen] = {
    "sign-in": Specimen("account/login.html", "", lambda: {"form": SignInForm()}),
    "sign-in-wrong": Specimen("account/login.html", "", _sign_in_wrong),
    "wrong": _plain(
        "wrong.html",
        "",
        wrong={
            "title": _("Not done: a rule stands against it"),
            "message": "You did 'requests:request:sign' on this yourself; another person must do this step.",
            "place": "requests:request:transmit",
            "next_step": "",
            "what_now": _("Nothing was changed."),
            "code": "policy:same-hand",
        },
    ),
    "needs": Specimen(
        "needs.html",
        "needs",
        lambda: {"needs": _needs(), "today": NOW, "urgent": 3, "may_open": True, "ribbon": Ribbon(Handling.H1)},
    ),
    "needs-long": Specimen(
        "needs.html", "needs", lambda: {"needs": _needs_long(), "today": NOW, "urgent": 80, "may_open": True}
    ),
    "needs-empty": Specimen("needs.html", "needs", lambda: {"needs": [], "today": NOW, "may_open": True}),
    "dossiers": Specimen("dossiers.html", "dossiers", lambda: _dossiers(_dossier_lines(14))),
    "dossiers-long": Specimen(
        "dossiers.html", "dossiers", lambda: _dossiers([*_dossier_lines(1, LONG), *_dossier_lines(60)])
    ),
    "dossiers-empty": Specimen("dossiers.html", "dossiers", lambda: _dossiers([])),
    "dossiers-none": Specimen("dossiers.html", "dossiers", lambda: _dossiers([], q="nothing of the kind")),
    "dossier": Specimen("dossier.html", "dossiers", _dossier),
    "dossier-long": Specimen(
        "dossier.html", "dossiers", lambda: _dossier(head=_head(LONG), entries=_entries() * 5, items=_items(LONG))
    ),
    "dossier-empty": Specimen(
        "dossier.html",
        "dossiers",
        lambda: _dossier(entries=[], clocks=[], parts=[], law=[], items=[], documents=[], has_domestic=False),
    ),
    "steps": Specimen("steps.html", "dossiers", lambda: {"head": _head(), "tabs": _tabs("")}),
    "request": Specimen(
        "dossier_request.html",
        "dossiers",
        lambda: {
            "head": _head(),
            "tabs": _tabs("/request"),
            "ribbon": RIBBON,
            "sheets": [PAPER],
            "documents": DOCUMENTS,
            "persons": [SimpleNamespace(name=LONG, role="witness", confidential=True, detail="CO")],
        },
    ),
    "request-empty": Specimen(
        "dossier_request.html", "dossiers", lambda: {"head": _head(), "tabs": _tabs("/request"), "draft_href": "/x"}
    ),
    "dossier-evidence": Specimen(
        "dossier_evidence.html",
        "dossiers",
        lambda: {
            "head": _head(),
            "tabs": _tabs("/evidence"),
            "ribbon": RIBBON,
            "items": _items(LONG),
            "may_take_in": True,
            "may_propose": True,
            "releases": [RELEASE],
        },
    ),
    "dossier-law": Specimen(
        "dossier_law.html",
        "dossiers",
        lambda: {
            "head": _head(),
            "tabs": _tabs("/law"),
            **_grounds(),
            "questions_of_law": [
                {
                    "measure": "bank-records",
                    "offence": "drug-trafficking",
                    "href": "/law",
                    "onward": "instrument=UNTOC",
                    "side": _("as sent with the request"),
                    "rests_on": _law("CO")["reaching"][:1],
                    "others": _law("CO")["reaching"][1:],
                }
            ],
            "conditions": [{"text": "Use limited to the proceedings named", "provision": "Art. 15", "until": ""}],
        },
    ),
    "dossier-law-empty": Specimen(
        "dossier_law.html", "dossiers", lambda: {"head": _head(), "tabs": _tabs("/law"), "questions_of_law": []}
    ),
    "dossier-seen": Specimen(
        "dossier_seen.html", "dossiers", lambda: {"head": _head(), "tabs": _tabs("/seen"), **_ledger(14)}
    ),
    "draft": Specimen("draft.html", "dossiers", lambda: _draft(CONTENT, GAPS)),
    "draft-empty": Specimen("draft.html", "dossiers", lambda: _draft({}, [])),
    "draft-wrong": Specimen(
        "draft.html",
        "dossiers",
        lambda: _draft(
            CONTENT,
            GAPS,
            problem=SimpleNamespace(
                message="Somebody else saved this draft meanwhile.", next_step="Read it again and decide anew."
            ),
        ),
    ),
    "act": Specimen("act.html", "dossiers", _act),
    "act-wrong": Specimen("act.html", "dossiers", _act_wrong),
    "sign": Specimen("sign.html", "dossiers", lambda: _sign("")),
    "sign-ready": Specimen("sign.html", "dossiers", lambda: _sign(DIGEST, missing=GAPS[:1], code_form=StepCode())),
    "one-time-code": Specimen("mfa/authenticate.html", "", lambda: {"form": StepCode()}),
    "set-up-code": Specimen(
        "mfa/totp/activate_form.html", "", lambda: {"form": StepCode(), "totp_svg_data_uri": PIXEL}
    ),
    "my-sign-in": Specimen(
        "my_sign_in.html", "", lambda: {"confirmed_until": NOW, "passkeys": PASSKEYS, "can_keep": True}
    ),
    "sign-in-provider": Specimen(
        "account/login.html",
        "",
        lambda: {"form": SignInForm(), "provider": SimpleNamespace(provider_id="x", name="Federal sign-in service")},
    ),
    "provider-sent-back": Specimen("socialaccount/login_redirect.html", "", lambda: {"redirect_to": "#"}),
    "provider-failed": Specimen("socialaccount/authentication_error.html", ""),
    "passkey-new": Specimen("passkey_new.html", "", lambda: {"form": PasskeyName()}),
    "passkey-step-up": Specimen(
        "form_page.html",
        "",
        lambda: {
            "form": forms.Form(),
            "title": _("Remove a passkey"),
            "about": LONG,
            "button": _("Remove it"),
            "code_form": StepCode(),
            "has_passkey": True,
        },
    ),
    "message": _plain(
        "message.html",
        "dossiers",
        back=HREF,
        back_words="CH-2026-0212",
        type="request.questioned",
        at=NOW,
        raw='{\n  "at": "2026-11-05T15:31:00.000Z",\n  "body": {"text": {"es": "' + LONG + '"}}\n}',
        mark=SealMark(SealState.VERIFIED, "CO-FGN"),
        ribbon=RIBBON,
        checks=[
            SimpleNamespace(holds=True, words="Ed25519", detail=DIGEST),
            SimpleNamespace(holds=False, words="ML-DSA-65", detail=""),
        ],
        facts=[(_("From"), "CO-FGN"), (_("To"), "CH-FOJ")],
        delivery_href="/dossiers/x/messages/y/delivery",
        receipts=[SimpleNamespace(seal=SealMark(SealState.VERIFIED, "CH-FOJ"), words=_("Delivered"), at=NOW)],
    ),
    "inbox": _plain("inbox.html", "inbox", arrivals=[ARRIVAL] * 4),
    "inbox-empty": _plain("inbox.html", "inbox", arrivals=[]),
    "evidence": Specimen("evidence.html", "evidence", lambda: {"items": _items() * 3, "ribbon": RIBBON}),
    "evidence-long": Specimen("evidence.html", "evidence", lambda: {"items": _items(LONG) * 20, "ribbon": RIBBON}),
    "evidence-empty": _plain("evidence.html", "evidence", items=[]),
    "item": Specimen(
        "item.html",
        "evidence",
        lambda: {
            "item": _items()[0],
            "stops": _stops(),
            "ribbon": RIBBON,
            "stored_name": ATTACK,
            "download_href": "/x",
            "check_href": "/y",
            "facts": [(_("Media type"), "application/pdf")],
            "conditions": [{"text": "Use limited to the proceedings named", "provision": "Art. 15"}],
            "record": [(_("Place"), "Cali")],
        },
    ),
    "item-recalled": Specimen(
        "item.html",
        "evidence",
        lambda: {
            "item": replace(_items(LONG)[0], recalled=True, ended=True),
            "stops": _stops(),
            "ribbon": RIBBON,
            "facts": [(_("Media type"), "application/pdf")],
            "conditions": [{"text": "Use limited to the proceedings named", "provision": "Art. 15"}],
            "closed": [
                {"use": use, "code": code, "provision": "Art. 15"}
                for use, code in (("view", "recalled"), ("export", "expired"), ("reply", "recalled"))
            ],
            "recalls": [_recall(state) for state in ("waiting", "breach", "answered")],
        },
    ),
    "item-by-post": Specimen(
        "item.html",
        "evidence",
        lambda: {
            "item": _items()[0],
            "stops": [
                Stop("Taken in", NOW, "N. Ambrosini", "USB stick 0451, registered letter PY 12", DIGEST, OURS),
                Stop("Checked", NOW, "N. Ambrosini", "", "", OURS),
                Stop("Verified", NOW, "N. Ambrosini", "", DIGEST, SealMark(SealState.VERIFIED, "CH-FOJ")),
            ],
            "ribbon": RIBBON,
            "ours": OURS,
            "arrival": [
                (_("Arrived on"), "2026-11-21"),
                (_("From"), "Ministerio Público"),
                (_("On what it came"), LONG),
            ],
            "conditions": [],
        },
    ),
    "take-in-posted": Specimen(
        "form_page.html",
        "dossiers",
        lambda: {
            "title": _("Take in what came by post"),
            "about": _(
                "Recorded by us, not signed by them. When all is taken in, record the letter under which it came."
            ),
            "form": PostedForm({"kind": "digital", "title": LONG}, {}),
            "button": _("Take in"),
            "back": HREF,
            "back_words": _("Evidence"),
            "upload": True,
        },
    ),
    "item-on-its-way": Specimen("item.html", "evidence", lambda: _item_on_its_way(WAITS)),
    "item-broken": Specimen("item.html", "evidence", lambda: _item_on_its_way(replace(WAITS, broken=True))),
    "act-closed": Specimen(
        "act.html",
        "dossiers",
        lambda: _act() | {"closed": "The dossier is in 'returned'; this step is for 'signed'."},
    ),
    "act-on-its-way": Specimen(
        "act.html", "dossiers", lambda: _act() | {"on_their_way": _items(LONG)[1:], "held": _items(LONG)[:1]}
    ),
    "release": Specimen(
        "release.html",
        "dossiers",
        lambda: {
            "head": _head(),
            "tabs": _tabs("/evidence"),
            "items": [
                SimpleNamespace(reference=str(n), title=title, digest=DIGEST, size=88_000, state=state)
                for n, (title, state) in enumerate((("Record", "countersigned"), (LONG, "received")) * 2)
            ],
            "audiences": AUDIENCES,
            "form": GroundForm({"ground": "", "permission": ""}),
            "button": _("Propose the release"),
        },
    ),
    "release-approve": Specimen(
        "release.html",
        "dossiers",
        lambda: {
            "head": _head(),
            "tabs": _tabs("/evidence"),
            "release": SimpleNamespace(facts=[(_("For whom"), "Court")], digest=DIGEST, items=_items()),
            "reason": "You did 'evidence:release:propose' on this yourself; another person must do this step.",
        },
    ),
    "partners": _plain("partners.html", "partners", partners=[PARTNER, LETTER] * 4, may_write=True),
    "partners-directory": _plain(
        "partners.html",
        "partners",
        partners=[PARTNER],
        may_write=True,
        directories=directory_listings(NOW),
        listed=directory_lines(NOW),
    ),
    "partner-listed": Specimen(
        "partner_listed.html",
        "partners",
        lambda: {
            "title": _("Accept as the directory lists it"),
            "button": _("Accept"),
            "line": directory_lines(NOW)[2]["line"],
            "form": forms.Form(),
            "back": "/partners",
            "back_words": _("Partners"),
        },
    ),
    "partners-empty": _plain("partners.html", "partners", partners=[], may_write=True),
    "partner": _plain("partner.html", "partners", partner=PARTNER, ended=ENDED),
    "partner-post": _plain("partner.html", "partners", partner=LETTER),
    "our-card": _plain(
        "our_card.html",
        "partners",
        card=PARTNER,
        groups=in_groups(DIGEST),
        fingerprint=DIGEST,
        file="CO-FGN.card",
        file_href="/partners/ours/card",
        ended=ENDED,
    ),
    "form": Specimen(
        "form_page.html",
        "partners",
        lambda: {
            "title": _("Note one without a node"),
            "about": "",
            "form": _ActForm({"text": ""}),
            "button": _("Keep"),
            "back": "/partners",
            "back_words": _("Partners"),
        },
    ),
    "post-book": _plain(
        "post_book.html",
        "post_book",
        may_record=True,
        letters=[
            SimpleNamespace(
                at=NOW,
                incoming=True,
                href="/x",
                type="request.acknowledged",
                seal=SealMark(SealState.OURS),
                state="PE",
                partner="Ministerio Público",
                number="CH-2026-0199",
                digest=DIGEST,
            )
        ]
        * 3,
    ),
    "post-book-empty": _plain("post_book.html", "post_book", may_record=True, letters=[]),
    "vault": _plain(
        "vault.html",
        "vault",
        held=Holdings(1204, 812 << 30, 7, NOW - timedelta(days=29), NOW, 2),
        days=30,
        stamped=StampView("CH-FOJ", NOW, 214, NOW - timedelta(days=2), "It answers HTTP 503."),
        overdue=True,
        broken=[
            {
                "alarm": ContentAlarm(DIGEST, 8 << 30, "damaged", NOW, NOW, items),
                "what": FAULTS[Fault.DAMAGED][0],
                "help": FAULTS[Fault.DAMAGED][1],
            }
            for items in (("Account statements of Exercise Bank", LONG), ())
        ],
    ),
    "assurance": Specimen("assurance.html", "assurance", assurance_page),
    "vault-empty": _plain(
        "vault.html",
        "vault",
        held=Holdings(0, 0, 0, None, None, 0),
        days=30,
        broken=[],
        stamped=StampView("CH-FOJ", None, 0, None, ""),
    ),
    "ledger": Specimen("ledger.html", "ledger", lambda: {**_ledger(50), **_witnesses()}),
    "ledger-opened": Specimen("ledger.html", "ledger", lambda: {**_ledger(3), "glass": _glass()}),
    "ledger-empty": Specimen("ledger.html", "ledger", lambda: {**_ledger(0), "size": 0}),
    "exchange": _plain(
        "exchange.html",
        "exchange",
        floods=[
            {"name": LONG if n else "", "over_limit": bool(n), "hour": NOW, "refused": 2667, "one_by_one": 10}
            for n in range(2)
        ],
        lapsed=[
            {
                "one": SimpleNamespace(since=NOW, until=NOW),
                "name": LONG if n else "",
                "sentence": "The line is down. What waits goes out by itself when it is up, or now by courier.",
                "overdue": bool(n),
            }
            for n in range(2)
        ],
        partners=[
            {
                "name": "Fiscalía General de la Nación",
                "state": "CO",
                "line": SimpleNamespace(
                    partner="CO-FGN",
                    waiting=2,
                    oldest=NOW,
                    stopped=1,
                    last_heard=NOW,
                    down_since=NOW if n else None,
                    next_attempt=NOW,
                    last_error="partner:unreachable",
                    last_reason="The partner's node was not reached.",
                ),
            }
            for n in range(2)
        ],
        equivocations=[],
        may_resend=True,
        stopped=[
            {
                "message": SimpleNamespace(
                    digest=DIGEST,
                    type="request.transmitted",
                    partner="CO-FGN",
                    sent_at=NOW,
                    last_error="partner:refused",
                    last_reason="The signature does not hold under the sender's key in our directory.",
                ),
                "name": LONG if n else "Fiscalía General de la Nación",
                "again": "/exchange/x/again",
            }
            for n in range(2)
        ],
        refused=[
            {
                "at": NOW,
                "sender": "CO-FGN" if n else "",
                "name": LONG if n else "",
                "code": "signature",
                "sentence": "The signature does not hold under the sender's key in our directory.",
                "envelope": DIGEST,
                "seq": 7,
            }
            for n in range(2)
        ],
        **_witnesses(),
    ),
    "courier": _plain(
        "courier.html",
        "courier",
        may_pack=True,
        may_take=True,
        partners=[
            {
                "name": LONG if n else "Fiscalía General de la Nación",
                "line": SimpleNamespace(partner="CO-FGN", waiting=3, owed=n, absent=(1, 4) if n else ()),
            }
            for n in range(2)
        ],
        bundles=[
            {
                "name": LONG if n else "Fiscalía General de la Nación",
                "bundle": SimpleNamespace(
                    direction="in" if n % 2 else "out",
                    number=n + 1,
                    handled_at=NOW,
                    size=8 << 30,
                    whole=n < 2,
                    times=n,
                ),
                "cells": [
                    {"label": _("Messages"), "count": 12, "told": "11 taken in · 1 came before" if n % 2 else ""},
                    {"label": _("Receipts"), "count": 4, "told": "4 taken in" if n % 2 else ""},
                    {"label": _("Content"), "count": 1, "told": "1 in part, the rest is asked for" if n % 2 else ""},
                ],
            }
            for n in range(4)
        ],
    ),
    "courier-empty": _plain("courier.html", "courier", partners=[], bundles=[], may_pack=False, may_take=True),
    "exchange-empty": _plain("exchange.html", "exchange", partners=[], equivocations=[]),
    "officers": _plain("officers.html", "officers", officers=[OFFICER] * 5, may_write=True),
    "law": Specimen("law.html", "law", lambda: _law("CO")),
    "law-many": Specimen("law.html", "law", lambda: _law("US")),
    "law-empty": Specimen("law.html", "law", _law_empty),
    "law-untoc": Specimen(
        "law.html", "law", lambda: _law("PE", "NG", **{"UNTOC:transnational": True, "UNTOC:organised-group": False})
    ),
    "law-states": Specimen("law_states.html", "law", _states),
    "law-states-none": Specimen("law_states.html", "law", lambda: _states(q=LONG[:80])),
    "law-state": Specimen("law_state.html", "law", lambda: _state("CO", 2)),
    "law-state-many": Specimen("law_state.html", "law", lambda: _state("US", 1, kind="MLA")),
    "law-state-silent": Specimen("law_state.html", "law", lambda: _state("AQ", on="1950-01-01")),
    "law-instruments": Specimen("law_instruments.html", "law", lambda: _instruments(sort="-listed")),
    "law-instruments-none": Specimen("law_instruments.html", "law", lambda: _instruments(q=LONG[:80])),
    "law-instrument": Specimen("law_instrument.html", "law", lambda: _instrument("UNTOC", sort="since")),
    "law-instrument-eu": Specimen("law_instrument.html", "law", lambda: _instrument("EU-EIO-2014-41")),
    "law-instrument-pair": Specimen("law_instrument.html", "law", lambda: _instrument("BILATERAL-CH-CO-MLA")),
    "law-instrument-row": Specimen("law_instrument.html", "law", lambda: _instrument("BILATERAL-GB-US-MLA")),
    "law-coverage": Specimen("law_coverage.html", "law", lambda: _coverage(sort="newest")),
    "law-wrong": Specimen("law.html", "law", _law_wrong),
    **{name: Specimen(template, "law", context) for name, (template, context) in LAW_CHECKS.items()},
    **{name: Specimen(template, "law", context) for name, (template, context) in GAZETTE.items()},
}
