"""The access cells: a stratified share at the real doors and the rule's cells of a few deeds; what slips is noticed."""

import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.urls import get_resolver

from comity.api import dossiers, gazette
from comity.api.urls import api
from comity.gazette.models import Correction
from comity.requests import workflow
from comity.requests.queries import access
from comity.safeguards import policy
from comity.safeguards.policy import Relation
from comity.values.errors import MissingError
from soak.access_cells import Cell, judge, standing
from soak.access_doors import API, DESK, PAGE, doors
from soak.access_oracle import DEEDS
from soak.access_rule import workflow_cells, wrong_in_policy, wrong_in_workflow
from soak.access_world import share_scene
from tests.web.test_addresses import PUBLIC, patterns

SEED, CELLS = 1, 45
HOUSES = ("CH-FOJ", "CO-FGN", "ES-J3")
SIGNING_IN = {"/sign-in", "/step-up", "/sign-out", "/me", "/verbs"}
"""Of the API: what is done before anyone is known, and the list of verbs, which tells of no case."""
OF_ONESELF = {"purpose", "end_everywhere", "passkey_new", "passkey_new_challenge", "passkey_remove"}
"""Pages on which an officer changes only her own session and sign-in; `tests/web/signin` asks of them."""


def test_the_rule_says_in_every_cell_what_the_oracle_says() -> None:
    assert list(wrong_in_workflow()) == []
    assert len(workflow_cells()) > 1_000
    for deed in DEEDS[SEED::20]:
        assert list(wrong_in_policy(deed)) == [], deed


@pytest.mark.django_db
def test_a_share_of_the_cells_is_decided_alike_at_every_door(tmp_path: Path, settings: Any) -> None:
    wrong, seen = [], set()
    with standing(tmp_path, settings, share_scene, HOUSES) as (asking, cells):
        for number in cells.in_order(SEED)[:CELLS]:
            decision, found = judge(asking, cells[number])
            wrong += found
            seen.add((cells[number].door.channel, decision))
    assert not wrong, "\n".join(wrong)
    for channel in (PAGE, API, DESK):
        assert {(channel, "through"), (channel, "sign-in"), (channel, "refused")} <= seen


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}|<\w+:\w+>", "{}", path.split("?", maxsplit=1)[0].rstrip("/")) or "/"


def test_every_page_has_its_doors() -> None:
    named = {_shape(f"/{_place(pattern)}"): pattern.name for pattern in patterns()}
    told = {_shape(one.path) for one in doors() if one.channel == PAGE}
    free = {place for place, name in named.items() if name not in PUBLIC | OF_ONESELF}
    missing = [place for place in free if not any(re.fullmatch(place.replace("{}", "[^/]+"), one) for one in told)]
    assert missing == []


def _place(pattern: Any) -> str:
    place, wanted = get_resolver("comity.web.urls").reverse_dict.getlist(pattern.name)[0][0][0]
    for name in wanted:
        place = place.replace(f"%({name})s", f"{{{name}}}")
    return str(place)


def test_every_operation_of_the_api_has_its_door() -> None:
    schema = api.get_openapi_schema(path_prefix="/")
    asked = {(one.method, _shape(one.path)) for one in doors() if one.channel == API}
    missing = [
        f"{method.upper()} {path}"
        for path, methods in schema["paths"].items()
        for method in methods
        if path not in SIGNING_IN
        and not any(
            method.upper() == way and re.fullmatch(_shape(path).replace("{}", "[^/]+"), place) for way, place in asked
        )
    ]
    assert missing == []


@contextmanager
def taken_away(monkeypatch: pytest.MonkeyPatch, *changes: tuple[Any, str, Any]) -> Any:
    with monkeypatch.context() as patch:
        for place, name, value in changes:
            patch.setattr(place, name, value)
        yield


def one_pair_of_eyes() -> dict[Any, Any]:
    return {name: replace(rule, not_with=frozenset()) for name, rule in policy.TABLE.items()}


def test_a_rule_without_its_relation_or_its_four_eyes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = policy._fault

    def any_relation(actor: Any, rule: Any, target: Any) -> Any:
        fault = honest(actor, rule, target)
        return None if fault is not None and fault.code is policy.Code.RELATION else fault

    with taken_away(monkeypatch, (policy, "_fault", any_relation)):
        assert any("not refused" in one for one in wrong_in_policy("requests:draft:write"))
    with taken_away(monkeypatch, (policy, "_fault", lambda *_: None)):
        assert any("not absent" in one for one in wrong_in_policy("requests:draft:write"))
    with taken_away(monkeypatch, (policy, "TABLE", one_pair_of_eyes())):
        assert any("not same-hand" in one for one in wrong_in_policy("evidence:release:approve"))


@pytest.mark.django_db
def test_each_safeguard_of_the_doors_is_missed(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with standing(tmp_path, settings, share_scene, ("CH-FOJ", "CH-OAG", "ES-J3")) as (asking, cells):

        def told(door: str, label: str, name: str, variant: str = "") -> str:
            pair = next(pair for pair in cells.pairs if (pair[0].name, pair[1].label) == (door, label))
            who = next(one for one in cells.people if one.name == name)
            return "\n".join(judge(asking, Cell(*pair, who, variant))[1])

        def noticed(says: str, change: Any, *cell: str) -> None:
            assert told(*cell) == ""
            with taken_away(monkeypatch, change):
                assert says in told(*cell)

        every = lambda *_: frozenset(Relation)  # noqa: E731 - a wall that lets everybody in
        everything = lambda _authority: access.Dossier.objects.all()  # noqa: E731
        show = ("api /dossiers/{ref}", "transmitted", "all@ES-J3")
        assert told(*show) == ""
        with taken_away(monkeypatch, (access, "rows_of", everything), (access, "relations_of", every)):
            assert "answered through" in told(*show)
        closed = (workflow, "require", lambda *_: None)
        for door in ("api check_form", "desk check_form"):
            noticed("answered through", closed, door, "transmitted", "all@CH-FOJ")
        hands = (policy, "TABLE", one_pair_of_eyes())
        noticed("not same-hand", hands, "api approve", "correction proposed", "clerk")
        again = next(one for one in patterns() if one.name == "dossier")
        unbound = (again, "callback", again.callback.__wrapped__)
        noticed("not method", unbound, "page /dossiers/{ref}", "transmitted", "all@CH-OAG", "PUT")
        no_role = (dossiers, "expect_role", lambda *_: None)
        noticed("answered through", no_role, "api /needs", "house", "no-role@CH-FOJ")
        no_line = (dossiers, "enter_read", lambda *_, **__: None)
        noticed("without a line", no_line, "api /dossiers/{ref}", "transmitted", "all@CH-OAG")

        def written_first(_act: Any, reference: Any, **_: Any) -> None:
            Correction.objects.filter(reference=str(reference)).update(instrument="UNCAC")
            raise MissingError

        kept = (gazette.actions, "approve_correction", written_first)
        noticed("refused and changed gazette_correction", kept, "api approve", "correction proposed", "all@ES-J3")

        def telling(_actor: Any, reference: Any) -> None:
            there = Correction.objects.filter(reference=str(reference)).exists()
            raise MissingError("It is another authority's." if there else "There is none.")

        oracle = (gazette, "correction_of", telling)
        noticed("tells that it is there", oracle, "api /gazette/{ref}", "correction proposed", "all@ES-J3")
