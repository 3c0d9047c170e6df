"""A state machine over the exchange: whatever the line and the partner do, each message has one effect or a stated end."""

from contextlib import suppress
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from comity.exchange.queries import delivery_of, receipts_of
from comity.exchange.receipt import open_receipt
from comity.exchange.rejection import EnvelopeRejectedError
from comity.safeguards.queries import broken_places
from tests.conftest import MOMENT
from tests.exchange.conftest import HELD, THEM, US, House, letter


class Post(RuleBasedStateMachine):
    house: House

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.house.at, self.house.down, self.house.refusing = MOMENT, False, False
        self.house.effects.clear()
        self.house.envelopes.clear()
        self.posted: list[str] = []

    def teardown(self) -> None:
        try:
            self.house.down = self.house.refusing = False
            for _ in range(20):
                self.house.later(hours=2)
                self.house.send()
            states = {delivery_of(US, digest).state for digest in self.posted}
            assert states <= {"delivered", "stopped"}
            self.each_delivery_is_one_effect_with_one_receipt()
            assert not list(broken_places(US))
            assert not list(broken_places(THEM))
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    @rule()
    def somebody_writes(self) -> None:
        self.posted.append(self.house.post(letter(len(self.posted))).digest)

    @rule()
    def the_worker_runs(self) -> None:
        self.house.send()

    @rule(seconds=st.sampled_from([1, 30, 4000, 86400, -86400, -10_000_000]))
    def time_goes_by_or_is_set(self, seconds: int) -> None:
        self.house.later(seconds=seconds)

    @rule(down=st.booleans())
    def the_line_changes(self, down: bool) -> None:
        self.house.down = down

    @rule(refusing=st.booleans())
    def the_partners_rules_change(self, refusing: bool) -> None:
        self.house.refusing = refusing

    @rule(data=st.data())
    def an_old_envelope_comes_again(self, data: Any) -> None:
        if self.house.envelopes:
            self.deliver(data.draw(st.sampled_from(self.house.envelopes)))

    @rule(data=st.data())
    def a_broken_envelope_comes(self, data: Any) -> None:
        if self.house.envelopes:
            envelope = bytearray(data.draw(st.sampled_from(self.house.envelopes)))
            envelope[data.draw(st.integers(0, len(envelope) - 1))] ^= 1 << data.draw(st.integers(0, 7))
            before = len(self.house.effects)
            self.deliver(bytes(envelope))
            assert len(self.house.effects) == before

    def deliver(self, envelope: bytes) -> None:
        with suppress(EnvelopeRejectedError):
            open_receipt(self.house.receive(envelope), HELD[THEM].signing.public)

    @invariant()
    def no_effect_is_doubled_or_a_ghost(self) -> None:
        digests = [effect.digest for effect in self.house.effects]
        assert len(set(digests)) == len(digests)
        assert set(digests) <= set(self.posted)

    @invariant()
    def each_delivery_is_one_effect_with_one_receipt(self) -> None:
        effects = {effect.digest for effect in self.house.effects}
        for digest in self.posted:
            if delivery_of(US, digest).state == "delivered":
                assert digest in effects
                assert receipts_of(US, digest) == receipts_of(THEM, digest)
                assert len(receipts_of(US, digest)) == 1


def test_the_exchange_holds_against_line_clock_and_partner(house):
    class Here(Post):
        pass

    Here.house = house
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=25 if connection.vendor == "sqlite" else 12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
