"""A state machine over the whole workflow on both sides, with people who try what they may not and a post that misdelivers.

Whatever is tried, an act succeeds or ends in one of the house's errors; each row stays the fold of its messages; what was
transmitted is what another person signed; in the end both sides agree.
"""

import shutil
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from comity.authorities.queries import partner
from comity.exchange.envelope import seal_envelope
from comity.exchange.queries import messages_of
from comity.requests.models import DomesticAct, Dossier, Draft
from comity.requests.queries.access import state_of
from comity.requests.release import release_digest
from comity.safeguards.permissions import Permission
from comity.store.local import LocalVault
from comity.store.queries import content_key
from comity.values.actor import Role
from comity.values.errors import ConflictError, InvalidInputError, MissingError, RefusedError
from comity.values.reference import Reference
from tests.requests.gates import NOTHING, seen
from tests.requests.matters import to_colombia
from tests.requests.stages import in_execution, registered, signed, transmitted
from tests.requests.world import START, World

WORDS = {"es": "Palabras."}
GROUND = {"ground": "no_dual_criminality_coercive", "reason": WORDS}
RECORD = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscalía"}
PARTS = st.sets(st.sampled_from(["a", "b", "c"]), min_size=1).map(sorted)
WHO = st.sampled_from(["prosecutor", "clerk", "head", "boss", "registrar", "chief", "fiscal", "stranger"])
PLAIN: dict[str, dict[str, Any]] = {
    "withdraw_signature": {},
    "return_to_drafter": {"reason": "Not yet."},
    "check_form": {"number": "B-1", "cover_note": {"fr": "Transmis."}},
    "register_request": {"number": "CO-9", "contact": "Mesa"},
    "assess_conformity": {"conforms": True},
    "return_for_amendment": {"reasons": WORDS, "provision": "Art. 28(1)"},
    "ask_question": {"text": WORDS},
    "consult": {"text": WORDS},
    "give_feedback": {"outcome": WORDS},
    "withdraw_request": {"reason": WORDS},
    "close_dossier": {"reason": WORDS},
}
ABOUT_PARTS: dict[str, dict[str, Any]] = {
    "accept_request": {},
    "decline_parts": {"grounds": [GROUND]},
    "pass_on": {"executing": "CO-F14"},
    "record_execution": {"record": RECORD},
    "suspend_transfer": {"reason": WORDS},
    "resume_transfer": {"reason": WORDS},
}
RIGHT = {
    "withdraw_signature": "prosecutor",
    "return_to_drafter": "clerk",
    "check_form": "clerk",
    "register_request": "registrar",
    "give_feedback": "prosecutor",
    "withdraw_request": "head",
    "close_dossier": "head",
    "record_execution": "fiscal",
    "suspend_transfer": "fiscal",
    "resume_transfer": "fiscal",
}
"""Whose turn a verb is; the chief's where none is named."""
TRIED_BY = st.none() | WHO
"""Nobody in particular (then by whose turn it is), or anyone at all."""
HOUSE_ERRORS = (RefusedError, MissingError, ConflictError, InvalidInputError)


class Matter(RuleBasedStateMachine):
    """Each run begins in the same world: its rows are rolled back, its clock, chance, line and vault begin again."""

    world: World
    chance: Any

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.world.at = START
        self.world.chance.__self__.setstate(self.chance)
        self.world.line.down = False
        self.world.line.seen.clear()
        shutil.rmtree(self.world.vault.root)
        self.world.vault = LocalVault(self.world.vault.root)
        self.refused = 0

    @initialize(stage=st.sampled_from([signed, transmitted, registered, in_execution]))
    def begin(self, stage: Callable[[World], Reference]) -> None:
        """Begin at some stage of the long story, so that short runs reach the whole workflow."""
        self.dossier = stage(self.world)

    def teardown(self) -> None:
        try:
            if hasattr(self, "dossier"):
                self.everything_arrives()
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def tries(self, who: str, verb: str, **values: Any) -> bool:
        try:
            with transaction.atomic():
                self.world.do(who, verb, self.dossier, **values)
        except HOUSE_ERRORS:
            self.refused += 1
            return False
        return True

    @rule(who=WHO, account=st.sampled_from(["111-1", "999-9"]))
    def edit(self, who: str, account: str) -> None:
        content = to_colombia()
        content["parts"][0]["account"] = account
        self.tries(who, "save_draft", content=content)

    @rule(who=st.sampled_from(["prosecutor", "boss"]))
    def prepare_and_sign(self, who: str) -> None:
        if self.tries("prosecutor", "prepare_release", signatory=self.world.id_of(who)):
            self.tries(who, "sign_request", digest=self.world.release("prosecutor", self.dossier)["digest"])

    @rule(
        who=st.sampled_from(["prosecutor", "chief", "fiscal"]), facts=st.sampled_from([NOTHING, {"torture-risk": None}])
    )
    def gate(self, who: str, facts: dict[str, Any]) -> None:
        """Someone records facts, and tries to sign the gate as it then stands."""
        if self.tries(who, "record_facts", facts=facts):
            self.tries(who, "sign_rights_gate", digest=seen(self.world, who, self.dossier).gate.digest)

    @rule(impostor=TRIED_BY, stale=st.booleans())
    def transmit(self, impostor: str | None, stale: bool) -> None:
        row = Dossier.objects.get(holder="CH-FOJ", reference=str(self.dossier))
        release = Draft.objects.get(dossier=row).release or {}
        digest = release.get("digest", "0" * 64) if not stale else "1" * 64
        if self.tries("clerk", "check_form", **PLAIN["check_form"]) or not stale:
            self.tries(impostor or "head", "transmit_request", digest=digest)

    @rule(impostor=TRIED_BY, verb=st.sampled_from(sorted(PLAIN)))
    def plain(self, impostor: str | None, verb: str) -> None:
        self.tries(impostor or RIGHT.get(verb, "chief"), verb, **PLAIN[verb])

    @rule(impostor=TRIED_BY, verb=st.sampled_from(sorted(ABOUT_PARTS)), parts=PARTS)
    def about_parts(self, impostor: str | None, verb: str, parts: list[str]) -> None:
        self.tries(impostor or RIGHT.get(verb, "chief"), verb, parts=parts, **ABOUT_PARTS[verb])

    @rule()
    def the_usual_course(self) -> None:
        """One step forward by whose turn it is, so that the machine also reaches the later phases."""
        for who, verb in (("registrar", "register_request"), ("chief", "assess_conformity")):
            if self.tries(who, verb, **PLAIN[verb]):
                return

    @rule(which=st.sampled_from(["CH-FOJ", "CO-FGN"]), place=st.integers(0, 9), twice=st.booleans())
    def one_letter_arrives(self, which: str, place: int, twice: bool) -> None:
        """Any letter ever written by one side reaches the other now, perhaps twice, perhaps before earlier ones."""
        letters = [view.signed for view in messages_of(which, str(self.dossier)) if view.direction == "out"]
        if not letters:
            return
        signed = letters[place % len(letters)]
        keys = {one.digest: content_key(one.digest, self.world.keys).to_bytes() for one in signed.message.attachments}
        envelope = seal_envelope(signed, keys, partner(signed.message.recipient).sealing_key)
        receipts = {self.world.receive(envelope) for _ in range(2 if twice else 1)}
        assert len(receipts) == 1

    @rule()
    def everything_arrives(self) -> None:
        self.world.later(hours=6)
        self.world.post()
        rows = Dossier.objects.filter(reference=str(self.dossier))
        if rows.count() == 2:
            first, second = (state_of(row).to_json() for row in rows)
            assert first == second
            assert not first["waiting"]

    @rule(who=WHO)
    def an_old_page_is_sent(self, who: str) -> None:
        """A form filled in on a page that was read two changes ago."""
        row = Dossier.objects.filter(holder="CH-FOJ", reference=str(self.dossier)).get()
        assert not self.tries(who, "save_draft", content=to_colombia(), version=row.version + 7)

    @invariant()
    def each_row_is_the_fold_of_its_messages(self) -> None:
        for row in Dossier.objects.filter(reference=str(self.dossier)):
            if messages_of(row.holder, row.reference):
                assert row.state == state_of(row).to_json()

    @invariant()
    def what_left_is_what_another_person_signed(self) -> None:
        for view in messages_of("CH-FOJ", str(self.dossier)):
            message = view.signed.message
            if message.type != "request.transmitted":
                continue
            release = message.body["release"]
            assert release["digest"] == release_digest(message.body["content"], release["documents"], [])
            acts = DomesticAct.objects.filter(digest=release["digest"])
            signatories = {one.officer for one in acts.filter(verb="sign_request")}
            transmitters = {one.officer for one in acts.filter(verb="transmit_request")}
            checkers = {one.officer for one in acts.filter(verb="check_form", void=False)}
            assert signatories
            assert transmitters
            assert not signatories & transmitters
            assert not {message.body["signed_by"]["entry"]} - {one.entry for one in acts.filter(verb="sign_request")}
            assert checkers
            gates = DomesticAct.objects.filter(verb="sign_rights_gate")
            assert release["digest"] in {one.facts["request"] for one in gates}

    @invariant()
    def nobody_beyond_the_wall_did_anything(self) -> None:
        assert not DomesticAct.objects.filter(authority="ES-J3").exists()
        assert {act.permission for act in DomesticAct.objects.all()} <= set(Permission)


def test_the_workflow_holds_against_people_and_post(cast: World) -> None:
    cast.officer("boss", "CH-OAG", *Role)

    class Here(Matter):
        world = cast
        chance = cast.chance.__self__.getstate()

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=16 if connection.vendor == "sqlite" else 8,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
