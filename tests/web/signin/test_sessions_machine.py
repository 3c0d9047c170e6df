"""Sessions under any order of signing in, out, everywhere, suspension, other roles, another password, over all channels.

The model says which sessions hold; pages and API must agree at every step. No key a browser brought survives sign-in.
"""

from typing import Any, ClassVar

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from comity.authorities.actions import assign_roles, end_sessions
from comity.authorities.models import Officer, Tally
from comity.values.actor import Role
from tests.web.signin.test_passkeys import HERE, kept, seat, signs_in

__all__ = ["seat"]

PASSWORDS = ("x" * 20, "z" * 20)


@pytest.fixture
def house(node, seat, settings):
    """Pages and API of one node, an officer with a passkey and a code, and her administrator."""
    settings.ROOT_URLCONF = "comity.site.urls"
    node.officer("boss", "ES-J3", Role.ADMINISTRATOR)
    officer = seat("stranger")
    return node, officer, kept(officer)


class Sessions(RuleBasedStateMachine):
    house: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.node, self.desk, self.passkey = self.house
        Session.objects.all().delete()
        Tally.objects.all().delete()
        self.row = Officer.objects.get(username="stranger")
        self.password = PASSWORDS[0]
        Officer.objects.filter(pk=self.row.pk).update(
            is_active=True, roles=[Role.REGISTRAR.value], password=make_password(self.password)
        )
        self.roles, self.active = {Role.REGISTRAR}, True
        self.browsers: list[tuple[Client, bool]] = []
        self.tokens: list[tuple[str, bool]] = []

    def everywhere(self) -> None:
        self.browsers = [(client, False) for client, _in in self.browsers]
        self.tokens = [(token, False) for token, _in in self.tokens]

    @rule()
    def signs_in_by_passkey(self) -> None:
        client = Client(**HERE)
        client.post("/sign-in/passkey/challenge")
        brought = client.session.session_key
        signs_in(client, self.passkey)
        if self.active:
            assert client.session.session_key != brought
            assert not Session.objects.filter(session_key=brought).exists()
        self.browsers.append((client, self.active))

    @rule(known=st.booleans())
    def signs_in_over_the_api(self, known: bool) -> None:
        cache.clear()  # else the code of this half minute would be spent
        self.desk.spent = 0
        body = {"username": "stranger", "password": self.password if known else "w" * 20, "code": self.desk.code()}
        answer = Client(**HERE).post("/api/sign-in", body, content_type="application/json")
        assert (answer.status_code == 200) == (known and self.active)
        if answer.status_code == 200:
            self.tokens.append((answer.json()["token"], True))

    @precondition(lambda self: self.browsers)
    @rule(data=st.data())
    def signs_out_of_one(self, data: Any) -> None:
        place = data.draw(st.integers(0, len(self.browsers) - 1))
        client, _in = self.browsers[place]
        client.post("/sign-out")
        self.browsers[place] = (client, False)

    @rule(own=st.booleans())
    def everywhere_at_once(self, own: bool) -> None:
        act = self.node.act("stranger" if own and self.active else "boss")
        end_sessions(act, officer=self.row)
        self.everywhere()

    @rule(roles=st.sets(st.sampled_from([Role.REGISTRAR, Role.AUDITOR]), min_size=1), active=st.booleans())
    def other_roles(self, roles: set[Role], active: bool) -> None:
        assign_roles(self.node.act("boss"), officer=self.row, roles=sorted(roles), active=active)
        self.roles, self.active = roles, active

    @rule(which=st.sampled_from(PASSWORDS))
    def another_password(self, which: str) -> None:
        self.password = which
        Officer.objects.filter(pk=self.row.pk).update(password=make_password(which))
        self.everywhere()  # also where it is the same again: it is salted anew

    @invariant()
    def pages_and_api_say_what_the_model_says(self) -> None:
        for client, signed_in in self.browsers[-3:]:
            answer = client.get("/ledger")
            if not (signed_in and self.active):
                assert answer["Location"].startswith("/sign-in")
            else:
                assert answer.status_code == (200 if Role.AUDITOR in self.roles else 403)
        for token, signed_in in self.tokens[-3:]:
            answer = Client(**HERE).get("/api/me", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == (200 if signed_in and self.active else 401)
            if answer.status_code == 200:
                assert set(answer.json()["roles"]) == {role.value for role in self.roles}


def test_sessions_hold_exactly_as_long_as_the_model_says(house):
    small = settings(
        max_examples=6,
        stateful_step_count=10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],
    )
    Sessions.house = house
    run_state_machine_as_test(Sessions, settings=small)
