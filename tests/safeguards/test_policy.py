"""The policy: deny by default, four eyes, step-up, and no difference between absent and forbidden."""

from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Code, Relation, Target, authorise, authorise_house, decide
from comity.safeguards.rules import TABLE
from comity.values.actor import Actor, ActorKind, Role, job, peer
from comity.values.errors import MissingError, RefusedError
from comity.values.reference import Kind, Reference
from tests.conftest import officer

DOSSIER = Reference("CH-FOJ", Kind.DOSSIER, UUID(int=7))


def target(*relations: Relation, hands: dict[Permission, frozenset[str]] | None = None) -> Target:
    return Target(DOSSIER, 3, frozenset(relations), hands or {})


def test_every_permission_has_a_rule() -> None:
    assert set(TABLE) == set(Permission)


def test_no_rule_is_open_to_every_role_on_casework() -> None:
    for permission, rule in TABLE.items():
        if Relation.OWN not in rule.relations:
            assert rule.roles < set(Role), permission


@pytest.mark.parametrize("permission", Permission)
def test_an_authority_outside_the_matter_is_answered_as_if_the_row_were_absent(permission: Permission) -> None:
    actor = officer("FR-XYZ", *Role)
    with pytest.raises(MissingError) as absent:
        authorise(actor, permission, target())
    assert absent.value.diagnostics() == MissingError().diagnostics()


@pytest.mark.parametrize(("permission", "role", "relation"), list(product(Permission, Role, Relation)))
def test_the_table_and_nothing_else_opens_a_cell(permission: Permission, role: Role, relation: Relation) -> None:
    rule = TABLE[permission]
    decision = decide(officer("CH-FOJ", role), permission, target(relation))
    assert decision.allowed == (role in rule.roles and relation in rule.relations)
    assert decision.allowed == (decision.code is Code.ALLOWED)
    assert decision.allowed or decision.reason


@pytest.mark.parametrize("permission", [p for p, rule in TABLE.items() if rule.step_up])
def test_acts_that_bind_the_authority_need_the_code_again(permission: Permission) -> None:
    rule = TABLE[permission]
    actor = officer("CH-FOJ", *rule.roles, stepped_up=False)
    assert decide(actor, permission, target(*rule.relations)).code is Code.STEP_UP


@pytest.mark.parametrize(
    ("permission", "other"), [(p, other) for p, rule in TABLE.items() for other in sorted(rule.not_with)]
)
def test_nobody_is_both_pairs_of_eyes(permission: Permission, other: Permission) -> None:
    rule = TABLE[permission]
    actor = officer("CH-FOJ", *Role)
    same = target(*rule.relations, hands={other: frozenset({actor.id})})
    another = target(*rule.relations, hands={other: frozenset({"another"})})
    assert decide(actor, permission, same).code is Code.SAME_HAND
    assert decide(actor, permission, another).allowed


@pytest.mark.parametrize("actor", [job("worker", "CH-FOJ"), peer("CO-FGN")])
@pytest.mark.parametrize("permission", Permission)
def test_neither_a_job_nor_a_partner_decides(actor: Actor, permission: Permission) -> None:
    decision = decide(actor, permission, target(*Relation))
    assert decision.code is Code.NOT_AN_OFFICER


@given(
    roles=st.frozensets(st.sampled_from(Role)),
    relations=st.frozensets(st.sampled_from(Relation)),
    permission=st.sampled_from(Permission),
    stepped_up=st.booleans(),
)
def test_more_roles_or_relations_never_take_a_right_away(
    roles: frozenset[Role], relations: frozenset[Relation], permission: Permission, stepped_up: bool
) -> None:
    small = Actor(ActorKind.OFFICER, "x", "CH-FOJ", roles, "x", stepped_up)
    large = Actor(ActorKind.OFFICER, "x", "CH-FOJ", frozenset(Role), "x", stepped_up)
    if decide(small, permission, target(*relations)).allowed:
        assert decide(large, permission, target(*Relation)).allowed


def test_a_grant_is_bound_to_the_row_and_version_it_was_asked_for() -> None:
    rule = TABLE[Permission.REQUEST_CHECK]
    grant = authorise(officer("CH-FOJ", *rule.roles), Permission.REQUEST_CHECK, target(*rule.relations))
    assert (grant.reference, grant.version, grant.permission) == (DOSSIER, 3, Permission.REQUEST_CHECK)


def test_the_house_of_another_authority_is_not_there() -> None:
    ledger = Reference("CO-FGN", Kind.LEDGER, UUID(int=1))
    with pytest.raises(MissingError):
        authorise_house(officer("CH-FOJ", *Role), Permission.LEDGER_READ, ledger)


def test_a_refusal_says_why() -> None:
    with pytest.raises(RefusedError, match="signatory") as refused:
        authorise(officer("CH-FOJ", Role.REGISTRAR), Permission.REQUEST_SIGN, target(Relation.ORIGINATING))
    assert refused.value.code == "policy:missing-role"
