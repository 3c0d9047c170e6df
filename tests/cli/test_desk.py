"""Casework from the command line, against a live listener: the same verbs, the same refusals, only JSON when asked."""

import json
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner

from comity.cli import desk as desk_module
from comity.cli.desk import desk
from comity.evidence.actions import approve_release, propose_release
from comity.evidence.verification import verify_bundle
from comity.values.errors import ComityError, SignInError
from tests.requests.stages import countersigned, people, registered
from tests.requests.world import World

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "exercise-password-1"


@pytest.fixture
def world(tmp_path: Path, transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    made = people(World(tmp_path))
    settings.COMITY = SimpleNamespace(
        exercise=True, folder=tmp_path, keys=lambda: made.keys, vault=lambda: made.vault, transport=lambda: made.line
    )
    monkeypatch.setattr(desk_module, "SESSION", tmp_path / "session.json")
    cache.clear()
    return made


@pytest.fixture
def who() -> str:
    """The officer at the command line."""
    return "chief"


@pytest.fixture
def signed_in(world: World, who: str, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> World:
    person = world.officers[who]
    person.set_password(PASSWORD)
    person.save()
    TOTP.activate(person, SECRET)
    answers = iter([PASSWORD, format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    run("sign-in", live_server.url, person.username, "--purpose", "exercise")
    return world


def run(*arguments: str) -> str:
    done = CliRunner().invoke(desk, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_without_a_session_it_says_how_to_sign_in(world: World) -> None:
    with pytest.raises(SignInError) as refused:
        run("needs")
    assert "comity desk sign-in" in refused.value.next_step


def test_a_wrong_code_leaves_no_session(world: World, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "wrong")
    with pytest.raises(ComityError):
        run("sign-in", live_server.url, "chief", "--purpose", "exercise")
    assert not desk_module.SESSION.exists()


def test_a_dossier_is_read_and_worked_on(signed_in: World, tmp_path: Path) -> None:
    assert desk_module.SESSION.stat().st_mode & 0o077 == 0
    dossier = str(registered(signed_in))
    assert [line["reference"] for line in json.loads(run("dossiers", "--json"))] == [dossier]
    assert json.loads(run("needs", "--json"))
    view = json.loads(run("show", dossier, "--json"))
    assert view["phase"] == "registered"
    (tmp_path / "values.json").write_text(json.dumps({"text": {"es": "¿Qué sucursal?"}}))
    said = run("do", dossier, "ask_question", "--values", str(tmp_path / "values.json"))
    assert "under-examination" in said
    assert json.loads(run("show", dossier, "--json"))["open_questions"][0]["text"] == {"es": "¿Qué sucursal?"}
    assert {verb["name"] for verb in json.loads(run("verbs", "--json"))} >= {"ask_question", "return_evidence"}
    document = view["documents"][0]["digest"]
    run("document", dossier, document, "--out", str(tmp_path / "letter.pdf"))
    assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF")


def test_a_refusal_comes_with_its_reason(signed_in: World) -> None:
    dossier = str(registered(signed_in))
    with pytest.raises(ComityError) as refused:
        run("do", dossier, "close_dossier")
    assert refused.value.code in {"requests:field", "policy:wrong-relation", "requests:side"}


@pytest.mark.parametrize("who", ["prosecutor"])
@pytest.mark.parametrize("case", [False, True])
def test_a_bundle_is_fetched_with_items_and_custody_in_case_where_that_was_asked(
    signed_in: World, tmp_path: Path, *, case: bool
) -> None:
    dossier = str(countersigned(signed_in))
    items = [one["reference"] for one in json.loads(run("items", dossier, "--json"))]
    proposed = propose_release(
        signed_in.act("prosecutor"), dossier=dossier, items=items, audience="court", ground="Art. 15"
    )
    approve_release(signed_in.act("head"), proposed.reference, digest=proposed.digest, keys=signed_in.keys)
    out = tmp_path / "bundle.zip"
    run("bundle", proposed.reference, "--out", str(out), *(["--case"] if case else []))
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "out")
    bundle = tmp_path / "out" / "bundle"
    assert verify_bundle(bundle).holds
    assert (bundle / "data/case.jsonld").is_file() == case


def test_signing_out_ends_the_session_at_the_node(signed_in: World) -> None:
    run("sign-out")
    assert not desk_module.SESSION.exists()
