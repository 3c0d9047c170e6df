"""What needs an officer costs the same few queries for one dossier and for thousands, and answers as each page does."""

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comity.requests.models import DomesticAct, Dossier, Draft
from comity.requests.queries import needs_me
from comity.requests.queries.access import cached_state, phase_of_row, rows_of
from comity.requests.queries.needs import TURN, _waits
from comity.requests.queries.steps import steps_of
from comity.values.actor import Actor
from comity.values.reference import Kind, Reference
from tests.requests.stages import drafted, in_execution, registered, signed, transmitted
from tests.requests.world import World

NAMES = ("prosecutor", "clerk", "head", "registrar", "chief", "fiscal", "stranger")


def copied(row: Dossier, number: int) -> None:
    """The same dossier again under another reference, with its hands and its draft."""
    acts = list(DomesticAct.objects.filter(dossier=row))
    draft = Draft.objects.filter(dossier=row).first()
    row.pk, row.reference = None, str(Reference("CH-FOJ", Kind.DOSSIER, UUID(int=(7 << 76) | (2 << 62) | number)))
    row.save(force_insert=True)
    for act in acts:
        act.pk, act.dossier = None, row
        act.save(force_insert=True)
    if draft is not None:
        draft.dossier = row
        draft.save(force_insert=True)


@pytest.fixture
def many(cast: World) -> World:
    """Dossiers at every stage, some with the officer's own hand on them."""
    cast.officer("allrounder", "CH-FOJ")
    for title in ("Own", "Taken back"):
        own = cast.open("allrounder", requested="CO-FGN", title=title, number="X-1", requesting="CH-FOJ")
        Dossier.objects.filter(reference=str(own)).update(phase="signed", stage="signed", signed_release="a" * 64)
        DomesticAct.objects.create(
            dossier=Dossier.objects.get(reference=str(own)),
            verb="sign_request",
            permission="requests:request:sign",
            officer=cast.id_of("allrounder"),
            authority="CH-FOJ",
            at=cast.at,
            void=title == "Taken back",
        )
        DomesticAct.objects.create(
            dossier=Dossier.objects.get(reference=str(own)),
            verb="sign_rights_gate",
            permission="requests:rights:sign",
            officer=cast.id_of("prosecutor"),
            authority="CH-OAG",
            at=cast.at,
            facts={"request": "a" * 64},
        )
    asked = registered(cast)
    cast.do("chief", "ask_question", asked, text={"es": "¿Período?"})
    cast.post()
    for stage in (drafted, signed, transmitted, in_execution):
        stage(cast)
    prepared = drafted(cast)
    cast.do("prosecutor", "prepare_release", prepared)
    return cast


def asked_one_by_one(actor: Actor) -> set[tuple[str, str]]:
    """The same answer from each dossier's own page of steps."""
    found = set()
    for row in rows_of(actor.authority).exclude(phase__in=("closed", "refused", "withdrawn", "")):
        state = cached_state(row)
        steps = {step.verb for step in steps_of(actor, row, state) if step.allowed}
        turn = next(
            (verb for verb in TURN.get(phase_of_row(row), ()) if verb in steps and _waits(row, state, verb)), ""
        )
        found |= {
            (row.reference, verb) for verb in (steps & {"answer_question", "answer_consultation"}) | {turn} if verb
        }
    return found


def test_the_answer_is_what_each_page_says(many: World) -> None:
    told = 0
    for name in (*NAMES, "allrounder"):
        actor = many.actor(name)
        needs = needs_me(actor)
        assert {(need.reference, need.verb) for need in needs} == asked_one_by_one(actor)
        told += len(needs)
    assert told >= 8
    checks = {need.title for need in needs_me(many.actor("allrounder")) if need.verb == "check_form"}
    assert "Taken back" in checks
    assert "Own" not in checks


def queries(actor: Actor) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        needs_me(actor)
    return len(caught)


def test_the_number_of_queries_does_not_grow_with_the_dossiers(many: World) -> None:
    few = {name: queries(many.actor(name)) for name in NAMES}
    count = Dossier.objects.count()
    for number, row in enumerate(list(Dossier.objects.all()) * 8):
        copied(row, number + 1)
    assert Dossier.objects.count() == 9 * count
    assert {name: queries(many.actor(name)) for name in NAMES} == few
    assert max(few.values()) <= 7
