"""The story on the pages of two real nodes, in a real Chromium: in English whole, in Arabic over the same pages."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from comity.cli.demo.letters import letter
from comity.cli.demo.stage import Site, Stage
from tests.e2e.desk import Desk
from tests.e2e.drafting import saved, write
from tests.web.conftest import ARGUMENTS, CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.processes]

BESIDE_THE_DEMO = 100
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


@dataclass
class Theatre:
    """Two nodes up, one browser, and the officers who have signed in, each at her own desk."""

    stage: Stage
    browser: Any
    out: Path

    def cast(self, language: str) -> "Cast":
        return Cast(self, language, {})


@dataclass
class Cast:
    """The officers of one showing; each signs in when she is first called."""

    theatre: Theatre
    language: str
    desks: dict[str, Desk]

    def __getitem__(self, username: str) -> Desk:
        if username not in self.desks:
            site = next(site for site in self.theatre.stage.sites.values() if _works_at(site, username))
            self.desks[username] = Desk(self.theatre.browser, site, username, self.language)
        return self.desks[username]

    def leave(self) -> int:
        """Everybody goes home; how many pages were examined."""
        for desk in self.desks.values():
            desk.close()
        return sum(desk.visited for desk in self.desks.values())


def _works_at(site: Site, username: str) -> bool:
    offices = [office for body in site.roster.authorities for office in body.offices]
    return any(officer.username == username for office in offices for officer in office.officers)


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    if not CHROMIUM.is_file():
        pytest.skip("no Chromium at /usr/bin/chromium: pages are not opened")
    out = tmp_path_factory.mktemp("theatre")
    with Stage(out / "stage", pairs=(("ch", "co"),), port_offset=BESIDE_THE_DEMO) as stage:
        stage.set_up()
        stage.start()
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            yield Theatre(stage, browser, out)
            browser.close()


def test_the_story_in_english(theatre):
    cast = theatre.cast("en")
    ask_the_law(cast)
    dossier = draft(cast, "SV.26.0077-EXERCICE")
    mend_a_gap(cast)
    sign(cast, dossier)
    transmit(cast, dossier, "B-26-0477-EX")
    register(cast, dossier, "FGN-AI-2026-7788-EJ")
    question(cast, dossier)
    decide(cast, dossier)
    consult_and_decline(cast, dossier)
    execute(cast, dossier)
    items = give_back(cast, dossier)
    countersign(cast, dossier, items)
    bundle = release(cast, dossier)
    verified(bundle)
    look_round(cast, dossier)
    assert cast.leave() > 60


def test_a_shorter_walk_in_arabic(theatre):
    cast = theatre.cast("ar")
    ask_the_law(cast)
    dossier = draft(cast, "SV.26.0078-EXERCICE")
    sign(cast, dossier)
    transmit(cast, dossier, "B-26-0478-EX")
    register(cast, dossier, "FGN-AI-2026-7789-EJ")
    decide(cast, dossier)
    execute(cast, dossier)
    look_round(cast, dossier)
    assert cast.leave() > 40


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
    desk.page.fill("[name=code]", desk.code())
    desk.press("button[name=sign]")
    assert desk.page.url.endswith(dossier)


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
    prosecutor.act(dossier, "answer_question", {"text@es": "La sucursal Cali Sur."})
    director = cast["c.ibarra"]
    director.until(dossier, lambda page: "/do/answer_question" not in page, "the answer in Bogotá")


def decide(cast, dossier):
    director = cast["c.ibarra"]
    director.act(dossier, "accept_request", every="parts")
    director.act(dossier, "pass_on", {"executing": "CO-F14"}, every="parts")
    cast["j.pardo"].act(dossier, "record_authorisation", {"parts": ["a", "b"], **ORDER})


def consult_and_decline(cast, dossier):
    director, prosecutor = cast["c.ibarra"], cast["m.rochat"]
    director.act(dossier, "consult", {"parts": ["b"], "text@es": "Para 2015-2022 no se describen hechos. ¿Limitarla?"})
    prosecutor.until_open(dossier, "answer_consultation")
    prosecutor.act(dossier, "answer_consultation", {"text@es": "De acuerdo con limitarla a 2023-2026."})
    director.until(dossier, lambda page: "consult-first" not in page, "the answer in Bogotá")
    director.until_open(dossier, "decline_parts")
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
    if director.page.locator("main [name=code]").count():
        director.page.fill("main [name=code]", director.code())
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
    head.act(dossier, "close_dossier", {"reason@es": "Asistencia prestada."})
    director.until(dossier, lambda page: "/do/" not in page, "the closing in Bogotá")
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
    chief.page.fill("main [name=code]", chief.code())
    chief.press("main form .acts button")
    prosecutor.open(proposed)
    with prosecutor.page.expect_download() as download:
        prosecutor.page.click("form[action$='/bundle'] button")
    out = cast.theatre.out / "court"
    with zipfile.ZipFile(download.value.path()) as packed:
        packed.extractall(out)
    return out / "bundle"


def verified(bundle):
    found = subprocess.run(
        [sys.executable, "-m", "comity.cli.main", "verify", str(bundle)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


def look_round(cast, dossier):
    """Every further page of the house and of the dossier, on both sides."""
    for name in ("m.rochat", "c.ibarra"):
        for end in ("", "/request", "/evidence", "/law", "/seen", "/steps"):
            cast[name].open(f"{dossier}{end}")
        for room in ("/", "/dossiers", "/dossiers?q=Basel&sort=-changed", "/evidence", "/partners", "/my-sign-in"):
            cast[name].open(room)
        cast[name].open(dossier)
        cast[name].press(".entry a.seal >> nth=0")
        assert cast[name].page.locator(".reasons .barred").count() == 0
    cast["l.favre"].open("/inbox")
    cast["l.favre"].open("/post")
    cast["t.inspector"].open("/ledger")
    for room in ("/exchange", "/officers", "/officers/new", "/partners", "/partners/connect", "/partners/note"):
        cast["o.admin"].open(room)
