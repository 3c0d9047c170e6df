"""The story on the pages of two real nodes, in a real Chromium: whole in English and whole in Arabic, side by side."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from comity.cli.demo.lawfulness import NOTHING_RECORDED
from comity.cli.demo.letters import letter
from comity.cli.demo.stage import Site, Stage
from tests.e2e.desk import Codes, Desk
from tests.e2e.drafting import saved, write
from tests.web.conftest import ARGUMENTS, CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.processes]

BESIDE_THE_DEMO = 100
NUMBERS = {
    "en": {"file": "SV.26.0077-EXERCICE", "requesting": "B-26-0477-EX", "requested": "FGN-AI-2026-7788-EJ"},
    "ar": {"file": "SV.26.0078-EXERCICE", "requesting": "B-26-0478-EX", "requested": "FGN-AI-2026-7789-EJ"},
}
"""Each showing has its own dossier, under its own numbers."""
ANSWER = "La sucursal Cali Sur."
AGREED = "De acuerdo con limitarla a 2023-2026."
CLOSING = "Asistencia prestada."
TODAY = datetime.now(UTC).date().isoformat()
GROUND = "no_dual_criminality_coercive"
NOTE = {"fr": "Nous vous transmettons la demande ci-jointe.", "es": "Le transmitimos la solicitud adjunta."}
ORDER = {
    "order.court": "Juzgado 5 de Control de Garantías, Cali (ejercicio)",
    "order.number": "0217-EJ",
    "order.on": TODAY,
    "order.text@es": "Se levanta la reserva bancaria de las cuentas indicadas.",
}
RECORD = {
    "record.on": TODAY,
    "record.place": "Cali",
    "record.by": "Fiscalía 14 Especializada, Cali",
    "record.persons_present": "Julia Pardo Ejercicio\nTestiga Imaginaria Prueba",
    "record.signed_by": "Julia Pardo Ejercicio\nTestiga Imaginaria Prueba",
}
BANK = ("../../extractos <b>=2+2.csv", "text/csv", b"fecha;cuenta;importe\n2025-03-01;000-111111-EJ;1\n" * 20_000)
HEARING = (
    "acta.pdf",
    "application/pdf",
    "ACTA DE DECLARACIÓN (EJERCICIO)\nFirmada por las personas presentes.\n".encode(),
)


class Cast:
    """The officers of one showing; each signs in when she is first called."""

    def __init__(self, stage: Stage, browser: Any, language: str, codes: Codes, out: Path) -> None:
        self.language, self.out = language, out
        self.examined: set[str] = set()
        self._stage, self._browser, self._codes = stage, browser, codes
        self._desks: dict[str, Desk] = {}

    def __getitem__(self, username: str) -> Desk:
        if username not in self._desks:
            site = next(site for site in self._stage.sites.values() if _works_at(site, username))
            self._desks[username] = Desk(
                self._browser, site, username, self.language, codes=self._codes, examined=self.examined
            )
        return self._desks[username]

    def last_seen(self) -> str:
        """What stood on each desk, for whoever reads of a fault."""
        pages = ((name, desk.page) for name, desk in self._desks.items())
        return "\n".join(f"{name} at {page.url}:\n{page.inner_text('main')[:600]}\n" for name, page in pages)


def _works_at(site: Site, username: str) -> bool:
    offices = [office for body in site.roster.authorities for office in body.offices]
    return any(officer.username == username for office in offices for officer in office.officers)


def play(stage: Stage, language: str, codes: Codes, out: Path) -> set[str]:
    """One showing of the whole story, in a browser of its own; the kinds of page that were examined."""
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        cast = Cast(stage, browser, language, codes, out)
        try:
            tell(cast)
        except BaseException as fault:
            fault.add_note(cast.last_seen())
            raise
        finally:
            browser.close()
    return cast.examined


@pytest.fixture(scope="module")
def showings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two nodes, and on them the story in each language that is asked for, side by side as in any office."""
    if not CHROMIUM.is_file():
        pytest.skip("no Chromium at /usr/bin/chromium: pages are not opened")
    asked = [item for item in request.session.items if item.path == request.path]
    out, codes = tmp_path_factory.mktemp("theatre"), Codes()
    with Stage(out / "stage", pairs=(("ch", "co"),), port_offset=BESIDE_THE_DEMO) as stage:
        stage.set_up()
        stage.start()
        with ThreadPoolExecutor(len(NUMBERS)) as hands:
            yield {
                language: hands.submit(play, stage, language, codes, out / language)
                for language in (item.callspec.params["language"] for item in asked)
            }


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_story_on_the_pages_of_both_nodes(showings, language):
    examined = showings[language].result()
    assert examined >= KINDS, KINDS - examined


def tell(cast):
    """From the question what the law allows to the bundle that anyone verifies."""
    ask_the_law(cast)
    numbers = NUMBERS[cast.language]
    dossier = draft(cast, numbers["file"])
    mend_a_gap(cast)
    sign(cast, dossier)
    transmit(cast, dossier, numbers["requesting"])
    register(cast, dossier, numbers["requested"])
    question(cast, dossier)
    decide(cast, dossier)
    consult_and_decline(cast, dossier)
    execute(cast, dossier)
    items = give_back(cast, dossier)
    countersign(cast, dossier, items)
    verified(release(cast, dossier))
    look_round(cast, dossier)


def ask_the_law(cast):
    desk = cast["m.rochat"]
    desk.open("/law")
    desk.fill({"requested": "CO", "measure": "bank-records", "offence": "drug-trafficking"})
    desk.press("form.ask button.primary")
    first = desk.page.locator(".basis").first
    assert first.get_attribute("id") == "BILATERAL-CH-CO-MLA"
    assert first.locator(".mark.clear").count() == 1


def draft(cast, number):
    """Open the dossier and type the letter; its address."""
    desk = cast["m.rochat"]
    desk.open("/")
    desk.press("a[href='/dossiers/new']")
    desk.fill({"requested": "CO-FGN", "title": "Trafficking and laundering, Basel-Cali", "number": number})
    desk.fill({"language": "fr"})
    desk.press("main form .acts button")
    dossier = urlsplit(desk.page.url).path.removesuffix("/draft")
    write(desk, letter("swiss_colombian"))
    desk.look()
    return dossier


def mend_a_gap(cast):
    """What is missing stands beside its field, and goes when it is written."""
    page = cast["m.rochat"].page
    for language in ("fr", "es"):
        page.fill(f"[name='purpose.{language}']", "")
    page.wait_for_selector("#gaps-purpose .gap")
    for language, text in letter("swiss_colombian")["purpose"].items():
        page.fill(f"[name='purpose.{language}']", text)
    page.wait_for_selector("#gaps-purpose .gap", state="detached")
    saved(cast["m.rochat"])


def sign(cast, dossier):
    desk = cast["m.rochat"]
    desk.open(f"{dossier}/sign")
    desk.press("button[name=prepare]")
    gate(desk, dossier)
    desk.open(f"{dossier}/sign")
    desk.give_code()
    desk.press("button[name=sign]")
    assert desk.page.url.endswith(dossier)


def gate(desk, dossier):
    """She answers what the human-rights gate asks, and signs that no ground is recorded."""
    answers = {f"facts.{name}": "yes" if value else "no" for name, value in NOTHING_RECORDED.items()}
    desk.act(dossier, "record_facts", answers)
    desk.act(dossier, "sign_rights_gate")


def transmit(cast, dossier, number):
    """The central authority checks the form; another officer than the signatory transmits."""
    cast["l.favre"].act(dossier, "check_form", {"number": number, **{f"cover_note@{k}": v for k, v in NOTE.items()}})
    cast["a.brunner"].open("/")
    cast["a.brunner"].press(f"main a[href='{dossier}/do/transmit_request']")
    cast["a.brunner"].act(dossier, "transmit_request")


def register(cast, dossier, number):
    registrar = cast["r.mesa"]
    registrar.until_open(dossier, "register_request")
    registrar.open("/inbox")
    registrar.open("/")
    registrar.press(f"main a[href='{dossier}/do/register_request']")
    registrar.act(dossier, "register_request", {"number": number, "contact": "Dirección de Asuntos Internacionales"})
    cast["c.ibarra"].act(dossier, "assess_conformity", {"conforms": "yes", "note": "Conforme (ejercicio)."})


def question(cast, dossier):
    cast["c.ibarra"].act(dossier, "ask_question", {"text@es": "¿Qué sucursal lleva la segunda cuenta?"})
    prosecutor = cast["m.rochat"]
    prosecutor.until_open(dossier, "answer_question")
    prosecutor.open("/")
    prosecutor.press(f"main a[href='{dossier}/do/answer_question']")
    prosecutor.act(dossier, "answer_question", {"text@es": ANSWER})
    cast["c.ibarra"].until_shown(dossier, ANSWER)


def decide(cast, dossier):
    director = cast["c.ibarra"]
    gate(director, dossier)
    for offence, case in letter("conduct_colombia").items():
        laws = {
            f"case.{name}.{state}": law["offences"][0][key]
            for state, law in case["laws"].items()
            for name, key in (("statute", "statute"), ("elements", "elements"))
        }
        plain = {name: [one for one in value if " or " not in one] if isinstance(value, list) else value
                 for name, value in laws.items()}  # fmt: skip
        director.act(dossier, "record_conduct", {"offence": offence, "case.conduct": list(case["conduct"]), **plain})
    director.act(dossier, "sign_dual", {"met": "yes"})
    director.open(f"{dossier}/law")
    director.act(dossier, "accept_request", every="parts")
    director.act(dossier, "pass_on", {"executing": "CO-F14"}, every="parts")
    cast["j.pardo"].act(dossier, "record_authorisation", {"parts": ["a", "b"], **ORDER})


def consult_and_decline(cast, dossier):
    director, prosecutor = cast["c.ibarra"], cast["m.rochat"]
    director.act(dossier, "consult", {"parts": ["b"], "text@es": "Para 2015-2022 no se describen hechos. ¿Limitarla?"})
    prosecutor.until_open(dossier, "answer_consultation")
    prosecutor.act(dossier, "answer_consultation", {"text@es": AGREED})
    director.until_shown(dossier, AGREED)
    reasons = {"grounds.reason@es": "De 2015 a 2022 no hay elementos objetivos de delito."}
    scope = {"scope@es": "Los extractos de 2015 a 2022 de la segunda cuenta."}
    director.act(dossier, "decline_parts", {"parts": ["b"], "grounds.ground": GROUND, **reasons, **scope})


def execute(cast, dossier):
    """The measures are executed; the bank's records and the record of the hearing are taken in through the page."""
    desk = cast["j.pardo"]
    desk.act(dossier, "record_execution", RECORD, every="parts")
    taken = {"on": TODAY, "place": "Banco Ejercicio, Cali", "by": "Fiscalía 14"}
    take_in(desk, dossier, {"kind": "digital", "title": "Extractos", "file": BANK, "parts": ["a", "b"], **taken})
    present = {"present": "Julia Pardo Ejercicio\nTestiga Imaginaria Prueba"}
    heard = {"kind": "testimony", "title": "Acta de la declaración", "file": HEARING, "parts": ["c"]}
    take_in(desk, dossier, {**heard, **taken, **present})


def take_in(desk, dossier, values):
    desk.open(f"{dossier}/evidence")
    desk.press(f"a[href='{dossier}/evidence/take-in']")
    desk.fill(values)
    desk.press("main form .acts button")
    assert desk.page.locator(".custody .seal.verified").count() >= 1


def give_back(cast, dossier):
    """Checked and returned by the central authority; the addresses of the items once they are in Bern."""
    director, head = cast["c.ibarra"], cast["a.brunner"]
    director.act(dossier, "check_results", {"note": "Completo."}, every="items")
    cover = {"cover_letter@es": "La Fiscalía da fe de la autenticidad de los documentos adjuntos (art. 29(3))."}
    director.open(f"{dossier}/do/return_evidence")
    director.tick_all("parts")
    director.fill(cover)
    director.tick_all("items")
    director.give_code()
    director.press("main form .acts button")
    head.until_open(dossier, "countersign_evidence")
    head.open(f"{dossier}/evidence")
    return [link.get_attribute("href") for link in head.page.locator("main .list a.what").all()]


def countersign(cast, dossier, items):
    head, prosecutor, director = cast["a.brunner"], cast["m.rochat"], cast["c.ibarra"]
    assert len(items) == 2
    for item in items:
        head.until_arrived(item)
        head.open(item)
        head.press("form[action$='/verify'] button")
        assert head.page.locator(".custody .seal.unverified, .custody .seal.broken").count() == 0
    head.act(dossier, "countersign_evidence", every="items")
    prosecutor.act(dossier, "give_feedback", {"outcome@es": "Se formuló acusación (ejercicio)."})
    head.act(dossier, "close_dossier", {"reason@es": CLOSING})
    director.until_shown(dossier, CLOSING)
    director.open(dossier)


def release(cast, dossier):
    """Proposed by one, approved by another, downloaded; the unpacked bundle."""
    prosecutor, chief = cast["m.rochat"], cast["s.blanc"]
    prosecutor.open(f"{dossier}/evidence")
    prosecutor.press(f"a[href='{dossier}/release']")
    prosecutor.page.check("#audience-court")
    prosecutor.page.check("#item-1")
    prosecutor.fill({"ground": "Art. 15 of the treaty: the proceedings stated in the request"})
    prosecutor.press("main form .acts button")
    proposed = urlsplit(prosecutor.page.url).path
    assert prosecutor.page.locator("main form button").count() == 0, "nobody approves her own release"
    chief.open(proposed)
    chief.give_code()
    chief.press("main form .acts button")
    prosecutor.open(proposed)
    with prosecutor.page.expect_download() as download:
        prosecutor.page.click("form[action$='/bundle'] button")
    out = cast.out / "court"
    with zipfile.ZipFile(download.value.path()) as packed:
        packed.extractall(out)
    return out / "bundle"


def verified(bundle):
    found = subprocess.run(
        [sys.executable, "-m", "comity.cli.main", "verify", str(bundle)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


def look_round(cast, dossier):
    """Every further page of the house; the dossier's own pages again, now that everything stands on them."""
    prosecutor, director = cast["m.rochat"], cast["c.ibarra"]
    for end in ("", "/request", "/evidence", "/law", "/seen", "/steps"):
        prosecutor.open(f"{dossier}{end}", anew=True)
        director.open(f"{dossier}{end}")
    for desk in (prosecutor, director):
        desk.open(dossier)
        desk.press(".entry a.seal >> nth=0")
        assert desk.page.locator(".reasons .barred").count() == 0
    for room in ("/", "/dossiers", "/dossiers?q=Basel&sort=-changed", "/evidence", "/partners", "/my-sign-in"):
        prosecutor.open(room)
    for room in ("/inbox", "/post", "/post/letter", "/post/request"):
        cast["l.favre"].open(room)
    cast["t.inspector"].open("/ledger")
    for room in ("/exchange", "/officers", "/officers/new", "/partners/connect", "/partners/note"):
        cast["o.admin"].open(room)


KINDS = {
    "/",
    "/sign-in",
    "/sign-in/code",
    "/law",
    "/dossiers",
    "/dossiers/new",
    "/dossiers/*",
    *(f"/dossiers/*/{end}" for end in ("draft", "sign", "steps", "request", "evidence", "law", "seen", "release")),
    *(f"/dossiers/*/do/{verb}" for verb in ("check_form", "transmit_request", "register_request", "return_evidence")),
    "/dossiers/*/evidence/take-in",
    "/dossiers/*/messages/*",
    "/evidence",
    "/evidence/*",
    "/releases/*",
    "/inbox",
    "/post",
    "/ledger",
    "/exchange",
    "/officers",
    "/partners",
    "/my-sign-in",
}
"""The pages that each showing must have led over."""
