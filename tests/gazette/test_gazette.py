"""A correction of the law stands once two people made it so; it can be asked what stood when; nothing is edited in place."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from comity.gazette import actions
from comity.gazette.models import Correction
from comity.gazette.queries import (
    corrections,
    digest_of_fact,
    facts_of,
    register_here,
    standing,
    waiting_for,
    withdrawal_digest,
)
from comity.law.correction import Fact
from comity.law.fact_files import read_facts, write_facts
from comity.law.register import load_register
from comity.law.shipped_facts import shipped_facts
from comity.safeguards.models import LedgerEntry
from comity.values.actor import Act, Actor, Role
from comity.values.errors import BrokenError, ConflictError, InvalidInputError, MissingError, RefusedError
from tests.conftest import MOMENT, officer, seeded

pytestmark = pytest.mark.django_db

FACT = Fact(
    "participation",
    instrument="untoc",
    state="Colombia",
    status="party",
    entry_into_force="2012-05-01",
    source="Registro Inventado, acta 12",
    address="https://registro.example/12",
    as_of="2026-10-01",
    verified="yes",
    reason="The shipped day is that of deposit.",
)
CLERK = officer("CH-FOJ", Role.REGISTRAR, Role.SIGNATORY, name="clerk")
HEAD = officer("CH-FOJ", Role.REGISTRAR, Role.SIGNATORY, name="head")
STRANGER = officer("ES-J3", *Role, name="stranger")


@pytest.fixture
def by() -> Callable[..., Act]:
    chance = seeded(5)

    def act(actor: Actor, hours: int = 0) -> Act:
        return Act(actor, MOMENT + timedelta(hours=hours), "exercise casework", chance)

    return act


By = Callable[..., Act]


def proposed(by: By, fact: Fact = FACT) -> Correction:
    return actions.propose_correction(by(CLERK), fact)


def approved(by: By, fact: Fact = FACT, hours: int = 0) -> Correction:
    row = proposed(by, fact)
    return actions.approve_correction(by(HEAD, hours), row.reference, digest=row.digest)


def in_force(at: datetime | None = None) -> str:
    row = register_here(at).participation("UNTOC", "CO")
    assert row is not None
    return row.in_force


def test_a_proposal_has_no_effect_until_a_second_person_approves_it(by: By) -> None:
    shipped = in_force()
    row = proposed(by)
    assert in_force() == shipped
    actions.approve_correction(by(HEAD), row.reference, digest=row.digest)
    assert in_force() == "2012-05-01"
    events = list(LedgerEntry.objects.filter(subject=row.reference).order_by("seq").values_list("event", "actor"))
    assert events == [
        ("gazette:correction:proposed", str(CLERK)),
        ("gazette:correction:approved", str(HEAD)),
    ]


def test_whoever_proposed_does_not_approve_or_refuse(by: By) -> None:
    row = proposed(by)
    for decide in (
        lambda: actions.approve_correction(by(CLERK), row.reference, digest=row.digest),
        lambda: actions.refuse_correction(by(CLERK), row.reference, digest=row.digest, reason="no"),
    ):
        with pytest.raises(RefusedError) as caught:
            decide()
        assert caught.value.code == "policy:same-hand"
    row.refresh_from_db()
    assert row.state == "proposed"


def test_the_table_itself_refuses_one_person_for_both(by: By) -> None:
    """The second wall: even a hand that goes round the policy cannot write it."""
    row = proposed(by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=row.pk).update(state="approved", decided_by=CLERK.id, decided_at=MOMENT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=row.pk).update(state="approved")
    stands = actions.approve_correction(by(HEAD), row.reference, digest=row.digest)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=stands.pk).update(ending_by=HEAD.id, withdrawn_by=HEAD.id)


def test_approval_and_withdrawal_ask_for_the_code_again(by: By) -> None:
    row = proposed(by)
    calm = replace(HEAD, stepped_up=False)
    with pytest.raises(RefusedError) as caught:
        actions.approve_correction(by(calm), row.reference, digest=row.digest)
    assert caught.value.code == "policy:step-up"
    actions.approve_correction(by(HEAD), row.reference, digest=row.digest)
    ending = actions.propose_withdrawal(by(calm), row.reference, reason="It was the wrong day.")
    with pytest.raises(RefusedError) as caught:
        actions.approve_withdrawal(
            by(replace(CLERK, stepped_up=False)), row.reference, digest=withdrawal_digest(ending)
        )
    assert caught.value.code == "policy:step-up"


def test_withdrawing_takes_two_as_well_and_gives_the_shipped_fact_back(by: By) -> None:
    shipped = in_force()
    row = approved(by)
    ending = actions.propose_withdrawal(by(HEAD), row.reference, reason="It was the wrong day.")
    assert in_force() == "2012-05-01"
    with pytest.raises(RefusedError) as caught:
        actions.approve_withdrawal(by(HEAD), row.reference, digest=withdrawal_digest(ending))
    assert caught.value.code == "policy:same-hand"
    with pytest.raises(ConflictError):
        actions.approve_withdrawal(by(CLERK), row.reference, digest=row.digest)
    actions.approve_withdrawal(by(CLERK), row.reference, digest=withdrawal_digest(ending))
    assert in_force() == shipped
    with pytest.raises(RefusedError):
        actions.propose_withdrawal(by(HEAD), row.reference, reason="again")


def test_a_withdrawal_that_is_refused_lets_the_correction_stand(by: By) -> None:
    row = approved(by)
    ending = actions.propose_withdrawal(by(HEAD), row.reference, reason="It was the wrong day.")
    actions.refuse_withdrawal(by(CLERK), row.reference, digest=withdrawal_digest(ending))
    assert in_force() == "2012-05-01"
    assert [one.reference for one in standing()] == [row.reference]


def test_what_stood_at_a_moment_can_be_asked_and_answers_the_same_again(by: By) -> None:
    shipped = in_force()
    row = approved(by, hours=1)
    ending = actions.propose_withdrawal(by(HEAD, 2), row.reference, reason="It was the wrong day.")
    actions.approve_withdrawal(by(CLERK, 3), row.reference, digest=withdrawal_digest(ending))
    seen = [in_force(MOMENT + timedelta(hours=hours, seconds=-1)) for hours in (1, 2, 3, 4)]
    assert seen == [shipped, "2012-05-01", "2012-05-01", shipped]
    assert [len(standing(MOMENT + timedelta(hours=hours))) for hours in (0, 1, 2, 3)] == [0, 1, 1, 0]


def test_an_approval_binds_what_was_read(by: By) -> None:
    row = proposed(by)
    with pytest.raises(ConflictError) as caught:
        actions.approve_correction(by(HEAD), row.reference, digest="0" * 64)
    assert caught.value.code == "gazette:digest"


def test_a_row_edited_in_place_is_neither_approved_nor_answered_by(by: By) -> None:
    row = proposed(by)
    changed = {**row.fact, "entry_into_force": "1999-01-01"}
    Correction.objects.filter(pk=row.pk).update(fact=changed)
    with pytest.raises(BrokenError) as caught:
        actions.approve_correction(by(HEAD), row.reference, digest=row.digest)
    assert caught.value.code == "gazette:digest"
    Correction.objects.filter(pk=row.pk).update(fact=row.fact)
    actions.approve_correction(by(HEAD), row.reference, digest=row.digest)
    Correction.objects.filter(pk=row.pk).update(fact=changed)
    with pytest.raises(BrokenError):
        standing()


def test_the_fact_is_kept_in_its_canonical_spelling_and_none_of_the_actions_writes_it_again(by: By) -> None:
    row = proposed(by)
    assert (row.fact["instrument"], row.fact["state"]) == ("UNTOC", "CO")
    before = dict(row.fact)
    actions.approve_correction(by(HEAD), row.reference, digest=row.digest)
    ending = actions.propose_withdrawal(by(HEAD), row.reference, reason="It was the wrong day.")
    actions.approve_withdrawal(by(CLERK), row.reference, digest=withdrawal_digest(ending))
    row.refresh_from_db()
    assert row.fact == before


def test_two_that_answer_for_one_day_are_refused_with_both_named_whether_the_first_stands_or_waits(by: By) -> None:
    first = proposed(by)
    other = replace(FACT, entry_into_force="2013-01-01")
    for _ in range(2):
        with pytest.raises(InvalidInputError) as caught:
            proposed(by, other)
        assert caught.value.code == "law:overlap"
        assert first.reference in caught.value.message
        assert "entry into force 2013-01-01" in caught.value.message
        if first.state == "proposed":
            first = actions.approve_correction(by(HEAD), first.reference, digest=first.digest)
    foreign = Act(STRANGER, MOMENT, "exercise", seeded(9))
    with pytest.raises(InvalidInputError):  # one node, one law: another authority's correction counts as well
        actions.propose_correction(foreign, other)


def test_two_waiting_proposals_that_came_by_another_door_cannot_both_be_approved(by: By) -> None:
    first = proposed(by, replace(FACT, until="2014-01-01"))
    second = proposed(by, replace(FACT, since="2014-01-02", entry_into_force="2013-01-01"))
    widened = {**second.fact, "since": ""}
    digest = digest_of_fact(second.reference, second.authority, Fact(**widened))
    Correction.objects.filter(pk=second.pk).update(fact=widened, digest=digest)
    actions.approve_correction(by(HEAD), first.reference, digest=first.digest)
    with pytest.raises(InvalidInputError, match="contradict each other"):
        actions.approve_correction(by(HEAD), second.reference, digest=digest)


def test_what_the_shipped_register_says_already_is_no_correction(by: By) -> None:
    every = (one for code in load_register().participations for one in shipped_facts(load_register(), code))
    shipped = next(one for one in every if one.kind == "participation" and one.as_of[:4].isdigit())
    with pytest.raises(RefusedError) as caught:
        proposed(by, replace(shipped, address="registro", reason="Read again."))
    assert caught.value.code == "gazette:unchanged"


def test_another_authority_of_the_node_reads_what_stands_and_decides_nothing(by: By) -> None:
    row = proposed(by)
    foreign = Act(STRANGER, MOMENT, "exercise", seeded(9))
    with pytest.raises(MissingError):
        actions.approve_correction(foreign, row.reference, digest=row.digest)
    assert corrections(STRANGER) == []
    assert waiting_for(STRANGER) == []
    actions.approve_correction(by(HEAD), row.reference, digest=row.digest)
    with pytest.raises(MissingError):
        actions.propose_withdrawal(foreign, row.reference, reason="no")


def test_it_waits_for_the_second_person_and_for_nobody_else(by: By) -> None:
    row = proposed(by)
    drafter = officer("CH-FOJ", Role.DRAFTER, name="drafter")
    assert [one.reference for one in waiting_for(HEAD)] == [row.reference]
    assert waiting_for(replace(HEAD, stepped_up=False))  # the code is asked for when she decides
    assert waiting_for(CLERK) == waiting_for(drafter) == []
    actions.approve_correction(by(HEAD), row.reference, digest=row.digest)
    assert waiting_for(HEAD) == []
    actions.propose_withdrawal(by(HEAD), row.reference, reason="It was the wrong day.")
    assert [one.reference for one in waiting_for(CLERK)] == [row.reference]


def test_a_refused_proposal_never_stands(by: By) -> None:
    row = proposed(by)
    with pytest.raises(InvalidInputError, match="Say why"):
        actions.refuse_correction(by(HEAD), row.reference, digest=row.digest, reason=" ")
    actions.refuse_correction(by(HEAD), row.reference, digest=row.digest, reason="The source says otherwise.")
    assert standing() == ()
    with pytest.raises(RefusedError):
        actions.approve_correction(by(HEAD), row.reference, digest=row.digest)
    proposed(by)  # and does not stand in the way of another


def test_an_import_takes_all_rows_or_none_and_passes_over_what_is_not_new(by: By) -> None:
    shipped = shipped_facts(load_register(), "UNTOC")[:5]
    content = write_facts([*shipped, FACT], "csv")
    done = actions.import_corrections(by(CLERK), read_facts(content, "facts.csv"))
    assert (len(done.proposed), done.unchanged) == (1, 5)
    assert {one.state for one in done.proposed} == {"proposed"}
    bad = write_facts([replace(FACT, state="PE"), replace(FACT, state="Atlantis")], "csv")
    with pytest.raises(InvalidInputError) as caught:
        actions.import_corrections(by(CLERK), read_facts(bad, "facts.csv"))
    assert caught.value.place == "facts.csv:3"
    assert "facts.csv, line 3, state" in caught.value.message
    assert Correction.objects.count() == 1


def test_export_import_export_is_the_same_bytes(by: By) -> None:
    approved(by)
    approved(by, replace(FACT, state="PE", text="", scope="=not a formula"))
    for format_ in ("csv", "json"):
        first = write_facts(facts_of(HEAD), format_)
        other = Act(officer("ES-J3", *Role, name="importer"), MOMENT, "exercise", seeded(3))
        Correction.objects.filter(state="approved").update(state="refused")  # another node, where nothing stands
        actions.import_corrections(other, read_facts(first, f"x.{format_}"))
        assert write_facts(facts_of(other.actor, ("proposed",)), format_) == first
        Correction.objects.filter(authority="ES-J3").delete()
        Correction.objects.filter(state="refused").update(state="approved")


def test_asking_the_register_costs_one_small_query_and_nothing_is_built_twice(by: By) -> None:
    assert register_here() is load_register()
    approved(by)
    first = register_here()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        again = register_here()
    assert again is first
    assert len(asked) == 1
    assert first.at(date(2026, 1, 1)).names is load_register().names
